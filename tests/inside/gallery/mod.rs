//! The gallery is true: every case fails as its row says, in TLS 1.3 and in TLS 1.2. The page of failures is
//! the table, in each language.
mod page;
mod english;
mod chinese;
mod chinese_words;

use std::collections::BTreeSet;

use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::gallery::panels::Panels;
use hello_mtls::instruments::gallery::run::{Run, run};
use hello_mtls::instruments::gallery::{cases, find, said_in};
use hello_mtls::instruments::page::Paint;

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

#[test]
fn every_case_is_told_in_chinese_and_nothing_else_is() {
    let told: Vec<&str> = chinese_words::WORDS.iter().map(|words| words.0).collect();
    let cases: Vec<&str> = cases::all().map(|case| case.name).collect();
    let only = |these: &[&str], those: &[&str]| -> Vec<String> {
        let those: BTreeSet<&&str> = those.iter().collect();
        let missing = these.iter().filter(|name| !those.contains(name));
        missing.map(|name| (*name).to_owned()).collect()
    };
    assert_eq!(only(&cases, &told), [""; 0], "cases without Chinese");
    assert_eq!(only(&told, &cases), [""; 0], "Chinese without a case");
    assert_eq!(told, cases, "in the order of the table, each once");
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
    for case in cases::all() {
        let (here, there) = ((ENGLISH.words)(case), (CHINESE.words)(case));
        for (here, there) in [
            (here.story, there.story),
            (here.cause, there.cause),
            (here.remedy, there.remedy),
        ] {
            assert_eq!(names(there), names(here), "{}: {there}", case.name);
        }
    }
}

/// What a file has to hold. With HELLO_MTLS_BLESS=1 it is written.
fn holds(path: &str, text: &str) {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("HELLO_MTLS_BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&file).unwrap_or_default() == text,
        "HELLO_MTLS_BLESS=1 writes {path} anew"
    );
}

#[test]
fn the_pages_of_failures_are_the_table() {
    for language in [&ENGLISH, &CHINESE] {
        holds(language.path, &page::page(language));
    }
}

#[test]
fn rustdoc_knows_where_each_case_is() {
    holds("src/handshake/links.md", &page::links_for_rustdoc());
}

#[test]
fn every_line_fits_eighty_columns() {
    let mut out = Vec::new();
    let mut panels = Panels {
        out: &mut out,
        paint: Paint::PLAIN,
    };
    panels.list().unwrap();
    for tls_max in VERSIONS {
        let runs: Vec<Run> = cases::all()
            .map(|case| run(case, tls_max).unwrap())
            .collect();
        runs.iter().for_each(|run| panels.show(run).unwrap());
        panels.wall(&runs, std::time::Duration::ZERO).unwrap();
    }
    for line in String::from_utf8(out).unwrap().lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert_eq!(line.trim_end(), line);
    }
}

#[test]
fn an_error_message_leads_to_its_cases() {
    for (message, case) in [
        ("certificate required", "no-client-certificate"),
        ("CERT_HAS_EXPIRED", "expired"),
        ("received fatal alert: UnknownCA", "client-unknown-ca"),
        ("keys may not be consistent: KeyMismatch", "ca-first"),
        (
            "curl: (35) OpenSSL/3.0.15: error:0A00010B:SSL routines::wrong version number",
            "plain-server",
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
        let found: Vec<&str> = said_in(message).iter().map(|case| case.name).collect();
        assert!(found.contains(&case), "{message}: {found:?}");
    }
    assert!(said_in("wrongname").is_empty());
    let nearest = find("wrongname").unwrap_err().to_string();
    assert!(nearest.contains("wrong-name"), "{nearest}");
}
