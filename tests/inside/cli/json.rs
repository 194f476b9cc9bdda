//! `--json`: stdout is for a program, one object per line; exit codes and stderr are as ever.

use crate::common::json::Value;
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
    assert_eq!(answer.get("error").get("step"), &Value::Null);
    assert!(
        answer
            .get("error")
            .get("found")
            .text()
            .contains("nowhere/ca.crt"),
        "{ran}"
    );
    let wrong = folder
        .run("hello-mtls get --json http://localhost/")
        .ends(2);
    assert_eq!(wrong.stdout, "");
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
