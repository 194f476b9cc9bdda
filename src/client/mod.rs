//! The client: one GET request. Unaware of who watches.

mod url;

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

pub use self::url::Url;
use crate::error::diagnosis::diagnose;
use crate::error::{Diagnosis, Error, Progress, io_words};
use crate::handshake::step7_application_data::{Session, application_data};
use crate::handshake::{self, ClientSetup};
use crate::http::Trouble;
use crate::http::input::Input;
use crate::http::response::ResponseHead;
use crate::narration::{Fact, Side, Step};
use crate::text;
use crate::transport::{Transport, addresses_of, part};

/// How long each address may take to answer our SYN.
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
}

/// Step 1 begins with TCP: connects to the first address of `place` that answers.
///
/// # Errors
/// [`Error::Network`] lists what each address said.
pub fn connect_tcp(place: &str) -> Result<(TcpStream, SocketAddr), Error> {
    let mut said = Vec::new();
    for address in addresses_of(place)? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(socket) => return Ok((socket, address)),
            Err(error) => said.push(format!("{address}: {}", io_words(&error))),
        }
    }
    Err(Error::Network {
        doing: "connect to",
        place: place.to_owned(),
        found: said.join("\n"),
        remedy: "is the server running, and at that port? `hello-mtls serve` starts one".to_owned(),
    })
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
    mut transport: T,
    out: &mut dyn Write,
) -> Result<Answer, Error> {
    // Steps 1, 3 and 4: the handshake. The client knows the server, or it ends here.
    transport.allow(HANDSHAKE);
    let connection = match handshake::connect(setup, url.server_name.clone(), &mut transport) {
        Ok(connection) => connection,
        Err(diagnosis) => {
            // The alert is on its way: let it arrive.
            part(&mut transport);
            return Err(tls_error(url, diagnosis));
        }
    };

    // Step 7: the request, the answer. In TLS 1.3 this is where a refusal of step 5 is heard.
    let session = application_data(&connection, &setup.narrator);
    let mut stream = StreamOwned::new(connection, transport);
    stream.sock.allow(ANSWER);
    let answer = exchange(url, &mut stream, out, session).map_err(|failure| match failure {
        Failure::Output(source) => Error::Output { source },
        Failure::Http(found) => Error::Http {
            peer: url.place.clone(),
            found,
        },
        Failure::Io(error) => {
            let diagnosis = tell_late_refusal(setup, &mut stream, &error);
            part(&mut stream.sock);
            tls_error(url, diagnosis)
        }
    })?;
    setup
        .narrator
        .tell(Step::ApplicationData, || answer_in_words(&answer));
    say_goodbye(&mut stream);
    Ok(answer)
}

fn answer_in_words(answer: &Answer) -> Fact {
    let says = format!(
        "the answer: {} {}, {} bytes",
        answer.status, answer.reason, answer.length
    );
    let so = match answer.status {
        403 => "TLS went well; the application does not let me in",
        _ => "an answer came: only now do I know that the server let me in",
    };
    Fact::new(says, so)
}

fn tls_error(url: &Url, diagnosis: Diagnosis) -> Error {
    Error::Tls {
        side: Side::Client,
        peer: url.place.clone(),
        diagnosis,
    }
}

/// The connection broke after the client's handshake: the moment at which TLS 1.3 tells a client that
/// its certificate was refused.
fn tell_late_refusal<T: Transport>(
    setup: &ClientSetup,
    stream: &mut StreamOwned<ClientConnection, T>,
    error: &io::Error,
) -> Diagnosis {
    let alert = last_words(stream, error).map(handshake::io_error);
    let error = alert.as_ref().unwrap_or(error);
    let diagnosis = diagnose(Side::Client, error, Progress::Established);
    setup.narrator.tell(diagnosis.step, || {
        Fact::refusal(&diagnosis.found, &diagnosis.remedy)
    });
    diagnosis
}

enum Failure {
    Io(io::Error),
    Http(String),
    Output(io::Error),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Io(error) => Failure::Io(error),
            Trouble::Truncated(missing) => Failure::Http(format!(
                "the server closed in good order, but too early: {missing}"
            )),
            Trouble::Malformed(malformed) => Failure::Http(malformed.why),
        }
    }
}

fn exchange<T: Transport>(
    url: &Url,
    stream: &mut StreamOwned<ClientConnection, T>,
    out: &mut dyn Write,
    session: Session,
) -> Result<Answer, Failure> {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hello-mtls\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        url.target, url.host_field
    );
    stream
        .write_all(request.as_bytes())
        .and_then(|()| stream.flush())
        .map_err(Failure::Io)?;
    let mut input = Input::default();
    let head = ResponseHead::read(&mut input, stream)?;
    let mut body = Body { out, failed: None };
    let copied = head.copy_body(&mut input, stream, &mut body);
    if let Some(error) = body.failed {
        return Err(Failure::Output(error));
    }
    let length = copied?;
    let reason = text::shorten(&text::terminal(&head.reason), 60);
    Ok(Answer {
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
}

impl Write for Body<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
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
fn last_words<T: Transport>(
    stream: &mut StreamOwned<ClientConnection, T>,
    error: &io::Error,
) -> Option<rustls::Error> {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
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

/// Ends with close_notify, so that the server can tell the end from a cut, and lets it end in the same
/// way.
fn say_goodbye<T: Transport>(stream: &mut StreamOwned<ClientConnection, T>) {
    stream.conn.send_close_notify();
    while stream.conn.wants_write() {
        if stream.conn.write_tls(&mut stream.sock).is_err() {
            return;
        }
    }
    part(&mut stream.sock);
}
