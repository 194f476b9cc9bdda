//! rustls's and the certificates' types as the plain data that [`Fact`](crate::narration::Fact)s carry. Called
//! only when a teller listens.

use std::fmt::Debug;

use rustls::pki_types::CertificateDer;

use crate::certificates::summary::{self, Summary};
use crate::narration::Certificate;

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

/// Bytes of each certificate.
pub(super) fn sizes(chain: &[CertificateDer<'_>]) -> Vec<usize> {
    chain.iter().map(|certificate| certificate.len()).collect()
}

/// The name that rustls gives a number of the IANA registries: `ECDSA_NISTP256_SHA256`.
pub(super) fn name(number: impl Debug) -> String {
    format!("{number:?}")
}
