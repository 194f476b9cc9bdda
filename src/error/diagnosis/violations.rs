//! What the other side sent is against the rules of TLS, is larger than rustls reads, or does not decrypt.

use rustls::{InvalidMessage, PeerMisbehaved};

use super::{Progress, Row, row};
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// The step whose message was expected when something else came.
fn expected_step(side: Side, progress: Progress) -> Step {
    match (progress, side) {
        (Progress::Hello, _) => Step::ClientConnects,
        (Progress::Certificates, Side::Server) => Step::ClientPresentsCertificate,
        (Progress::Certificates, Side::Client) => Step::ServerVerifiesClient,
        (Progress::Established, _) => Step::ApplicationData,
    }
}

pub(super) fn against_the_rules(side: Side, error: &rustls::Error, progress: Progress) -> Row {
    let other = side.peer();
    let words = error.to_string();
    row(
        expected_step(side, progress),
        phrase!(
            "what the {other} sent is against the rules of TLS: {words}",
            other,
            words = text::shorten(&text::terminal(&words), 240)
        ),
        phrase!(
            "another TLS program on that side; --wire shows the bytes; look for a proxy between the two"
        ),
    )
}

/// rustls reads no handshake message of 64 KiB or more (`MAX_HANDSHAKE_SIZE`), though TLS allows 16 MiB.
pub(super) fn is_too_large(cause: &InvalidMessage) -> bool {
    matches!(
        cause,
        InvalidMessage::CertificatePayloadTooLarge | InvalidMessage::HandshakePayloadTooLarge
    )
}

pub(super) fn too_large(side: Side, progress: Progress) -> Row {
    row(
        expected_step(side, progress),
        phrase!(
            "a handshake message of the {peer}'s has 64 KiB or more, and rustls reads no such message",
            peer = side.peer()
        ),
        phrase!(
            "a shorter certificate chain, and fewer names of CAs in a request for certificates"
        ),
    )
}

pub(super) fn misbehaved(side: Side, cause: &PeerMisbehaved, progress: Progress) -> Row {
    use PeerMisbehaved as M;
    match cause {
        M::AttemptedDowngradeToTls12WhenTls13IsSupported => row(
            Step::ClientConnects,
            phrase!(
                "both could speak TLS 1.3, and the server's hello says 1.2: the client's hello was changed on \
            its way to the server"
            ),
            phrase!("look for a proxy or a middlebox between the two"),
        ),
        M::SignedHandshakeWithUnadvertisedSigScheme => row(
            Step::that_verifies(side.peer()),
            phrase!(
                "the {peer} signed with an algorithm that we did not offer",
                peer = side.peer()
            ),
            phrase!("another kind of key for it: every TLS program can check P-256"),
        ),
        // TLS 1.2: the suite says with which kind of key the server signs (RFC 5246 §7.4.3).
        M::SignedKxWithWrongAlgorithm => row(
            Step::that_verifies(side.peer()),
            phrase!(
                "the {peer} signed its key exchange with another kind of key than the cipher suite says",
                peer = side.peer()
            ),
            phrase!("another TLS program on that side, or TLS 1.3"),
        ),
        _ => {
            let error = rustls::Error::PeerMisbehaved(cause.clone());
            against_the_rules(side, &error, progress)
        }
    }
}

pub(super) fn undecryptable(progress: Progress) -> Row {
    let between = phrase!("look for a proxy or a middlebox between the two");
    match progress {
        // RFC 8446 §7.1: the first keys depend on every byte of both hellos.
        Progress::Hello => row(
            Step::ClientConnects,
            phrase!(
                "the first encrypted record does not decrypt: the two have not seen the same hellos"
            ),
            between,
        ),
        _ => row(
            Step::ApplicationData,
            phrase!(
                "a record does not decrypt, or Finished does not match: bytes were changed in transit, or \
            the two sides have different keys"
            ),
            between,
        ),
    }
}
