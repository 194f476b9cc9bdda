//! The handshake in seven steps, one module per step, in the order in which they happen.
//!
//! rustls performs the handshake. This code configures it, drives it, and watches it. [`server_config`] and
//! [`client_config`] give rustls one hook per step: an object that rustls calls in the middle of a handshake.
//! [`accept`] and [`connect`] then move the bytes, and read like the protocol. This drawing shows the calls of
//! a full mTLS handshake in TLS 1.3, from top to bottom (our code → rustls → our hooks):
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
//! To see what happens inside rustls, read `rustls/src/client/hs.rs` (ClientHello), `rustls/src/client/tls13.rs`
//! and `rustls/src/server/tls13.rs` (all other messages), and `rustls/src/tls13/key_schedule.rs` (keys). This
//! crate does the cryptography once more by hand, on recorded connections: see `key_schedule.rs`,
//! `decryption.rs` and `signatures.rs` in [`crate::instruments::wire`].
//!
//! This module knows nothing about HTTP, files, or the instruments that watch the bytes. The terms are in
//! [`glossary`].

pub mod step1_client_connects;
pub mod step2_server_presents_certificate;
pub mod step3_client_verifies_server;
pub mod step4_client_presents_certificate;
pub mod step5_server_verifies_client;
pub mod step6_server_authorizes_client;
pub mod step7_application_data;
pub mod open_connection;
mod settings;
mod verifiers;
mod signing_hook;
mod facts;
pub mod glossary;

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

use self::open_connection::{ClientJudge, NewestJudge};
pub use self::settings::{ClientSetup, ExpiredLists, Identity, Offer, ServerSetup, TlsMax, Trust};
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

/// Assembles the server's configuration, step by step. `clients` holds the CAs that vouch for clients; with
/// `None` the server speaks TLS without client certificates.
///
/// The steps appear in the order 1, 5, 2, 7, because rustls's builder has one type per stage and takes the
/// verifier of clients before the certificate.
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

    // Step 5: how the server verifies the client's certificate. Without a verifier it does not ask for one.
    let judge = clients.map(|trust| ClientJudge::new(trust, &provider));
    let judge = judge.transpose()?;
    let verifier = judge.as_ref().map(|judge| Arc::clone(&judge.verifier));
    let builder = match &verifier {
        Some(verifier) => builder.with_client_cert_verifier(Arc::new(ClientVerifierHook {
            verifier: Arc::clone(verifier),
            narrator: narrator.clone(),
        })),
        None => builder.with_no_client_auth(),
    };

    // Step 2: which certificate the server sends.
    let certified = CertifiedKey::from_der(identity.chain, identity.key, &provider)?;
    let hook = ServerCertificateHook::new(certified, judge.is_some(), narrator.clone());
    let mut config = builder.with_cert_resolver(Arc::new(hook));

    // Step 7: the protocols inside (ALPN), and the sessions that make the next handshake short. http/1.0 is
    // there for `curl --http1.0`. The sessions live in memory and not in tickets that a key encrypts. So a new
    // process, or a new configuration, forgets all old sessions. 1024 is the limit of that memory.
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(1024);
    config.key_log = Arc::new(KeyLogFile::new());
    Ok(ServerSetup {
        config: Arc::new(config),
        newest: NewestJudge::new(judge.clone()),
        judge,
        allowed,
        narrator,
    })
}

/// Assembles the client's configuration, step by step. `servers` holds the CAs that vouch for servers, and
/// `identity` is what the client shows if the server asks.
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

    // Step 3: how the client verifies the server's certificate. rustls calls every verifier of an application
    // "dangerous", because an empty one would accept any server. Ours asks webpki and reports the verdict.
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

    // Step 7: the protocol inside (ALPN), and the tickets of at most eight servers for short handshakes.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::in_memory_sessions(8);
    config.key_log = Arc::new(KeyLogFile::new());
    Ok(ClientSetup {
        config: Arc::new(config),
        narrator,
    })
}

