//! The table: (side, error of rustls) -> the step that failed, what was found, what to try.
//!
//! One table for all who ask: narration, logs, the doctor and the command line. `alerts` are the errors
//! that the other side found, `certificates` and `lists` those that we find in its certificate and in a
//! revocation list, `verdicts` those that only webpki has a type for, `hellos` those of two sides that cannot agree. `failure` gives each its name.
//!
//! rustls's errors are matched by variant, each by its name: two variants share a sentence only where it
//! is true of both. Its enums are `#[non_exhaustive]`, so each match ends in an arm for variants of a later
//! version; a test walks all those of this one.

mod alerts;
mod certificates;
mod failure;
mod hellos;
mod lists;
mod verdicts;

use std::fmt;
use std::io;

use rustls::{
    CertRevocationListError, CertificateError, InconsistentKeys, InvalidMessage, OtherError,
    PeerMisbehaved,
};

use super::{Diagnosis, Progress, io_words};
use crate::narration::{Side, Step};
use crate::text;

/// A row of the table.
struct Row {
    /// The step that failed.
    step: Step,
    found: String,
    remedy: String,
}

fn row(step: Step, found: impl Into<String>, remedy: impl Into<String>) -> Row {
    Row {
        step,
        found: found.into(),
        remedy: remedy.into(),
    }
}

impl Row {
    /// `error` is what rustls or the system said. Some errors of rustls carry pages of hex.
    fn into_diagnosis(self, error: &dyn fmt::Display, failure: Option<&'static str>) -> Diagnosis {
        Diagnosis {
            step: self.step,
            found: self.found,
            remedy: self.remedy,
            rustls_message: text::shorten(&text::terminal(&error.to_string()), 240),
            failure,
        }
    }
}

/// Finds the step and the cause of an error that TLS reported on `side`.
///
/// `error` is what a read or write of a TLS stream returned: an error of rustls inside an
/// [`io::Error`], or the socket's own.
pub fn diagnose(side: Side, error: &io::Error, progress: Progress) -> Diagnosis {
    let inner = error.get_ref();
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return diagnose_at(side, error, progress);
    }
    of_socket(side, error, progress).into_diagnosis(error, failure::of_socket(side, error))
}

/// As [`diagnose`], for an error that came from rustls itself, when nobody knows how far it came.
pub fn diagnose_tls(side: Side, error: &rustls::Error) -> Diagnosis {
    diagnose_at(side, error, Progress::Certificates)
}

fn diagnose_at(side: Side, error: &rustls::Error, progress: Progress) -> Diagnosis {
    of_tls(side, error, progress).into_diagnosis(error, failure::of_tls(side, error, progress))
}

/// webpki's own error, where rustls has no variant for it and passes it on as an error of any type.
pub fn webpki_error(error: &rustls::Error) -> Option<&webpki::Error> {
    use rustls::Error as E;
    match error {
        E::InvalidCertificate(CertificateError::Other(other))
        | E::InvalidCertRevocationList(CertRevocationListError::Other(other)) => inside(other),
        _ => None,
    }
}

fn inside(OtherError(inner): &OtherError) -> Option<&webpki::Error> {
    inner.downcast_ref::<webpki::Error>()
}

fn of_tls(side: Side, error: &rustls::Error, progress: Progress) -> Row {
    use rustls::Error as E;
    match error {
        E::AlertReceived(alert) => alerts::refused_by_peer(side, *alert, progress),
        E::InvalidCertificate(CertificateError::Other(cause)) => {
            verdicts::refused_here(side, cause)
        }
        E::InvalidCertificate(cause) => certificates::refused_here(side, cause),
        // webpki refuses a list for these reasons when it is loaded.
        E::InvalidCertRevocationList(CertRevocationListError::Other(cause)) => Row {
            step: Step::Preparation,
            ..verdicts::refused_here(side, cause)
        },
        E::InvalidCertRevocationList(cause) => lists::refused_here(side, cause),
        E::NoCertificatesPresented => certificates::none_came(side),
        E::PeerIncompatible(cause) => hellos::incompatible(cause),
        E::NoApplicationProtocol => row(
            Step::ClientConnects,
            "client and server share no application protocol (ALPN)",
            "let the client offer http/1.1 (curl: --http1.1)",
        ),
        E::InvalidMessage(cause) if progress == Progress::Hello && hellos::is_no_record(cause) => {
            hellos::no_tls(side)
        }
        E::InvalidMessage(cause) if is_too_large(cause) => too_large(side, progress),
        E::PeerMisbehaved(cause) => misbehaved(side, cause, progress),
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerSentOversizedRecord => against_the_rules(side, error, progress),
        E::DecryptError => undecryptable(progress),
        E::InconsistentKeys(InconsistentKeys::KeyMismatch) => row(
            Step::Preparation,
            "the private key does not belong to the certificate",
            "the key that made this certificate's request; in a chain file the leaf comes first",
        ),
        E::InconsistentKeys(InconsistentKeys::Unknown) => row(
            Step::Preparation,
            "the private key does not give its public key, so rustls cannot compare it with the certificate",
            "a key in a file, such as `hello-mtls certs request` makes",
        ),
        E::General(words) => general(words),
        // What is left are errors of settings that this program does not make, and of a machine
        // without clock or random numbers.
        other => row(
            Step::Preparation,
            text::terminal(&other.to_string()),
            "nothing that `hello-mtls gallery` lists: the words of rustls are all that is known",
        ),
    }
}

