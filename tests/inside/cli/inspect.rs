//! `inspect`: files of both forms, a pipe, and the chain of a server.

use super::columns::fits;
use crate::common::json::Value;
use crate::common::{Folder, Ran, Server};

/// The binary form of a PEM file, without openssl.
fn der(folder: &Folder, file: &str, out: &str) {
    let line = format!("grep -v -e ----- {file} | base64 -d > {out}");
    folder.run(&line).ends(0);
}

#[test]
fn the_binary_form_and_a_pipe_show_what_the_file_shows() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    for file in ["ca.crt", "client.csr", "client.key", "ca.crl"] {
        let pem = format!("certs/{file}");
        let page = |ran: Ran| {
            let (_, below) = ran.stdout.split_once('\n').unwrap();
            below.to_owned()
        };
        let of_file = page(folder.run(&format!("hello-mtls inspect {pem}")).ends(0));
        der(&folder, &pem, "binary");
        for other in [
            format!("hello-mtls inspect - < {pem}"),
            format!("cat {pem} | hello-mtls inspect -"),
            "hello-mtls inspect binary".to_owned(),
            "hello-mtls inspect - < binary".to_owned(),
        ] {
            assert_eq!(page(folder.run(&other).ends(0)), of_file, "{other}");
        }
    }
    let several = folder
        .run("hello-mtls inspect certs/ca.crt - binary < certs/server.crt")
        .ends(0);
    for title in [
        "certs/ca.crt: certificate",
        "\n-: certificate",
        "\nbinary: certificate revocation list",
    ] {
        assert!(several.stdout.contains(title), "{several}");
    }
}

#[test]
fn what_inspect_does_not_read_is_named() {
    let folder = Folder::with_certs();
    // The beginning of a PKCS#12 file, and nothing in it: a SEQUENCE of version 3 and an empty SEQUENCE.
    folder
        .run(r"printf '\060\005\002\001\003\060\000' > c.p12")
        .ends(0);
    let named = folder
        .run("hello-mtls inspect c.p12")
        .ends(1)
        .says("PKCS#12");
    let named = named.says("openssl pkcs12 -in c.p12 -nokeys -out");
    fits(&named.says("-legacy"));
    fits(
        &folder
            .run("hello-mtls inspect - < c.p12")
            .ends(1)
            .says("keep it in a file"),
    );
    folder
        .run("echo hello | hello-mtls inspect -")
        .ends(1)
        .says("before the first byte: -");
    folder.run("hello-mtls inspect - < /dev/null").ends(1);
}

/// A server of this set of options, and what `inspect` shows of it.
fn chain_of(folder: &Folder, server: &Server, options: &str) -> Ran {
    let line = format!("hello-mtls inspect {} {options}", server.url("/"));
    let ran = folder.run(&line).ends(0);
    if !options.contains("--json") {
        fits(&ran);
    }
    ran
}

fn objects(folder: &Folder, server: &Server, options: &str) -> Value {
    let ran = chain_of(folder, server, &format!("--json {options}"));
    Value::of(ran.stdout.trim_end())
}

#[test]
fn the_chain_of_a_server_is_drawn_and_judged() {
    let folder = Folder::new();
    folder.run("hello-mtls certs --intermediate").ends(0);
    let server = folder.serve("");
    let shown = chain_of(&folder, &server, "");
    let shown = shown
        .says("sends 2 certificates")
        .says("signed by certificate 2");
    let shown = shown.says("signed by CN=my-ca, a CA of certs/ca.crt");
    let shown = shown.says("webpki accepts it for \"localhost\", by certs/ca.crt");
    shown.does_not_say("! ");
    chain_of(&folder, &server, "--lang zh").says("webpki 接受");

    let object = objects(&folder, &server, "");
    let [leaf, intermediate] = object.get("chain").list() else {
        panic!("{object:?}");
    };
    assert!(leaf.get("signer").is("sent") && leaf.get("signer_number").is("2"));
    assert!(intermediate.get("signer").is("trusted"));
    for certificate in [leaf, intermediate] {
        assert!(
            certificate.get("signature_fits").is("true"),
            "{certificate:?}"
        );
    }
    assert!(object.get("accepted").is("true"));
}

#[test]
fn what_is_missing_in_a_chain_is_said_and_the_client_goes_no_further() {
    let folder = Folder::new();
    folder.run("hello-mtls certs --intermediate").ends(0);
    // The leaf alone: the most usual mistake.
    folder
        .run("sed '/-----END/q' certs/server.crt > leaf.crt")
        .ends(0);
    let files = "--cacert certs/ca.crt --cert leaf.crt --key certs/server.key";
    let server = folder.serve(&format!("--narrate {files}"));
    let shown = chain_of(&folder, &server, "");
    let shown = shown.says("signed by CN=my-intermediate-ca, which was not sent");
    let shown = shown.says("! the certificate of CN=my-intermediate-ca was not sent");
    shown.says("webpki refuses it for \"localhost\"");
    server.running.line_with("unknown_ca");

    let object = objects(&folder, &server, "");
    assert!(object.get("accepted").is("false"), "{object:?}");
    assert!(
        object.get("refusal").get("failure").is("unknown-issuer"),
        "{object:?}"
    );

    // Another CA of the same name did not sign it, and nothing in the chain says so but the signature.
    folder.run("hello-mtls certs ca --dir other").ends(0);
    let whole = folder.serve("--tls");
    let object = objects(&folder, &whole, "--cacert other/ca.crt");
    let signed = object.get("chain").list()[1].get("signature_fits");
    assert!(
        signed.is("false") && object.get("accepted").is("false"),
        "{object:?}"
    );
}

#[test]
fn without_a_ca_a_chain_is_shown_and_not_judged() {
    let folder = Folder::new();
    folder.run("hello-mtls certs --dir theirs").ends(0);
    folder.run("cat theirs/ca.crt >> theirs/server.crt").ends(0);
    let server = folder.serve("--certs theirs");
    let shown = chain_of(&folder, &server, "").says("not judged: no CA was named");
    shown.says("signed by itself: a root");
    let object = objects(&folder, &server, "");
    assert_eq!(object.get("accepted"), &Value::Null);
    let line = format!(
        "SSL_CERT_FILE=theirs/ca.crt hello-mtls inspect {} --ca-native",
        server.url("/")
    );
    folder
        .run(&line)
        .ends(0)
        .says("webpki accepts it for \"localhost\", by the CAs of this system");
}

#[test]
fn a_server_that_is_none_is_an_error() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls inspect https://localhost:1/")
        .ends(1)
        .says("cannot connect");
    folder.run("hello-mtls inspect https://").ends(2);
}

#[test]
fn a_certificate_of_ones_own_is_shown_if_it_is_named() {
    let folder = Folder::with_certs();
    let server = folder.serve("--narrate");
    chain_of(
        &folder,
        &server,
        "--cert certs/client.crt --key certs/client.key",
    );
    server.running.line_with("my-client");
}
