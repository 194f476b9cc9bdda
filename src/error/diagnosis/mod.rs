//! The table: (side, error of rustls) -> the step that failed, what was found, what to try.
//!
//! One table for all who ask: narration, logs, the doctor and the command line. `alerts` are the errors
//! that the other side found, `certificates` those that we find in its certificate.

mod alerts;
mod certificates;

use std::fmt;
use std::io;

use rustls::{InvalidMessage, PeerIncompatible, PeerMisbehaved};

use super::{Diagnosis, Progress, io_words};
use crate::narration::{Side, Step};
use crate::text;

/// A row of the table: the step that failed, what was found, what to try.
type Row = (Step, String, String);

fn row(step: Step, found: impl Into<String>, remedy: impl Into<String>) -> Row {
    (step, found.into(), remedy.into())
}

/// Finds the step and the cause of an error that TLS reported on `side`.
///
/// `error` is what a read or write of a TLS stream returned: an error of rustls inside an
/// [`io::Error`], or the socket's own.
pub fn diagnose(side: Side, error: &io::Error, progress: Progress) -> Diagnosis {
    let inner = error.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(error) => with_words(of_tls(side, error, progress), error),
        None => with_words(of_socket(side, error, progress), error),
    }
}

/// As [`diagnose`], for an error that came from rustls itself, when nobody knows how far it came.
pub fn diagnose_tls(side: Side, error: &rustls::Error) -> Diagnosis {
    with_words(of_tls(side, error, Progress::Certificates), error)
}

/// Some errors of rustls carry pages of hex.
fn with_words((step, found, remedy): Row, error: &dyn fmt::Display) -> Diagnosis {
    Diagnosis {
        step,
        found,
        remedy,
        said: text::shorten(&text::terminal(&error.to_string()), 240),
    }
}

