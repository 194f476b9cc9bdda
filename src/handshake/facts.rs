//! Turns the types of rustls and of certificates into the plain data of a [`Fact`](crate::narration::Fact) or
//! a diagnosis.

use std::fmt::Debug;

use rustls::pki_types::CertificateDer;

use crate::certificates::summary::{self, Summary};
use crate::narration::narrator::Asked;
use crate::narration::{Certificate, CertificateRequest, Narrator, SentCertificate};

/// The subject of a certificate, for a narrator that listens. It is empty if none does: it takes a parser.
pub(super) fn subject(certificate: &CertificateDer<'_>, narrator: &Narrator) -> String {
    match narrator.listens() {
        true => summary::subject(certificate),
        false => String::new(),
    }
}

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

/// The server's request for a certificate and the client's answer, in words for a diagnosis.
pub(super) fn request(asked: &Asked) -> CertificateRequest {
    let names: Vec<&[u8]> = asked.authorities.iter().map(|name| &name[..]).collect();
    let is_named = |der: &Vec<u8>| {
        let issuer = summary::issuer_name(&der[..].into());
        issuer.is_some_and(|issuer| asked.authorities.contains(&issuer))
    };
    let leaf = asked.answer.first().map(|leaf| leaf.as_slice().into());
    CertificateRequest {
        authorities: summary::shown_names(&names),
        answer: leaf.map(|leaf| SentCertificate {
            subject: summary::subject(&leaf),
            issuer: summary::issuer(&leaf),
            named: asked.authorities.is_empty() || asked.answer.iter().any(is_named),
            intermediates: summary::intermediates(&asked.answer).count(),
            partial: summary::partial(&asked.answer, &asked.authorities),
        }),
        unfit_key: asked.unfit_key,
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
