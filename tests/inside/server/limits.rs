//! How many, and how long: the server's limits, seen from outside.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use hello_mtls::client::{self, Url, connect_tcp, dial};
use hello_mtls::handshake;
use hello_mtls::transport::Deadline;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use super::client_in;
use crate::common::{Folder, Server, say_skipped};

#[test]
fn one_at_a_time_is_served_on_both_addresses_and_the_next_one_waits_its_turn() {
    let folder = Folder::with_certs();
    let server = folder.serve("--max-connections 1");
    for host in ["127.0.0.1", "[::1]"] {
        let line = format!("hello-mtls get https://{host}:{}/", server.port);
        folder.run(&line).ends(0).prints("Hello World");
    }
    let holder = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let waiting = folder.start(&format!("hello-mtls get {}", server.url("/")));
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(
        waiting.output(),
        "",
        "not served while the only place is taken"
    );
    drop(holder);
    waiting.line_with("Hello World");
}

#[test]
fn a_client_that_says_nothing_is_let_go_after_ten_seconds() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let mut silent = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let started = Instant::now();
    // A byte a second: no single read waits long, the handshake as a whole does.
    let mut dripping = silent.try_clone().unwrap();
    std::thread::spawn(move || {
        for byte in [
            0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0, 0, 0, 0,
        ] {
            if dripping.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    silent
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let _ = silent.read(&mut [0; 64]);
    let waited = started.elapsed();
    assert!((9..13).contains(&waited.as_secs()), "{waited:?}");
    server
        .running
        .line_with("the client did not finish within 10 s; bytes that came: 1");
}

#[test]
fn a_client_that_is_not_let_in_hears_it_even_if_it_asks_for_nothing() {
    let folder = Folder::with_certs();
    let server = folder.serve("--allow cn:somebody-else");
    let (client, url) = (client_in(&folder), Url::parse(&server.url("/")).unwrap());
    let (socket, _) = connect_tcp(&url.host, url.port).unwrap();
    let mut transport = Deadline::new(socket, Duration::from_secs(20)).unwrap();
    let connection = handshake::connect(&client, url.server_name, &mut transport).unwrap();
    let mut answer = String::new();
    let read = StreamOwned::new(connection, transport).read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 403 "), "{read:?}: {answer}");
}

#[test]
fn an_alert_that_comes_with_the_hello_is_heard_at_once() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = ClientConnection::new(client_in(&folder).config, name).unwrap();
    let mut bytes = Vec::new();
    connection.write_tls(&mut bytes).unwrap();
    // Fatal, bad_certificate. Then nothing: who waits for more before it looks, waits in vain.
    bytes.extend([21, 3, 3, 0, 2, 2, 42]);
    let mut socket = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    socket.write_all(&bytes).unwrap();
    server.running.line_with("alert bad_certificate (42)");
}

/// The log goes to a pipe that is full after three connections or so, and stays open.
#[test]
fn a_server_whose_log_is_stuck_goes_on() {
    let folder = Folder::with_certs();
    let server = Server::of(folder.start(
        "hello-mtls serve --wire --narrate --max-connections 4 --listen localhost:0 2>&1 \
         | { head -n 1; exec sleep 60; }",
    ));
    let (client, url) = (client_in(&folder), Url::parse(&server.url("/")).unwrap());
    for number in 1..=200 {
        let transport = dial(&client, &url, number).unwrap();
        let mut body = Vec::new();
        client::get(&client, &url, transport, &mut body)
            .unwrap_or_else(|error| panic!("request {number}: {error}"));
        assert_eq!(body, b"Hello World");
    }
}

/// Eight strangers at a time fill their recordings with the smallest of records.
#[test]
fn what_strangers_sent_is_explained_one_at_a_time() {
    let folder = Folder::with_certs();
    let server = Server::of(
        folder.start("echo \"process: $$\"; exec hello-mtls serve --wire --listen localhost:0"),
    );
    let process = server.running.line_with("process: ");
    let status = format!("/proc/{}/status", process.rsplit(' ').next().unwrap());
    let most_memory = || {
        let status = std::fs::read_to_string(&status).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse::<usize>().ok()
    };
    if most_memory().is_none() {
        return say_skipped("no /proc here to tell the memory of a process");
    }
    let stranger = || {
        let mut socket = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        socket.write_all(&[22, 3, 3, 0, 0].repeat(20_000)).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        socket
    };
    let strangers: Vec<TcpStream> = (0..8).map(|_| stranger()).collect();
    for mut stranger in strangers {
        let address = stranger.local_addr().unwrap();
        stranger.read_to_end(&mut Vec::new()).unwrap();
        drop(stranger);
        server
            .running
            .line_with(&format!("{address} failed at step 1"));
    }
    let kilobytes = most_memory().unwrap();
    assert!(kilobytes < 200_000, "{kilobytes} KB");
}

#[test]
fn a_server_that_was_stopped_goes_on_with_the_connections_that_it_has() {
    let folder = Folder::with_certs();
    let server = Server::of(
        folder.start("echo \"process: $$\"; exec hello-mtls serve --listen localhost:0"),
    );
    let process = server.running.line_with("process: ");
    let process = process.rsplit(' ').next().unwrap();
    let (client, url) = (client_in(&folder), Url::parse(&server.url("/")).unwrap());
    let (socket, _) = connect_tcp(&url.host, url.port).unwrap();
    for signal in ["STOP", "CONT"] {
        std::thread::sleep(Duration::from_millis(300));
        folder.run(&format!("kill -{signal} {process}")).ends(0);
    }
    std::thread::sleep(Duration::from_millis(300));
    let transport = Deadline::new(socket, client::HANDSHAKE).unwrap();
    client::get(&client, &url, transport, &mut std::io::sink()).unwrap();
}
