//! `serve --proxy-protocol`: a proxy's header brings the client's address back, and counts only where it is expected.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::credentials::identity;
use hello_mtls::error::Error;
use hello_mtls::handshake::{TlsMax, server_config};
use hello_mtls::http::request::Request;
use hello_mtls::http::response::Response;
use hello_mtls::narration::{Narrator, Side};
use hello_mtls::server::{Limits, Peer, Service, serve_tcp};

use super::proxy_protocol::{SIGNATURE, block};
use super::{KeepAlive, client_in};
use crate::common::hostile::{proxy_block, proxy_line};
use crate::common::{Folder, Server};

/// Connects, and says this before anything else.
fn connect_saying(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    socket.write_all(bytes).unwrap();
    socket
}

/// As [`connect_saying`], a byte at a time.
fn connect_saying_slowly(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut socket = connect_saying(server, &[]);
    socket.set_nodelay(true).unwrap();
    for byte in bytes {
        // The server may have hung up.
        let _ = socket.write_all(&[*byte]);
        thread::sleep(Duration::from_millis(20));
    }
    socket
}

/// Waits until the server has hung up, however it does it.
fn is_hung_up_on(mut socket: TcpStream) {
    while matches!(socket.read(&mut [0; 64]), Ok(count) if count > 0) {}
}

#[test]
fn the_log_and_the_narration_have_the_address_of_the_header() {
    let folder = Folder::with_certs();
    let server = folder.serve("--narrate --proxy-protocol 127.0.0.1");
    server
        .running
        .line_with("PROXY protocol: required from 127.0.0.1");
    let client = client_in(&folder);
    let headers = [
        (
            proxy_line("192.0.2.7:50001".parse().unwrap()),
            "192.0.2.7:50001",
        ),
        (
            proxy_block("[2001:db8::7]:50002".parse().unwrap()),
            "[2001:db8::7]:50002",
        ),
        // An IPv4 address that came to the proxy's socket for IPv6.
        (
            proxy_block("[::ffff:192.0.2.8]:50003".parse().unwrap()),
            "192.0.2.8:50003",
        ),
        (block([0x20, 0, 0, 0], &[]), "127.0.0.1:"),
    ];
    for (header, address) in headers {
        let mut open = KeepAlive::over(connect_saying(&server, &header), &client);
        assert!(open.get().unwrap().ends_with("Hello World"));
        let known = format!(
            "{address}{}",
            if address.ends_with(':') { "" } else { " uri:" }
        );
        assert!(
            server
                .running
                .line_with("GET / -> 200")
                .contains("uri:spiffe://hello-mtls/my-client")
        );
        server.running.line_with(&known);
        server.running.line_with(&format!("server: {address}"));
    }
}

#[test]
fn a_named_address_without_a_header_is_refused_and_the_log_says_why() {
    let folder = Folder::with_certs();
    let server = folder.serve("--proxy-protocol 127.0.0.1");
    let url = format!("https://127.0.0.1:{}/", server.port);
    folder
        .run(&format!("hello-mtls get {url}"))
        .ends(1)
        .prints("");
    let line = server.running.line_with("failed at step 1");
    assert!(
        line.contains("this address has to send a header of the PROXY protocol"),
        "{line}"
    );
    assert!(
        line.ends_with("there is none: the connection begins with a TLS handshake"),
        "{line}"
    );
    is_hung_up_on(connect_saying(&server, b"PROXY TCP4 1.2.3.4\r\n"));
    server
        .running
        .line_with("a wrong line, \"PROXY TCP4 1.2.3.4\\r\\n\"");
    is_hung_up_on(connect_saying(&server, b"GET / HTTP/1.1\r\n\r\n"));
    server
        .running
        .line_with("the connection begins with \"GET / HTTP/1\"");
    // A client that is refused later has the address of its header in the log, as one that gets in.
    let header = proxy_line("192.0.2.7:50001".parse().unwrap());
    let hello = b"GET / HTTP/1.1\r\n\r\n";
    is_hung_up_on(connect_saying(&server, &[&header, &hello[..]].concat()));
    server
        .running
        .line_with("192.0.2.7:50001 failed at step 1: the client does not speak TLS");
    // From another address it is not expected.
    let other = format!("https://[::1]:{}/", server.port);
    folder
        .run(&format!("hello-mtls get {other}"))
        .ends(0)
        .prints("Hello World");
}

