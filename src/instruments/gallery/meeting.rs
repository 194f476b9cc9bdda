//! Two sides meet on loopback: one connection, and how it ended for each. Unaware of what had to happen.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::failed::Failed;
use super::stage::Stage;
use super::two_requests::Learning;
use super::{Fault, middlebox};
use crate::client::{self, Url, connect_tcp};
use crate::error::{Error, io_words};
use crate::handshake::ServerSetup;
use crate::handshake::open_connection::ClientJudge;
use crate::instruments::stepper::TwoEnds;
use crate::instruments::wire::tap::{Recording, Tap};
use crate::narration::Side;
use crate::phrase;
use crate::server::Limits;
use crate::server::hello::Hello;
use crate::transport::{Deadline, Socket};

/// One connection: how it ended for both sides, and what passed their taps.
pub(super) struct Meeting {
    pub(super) began: Instant,
    pub(super) server: Result<(), Failed>,
    pub(super) client: Result<(), Failed>,
    pub(super) taps: [Recording; 2],
}

impl Meeting {
    /// The stage's client meets this server of it.
    pub(super) fn of(stage: &Stage, server: &ServerSetup, fault: Fault) -> Result<Meeting, Error> {
        let (listener, address) = listen(fault)?;
        let (began, taps) = (
            Instant::now(),
            [Side::Client, Side::Server].map(Recording::new),
        );
        let [client_tap, server_tap] = &taps;
        let dialled = TcpStream::connect(address).map_err(no_loopback)?;
        let (accepted, from) = listener.accept().map_err(no_loopback)?;
        let (client, server) = thread::scope(|scope| {
            let server = scope.spawn(|| {
                let meanwhile = stage.meanwhile.clone();
                serve(server, meanwhile, accepted, from, server_tap, fault)
            });
            let client = dial(&stage.ends, dialled, address, client_tap, fault);
            let crashed = |_| {
                Err(Failed {
                    step: None,
                    said: "it panicked".to_owned(),
                })
            };
            (client, server.join().unwrap_or_else(crashed))
        });
        Ok(Meeting {
            began,
            server,
            client,
            taps,
        })
    }
}

/// A listener on loopback, and where to connect: to it, or to the middlebox before it.
pub(super) fn listen(fault: Fault) -> Result<(TcpListener, SocketAddr), Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(no_loopback)?;
    let mut address = listener.local_addr().map_err(no_loopback)?;
    if fault.needs_middlebox() {
        address = middlebox::before(address, fault).map_err(no_loopback)?;
    }
    Ok((listener, address))
}

/// How long a server waits for anything. Every case is over in a moment, so a longer wait is a mistake here.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The server's side of a meeting. From its first answer on it judges clients with `meanwhile`, if there is one.
pub(super) fn serve(
    setup: &ServerSetup,
    meanwhile: Option<Arc<ClientJudge>>,
    socket: impl Into<Socket>,
    from: SocketAddr,
    recording: &Recording,
    fault: Fault,
) -> Result<(), Failed> {
    let setup = setup.with_key_log(Arc::new(recording.clone()));
    setup.narrator.begin_connection(1, from);
    let transport = Tap::new(deadline(socket)?, recording.clone());
    let limits = Limits {
        handshake: TIMEOUT,
        request: TIMEOUT,
        idle: TIMEOUT,
        requests: if meanwhile.is_some() { 2 } else { 1 },
    };
    let service = Learning {
        hello: Hello { limits },
        newest: setup.newest.clone(),
        meanwhile,
    };
    fault.serve(&setup, &service, transport, from)
}

/// The client's side of a meeting.
fn dial(
    ends: &TwoEnds,
    socket: impl Into<Socket>,
    address: SocketAddr,
    recording: &Recording,
    fault: Fault,
) -> Result<(), Failed> {
    let setup = ends.client.with_key_log(Arc::new(recording.clone()));
    setup.narrator.begin_connection(1, address);
    let transport = Tap::new(deadline(socket)?, recording.clone());
    let url = Url {
        host: address.ip().to_string(),
        port: address.port(),
        place: address.to_string(),
        server_name: ends.server_name.clone(),
        host_field: ends.server_name.to_str().into_owned(),
        target: "/".to_owned(),
    };
    fault.dial(&setup, &url, transport)
}

fn deadline(socket: impl Into<Socket>) -> Result<Deadline, Error> {
    Deadline::new(socket, client::HANDSHAKE).map_err(no_loopback)
}

/// What a machine without loopback said.
pub fn no_loopback(source: io::Error) -> Error {
    Error::Network {
        doing: "use",
        place: "127.0.0.1".to_owned(),
        found: io_words(&source).into(),
        remedy: phrase!("a machine with a loopback interface"),
        failure: None,
    }
}

/// An address at which no program listens.
pub(super) fn closed_port() -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(no_loopback)?;
    listener.local_addr().map_err(no_loopback)
}

/// Connects to it, which the system refuses.
pub(super) fn connect_refused() -> Result<(), Failed> {
    let address = closed_port()?;
    connect_tcp(&address.ip().to_string(), address.port())?;
    Ok(())
}
