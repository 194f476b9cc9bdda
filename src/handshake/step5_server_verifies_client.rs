//! Step 5: the server verifies the client's certificate.
//!
//! The server checks the chain, then the signature; no message but an alert (RFC 8446 §4.4.2.4, §4.4.3,
//! RFC 5280 §6). rustls asks `ClientCertVerifier`, but not if no certificate came, and not on resumption.
//!
//! Breakpoint: `hello_mtls::handshake::step5_server_verifies_client::server_verifies_client`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 4]: super::step4_client_presents_certificate
//! [step 6]: super::step6_server_authorizes_client
#![doc = include_str!("terms.md")]
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step5_server_verifies_client.md")]

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::facts;
use crate::certificates::summary;
use crate::narration::{Fact, Narrator, Step};

/// The first proof: the chain is valid, for a client.
///
/// # Errors
/// webpki's verdict, unchanged.
#[inline(never)]
pub fn server_verifies_client(
    verifier: &dyn ClientCertVerifier,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    now: UnixTime,
    narrator: &Narrator,
) -> Result<ClientCertVerified, Error> {
    // Not needed before a check has passed; a reader who stops here in a debugger wants to know whose it is.
    let subject = summary::subject(end_entity);
    let verdict = verifier.verify_client_cert(end_entity, intermediates, now)?;
    narrator.tell(Step::ServerVerifiesClient, || {
        Fact::ClientCertificateVerified {
            certificate: facts::certificate(subject, end_entity),
        }
    });
    Ok(verdict)
}

/// The second proof: the signature over this handshake fits the certificate's public key.
///
/// # Errors
/// webpki's verdict, unchanged.
#[inline(never)]
pub fn client_owns_its_key(
    valid: Result<HandshakeSignatureValid, Error>,
    scheme: SignatureScheme,
    narrator: &Narrator,
) -> Result<HandshakeSignatureValid, Error> {
    let valid = valid?;
    narrator.tell(Step::ServerVerifiesClient, || Fact::ClientKeyProved {
        scheme: facts::name(scheme),
    });
    Ok(valid)
}

/// The hook: rustls asks it whether the server believes the client.
#[derive(Debug)]
pub struct ClientVerifierHook {
    /// webpki's verifier, which decides.
    pub verifier: Arc<dyn ClientCertVerifier>,
    /// The server's voice.
    pub narrator: Narrator,
}

impl ClientCertVerifier for ClientVerifierHook {
    // Before the server's flight: rustls asks the next three to decide whether it sends a CertificateRequest,
    // whether it goes on without a certificate, and which CAs the request names.
    fn offer_client_auth(&self) -> bool {
        self.verifier.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.verifier.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.verifier.root_hint_subjects()
    }

    // Before: rustls has read the client's Certificate. If it is empty, rustls fails without calling us; on a
    // resumed connection no Certificate comes, and step 6 verifies the remembered one.
    // After: an error becomes the alert that fits it. Otherwise rustls asks for the second proof.
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        server_verifies_client(
            &*self.verifier,
            end_entity,
            intermediates,
            now,
            &self.narrator,
        )
    }

    // TLS 1.2: `message` is every handshake message so far (RFC 5246 §7.4.8).
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = self
            .verifier
            .verify_tls12_signature(message, certificate, signed);
        client_owns_its_key(valid, signed.scheme, &self.narrator)
    }

    // TLS 1.3: as in step 3, with the client's label. By hand: `src/instruments/wire/signatures.rs`. After it,
    // rustls checks the client's Finished, and sends tickets.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = self
            .verifier
            .verify_tls13_signature(message, certificate, signed);
        client_owns_its_key(valid, signed.scheme, &self.narrator)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.verifier.requires_raw_public_keys()
    }
}
