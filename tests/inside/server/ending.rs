//! SIGTERM and Ctrl-C: what has begun is finished, and each client sees a clean end.

use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::client::{HANDSHAKE, Url, get};
use hello_mtls::transport::Deadline;

use super::{KeepAlive, client_in};
use crate::common::{Folder, Server};

fn signal(folder: &Folder, server: &Server, name: &str) {
    let process = server.running.id();
    folder.run(&format!("kill -{name} {process}")).ends(0);
}

const CLEAN: &str = "ended: every connection was closed in good order";

#[test]
fn under_load_no_request_is_lost_and_every_connection_ends_clean() {
    let folder = Folder::with_certs();
    let mut server = folder.serve("");
    let client = client_in(&folder);
    let connections: Vec<KeepAlive> = (0..16).map(|_| KeepAlive::to(&server, &client)).collect();
    // A client: requests as fast as it can, until the server says that this answer was the last one.
    let load = |mut connection: KeepAlive| {
        let mut answered = 0;
        loop {
            let answer = connection.get().expect("an answer or a clean end");
            if answer.is_empty() {
                return (answered, 1);
            }
            assert!(answer.ends_with("\r\n\r\nHello World"), "{answer}");
            answered += 1;
            if answer.contains("Connection: close") {
                connection.ends_clean();
                return (answered, 0);
            }
        }
    };
    let results: Vec<(u32, u32)> = thread::scope(|scope| {
        let threads: Vec<_> = connections
            .into_iter()
            .map(|connection| scope.spawn(move || load(connection)))
            .collect();
        thread::sleep(Duration::from_millis(500));
        signal(&folder, &server, "TERM");
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let (answered, lost): (Vec<u32>, Vec<u32>) = results.into_iter().unzip();
    assert!(answered.iter().all(|count| *count > 0), "{answered:?}");
    assert_eq!(lost.iter().sum::<u32>(), 0, "sent, and not answered");
    assert_eq!(server.running.ends(), 0);
    server
        .running
        .line_with("SIGTERM: no new connections; open requests have 10 s");
    server.running.line_with(CLEAN);
}

#[test]
fn idle_and_silent_clients_are_told_at_once() {
    let folder = Folder::with_certs();
    let mut server = folder.serve("--grace 20");
    let client = client_in(&folder);
    let mut idle = KeepAlive::to(&server, &client);
    idle.get().unwrap();
    let mut new = KeepAlive::to(&server, &client);
    let mut silent = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    // Its place is given to it before the other one asks.
    KeepAlive::to(&server, &client).get().unwrap();
    let began = Instant::now();
    signal(&folder, &server, "INT");
    idle.ends_clean();
    new.ends_clean();
    assert!(matches!(silent.read(&mut [0; 64]), Ok(0)));
    assert_eq!(server.running.ends(), 0);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
    server.running.line_with("SIGINT: no new connections");
    server.running.line_with(CLEAN);
    assert!(!server.running.output().contains("hung up"));
}

#[test]
fn a_request_that_has_begun_is_finished() {
    let folder = Folder::with_certs();
    let mut server = folder.serve("");
    let client = client_in(&folder);
    let mut half = KeepAlive::to(&server, &client);
    half.get().unwrap();
    half.send("GET / HTTP/1.1\r\nHo").unwrap();
    thread::sleep(Duration::from_millis(300));
    signal(&folder, &server, "TERM");
    thread::sleep(Duration::from_millis(500));
    half.send("st: localhost\r\n\r\n").unwrap();
    let answer = half.answer().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    half.ends_clean();
    assert_eq!(server.running.ends(), 0);
    server.running.line_with(CLEAN);
}

/// The system had made their connections already: for these clients the server was there.
#[test]
fn clients_in_the_queue_are_served_before_the_end() {
    let folder = Folder::with_certs();
    let mut server = folder.serve("");
    let (client, url) = (client_in(&folder), Url::parse(&server.url("/")).unwrap());
    signal(&folder, &server, "STOP");
    let connect = |_| TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let waiting: Vec<TcpStream> = (0..4).map(connect).collect();
    signal(&folder, &server, "TERM");
    signal(&folder, &server, "CONT");
    thread::scope(|scope| {
        for socket in waiting {
            let (client, url) = (&client, &url);
            scope.spawn(move || {
                let transport = Deadline::new(socket, HANDSHAKE).unwrap();
                let mut body = Vec::new();
                get(client, url, transport, &mut body).unwrap();
                assert_eq!(body, b"Hello World");
            });
        }
    });
    assert_eq!(server.running.ends(), 0);
}

#[test]
fn the_time_for_open_requests_is_bounded_and_even_then_the_end_is_clean() {
    let folder = Folder::with_certs();
    let mut server = folder.serve("--grace 1");
    let mut half = KeepAlive::to(&server, &client_in(&folder));
    half.send("GET / HTTP/1.1\r\nHo").unwrap();
    thread::sleep(Duration::from_millis(800));
    let began = Instant::now();
    signal(&folder, &server, "TERM");
    let mut answer = String::new();
    let end = half.0.read_to_string(&mut answer);
    assert!(
        end.is_ok() && answer.starts_with("HTTP/1.1 503 "),
        "{end:?} {answer}"
    );
    assert_eq!(server.running.ends(), 0);
    let took = began.elapsed().as_secs();
    assert!((1..6).contains(&took), "{took} s");
    // Not the client's fault.
    server.running.line_with(": the server ends -> 503");
}

/// Among silent ones, whose places are wanted, a client is told as any other that its answer is the last one.
#[test]
fn a_client_that_was_in_a_hurry_hears_that_its_answer_is_the_last_one() {
    let folder = Folder::with_certs();
    let mut server = folder.serve("--max-connections 4");
    let setup = client_in(&folder);
    let address = ("127.0.0.1", server.port);
    let mut silent: Vec<TcpStream> = (0..4)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    thread::sleep(Duration::from_millis(300));
    signal(&folder, &server, "TERM");
    server.running.line_with("SIGTERM: no new connections");
    let mut last = KeepAlive::over(silent.pop().unwrap(), &setup);
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    last.send(request).unwrap();
    let answer = last.answer().unwrap();
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    assert_eq!(server.running.ends(), 0);
}

/// Before the server listens it may wait for a pipe or for the resolver, and has nothing to finish.
#[test]
fn a_server_that_waits_for_a_pipe_ends_at_the_first_signal() {
    let folder = Folder::with_certs();
    let ran = folder.run(
        "mkfifo pipe; SSLKEYLOGFILE=pipe hello-mtls serve --listen localhost:0 2> log & server=$!; \
        until grep -q pipe log; do sleep 0.1; done; sleep 0.3; kill -TERM $server; wait $server",
    );
    ran.ends(128 + 15);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::with_certs();
    let mut server = folder.serve("--grace 60");
    let mut half = KeepAlive::to(&server, &client_in(&folder));
    half.send("GET / HTTP/1.1\r\nHo").unwrap();
    thread::sleep(Duration::from_millis(300));
    signal(&folder, &server, "TERM");
    server.running.line_with("a second signal ends at once");
    signal(&folder, &server, "TERM");
    assert_eq!(server.running.ends(), -1, "ended by the signal");
}
