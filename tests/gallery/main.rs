//! The gallery is true: every case fails as its row says, in TLS 1.3 and in TLS 1.2. The page of failures is
//! the table, in each language.
#![allow(clippy::unwrap_used)]

mod page;
mod english;
mod chinese;
mod chinese_words;

use std::collections::BTreeSet;

use hello_mtls::gallery::cases;
use hello_mtls::gallery::run::run;
use hello_mtls::handshake::TlsMax;

use chinese::CHINESE;
use english::ENGLISH;

#[test]
fn every_case_fails_as_the_table_says() {
    let mut wrong = Vec::new();
    for tls_max in [TlsMax::Tls13, TlsMax::Tls12] {
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
    holds("src/gallery/links.md", &page::links_for_rustdoc());
}
