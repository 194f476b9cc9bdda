//! Programs that other people wrote, on the other end of the connection.

use crate::common::{Folder, Server, have, openssl, s_server};

const CLIENT_JS: &str = include_str!("../fixtures/client.js");

/// The tutorial's command without its URL and its progress meter.
const CURL: &str = "curl -sS --cacert certs/ca.crt --key certs/client.key --cert certs/client.crt";

// curl

#[test]
fn curl_without_a_certificate_is_refused_within_the_handshake_of_tls_1_2() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let refused = folder
        .run(&format!(
            "curl -sS --tls-max 1.2 --cacert certs/ca.crt {}",
            server.url("/")
        ))
        .prints("")
        .says("alert certificate required");
    // 98 says that a client certificate is missing; curl before 7.77 says 35, a failed handshake.
    assert!([98, 35].contains(&refused.code), "{refused}");
}

#[test]
fn curl_without_the_s_of_https_is_told_so_in_the_log() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let plain = server.url("/").replace("https", "http");
    assert_ne!(folder.run(&format!("curl -sS {plain}")).code, 0);
    server
        .running
        .line_with("failed at step 1: the client does not speak TLS");
}

#[test]
fn curl_that_finds_another_name_leaves_a_line_in_the_log() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let there = server
        .url("/")
        .replace("https://", "wrong.test:443:")
        .replace('/', "");
    let files = "--cacert certs/ca.crt --cert certs/client.crt --key certs/client.key";
    let left = folder.run(&format!(
        "curl -sS {files} --connect-to {there} https://wrong.test/"
    ));
    assert_eq!(left.code, 60, "{left}");
    server.running.line_with("left without a request");
}

#[test]
fn curl_gets_hello_world_with_each_version_of_http_and_tls() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    for options in [
        "--http1.0",
        "--http1.1",
        "--http2",
        "--tls-max 1.2",
        "--tlsv1.3",
    ] {
        folder
            .run(&format!("{CURL} {options} {}", server.url("/")))
            .ends(0)
            .prints("Hello World");
    }
}

#[test]
fn curl_makes_two_requests_on_one_connection() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let (first, second) = (server.url("/"), server.url("/nowhere"));
    folder
        .run(&format!(
            "{CURL} -w ' %{{num_connects}} new\\n' {first} {second}"
        ))
        .ends(0)
        .prints("Hello World 1 new\n404 Not Found: there is / and /whoami\n 0 new\n");
}

#[test]
fn curl_reads_who_it_is_and_what_was_agreed() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    folder
        .run(&format!("{CURL} --tlsv1.3 {}", server.url("/whoami")))
        .ends(0)
        .says("identity: uri:spiffe://hello-mtls/my-client")
        .says("subject: CN=my-client")
        .says("issuer: CN=my-ca")
        .says("protocol: TLS 1.3")
        .says("resumed: no");
    folder
        .run(&format!("{CURL} --tls-max 1.2 {}", server.url("/whoami")))
        .ends(0)
        .says("protocol: TLS 1.2");
}

#[test]
fn curl_is_answered_by_the_book_when_it_does_not_simply_get() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    folder.write("large", vec![b'x'; 8 * 1024 * 1024]);
    let server = folder.serve("");
    let curl = |options: &str| {
        folder
            .run(&format!("{CURL} -w '%{{http_code}}' {options}"))
            .ends(0)
    };
    let url = server.url("/");
    curl(&format!("-I {url}"))
        .says("HTTP/1.1 200 OK")
        .says("Content-Length: 11")
        .does_not_say("Hello");
    curl(&format!("-i -d name=value {url}"))
        .says("HTTP/1.1 405")
        .says("Allow: GET, HEAD");
    // A large body waits for a 100 Continue. It gets the final answer, and stays at home.
    curl(&format!(
        "-H 'Expect: 100-continue' --data-binary @large {url}"
    ))
    .says("405");
    curl(&format!("-H 'Expect:' --data-binary @large {url}")).says("413");
    curl(&format!("-i {}", server.url("/nowhere"))).says("HTTP/1.1 404 Not Found");
}

