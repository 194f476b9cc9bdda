//! Files <-> DER: the one module that names rustls-pemfile.
//!
//! rustls-pemfile is archived (RUSTSEC-2025-0134). It stays because this project was asked to use it,
//! and it is a thin wrapper: what it calls is `rustls::pki_types::pem`, which is maintained. With that,
//! [`certificates`] would be
//!
//! ```
//! use rustls::pki_types::{CertificateDer, pem::PemObject};
//! # fn read(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, rustls::pki_types::pem::Error> {
//! CertificateDer::pem_slice_iter(pem).collect()
//! # }
//! ```
//!
//! and `PrivateKeyDer::from_pem_slice(pem)` would read a key.

use std::path::Path;

use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, CertificateSigningRequestDer, PrivateKeyDer,
};
use rustls_pemfile::Item;

use crate::certificates::describe::Kind;
use crate::error::Error;
use crate::{files, text};

/// One file of certificates: a trust anchor, or a chain with the leaf first.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if there is not a single certificate in it.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let items = some(path, "certificate", |item| match item {
        Item::X509Certificate(der) => Some(der),
        _ => None,
    })?;
    Ok(items)
}

/// A private key: PKCS#8, PKCS#1 (RSA) or SEC1 (EC), not encrypted.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if there is no readable key in it.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let mut keys = some(path, PRIVATE_KEY, |item| match item {
        Item::Pkcs8Key(der) => Some(PrivateKeyDer::Pkcs8(der)),
        Item::Pkcs1Key(der) => Some(PrivateKeyDer::Pkcs1(der)),
        Item::Sec1Key(der) => Some(PrivateKeyDer::Sec1(der)),
        _ => None,
    })?;
    Ok(keys.swap_remove(0))
}

/// The certificate revocation lists in a file.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if there is none in it.
pub fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    some(path, "certificate revocation list", |item| match item {
        Item::Crl(der) => Some(der),
        _ => None,
    })
}

/// Every block of a file that is one of ours, in its order: what it is, and its DER.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if the file is no PEM or holds nothing known.
pub fn items(path: &Path) -> Result<Vec<(Kind, Vec<u8>)>, Error> {
    some(
        path,
        "certificate, request, key or revocation list",
        |item| {
            Some(match item {
                Item::X509Certificate(der) => (Kind::Certificate, der.to_vec()),
                Item::Csr(der) => (Kind::Request, der.to_vec()),
                Item::Crl(der) => (Kind::RevocationList, der.to_vec()),
                Item::Pkcs8Key(der) => (Kind::Pkcs8Key, der.secret_pkcs8_der().to_vec()),
                Item::Pkcs1Key(der) => (Kind::Pkcs1Key, der.secret_pkcs1_der().to_vec()),
                Item::Sec1Key(der) => (Kind::Sec1Key, der.secret_sec1_der().to_vec()),
                Item::SubjectPublicKeyInfo(der) => (Kind::PublicKey, der.to_vec()),
                _ => return None,
            })
        },
    )
}

/// The blocks of the file that `wanted` takes: at least one.
fn some<T>(path: &Path, what: &str, wanted: impl Fn(Item) -> Option<T>) -> Result<Vec<T>, Error> {
    let contents = files::read(path)?;
    let bad = |found: String, remedy: String| Error::Contents {
        path: path.to_owned(),
        found,
        remedy,
    };
    let items: Result<Vec<Item>, _> = rustls_pemfile::read_all(&mut &contents[..]).collect();
    let locked = what == PRIVATE_KEY && encrypted(&contents);
    let found = match items {
        Ok(items) => {
            let taken: Vec<T> = items.into_iter().filter_map(wanted).collect();
            if !taken.is_empty() {
                return Ok(taken);
            }
            shape(&contents)
        }
        Err(error) => format!("broken PEM: {}", text::terminal(&error.to_string())),
    };
    if locked {
        let path = text::terminal(&path.display().to_string());
        return Err(bad(
            "the private key in it is encrypted with a passphrase".to_owned(),
            format!(
                "take the passphrase off:\n  openssl pkey -in {path} -out plain.key && chmod 600 plain.key"
            ),
        ));
    }
    let remedy = format!("a PEM file with a {what} in it; `hello-mtls certs` makes a set");
    Err(bad(format!("no {what} in it: {found}"), remedy))
}

