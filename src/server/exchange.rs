//! Step 7 on the server: requests and answers, until one side has enough. Unaware of sockets.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::SocketAddr;

use rustls::{ServerConnection, StreamOwned};

use super::{Peer, Service};
use crate::error::{GaveUp, Progress, io_words};
use crate::handshake::open_connection::Standing;
use crate::handshake::{ServerSetup, tell_refusal};
use crate::http::reader::MessageReader;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::http::{Malformed, ReadError};
use crate::narration::NotAuthorized;
use crate::narration::words::{Denial, denial};
use crate::text;
use crate::transport::Transport;

/// Reads requests and answers them, one after the other.
pub(super) fn exchange<T: Transport>(
    setup: &ServerSetup,
    service: &dyn Service,
    stream: &mut StreamOwned<ServerConnection, T>,
    peer: &Peer,
) {
    let limits = service.limits();
    let client = peer.client.as_ref();
    let chain = stream.conn.peer_certificates().unwrap_or_default();
    let mut standing = Standing::new(setup, client, chain);
    let mut reader = MessageReader::new(stream);
    for number in 1..=limits.requests {
        reader.stream.sock.wait_for_request(limits.idle);
        match reader.wait() {
            Ok(true) => {}
            Ok(false) if number == 1 => {
                // curl compares the server's name after the handshake, and leaves like this.
                return log(service, peer, format_args!("left without a request"));
            }
            Ok(false) => return,
            Err(error) => return report_failure(setup, service, peer, &error),
        }
        // A deadline per request, not per read: a client that sends a byte a second would hold its thread for
        // ever.
        reader.stream.sock.set_deadline(limits.request);
        let reply = match read_request(&mut reader) {
            Ok(request) => {
                let last = number == limits.requests || reader.stream.sock.ends_soon();
                // Step 6 again: the certificate may have ended since the handshake, or been revoked.
                let chain = reader.stream.conn.peer_certificates();
                match standing.judge_again(setup, client, chain.unwrap_or_default()) {
                    Ok(()) => Reply::to(&request, service, peer, last),
                    Err(refusal) => Reply {
                        response: refusing_client(&refusal, service, peer.address),
                        head_only: request.method == "HEAD",
                        connection: CLOSE,
                    },
                }
            }
            Err(ReadError::Malformed(Malformed { status, why })) => {
                Reply::refusing(status, &why.to_string(), service, peer)
            }
            Err(ReadError::Io(error)) if GaveUp::of(&error) == Some(GaveUp::ServerEnds) => {
                Reply::refusing(503, "the server ends", service, peer)
            }
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::TimedOut => {
                Reply::refusing(408, "the request took too long", service, peer)
            }
            Err(ReadError::Io(error)) => {
                log(
                    service,
                    peer,
                    format_args!("the connection broke inside a request"),
                );
                return report_failure(setup, service, peer, &error);
            }
            Err(ReadError::Truncated(_)) => {
                return log(service, peer, format_args!("left inside a request"));
            }
        };
        reader.stream.sock.set_deadline(limits.request);
        if let Err(error) = reply.send(reader.stream) {
            let why = io_words(&error);
            return log(
                service,
                peer,
                format_args!("the answer was not sent: {why}"),
            );
        }
        if reply.connection == CLOSE {
            return;
        }
    }
}

/// The client is known, and not let in: it learns so in words, over the encrypted connection.
pub(super) fn forbid<T: Transport>(
    service: &dyn Service,
    stream: &mut StreamOwned<ServerConnection, T>,
    address: SocketAddr,
    refusal: &NotAuthorized,
) {
    let response = refusing_client(refusal, service, address);
    // The request is read first. Its client may write all of it before it reads.
    let mut reader = MessageReader::new(stream);
    let head_only = matches!(read_request(&mut reader), Ok(request) if request.method == "HEAD");
    let reply = Reply {
        response,
        head_only,
        connection: CLOSE,
    };
    stream.sock.set_deadline(service.limits().request);
    let _ = reply.send(stream);
}

/// The answer to a client that may not come in, or no longer. The log has the same words.
fn refusing_client(
    refusal: &NotAuthorized,
    service: &dyn Service,
    address: SocketAddr,
) -> Response {
    let Denial { who, why, .. } = denial(refusal);
    service.log(&format!("{address} refused at step 6: {who}: {why}"));
    Response::refusal(403, &format!("{who}: {why}"))
}

fn read_request(reader: &mut MessageReader<'_, impl Read>) -> Result<Request, ReadError> {
    let request = Request::read(reader)?;
    if !request.expects_continue() {
        request.skip_body(reader)?;
    }
    Ok(request)
}

/// The connection ends after this answer.
const CLOSE: Option<&str> = Some("close");

/// An answer, as it goes out.
struct Reply {
    response: Response,
    /// The request was a HEAD: the length of the body is told, the body is not sent.
    head_only: bool,
    /// The Connection field.
    connection: Option<&'static str>,
}

impl Reply {
    fn to(request: &Request, service: &dyn Service, peer: &Peer, last: bool) -> Reply {
        let response = service.answer(request, peer);
        let method = text::shorten(&text::terminal(&request.method), 20);
        let target = text::shorten(&text::terminal(&request.target), 200);
        let status = response.status;
        log(service, peer, format_args!("{method} {target} -> {status}"));
        let connection = match request.version_minor {
            _ if last || !request.keeps_alive() => CLOSE,
            0 => Some("keep-alive"),
            _ => None,
        };
        Reply {
            response,
            head_only: request.method == "HEAD",
            connection,
        }
    }

    /// Nobody knows where the next request would begin: the connection ends.
    fn refusing(status: u16, why: &str, service: &dyn Service, peer: &Peer) -> Reply {
        log(service, peer, format_args!("{why} -> {status}"));
        Reply {
            response: Response::refusal(status, why),
            head_only: false,
            connection: CLOSE,
        }
    }

    fn send<T: Transport>(&self, stream: &mut StreamOwned<ServerConnection, T>) -> io::Result<()> {
        // One write of the whole answer makes one TLS record; two would make two.
        let bytes = self.response.to_bytes(self.head_only, self.connection);
        if self.connection == CLOSE {
            // rustls keeps what fits into its buffer, and close_notify leaves with it, in the same packet.
            let kept = stream.conn.writer().write(&bytes)?;
            stream.write_all(bytes.get(kept..).unwrap_or_default())?;
            stream.conn.send_close_notify();
        } else {
            stream.write_all(&bytes)?;
        }
        stream.flush()
    }
}

/// The connection broke after the handshake. What TLS says of it is reported; that a client hangs up or
/// falls silent is everyday life.
fn report_failure(setup: &ServerSetup, service: &dyn Service, peer: &Peer, error: &io::Error) {
    let inner = error.get_ref();
    if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
        let diagnosis = tell_refusal(&setup.narrator, error, Progress::Established);
        service.log(&format!("{} {}", peer.name, diagnosis.in_a_line()));
    }
}

/// A line of the log: the address, the client's identity, and the request.
fn log(service: &dyn Service, peer: &Peer, what: fmt::Arguments<'_>) {
    service.log(&format!("{}: {what}", peer.name));
}
