//! Step 3: the client verifies the server's certificate.
//!
//! The client checks the chain and then the signature. It sends no message, or an alert if a check fails
//! (RFC 8446 §4.4.2.4, §4.4.3, RFC 5280 §6, RFC 9525). rustls asks `ServerCertVerifier`, webpki makes every
//! check, and our hook only reports the verdict.
//!
//! rustls reads the messages and calls the verifier (`rustls/src/client/tls13.rs`, `ExpectCertificateVerify`).
//! This file is the place where we look.
//!
//! Breakpoint: `hello_mtls::handshake::step3_client_verifies_server::client_verifies_server`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 2]: super::step2_server_presents_certificate
//! [step 4]: super::step4_client_presents_certificate
#![doc = include_str!("terms.md")]
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step3_client_verifies_server.md")]

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::facts;
use crate::certificates::summary;
use crate::narration::{Fact, Narrator, Step, narrator};

/// The first proof: the chain is valid for the name in the client's URL.
///
/// # Errors
/// webpki's verdict, unchanged.
#[inline(never)]
pub fn client_verifies_server(
    verifier: &WebPkiServerVerifier,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    server_name: &ServerName<'_>,
    ocsp_response: &[u8],
    now: UnixTime,
    narrator: &Narrator,
) -> Result<ServerCertVerified, Error> {
    // Computed before the check, so that a reader sees it when a debugger stops here.
    let subject = summary::subject(end_entity);
    let verdict =
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
    narrator.tell(Step::ClientVerifiesServer, || {
        Fact::ServerCertificateVerified {
            certificate: facts::certificate(subject, end_entity),
            server_name: server_name.to_str().into_owned(),
        }
    });
    Ok(verdict)
}

/// The second proof: the public key in the certificate fits the signature over this handshake.
///
/// # Errors
/// webpki's verdict, unchanged.
#[inline(never)]
pub fn server_owns_its_key(
    valid: Result<HandshakeSignatureValid, Error>,
    scheme: SignatureScheme,
    narrator: &Narrator,
) -> Result<HandshakeSignatureValid, Error> {
    let valid = valid?;
    narrator.tell(Step::ClientVerifiesServer, || Fact::ServerKeyProved {
        scheme: facts::name(scheme),
    });
    Ok(valid)
}

/// The hook. rustls asks it whether the client accepts the server.
#[derive(Debug)]
pub struct ServerVerifierHook {
    /// webpki's verifier, which decides.
    pub verifier: Arc<WebPkiServerVerifier>,
    /// Receives the events of the client.
    pub narrator: Narrator,
}

impl ServerCertVerifier for ServerVerifierHook {
    // Before this call, rustls has parsed the server's Certificate (in TLS 1.2 its whole flight up to
    // ServerHelloDone) and has checked nothing in it. After it, rustls turns an error into an alert, or asks
    // for the second proof. The message, parsed by hand: `src/instruments/wire/messages/certificate.rs`.
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // rustls returns this chain only after a successful handshake, and the diagnosis of a refusal needs it.
        narrator::note(|notes| {
            let sent = std::iter::once(end_entity).chain(intermediates);
            notes.server_chain = sent.map(|certificate| certificate.to_vec()).collect();
        });
        client_verifies_server(
            &self.verifier,
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
            &self.narrator,
        )
    }

    // In TLS 1.2 `message` consists of both randoms and the server's key exchange parameters (RFC 5246 §7.4.3).
    // An old signature covers another client's random, so an attacker cannot use it again.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = self
            .verifier
            .verify_tls12_signature(message, certificate, signed);
        server_owns_its_key(valid, signed.scheme, &self.narrator)
    }

    // In TLS 1.3 `message` contains the hash of all messages so far (RFC 8446 §4.4.3), and therefore of both
    // hellos, both key shares and this certificate. After this call, rustls checks the server's Finished and
    // writes the client's flight. The signature, checked by hand: `src/instruments/wire/signatures.rs`.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = self
            .verifier
            .verify_tls13_signature(message, certificate, signed);
        server_owns_its_key(valid, signed.scheme, &self.narrator)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.verifier.requires_raw_public_keys()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.verifier.root_hint_subjects()
    }
}
