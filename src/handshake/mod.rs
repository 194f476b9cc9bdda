//! The corridor: seven doors in the order of the story.
//!
//! [`server_config`] and [`client_config`] hang each step's hook where rustls asks for it.
//! [`accept`] and [`connect`] then let rustls run a handshake and read like one.
//!
//! This module is unaware of HTTP, of files, and of anybody who watches the bytes.

pub mod step1_client_connects;
pub mod step2_server_presents_certificate;
pub mod step3_client_verifies_server;
pub mod step4_client_presents_certificate;
pub mod step5_server_verifies_client;
pub mod step6_server_authorizes_client;
pub mod step7_application_data;
mod told_key;

use std::io;
use std::sync::Arc;

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ServerSessionMemoryCache, VerifierBuilderError, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, CommonState, ConnectionCommon, KeyLog, KeyLogFile,
    RootCertStore, ServerConfig, ServerConnection, SideData, SupportedProtocolVersion,
};

use self::step1_client_connects::{client_connects, client_hello_arrives};
use self::step2_server_presents_certificate::PresentsServerCertificate;
use self::step3_client_verifies_server::VerifiesServer;
use self::step4_client_presents_certificate::PresentsClientCertificate;
use self::step5_server_verifies_client::VerifiesClient;
use self::step6_server_authorizes_client::{
    Allowed, AuthorizedClient, NotAuthorized, server_authorizes_client,
};
use crate::error::diagnosis::diagnose;
use crate::error::{Diagnosis, Progress};
use crate::narration::{Fact, Narrator, Side};
use crate::transport::Transport;

/// What a side shows of itself: a certificate chain, leaf first, and the leaf's private key.
#[derive(Debug)]
pub struct Identity {
    /// DER, leaf first, then intermediates.
    pub chain: Vec<CertificateDer<'static>>,
    /// PKCS#8, PKCS#1 or SEC1.
    pub key: PrivateKeyDer<'static>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Identity {
            chain: self.chain.clone(),
            key: self.key.clone_key(),
        }
    }
}

/// Whom a side believes: the CAs that may vouch for the other side.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// CA certificates, DER.
    pub anchors: Vec<CertificateDer<'static>>,
    /// What those CAs have withdrawn. Empty: revocation is not checked. Otherwise every CA of a
    /// chain needs a list.
    pub revocation_lists: Vec<CertificateRevocationListDer<'static>>,
}

impl ServerSetup {
    /// The same, with the secrets of each connection told to `key_log` as well.
    pub fn with_key_log(&self, key_log: Arc<dyn KeyLog>) -> ServerSetup {
        let mut config = ServerConfig::clone(&self.config);
        config.key_log = Arc::new(BothKeyLogs(Arc::clone(&config.key_log), key_log));
        ServerSetup {
            config: Arc::new(config),
            ..self.clone()
        }
    }
}

impl ClientSetup {
    /// The same, with the secrets of each connection told to `key_log` as well.
    pub fn with_key_log(&self, key_log: Arc<dyn KeyLog>) -> ClientSetup {
        let mut config = ClientConfig::clone(&self.config);
        config.key_log = Arc::new(BothKeyLogs(Arc::clone(&config.key_log), key_log));
        ClientSetup {
            config: Arc::new(config),
            ..self.clone()
        }
    }
}

/// Two places that are told the secrets: the file of SSLKEYLOGFILE, and somebody who watches.
#[derive(Debug)]
struct BothKeyLogs(Arc<dyn KeyLog>, Arc<dyn KeyLog>);

impl KeyLog for BothKeyLogs {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        self.0.log(label, client_random, secret);
        self.1.log(label, client_random, secret);
    }
}

/// The highest TLS version that is offered or accepted. TLS 1.2 is always below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMax {
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3, or 1.2 if the other side cannot.
    #[default]
    Tls13,
}

impl TlsMax {
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        static UP_TO_1_2: [&SupportedProtocolVersion; 1] = [&TLS12];
        static UP_TO_1_3: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        match self {
            TlsMax::Tls12 => &UP_TO_1_2,
            TlsMax::Tls13 => &UP_TO_1_3,
        }
    }
}

/// What a side offers or accepts in step 1: usually all that a [`TlsMax`] allows.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Cipher suites, groups and signature schemes.
    pub provider: Arc<CryptoProvider>,
    /// TLS versions.
    pub versions: &'static [&'static SupportedProtocolVersion],
}

impl From<TlsMax> for Offer {
    fn from(tls_max: TlsMax) -> Offer {
        Offer {
            provider: provider(),
            versions: tls_max.versions(),
        }
    }
}

/// The server's side, ready for connections.
#[derive(Clone, Debug)]
pub struct ServerSetup {
    /// rustls's settings, with our hooks in them.
    pub config: Arc<ServerConfig>,
    /// webpki's verifier of clients, without the hook that tells: step 6 asks it again when a
    /// connection is resumed. `None`: nobody asks clients (plain TLS).
    pub verifier: Option<Arc<dyn ClientCertVerifier>>,
    /// Who is let in at step 6. Empty: every client that was verified.
    pub allowed: Vec<Allowed>,
    /// The server's voice.
    pub narrator: Narrator,
}

