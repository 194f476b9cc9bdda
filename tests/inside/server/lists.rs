//! `serve --crl`: no client comes in because a list was not looked at, and none stays in because it came early.

use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::Duration;

use super::open::{Open, client, list, short_lived};
use crate::common::Folder;

#[test]
fn two_lists_of_one_ca_are_refused_at_the_start() {
    let folder = Folder::with_certs();
    list(&folder, "empty.crl", 3600);
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    for (first, second) in [("empty", "ca"), ("ca", "empty")] {
        folder
            .run(&format!(
                "hello-mtls serve --listen localhost:0 --crl certs/{first}.crl --crl certs/{second}.crl"
            ))
            .ends(1)
            .says(&format!("certs/{second}.crl"))
            .says("a second list of CN=my-ca");
    }
    folder
        .run("hello-mtls doctor --crl certs/empty.crl --crl certs/ca.crl")
        .ends(1);
    // The same list twice hides nothing.
    folder.serve("--crl certs/ca.crl --crl certs/ca.crl");
}

#[test]
fn a_list_past_its_next_update_is_reported_and_refuses_unless_it_may_only_warn() {
    let folder = Folder::with_certs();
    list(&folder, "ca.crl", -3600);
    let server = folder.serve("--crl certs/ca.crl");
    let warning = server
        .running
        .line_with("certs/ca.crl: the next one was due");
    assert!(warning.contains("refuses every client of this CA"));
    let get = |port| format!("hello-mtls get https://localhost:{port}/");
    folder
        .run(&get(server.port))
        .ends(1)
        .prints("")
        .says("step 5");
    server
        .running
        .line_with("the CRL of the client's CA should have been replaced");

    let server = folder.serve("--crl certs/ca.crl --crl-expired warn");
    server
        .running
        .line_with("certs/ca.crl: the next one was due");
    folder.run(&get(server.port)).ends(0).prints("Hello World");
    folder
        .run("hello-mtls serve --crl certs/ca.crl --crl-expired ignore")
        .ends(2)
        .says("refuse or warn");

    // The doctor judges as the server does.
    let doctor =
        |options: &str| folder.run(&format!("hello-mtls doctor --crl certs/ca.crl{options}"));
    for refuses in ["", " --crl-expired refuse"] {
        doctor(refuses)
            .ends(1)
            .says("so serve refuses every client of this CA");
    }
    doctor(" --crl-expired warn")
        .ends(0)
        .says("the next one was due")
        .does_not_say("refuses every client");
    doctor(" --crl-expired ignore")
        .ends(2)
        .says("refuse or warn");
}

#[test]
fn a_list_that_ends_while_the_server_runs_is_reported_and_ends_open_connections() {
    let folder = Folder::with_certs();
    list(&folder, "ca.crl", 4);
    let server = folder.serve("--crl certs/ca.crl");
    let mut open = Open::to(&server, &client(&folder, "client")).unwrap();
    assert!(open.ask().unwrap().ends_with("Hello World"));
    server
        .running
        .line_with("certs/ca.crl: the next one was due");
    assert!(open.ask().unwrap().starts_with("HTTP/1.1 403"));
    // The next list lets its clients in again, without a restart.
    list(&folder, "ca.crl", 3600);
    server
        .running
        .line_with("new files in service: certs/ca.crl");
    let get = format!("hello-mtls get {}", server.url("/"));
    folder.run(&get).ends(0).prints("Hello World");
}

#[test]
fn a_trusted_ca_without_a_list_is_reported_at_the_start() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs ca --dir other --cn other-ca")
        .ends(0);
    folder
        .run("cat certs/ca.crt other/ca.crt > both.crt")
        .ends(0);
    list(&folder, "ca.crl", 3600);
    let server = folder.serve(
        "--cacert both.crt --cert certs/server.crt --key certs/server.key --crl certs/ca.crl",
    );
    server.running.line_with("none of CN=other-ca");
}

#[test]
fn a_certificate_that_is_revoked_while_its_connection_is_open_gets_403_and_the_end() {
    let folder = Folder::with_certs();
    list(&folder, "ca.crl", 3600);
    let server = folder.serve("--crl certs/ca.crl");
    let mut open = Open::to(&server, &client(&folder, "client")).unwrap();
    assert!(open.ask().unwrap().ends_with("Hello World"));
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    server
        .running
        .line_with("new files in service: certs/ca.crl");
    let answer = open.ask().unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    server.running.line_with(
        "refused at step 6: uri:spiffe://hello-mtls/my-client: the connection is still open, but its certificate is \
         no longer valid: the CA has revoked the client's certificate",
    );
    // The connection has ended, in good order.
    assert_eq!(open.ask().unwrap(), "");
}

#[test]
fn a_certificate_that_ends_while_its_connection_is_open_gets_403() {
    let folder = Folder::with_certs();
    short_lived(&folder, "brief", 4);
    let server = folder.serve("");
    let mut open = Open::to(&server, &client(&folder, "brief")).unwrap();
    assert!(open.ask().unwrap().ends_with("Hello World"));
    thread::sleep(Duration::from_millis(5500));
    assert!(open.ask().unwrap().starts_with("HTTP/1.1 403"));
    server
        .running
        .line_with("refused at step 6: dns:brief: the connection is still open");
}

#[test]
fn keys_that_others_read_and_folders_that_others_write_are_reported_at_the_start() {
    let folder = Folder::with_certs();
    let quiet = folder.serve("");
    folder
        .run(&format!("hello-mtls get {}", quiet.url("/")))
        .ends(0);
    assert!(!quiet.running.output().contains("warning"));
    for (name, mode) in [
        ("certs/server.key", 0o644),
        ("certs/ca.key", 0o644),
        ("certs", 0o777),
    ] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(folder.path(name), permissions).unwrap();
    }
    let server = folder.serve("");
    let warnings = [
        "warning: certs/server.key: mode 0644",
        "warning: certs/ca.key: mode 0644",
        "warning: certs: mode 0777",
    ];
    for warning in warnings {
        server.running.line_with(warning);
    }
    let doctor = folder.run("hello-mtls doctor").ends(0);
    for said in ["certs/server.key", "certs/ca.key", "mode 0777"] {
        assert!(doctor.stdout.contains(said), "{doctor}");
    }
}