const PRIVATE_KEY: &str = "private key";

fn encrypted(contents: &[u8]) -> bool {
    let words = String::from_utf8_lossy(contents);
    words.contains("BEGIN ENCRYPTED PRIVATE KEY") || words.contains("Proc-Type: 4,ENCRYPTED")
}

/// What a file without the wanted block looks like instead.
fn shape(contents: &[u8]) -> String {
    if contents.is_empty() {
        return "the file is empty".to_owned();
    }
    if is_der(contents) {
        return "it looks like DER (binary), not PEM (text)".to_owned();
    }
    let words = String::from_utf8_lossy(contents);
    if contents.starts_with(b"\xff\xfe") || contents.starts_with(b"\xfe\xff") {
        return "it is text in UTF-16; PEM is ASCII".to_owned();
    }
    if words.starts_with('\u{feff}') {
        return "it begins with a byte order mark (BOM): save it without one".to_owned();
    }
    let labels: Vec<String> = words
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("-----BEGIN ")?
                .strip_suffix("-----")
        })
        .take(4)
        .map(text::terminal)
        .collect();
    let indented =
        |line: &str| line.trim_start().starts_with("-----BEGIN ") && line.starts_with([' ', '\t']);
    match labels.is_empty() {
        true => "there is no line -----BEGIN …----- in it".to_owned(),
        false if words.lines().any(indented) => "its lines are indented".to_owned(),
        false => format!("it holds {}", labels.join(", ")),
    }
}

/// True for a SEQUENCE (tag 0x30) that is as long as it says: one DER structure, and nothing else.
fn is_der(contents: &[u8]) -> bool {
    let (length, rest) = match contents {
        [0x30, 0x82, high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
        [0x30, 0x81, length, rest @ ..] => (u16::from(*length), rest),
        [0x30, length, rest @ ..] if *length < 0x80 => (u16::from(*length), rest),
        _ => return false,
    };
    rest.len() == usize::from(length)
}

/// A certificate request from PEM text.
///
/// # Errors
/// [`Error::Certificates`] if there is none in it.
pub fn request_from_pem(pem: &str) -> Result<CertificateSigningRequestDer<'static>, Error> {
    match rustls_pemfile::csr(&mut pem.as_bytes()) {
        Ok(Some(request)) => Ok(request),
        _ => Err(Error::Certificates {
            doing: "read back the request".to_owned(),
            found: "there is none in the PEM".to_owned(),
            remedy: String::new(),
        }),
    }
}

/// A certificate request in a file.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if there is none in it.
pub fn request(path: &Path) -> Result<CertificateSigningRequestDer<'static>, Error> {
    let mut requests = some(path, "certificate request", |item| match item {
        Item::Csr(der) => Some(der),
        _ => None,
    })?;
    Ok(requests.swap_remove(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates::{Wishes, make_set};
    use rustls::pki_types::pem::PemObject;

    #[test]
    fn rustls_pemfile_and_its_successor_read_the_same_der() {
        for file in make_set(&Wishes {
            intermediate: true,
            ..Wishes::default()
        })
        .unwrap()
        {
            let pem = file.contents.as_bytes();
            let here: Vec<Item> = rustls_pemfile::read_all(&mut &*pem)
                .collect::<Result<_, _>>()
                .unwrap();
            assert!(!here.is_empty(), "{}", file.name);
            let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
                .collect::<Result<_, _>>()
                .unwrap();
            let (mut nth, mut others) = (certificates.into_iter(), 0);
            for item in here {
                match item {
                    Item::X509Certificate(der) => assert_eq!(Some(der), nth.next()),
                    Item::Pkcs8Key(der) => {
                        let successor = PrivateKeyDer::from_pem_slice(pem).unwrap();
                        assert_eq!(PrivateKeyDer::Pkcs8(der), successor);
                    }
                    Item::Csr(der) => assert_eq!(
                        der,
                        CertificateSigningRequestDer::from_pem_slice(pem).unwrap()
                    ),
                    _ => others += 1,
                }
            }
            assert_eq!((nth.next(), others), (None, 0), "{}", file.name);
        }
    }
}
