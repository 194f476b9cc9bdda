//! Whether a signature was made with a key, as far as the provider can tell.

use std::ops::RangeInclusive;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::AlgorithmIdentifier;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::evidence::Cert;
use crate::instruments::doctor::pem::der::{X9_62, inside};

/// Bits of an RSA key that the provider verifies with.
const RSA_BITS: RangeInclusive<usize> = 2048..=8192;

/// Whether a signature was made with a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Valid,
    Invalid,
    /// The provider does not do that algorithm, or that key.
    UnsupportedAlgorithm,
}

/// Whether `cert` was signed with the key of `by`.
pub(super) fn signed_by(cert: &Cert<'_>, by: &Cert<'_>, provider: &CryptoProvider) -> Signed {
    let x509 = &cert.x509;
    let signature = &x509.signature_value.data;
    let tbs = x509.tbs_certificate.as_ref();
    let key = &by.x509.tbs_certificate.subject_pki;
    signed(tbs, algorithm_of(cert.der), signature, key, provider)
}

/// The contents of the AlgorithmIdentifier that stands behind what is signed, in a certificate as in a list.
pub(super) fn algorithm_of(der: &[u8]) -> &[u8] {
    let algorithm = || {
        let (outer, _) = inside(der)?;
        let (_, behind) = inside(outer)?;
        Some(inside(behind)?.0)
    };
    algorithm().unwrap_or_default()
}

/// `algorithm` is the contents of its identifier, parameters and all: webpki knows RSASSA-PSS by its
/// parameters, and does one salt length for each hash.
pub(super) fn signed(
    message: &[u8],
    algorithm: &[u8],
    signature: &[u8],
    key: &SubjectPublicKeyInfo<'_>,
    provider: &CryptoProvider,
) -> Signed {
    if !knows_algorithm(algorithm, provider) || !knows_key(key, provider) {
        return Signed::UnsupportedAlgorithm;
    }
    let all = provider.signature_verification_algorithms.all.iter();
    let mut both = all.filter(|one| {
        one.signature_alg_id().as_ref() == algorithm && is_of(key, &one.public_key_alg_id())
    });
    let data = &key.subject_public_key.data;
    if both
        .clone()
        .any(|one| one.verify_signature(data, message, signature).is_ok())
    {
        return Signed::Valid;
    }
    // A key of another kind did not sign. One of the same kind may have, where the provider does not do the
    // two together: then nobody here can tell.
    let ecdsa = [&algorithm, &identifier(key)]
        .map(|id| id.get(2..).is_some_and(|id| id.starts_with(X9_62)));
    match both.next() {
        None if ecdsa == [true, true] => Signed::UnsupportedAlgorithm,
        _ => Signed::Invalid,
    }
}

/// Whether the provider does signatures of this algorithm, with any key.
pub(super) fn knows_algorithm(algorithm: &[u8], provider: &CryptoProvider) -> bool {
    let all = provider.signature_verification_algorithms.all;
    all.iter()
        .any(|one| one.signature_alg_id().as_ref() == algorithm)
}

/// Whether the provider verifies with a key of this kind and size.
pub(super) fn knows_key(key: &SubjectPublicKeyInfo<'_>, provider: &CryptoProvider) -> bool {
    let all = provider.signature_verification_algorithms.all;
    let size = rsa_bits(key).is_none_or(|bits| RSA_BITS.contains(&bits));
    size && all.iter().any(|one| is_of(key, &one.public_key_alg_id()))
}

/// The size of an RSA key; `None` for any other.
pub(super) fn rsa_bits(key: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => Some(rsa.key_size()),
        _ => None,
    }
}

fn is_of(key: &SubjectPublicKeyInfo<'_>, identifier: &AlgorithmIdentifier) -> bool {
    self::identifier(key) == identifier.as_ref()
}

/// The contents of a key's AlgorithmIdentifier.
fn identifier<'k>(key: &SubjectPublicKeyInfo<'k>) -> &'k [u8] {
    let algorithm = inside(key.raw).and_then(|(key, _)| inside(key));
    algorithm.map_or(&[], |(algorithm, _)| algorithm)
}
