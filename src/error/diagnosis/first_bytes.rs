//! Which protocol a peer speaks that does not speak TLS: its first bytes tell.

use super::{Row, row};
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;

/// A first byte between these is the type of a TLS record (RFC 8446 §5.1).
const RECORD_TYPES: std::ops::RangeInclusive<u8> = 20..=24;

/// What the first bytes of the peer of `side` say, if they are no TLS and are known. With its name.
pub(super) fn named(side: Side, bytes: &[u8]) -> Option<(Row, &'static str)> {
    if bytes
        .first()
        .is_none_or(|first| RECORD_TYPES.contains(first))
    {
        return None;
    }
    let (protocol, remedy, name) = match side {
        Side::Client => of_server(bytes)?,
        Side::Server => of_client(bytes)?,
    };
    let peer = side.peer();
    let found = phrase!(
        "the {peer} does not speak TLS: its first bytes are {protocol}",
        peer,
        protocol
    );
    Some((row(Step::ClientConnects, found, remedy), name))
}

/// Whether a client's bytes may be the beginning of one of those that are known, and are too few to tell. A client may send
/// them one by one.
pub fn may_tell_more(bytes: &[u8]) -> bool {
    let mut known = HTTP.iter().chain(&HEADERS).chain(&OTHERS);
    let begins = |known: &&[u8]| bytes.len() < known.len() && known.starts_with(bytes);
    !bytes.is_empty() && known.any(begins)
}

/// Requests of HTTP.
const HTTP: [&[u8]; 8] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"PRI * ",
];
/// The two versions of the PROXY protocol.
const HEADERS: [&[u8]; 2] = [b"PROXY ", b"\r\n\r\n\0\r\nQUIT\n"];
const OTHERS: [&[u8]; 4] = [b"CONNECT ", b"SSH-", b"EHLO", b"HELO"];

/// What it is, what to try, and the name of the failure.
type Known = (Phrase, Phrase, &'static str);

fn of_server(bytes: &[u8]) -> Option<Known> {
    let starttls = "starttls";
    let no_tls = "not-tls-server";
    Some(match bytes {
        [b'2', b'2', b'0', b' ' | b'-', ..] => (
            phrase!("the greeting of SMTP or FTP (220), which begin TLS when they are asked to"),
            phrase!(
                "the port that begins with TLS (SMTP: 465, FTP: 990); `openssl s_client -starttls smtp` asks first"
            ),
            starttls,
        ),
        [b'*', b' ', ..] => (
            phrase!("the greeting of IMAP, which begins TLS when it is asked to"),
            phrase!(
                "the port that begins with TLS: 993; `openssl s_client -starttls imap` asks first"
            ),
            starttls,
        ),
        [b'+', b'O', b'K', ..] => (
            phrase!("the greeting of POP3, which begins TLS when it is asked to"),
            phrase!(
                "the port that begins with TLS: 995; `openssl s_client -starttls pop3` asks first"
            ),
            starttls,
        ),
        // A packet of MySQL: three bytes of length, number 0, version 10 of the greeting.
        [_, _, _, 0, 10, ..] => (
            phrase!(
                "the greeting of MySQL or MariaDB, which begin TLS inside of their own protocol"
            ),
            phrase!("a client of that database; `openssl s_client -starttls mysql` asks first"),
            starttls,
        ),
        // An ErrorResponse of PostgreSQL: E, four bytes of length, S for the severity. N and S alone are its
        // answers to a request for TLS.
        [b'E', 0, 0, _, _, b'S' | b'V', ..] | [b'N' | b'S'] => (
            phrase!("PostgreSQL's, which begins TLS after a request of its own (SSLRequest)"),
            phrase!(
                "psql with sslmode=verify-full; `openssl s_client -starttls postgres` asks first"
            ),
            starttls,
        ),
        // A SETTINGS frame of HTTP/2 on stream 0: three bytes of length, type 4, flags, stream (RFC 9113 §4.1).
        [0, 0, _, 4, _, 0, 0, 0, 0, ..] => (
            phrase!("a frame of HTTP/2 without TLS, as gRPC servers send it"),
            phrase!("the server's TLS settings, or its port that speaks TLS"),
            no_tls,
        ),
        [b'S', b'S', b'H', b'-', ..] => (
            phrase!("the greeting of SSH"),
            phrase!("the port of the TLS server: SSH is another protocol, usually on port 22"),
            no_tls,
        ),
        [b'H', b'T', b'T', b'P', b'/', ..] => (
            phrase!("an answer of plain HTTP: the port of a plain server, or of an HTTP proxy"),
            phrase!(
                "the port that speaks TLS; this one wants http://, and a proxy wants a client that knows it (CONNECT)"
            ),
            no_tls,
        ),
        [b'<', ..] => (
            phrase!("a page of HTML without a head, as HTTP/0.9 answers"),
            phrase!("the port that speaks TLS; this one wants http://"),
            no_tls,
        ),
        _ => return None,
    })
}

fn of_client(bytes: &[u8]) -> Option<Known> {
    let text = |known: &[&[u8]]| known.iter().any(|known| bytes.starts_with(known));
    if text(&HEADERS) {
        return Some((
            phrase!(
                "a header of the PROXY protocol, which this server takes from the addresses of --proxy-protocol alone"
            ),
            phrase!(
                "hello-mtls serve --proxy-protocol ADDRESS, if it is the load balancer's; or switch it off there (HAProxy: \
                send-proxy; nginx: proxy_protocol; AWS: proxy protocol v2)"
            ),
            "unexpected-proxy-header",
        ));
    }
    let (protocol, remedy) = if text(&HTTP) {
        (
            phrase!("a request of plain HTTP"),
            phrase!("the client has to say https://"),
        )
    } else if text(&[b"CONNECT "]) {
        (
            phrase!("CONNECT: the client takes this server for an HTTP proxy"),
            phrase!("the client's proxy settings (https_proxy): this server is the destination"),
        )
    } else if text(&[b"SSH-"]) {
        (
            phrase!("the greeting of SSH"),
            phrase!("the port of the SSH server"),
        )
    } else if text(&[b"EHLO", b"HELO", b"ehlo", b"helo"]) {
        ("SMTP".into(), phrase!("the port of the mail server"))
    } else if matches!(
        bytes,
        [0, 0, 0, 8, 4, 210, 22, 47, ..] | [0, 0, _, _, 0, 3, 0, 0, ..]
    ) {
        (
            phrase!("a request of PostgreSQL's"),
            phrase!("the port of the database: 5432"),
        )
    } else if matches!(bytes, [first, _, 1, 0 | 2 | 3, ..] if first & 0x80 != 0) {
        (
            phrase!("a hello of SSL 2.0, which programs before 2010 begin with"),
            phrase!("a TLS library of this decade on the client's side"),
        )
    } else {
        return None;
    };
    Some((protocol, remedy, "not-tls-client"))
}
