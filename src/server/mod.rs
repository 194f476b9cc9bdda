//! The server's side of a connection, from the first byte to the last. Unaware of what it serves and of
//! who watches.
//!
//! It blocks, on purpose: a connection is one thread that reads from top to bottom, in the code and in
//! a debugger. [`serve_connection`] is that thread; [`listening`] starts it.

pub mod listening;
mod exchange;
pub mod hello;

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use self::exchange::{exchange, forbid};
use crate::error::Error;
use crate::handshake::step6_server_authorizes_client::AuthorizedClient;
use crate::handshake::step7_application_data::{Session, application_data};
use crate::handshake::{self, ServerSetup};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::narration::Side;
use crate::transport::{Deadline, Transport, part};

/// How long each phase of a connection may last, as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the TCP connection to the end of the handshake.
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
        Limits {
            handshake: Duration::from_secs(10),
            request: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            requests: 10_000,
        }
    }
}

/// The other end of a connection, as the handshake left it.
#[derive(Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Who it is. `None`: TLS without client certificates.
    pub client: Option<AuthorizedClient>,
    /// What the two sides agreed on.
    pub session: Session,
}

/// Makes the answer to a request of a peer. Called on the connection's thread.
pub type AnswerTo = dyn Fn(&Request, &Peer) -> Response + Send + Sync;

/// What the server answers, and where it reports.
pub struct Site {
    /// Makes the answer to a request.
    pub answer: Box<AnswerTo>,
    /// Takes a line of the log, already safe to show.
    pub log: Box<dyn Fn(&str) + Send + Sync>,
    /// How long things may last.
    pub limits: Limits,
}

/// Serves a TCP connection, number `number` of this process.
///
/// # Errors
/// As [`serve_connection`], and [`Error::Network`] if the client has left already.
pub fn serve_tcp(
    setup: &ServerSetup,
    site: &Site,
    socket: TcpStream,
    address: SocketAddr,
    number: u64,
) -> Result<(), Error> {
    setup
        .narrator
        .open(number, || format!("{address} connects"));
    let transport = Deadline::new(socket, site.limits.handshake)
        .map_err(|said| Error::socket(address, &said))?;
    serve_connection(setup, site, transport, address)
}

/// One connection from the first byte to the last: steps 1 to 7, as the server lives them.
///
/// # Errors
/// [`Error::Tls`] if the handshake failed. The client has been told, and so has the narration.
pub fn serve_connection<T: Transport>(
    setup: &ServerSetup,
    site: &Site,
    mut transport: T,
    address: SocketAddr,
) -> Result<(), Error> {
    // Steps 1 to 5: the handshake. Both sides know each other, or it ends here.
    transport.allow(site.limits.handshake);
    let connection = match handshake::accept(setup, &mut transport) {
        Ok(connection) => connection,
        Err(diagnosis) => {
            // The alert is on its way: let it arrive.
            part(&mut transport);
            return Err(Error::Tls {
                side: Side::Server,
                peer: address.to_string(),
                diagnosis,
            });
        }
    };

    // Step 6: may this client come in?
    let authorized = handshake::authorize(setup, &connection);
    let mut stream = StreamOwned::new(connection, transport);
    stream.sock.allow(site.limits.request);

    // Step 7: requests and answers, until one side has enough.
    match authorized {
        Ok(client) => {
            let session = application_data(&stream.conn, &setup.narrator);
            exchange(
                setup,
                site,
                &mut stream,
                &Peer {
                    address,
                    client,
                    session,
                },
            );
        }
        Err(refusal) => forbid(site, &mut stream, address, &refusal),
    }
    // A new phase: the last one may be over, and the goodbye is still owed.
    stream.sock.allow(site.limits.request);
    say_goodbye(&mut stream);
    Ok(())
}

/// Ends with close_notify, so that the client can tell the end from a cut (RFC 8446 §6.1). After it,
/// rustls's `complete_io` would wait for the client's: the bytes are written by hand.
fn say_goodbye<T: Transport>(stream: &mut StreamOwned<ServerConnection, T>) {
    stream.conn.send_close_notify();
    while stream.conn.wants_write() {
        if stream.conn.write_tls(&mut stream.sock).is_err() {
            return;
        }
    }
    part(&mut stream.sock);
}
