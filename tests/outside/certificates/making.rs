//! What `hello-mtls certs` makes, judged by openssl.

use crate::common::{EIGHT, Folder, Ran, openssl};

/// Everything that openssl can check about one leaf. The rest of a chain file is its intermediates.
fn openssl_accepts(folder: &Folder, leaf: &str, purpose: &str) {
    let strictly = "openssl verify -x509_strict -CAfile certs/ca.crt";
    let file = format!("certs/{leaf}");
    folder
        .run(&format!(
            "{strictly} -purpose {purpose} -untrusted {file}.crt {file}.crt"
        ))
        .ends(0)
        .says(&format!("{file}.crt: OK"));
    // "Certificate request self-signature verify OK", or older, "verify OK".
    folder
        .run(&format!("openssl req -verify -noout -in {file}.csr"))
        .ends(0)
        .says("verify OK");
    folder
        .run(&format!("openssl pkey -check -noout -in {file}.key"))
        .ends(0)
        .says("Key is valid");
    let of_the_key = folder
        .run(&format!("openssl pkey -in {file}.key -pubout"))
        .ends(0);
    folder
        .run(&format!("openssl x509 -in {file}.crt -noout -pubkey"))
        .prints(&of_the_key.stdout);
    folder
        .run(&format!("openssl req -in {file}.csr -noout -pubkey"))
        .prints(&of_the_key.stdout);
}

/// The parts of a certificate that are decided, not drawn or computed: who, by whom, for what.
fn decided(folder: &Folder, certificate: &str) -> Ran {
    let extensions = "basicConstraints,keyUsage,extendedKeyUsage,subjectAltName";
    folder
        .run(&format!(
            "openssl x509 -in {certificate} -noout -subject -issuer -nameopt RFC2253 -ext {extensions}"
        ))
        .ends(0)
}

#[test]
fn openssl_strictly_verifies_a_set_of_each_key_type() {
    if openssl().is_none() {
        return;
    }
    for key_type in ["ecdsa-p256", "rsa-2048", "ed25519"] {
        for intermediate in ["", "--intermediate"] {
            let folder = Folder::new();
            folder
                .run(&format!(
                    "hello-mtls certs --key-type {key_type} {intermediate}"
                ))
                .ends(0);
            openssl_accepts(&folder, "server", "sslserver");
            openssl_accepts(&folder, "client", "sslclient");
            if key_type == "rsa-2048" {
                for key in ["ca", "server", "client"] {
                    let check = format!("openssl rsa -check -noout -in certs/{key}.key");
                    folder.run(&check).ends(0).says("RSA key ok");
                }
            }
        }
    }
}

#[test]
fn each_certificate_serves_its_own_purpose_only() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    let verify = "openssl verify -x509_strict -CAfile certs/ca.crt";
    for (purpose, certificate) in [("sslclient", "server.crt"), ("sslserver", "client.crt")] {
        folder
            .run(&format!("{verify} -purpose {purpose} certs/{certificate}"))
            .ends(2)
            .says("certificate purpose");
    }
    // A leaf signs nothing: a certificate below the client's is worthless.
    folder
        .run("hello-mtls certs request eve --client eve")
        .ends(0);
    folder
        .run("hello-mtls certs sign eve --client eve --ca client")
        .ends(1)
        .says("certs/client.crt")
        .says("no CA:TRUE");
}

#[test]
fn a_server_has_the_hosts_that_were_asked_for_and_no_others() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    folder
        .run("hello-mtls certs --host hello.example --host '*.hello.example' --host 192.0.2.7 --host 2001:db8::7")
        .ends(0);
    openssl_accepts(&folder, "server", "sslserver");
    let check = |option: &str| {
        folder.run(&format!(
            "openssl x509 -in certs/server.crt -noout {option}"
        ))
    };
    check("-checkhost hello.example").says("does match");
    check("-checkhost www.hello.example").says("does match");
    check("-checkip 192.0.2.7").says("does match");
    check("-checkip 2001:db8::7").says("does match");
    check("-checkhost localhost").says("does NOT match");
    check("-checkip 127.0.0.1").says("does NOT match");
}

#[test]
fn a_client_has_its_name_twice_for_people_and_as_one_uri() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    folder.run("hello-mtls certs --client 'Zoë & co'").ends(0);
    openssl_accepts(&folder, "client", "sslclient");
    folder
        .run("openssl x509 -in certs/client.crt -noout -subject -nameopt utf8 -ext subjectAltName")
        .says("CN=Zoë & co")
        .says("URI:spiffe://hello-mtls/Zo%C3%AB%20%26%20co");
}

