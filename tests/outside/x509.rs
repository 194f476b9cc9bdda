//! The X.509 model and openssl read the same from the same files.
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::x509::{assert_whole, page, squeezed, value};
use hello_mtls::instruments::x509::{Kind, certificate, describe};

#[test]
fn openssl_reads_the_same_from_its_own_certificates() {
    let Some(dir) = openssl_files("same") else {
        return;
    };
    for name in ["rsa", "ec", "ed", "v1", "chain"] {
        let der = std::fs::read(dir.join(format!("{name}.crt.der"))).unwrap();
        let tree = certificate(&der);
        assert_whole(&tree, &der);
        let said = openssl(
            &dir,
            &format!(
                "x509 -inform DER -in {name}.crt.der -noout -serial -subject -issuer -dates -dateopt iso_8601"
            ),
        );
        let line = |key: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(key));
            line.unwrap_or_else(|| panic!("no {key} in {said}"))
                .replace(" = ", "=")
        };
        assert_eq!(
            value(&tree, "serialNumber").replace(':', "").to_uppercase(),
            line("serial=")
        );
        assert_eq!(value(&tree, "subject"), line("subject="), "{name}");
        assert_eq!(value(&tree, "issuer"), line("issuer="), "{name}");
        assert_eq!(
            value(&tree, "notBefore").replace(" UTC", "Z"),
            line("notBefore=")
        );
        assert_eq!(
            value(&tree, "notAfter").replace(" UTC", "Z"),
            line("notAfter=")
        );

        let said = openssl(
            &dir,
            &format!("x509 -inform DER -in {name}.crt.der -noout -fingerprint -sha256"),
        );
        let fingerprint = said.trim().split('=').nth(1).unwrap().to_lowercase();
        let page = page(name, Kind::Certificate, &der);
        assert!(
            squeezed(&page).contains(&fingerprint.replace(':', "")),
            "{page}"
        );
    }
    remove(&dir);
}

#[test]
fn openssl_reads_the_same_names_requests_and_lists() {
    let Some(dir) = openssl_files("names") else {
        return;
    };
    let der = std::fs::read(dir.join("chain.crt.der")).unwrap();
    let said = openssl(
        &dir,
        "x509 -inform DER -in chain.crt.der -noout -ext subjectAltName,keyUsage,basicConstraints",
    );
    assert!(
        said.contains("DNS:localhost, IP Address:127.0.0.1, URI:spiffe://hello-mtls/a"),
        "{said}"
    );
    let tree = certificate(&der);
    assert_eq!(
        value(&tree, "subjectAltName"),
        "DNS:localhost, IP:127.0.0.1, URI:spiffe://hello-mtls/a"
    );
    assert!(said.contains("CA:FALSE"));
    assert_eq!(value(&tree, "basicConstraints"), "critical: CA:FALSE");
    assert!(said.contains("Digital Signature, Key Encipherment"));
    assert_eq!(
        value(&tree, "keyUsage"),
        "critical: digitalSignature, keyEncipherment"
    );

    let der = std::fs::read(dir.join("chain.csr.der")).unwrap();
    let tree = describe(Kind::Request, &der);
    assert_whole(&tree, &der);
    assert_eq!(value(&tree, "subject"), "CN=localhost");
    assert_eq!(value(&tree, "challengePassword"), "s3cret word");

    let der = std::fs::read(dir.join("ca.crl.der")).unwrap();
    let tree = describe(Kind::RevocationList, &der);
    assert_whole(&tree, &der);
    let said = openssl(&dir, "crl -inform DER -in ca.crl.der -noout -text");
    assert!(said.contains("Key Compromise"), "{said}");
    let revoked = value(&tree, "revokedCertificate");
    assert!(revoked.ends_with("keyCompromise"), "{revoked}");
    let serial = revoked
        .split(' ')
        .next()
        .unwrap()
        .replace(':', "")
        .to_uppercase();
    assert!(said.contains(&format!("Serial Number: {serial}")), "{said}");
    remove(&dir);
}

