//! Where TLS begins in a connection, and which protocol stood before it.
//!
//! Mail, databases and proxies speak a few lines of their own protocol first, and then start TLS on the same
//! connection. Those lines are told by their own words; what is not known here is still skipped, and said to be
//! unknown.

use crate::instruments::wire::transcript::{Chunk, Transcript};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// How far into a connection its ClientHello is looked for, in bytes of the client.
pub(super) const LONGEST: usize = 1 << 16;

/// What stood before TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prelude {
    /// The protocol and how it starts TLS.
    pub name: Phrase,
    /// Bytes of the client.
    pub client: usize,
    /// Bytes of the server.
    pub server: usize,
}

/// Where a ClientHello begins in these bytes (RFC 8446 §4.1.2 and §5.1).
pub(super) fn client_hello(bytes: &[u8]) -> Option<usize> {
    // The record: handshake, version 3.0 to 3.4, any length. The message: client_hello, a length that no more
    // than 64 KiB have, version 3.0 to 3.3.
    let is_hello = |window: &[u8]| {
        let versions = matches!(window, [22, 3, 0..=4, _, _, 1, 0, _, _, 3, 0..=3]);
        versions && window.get(3..5) != Some(&[0, 0])
    };
    bytes.windows(11).position(is_hello)
}

/// Whether these are the first bytes of a record of TLS, of any type.
pub(super) fn is_record(bytes: &[u8]) -> bool {
    matches!(bytes, [20..=23, 3, 0..=4, 0..=0x41, _, ..])
}

/// Takes away what stands before the ClientHello at byte `hello` of the client.
pub(super) fn skip(transcript: &mut Transcript, hello: usize) -> Prelude {
    let (mut client, mut server) = (Vec::new(), Vec::new());
    let mut begun = false;
    transcript.chunks.retain_mut(|Chunk { from, bytes, .. }| {
        if begun || bytes.is_empty() {
            return true;
        }
        // A server starts TLS as the answer to the ClientHello: what it said before is something else.
        if *from == Side::Server {
            server.append(bytes);
            return false;
        }
        let before = bytes.len().min(hello - client.len());
        client.extend(bytes.drain(..before));
        begun = !bytes.is_empty();
        begun
    });
    Prelude {
        name: name(&client, &server),
        client: client.len(),
        server: server.len(),
    }
}

fn name(client: &[u8], server: &[u8]) -> Phrase {
    const SSL_REQUEST: &[u8] = &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    // The same for GSSAPI, which libpq asks for first.
    const GSS_REQUEST: &[u8] = &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30];
    if client.starts_with(SSL_REQUEST) || client.starts_with(GSS_REQUEST) {
        return phrase!("PostgreSQL (SSLRequest)");
    }
    // A packet of the server with the number 0 and protocol 10; the client's answer has the number 1.
    if matches!((server, client), ([_, _, _, 0, 10, ..], [32, 0, 0, 1, ..])) {
        return phrase!("MySQL (greeting and SSLRequest)");
    }
    if client.starts_with(b"PROXY ") || client.starts_with(b"\r\n\r\n\0\r\nQUIT\n") {
        return phrase!("the PROXY protocol");
    }
    if client.starts_with(b"CONNECT ") {
        return phrase!("an HTTP proxy (CONNECT)");
    }
    let words = String::from_utf8_lossy(client).to_ascii_uppercase();
    let last = words.trim_end().lines().next_back().unwrap_or_default();
    match server {
        [b'2', b'2', b'0', ..] if last == "STARTTLS" => phrase!("SMTP (STARTTLS)"),
        [b'*', b' ', ..] if last.ends_with(" STARTTLS") => phrase!("IMAP (STARTTLS)"),
        [b'+', b'O', b'K', ..] if last == "STLS" => phrase!("POP3 (STLS)"),
        [b'2', b'2', b'0', ..] if ["AUTH TLS", "AUTH SSL"].contains(&last) => {
            phrase!("FTP (AUTH TLS)")
        }
        _ => phrase!("a protocol that is not known here"),
    }
}
