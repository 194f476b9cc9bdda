//! Two sides meet on loopback, over TCP, and what each of them saw is kept. The only evidence that a check has.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::ServerName;

use crate::certificates::failed;
use crate::client::{self, Answer, Url, get};
use crate::error::{Diagnosis, Ending, Error};
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{
    ClientSetup, Identity, Offer, ServerSetup, TlsMax, Trust, client_config, server_config,
};
use crate::http::authority::Authority;
use crate::instruments::gallery::meeting::no_loopback;
use crate::instruments::wire::tap::{Recording, Tap};
use crate::instruments::wire::transcript::Transcript;
use crate::narration::{Event, Narrator, Recorder, Side, Step};
use crate::server::hello::Hello;
use crate::server::{Limits, Service, serve_connection};
use crate::transport::Deadline;

/// How long a side waits for anything. Everything here is over in a moment.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);
/// A server answers one request and ends.
pub(super) const LIMITS: Limits = Limits {
    handshake: TIMEOUT,
    request: TIMEOUT,
    idle: TIMEOUT,
    requests: 1,
};

/// The side that listens.
#[derive(Clone, Debug)]
pub struct Server {
    /// What it shows.
    pub identity: Identity,
    /// The CAs that may vouch for its clients. `None`: it does not ask.
    pub clients: Option<Trust>,
    /// The clients that it lets in. Empty: all.
    pub allowed: Vec<Allowed>,
}

/// The side that connects.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it shows, if it is asked.
    pub identity: Option<Identity>,
    /// The CAs that may vouch for the server.
    pub trust: Trust,
    /// The name that it asks for.
    pub name: String,
}

/// One connection.
#[derive(Debug)]
pub struct Meeting {
    /// What both sides reported, in the order of the clock.
    pub events: Vec<Event>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With an answer: its status, and what `/whoami` said.
    Answered(u16, String),
    /// A side refused the other one at this step.
    Refused {
        /// Where.
        step: Step,
        /// Which side noticed.
        by: Side,
        /// The alert that the other side heard.
        alert: Option<u8>,
        /// What was found, in the words of the side that noticed.
        found: crate::language::Phrase,
    },
    /// Something else: the words of the error.
    Otherwise(String),
}

/// Lets two sides meet, in a version of TLS.
///
/// # Errors
/// No loopback, or settings that rustls refuses.
pub fn meet(server: &Server, client: &Client, tls_max: TlsMax) -> Result<Meeting, Error> {
    let recorder = Arc::new(Recorder::default());
    let (server, setup) = (
        server.setup(tls_max, &recorder)?,
        client.setup(tls_max, &recorder)?,
    );
    connect(&server, &setup, &client.name, &recorder, &unused())
}

/// Lets two sides meet, and keeps every byte and every secret, as the client has them.
///
/// # Errors
/// As [`meet`].
pub fn record(server: &Server, client: &Client, tls_max: TlsMax) -> Result<Transcript, Error> {
    let recorder = Arc::new(Recorder::default());
    let recording = Recording::new(Side::Client);
    let setup = client.setup(tls_max, &recorder)?;
    let setup = setup.with_key_log(Arc::new(recording.clone()));
    let server = server.setup(tls_max, &recorder)?;
    connect(&server, &setup, &client.name, &recorder, &recording)?;
    Ok(recording.transcript())
}

/// The client meets `before`, and then, with the ticket that it got there, `after`: the same server with other settings.
/// The second meeting is returned.
///
/// # Errors
/// As [`meet`].
pub fn meet_again(
    before: &Server,
    after: &Server,
    client: &Client,
    tls_max: TlsMax,
) -> Result<Meeting, Error> {
    let recorder = Arc::new(Recorder::default());
    let (first, mut second) = (
        before.setup(tls_max, &recorder)?,
        after.setup(tls_max, &recorder)?,
    );
    // A ticket counts where its session is stored: this is one server that was given other files.
    let storage = Arc::clone(&first.config.session_storage);
    Arc::make_mut(&mut second.config).session_storage = storage;
    let setup = client.setup(tls_max, &recorder)?;
    connect(&first, &setup, &client.name, &recorder, &unused())?;
    recorder.take();
    connect(&second, &setup, &client.name, &recorder, &unused())
}

fn unused() -> Recording {
    Recording::new(Side::Client)
}

impl Server {
    /// Shows this, and lets in every client without asking for a certificate.
    pub fn that_does_not_ask(identity: Identity) -> Server {
        Server {
            identity,
            clients: None,
            allowed: Vec::new(),
        }
    }

    pub(super) fn setup(
        &self,
        offer: impl Into<Offer>,
        recorder: &Arc<Recorder>,
    ) -> Result<ServerSetup, Error> {
        let narrator = Narrator::new(Side::Server, Arc::clone(recorder) as _);
        let (identity, clients) = (self.identity.clone(), self.clients.as_ref());
        server_config(identity, clients, self.allowed.clone(), offer, narrator).map_err(unusable)
    }
}

