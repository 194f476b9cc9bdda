//! Bodies: how long they are, and how to read them (RFC 9112 §6 and §7).

use std::io::{Read, Write};

use super::ReadError;
use super::fields::{Fields, latin1, without_ows};
use super::reader::MessageReader;
use crate::phrase;

/// A chunk-size line with its extensions.
const LONGEST_CHUNK_LINE: usize = 256;
/// Chunk-size lines of a body that nobody asked for. One-byte chunks cost a peer little and us much.
const MOST_CHUNKS: u64 = 100_000;

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Content-Length: so many bytes.
    Length(u64),
    /// Transfer-Encoding: chunked.
    Chunked,
    /// The end of the connection (responses only).
    UntilClose,
}

/// Decides from the header fields. `None`: the message names no length.
///
/// A message with both a length and a transfer coding is refused: it is how a request is smuggled
/// past a proxy that believes the other one.
pub fn framing(fields: &Fields, version_minor: u8) -> Result<Option<Framing>, ReadError> {
    let length = fields.only("Content-Length")?;
    let codings: Vec<&str> = fields
        .all("Transfer-Encoding")
        .flat_map(|value| value.split(','))
        .map(without_ows)
        .collect();
    if codings.is_empty() {
        return length.map(content_length).transpose();
    }
    if length.is_some() {
        return Err(ReadError::malformed(
            400,
            phrase!("both Content-Length and Transfer-Encoding"),
        ));
    }
    // RFC 9112 §6.1: an HTTP/1.0 neighbour does not know chunks, and would take them for the body.
    if version_minor == 0 {
        return Err(ReadError::malformed(
            400,
            phrase!("Transfer-Encoding in an HTTP/1.0 message"),
        ));
    }
    match codings[..] {
        [only] if only.eq_ignore_ascii_case("chunked") => Ok(Some(Framing::Chunked)),
        [.., last] if codings.len() > 1 && !last.eq_ignore_ascii_case("chunked") => Err(
            ReadError::malformed(400, phrase!("chunked is not the last transfer coding")),
        ),
        _ => Err(ReadError::malformed(
            501,
            phrase!("a transfer coding other than chunked"),
        )),
    }
}

fn content_length(value: &str) -> Result<Framing, ReadError> {
    let bad = || ReadError::malformed(400, phrase!("Content-Length is not a number of bytes"));
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    Ok(Framing::Length(value.parse().map_err(|_| bad())?))
}

/// Reads a body to its end and passes it to `out`. Returns its length in bytes.
///
/// # Errors
/// 413 for a body of more than `limit` bytes, or of very many chunks if there is a limit; [`ReadError::Truncated`] for
/// one that ends early.
pub fn copy(
    framing: Framing,
    reader: &mut MessageReader<'_, impl Read>,
    limit: u64,
    out: &mut dyn Write,
) -> Result<u64, ReadError> {
    match framing {
        Framing::Length(length) if length > limit => Err(too_large()),
        Framing::Length(length) => copy_exactly(length, reader, out),
        Framing::Chunked => copy_chunks(reader, limit, out),
        Framing::UntilClose => copy_until_close(reader, limit, out),
    }
}

fn too_large() -> ReadError {
    ReadError::malformed(413, phrase!("the body is too large"))
}

fn copy_exactly(
    length: u64,
    reader: &mut MessageReader<'_, impl Read>,
    out: &mut dyn Write,
) -> Result<u64, ReadError> {
    let mut left = length;
    while left > 0 {
        let bytes = reader.read_up_to(left)?;
        if bytes.is_empty() {
            let came = length - left;
            return Err(ReadError::Truncated(phrase!(
                "{came} of {length} bytes of the body came",
                came,
                length
            )));
        }
        left -= bytes.len() as u64;
        out.write_all(bytes)?;
    }
    Ok(length)
}

fn copy_until_close(
    reader: &mut MessageReader<'_, impl Read>,
    limit: u64,
    out: &mut dyn Write,
) -> Result<u64, ReadError> {
    let mut copied = 0;
    loop {
        let bytes = reader.read_up_to(u64::MAX)?;
        if bytes.is_empty() {
            return Ok(copied);
        }
        copied += bytes.len() as u64;
        if copied > limit {
            return Err(too_large());
        }
        out.write_all(bytes)?;
    }
}

fn copy_chunks(
    reader: &mut MessageReader<'_, impl Read>,
    limit: u64,
    out: &mut dyn Write,
) -> Result<u64, ReadError> {
    let mut copied = 0u64;
    // A client wants the whole of what it has asked for.
    let most = match limit {
        u64::MAX => limit,
        _ => MOST_CHUNKS,
    };
    for _ in 0..most {
        let size = chunk_size(&reader.line(LONGEST_CHUNK_LINE, 400)?)?;
        if size == 0 {
            // The trailer section: read, so that the next message begins where it should, and ignored.
            Fields::read(reader)?;
            return Ok(copied);
        }
        copied = copied
            .checked_add(size)
            .filter(|copied| *copied <= limit)
            .ok_or_else(too_large)?;
        copy_exactly(size, reader, out)?;
        if !reader.line(0, 400)?.is_empty() {
            return Err(ReadError::malformed(
                400,
                phrase!("a chunk is longer than it says"),
            ));
        }
    }
    Err(ReadError::malformed(
        413,
        phrase!("the body has too many chunks"),
    ))
}

/// `1a;name=value`: hexadecimal, then extensions that nobody needs.
fn chunk_size(line: &[u8]) -> Result<u64, ReadError> {
    let line = latin1(line);
    let digits = match line.split_once(';') {
        // RFC 9112 §7.1.1: whitespace is bad, and stands before a semicolon or behind it.
        Some((digits, _extensions)) => digits.trim_end_matches([' ', '\t']),
        None => line.as_str(),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let why = phrase!("a chunk's size is not a hexadecimal number");
        return Err(ReadError::malformed(400, why));
    }
    // Nothing but digits: what does not parse has more than 64 bits.
    u64::from_str_radix(digits, 16).map_err(|_| too_large())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_chunks_are_refused_unless_they_were_asked_for() {
        let chunks = "1\r\na\r\n".repeat(100_001) + "0\r\n\r\n";
        let copied = |limit| {
            let mut bytes = chunks.as_bytes();
            let reader = &mut MessageReader::new(&mut bytes);
            copy(Framing::Chunked, reader, limit, &mut Vec::new())
        };
        assert!(matches!(copied(u64::MAX), Ok(100_001)));
        assert!(matches!(copied(1 << 20), Err(ReadError::Malformed(_))));
    }
}