/// The client's side, ready for connections.
#[derive(Clone, Debug)]
pub struct ClientSetup {
    /// rustls's settings, with our hooks in them.
    pub config: Arc<ClientConfig>,
    /// The hook of step 4.
    pub presenter: Arc<PresentsClientCertificate>,
    /// The client's voice.
    pub narrator: Narrator,
}

/// The one provider of cryptography, named wherever one is needed; never the process's default.
///
/// Draws a random byte: a process's first costs some 30 ms, and no handshake should pay for it.
pub fn provider() -> Arc<CryptoProvider> {
    let provider = aws_lc_rs::default_provider();
    let _ = provider.secure_random.fill(&mut [0]);
    Arc::new(provider)
}

/// Assembles the server's side, step by step. `clients`: the CAs that vouch for clients; `None`: TLS
/// without client certificates.
///
/// # Errors
/// What rustls finds wrong with the certificates, the key or the lists.
pub fn server_config(
    identity: Identity,
    clients: Option<&Trust>,
    allowed: Vec<Allowed>,
    offer: impl Into<Offer>,
    narrator: Narrator,
) -> Result<ServerSetup, rustls::Error> {
    let Offer { provider, versions } = offer.into();

    // Step 1: which versions the server accepts.
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)?;

    // Step 5: who verifies the client's certificate.
    let verifier = match clients {
        Some(trust) => Some(client_verifier(trust, &provider)?),
        None => None,
    };
    let builder = match &verifier {
        Some(verifier) => builder.with_client_cert_verifier(Arc::new(VerifiesClient {
            verifier: Arc::clone(verifier),
            narrator: narrator.clone(),
        })),
        None => builder.with_no_client_auth(),
    };

    // Step 2: which certificate the server sends.
    let certified = CertifiedKey::from_der(identity.chain, identity.key, &provider)?;
    let presenter = PresentsServerCertificate::new(certified, verifier.is_some(), narrator.clone());
    let mut config = builder.with_cert_resolver(Arc::new(presenter));

    // Step 7: what is spoken inside, and what makes the next handshake short. http/1.0 is listed for
    // `curl --http1.0`.
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(1024);
    config.key_log = Arc::new(KeyLogFile::new());
    Ok(ServerSetup {
        config: Arc::new(config),
        verifier,
        allowed,
        narrator,
    })
}

/// Assembles the client's side, step by step. `servers`: the CAs that vouch for servers; `identity`:
/// what the client shows if it is asked.
///
/// # Errors
/// What rustls finds wrong with the certificates, the key or the lists.
pub fn client_config(
    servers: &Trust,
    identity: Option<Identity>,
    offer: impl Into<Offer>,
    narrator: Narrator,
) -> Result<ClientSetup, rustls::Error> {
    let Offer { provider, versions } = offer.into();

    // Step 1: which versions the client offers.
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)?;

    // Step 3: who verifies the server's certificate. rustls calls any verifier of one's own
    // "dangerous": this one asks webpki and tells what it said.
    let verifier = Arc::new(VerifiesServer {
        verifier: server_verifier(servers, &provider)?,
        narrator: narrator.clone(),
    });
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier);

    // Step 4: which certificate the client sends, if any.
    let certified = match identity {
        Some(identity) => Some(CertifiedKey::from_der(
            identity.chain,
            identity.key,
            &provider,
        )?),
        None => None,
    };
    let presenter = Arc::new(PresentsClientCertificate::new(certified, narrator.clone()));
    let mut config = builder.with_client_cert_resolver(Arc::clone(&presenter) as _);

    // Step 7: what is spoken inside, and what makes the next handshake short.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::in_memory_sessions(8);
    config.key_log = Arc::new(KeyLogFile::new());
    Ok(ClientSetup {
        config: Arc::new(config),
        presenter,
        narrator,
    })
}

/// The server's handshake: steps 1 to 5. Returns when both sides are sure of each other.
///
/// # Errors
/// The step that failed and why. It is told, and the alert that explains it is sent.
pub fn accept(
    setup: &ServerSetup,
    transport: &mut impl Transport,
) -> Result<ServerConnection, Diagnosis> {
    let narrator = &setup.narrator;

    // Step 1: read the ClientHello. Nothing is decided yet.
    let hello = client_hello_arrives(transport, narrator)?;

    // Steps 2 to 5: rustls decides what to write and what to expect, and calls our hooks.
    let mut connection =
        hello
            .into_connection(Arc::clone(&setup.config))
            .map_err(|(error, mut alert)| {
                let diagnosis = tell_refusal(narrator, &io_error(error), Progress::Hello);
                let _ = alert.write_all(transport);
                diagnosis
            })?;
    exchange_flights(&mut connection, transport, narrator, |_| ())?;
    Ok(connection)
}

