//! The words of others: curl, openssl and Node meet the servers of the gallery in the place of our client,
//! with its files, and say what the table says they say.
//!
//! Their words change from version to version. They are compared where the version is the one in which
//! they were seen; elsewhere a program only has to be refused where our server refuses it.

use std::net::IpAddr;

use crate::common::{Folder, have, say_skipped};
use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::failures::{OtherPrograms, SEEN, says};
use hello_mtls::instruments::gallery::external::open;
use hello_mtls::instruments::gallery::{Case, Fault, cases};
use hello_mtls::narration::Side;

/// Why a program, in the order of `SEEN`, has no words for a case. All others have.
const SPEECHLESS: [(&str, [&str; 3]); 5] = [
    ("own-x509-v1", [NEVER_STARTS; 3]),
    ("own-unknown-critical-extension", [NEVER_STARTS; 3]),
    (
        "not-tls-client",
        ["", "s_client speaks nothing but TLS", ""],
    ),
    ("wrong-clock", [ITS_CLOCK, "", ITS_CLOCK]),
    ("never-reads", [READS; 3]),
];
const NEVER_STARTS: &str = "the server never starts: it says what it says in connection-refused";
const ITS_CLOCK: &str = "it has the system's clock";
const READS: &str = "it reads, and says what it says in no-client-certificate";

/// What other programs say about a case.
fn said_by(case: &Case, tls_max: TlsMax) -> &'static OtherPrograms {
    case.failure().expect(case.name).said_by(tls_max)
}

#[test]
fn a_program_without_words_has_a_reason_and_only_such_a_program() {
    for case in cases::all() {
        let reasons = SPEECHLESS.iter().find(|(name, _)| *name == case.name);
        let reasons = reasons.map_or([""; 3], |(_, reasons)| *reasons);
        for tls_max in [TlsMax::Tls13, TlsMax::Tls12] {
            for (words, reason) in said_by(case, tls_max).iter().zip(reasons) {
                let (name, silent) = (case.name, words.is_empty());
                assert_eq!(silent, !reason.is_empty(), "{name}: {words:?}, {reason:?}");
            }
        }
    }
    let listed = |name| cases::all().any(|case| case.name == name);
    assert!(SPEECHLESS.iter().all(|(name, _)| listed(*name)));
}

#[test]
fn curl_says_what_the_table_says() {
    // Most of its words are OpenSSL's.
    let version = "curl --version | sed -nE '1s/(curl [^ ]*).*(OpenSSL[^ ]*).*/\\1 \\2/p'";
    compare(
        0,
        "curl",
        version,
        &["curl 7.88.", "OpenSSL/3.0."],
        Meeting::curl,
    );
}

#[test]
fn openssl_says_what_the_table_says() {
    compare(
        1,
        "openssl",
        "openssl version",
        &["OpenSSL 3.0."],
        Meeting::openssl,
    );
}

#[test]
fn node_says_what_the_table_says() {
    compare(2, "node", "node --version", &["v20.20."], Meeting::node);
}

/// The program with this place in `SEEN` meets every case for which it has words, in both versions.
fn compare(
    place: usize,
    program: &str,
    version: &str,
    seen: &[&str],
    meet: impl Fn(&Meeting) -> String,
) {
    if !have(program) {
        return;
    }
    let here = Folder::new().run(version).stdout.trim().to_owned();
    let same = seen.iter().all(|part| here.contains(part));
    let (mut met, mut others, mut wrong) = (0, 0, String::new());
    let versions = |case| [(case, TlsMax::Tls13), (case, TlsMax::Tls12)];
    for (case, tls_max) in cases::all().flat_map(versions) {
        let words = &said_by(case, tls_max)[place];
        if words.is_empty() {
            continue;
        }
        let said = meet(&Meeting::of(case, tls_max));
        let refused = case.expected(tls_max).by == Some(Side::Server);
        let got_in = refused && answer(&said).is_some_and(|answer| answer.contains("200"));
        let differs = !agrees(&said, words);
        (met, others) = (met + 1, others + usize::from(differs));
        if got_in || (same && differs) {
            wrong += &format!("\n── {} {tls_max:?}: {words}\n{}\n", case.name, said.trim());
        }
    }
    if !same {
        say_skipped(&format!(
            "the words are those of {}; this is {here}, with others in {others} of {met} meetings",
            SEEN[place]
        ));
    }
    assert!(
        wrong.is_empty(),
        "the words of {}; this is {here}\n{wrong}",
        SEEN[place]
    );
}

/// These words were said; where they are an answer, it was the last one.
fn agrees(said: &str, words: &str) -> bool {
    says(said, words) && answer(words).is_none_or(|_| answer(said) == Some(words))
}

/// The last answer of HTTP: curl and Node print its code, openssl the whole.
fn answer(said: &str) -> Option<&str> {
    let is_answer = |line: &&str| line.starts_with("HTTP/1.1 ") || ["200", "403"].contains(line);
    said.lines().rfind(is_answer)
}

/// A program in the place of our client: where it dials, with which files, in which folder.
struct Meeting {
    folder: Folder,
    case: &'static Case,
    tls_max: TlsMax,
    port: u16,
}

impl Meeting {
    fn of(case: &'static Case, tls_max: TlsMax) -> Meeting {
        let (folder, external) = (Folder::new(), open(case, tls_max).expect(case.name));
        for (name, contents) in external.files {
            folder.write(name, contents);
        }
        Meeting {
            folder,
            case,
            tls_max,
            port: external.address.port(),
        }
    }

