//! `--json`: stdout is for a program, one object per line; exit codes and stderr are as ever.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rustls::version::TLS13;
use rustls::{ServerConnection, StreamOwned};

use crate::common::json::Value;
use crate::common::peers::{Pki, Setup, server_config};
use crate::common::{Folder, Ran};

/// The lines, each an object of version 1 of this command.
#[track_caller]
fn objects(ran: &Ran, command: &str) -> Vec<Value> {
    assert!(ran.stdout.ends_with('\n'), "{ran}");
    let lines = ran.stdout.lines().map(Value::of);
    let objects: Vec<Value> = lines.collect();
    for object in &objects {
        assert!(object.get("version").is("1"), "{ran}");
        assert!(object.get("command").is(command), "{ran}");
    }
    objects
}

/// `my-ca` is made a second time: the same name and another key. rustls says no more of it than that a signature does
/// not fit.
#[test]
fn a_ca_that_was_made_anew_has_its_name_in_the_json_on_either_side() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir anew").ends(0);
    let server = folder.serve("");
    let own = |dir: &str| format!("--cert {dir}/client.crt --key {dir}/client.key");
    for (files, failure) in [
        (
            format!("--cacert anew/ca.crt {}", own("certs")),
            "ca-key-changed",
        ),
        (
            format!("--cacert certs/ca.crt {}", own("anew")),
            "client-ca-key-changed",
        ),
    ] {
        let line = format!("hello-mtls get --json {files} {}", server.url("/"));
        let ran = folder.run(&line).ends(1);
        let objects = objects(&ran, "get");
        assert_eq!(
            objects[0].get("error").get("failure").text(),
            failure,
            "{ran}"
        );
    }
}

#[test]
fn get_gives_the_answer_its_body_and_the_events_a_line_per_connection() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let line = format!("hello-mtls get {} --twice --json", server.url("/"));
    let ran = folder.run(&line).ends(0);
    let both = objects(&ran, "get");
    assert_eq!(both.len(), 2, "{ran}");
    for (answer, resumed) in both.iter().zip(["false", "true"]) {
        assert!(answer.get("status").is("200"), "{ran}");
        assert_eq!(answer.get("body").text(), "Hello World");
        assert_eq!(answer.get("body_base64"), &Value::Null);
        assert_eq!(answer.get("error"), &Value::Null);
        assert!(answer.get("session").get("resumed").is(resumed), "{ran}");
        let events = answer.get("events").list();
        assert!(events.len() >= 3, "{ran}");
        assert!(events.iter().all(|event| event.get("side").is("client")));
    }
    assert_eq!(ran.stderr, "");
}

#[test]
fn get_tells_a_refusal_and_a_failure_and_stderr_tells_people() {
    let folder = Folder::with_certs();
    let server = folder.serve("--allow dns:other");
    let url = server.url("/");
    let ran = folder.run(&format!("hello-mtls get {url} --json")).ends(0);
    let answer = &objects(&ran, "get")[0];
    assert!(answer.get("status").is("403"), "{ran}");
    assert!(answer.get("refusal").get("step").is("6"), "{ran}");
    ran.says("try:");

    let line = format!("hello-mtls get {url} --cacert certs/ca.crt --json --lang zh");
    let ran = folder.run(&line).ends(1);
    let answer = &objects(&ran, "get")[0];
    let error = answer.get("error");
    assert!(error.get("step").is("5"), "{ran}");
    assert!(error.get("failure").is("no-client-certificate"), "{ran}");
    assert!(
        error.get("found").text().contains("the client sent none"),
        "{ran}"
    );
    assert_eq!(answer.get("body"), &Value::Null);
    assert!(ran.stderr.contains("试试"), "{ran}");

    let ran = folder
        .run(&format!("hello-mtls get {url} --certs nowhere --json"))
        .ends(1);
    let answer = &objects(&ran, "get")[0];
    let error = answer.get("error");
    assert!(error.get("step").is("0"), "{ran}");
    assert!(error.get("failure").is("no-folder"), "{ran}");
    assert!(
        error.get("found").text().contains("nowhere/ca.crt"),
        "{ran}"
    );
    let wrong = folder
        .run("hello-mtls get --json http://localhost/")
        .ends(2);
    assert_eq!(wrong.stdout, "");
}