/// The server's handshake: steps 1 to 5. It returns when the server has verified the client.
///
/// # Errors
/// The step that failed, and why. The narrator has then reported it, and the alert is sent.
pub fn accept(
    setup: &ServerSetup,
    transport: &mut impl Transport,
) -> Result<ServerConnection, Diagnosis> {
    let narrator = &setup.narrator;

    // Steps 1 and 2: read the ClientHello, and answer it.
    let mut connection = answer_hello(setup, transport)?;

    // Steps 2 to 5: rustls writes and reads the messages, and calls our hooks of step 5 while it reads the
    // client's flight.
    loop {
        // Receive before sending, because more bytes may have arrived together with the ClientHello.
        receive_flight(&mut connection, transport, narrator)?;
        send_flight(&mut connection, transport, narrator)?;
        if !connection.is_handshaking() {
            return Ok(connection);
        }
    }
}

/// Steps 1 and 2. Not inlined: an idle connection keeps the stack that its handshake touched, and the values that this
/// function moves around take some kilobytes of it.
#[inline(never)]
fn answer_hello(
    setup: &ServerSetup,
    transport: &mut impl Transport,
) -> Result<ServerConnection, Diagnosis> {
    // Step 1: read the ClientHello. The server decides nothing yet.
    let hello = client_hello_arrives(transport, &setup.narrator)?;

    // Step 2: rustls makes the server's flight, and calls our hooks of step 2 inside `into_connection`.
    let made = hello.into_connection(Arc::clone(&setup.config));
    made.map_err(|(error, alert)| refuse_hello(error, alert, transport, &setup.narrator))
}

/// The server's decision after the handshake: step 6. It returns `None` in TLS without client certificates,
/// where the server has no client to authorize.
///
/// # Errors
/// [`NotAuthorized`], with the client and the reason.
pub fn authorize(
    setup: &ServerSetup,
    connection: &ServerConnection,
) -> Result<Option<AuthorizedClient>, NotAuthorized> {
    let Some(judge) = &setup.judge else {
        return Ok(None);
    };
    let resumed = connection.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    let verify_again = resumed.then_some(&*judge.verifier);
    let chain = connection.peer_certificates().unwrap_or_default();
    server_authorizes_client(chain, verify_again, &setup.allowed, &setup.narrator).map(Some)
}

/// The client's handshake: steps 1, 3 and 4. It returns when the client has verified the server. In TLS 1.3
/// the server has not verified the client at that time.
///
/// # Errors
/// The step that failed, and why. The narrator has then reported it, and the alert is sent.
pub fn connect(
    setup: &ClientSetup,
    server_name: ServerName<'static>,
    transport: &mut impl Transport,
) -> Result<ClientConnection, Diagnosis> {
    let narrator = &setup.narrator;

    // Step 1: rustls writes a ClientHello, and the loop below sends it.
    let mut connection = match client_connects(&setup.config, server_name, narrator) {
        Ok(connection) => connection,
        Err(error) => return Err(tell_refusal(narrator, &io_error(error), Progress::Hello)),
    };

    // Steps 3 and 4: rustls reads and writes the messages, and calls our hooks while it reads the server's
    // flight.
    loop {
        send_flight(&mut connection, transport, narrator)?;
        if !connection.is_handshaking() {
            return Ok(connection);
        }
        receive_flight(&mut connection, transport, narrator)?;
        // rustls returns the server's certificates as soon as step 3 is done. Without this condition the
        // report of step 4 could precede step 3: when ServerHello has arrived, rustls already wants to send
        // a ChangeCipherSpec (RFC 8446 §D.4).
        if connection.peer_certificates().is_some() {
            report_empty_certificate(narrator);
        }
    }
}

