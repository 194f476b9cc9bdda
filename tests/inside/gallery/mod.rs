//! The gallery is true: every case fails as its row says, in TLS 1.3 and in TLS 1.2. The catalogue of failures has
//! what is used and nothing else, and the pages of failures are the catalogue, in each language.
mod against;
mod listen;
mod messages;
mod page;
mod panels;
mod english;
mod chinese;

use std::collections::BTreeSet;

use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::doctor::{self, ChainSource, SideFiles, examine};
use hello_mtls::instruments::failures::{self, Failure, Matches};
use hello_mtls::instruments::gallery::external::open;
use hello_mtls::instruments::gallery::panels::Panels;
use hello_mtls::instruments::gallery::run::{Run, run};
use hello_mtls::instruments::gallery::{Case, Fault, case_of, cases, find, said_in};
use hello_mtls::instruments::page::Paint;
use hello_mtls::language::Language;
use hello_mtls::narration::{Side, Step};
use hello_mtls::text::columns;

use crate::common::Folder;
use crate::common::snapshots::holds;
use chinese::CHINESE;
use english::ENGLISH;

const VERSIONS: [TlsMax; 2] = [TlsMax::Tls13, TlsMax::Tls12];

#[test]
fn every_case_fails_as_the_table_says() {
    let mut wrong = Vec::new();
    for tls_max in VERSIONS {
        for case in cases::all() {
            let run = run(case, tls_max).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            for difference in run.differences() {
                wrong.push(format!("{} {tls_max:?}: {difference}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The shell has the number that the program gets from it.
#[test]
fn a_folder_that_an_earlier_process_of_the_same_number_left_is_not_in_the_way() {
    let folder = Folder::new();
    let left = "mkdir -p tmp/hello-mtls-gallery-$$-0 tmp/hello-mtls-gallery-$$-1";
    let gallery = "TMPDIR=$PWD/tmp exec hello-mtls gallery key-mismatch";
    folder.run(&format!("{left}; {gallery}")).ends(0);
    assert_eq!(folder.names("tmp").len(), 2);
}

/// String literals in the doctor's sources that look like a name: small letters, digits, a `-`.
fn names_in_the_doctor() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // A connection that does not come about is named where it fails.
    let folders = ["src/instruments/doctor", "src/client", "src/transport"];
    let mut folders = folders.map(std::path::PathBuf::from).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let literals = source.split('"').skip(1);
            let is_name = |text: &&str| {
                let mut letters = text.chars();
                let first = letters
                    .next()
                    .is_some_and(|letter| letter.is_ascii_lowercase());
                let rest = |letter: char| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
                };
                first && letters.all(rest)
            };
            names.extend(literals.filter(is_name).map(str::to_owned));
        }
    }
    names
}

#[test]
fn every_case_and_every_finding_is_in_the_catalogue() {
    let missing = cases::all().map(|case| case.name.to_owned());
    // A name of one word could be anything: `setups` asks about the findings that it meets.
    let with_a_dash = names_in_the_doctor()
        .into_iter()
        .filter(|name| name.contains('-'));
    let names = missing.chain(with_a_dash);
    let names = names.filter(|name| !["my-client"].contains(&name.as_str()));
    let unknown: Vec<String> = names
        .filter(|name| failures::find(name).is_none())
        .collect();
    assert_eq!(
        unknown, [""; 0],
        "without an entry in src/instruments/failures"
    );
}

#[test]
fn every_entry_of_the_catalogue_is_used() {
    let found = names_in_the_doctor();
    let is_used = |failure: &&Failure| {
        let of_a_client = failure.name.strip_prefix("client-");
        case_of(failure).is_some()
            || found.contains(&failure.name)
            || of_a_client.is_some_and(|name| found.contains(name))
    };
    let unused = failures::all().iter().filter(|failure| !is_used(failure));
    let unused: Vec<&str> = unused.map(|failure| failure.name.as_str()).collect();
    assert_eq!(unused, [""; 0]);
}

/// Cases that the client's own files do not show, or not by this name: the server's files decide, or a second
/// file of the client.
const ONLY_LIVE: [&str; 12] = [
    "client-missing-intermediate",
    "client-filters-by-ca-hint",
    "no-client-certificate",
    "client-key-not-accepted",
    "never-reads",
    "leaf-as-ca",
    "client-x509-v1",
    "client-revoked",
    "client-crl-of-another-ca",
    "client-crl-expired",
    "client-key-not-owned",
    "refused-by-status",
];

#[test]
fn the_doctor_calls_a_clients_files_what_the_gallery_calls_the_case() {
    let by_files = |case: &&Case| match case.scene.fault {
        Fault::Files(side, _) => side == Side::Client,
        _ => case.expected(TlsMax::Tls13).step == Step::ServerVerifiesClient,
    };
    let mut wrong = Vec::new();
    for case in cases::all().filter(by_files) {
        let folder = crate::common::Folder::new();
        let files = open(case, TlsMax::Tls13).unwrap().files;
        for (name, contents) in &files {
            folder.write(name, contents);
        }
        let examined = doctor::SetupFiles {
            authorities: Some(folder.path("ca.crt")),
            parties: vec![SideFiles {
                side: Side::Client,
                certificate: ChainSource::File(folder.path("own.crt")),
                key: Some(folder.path("own.key")),
            }],
            ..doctor::SetupFiles::default()
        };
        let found = examine(&examined).findings;
        let found: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        if found.contains(&case.name) == ONLY_LIVE.contains(&case.name) {
            wrong.push(format!("{}: {found:?}", case.name));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn cases_are_in_the_order_and_at_the_steps_of_the_catalogue() {
    let live = failures::all().iter().filter_map(case_of);
    let live: Vec<&str> = live.map(|case| case.name).collect();
    let cases: Vec<&str> = cases::all().map(|case| case.name).collect();
    assert_eq!(live, cases);
    for case in cases::all() {
        let step = case.failure().unwrap().step;
        assert_eq!(case.expected(TlsMax::Tls13).step, step, "{}", case.name);
    }
}

/// What no translation changes: numbers, options, alerts and other names with a `_`.
fn names(text: &str) -> BTreeSet<&str> {
    let in_a_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let words = text.split(|letter| !in_a_name(letter));
    let words = words.map(|word| word.trim_matches(['.', '-']));
    words
        .filter(|word| word.contains(|letter: char| letter == '_' || letter.is_ascii_digit()))
        .collect()
}

#[test]
fn what_no_translation_changes_is_the_same_in_chinese() {
    for failure in failures::all() {
        let here = failure.words(Language::English);
        let there = failure.words(Language::Chinese);
        for (here, there) in [
            (&here.story, &there.story),
            (&here.cause, &there.cause),
            (&here.remedy, &there.remedy),
        ] {
            assert_eq!(names(there), names(here), "{}: {there}", failure.name);
        }
    }
}

#[test]
fn the_pages_of_failures_are_the_catalogue() {
    for page in [&ENGLISH, &CHINESE] {
        holds(page.path, &page.markdown());
    }
}

#[test]
fn rustdoc_knows_where_each_failure_is() {
    holds("src/handshake/links.md", &page::links_for_rustdoc());
}

#[test]
fn every_line_fits_eighty_columns() {
    let mut out = Vec::new();
    let mut panels = Panels::new(&mut out, Paint::PLAIN);
    panels.list().unwrap();
    let all: Vec<&Failure> = failures::all().iter().collect();
    let matches = Matches {
        failures: all.clone(),
        notes: vec!["a note"; 2],
    };
    panels.found(&matches).unwrap();
    all.iter()
        .for_each(|failure| panels.entry(failure).unwrap());
    for tls_max in VERSIONS {
        let runs: Vec<Run> = cases::all()
            .map(|case| run(case, tls_max).unwrap())
            .collect();
        runs.iter().for_each(|run| panels.show(run).unwrap());
        panels.overview(&runs, std::time::Duration::ZERO).unwrap();
    }
    for line in String::from_utf8(out).unwrap().lines() {
        assert!(columns(line) <= 80, "{line}");
        assert_eq!(line.trim_end(), line);
    }
}

#[test]
fn an_error_message_leads_to_its_cases() {
    for (message, case) in [
        ("certificate required", "no-client-certificate"),
        ("CERT_HAS_EXPIRED", "expired"),
        ("私钥是另一张证书的", "key-mismatch"),
        ("received fatal alert: UnknownCA", "client-unknown-issuer"),
        ("keys may not be consistent: KeyMismatch", "leaf-not-first"),
        (
            "curl: (35) OpenSSL/3.0.15: error:0A00010B:SSL routines::wrong version number",
            "not-tls-server",
        ),
        (
            "C0:error:0A000415:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired:rec.c:1:SSL alert number 45",
            "client-not-yet-valid",
        ),
        (
            "curl: (60) SSL certificate problem: self-signed certificate in certificate chain",
            "unknown-root",
        ),
    ] {
        let found = said_in(message).failures;
        let mut names = found.iter().map(|failure| &failure.name);
        assert!(names.any(|name| name == case), "{message}: {found:?}");
    }
    assert!(said_in("wrongname").failures.is_empty());
    let nearest = find("wrongname").unwrap_err().to_string();
    assert!(nearest.contains("wrong-host"), "{nearest}");
}