#[test]
fn sslkeylogfile_gets_the_lines_that_curl_writes_for_the_same_connection() {
    if !have("curl") {
        return;
    }
    for (tls, lines) in [("--tlsv1.3", 5), ("--tls-max 1.2", 1)] {
        let folder = Folder::with_certs();
        let server = Server::of(
            folder.start("SSLKEYLOGFILE=servers.log exec hello-mtls serve --listen localhost:0"),
        );
        folder
            .run(&format!(
                "SSLKEYLOGFILE=curls.log {CURL} {tls} {}",
                server.url("/")
            ))
            .ends(0);
        if !folder.path("curls.log").exists() {
            return crate::common::skip("this curl writes no SSLKEYLOGFILE");
        }
        let theirs = secrets(&folder, "curls.log");
        assert_eq!(theirs.len(), lines, "{theirs:?}");
        assert_eq!(theirs, secrets(&folder, "servers.log"));
    }
}

/// The lines of a key log in an order of their own, without comments.
fn secrets(folder: &Folder, file: &str) -> Vec<String> {
    let log = folder.read(file).to_lowercase();
    let lines = log.lines().filter(|line| !line.starts_with('#'));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.sort();
    lines
}

// Node

#[test]
fn nodes_own_client_gets_hello_world() {
    if !have("node") {
        return;
    }
    let folder = Folder::with_certs();
    folder.write("certs/client.js", CLIENT_JS);
    let server = folder.serve("");
    for version in ["TLSv1.3", "TLSv1.2"] {
        folder
            .run(&format!(
                "cd certs && node client.js {} {version}",
                server.port
            ))
            .ends(0)
            .prints(&format!("200 {version}\nHello World"));
    }
}

// openssl

#[test]
fn get_reads_from_openssl_s_server_in_both_versions_of_tls() {
    if openssl().is_none() {
        return;
    }
    for tls in ["-tls1_3", "-tls1_2"] {
        let folder = Folder::with_certs();
        folder.write("certs/hello.txt", "Hello openssl\n");
        let files = s_server(&folder, &format!("{tls} -WWW"));
        folder
            .run(&format!("hello-mtls get {}", files.url("/hello.txt")))
            .ends(0)
            .prints("Hello openssl\n");

        let status = s_server(&folder, &format!("{tls} -www -keylogfile theirs.log"));
        folder
            .run(&format!(
                "SSLKEYLOGFILE=ours.log hello-mtls get {}",
                status.url("/")
            ))
            .ends(0)
            .says("Client certificate")
            .says("URI:spiffe://hello-mtls/my-client");
        assert_eq!(
            secrets(&folder, "ours.log"),
            secrets(&folder, "certs/theirs.log")
        );
    }
}

#[test]
fn get_without_a_certificate_hears_step_5_from_openssl_in_both_versions_of_tls() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    // In TLS 1.2 OpenSSL's word for it is the same as for hellos that do not fit.
    for (tls, alert) in [
        ("-tls1_3", "certificate_required (116)"),
        ("-tls1_2", "handshake_failure (40)"),
    ] {
        let server = s_server(&folder, &format!("{tls} -www"));
        folder
            .run(&format!(
                "hello-mtls get {} --cacert certs/ca.crt",
                server.url("/")
            ))
            .ends(1)
            .says("step 5, the server verifies the client")
            .says(alert)
            .says("the client sent none")
            .says("--cert FILE --key FILE");
    }
}

#[test]
fn openssl_s_client_reads_from_serve_in_both_versions_of_tls() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let files = "-CAfile certs/ca.crt -cert certs/client.crt -key certs/client.key";
    for tls in ["-tls1_3", "-tls1_2"] {
        folder
            .run(&format!(
                "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client -connect localhost:{} {tls} {files} \
                 -quiet -verify_return_error -verify_hostname localhost",
                server.port
            ))
            .ends(0)
            .says("HTTP/1.1 200 OK")
            .says("Hello World");
    }
}

#[test]
fn a_server_illustrates_each_connection_and_shows_each_client_its_own() {
    if !have("curl") {
        return;
    }
    let folder = Folder::with_certs();
    let server = folder.serve("--wire");
    let curl =
        "curl -sS -D head --cacert certs/ca.crt --cert certs/client.crt --key certs/client.key";
    let page = folder
        .run(&format!("{curl} {}", server.url("/handshake")))
        .ends(0)
        .stdout;
    assert!(
        page.starts_with("<!DOCTYPE html>"),
        "{}",
        &page[..200.min(page.len())]
    );
    assert!(page.contains("GET /handshake"), "the connection that asked");
    let head = folder.read("head");
    for field in [
        "Content-Type: text/html; charset=utf-8",
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
    ] {
        assert!(head.contains(field), "{field}\n{head}");
    }
    server.running.line_with("── 7. ");
    folder
        .run(&format!("{curl} -X POST {}", server.url("/handshake")))
        .ends(0)
        .says("405");
}
