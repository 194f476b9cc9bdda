//! HTTP/1.1: literal bytes in, literal bytes out, over a real TLS connection.
//!
//! Each line of the tables is one connection. `^` in an answer stands for CRLF; the Date is masked.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::issue;
use hello_mtls::certificates::request::{KeyType, Name};
use hello_mtls::certificates::signing::Grant;
use hello_mtls::handshake::{Identity, TlsMax, Trust, client_config, server_config};
use hello_mtls::narration::{Narrator, Side};
use hello_mtls::server::hello::Hello;
use hello_mtls::server::listening::{Listener, Server};
use hello_mtls::server::{Limits, serve_tcp};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// A server without client certificates, and what a client needs to talk to it.
struct Fixture {
    server: Option<Server>,
    port: u16,
    client: Arc<ClientConfig>,
}

impl Fixture {
    fn new(limits: Limits) -> Fixture {
        let ca = Authority::create("test-ca", KeyType::EcdsaP256, 1).unwrap();
        let grant = Grant::server(vec![Name::host("localhost").unwrap()]);
        let leaf = issue(&ca, &grant, KeyType::EcdsaP256, 1).unwrap();
        let identity = Identity {
            key: leaf.private_key(),
            chain: vec![leaf.certificate],
        };
        let trust = Trust {
            anchors: vec![ca.certificate().clone()],
            ..Trust::default()
        };
        let setup = server_config(
            identity,
            None,
            vec![],
            TlsMax::Tls13,
            Narrator::silent(Side::Server),
        )
        .unwrap();
        let listener = Listener::bind("localhost:0").unwrap();
        let port = listener.addresses[0].port();
        let server = Server::start(listener, 64, move |socket, address, number| {
            let _ = serve_tcp(&setup, &Hello { limits }, socket, address, number);
        });
        let client =
            client_config(&trust, None, TlsMax::Tls13, Narrator::silent(Side::Client)).unwrap();
        Fixture {
            server: Some(server.unwrap()),
            port,
            client: client.config,
        }
    }

    fn connect(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        StreamOwned::new(
            ClientConnection::new(Arc::clone(&self.client), name).unwrap(),
            socket,
        )
    }

    /// Sends `bytes` and returns everything until the server says close_notify.
    fn talk(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        stream.flush().unwrap();
        let mut answer = Vec::new();
        stream
            .read_to_end(&mut answer)
            .expect("close_notify ends the connection");
        masked(&String::from_utf8(answer).unwrap())
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.server.take().unwrap().stop(Duration::from_secs(5));
    }
}

