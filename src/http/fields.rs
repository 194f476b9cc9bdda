//! Field lines: `Name: value` (RFC 9112 §5).

use std::io::Read;

use super::reader::MessageReader;
use super::{LARGEST_HEADER_SECTION, MOST_FIELDS, ReadError};
use crate::phrase;

/// The fields of a header or trailer section, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads field lines up to the empty line that ends the section.
    pub fn read(reader: &mut MessageReader<'_, impl Read>) -> Result<Fields, ReadError> {
        let mut fields = Vec::new();
        let mut left = LARGEST_HEADER_SECTION;
        loop {
            let line = reader.line(left, 431)?;
            if line.is_empty() {
                return Ok(Fields(fields));
            }
            left = left.saturating_sub(line.len() + 2);
            if fields.len() == MOST_FIELDS || left == 0 {
                return Err(ReadError::malformed(431, phrase!("too many header fields")));
            }
            fields.push(field(&line)?);
        }
    }

    /// The values of all fields called `name`, whatever their case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let same = move |field: &&(String, String)| field.0.eq_ignore_ascii_case(name);
        self.0.iter().filter(same).map(|(_, value)| value.as_str())
    }

    /// The value of the only field called `name`. More than one is an error.
    pub fn only<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, ReadError> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(ReadError::malformed(
                400,
                phrase!("more than one {name} field", name),
            )),
            (value, None) => Ok(value),
        }
    }

    /// True if a comma-separated list called `name` has the element `wanted`, whatever its case.
    pub fn lists(&self, name: &str, wanted: &str) -> bool {
        self.all(name)
            .flat_map(|value| value.split(','))
            .any(|part| without_ows(part).eq_ignore_ascii_case(wanted))
    }
}

/// Splits a field line. Bytes above 0x7f (obs-text) are read as Latin-1: no byte is lost.
fn field(line: &[u8]) -> Result<(String, String), ReadError> {
    // RFC 9112 §5.2: a server refuses obs-fold. A proxy may join the lines in another way than we would.
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return Err(ReadError::malformed(
            400,
            phrase!("a header field is folded over two lines (obs-fold)"),
        ));
    }
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return Err(ReadError::malformed(
            400,
            phrase!("a header field has no colon"),
        ));
    };
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    // RFC 9112 §5.1: to one receiver `Content-Length : 5` is a length, to another an unknown field.
    if name.last().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        return Err(ReadError::malformed(
            400,
            phrase!("a header field has a space before its colon"),
        ));
    }
    if !is_token(name) {
        return Err(ReadError::malformed(
            400,
            phrase!("a header field's name is not a token"),
        ));
    }
    // RFC 9110 §5.5: a NUL or a bare CR in a value is invalid and dangerous, because logs and programs in C end
    // a text there.
    if value
        .iter()
        .any(|byte| byte.is_ascii_control() && *byte != b'\t')
    {
        return Err(ReadError::malformed(
            400,
            phrase!("a header field's value has a control character in it"),
        ));
    }
    Ok((latin1(name), without_ows(&latin1(value)).to_owned()))
}

/// Without optional whitespace at its ends: spaces and tabs, and nothing else (RFC 9110 §5.6.3). What
/// Unicode or ASCII call white beyond that would let a receiver see another word than its neighbour.
pub fn without_ows(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// True for a token: letters, digits and some marks, at least one (RFC 9110 §5.6.2).
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// Bytes as text, each byte the character of its number.
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
