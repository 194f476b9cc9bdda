//! The tutorial's commands, to the letter, with our program on one end or on both.

use crate::common::{Folder, have, openssl, port_3000, s_server, say_skipped};

/// The tutorial's openssl commands, to the letter.
const TUTORIAL: &str = include_str!("../fixtures/tutorial.sh");
/// The tutorial's server, to the letter.
const SERVER_JS: &str = include_str!("../fixtures/server.js");
/// The tutorial's command, to the letter.
const TUTORIALS_CURL: &str =
    "curl --cacert ca.crt --key client.key --cert client.crt https://localhost:3000";

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
    server
        .line_with("failed at step 5: the server asked for a certificate and the client sent none");
}

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
    if version >= (3, 2) {
        return say_skipped("this openssl makes no certificate of version 1");
    }
    if !have("curl") {
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
    let curl = TUTORIALS_CURL.replace("https://localhost:3000", &ours.url(""));
    folder
        .run(&format!("cd certs && {curl}"))
        .ends(56)
        .says("alert certificate unknown");
    ours.running
        .line_with("failed at step 5: the client's certificate is X.509 version 1");
}
