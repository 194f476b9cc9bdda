//! A private key that says so before it signs: what steps 2 and 4 share.
//!
//! rustls asks a `SigningKey` for a `Signer` and the `Signer` for one signature a handshake. That
//! call is the moment at which a side really presents its certificate, so both hooks wait for it.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};

/// Called with the signature scheme and the bytes that will be signed.
type BeforeSigning = Arc<dyn Fn(SignatureScheme, &[u8]) + Send + Sync>;

/// The same certificate and key, with `before_signing` called before each signature.
pub(super) fn told(certified: CertifiedKey, before_signing: BeforeSigning) -> Arc<CertifiedKey> {
    let CertifiedKey { cert, key, ocsp } = certified;
    Arc::new(CertifiedKey {
        cert,
        key: Arc::new(ToldKey {
            key,
            before_signing,
        }),
        ocsp,
    })
}

/// `459 bytes`, or `1012 bytes in 2 certificates`.
pub(super) fn chain_in_words(chain: &[CertificateDer<'_>]) -> String {
    let size: usize = chain.iter().map(|certificate| certificate.len()).sum();
    match chain.len() {
        1 => format!("{size} bytes"),
        count => format!("{size} bytes in {count} certificates"),
    }
}

struct ToldKey {
    key: Arc<dyn SigningKey>,
    before_signing: BeforeSigning,
}

impl SigningKey for ToldKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let signer = self.key.choose_scheme(offered)?;
        Some(Box::new(ToldSigner {
            signer,
            before_signing: Arc::clone(&self.before_signing),
        }))
    }

    fn public_key(&self) -> Option<rustls::pki_types::SubjectPublicKeyInfoDer<'_>> {
        self.key.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }
}

impl fmt::Debug for ToldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ToldKey({:?})", self.key)
    }
}

struct ToldSigner {
    signer: Box<dyn Signer>,
    before_signing: BeforeSigning,
}

impl Signer for ToldSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        (self.before_signing)(self.signer.scheme(), message);
        self.signer.sign(message)
    }

    fn scheme(&self) -> SignatureScheme {
        self.signer.scheme()
    }
}

impl fmt::Debug for ToldSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ToldSigner({:?})", self.signer)
    }
}
