//! A private key that calls us before it signs. Steps 2 and 4 share it.
//!
//! rustls asks a `SigningKey` for a `Signer`, and asks the `Signer` for one signature per handshake. Only this
//! call shows that a side really sends its certificate, so both steps report there. The earlier question for
//! a certificate comes on every connection, also on those that send none.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};

/// A function that receives the signature scheme and the bytes that the key is about to sign.
type BeforeSigning = Arc<dyn Fn(SignatureScheme, &[u8]) + Send + Sync>;

/// Returns the same certificate with a key that calls `before_signing` before each signature.
pub(super) fn notify_before_signing(
    certified: CertifiedKey,
    before_signing: BeforeSigning,
) -> Arc<CertifiedKey> {
    let CertifiedKey { cert, key, ocsp } = certified;
    let key = Arc::new(NotifyingKey {
        key,
        before_signing,
    });
    Arc::new(CertifiedKey { cert, key, ocsp })
}

struct NotifyingKey {
    key: Arc<dyn SigningKey>,
    before_signing: BeforeSigning,
}

impl SigningKey for NotifyingKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let signer = self.key.choose_scheme(offered)?;
        Some(Box::new(NotifyingSigner {
            signer,
            before_signing: Arc::clone(&self.before_signing),
        }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        self.key.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }
}

impl fmt::Debug for NotifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NotifyingKey({:?})", self.key)
    }
}

struct NotifyingSigner {
    signer: Box<dyn Signer>,
    before_signing: BeforeSigning,
}

impl Signer for NotifyingSigner {
    // Before this call, rustls has put the Certificate into its outgoing flight. In TLS 1.3 `message` is a
    // label and the hash of all messages up to that Certificate (RFC 8446 §4.4.3). In TLS 1.2 the server signs
    // both randoms and its key exchange parameters, and the client signs all messages so far (RFC 5246 §7.4.3,
    // §7.4.8).
    //
    // After it, rustls puts the signature into a CertificateVerify (a ServerKeyExchange of the TLS 1.2 server),
    // adds Finished, and encrypts the flight: `rustls/src/server/tls13.rs`, `emit_certificate_verify_tls13`.
    // By hand: `src/instruments/wire/signatures.rs`.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        (self.before_signing)(self.signer.scheme(), message);
        self.signer.sign(message)
    }

    fn scheme(&self) -> SignatureScheme {
        self.signer.scheme()
    }
}

impl fmt::Debug for NotifyingSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NotifyingSigner({:?})", self.signer)
    }
}