#[test]
fn the_public_key_of_a_certificate_its_request_and_its_key_are_matched_by_eye() {
    let Some(dir) = openssl_files("match") else {
        return;
    };
    let fingerprint = |file: &str, kind| {
        let der = std::fs::read(dir.join(file)).unwrap();
        let page = page(file, kind, &der);
        let lines: Vec<&str> = page
            .lines()
            .skip_while(|line| !line.starts_with("public key"))
            .take(2)
            .collect();
        assert_eq!(lines.len(), 2, "{file}: {page}");
        lines.concat().replace("public key", "").replace(' ', "")
    };
    for name in ["rsa", "ec", "ed"] {
        let of_certificate = fingerprint(&format!("{name}.crt.der"), Kind::Certificate);
        assert_eq!(
            of_certificate,
            fingerprint(&format!("{name}.p8.der"), Kind::Pkcs8Key),
            "{name}"
        );
        assert_eq!(
            of_certificate,
            fingerprint(&format!("{name}.pub.der"), Kind::PublicKey),
            "{name}"
        );
    }
    let of_certificate = fingerprint("rsa.crt.der", Kind::Certificate);
    assert_eq!(of_certificate, fingerprint("rsa.p1.der", Kind::Pkcs1Key));
    let of_certificate = fingerprint("ec.crt.der", Kind::Certificate);
    assert_eq!(of_certificate, fingerprint("ec.sec1.der", Kind::Sec1Key));
    let of_certificate = fingerprint("chain.crt.der", Kind::Certificate);
    assert_eq!(of_certificate, fingerprint("chain.csr.der", Kind::Request));
    remove(&dir);
}

/// Files as the openssl command makes them, or None with a note where there is no openssl.
fn openssl_files(name: &str) -> Option<PathBuf> {
    crate::common::openssl()?;
    let dir = std::env::temp_dir().join(format!("hello-mtls-x509-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(
        dir.join("ext"),
        "subjectAltName=DNS:localhost,IP:127.0.0.1,URI:spiffe://hello-mtls/a\n\
        basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n",
    )
    .unwrap();
    std::fs::write(
        dir.join("req.cnf"),
        "[req]\ndistinguished_name=dn\nattributes=at\nprompt=no\n\
        [dn]\nCN=localhost\n[at]\nchallengePassword=s3cret word\n",
    )
    .unwrap();
    std::fs::write(
        dir.join("ca.cnf"),
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\n\
        default_crl_days=30\n",
    )
    .unwrap();
    std::fs::write(dir.join("index.txt"), "").unwrap();
    for command in [
        "genrsa -traditional -out rsa.key 2048",
        "ecparam -name prime256v1 -genkey -noout -out ec.key",
        "genpkey -algorithm ed25519 -out ed.key",
        "req -x509 -key rsa.key -subj /C=DE/O=Example,Inc./CN=my-ca -days 30 -outform DER -out rsa.crt.der",
        "req -x509 -key ec.key -subj /CN=ec -days 30 -outform DER -out ec.crt.der",
        "req -x509 -key ed.key -subj /CN=ed/emailAddress=a@example.com -days 30 -outform DER -out ed.crt.der",
        "req -new -key ec.key -config req.cnf -out chain.csr",
        "req -in chain.csr -outform DER -out chain.csr.der",
        "x509 -inform DER -in rsa.crt.der -out rsa.crt",
        "x509 -req -in chain.csr -CA rsa.crt -CAkey rsa.key -extfile ext -days 9 -out chain.crt",
        "x509 -in chain.crt -outform DER -out chain.crt.der",
        "x509 -req -in chain.csr -signkey ec.key -days 9 -outform DER -out v1.crt.der",
        "ca -config ca.cnf -keyfile rsa.key -cert rsa.crt -revoke chain.crt -crl_reason keyCompromise",
        "ca -config ca.cnf -keyfile rsa.key -cert rsa.crt -gencrl -out ca.crl",
        "crl -in ca.crl -outform DER -out ca.crl.der",
        "pkcs8 -topk8 -nocrypt -in rsa.key -outform DER -out rsa.p8.der",
        "pkcs8 -topk8 -nocrypt -in ec.key -outform DER -out ec.p8.der",
        "pkcs8 -topk8 -nocrypt -in ed.key -outform DER -out ed.p8.der",
        "rsa -in rsa.key -traditional -outform DER -out rsa.p1.der",
        "ec -in ec.key -outform DER -out ec.sec1.der",
        "pkey -in rsa.key -pubout -outform DER -out rsa.pub.der",
        "pkey -in ec.key -pubout -outform DER -out ec.pub.der",
        "pkey -in ed.key -pubout -outform DER -out ed.pub.der",
    ] {
        openssl(&dir, command);
    }
    Some(dir)
}

fn openssl(dir: &Path, arguments: &str) -> String {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(dir)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn remove(dir: &Path) {
    std::fs::remove_dir_all(dir).unwrap();
}
