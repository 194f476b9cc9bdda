//! The chain that a server sent: which certificate signed which, and what is missing. Read here, drawn in `drawing`.
//!
//! Nothing here decides whether the chain is valid; webpki does. This says what each certificate claims about its
//! issuer, and whether a key that is at hand made its signature.

use std::ops::RangeInclusive;

use rustls::pki_types::CertificateDer;
use x509_parser::oid_registry::{
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA,
    OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ED25519,
};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::certificates::summary::shown_name;
use crate::handshake::provider;
use crate::instruments::wire::signatures::is_of_nist;

/// A server can send hundreds. Each may be compared with each.
const MOST: usize = 16;

/// A certificate of the chain, and where its issuer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The subject, safe to show; `None`: the bytes are no certificate.
    pub subject: Option<String>,
    /// The issuer, safe to show.
    pub issuer: String,
    /// Where the issuer's certificate is.
    pub signer: Signer,
}

/// Who made the signature of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The certificate with this number in the chain, from 1.
    Sent(usize, Signature),
    /// A CA that this side trusts.
    Trusted(Signature),
    /// Its own key: a root.
    Itself(Signature),
    /// No certificate at hand has the issuer's name.
    Missing,
    /// The bytes are no certificate, or there are too many to look at.
    Unknown,
}

/// Whether a key made a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// It did.
    Fits,
    /// The name is right, and the key is another one.
    DoesNotFit,
    /// An algorithm that is not checked here.
    NotChecked,
}

impl Signature {
    fn of(certificate: &X509Certificate<'_>, signer: &X509Certificate<'_>) -> Signature {
        let fits = certificate
            .verify_signature(Some(signer.public_key()))
            .is_ok();
        if fits || fits_post_quantum(certificate, signer) {
            Signature::Fits
        } else if is_usual(certificate, signer) {
            Signature::DoesNotFit
        } else {
            Signature::NotChecked
        }
    }
}

/// Bits of an RSA key that is verified with.
const RSA_BITS: RangeInclusive<usize> = 2048..=8192;

/// Whether the algorithm and the key are of those that are always checked. With all others a failure may mean that the
/// library does not do them, and a signature that fits would be called a false one.
fn is_usual(certificate: &X509Certificate<'_>, signer: &X509Certificate<'_>) -> bool {
    let algorithms = [
        OID_PKCS1_SHA256WITHRSA,
        OID_PKCS1_SHA384WITHRSA,
        OID_PKCS1_SHA512WITHRSA,
        OID_SIG_ECDSA_WITH_SHA256,
        OID_SIG_ECDSA_WITH_SHA384,
        OID_SIG_ED25519,
    ];
    let key = signer.public_key();
    let usual_key = match key.parsed() {
        Ok(PublicKey::RSA(key)) => RSA_BITS.contains(&key.key_size()),
        Ok(PublicKey::EC(point)) => is_of_nist(key) && [256, 384].contains(&point.key_size()),
        _ => key.algorithm.algorithm == OID_SIG_ED25519,
    };
    usual_key && algorithms.contains(&certificate.signature_algorithm.algorithm)
}

/// What x509-parser does not know, and the provider of rustls does: ML-DSA, whose identifiers have no parameters.
fn fits_post_quantum(certificate: &X509Certificate<'_>, signer: &X509Certificate<'_>) -> bool {
    let of = |oid: &[u8]| [&[6, u8::try_from(oid.len()).unwrap_or(0)], oid].concat();
    let signature = of(certificate.signature_algorithm.algorithm.as_bytes());
    let key = of(signer.public_key().algorithm.algorithm.as_bytes());
    let provider = provider();
    let mut algorithms = provider.signature_verification_algorithms.all.iter();
    algorithms.any(|one| {
        let same =
            one.signature_alg_id().as_ref() == signature && one.public_key_alg_id().as_ref() == key;
        let data = &signer.public_key().subject_public_key.data;
        let tbs = certificate.tbs_certificate.as_ref();
        same && one
            .verify_signature(data, tbs, &certificate.signature_value.data)
            .is_ok()
    })
}

/// The links of a chain, in the order in which it was sent. `anchors`: the CAs that this side trusts.
pub fn links(sent: &[CertificateDer<'_>], anchors: &[CertificateDer<'_>]) -> Vec<Link> {
    let parsed: Vec<Option<X509Certificate<'_>>> = sent.iter().take(MOST).map(parsed).collect();
    let all = 0..sent.len();
    all.map(|place| link(place, &parsed, anchors)).collect()
}

