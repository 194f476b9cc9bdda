//! Files of other tools: each is named, and what the program prints takes out what is wanted and leaves
//! everything else as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use hello_mtls::narration::Side;
use rcgen::{CustomExtension, SanType};

use super::program::{all_commands, commands, flat, hello, named, paste, text};
use super::set::*;

/// Runs a line of bash in the set's folder; `false` if a program is missing.
fn bash(set: &Set, needs: &[&str], line: &str) -> bool {
    let missing = |program: &&&str| Command::new(program).arg("--help").output().is_err();
    if let Some(program) = needs.iter().find(missing) {
        crate::common::skip(&format!("{program} is missing"));
        return false;
    }
    let made = Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", line])
        .current_dir(&set.dir)
        .output()
        .unwrap();
    assert!(made.status.success(), "{line}\n{}", text(&made.stderr));
    true
}

/// Everything in the folder.
fn contents(dir: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let files = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// The client's doctor, with these three files of the set.
fn doctor(above: &Path, ca: &str, cert: &str, key: &str) -> (Option<i32>, String) {
    let [ca, cert, key] = [ca, cert, key].map(|file| format!("set/{file}"));
    let files = ["--cacert", &ca, "--cert", &cert, "--key", &key];
    let output = hello(
        above,
        &[&["doctor", "--role", "client"][..], &files].concat(),
    );
    (output.status.code(), text(&output.stdout))
}

/// Pastes what is printed for `code`. Nothing that was there may change.
fn paste_and_keep(set: &Set, above: &Path, page: &str, code: &str, typed: &str) {
    let before = contents(&set.dir);
    let script = commands(page, &format!("[{code}]"));
    assert!(!script.is_empty(), "{page}");
    paste(above, &script, typed);
    let after = contents(&set.dir);
    for (path, bytes) in before {
        assert!(after[&path] == bytes, "{}\n{script}", path.display());
    }
}

/// A foreign file in the place of the CA's: programs that make it, the line that does, its name in the
/// catalogue, words about it, and what is typed while the remedy runs. The remedy makes `x.pem`, `x.crt` or none.
type Foreign = (
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

const FOREIGN: &[Foreign] = &[
    (
        &["awk"],
        r#"printf 'A=1\nCERT="%s"\n' "$(awk '{printf "%s\\n",$0}' ca.crt)" > x.bin"#,
        "embedded-pem",
        "a variable with PEM in it",
        Some(("x.pem", "")),
    ),
    (
        &[],
        "(echo 'On Monday Alice wrote:'; sed 's/^/> /' ca.crt) > x.bin",
        "bad-begin-line",
        "> -----BEGIN CERTIFICATE-----",
        Some(("x.pem", "")),
    ),
    (
        &[],
        r#"(echo 'static const char ca[] ='; sed 's/.*/  "&\\n"/' ca.crt; echo ';') > x.bin"#,
        "bad-begin-line",
        "a line that should be a BEGIN line and is none",
        Some(("x.pem", "")),
    ),
    (
        &[],
        r#"echo "CERT_BASE64=$(base64 < ca.crt | tr -d '\n')" > x.bin"#,
        "base64-twice",
        "a text with base64 of a PEM file in it",
        Some(("x.pem", "")),
    ),
    (
        &["tar"],
        "tar cf x.bin ca.crt",
        "compressed-file",
        "a tar archive",
        None,
    ),
    (
        &["perl", "openssl"],
        r#"(echo '<?xml version="1.0"?><plist><data>'; openssl x509 -in ca.crt -outform DER | base64 | sed 's/^/  /'; echo '</data></plist>') > x.bin"#,
        "embedded-pem",
        "a property list of Apple's",
        Some(("x.pem", "")),
    ),
    (
        &["keytool"],
        "keytool -importcert -noprompt -alias a -file ca.crt -keystore x.bin -storetype JKS -storepass changeit",
        "java-keystore",
        "a Java keystore (JKS)",
        Some(("x.pem", "changeit\n")),
    ),
    (
        &["keytool"],
        "keytool -importcert -noprompt -alias a -file ca.crt -keystore x.bin -storetype PKCS12 -storepass changeit",
        "pkcs12",
        "with certificates and no key, such as a truststore",
        Some(("x.crt", "changeit\n")),
    ),
    (
        &["openssl"],
        "openssl pkcs12 -export -in client.crt -inkey client.key -passout pass:a -out a.p12; (echo -----BEGIN CERTIFICATE-----; base64 a.p12; echo -----END CERTIFICATE-----) > x.bin",
        "pkcs12",
        "in a CERTIFICATE block: certificate and key in one",
        None,
    ),
    (
        &["openssl"],
        "openssl crl2pkcs7 -nocrl -certfile ca.crt -outform DER | base64 > b; (echo -----BEGIN CERTIFICATE-----; cat b; echo -----END CERTIFICATE-----) > x.bin; rm b",
        "pkcs7",
        "in a PKCS#7 wrapper, in a CERTIFICATE block",
        None,
    ),
    (
        &["openssl"],
        "openssl pkcs12 -export -in client.crt -inkey client.key -passout pass:a | base64 > x.bin",
        "pkcs12",
        "in base64: certificate and key in one",
        None,
    ),
    (
        &["openssl"],
        "openssl pkcs8 -topk8 -in client.key -outform DER -passout pass:a -out x.bin",
        "encrypted-key",
        "encrypted with a passphrase",
        None,
    ),
    (
        &["openssl"],
        "openssl pkey -in client.key -pubout -outform DER -out x.bin",
        "public-key",
        "a public key alone",
        None,
    ),
    (
        &["gzip"],
        "gzip -c ca.crt > x.bin",
        "compressed-file",
        "compressed by gzip",
        Some(("x.pem", "")),
    ),
    (
        &["keytool"],
        "keytool -printcert -file ca.crt > x.bin",
        "certificate-listing",
        "with -rfc",
        None,
    ),
    (
        &["openssl"],
        "openssl x509 -in ca.crt -noout -text > x.bin",
        "certificate-listing",
        "without -noout",
        None,
    ),
    (
        &[],
        "echo '<!DOCTYPE html><html><body>404 Not Found</body></html>' > x.bin",
        "web-page",
        "a web page",
        Some(("", "")),
    ),
    (
        &["jq"],
        "jq -n --rawfile cert ca.crt --rawfile key client.key '{csr: 1, key: $key, cert: $cert}' > x.bin",
        "embedded-pem",
        "jq -r .cert set/x.bin",
        Some(("x.pem", "")),
    ),
    (
        &["jq"],
        "jq -n -c --rawfile cert ca.crt '{data: {lease: {}, issuing_ca: $cert}}' > x.bin",
        "embedded-pem",
        "issuing_ca",
        Some(("x.pem", "")),
    ),
    (
        &["jq"],
        "jq -n --rawfile cert ca.crt '{chain: [$cert]}' > x.bin",
        "embedded-pem",
        "JSON with PEM in it",
        Some(("x.pem", "")),
    ),
    (
        &["jq"],
        "jq -n --arg b \"$(grep -v -e - ca.crt | tr -d '\\n')\" '{kty: \"EC\", x5c: [$b]}' > x.bin",
        "embedded-pem",
        "a JWK's x5c",
        Some(("x.pem", "")),
    ),
    (
        &["perl"],
        "perl -pe 's/([^A-Za-z0-9_.~-])/sprintf \"%%%02X\", ord $1/ge' ca.crt > x.bin",
        "url-encoded",
        "%-encoded",
        Some(("x.pem", "")),
    ),
    (
        &["perl"],
        "perl -pe 's/\\n/%0A/' ca.crt > x.bin",
        "url-encoded",
        "%-encoded",
        Some(("x.pem", "")),
    ),
    (
        &["perl"],
        "(echo '<md:EntityDescriptor><ds:X509Certificate>'; grep -v -e - ca.crt; echo '</ds:X509Certificate></md:EntityDescriptor>') > x.bin",
        "embedded-pem",
        "SAML",
        Some(("x.pem", "")),
    ),
    (
        &[],
        "(echo 'tls:'; echo '  ca: |'; sed 's/^/    /' ca.crt) > x.bin",
        "indented",
        "then set/x.pem in its place",
        Some(("x.pem", "")),
    ),
    (
        &["ssh-keygen"],
        "ssh-keygen -q -t ed25519 -N '' -f k; mv k.pub x.bin; rm k",
        "openssh-key",
        "a public key of SSH",
        None,
    ),
    (
        &[],
        "printf -- '-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\nmDME\\n=abcd\\n-----END PGP PUBLIC KEY BLOCK-----\\n' > x.bin",
        "wrong-file",
        "something of PGP's",
        None,
    ),
];

#[test]
fn a_file_of_another_tool_is_named_and_taken_apart_beside_it() {
    for (number, (needs, make, code, words, pasted)) in FOREIGN.iter().enumerate() {
        let (set, above) = named(&format!("foreign-{number}"));
        if !bash(&set, needs, make) {
            continue;
        }
        let (status, page) = doctor(&above, "x.bin", "client.crt", "client.key");
        assert_eq!(status, Some(1), "{make}\n{page}");
        assert!(page.contains(&format!("[{code}]")), "{make}\n{page}");
        assert!(flat(&page).contains(words), "{make}\n{page}");
        for line in page.lines() {
            assert!(
                line.chars().count() <= 80 || line.starts_with("      "),
                "{line}"
            );
        }
        if let Some((made, typed)) = pasted {
            paste_and_keep(&set, &above, &page, code, typed);
            if !made.is_empty() {
                let (status, page) = doctor(&above, made, "client.crt", "client.key");
                assert_eq!(status, Some(0), "{make}\n{page}");
            }
        }
    }
}

/// perl would run a file whose name ends with a line, and `{out}` stands for another name in the commands.
#[test]
fn no_name_of_a_file_is_run() {
    let perl = FOREIGN
        .iter()
        .filter(|(needs, ..)| needs.first() == Some(&"perl"));
    for (number, (needs, make, ..)) in perl.enumerate() {
        for (place, name) in ["touch pwned|", "{out}$(touch pwned)"].iter().enumerate() {
            let (set, _) = named(&format!("run-{number}-{place}"));
            if !bash(&set, needs, make) {
                continue;
            }
            fs::rename(set.dir.join("x.bin"), set.dir.join(name)).unwrap();
            let doctor = |ca: &str| {
                let files = ["--cert", "client.crt", "--key", "client.key"];
                hello(
                    &set.dir,
                    &[&["doctor", "--cacert", ca][..], &files].concat(),
                )
            };
            let page = text(&doctor(name).stdout);
            paste(&set.dir, &all_commands(&page), "");
            assert!(!set.dir.join("pwned").exists(), "{page}");
            let after = doctor(&format!("{name}.pem"));
            assert_eq!(after.status.code(), Some(0), "{page}\n{after:?}");
        }
    }
}

#[test]
fn the_parts_of_a_secret_a_kubeconfig_and_a_profile_go_into_files_of_their_own() {
    const B: &str = "b() { base64 -w0 $1; }; ";
    let secret = "printf 'apiVersion: v1\\ndata:\\n  ca.crt: %s\\n  client-tls.key: %s\\n  f:tls.key: {}\\n  tls.crt: %s\\n  tls.key: %s\\nkind: Secret\\nmetadata:\\n  name: lab-tls\\n  namespace: prod\\ntype: kubernetes.io/tls\\n' $(b ca.crt) $(b server.key) $(b client.crt) $(b client.key) > x.yaml; rm ca.crt";
    let json = "printf '{\"kind\":\"Secret\",\"data\":{\"ca.crt\":\"%s\",\"tls.crt\":\"%s\",\"tls.key\":\"%s\",\"client-tls.key\":\"%s\"}}' $(b ca.crt) $(b client.crt) $(b client.key) $(b server.key) > x.yaml; rm ca.crt";
    let config = "printf 'clusters:\\n- cluster:\\n    certificate-authority-data: %s\\nusers:\\n- name: me\\n  user:\\n    client-certificate-data: %s\\n    client-key-data: %s\\n' $(b ca.crt) $(b client.crt) $(b client.key) > x.yaml";
    let profile = "(echo client; echo '<ca>'; cat ca.crt; echo '</ca>'; echo '<cert>'; cat client.crt; echo '</cert>'; echo '<key>'; cat client.key; echo '</key>') > x.yaml; chmod 600 x.yaml";
    for (number, (make, code, words, [ca, cert, key])) in [
        (
            secret,
            "base64-twice",
            "kubectl get secret lab-tls -n prod -o 'jsonpath={.data.tls\\.crt}'",
            ["ca.crt", "tls.crt", "tls.key"],
        ),
        (
            json,
            "base64-twice",
            "a Kubernetes Secret",
            ["ca.crt", "tls.crt", "tls.key"],
        ),
        (
            config,
            "base64-twice",
            "a kubeconfig",
            [
                "certificate-authority.pem",
                "client-certificate.pem",
                "client-key.pem",
            ],
        ),
        (
            profile,
            "embedded-pem",
            "then --cacert set/x.ca.crt --cert set/x.crt --key set/x.key",
            ["x.ca.crt", "x.crt", "x.key"],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let (set, above) = named(&format!("parts-{number}"));
        assert!(bash(&set, &[], &format!("{B}{make}")));
        let (_, page) = doctor(&above, "x.yaml", "x.yaml", "x.yaml");
        assert!(flat(&page).contains(words), "{make}\n{page}");
        paste_and_keep(&set, &above, &page, code, "");
        let (status, page) = doctor(&above, ca, cert, key);
        assert_eq!(status, Some(0), "{make}\n{page}");
    }
}

#[test]
fn a_request_with_the_older_label_is_a_request() {
    let (set, above) = named("new-request");
    let made = hello(&above, &["certs", "--dir", "set/new"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    set.edit("new/server.csr", |text| {
        crlf(text.replace(" CERT", " NEW CERT"))
    });
    let shown = hello(&above, &["inspect", "set/new/server.csr"]);
    assert!(
        text(&shown.stdout).contains("asks to be: localhost"),
        "{shown:?}"
    );
    let sign = [
        "certs",
        "sign",
        "server",
        "--dir",
        "set/new",
        "--host",
        "localhost",
    ];
    let signed = hello(&above, &[&sign[..], &["--force"]].concat());
    assert!(signed.status.success(), "{}", text(&signed.stderr));
}

#[test]
fn a_file_that_is_written_anew_leaves_the_old_one_its_mode_and_the_link_to_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (set, above) = named("kept-file");
    let der = der_of(&set.read("client.key"));
    set.write("true.key", &der);
    fs::set_permissions(set.dir.join("true.key"), fs::Permissions::from_mode(0o400)).unwrap();
    fs::remove_file(set.dir.join("client.key")).unwrap();
    symlink("true.key", set.dir.join("client.key")).unwrap();
    let (_, page) = doctor(&above, "ca.crt", "client.crt", "client.key");
    paste(&above, &commands(&page, "[der]"), "");
    assert!(set.dir.join("client.key").is_symlink());
    assert_eq!(fs::read(set.dir.join("client.key.old")).unwrap(), der);
    let mode = fs::metadata(set.dir.join("true.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o400);
    assert_eq!(
        doctor(&above, "ca.crt", "client.crt", "client.key").0,
        Some(0)
    );
}

#[test]
fn a_folder_with_other_names_gets_the_three_options() {
    for (number, [ca, cert, key]) in [
        ["ca.crt", "tls.crt", "tls.key"],
        ["chain.pem", "fullchain.pem", "privkey.pem"],
        ["rootCA.pem", "localhost+2.pem", "localhost+2-key.pem"],
        ["ca.pem", "server-cert.pem", "server-key.pem"],
    ]
    .into_iter()
    .enumerate()
    {
        let (set, above) = named(&format!("names-{number}"));
        for (from, to) in [("ca.crt", ca), ("server.crt", cert), ("server.key", key)] {
            fs::rename(set.dir.join(from), set.dir.join(to)).unwrap();
        }
        for file in ["client.crt", "client.key"] {
            fs::remove_file(set.dir.join(file)).unwrap();
        }
        let output = hello(&above, &["doctor", "--certs", "set"]);
        let page = text(&output.stdout);
        let options = format!("--cacert set/{ca} --cert set/{cert} --key set/{key}");
        assert!(flat(&page).replace("\\ ", "").contains(&options), "{page}");
        assert!(page.contains("Verdict: it fails: 1 error"), "{page}");
        assert!(!page.contains("No such file"), "{page}");
        paste(&above, &commands(&page, "[other-file-names]"), "");
        let get = hello(&above, &["get", "https://localhost:1/", "--certs", "set"]);
        assert!(
            flat(&text(&get.stderr)).contains("files with other names"),
            "{get:?}"
        );
    }
}

/// A server's certificate that openssl makes; what is printed about it.
fn openssl_server(name: &str, make: &str) -> (Set, std::path::PathBuf, String) {
    let (set, above) = named(name);
    set.write("ca.key", set.root.key().serialize_pem());
    set.write("ext", "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
    let sign = "sign() { openssl req -new -key server.key -subj /CN=localhost -out s.csr; openssl x509 -req -in s.csr -CA ca.crt -CAkey ca.key -days 20000 -extfile ext -out server.crt \"$@\"; rm -f s.csr ext; }; ";
    bash(&set, &["openssl"], &format!("{sign}{make}"));
    let output = hello(&above, &["doctor", "--certs", "set", "--role", "server"]);
    (set, above, text(&output.stdout))
}

#[test]
fn what_cannot_be_checked_is_not_told_as_false() {
    let explicit = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out server.key; chmod 600 server.key; sign -CAcreateserial";
    let (_, above, page) = openssl_server("explicit", explicit);
    assert!(
        page.contains("[explicit-curve]") && page.contains("1 error"),
        "{page}"
    );
    paste(&above, &commands(&page, "[explicit-curve]"), "");
    let again = hello(&above, &["doctor", "--certs", "set", "--role", "server"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stdout));

    let pss = "openssl genrsa -out ca.key 2048; openssl req -x509 -key ca.key -subj /CN=my-rsa -days 20000 -out ca.crt; sign -CAcreateserial -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20";
    let (_, _, page) = openssl_server("pss", pss);
    assert!(
        flat(&page).contains("[pss-salt]") && page.contains("salt of 20 bytes"),
        "{page}"
    );
    assert!(
        page.contains("1 error") && !page.contains("made anew"),
        "{page}"
    );

    for (number, words) in [
        ("-5", "negative"),
        ("0", "zero"),
        (
            "0x7f112233445566778899aabbccddeeff00112233445566778899",
            "20 octets",
        ),
    ] {
        let (_, _, page) = openssl_server("serial", &format!("sign -set_serial {number}"));
        assert!(
            page.contains("[unusual-serial]") && page.contains(words),
            "{number}: {page}"
        );
    }
}

#[test]
fn constraints_that_webpki_cannot_compare_are_named_as_that() {
    for (number, (make, code)) in [
        (
            "dirName:dn\n[dn]\nCN=localhost",
            "unsupported-name-constraint",
        ),
        ("DNS:example.test", "name-constraints"),
    ]
    .into_iter()
    .enumerate()
    {
        let (set, above) = named(&format!("constraint-{number}"));
        let key = rcgen::KeyPair::from_pem(&set.read("server.key")).unwrap();
        set.write("server.key", key.serialize_pem());
        set.write("ca.key", p256().serialize_pem());
        set.write("ca.ext", format!("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nnameConstraints=critical,permitted;{make}\n"));
        set.write("s.ext", "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n");
        bash(
            &set,
            &["openssl"],
            "openssl req -new -key ca.key -subj /CN=nc -out a.csr; openssl x509 -req -in a.csr -signkey ca.key -days 20000 -extfile ca.ext -out ca.crt; openssl req -new -key server.key -subj /CN=localhost -out s.csr; openssl x509 -req -in s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 20000 -extfile s.ext -out server.crt",
        );
        let output = hello(&above, &["doctor", "--certs", "set", "--role", "server"]);
        let page = text(&output.stdout);
        assert!(page.contains(&format!("[{code}]")), "{page}");
    }
}

#[test]
fn entries_that_match_nothing_say_why() {
    for (number, (name, why)) in [
        ("localhost.", "the dot at its end"),
        ("https://localhost/", "a URL"),
        ("localhost:8443", "a port"),
        ("*", "a * alone"),
        ("api-*.localhost", "whole first label"),
        ("www.*.test", "whole first label"),
    ]
    .into_iter()
    .enumerate()
    {
        let (set, above) = named(&format!("entry-{number}"));
        set.leaf(Side::Server, |params| {
            params.subject_alt_names = vec![SanType::DnsName(name.try_into().unwrap())]
        });
        let doctor = || {
            let output = hello(&above, &["doctor", "--certs", "set", "--role", "server"]);
            text(&output.stdout)
        };
        let page = doctor();
        assert!(
            page.contains("[unmatchable-name]") && flat(&page).contains(why),
            "{page}"
        );
        assert!(!page.contains("connect by"), "{page}");
        set.leaf(Side::Server, |params| {
            params
                .subject_alt_names
                .push(SanType::DnsName(name.try_into().unwrap()))
        });
        let page = doctor();
        assert!(
            page.contains("[unmatchable-name]") && page.contains("1 warning"),
            "{page}"
        );
    }
    let (set, above) = named("entry-mail");
    set.leaf(Side::Server, |params| {
        params.subject_alt_names = vec![SanType::Rfc822Name("root@lab.test".try_into().unwrap())]
    });
    let output = hello(&above, &["doctor", "--certs", "set", "--role", "server"]);
    let page = flat(&text(&output.stdout));
    assert!(
        page.contains("without a host name or an address: email:root@lab.test"),
        "{page}"
    );
}

#[test]
fn inspect_and_the_doctor_show_a_name_beyond_ascii_alike() {
    let (set, above) = named("utf8-name");
    set.leaf(Side::Server, |params| {
        params.subject_alt_names.clear();
        let san = [&[0x30, 0x0e, 0x82, 0x0c][..], "mün.lab.tes".as_bytes()].concat();
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 17], san)];
    });
    let shown = text(&hello(&above, &["inspect", "set/server.crt"]).stdout);
    assert!(
        shown.contains("DNS:mün.lab.tes") && shown.contains("server: mün.lab.tes"),
        "{shown}"
    );
    let output = hello(&above, &["doctor", "--certs", "set", "--role", "server"]);
    let page = flat(&text(&output.stdout));
    assert!(
        page.contains("DNS:mün.lab.tes") && page.contains("xn--mn-xka.lab.tes"),
        "{page}"
    );
}

#[test]
fn a_host_in_another_form_gets_the_host_to_write() {
    let (_, above) = named("hosts");
    for (host, words) in [
        ("[::1]", "write ::1"),
        ("www.lab.test:8443", "write www.lab.test"),
        ("https://www.lab.test/x", "write www.lab.test"),
        ("münchen.test", "write xn--mnchen-3ya.test"),
    ] {
        for command in [
            &["doctor", "--certs", "set"][..],
            &["certs", "--dir", "set/new"],
        ] {
            let said = hello(&above, &[command, &["--host", host]].concat());
            assert!(text(&said.stderr).contains(words), "{said:?}");
        }
    }
    let said = hello(
        &above,
        &["get", "https://münchen.test:1/a", "--certs", "set"],
    );
    assert!(
        text(&said.stderr).contains("https://xn--mnchen-3ya.test:1/a"),
        "{said:?}"
    );
    let allow = [
        "serve",
        "--certs",
        "set",
        "--allow",
        "uri:spiffe://hello-mtls/张三",
    ];
    let said = hello(&above, &allow);
    assert!(
        text(&said.stderr).contains("uri:spiffe://hello-mtls/%E5%BC%A0%E4%B8%89"),
        "{said:?}"
    );
}
