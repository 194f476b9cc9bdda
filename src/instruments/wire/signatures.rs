//! Verifies a signature of the handshake with the public key of a certificate (RFC 8446 §4.4.3).
//!
//! Unaware of whether the certificate deserves trust: that is the chain's business, not the handshake's.

use aws_lc_rs::signature::{self, RsaParameters, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_NIST_EC_P521};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

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
    let public_key = certificate.public_key();
    let key: &[u8] = &public_key.subject_public_key.data;
    let usual = !matches!(public_key.parsed(), Ok(PublicKey::EC(_))) || is_of_nist(public_key);
    let Some(algorithm) = algorithm(scheme, key.len()).filter(|_| usual) else {
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
        Ok(bits @ (..2048 | 8193..)) => Outcome::NotPossible(phrase!(
            "the RSA key has {bits} bits; signatures of keys under 2048 and over 8192 are not verified here",
            bits
        )),
        _ => Outcome::Failed(phrase!(
            "the signature is not one of this key over these bytes"
        )),
    }
}

/// Whether the curve is one of NIST's three: the points of other curves are as long as theirs (RFC 5480 §2.1.1.1).
pub(crate) fn is_of_nist(key: &SubjectPublicKeyInfo<'_>) -> bool {
    let curve = key.algorithm.parameters.as_ref();
    let curve = curve.and_then(|curve| curve.as_oid().ok());
    curve.is_some_and(|curve| [OID_EC_P256, OID_NIST_EC_P384, OID_NIST_EC_P521].contains(&curve))
}

/// A curve of NIST's is told by the length of its point: TLS 1.2 does not tie the hash to it. An ML-DSA key has one length for
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

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    #[test]
    fn a_signature_of_a_curve_that_is_not_verified_here_is_not_called_false() {
        let pem = include_bytes!("../x509/fixtures/secp256k1.pem");
        let leaf = CertificateDer::from_pem_slice(pem).unwrap();
        let proof = CertificateVerify {
            scheme: Some(0x0403),
            signature: &[],
        };
        let outcome = verify(&proof, Some(&leaf), b"");
        assert!(matches!(outcome, Outcome::NotPossible(_)), "{outcome:?}");
    }
}
