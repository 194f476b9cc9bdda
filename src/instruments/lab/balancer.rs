//! A balancer, and the application behind it, for the exercise `behind-the-proxy`. Both do what many do: the balancer writes
//! the client's name into a header, and the application believes it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::StreamOwned;
use rustls::pki_types::ServerName;

use super::meeting::{
    Client, LIMITS, Outcome, Server, TIMEOUT, listener, outcome_of_refusal, serve,
};
use crate::certificates::failed;
use crate::error::Error;
use crate::handshake::{self, TlsMax};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::instruments::gallery::meeting::no_loopback;
use crate::narration::Recorder;
use crate::server::{Limits, Peer, Service};
use crate::transport::Deadline;

/// The header in which the balancer writes the client's name.
pub const HEADER: &str = "X-Client-Name";

/// How the balancer takes connections.
#[derive(Clone, Debug)]
pub enum Mode {
    /// It ends TLS itself, with these files, and asks the application over TLS of its own.
    Http {
        /// Its own side towards clients.
        server: Box<Server>,
        /// Its side towards the application.
        client: Box<Client>,
        /// It removes the header from what a client sends.
        strips: bool,
    },
    /// It passes bytes on.
    Tcp,
}

/// Takes one connection of a client with this forged header, at the balancer, or at the application itself.
///
/// # Errors
/// No loopback, or settings that rustls refuses.
pub fn visit(
    balancer: Option<&Mode>,
    application: &Server,
    client: &Client,
    forged: &str,
    tls_max: TlsMax,
) -> Result<Outcome, Error> {
    let recorder = Arc::new(Recorder::default());
    let behind = Arc::new(application.setup(tls_max, &recorder)?);
    let (door, address) = listener()?;
    let served = thread::spawn(move || -> Result<(), Error> {
        let (socket, from) = door.accept().map_err(no_loopback)?;
        serve(&behind, &Application, socket, from)
    });
    let (outside, passing) = match balancer {
        None => (address, None),
        Some(mode) => {
            let (door, outside) = listener()?;
            let mode = mode.clone();
            let recorder = Arc::clone(&recorder);
            let passing = thread::spawn(move || -> Result<(), Error> {
                let (socket, from) = door.accept().map_err(no_loopback)?;
                match mode {
                    Mode::Tcp => pass_on(socket, address),
                    Mode::Http {
                        server,
                        client,
                        strips,
                    } => {
                        let forward = Forward {
                            client,
                            address,
                            strips,
                            tls_max,
                        };
                        serve(&server.setup(tls_max, &recorder)?, &forward, socket, from)
                    }
                }
            });
            (outside, Some(passing))
        }
    };
    let asked = ask(client, outside, &[(HEADER, forged)], tls_max);
    // A door at which nobody knocked any more is knocked at, so that its thread ends.
    let _ = TcpStream::connect(address);
    let refused = [Some(served), passing].into_iter().flatten();
    let refused = refused.filter_map(|thread| thread.join().ok()?.err());
    Ok(outcome_of_refusal(asked, refused.collect()))
}

/// Both directions at once, until both are done.
fn pass_on(client: TcpStream, to: SocketAddr) -> Result<(), Error> {
    let application = TcpStream::connect(to).map_err(no_loopback)?;
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    };
    let again = |socket: &TcpStream| socket.try_clone().map_err(no_loopback);
    let (up, down) = (again(&client)?, again(&application)?);
    let upwards = thread::spawn(move || copy(up, application));
    copy(down, client);
    let _ = upwards.join();
    Ok(())
}

/// Sends one request, and returns status and body.
fn ask(
    client: &Client,
    to: SocketAddr,
    fields: &[(&str, &str)],
    tls_max: TlsMax,
) -> Result<(u16, String), Error> {
    let recorder = Arc::new(Recorder::default());
    let setup = client.setup(tls_max, &recorder)?;
    let socket = TcpStream::connect(to).map_err(no_loopback)?;
    let mut transport = Deadline::new(socket, TIMEOUT).map_err(no_loopback)?;
    setup.narrator.begin_connection(1, to);
    let name = ServerName::try_from(client.name.clone())
        .map_err(|error| failed("name the server", &error))?;
    let peer = to.to_string();
    let connection =
        handshake::connect(&setup, name, &mut transport).map_err(|diagnosis| Error::Tls {
            side: crate::narration::Side::Client,
            peer: peer.clone(),
            diagnosis,
        })?;
    let mut stream = StreamOwned::new(connection, transport);
    let fields: String = fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\n{fields}Connection: close\r\n\r\n",
        client.name
    );
    let mut answer = Vec::new();
    let read = stream
        .write_all(request.as_bytes())
        .and_then(|()| stream.read_to_end(&mut answer).map(|_| ()));
    if let Err(error) = read
        && answer.is_empty()
    {
        let diagnosis =
            handshake::tell_refusal(&setup.narrator, &error, crate::error::Progress::Established);
        return Err(Error::Tls {
            side: crate::narration::Side::Client,
            peer,
            diagnosis,
        });
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok((status.unwrap_or(0), body.to_owned()))
}

/// Greets the client by its certificate, and where it asks for none by the header.
struct Application;

impl Service for Application {
    fn answer(&self, request: &Request, peer: &Peer) -> Response {
        let proved = peer
            .client
            .as_ref()
            .map(|client| client.identity().to_string());
        let claimed = || request.fields.all(HEADER).next().map(str::to_owned);
        let name = proved.or_else(claimed);
        Response::text(
            200,
            format!("hello {}\n", name.as_deref().unwrap_or("nobody")),
        )
    }

    fn limits(&self) -> Limits {
        LIMITS
    }
}

/// The balancer in its mode `http`.
struct Forward {
    client: Box<Client>,
    address: SocketAddr,
    strips: bool,
    tls_max: TlsMax,
}

impl Service for Forward {
    fn answer(&self, request: &Request, peer: &Peer) -> Response {
        let proved = peer
            .client
            .as_ref()
            .map(|client| client.identity().to_string());
        let mut fields: Vec<(&str, &str)> = Vec::new();
        if !self.strips {
            fields.extend(request.fields.all(HEADER).map(|value| (HEADER, value)));
        }
        fields.extend(proved.as_deref().map(|name| (HEADER, name)));
        match ask(&self.client, self.address, &fields, self.tls_max) {
            Ok((status, body)) => Response::text(status, body),
            Err(_) => Response::refusal(502, "the application refuses the balancer"),
        }
    }

    fn limits(&self) -> Limits {
        LIMITS
    }
}