/// rustls has no variants for these: its words are the only key, and they are compared as a whole.
fn general(words: &str) -> Row {
    match words {
        "incompatible signing key" => hellos::no_scheme_in_common(),
        "no server certificate chain resolved" => row(
            Step::ServerPresentsCertificate,
            "there is no certificate here for the name that the client asks for",
            "a certificate for that name, or a default one; a client that dials an IP address names nobody",
        ),
        // The rest is about files and settings.
        other => row(
            Step::Preparation,
            text::terminal(other),
            "hello-mtls doctor: it says which file does not fit",
        ),
    }
}

// Bytes against the rules

/// The step whose message was expected when something else came.
fn expected_step(side: Side, progress: Progress) -> Step {
    match (progress, side) {
        (Progress::Hello, _) => Step::ClientConnects,
        (Progress::Certificates, Side::Server) => Step::ClientPresentsCertificate,
        (Progress::Certificates, Side::Client) => Step::ServerVerifiesClient,
        (Progress::Established, _) => Step::ApplicationData,
    }
}

fn against_the_rules(side: Side, error: &rustls::Error, progress: Progress) -> Row {
    let (other, words) = (side.peer(), error.to_string());
    row(
        expected_step(side, progress),
        format!(
            "what the {other} sent is against the rules of TLS: {}",
            text::shorten(&text::terminal(&words), 240)
        ),
        "another TLS program on that side; --wire shows the bytes; look for a proxy between the two",
    )
}

/// rustls reads no handshake message of 64 KiB or more (`MAX_HANDSHAKE_SIZE`), though TLS allows 16 MiB.
fn is_too_large(cause: &InvalidMessage) -> bool {
    matches!(
        cause,
        InvalidMessage::CertificatePayloadTooLarge | InvalidMessage::HandshakePayloadTooLarge
    )
}

fn too_large(side: Side, progress: Progress) -> Row {
    row(
        expected_step(side, progress),
        format!(
            "a handshake message of the {}'s has 64 KiB or more, and rustls reads no such message",
            side.peer()
        ),
        "a shorter certificate chain, and fewer names of CAs in a request for certificates",
    )
}

fn misbehaved(side: Side, cause: &PeerMisbehaved, progress: Progress) -> Row {
    use PeerMisbehaved as M;
    match cause {
        M::AttemptedDowngradeToTls12WhenTls13IsSupported => row(
            Step::ClientConnects,
            "both could speak TLS 1.3, and the server's hello says 1.2: the client's hello was changed on \
            its way to the server",
            "look for a proxy or a middlebox between the two",
        ),
        M::SignedHandshakeWithUnadvertisedSigScheme => row(
            Step::that_verifies(side.peer()),
            format!(
                "the {} signed with an algorithm that we did not offer",
                side.peer()
            ),
            "another kind of key for it: every TLS program can check P-256",
        ),
        // TLS 1.2: the suite says with which kind of key the server signs (RFC 5246 §7.4.3).
        M::SignedKxWithWrongAlgorithm => row(
            Step::that_verifies(side.peer()),
            format!(
                "the {} signed its key exchange with another kind of key than the cipher suite says",
                side.peer()
            ),
            "another TLS program on that side, or TLS 1.3",
        ),
        _ => {
            let error = rustls::Error::PeerMisbehaved(cause.clone());
            against_the_rules(side, &error, progress)
        }
    }
}

fn undecryptable(progress: Progress) -> Row {
    let between = "look for a proxy or a middlebox between the two";
    match progress {
        // RFC 8446 §7.1: the first keys depend on every byte of both hellos.
        Progress::Hello => row(
            Step::ClientConnects,
            "the first encrypted record does not decrypt: the two have not seen the same hellos",
            between,
        ),
        _ => row(
            Step::ApplicationData,
            "a record does not decrypt, or Finished does not match: bytes were changed on the way, or \
            the two sides have different keys",
            between,
        ),
    }
}

// No bytes at all

/// The step at which the other side fell silent. A peer that closes without an alert may have refused
/// what it was shown last.
fn step_at_disconnect(side: Side, progress: Progress) -> Step {
    match progress {
        Progress::Hello => Step::ClientConnects,
        Progress::Certificates => Step::that_verifies(side),
        Progress::Established => Step::ApplicationData,
    }
}

fn of_socket(side: Side, error: &io::Error, progress: Progress) -> Row {
    let (step, other) = (step_at_disconnect(side, progress), side.peer());
    let (found, remedy) = match error.kind() {
        io::ErrorKind::TimedOut => (
            format!("the {other} was silent for too long"),
            format!("is the {other} busy, or not speaking TLS and waiting for us?"),
        ),
        io::ErrorKind::UnexpectedEof if step == Step::ClientConnects => (
            format!("the {other} hung up at the hello, without an alert"),
            format!("the {other}'s log; then what stands between: load balancer, firewall, proxy"),
        ),
        io::ErrorKind::UnexpectedEof => (
            format!("the {other} hung up in the middle, without close_notify"),
            format!(
                "the {other}'s log; a client that dislikes a certificate may leave without a word"
            ),
        ),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => (
            format!("the {other} cut the connection"),
            format!("the {other}'s log"),
        ),
        _ => (io_words(error), String::new()),
    };
    row(step, found, remedy)
}
