//! The server of a case stays open: our own client meets it with the files that it was given.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hello_mtls::client::{Url, dial, get};
use hello_mtls::credentials;
use hello_mtls::error::Error;
use hello_mtls::handshake::{TlsMax, client_config};
use hello_mtls::instruments::gallery::listen::{Listening, listen};
use hello_mtls::instruments::gallery::{Case, Fault, cases};
use hello_mtls::instruments::page::Paint;
use hello_mtls::narration::{Narrator, Side};

use super::VERSIONS;
use crate::common::{Folder, port_in};

fn case(name: &str) -> &'static Case {
    cases::all().find(|case| case.name == name).expect(name)
}

/// Removes the folder at the end of the test, also of one that fails.
struct Open(Listening, Receiver<String>);

impl Open {
    fn of(case: &'static Case, tls_max: TlsMax) -> Open {
        let (sender, lines) = channel();
        let log = move |line: &str| drop(sender.send(line.to_owned()));
        let listening = listen(case, tls_max, "localhost:0", log).expect(case.name);
        Open(listening, lines)
    }

    /// Our client dials with the files in the folder. Its answer's status, or the words of its failure.
    fn visit(&self, tls_max: TlsMax) -> Result<u16, Error> {
        let folder = &self.0.folder;
        let own = folder.join("own.crt");
        let identity = own
            .exists()
            .then(|| credentials::identity(&own, &folder.join("own.key")).unwrap());
        let trust = credentials::trust(&folder.join("ca.crt"), &[])?;
        let setup =
            client_config(&trust, identity, tls_max, Narrator::silent(Side::Client)).unwrap();
        let url = Url::parse(&format!(
            "https://localhost:{}/",
            self.0.addresses[0].port()
        ))?;
        let transport = dial(&setup, &url, 1)?;
        Ok(get(&setup, &url, transport, &mut io::sink())?.status)
    }

    fn logged(&self) -> String {
        self.1
            .recv_timeout(Duration::from_secs(20))
            .expect("a line of the log")
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0.folder);
    }
}

#[test]
fn every_client_that_comes_meets_the_case() {
    for name in [
        "expired",
        "wrong-host",
        "not-tls-server",
        "no-client-certificate",
        "client-unknown-issuer",
        "client-expired",
    ] {
        for tls_max in VERSIONS {
            let (case, open) = (case(name), Open::of(case(name), tls_max));
            let expected = case.expected(tls_max).step;
            for _ in 0..2 {
                match open.visit(tls_max) {
                    Err(Error::Tls { diagnosis, .. }) => {
                        assert_eq!(diagnosis.step, expected, "{name}")
                    }
                    other => panic!("{name} {tls_max:?}: {other:?}"),
                }
                let line = open.logged();
                let step = format!("step {}, {}: ", expected.number(), expected.title());
                assert!(line.contains(&step), "{name} {tls_max:?}: {line}");
            }
        }
    }
}

#[test]
fn a_client_that_is_not_authorized_gets_its_403() {
    for tls_max in VERSIONS {
        let open = Open::of(case("forbidden"), tls_max);
        assert_eq!(open.visit(tls_max).unwrap(), 403);
        let line = open.logged();
        assert!(
            line.contains("step 6, ") && line.contains("is refused"),
            "{line}"
        );
    }
}

#[test]
fn keys_are_for_their_owner_and_the_rest_is_for_everybody() {
    let open = Open::of(case("client-expired"), TlsMax::Tls13);
    let mode = |name: &str| {
        let path: &Path = &open.0.folder.join(name);
        std::fs::metadata(path).expect(name).permissions().mode() & 0o777
    };
    for name in ["own.key", "server.key"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    for name in [
        "own.crt",
        "ca.crt",
        "server.crt",
        "clients-ca.crt",
        "client.go",
        "client.py",
        "client.js",
    ] {
        assert_eq!(mode(name), 0o644, "{name}");
    }
}

#[test]
fn each_case_listens_or_says_what_to_run_instead() {
    for case in cases::all() {
        let fault = case.scene.fault;
        let cannot = matches!(
            fault,
            Fault::Files(Side::Server, _) | Fault::ClosedPort | Fault::NeverReads
        ) || matches!(
            fault,
            Fault::TamperedHello | Fault::TamperedData | Fault::ConnectionCut
        );
        match listen(case, TlsMax::Tls13, "127.0.0.1:0", |_| ()) {
            Ok(listening) => {
                let open = Open(listening, channel().1);
                assert!(!cannot, "{}", case.name);
                let mut page = Vec::new();
                open.0.write(&mut page, Paint::PLAIN).unwrap();
                let page = String::from_utf8(page).unwrap();
                assert!(page.contains("Listening on 127.0.0.1:"), "{page}");
                for line in page.lines() {
                    // A word of a command stays whole.
                    let is_command = line.contains("://")
                        || line.contains("CHACHA20")
                        || line.contains("printf");
                    assert!(
                        line.chars().count() <= 80 || is_command,
                        "{}: {line}",
                        case.name
                    );
                }
            }
            Err(error @ Error::Usage { .. }) => {
                assert!(cannot, "{}: {error}", case.name);
                let instead = format!("hello-mtls gallery {}", case.name);
                assert!(error.to_string().contains(&instead), "{error}");
            }
            Err(error) => panic!("{}: {error}", case.name),
        }
    }
}

#[test]
fn the_program_prints_the_address_that_was_really_taken() {
    let folder = Folder::new();
    let running = folder
        .start("exec hello-mtls gallery no-client-certificate --tls-max 1.2 --listen localhost:0");
    let port = port_in(&running.line_with("Listening on 127.0.0.1:"));
    running.line_with(&format!("Listening on [::1]:{port}"));
    let remove = running.line_with("rm -r ").trim().to_owned();
    running.line_with("s_client");
    running.line_with("python3 client.py");
    assert!(std::net::TcpStream::connect(("::1", port)).is_ok());
    running.line_with("step 1, ");
    drop(running);
    folder.run(&remove).ends(0);
    for wrong in [
        "--listen localhost:0",
        "connection-refused --listen localhost:0",
        "expired --listen nowhere",
        "no-such-case --listen localhost:0",
    ] {
        folder.run(&format!("hello-mtls gallery {wrong}")).ends(2);
    }
}
