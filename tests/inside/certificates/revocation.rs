//! What `hello-mtls certs revoke` makes, judged by `serve --crl`.

use crate::common::Folder;

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
