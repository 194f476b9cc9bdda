//! The program: exit codes, the width of the page, and fixes that work when they are pasted.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use hello_mtls::narration::Side;
use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};

use super::pasting::paste_all;
use super::set::*;

const HELLO: &str = env!("CARGO_BIN_EXE_hello-mtls");

/// Runs `hello-mtls` in the folder above the set's, so that the folder's name is short: `set`.
pub(super) fn hello(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(HELLO)
        .env("LC_ALL", "C")
        .args(arguments)
        .current_dir(dir)
        .output()
        .unwrap()
}

pub(super) fn text(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

/// With single spaces, so that line ends do not matter.
pub(super) fn flat(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A set whose files are called `set/server.crt` from the folder that is returned with it.
pub(super) fn named(name: &str) -> (Set, std::path::PathBuf) {
    let set = Set::new(&format!("{name}/set"));
    let above = set.dir.parent().unwrap().to_owned();
    (set, above)
}

fn doctor(above: &Path) -> (Option<i32>, String) {
    let output = hello(above, &["doctor", "--certs", "set"]);
    assert_eq!(text(&output.stderr), "");
    (output.status.code(), text(&output.stdout))
}

#[test]
fn it_exits_with_0_on_warnings_1_on_errors_and_2_on_a_wrong_command_line() {
    let (set, above) = named("exit");
    assert_eq!(doctor(&above).0, Some(0));
    set.edit("ca.crt", |text| text.clone() + &text);
    let (code, page) = doctor(&above);
    assert_eq!(
        (
            code,
            page.contains("1 warning") && page.contains("[duplicate-certificate]")
        ),
        (Some(0), true),
        "{page}"
    );
    fs::remove_file(set.dir.join("client.key")).unwrap();
    let (code, page) = doctor(&above);
    assert_eq!(code, Some(1));
    assert!(page.find("1 error").unwrap() < page.find("1 warning").unwrap());
    assert!(
        page.lines()
            .last()
            .unwrap()
            .starts_with("Verdict: it fails: 1 error")
    );
    for wrong in [
        &["--role", "both"][..],
        &["--host", "a b"],
        &["--cert", "x"],
        &["http://localhost/"],
        &["--role", "server", "https://localhost:1/"],
    ] {
        let arguments: Vec<&str> = ["doctor"].iter().chain(wrong).copied().collect();
        assert_eq!(
            hello(&above, &arguments).status.code(),
            Some(2),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_closed_pipe_is_no_failure_and_one_side_can_be_asked_for() {
    let (set, above) = named("side");
    set.write("client.key", "");
    assert_eq!(
        hello(&above, &["doctor", "--certs", "set", "--role", "server"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        hello(&above, &["doctor", "--certs", "set", "--role", "client"])
            .status
            .code(),
        Some(1)
    );
    let files = [
        "doctor",
        "--cacert",
        "set/ca.crt",
        "--cert",
        "set/server.crt",
        "--key",
        "set/server.key",
    ];
    assert_eq!(hello(&above, &files).status.code(), Some(0));
    set.leaf(Side::Client, |_| ());
    let files = files.map(|word| {
        if word.contains("server") {
            if word.ends_with("key") {
                "set/client.key"
            } else {
                "set/client.crt"
            }
        } else {
            word
        }
    });
    let output = hello(&above, &files);
    assert!(
        text(&output.stdout).contains("the client's certificate"),
        "the certificate says whose it is"
    );
}

/// How a set is spoiled, what is typed while the fix runs, and what a second look may still warn of.
type Spoiled = (&'static str, fn(&mut Set), &'static str);

const SPOILED: &[Spoiled] = &[
    ("own-x509-v1", v1, ""),
    (
        "encrypted-key",
        |set| {
            v1(set);
            for file in ["leaf.crt", "encrypted.key"] {
                set.fixture(file, server(file));
            }
        },
        "secret\n",
    ),
    (
        "encrypted-key",
        |set| {
            v1(set);
            for file in ["leaf.crt", "traditional.key"] {
                set.fixture(file, server(file));
            }
        },
        "secret\n",
    ),
    (
        "der",
        |set| set.write("server.crt", der_of(&set.read("server.crt"))),
        "",
    ),
    (
        "der",
        |set| set.write("server.key", der_of(&set.read("server.key"))),
        "",
    ),
    (
        "der",
        |set| set.write("ca.crt", der_of(&set.read("ca.crt"))),
        "",
    ),
    (
        "key-mismatch",
        |set| set.write("server.key", p256().serialize_pem()),
        "",
    ),
    (
        "key-mismatch",
        |set| set.copy("client.key", "server.key"),
        "",
    ),
    (
        "key-mismatch",
        |set| {
            set.copy("server.key", "old.key");
            set.write("server.key", p256().serialize_pem());
        },
        "",
    ),
    (
        "byte-order-mark",
        |set| set.edit("server.key", |text| format!("\u{feff}{text}")),
        "",
    ),
    ("utf-16", |set| set.edit("server.crt", |text| text), ""),
    (
        "indented",
        |set| {
            set.edit("server.crt", |text| {
                text.lines().map(|line| format!("  {line}\n")).collect()
            })
        },
        "",
    ),
    (
        "one-line",
        |set| set.edit("server.crt", |text| text.replace('\n', "\\n")),
        "",
    ),
    (
        "one-line",
        |set| set.edit("server.crt", |text| text.replace('\n', " ")),
        "",
    ),
    (
        "bad-begin-line",
        |set| {
            set.edit("server.key", |text| {
                text.replace("KEY-----\n", "KEY-----\t\n")
            })
        },
        "",
    ),
    (
        "base64-twice",
        |set| set.edit("server.key", |text| base64(text.as_bytes())),
        "",
    ),
    (
        "joined-blocks",
        |set| {
            let (leaf, intermediate, _) = set.below(|_| ());
            set.write("server.crt", leaf.trim_end().to_owned() + &intermediate);
        },
        "",
    ),
    (
        "encrypted-key",
        |set| {
            v1(set);
            set.fixture("leaf.crt", "server.crt");
            set.fixture("encrypted.key", "server.key");
        },
        "secret\n",
    ),
    (
        "unsupported-key",
        |set| {
            v1(set);
            set.fixture("k1-leaf.crt", "server.crt");
            set.fixture("k1-ca.key", "server.key");
        },
        "",
    ),
    (
        "key-mismatch",
        |set| {
            let key = set.read("server.key");
            set.copy("client.key", "server.key");
            set.write("client.key", key);
        },
        "",
    ),
    ("key-mismatch", |set| set.copy("ca.crt", "server.crt"), ""),
    ("key-mismatch", |set| set.copy("ca.key", "server.key"), ""),
    (
        "key-in-public-file",
        |set| set.edit("server.crt", |text| text + &set.read("server.key")),
        "",
    ),
    (
        "expired",
        |set| {
            let issuer = set.chain(|_| ());
            set.write("intermediate.key", issuer.key().serialize_pem());
            let chain = set.read("server.crt");
            let place = chain.rfind("-----BEGIN").unwrap();
            set.write("intermediate.crt", &chain[place..]);
            let leaf = set.signed(Side::Server, &p256(), &issuer, |params| {
                params.not_after = date_time_ymd(2025, 2, 1)
            });
            set.write("server.crt", leaf + &chain[place..]);
        },
        "",
    ),
    (
        "no-begin-line",
        |set| {
            set.edit("server.crt", |text| {
                text.lines()
                    .filter(|line| !line.starts_with('-'))
                    .collect::<Vec<_>>()
                    .join("\n")
            })
        },
        "",
    ),
    (
        "trusted-certificate",
        |set| {
            v1(set);
            set.fixture("trusted.crt", "server.crt");
        },
        "",
    ),
    (
        "pkcs7",
        |set| {
            v1(set);
            set.fixture("leaf.p7b", "server.crt");
        },
        "",
    ),
    (
        "pkcs7",
        |set| {
            v1(set);
            set.fixture("leaf.p7c", "server.crt");
        },
        "",
    ),
    (
        "wrong-label",
        |set| set.edit("server.key", |text| text.replace("PRIVATE", "RSA PRIVATE")),
        "",
    ),
    (
        "wrong-label",
        |set| {
            set.edit("server.key", |text| {
                text.replace("PRIVATE", "RSA PRIVATE").replace('\n', "\r")
            });
        },
        "",
    ),
    (
        "pkcs7",
        |set| {
            v1(set);
            set.fixture("leaf.p7c", "server.crt");
            let der = std::fs::read(set.dir.join("server.crt")).unwrap();
            set.write(
                "server.crt",
                pem_of("CERTIFICATE", &der).replace('\n', "\r"),
            );
        },
        "",
    ),
    (
        "leaf-not-first",
        |set| set.edit("server.crt", |text| set.read("ca.crt") + &text),
        "",
    ),
    (
        "missing-intermediate",
        |set| {
            let (leaf, intermediate, _) = set.below(|_| ());
            set.write("server.crt", leaf);
            set.write("intermediate.crt", intermediate);
        },
        "",
    ),
    (
        "client-ca-as-leaf",
        |set| {
            set.leaf(Side::Client, |params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)
            })
        },
        "",
    ),
    (
        "client-wrong-purpose",
        |set| {
            set.leaf(Side::Client, |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]
            })
        },
        "",
    ),
    (
        "no-san",
        |set| set.leaf(Side::Server, |params| params.subject_alt_names.clear()),
        "",
    ),
    (
        "expired",
        |set| {
            set.leaf(Side::Server, |params| {
                params.not_after = date_time_ymd(2025, 2, 1)
            })
        },
        "",
    ),
    (
        "csr-as-certificate",
        |set| {
            set.write("server.csr", request_for(set));
            set.copy("server.csr", "server.crt");
        },
        "",
    ),
    (
        "expired",
        |set| {
            set.leaf(Side::Server, |params| {
                params.not_after = date_time_ymd(2025, 2, 1)
            });
            set.write("server.csr", request_for(set));
        },
        "",
    ),
    (
        "unknown-issuer",
        |set| {
            set.copy("ca.crt", "old-ca.crt");
            set.write(
                "ca.crt",
                ca_params("other").self_signed(&p256()).unwrap().pem(),
            );
        },
        "",
    ),
    (
        "self-signed",
        |set| {
            let key = p256();
            set.write("server.key", key.serialize_pem());
            set.write(
                "server.crt",
                leaf_params(Side::Server).self_signed(&key).unwrap().pem(),
            );
        },
        "",
    ),
];

fn request_for(set: &Set) -> String {
    let key = rcgen::KeyPair::from_pem(&set.read("server.key")).unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "localhost");
    params.serialize_request(&key).unwrap().pem().unwrap()
}

fn server(fixture: &str) -> &'static str {
    if fixture.ends_with("key") {
        "server.key"
    } else {
        "server.crt"
    }
}

/// The tutorial's own mistake, with its CA; no client.
fn v1(set: &mut Set) {
    set.openssl("v1.crt", "leaf.key", "ca.crt");
    fs::remove_file(set.dir.join("client.crt")).unwrap();
    set.fixture("ca.key", "ca.key");
}

#[test]
fn a_fix_that_is_pasted_mends_what_was_found() {
    if !crate::common::have("openssl") {
        return;
    }
    for (number, (code, spoil, typed)) in SPOILED.iter().enumerate() {
        let (mut set, above) = named(&format!("pasted-{number}"));
        set.write("ca.key", set.root.key().serialize_pem());
        spoil(&mut set);
        if *code == "utf-16" {
            let text: Vec<u8> = set
                .read("server.crt")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            set.write("server.crt", [b"\xff\xfe".to_vec(), text].concat());
        }
        let (_, page) = doctor(&above);
        let expected = format!("[{code}]");
        assert!(page.contains(&expected), "{code}: {page}");
        let script = commands(&page, &expected);
        paste(&above, &script, typed);
        let (after, second) = doctor(&above);
        assert_eq!(
            after,
            Some(0),
            "{code}\n{page}\npasted:\n{script}\n{second}"
        );
        assert!(
            flat(&second).ends_with("nothing to fix."),
            "{code}\n{page}\npasted:\n{script}\n{second}"
        );
    }
}

/// The commands of the finding with that code.
pub(super) fn commands(page: &str, code: &str) -> String {
    let (_, entry) = page.split_once(code).unwrap();
    let entry = entry.split("\n\n").next().unwrap();
    let command = |line: &&str| line.starts_with("      ") && !line.starts_with("             ");
    entry
        .lines()
        .filter(command)
        .map(|line| format!("{line}\n"))
        .collect()
}

pub(super) fn paste(dir: &Path, script: &str, typed: &str) {
    let path = format!(
        "{}:{}",
        Path::new(HELLO).parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    // Without a terminal openssl reads the passphrase from stdin.
    let mut bash = Command::new("setsid")
        .args(["-w", "bash", "-e", "-c", script])
        .env("PATH", path)
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin
        .take()
        .unwrap()
        .write_all(typed.as_bytes())
        .unwrap();
    let output = bash.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{script}\n{}",
        text(&output.stderr)
    );
}

#[test]
fn a_key_that_was_named_by_mistake_is_not_overwritten() {
    let (_, above) = named("misnamed");
    let files = ["--cert", "set/client.crt", "--key", "set/server.key"];
    let doctor = hello(
        &above,
        &[&["doctor", "--role", "client"][..], &files].concat(),
    );
    let page = text(&doctor.stdout);
    assert!(page.contains("--key set/client.key"), "{page}");
    assert!(!page.contains("mv "), "{page}");
}

#[test]
fn a_page_is_at_most_80_columns_wide() {
    for (number, (_, spoil, _)) in SPOILED.iter().enumerate() {
        let (mut set, above) = named(&format!("wide-{number}"));
        set.write("ca.key", set.root.key().serialize_pem());
        spoil(&mut set);
        for line in doctor(&above).1.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn serve_stops_with_the_doctors_words_about_a_list() {
    let (set, above) = named("serve-list");
    set.write("ca.crl", pem_of("X509 CRL", b"hello"));
    let files = ["--certs", "set", "--crl", "set/ca.crl"];
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let said = text(&hello(&above, &[&serve[..], &files].concat()).stderr);
    let page = text(&hello(&above, &[&["doctor"][..], &files].concat()).stdout);
    for page in [said, page] {
        assert!(page.contains("it is no list that can be read"), "{page}");
    }
}

#[test]
fn nothing_is_lost_where_a_fix_fails() {
    let (mut set, above) = named("kept");
    v1(&mut set);
    let before = set.read("server.crt");
    // The certificate of another CA beside the CA's key: nobody here can sign.
    set.write(
        "ca.crt",
        ca_params("other").self_signed(&p256()).unwrap().pem(),
    );
    let (_, page) = doctor(&above);
    paste(&above, &commands(&page, "[own-x509-v1]"), "");
    assert_eq!(set.read("server.crt"), before);
    // A key is not deleted where it stands alone.
    set.copy("server.key", "server.crt");
    assert!(!doctor(&above).1.contains("[key-in-public-file]"));
}

#[test]
fn serve_and_get_stop_with_the_doctors_words() {
    type Spoil = fn(&mut Set);
    let spoiled: &[(Spoil, &str)] = &[
        (v1, "version 1"),
        (
            |set| set.fixture("encrypted.key", "server.key"),
            "encrypted with a passphrase",
        ),
        (
            |set| set.copy("client.key", "server.key"),
            "the key of CN=my-client",
        ),
        (
            |set| set.write("server.crt", der_of(&set.read("server.crt"))),
            "openssl x509 -inform DER",
        ),
        (
            |set| set.edit("server.crt", |text| set.read("ca.crt") + &text),
            "CN=my-ca (certificate 1 of 2) in",
        ),
        (
            |set| set.openssl("k1-leaf.crt", "k1-ca.key", "ca.crt"),
            "secp256k1",
        ),
        (
            |set| set.write("ca.crt", pem_of("CERTIFICATE", b"hello")),
            "no certificate",
        ),
    ];
    for (number, (spoil, words)) in spoiled.iter().enumerate() {
        let (mut set, above) = named(&format!("serve-{number}"));
        spoil(&mut set);
        let output = hello(
            &above,
            &["serve", "--certs", "set", "--listen", "127.0.0.1:0"],
        );
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let joined = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(words), "{said}");
        let files = [
            "--cacert",
            "set/ca.crt",
            "--cert",
            "set/server.crt",
            "--key",
            "set/server.key",
        ];
        let get = hello(
            &above,
            &[&["get", "https://localhost:1/"][..], &files].concat(),
        );
        assert!(
            text(&get.stderr)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains(words)
        );
        for line in said.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

/// Files that are named one by one: how they are made, the options, the codes of the first report, and the exit
/// code after all that was pasted.
type Named = (
    &'static str,
    fn(&mut Set),
    &'static [&'static str],
    &'static [&'static str],
    i32,
);

const CLIENT: [&str; 4] = ["--cert", "client.crt", "--key", "client.key"];
const ATTRIBUTES: &str = "Bag Attributes\n    localKeyID: 01\nsubject=CN=";

/// A client below an intermediate; the files are written by the caller.
fn alice(set: &Set) -> [String; 4] {
    let (mut params, key) = (ca_params("inter"), p256());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let inter = params.signed_by(&key, &set.root).unwrap().pem();
    let issuer = rcgen::Issuer::new(params, key);
    let leaf = set.signed(Side::Client, &p256(), &issuer, |_| ());
    set.write("client.crt", &leaf);
    [set.read("ca.crt"), inter, leaf, set.read("client.key")]
}

/// Its own CA, as `openssl req -x509` makes it.
fn own_ca(set: &mut Set) {
    let mut params = leaf_params(Side::Server);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages.clear();
    params.key_usages.clear();
    let key = p256();
    set.write("server.key", key.serialize_pem());
    set.write("server.crt", params.self_signed(&key).unwrap().pem());
    set.copy("server.crt", "ca.crt");
}

const NAMED: &[Named] = &[
    (
        "root, intermediate, leaf, key in one file",
        |set| set.write("all.pem", alice(set).concat()),
        &[
            "--cacert", "ca.crt", "--cert", "all.pem", "--key", "all.pem",
        ],
        &["leaf-not-first"],
        0,
    ),
    (
        "key first, with text and Bag Attributes",
        |set| {
            let [root, inter, leaf, key] = alice(set);
            let text = [key, root, inter, leaf].map(|block| format!("{ATTRIBUTES}x\n{block}"));
            set.write("it's all.pem", format!("{}\n# the end\n", text.concat()));
        },
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "it's all.pem",
            "--key",
            "it's all.pem",
        ],
        &["leaf-not-first"],
        0,
    ),
    (
        "two leaves in one file behind a symlink",
        |set| {
            set.write("two.pem", set.read("server.crt") + &set.read("client.crt"));
            std::os::unix::fs::symlink("two.pem", set.dir.join("link.pem")).unwrap();
        },
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "link.pem",
            "--key",
            "client.key",
        ],
        &["leaf-not-first"],
        0,
    ),
    (
        "the client's certificate and the server's key",
        |_| (),
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "client.crt",
            "--key",
            "server.key",
        ],
        &["key-mismatch"],
        1,
    ),
    (
        "the right key is the second",
        |set| set.write("both.key", p256().serialize_pem() + &set.read("client.key")),
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "client.crt",
            "--key",
            "both.key",
        ],
        &["key-mismatch"],
        0,
    ),
    (
        "two CAs",
        |set| {
            set.copy("ca.crt", "client ca.crt");
            let other = ca_params("public").self_signed(&p256()).unwrap().pem();
            set.write("ca.crt", other);
        },
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "client.crt",
            "--key",
            "client.key",
        ],
        &[],
        0,
    ),
    (
        "two CAs, and the other side's is named",
        |set| {
            let other = ca_params("public").self_signed(&p256()).unwrap().pem();
            set.write("public.crt", other);
        },
        &[
            "--cacert",
            "public.crt",
            "--cert",
            "client.crt",
            "--key",
            "client.key",
            "--peer-cacert",
            "ca.crt",
        ],
        &[],
        0,
    ),
    (
        "the other side believes another CA",
        |set| {
            let other = ca_params("public").self_signed(&p256()).unwrap().pem();
            set.write("public.crt", other);
        },
        &[
            "--cert",
            "client.crt",
            "--key",
            "client.key",
            "--peer-cacert",
            "public.crt",
        ],
        &["client-unknown-issuer"],
        0,
    ),
    ("no CA named", |_| (), &CLIENT, &[], 0),
    (
        "several files with the intermediate",
        |set| {
            let [root, inter, _, _] = alice(set);
            set.write("cacert-only.pem", &inter);
            set.write("a-chain.pem", inter.clone() + &root);
            set.write("inter.crt", inter);
        },
        &CLIENT,
        &["client-missing-intermediate"],
        0,
    ),
    (
        "a copy of its own CA",
        own_ca,
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "server.crt",
            "--key",
            "server.key",
        ],
        &["ca-as-leaf"],
        0,
    ),
    (
        "the same, and the names are taken",
        |set| {
            own_ca(set);
            set.write("leaf.key", p256().serialize_pem());
        },
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "server.crt",
            "--key",
            "server.key",
        ],
        &["ca-as-leaf"],
        0,
    ),
    (
        "the CA in the place of the leaf",
        |_| (),
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "ca.crt",
            "--key",
            "client.key",
        ],
        &["key-mismatch"],
        1,
    ),
    (
        "intermediate beside both, and a bundle with its key",
        |set| {
            let [root, inter, _, key] = alice(set);
            set.write("a-bundle.pem", key + &inter);
            set.write("both.pem", inter.clone() + &root);
            set.write("inter.crt", inter);
        },
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "client.crt",
            "--key",
            "client.key",
        ],
        &["client-missing-intermediate"],
        0,
    ),
    (
        "CA made anew beside the old one",
        |set| {
            set.copy("ca.crt", "old-ca.crt");
            let (params, key) = (ca_params("my-ca"), p256());
            set.write("ca.key", key.serialize_pem());
            set.write("ca.crt", params.self_signed(&key).unwrap().pem());
        },
        &[
            "--cacert",
            "ca.crt",
            "--cert",
            "client.crt",
            "--key",
            "client.key",
        ],
        &["client-ca-key-changed"],
        0,
    ),
    (
        "a server's certificate shown by a client",
        |set| set.write("ca.key", set.root.key().serialize_pem()),
        &[
            "--role",
            "client",
            "--cacert",
            "ca.crt",
            "--cert",
            "server.crt",
            "--key",
            "server.key",
        ],
        &["client-wrong-purpose"],
        1,
    ),
];

