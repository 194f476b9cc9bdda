//! Bytes without PEM, and keys whose bytes are not what their label says.

use std::path::Path;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivateKeyDer;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::algorithms::EXPECTED_KEY;
use super::finding::{Finding, error};
use super::labels::new_key;
use super::shape::{File, Wanted};
use crate::certificates::describe::{Kind, describe};
use crate::narration::Step;
use crate::text;

/// No certificate or key is larger, in bytes. Lists are.
const SMALL: usize = 64 * 1024;

/// Contents type of a PKCS#7 or PKCS#12 wrapper begins so: 1.2.840.113549.1.7.
const PKCS7: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";

/// The contents of a DER element, and what follows it.
pub(super) fn inside(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = der.split_at_checked(2)?;
    let length = usize::from(*head.last()?);
    if length < 0x80 {
        return rest.split_at_checked(length);
    }
    let (long, rest) = rest.split_at_checked(length - 0x80)?;
    let length = long.iter().try_fold(0_usize, |sum, byte| {
        sum.checked_mul(256)?.checked_add(usize::from(*byte))
    })?;
    rest.split_at_checked(length)
}

/// The finding about a file of plain DER, if it is one.
pub(super) fn binary(file: &File<'_>) -> Option<Finding> {
    let (contents, []) = file
        .bytes
        .starts_with(&[0x30])
        .then(|| inside(file.bytes))??
    else {
        return None;
    };
    if contents.starts_with(PKCS7) {
        let fix = file.rewritten("openssl pkcs7 -inform DER -in {f} -print_certs -out");
        return Some(file.error("pkcs7", "certificates in a binary PKCS#7 wrapper", fix));
    }
    if contents.starts_with(&[2, 1, 3, 0x30]) {
        let name = text::shell(file.path);
        let fix = format!(
            "take it apart, with its passphrase:\n  openssl pkcs12 -in {name} -nokeys -out {}\n  openssl pkcs12 -in {name} -nocerts -nodes -out {}",
            file.beside("crt"),
            file.beside("key")
        );
        return Some(file.error(
            "pkcs12",
            "a PKCS#12 bundle (.p12, .pfx): certificate and key in one",
            fix,
        ));
    }
    let (what, tool) = kind_of(file.bytes)?;
    let fix = file.rewritten(&format!("openssl {tool} -inform DER -in {{f}} -out"));
    Some(file.error("der", format!("{what} in DER, the binary form"), fix))
}

fn kind_of(der: &[u8]) -> Option<(&'static str, &'static str)> {
    if X509Certificate::from_der(der).is_ok() {
        return Some(("a certificate", "x509"));
    }
    if X509CertificationRequest::from_der(der).is_ok() {
        return Some(("a certificate request", "req"));
    }
    if CertificateRevocationList::from_der(der).is_ok() {
        return Some(("a revocation list", "crl"));
    }
    let keys = [Kind::Pkcs8Key, Kind::Pkcs1Key, Kind::Sec1Key];
    keys.into_iter()
        .any(|kind| is(kind, der))
        .then_some(("a private key", "pkey"))
}

fn is(kind: Kind, der: &[u8]) -> bool {
    der.len() <= SMALL
        && !describe(kind, der)
            .leaves()
            .iter()
            .any(|leaf| leaf.malformed)
}

/// Why the provider cannot use a key.
pub(super) fn key_problem(
    path: &Path,
    key: &PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Option<Finding> {
    let file = &File::new(path, &[], Wanted::PrivateKey);
    let refused = provider
        .key_provider
        .load_private_key(key.clone_key())
        .is_err();
    if !refused {
        return None;
    }
    let (label, kind) = match key {
        PrivateKeyDer::Pkcs1(_) => ("RSA PRIVATE KEY", Kind::Pkcs1Key),
        PrivateKeyDer::Sec1(_) => ("EC PRIVATE KEY", Kind::Sec1Key),
        _ => ("PRIVATE KEY", Kind::Pkcs8Key),
    };
    let der = key.secret_der();
    let others = [
        ("PRIVATE KEY", Kind::Pkcs8Key),
        ("RSA PRIVATE KEY", Kind::Pkcs1Key),
        ("EC PRIVATE KEY", Kind::Sec1Key),
    ];
    if is(kind, der) {
        let fix = format!("a new key, and a certificate for it:\n  {}", new_key(file));
        let found = format!(
            "{}, which is not done here",
            text::shorten(&algorithm(kind, der), 60)
        );
        return Some(error(
            "unusable-key",
            Step::Preparation,
            path,
            EXPECTED_KEY,
            found,
            fix,
        ));
    }
    if let Some((right, _)) = others.iter().find(|(_, kind)| is(*kind, der)) {
        let fix = file.rewritten(&format!("sed 's/ {label}-/ {right}-/' {{f}} >"));
        let found = format!("the label {label} around what is a {right}");
        return Some(file.error("wrong-label", found, fix));
    }
    let found = format!("bytes that are no whole {label}");
    Some(file.error(
        "broken-key",
        found,
        format!(
            "the key again from its backup; without one, a new key and certificate:\n  {}",
            new_key(file)
        ),
    ))
}

/// The kind of a key in words. No private part is in it.
fn algorithm(kind: Kind, der: &[u8]) -> String {
    let tree = describe(kind, der);
    let value = |label: &str| {
        tree.find(label)
            .map(|field| field.value.clone())
            .filter(|value| !value.is_empty())
    };
    let size = tree
        .find("modulus")
        .map(|modulus| (modulus.range.len().saturating_sub(4)) / 16 * 128);
    match size {
        Some(bits) => format!("an RSA key of {bits} bits"),
        None => match value("privateKeyAlgorithm").or_else(|| value("parameters")) {
            Some(name) => format!("a key for {name}"),
            None => "a key of a kind".to_owned(),
        },
    }
}
