//! Step 2: the server sends its certificate.
//!
//! The server sends Certificate, CertificateVerify and Finished, and in mTLS a CertificateRequest before them
//! (RFC 8446 §4.3, §4.4). rustls first asks `ResolvesServerCert::resolve` for a certificate, and then
//! `Signer::sign` for one signature.
//!
//! rustls writes the messages (`rustls/src/server/tls13.rs`, the functions `emit_…`). This file is the place
//! where we look.
//!
//! Breakpoint: `hello_mtls::handshake::step2_server_presents_certificate::server_presents_certificate`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 1]: super::step1_client_connects
//! [step 3]: super::step3_client_verifies_server
#![doc = include_str!("terms.md")]
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step2_server_presents_certificate.md")]

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::facts;
use super::signing_hook::notify_before_signing;
use crate::narration::{Fact, Narrator, Step, narrator};

/// Reports that the server is about to sign, and therefore sends its certificate.
///
/// `subject` is the leaf's subject as text. `chain` holds the certificates that the server sends, leaf first.
/// `scheme` is the kind of signature, and `signed` holds the bytes that the server signs.
#[inline(never)]
pub fn server_presents_certificate(
    subject: &str,
    chain: &[CertificateDer<'static>],
    scheme: SignatureScheme,
    signed: &[u8],
    asks_for_client_certificate: bool,
    narrator: &Narrator,
) {
    narrator.tell(Step::ServerPresentsCertificate, || {
        Fact::ServerCertificateSent {
            subject: subject.to_owned(),
            chain: facts::sizes(chain),
            scheme: facts::name(scheme),
            signed: signed.len(),
            asks_for_client_certificate,
        }
    });
}

/// The hook. rustls asks it for the server's certificate, and its key calls us again before it signs.
#[derive(Debug)]
pub struct ServerCertificateHook(Arc<CertifiedKey>);

impl ServerCertificateHook {
    /// Presents `certified`, no matter which name the client asks for. With `asks`, the server asks for the client's.
    pub fn new(certified: CertifiedKey, asks: bool, narrator: Narrator) -> Self {
        let chain = certified.cert.clone();
        let subject = facts::leaf_subject(&chain);
        let before_signing = move |scheme, signed: &[u8]| {
            // The diagnosis of a refusal has to know whether the server asked for a certificate.
            narrator::note(|notes| notes.asks = asks);
            server_presents_certificate(&subject, &chain, scheme, signed, asks, &narrator);
        };
        ServerCertificateHook(notify_before_signing(certified, Arc::new(before_signing)))
    }
}

impl ResolvesServerCert for ServerCertificateHook {
    // Before this call, rustls has chosen only the version. After it, rustls chooses the cipher suite, which may
    // depend on the kind of key, and computes the shared secret. Then it writes ServerHello,
    // EncryptedExtensions, CertificateRequest (in mTLS) and Certificate, and calls `sign`.
    //
    // If the client resumes with a ticket, rustls drops our answer. So this hook reports nothing. The secrets,
    // computed by hand: `src/instruments/wire/key_schedule.rs`.
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
