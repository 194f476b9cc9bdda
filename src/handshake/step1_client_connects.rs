//! Step 1: the client connects.
//!
//! The client sends a ClientHello, and the server answers with a ServerHello (RFC 8446 §4.1). Both compute the
//! same secret from the two key shares, and in TLS 1.3 they encrypt everything from here on. Neither side knows
//! yet which program the other one is.
//!
//! rustls makes the key shares and the messages (`rustls/src/client/hs.rs`, `rustls/src/server/hs.rs`). This
//! file is the place where we look.
//!
//! Breakpoint: `hello_mtls::handshake::step1_client_connects::client_connects`; on the server
//! `client_hello_arrived`.
//!
//! [中文]: crate#in-chinese
//! [The seven steps]: super
//! [step 2]: super::step2_server_presents_certificate
#![doc = include_str!("terms.md")]
#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/handshake/step1_client_connects.md")]

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use rustls::{ClientConfig, ClientConnection};

use super::{facts, io_error, reject_eof, tell_refusal};
use crate::error::diagnosis::may_tell_more;
use crate::error::{Diagnosis, Progress, Seen};
use crate::narration::{Fact, Narrator, Step, narrator};
use crate::text;
use crate::transport::Transport;

/// The client's side: makes a TLS connection with a ClientHello in its buffer.
///
/// `server_name` goes into the ClientHello (as SNI, unless it is an IP address), and step 3 compares the
/// server's certificate with it. This function sends nothing.
#[inline(never)]
pub fn client_connects(
    config: &Arc<ClientConfig>,
    server_name: ServerName<'static>,
    narrator: &Narrator,
) -> Result<ClientConnection, rustls::Error> {
    let wanted = server_name.to_str().into_owned();
    // An earlier handshake on this thread may have stopped after the server's request, so its notes are
    // deleted here. Notes are per thread because a hook gets no connection.
    narrator::forget_notes();
    // In this call rustls draws the client's random, makes a key share for the preferred group, looks for a
    // ticket of an earlier connection to this name, and writes the ClientHello into a buffer:
    // `rustls/src/client/hs.rs`, `start_handshake`. Later `write_tls` sends it. The fields of the message,
    // parsed by hand: `src/instruments/wire/messages/hello.rs`.
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

/// The server's side: waits for a whole ClientHello and reads it before the server decides anything.
///
/// # Errors
/// The peer sent no ClientHello. The narrator has then reported it, and the alert is sent.
pub fn client_hello_arrives(
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Result<Accepted, Diagnosis> {
    // An `Acceptor` needs no configuration: rustls parses the ClientHello and stops, so that a server could
    // choose its configuration by the name in it. `ServerConnection::new` would take one configuration at once.
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

/// Reports that the server refuses a ClientHello, and then sends the alert. The order matters: the client
/// cannot hear of the refusal before the server's event.
pub(super) fn refuse_hello(
    error: rustls::Error,
    mut alert: AcceptedAlert,
    transport: &mut impl Transport,
    narrator: &Narrator,
) -> Diagnosis {
    await_first_bytes(transport);
    let seen = Seen {
        first_bytes: transport.first_bytes().to_vec(),
        ..Seen::at(Progress::Hello)
    };
    let diagnosis = tell_refusal(narrator, &io_error(error), seen);
    let _ = alert.write_all(transport);
    diagnosis
}

/// rustls refuses what is no TLS at its first byte. A few more say what it is, and they may still be on their way. The
/// deadline of the handshake holds here, too.
fn await_first_bytes(transport: &mut impl Transport) {
    let mut next = [0];
    while may_tell_more(transport.first_bytes()) && matches!(transport.read(&mut next), Ok(1)) {}
}

/// Reports that the ClientHello has arrived. This is the server's breakpoint of step 1.
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