    fn curl(&self) -> String {
        let Meeting { case, port, .. } = self;
        let (name, scheme) = (case.scene.server_name, self.scheme());
        let own = self.with("own.crt", "--cert own.crt --key own.key");
        let list = self.with("ca.crl", "--crlfile ca.crl");
        let [aside, _, _] = asides(case, self.tls_max);
        let url = format!("-o out {scheme}://{name}:{port}/ ");
        let urls = url.repeat(self.visits());
        // It has no option for signature algorithms. OpenSSL has a file.
        self.folder.write("openssl.cnf", OPENSSL_CNF);
        let settings = match case.scene.fault {
            Fault::NoCommonSignatureScheme => "OPENSSL_CONF=openssl.cnf",
            _ => "",
        };
        self.said(&format!(
            "{settings} curl -sS -m 10 -w '%{{http_code}}\\n' --cacert ca.crt {own} {list} {aside} \
             --resolve {name}:{port}:127.0.0.1 {urls}"
        ))
    }

    fn openssl(&self) -> String {
        let Meeting { case, port, .. } = self;
        let (name, days) = (case.scene.server_name, case.scene.client.clock);
        let own = self.with("own.crt", "-cert own.crt -key own.key");
        let list = self.with("ca.crl", "-CRL ca.crl -crl_check");
        let [_, aside, _] = asides(case, self.tls_max);
        let name = match name.parse::<IpAddr>() {
            Ok(_) => format!("-verify_ip {name}"),
            Err(_) => format!("-verify_hostname {name} -servername {name}"),
        };
        let visit = format!(
            "printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n' | timeout 10 openssl s_client -ign_eof \
             -connect 127.0.0.1:{port} -CAfile ca.crt -verify_return_error -attime $(($(date +%s) + {days} * 86400)) \
             {name} {own} {list} {aside}"
        );
        match self.visits() {
            1 => self.said(&visit),
            _ => self.said(&format!(
                "{visit} -sess_out session >out 2>&1; {visit} -sess_in session"
            )),
        }
    }

    fn node(&self) -> String {
        let Meeting { case, port, .. } = self;
        let (name, module, visits) = (case.scene.server_name, self.scheme(), self.visits());
        let own = self.with("own.crt", "cert: read('own.crt'), key: read('own.key'),");
        let list = self.with("ca.crl", "crl: read('ca.crl'),");
        let [_, _, aside] = asides(case, self.tls_max);
        let script = format!(
            "const read = require('fs').readFileSync
             const lookup = (_, {{all}}, found) => {{
                 const here = {{address: '127.0.0.1', family: 4}}
                 all ? found(null, [here]) : found(null, here.address, here.family)
             }}
             const options = {{host: '{name}', port: {port}, lookup, ca: read('ca.crt'), {own} {list} {aside}}}
             const fails = error => console.log(error.code, error.message)
             const visit = more => require('{module}').get(options, answer => {{
                 console.log(answer.statusCode)
                 answer.resume().on('error', fails).on('end', () => more && setImmediate(visit, more - 1))
             }}).on('error', fails)
             try {{ visit({visits} - 1) }} catch (error) {{ fails(error) }}"
        );
        self.folder.write("client.js", script);
        self.said("timeout 10 node client.js")
    }

    /// An option, if the client has that file.
    fn with(&self, file: &str, option: &'static str) -> &'static str {
        match self.folder.path(file).exists() {
            true => option,
            false => "",
        }
    }

    fn scheme(&self) -> &'static str {
        match self.case.scene.fault {
            Fault::PlainClient(_) => "http",
            _ => "https",
        }
    }

    /// How often it comes.
    fn visits(&self) -> usize {
        match self.case.scene.fault {
            Fault::Resumes => 2,
            _ => 1,
        }
    }

    fn said(&self, line: &str) -> String {
        let ran = self.folder.run(line);
        format!("{}\n{}", ran.stdout, ran.stderr)
    }
}

const OPENSSL_CNF: &str = "openssl_conf = conf\n[conf]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n\
                           [default]\nSignatureAlgorithms = ECDSA+SHA256\n";

/// What each program has to be told beyond its files, so that it offers what the client of a case offers.
fn asides(case: &Case, tls_max: TlsMax) -> [&'static str; 3] {
    match case.scene.fault {
        Fault::NoCommonVersion if tls_max == TlsMax::Tls13 => {
            ["--tls-max 1.2", "-tls1_2", "maxVersion: 'TLSv1.2'"]
        }
        Fault::NoCommonVersion => ["--tlsv1.3", "-tls1_3", "minVersion: 'TLSv1.3'"],
        Fault::NoCommonCipherSuite => [
            "--tls13-ciphers TLS_CHACHA20_POLY1305_SHA256 --ciphers ECDHE-ECDSA-CHACHA20-POLY1305",
            "-ciphersuites TLS_CHACHA20_POLY1305_SHA256 -cipher ECDHE-ECDSA-CHACHA20-POLY1305",
            "ciphers: 'TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-CHACHA20-POLY1305'",
        ],
        Fault::NoCommonGroup => ["--curves X25519", "-groups X25519", "ecdhCurve: 'X25519'"],
        Fault::NoCommonSignatureScheme => ["", "-sigalgs ECDSA+SHA256", "sigalgs: 'ECDSA+SHA256'"],
        Fault::NoCommonProtocol => ["--http1.1", "-alpn http/1.1", "ALPNProtocols: ['http/1.1']"],
        _ => ["", "", ""],
    }
}
