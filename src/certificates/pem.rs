//! Files <-> DER: the one module that names rustls-pemfile. What a file that cannot be read holds instead is
//! for others to say: an error here has the path, what was wanted, and what the reader said.
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

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, CertificateSigningRequestDer, PrivateKeyDer,
};
use rustls_pemfile::Item;

use crate::error::{Error, Wanted};
use crate::files;
use crate::language::Phrase;
use crate::phrase;

/// What a run of DER is said to be. PEM says it in its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `CERTIFICATE`: RFC 5280 §4.1.
    Certificate,
    /// `CERTIFICATE REQUEST`, or `NEW CERTIFICATE REQUEST`: RFC 2986.
    Request,
    /// `X509 CRL`: RFC 5280 §5.1.
    RevocationList,
    /// `PRIVATE KEY`: RFC 5958.
    Pkcs8Key,
    /// `RSA PRIVATE KEY`: RFC 8017 §A.1.2.
    Pkcs1Key,
    /// `EC PRIVATE KEY`: RFC 5915.
    Sec1Key,
    /// `PUBLIC KEY`: RFC 5280 §4.1.2.7.
    PublicKey,
}

impl Kind {
    /// Whether such a file is to be kept secret.
    pub fn is_private(self) -> bool {
        matches!(self, Kind::Pkcs8Key | Kind::Pkcs1Key | Kind::Sec1Key)
    }
}

/// One file of certificates: a trust anchor, or a chain with the leaf first.
///
/// # Errors
/// [`Error::File`], or [`Error::Pem`] if there is not a single certificate in it. The other functions that
/// read a file return the same for what they read.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    certificates_in(path, &files::read(path)?)
}

/// As [`certificates`], from the bytes of a file. `path` names it in the error.
///
/// # Errors
/// [`Error::Pem`]
pub fn certificates_in(path: &Path, bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    ders(path, bytes, Wanted::Certificate)
}

/// The certificates in the files of a folder, each once. A file without one is passed over.
///
/// # Errors
/// As [`certificates`], for a file in which a certificate begins.
pub fn certificates_of_folder(folder: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unreadable = |source| Error::File {
        doing: "read",
        path: folder.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !path.is_file() {
            continue;
        }
        let bytes = files::read(&path)?;
        if String::from_utf8_lossy(&bytes).contains("-BEGIN CERTIFICATE-") {
            found.extend(certificates_in(&path, &bytes)?);
        }
    }
    // A file may have several names, and the name that OpenSSL looks for is a link.
    found.sort_unstable_by(|one, other| one.as_ref().cmp(other));
    found.dedup();
    Ok(found)
}

/// A private key: PKCS#8, PKCS#1 (RSA) or SEC1 (EC), not encrypted. The first, if there are several.
///
/// # Errors
/// As [`certificates`].
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    Ok(private_keys_in(path, &files::read(path)?)?.swap_remove(0))
}

/// All private keys in the bytes of a file.
///
/// # Errors
/// [`Error::Pem`]
pub fn private_keys_in(path: &Path, bytes: &[u8]) -> Result<Vec<PrivateKeyDer<'static>>, Error> {
    let blocks = blocks_of_kind(path, bytes, Wanted::PrivateKey)?;
    let key = |(kind, der)| match kind {
        Kind::Pkcs1Key => PrivateKeyDer::Pkcs1(Vec::into(der)),
        Kind::Sec1Key => PrivateKeyDer::Sec1(Vec::into(der)),
        _ => PrivateKeyDer::Pkcs8(Vec::into(der)),
    };
    Ok(blocks.into_iter().map(key).collect())
}

/// The certificate revocation lists in a file.
///
/// # Errors
/// As [`certificates`].
pub fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    revocation_lists_in(path, &files::read(path)?)
}

/// As [`revocation_lists`], from the bytes of a file.
///
/// # Errors
/// [`Error::Pem`]
pub fn revocation_lists_in(
    path: &Path,
    bytes: &[u8],
) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    ders(path, bytes, Wanted::RevocationList)
}

/// A certificate request in a file.
///
/// # Errors
/// As [`certificates`].
pub fn request(path: &Path) -> Result<CertificateSigningRequestDer<'static>, Error> {
    Ok(ders(path, &files::read(path)?, Wanted::Request)?.swap_remove(0))
}

/// A certificate request from PEM text.
///
/// # Errors
/// [`Error::Certificates`] if there is none in it.
pub fn request_from_pem(pem: &str) -> Result<CertificateSigningRequestDer<'static>, Error> {
    match rustls_pemfile::csr(&mut &*with_usual_labels(pem.as_bytes())) {
        Ok(Some(request)) => Ok(request),
        _ => Err(Error::Certificates {
            doing: "read back the request".to_owned(),
            found: phrase!("there is none in the PEM"),
            remedy: Phrase::empty(),
        }),
    }
}

/// Every block of a file that is one of ours, in its order: what it is, and its DER.
///
/// # Errors
/// As [`certificates`].
pub fn items(path: &Path) -> Result<Vec<(Kind, Vec<u8>)>, Error> {
    items_in(path, &files::read(path)?)
}

