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
    let mut child = Command::new(HELLO)
        .env("LC_ALL", "C")
        .args(["serve", "--listen", "127.0.0.1:0", "--certs"])
        .arg(&set.dir)
        .args(more)
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
    let output: Output = Command::new(HELLO)
        .env("LC_ALL", "C")
        .args(["doctor", "--certs"])
        .arg(&set.dir)
        .arg(url)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
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
        "webpki accepts the client's certificate and the server's certificate for \"127.0.0.1\"; nothing to mend.",
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
        code == Some(1) && page.contains("[no-connection]"),
        "{page}"
    );
}
