//! `get --ca-native`: the CAs of the system, which `SSL_CERT_FILE` and `SSL_CERT_DIR` name here. Without a network.

use super::columns::fits;
use crate::common::Folder;

#[test]
fn the_cas_of_the_system_vouch_for_a_server_and_no_certificate_is_sent() {
    let folder = Folder::with_certs();
    folder.run("mkdir cas && cp certs/ca.crt cas/").ends(0);
    let tls = folder.serve("--tls");
    for variable in ["SSL_CERT_FILE=certs/ca.crt", "SSL_CERT_DIR=cas"] {
        let line = format!("{variable} hello-mtls get --ca-native {}", tls.url("/"));
        folder.run(&line).ends(0).prints("Hello World");
    }

    let mutual = folder.serve("");
    let get = format!(
        "SSL_CERT_FILE=certs/ca.crt hello-mtls get --ca-native {}",
        mutual.url("/whoami")
    );
    let refused = folder.run(&get).ends(1);
    refused.says("the client sent none");
    let own = "--cert certs/client.crt --key certs/client.key";
    folder
        .run(&format!("{get} {own}"))
        .ends(0)
        .says("my-client");
}

#[test]
fn a_list_without_the_right_ca_is_refused_as_ever_and_the_words_say_which_list() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs ca --dir stranger --cn stranger")
        .ends(0);
    let server = folder.serve("--tls");
    let get = format!("hello-mtls get --ca-native {}", server.url("/"));
    let refused = folder
        .run(&format!("SSL_CERT_FILE=stranger/ca.crt {get} --narrate"))
        .ends(1);
    // The story, too: there --cacert was not given.
    let refused = refused.does_not_say("no CA in --cacert");
    let refused = refused.says("step 3, the client verifies the server");
    let refused = refused.says("no CA of this system signed the server's certificate");
    // The doctor has files to look at, and here there are none.
    fits(&refused.does_not_say("hello-mtls doctor"));
}

#[test]
fn a_list_that_is_missing_empty_or_broken_is_named() {
    let folder = Folder::with_certs();
    folder.write("empty.pem", "");
    folder.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    folder.write("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    folder.run("mkdir none").ends(0);
    for (variable, file) in [
        ("SSL_CERT_FILE=missing.pem", "missing.pem"),
        ("SSL_CERT_FILE=empty.pem", "empty.pem"),
        ("SSL_CERT_FILE=broken.pem", "broken.pem"),
        ("SSL_CERT_FILE=cut.pem", "cut.pem"),
        ("SSL_CERT_FILE=certs", "certs"),
        ("SSL_CERT_DIR=none", "none"),
    ] {
        for language in ["en", "zh"] {
            let line = format!(
                "{variable} hello-mtls get --ca-native https://localhost:1/ --lang {language}"
            );
            let ran = folder.run(&line).ends(1);
            assert!(ran.stderr.contains(file), "{ran}");
            fits(&ran.says("SSL_CERT_FILE"));
        }
    }
}

#[test]
fn two_answers_to_whom_the_client_trusts_are_one_too_many() {
    let folder = Folder::new();
    for other in ["--cacert ca.crt", "--certs certs"] {
        let line = format!("hello-mtls get --ca-native {other} https://localhost:1/");
        let ran = folder.run(&line).ends(2);
        assert!(ran.stderr.contains("cannot be used with"), "{ran}");
    }
}

#[test]
fn a_public_site_and_no_folder_of_certificates_lead_to_the_cas_of_the_system() {
    let folder = Folder::new();
    let ran = folder
        .run("hello-mtls get https://www.example.org/")
        .ends(1);
    fits(&ran.says("hello-mtls get https://www.example.org/ --ca-native"));
    let ran = folder.run("hello-mtls get https://localhost:3000/").ends(1);
    ran.says("certs/ca.crt").does_not_say("--ca-native");
}
