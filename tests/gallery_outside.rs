//! The words of others: curl, openssl and Node meet the servers of the gallery, and say what the table
//! says they say.

mod common;

use common::{Folder, have, say_skipped};
use hello_mtls::gallery::run::{self, NAMES, open};
use hello_mtls::gallery::{Case, SEEN, Twist, cases, find, says};
use hello_mtls::handshake::TlsMax;
use hello_mtls::narration::Side;

/// What a program has to be told beyond its three files, so that it plays the client of a case.
struct Asides {
    curl: &'static str,
    openssl: &'static str,
    node: &'static str,
}

fn asides(case: &Case) -> Asides {
    let (curl, openssl, node) = match case.scene.twist {
        Twist::Versions => ("--tls-max 1.2", "-tls1_2", "maxVersion:'TLSv1.2'"),
        Twist::Suites => (
            "--tls13-ciphers TLS_CHACHA20_POLY1305_SHA256",
            "-ciphersuites TLS_CHACHA20_POLY1305_SHA256 -tls1_3",
            "ciphers:'TLS_CHACHA20_POLY1305_SHA256',minVersion:'TLSv1.3'",
        ),
        Twist::Groups => ("--curves X25519", "-groups X25519", "ecdhCurve:'X25519'"),
        Twist::Schemes => ("", "-sigalgs ECDSA+SHA256", "sigalgs:'ECDSA+SHA256'"),
        Twist::Protocols => ("--http1.1", "-alpn http/1.1", "ALPNProtocols:['http/1.1']"),
        _ => ("", "", ""),
    };
    Asides {
        curl,
        openssl,
        node,
    }
}

/// A meeting of a program with a server of the gallery: where, with which files, in which folder.
struct Meeting {
    folder: Folder,
    case: &'static Case,
    port: u16,
    certificate: bool,
    list: bool,
}

impl Meeting {
    /// Nobody can play the client of some cases: `None`.
    fn of(case: &'static Case, tls_max: TlsMax) -> Option<Meeting> {
        let folder = Folder::new();
        if let Twist::Files(side, files) = case.scene.twist {
            if side == Side::Server {
                return None;
            }
            let spoiled = run::Folder::new().expect("a folder");
            spoiled.fill(case, side, &files).expect("files");
            for name in NAMES {
                folder.write(name, std::fs::read(spoiled.0.join(name)).expect(name));
            }
            let good = find("mtls-is-off").expect("a good server");
            let port = open(good, tls_max).expect("a server").address.port();
            return Some(Meeting {
                folder,
                case,
                port,
                certificate: true,
                list: false,
            });
        }
        let door = open(case, tls_max).expect("a server");
        let papers = door.papers;
        for (name, pem) in NAMES
            .iter()
            .zip([&papers.certificate, &papers.key, &papers.authorities])
        {
            folder.write(name, pem);
        }
        folder.write("ca.crl", &papers.lists);
        let port = match case.scene.twist {
            Twist::NobodyListens => free_port(),
            _ => door.address.port(),
        };
        let (certificate, list) = (!papers.certificate.is_empty(), !papers.lists.is_empty());
        Some(Meeting {
            folder,
            case,
            port,
            certificate,
            list,
        })
    }

    fn curl(&self) -> String {
        let (name, port, aside) = (self.case.scene.dials, self.port, asides(self.case).curl);
        let own = if self.certificate {
            "--cert own.crt --key own.key"
        } else {
            ""
        };
        let list = if self.list { "--crlfile ca.crl" } else { "" };
        let scheme = match self.case.scene.twist {
            Twist::PlainClient(_) => "http",
            _ => "https",
        };
        self.said(&format!(
            "curl -sS -m 10 -o out -w '%{{http_code}}' --cacert ca.crt {own} {list} {aside} \
             --resolve {name}:{port}:127.0.0.1 {scheme}://{name}:{port}/"
        ))
    }

    fn openssl(&self) -> String {
        let (name, port, aside) = (self.case.scene.dials, self.port, asides(self.case).openssl);
        let own = if self.certificate {
            "-cert own.crt -key own.key"
        } else {
            ""
        };
        let list = if self.list {
            "-CRL ca.crl -crl_check"
        } else {
            ""
        };
        let name = match name.parse::<std::net::IpAddr>() {
            Ok(_) => format!("-verify_ip {name}"),
            Err(_) => format!("-verify_hostname {name} -servername {name}"),
        };
        // s_client ends when its input ends, before the answer: so the input lasts as long as it does.
        self.said(&format!(
            "mkfifo in; (exec 3>in; printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3; \
             timeout 10 sh -c 'while kill -0 $PPID 2>/dev/null && ! test -e done; do sleep 0.05; done') & \
             timeout 10 openssl s_client -connect 127.0.0.1:{port} -CAfile ca.crt -verify_return_error \
             {name} {own} {list} {aside} <in; touch done"
        ))
    }

