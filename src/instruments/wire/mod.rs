//! What crossed the wire, as data: every byte named, every proof made again, every key derived.
//!
//! In the order in which a message passes through them:
//!
//! | module | job |
//! | --- | --- |
//! | [`tap`] | stands between TLS and TCP and keeps what passes |
//! | [`key_exchange`] | rustls's groups, wrapped, so that a recording has the secret they agree on |
//! | [`transcript`] | what a tap kept, and its text file |
//! | `explain` | the walk: from bytes to records to plaintext |
//! | `records` | bytes to records |
//! | `decryption` | records to plaintext: AEADs, nonces, sequence numbers |
//! | `reassembly`, `carried` | the content of records to messages |
//! | [`keeping`] | how much is kept for a view; the rest is read and judged, and counted |
//! | `messages` | a message's bytes to a tree of fields, and in the same pass to data |
//! | `state` | takes that data in: how far the handshake is, what is agreed |
//! | `session` | what both versions share of that |
//! | `early_data`, `tls13`, `tls12` | when each secret becomes computable, and the proofs |
//! | `key_schedule` | the secrets of TLS 1.3, a row each |
//! | `derivation`, `hkdf` | derives secrets and writes down how; HKDF and PRF |
//! | `signatures` | signatures, verified with the certificate's key |
//! | `steps` | which of the seven steps a message belongs to |
//! | [`conversation`] | the answer: records, messages, checks, derivations |
//! | [`resumption`] | the secret behind a ticket, from the connection that made it |
//! | `key_log`, `per_side` | the secrets of a transcript, looked up; a value for each side |
//! | [`numbers`], [`names`] | the protocol's numbers as constants; their registered names, out of `registries.txt` |
//!
//! This room never prints, and is unaware of terminals, pages, `handshake` and `http`.

pub mod tap;
pub mod key_exchange;
pub mod transcript;
mod explain;
mod records;
mod decryption;
mod carried;
pub mod keeping;
mod reassembly;
mod messages;
mod session;
mod state;
mod early_data;
mod tls13;
mod tls12;
mod key_schedule;
mod derivation;
mod hkdf;
pub(crate) mod signatures;
mod steps;
pub mod conversation;
mod omitted;
pub mod resumption;
mod key_log;
mod per_side;
pub mod numbers;
pub mod names;

use crate::instruments::wire::conversation::Conversation;
use crate::instruments::wire::transcript::Transcript;

/// Explains a recorded connection. Total: whatever the bytes, there is an answer, in time linear in the
/// input. What no view shows is read, decrypted and judged, but not kept: see [`conversation::Omitted`].
pub fn explain(transcript: &Transcript) -> Conversation {
    explain::explain(transcript)
}
