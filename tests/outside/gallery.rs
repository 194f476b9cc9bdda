//! The words of others: curl, openssl and Node meet the servers of the gallery in the place of our client,
//! with its files, and say what the table says they say.
//!
//! Their words change from version to version. They are compared where the version is the one in which
//! they were seen; elsewhere a program only has to be refused where our server refuses it.

use crate::common::{Folder, have, say_skipped};
use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::failures::{OtherPrograms, SEEN, says};
use hello_mtls::instruments::gallery::external::open;
use hello_mtls::instruments::gallery::other_clients::{OtherClient, other_clients};
use hello_mtls::instruments::gallery::{Case, cases};
use hello_mtls::narration::Side;

/// Why a program, in the order of `SEEN`, has no words for a case. All others have.
const SPEECHLESS: [(&str, [&str; 3]); 6] = [
    ("own-x509-v1", [NEVER_STARTS; 3]),
    ("own-unknown-critical-extension", [NEVER_STARTS; 3]),
    (
        "not-tls-client",
        ["", "s_client speaks nothing but TLS", ""],
    ),
    ("unexpected-proxy-header", ["", SENDS_NONE, SENDS_NONE]),
    ("wrong-clock", [ITS_CLOCK, "", ITS_CLOCK]),
    ("never-reads", [READS; 3]),
];
const NEVER_STARTS: &str = "the server never starts: it says what it says in connection-refused";
const SENDS_NONE: &str = "it has no option for a PROXY header";
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
    compare(0, "curl", version, &["curl 7.88.", "OpenSSL/3.0."]);
}

#[test]
fn openssl_says_what_the_table_says() {
    compare(1, "openssl", "openssl version", &["OpenSSL 3.0."]);
}

#[test]
fn node_says_what_the_table_says() {
    compare(2, "node", "node --version", &["v20.20."]);
}

/// The program with this place in `SEEN` meets every case for which it has words, in both versions.
fn compare(place: usize, program: &str, version: &str, seen: &[&str]) {
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
        let said = Meeting::of(case, tls_max).said(["curl", "openssl", "Node"][place]);
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
    // A body ends without a line feed, so that the next answer stands in its line.
    let status = said
        .rfind("HTTP/1.1 ")
        .and_then(|at| said[at..].lines().next());
    status.or_else(|| {
        said.lines()
            .rfind(|line| ["200", "400", "403"].contains(line))
    })
}

/// A program in the place of our client: where it dials, with which files, in which folder.
struct Meeting {
    folder: Folder,
    clients: Vec<OtherClient>,
}

impl Meeting {
    fn of(case: &'static Case, tls_max: TlsMax) -> Meeting {
        let (folder, external) = (Folder::new(), open(case, tls_max).expect(case.name));
        let has: Vec<&str> = external.files.iter().map(|(name, _)| *name).collect();
        let clients = other_clients(case, tls_max, external.address, &has);
        for (name, contents) in external.files {
            folder.write(name, contents);
        }
        for (name, script) in clients.iter().filter_map(|client| client.script.as_ref()) {
            folder.write(name, script);
        }
        Meeting { folder, clients }
    }

    /// What this program says, run as `gallery --listen` prints it.
    fn said(&self, program: &str) -> String {
        let client = self.clients.iter().find(|client| client.program == program);
        let ran = self.folder.run(&client.expect(program).command);
        format!("{}\n{}", ran.stdout, ran.stderr)
    }
}

/// Go and Python have no words in the catalogue. They have to fail where the table says that a client fails, and to
/// be refused by the server that refuses.
#[test]
fn go_and_python_fail_as_the_client_of_the_case_does() {
    for (program, installed) in [("Go", "go"), ("Python", "python3")] {
        if !have(installed) {
            continue;
        }
        for name in [
            "expired",
            "unknown-issuer",
            "client-expired",
            "no-client-certificate",
            "forbidden",
        ] {
            let case = cases::all().find(|case| case.name == name).expect(name);
            let said = Meeting::of(case, TlsMax::Tls13).said(program);
            let failed = said.contains("tls: ")
                || said.contains("x509: ")
                || said.contains("[SSL: ")
                || said.contains("403");
            assert!(
                failed && !said.contains("200 OK"),
                "{program}, {name}: {said}"
            );
        }
    }
}
