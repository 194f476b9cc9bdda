//! `certs --name-constraints`: a CA that vouches for this machine alone, and a verifier that holds it to that.

use crate::common::Folder;

#[test]
fn a_constrained_ca_serves_its_hosts_and_clients_of_any_name() {
    for options in ["", "--intermediate", "--key-type rsa-2048"] {
        let folder = Folder::new();
        folder
            .run(&format!("hello-mtls certs --name-constraints {options}"))
            .ends(0);
        folder.run("hello-mtls doctor").ends(0);
        let server = folder.serve("");
        for host in ["localhost", "127.0.0.1"] {
            let url = format!("https://{host}:{}/whoami", server.port);
            folder
                .run(&format!("hello-mtls get {url}"))
                .ends(0)
                .says("spiffe://hello-mtls/my-client");
        }
        folder
            .run("hello-mtls inspect certs/ca.crt")
            .ends(0)
            .says("nameConstraints")
            .says("localhost");
    }
}

#[test]
fn webpki_refuses_a_leaf_for_another_name_of_a_constrained_ca() {
    for (hosts, refused) in [
        ("", "other.test"),
        ("", "192.0.2.1"),
        ("--host example.test", "example.org"),
        ("--host example.test", "192.0.2.1"),
        ("--host 192.0.2.1", "192.0.2.2"),
        ("--host 192.0.2.1", "2001:db8::1"),
    ] {
        let folder = Folder::new();
        folder
            .run(&format!("hello-mtls certs --name-constraints {hosts}"))
            .ends(0);
        folder
            .run(&format!("hello-mtls certs request other --host {refused}"))
            .ends(0);
        folder
            .run(&format!("hello-mtls certs sign other --host {refused}"))
            .ends(0);
        let files = "--cacert certs/ca.crt --cert certs/other.crt --key certs/other.key";
        let line = format!("hello-mtls doctor --role server --host {refused} {files}");
        let ran = folder.run(&line).ends(1);
        ran.says("webpki refuses the server's certificate")
            .says("name-constraint");
    }
}

#[test]
fn the_hosts_that_are_named_are_permitted_beside_this_machine() {
    let folder = Folder::new();
    folder
        .run("hello-mtls certs --name-constraints --host '*.example.test' --host 192.0.2.1")
        .ends(0);
    for host in ["www.example.test", "192.0.2.1"] {
        let line = format!("hello-mtls doctor --host {host}");
        folder.run(&line).ends(0).says("webpki accepts");
    }
    folder
        .run("hello-mtls certs request local --host localhost")
        .ends(0);
    folder
        .run("hello-mtls certs sign local --host localhost")
        .ends(0);
    let files = "--cacert certs/ca.crt --cert certs/local.crt --key certs/local.key";
    folder
        .run(&format!("hello-mtls doctor --role server {files}"))
        .ends(0);
}

/// A client whose certificate has a common name and nothing else, as openssl's tutorial makes it.
#[test]
fn a_client_with_a_common_name_alone_gets_in() {
    let folder = Folder::new();
    folder.run("hello-mtls certs --name-constraints").ends(0);
    folder
        .run("hello-mtls certs sign client --client client.example.com --force")
        .ends(0);
    let server = folder.serve("");
    folder
        .run(&format!("hello-mtls get {}", server.url("/whoami")))
        .ends(0)
        .says("client.example.com");
}
