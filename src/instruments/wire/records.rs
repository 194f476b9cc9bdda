//! Reads records out of the bytes of one direction (RFC 8446 §5.1), and names the bytes of a record.
//!
//! Unaware of keys and messages. A record is not a message: it may hold several, or a part of one.

use crate::instruments::fields::{Field, read_all};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::TLS13;
use crate::language::Phrase;
use crate::phrase;

/// Content type, version and length.
pub(crate) const HEADER: usize = 5;
/// 2^14 bytes, and what TLS 1.2 allows protection to add (RFC 5246 §6.2.3).
const LONGEST: usize = (1 << 14) + 2048;

/// What comes next in a direction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// A whole record, header included.
    Record(Vec<u8>),
    /// Bytes that cannot be a record. Nothing behind them can be found again.
    NotTls(Vec<u8>),
}

/// The bytes of one direction that are no whole record yet.
#[derive(Debug, Default)]
pub(crate) struct RecordReader {
    bytes: Vec<u8>,
    from: usize,
    lost: bool,
}

impl RecordReader {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.from);
        self.from = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole record, if there is one.
    pub(crate) fn next_record(&mut self) -> Option<Parsed> {
        let rest = self.bytes.get(self.from..).unwrap_or_default();
        self.lost |= !may_begin_a_record(rest);
        if self.lost && !rest.is_empty() {
            return self.rest().map(Parsed::NotTls);
        }
        let &[_, _, _, high, low, ..] = rest else {
            return None;
        };
        let length = HEADER + usize::from(u16::from_be_bytes([high, low]));
        let record = rest.get(..length)?.to_vec();
        self.from += length;
        Some(Parsed::Record(record))
    }

    /// What is left when nothing more comes: the beginning of a record.
    pub(crate) fn rest(&mut self) -> Option<Vec<u8>> {
        let rest = self.bytes.split_off(self.from);
        (!rest.is_empty()).then_some(rest)
    }
}

/// The second byte, the major version, has been 3 since SSL 3.0; and no record is longer than allowed.
/// The type is left open, so that an unknown one is seen as what it is.
fn may_begin_a_record(bytes: &[u8]) -> bool {
    let version = bytes.get(1).is_none_or(|major| *major == 3)
        && bytes.get(2).is_none_or(|minor| *minor <= 4);
    let length = match bytes {
        [_, _, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    version && length <= LONGEST
}

/// How the payload of a record is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// Readable.
    Plain,
    /// Ciphertext and tag.
    Sealed,
    /// TLS 1.2 with GCM: eight bytes of nonce, ciphertext, tag.
    SealedWithNonce,
    /// Nobody knows.
    Opaque,
}

/// What each byte of a record is.
pub(crate) fn fields(record: &[u8], layout: Layout, version: Option<u16>) -> Field {
    let old = version.is_some_and(|version| version < TLS13);
    let (label, source) = match layout {
        Layout::Plain if old => ("TLSPlaintext", "RFC 5246 §6.2.1"),
        Layout::Plain => ("TLSPlaintext", "RFC 8446 §5.1"),
        _ if old => ("TLSCiphertext", "RFC 5246 §6.2.3"),
        _ => ("TLSCiphertext", "RFC 8446 §5.2"),
    };
    let (version_label, version_meaning) = match old {
        true => (
            "version",
            phrase!("that of the connection; in the first records often an older one"),
        ),
        false => (
            "legacy_record_version",
            phrase!("means nothing any more; middleboxes want to see it"),
        ),
    };
    read_all(record, label, source, "", |reader| {
        reader.group("header", "", "", |reader| {
            let kind = reader.u8("type", "")?;
            reader.value(names::CONTENT_TYPES.name(kind));
            let version = reader.u16(version_label, version_meaning)?;
            reader.value(names::VERSIONS.name(version));
            let length = reader.u16("length", phrase!("of what follows"))?;
            reader.value(Phrase::bytes(length.into()));
            Ok(())
        })?;
        if let Layout::SealedWithNonce = layout {
            reader.bytes(
                8,
                "nonce_explicit",
                phrase!("the sender's choice, never twice the same: often a counter"),
            )?;
        }
        match layout {
            Layout::Plain => {
                reader.rest("fragment", phrase!("anybody on the network can read it"))?
            }
            Layout::Opaque => reader.rest("encrypted_record", phrase!("ciphertext"))?,
            Layout::Sealed | Layout::SealedWithNonce => {
                let ciphertext = reader.remaining().saturating_sub(16);
                if ciphertext > 0 {
                    reader.bytes(ciphertext, "ciphertext", "")?;
                }
                reader.bytes(
                    16,
                    "authentication tag",
                    phrase!("the seal: one changed bit anywhere, and it does not fit"),
                )?
            }
        };
        Ok(())
    })
}

/// What bytes that are no TLS may be instead.
pub(crate) fn guess(bytes: &[u8]) -> Phrase {
    const METHODS: [&[u8]; 6] = [
        b"GET ",
        b"POST ",
        b"HEAD ",
        b"PUT ",
        b"OPTIONS ",
        b"CONNECT ",
    ];
    match bytes {
        _ if METHODS.iter().any(|method| bytes.starts_with(method)) => {
            phrase!("an HTTP request in plain text")
        }
        _ if bytes.starts_with(b"HTTP/") => {
            phrase!("an HTTP response in plain text: this port does not speak TLS")
        }
        _ if bytes.starts_with(b"SSH-") => "SSH".into(),
        _ if bytes.starts_with(b"220 ") => {
            phrase!("the greeting of a mail or FTP server: TLS would begin after STARTTLS")
        }
        [first, _, 1, ..] if first & 0x80 != 0 => phrase!("a ClientHello of SSL 2.0"),
        _ => phrase!("no TLS"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_however_the_bytes_arrive() {
        let bytes = [
            &[22, 3, 1, 0, 2, 7, 8][..],
            &[99, 3, 3, 0, 0],
            &[23, 3, 3, 0, 9, 1],
        ]
        .concat();
        for size in 1..bytes.len() {
            let (mut reader, mut records) = (RecordReader::default(), Vec::new());
            for chunk in bytes.chunks(size) {
                reader.push(chunk);
                records.extend(std::iter::from_fn(|| reader.next_record()));
            }
            let whole = |bytes: &[u8]| Parsed::Record(bytes.to_vec());
            assert_eq!(records, [whole(&bytes[..7]), whole(&bytes[7..12])]);
            assert_eq!(reader.rest().as_deref(), Some(&bytes[12..]));
        }
    }

    #[test]
    fn what_is_no_tls_is_kept_and_named() {
        let mut reader = RecordReader::default();
        reader.push(b"GET / HTTP/1.1");
        assert_eq!(
            reader.next_record(),
            Some(Parsed::NotTls(b"GET / HTTP/1.1".to_vec()))
        );
        assert_eq!(reader.next_record(), None);
        reader.push(&[22, 3, 1, 0, 0]);
        assert!(
            matches!(reader.next_record(), Some(Parsed::NotTls(_))),
            "nothing is found again"
        );
        assert!(guess(b"GET / HTTP/1.1").contains("HTTP request"));
    }
}
