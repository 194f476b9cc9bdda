//! The gallery is true: every case fails as its row says, in TLS 1.3 and in TLS 1.2.

use hello_mtls::gallery::cases;
use hello_mtls::gallery::run::run;
use hello_mtls::handshake::TlsMax;

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
fn the_page_of_failures_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/failures.md");
    let page = hello_mtls::gallery::page::page();
    if std::env::var_os("HELLO_MTLS_BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap() == page,
        "HELLO_MTLS_BLESS=1 writes docs/failures.md anew"
    );
}
