//! What crossed the wire, as data: every byte named, every proof made again, every key derived.
//!
//! | module | job |
//! | --- | --- |
//! | [`tap`] | stands between TLS and TCP and keeps what passes |
//! | [`transcript`] | what a tap kept, and its text file |
//! | [`conversation`] | the answer: records, messages, checks, derivations |
//! | `explain` | the walk from bytes to that answer; `assembly`: from the content of records to messages |
//! | `records` | bytes to records |
//! | `decryption` | records to plaintext: AEADs, nonces, sequence numbers |
//! | `messages` | plaintext to trees of fields, with the words that explain them |
//! | `state` | how far the handshake is; `schedule`: the secrets known so far; `tls13` and `tls12`: how they come, and the proofs |
//! | `key_schedule` | the secrets of TLS 1.3, a row each; `secrets`: HKDF and PRF; `ledger`: what was derived |
//! | `signatures` | signatures, verified with the certificate's key |
//! | `steps` | which of the seven steps a message belongs to |
//! | `both` | a pair: one for each side |
//! | [`names`] | numbers and their registered names |
//!
//! This room never prints, and is unaware of terminals, pages, `handshake` and `http`.

pub mod tap;
pub mod transcript;
pub mod conversation;
pub mod names;
mod explain;
mod assembly;
mod records;
mod decryption;
mod messages;
mod state;
mod schedule;
mod tls13;
mod tls12;
mod key_schedule;
mod secrets;
mod ledger;
mod signatures;
mod steps;
mod both;

use crate::instruments::wire::conversation::Conversation;
use crate::instruments::wire::transcript::Transcript;

/// Explains a recorded connection. Total: whatever the bytes, there is an answer, in time and size linear
/// in the input.
pub fn explain(transcript: &Transcript) -> Conversation {
    explain::explain(transcript)
}
