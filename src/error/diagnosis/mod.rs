//! The table: (side, error of rustls) -> the step that failed, what was found, what to try.
//!
//! One table for the narration, the logs, the doctor and the command line. `alerts` are the errors that the
//! other side found. `certificates` and `lists` are what we find in its certificate and in a revocation
//! list, and `verdicts` the part of it that only webpki has a type for. `hellos` are two sides that cannot
//! agree, `violations` bytes that are against the rules. `failure` gives each its name.
//!
//! What the rest of the connection showed counts more than the error: `context` reads both together, `chains`
//! says what a server may have against a chain, `first_bytes` knows other protocols, and `answers` a refusal
//! that is an answer with a status.
//!
//! rustls's errors are matched by variant, each by its name: two variants share a sentence only where it
//! is true of both. Its enums are `#[non_exhaustive]`, so each match ends in an arm for variants of a later
//! version; a test walks all those of this one.

mod alerts;
mod answers;
mod certificates;
mod chains;
mod context;
mod failure;
mod first_bytes;
mod hellos;
mod lists;
mod other_servers;
mod verdicts;
mod violations;

use std::fmt;
use std::io;
use std::time::Duration;

use rustls::{
    CertRevocationListError, CertificateError, HandshakeType, InconsistentKeys, OtherError,
    PeerMisbehaved,
};

pub use self::answers::diagnose_answer;
pub use self::first_bytes::may_tell_more;
pub use self::other_servers::{required, servers_cas};
use super::{BadHeader, Diagnosis, Ending, GaveUp, LateRequest, Progress, Seen, io_words};
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// A row of the table.
struct Row {
    /// The step that failed.
    step: Step,
    found: Phrase,
    remedy: Phrase,
}

fn row(step: Step, found: impl Into<Phrase>, remedy: impl Into<Phrase>) -> Row {
    Row {
        step,
        found: found.into(),
        remedy: remedy.into(),
    }
}

impl Row {
    /// `error` is what rustls or the system said. Some errors of rustls carry pages of hex.
    fn into_diagnosis(
        self,
        error: &dyn fmt::Display,
        failure: Option<&'static str>,
        seen: Seen,
    ) -> Diagnosis {
        Diagnosis {
            step: self.step,
            found: self.found,
            remedy: self.remedy,
            rustls_message: text::shorten(&text::terminal(&error.to_string()), 240),
            failure,
            seen: Box::new(seen),
        }
    }
}

/// Finds the step and the cause of an error that TLS reported on `side`.
///
/// `error` is what a read or write of a TLS stream returned: an error of rustls inside an
/// [`io::Error`], or the socket's own.
pub fn diagnose(side: Side, error: &io::Error, progress: Progress) -> Diagnosis {
    diagnose_connection(side, error, Seen::at(progress))
}

/// As [`diagnose`], for a connection of which more is known than the error. Its ending is read from the error, unless
/// it is a close_notify: rustls reports that as the end of the data, and as no error.
pub fn diagnose_connection(side: Side, error: &io::Error, mut seen: Seen) -> Diagnosis {
    let inner = error.get_ref();
    let inner = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if seen.ending != Ending::CloseNotify {
        seen.ending = Ending::of(error);
    }
    if seen.progress == Progress::Established {
        seen.late_request = seen.late_request.or_else(|| inner.and_then(late_request));
    }
    let progress = seen.progress;
    let (by_error, named) = match inner {
        Some(error) => {
            let named = failure::of_tls(side, error, progress);
            (of_tls(side, error, progress), named)
        }
        None => {
            let named = failure::of_socket(side, error, &seen);
            (of_socket(side, error, &seen), named)
        }
    };
    let (row, named) = match side {
        Side::Client => context::of_client(by_error, named, &seen),
        Side::Server => context::of_server(by_error, named, &seen),
    };
    row.into_diagnosis(error, named, seen)
}

/// What a server asked for that rustls answers with an error.
fn late_request(error: &rustls::Error) -> Option<LateRequest> {
    match error {
        rustls::Error::PeerMisbehaved(PeerMisbehaved::TooManyRenegotiationRequests) => {
            Some(LateRequest::Renegotiation)
        }
        // The alert that rustls sends for it is unexpected_message.
        rustls::Error::InappropriateHandshakeMessage {
            got_type: HandshakeType::CertificateRequest,
            ..
        } => Some(LateRequest::CertificateRequest),
        _ => None,
    }
}

