//! Step 7 on the client: the request and its answer, and what is known if none comes. Unaware of sockets.

use std::io::{self, Write};

use rustls::{ClientConnection, StreamOwned};

use super::records::Records;
use super::{Answer, Url};
use crate::error::diagnosis::diagnose_answer;
use crate::error::{LateRequest, Progress, Seen};
use crate::handshake::step7_application_data::Session;
use crate::handshake::{speaks_tls12, with_notes};
use crate::http::ReadError;
use crate::http::reader::MessageReader;
use crate::http::response::ResponseHead;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
use crate::text;
use crate::transport::Transport;

/// What the two sides did after the handshake.
pub(super) fn seen<T: Transport>(stream: &StreamOwned<ClientConnection, Records<T>>) -> Seen {
    let tls12 = speaks_tls12(&stream.conn);
    let asked = tls12 && stream.sock.handshake_after_finished();
    Seen {
        tls12,
        late_request: asked.then_some(LateRequest::Renegotiation),
        ..Seen::at(Progress::Established)
    }
}

/// Why no answer came.
pub(super) enum Failure {
    /// close_notify came instead of the answer's first byte.
    Closed,
    /// `answered`: the status, if the head of the answer was there already.
    Io {
        error: io::Error,
        answered: Option<u16>,
    },
    Http(Phrase),
    Output(io::Error),
}

impl Failure {
    /// While the request was written, or the head of the answer was awaited.
    fn unanswered(error: io::Error) -> Failure {
        Failure::Io {
            error,
            answered: None,
        }
    }

    fn of_reading(error: ReadError, answered: Option<u16>) -> Failure {
        match error {
            ReadError::Io(error) => Failure::Io { error, answered },
            ReadError::Truncated(missing) => Failure::Http(phrase!(
                "the server closed in good order, but too early: {missing}",
                missing
            )),
            ReadError::Malformed(malformed) => Failure::Http(malformed.why.into()),
        }
    }
}

/// Sends the request and reads the answer.
pub(super) fn exchange<T: Transport>(
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
    let head = head.map_err(|error| Failure::of_reading(error, None))?;
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
    let length = copied.map_err(|error| Failure::of_reading(error, Some(head.status)))?;
    let reason = text::shorten(&text::terminal(&head.reason), 60);
    let seen = Seen {
        answered: Some(head.status),
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
pub(super) fn read_pending_alert<T: Transport>(
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
