//! Step 1: the client connects.
//!
//! The client says hello, the server answers: ClientHello, ServerHello (RFC 8446 §4.1). From their two key
//! shares both compute the same secret, and all that follows is encrypted (TLS 1.3). With whom? Nobody knows
//! yet.
//!
//! Breakpoint: `hello_mtls::handshake::step1_client_connects::client_connects`; on the server
//! `client_hello_arrived`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 2]: super::step2_server_presents_certificate
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step1_client_connects.md")]

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use rustls::{ClientConfig, ClientConnection};

use super::{facts, io_error, reject_eof, tell_refusal};
use crate::error::{Diagnosis, Progress, Seen};
use crate::narration::{Fact, Narrator, Step, narrator};
use crate::text;
use crate::transport::Transport;

/// The client's side: makes a TLS connection whose ClientHello is ready to be sent.
///
/// `server_name` goes into the ClientHello (SNI, unless it is an IP address), and step 3 compares the
/// server's certificate with it. Nothing is sent here.
#[inline(never)]
pub fn client_connects(
    config: &Arc<ClientConfig>,
    server_name: ServerName<'static>,
    narrator: &Narrator,
) -> Result<ClientConnection, rustls::Error> {
    let wanted = server_name.to_str().into_owned();
    // The thread's last handshake may have ended between the server's question and the client's answer.
    narrator::forget_notes();
    // In here rustls draws the client's random, makes a key share for the preferred group, looks for a
    // ticket of an earlier connection to this name, and writes the ClientHello into a buffer. When we have
    // it back, `write_tls` sends it. By hand: `src/instruments/wire/messages/hello.rs`.
    let connection = ClientConnection::new(Arc::clone(config), server_name)?;
    narrator.tell(Step::ClientConnects, || {
        let groups = config.crypto_provider().kx_groups.iter();
        Fact::ClientHelloPrepared {
            server_name: wanted,
            groups: groups.map(|group| facts::name(group.name())).collect(),
        }
    });
    Ok(connection)
}

/// The server's side: waits for a whole ClientHello, and reads it before anything is decided.
///
/// # Errors
/// The peer sent no ClientHello. It is told, and the alert that explains it is sent.
pub fn client_hello_arrives(
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Result<Accepted, Diagnosis> {
    // An `Acceptor` holds no settings yet: rustls parses the ClientHello and stops, so that a server could
    // choose its settings by the name in it. The other way round, `ServerConnection::new`, decides at once.
    let mut acceptor = Acceptor::default();
    loop {
        if let Err(error) = acceptor.read_tls(transport).and_then(reject_eof) {
            let seen = Seen {
                first_bytes: transport.first_bytes().to_vec(),
                ..Seen::at(Progress::Hello)
            };
            return Err(tell_refusal(narrator, &error, seen));
        }
        match acceptor.accept() {
            Ok(None) => {}
            Ok(Some(accepted)) => {
                client_hello_arrived(&accepted, narrator);
                return Ok(accepted);
            }
            Err((error, alert)) => return Err(refuse_hello(error, alert, transport, narrator)),
        }
    }
}

/// The server refuses a ClientHello: reports it, then sends the alert that explains it. In this order, so
/// that the client cannot hear of it before the server has reported it.
pub(super) fn refuse_hello(
    error: rustls::Error,
    mut alert: AcceptedAlert,
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Diagnosis {
    let seen = Seen {
        first_bytes: transport.first_bytes().to_vec(),
        ..Seen::at(Progress::Hello)
    };
    let diagnosis = tell_refusal(narrator, &io_error(error), seen);
    let _ = alert.write_all(transport);
    diagnosis
}

/// The ClientHello is here. This is the server's breakpoint of step 1.
#[inline(never)]
pub fn client_hello_arrived(accepted: &Accepted, narrator: &Narrator) {
    let hello = accepted.client_hello();
    narrator.tell(Step::ClientConnects, || Fact::ClientHelloReceived {
        server_name: hello
            .server_name()
            .map(|name| text::shorten(&text::terminal(name), 60)),
        cipher_suites: hello.cipher_suites().len(),
        groups: hello.named_groups().unwrap_or_default().len(),
    });
}
