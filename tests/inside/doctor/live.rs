//! A live server: what it sends, what it asks for, and why it refuses.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use hello_mtls::narration::Side;
use rcgen::date_time_ymd;

use super::set::*;

const HELLO: &str = env!("CARGO_BIN_EXE_hello-mtls");

struct Served {
    child: Child,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(set: &Set, more: &[&str]) -> Served {
    serve_in(set, &[&["--certs", "."], more].concat())
}

/// A server with these options, in the set's folder.
fn serve_in(set: &Set, options: &[&str]) -> Served {
    let mut child = Command::new(HELLO)
        .env("LC_ALL", "C")
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(options)
        .current_dir(&set.dir)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let (_, url) = first.trim().split_once("at ").unwrap();
    Served {
        child,
        url: url.to_owned(),
    }
}

fn doctor(set: &Set, url: &str) -> (Option<i32>, String) {
    doctor_in(set, &["--certs", ".", url])
}

/// The doctor in the set's folder. Whatever it finds: an answer is no failure.
fn doctor_in(set: &Set, options: &[&str]) -> (Option<i32>, String) {
    let output: Output = Command::new(HELLO)
        .env("LC_ALL", "C")
        .arg("doctor")
        .args(options)
        .current_dir(&set.dir)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let page = String::from_utf8(output.stdout).unwrap();
    let both = page.contains("answers 200") && page.contains("it fails");
    assert!(!both, "{page}");
    (output.status.code(), page)
}

/// The page with single spaces, so that line ends do not matter.
fn flat(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_healthy_server_is_shown_with_what_it_sends_and_asks_for() {
    let set = Set::new("live-healthy");
    set.chain(|_| ());
    let (code, page) = doctor(&set, &serve(&set, &[]).url);
    let flat = flat(&page);
    for words in [
        "speaks TLS 1.3",
        "sends certificate 1 of 2: CN=localhost, signed by CN=my-intermediate",
        "sends certificate 2 of 2: CN=my-intermediate",
        "asks for a client certificate of CN=my-ca",
        "answers 200",
        "webpki accepts the client's certificate and the server's certificate for \"127.0.0.1\"; nothing to fix.",
    ] {
        assert!(flat.contains(words), "{words}\n{page}");
    }
    assert_eq!(code, Some(0));
}

#[test]
fn what_a_server_sends_is_judged_like_a_file() {
    let set = Set::new("live-expired");
    set.leaf(Side::Server, |params| {
        params.not_after = date_time_ymd(2025, 2, 1)
    });
    let (code, page) = doctor(&set, &serve(&set, &[]).url);
    assert_eq!(code, Some(1));
    assert!(
        flat(&page).contains("1 error the server at 127.0.0.1:") && page.contains("[expired]"),
        "{page}"
    );

    let other = Set::new("live-intermediate");
    let (leaf, _, _) = other.below(|_| ());
    other.write("server.crt", leaf);
    let (_, page) = doctor(&other, &serve(&other, &[]).url);
    assert!(page.contains("[unknown-issuer]"), "{page}");
}

#[test]
fn a_server_without_mtls_is_a_warning() {
    let set = Set::new("live-tls");
    let (code, page) = doctor(&set, &serve(&set, &["--tls"]).url);
    assert_eq!(code, Some(0), "{page}");
    assert!(
        page.contains("[no-certificate-request]")
            && page.contains("does not ask for a client certificate"),
        "{page}"
    );
}

#[test]
fn a_refusal_is_told_with_its_alert_and_its_cause() {
    let set = Set::new("live-refused");
    let served = serve(&set, &[]);
    set.leaf(Side::Client, |params| {
        params.not_after = date_time_ymd(2025, 2, 1)
    });
    let (code, page) = doctor(&set, &served.url);
    assert_eq!(code, Some(1));
    assert!(
        page.contains("[client-expired]") && flat(&page).contains("certificate_expired (45)"),
        "{page}"
    );

    // get hears the alert only; the doctor's finding stands beside it.
    let get = Command::new(HELLO)
        .env("LC_ALL", "C")
        .args(["get", &served.url, "--certs"])
        .arg(&set.dir)
        .output()
        .unwrap();
    let said = flat(&String::from_utf8_lossy(&get.stderr));
    assert!(
        said.contains("certificate_expired (45)")
            && said.contains("client.crt: CN=my-client expired"),
        "{said}"
    );
}

#[test]
fn another_ca_is_told_on_both_sides() {
    let (here, there) = (Set::new("live-here"), Set::new("live-there"));
    let (code, page) = doctor(&here, &serve(&there, &[]).url);
    assert_eq!(code, Some(1));
    assert!(
        page.contains("[ca-key-changed]") && page.contains("the server at"),
        "{page}"
    );
}

#[test]
fn nobody_at_home_and_somebody_who_says_nothing_are_told_in_time() {
    let set = Set::new("live-nobody");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let began = Instant::now();
    let (code, page) = doctor(&set, &url);
    assert!(
        code == Some(1) && page.contains("[handshake-failed]"),
        "{page}"
    );
    assert!(began.elapsed() < Duration::from_secs(15));
    drop(listener);
    let (code, page) = doctor(&set, &url);
    assert!(
        code == Some(1) && page.contains("[connection-refused]"),
        "{page}"
    );
}

/// A set whose server has its certificate from another CA, public.crt. The client's CA is ca.crt.
fn two_cas(name: &str) -> Set {
    let set = Set::new(name);
    let (params, key) = (ca_params("public"), p256());
    set.write("public.crt", params.self_signed(&key).unwrap().pem());
    let public = rcgen::Issuer::new(params, key);
    set.write(
        "server.crt",
        set.signed(Side::Server, &p256(), &public, |_| ()),
    );
    set
}

const SERVER: [&str; 6] = [
    "--cacert",
    "ca.crt",
    "--cert",
    "server.crt",
    "--key",
    "server.key",
];
const PAIR: [&str; 4] = ["--cert", "client.crt", "--key", "client.key"];
const MIXED: [&str; 4] = ["--cert", "client.crt", "--key", "server.key"];
const PUBLIC: [&str; 2] = ["--cacert", "public.crt"];

#[test]
fn with_a_ca_for_each_side_a_good_pair_gets_in_and_nothing_is_said_against_it() {
    let set = two_cas("live-two-cas");
    let served = serve_in(&set, &SERVER);
    let live = [&PUBLIC[..], &PAIR, &[&served.url]].concat();
    let (code, page) = doctor_in(&set, &live);
    assert_eq!(code, Some(0), "{page}");
    assert!(
        page.contains("answers 200") && flat(&page).ends_with("nothing to fix."),
        "{page}"
    );

    // The server believes another CA than --peer-cacert says. What it does counts.
    let (code, page) = doctor_in(
        &set,
        &[&live[..], &["--peer-cacert", "public.crt"]].concat(),
    );
    assert_eq!(code, Some(0), "{page}");
    assert!(
        page.contains("answers 200") && page.contains("1 warning"),
        "{page}"
    );
    assert!(
        page.contains("public.crt [client-unknown-issuer]"),
        "{page}"
    );
    assert!(!page.contains(">>"), "trusts more: {page}");

    // The files alone.
    for own in [PAIR, SERVER[2..].try_into().unwrap()] {
        for cas in [&PUBLIC[..], &["--cacert", "ca.crt"], &[]] {
            let (code, page) = doctor_in(&set, &[cas, &own].concat());
            assert_eq!(code, Some(0), "{cas:?} {own:?}: {page}");
            assert!(!page.contains("error"), "{cas:?} {own:?}: {page}");
        }
    }
}

#[test]
fn a_pair_is_judged_without_a_ca() {
    let set = two_cas("live-no-ca");
    let (code, page) = doctor_in(&set, &MIXED);
    assert!(code == Some(1) && page.contains("1 error"), "{page}");
    assert!(page.contains("server.key [key-mismatch]"), "{page}");
    // A server cannot be asked without one, and that is said.
    let (_, page) = doctor_in(&set, &[&PAIR[..], &["https://localhost:1/"]].concat());
    assert!(flat(&page).contains("The server was not asked"), "{page}");
    let past = date_time_ymd(2025, 2, 1);
    set.leaf(Side::Client, |params| params.not_after = past);
    let (code, page) = doctor_in(&set, &PAIR);
    assert!(
        code == Some(1) && page.contains("client.crt [client-expired]"),
        "{page}"
    );
}

#[test]
fn a_pair_that_cannot_be_used_is_an_error_where_the_server_answers_without_it() {
    let set = two_cas("live-unused");
    let served = serve_in(&set, &[&SERVER[..], &["--tls"]].concat());
    let missing = ["--cert", "client.crt", "--key", "no.key"];
    for (pair, code) in [(MIXED, "[key-mismatch]"), (missing, "[unreadable-file]")] {
        let (exit, page) = doctor_in(&set, &[&PUBLIC[..], &pair, &[&served.url]].concat());
        assert!(exit == Some(1) && page.contains(code), "{page}");
        let page = flat(&page);
        for words in [
            "answers 200 OK, to a client without a certificate: its own cannot be used",
            "Verdict: the server answers, but the client cannot use all of its own files: 1 error.",
        ] {
            assert!(page.contains(words), "{words}\n{page}");
        }
    }
}

#[test]
fn a_servers_certificate_on_the_list_ends_the_connection_too() {
    let mut set = Set::new("live-revoked");
    set.roots_crl(2035, &[11]);
    let served = serve(&set, &[]);
    let (code, page) = doctor_in(&set, &["--certs", ".", "--crl", "ca.crl", &served.url]);
    assert!(code == Some(1) && page.contains("[revoked]"), "{page}");
    assert!(!page.contains("answers"), "{page}");
    // A list that cannot be read is left out; the server answers, and the list is still at fault.
    set.write("bad.crl", pem_of("X509 CRL", b"hello"));
    let (code, page) = doctor_in(&set, &["--certs", ".", "--crl", "bad.crl", &served.url]);
    assert!(
        code == Some(1) && page.contains("bad.crl [crl-unusable]"),
        "{page}"
    );
    assert!(page.contains("answers 200"), "{page}");
}
