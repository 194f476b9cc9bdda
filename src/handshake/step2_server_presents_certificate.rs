//! Step 2: the server sends its certificate.
//!
//! The server sends Certificate, CertificateVerify, Finished, and in mTLS a CertificateRequest before them
//! (RFC 8446 §4.3, §4.4). rustls asks `ResolvesServerCert::resolve`, then `Signer::sign`.
//!
//! Breakpoint: `hello_mtls::handshake::step2_server_presents_certificate::server_presents_certificate`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 1]: super::step1_client_connects
//! [step 3]: super::step3_client_verifies_server
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step2_server_presents_certificate.md")]

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::signing_hook::{chain_in_words, told};
use crate::certificates::summary;
use crate::narration::{Fact, Narrator, Step};

/// Called when the server is about to sign: its certificate is going out.
///
/// `subject` is the leaf's, for people; `chain` what it sends, leaf first; `scheme` how it signs;
/// `signed` the bytes that it signs.
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
        let asks = if asks_for_client_certificate {
            "; asks for the client's"
        } else {
            ""
        };
        let says = format!(
            "sends {subject} ({}), signs {} bytes with {scheme:?}{asks}",
            chain_in_words(chain),
            signed.len()
        );
        Fact::new(
            says,
            "nothing by itself: the client has to check both (step 3)",
        )
    });
}

/// Where rustls asks the server for its certificate.
#[derive(Debug)]
pub struct PresentsServerCertificate(Arc<CertifiedKey>);

impl PresentsServerCertificate {
    /// Presents `certified`, whoever asks.
    pub fn new(
        certified: CertifiedKey,
        asks_for_client_certificate: bool,
        narrator: Narrator,
    ) -> Self {
        let chain = certified.cert.clone();
        let subject = chain.first().map_or_else(String::new, summary::subject);
        PresentsServerCertificate(told(
            certified,
            Arc::new(move |scheme, signed: &[u8]| {
                server_presents_certificate(
                    &subject,
                    &chain,
                    scheme,
                    signed,
                    asks_for_client_certificate,
                    &narrator,
                );
            }),
        ))
    }
}

impl ResolvesServerCert for PresentsServerCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
