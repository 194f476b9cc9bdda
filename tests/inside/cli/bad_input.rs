//! What goes wrong before a byte is sent: files, addresses, command lines, disks. Each message names
//! what it is about, what was found and what to try.

use std::net::TcpListener;

use crate::common::spoiled::{USERS, spoiled};
use crate::common::{Folder, say_skipped};

#[test]
fn a_missing_file_is_named() {
    for file in ["SIDE.crt", "SIDE.key", "ca.crt"] {
        spoiled(
            &format!("rm {file}"),
            &format!("cannot read certs/{file}"),
            "No such file",
        );
    }
    let folder = Folder::new();
    for (_, command) in USERS {
        folder
            .run(command)
            .ends(1)
            .says("cannot read certs/")
            .says("`hello-mtls certs` makes the files");
    }
}

#[test]
fn an_empty_file_is_named() {
    for file in ["SIDE.crt", "SIDE.key", "ca.crt"] {
        spoiled(
            &format!(": > {file}"),
            &format!("step 0, before the first byte: certs/{file}"),
            "the file is empty",
        );
    }
}

#[test]
fn a_file_in_the_place_of_another_is_told_by_what_it_holds() {
    let holds =
        |spoil: &str, file: &str, label: &str| spoiled(spoil, file, &format!("(BEGIN {label})"));
    holds("cp SIDE.key SIDE.crt", "certs/SIDE.crt", "PRIVATE KEY");
    holds(
        "cp SIDE.csr SIDE.crt",
        "certs/SIDE.crt",
        "CERTIFICATE REQUEST",
    );
    holds("cp SIDE.crt SIDE.key", "certs/SIDE.key", "CERTIFICATE");
    holds("cp ca.key ca.crt", "certs/ca.crt", "PRIVATE KEY");
}

#[test]
fn a_key_of_another_certificate_is_noticed() {
    let mixed_up = "cp ca.key SIDE.key";
    spoiled(
        mixed_up,
        "certs/SIDE.key",
        "the key of CN=my-ca in certs/ca.crt",
    );
    spoiled(
        mixed_up,
        "certs/SIDE.key",
        "expected: the private key of CN=",
    );
    // A chain with the CA first is the same mistake to rustls.
    spoiled(
        "cat ca.crt SIDE.crt > x; mv x SIDE.crt",
        "certs/SIDE.crt",
        "CN=my-ca (certificate 1 of 2) in front",
    );
}

#[test]
fn what_is_no_pem_is_told_by_its_shape() {
    spoiled(
        "echo garbage > SIDE.crt",
        "certs/SIDE.crt",
        "text without a line -----BEGIN",
    );
    spoiled(
        "head -c 5000 /dev/urandom > ca.crt",
        "certs/ca.crt",
        "binary data of no known kind",
    );
    spoiled(
        "sed 's/^/ /' SIDE.crt > x; mv x SIDE.crt",
        "certs/SIDE.crt",
        "indented",
    );
    spoiled(
        "printf '\\357\\273\\277' | cat - SIDE.crt > x; mv x SIDE.crt",
        "certs/SIDE.crt",
        "byte order mark",
    );
    spoiled(
        "sed '/END/d' SIDE.key > x; mv x SIDE.key",
        "certs/SIDE.key",
        "-----BEGIN PRIVATE KEY----- without its END line",
    );
    spoiled(
        "sed 3d SIDE.crt > x; mv x SIDE.crt",
        "certs/SIDE.crt",
        "bytes that are no certificate",
    );
    spoiled(
        "sed 2d SIDE.key > x; mv x SIDE.key",
        "certs/SIDE.key",
        "bytes that are no whole PRIVATE KEY",
    );
    for file in ["SIDE.crt", "ca.crt", "SIDE.key"] {
        spoiled(
            &format!("sed /-----/d {file} | base64 -d > x; mv x {file}"),
            &format!("certs/{file}"),
            "in DER, the binary form",
        );
    }
}

#[test]
fn each_command_that_reads_a_file_tells_what_is_wrong_with_it() {
    let folder = Folder::with_certs();
    let bom = "printf '\\357\\273\\277' | cat - certs/server.FILE > x; mv x certs/server.FILE";
    for file in ["crt", "csr", "key"] {
        folder.run(&bom.replace("FILE", file)).ends(0);
    }
    for (command, file) in [
        ("inspect certs/server.crt", "server.crt"),
        ("certs sign server --host localhost --force", "server.csr"),
        ("certs revoke certs/server.crt", "server.crt"),
        ("serve --listen localhost:0", "server.crt"),
        (
            "get https://localhost:1/ --cacert certs/ca.crt --cert certs/client.crt --key certs/server.key",
            "server.key",
        ),
    ] {
        folder
            .run(&format!("hello-mtls {command}"))
            .ends(1)
            .prints("")
            .says(&format!("step 0, before the first byte: certs/{file}"))
            .says("byte order mark")
            .says("expected: ")
            .says(&format!("tail -c +4 certs/{file}"));
    }
}