    fn node(&self) -> String {
        let (name, port, aside) = (self.case.scene.dials, self.port, asides(self.case).node);
        let own = if self.certificate {
            "cert:read('own.crt'),key:read('own.key'),"
        } else {
            ""
        };
        let list = if self.list { "crl:read('ca.crl')," } else { "" };
        let module = match self.case.scene.twist {
            Twist::PlainClient(_) => "http",
            _ => "https",
        };
        self.folder.write(
            "client.js",
            format!(
                "const read = require('fs').readFileSync;
                 const fails = error => console.log(error.code, error.message);
                 const here = (_, options, found) => options.all
                     ? found(null, [{{address: '127.0.0.1', family: 4}}]) : found(null, '127.0.0.1', 4);
                 try {{
                     require('{module}').get({{host: '{name}', port: {port}, lookup: here, agent: false,
                             ca: read('ca.crt'), {own} {list} {aside}}}, answer => {{
                         console.log(answer.statusCode);
                         answer.resume().on('error', fails);
                     }}).on('error', fails);
                 }} catch (error) {{ fails(error) }}"
            ),
        );
        self.said("timeout 10 node client.js")
    }

    fn said(&self, line: &str) -> String {
        let ran = self.folder.run(line);
        format!("{}\n{}", ran.stdout, ran.stderr)
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("its address").port()
}

/// True if the program is here in the version whose words are in the table. Others word things
/// otherwise: that is said, and no reason to fail.
fn seen(program: &str, version: &str, seen: &str) -> bool {
    if !have(program) {
        return false;
    }
    let said = Folder::new().run(version).stdout;
    let number = seen.rsplit([' ', 'v']).next().expect("a number");
    let minor = number.rsplit_once('.').expect("a patch level").0;
    let here = said.lines().next().unwrap_or_default();
    let same = here.contains(&format!("{minor}."));
    if !same {
        say_skipped(&format!(
            "the words are those of {seen}, and this is {here}"
        ));
    }
    same
}

/// Every case in which the program has words says them.
fn compare(words: impl Fn(&Case) -> &'static str, meet: impl Fn(&Meeting) -> String) {
    let mut wrong = Vec::new();
    for case in cases::all().filter(|case| !words(case).is_empty()) {
        let Some(meeting) = Meeting::of(case, TlsMax::Tls13) else {
            continue;
        };
        let said = meet(&meeting);
        if !says(&said, words(case)) {
            wrong.push(format!(
                "── {}\nexpected {}\n{}",
                case.name,
                words(case),
                said.trim()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn curl_says_what_the_table_says() {
    // Its words are OpenSSL's, too.
    if seen("curl", "curl --version", SEEN[0])
        && seen(
            "curl",
            "curl --version | grep -o 'OpenSSL/[0-9.]*'",
            SEEN[1],
        )
    {
        compare(|case| case.others.curl, Meeting::curl);
    }
}

#[test]
fn openssl_says_what_the_table_says() {
    if seen("openssl", "openssl version", SEEN[1]) {
        compare(|case| case.others.openssl, Meeting::openssl);
    }
}

#[test]
fn node_says_what_the_table_says() {
    if seen("node", "node --version", SEEN[2]) {
        compare(|case| case.others.node, Meeting::node);
    }
}

#[test]
fn in_tls_1_2_curl_has_other_exit_codes_for_the_same_alerts() {
    if !seen("curl", "curl --version", SEEN[0]) {
        return;
    }
    for (name, words) in [
        ("client-unknown-ca", "(35) …tlsv1 alert unknown ca"),
        (
            "no-client-certificate",
            "(98) …tlsv13 alert certificate required",
        ),
        ("client-expired", "(60) SSL certificate verification failed"),
    ] {
        let case = find(name).expect(name);
        let meeting = Meeting::of(case, TlsMax::Tls12).expect(name);
        let said = meeting.curl();
        assert!(says(&said, words), "{name}: {said}");
    }
}
