//! What `hello-mtls certs revoke` makes, judged by openssl and by `serve --crl`.

use crate::common::{Folder, openssl};

#[test]
fn a_revoked_client_is_refused_and_another_gets_in() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs request bob --client bob")
        .ends(0);
    folder.run("hello-mtls certs sign bob --client bob").ends(0);
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0)
        .says("certs/ca.crl");

    let server = folder.serve("--crl certs/ca.crl");
    let get = format!(
        "hello-mtls get https://localhost:{}/ --cacert certs/ca.crt",
        server.port
    );
    folder
        .run(&format!(
            "{get} --cert certs/client.crt --key certs/client.key"
        ))
        .ends(1)
        .prints("")
        .says("step 5")
        .says("certificate_revoked");
    server
        .running
        .line_with("failed at step 5: the CA has revoked the client's certificate");
    folder
        .run(&format!("{get} --cert certs/bob.crt --key certs/bob.key"))
        .ends(0)
        .prints("Hello World");
}

#[test]
fn openssl_reads_the_revocation_list_and_agrees() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    let list = "openssl crl -in certs/ca.crl -CAfile certs/ca.crt -noout";
    folder.run(list).ends(0).says("verify OK");
    let verify =
        "openssl verify -x509_strict -crl_check -CAfile certs/ca.crt -CRLfile certs/ca.crl";
    folder
        .run(&format!("{verify} certs/client.crt"))
        .ends(2)
        .says("certificate revoked");
    folder
        .run(&format!("{verify} certs/server.crt"))
        .ends(0)
        .says("certs/server.crt: OK");
    assert_eq!(number_of_the_list(&folder), 1);

    // The next list has a higher number, and forgets nobody.
    folder
        .run("hello-mtls certs revoke certs/server.crt")
        .ends(0);
    folder.run(list).ends(0).says("verify OK");
    assert_eq!(number_of_the_list(&folder), 2);
    for name in ["client.crt", "server.crt"] {
        folder
            .run(&format!("{verify} certs/{name}"))
            .ends(2)
            .says("certificate revoked");
    }
}

fn number_of_the_list(folder: &Folder) -> u32 {
    let shown = folder
        .run("openssl crl -in certs/ca.crl -noout -crlnumber")
        .ends(0);
    let digits = shown
        .stdout
        .trim()
        .trim_start_matches("crlNumber=")
        .trim_start_matches("0x");
    u32::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("{shown}"))
}

#[test]
fn only_the_ca_that_signed_a_certificate_revokes_it() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir others").ends(0);
    // Both CAs are called my-ca, so the name alone does not tell.
    folder
        .run("hello-mtls certs revoke --dir others certs/client.crt")
        .ends(1)
        .says("certs/client.crt")
        .says("not of this CA");
    assert!(!folder.names("others").contains(&"ca.crl".to_owned()));
}