fn of_tls(side: Side, error: &rustls::Error, progress: Progress) -> Row {
    use rustls::Error as E;
    match error {
        E::AlertReceived(alert) => alerts::refused_by_peer(side, *alert, progress),
        E::InvalidCertificate(cause) => certificates::refused_here(side, cause),
        E::InvalidCertRevocationList(cause) => certificates::bad_list(side, cause),
        E::NoCertificatesPresented => certificates::none_came(side),
        E::PeerIncompatible(cause) => incompatible(cause),
        E::NoApplicationProtocol => row(
            Step::ClientConnects,
            "client and server share no application protocol (ALPN)",
            "let the client offer http/1.1 (curl: --http1.1)",
        ),
        E::InvalidMessage(cause) if progress == Progress::Hello && no_record(cause) => no_tls(side),
        E::PeerMisbehaved(cause) => misbehaved(side, cause, progress),
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerSentOversizedRecord => against_the_rules(side, error, progress),
        E::DecryptError => undecryptable(progress),
        E::InconsistentKeys(_) => row(
            Step::Preparation,
            "the private key does not belong to the certificate",
            "the key that made this certificate's request; in a chain file the leaf comes first",
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

// The hellos

/// No first record of TLS looks like this, but that of another protocol does.
fn no_record(cause: &InvalidMessage) -> bool {
    use InvalidMessage as M;
    matches!(
        cause,
        M::InvalidContentType
            | M::UnknownProtocolVersion
            | M::MessageTooLarge
            | M::InvalidEmptyPayload
    )
}

fn no_tls(side: Side) -> Row {
    row(
        Step::ClientConnects,
        format!(
            "the {} does not speak TLS: its first bytes are no TLS record",
            side.peer()
        ),
        match side {
            Side::Client => "is there a TLS server at that port? A plain one wants http://",
            Side::Server => "the client has to say https://",
        },
    )
}

/// The two cannot agree on how to speak.
fn incompatible(cause: &PeerIncompatible) -> Row {
    use PeerIncompatible as P;
    let (found, remedy) = match cause {
        P::NoSignatureSchemesInCommon => return no_scheme_in_common(),
        P::NoCertificateRequestSignatureSchemesInCommon => {
            return row(
                Step::ClientPresentsCertificate,
                "the server asks for a certificate, and accepts no signature that we can make",
                "the server's list of signature algorithms: ECDSA with P-256 belongs to it",
            );
        }
        P::NoCipherSuitesInCommon => (
            "client and server share no cipher suite".to_owned(),
            "the default suites on both sides",
        ),
        P::NoKxGroupsInCommon
        | P::NamedGroupsExtensionRequired
        | P::KeyShareExtensionRequired
        | P::EcPointsExtensionRequired
        | P::NoEcPointFormatsInCommon
        | P::UncompressedEcPointsRequired => (
            "client and server share no key-exchange group".to_owned(),
            "the default groups on both sides: X25519 or P-256",
        ),
        P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled
        | P::Tls13RequiredForQuic
        | P::SupportedVersionsExtensionRequired
        | P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig => (
            "client and server share no TLS version".to_owned(),
            "allow TLS 1.2 and 1.3 on both sides: --tls-max",
        ),
        P::IncorrectCertificateTypeExtension | P::UnsolicitedCertificateTypeExtension => (
            "one side wants bare public keys (RFC 7250), the other certificates".to_owned(),
            "X.509 certificates on both sides",
        ),
        // TLS 1.2 brought this extension (RFC 5246 §7.4.1.4.1).
        P::SignatureAlgorithmsExtensionRequired => (
            "the client's hello names no signature algorithms: TLS 1.1 or older".to_owned(),
            "allow TLS 1.2 and 1.3 on both sides",
        ),
        P::NullCompressionRequired | P::ExtendedMasterSecretExtensionRequired => (
            format!("a hello lacks what TLS needs: {cause:?}"),
            "a TLS library of this decade on the other side, with its default settings",
        ),
        other => (
            format!(
                "client and server cannot agree: {}",
                text::terminal(&format!("{other:?}"))
            ),
            "TLS 1.2 and 1.3, the default suites and groups on both sides",
        ),
    };
    row(Step::ClientConnects, found, remedy)
}

fn no_scheme_in_common() -> Row {
    row(
        Step::ServerPresentsCertificate,
        "the client can check no signature that the server's key can make",
        "another kind of key for the server: everybody checks P-256",
    )
}

/// rustls has no variants for these: its words are the only key.
fn general(words: &str) -> Row {
    match words {
        "incompatible signing key" => no_scheme_in_common(),
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
fn awaited(side: Side, progress: Progress) -> Step {
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
        awaited(side, progress),
        format!(
            "what the {other} sent is against the rules of TLS: {}",
            text::shorten(&text::terminal(&words), 240)
        ),
        "another TLS program on that side; --wire shows the bytes; look for a proxy between the two",
    )
}

fn misbehaved(side: Side, cause: &PeerMisbehaved, progress: Progress) -> Row {
    use PeerMisbehaved as M;
    match cause {
        M::AttemptedDowngradeToTls12WhenTls13IsSupported => row(
            Step::ClientConnects,
            "both could speak TLS 1.3, and the server's hello says 1.2: somebody changed the client's",
            "look for a proxy or a middlebox between the two",
        ),
        M::SignedHandshakeWithUnadvertisedSigScheme | M::SignedKxWithWrongAlgorithm => row(
            Step::that_verifies(side.peer()),
            format!(
                "the {} signed with an algorithm that we did not offer",
                side.peer()
            ),
            "another kind of key for it: everybody signs with P-256",
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
            "a record does not decrypt: it was changed on the way, or made with other keys",
            between,
        ),
    }
}

// No bytes at all

/// The step that was on when the other side fell silent. Who hangs up without a word may dislike what
/// it was shown last.
fn left_at(side: Side, progress: Progress) -> Step {
    match progress {
        Progress::Hello => Step::ClientConnects,
        Progress::Certificates => Step::that_verifies(side),
        Progress::Established => Step::ApplicationData,
    }
}

fn of_socket(side: Side, error: &io::Error, progress: Progress) -> Row {
    let (step, other) = (left_at(side, progress), side.peer());
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