#[test]
fn all_certificates_end_after_the_days_that_were_asked_for() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    folder
        .run("hello-mtls certs --intermediate --days 7")
        .ends(0);
    let (before, after) = (7 * 86_400 - 600, 7 * 86_400 + 600);
    for name in ["ca", "intermediate", "server", "client"] {
        let end = format!("openssl x509 -in certs/{name}.crt -noout -checkend");
        folder.run(&format!("{end} {before}")).ends(0);
        folder.run(&format!("{end} {after}")).ends(1);
    }
}

#[test]
fn one_command_at_a_time_makes_the_same_as_the_set() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    folder.run("hello-mtls certs --dir set").ends(0);
    let hosts = "--host localhost --host 127.0.0.1 --host ::1";
    for line in [
        "hello-mtls certs ca",
        &format!("hello-mtls certs request server {hosts}"),
        &format!("hello-mtls certs sign server {hosts}"),
        "hello-mtls certs request client --client my-client",
        "hello-mtls certs sign client --client my-client",
    ] {
        folder.run(line).ends(0).does_not_say("not granted");
    }
    assert_eq!(folder.names("certs"), folder.names("set"));
    for name in ["ca.crt", "server.crt", "client.crt"] {
        let in_the_set = decided(&folder, &format!("set/{name}"));
        decided(&folder, &format!("certs/{name}")).prints(&in_the_set.stdout);
    }
    for name in EIGHT {
        assert_eq!(
            folder.mode(&format!("certs/{name}")),
            folder.mode(&format!("set/{name}")),
            "{name}"
        );
    }
    openssl_accepts(&folder, "server", "sslserver");
    openssl_accepts(&folder, "client", "sslclient");
}

#[test]
fn the_intermediate_signs_a_further_client_and_its_file_holds_the_chain() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    folder.run("hello-mtls certs --intermediate").ends(0);
    folder
        .run("hello-mtls certs request bob --client bob")
        .ends(0);
    folder
        .run("hello-mtls certs sign bob --client bob --ca intermediate")
        .ends(0);
    assert_eq!(
        folder
            .read("certs/bob.crt")
            .matches("BEGIN CERTIFICATE")
            .count(),
        2
    );
    openssl_accepts(&folder, "bob", "sslclient");

    let server = folder.serve("");
    let get = format!("hello-mtls get https://localhost:{}/", server.port);
    folder
        .run(&format!(
            "{get} --cacert certs/ca.crt --cert certs/bob.crt --key certs/bob.key"
        ))
        .ends(0)
        .prints("Hello World");
}

#[test]
fn a_request_gets_what_the_signer_says_and_the_rest_is_reported() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    folder
        .run(
            "openssl req -new -newkey rsa:2048 -nodes -keyout certs/bob.key -out certs/bob.csr \
             -subj /O=root/CN=admin -addext subjectAltName=DNS:evil.example \
             -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign \
             -addext extendedKeyUsage=serverAuth",
        )
        .ends(0);
    folder
        .run("hello-mtls certs sign bob --client bob")
        .ends(0)
        .says("not granted, though the request asks for it: O=root")
        .says("not granted, though the request asks for it: CN=admin")
        .says("not granted, though the request asks for it: DNS:evil.example")
        .says("not granted, though the request asks for it: to be a CA itself")
        .says("not granted, though the request asks for it: key usage keyCertSign")
        .says("not granted, though the request asks for it: extended key usage serverAuth");
    let granted = decided(&folder, "certs/bob.crt")
        .says("subject=CN=bob")
        .says("CA:FALSE")
        .says("TLS Web Client Authentication")
        .says("URI:spiffe://hello-mtls/bob");
    for wish in [
        "admin",
        "root",
        "evil.example",
        "CA:TRUE",
        "Certificate Sign",
        "Server Authentication",
    ] {
        assert!(!granted.stdout.contains(wish), "granted: {wish}\n{granted}");
    }
    openssl_accepts(&folder, "bob", "sslclient");
}