/// `Date: …` and nothing else of it.
fn masked(answer: &str) -> String {
    let lines = answer.split("\r\n").map(|line| {
        if line.starts_with("Date: ") {
            "Date"
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("^")
}

fn fixture() -> Fixture {
    Fixture::new(Limits::default())
}

const HELLO: &str = "HTTP/1.1 200 OK^Date^Content-Type: text/plain^Content-Length: 11^^Hello World";
const HELLO_AND_CLOSE: &str = "HTTP/1.1 200 OK^Date^Content-Type: text/plain^Content-Length: 11^Connection: close^^Hello World";

#[test]
fn well_formed_requests_get_exactly_these_answers() {
    let server = fixture();
    let close = "Host: localhost\r\nConnection: close\r\n\r\n";
    for (request, answer) in [
        (
            format!("GET / HTTP/1.1\r\n{close}"),
            HELLO_AND_CLOSE.to_owned(),
        ),
        // A query is not part of the path; a full URL is a path too (RFC 9112 §3.2.2).
        (
            format!("GET /?q=1 HTTP/1.1\r\n{close}"),
            HELLO_AND_CLOSE.to_owned(),
        ),
        (
            format!("GET https://localhost:3000/ HTTP/1.1\r\n{close}"),
            HELLO_AND_CLOSE.to_owned(),
        ),
        (
            format!("GET HTTPS://localhost HTTP/1.1\r\n{close}"),
            HELLO_AND_CLOSE.to_owned(),
        ),
        // HEAD: the same head, no body.
        (
            format!("HEAD / HTTP/1.1\r\n{close}"),
            "HTTP/1.1 200 OK^Date^Content-Type: text/plain^Content-Length: 11^Connection: close^^"
                .to_owned(),
        ),
        // Two requests in one write are answered one after the other.
        (
            format!("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\n{close}"),
            format!("{HELLO}{HELLO_AND_CLOSE}"),
        ),
        // HTTP/1.0 closes unless it asks otherwise, and needs no Host.
        (
            "GET / HTTP/1.0\r\n\r\n".to_owned(),
            HELLO_AND_CLOSE.to_owned(),
        ),
        (
            format!("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.1\r\n{close}"),
            format!(
                "{}{HELLO_AND_CLOSE}",
                HELLO_AND_CLOSE.replace("close", "keep-alive")
            ),
        ),
        // A later minor version is spoken to as 1.1.
        (
            format!("GET / HTTP/1.2\r\n{close}"),
            HELLO_AND_CLOSE.to_owned(),
        ),
        // Bodies are skipped, and the next request begins behind them.
        (
            format!(
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcdeGET / HTTP/1.1\r\n{close}"
            ),
            format!("{HELLO}{HELLO_AND_CLOSE}"),
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n\
                 3;ext=\"1\"\r\nabc\r\n00a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET / HTTP/1.1\r\n{close}"
            ),
            format!("{HELLO}{HELLO_AND_CLOSE}"),
        ),
        // An empty line before a request is skipped (RFC 9112 §2.2).
        (
            format!("\r\nGET / HTTP/1.1\r\n{close}"),
            HELLO_AND_CLOSE.to_owned(),
        ),
        // An IPv6 Host.
        (
            "GET / HTTP/1.1\r\nHost: [::1]:3000\r\nConnection: Close\r\n\r\n".to_owned(),
            HELLO_AND_CLOSE.to_owned(),
        ),
    ] {
        assert_eq!(server.talk(request.as_bytes()), answer, "{request:?}");
    }
}

/// Sends one request head and returns the status of the only answer.
fn status(server: &Fixture, request: &str) -> u16 {
    let answer = server.talk(request.as_bytes());
    assert!(
        answer.contains("^Connection: close^"),
        "the connection ends after {request:?}: {answer}"
    );
    assert_eq!(
        answer.matches("HTTP/1.1 ").count(),
        1,
        "one answer to {request:?}: {answer}"
    );
    answer[9..12].parse().unwrap()
}

#[test]
fn each_malformed_request_gets_its_answer_and_the_connection_ends() {
    let server = fixture();
    let with = |fields: &str| format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n");
    for (expected, request) in [
        // The request line.
        (400, "GET / HTTP/1.1\nHost: a\n\n".to_owned()),
        (400, "GET / HTTP/1.1\r\nHost: a\n\r\n".to_owned()),
        (400, "GET / HTTP/1.1\rHost: a\r\n\r\n".to_owned()),
        (400, "GET /\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n".to_owned()),
        (400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET index.html HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET /#top HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET / http/1.1\r\nHost: a\r\n\r\n".to_owned()),
        (400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n".to_owned()),
        (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n".to_owned()),
        (505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n".to_owned()),
        (
            414,
            format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(9000)),
        ),
        (400, "\r\n\r\n\r\n\r\n\r\n\r\n".to_owned()),
        // Host.
        (400, "GET / HTTP/1.1\r\n\r\n".to_owned()),
        (400, with("Host: b")),
        (400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n".to_owned()),
        (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n".to_owned()),
        (400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n".to_owned()),
        (400, "GET / HTTP/1.1\r\nHost:\r\n\r\n".to_owned()),
        (400, "GET / HTTP/1.1\r\nHost: a:port\r\n\r\n".to_owned()),
        (
            400,
            "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n".to_owned(),
        ),
        // Field lines.
        (400, with("A : b")),
        (400, with("A\t: b")),
        (400, with("A: b\r\n folded")),
        (400, with(" A: b")),
        (400, with("no colon")),
        (400, with(": no name")),
        (400, with("A B: c")),
        (400, with("A: b\u{0}c")),
        (431, with(&format!("A: {}", "b".repeat(20_000)))),
        (431, with(&vec!["A: b"; 200].join("\r\n"))),
        // The length of the body: request smuggling begins here.
        (400, with("Content-Length: 5\r\nTransfer-Encoding: chunked")),
        (400, with("Transfer-Encoding: chunked\r\nContent-Length: 0")),
        (400, with("Content-Length: 5\r\nContent-Length: 5")),
        (400, with("Content-Length: 5\r\nContent-Length: 6")),
        (400, with("Content-Length: 5, 5")),
        (400, with("Content-Length: +5")),
        (400, with("Content-Length: -1")),
        (400, with("Content-Length: 0x5")),
        (400, with("Content-Length:")),
        (400, with("Content-Length: 18446744073709551616")),
        (413, with("Content-Length: 18446744073709551615")),
        (413, with("Content-Length: 1048577")),
        (501, with("Transfer-Encoding: gzip")),
        (501, with("Transfer-Encoding: xchunked")),
        (501, with("Transfer-Encoding: gzip, chunked")),
        (501, with("Transfer-Encoding: chunked, chunked")),
        (400, with("Transfer-Encoding: chunked, gzip")),
        (501, with("Transfer-Encoding: \"chunked\"")),
        (501, with("Transfer-Encoding: \u{a0}chunked")),
        (501, with("Transfer-Encoding: \u{85}chunked")),
        (400, with("Transfer-Encoding: \u{c}chunked")),
        (400, with("Transfer-Encoding: chunked\u{c}")),
        (400, with("Content-Length: \u{c}0")),
        (501, with("Transfer-Encoding:")),
        (
            400,
            "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        ),
        // Chunks.
        (400, with("Transfer-Encoding: chunked") + "x\r\n"),
        (400, with("Transfer-Encoding: chunked") + "\r\n"),
        (
            400,
            with("Transfer-Encoding: chunked") + "+3\r\nabc\r\n0\r\n\r\n",
        ),
        (
            400,
            with("Transfer-Encoding: chunked") + " 3;x\r\nabc\r\n0\r\n\r\n",
        ),
        (
            400,
            with("Transfer-Encoding: chunked") + "0x3\r\nabc\r\n0\r\n\r\n",
        ),
        (
            400,
            with("Transfer-Encoding: chunked") + "3 \r\nabc\r\n0\r\n\r\n",
        ),
        (
            400,
            with("Transfer-Encoding: chunked") + "3\nabc\r\n0\r\n\r\n",
        ),
        (
            400,
            with("Transfer-Encoding: chunked") + "3\r\nabcd\r\n0\r\n\r\n",
        ),
        (
            400,
            with("Transfer-Encoding: chunked") + "3\r\nabc0\r\n\r\n",
        ),
        (
            413,
            with("Transfer-Encoding: chunked") + "10000000000000000\r\n",
        ),
        (
            413,
            with("Transfer-Encoding: chunked") + "ffffffffffffffff\r\n",
        ),
        (413, with("Transfer-Encoding: chunked") + "100001\r\n"),
        (
            400,
            with("Transfer-Encoding: chunked") + &format!("3;{}\r\n", "e".repeat(400)),
        ),
        (
            400,
            with("Transfer-Encoding: chunked") + "0\r\nbad trailer\r\n\r\n",
        ),
        // Expectations.
        (417, with("Expect: tea")),
        (200, with("Expect: 100-continue\r\nContent-Length: 5")),
    ] {
        assert_eq!(status(&server, &request), expected, "{request:?}");
    }
}

#[test]
fn only_spaces_and_tabs_are_white() {
    let server = fixture();
    for coding in [
        &b"\xa0chunked"[..],
        b"\x85chunked",
        b"\x0cchunked",
        b"chunked\x0c",
        b"chunked\xa0",
    ] {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ";
        let request = [
            &head[..],
            coding,
            b"\r\n\r\n0\r\n\r\nGET /whoami HTTP/1.1\r\nHost: a\r\n\r\n",
        ]
        .concat();
        let answer = server.talk(&request);
        assert!(
            answer.starts_with("HTTP/1.1 501 ") || answer.starts_with("HTTP/1.1 400 "),
            "{coding:?}: {answer}"
        );
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            1,
            "{coding:?}: {answer}"
        );
    }
}

#[test]
fn paths_and_methods_that_do_not_exist_are_said_so_and_the_connection_goes_on() {
    let server = fixture();
    let end = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for (request, line) in [
        ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", "404 Not Found"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "405 Method Not Allowed",
        ),
        (
            "DELETE /whoami HTTP/1.1\r\nHost: a\r\n\r\n",
            "405 Method Not Allowed",
        ),
        (
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "405 Method Not Allowed",
        ),
        (
            "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
            "405 Method Not Allowed",
        ),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501 Not Implemented"),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", "501 Not Implemented"),
    ] {
        let answer = server.talk(format!("{request}{end}").as_bytes());
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {line}^")),
            "{request:?}: {answer}"
        );
        assert_eq!(
            line.starts_with("405"),
            answer.contains("^Allow: GET, HEAD^"),
            "{answer}"
        );
        assert!(
            answer.ends_with(HELLO_AND_CLOSE),
            "the next request is answered: {answer}"
        );
    }
}

#[test]
fn a_request_that_comes_byte_by_byte_is_read_all_the_same() {
    let server = fixture();
    let mut stream = server.connect();
    let request = "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n";
    for byte in request.bytes() {
        stream.write_all(&[byte]).unwrap();
        stream.flush().unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(masked(&answer), HELLO_AND_CLOSE);
}

#[test]
fn an_answer_is_one_tls_record() {
    let server = fixture();
    let mut stream = server.connect();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    stream.flush().unwrap();
    let mut buffer = [0; 4096];
    // One read returns at most one record's plaintext.
    let count = stream.read(&mut buffer).unwrap();
    assert!(
        buffer[..count].ends_with(b"Hello World"),
        "head and body come together"
    );
}

#[test]
fn a_dripped_head_is_answered_408_when_the_phase_as_a_whole_is_over() {
    let limits = Limits {
        request: Duration::from_millis(600),
        ..Limits::default()
    };
    let server = Fixture::new(limits);
    let mut stream = server.connect();
    let started = Instant::now();
    // A byte every 50 ms: no single read ever waits long.
    for byte in "GET / HTTP/1.1\r\nHost: a\r\nX: "
        .bytes()
        .chain(std::iter::repeat(b'x'))
    {
        if stream
            .write_all(&[byte])
            .and_then(|()| stream.flush())
            .is_err()
            || started.elapsed() > Duration::from_millis(900)
        {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[test]
fn an_endless_head_is_answered_before_it_ends() {
    let server = fixture();
    for endless in ["GET /", "GET / HTTP/1.1\r\nHost: a\r\nX: "] {
        let request = endless.to_owned() + &"a".repeat(100_000);
        let answer = server.talk(request.as_bytes());
        assert!(
            answer.starts_with("HTTP/1.1 414 ") || answer.starts_with("HTTP/1.1 431 "),
            "{answer}"
        );
    }
}

#[test]
fn a_silent_client_is_let_go_after_the_idle_time_with_close_notify() {
    let limits = Limits {
        idle: Duration::from_millis(100),
        ..Limits::default()
    };
    let server = Fixture::new(limits);
    assert_eq!(server.talk(b""), "");
}
