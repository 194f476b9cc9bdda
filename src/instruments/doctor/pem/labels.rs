//! Labels: what a BEGIN line promises, and what to do with the wrong one.

use super::block::{File, Wanted, kind};
use crate::files::place;
use crate::instruments::doctor::finding::Finding;
use crate::text;

/// The label that one writes today.
pub(super) fn usual(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Certificate | Wanted::Anything => "CERTIFICATE",
        Wanted::PrivateKey => "PRIVATE KEY",
        Wanted::RevocationList => "X509 CRL",
        Wanted::Request => "CERTIFICATE REQUEST",
    }
}

/// The finding about a file whose first block is not what is wanted.
pub(super) fn wrong_label(file: &File<'_>, label: &str) -> Option<Finding> {
    let (code, what, fix) = match label {
        "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => (
            "trusted-certificate",
            "a certificate in a form of OpenSSL's own",
            file.rewritten("openssl x509 -in {f} -out"),
        ),
        "PKCS7" | "CMS" => (
            "pkcs7",
            "certificates in a PKCS#7 wrapper",
            file.rewritten("openssl pkcs7 -in {f} -print_certs -out"),
        ),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => (
            instead_of(file.wanted, "csr-as-certificate"),
            "a request (CSR): a CA has to sign it first",
            sign(file),
        ),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => (
            "public-key",
            "a public key alone",
            format!(
                "the file with {}; it was made together with this one",
                file.wanted.noun()
            ),
        ),
        "OPENSSH PRIVATE KEY" => (
            "openssh-key",
            "a key of OpenSSH's own form",
            file.rewritten("cp -p {f} {f}.new && ssh-keygen -p -m PKCS8 -f"),
        ),
        "EC PARAMETERS" if file.wanted == Wanted::PrivateKey => (
            "parameters-alone",
            "the name of a curve, and no key: openssl ecparam without -genkey",
            format!(
                "a key of that curve; the certificate for it comes next:\n{}",
                file.rewritten("chmod 600 {f} && openssl ecparam -in {f} -genkey -noout -out")
            ),
        ),
        "DSA PRIVATE KEY" | "ANY PRIVATE KEY" => (
            "unsupported-key",
            "a private key of a kind that TLS does not use any more",
            format!("  {}", new_key(file)),
        ),
        _ if kind(label) == Some(Wanted::PrivateKey) || label == "ENCRYPTED PRIVATE KEY" => (
            instead_of(file.wanted, "key-as-certificate"),
            "a private key",
            swap(file),
        ),
        _ => match kind(label) {
            Some(kind) => ("wrong-file", kind.noun(), swap(file)),
            None => ("wrong-file", other(label), swap(file)),
        },
    };
    let label = text::shorten(&text::terminal(label), 40);
    Some(file.error(code, format!("{what} (BEGIN {label})"), fix))
}

/// What other programs put between BEGIN and END.
fn other(label: &str) -> &'static str {
    const OTHERS: [(&str, &str); 8] = [
        ("EC PARAMETERS", "the name of a curve, and no key"),
        ("PGP ", "something of PGP's, which is no part of TLS"),
        ("OpenVPN Static key", "a static key of OpenVPN's (tls-auth)"),
        (
            "TSS2 PRIVATE KEY",
            "a key that only the chip of one machine (TPM) can use",
        ),
        ("SSL SESSION", "a TLS session that openssl s_client saved"),
        (
            "DH PARAMETERS",
            "numbers for a key exchange (openssl dhparam), and no key",
        ),
        ("PKCS12", "a PKCS#12 bundle"),
        (
            "ATTRIBUTE CERTIFICATE",
            "an attribute certificate, which has no key",
        ),
    ];
    let known = OTHERS.iter().find(|(start, _)| label.starts_with(start));
    known.map_or("something else", |(_, what)| what)
}

/// In the place of a certificate some files are met so often that they have a name of their own.
fn instead_of(wanted: Wanted, name: &'static str) -> &'static str {
    if wanted == Wanted::Certificate {
        name
    } else {
        "wrong-file"
    }
}

fn swap(file: &File<'_>) -> String {
    format!(
        "the file with {}. --cacert and --cert take certificates, --key the private key, --crl a list",
        file.wanted.noun()
    )
}

/// The command that makes a new P-256 key beside the old one.
pub(crate) fn new_key(file: &File<'_>) -> String {
    let name = text::shell(file.path);
    format!("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.new")
}

fn sign(file: &File<'_>) -> String {
    let (dir, stem) = place(file.path);
    let request = text::shell(&file.path.with_extension("csr"));
    let name = text::shell(file.path);
    let copy = if name == request {
        String::new()
    } else {
        format!("  cp {name} {request}\n")
    };
    let (other, role) = if stem.contains("client") {
        (
            "for a client; for a server --host NAME instead",
            "--client my-client",
        )
    } else {
        (
            "for a server; for a client --client NAME instead",
            "--host localhost",
        )
    };
    format!("{other}:\n{copy}  hello-mtls certs sign {stem} --dir {dir} {role} --force")
}
