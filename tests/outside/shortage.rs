//! A server without memory: the limit of a running process is set with `prlimit`, so that it has little left.

use std::fs;
use std::net::TcpStream;

use crate::common::{Folder, Server, have};

/// The process may grow by so many bytes from now on. Only its soft limit is set, which can be raised again.
fn leave(folder: &Folder, server: &Server, bytes: u64) {
    let process = server.running.id();
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let size = size.unwrap().trim().trim_end_matches(" kB");
    let limit = size.parse::<u64>().unwrap() * 1024 + bytes;
    folder
        .run(&format!("prlimit --pid {process} --as={limit}:"))
        .ends(0);
}

#[test]
fn without_memory_no_client_is_blamed_and_no_connection_is_lost() {
    if !have("prlimit") {
        return;
    }
    let folder = Folder::with_certs();
    // One heap for all threads: a second one has reserved its room before there is a limit.
    let line = "MALLOC_ARENA_MAX=1 exec hello-mtls serve --listen localhost:0";
    let server = Server::of(folder.start(line));
    let url = server.url("/");
    // The first client leaves a thread behind, which waits some seconds for the next one.
    let stranger = format!("hello-mtls get {url} --cacert certs/ca.crt");
    folder.run(&stranger).ends(1).says("certificate");
    server.running.line_with("failed at step 5");
    leave(&folder, &server, 512 * 1024);
    folder.run(&stranger).ends(1);
    let line = server.running.line_with("this process has no memory left");
    assert!(line.contains("why cannot be told (ulimit -v)"), "{line}");
    assert!(!line.contains("step"), "{line}");

    // There is one thread, and for another one no stack.
    let open = [0, 1].map(|_| TcpStream::connect(("127.0.0.1", server.port)).unwrap());
    let line = server.running.line_with("no thread left for a connection");
    assert!(line.contains("it waits"), "{line}");
    leave(&folder, &server, 1 << 30);
    folder
        .run(&format!("hello-mtls get {url}"))
        .ends(0)
        .prints("Hello World");
    drop(open);
}
