//! A response, as a server writes it and as a client reads it (RFC 9112 §4).

use std::io::{Read, Write};

use super::body::{self, Framing};
use super::fields::{Fields, latin1};
use super::reader::MessageReader;
use super::{LARGEST_HEADER_SECTION, ReadError};
use crate::clock::Moment;
use crate::phrase;

/// Interim responses (1xx) that are skipped before the final one (RFC 9110 §15.2). A server that sends nothing
/// else would hold its client for ever.
const MOST_INTERIM: usize = 8;

/// An answer of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 200, 404, …
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// Further header fields, name and value.
    pub fields: Vec<(&'static str, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Response {
    /// A plain text answer.
    pub fn text(status: u16, body: impl Into<String>) -> Response {
        Response {
            status,
            content_type: "text/plain",
            fields: Vec::new(),
            body: body.into().into_bytes(),
        }
    }

    /// An answer that says what its status means, and `why`.
    pub fn refusal(status: u16, why: &str) -> Response {
        Response::text(status, format!("{status} {}: {why}\n", reason(status)))
    }

    /// The bytes on the wire, head and body in one piece, so that one write makes one record.
    pub fn to_bytes(&self, head_only: bool, connection: Option<&str>) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let mut field = |name: &str, value: &str| {
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        };
        field("Date", &Moment::now().http_date());
        field("Content-Type", self.content_type);
        field("Content-Length", &self.body.len().to_string());
        for (name, value) in &self.fields {
            field(name, value);
        }
        if let Some(option) = connection {
            field("Connection", option);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if !head_only {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}

/// A response whose head a client has read. Its body is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// Three digits.
    pub status: u16,
    /// The reason phrase, as the server sent it: for people only, and not escaped.
    pub reason: String,
    /// The header fields.
    pub fields: Fields,
    framing: Framing,
}

impl ResponseHead {
    /// Reads the head of the answer to a GET. Interim answers (1xx) before it are skipped.
    ///
    /// # Errors
    /// [`ReadError`]; the status in it means nothing to a client.
    pub fn read(reader: &mut MessageReader<'_, impl Read>) -> Result<ResponseHead, ReadError> {
        for _ in 0..MOST_INTERIM {
            let (version_minor, status, reason) =
                status_line(&reader.line(LARGEST_HEADER_SECTION, 431)?)?;
            let fields = Fields::read(reader)?;
            match status {
                // The client did not ask to switch protocols: what follows would be no HTTP.
                101 => {
                    return Err(ReadError::malformed(
                        400,
                        phrase!("an answer with status 101, unasked"),
                    ));
                }
                100..200 => continue,
                200..600 => {}
                _ => {
                    return Err(ReadError::malformed(
                        400,
                        phrase!("an answer with a status that is none"),
                    ));
                }
            }
            let framing = match status {
                // RFC 9112 §6.3: these have no body, whatever their fields say.
                204 | 304 => Framing::Length(0),
                _ => body::framing(&fields, version_minor)?.unwrap_or(Framing::UntilClose),
            };
            return Ok(ResponseHead {
                status,
                reason,
                fields,
                framing,
            });
        }
        Err(ReadError::malformed(
            400,
            phrase!("interim responses (1xx) without end"),
        ))
    }

    /// Reads the body to its end and passes it to `out`. Returns its length in bytes.
    ///
    /// # Errors
    /// A body that is cut short. One that ends with the connection has to end with close_notify, or
    /// the stream reports an error: otherwise an attacker could cut it short unnoticed.
    pub fn copy_body(
        &self,
        reader: &mut MessageReader<'_, impl Read>,
        out: &mut dyn Write,
    ) -> Result<u64, ReadError> {
        body::copy(self.framing, reader, u64::MAX, out)
    }
}

/// `HTTP/1.1 200 OK`. The reason phrase may be missing, with its space (as some servers do) or not.
fn status_line(line: &[u8]) -> Result<(u8, u16, String), ReadError> {
    let bad = || {
        ReadError::malformed(
            400,
            phrase!("the answer does not begin with an HTTP/1 status line"),
        )
    };
    let minor = match line.get(..9).ok_or_else(bad)? {
        b"HTTP/1.0 " => 0,
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor, b' '] if minor.is_ascii_digit() => 1,
        _ => return Err(bad()),
    };
    let (digits, rest) = (line.get(9..12).ok_or_else(bad)?, &line[12..]);
    if !digits.iter().all(u8::is_ascii_digit) || !(rest.is_empty() || rest.starts_with(b" ")) {
        return Err(bad());
    }
    let status = digits
        .iter()
        .fold(0u16, |status, digit| status * 10 + u16::from(digit - b'0'));
    Ok((minor, status, latin1(rest.trim_ascii())))
}
