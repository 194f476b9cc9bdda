//! Whether a signature was made with a key, as far as the provider can tell.

use std::ops::RangeInclusive;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::AlgorithmIdentifier;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::evidence::Cert;
use crate::instruments::doctor::pem::der::inside;

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
    let algorithm = x509.signature_algorithm.algorithm.as_bytes();
    signed(
        tbs,
        algorithm,
        signature,
        &by.x509.tbs_certificate.subject_pki,
        provider,
    )
}

/// `algorithm` is the contents of its object identifier.
pub(super) fn signed(
    message: &[u8],
    algorithm: &[u8],
    signature: &[u8],
    key: &SubjectPublicKeyInfo<'_>,
    provider: &CryptoProvider,
) -> Signed {
    let all = provider.signature_verification_algorithms.all;
    let known = all
        .iter()
        .any(|one| has_identifier(&one.signature_alg_id(), algorithm));
    if !known || !knows_key(key, provider) {
        return Signed::UnsupportedAlgorithm;
    }
    let fits = all.iter().any(|one| {
        has_identifier(&one.signature_alg_id(), algorithm)
            && is_of(key, &one.public_key_alg_id())
            && one
                .verify_signature(&key.subject_public_key.data, message, signature)
                .is_ok()
    });
    if fits { Signed::Valid } else { Signed::Invalid }
}

/// Whether the provider does signatures of this algorithm, with any key.
pub(super) fn knows_algorithm(algorithm: &[u8], provider: &CryptoProvider) -> bool {
    let all = provider.signature_verification_algorithms.all;
    all.iter()
        .any(|one| has_identifier(&one.signature_alg_id(), algorithm))
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

/// An AlgorithmIdentifier begins with its OBJECT IDENTIFIER.
fn has_identifier(identifier: &AlgorithmIdentifier, oid: &[u8]) -> bool {
    inside(identifier.as_ref()).is_some_and(|(contents, _)| contents == oid)
}

fn is_of(key: &SubjectPublicKeyInfo<'_>, identifier: &AlgorithmIdentifier) -> bool {
    let algorithm = inside(key.raw).and_then(|(key, _)| inside(key));
    algorithm.is_some_and(|(algorithm, _)| algorithm == identifier.as_ref())
}
