//! Revocation: a list of certificates that the authority no longer stands by (RFC 5280 §5).
//!
//! | openssl | here |
//! | --- | --- |
//! | `openssl ca -revoke client.crt`, `openssl ca -gencrl -out ca.crl` | [`revoke`] |
//!
//! A certificate cannot be called back: copies of it are everywhere. So the CA signs a list of serial
//! numbers, and whoever verifies has to fetch it and look. A list says until when it is good.

use rcgen::{
    CertificateRevocationListParams, KeyIdMethod, RevocationReason, RevokedCertParams, SerialNumber,
};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::authority::{Authority, subject_key};
use super::{Validity, failed};
use crate::error::Error;

/// Signs a list with all entries of `earlier` and these `certificates`. PEM.
///
/// # Errors
/// [`Error::Certificates`] if a certificate is not this authority's.
pub fn revoke(
    authority: &Authority,
    earlier: Option<&CertificateRevocationListDer<'_>>,
    certificates: &[CertificateDer<'_>],
    days: u32,
) -> Result<String, Error> {
    let doing = "revoke";
    let unreadable = |what: &str| Error::Certificates {
        doing: doing.to_owned(),
        found: format!("{what} cannot be read"),
        remedy: "hello-mtls inspect shows what is in a file".to_owned(),
    };
    let (_, ca) = X509Certificate::from_der(authority.certificate())
        .map_err(|_| unreadable("the CA's certificate"))?;
    let (mut number, mut revoked) = (1, Vec::new());
    if let Some(earlier) = earlier {
        let (_, list) = CertificateRevocationList::from_der(earlier)
            .map_err(|_| unreadable("the earlier list"))?;
        number = list
            .crl_number()
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or(0)
            + 1;
        for entry in list.iter_revoked_certificates() {
            revoked.push(RevokedCertParams {
                serial_number: SerialNumber::from_slice(entry.raw_serial()),
                revocation_time: entry.revocation_date.to_datetime(),
                reason_code: Some(RevocationReason::Unspecified),
                invalidity_date: None,
            });
        }
    }
    let validity = Validity::from_now(days);
    for certificate in certificates {
        let (_, leaf) =
            X509Certificate::from_der(certificate).map_err(|_| unreadable("the certificate"))?;
        if !authority.is_issuer_of(certificate) {
            return Err(Error::Certificates {
                doing: doing.to_owned(),
                found: "the certificate is not of this CA".to_owned(),
                remedy: "only the CA that signed a certificate can revoke it".to_owned(),
            });
        }
        let serial = leaf.raw_serial().to_vec();
        if !revoked
            .iter()
            .any(|entry: &RevokedCertParams| entry.serial_number.to_bytes() == serial)
        {
            revoked.push(RevokedCertParams {
                serial_number: SerialNumber::from(serial),
                revocation_time: validity.now.into(),
                reason_code: Some(RevocationReason::Unspecified),
                invalidity_date: None,
            });
        }
    }
    let list = CertificateRevocationListParams {
        this_update: validity.not_before.into(),
        next_update: validity.not_after.into(),
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: revoked,
        key_identifier_method: key_identifier(&ca),
    };
    let list = list
        .signed_by(&authority.issuer)
        .map_err(|error| failed(doing, &error))?;
    list.pem().map_err(|error| failed(doing, &error))
}

/// The list names its issuer's key as the CA's certificate does: with another identifier OpenSSL does
/// not find that they belong together.
fn key_identifier(ca: &X509Certificate<'_>) -> KeyIdMethod {
    subject_key(ca).map_or(KeyIdMethod::Sha256, KeyIdMethod::PreSpecified)
}
