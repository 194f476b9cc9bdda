//! The secret behind a ticket, carried from the connection that made it to the one that uses it.

use super::conversation::{Kind, Message};
use super::explain;
use super::numbers::HandshakeType;
use super::transcript::Transcript;
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

/// The ticket of a NewSessionTicket, which is given with its header of four bytes: behind a lifetime and a number of
/// four bytes each, a nonce with one byte of length, then the ticket with two.
fn ticket(message: &Message) -> Option<&[u8]> {
    let nonce = message.bytes.get(12..)?;
    let rest = nonce.get(1 + usize::from(*nonce.first()?)..)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    rest.get(..u16::from_be_bytes(*length).into())
}