/// What `get --json` says of a server that answers with these bytes and closes in good order. People are told in Chinese,
/// and a program in English all the same.
fn answered(bytes: &[u8], code: i32) -> (Ran, Value) {
    let (folder, pki) = (Folder::new(), Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256));
    folder.write("ca.crt", &pki.ca_pem);
    let setup = Setup {
        version: &TLS13,
        suite: None,
        mutual: false,
        client_shows: false,
        trusting: &pki,
    };
    let config = Arc::new(server_config(&pki, &setup));
    let listener = TcpListener::bind("localhost:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let ran = thread::scope(|scope| {
        scope.spawn(|| {
            let (tcp, _) = listener.accept().unwrap();
            let connection = ServerConnection::new(config).unwrap();
            let mut stream = StreamOwned::new(connection, tcp);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(bytes);
            stream.conn.send_close_notify();
            let _ = stream.flush();
            let _ = stream.read(&mut [0; 4096]);
        });
        folder.run(&format!(
            "hello-mtls get https://localhost:{port}/ --cacert ca.crt --json --lang zh"
        ))
    });
    let ran = ran.ends(code);
    let mut lines = objects(&ran, "get");
    assert_eq!(lines.len(), 1, "{ran}");
    (ran, lines.remove(0))
}

#[test]
fn get_tells_what_came_of_an_answer_that_is_not_complete() {
    let head = "HTTP/1.1 200 Fine\r\nContent-Length: 9\r\n\r\nabc";
    for (bytes, status, found, chinese) in [
        (
            head,
            "200",
            "3 of 9 bytes of the body came",
            "只收到 3 字节",
        ),
        (
            "SSH-2.0-x\r\n",
            "null",
            "begins with \"SSH-2.0-x",
            "开头是“SSH-2.0-x",
        ),
        (
            "HTTP/1.1 2",
            "null",
            "begins with \"HTTP/1.1 2\"",
            "缺少一行",
        ),
    ] {
        let (ran, answer) = answered(bytes.as_bytes(), 1);
        assert!(answer.get("status").is(status), "{ran}");
        let error = answer.get("error");
        assert!(error.get("step").is("7"), "{ran}");
        assert!(error.get("failure").is("no-answer"), "{ran}");
        for member in ["found", "message"] {
            assert!(error.get(member).text().contains(found), "{ran}");
        }
        let session = answer.get("session");
        assert!(session.get("version").is("TLS 1.3"), "{ran}");
        ran.says(chinese);
    }
}

#[test]
fn a_body_that_is_too_large_for_a_line_keeps_its_status() {
    let length = (16 << 20) + 1;
    let mut bytes = format!("HTTP/1.1 203 Big\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    bytes.resize(bytes.len() + length, b'x');
    let (ran, answer) = answered(&bytes, 1);
    assert!(answer.get("status").is("203"), "{ran}");
    assert_eq!(answer.get("body"), &Value::Null);
    let error = answer.get("error");
    assert_eq!(error.get("failure"), &Value::Null);
    assert!(
        error.get("found").text().contains("at most 16 MiB"),
        "{ran}"
    );
    ran.says("不加 --json").does_not_say("磁盘");
}

#[test]
fn a_reason_phrase_is_as_the_server_sent_it_and_harmless() {
    let bytes = b"HTTP/1.1 200 a\\b\x9b31m\r\nContent-Length: 6\r\n\r\n\xe2\x80\xaex\r\n";
    let (ran, answer) = answered(bytes, 0);
    assert_eq!(answer.get("reason").text(), "a\\b\u{9b}31m");
    assert_eq!(answer.get("body").text(), "\u{202e}x\r\n");
    let events = answer.get("events").list();
    assert!(
        events.last().unwrap().get("reason").is("a\\b\u{9b}31m"),
        "{ran}"
    );
    // In the line itself nothing stands that a terminal would obey.
    assert!(!ran.stdout.contains(['\u{9b}', '\u{202e}']), "{ran}");
}

#[test]
fn every_command_prints_its_line_whatever_fails() {
    let folder = Folder::with_certs();
    for (command, line, step, failure) in [
        (
            "get",
            "get https://localhost:1/ --json --html /nope/x.html",
            "null",
            "null",
        ),
        (
            "get",
            "get https://localhost:1/ --json",
            "1",
            "connection-refused",
        ),
        (
            "inspect",
            "inspect https://localhost:1/ --json",
            "1",
            "connection-refused",
        ),
        ("inspect", "inspect nope --json", "0", "unreadable-file"),
        (
            "inspect",
            "inspect /dev/null --json",
            "0",
            "unreadable-file",
        ),
    ] {
        let ran = folder.run(&format!("hello-mtls {line}")).ends(1);
        let lines = objects(&ran, command);
        assert_eq!(lines.len(), 1, "{ran}");
        let error = lines[0].get("error");
        assert!(error.get("step").is(step), "{ran}");
        assert!(error.get("failure").is(failure), "{ran}");
        assert!(ran.stderr.contains("hello-mtls: "), "{ran}");
    }
    // The doctor has the same name for it, in a finding.
    let ran = folder
        .run("hello-mtls doctor https://localhost:1/ --json")
        .ends(1);
    let report = &objects(&ran, "doctor")[0];
    let found = report.get("findings").list();
    let is_it =
        |one: &&Value| one.get("failure").is("connection-refused") && one.get("step").is("1");
    assert_eq!(found.iter().filter(is_it).count(), 1, "{ran}");
    // A wrong command line has no result.
    for line in [
        "get nope",
        "get https://localhost:1/ --cert a --key b",
        "inspect localhost:1",
    ] {
        folder
            .run(&format!("hello-mtls {line} --json"))
            .ends(2)
            .prints("");
    }
}

#[test]
fn every_member_stands_in_the_page_about_json() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let url = server.url("/");
    let pages = ["docs/json.md", "docs/zh/json.md"].map(|page| {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        std::fs::read_to_string(page).unwrap()
    });
    for (section, line, code) in [
        ("get", format!("get {url} --json"), 0),
        ("doctor", format!("doctor {url} --json"), 0),
        ("inspect", "inspect certs/ca.crt nope --json".to_owned(), 1),
        (
            "inspect",
            format!("inspect {url} https://localhost:1/ --json"),
            1,
        ),
    ] {
        let ran = folder.run(&format!("hello-mtls {line}")).ends(code);
        let lines = objects(&ran, section);
        // With or without a result, a line has the same members.
        let names: Vec<Vec<&str>> = lines.iter().map(Value::names).collect();
        assert!(names.iter().all(|one| *one == names[0]), "{names:?}");
        for page in &pages {
            let (general, below) = page.split_once(&format!("<a id=\"{section}\">")).unwrap();
            let own = below.split("<a id=").next().unwrap();
            for name in &names[0] {
                let name = format!("`{name}`");
                assert!(
                    general.contains(&name) || own.contains(&name),
                    "{section}: {name}"
                );
            }
        }
    }
}

