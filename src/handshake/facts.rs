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
    let leaf = asked.answer.first().map(|leaf| leaf.as_slice().into());
    CertificateRequest {
        authorities: summary::shown_names(&names),
        answer: leaf.map(|leaf| SentCertificate {
            subject: summary::subject(&leaf),
            issuer: summary::issuer(&leaf),
            named: asked.authorities.is_empty()
                || asked.answer.iter().any(|der| is_named(der, asked)),
            intermediates: intermediates(asked).count(),
            partial: intermediates(asked).find_map(|der| partial(der, asked)),
        }),
        unfit_key: asked.unfit_key,
    }
}

/// True if one of the CAs that the server named signed this certificate (DER).
fn is_named(certificate: &[u8], asked: &Asked) -> bool {
    let issuer = summary::issuer_name(&certificate.into());
    issuer.is_some_and(|issuer| asked.authorities.contains(&issuer))
}

/// The CAs of the chain that another CA signed, DER.
fn intermediates(asked: &Asked) -> impl Iterator<Item = CertificateDer<'_>> {
    let above = asked.answer.iter().skip(1).map(|der| der[..].into());
    above.filter(|der| summary::subject_name(der) != summary::issuer_name(der))
}

/// An intermediate that the server names, and the CA above it, if the server does not name that one.
fn partial(intermediate: CertificateDer<'_>, asked: &Asked) -> Option<(String, String)> {
    let is_named = |name: &Vec<u8>| asked.authorities.contains(name);
    let itself = summary::subject_name(&intermediate).is_some_and(|name| is_named(&name));
    let above = summary::issuer_name(&intermediate).is_some_and(|name| is_named(&name));
    (itself && !above).then(|| {
        (
            summary::subject(&intermediate),
            summary::issuer(&intermediate),
        )
    })
}

/// The size of each certificate, in bytes.
pub(super) fn sizes(chain: &[CertificateDer<'_>]) -> Vec<usize> {
    chain.iter().map(|certificate| certificate.len()).collect()
}

/// rustls's name for a number of the IANA registries, for example `ECDSA_NISTP256_SHA256`.
pub(super) fn name(number: impl Debug) -> String {
    format!("{number:?}")
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    fn named(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    #[test]
    fn an_intermediate_is_told_from_a_root_and_is_partial_where_the_server_names_it_alone() {
        let keys = [(); 3].map(|()| KeyPair::generate().unwrap());
        let root = named("root").self_signed(&keys[0]).unwrap();
        let issuer = Issuer::new(named("root"), &keys[0]);
        let between = named("between").signed_by(&keys[1], &issuer).unwrap();
        let issuer = Issuer::new(named("between"), &keys[1]);
        let leaf = named("leaf").signed_by(&keys[2], &issuer).unwrap();
        let chain = [leaf.der(), between.der(), root.der()];
        let names = [between.der(), root.der()].map(|der| summary::subject_name(der).unwrap());
        let told = |authorities: &[&[u8]]| {
            let sent = request(&Asked::new(authorities, &chain, true))
                .answer
                .unwrap();
            (sent.named, sent.intermediates, sent.partial)
        };
        let partial = Some(("CN=between".to_owned(), "CN=root".to_owned()));
        assert_eq!(told(&[&names[0]]), (true, 1, partial));
        assert_eq!(told(&[&names[0], &names[1]]), (true, 1, None));
        assert_eq!(told(&[&names[1]]), (true, 1, None));
        assert_eq!(told(&[]), (true, 1, None));
    }
}
