//! What a check reads out of a certificate. Who signed it and whether it is believed is for a connection to say.

use std::path::Path;

use rcgen::PublicKeyData;
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate, X509CertificationRequest};

use crate::certificates::ml_dsa::PrivateKey;
use crate::certificates::{failed, pem};
use crate::error::Error;
use crate::files;
use crate::instruments::wire::transcript::hex;

/// A certificate, as far as a check asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 over its DER.
    pub fingerprint: String,
    /// SHA-256 over its subjectPublicKeyInfo: the same for each certificate of one key.
    pub key: String,
    /// Its serial number.
    pub serial: String,
    /// From when to when, in seconds since 1970.
    pub validity: (i64, i64),
    /// It has the right to sign others.
    pub is_ca: bool,
    /// It may be shown by a client, and by a server. Without an extended key usage it may be shown by both.
    pub roles: (bool, bool),
}

impl Certificate {
    /// Reads one, DER.
    ///
    /// # Errors
    /// [`Error::Certificates`]: it is no certificate.
    pub fn of(der: &CertificateDer<'_>) -> Result<Certificate, Error> {
        let (_, x509) =
            X509Certificate::from_der(der).map_err(|error| failed("read a certificate", &error))?;
        let usage = x509.extended_key_usage().ok().flatten();
        let roles = usage.map_or((true, true), |usage| {
            let any = usage.value.any;
            (
                any || usage.value.client_auth,
                any || usage.value.server_auth,
            )
        });
        Ok(Certificate {
            roles,
            fingerprint: sha256(der),
            key: sha256(x509.public_key().raw),
            serial: hex(x509.raw_serial()),
            validity: (
                x509.validity.not_before.timestamp(),
                x509.validity.not_after.timestamp(),
            ),
            is_ca: x509.is_ca(),
        })
    }

    /// All certificates of a PEM text that the lab made itself.
    ///
    /// # Errors
    /// As [`pem::certificates_in`].
    pub fn all_in(text: &str) -> Result<Vec<Certificate>, Error> {
        let path = Path::new("a certificate of the lab");
        let all = pem::certificates_in(path, text.as_bytes())?;
        all.iter().map(Certificate::of).collect()
    }

    /// All certificates of a file.
    ///
    /// # Errors
    /// As [`pem::certificates`].
    pub fn all(path: &Path) -> Result<Vec<Certificate>, Error> {
        pem::certificates(path)?
            .iter()
            .map(Certificate::of)
            .collect()
    }

    /// The first certificate of a file.
    ///
    /// # Errors
    /// As [`pem::certificates`].
    pub fn first(path: &Path) -> Result<Certificate, Error> {
        // A file without a certificate is an error of `pem`.
        Ok(Certificate::all(path)?.swap_remove(0))
    }

    /// Days between its two dates. One that has begun counts.
    pub fn days(&self) -> i64 {
        (self.validity.1 - self.validity.0 + 86_399) / 86_400
    }
}

/// SHA-256, in hexadecimal: how a check knows bytes again.
pub fn sha256(bytes: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

/// SHA-256 over the subjectPublicKeyInfo of a request.
///
/// # Errors
/// [`Error::Certificates`]: it is no request.
pub fn request_key(der: &CertificateSigningRequestDer<'_>) -> Result<String, Error> {
    let (_, request) = X509CertificationRequest::from_der(der)
        .map_err(|error| failed("read a request", &error))?;
    Ok(sha256(request.certification_request_info.subject_pki.raw))
}

/// SHA-256 over the subjectPublicKeyInfo of a key.
pub fn public_key(key: &impl PublicKeyData) -> String {
    sha256(&key.subject_public_key_info())
}

/// The same for the private key in a file, PEM or DER. `None`: there is none, or none that can be read.
pub fn private_key(path: &Path) -> Option<String> {
    let key = pem::private_key(path).ok().or_else(|| {
        let der = files::read(path).ok()?;
        PrivateKeyDer::try_from(der).ok()
    })?;
    Some(public_key(&PrivateKey::read(&key).ok()?))
}