fn parsed<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(der)
        .ok()
        .map(|(_, parsed)| parsed)
}

fn link(
    place: usize,
    sent: &[Option<X509Certificate<'_>>],
    anchors: &[CertificateDer<'_>],
) -> Link {
    let Some(Some(certificate)) = sent.get(place) else {
        return Link {
            subject: None,
            issuer: String::new(),
            signer: Signer::Unknown,
        };
    };
    Link {
        subject: Some(shown_name(certificate.subject())),
        issuer: shown_name(certificate.issuer()),
        signer: signer(place, certificate, sent, anchors),
    }
}

/// A key that fits counts more than a place: a chain may be out of order, and two CAs may have one name.
fn signer(
    place: usize,
    certificate: &X509Certificate<'_>,
    sent: &[Option<X509Certificate<'_>>],
    anchors: &[CertificateDer<'_>],
) -> Signer {
    let named =
        |other: &X509Certificate<'_>| other.subject().as_raw() == certificate.issuer().as_raw();
    let mut found = Vec::new();
    // An anchor comes before the same CA in the chain: it is where the path may end.
    for anchor in anchors.iter().filter_map(parsed).filter(named) {
        if anchor.tbs_certificate.as_ref() == certificate.tbs_certificate.as_ref() {
            continue;
        }
        found.push(Signer::Trusted(Signature::of(certificate, &anchor)));
    }
    if named(certificate) {
        found.push(Signer::Itself(Signature::of(certificate, certificate)));
    }
    let others = sent.iter().enumerate().filter(|(at, _)| *at != place);
    for (at, other) in others {
        if let Some(other) = other.as_ref().filter(|other| named(other)) {
            found.push(Signer::Sent(at + 1, Signature::of(certificate, other)));
        }
    }
    let best = [
        Signature::Fits,
        Signature::NotChecked,
        Signature::DoesNotFit,
    ];
    let best = best
        .iter()
        .find_map(|one| found.iter().find(|signer| signer.signature() == Some(*one)));
    best.copied().unwrap_or(Signer::Missing)
}

impl Signer {
    /// What is known of the signature.
    pub fn signature(self) -> Option<Signature> {
        match self {
            Signer::Sent(_, signature) | Signer::Trusted(signature) | Signer::Itself(signature) => {
                Some(signature)
            }
            Signer::Missing | Signer::Unknown => None,
        }
    }
}

/// Which certificate is missing between what was sent and what this side trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A CA that this side trusts signed it, or is it.
    Trusted,
    /// A root that this side does not trust.
    OwnRoot(String),
    /// The certificate of this name was not sent, and this side does not have it.
    Missing(String),
    /// It cannot be told: bytes that are no certificate, a signature that does not fit, or a circle.
    Unknown,
}

/// Where the path that begins with the leaf ends, and the places that it passes.
pub fn path(
    links: &[Link],
    sent: &[CertificateDer<'_>],
    anchors: &[CertificateDer<'_>],
) -> (Vec<usize>, End) {
    let mut passed: Vec<usize> = Vec::new();
    let mut place = 0;
    loop {
        let Some(link) = links.get(place).filter(|_| !passed.contains(&place)) else {
            return (passed, End::Unknown);
        };
        passed.push(place);
        if sent
            .get(place)
            .is_some_and(|one| anchors.iter().any(|anchor| anchor == one))
        {
            return (passed, End::Trusted);
        }
        match link.signer {
            _ if link.signer.signature() == Some(Signature::DoesNotFit) => {
                return (passed, End::Unknown);
            }
            Signer::Trusted(_) => return (passed, End::Trusted),
            Signer::Itself(_) => return (passed, End::OwnRoot(link.issuer.clone())),
            Signer::Missing => return (passed, End::Missing(link.issuer.clone())),
            Signer::Unknown => return (passed, End::Unknown),
            Signer::Sent(number, _) => place = number - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// Made with openssl, which verifies both signatures. Their points are as long as those of P-256.
    #[test]
    fn a_signature_of_a_curve_that_is_not_checked_is_not_called_false() {
        let pem = include_bytes!("../x509/fixtures/secp256k1.pem");
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let signers: Vec<Signer> = links(&chain.unwrap(), &[])
            .iter()
            .map(|link| link.signer)
            .collect();
        let not_checked = Signature::NotChecked;
        assert_eq!(
            signers,
            [Signer::Sent(2, not_checked), Signer::Itself(not_checked)]
        );
    }
}