/// As [`diagnose`], for an error that came from rustls itself, without a connection that shows how far it
/// came.
pub fn diagnose_tls(side: Side, error: &rustls::Error) -> Diagnosis {
    diagnose(
        side,
        &io::Error::other(error.clone()),
        Progress::Certificates,
    )
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
            phrase!("client and server share no application protocol (ALPN)"),
            phrase!("let the client offer http/1.1 (curl: --http1.1)"),
        ),
        E::InvalidMessage(cause) if progress == Progress::Hello && hellos::is_no_record(cause) => {
            hellos::no_tls(side)
        }
        E::InvalidMessage(cause) if violations::is_too_large(cause) => {
            violations::too_large(side, progress)
        }
        E::PeerMisbehaved(cause) => violations::misbehaved(side, cause, progress),
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerSentOversizedRecord => violations::against_the_rules(side, error, progress),
        E::DecryptError => violations::undecryptable(progress),
        E::InconsistentKeys(InconsistentKeys::KeyMismatch) => row(
            Step::Preparation,
            phrase!("the private key does not belong to the certificate"),
            phrase!(
                "the key that made this certificate's request; in a chain file the leaf comes first"
            ),
        ),
        E::InconsistentKeys(InconsistentKeys::Unknown) => row(
            Step::Preparation,
            phrase!(
                "the private key does not give its public key, so rustls cannot compare it with the certificate"
            ),
            phrase!("a key in a file, such as `hello-mtls certs request` makes"),
        ),
        E::General(words) => general(words),
        // What is left are errors of settings that this program does not make, and of a machine
        // without clock or random numbers.
        other => row(
            Step::Preparation,
            text::terminal(&other.to_string()),
            phrase!(
                "nothing that `hello-mtls gallery` lists: the words of rustls are all that is known"
            ),
        ),
    }
}

/// rustls has no variants for these: its words are the only key, and they are compared as a whole.
fn general(words: &str) -> Row {
    match words {
        "incompatible signing key" => hellos::no_scheme_in_common(),
        "no server certificate chain resolved" => row(
            Step::ServerPresentsCertificate,
            phrase!("there is no certificate here for the name that the client asks for"),
            phrase!(
                "a certificate for that name, or a default one; a client that dials an IP address names nobody"
            ),
        ),
        // The rest is about files and settings.
        other => row(
            Step::Preparation,
            text::terminal(other),
            phrase!("hello-mtls doctor: it says which file does not fit"),
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

fn of_socket(side: Side, error: &io::Error, seen: &Seen) -> Row {
    let other = side.peer();
    let step = match step_at_disconnect(side, seen.progress) {
        // The client had begun to show its certificate: it does that when it is done with the server's.
        Step::ClientVerifiesServer if seen.asks && seen.flight_began => {
            Step::ClientPresentsCertificate
        }
        step => step,
    };
    if let Some(bad) = BadHeader::of(error) {
        return row(step, bad.found(), bad.remedy());
    }
    if let Some((found, remedy)) = GaveUp::of(error).and_then(|why| waited_enough(why, other)) {
        return row(step, found, remedy);
    }
    let (found, remedy) = match error.kind() {
        _ if seen.ending == Ending::CloseNotify => (
            phrase!(
                "the {other} ended the connection in good order (close_notify), without an answer",
                other
            ),
            phrase!("the {other}'s log", other),
        ),
        io::ErrorKind::TimedOut => (
            phrase!("the {other} was silent for too long", other),
            phrase!(
                "is the {other} busy, or not speaking TLS and waiting for us?",
                other
            ),
        ),
        io::ErrorKind::UnexpectedEof if step == Step::ClientConnects => (
            phrase!("the {other} hung up at the hello, without an alert", other),
            phrase!(
                "the {other}'s log; then what stands between: load balancer, firewall, proxy",
                other
            ),
        ),
        io::ErrorKind::UnexpectedEof if seen.answer.is_some() => (
            phrase!(
                "the answer began, and then the connection ended without close_notify: the client cannot tell whether \
                it has the whole answer"
            ),
            phrase!(
                "the server's program: it should state the length of its answers (Content-Length) and close with \
                close_notify (Python: unwrap)"
            ),
        ),
        io::ErrorKind::UnexpectedEof => (
            phrase!(
                "the {other} hung up in the middle, without close_notify",
                other
            ),
            phrase!(
                "the {other}'s log; a side that dislikes a certificate may leave without a word",
                other
            ),
        ),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted
            if side == Side::Client && step == Step::ClientConnects =>
        {
            (
                phrase!("the {other} cut the connection", other),
                phrase!(
                    "the server's log; a server that stands behind a load balancer may wait for a header of the PROXY \
                    protocol (nginx: proxy_protocol; HAProxy: accept-proxy)"
                ),
            )
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => (
            phrase!("the {other} cut the connection", other),
            phrase!("the {other}'s log", other),
        ),
        _ => (io_words(error).into(), Phrase::empty()),
    };
    row(step, found, remedy)
}

/// In words why this side waited no longer; `None`: nothing came, of which the kind of the error says enough.
fn waited_enough(why: GaveUp, other: Side) -> Option<(Phrase, Phrase)> {
    let seconds = |time: Duration| (time + Duration::from_millis(500)).as_secs();
    Some(match why {
        GaveUp::Late { came: 0, .. } => return None,
        GaveUp::Late { within, came } => (
            phrase!(
                "the {other} did not finish within {seconds} s; bytes that came: {came}",
                other,
                seconds = seconds(within),
                came
            ),
            phrase!(
                "is the {other} busy, or the network slow? Then again",
                other
            ),
        ),
        GaveUp::PlaceWanted { after } => (
            phrase!(
                "the {other} had said nothing for {seconds} s, and other clients needed its place",
                other,
                seconds = seconds(after)
            ),
            phrase!("a higher limit of connections: serve --max-connections"),
        ),
        GaveUp::ServerEnds => (
            phrase!("the server was told to end, before this connection was done"),
            phrase!("again, when the server runs"),
        ),
    })
}
