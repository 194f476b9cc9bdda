//! Which of the seven steps a message belongs to.
//!
//! Unaware of bytes: it looks at kinds and at how far the handshake is.

use crate::instruments::wire::conversation::Kind;
use crate::instruments::wire::numbers::{ContentType, HandshakeType, TLS13, alert};
use crate::instruments::wire::state::State;
use crate::narration::{Side, Step};

/// What is known of an encrypted record without its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealed {
    /// The type in the record's header. TLS 1.3 says application_data of everything.
    pub(crate) outer: ContentType,
    /// The first record of its side under new keys.
    pub(crate) first: bool,
    /// A record before it could not be read either, so how far the handshake is cannot be told.
    pub(crate) others: bool,
}

/// The step of a message. The state is that before the message. None where it cannot be told.
pub(crate) fn step(from: Side, kind: Kind, sealed: Sealed, state: &State) -> Option<Step> {
    let done = state.negotiated().handshake_complete;
    Some(match (kind, from) {
        (Kind::Handshake(_), _) if done && state.is_tls13() => Step::ApplicationData,
        (Kind::Handshake(kind), _) => handshake(from, kind, state),
        (Kind::Alert(_, alert::CLOSE_NOTIFY | alert::USER_CANCELED), _)
            if done || state.was_complete() =>
        {
            Step::ApplicationData
        }
        (Kind::Alert(_, alert::CLOSE_NOTIFY | alert::USER_CANCELED), _) if sealed.others => {
            return None;
        }
        (Kind::Alert(_, alert), _) => refused(from, alert, state),
        // In TLS 1.3 it stands where a resumption of TLS 1.2 would have it: behind the ServerHello, and before
        // the client's first encrypted record (RFC 8446 §D.4).
        (Kind::ChangeCipherSpec, Side::Server) if state.is_tls13() => Step::ClientConnects,
        (Kind::ChangeCipherSpec, Side::Client) if !state.hello_answered() => Step::ClientConnects,
        (Kind::ChangeCipherSpec, Side::Client) if state.is_tls13() => Step::ClientVerifiesServer,
        (Kind::ChangeCipherSpec, _) => handshake(from, HandshakeType::FINISHED, state),
        (Kind::ApplicationData, _) => Step::ApplicationData,
        (Kind::Ciphertext, _) => return ciphertext(from, sealed, state),
        (_, Side::Server) if state.hello_answered() && !done => Step::ServerPresentsCertificate,
        (Kind::NotTls, _) => Step::ClientConnects,
        _ if state.hello_answered() => Step::ApplicationData,
        _ => Step::ClientConnects,
    })
}

/// TLS up to 1.2 leaves the type of a record readable, and Finished is the first under new keys.
fn ciphertext(from: Side, sealed: Sealed, state: &State) -> Option<Step> {
    match sealed.outer {
        // Behind its Finished a side says nothing that belongs to an earlier step.
        _ if state.is_tls13() && state.has_finished(from) => Some(Step::ApplicationData),
        _ if state.version().is_none_or(|version| version >= TLS13) => None,
        ContentType::APPLICATION_DATA => Some(Step::ApplicationData),
        ContentType::HANDSHAKE if sealed.first => {
            Some(handshake(from, HandshakeType::FINISHED, state))
        }
        _ => None,
    }
}

fn handshake(from: Side, kind: HandshakeType, state: &State) -> Step {
    let requested = state.negotiated().client_certificate_requested;
    match (kind, from) {
        (HandshakeType::CLIENT_HELLO | HandshakeType::SERVER_HELLO, _) => Step::ClientConnects,
        // TLS 1.2: the server's last word follows its verdict on the client. A resumption has no verdict.
        (HandshakeType::NEW_SESSION_TICKET | HandshakeType::FINISHED, Side::Server)
            if state.client_key_exchanged() && !state.negotiated().resumed =>
        {
            if requested {
                Step::ServerVerifiesClient
            } else {
                Step::ClientVerifiesServer
            }
        }
        (_, Side::Server) => Step::ServerPresentsCertificate,
        // Without a certificate of its own, all that the client says is that the server's is good.
        (_, Side::Client) if requested => Step::ClientPresentsCertificate,
        (_, Side::Client) => Step::ClientVerifiesServer,
    }
}

/// The step that a fatal alert refuses.
fn refused(from: Side, alert: u8, state: &State) -> Step {
    let done = state.negotiated().handshake_complete;
    // In TLS 1.3 the server can refuse the client's certificate after both have finished.
    let about_a_certificate = matches!(
        alert,
        alert::HANDSHAKE_FAILURE
            ..=alert::DECRYPT_ERROR
                | alert::BAD_CERTIFICATE_STATUS_RESPONSE
                | alert::CERTIFICATE_REQUIRED
    );
    let requested = state.negotiated().client_certificate_requested;
    match from {
        // It refuses another handshake; the one before stands.
        _ if !state.hello_answered() && state.was_complete() => Step::ApplicationData,
        _ if !state.hello_answered() => Step::ClientConnects,
        Side::Server if requested && (!done || about_a_certificate) => Step::ServerVerifiesClient,
        _ if done => Step::ApplicationData,
        _ => Step::ClientVerifiesServer,
    }
}
