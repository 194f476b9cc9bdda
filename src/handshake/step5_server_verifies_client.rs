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
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step5_server_verifies_client.md")]

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use crate::certificates::summary::{self, Summary};
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
    let subject = summary::subject(end_entity);
    let verdict = verifier.verify_client_cert(end_entity, intermediates, now)?;
    narrator.tell(Step::ServerVerifiesClient, || {
        let end = Summary::of(end_entity).map_or_else(String::new, |summary| summary.shown_end());
        let says = format!(
            "{subject}: signed by {}, for clients, until {end}",
            summary::issuer(end_entity)
        );
        Fact::new(says, "a CA that I trust vouches for that name")
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
    narrator.tell(Step::ServerVerifiesClient, || {
        Fact::new(
            format!("its signature over our handshake fits ({scheme:?})"),
            "it owns that certificate's key, now: this is the client",
        )
    });
    Ok(valid)
}

/// Where rustls asks the server whether it believes the client.
#[derive(Debug)]
pub struct VerifiesClient {
    /// webpki's verifier, which decides.
    pub verifier: Arc<dyn ClientCertVerifier>,
    /// The server's voice.
    pub narrator: Narrator,
}

impl ClientCertVerifier for VerifiesClient {
    fn offer_client_auth(&self) -> bool {
        self.verifier.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.verifier.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.verifier.root_hint_subjects()
    }

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
