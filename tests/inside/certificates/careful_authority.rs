//! What an authority must not do: give a key away, forget a revocation, believe any list.

use crate::common::Folder;

#[test]
fn a_key_that_stands_beside_the_ca_certificate_stays_out_of_the_leafs_file() {
    let folder = Folder::new();
    folder.run("hello-mtls certs --intermediate").ends(0);
    let combined = folder.read("certs/intermediate.crt") + &folder.read("certs/intermediate.key");
    folder.write("certs/intermediate.crt", combined);
    folder
        .run("hello-mtls certs request bob --client bob")
        .ends(0);
    folder
        .run("hello-mtls certs sign bob --client bob --ca intermediate")
        .ends(0);
    let signed = folder.read("certs/bob.crt");
    assert_eq!(signed.matches("BEGIN CERTIFICATE").count(), 2, "{signed}");
    assert!(!signed.contains("PRIVATE KEY"), "{signed}");
}

#[test]
fn ten_revocations_at_once_are_ten_revocations() {
    let folder = Folder::with_certs();
    let mut running = Vec::new();
    for number in 0..10 {
        folder
            .run(&format!(
                "hello-mtls certs request c{number} --client c{number}"
            ))
            .ends(0);
        folder
            .run(&format!(
                "hello-mtls certs sign c{number} --client c{number}"
            ))
            .ends(0);
    }
    for number in 0..10 {
        running.push(folder.start(&format!("hello-mtls certs revoke certs/c{number}.crt")));
    }
    for each in &running {
        each.line_with("ca.crl");
    }
    let list = folder.run("hello-mtls inspect certs/ca.crl").ends(0).stdout;
    assert!(
        list.contains(
            "
10 revoked; "
        ),
        "{list}"
    );
}

#[test]
fn the_list_of_another_ca_is_not_carried_on() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir other").ends(0);
    folder
        .run("hello-mtls certs revoke other/client.crt --dir other")
        .ends(0);
    folder.write("certs/ca.crl", folder.read("other/ca.crl"));
    let before = folder.read("certs/ca.crl");
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(1)
        .says("not signed by this CA");
    assert_eq!(folder.read("certs/ca.crl"), before);
}
