//! Peers that misbehave, each in as few lines as possible. Unaware of cases and of what is done with their events.

use std::io::{Read, Write};
use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    StreamOwned,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::pki_builder;
use crate::certificates::failed;
use crate::error::{Diagnosis, Error};
use crate::handshake::step4_client_presents_certificate::ClientCertificateHook;
use crate::handshake::step5_server_verifies_client::ClientVerifierHook;
use crate::handshake::step7_application_data::{application_data, close_gracefully};
use crate::handshake::{self, ClientSetup, Offer, ServerSetup};
use crate::instruments::wire::transcript::spaced_hex;
use crate::narration::{Fact, Misbehaviour, Narrator, Step};
use crate::phrase;
use crate::transport::{Transport, lingering_close};

/// A server that speaks no TLS: reads what comes, says its words, hangs up.
pub(super) fn plain_server(words: &[u8], narrator: &Narrator, mut transport: impl Transport) {
    let mut buffer = [0; 16 * 1024];
    let count = transport.read(&mut buffer).unwrap_or(0);
    narrator.tell(Step::ClientConnects, || {
        Fact::Misbehaved(Misbehaviour::ReadHelloAsText {
            bytes: count,
            reply: (!words.is_empty()).then(|| first_line(words)),
        })
    });
    let _ = transport.write_all(words);
    lingering_close(&mut transport);
}

/// A client that speaks no TLS: says its words and reads the answer, which is none.
pub(super) fn plain_client(words: &[u8], narrator: &Narrator, mut transport: impl Transport) {
    narrator.tell(Step::ClientConnects, || {
        let line_sent = first_line(words);
        Fact::Misbehaved(Misbehaviour::SentPlainText { line_sent })
    });
    let mut answer = Vec::new();
    let _ = transport.write_all(words);
    let _ = transport.take(1024).read_to_end(&mut answer);
    narrator.tell(Step::ClientConnects, || {
        let answer = spaced_hex(&answer);
        Fact::Misbehaved(Misbehaviour::ReadAnswerAsText { answer })
    });
}

pub(super) fn first_line(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    text.lines().next().unwrap_or_default().to_owned()
}

/// A client that writes, sends close_notify and never reads.
pub(super) fn never_reads(
    setup: &ClientSetup,
    server_name: ServerName<'static>,
    mut transport: impl Transport,
) -> Result<(), Diagnosis> {
    let connection = handshake::connect(setup, server_name, &mut transport)?;
    application_data(&connection, &setup.narrator);
    let mut stream = StreamOwned::new(connection, transport);
    let sent = (1..=3).all(|_| stream.write_all(b"a line of a log\n").is_ok());
    stream.conn.send_close_notify();
    let _ = stream.conn.write_tls(&mut stream.sock);
    setup.narrator.tell(Step::ApplicationData, || {
        Fact::Misbehaved(Misbehaviour::WroteWithoutReading { succeeded: sent })
    });
    // It is gone when the server has had time to answer: a reset would be another story.
    lingering_close(&mut stream.sock);
    Ok(())
}

/// A server that ends its answer by hanging up: no length before it, and no close_notify after it.
pub(super) fn no_close_notify(
    setup: &ServerSetup,
    mut transport: impl Transport,
) -> Result<(), Diagnosis> {
    let connection = handshake::accept(setup, &mut transport)?;
    let _ = handshake::authorize(setup, &connection);
    application_data(&connection, &setup.narrator);
    let mut stream = StreamOwned::new(connection, transport);
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nHello Wor");
    setup.narrator.tell(Step::ApplicationData, || {
        Fact::Misbehaved(Misbehaviour::HungUp)
    });
    Ok(())
}

