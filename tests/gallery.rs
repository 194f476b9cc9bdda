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
