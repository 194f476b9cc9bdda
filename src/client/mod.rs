//! The client: one GET request. Unaware of narration and recordings.

mod exchange;
mod records;
mod url;

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use self::exchange::{Failure, exchange, read_pending_alert, seen};
use self::records::Records;
pub use self::url::Url;
use crate::error::{Diagnosis, Ending, Error, LateRequest, Seen, io_words};
use crate::handshake::step7_application_data::{Session, application_data, close_gracefully};
use crate::handshake::{self, ClientSetup, tell_refusal};
use crate::http::authority::Authority;
use crate::narration::{Fact, Side, Step};
use crate::phrase;
use crate::text;
use crate::transport::{Deadline, Transport, addresses_of, lingering_close};

/// How long each address may take to answer our SYN: some firewalls drop it without a word, and the next
/// address may work.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the handshake may last.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long the answer may last, as a whole.
const ANSWER: Duration = Duration::from_secs(60);

/// A complete answer. Its body went elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 200, 403, …
    pub status: u16,
    /// The server's reason phrase as it came: not yet safe to show.
    pub reason: String,
    /// Bytes of the body.
    pub length: u64,
    /// What the two sides agreed on.
    pub session: Session,
    /// What the server wanted after the handshake, and rustls declined.
    pub late_request: Option<LateRequest>,
    /// The answer refuses this client: the handshake was accepted, and the status says no.
    pub refusal: Option<Diagnosis>,
}

impl Answer {
    /// The reason phrase, safe to show and of a bounded length.
    pub fn shown_reason(&self) -> String {
        text::shorten(&text::terminal(&self.reason), 60)
    }
}

/// Step 1 begins with TCP: connects to the first address of `host` that answers.
///
/// # Errors
/// [`Error::Network`] lists what each address said.
pub fn connect_tcp(host: &str, port: u16) -> Result<(TcpStream, SocketAddr), Error> {
    let (mut said, mut refused) = (Vec::new(), true);
    for address in addresses_of(host, port)? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(socket) => return Ok((socket, address)),
            Err(error) => {
                // A machine without IPv6 says nothing about the server.
                refused &= matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable
                );
                said.push(format!("{address}: {}", io_words(&error)));
            }
        }
    }
    Err(Error::Network {
        doing: "connect to",
        place: Authority {
            host,
            port: Some(port),
        }
        .to_string(),
        found: said.join("\n").into(),
        remedy: phrase!("is the server running, and at that port? `hello-mtls serve` starts one"),
        failure: Some(match refused {
            true => "connection-refused",
            false => "no-connection",
        }),
    })
}

/// Connects to the host of `url` over TCP, as connection number `number` of this process. The handshake has
/// [`HANDSHAKE`] from now on.
///
/// # Errors
/// [`Error::Network`].
pub fn dial(setup: &ClientSetup, url: &Url, number: u64) -> Result<Deadline, Error> {
    let (socket, address) = connect_tcp(&url.host, url.port)?;
    setup.narrator.begin_connection(number, address);
    Deadline::new(socket, HANDSHAKE).map_err(|said| Error::socket(address, &said))
}

/// One request from the first byte to the last: steps 1, 3, 4 and 7, as the client lives them.
///
/// The body goes to `out` as it comes. The connection is closed after it.
///
/// # Errors
/// [`Error::Tls`] with the step that failed on either side, or [`Error::Http`].
pub fn get<T: Transport>(
    setup: &ClientSetup,
    url: &Url,
    transport: T,
    out: &mut dyn Write,
) -> Result<Answer, Error> {
    let mut transport = Records::new(transport);
    // Steps 1, 3 and 4: the handshake. The client knows the server, or it ends here.
    transport.set_deadline(HANDSHAKE);
    let connection = match handshake::connect(setup, url.server_name.clone(), &mut transport) {
        Ok(connection) => connection,
        Err(diagnosis) => {
            // The alert is on its way: let it arrive.
            lingering_close(&mut transport);
            return Err(tls_error(url, diagnosis));
        }
    };

    // Step 7: the request, the answer. In TLS 1.3 this is where a refusal of step 5 is heard.
    let session = application_data(&connection, &setup.narrator);
    let mut stream = StreamOwned::new(connection, transport);
    stream.sock.set_deadline(ANSWER);
    let answer = match exchange(url, &mut stream, out, session) {
        Ok(answer) => answer,
        Err(Failure::Output(source)) => return Err(Error::Output { source }),
        Err(Failure::Http { answer, found }) => {
            return Err(Error::Http {
                peer: url.place.clone(),
                answer,
                found,
                remedy: phrase!(
                    "the server, or what stands between; the answer above may be incomplete"
                ),
                failure: Some("no-answer"),
            });
        }
        Err(Failure::Closed) => {
            let error = io::Error::new(io::ErrorKind::UnexpectedEof, "close_notify, and no answer");
            let ending = Ending::CloseNotify;
            let seen = Seen {
                ending,
                ..seen(&stream)
            };
            return Err(refused(setup, url, &mut stream, &error, seen));
        }
        Err(Failure::Io { error, answer }) => {
            let alert = read_pending_alert(&mut stream, &error).map(handshake::io_error);
            let error = alert.unwrap_or(error);
            let seen = Seen {
                answer,
                ..seen(&stream)
            };
            return Err(refused(setup, url, &mut stream, &error, seen));
        }
    };
    setup
        .narrator
        .tell(Step::ApplicationData, || Fact::ResponseReceived {
            status: answer.status,
            reason: answer.reason.clone(),
            length: answer.length,
        });
    close_gracefully(&mut stream);
    Ok(answer)
}

/// The connection ended before the answer did.
fn refused<T: Transport>(
    setup: &ClientSetup,
    url: &Url,
    stream: &mut StreamOwned<ClientConnection, Records<T>>,
    error: &io::Error,
    seen: Seen,
) -> Error {
    let diagnosis = tell_refusal(&setup.narrator, error, seen);
    lingering_close(&mut stream.sock);
    tls_error(url, diagnosis)
}

fn tls_error(url: &Url, diagnosis: Diagnosis) -> Error {
    Error::Tls {
        side: Side::Client,
        peer: url.place.clone(),
        diagnosis,
    }
}
