//! `get --ca-native`: the CAs of the system, which `SSL_CERT_FILE` and `SSL_CERT_DIR` name here. Without a network.

use hello_mtls::certificates::pem::certificates;

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
    folder.write(
        "server.der",
        certificates(&folder.path("certs/server.crt")).unwrap()[0].as_ref(),
    );
    folder
        .run("mkdir none mixed && cp cut.pem certs/ca.crt mixed/")
        .ends(0);
    for (variable, file) in [
        ("SSL_CERT_FILE=missing.pem", "missing.pem"),
        ("SSL_CERT_FILE=empty.pem", "empty.pem"),
        ("SSL_CERT_FILE=broken.pem", "broken.pem"),
        ("SSL_CERT_FILE=cut.pem", "cut.pem"),
        ("SSL_CERT_FILE=server.der", "server.der"),
        ("SSL_CERT_FILE=certs", "certs"),
        ("SSL_CERT_DIR=none", "none"),
        ("SSL_CERT_DIR=missing", "missing"),
        ("SSL_CERT_DIR=certs/ca.crt", "certs/ca.crt"),
        ("SSL_CERT_DIR=certs:missing", "missing"),
        ("SSL_CERT_DIR=mixed", "mixed/cut.pem"),
    ] {
        for language in ["en", "zh"] {
            let line = format!(
                "{variable} hello-mtls get --ca-native https://localhost:1/ --lang {language}"
            );
            let ran = folder.run(&line).ends(1);
            assert!(ran.stderr.contains(file), "{ran}");
            let (name, _) = variable.split_once('=').unwrap();
            let ran = ran.says(name).says(&format!("unset {name}"));
            // Rust's debug output, and advice about other files.
            fits(&ran.does_not_say("[4").does_not_say("hello-mtls certs"));
        }
    }
}

#[test]
fn an_empty_value_names_no_list() {
    let folder = Folder::with_certs();
    folder.run("mkdir cas && cp certs/ca.crt cas/").ends(0);
    let server = folder.serve("--tls");
    let get = format!("hello-mtls get --ca-native {}", server.url("/"));
    for variables in [
        "SSL_CERT_FILE= SSL_CERT_DIR=cas",
        "SSL_CERT_FILE=certs/ca.crt SSL_CERT_DIR=",
    ] {
        folder
            .run(&format!("{variables} {get}"))
            .ends(0)
            .prints("Hello World");
    }
    // The CAs of this system, if it has some.
    let ran = folder.run(&format!("SSL_CERT_FILE= SSL_CERT_DIR= {get}"));
    ran.ends(1).does_not_say("the environment variable");
}

#[test]
fn no_public_ca_signs_for_a_private_name() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs ca --dir stranger --cn stranger")
        .ends(0);
    let server = folder.serve("--tls");
    for host in ["localhost", "127.0.0.1"] {
        let line = format!(
            "SSL_CERT_FILE=stranger/ca.crt hello-mtls get --ca-native https://{host}:{}/",
            server.port
        );
        let ran = folder.run(&line).ends(1);
        ran.says("no public CA signs for it").says("--cacert FILE");
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
