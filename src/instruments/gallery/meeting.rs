//! Two sides meet on loopback: one connection, and how it ended for each. Unaware of what had to happen.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::stage::Stage;
use super::{Twist, between, peers};
use crate::client::{self, Answer, Url, connect_tcp, get};
use crate::error::{Diagnosis, Error};
use crate::handshake::ServerSetup;
use crate::instruments::wire::tap::{Recording, Tap};
use crate::narration::{Side, Step};
use crate::server::hello::Hello;
use crate::server::{Limits, serve_connection};
use crate::transport::Deadline;

/// One connection: how it ended for both sides, and what passed their taps.
pub(super) struct Meeting {
    pub(super) began: Instant,
    pub(super) server: Result<(), Failed>,
    pub(super) client: Result<(), Failed>,
    pub(super) taps: [Recording; 2],
}

impl Meeting {
    /// The stage's client meets this server of it.
    pub(super) fn of(stage: &Stage, server: &ServerSetup, twist: Twist) -> Result<Meeting, Error> {
        let (listener, address) = listen(twist)?;
        let (began, taps) = (
            Instant::now(),
            [Side::Client, Side::Server].map(Recording::new),
        );
        let [client_tap, server_tap] = &taps;
        let dialled = TcpStream::connect(address).map_err(no_loopback)?;
        let (accepted, from) = listener.accept().map_err(no_loopback)?;
        let (client, server) = thread::scope(|scope| {
            let server = scope.spawn(|| serve(server, accepted, from, server_tap, twist));
            let client = dial(stage, dialled, address, client_tap, twist);
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

/// A listener on loopback, and where to dial: it, or somebody who meddles on the way.
pub(super) fn listen(twist: Twist) -> Result<(TcpListener, SocketAddr), Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(no_loopback)?;
    let mut address = listener.local_addr().map_err(no_loopback)?;
    if matches!(
        twist,
        Twist::ChangesHello | Twist::ChangesData | Twist::Cuts
    ) {
        address = between::between(address, twist).map_err(no_loopback)?;
    }
    Ok((listener, address))
}

/// How long a server waits for anything: every case is over in a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// The server's side of a meeting.
pub(super) fn serve(
    setup: &ServerSetup,
    socket: TcpStream,
    from: SocketAddr,
    recording: &Recording,
    twist: Twist,
) -> Result<(), Failed> {
    let setup = setup.with_key_log(Arc::new(recording.clone()));
    setup.narrator.begin_connection(1, from);
    let transport = Tap::new(deadline(socket)?, recording.clone());
    let limits = Limits {
        handshake: PATIENCE,
        request: PATIENCE,
        idle: PATIENCE,
        requests: 1,
    };
    let service = Hello { limits };
    match twist {
        Twist::PlainServer(words) => peers::plain_server(words, &setup.narrator, transport),
        Twist::NoGoodbye => peers::hangs_up(&setup, transport)?,
        _ => serve_connection(&setup, &service, transport, from)?,
    }
    Ok(())
}

/// The client's side of a meeting.
fn dial(
    stage: &Stage,
    socket: TcpStream,
    address: SocketAddr,
    recording: &Recording,
    twist: Twist,
) -> Result<(), Failed> {
    let setup = stage.client.with_key_log(Arc::new(recording.clone()));
    setup.narrator.begin_connection(1, address);
    let transport = Tap::new(deadline(socket)?, recording.clone());
    let url = Url {
        host: address.ip().to_string(),
        port: address.port(),
        place: address.to_string(),
        server_name: stage.server_name.clone(),
        host_field: stage.server_name.to_str().into_owned(),
        target: "/".to_owned(),
    };
    match twist {
        Twist::PlainClient(words) => {
            peers::plain_client(words, &setup.narrator, transport);
            Ok(())
        }
        Twist::NeverReads => Ok(peers::never_reads(&setup, url.server_name, transport)?),
        _ => match get(&setup, &url, transport, &mut io::sink())? {
            Answer { status: 200, .. } => Ok(()),
            Answer { status, reason, .. } => Err(Failed {
                step: None,
                said: format!("HTTP/1.1 {status} {reason}"),
            }),
        },
    }
}

fn deadline(socket: TcpStream) -> Result<Deadline, Error> {
    Deadline::new(socket, client::HANDSHAKE).map_err(no_loopback)
}

pub(super) fn no_loopback(source: io::Error) -> Error {
    Error::Network {
        doing: "use",
        place: "127.0.0.1".to_owned(),
        found: source.to_string(),
        remedy: "a machine with a loopback interface".to_owned(),
    }
}

/// An address at which nobody listens.
pub(super) fn nobody() -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(no_loopback)?;
    listener.local_addr().map_err(no_loopback)
}

/// Dials it.
pub(super) fn knock() -> Result<(), Failed> {
    let address = nobody()?;
    connect_tcp(&address.ip().to_string(), address.port())?;
    Ok(())
}

/// Why a side did not end well. `step: None`: an answer came, but not the one that was hoped for.
pub(super) struct Failed {
    pub(super) step: Option<Step>,
    pub(super) said: String,
}

impl From<Diagnosis> for Failed {
    fn from(
        Diagnosis {
            step,
            rustls_message,
            ..
        }: Diagnosis,
    ) -> Failed {
        Failed {
            step: Some(step),
            said: rustls_message,
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        let (step, said) = match error {
            Error::Tls { diagnosis, .. } => return diagnosis.into(),
            Error::Network { found, .. } => (Step::ClientConnects, found),
            Error::Http { found, .. } => (Step::ApplicationData, found),
            // What was found, and in a line of its own what was expected: a panel wraps them as one text.
            Error::Contents { found, .. } => (Step::Preparation, found.replace('\n', "; ")),
            other => (Step::Preparation, other.to_string()),
        };
        Failed {
            step: Some(step),
            said,
        }
    }
}
