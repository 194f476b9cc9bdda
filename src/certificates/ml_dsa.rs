//! ML-DSA (FIPS 204, RFC 9881), where the libraries stop: rcgen makes such a key and does not read it back, neither
//! the private nor the public one, and x509-parser does not check its signatures.
//!
//! The cryptography is aws-lc-rs's. Each type here falls back to the library for every other kind of key, so the
//! rest of the room sees one type for all. When the libraries have learned it, this file goes.

use aws_lc_rs::signature::{
    KeyPair as _, ML_DSA_44, ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING, ML_DSA_87,
    ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm,
    UnparsedPublicKey,
};
use rcgen::{
    KeyPair, PKCS_ML_DSA_44, PKCS_ML_DSA_65, PKCS_ML_DSA_87, PublicKeyData, SignatureAlgorithm,
    SigningKey,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::asn1_rs::BitString;
use x509_parser::error::X509Error;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::verify::verify_signature;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// One of the three sizes, as each library calls it.
struct Size {
    /// Names the key and the signature alike (RFC 9881 §2).
    oid: &'static str,
    verifies: &'static PqdsaVerificationAlgorithm,
    signs: &'static PqdsaSigningAlgorithm,
    rcgen: &'static SignatureAlgorithm,
}

static SIZES: [Size; 3] = [
    Size {
        oid: "2.16.840.1.101.3.4.3.17",
        verifies: &ML_DSA_44,
        signs: &ML_DSA_44_SIGNING,
        rcgen: &PKCS_ML_DSA_44,
    },
    Size {
        oid: "2.16.840.1.101.3.4.3.18",
        verifies: &ML_DSA_65,
        signs: &ML_DSA_65_SIGNING,
        rcgen: &PKCS_ML_DSA_65,
    },
    Size {
        oid: "2.16.840.1.101.3.4.3.19",
        verifies: &ML_DSA_87,
        signs: &ML_DSA_87_SIGNING,
        rcgen: &PKCS_ML_DSA_87,
    },
];

fn size(algorithm: &AlgorithmIdentifier<'_>) -> Option<&'static Size> {
    let oid = algorithm.algorithm.to_id_string();
    SIZES.iter().find(|size| size.oid == oid)
}

/// The key is an ML-DSA key, of one of the three sizes.
pub fn is_ml_dsa(key: &SubjectPublicKeyInfo<'_>) -> bool {
    size(&key.algorithm).is_some()
}

/// Whether the public key in a certificate is an ML-DSA key. TLS has it since version 1.3.
pub fn has_ml_dsa_key(certificate: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(certificate).is_ok_and(|(_, x509)| is_ml_dsa(x509.public_key()))
}

/// Verifies the signature on a certificate, a request or a revocation list: `signature` over the bytes `signed`.
///
/// # Errors
/// [`X509Error::SignatureVerificationError`] if it does not fit, and
/// [`X509Error::SignatureUnsupportedAlgorithm`] if it cannot be checked here.
pub(super) fn verify(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    signature: &BitString<'_>,
    signed: &[u8],
) -> Result<(), X509Error> {
    let Some(size) = size(algorithm) else {
        return verify_signature(key, algorithm, signature, signed);
    };
    // aws-lc-rs looks at the key's length, which no other kind of key has. Its name has to say the same.
    if key.algorithm.algorithm != algorithm.algorithm {
        return Err(X509Error::SignatureVerificationError);
    }
    UnparsedPublicKey::new(size.verifies, &key.subject_public_key.data)
        .verify(signed, &signature.data)
        .map_err(|_| X509Error::SignatureVerificationError)
}

/// A public key that a certificate is made for.
pub(super) struct PublicKey {
    algorithm: &'static SignatureAlgorithm,
    bytes: Vec<u8>,
}

impl PublicKey {
    /// The key of a certificate or of a request.
    ///
    /// # Errors
    /// rcgen's, for a kind of key that it does not know.
    pub(super) fn of(key: &SubjectPublicKeyInfo<'_>) -> Result<PublicKey, rcgen::Error> {
        let algorithm = match size(&key.algorithm) {
            Some(size) => size.rcgen,
            None => rcgen::SubjectPublicKeyInfo::from_der(key.raw)?.algorithm(),
        };
        Ok(PublicKey {
            algorithm,
            bytes: key.subject_public_key.data.to_vec(),
        })
    }
}

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

/// A private key that signs certificates.
#[derive(Debug)]
pub enum PrivateKey {
    /// Of a kind that rcgen reads, or made by it a moment ago.
    OfRcgen(KeyPair),
    /// An ML-DSA key that was read from a file, and its name for rcgen.
    MlDsa(PqdsaKeyPair, &'static SignatureAlgorithm),
}

impl PrivateKey {
    /// Reads PKCS#8, PKCS#1 or SEC1. An ML-DSA key may be its seed, its expanded form, or both (RFC 9881 §6).
    ///
    /// # Errors
    /// rcgen's, if it is no key of a known kind.
    pub fn read(key: &PrivateKeyDer<'_>) -> Result<PrivateKey, rcgen::Error> {
        let as_size = |size: &'static Size| {
            let key = PqdsaKeyPair::from_pkcs8(size.signs, key.secret_der()).ok()?;
            Some(PrivateKey::MlDsa(key, size.rcgen))
        };
        match SIZES.iter().find_map(as_size) {
            Some(key) => Ok(key),
            None => KeyPair::try_from(key).map(PrivateKey::OfRcgen),
        }
    }
}

impl PublicKeyData for PrivateKey {
    fn der_bytes(&self) -> &[u8] {
        match self {
            PrivateKey::OfRcgen(key) => key.der_bytes(),
            PrivateKey::MlDsa(key, _) => key.public_key().as_ref(),
        }
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self {
            PrivateKey::OfRcgen(key) => key.algorithm(),
            PrivateKey::MlDsa(_, algorithm) => algorithm,
        }
    }
}

impl SigningKey for PrivateKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        match self {
            PrivateKey::OfRcgen(key) => key.sign(message),
            PrivateKey::MlDsa(key, _) => {
                let mut signature = vec![0; key.algorithm().signature_len()];
                key.sign(message, &mut signature)
                    .map_err(|_| rcgen::Error::RemoteKeyError)?;
                Ok(signature)
            }
        }
    }
}
