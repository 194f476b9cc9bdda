//! The corridor: seven doors in the order of the story.
//!
//! [`server_config`] and [`client_config`] hang each step's hook where rustls asks for it.
//! [`accept`] and [`connect`] then let rustls run a handshake and read like one. Who calls whom in a full
//! mTLS handshake of TLS 1.3, from top to bottom (ours → rustls → ours):
//!
//! ```text
//! ours                           rustls                                        ours
//! the client: connect
//!   1 client_connects        ──▶ ClientConnection::new
//!   send_flight              ──▶ write_tls: ClientHello
//! the server: accept
//!   client_hello_arrives     ──▶ Acceptor::accept                          ──▶ 1 client_hello_arrived
//!   accept                   ──▶ Accepted::into_connection
//!                                  ResolvesServerCert::resolve             ──▶ ServerCertificateHook
//!                                  Signer::sign                            ──▶ 2 server_presents_certificate
//!   send_flight              ──▶ write_tls: ServerHello … Finished
//! the client
//!   receive_flight           ──▶ process_new_packets
//!                                  ResolvesClientCert::resolve             ──▶ ClientCertificateHook
//!                                  ServerCertVerifier::verify_server_cert  ──▶ 3 client_verifies_server
//!                                    … ::verify_tls13_signature            ──▶ 3 server_owns_its_key
//!                                  Signer::sign                            ──▶ 4 client_presents_certificate
//!   send_flight              ──▶ write_tls: Certificate … Finished
//!   7 application_data           (the client may send; the server has not judged it yet)
//! the server
//!   receive_flight           ──▶ process_new_packets
//!                                  ClientCertVerifier::verify_client_cert  ──▶ 5 server_verifies_client
//!                                    … ::verify_tls13_signature            ──▶ 5 client_owns_its_key
//!   send_flight              ──▶ write_tls: NewSessionTicket
//!   authorize                ──▶ peer_certificates
//!   6 server_authorizes_client
//!   7 application_data
//! ```
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
mod facts;

use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::server::ServerSessionMemoryCache;
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, ClientConnection, CommonState, ConnectionCommon, KeyLogFile, ProtocolVersion,
    ServerConfig, ServerConnection, SideData,
};

pub use self::settings::{ClientSetup, Identity, Offer, ServerSetup, TlsMax, Trust};
use self::step1_client_connects::{client_connects, client_hello_arrives, refuse_hello};
use self::step2_server_presents_certificate::ServerCertificateHook;
use self::step3_client_verifies_server::ServerVerifierHook;
use self::step4_client_presents_certificate::{ClientCertificateHook, report_empty_certificate};
use self::step5_server_verifies_client::ClientVerifierHook;
use self::step6_server_authorizes_client::{
    Allowed, AuthorizedClient, NotAuthorized, server_authorizes_client,
};
pub use self::verifiers::{client_verifier, provider, server_verifier};
use crate::error::diagnosis::diagnose_connection;
use crate::error::{Diagnosis, Progress, Seen};
use crate::narration::{Fact, Narrator, Side, narrator};
use crate::transport::Transport;