#[test]
fn the_doctor_gives_its_findings() {
    let folder = Folder::with_certs();
    let well = folder.run("hello-mtls doctor --json").ends(0);
    let report = &objects(&well, "doctor")[0];
    assert!(report.get("fails").is("false"), "{well}");
    assert_eq!(report.get("certificates").list().len(), 2, "{well}");

    folder.run("cp certs/client.key certs/server.key").ends(0);
    let ran = folder.run("hello-mtls doctor --json").ends(1);
    let report = &objects(&ran, "doctor")[0];
    assert!(report.get("fails").is("true"), "{ran}");
    let findings = report.get("findings").list();
    let mismatch = findings
        .iter()
        .find(|one| one.get("failure").is("key-mismatch"));
    let mismatch = mismatch.unwrap_or_else(|| panic!("{ran}"));
    assert!(mismatch.get("severity").is("error"), "{ran}");
    assert!(
        mismatch.get("subject").text().starts_with("certs/server."),
        "{ran}"
    );
}

#[test]
fn inspect_gives_an_object_per_block_and_nothing_private_of_a_key() {
    let folder = Folder::new();
    folder
        .run("hello-mtls certs --key-type rsa-2048 --client 'a\"b'")
        .ends(0);
    folder
        .run("cat certs/client.crt certs/ca.crt > two.pem")
        .ends(0);
    let ran = folder
        .run("hello-mtls inspect --json two.pem certs/client.key certs/client.csr")
        .ends(0);
    let items = objects(&ran, "inspect");
    let kinds = ["certificate", "certificate", "private-key-pkcs8", "request"];
    assert_eq!(items.len(), kinds.len(), "{ran}");
    for (item, kind) in items.iter().zip(kinds) {
        assert!(item.get("kind").is(kind), "{ran}");
    }
    assert!(items[1].get("block").is("2"), "{ran}");
    assert!(items[0].get("summary").text().contains("client"), "{ran}");
    let of = |at: usize| items[at].get("public_key_sha256").text();
    assert_eq!([of(0), of(0)], [of(2), of(3)], "one key pair");
    assert_eq!(items[2].get("sha256"), &Value::Null);

    // No run of 16 bytes of the file that holds the private exponent is shown, but for those of the modulus.
    let key = folder
        .run("grep -v -e ----- certs/client.key | base64 -d | od -An -v -tx1 | tr -d ' \\n'")
        .ends(0);
    let shown = format!("{:?}", items[2]).replace(':', "").to_lowercase();
    let tail = &key.stdout[key.stdout.len() - 640..];
    let secret = (0..tail.len() - 32).any(|at| shown.contains(&tail[at..at + 32]));
    assert!(!secret, "{ran}");
}

#[test]
fn gallery_gives_every_case() {
    let folder = Folder::new();
    let ran = folder.run("hello-mtls gallery --all --json").ends(0);
    let all = &objects(&ran, "gallery")[0];
    assert!(all.get("as_expected").is("true"), "{ran}");
    let cases = all.get("cases").list();
    assert!(cases.len() >= 70, "{}", cases.len());
    let case = cases
        .iter()
        .find(|case| case.get("name").is("wrong-host"))
        .unwrap();
    assert!(
        case.get("step").is("3") && case.get("noticed_by").is("client"),
        "{case:?}"
    );
    folder.run("hello-mtls gallery --json").ends(2);
}