#[test]
fn a_file_is_read_as_a_whole_or_not_at_all() {
    // rustls-pemfile would take the first block, and nothing would be said of the second.
    let folder = Folder::with_certs();
    folder
        .run("sed 's/^/ /' certs/client.crt > indented; cat certs/ca.crt indented > both.crt")
        .ends(0);
    folder
        .run("hello-mtls get https://localhost:1/ --cacert both.crt")
        .ends(1)
        .says("both.crt")
        .says("indented, and so passed over");
    // Blocks that belong to other programs, and text, are no reason to refuse.
    folder
        .run("{ echo a note; echo '-----BEGIN DH PARAMETERS-----'; echo AAAA; echo '-----END DH PARAMETERS-----'; cat certs/ca.crt; } > more.crt")
        .ends(0);
    folder
        .run("hello-mtls get https://localhost:1/ --cacert more.crt")
        .ends(1)
        .says("cannot connect to localhost:1");
}

#[test]
fn what_is_no_regular_file_is_not_waited_for() {
    for file in ["SIDE.crt", "SIDE.key", "ca.crt"] {
        let named = format!("cannot read certs/{file}");
        spoiled(
            &format!("rm {file}; mkdir {file}"),
            &named,
            "it is a directory",
        );
        spoiled(
            &format!("rm {file}; mkfifo {file}"),
            &named,
            "not a regular file",
        );
        spoiled(
            &format!("ln -sf /dev/zero {file}"),
            &named,
            "not a regular file",
        );
    }
    spoiled(
        "dd if=/dev/zero of=ca.crt bs=1048576 count=17 2>&1",
        "certs/ca.crt",
        "larger than 16 MiB",
    );
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    if Folder::new().run("id -u").stdout == "0\n" {
        return say_skipped("root may read everything");
    }
    for file in ["SIDE.crt", "SIDE.key", "ca.crt"] {
        spoiled(
            &format!("chmod 000 {file}"),
            &format!("cannot read certs/{file}"),
            "Permission denied",
        );
    }
}

#[test]
fn a_revocation_list_is_one() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls serve --listen localhost:0 --crl certs/ca.crt")
        .ends(1)
        .says("certs/ca.crt")
        .says("a certificate (BEGIN CERTIFICATE)")
        .says("expected: a certificate revocation list in PEM");
    // What is PEM, and inside it no list: of two lists, the bad one is named.
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    folder.write(
        "empty.crl",
        "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
    );
    folder
        .run("hello-mtls serve --listen localhost:0 --crl certs/ca.crl --crl empty.crl")
        .ends(1)
        .says("step 0, before the first byte: empty.crl")
        .says("it is no list that can be read");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = Folder::with_certs();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address");
    for listen in [address.to_string(), format!("localhost:{}", address.port())] {
        folder
            .run(&format!("hello-mtls serve --listen {listen}"))
            .ends(1)
            .says(&format!("cannot listen on {address}"))
            .says("Address already in use")
            .says("--listen localhost:3001");
    }
}

#[test]
fn a_place_that_is_no_host_and_port_is_a_wrong_command_line() {
    let folder = Folder::with_certs();
    for place in [
        "3000",
        "localhost",
        "localhost:",
        ":3000",
        "localhost:99999",
        "localhost:+80",
        "localhost:http",
        "[::1]",
        "::1:3000",
        "localhost:3000:1",
        "''",
    ] {
        folder
            .run(&format!("hello-mtls serve --listen {place}"))
            .ends(2)
            .says("not a host and a port")
            .says("localhost:3000");
    }
}

#[test]
fn a_host_that_nobody_knows_is_named() {
    let folder = Folder::with_certs();
    let unknown = "no-such-host.invalid:3000";
    for command in ["hello-mtls serve --listen ", "hello-mtls get https://"] {
        folder
            .run(&format!("{command}{unknown}"))
            .ends(1)
            .says(&format!("cannot find {unknown}"));
    }
    // An address for documentation (RFC 5737), which no machine has.
    folder
        .run("hello-mtls serve --listen 192.0.2.77:3000")
        .ends(1)
        .says("192.0.2.77:3000 is not an address of this machine");
}