#[test]
fn a_request_that_was_changed_is_not_signed() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs request bob --client bob")
        .ends(0);
    folder
        .run("openssl req -in certs/bob.csr -outform DER -out bob.der")
        .ends(0);
    let der = folder.bytes("bob.der");
    let changed = replaced(&der, b"hello-mtls/bob", b"hello-mtls/eve");
    assert_ne!(der, changed);
    folder.write("eve.der", changed);
    folder
        .run("openssl req -inform DER -in eve.der -out certs/bob.csr")
        .ends(0);
    folder
        .run("hello-mtls certs sign bob --client bob")
        .ends(1)
        .says("certs/bob.csr")
        .says("signature");
    assert!(!folder.names("certs").contains(&"bob.crt".to_owned()));
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(from.len())
        .position(|window| window == from)
        .expect("the bytes");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_ca_that_openssl_made_signs_and_revokes() {
    if openssl().is_none() {
        return;
    }
    for subject in ["/CN=my-ca", "/C=DE/O=Größe & Söhne/CN=my-ca"] {
        let folder = Folder::new();
        folder
            .run(&format!(
                "mkdir certs; openssl req -new -x509 -nodes -newkey rsa:2048 -days 365 -utf8 \
                 -subj '{subject}' -keyout certs/ca.key -out certs/ca.crt"
            ))
            .ends(0);
        folder
            .run("hello-mtls certs request client --client my-client")
            .ends(0);
        folder
            .run("hello-mtls certs sign client --client my-client")
            .ends(0);
        let verify = "openssl verify -purpose sslclient -CAfile certs/ca.crt";
        folder.run(&format!("{verify} certs/client.crt")).ends(0);
        folder
            .run("hello-mtls certs revoke certs/client.crt")
            .ends(0);
        folder
            .run(&format!(
                "{verify} -crl_check -CRLfile certs/ca.crl certs/client.crt"
            ))
            .ends(2)
            .says("certificate revoked");
    }
}

#[test]
fn serial_numbers_are_sixteen_bytes_positive_and_never_the_same() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    let mut serials = Vec::new();
    for set in ["one", "two"] {
        folder
            .run(&format!("hello-mtls certs --intermediate --dir {set}"))
            .ends(0);
        // The same key and request once more: a serial number belongs to a certificate, not to a key.
        folder
            .run(&format!("cd {set}; cp client.crt first.crt"))
            .ends(0);
        folder
            .run(&format!(
                "hello-mtls certs sign client --client my-client --dir {set} --force"
            ))
            .ends(0);
        for name in ["ca", "intermediate", "server", "first", "client"] {
            let serial = folder.run(&format!("openssl x509 -in {set}/{name}.crt -noout -serial"));
            let digits = serial
                .stdout
                .trim()
                .trim_start_matches("serial=")
                .to_owned();
            assert_eq!(digits.len(), 32, "sixteen bytes: {digits}");
            assert!(
                digits.as_bytes()[0] < b'8',
                "the highest bit is the sign: {digits}"
            );
            assert!(!serials.contains(&digits), "twice: {digits}");
            serials.push(digits);
        }
    }
}

#[test]
fn a_long_chinese_name_from_openssl_keeps_the_80_columns() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    let long = "示例公司测试部门客户端证书张三李四王五赵六孙七周八吴九郑十";
    folder.write(
        "names.cnf",
        format!("[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nO={long}\nOU={long}\nCN=张三\n"),
    );
    folder
        .run("openssl req -x509 -newkey ed25519 -nodes -utf8 -config names.cnf -keyout x.key -out x.crt")
        .ends(0);
    let shown = folder.run("hello-mtls inspect x.crt").ends(0);
    for line in shown.stdout.lines().chain(shown.stderr.lines()) {
        assert!(hello_mtls::text::columns(line) <= 80, "{line}\n{shown}");
    }
}

/// A client as openssl's tutorial makes it: a common name and no other one. The constraints are about hosts.
#[test]
fn a_constrained_ca_signs_with_openssl_for_a_client_with_a_common_name_alone() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    folder.run("hello-mtls certs --name-constraints").ends(0);
    openssl_accepts(&folder, "server", "sslserver");
    openssl_accepts(&folder, "client", "sslclient");
    folder.write("leaf.ext", "basicConstraints = CA:FALSE\n");
    folder
        .run("openssl req -new -key certs/client.key -subj /CN=cn-alone -out cn.csr")
        .ends(0);
    folder
        .run(
            "openssl x509 -req -in cn.csr -CA certs/ca.crt -CAkey certs/ca.key \
             -CAcreateserial -days 9 -extfile leaf.ext -out cn.crt",
        )
        .ends(0);
    let server = folder.serve("");
    let files = "--cacert certs/ca.crt --cert cn.crt --key certs/client.key";
    let line = format!("hello-mtls get {} {files}", server.url("/whoami"));
    folder.run(&line).ends(0).says("cn-alone");
    folder
        .run("openssl verify -CAfile certs/ca.crt cn.crt")
        .ends(0);

    // And OpenSSL refuses what webpki refuses, and what `certs sign` therefore does not sign.
    folder
        .run("hello-mtls certs request other --host other.test")
        .ends(0);
    folder
        .run("hello-mtls certs sign other --host other.test")
        .ends(1);
    folder.write("other.ext", "subjectAltName = DNS:other.test\n");
    folder
        .run(
            "openssl x509 -req -in certs/other.csr -CA certs/ca.crt -CAkey certs/ca.key \
             -CAcreateserial -days 9 -extfile other.ext -out other.crt",
        )
        .ends(0);
    let refused = folder.run("openssl verify -CAfile certs/ca.crt other.crt");
    refused.says("permitted subtree violation");
}