#[test]
fn a_header_from_any_other_address_is_refused_as_what_it_is() {
    let folder = Folder::with_certs();
    for options in ["", "--proxy-protocol 192.0.2.1"] {
        let server = folder.serve(options);
        let client: SocketAddr = "192.0.2.7:50001".parse().unwrap();
        for header in [proxy_line(client), proxy_block(client)] {
            is_hung_up_on(connect_saying(&server, &header));
        }
        let named = || {
            server
                .running
                .output()
                .matches("a header of the PROXY protocol")
                .count()
        };
        server
            .running
            .line_with("its first bytes are a header of the PROXY protocol");
        for _ in 0..500 {
            if named() < 2 {
                thread::sleep(Duration::from_millis(10));
            }
        }
        assert_eq!(named(), 2, "{}", server.running.output());
        assert!(!server.running.output().contains("192.0.2.7"));
    }
}

#[test]
fn a_connection_that_says_nothing_leaves_no_line() {
    let folder = Folder::with_certs();
    for options in ["", "--wire "] {
        says_nothing(&folder, options);
    }
}

fn says_nothing(folder: &Folder, options: &str) {
    let server = folder.serve(&format!("{options}--proxy-protocol 127.0.0.1"));
    let before = server.running.output();
    for said in [&b""[..], b"PROXY UNKNOWN\r\n", &block([0x20, 0, 0, 0], &[])] {
        drop(connect_saying(&server, said));
        // Closed with a reset, as HAProxy ends its checks.
        let socket = connect_saying(&server, said);
        socket2::SockRef::from(&socket)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }
    drop(TcpStream::connect(("::1", server.port)).unwrap());
    folder
        .run(&format!("hello-mtls get https://[::1]:{}/", server.port))
        .ends(0);
    server.running.line_with("GET / -> 200");
    let explained = "on the wire  ";
    if options.starts_with("--wire") {
        server.running.line_with(explained);
    }
    let after = server.running.output();
    let after = after.strip_prefix(&before).unwrap();
    match options {
        "" => assert_eq!(after.lines().count(), 1, "{after}"),
        _ => assert_eq!(after.matches(explained).count(), 1, "{after}"),
    }
    // Half a header is no health check.
    drop(connect_saying(&server, &SIGNATURE[..6]));
    server
        .running
        .line_with("the connection ended inside of it");
}

/// A server on loopback that has a proxy there, and little time.
struct Impatient;

impl Service for Impatient {
    fn answer(&self, _: &Request, _: &Peer) -> Response {
        Response::text(200, "Hello World")
    }

    fn limits(&self) -> Limits {
        Limits {
            handshake: Duration::from_millis(300),
            ..Limits::default()
        }
    }

    fn proxies(&self) -> &[IpAddr] {
        &[IpAddr::V4(Ipv4Addr::LOCALHOST)]
    }
}

#[test]
fn a_header_that_does_not_come_is_not_waited_for_without_end() {
    let folder = Folder::with_certs();
    let file = |name: &str| folder.path(&format!("certs/{name}"));
    let own = identity(&file("server.crt"), &file("server.key")).unwrap();
    let silent = Narrator::silent(Side::Server);
    let setup = server_config(own, None, vec![], TlsMax::Tls13, silent).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    for said in ["", "PROXY TCP4 192.0.2.7"] {
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        client.write_all(said.as_bytes()).unwrap();
        let (socket, from) = listener.accept().unwrap();
        let began = Instant::now();
        let served = serve_tcp(&setup, &Impatient, socket.into(), from, 1);
        assert!(matches!(served, Err(Error::Tls { .. })), "{served:?}");
        let took = began.elapsed();
        assert!(
            took >= Duration::from_millis(250) && took < Duration::from_secs(8),
            "{took:?}"
        );
    }
}

#[test]
fn a_page_with_secrets_is_not_for_clients_behind_a_proxy() {
    let folder = Folder::with_certs();
    let server = folder.serve("--wire --proxy-protocol 127.0.0.1");
    let header = proxy_line("192.0.2.7:50001".parse().unwrap());
    let mut open = KeepAlive::over(connect_saying(&server, &header), &client_in(&folder));
    open.send("GET /handshake HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let answer = open.answer().unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    server
        .running
        .line_with("192.0.2.7:50001 uri:spiffe://hello-mtls/my-client: GET /handshake");
}

#[test]
fn an_address_that_is_no_ip_address_is_refused_at_the_start() {
    Folder::with_certs()
        .run("hello-mtls serve --proxy-protocol localhost")
        .ends(2)
        .says("an IP address, for example 10.0.0.5");
}

#[test]
fn a_header_that_nobody_expects_is_named_however_it_arrives() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let client: SocketAddr = "192.0.2.7:50001".parse().unwrap();
    for header in [proxy_line(client), proxy_block(client)] {
        for connect in [connect_saying, connect_saying_slowly] {
            let socket = connect(&server, &header);
            let from = socket.local_addr().unwrap();
            is_hung_up_on(socket);
            let line = server
                .running
                .line_with(&format!("{from} failed at step 1"));
            assert!(line.contains("a header of the PROXY protocol"), "{line}");
            assert!(line.contains("--proxy-protocol"), "{line}");
        }
    }
}