/// As [`items`], from the bytes of a file.
///
/// # Errors
/// [`Error::Pem`]
pub fn items_in(path: &Path, bytes: &[u8]) -> Result<Vec<(Kind, Vec<u8>)>, Error> {
    blocks_of_kind(path, bytes, Wanted::Anything)
}

fn ders<T: From<Vec<u8>>>(path: &Path, bytes: &[u8], wanted: Wanted) -> Result<Vec<T>, Error> {
    let blocks = blocks_of_kind(path, bytes, wanted)?;
    Ok(blocks.into_iter().map(|(_, der)| der.into()).collect())
}

/// The blocks that are wanted: at least one.
fn blocks_of_kind(
    path: &Path,
    bytes: &[u8],
    wanted: Wanted,
) -> Result<Vec<(Kind, Vec<u8>)>, Error> {
    let refused = |said: String| Error::Pem {
        path: path.to_owned(),
        wanted,
        said,
    };
    let bytes = &*with_usual_labels(bytes);
    let items: Result<Vec<Item>, _> = rustls_pemfile::read_all(&mut &*bytes).collect();
    let items = items.map_err(|error| refused(error.to_string()))?;
    // A chain or a CA file that is read in part would fail later, and far from its cause.
    let begun = begun(bytes);
    if begun > items.len() {
        let read = items.len();
        return Err(refused(format!(
            "{begun} blocks begin, and {read} are read"
        )));
    }
    let mut blocks: Vec<(Kind, Vec<u8>)> = items.into_iter().filter_map(block).collect();
    blocks.retain(|(kind, _)| match wanted {
        Wanted::Certificate => *kind == Kind::Certificate,
        Wanted::PrivateKey => kind.is_private(),
        Wanted::RevocationList => *kind == Kind::RevocationList,
        Wanted::Request => *kind == Kind::Request,
        Wanted::Anything => true,
    });
    if blocks.is_empty() {
        return Err(refused(format!("there is not {} in it", wanted.phrase())));
    }
    Ok(blocks)
}

fn block(item: Item) -> Option<(Kind, Vec<u8>)> {
    Some(match item {
        Item::X509Certificate(der) => (Kind::Certificate, der.to_vec()),
        Item::Csr(der) => (Kind::Request, der.to_vec()),
        Item::Crl(der) => (Kind::RevocationList, der.to_vec()),
        Item::Pkcs8Key(der) => (Kind::Pkcs8Key, der.secret_pkcs8_der().to_vec()),
        Item::Pkcs1Key(der) => (Kind::Pkcs1Key, der.secret_pkcs1_der().to_vec()),
        Item::Sec1Key(der) => (Kind::Sec1Key, der.secret_sec1_der().to_vec()),
        Item::SubjectPublicKeyInfo(der) => (Kind::PublicKey, der.to_vec()),
        // The enum is open for more; today these are all.
        _ => return None,
    })
}

/// The bytes with `CERTIFICATE REQUEST` for the older `NEW CERTIFICATE REQUEST`, which Java's keytool, Windows'
/// certreq and GnuTLS's certtool still write. A parser may read it (RFC 7468 §7); rustls-pemfile passes over it.
fn with_usual_labels(bytes: &[u8]) -> Cow<'_, [u8]> {
    const OLD: &str = " NEW CERTIFICATE REQUEST-----";
    let text = String::from_utf8_lossy(bytes);
    if text.contains(OLD) {
        // What is no text stands beside the blocks: base64 is ASCII.
        return Cow::Owned(text.replace(OLD, " CERTIFICATE REQUEST-----").into_bytes());
    }
    Cow::Borrowed(bytes)
}

/// How many blocks begin that rustls-pemfile reads, also where it does not look: on an indented line, after
/// a byte order mark, and on the END line of the block before. It passes over other labels.
pub(crate) fn begun(bytes: &[u8]) -> usize {
    const KNOWN: [&str; 7] = [
        "CERTIFICATE",
        "CERTIFICATE REQUEST",
        "X509 CRL",
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "PUBLIC KEY",
    ];
    /// Of the line before BEGIN: room for an END. Without a bound, one long line would be read again and again.
    const LONGEST: usize = 64;
    let bytes = with_usual_labels(bytes);
    let text = String::from_utf8_lossy(&bytes);
    let begins = |(at, begin): &(usize, &str)| {
        let (before, after) = text.split_at(*at);
        let same_line = before.bytes().rev().take(LONGEST);
        let length = same_line.take_while(|byte| !b"\n\r".contains(byte)).count();
        let Some(line) = before.get(at - length..).filter(|_| length < LONGEST) else {
            return false;
        };
        let line = line.trim_start_matches('\u{feff}').trim();
        let label = after[begin.len()..].split("-----").next();
        (line.is_empty() || line.starts_with("-----END "))
            && label.is_some_and(|label| KNOWN.contains(&label))
    };
    text.match_indices("-----BEGIN ").filter(begins).count()
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
