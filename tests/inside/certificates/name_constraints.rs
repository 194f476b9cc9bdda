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
fn the_list_of_files_says_for_which_servers_the_ca_can_sign() {
    let folder = Folder::new();
    folder
        .run("hello-mtls certs --name-constraints --host example.test")
        .ends(0)
        .says("for no server but DNS:localhost, IP:127.0.0.1, IP:::1, DNS:example.test");
}

#[test]
fn a_name_outside_of_the_constraints_is_not_signed() {
    for (options, refused, constraint) in [
        ("", "DNS:other.test", "permitted: DNS:localhost"),
        ("", "IP:192.0.2.1", "IP:127.0.0.1"),
        ("--host example.test", "DNS:example.org", "DNS:example.test"),
        ("--host example.test", "IP:192.0.2.1", "IP:127.0.0.1"),
        ("--host 192.0.2.1", "IP:192.0.2.2", "IP:192.0.2.1"),
        ("--host 192.0.2.1", "IP:2001:db8::1", "IP:::1"),
        // The intermediate CA has no constraints of its own: those of the root count.
        ("--intermediate", "DNS:other.test", "of CN=my-ca"),
    ] {
        let folder = Folder::new();
        let (_, host) = refused.split_once(':').unwrap();
        let ca = match options {
            "--intermediate" => " --ca intermediate",
            _ => "",
        };
        for line in [
            format!("hello-mtls certs --name-constraints {options}"),
            format!("hello-mtls certs request other --host {host}"),
        ] {
            folder.run(&line).ends(0);
        }
        folder
            .run(&format!("hello-mtls certs sign other --host {host}{ca}"))
            .ends(1)
            .says("sign certs/other.csr")
            .says(refused)
            .says(constraint);
        assert!(!folder.path("certs/other.crt").exists(), "{options}");
    }
}

/// A command that is printed has to work, and this CA would refuse.
#[test]
fn the_doctor_does_not_propose_what_the_ca_may_not_sign() {
    let folder = Folder::new();
    folder.run("hello-mtls certs --name-constraints").ends(0);
    folder
        .run("hello-mtls doctor --role server --host other.test")
        .ends(1)
        .says("the name constraints of CN=my-ca leave out other.test")
        .does_not_say("certs sign");
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
