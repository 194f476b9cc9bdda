//! Verifies a signature of the handshake with the public key of a certificate (RFC 8446 §4.4.3).
//!
//! Unaware of whether the certificate deserves trust: that is the chain's business, not the handshake's.

use aws_lc_rs::signature::{self, RsaParameters, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::instruments::wire::conversation::Outcome;
use crate::instruments::wire::messages::CertificateVerify;
use crate::instruments::wire::names;
use crate::phrase;

/// Verifies a signature over `message` with the public key in `certificate` (DER).
pub(crate) fn verify(
    proof: &CertificateVerify<'_>,
    certificate: Option<&[u8]>,
    message: &[u8],
) -> Outcome {
    let Some(certificate) = certificate else {
        return Outcome::NotPossible(phrase!("no certificate of this side was seen"));
    };
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
        return Outcome::NotPossible(phrase!(
            "the certificate cannot be parsed, so its public key is not known"
        ));
    };
    let Some(scheme) = proof.scheme else {
        let why =
            phrase!("signatures of TLS 1.0 and 1.1, with MD5 and SHA-1, are not verified here");
        return Outcome::NotPossible(why);
    };
    let key: &[u8] = &certificate
        .tbs_certificate
        .subject_pki
        .subject_public_key
        .data;
    let Some(algorithm) = algorithm(scheme, key.len()) else {
        return Outcome::NotPossible(phrase!(
            "{scheme} is not verified here",
            scheme = names::SIGNATURE_SCHEMES.name(scheme)
        ));
    };
    if UnparsedPublicKey::new(algorithm, key)
        .verify(message, proof.signature)
        .is_ok()
    {
        return Outcome::Verified;
    }
    match RsaParameters::public_modulus_len(key) {
        Ok(bits @ ..2048) => Outcome::NotPossible(phrase!(
            "the RSA key has {bits} bits; signatures of keys under 2048 are not verified here",
            bits
        )),
        _ => Outcome::Failed(phrase!(
            "the signature is not one of this key over these bytes"
        )),
    }
}

/// A curve is told by the length of its point: TLS 1.2 does not tie the hash to it. An ML-DSA key has one length for
/// each scheme (FIPS 204 §4).
fn algorithm(scheme: u16, key: usize) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (scheme, key) {
        (0x0403, 65) => &signature::ECDSA_P256_SHA256_ASN1,
        (0x0403, 97) => &signature::ECDSA_P384_SHA256_ASN1,
        (0x0403, 133) => &signature::ECDSA_P521_SHA256_ASN1,
        (0x0503, 65) => &signature::ECDSA_P256_SHA384_ASN1,
        (0x0503, 97) => &signature::ECDSA_P384_SHA384_ASN1,
        (0x0503, 133) => &signature::ECDSA_P521_SHA384_ASN1,
        (0x0603, 65) => &signature::ECDSA_P256_SHA512_ASN1,
        (0x0603, 97) => &signature::ECDSA_P384_SHA512_ASN1,
        (0x0603, 133) => &signature::ECDSA_P521_SHA512_ASN1,
        (0x0807, 32) => &signature::ED25519,
        (0x0904, 1312) => &signature::ML_DSA_44,
        (0x0905, 1952) => &signature::ML_DSA_65,
        (0x0906, 2592) => &signature::ML_DSA_87,
        (0x0804 | 0x0809, _) => &signature::RSA_PSS_2048_8192_SHA256,
        (0x0805 | 0x080a, _) => &signature::RSA_PSS_2048_8192_SHA384,
        (0x0806 | 0x080b, _) => &signature::RSA_PSS_2048_8192_SHA512,
        (0x0401, _) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (0x0501, _) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (0x0601, _) => &signature::RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    })
}
