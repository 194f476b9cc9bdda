//! Hooks that look on: what a server shows and asks for is remembered, and nothing is decided.

use std::sync::{Arc, OnceLock};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme};

use crate::handshake::step3_client_verifies_server::ServerVerifierHook;

/// What was seen on one connection.
#[derive(Debug, Default)]
pub(super) struct Memory {
    chain: OnceLock<Vec<CertificateDer<'static>>>,
    asked: OnceLock<Vec<Vec<u8>>>,
}

impl Memory {
    /// What the server sent.
    pub(super) fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain.get().cloned().unwrap_or_default()
    }

    /// Names of the CAs in the server's request for a certificate, DER; `None`: it did not ask.
    pub(super) fn asked(&self) -> Option<Vec<Vec<u8>>> {
        self.asked.get().cloned()
    }
}

/// The same settings with somebody who looks on. `verifier` is the one that they had.
pub(super) fn watched(
    config: &ClientConfig,
    verifier: ServerVerifierHook,
) -> (ClientConfig, Arc<Memory>) {
    let (mut config, memory) = (config.clone(), Arc::new(Memory::default()));
    let resolver = Arc::clone(&config.client_auth_cert_resolver);
    config.client_auth_cert_resolver = Arc::new(RecordingResolver {
        resolver,
        memory: Arc::clone(&memory),
    });
    let watches = RecordingVerifier {
        verifier,
        memory: Arc::clone(&memory),
    };
    config
        .dangerous()
        .set_certificate_verifier(Arc::new(watches));
    (config, memory)
}

/// webpki's verifier, and a memory of what it was shown.
#[derive(Debug)]
struct RecordingVerifier {
    verifier: ServerVerifierHook,
    memory: Arc<Memory>,
}

impl ServerCertVerifier for RecordingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let sent = [end_entity]
            .into_iter()
            .chain(intermediates)
            .map(|der| der.clone().into_owned());
        let _ = self.memory.chain.set(sent.collect());
        self.verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.verifier
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.verifier
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// The client's own answer to a request for a certificate, and a memory of the request.
#[derive(Debug)]
struct RecordingResolver {
    resolver: Arc<dyn ResolvesClientCert>,
    memory: Arc<Memory>,
}

impl ResolvesClientCert for RecordingResolver {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let names = authorities.iter().map(|name| name.to_vec()).collect();
        let _ = self.memory.asked.set(names);
        self.resolver.resolve(authorities, schemes)
    }

    fn has_certs(&self) -> bool {
        self.resolver.has_certs()
    }
}
