//! Where the output goes: a pipe that nobody reads, a full disk, and descriptors that are closed or cannot be written.

use std::path::Path;

use crate::common::{EIGHT, Folder, Server, say_skipped};

/// A folder with certificates and a recording, and a server of its own.
fn ready() -> (Folder, Server) {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let get = format!("hello-mtls get {} --save one.transcript", server.url("/"));
    folder.run(&get).ends(0);
    (folder, server)
}

/// Every command that has something to print.
fn writers(server: &Server) -> Vec<String> {
    let commands = [
        "--help",
        "--version",
        "serve --help",
        "certs --force --dir others",
        "inspect certs/ca.crt",
        "doctor",
        "wire one.transcript",
        "step",
        "gallery",
        "gallery expired",
        "lab",
        "demo",
    ];
    let get = format!("hello-mtls get {}", server.url("/"));
    let commands = commands.map(|command| format!("hello-mtls {command}"));
    commands.into_iter().chain([get]).collect()
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (folder, server) = ready();
    for command in writers(&server) {
        for reader in ["head -c 1", "true"] {
            folder
                .run(&format!("{{ {command}; echo $? > code; }} | {reader}"))
                .ends(0);
            assert_eq!(folder.read("code"), "0\n", "{command} | {reader}");
        }
    }
}

#[test]
fn a_full_disk_is_an_error_and_a_deaf_terminal_is_none() {
    if !Path::new("/dev/full").exists() {
        return say_skipped("there is no /dev/full");
    }
    let (folder, server) = ready();
    for command in writers(&server) {
        folder
            .run(&format!("{command} > /dev/full"))
            .ends(1)
            .says("cannot write the output")
            .says("No space left");
    }
    for nobody in ["2> /dev/full", "2>&-"] {
        let get = "hello-mtls get";
        folder
            .run(&format!("{get} https://localhost:1/ {nobody}"))
            .ends(1);
        folder
            .run(&format!("{get} ftp://localhost/ {nobody}"))
            .ends(2);
    }
}

/// std takes EBADF for a stdout that was closed, and is silent.
#[test]
fn a_descriptor_that_is_open_for_reading_alone_is_an_error() {
    let (folder, server) = ready();
    for command in writers(&server) {
        folder
            .run(&format!("{command} 1< one.transcript"))
            .ends(1)
            .says("cannot write the output")
            .says("Bad file descriptor");
    }
    // A server prints nothing there.
    let line = "exec hello-mtls serve --listen localhost:0 1< one.transcript";
    Server::of(folder.start(line));
}

/// The system gives a new file the lowest number that is free. If that were 1, the list of the files that were made
/// would be written into one of them. std opens /dev/null for those that are closed, so the output is lost, and a
/// command cannot tell this from `> /dev/null`.
#[test]
fn with_closed_descriptors_no_output_gets_into_a_file() {
    let (folder, server) = ready();
    for closed in [">&-", "<&- >&- 2>&-"] {
        for command in writers(&server) {
            folder.run(&format!("{command} {closed}")).ends(0);
        }
        assert_eq!(folder.names("others"), EIGHT);
        folder.run("hello-mtls doctor --certs others").ends(0);
        let outputs = "--save 1.transcript --html 1.html --pcapng 1.pcapng";
        let get = format!("hello-mtls get {} {outputs}", server.url("/"));
        folder.run(&format!("{get} {closed}")).ends(0);
        folder.run("hello-mtls wire 1.transcript").ends(0);
        assert!(folder.read("1.html").starts_with("<!DOCTYPE html>"));
        let page = folder.read("1.html");
        assert!(page.trim_end().ends_with("</html>"), "{closed}");
        folder.run("rm 1.transcript 1.html 1.pcapng").ends(0);
    }
}

#[test]
fn a_key_log_on_a_full_disk_is_named_and_the_connection_goes_on() {
    if !Path::new("/dev/full").exists() {
        return say_skipped("there is no /dev/full");
    }
    let folder = Folder::with_certs();
    let named = "SSLKEYLOGFILE: /dev/full cannot be written (No space left on device), so secrets are missing there";
    let full = "SSLKEYLOGFILE=/dev/full";
    let server = format!("{full} exec hello-mtls serve --listen localhost:0");
    let server = Server::of(folder.start(&server));
    for _ in 0..2 {
        folder
            .run(&format!("{full} hello-mtls get {}", server.url("/")))
            .ends(0)
            .prints("Hello World")
            .says(named);
    }
    server.running.line_with(named);
    assert_eq!(server.running.output().matches(named).count(), 1);
}
