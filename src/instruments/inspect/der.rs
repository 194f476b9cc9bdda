//! What a run of bytes is, when no label says it.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use crate::instruments::x509::{Kind, describe};

/// No key is larger, in bytes.
const SMALL: usize = 64 * 1024;

/// A certificate, a request, a list or a key in DER, the binary form; `None`: something else.
pub fn kind_of(der: &[u8]) -> Option<Kind> {
    if X509Certificate::from_der(der).is_ok() {
        return Some(Kind::Certificate);
    }
    if X509CertificationRequest::from_der(der).is_ok() {
        return Some(Kind::Request);
    }
    if CertificateRevocationList::from_der(der).is_ok() {
        return Some(Kind::RevocationList);
    }
    let keys = [
        Kind::Pkcs8Key,
        Kind::Pkcs1Key,
        Kind::Sec1Key,
        Kind::PublicKey,
    ];
    keys.into_iter().find(|kind| is(*kind, der))
}

/// Whether these bytes are a whole structure of this kind, and small.
pub(crate) fn is(kind: Kind, der: &[u8]) -> bool {
    der.len() <= SMALL
        && !describe(kind, der)
            .leaves()
            .iter()
            .any(|leaf| leaf.malformed)
}
