//! The server's side of a connection, from the first byte to the last. Unaware of what it serves and of
//! recordings.
//!
//! It blocks, on purpose: a connection is one thread that reads from top to bottom, in the code and in
//! a debugger. [`serve_connection`] is that thread; [`listening`] starts it.

pub mod listening;
mod binding;
mod places;
mod threads;
pub mod shortage;
mod shutdown;
pub mod proxy_protocol;
mod exchange;
pub mod hello;
pub mod reload;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustls::StreamOwned;

use self::exchange::{exchange, forbid};
use crate::error::{Ending, Error};
use crate::handshake::step6_server_authorizes_client::AuthorizedClient;
use crate::handshake::step7_application_data::{Session, application_data, close_gracefully};
use crate::handshake::{self, ServerSetup};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::narration::Side;
use crate::transport::{Deadline, PATIENCE, Socket, Transport, lingering_close};

/// How long each phase of a connection may last, as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the TCP connection to the end of the handshake. A proxy's header before it may take as long again.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its head and body; and as long for the answer.
    pub request: Duration,
    /// From an answer to the first byte of the next request.
    pub idle: Duration,
    /// Requests that one connection may make.
    pub requests: u32,
}

impl Default for Limits {
    fn default() -> Self {
        // A handshake takes two round trips and some milliseconds of work: ten seconds are for a slow phone, and
        // not for a client that wants to hold a thread. An idle connection may wait longer, because a browser
        // comes back to it. The bound on requests makes every client shake hands again one day, and then its
        // certificate is judged anew.
        Limits {
            handshake: Duration::from_secs(10),
            request: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            requests: 10_000,
        }
    }
}

impl Limits {
    /// No deadlines: the server stands in a debugger while a client waits. Not for production: one slow
    /// client then holds a thread for ever.
    pub fn patient() -> Limits {
        Limits {
            handshake: PATIENCE,
            request: PATIENCE,
            idle: PATIENCE,
            ..Limits::default()
        }
    }
}

/// The other end of a connection, as the handshake left it.
#[derive(Debug)]
pub struct Peer {
    /// Its address. Behind a proxy that sends the PROXY protocol, the one that the proxy names.
    pub address: SocketAddr,
    /// The address and the client's identity in words: how a line of the log begins.
    pub name: String,
    /// The client's identity. `None`: TLS without client certificates.
    pub client: Option<AuthorizedClient>,
    /// What the two sides agreed on.
    pub session: Session,
}

/// What the server answers, where it logs, and how patient it is. Called on the connection's thread.
pub trait Service: Send + Sync {
    /// Makes the answer to a request of `peer`.
    fn answer(&self, request: &Request, peer: &Peer) -> Response;

    /// Takes a line of the log, already safe to show.
    fn log(&self, _line: &str) {}

    /// How long things may last.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// The proxies from which a header of the PROXY protocol is required.
    fn proxies(&self) -> &[IpAddr] {
        &[]
    }
}

/// Takes over a TCP connection, number `number` of this process, from `address`. With it comes the client's address,
/// which is another one behind a proxy.
///
/// # Errors
/// [`Error::Network`] if the client has left already, [`Error::Tls`] if a proxy's header is missing or wrong.
pub fn accept_tcp(
    setup: &ServerSetup,
    service: &dyn Service,
    socket: Socket,
    address: SocketAddr,
    number: u64,
) -> Result<(Deadline, SocketAddr), Error> {
    let within = service.limits().handshake;
    let mut transport =
        Deadline::new(socket, within).map_err(|said| Error::socket(address, &said))?;
    let client = proxy_protocol::begin_connection(setup, service, &mut transport, address, number)?;
    Ok((transport, client))
}

/// Serves a TCP connection, number `number` of this process.
///
/// # Errors
/// As [`accept_tcp`] and [`serve_connection`].
pub fn serve_tcp(
    setup: &ServerSetup,
    service: &dyn Service,
    socket: Socket,
    address: SocketAddr,
    number: u64,
) -> Result<(), Error> {
    let (transport, client) = accept_tcp(setup, service, socket, address, number)?;
    serve_connection(setup, service, transport, client)
}

/// One connection from the first byte to the last: steps 1 to 7, as the server lives them.
///
/// # Errors
/// [`Error::Tls`] if the handshake failed. The client has been told, and so has the narration.
pub fn serve_connection<T: Transport>(
    setup: &ServerSetup,
    service: &dyn Service,
    mut transport: T,
    address: SocketAddr,
) -> Result<(), Error> {
    let limits = service.limits();

    // Steps 1 to 5: the handshake. Both sides know each other, or it ends here.
    transport.set_deadline(limits.handshake);
    let connection = match handshake::accept(setup, &mut transport) {
        Ok(connection) => connection,
        Err(diagnosis) => {
            // The alert is on its way: let it arrive. A client that said nothing gets none, and others want its place.
            if diagnosis.seen.ending != Ending::Silence {
                lingering_close(&mut transport);
            }
            return Err(Error::Tls {
                side: Side::Server,
                peer: address.to_string(),
                diagnosis,
            });
        }
    };

    // Step 6: may this client come in? Asked on a resumed connection, too: its ticket proves which client that was.
    let authorized = handshake::authorize(setup, &connection);
    let mut stream = StreamOwned::new(connection, transport);
    stream.sock.set_deadline(limits.request);

    // Step 7: requests and answers, until one side has enough.
    match authorized {
        Ok(client) => {
            let session = application_data(&stream.conn, &setup.narrator);
            let peer = Peer {
                address,
                name: name(address, client.as_ref()),
                client,
                session,
            };
            exchange(setup, service, &mut stream, &peer);
        }
        Err(refusal) => forbid(service, &mut stream, address, &refusal),
    }
    // A new phase: the last one may be over, and close_notify is still owed.
    stream.sock.set_deadline(limits.request);
    close_gracefully(&mut stream);
    Ok(())
}

/// How the log calls a client: its address and its identity.
fn name(address: SocketAddr, client: Option<&AuthorizedClient>) -> String {
    match client {
        Some(client) => format!("{address} {}", client.identity()),
        None => format!("{address} anybody"),
    }
}
