//! Programs that other people wrote, on the other end of the connection.

mod common;

use common::{Folder, Server, have, openssl, port_3000, port_in};

/// The tutorial's openssl commands, to the letter.
const TUTORIAL: &str = include_str!("fixtures/tutorial.sh");
/// The tutorial's server, to the letter.
const SERVER_JS: &str = include_str!("fixtures/server.js");
const CLIENT_JS: &str = include_str!("fixtures/client.js");

/// The tutorial's command, to the letter.
const TUTORIALS_CURL: &str =
    "curl --cacert ca.crt --key client.key --cert client.crt https://localhost:3000";
/// As a prefix, and without its progress meter.
const CURL: &str = "curl -sS --cacert certs/ca.crt --key certs/client.key --cert certs/client.crt";

// curl

#[test]
fn the_first_three_commands_and_the_tutorials_curl_work_as_they_stand() {
    let Some(_port_3000) = port_3000() else {
        return;
    };
    let folder = Folder::new();
    folder.run("hello-mtls certs").ends(0);
    let server = folder.start("exec hello-mtls serve");
    server.line_with("Server running at https://localhost:3000/");
    folder
        .run("hello-mtls get https://localhost:3000/")
        .ends(0)
        .prints("Hello World");
    if !have("curl") {
        return;
    }
    folder
        .run(&format!("cd certs && {TUTORIALS_CURL}"))
        .ends(0)
        .prints("Hello World");
    // Nobody: the handshake of TLS 1.3 succeeds on the client's side, the first read fails.
    folder
        .run("cd certs && curl --cacert ca.crt https://localhost:3000")
        .ends(56)
        .prints("")
        .says("alert certificate required");
    server.line_with(
        "refused at step 5: the server asked for a certificate and the client sent none",
    );
}

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
        .line_with("refused at step 1: the client does not speak TLS");
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
    folder.write("large", vec![b'x'; 2 * 1024 * 1024]);
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
            return common::skip("this curl writes no SSLKEYLOGFILE");
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
fn the_tutorials_node_server_on_our_certificates_answers_get_and_curl() {
    if !have("node") {
        return;
    }
    let Some(_port_3000) = port_3000() else {
        return;
    };
    let folder = Folder::with_certs();
    folder.write("certs/server.js", SERVER_JS);
    let server = folder.start("cd certs && exec node server.js");
    server.line_with("Server running at http://localhost:3000/");
    for options in ["", "--tls-max 1.2"] {
        folder
            .run(&format!("hello-mtls get {options} https://localhost:3000/"))
            .ends(0)
            .prints("Hello World");
    }
    folder
        .run("hello-mtls get --cacert certs/ca.crt https://localhost:3000/")
        .ends(1)
        .says("step 5")
        .says("certificate_required");
    if have("curl") {
        folder
            .run(&format!("cd certs && {TUTORIALS_CURL}"))
            .ends(0)
            .prints("Hello World");
    }
}

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

/// `openssl s_server` on a free port, with our certificates, asking for the client's.
fn s_server(folder: &Folder, options: &str) -> Server {
    let files = "-CAfile ca.crt -cert server.crt -key server.key";
    let running = folder.start(&format!(
        "cd certs && exec openssl s_server -accept localhost:0 {files} -Verify 1 -verify_return_error {options}"
    ));
    let port = port_in(&running.line_with("ACCEPT"));
    Server { running, port }
}

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
fn the_tutorials_openssl_commands_lead_to_hello_world_by_way_of_what_we_print() {
    let Some(version) = openssl() else { return };
    let folder = Folder::new();
    folder.run(&format!("set -e\n{TUTORIAL}")).ends(0);
    if version >= (3, 2) {
        return without_names(&folder);
    }
    // Version 1: no extensions at all. Both sides refuse their own certificate before the first byte,
    // and what they print makes it good, as it stands: in a line of ours while the request is there,
    // in openssl's own without it.
    folder.run("mkdir without; cp *.key *.crt without").ends(0);
    for (dir, tool) in [
        (".", "hello-mtls certs sign"),
        ("without", "openssl x509 -req"),
    ] {
        for (command, file) in [
            (format!("hello-mtls serve --certs {dir}"), "server.crt"),
            (
                format!("hello-mtls get --certs {dir} https://localhost:1/"),
                "client.crt",
            ),
        ] {
            let refused = folder
                .run(&command)
                .ends(1)
                .says("step 0")
                .says(&format!("{dir}/{file}"))
                .says("X.509 version 1");
            let commands = refused.to_paste("a new certificate for its key");
            assert!(commands.contains(tool), "{commands}");
            folder.run(&commands).ends(0);
        }
        hello_world(&folder, dir);
    }
}

/// Our server and our client, and the tutorial's curl, with the files of one folder.
fn hello_world(folder: &Folder, dir: &str) {
    let server = folder.serve(&format!("--certs {dir}"));
    folder
        .run(&format!("hello-mtls get --certs {dir} {}", server.url("/")))
        .ends(0)
        .prints("Hello World");
    if have("curl") {
        let curl = TUTORIALS_CURL.replace("https://localhost:3000", &server.url(""));
        folder
            .run(&format!("cd {dir}; {curl}"))
            .ends(0)
            .prints("Hello World");
    }
}

/// What OpenSSL from 3.2 on makes of the tutorial's lines: version 3, but with no name that counts.
fn without_names(folder: &Folder) {
    let server = folder.serve("--certs .");
    folder
        .run(&format!("hello-mtls get --certs . {}", server.url("/")))
        .ends(1)
        .prints("")
        .says("step 3")
        .says("names no host at all (no subjectAltName)");
}

#[test]
fn a_server_certificate_with_a_common_name_only_is_refused_at_step_3() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::new();
    folder.run(&format!("set -e\n{TUTORIAL}")).ends(0);
    for leaf in ["server", "client"] {
        folder
            .run(&format!(
                "echo 'subjectKeyIdentifier=hash' > new.ext; openssl x509 -req -in {leaf}.csr \
                 -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile new.ext -out {leaf}.crt"
            ))
            .ends(0);
    }
    without_names(&folder);
}

#[test]
fn a_version_1_certificate_from_elsewhere_is_named_on_either_side() {
    let Some(version) = openssl() else { return };
    if version >= (3, 2) || !have("curl") {
        return;
    }
    let folder = Folder::new();
    folder
        .run(&format!("mkdir certs; cd certs; set -e\n{TUTORIAL}"))
        .ends(0);
    let theirs = s_server(&folder, "-www");
    folder
        .run(&format!(
            "hello-mtls get --cacert certs/ca.crt {}",
            theirs.url("/")
        ))
        .ends(1)
        .says("step 3")
        .says("the server's certificate is X.509 version 1");

    folder
        .run("hello-mtls certs sign server --host localhost --force")
        .ends(0);
    let ours = folder.serve("");
    folder
        .run(&format!("{CURL} {}", ours.url("/")))
        .ends(56)
        .says("alert certificate unknown");
    ours.running
        .line_with("refused at step 5: the client's certificate is X.509 version 1");
}
