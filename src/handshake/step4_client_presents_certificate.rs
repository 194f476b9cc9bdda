//! Step 4: the client sends its certificate. Here mTLS begins.
//!
//! The client sends Certificate, CertificateVerify, Finished (RFC 8446 §4.4.2, §4.4.3). rustls
//! asks `ResolvesClientCert::resolve` before step 3 even, and `Signer::sign` after it.
//!
//! Breakpoint: `hello_mtls::handshake::step4_client_presents_certificate::client_presents_certificate`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 3]: super::step3_client_verifies_server
//! [step 5]: super::step5_server_verifies_client
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step4_client_presents_certificate.md")]

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use super::facts;
use super::signing_hook::notify_before_signing;
use crate::narration::narrator::{self, Asked};
use crate::narration::{Fact, Narrator, Step};

/// Called when the client is about to sign, or, with an empty `chain`, when it is about to answer
/// that it has nothing to send.
///
/// `subject` is the leaf's, for people; `signature` the scheme and the number of bytes that are signed.
#[inline(never)]
pub fn client_presents_certificate(
    subject: &str,
    chain: &[CertificateDer<'static>],
    signature: Option<(SignatureScheme, usize)>,
    narrator: &Narrator,
) {
    narrator.tell(Step::ClientPresentsCertificate, || match signature {
        Some((scheme, signed)) => Fact::ClientCertificateSent {
            subject: subject.to_owned(),
            chain: facts::sizes(chain),
            scheme: facts::name(scheme),
            signed,
        },
        None => Fact::EmptyCertificateSent,
    });
}

/// Reports step 4 if the server asked for a certificate and the client has none. To be called when step 3 is
/// done and before the client answers: without a key nothing is signed, so rustls calls no hook then.
pub fn report_empty_certificate(narrator: &Narrator) {
    if narrator::take_empty_certificate() {
        client_presents_certificate("nobody", &[], None, narrator);
    }
}

/// The hook: rustls asks it for the client's certificate, and calls us again when it signs.
#[derive(Debug)]
pub struct ClientCertificateHook(Option<Arc<CertifiedKey>>);

impl ClientCertificateHook {
    /// Presents `certified`, whichever CAs the server names; without one, nothing.
    pub fn new(certified: Option<CertifiedKey>, narrator: Narrator) -> Self {
        ClientCertificateHook(certified.map(|certified| {
            let chain = certified.cert.clone();
            let subject = facts::leaf_subject(&chain);
            let before_signing = move |scheme, signed: &[u8]| {
                let signature = Some((scheme, signed.len()));
                client_presents_certificate(&subject, &chain, signature, &narrator);
            };
            notify_before_signing(certified, Arc::new(before_signing))
        }))
    }
}

impl ResolvesClientCert for ClientCertificateHook {
    // Before: rustls has read a CertificateRequest, with the CAs (`authorities`) and the signature schemes
    // that the server accepts. It asks as soon as it has them, before the server's certificate was verified.
    // The request is noted: if the server refuses later, or leaves, the diagnosis says what was asked and sent.
    // After: it verifies the server (step 3), and only then signs and sends, or sends an empty Certificate.
    // By hand: `src/instruments/wire/messages/authentication.rs`.
    fn resolve(
        &self,
        authorities: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let chain = self.0.iter().flat_map(|certified| &certified.cert);
        narrator::note_request(Asked {
            authorities: authorities.iter().map(|name| name.to_vec()).collect(),
            answer: chain.map(|certificate| certificate.to_vec()).collect(),
        });
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}
