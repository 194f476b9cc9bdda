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

use crate::error::Error;
use crate::files;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::pem::block::Wanted;
use crate::instruments::doctor::pem::shape;
use crate::instruments::x509::Kind;

/// One file of certificates: a trust anchor, or a chain with the leaf first.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if there is not a single certificate in it.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    Ok(certificates_in(path, &files::read(path)?)?)
}

/// As [`certificates`], from the bytes of a file. `path` names it in the finding.
///
/// # Errors
/// The first thing that is wrong with the file.
pub fn certificates_in(path: &Path, bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, Finding> {
    some(path, bytes, Wanted::Certificate, |item| match item {
        Item::X509Certificate(der) => Some(der),
        _ => None,
    })
}

/// A private key: PKCS#8, PKCS#1 (RSA) or SEC1 (EC), not encrypted. The first, if there are several.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if there is no readable key in it.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    Ok(private_keys_in(path, &files::read(path)?)?.swap_remove(0))
}

/// All private keys in the bytes of a file.
///
/// # Errors
/// The first thing that is wrong with the file.
pub fn private_keys_in(path: &Path, bytes: &[u8]) -> Result<Vec<PrivateKeyDer<'static>>, Finding> {
    some(path, bytes, Wanted::PrivateKey, |item| match item {
        Item::Pkcs8Key(der) => Some(PrivateKeyDer::Pkcs8(der)),
        Item::Pkcs1Key(der) => Some(PrivateKeyDer::Pkcs1(der)),
        Item::Sec1Key(der) => Some(PrivateKeyDer::Sec1(der)),
        _ => None,
    })
}

/// The certificate revocation lists in a file.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if there is none in it.
pub fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    Ok(revocation_lists_in(path, &files::read(path)?)?)
}

/// As [`revocation_lists`], from the bytes of a file.
///
/// # Errors
/// The first thing that is wrong with the file.
pub fn revocation_lists_in(
    path: &Path,
    bytes: &[u8],
) -> Result<Vec<CertificateRevocationListDer<'static>>, Finding> {
    some(path, bytes, Wanted::RevocationList, |item| match item {
        Item::Crl(der) => Some(der),
        _ => None,
    })
}

/// Every block of a file that is one of ours, in its order: what it is, and its DER.
///
/// # Errors
/// [`Error::File`], or [`Error::Contents`] if the file is no PEM or holds nothing known.
pub fn items(path: &Path) -> Result<Vec<(Kind, Vec<u8>)>, Error> {
    let bytes = files::read(path)?;
    Ok(some(path, &bytes, Wanted::Anything, |item| {
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
    })?)
}

/// The blocks that `take` takes: at least one.
fn some<T>(
    path: &Path,
    bytes: &[u8],
    wanted: Wanted,
    take: impl Fn(Item) -> Option<T>,
) -> Result<Vec<T>, Finding> {
    if let Some(finding) = shape::problem(path, bytes, wanted) {
        return Err(finding);
    }
    let undecodable = |said: &str| shape::undecodable(path, bytes, wanted, said);
    let items: Result<Vec<Item>, _> = rustls_pemfile::read_all(&mut &*bytes).collect();
    let items = items.map_err(|error| undecodable(&error.to_string()))?;
    match items.into_iter().filter_map(take).collect::<Vec<T>>() {
        none if none.is_empty() => Err(undecodable("nothing is left of it")),
        taken => Ok(taken),
    }
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
    let bytes = files::read(path)?;
    let mut requests = some(path, &bytes, Wanted::Request, |item| match item {
        Item::Csr(der) => Some(der),
        _ => None,
    })?;
    Ok(requests.swap_remove(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates::{SetOptions, make_set};
    use rustls::pki_types::pem::PemObject;

    #[test]
    fn rustls_pemfile_and_its_successor_read_the_same_der() {
        for file in make_set(&SetOptions {
            intermediate: true,
            ..SetOptions::default()
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
