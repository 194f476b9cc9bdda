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
mod settings;
mod verifiers;
mod signing_hook;

use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::server::ServerSessionMemoryCache;
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, ClientConnection, CommonState, ConnectionCommon, KeyLogFile, ServerConfig,
    ServerConnection, SideData,
};

pub use self::settings::{ClientSetup, Identity, Offer, ServerSetup, TlsMax, Trust};
use self::step1_client_connects::{client_connects, client_hello_arrives};
use self::step2_server_presents_certificate::PresentsServerCertificate;
use self::step3_client_verifies_server::VerifiesServer;
use self::step4_client_presents_certificate::PresentsClientCertificate;
use self::step5_server_verifies_client::VerifiesClient;
use self::step6_server_authorizes_client::{
    Allowed, AuthorizedClient, NotAuthorized, server_authorizes_client,
};
pub use self::verifiers::{client_verifier, provider, server_verifier};
use crate::error::diagnosis::diagnose;
use crate::error::{Diagnosis, Progress};
use crate::narration::{Fact, Narrator, Side};
use crate::transport::Transport;

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
    let verifier = clients.map(|trust| client_verifier(trust, &provider));
    let verifier = verifier.transpose()?;
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
    let certified =
        identity.map(|Identity { chain, key }| CertifiedKey::from_der(chain, key, &provider));
    let certified = certified.transpose()?;
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
    let answered = hello.into_connection(Arc::clone(&setup.config));
    let mut connection = answered.map_err(|(error, mut alert)| {
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
        // Before the first read too: bytes may have come together with the ClientHello.
        if let Err(error) = connection.process_new_packets() {
            // Told before the alert is sent: the other side cannot hear of it first.
            let diagnosis = broken(connection, io_error(error), narrator);
            // One write need not take all: the alert may stand behind other records.
            while connection.wants_write() && connection.write_tls(transport).is_ok() {}
            return Err(diagnosis);
        }
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
        let read = connection.read_tls(transport).and_then(not_the_end);
        read.map_err(|error| broken(connection, error, narrator))?;
    }
}

/// A read of no bytes: the other side has closed, where a handshake cannot end.
fn not_the_end(count: usize) -> io::Result<()> {
    match count {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
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
