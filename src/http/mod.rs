//! HTTP/1.1 by hand, over any `Read + Write`. Unaware of TLS and of sockets.
//!
//! Small on purpose, and strict: RFC 9112 leaves a receiver some freedom with malformed messages, and
//! two receivers that use it differently can be played against each other (request smuggling). So
//! whatever is not well-formed is refused.

pub mod reader;
pub mod fields;
pub mod authority;
pub mod request;
pub mod response;
pub mod body;

use std::fmt;
use std::io;

use crate::language::Phrase;

/// A request line longer than this gets 414.
pub const LONGEST_REQUEST_LINE: usize = 8 * 1024;
/// A header section larger than this, in bytes, gets 431.
pub const LARGEST_HEADER_SECTION: usize = 16 * 1024;
/// A header section with more field lines than this gets 431.
pub const MOST_FIELDS: usize = 100;
/// A request body larger than this, in bytes, gets 413. Bodies are read only to be skipped.
pub const LARGEST_REQUEST_BODY: u64 = 1024 * 1024;

/// Why a message could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// The connection failed, or was cut: no close_notify.
    Io(io::Error),
    /// The other side closed in good order, in the middle of a message: what is missing.
    Truncated(Phrase),
    /// The message is not acceptable.
    Malformed(Malformed),
}

/// What is wrong with a message, and the status that a server answers it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// 400, 413, 414, 417, 431, 501 or 505.
    pub status: u16,
    /// A sentence without a full stop.
    pub why: Phrase,
}

impl ReadError {
    /// A message that earns `status`.
    pub(crate) fn malformed(status: u16, why: impl Into<Phrase>) -> ReadError {
        ReadError::Malformed(Malformed {
            status,
            why: why.into(),
        })
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Io(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => write!(f, "{error}"),
            ReadError::Truncated(missing) => missing.fmt(f),
            ReadError::Malformed(malformed) => malformed.why.fmt(f),
        }
    }
}
