//! Why a header of the PROXY protocol was refused. The parser is the server's; the words for it are here, beside those
//! for everything else that can be wrong with the first bytes of a connection.

use std::fmt;
use std::io;

use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// What is wrong with a header of the PROXY protocol. It travels inside an [`io::Error`] of the kind `InvalidData`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadHeader {
    /// These first bytes begin no header.
    Missing([u8; 12]),
    /// The connection ended inside of it.
    CutShort,
    /// Version 1: no CRLF in the first 107 bytes.
    LineTooLong,
    /// Version 1: this line, safe to show, is not in the one form that is allowed.
    Line(String),
    /// Version 2 has another number in its place: this one.
    Version(u8),
    /// Version 2: a command that is neither LOCAL nor PROXY.
    Command(u8),
    /// Version 2: a byte for family and protocol that is not assigned.
    Family(u8),
    /// Version 2: fewer bytes than the addresses need, or more than anybody needs.
    Length(u16),
}

impl BadHeader {
    /// The header's fault in an error of a read, if it is one.
    pub(super) fn of(error: &io::Error) -> Option<&BadHeader> {
        error.get_ref()?.downcast_ref()
    }

    /// What was found.
    pub(super) fn found(&self) -> Phrase {
        let what = match self {
            // 0x16: a TLS record of the type handshake (RFC 8446 §5.1).
            BadHeader::Missing([0x16, ..]) => {
                phrase!("there is none: the connection begins with a TLS handshake")
            }
            BadHeader::Missing(bytes) => phrase!(
                "there is none: the connection begins with \"{bytes}\"",
                bytes = text::terminal_bytes(bytes)
            ),
            BadHeader::CutShort => phrase!("the connection ended inside of it"),
            BadHeader::LineTooLong => phrase!("version 1: no CRLF in the first 107 bytes"),
            BadHeader::Line(line) => phrase!("version 1: a wrong line, \"{line}\"", line),
            BadHeader::Version(number) => phrase!("the version is {number}, not 2", number),
            BadHeader::Command(number) => {
                phrase!("version 2: no command has number {number}", number)
            }
            BadHeader::Family(byte) => phrase!(
                "version 2: no family and protocol have number {byte}",
                byte = format!("0x{byte:02x}")
            ),
            BadHeader::Length(length) => phrase!(
                "version 2: it announces {length} bytes, which is too few or too many",
                length
            ),
        };
        phrase!(
            "this address has to send a header of the PROXY protocol (--proxy-protocol): {what}",
            what
        )
    }

    /// What to try.
    pub(super) fn remedy(&self) -> Phrase {
        match self {
            BadHeader::Missing(_) => phrase!(
                "switch it on at the proxy (HAProxy: send-proxy-v2; nginx: proxy_protocol on); a client on the proxy's \
                machine has to go through the proxy"
            ),
            _ => phrase!("the proxy's own log, and what stands between it and this server"),
        }
    }
}

impl From<BadHeader> for io::Error {
    fn from(bad: BadHeader) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, bad)
    }
}

impl std::error::Error for BadHeader {}

impl fmt::Display for BadHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.found().fmt(f)
    }
}
