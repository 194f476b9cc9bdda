//! Which of the seven steps a message belongs to.
//!
//! Unaware of bytes: it looks at kinds and at how far the handshake is.

use crate::instruments::wire::conversation::Kind;
use crate::instruments::wire::numbers::{HandshakeType, alert};
use crate::instruments::wire::state::State;
use crate::narration::{Side, Step};

/// The step of a message. The state is that before the message.
pub(crate) fn step(from: Side, kind: Kind, state: &State) -> Step {
    let done = state.negotiated().handshake_complete;
    match (kind, from) {
        (Kind::Handshake(_), _) if done && state.is_tls13() => Step::ApplicationData,
        (Kind::Handshake(kind), _) => handshake(from, kind, state),
        (Kind::Alert(_, alert::CLOSE_NOTIFY | alert::USER_CANCELED), _) => Step::ApplicationData,
        (Kind::Alert(_, alert), _) => refused(from, alert, state),
        // In TLS 1.3 it stands where a resumption of TLS 1.2 would have it: behind the ServerHello, and before
        // the client's first encrypted record (RFC 8446 §D.4).
        (Kind::ChangeCipherSpec, Side::Server) if state.is_tls13() => Step::ClientConnects,
        (Kind::ChangeCipherSpec, Side::Client) if !state.hello_answered() => Step::ClientConnects,
        (Kind::ChangeCipherSpec, Side::Client) if state.is_tls13() => Step::ClientVerifiesServer,
        (Kind::ChangeCipherSpec, _) => handshake(from, HandshakeType::FINISHED, state),
        (Kind::ApplicationData, _) => Step::ApplicationData,
        // What cannot be read can be placed only by its surroundings.
        (_, Side::Server) if state.hello_answered() && !done => Step::ServerPresentsCertificate,
        (Kind::NotTls, _) => Step::ClientConnects,
        _ if state.hello_answered() => Step::ApplicationData,
        _ => Step::ClientConnects,
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
        _ if !state.hello_answered() => Step::ClientConnects,
        Side::Server if requested && (!done || about_a_certificate) => Step::ServerVerifiesClient,
        _ if done => Step::ApplicationData,
        _ => Step::ClientVerifiesServer,
    }
}
