//! Other programs as the client of a case: the commands that put curl, openssl, Node, Go and Python in its
//! place. Unaware of servers: an address is all that these lines need.

use std::net::{IpAddr, SocketAddr};

use super::{Case, Fault};
use crate::handshake::TlsMax;
use crate::narration::Side;

/// Another program, and how it dials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherClient {
    /// The program's name.
    pub program: &'static str,
    /// A line for a shell, in the folder that has the client's files.
    pub command: String,
    /// Its script, if it needs one: name and contents.
    pub script: Option<(&'static str, String)>,
}

/// What a case asks of other programs.
struct Dialling<'a> {
    case: &'a Case,
    tls_max: TlsMax,
    address: SocketAddr,
    /// The names of the files that the client has.
    has: &'a [&'static str],
}

/// curl, openssl and Node, and Go and Python where a client without special settings meets the case. `has`
/// names the files that the client of the case has.
pub fn other_clients(
    case: &Case,
    tls_max: TlsMax,
    address: SocketAddr,
    has: &[&'static str],
) -> Vec<OtherClient> {
    let dialling = Dialling {
        case,
        tls_max,
        address,
        has,
    };
    let mut clients = vec![dialling.curl(), dialling.openssl(), dialling.node()];
    if dialling.is_ordinary() {
        clients.push(dialling.scripted(
            "Go",
            "go run client.go",
            "client.go",
            include_str!("clients/client.go"),
        ));
        clients.push(dialling.scripted(
            "Python",
            "python3 client.py",
            "client.py",
            include_str!("clients/client.py"),
        ));
    }
    clients
}

impl Dialling<'_> {
    fn curl(&self) -> OtherClient {
        let (name, scheme, port) = (self.name(), self.scheme(), self.address.port());
        let own = self.with("own.crt", "--cert own.crt --key own.key ");
        let list = self.with("ca.crl", "--crlfile ca.crl ");
        let [aside, _, _] = self.asides();
        let url = format!(" -o out {scheme}://{name}:{port}/").repeat(self.visits());
        // It has no option for signature algorithms. OpenSSL, which most curls are built on, has a file.
        let ecdsa_alone = self.checks_ecdsa_alone();
        let settings = if ecdsa_alone {
            "OPENSSL_CONF=openssl.cnf "
        } else {
            ""
        };
        let host = match self.address.ip() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        OtherClient {
            program: "curl",
            command: format!(
                "{settings}curl -sS -m 10 -w '%{{http_code}}\\n' --cacert ca.crt {own}{list}{aside}--resolve {name}:{port}:{host}{url}"
            ),
            script: ecdsa_alone.then(|| ("openssl.cnf", OPENSSL_CNF.to_owned())),
        }
    }

    fn openssl(&self) -> OtherClient {
        let (name, address) = (self.name(), self.address);
        let own = self.with("own.crt", " -cert own.crt -key own.key");
        let list = self.with("ca.crl", " -CRL ca.crl -crl_check");
        let [_, aside, _] = self.asides();
        let name = match name.parse::<IpAddr>() {
            Ok(_) => format!("-verify_ip {name}"),
            Err(_) => format!("-verify_hostname {name} -servername {name}"),
        };
        let time = match self.case.scene.client.clock {
            0 => String::new(),
            days => format!(" -attime $(($(date +%s) + {days} * 86400))"),
        };
        // printf repeats its text for each word that follows. Two requests in one go arrive on one connection.
        let twice = match self.case.scene.fault {
            Fault::StaysOpen => "%.0s' 1 2",
            _ => "'",
        };
        let visit = format!(
            "printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n{twice} | openssl s_client -ign_eof -connect {address} -CAfile ca.crt -verify_return_error {name}{time}{own}{list}{aside}"
        );
        OtherClient {
            program: "openssl",
            command: match self.case.scene.fault {
                Fault::Resumes => {
                    format!("{visit} -sess_out session >out 2>&1; {visit} -sess_in session")
                }
                _ => visit,
            },
            script: None,
        }
    }

    fn node(&self) -> OtherClient {
        let [_, _, aside] = self.asides();
        let options = [
            self.with("own.crt", "cert: read('own.crt'), key: read('own.key'),"),
            self.with("ca.crl", "crl: read('ca.crl'),"),
            aside,
        ];
        let options: String = options
            .iter()
            .filter(|option| !option.is_empty())
            .map(|option| format!("\n  {option}"))
            .collect();
        let family = if self.address.is_ipv4() { "4" } else { "6" };
        let script = include_str!("clients/client.js")
            .replace("OPTIONS", &options)
            .replace("FAMILY", family)
            .replace("SCHEME", self.scheme())
            .replace("VISITS", &self.visits().to_string());
        self.scripted("Node", "node client.js", "client.js", &script)
    }

    /// A program that runs a script of ours.
    fn scripted(
        &self,
        program: &'static str,
        command: &str,
        file: &'static str,
        script: &str,
    ) -> OtherClient {
        let script = script
            .replace("ADDRESS", &self.address.to_string())
            .replace("HOST", &self.address.ip().to_string())
            .replace("PORT", &self.address.port().to_string())
            .replace("NAME", self.name());
        OtherClient {
            program,
            command: command.to_owned(),
            script: Some((file, script)),
        }
    }

    /// True if any client meets the case with nothing but the files: no special offer, no second visit, no
    /// revocation list and no other clock, which Go and Python would need more lines for.
    fn is_ordinary(&self) -> bool {
        let client = &self.case.scene.client;
        let special = matches!(
            self.case.scene.fault,
            Fault::PlainClient(_) | Fault::NeverReads | Fault::NoCommonSignatureScheme
        );
        self.asides() == ["", "", ""]
            && self.visits() == 1
            && client.clock == 0
            && client.lists.is_empty()
            && !special
    }

    /// The client of the case lacks a kind of signature that newer programs have.
    fn checks_ecdsa_alone(&self) -> bool {
        matches!(
            self.case.scene.fault,
            Fault::NoCommonSignatureScheme | Fault::KnowsNoMlDsa(Side::Client)
        )
    }

    fn name(&self) -> &'static str {
        self.case.scene.server_name
    }

    /// An option, if the client has that file.
    fn with(&self, file: &str, option: &'static str) -> &'static str {
        if self.has.contains(&file) { option } else { "" }
    }

    fn scheme(&self) -> &'static str {
        match self.case.scene.fault {
            Fault::PlainClient(words) if !words.starts_with(b"PROXY") => "http",
            _ => "https",
        }
    }

    /// How often it comes.
    fn visits(&self) -> usize {
        match self.case.scene.fault {
            Fault::Resumes | Fault::StaysOpen => 2,
            _ => 1,
        }
    }

    /// What curl, openssl and Node have to be told beyond their files, so that they offer what the client of
    /// the case offers.
    fn asides(&self) -> [&'static str; 3] {
        match self.case.scene.fault {
            Fault::NoCommonVersion if self.tls_max == TlsMax::Tls13 => {
                ["--tls-max 1.2 ", " -tls1_2", "maxVersion: 'TLSv1.2',"]
            }
            Fault::NoCommonVersion => ["--tlsv1.3 ", " -tls1_3", "minVersion: 'TLSv1.3',"],
            Fault::NoCommonCipherSuite => [
                "--tls13-ciphers TLS_CHACHA20_POLY1305_SHA256 --ciphers ECDHE-ECDSA-CHACHA20-POLY1305 ",
                " -ciphersuites TLS_CHACHA20_POLY1305_SHA256 -cipher ECDHE-ECDSA-CHACHA20-POLY1305",
                "ciphers: 'TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-CHACHA20-POLY1305',",
            ],
            // Then it says that it comes from where it comes.
            Fault::PlainClient(words) if words.starts_with(b"PROXY") => {
                ["--haproxy-protocol ", "", ""]
            }
            Fault::NoCommonGroup => [
                "--curves X25519 ",
                " -groups X25519",
                "ecdhCurve: 'X25519',",
            ],
            _ if self.checks_ecdsa_alone() => {
                ["", " -sigalgs ECDSA+SHA256", "sigalgs: 'ECDSA+SHA256',"]
            }
            Fault::NoCommonProtocol => [
                "--http1.1 ",
                " -alpn http/1.1",
                "ALPNProtocols: ['http/1.1'],",
            ],
            _ => ["", "", ""],
        }
    }
}

const OPENSSL_CNF: &str = "openssl_conf = conf\n[conf]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n\
                           [default]\nSignatureAlgorithms = ECDSA+SHA256\n";
