//! Which of the seven steps a message belongs to, and what has to be said of a connection as a whole.
//!
//! Unaware of bytes: it looks at kinds and at how far the handshake is.

use crate::instruments::wire::conversation::{Kind, Protection, Record};
use crate::instruments::wire::state::State;
use crate::narration::Side;

/// The step of a message, 1 to 7. The state is that before the message.
pub(crate) fn step(from: Side, kind: Kind, state: &State) -> u8 {
    let done = state.handshake_complete();
    match (kind, from) {
        (Kind::Handshake(_), _) if done && state.is_tls13() => 7,
        (Kind::Handshake(kind), _) => handshake(from, kind, state),
        (Kind::Alert(_, 0 | 90), _) => 7,
        (Kind::Alert(_, alert), _) => refused(from, alert, state, done),
        (Kind::ChangeCipherSpec, Side::Server) if state.is_tls13() => 1,
        (Kind::ChangeCipherSpec, Side::Client) if !hello_answered(state) => 1,
        (Kind::ChangeCipherSpec, Side::Client) if state.is_tls13() => 3,
        (Kind::ChangeCipherSpec, _) => handshake(from, 20, state),
        (Kind::ApplicationData, _) => 7,
        // What cannot be read can be placed only by its surroundings.
        (_, Side::Server) if hello_answered(state) && !done => 2,
        (Kind::NotTls, _) => 1,
        _ if hello_answered(state) => 7,
        _ => 1,
    }
}

fn handshake(from: Side, kind: u8, state: &State) -> u8 {
    match (kind, from) {
        (1 | 2, _) => 1,
        // TLS 1.2: the server's last word follows its verdict on the client. A resumption has no verdict.
        (4 | 20, Side::Server)
            if !state.is_tls13() && !state.resumed && state.client_key_exchanged =>
        {
            if state.requested { 5 } else { 3 }
        }
        (_, Side::Server) => 2,
        // Without a certificate of its own, all that the client says is that the server's is good.
        (_, Side::Client) if state.requested => 4,
        (_, Side::Client) => 3,
    }
}

/// The step that a fatal alert refuses.
fn refused(from: Side, alert: u8, state: &State, done: bool) -> u8 {
    let about_a_certificate = matches!(alert, 40..=51 | 113 | 116);
    match from {
        _ if !hello_answered(state) => 1,
        Side::Client if done => 7,
        Side::Client => 3,
        Side::Server if state.requested && (!done || about_a_certificate) => 5,
        Side::Server if done => 7,
        Side::Server => 3,
    }
}

fn hello_answered(state: &State) -> bool {
    !state.server_random.is_empty()
}

/// What a reader has to know about the whole connection.
pub(crate) fn notes(state: &State, capped: bool, records: &[Record]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(text.to_owned());
    if capped {
        note("The recording reached its cap; what came after is missing.");
    }
    if state.resumed {
        note(
            "A resumption: no certificate is sent, by neither side. Both identities still hold, because only the two who \
             proved theirs in the earlier session know the secret behind its ticket. TLS does not \
             check the certificates again; whether the server does, at step 6, is its own affair.",
        );
    }
    if state.client_certificate_sent && !state.is_tls13() {
        note("TLS 1.2: the client's certificate crossed the wire in the clear.");
    }
    let derived = state.tls13_tree_known();
    if state.is_tls13() && state.has_secrets() && !derived {
        note(
            "The key log begins at the traffic secrets. The secrets above them (early, handshake, master) never leave the \
             TLS library, so the key schedule is shown from there on.",
        );
    }
    let unreadable = records
        .iter()
        .filter_map(|record| match &record.protection {
            Protection::Unreadable(reason) => Some(reason),
            _ => None,
        });
    let mut unreadable = unreadable.peekable();
    if let Some(reason) = unreadable.peek() {
        let reason = reason.as_str().to_owned();
        let count = unreadable.count();
        notes.push(format!(
            "{count} of {} records could not be read. The first: {reason}.",
            records.len()
        ));
    }
    notes
}
