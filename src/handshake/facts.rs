//! rustls's and the certificates' types as the plain data that [`Fact`](crate::narration::Fact)s and
//! diagnoses carry.

use std::fmt::Debug;

use rustls::pki_types::CertificateDer;

use crate::certificates::summary::{self, Summary};
use crate::narration::{Certificate, SentCertificate};

/// The subject of a chain's leaf; empty for a chain without one.
pub(super) fn leaf_subject(chain: &[CertificateDer<'_>]) -> String {
    chain.first().map_or_else(String::new, summary::subject)
}

/// Names and validity, safe for a terminal. `subject` is the hook's, which computes it for the debugger.
pub(super) fn certificate(subject: String, certificate: &CertificateDer<'_>) -> Certificate {
    let end = Summary::of(certificate).map(|summary| summary.shown_end());
    Certificate {
        subject,
        issuer: summary::issuer(certificate),
        valid_until: end.unwrap_or_default(),
    }
}

/// The leaf that a client sends to a server that names these CAs, DER.
pub(super) fn sent(chain: &[CertificateDer<'_>], authorities: &[&[u8]]) -> SentCertificate {
    let is_named = |name: Vec<u8>| authorities.contains(&&name[..]);
    let named = |certificate| summary::issuer_name(certificate).is_some_and(is_named);
    SentCertificate {
        subject: leaf_subject(chain),
        issuer: chain.first().map_or_else(String::new, summary::issuer),
        named: authorities.is_empty() || chain.iter().any(named),
    }
}

/// Bytes of each certificate.
pub(super) fn sizes(chain: &[CertificateDer<'_>]) -> Vec<usize> {
    chain.iter().map(|certificate| certificate.len()).collect()
}

/// The name that rustls gives a number of the IANA registries: `ECDSA_NISTP256_SHA256`.
pub(super) fn name(number: impl Debug) -> String {
    format!("{number:?}")
}