/// The server's decision after the handshake: step 6. `None`: TLS without client certificates, where
/// there is nobody to authorize.
///
/// # Errors
/// [`NotAuthorized`].
pub fn authorize(
    setup: &ServerSetup,
    connection: &ServerConnection,
) -> Result<Option<AuthorizedClient>, NotAuthorized> {
    let Some(verifier) = &setup.verifier else {
        return Ok(None);
    };
    let resumed = connection.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    let verify_again = resumed.then_some(&**verifier);
    let chain = connection.peer_certificates().unwrap_or_default();
    server_authorizes_client(chain, verify_again, &setup.allowed, &setup.narrator).map(Some)
}

/// The client's handshake: steps 1, 3 and 4. Returns when the client is sure of the server; in
/// TLS 1.3 the server has not judged the client's certificate yet.
///
/// # Errors
/// The step that failed and why. It is told, and the alert that explains it is sent.
pub fn connect(
    setup: &ClientSetup,
    server_name: ServerName<'static>,
    transport: &mut impl Transport,
) -> Result<ClientConnection, Diagnosis> {
    let narrator = &setup.narrator;

    // Step 1: a ClientHello, ready to be sent.
    let mut connection = client_connects(&setup.config, server_name, narrator)
        .map_err(|error| tell_refusal(narrator, &io_error(error), Progress::Hello))?;

    // Steps 3 and 4: rustls decides what to write and what to expect, and calls our hooks.
    setup.presenter.forget();
    let about_to_write = |connection: &CommonState| {
        // Step 3 is done: whatever is written from now on answers the server.
        if connection.peer_certificates().is_some() {
            setup.presenter.tell_if_asked_in_vain();
        }
    };
    exchange_flights(&mut connection, transport, narrator, about_to_write)?;
    Ok(connection)
}

/// Writes and reads until the handshake is complete. A flight is what one side sends before it has to
/// wait for the other; `about_to_write` is called before each.
fn exchange_flights<S: SideData>(
    connection: &mut ConnectionCommon<S>,
    transport: &mut impl Transport,
    narrator: &Narrator,
    about_to_write: impl Fn(&CommonState),
) -> Result<(), Diagnosis> {
    loop {
        if connection.wants_write() {
            about_to_write(connection);
        }
        while connection.wants_write() {
            let written = connection.write_tls(transport);
            written.map_err(|error| broken(connection, error, narrator))?;
        }
        if !connection.is_handshaking() {
            return Ok(());
        }
        match connection.read_tls(transport) {
            Ok(0) => {
                return Err(broken(
                    connection,
                    io::ErrorKind::UnexpectedEof.into(),
                    narrator,
                ));
            }
            Ok(_) => {}
            Err(error) => return Err(broken(connection, error, narrator)),
        }
        if let Err(error) = connection.process_new_packets() {
            // Told before the alert is sent: the other side cannot hear of it first.
            let diagnosis = broken(connection, io_error(error), narrator);
            // One write need not take all: the alert may stand behind other records.
            while connection.wants_write() && connection.write_tls(transport).is_ok() {}
            return Err(diagnosis);
        }
    }
}

/// A handshake broke after the hellos: tells it.
fn broken(connection: &CommonState, error: io::Error, narrator: &Narrator) -> Diagnosis {
    tell_refusal(narrator, &error, progress(connection, narrator.side()))
}

/// How far a handshake is that has begun.
pub(crate) fn progress(connection: &CommonState, side: Side) -> Progress {
    match side {
        Side::Client if connection.peer_certificates().is_none() => Progress::Hello,
        _ => Progress::Certificates,
    }
}

/// Finds the step at which the story ends, and tells it.
pub(crate) fn tell_refusal(
    narrator: &Narrator,
    error: &io::Error,
    progress: Progress,
) -> Diagnosis {
    let diagnosis = diagnose(narrator.side(), error, progress);
    narrator.tell(diagnosis.step, || {
        Fact::refusal(&diagnosis.found, &diagnosis.remedy)
    });
    diagnosis
}

pub(crate) fn io_error(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// webpki's verifier of clients, as the server asks it in step 5.
///
/// # Errors
/// What rustls finds wrong with the CAs or the lists.
pub fn client_verifier(
    trust: &Trust,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, rustls::Error> {
    WebPkiClientVerifier::builder_with_provider(roots(trust)?, Arc::clone(provider))
        .with_crls(trust.revocation_lists.iter().cloned())
        .build()
        .map_err(verifier_error)
}

/// webpki's verifier of servers, as the client asks it in step 3.
///
/// # Errors
/// What rustls finds wrong with the CAs or the lists.
pub fn server_verifier(
    trust: &Trust,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, rustls::Error> {
    WebPkiServerVerifier::builder_with_provider(roots(trust)?, Arc::clone(provider))
        .with_crls(trust.revocation_lists.iter().cloned())
        .build()
        .map_err(verifier_error)
}

fn roots(trust: &Trust) -> Result<Arc<RootCertStore>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    for anchor in &trust.anchors {
        roots.add(anchor.clone())?;
    }
    Ok(Arc::new(roots))
}

fn verifier_error(error: VerifierBuilderError) -> rustls::Error {
    match error {
        VerifierBuilderError::InvalidCrl(error) => rustls::Error::InvalidCertRevocationList(error),
        other => rustls::Error::General(other.to_string()),
    }
}
