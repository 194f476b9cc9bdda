//! Bytes without PEM: what they would be, and the command that makes PEM of them.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::block::File;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::x509::{Kind, der_length, describe};
use crate::text;

/// No certificate or key is larger, in bytes. Lists are.
const SMALL: usize = 64 * 1024;

/// Contents type of a PKCS#7 or PKCS#12 wrapper begins so: 1.2.840.113549.1.7.
const PKCS7: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";

/// The contents of a DER element, and what follows it.
pub(crate) fn inside(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_tag, rest) = der.split_first()?;
    let (header, length) = der_length(rest).ok()?;
    rest.get(header..)?.split_at_checked(length)
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
        let [cert, key] = ["crt", "key"].map(|end| file.beside(end));
        let fix = format!(
            "take it apart, with its passphrase (one of an old Windows or Java needs -legacy too):\n  openssl pkcs12 -in {name} -nokeys -out {cert}\n  openssl pkcs12 -in {name} -nocerts -nodes -out {key}\nthen --cert {cert} --key {key}"
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

/// Whether these bytes are a whole structure of this kind, and small.
pub(crate) fn is(kind: Kind, der: &[u8]) -> bool {
    der.len() <= SMALL
        && !describe(kind, der)
            .leaves()
            .iter()
            .any(|leaf| leaf.malformed)
}
