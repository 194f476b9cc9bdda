//! `get --wire`, `serve --wire` and `wire`: watching one's own handshake.

use crate::common::Folder;

/// The kinds of chapter headings in a terminal view: the seven steps.
fn chapters(view: &str) -> Vec<char> {
    let titles = view.lines().filter_map(|line| line.strip_prefix("── "));
    titles
        .filter_map(|title| title.chars().next().filter(char::is_ascii_digit))
        .collect()
}

#[test]
fn get_shows_its_own_connection_and_keeps_it_in_three_forms() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let line = format!(
        "hello-mtls get {} --wire --html me.html --pcapng me.pcapng --save me.transcript",
        server.url("/")
    );
    let ran = folder.run(&line).ends(0).prints("Hello World");
    assert_eq!(
        chapters(&ran.stderr),
        ['1', '2', '3', '4', '5', '6', '7'],
        "{ran}"
    );
    for message in [
        "ClientHello",
        "CertificateRequest",
        "CertificateVerify",
        "Finished",
        "close_notify",
    ] {
        assert!(ran.stderr.contains(message), "{message}\n{ran}");
    }
    assert!(!ran.stderr.contains('\u{1b}'), "plain where it is piped");
    for line in ran.stderr.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(folder.read("me.html").starts_with("<!DOCTYPE html>"));
    assert!(
        folder
            .bytes("me.pcapng")
            .starts_with(&[0x0a, 0x0d, 0x0d, 0x0a])
    );

    // The recording tells the same story again, and makes the same page.
    let again = folder
        .run("hello-mtls wire me.transcript --html again.html")
        .ends(0);
    assert_eq!(again.stdout, ran.stderr);
    assert_eq!(folder.read("again.html"), folder.read("me.html"));
    folder
        .run("hello-mtls wire me.transcript --lang zh --html chinese.html")
        .ends(0);
    assert!(folder.read("chinese.html").contains("<html lang=\"zh\">"));
}

#[test]
fn what_was_recorded_is_kept_when_the_connection_fails_too() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let line = format!(
        "hello-mtls get {} --cacert certs/ca.crt --html no.html --save no.transcript",
        server.url("/")
    );
    folder.run(&line).ends(1).says("certificate_required");
    assert!(folder.read("no.html").contains("certificate_required"));
    folder
        .run("hello-mtls wire no.transcript")
        .ends(0)
        .says("certificate_required");
}

#[test]
fn a_second_connection_on_a_ticket_shows_no_certificate() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let line = format!(
        "hello-mtls get {} --twice --save second.transcript",
        server.url("/")
    );
    folder.run(&line).ends(0).prints("Hello WorldHello World");
    let view = folder
        .run("hello-mtls wire second.transcript")
        .ends(0)
        .stdout;
    assert!(view.contains("pre_shared_key"), "{view}");
    assert!(!view.contains("CertificateVerify  "), "{view}");
}

#[test]
fn an_output_overwrites_nothing_and_says_so_before_it_connects() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    folder.write("notes.html", "<!DOCTYPE html>\nmy thesis");
    let get = |options: &str| folder.run(&format!("hello-mtls get {} {options}", server.url("/")));
    for options in [
        "--html notes.html",
        "--save notes.html",
        "--pcapng notes.html",
    ] {
        get(options)
            .ends(1)
            .says("notes.html exists already")
            .prints("");
    }
    assert_eq!(folder.read("notes.html"), "<!DOCTYPE html>\nmy thesis");
    folder
        .run("hello-mtls get https://localhost:1/ --html notes.html")
        .ends(1)
        .says("exists already");
    folder
        .run("hello-mtls get https://localhost:1/ --html no/such/folder.html")
        .ends(1)
        .says("make the folder first");
    folder
        .run("hello-mtls get https://localhost:1/ --html one --pcapng one")
        .ends(2)
        .says("two outputs go to one");
    folder
        .run("hello-mtls get https://localhost:1/ --html one --save ./one")
        .ends(2)
        .says("two outputs go to ./one");
}

#[test]
fn a_refusal_is_told_also_where_an_output_cannot_be_written() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let too_long = "x".repeat(300);
    let line = format!(
        "hello-mtls get {} --cacert certs/ca.crt --html {too_long} --save kept.transcript",
        server.url("/")
    );
    folder.run(&line).ends(1).says("certificate_required");
    assert!(
        folder
            .read("kept.transcript")
            .starts_with("hello-mtls transcript 1")
    );
}

#[test]
fn without_wire_there_is_no_page_and_beyond_loopback_there_is_none_either() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    folder
        .run(&format!("hello-mtls get {}", server.url("/handshake")))
        .ends(0)
        .says("404 Not Found");
    let everywhere =
        crate::common::Server::of(folder.start("exec hello-mtls serve --wire --listen 0.0.0.0:0"));
    let line = format!("hello-mtls get {}", everywhere.url("/handshake"));
    folder
        .run(&line)
        .ends(0)
        .says("403 Forbidden: the page holds secrets");
}

#[test]
fn a_file_that_is_no_transcript_is_said_to_be_none() {
    let folder = Folder::new();
    for (contents, words) in [
        ("", "transcript"),
        ("what is this", "line 1"),
        ("hello-mtls transcript 1\n> 0.1\nzz\n", "line 3"),
        ("\u{1b}[31m", "line 1"),
    ] {
        folder.write("file", contents);
        folder
            .run("hello-mtls wire file")
            .ends(1)
            .says("step 0")
            .says(words)
            .does_not_say("\u{1b}");
    }
    folder
        .run("hello-mtls wire missing")
        .ends(1)
        .says("cannot read missing");
    folder.run("hello-mtls wire .").ends(1).says("directory");
}
