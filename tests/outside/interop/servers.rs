//! `hello-mtls get` at the servers of others.

use std::path::Path;
use std::process::Command;

use super::table::Table;
use super::{KEYS, Shows, VERSIONS, copy, desk, free_port, wait_for};
use crate::common::pages::root;
use crate::common::{Folder, Ran, Running, have, skip};
use hello_mtls::instruments::wire::conversation::{Conversation, Ending};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::names::alert_name;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::narration::Side;

/// A server of others, as `docs/servers.md` shows it.
pub(super) struct Other {
    /// The folder of its files.
    pub(super) name: &'static str,
    /// What has to be installed.
    pub(super) program: &'static str,
    /// Prints its name and version.
    version: &'static str,
    /// Makes what it needs beside its files.
    prepare: &'static str,
    start: &'static str,
    /// The edits of its files that make the certificate optional.
    optional: &'static [(&'static str, &'static str)],
}

pub(super) const SERVERS: [Other; 9] = [
    Other {
        name: "nginx",
        program: "nginx",
        version: "nginx -v 2>&1 | sed 's/.*: nginx.\\([0-9.]*\\).*/nginx \\1/'",
        prepare: "",
        start: "exec nginx -p \"$PWD\" -c nginx.conf",
        optional: &[("ssl_verify_client      on;", "ssl_verify_client optional;")],
    },
    Other {
        name: "apache",
        program: "apache2",
        version: "apache2 -v | sed -n 's/.*: Apache.\\([0-9.]*\\).*/Apache \\1/p'",
        prepare: "",
        start: "exec apache2 -X -d \"$PWD\" -f httpd.conf",
        optional: &[("SSLVerifyClient       require", "SSLVerifyClient optional")],
    },
    Other {
        name: "haproxy",
        program: "haproxy",
        version: "haproxy -v | sed -n 's/.* version \\([0-9.]*\\).*/HAProxy \\1/p'",
        prepare: "",
        start: "exec haproxy -f haproxy.cfg",
        optional: &[("verify required", "verify optional")],
    },
    Other {
        name: "caddy",
        program: "caddy",
        version: "caddy version | sed 's/v*\\([0-9.]*\\).*/Caddy \\1/'",
        prepare: "",
        start: "XDG_DATA_HOME=$PWD XDG_CONFIG_HOME=$PWD exec caddy run --config Caddyfile --adapter caddyfile",
        optional: &[("require_and_verify", "verify_if_given")],
    },
    Other {
        name: "node",
        program: "node",
        version: "node --version | sed 's/v/Node /'",
        prepare: "",
        start: "exec node server.js",
        optional: &[("rejectUnauthorized: true", "rejectUnauthorized: false")],
    },
    Other {
        name: "go",
        program: "go",
        version: "go version | sed 's/go version go\\([0-9.]*\\).*/Go \\1/'",
        prepare: "go build -o server server.go",
        start: "exec ./server",
        optional: &[("RequireAndVerifyClientCert", "VerifyClientCertIfGiven")],
    },
    Other {
        name: "python",
        program: "python3",
        version: "python3 --version",
        prepare: "",
        start: "exec python3 -u server.py",
        optional: &[("ssl.CERT_REQUIRED", "ssl.CERT_OPTIONAL")],
    },
    Other {
        name: "java",
        program: "javac",
        version: "java --version | sed -n '1s/[^0-9]*\\([0-9.]*\\).*/Java \\1/p'",
        prepare: "sh keystores.sh",
        start: "exec java Server.java",
        optional: &[("setNeedClientAuth(true)", "setWantClientAuth(true)")],
    },
    Other {
        name: "rust",
        program: "cargo",
        version: "grep -A1 '^name = .tokio-rustls' Cargo.lock | sed -n 's/version = .\\([0-9.]*\\).*/tokio-rustls \\1/p'",
        prepare: "",
        start: "exec ./mtls-server",
        optional: &[("// .allow_unauthenticated()", ".allow_unauthenticated() //")],
    },
];

fn meet(name: &str) {
    let other = SERVERS.iter().find(|other| other.name == name).unwrap();
    if !have(other.program) || !other.can_be_built() {
        return;
    }
    let mut cells = Vec::new();
    let mut version = String::new();
    for (kind, key_type) in KEYS {
        let (folder, _running, port) = other.started(key_type, &[]);
        version = folder.run(other.version).ends(0).stdout.trim().to_owned();
        for tls in VERSIONS {
            for (shows, word) in Shows::ALL {
                let tried = format!("required TLS {tls} {kind} {word}");
                cells.push((tried, outcome(&folder, port, tls, shows)));
            }
        }
    }
    let (folder, _running, port) = other.started(KEYS[0].1, other.optional);
    for (shows, word) in Shows::ALL {
        let tried = format!("optional TLS 1.3 ecdsa {word}");
        cells.push((tried, outcome(&folder, port, "1.3", shows)));
    }
    Table { version, cells }.compare(name, "server");
}

impl Other {
    /// True unless this is the package whose dependencies could not be had: that needs the network, once.
    pub(super) fn can_be_built(&self) -> bool {
        let fetched = || {
            let manifest = super::files_of("rust").join("Cargo.toml");
            let mut fetch = Command::new("cargo");
            fetch
                .args(["fetch", "--quiet", "--locked", "--manifest-path"])
                .arg(manifest);
            fetch.status().is_ok_and(|status| status.success())
        };
        let can = self.name != "rust" || fetched();
        if !can {
            skip("cargo cannot download what the server of tokio-rustls needs");
        }
        can
    }

