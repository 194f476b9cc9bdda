//! How many, and how long: the server's limits, seen from outside.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::Folder;

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
    server.running.line_with("silent for too long");
}
