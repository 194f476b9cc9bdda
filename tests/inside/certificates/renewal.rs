//! What `hello-mtls certs renew` makes, judged by a server and a client.

use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::issue;
use hello_mtls::certificates::renewal::renew;
use hello_mtls::certificates::request::KeyType;
use hello_mtls::certificates::signing::Grant;

use crate::common::Folder;

/// What inspect says behind `name` in a file's page.
fn field(folder: &Folder, file: &str, name: &str) -> String {
    let page = folder
        .run(&format!("hello-mtls inspect {file}"))
        .ends(0)
        .stdout;
    let line = page
        .lines()
        .find(|line| line.trim_start().starts_with(name));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}"))
        .to_owned()
}

fn public_key(folder: &Folder, file: &str) -> String {
    field(folder, file, "public key ")
}

#[test]
fn a_renewed_client_gets_in_with_its_old_key_and_the_old_certificate_is_kept() {
    let folder = Folder::with_certs();
    let old = folder.read("certs/client.crt");
    folder
        .run("hello-mtls certs renew client --days 30")
        .ends(0)
        .says("certs/client.crt.old");
    assert_eq!(folder.read("certs/client.crt.old"), old);
    assert_ne!(folder.read("certs/client.crt"), old);
    for name in ["subject ", "subjectAltName", "extKeyUsage"] {
        let [before, after] =
            ["certs/client.crt.old", "certs/client.crt"].map(|file| field(&folder, file, name));
        assert_eq!(before, after);
    }
    let [before, after] =
        ["certs/client.crt.old", "certs/client.crt"].map(|file| public_key(&folder, file));
    assert_eq!(before, after);
    folder
        .run("hello-mtls inspect certs/client.crt")
        .ends(0)
        .says("valid 30 days");

    let server = folder.serve("");
    for crt in ["client.crt", "client.crt.old"] {
        let get = format!(
            "hello-mtls get https://localhost:{}/whoami --cacert certs/ca.crt --cert certs/{crt} \
             --key certs/client.key",
            server.port
        );
        folder
            .run(&get)
            .ends(0)
            .says("uri:spiffe://hello-mtls/my-client");
    }
}

#[test]
fn a_renewed_server_with_a_new_key_is_believed_and_its_old_files_are_kept() {
    let folder = Folder::with_certs();
    let old = ["key", "csr", "crt"].map(|end| folder.read(&format!("certs/server.{end}")));
    folder
        .run("hello-mtls certs renew server --new-key")
        .ends(0);
    for (end, old) in ["key", "csr", "crt"].iter().zip(old) {
        assert_eq!(folder.read(&format!("certs/server.{end}.old")), old);
        assert_ne!(folder.read(&format!("certs/server.{end}")), old);
    }
    for key in ["certs/server.key", "certs/server.key.old"] {
        assert_eq!(folder.mode(key), 0o600, "{key}");
    }
    let server = folder.serve("");
    let url = format!("https://localhost:{}/", server.port);
    folder
        .run(&format!("hello-mtls get {url}"))
        .ends(0)
        .prints("Hello World");
    // The new request is of the new key: a later signature fits it.
    folder
        .run("hello-mtls certs sign server --host localhost --force")
        .ends(0);
    folder.run("hello-mtls doctor").ends(0);
}

#[test]
fn each_renewal_finds_a_free_name_for_the_old_certificate() {
    let folder = Folder::with_certs();
    let first = folder.read("certs/client.crt");
    folder.run("hello-mtls certs renew client").ends(0);
    let second = folder.read("certs/client.crt");
    folder.run("hello-mtls certs renew client").ends(0);
    assert_eq!(folder.read("certs/client.crt.old"), first);
    assert_eq!(folder.read("certs/client.crt.old2"), second);
}

#[test]
fn a_key_that_stands_in_the_file_of_the_certificate_is_not_shown_to_others() {
    let folder = Folder::with_certs();
    let combined = folder.read("certs/client.crt") + &folder.read("certs/client.key");
    folder.write("certs/client.crt", &combined);
    folder.run("hello-mtls certs renew client").ends(0);
    assert_eq!(folder.read("certs/client.crt.old"), combined);
    assert_eq!(folder.mode("certs/client.crt.old"), 0o600);
    assert!(!folder.read("certs/client.crt").contains("PRIVATE KEY"));
}

#[test]
fn a_leaf_of_an_intermediate_ca_is_renewed_with_its_chain() {
    let folder = Folder::new();
    folder
        .run("hello-mtls certs --intermediate --key-type rsa-2048")
        .ends(0);
    folder
        .run("hello-mtls certs renew server")
        .ends(1)
        .says("this CA did not sign it")
        .says("--ca");
    folder
        .run("hello-mtls certs renew server --ca intermediate")
        .ends(0);
    let chain = folder.read("certs/server.crt");
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    let server = folder.serve("");
    let url = format!("https://localhost:{}/", server.port);
    folder.run(&format!("hello-mtls get {url}")).ends(0);
}

#[test]
fn a_ca_a_foreign_certificate_and_a_revoked_one_are_not_renewed() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir other").ends(0);
    folder
        .run("hello-mtls certs renew ca")
        .ends(1)
        .says("certs/ca.crt")
        .says("it is a CA itself");
    // Both CAs are called my-ca, so the name alone does not tell.
    folder.write("certs/other.crt", folder.read("other/client.crt"));
    folder
        .run("hello-mtls certs renew other")
        .ends(1)
        .says("certs/other.crt")
        .says("this CA did not sign it");
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    let before = folder.names("certs");
    folder
        .run("hello-mtls certs renew client")
        .ends(1)
        .says("it is revoked")
        .says("certs/ca.crl");
    std::fs::remove_file(folder.path("certs/ca.key")).unwrap();
    folder
        .run("hello-mtls certs renew server")
        .ends(1)
        .says("certs/ca.key is not here")
        .says("not the key here");
    let mut after = folder.names("certs");
    after.push("ca.key".to_owned());
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(after), sorted(before));
}

/// Issuer and key identifier are right, but the CA never signed these names.
#[test]
fn a_certificate_whose_name_was_changed_after_the_signature_is_not_renewed() {
    let authority = Authority::create("my-ca", KeyType::EcdsaP256, 30).unwrap();
    let issued = issue(&authority, &Grant::client("guest"), KeyType::EcdsaP256, 30).unwrap();
    assert!(renew(&authority, &issued.certificate, 30, false).is_ok());
    let mut forged = issued.certificate.to_vec();
    let at: Vec<usize> = (0..forged.len() - 5)
        .filter(|at| forged[*at..].starts_with(b"guest"))
        .collect();
    assert!(!at.is_empty());
    for at in at {
        forged[at..at + 5].copy_from_slice(b"admin");
    }
    let refused = renew(&authority, &forged.into(), 30, false).unwrap_err();
    assert!(
        refused.to_string().contains("this CA did not sign it"),
        "{refused}"
    );
}