    /// The server, listening, with certificates of this kind.
    pub(super) fn started(&self, key_type: &str, edits: &[(&str, &str)]) -> (Folder, Running, u16) {
        let (folder, port) = (desk(key_type), free_port());
        copy(self.name, &folder.path(""), port, edits);
        if self.name == "rust" {
            build_rust(&folder, port, edits);
        }
        folder.run(self.prepare).ends(0);
        let running = folder.start(self.start);
        wait_for(port, &running);
        (folder, running, port)
    }
}

/// Builds the server of tokio-rustls beside this test: rustls and its cryptography are compiled there already.
fn build_rust(folder: &Folder, port: u16, edits: &[(&str, &str)]) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let place = root().join("target/interop");
    copy("rust", &place, port, edits);
    let mut build = Command::new("cargo");
    build
        .args(["build", "--quiet", "--locked", "--offline"])
        .current_dir(&place);
    build.env("CARGO_TARGET_DIR", &target);
    assert!(
        build.status().unwrap().success(),
        "the server of tokio-rustls"
    );
    let built = target.join("debug/mtls-server");
    std::fs::copy(built, folder.path("mtls-server")).unwrap();
}

/// What a visit of `hello-mtls get` comes to, read from its recording and not from its words.
fn outcome(folder: &Folder, port: u16, tls: &str, shows: Shows) -> String {
    let own = match shows {
        Shows::Good => "--cert certs/client.crt --key certs/client.key",
        Shows::Nothing => "",
        Shows::Strangers => "--cert stranger/client.crt --key stranger/client.key",
    };
    let ran = folder.run(&format!(
        "rm -f recording; hello-mtls get --tls-max {tls} --cacert certs/ca.crt {own} --save recording https://localhost:{port}/"
    ));
    let transcript = Transcript::parse(&folder.read("recording")).unwrap();
    let conversation = explain(&transcript);
    let version = conversation
        .negotiated
        .version
        .map(|version| version & 0xff);
    assert_eq!(version, Some(if tls == "1.3" { 4 } else { 3 }), "{ran}");
    let status = status(&conversation);
    if !status
        .as_ref()
        .is_some_and(|status| status.starts_with("200"))
    {
        is_explained(&ran, shows);
    }
    match (status, &conversation.ending) {
        (Some(status), _) => {
            let got_in = status.starts_with("200");
            assert_eq!(got_in, ran.stdout.starts_with("Hello World"), "{ran}");
            match got_in {
                true => format!("{status} {}", ran.stdout.trim()),
                false => status,
            }
        }
        (
            None,
            Ending::Refused {
                by: Side::Server,
                alert,
                ..
            },
        ) => format!("alert {}", alert_name(*alert)),
        (None, Ending::Cut(Side::Server) | Ending::Open | Ending::Closed(_)) => {
            "hangs up".to_owned()
        }
        (None, ending) => panic!("{ending:?}\n{ran}"),
    }
}

/// Whatever the server does to refuse: `get` names the step, and what it was asked for and sent.
fn is_explained(ran: &Ran, shows: Shows) {
    let words: Vec<&str> = ran.stderr.split_whitespace().collect();
    let words = words.join(" ");
    let sent = match shows {
        Shows::Good => "",
        Shows::Nothing => "the client sent none",
        // Python's server names no CAs in its request, so more than this cannot be told of all.
        Shows::Strangers => "signed by CN=other-ca",
    };
    let at_step = ["step 5, ", "step 6, "];
    assert!(at_step.iter().any(|step| words.contains(step)), "{ran}");
    assert!(words.contains(sent), "{ran}");
}

/// The status of the answer, with what the title of its page says beyond it.
fn status(conversation: &Conversation) -> Option<String> {
    let mut answer = Vec::new();
    for record in &conversation.records {
        if record.from == Side::Server && record.content_type == "application_data" {
            answer.extend_from_slice(record.content());
        }
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let code = answer
        .strip_prefix("HTTP/1.1 ")
        .or(answer.strip_prefix("HTTP/1.0 "))?
        .get(..3)?;
    let title = answer
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"));
    let title = title
        .map(|(title, _)| title)
        .filter(|title| title.starts_with(code));
    Some(title.unwrap_or(code).to_owned())
}

#[test]
fn nginx_lets_in_whom_the_table_says() {
    meet("nginx");
}

#[test]
fn apache_lets_in_whom_the_table_says() {
    meet("apache");
}

#[test]
fn haproxy_lets_in_whom_the_table_says() {
    meet("haproxy");
}

#[test]
fn caddy_lets_in_whom_the_table_says() {
    meet("caddy");
}

#[test]
fn a_server_of_node_lets_in_whom_the_table_says() {
    meet("node");
}

#[test]
fn a_server_of_go_lets_in_whom_the_table_says() {
    meet("go");
}

#[test]
fn a_server_of_python_lets_in_whom_the_table_says() {
    meet("python");
}

#[test]
fn a_server_of_java_lets_in_whom_the_table_says() {
    meet("java");
}

#[test]
fn a_server_of_tokio_rustls_lets_in_whom_the_table_says() {
    meet("rust");
}
