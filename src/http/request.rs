//! A request, as a server reads it (RFC 9112 §3).

use std::io::{self, Read};

use super::authority::Authority;
use super::body::{self, Framing};
use super::fields::{Fields, is_token, latin1};
use super::reader::MessageReader;
use super::{LARGEST_REQUEST_BODY, LONGEST_REQUEST_LINE, ReadError};

/// Empty lines before a request line that are skipped, as RFC 9112 §2.2 asks: old clients end a POST with one
/// too many. A client that sends nothing else is not read for ever.
const MOST_EMPTY_LINES: usize = 4;

/// A request whose head was read and checked. Its body, if any, is still to be skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, as it was sent: methods are case-sensitive.
    pub method: String,
    /// The path, beginning with `/`, without the query. Not decoded.
    pub path: String,
    /// The whole request target, as it was sent.
    pub target: String,
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    pub version_minor: u8,
    /// The header fields.
    pub fields: Fields,
    framing: Option<Framing>,
}

impl Request {
    /// Reads a request's head.
    ///
    /// # Errors
    /// [`ReadError::Malformed`] has the status of the answer, after which the connection is closed:
    /// nobody knows where the next request begins.
    pub fn read(reader: &mut MessageReader<'_, impl Read>) -> Result<Request, ReadError> {
        let mut line = Vec::new();
        for _ in 0..=MOST_EMPTY_LINES {
            line = reader.line(LONGEST_REQUEST_LINE, 414)?;
            if !line.is_empty() {
                break;
            }
        }
        let (method, target, version_minor) = request_line(&line)?;
        let fields = Fields::read(reader)?;
        let path = path(&method, &target)?;
        check_host(&fields, version_minor)?;
        let framing = body::framing(&fields, version_minor)?;
        if let Some(expected) = fields.only("Expect")?
            && !expected.eq_ignore_ascii_case("100-continue")
        {
            return Err(ReadError::malformed(
                417,
                "an expectation other than 100-continue",
            ));
        }
        Ok(Request {
            method,
            path,
            target,
            version_minor,
            fields,
            framing,
        })
    }

    /// Reads the body and throws it away, so that the next request begins where it should.
    ///
    /// # Errors
    /// 413 if it is larger than [`LARGEST_REQUEST_BODY`].
    pub fn skip_body(&self, reader: &mut MessageReader<'_, impl Read>) -> Result<(), ReadError> {
        match self.framing {
            Some(framing) => {
                body::copy(framing, reader, LARGEST_REQUEST_BODY, &mut io::sink()).map(drop)
            }
            None => Ok(()),
        }
    }

    /// True if the client waits for a `100 Continue` before it sends its body. It gets the final
    /// answer instead, and the connection is closed, since the body may or may not follow.
    pub fn expects_continue(&self) -> bool {
        self.fields.all("Expect").next().is_some() && self.framing.is_some()
    }

    /// True if the connection stays open after the answer (RFC 9112 §9.3).
    pub fn keeps_alive(&self) -> bool {
        let asked = |option| self.fields.lists("Connection", option);
        !asked("close")
            && !self.expects_continue()
            && (self.version_minor == 1 || asked("keep-alive"))
    }
}

/// `GET /path HTTP/1.1`: three parts, one space between them.
fn request_line(line: &[u8]) -> Result<(String, String, u8), ReadError> {
    let parts: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let [method, target, version] = parts[..] else {
        return Err(ReadError::malformed(
            400,
            "the request line is not: method, target, version",
        ));
    };
    if !is_token(method) {
        return Err(ReadError::malformed(400, "the method is not a token"));
    }
    let version_minor = match version {
        b"HTTP/1.1" => 1,
        b"HTTP/1.0" => 0,
        // RFC 9110 §2.5: a higher minor version is read as the highest that the receiver knows.
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor] if minor.is_ascii_digit() => 1,
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            return Err(ReadError::malformed(
                505,
                "an HTTP version other than 1.0 and 1.1",
            ));
        }
        _ => {
            return Err(ReadError::malformed(
                400,
                "the request line does not end with an HTTP version",
            ));
        }
    };
    // A fragment never leaves a client (RFC 9110 §7.1); a space would have made four parts.
    if target.is_empty() || !target.iter().all(u8::is_ascii_graphic) || target.contains(&b'#') {
        return Err(ReadError::malformed(
            400,
            "the request target has a character that is not allowed",
        ));
    }
    Ok((latin1(method), latin1(target), version_minor))
}

/// The path of a request target (RFC 9112 §3.2).
fn path(method: &str, target: &str) -> Result<String, ReadError> {
    let bad = || ReadError::malformed(400, "the request target is neither a path nor a URL");
    let absolute = || {
        // A scheme may be written in capitals (RFC 3986 §3.1).
        let known = |scheme: &str| matches!(&*scheme.to_ascii_lowercase(), "https" | "http");
        let (_, rest) = target
            .split_once("://")
            .filter(|(scheme, _)| known(scheme))?;
        let slash = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(slash);
        is_host_and_port(authority).then(|| {
            if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            }
        })
    };
    let path = match target {
        // The server as a whole, and a tunnel: no path of ours, and the method gets 405.
        "*" if method == "OPTIONS" => "*".to_owned(),
        authority if method == "CONNECT" && is_host_and_port(authority) => "*".to_owned(),
        path if path.starts_with('/') => path.to_owned(),
        _ => absolute().ok_or_else(bad)?,
    };
    Ok(path.split('?').next().unwrap_or_default().to_owned())
}

/// HTTP/1.1 wants exactly one Host (RFC 9112 §3.2). Two, or a strange one, is how a request is routed
/// to one place and checked for another.
fn check_host(fields: &Fields, version_minor: u8) -> Result<(), ReadError> {
    match fields.only("Host")? {
        None if version_minor == 1 => Err(ReadError::malformed(400, "no Host field")),
        Some(host) if !is_host_and_port(host) => Err(ReadError::malformed(
            400,
            "the Host field is no host and port",
        )),
        _ => Ok(()),
    }
}

fn is_host_and_port(text: &str) -> bool {
    Authority::parse(text).is_ok()
}