impl Client {
    pub(super) fn setup(
        &self,
        tls_max: TlsMax,
        recorder: &Arc<Recorder>,
    ) -> Result<ClientSetup, Error> {
        let narrator = Narrator::new(Side::Client, Arc::clone(recorder) as _);
        client_config(&self.trust, self.identity.clone(), tls_max, narrator).map_err(unusable)
    }
}

fn unusable(error: rustls::Error) -> Error {
    failed("use the files of the lab", &error)
}

fn connect(
    server: &ServerSetup,
    client: &ClientSetup,
    name: &str,
    recorder: &Recorder,
    recording: &Recording,
) -> Result<Meeting, Error> {
    let (listener, address) = listener()?;
    let dialled = TcpStream::connect(address).map_err(no_loopback)?;
    let (accepted, from) = listener.accept().map_err(no_loopback)?;
    let url = url(address, name)?;
    let mut body = Vec::new();
    let (asked, served) = thread::scope(|scope| {
        let served = scope.spawn(|| serve(server, &Hello { limits: LIMITS }, accepted, from));
        client.narrator.begin_connection(1, address);
        let asked = Deadline::new(dialled, client::HANDSHAKE)
            .map_err(no_loopback)
            .and_then(|transport| {
                let transport = Tap::new(transport, recording.clone());
                get(client, &url, transport, &mut body)
            });
        (asked, served.join())
    });
    let served = served.unwrap_or_else(|_| Err(no_loopback(io::Error::other("a panic"))));
    Ok(Meeting {
        events: recorder.events(),
        outcome: outcome(asked, served, &body),
    })
}

/// A listener on loopback, and its address.
pub(super) fn listener() -> Result<(TcpListener, SocketAddr), Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(no_loopback)?;
    let address = listener.local_addr().map_err(no_loopback)?;
    Ok((listener, address))
}

/// The server's side of a connection.
pub(super) fn serve(
    setup: &ServerSetup,
    service: &dyn Service,
    socket: TcpStream,
    from: SocketAddr,
) -> Result<(), Error> {
    setup.narrator.begin_connection(1, from);
    let transport = Deadline::new(socket, TIMEOUT).map_err(no_loopback)?;
    serve_connection(setup, service, transport, from)
}

fn url(address: SocketAddr, name: &str) -> Result<Url, Error> {
    let host = Authority {
        host: name,
        port: None,
    };
    let server_name = ServerName::try_from(name.to_owned());
    Ok(Url {
        host: address.ip().to_string(),
        port: address.port(),
        place: address.to_string(),
        server_name: server_name.map_err(|error| failed("name the server", &error))?,
        host_field: host.to_string(),
        target: "/whoami".to_owned(),
    })
}

fn outcome(asked: Result<Answer, Error>, served: Result<(), Error>, body: &[u8]) -> Outcome {
    let (client, server) = match (asked, served) {
        (Ok(answer), Ok(())) => {
            let body = String::from_utf8_lossy(body).into_owned();
            return Outcome::Answered(answer.status, body);
        }
        (Ok(answer), Err(error)) => {
            return Outcome::Otherwise(format!("{}; {error}", answer.status));
        }
        (Err(client), server) => (client, server.err()),
    };
    match (&client, &server) {
        // The side that found something wrong knows the step; the other one knows the alert.
        (Error::Tls { diagnosis, .. }, other) if noticed(diagnosis) => {
            refused_by(diagnosis, Side::Client, other.as_ref().and_then(heard))
        }
        (_, Some(Error::Tls { diagnosis, .. })) if noticed(diagnosis) => {
            refused_by(diagnosis, Side::Server, heard(&client))
        }
        _ => Outcome::Otherwise(client.to_string()),
    }
}

/// The same where more than one server may have refused: the balancer, or the application behind it.
pub(super) fn outcome_of_refusal(
    asked: Result<(u16, String), Error>,
    refused: Vec<Error>,
) -> Outcome {
    let client = match asked {
        Ok((status, body)) => return Outcome::Answered(status, body),
        Err(error) => error,
    };
    let noticed_by_server = refused.iter().find_map(|error| match error {
        Error::Tls { diagnosis, .. } if noticed(diagnosis) => Some(diagnosis),
        _ => None,
    });
    match (&client, noticed_by_server) {
        (Error::Tls { diagnosis, .. }, _) if noticed(diagnosis) => {
            refused_by(diagnosis, Side::Client, None)
        }
        (_, Some(diagnosis)) => refused_by(diagnosis, Side::Server, heard(&client)),
        _ => Outcome::Otherwise(client.to_string()),
    }
}

fn noticed(diagnosis: &Diagnosis) -> bool {
    diagnosis.seen.ending == Ending::RefusedHere
}

fn refused_by(diagnosis: &Diagnosis, by: Side, alert: Option<u8>) -> Outcome {
    Outcome::Refused {
        step: diagnosis.step,
        by,
        alert,
        found: diagnosis.found.clone(),
    }
}

fn heard(error: &Error) -> Option<u8> {
    match error {
        Error::Tls { diagnosis, .. } => match diagnosis.seen.ending {
            Ending::Alert(number) => Some(number),
            _ => None,
        },
        _ => None,
    }
}