/// Receives until rustls has something to send, or until the handshake is complete. A flight is all that one
/// side sends before it waits for the other one.
fn receive_flight<S: SideData>(
    connection: &mut ConnectionCommon<S>,
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Result<(), Diagnosis> {
    let mut came = 0;
    loop {
        if let Err(error) = connection.process_new_packets() {
            // Report before sending the alert, so that this side's event comes first.
            let diagnosis = report_failure(connection, io_error(error), came, transport, narrator);
            // One write may not be enough, because other records can stand before the alert.
            while connection.wants_write() && connection.write_tls(transport).is_ok() {}
            return Err(diagnosis);
        }
        if connection.wants_write() || !connection.is_handshaking() {
            return Ok(());
        }
        match connection.read_tls(transport).and_then(reject_eof) {
            Ok(count) => came += count,
            Err(error) => return Err(report_failure(connection, error, came, transport, narrator)),
        }
    }
}

/// Sends everything that rustls has in its buffer.
fn send_flight<S: SideData>(
    connection: &mut ConnectionCommon<S>,
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Result<(), Diagnosis> {
    while connection.wants_write() {
        if let Err(error) = connection.write_tls(transport) {
            return Err(report_failure(connection, error, 0, transport, narrator));
        }
    }
    Ok(())
}

/// A read of zero bytes means that the other side closed the connection. A handshake cannot end like that.
fn reject_eof(count: usize) -> io::Result<usize> {
    match count {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => Ok(count),
    }
}

/// The bytes of a ChangeCipherSpec. In TLS 1.3 it means nothing, and a client may send it before it has verified
/// anything (RFC 8446 §D.4).
const CHANGE_CIPHER_SPEC: usize = 6;

/// Reports a handshake that failed after the ClientHello. `came`: how many bytes of the other side's flight.
fn report_failure(
    connection: &CommonState,
    error: io::Error,
    came: usize,
    transport: &impl Transport,
    narrator: &Narrator,
) -> Diagnosis {
    let seen = Seen {
        tls12: speaks_tls12(connection),
        first_bytes: transport.first_bytes().to_vec(),
        flight_began: came > CHANGE_CIPHER_SPEC,
        ..Seen::at(progress(connection, narrator.side()))
    };
    tell_refusal(narrator, &error, seen)
}

/// True if the two sides agreed on TLS 1.2.
pub(crate) fn speaks_tls12(connection: &CommonState) -> bool {
    connection.protocol_version() == Some(ProtocolVersion::TLSv1_2)
}

/// How far a handshake has come: the diagnosis depends on it.
pub(crate) fn progress(connection: &CommonState, side: Side) -> Progress {
    match side {
        Side::Client if connection.peer_certificates().is_none() => Progress::Hello,
        _ => Progress::Certificates,
    }
}

/// Adds the notes of the hooks to what the caller has `seen` of the connection. Notes are kept per thread.
pub(crate) fn with_notes(side: Side, seen: Seen) -> Seen {
    let notes = narrator::notes();
    let request = notes.request.as_ref().map(facts::request);
    Seen {
        request: request.filter(|_| side == Side::Client),
        asks: side == Side::Server && notes.asks,
        ..seen
    }
}

/// Finds the step at which the connection failed, and reports it. `seen` is what the caller knows about the
/// connection. This function adds what the hooks noted.
pub(crate) fn tell_refusal(
    narrator: &Narrator,
    error: &io::Error,
    seen: impl Into<Seen>,
) -> Diagnosis {
    let seen = with_notes(narrator.side(), seen.into());
    let diagnosis = diagnose_connection(narrator.side(), error, seen);
    handshake_ends(&diagnosis, &diagnosis.found.to_string(), narrator);
    diagnosis
}

/// The handshake ends here for this side. A function of its own, because a debugger finds no generic one by its
/// name: this is the breakpoint of every refusal. It gets `found` in words, too, because a debugger shows plain text
/// best, under the name that `debug/steps.txt` has.
#[inline(never)]
fn handshake_ends(diagnosis: &Diagnosis, found: &str, narrator: &Narrator) {
    let _ = found;
    narrator.tell(diagnosis.step, || Fact::Refused {
        found: diagnosis.found.clone(),
        remedy: diagnosis.remedy.clone(),
        message: diagnosis.rustls_message.clone(),
    });
}

pub(crate) fn io_error(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
