//! From files to what a side shows and whom it trusts. Every error here names its file: step 0.
//!
//! The same checks happen again when rustls gets the result. Made here, file by file, they can say
//! which file is wrong.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::sign::CertifiedKey;

use crate::error::{Error, diagnose_tls, openssl_v3};
use crate::handshake::{Identity, Trust, provider};
use crate::narration::Side;
use crate::{pem, text};

/// Reads a certificate chain and its private key, and checks that they belong together.
///
/// # Errors
/// [`Error::File`] or [`Error::Contents`], which name the file.
pub fn identity(side: Side, certificate: &Path, key: &Path) -> Result<Identity, Error> {
    let identity = Identity {
        chain: pem::certificates(certificate)?,
        key: pem::private_key(key)?,
    };
    let (chain, private) = (identity.chain.clone(), identity.key.clone_key());
    match CertifiedKey::from_der(chain, private, &provider()) {
        Ok(_) => Ok(identity),
        Err(error) => Err(unusable(side, certificate, key, &error)),
    }
}

fn unusable(side: Side, certificate: &Path, key: &Path, error: &rustls::Error) -> Error {
    let (path, found, remedy) = match error {
        rustls::Error::InconsistentKeys(_) => (
            key,
            format!(
                "the private key does not belong to the certificate in {}",
                text::terminal(&certificate.display().to_string())
            ),
            "the key that made this certificate's request; in a chain file the leaf comes first"
                .to_owned(),
        ),
        rustls::Error::InvalidCertificate(cause)
            if cause.to_string().contains("UnsupportedCertVersion") =>
        {
            (
                certificate,
                "it is X.509 version 1: it has no extensions, so no names and no purposes, and rustls refuses \
             it. `openssl x509 -req` without -extfile makes such ones before OpenSSL 3.2"
                .to_owned(),
                format!(
                    "make it again as version 3:\n{}",
                    openssl_v3(&side.to_string())
                ),
            )
        }
        rustls::Error::InvalidCertificate(cause)
            if cause.to_string().contains("UnsupportedCriticalExtension") =>
        {
            (
                certificate,
                "it has a critical extension that rustls does not know, and critical means: refuse the whole"
                    .to_owned(),
                "the same extension, not critical".to_owned(),
            )
        }
        rustls::Error::InvalidCertificate(_) => (
            certificate,
            "it is no X.509 certificate that can be read".to_owned(),
            "hello-mtls inspect".to_owned(),
        ),
        _ => (
            key,
            "the private key cannot be used: an unknown kind, a weak one, or broken".to_owned(),
            "a P-256, RSA-2048 or Ed25519 key in PKCS#8".to_owned(),
        ),
    };
    Error::Contents {
        path: path.to_owned(),
        found,
        remedy,
    }
}

/// Reads the CAs that may vouch for the other side, and their revocation lists.
///
/// # Errors
/// [`Error::File`] or [`Error::Contents`], which name the file.
pub fn trust(authorities: &Path, revocation_lists: &[PathBuf]) -> Result<Trust, Error> {
    let mut trust = Trust {
        anchors: pem::certificates(authorities)?,
        revocation_lists: Vec::new(),
    };
    for anchor in &trust.anchors {
        RootCertStore::empty()
            .add(anchor.clone())
            .map_err(|error| Error::Contents {
                path: authorities.to_owned(),
                found: diagnose_tls(Side::Server, &error).found,
                remedy: "a PEM file of CA certificates".to_owned(),
            })?;
    }
    for list in revocation_lists {
        trust.revocation_lists.extend(pem::revocation_lists(list)?);
    }
    Ok(trust)
}
