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

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::server::{Accepted, Acceptor};
use rustls::{ClientConfig, ClientConnection, NamedGroup};

use super::{io_error, not_the_end, tell_refusal};
use crate::error::{Diagnosis, Progress};
use crate::narration::{Fact, Narrator, Step};
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
    let connection = ClientConnection::new(Arc::clone(config), server_name)?;
    narrator.tell(Step::ClientConnects, || {
        let groups = config.crypto_provider().kx_groups.iter();
        let groups: Vec<NamedGroup> = groups.map(|group| group.name()).collect();
        let says = format!(
            "says hello to \"{wanted}\", offers {}",
            groups_in_words(&groups)
        );
        Fact::new(says, "nothing yet: whoever answers may be anybody")
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
    let mut acceptor = Acceptor::default();
    let broken = |error: io::Error| tell_refusal(narrator, &error, Progress::Hello);
    loop {
        let read = acceptor.read_tls(transport).and_then(not_the_end);
        read.map_err(broken)?;
        match acceptor.accept() {
            Ok(None) => {}
            Ok(Some(accepted)) => {
                client_hello_arrived(&accepted, narrator);
                return Ok(accepted);
            }
            Err((error, mut alert)) => {
                let diagnosis = broken(io_error(error));
                let _ = alert.write_all(transport);
                return Err(diagnosis);
            }
        }
    }
}

/// The ClientHello is here. This is the server's breakpoint of step 1.
#[inline(never)]
pub fn client_hello_arrived(accepted: &Accepted, narrator: &Narrator) {
    let hello = accepted.client_hello();
    let (server_name, suites) = (hello.server_name(), hello.cipher_suites().len());
    let groups = hello.named_groups().unwrap_or_default().len();
    narrator.tell(Step::ClientConnects, || {
        let wanted = match server_name {
            Some(name) => format!("for \"{}\"", text::shorten(&text::terminal(name), 60)),
            None => "that names no server".to_owned(),
        };
        Fact::new(
            format!("hears a hello {wanted}: {suites} cipher suites, {groups} groups"),
            "nothing yet: anybody may say hello",
        )
    });
}

/// The preferred group, and how many more.
fn groups_in_words(groups: &[NamedGroup]) -> String {
    match groups {
        [] => "no group".to_owned(),
        [only] => format!("{only:?}"),
        [first, more @ ..] => format!("{first:?} and {} more", more.len()),
    }
}
