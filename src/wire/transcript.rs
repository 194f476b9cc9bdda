//! A recorded connection: which bytes crossed, in which direction, when, and the secrets to read them.
//!
//! A file of it is plain text that a person can read, diff and write. It is unaware of what the bytes mean.

use std::time::Duration;

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that connects.
    Client,
    /// The one that listens.
    Server,
}

/// Everything that a tap saw of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Where the tap sat; `None` when it is not known. The order and times are those of this side.
    pub tapped: Option<Side>,
    /// The bytes, in the order in which they passed the tap.
    pub chunks: Vec<Chunk>,
    /// The secrets, as in a file of SSLKEYLOGFILE.
    pub secrets: Vec<Secret>,
    /// True when the recording reached its cap, and the rest is missing.
    pub capped: bool,
}

/// Bytes that passed the tap at once. Not a record and not a packet: what one call read or wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Who sent them.
    pub from: Side,
    /// When, since the recording began.
    pub at: Duration,
    /// The bytes. None at all: this side ended its direction of the TCP connection.
    pub bytes: Vec<u8>,
}

/// A line of a key log: `label`, client random and secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// E.g. `CLIENT_HANDSHAKE_TRAFFIC_SECRET`.
    pub label: String,
    /// The `random` of the ClientHello: which connection it belongs to. 32 bytes.
    pub client_random: Vec<u8>,
    /// The secret itself.
    pub secret: Vec<u8>,
}
