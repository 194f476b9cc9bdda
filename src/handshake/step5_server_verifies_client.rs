//! Step 5: the server verifies the client's certificate.
//!
//! The server checks the chain and then the signature. It sends no message, or an alert if a check fails
//! (RFC 8446 §4.4.2.4, §4.4.3, RFC 5280 §6). rustls asks `ClientCertVerifier`, but not if the client sent no
//! certificate, and not on a resumed connection.
//!
//! rustls reads the messages and calls the verifier (`rustls/src/server/tls13.rs`, `ExpectCertificate`). This
//! file is the place where we look.
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
use crate::narration::{Fact, Narrator, Step};

/// The first proof: the chain is valid for a client.
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
    // Computed before the check, so that a reader sees it when a debugger stops here.
    let subject = facts::subject(end_entity, narrator);
    let verdict = verifier.verify_client_cert(end_entity, intermediates, now)?;
    narrator.tell(Step::ServerVerifiesClient, || {
        Fact::ClientCertificateVerified {
            certificate: facts::certificate(subject, end_entity),
        }
    });
    Ok(verdict)
}

/// The second proof: the public key in the certificate fits the signature over this handshake.
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

/// The hook. rustls asks it whether the server accepts the client.
#[derive(Debug)]
pub struct ClientVerifierHook {
    /// webpki's verifier, which decides.
    pub verifier: Arc<dyn ClientCertVerifier>,
    /// Receives the events of the server.
    pub narrator: Narrator,
}

impl ClientCertVerifier for ClientVerifierHook {
    // rustls calls these three before it writes the server's flight. The answers decide whether the server
    // sends a CertificateRequest, whether it accepts a client without a certificate, and which CAs it names.
    fn offer_client_auth(&self) -> bool {
        self.verifier.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.verifier.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.verifier.root_hint_subjects()
    }

    // Before this call, rustls has parsed the client's Certificate. If it is empty, rustls refuses without
    // calling us. On a resumed connection no Certificate arrives, and step 6 verifies the remembered one.
    // After this call, rustls turns an error into an alert, or asks for the second proof.
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

    // In TLS 1.2 `message` consists of all handshake messages so far (RFC 5246 §7.4.8).
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

    // In TLS 1.3 `message` is built as in step 3, with the client's label. After this call, rustls checks the
    // client's Finished and sends tickets. By hand: `src/instruments/wire/signatures.rs`.
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