/// A server that answers 400 where others end the handshake: nginx refuses a client without a certificate so.
pub(super) fn refuses_by_status(
    setup: &ServerSetup,
    mut transport: impl Transport,
) -> Result<(), Diagnosis> {
    let connection = handshake::accept(setup, &mut transport)?;
    let knows_client = connection.peer_certificates().is_some();
    let mut stream = StreamOwned::new(connection, transport);
    let _ = stream.read(&mut [0; 4096]);
    let mut status = "200 OK";
    if !knows_client {
        status = "400 Bad Request";
        let found = phrase!(
            "the client sent no certificate, and hears so from the status of the answer: 400"
        );
        setup
            .narrator
            .tell(Step::ServerVerifiesClient, || Fact::Refused {
                found: found.clone(),
                remedy: phrase!("the client needs --cert and --key"),
                message: format!("HTTP/1.1 {status}"),
            });
    }
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
    close_gracefully(&mut stream);
    Ok(())
}

/// A client that shows its certificate only to servers that name its CA: browsers do so.
#[derive(Debug)]
pub(super) struct ClientFiltersByCaHint {
    issuer: Vec<u8>,
    shows: Arc<dyn ResolvesClientCert>,
    refrains: ClientCertificateHook,
}

impl ClientFiltersByCaHint {
    /// Makes a client filter. `certificate`, PEM, is the one that it has.
    pub(super) fn install(setup: &mut ClientSetup, certificate: &str) -> Result<(), Error> {
        let leaf = pki_builder::certificates(certificate)?.swap_remove(0);
        let (_, leaf) = X509Certificate::from_der(&leaf)
            .map_err(|error| failed("read a certificate just made", &error))?;
        let config = Arc::make_mut(&mut setup.config);
        config.client_auth_cert_resolver = Arc::new(ClientFiltersByCaHint {
            issuer: leaf.issuer().as_raw().to_vec(),
            shows: Arc::clone(&config.client_auth_cert_resolver),
            refrains: ClientCertificateHook::new(None, setup.narrator.clone()),
        });
        Ok(())
    }
}

impl ResolvesClientCert for ClientFiltersByCaHint {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        if authorities.contains(&&self.issuer[..]) {
            self.shows.resolve(authorities, schemes)
        } else {
            self.refrains.resolve(authorities, schemes)
        }
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The server's settings with a verifier that makes the decision of step 6 in step 5.
pub(super) fn verifier_rejects_identity(
    setup: &ServerSetup,
    offer: Offer,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    with_verifier(setup, offer, |verifier| Arc::new(RejectsIdentity(verifier)))
}

/// The server's settings with a verifier that asks for a certificate and does not require one.
pub(super) fn does_not_require_certificates(
    setup: &ServerSetup,
    offer: Offer,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    with_verifier(setup, offer, |verifier| Arc::new(DoesNotRequire(verifier)))
}

type Verifier = Arc<dyn ClientCertVerifier>;

fn with_verifier(
    setup: &ServerSetup,
    offer: Offer,
    around: impl Fn(Verifier) -> Verifier,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let own = &setup.config;
    let builder = ServerConfig::builder_with_provider(offer.provider)
        .with_protocol_versions(offer.versions)?;
    let mut config = match setup.judge.as_ref().map(|judge| &judge.verifier) {
        None => builder.with_no_client_auth(),
        Some(verifier) => builder.with_client_cert_verifier(Arc::new(ClientVerifierHook {
            verifier: around(Arc::clone(verifier)),
            narrator: setup.narrator.clone(),
        })),
    }
    .with_cert_resolver(Arc::clone(&own.cert_resolver));
    config.alpn_protocols.clone_from(&own.alpn_protocols);
    config.key_log = Arc::clone(&own.key_log);
    config.time_provider = Arc::clone(&own.time_provider);
    Ok(Arc::new(config))
}

/// Refuses every client, also those for which the CA vouches.
#[derive(Debug)]
struct RejectsIdentity(Verifier);

impl ClientCertVerifier for RejectsIdentity {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.0.verify_client_cert(end_entity, intermediates, now)?;
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Verifies each certificate that comes, as always, and lets a client through that has none.
#[derive(Debug)]
struct DoesNotRequire(Verifier);

impl ClientCertVerifier for DoesNotRequire {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.0.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