/// The codes of a report, errors and warnings, in order. The note behind them is about other programs.
pub(super) fn codes_of(page: &str) -> Vec<&str> {
    let heads = page
        .lines()
        .take_while(|line| *line != "1 note")
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    heads
        .filter_map(|line| Some(line.split_once(" [")?.1.split_once(']')?.0))
        .collect()
}

/// Every command of a page.
pub(super) fn all_commands(page: &str) -> String {
    let is_command = |line: &&str| line.starts_with("      ") && !line.starts_with("             ");
    page.lines()
        .filter(is_command)
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn pasted_remedies_lose_nothing_of_files_that_are_named_one_by_one() {
    use std::os::unix::fs::PermissionsExt;
    for (number, (name, make, options, codes, end)) in NAMED.iter().enumerate() {
        let mut set = Set::new(&format!("named-{number}"));
        make(&mut set);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let pems = fs::read_dir(&set.dir)
            .unwrap()
            .flatten()
            .map(|entry| entry.path());
        let pems: Vec<_> = pems.collect();
        for pem in &pems {
            fs::set_permissions(pem, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let (before, server) = (blocks(&set.dir), purpose(&set.dir.join("server.crt")));
        let mut options: Vec<String> = options.iter().map(|word| (*word).to_owned()).collect();
        let mut last = (None, String::new());
        for round in 0..4 {
            let words: Vec<&str> = options.iter().map(String::as_str).collect();
            let output = hello(&set.dir, &[&["doctor"][..], &words].concat());
            let page = text(&output.stdout);
            if round == 0 {
                assert_eq!(
                    codes_of(&page)
                        .into_iter()
                        .filter(|code| *code != "several-keys")
                        .collect::<Vec<_>>(),
                    *codes,
                    "{name}: {page}"
                );
                assert!(
                    !page.contains("it fails") || output.status.code() == Some(1),
                    "{page}"
                );
            }
            last = (output.status.code(), page.clone());
            let script = all_commands(&page);
            if script.is_empty() || last.0 == Some(0) {
                break;
            }
            assert_eq!(pasted(&set.dir, &script), Ok(()), "{name}: {script}");
            assert!(
                before.is_subset(&blocks(&set.dir)),
                "{name} lost a block: {script}"
            );
            if let Some((_, then)) = flat(&page).split_once("then --cert ") {
                let words: Vec<&str> = then.split(' ').take(5).collect();
                let words = ["--cert", words[0], "--key", words[2], "--cacert", words[4]];
                options = words.iter().map(|word| (*word).to_owned()).collect();
            }
        }
        assert_eq!(last.0, Some(*end), "{name}: {}", last.1);
        assert_eq!(purpose(&set.dir.join("server.crt")), server, "{name}");
        for pem in &pems {
            assert_eq!(mode(pem), 0o600, "{name}: {}", pem.display());
        }
        if let Ok(link) = fs::symlink_metadata(set.dir.join("link.pem")) {
            assert!(link.is_symlink(), "{name}");
        }
    }
}

/// Each side trusts the other's certificate: the CA file of this side says nothing about its own.
#[test]
fn a_ca_as_a_leaf_is_not_signed_by_the_other_sides() {
    let mut set = Set::new("each-its-own-ca");
    own_ca(&mut set);
    set.write_root(ca_params("the client's"), p256());
    set.write("ca.key", set.root.key().serialize_pem());
    let files = "--cacert ca.crt --cert server.crt --key server.key";
    let words: Vec<&str> = files.split(' ').collect();
    let page = text(&hello(&set.dir, &[&["doctor"][..], &words].concat()).stdout);
    assert_eq!(codes_of(&page), ["ca-as-leaf"], "{page}");
    assert!(page.contains("-CA server.crt -CAkey server.key"), "{page}");
    assert!(
        flat(&page).contains("server.crt is for the client's --cacert"),
        "{page}"
    );
}

#[test]
fn two_files_the_wrong_way_round_are_told_so() {
    let set = Set::new("wrong-way-round");
    let files = "--role client --cacert ca.crt --cert client.key --key client.crt";
    let words: Vec<&str> = files.split(' ').collect();
    let page = text(&hello(&set.dir, &[&["doctor"][..], &words].concat()).stdout);
    assert_eq!(
        codes_of(&page),
        ["key-as-certificate", "wrong-file"],
        "{page}"
    );
    let right = "the two the other way round: --cert client.crt --key client.key";
    assert_eq!(flat(&page).matches(right).count(), 2, "{page}");
}

#[test]
fn an_empty_folder_is_one_finding() {
    let set = Set::new("empty-folder");
    fs::create_dir(set.dir.join("empty")).unwrap();
    let page = text(&hello(&set.dir, &["doctor", "--certs", "empty"]).stdout);
    assert_eq!(codes_of(&page), ["no-folder"], "{page}");
    let went = pasted(&set.dir, &all_commands(&page));
    assert_eq!(went, Ok(()), "{page}");
    let after = hello(&set.dir, &["doctor", "--certs", "empty"]);
    assert_eq!(after.status.code(), Some(0), "{}", text(&after.stdout));
}

#[test]
fn a_store_of_the_whole_machine_is_never_added_to() {
    let (set, above) = named("store");
    let certifi = set.dir.join("certifi");
    fs::create_dir_all(&certifi).unwrap();
    let other = ca_params("public").self_signed(&p256()).unwrap().pem();
    fs::write(certifi.join("cacert.pem"), other).unwrap();
    let files = ["--cert", "set/client.crt", "--key", "set/client.key"];
    let peer = ["doctor", "--peer-cacert", "set/certifi/cacert.pem"];
    let page = text(&hello(&above, &[&peer[..], &files].concat()).stdout);
    assert!(flat(&page).contains("--peer-cacert set/ca.crt"), "{page}");
    assert!(!page.contains(">>"), "{page}");
}

#[test]
fn a_new_certificate_keeps_the_names_by_which_servers_know_the_client() {
    let mut set = Set::new("identity");
    set.leaf(Side::Client, |params| {
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::OrganizationName, "My Lab");
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "alice");
        params.subject_alt_names = vec![
            rcgen::SanType::URI("urn:dev:alice".try_into().unwrap()),
            rcgen::SanType::Rfc822Name("alice@lab.test".try_into().unwrap()),
        ];
        params.not_after = date_time_ymd(2025, 2, 1);
    });
    let key = rcgen::KeyPair::from_pem(&set.read("client.key")).unwrap();
    let asked = rcgen::CertificateParams::default().serialize_request(&key);
    set.write("client.csr", asked.unwrap().pem().unwrap());
    assert_eq!(paste_all("identity", &mut set), Vec::<String>::new());
    let shown = hello(&set.dir, &["inspect", "client.crt"]);
    let shown = text(&shown.stdout);
    for name in ["My Lab", "alice", "urn:dev:alice", "alice@lab.test"] {
        assert!(shown.contains(name), "{name}: {shown}");
    }
    let last = hello(&set.dir, &["doctor", "--certs", "."]);
    assert_eq!(last.status.code(), Some(0), "{}", text(&last.stdout));
}

/// awk and sed would take such a file for one line, and print nothing of it, or all.
#[test]
fn what_stands_behind_a_block_of_an_old_mac_stays_in_the_file() {
    let expired = |set: &mut Set| {
        set.leaf(Side::Server, |params| {
            params.not_after = date_time_ymd(2025, 2, 1);
        });
    };
    let dsa = |set: &mut Set| {
        set.edit("server.key", |key| key.replace(" PRIVATE", " DSA PRIVATE"));
    };
    let with_key = |set: &mut Set| {
        let key = p256().serialize_pem();
        set.edit("server.crt", |leaf| leaf + &key);
    };
    let cases: [Spoiled; 3] = [
        ("expired", expired, "server.crt"),
        ("unsupported-key", dsa, "server.key"),
        ("key-in-public-file", with_key, "server.crt"),
    ];
    for (code, spoil, file) in cases {
        let mut set = Set::new(&format!("old-mac-{code}"));
        set.write("ca.key", set.root.key().serialize_pem());
        spoil(&mut set);
        let other = ca_params("other").self_signed(&p256()).unwrap().pem();
        set.edit(file, |text| (text + &other).replace('\n', "\r"));
        let page = text(&hello(&set.dir, &["doctor", "--certs", "."]).stdout);
        let script = commands(&page, &format!("[{code}]"));
        assert_eq!(pasted(&set.dir, &script), Ok(()), "{page}");
        let after = set.read(file);
        assert!(after.contains(other.trim()), "{script}\n{after}");
        let page = text(&hello(&set.dir, &["doctor", "--certs", "."]).stdout);
        assert!(!codes_of(&page).contains(&code), "{script}\n{page}");
    }
}

/// Names that begin with a dash: the client's, and its file's.
#[test]
fn a_new_certificate_for_a_name_with_a_dash_in_front_keeps_the_name() {
    for (file, command) in [
        ("client", "certs sign client --dir . --client=-bob --force"),
        ("-bob", "-out ./-bob.crt.new"),
    ] {
        let set = Set::new(&format!("dash-{file}"));
        set.write("ca.key", set.root.key().serialize_pem());
        set.leaf(Side::Client, |params| {
            params.distinguished_name = rcgen::DistinguishedName::new();
            params
                .distinguished_name
                .push(rcgen::DnType::CommonName, "-bob");
            let uri = "spiffe://hello-mtls/-bob".try_into().unwrap();
            params.subject_alt_names = vec![rcgen::SanType::URI(uri)];
            params.not_after = date_time_ymd(2025, 2, 1);
        });
        let key = rcgen::KeyPair::from_pem(&set.read("client.key")).unwrap();
        let asked = rcgen::CertificateParams::default().serialize_request(&key);
        set.write("client.csr", asked.unwrap().pem().unwrap());
        for end in ["crt", "csr", "key"] {
            let name = |stem: &str| set.dir.join(format!("{stem}.{end}"));
            fs::rename(name("client"), name(file)).unwrap();
        }
        let files = format!("--role client --cert=./{file}.crt --key=./{file}.key");
        let words: Vec<&str> = files.split(' ').collect();
        let doctor = || {
            hello(
                &set.dir,
                &[&["doctor", "--cacert=ca.crt"], &words[..]].concat(),
            )
        };
        let page = text(&doctor().stdout);
        assert!(flat(&page).replace("\\ ", "").contains(command), "{page}");
        assert_eq!(pasted(&set.dir, &all_commands(&page)), Ok(()), "{page}");
        let after = doctor();
        assert_eq!(after.status.code(), Some(0), "{}", text(&after.stdout));
        let shown = hello(&set.dir, &["inspect", &format!("./{file}.crt")]);
        assert!(text(&shown.stdout).contains("CN=-bob"), "{shown:?}");
    }
}

/// curl would take braces and brackets in a URL for a set of them, and fetch each.
#[test]
fn an_address_in_a_certificate_is_fetched_as_it_stands() {
    let set = Set::new("address");
    // id-ad-caIssuers, and a URI of 27 bytes.
    let url = b"http://localhost:1/{a,b}[1]";
    let way = b"\x30\x29\x30\x27\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x1b";
    let access = [&way[..], url].concat();
    let access = rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access);
    let (_, _, issuer) = set.below(|_| ());
    let leaf = set.signed(Side::Server, &p256(), &issuer, |params| {
        params.custom_extensions.push(access);
    });
    set.write("server.crt", leaf);
    let page = text(&hello(&set.dir, &["doctor", "--certs", "."]).stdout);
    let command = "curl -gfsS -o ./server.issuer.cer 'http://localhost:1/{''a,b}[1]'";
    assert!(flat(&page).replace("\\ ", "").contains(command), "{page}");
}

#[test]
fn a_request_in_the_place_of_a_certificate_is_signed_for_what_it_asks() {
    let set = Set::new("requests");
    set.write("ca.key", set.root.key().serialize_pem());
    let key = rcgen::KeyPair::from_pem(&set.read("client.key")).unwrap();
    for (name, hosts, role) in [
        ("alice", &[][..], "--client=alice"),
        ("www.lab.test", &[], "--host www.lab.test"),
        (
            "any",
            &["a.lab.test", "192.0.2.1"],
            "--host a.lab.test --host 192.0.2.1",
        ),
        ("$(reboot)", &[], "--client=my-client"),
        ("-bob", &[], "--client=-bob"),
    ] {
        let hosts: Vec<String> = hosts.iter().map(|host: &&str| (*host).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(hosts).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let request = params.serialize_request(&key).unwrap().pem().unwrap();
        set.write("asked.pem", request);
        let files = ["doctor", "--cert", "asked.pem", "--key", "client.key"];
        let page = text(&hello(&set.dir, &files).stdout);
        let command = format!("certs sign asked.new --dir . {role}");
        assert!(
            flat(&page).replace("\\ ", "").contains(&command),
            "{name}: {page}"
        );
    }
}
