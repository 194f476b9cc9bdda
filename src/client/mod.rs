//! The client: one GET request. Unaware of who watches.

mod records;
mod url;

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use self::records::Records;
pub use self::url::Url;
use crate::error::diagnosis::diagnose_answer;
use crate::error::{Diagnosis, Ending, Error, LateRequest, Progress, Seen, io_words};
use crate::handshake::step7_application_data::{Session, application_data, close_gracefully};
use crate::handshake::{self, ClientSetup, speaks_tls12, tell_refusal, with_notes};
use crate::http::ReadError;
use crate::http::authority::Authority;
use crate::http::reader::MessageReader;
use crate::http::response::ResponseHead;
use crate::narration::{Fact, Side, Step};
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
    /// The server's reason phrase, safe to show.
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

/// Step 1 begins with TCP: connects to the first address of `host` that answers.
///
/// # Errors
/// [`Error::Network`] lists what each address said.
pub fn connect_tcp(host: &str, port: u16) -> Result<(TcpStream, SocketAddr), Error> {
    let mut said = Vec::new();
    for address in addresses_of(host, port)? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(socket) => return Ok((socket, address)),
            Err(error) => said.push(format!("{address}: {}", io_words(&error))),
        }
    }
    Err(Error::Network {
        doing: "connect to",
        place: Authority {
            host,
            port: Some(port),
        }
        .to_string(),
        found: said.join("\n"),
        remedy: "is the server running, and at that port? `hello-mtls serve` starts one".to_owned(),
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
        Err(Failure::Http(found)) => {
            let peer = url.place.clone();
            return Err(Error::Http { peer, found });
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
        Err(Failure::Io { error, answered }) => {
            let alert = read_pending_alert(&mut stream, &error).map(handshake::io_error);
            let error = alert.unwrap_or(error);
            let seen = Seen {
                answered,
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

/// What the two sides did after the handshake.
fn seen<T>(stream: &StreamOwned<ClientConnection, Records<T>>) -> Seen
where
    T: Transport,
{
    let tls12 = speaks_tls12(&stream.conn);
    let asked = tls12 && stream.sock.handshake_after_finished();
    Seen {
        tls12,
        late_request: asked.then_some(LateRequest::Renegotiation),
        ..Seen::at(Progress::Established)
    }
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

/// Why no answer came.
enum Failure {
    /// close_notify came instead of the answer's first byte.
    Closed,
    /// `answered`: the head of the answer was there already.
    Io {
        error: io::Error,
        answered: bool,
    },
    Http(String),
    Output(io::Error),
}

impl Failure {
    /// While the request was written, or the head of the answer was awaited.
    fn unanswered(error: io::Error) -> Failure {
        Failure::Io {
            error,
            answered: false,
        }
    }

    fn of_reading(error: ReadError, answered: bool) -> Failure {
        match error {
            ReadError::Io(error) => Failure::Io { error, answered },
            ReadError::Truncated(missing) => Failure::Http(format!(
                "the server closed in good order, but too early: {missing}"
            )),
            ReadError::Malformed(malformed) => Failure::Http(malformed.why),
        }
    }
}

fn exchange<T: Transport>(
    url: &Url,
    stream: &mut StreamOwned<ClientConnection, Records<T>>,
    out: &mut dyn Write,
    session: Session,
) -> Result<Answer, Failure> {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hello-mtls\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        url.target, url.host_field
    );
    // One write makes one TLS record.
    stream
        .write_all(request.as_bytes())
        .map_err(Failure::unanswered)?;
    stream.flush().map_err(Failure::unanswered)?;
    let mut reader = MessageReader::new(stream);
    if !reader.wait().map_err(Failure::unanswered)? {
        return Err(Failure::Closed);
    }
    let head = ResponseHead::read(&mut reader);
    let head = head.map_err(|error| Failure::of_reading(error, false))?;
    // A 403 is a complete answer, too, and its body says why.
    let mut body = Body {
        out,
        failed: None,
        beginning: Vec::new(),
    };
    let copied = head.copy_body(&mut reader, &mut body);
    if let Some(error) = body.failed {
        return Err(Failure::Output(error));
    }
    let length = copied.map_err(|error| Failure::of_reading(error, true))?;
    let reason = text::shorten(&text::terminal(&head.reason), 60);
    let seen = Seen {
        answered: true,
        ..with_notes(Side::Client, seen(stream))
    };
    let late_request = seen.late_request;
    let answer = (head.status, &reason[..]);
    let refusal = diagnose_answer(seen, session.resumed, answer, &body.beginning);
    Ok(Answer {
        late_request,
        refusal,
        status: head.status,
        reason,
        length,
        session,
    })
}

/// Where the body goes, apart from the stream: a full disk is not the server's fault.
struct Body<'a> {
    out: &'a mut dyn Write,
    failed: Option<io::Error>,
    /// The first [`BEGINNING`] bytes: a page that refuses a client says so at its top.
    beginning: Vec<u8>,
}

/// Bytes of a body that are kept. The server may send without end.
const BEGINNING: usize = 2048;

impl Write for Body<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let missing = BEGINNING.saturating_sub(self.beginning.len());
        self.beginning.extend(bytes.iter().take(missing));
        self.out.write(bytes).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed = Some(io::Error::from(error.kind()));
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A server that refuses sends an alert and hangs up, while our request is still on its way. Then the
/// socket cannot be written any more, but what came before can still be read: the alert.
fn read_pending_alert<T: Transport>(
    stream: &mut StreamOwned<ClientConnection, T>,
    error: &io::Error,
) -> Option<rustls::Error> {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    // Any other error came from reading: there is nothing more to read.
    if !matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset
    ) {
        return None;
    }
    loop {
        if let Err(alert) = stream.conn.process_new_packets() {
            return Some(alert);
        }
        if !matches!(stream.conn.read_tls(&mut stream.sock), Ok(count) if count > 0) {
            return None;
        }
    }
}
