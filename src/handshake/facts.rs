//! Turns the types of rustls and of certificates into the plain data of a [`Fact`](crate::narration::Fact) or
//! a diagnosis.

use std::fmt::Debug;

use rustls::pki_types::CertificateDer;

use crate::certificates::summary::{self, Summary};
use crate::narration::{Certificate, SentCertificate};

/// The subject of a chain's leaf. It is empty if the chain has no certificate.
pub(super) fn leaf_subject(chain: &[CertificateDer<'_>]) -> String {
    chain.first().map_or_else(String::new, summary::subject)
}

/// Names and validity, safe for a terminal. The caller has computed the subject already, for the debugger.
pub(super) fn certificate(subject: String, certificate: &CertificateDer<'_>) -> Certificate {
    let end = Summary::of(certificate).map(|summary| summary.shown_end());
    Certificate {
        subject,
        issuer: summary::issuer(certificate),
        valid_until: end.unwrap_or_default(),
    }
}

/// The leaf that a client sends, and whether the server's list of CAs (`authorities`, DER) contains its CA.
pub(super) fn sent(chain: &[CertificateDer<'_>], authorities: &[&[u8]]) -> SentCertificate {
    let is_named = |name: Vec<u8>| authorities.contains(&&name[..]);
    let named = |certificate| summary::issuer_name(certificate).is_some_and(is_named);
    SentCertificate {
        subject: leaf_subject(chain),
        issuer: chain.first().map_or_else(String::new, summary::issuer),
        named: authorities.is_empty() || chain.iter().any(named),
    }
}

/// The size of each certificate, in bytes.
pub(super) fn sizes(chain: &[CertificateDer<'_>]) -> Vec<usize> {
    chain.iter().map(|certificate| certificate.len()).collect()
}

/// rustls's name for a number of the IANA registries, for example `ECDSA_NISTP256_SHA256`.
pub(super) fn name(number: impl Debug) -> String {
    format!("{number:?}")
}
