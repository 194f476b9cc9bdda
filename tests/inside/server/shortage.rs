//! What the server itself lacks is said in its log, and no client is blamed for it.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::common::{Folder, Server};

fn strangers(server: &Server, count: usize) -> Vec<TcpStream> {
    let connect = |_| TcpStream::connect(("127.0.0.1", server.port));
    (0..count).map(|number| connect(number).unwrap()).collect()
}

#[test]
fn without_a_file_descriptor_the_log_names_the_limit_and_the_way_to_raise_it() {
    let folder = Folder::with_certs();
    let server =
        Server::of(folder.start("ulimit -n 24 && exec hello-mtls serve --listen localhost:0"));
    let strangers = strangers(&server, 60);
    let line = server.running.line_with("no file descriptor left");
    assert!(line.contains("(ulimit -n is 24)"), "{line}");
    assert!(line.contains("a higher limit: ulimit -n 65536"), "{line}");
    thread::sleep(Duration::from_millis(1500));
    let told = server
        .running
        .output()
        .matches("no file descriptor")
        .count();
    assert!(told <= 4, "{told} lines in two seconds");
    drop(strangers);
    let line = format!("hello-mtls get {}", server.url("/"));
    folder.run(&line).ends(0).prints("Hello World");
}

/// To wake the threads that accept, a server connects to itself.
#[test]
fn without_a_file_descriptor_the_server_can_end() {
    let folder = Folder::with_certs();
    let command = "ulimit -n 24 && exec hello-mtls serve --grace 0 --listen localhost:0";
    let mut server = Server::of(folder.start(command));
    let strangers = strangers(&server, 60);
    server.running.line_with("no file descriptor left");
    let process = server.running.id();
    folder.run(&format!("kill -TERM {process}")).ends(0);
    assert_eq!(server.running.ends(), 0);
    drop(strangers);
}

/// Each thread wants a gigabyte for its stack, and the process may have four.
#[test]
fn without_a_thread_the_connection_waits_and_the_log_says_why() {
    if !cfg!(target_os = "linux") {
        return crate::common::say_skipped("ulimit -v is Linux's");
    }
    let folder = Folder::with_certs();
    let limit = "ulimit -v 6000000 && export RUST_MIN_STACK=1000000000";
    let server = Server::of(folder.start(&format!(
        "{limit} && exec hello-mtls serve --listen localhost:0"
    )));
    let mut strangers = strangers(&server, 10);
    let line = server.running.line_with("no thread left for a connection");
    assert!(line.contains("ulimit -u is "), "{line}");
    assert!(line.contains("ulimit -v is 6000000"), "{line}");
    strangers.clear();
    let line = format!("env -u RUST_MIN_STACK hello-mtls get {}", server.url("/"));
    folder.run(&line).ends(0).prints("Hello World");
}