#[test]
fn a_url_that_cannot_be_got_is_a_wrong_command_line() {
    let folder = Folder::with_certs();
    for (url, words) in [
        ("http://x", "does not begin with https://"),
        ("x", "does not begin with https://"),
        ("''", "does not begin with https://"),
        ("https://", "neither a name nor an IP address"),
        ("'https://local host/'", "neither a name nor an IP address"),
        ("'https://localhost/hello world'", "%-encoded"),
        ("https://me@localhost/", "a user name in the URL"),
        ("https://localhost:0/", "not a number from 1 to 65535"),
        ("https://localhost:65536/", "not a number from 1 to 65535"),
        ("https://localhost:+80/", "not a number from 1 to 65535"),
        ("https://localhost:x/", "not a number from 1 to 65535"),
        ("'https://[::1/'", "neither a name nor an IP address"),
    ] {
        folder
            .run(&format!("hello-mtls get {url}"))
            .ends(2)
            .prints("")
            .says(words)
            .says(match url {
                "http://x" => "try: a URL that begins with https://: https://x",
                _ => "try: a URL like https://localhost:3000/",
            });
    }
}

#[test]
fn options_that_contradict_each_other_are_a_wrong_command_line() {
    let folder = Folder::with_certs();
    for (arguments, words) in [
        ("", "Usage: hello-mtls"),
        ("serve --cert certs/server.crt", "--key"),
        (
            "serve --certs certs --cacert certs/ca.crt",
            "cannot be used with",
        ),
        ("serve --tls --allow cn:my-client", "cannot be used with"),
        ("serve --tls --crl certs/ca.crl", "cannot be used with"),
        ("serve --cacert certs/ca.crt", "--cert is missing"),
        (
            "serve --cert certs/server.crt --key certs/server.key",
            "--cacert is missing",
        ),
        ("serve --tls-max 1.1", "1.2 or 1.3"),
        ("serve --max-connections 0", "a number from 1"),
        ("serve --allow my-client", "uri:NAME, dns:NAME or cn:NAME"),
        (
            "get https://localhost/ --cert certs/client.crt --key certs/client.key",
            "--cacert is missing",
        ),
        (
            "certs --key-type dsa",
            "ecdsa-p256, rsa-2048, ed25519, ml-dsa-65",
        ),
        ("certs --days 0", "1..=36500"),
        (
            "certs --host 'no host'",
            "neither a host name nor an IP address",
        ),
        ("certs --client ''", "it is empty"),
        ("certs sign server", "--host"),
        (
            "certs sign ../server --host localhost",
            "a name without a folder",
        ),
    ] {
        folder
            .run(&format!("hello-mtls {arguments}"))
            .ends(2)
            .prints("")
            .says(words);
    }
}

#[test]
fn nothing_is_left_behind_where_files_cannot_be_written() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs --dir certs/ca.crt")
        .ends(1)
        .says("cannot make the folder certs/ca.crt")
        .says("a file is where a folder should be");
    folder
        .run("hello-mtls certs --dir certs/ca.crt/x")
        .ends(1)
        .says("cannot make the folder certs/ca.crt/x")
        .says("a file is where a folder should be");

    // A full disk: no file may have a single byte.
    folder
        .run("trap '' XFSZ; ulimit -f 0; hello-mtls certs --dir full")
        .ends(1)
        .prints("")
        .says("cannot write full/ca.key");
    assert!(folder.names("full").is_empty());

    // A directory in the place of one file spoils the whole set: better none than half a set.
    folder.run("mkdir -p half/server.crt").ends(0);
    folder
        .run("hello-mtls certs --dir half --force")
        .ends(1)
        .says("cannot write half/server.crt")
        .says("it is a directory");
    assert_eq!(folder.names("half"), ["server.crt"]);
}

#[test]
fn what_was_typed_reaches_no_terminal_unescaped() {
    let folder = Folder::with_certs();
    for arguments in [
        "--bogus\u{1b}[2J",
        "b\u{1b}ogus",
        "get 'b\u{1b}]0;x\u{7}'",
        "get --b\u{1b}ogus",
        "get https://localhost/ --tls-max '1\u{9b}2J'",
        "serve --listen 'a\u{1b}b:80'",
        "certs --client 'a\u{202e}b'",
        "inspect 'a\u{1b}b'",
        "gallery 'a\u{1b}b'",
        // Not UTF-8, and an escape beside it.
        "$(printf '\\377\\033')",
        "get $(printf '\\377\\033')",
    ] {
        let ran = folder.run(&format!("hello-mtls {arguments}"));
        assert!([1, 2].contains(&ran.code), "{ran}");
        let raw = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!ran.stderr.contains(raw), "{ran}");
    }
}
