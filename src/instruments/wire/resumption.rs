//! The secret behind a ticket, carried from the connection that made it to the one that uses it.

use super::conversation::{Kind, Message};
use super::explain;
use super::numbers::HandshakeType;
use super::transcript::Transcript;
use crate::instruments::fields::Field;
use crate::narration::Side;

/// The PSK with which `later` resumes, in TLS 1.3: derived from `earlier`, in which its ticket was sent (RFC 8446
/// §4.6.1). `None`: `later` shows no ticket of `earlier`, or the secrets of `earlier` are missing.
pub fn psk(earlier: &Transcript, later: &Transcript) -> Option<Vec<u8>> {
    // The ticket stands in the ClientHello, in the clear, as a PSK identity.
    let hello = later
        .chunks
        .iter()
        .find(|chunk| chunk.from == Side::Client)?;
    let shows = |ticket: &[u8]| {
        !ticket.is_empty()
            && hello
                .bytes
                .windows(ticket.len())
                .any(|bytes| bytes == ticket)
    };
    let conversation = explain(earlier);
    let is_ticket = |message: &&Message| {
        message.kind == Kind::Handshake(HandshakeType::NEW_SESSION_TICKET)
            && ticket(message).is_some_and(shows)
    };
    let message = conversation.messages.iter().find(is_ticket)?;
    Some(message.derivations.first()?.value.clone())
}

/// The bytes of the ticket in a NewSessionTicket.
fn ticket(message: &Message) -> Option<&[u8]> {
    let field = find(&message.fields, "ticket")?;
    // The length comes first.
    message.bytes.get(field.range.start + 2..field.range.end)
}

fn find<'a>(field: &'a Field, label: &str) -> Option<&'a Field> {
    if field.label == label {
        return Some(field);
    }
    field.children.iter().find_map(|child| find(child, label))
}
