//! What `hello-mtls certs revoke` makes, judged by openssl.

use crate::common::{Folder, openssl};

#[test]
fn openssl_reads_the_revocation_list_and_agrees() {
    if openssl().is_none() {
        return;
    }
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    let list = "openssl crl -in certs/ca.crl -CAfile certs/ca.crt -noout";
    folder.run(list).ends(0).says("verify OK");
    let verify =
        "openssl verify -x509_strict -crl_check -CAfile certs/ca.crt -CRLfile certs/ca.crl";
    folder
        .run(&format!("{verify} certs/client.crt"))
        .ends(2)
        .says("certificate revoked");
    folder
        .run(&format!("{verify} certs/server.crt"))
        .ends(0)
        .says("certs/server.crt: OK");
    assert_eq!(number_of_the_list(&folder), 1);

    // The next list has a higher number, and forgets nobody.
    folder
        .run("hello-mtls certs revoke certs/server.crt")
        .ends(0);
    folder.run(list).ends(0).says("verify OK");
    assert_eq!(number_of_the_list(&folder), 2);
    for name in ["client.crt", "server.crt"] {
        folder
            .run(&format!("{verify} certs/{name}"))
            .ends(2)
            .says("certificate revoked");
    }
}

fn number_of_the_list(folder: &Folder) -> u32 {
    let shown = folder
        .run("openssl crl -in certs/ca.crl -noout -crlnumber")
        .ends(0);
    let digits = shown
        .stdout
        .trim()
        .trim_start_matches("crlNumber=")
        .trim_start_matches("0x");
    u32::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("{shown}"))
}