/// Assembles the server's side, step by step. `clients`: the CAs that vouch for clients; `None`: TLS
/// without client certificates.
///
/// The steps stand as 1, 5, 2, 7: rustls's builder has a type per stage, and takes the verifier of clients
/// before the certificate.
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
        Some(verifier) => builder.with_client_cert_verifier(Arc::new(ClientVerifierHook {
            verifier: Arc::clone(verifier),
            narrator: narrator.clone(),
        })),
        None => builder.with_no_client_auth(),
    };

    // Step 2: which certificate the server sends.
    let certified = CertifiedKey::from_der(identity.chain, identity.key, &provider)?;
    let hook = ServerCertificateHook::new(certified, verifier.is_some(), narrator.clone());
    let mut config = builder.with_cert_resolver(Arc::new(hook));

    // Step 7: what is spoken inside, and what makes the next handshake short. http/1.0 is listed for
    // `curl --http1.0`. A session store in memory, not a ticket key: a restart, or a new config after a change
    // of files, forgets every old session. 1024 sessions bound its memory.
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
    let verifier = Arc::new(ServerVerifierHook {
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
    let hook = ClientCertificateHook::new(certified, narrator.clone());
    let mut config = builder.with_client_cert_resolver(Arc::new(hook));

    // Step 7: what is spoken inside, and what makes the next handshake short: tickets of eight servers.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::in_memory_sessions(8);
    config.key_log = Arc::new(KeyLogFile::new());
    Ok(ClientSetup {
        config: Arc::new(config),
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

    // Steps 2 to 5: rustls decides what to write and what to expect, and calls our hooks. Step 2's run in
    // `into_connection`, step 5's while the client's flight is received.
    let mut connection = match hello.into_connection(Arc::clone(&setup.config)) {
        Ok(connection) => connection,
        Err((error, alert)) => return Err(refuse_hello(error, alert, transport, narrator)),
    };
    loop {
        // Received first: bytes may have come together with the ClientHello.
        receive_flight(&mut connection, transport, narrator)?;
        send_flight(&mut connection, transport, narrator)?;
        if !connection.is_handshaking() {
            return Ok(connection);
        }
    }
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
    let mut connection = match client_connects(&setup.config, server_name, narrator) {
        Ok(connection) => connection,
        Err(error) => return Err(tell_refusal(narrator, &io_error(error), Progress::Hello)),
    };

    // Steps 3 and 4: rustls decides what to write and what to expect, and calls our hooks while the server's
    // flight is received.
    loop {
        send_flight(&mut connection, transport, narrator)?;
        if !connection.is_handshaking() {
            return Ok(connection);
        }
        receive_flight(&mut connection, transport, narrator)?;
        // Certificates are there when step 3 is done. Earlier, only a compatibility message waits to be sent
        // (RFC 8446 appendix D.4), and step 4 would be reported before step 3.
        if connection.peer_certificates().is_some() {
            report_empty_certificate(narrator);
        }
    }
}

/// Receives until rustls has something to send or is done. A flight is what one side sends before it has to
/// wait for the other.
fn receive_flight<S: SideData>(
    connection: &mut ConnectionCommon<S>,
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Result<(), Diagnosis> {
    loop {
        if let Err(error) = connection.process_new_packets() {
            // Reported before the alert is sent: the other side cannot hear of it first.
            let diagnosis = report_failure(connection, io_error(error), transport, narrator);
            // One write need not take all: the alert may stand behind other records.
            while connection.wants_write() && connection.write_tls(transport).is_ok() {}
            return Err(diagnosis);
        }
        if connection.wants_write() || !connection.is_handshaking() {
            return Ok(());
        }
        if let Err(error) = connection.read_tls(transport).and_then(reject_eof) {
            return Err(report_failure(connection, error, transport, narrator));
        }
    }
}

/// Sends what rustls has to say, all of it.
fn send_flight<S: SideData>(
    connection: &mut ConnectionCommon<S>,
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Result<(), Diagnosis> {
    while connection.wants_write() {
        if let Err(error) = connection.write_tls(transport) {
            return Err(report_failure(connection, error, transport, narrator));
        }
    }
    Ok(())
}

/// A read of no bytes: the other side has closed, where a handshake cannot end.
fn reject_eof(count: usize) -> io::Result<()> {
    if count == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// A handshake broke after the client's hello: reports it.
fn report_failure(
    connection: &CommonState,
    error: io::Error,
    transport: &impl Transport,
    narrator: &Narrator,
) -> Diagnosis {
    let seen = Seen {
        tls12: speaks_tls12(connection),
        first_bytes: transport.first_bytes().to_vec(),
        ..Seen::at(progress(connection, narrator.side()))
    };
    tell_refusal(narrator, &error, seen)
}

/// Whether the two agreed on TLS 1.2.
pub(crate) fn speaks_tls12(connection: &CommonState) -> bool {
    connection.protocol_version() == Some(ProtocolVersion::TLSv1_2)
}

/// How far a handshake is that has begun.
pub(crate) fn progress(connection: &CommonState, side: Side) -> Progress {
    match side {
        Side::Client if connection.peer_certificates().is_none() => Progress::Hello,
        _ => Progress::Certificates,
    }
}

/// Finds the step at which the story ends, and tells it. `seen` is what the caller knows of the connection; step 4's
/// hook has noted what the server asked for.
pub(crate) fn tell_refusal(
    narrator: &Narrator,
    error: &io::Error,
    seen: impl Into<Seen>,
) -> Diagnosis {
    let mut seen = seen.into();
    if narrator.side() == Side::Client {
        seen.request = narrator::take_request();
    }
    let diagnosis = diagnose_connection(narrator.side(), error, seen);
    handshake_ends(&diagnosis, &diagnosis.found, narrator);
    diagnosis
}

/// The handshake ends here for this side. A function of its own, because a debugger finds no generic one by its
/// name: this is the breakpoint of every refusal. It gets `found` apart, because lldb shows plain text best.
#[inline(never)]
fn handshake_ends(diagnosis: &Diagnosis, found: &str, narrator: &Narrator) {
    narrator.tell(diagnosis.step, || Fact::Refused {
        found: found.to_owned(),
        remedy: diagnosis.remedy.clone(),
        message: diagnosis.rustls_message.clone(),
    });
}

pub(crate) fn io_error(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
