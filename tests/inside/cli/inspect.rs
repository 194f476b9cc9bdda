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
            // Below the head, which counts the days from now.
            let (_, below) = ran.stdout.split_once("\n\n").unwrap();
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
            .says("keep it in a file")
            .says("openssl pkcs12 -in FILE -nokeys -out FILE.crt"),
    );
    folder
        .run("echo hello | hello-mtls inspect -")
        .ends(1)
        .says("before the first byte: -");
    folder.run("hello-mtls inspect - < /dev/null").ends(1);
}

#[test]
fn an_encrypted_key_is_called_one_and_decrypted_into_a_new_file() {
    let folder = Folder::new();
    let traditional = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let pkcs8 =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (key, form) in [(traditional, "traditional form"), (pkcs8, "in PKCS#8")] {
        folder.write("a.pem", key);
        for (source, name, words) in [
            ("a.pem", "a", "encrypted with a passphrase"),
            ("- < a.pem", "FILE", "encrypted with a passphrase"),
            ("- --lang zh < a.pem", "FILE", "用口令加密了"),
        ] {
            let ran = folder.run(&format!("hello-mtls inspect {source}")).ends(1);
            let ran = ran.says(words).does_not_say("base64");
            let from = if name == "a" { "a.pem" } else { name };
            fits(&ran.says(&format!(
                "(umask 077; openssl pkey -in {from} -out {name}.key)"
            )));
        }
        folder.run("hello-mtls inspect a.pem").ends(1).says(form);
    }
}

#[test]
fn one_source_that_cannot_be_read_does_not_hide_the_others() {
    let folder = Folder::with_certs();
    let line = "hello-mtls inspect certs/ca.crt nope https://localhost:1/ certs/server.crt";
    let ran = folder.run(line).ends(1).says("cannot read nope");
    let ran = ran.says("cannot connect to localhost:1");
    for title in [
        "certs/ca.crt: certificate",
        "\n\ncerts/server.crt: certificate",
    ] {
        assert!(ran.stdout.contains(title), "{ran}");
    }
}

#[test]
fn a_block_that_is_not_shown_is_named_and_hides_no_other_one() {
    let folder = Folder::with_certs();
    folder.write(
        "ec",
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
    );
    folder.run("cat ec certs/ca.crt > two.pem").ends(0);
    let ran = folder.run("hello-mtls inspect two.pem").ends(0);
    let ran = ran.says("two.pem, block 1 of 2: EC PARAMETERS, not shown: the name of a curve");
    fits(&ran.says("two.pem, block 2 of 2: certificate"));

    folder
        .run("(sed 2s/^./!/ certs/ca.crt; cat certs/server.crt) > broken.pem")
        .ends(0);
    let ran = folder.run("hello-mtls inspect broken.pem").ends(1);
    let ran = ran.says("broken.pem, block 1 of 2: CERTIFICATE, not shown: line 2: !");
    fits(&ran.says("broken.pem, block 2 of 2: certificate"));
    let ran = folder.run("hello-mtls inspect --json broken.pem").ends(1);
    let lines: Vec<Value> = ran.stdout.lines().map(Value::of).collect();
    let [broken, shown] = &lines[..] else {
        panic!("{ran}");
    };
    assert!(broken.get("error").get("failure").is("bad-base64"), "{ran}");
    assert!(broken.get("label").is("CERTIFICATE"), "{ran}");
    assert_eq!(broken.get("kind"), &Value::Null);
    assert_eq!(shown.get("error"), &Value::Null);

    // What a byte order mark hides is missed, though all that is seen can be read.
    folder
        .run("(printf '\\357\\273\\277'; cat certs/ca.crt certs/server.crt) > bom.pem")
        .ends(0);
    let ran = folder.run("hello-mtls inspect bom.pem").ends(1);
    ran.says("byte order mark").says("leaf for a server");
}

#[test]
fn what_is_cut_short_is_told_with_both_lengths() {
    let folder = Folder::with_certs();
    der(&folder, "certs/ca.crt", "ca.der");
    let whole = folder.bytes("ca.der").len();
    folder.run("head -c 300 ca.der > cut.der").ends(0);
    let words = format!("cut short: the header says {whole} bytes, and 300 are here");
    folder
        .run("hello-mtls inspect cut.der")
        .ends(1)
        .says(&words);
    folder
        .run("(echo -----BEGIN CERTIFICATE-----; base64 cut.der; echo -----END CERTIFICATE-----) > cut.pem")
        .ends(0);
    folder
        .run("hello-mtls inspect cut.pem")
        .ends(0)
        .says(&words);
    // The doctor, for whom a certificate has to be whole.
    for file in ["ca.crt", "server.crt"] {
        folder.run(&format!("cp cut.pem certs/{file}")).ends(0);
        let ran = folder.run("hello-mtls doctor --role server").ends(1);
        ran.says("no certificate: cut short: the header says");
        folder.run("hello-mtls certs --force").ends(0);
    }
}

#[test]
fn a_descriptor_of_the_shell_is_read_and_a_pipe_with_a_name_is_not_waited_for() {
    let folder = Folder::with_certs();
    // A pipe by the name of its descriptor: bash makes /dev/fd/63 of <(cat certs/ca.crt).
    let line = "cat certs/ca.crt | hello-mtls inspect /dev/fd/0";
    folder.run(line).ends(0).says("/dev/fd/0: certificate");
    folder
        .run("hello-mtls inspect --lang zh certs")
        .ends(1)
        .says("这是一个文件夹");
    folder
        .run("mkfifo p; hello-mtls inspect p")
        .ends(1)
        .says("hello-mtls inspect - < p");
}

#[test]
fn a_server_that_is_not_named_by_a_url_is_told_how() {
    let folder = Folder::new();
    for place in ["localhost:3000", "http://localhost:3000"] {
        folder
            .run(&format!("hello-mtls inspect {place}"))
            .ends(2)
            .says(&format!("there is no file {place}"))
            .says("hello-mtls inspect https://localhost:3000");
        folder
            .run(&format!("hello-mtls get {place}"))
            .ends(2)
            .says("begins with https://: https://localhost:3000");
    }
    folder.run("echo > localhost:3000").ends(0);
    folder
        .run("hello-mtls inspect localhost:3000")
        .ends(1)
        .says("the file is empty");
}

#[test]
fn the_cas_that_were_not_named_are_told_and_never_make_it_fail() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let shown = chain_of(&folder, &server, "");
    let shown = shown.says("No CA was named, and certs/ca.crt is there");
    let asks = format!(
        "localhost:{} asks for a client certificate of CN=my-ca",
        server.port
    );
    shown.says(&asks);
    chain_of(&folder, &server, "--cacert certs/ca.crt").does_not_say("No CA was named");
    let object = objects(&folder, &server, "");
    assert!(object.get("asks_for_certificate").is("true"), "{object:?}");
    assert!(
        object.get("named_cas").list()[0].is("CN=my-ca"),
        "{object:?}"
    );

    folder.write("certs/ca.crt", "broken");
    let shown = chain_of(&folder, &server, "").says("certs/ca.crt cannot be used: text without");
    shown.says(&asks).says("sends 1 certificate");
    let object = objects(&folder, &server, "");
    assert_eq!(object.get("judged_by"), &Value::Null);
    assert!(object.get("not_judged").text().contains("certs/ca.crt"));
    let line = format!(
        "hello-mtls inspect {} --cacert certs/ca.crt",
        server.url("/")
    );
    folder.run(&line).ends(1).says("text without a line");
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
