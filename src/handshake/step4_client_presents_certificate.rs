//! Step 4: the client sends its certificate. Here mTLS begins.
//!
//! The client sends Certificate, CertificateVerify and Finished (RFC 8446 §4.4.2, §4.4.3). rustls asks
//! `ResolvesClientCert::resolve` for a certificate even before step 3, and `Signer::sign` after it.
//!
//! rustls writes the messages (`rustls/src/client/tls13.rs`, `ExpectFinished`). This file is the place where we
//! look.
//!
//! Breakpoint: `hello_mtls::handshake::step4_client_presents_certificate::client_presents_certificate`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 3]: super::step3_client_verifies_server
//! [step 5]: super::step5_server_verifies_client
#![doc = include_str!("terms.md")]
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

/// Reports that the client is about to sign, or, with an empty `chain`, that it is about to send an empty
/// Certificate.
///
/// `subject` is the leaf's subject as text. `signature` holds the scheme and the number of signed bytes.
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

/// Reports step 4 if the server asked for a certificate and the client has none. The caller calls it after
/// step 3 and before the client answers, because rustls calls no hook when the client signs nothing.
pub fn report_empty_certificate(narrator: &Narrator) {
    if narrator::take_empty_certificate() {
        client_presents_certificate("nobody", &[], None, narrator);
    }
}

/// The hook. rustls asks it for the client's certificate, and its key calls us again before it signs.
#[derive(Debug)]
pub struct ClientCertificateHook(Option<Arc<CertifiedKey>>);

impl ClientCertificateHook {
    /// Presents `certified`, no matter which CAs the server names. With `None` the client has no certificate.
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
    // Before this call, rustls has read a CertificateRequest with the CAs (`authorities`) and the signature
    // schemes that the server accepts. It asks at once, before it has verified the server. We note the
    // request: if the server refuses later, or hangs up, the diagnosis says what it wanted and what it got.
    //
    // After this call, rustls verifies the server (step 3). Only then does it sign and send, or send an empty
    // Certificate. The messages, parsed by hand: `src/instruments/wire/messages/authentication.rs`.
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let fits = |one: &&Arc<CertifiedKey>| one.key.choose_scheme(schemes).is_some();
        let answer = self.0.as_ref().filter(fits);
        let chain = answer.map_or(&[][..], |certified| &certified.cert);
        narrator::note_request(Asked::new(authorities, chain, self.0.is_some()));
        answer.cloned()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}
