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

use std::cell::Cell;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use super::signing_hook::{chain_in_words, told};
use crate::certificates::summary;
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
        Some((scheme, signed)) => {
            let says = format!(
                "sends {subject} ({}), signs {signed} bytes with {scheme:?}",
                chain_in_words(chain)
            );
            Fact::new(
                says,
                "nothing by itself: the server has to check both (step 5)",
            )
        }
        None => Fact::new(
            "was asked for a certificate, sends an empty one",
            "the server decides whether that will do",
        ),
    });
}

/// Where rustls asks the client for its certificate.
#[derive(Debug)]
pub struct PresentsClientCertificate {
    certified: Option<Arc<CertifiedKey>>,
    narrator: Narrator,
}

thread_local! {
    /// The server asked and there was nothing to send: to be told after step 3. A hook is not told for
    /// which connection it is asked, but two handshakes at a time run on two threads.
    static ASKED_IN_VAIN: Cell<bool> = const { Cell::new(false) };
}

impl PresentsClientCertificate {
    /// Presents `certified`, whichever CAs the server names; without one, nothing.
    pub fn new(certified: Option<CertifiedKey>, narrator: Narrator) -> Self {
        let certified = certified.map(|certified| {
            let (chain, narrator) = (certified.cert.clone(), narrator.clone());
            let subject = chain.first().map_or_else(String::new, summary::subject);
            told(
                certified,
                Arc::new(move |scheme, signed: &[u8]| {
                    client_presents_certificate(
                        &subject,
                        &chain,
                        Some((scheme, signed.len())),
                        &narrator,
                    );
                }),
            )
        });
        PresentsClientCertificate {
            certified,
            narrator,
        }
    }

    /// Begins a new handshake: the thread's last one may have ended between the question and the answer.
    pub fn forget(&self) {
        ASKED_IN_VAIN.set(false);
    }

    /// Tells step 4 if the server asked and gets nothing. To be called before the client answers.
    pub fn tell_if_asked_in_vain(&self) {
        if ASKED_IN_VAIN.take() {
            client_presents_certificate("nobody", &[], None, &self.narrator);
        }
    }
}

impl ResolvesClientCert for PresentsClientCertificate {
    fn resolve(
        &self,
        _authorities: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        ASKED_IN_VAIN.set(self.certified.is_none());
        self.certified.clone()
    }

    fn has_certs(&self) -> bool {
        self.certified.is_some()
    }
}
