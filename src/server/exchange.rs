//! Step 7 on the server: requests and answers, until one side has enough. Unaware of sockets.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;

use rustls::{ServerConnection, StreamOwned};

use super::{Peer, Site};
use crate::error::Progress;
use crate::error::diagnosis::diagnose;
use crate::handshake::ServerSetup;
use crate::handshake::step6_server_authorizes_client::NotAuthorized;
use crate::http::input::Input;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::http::{Malformed, Trouble};
use crate::narration::{Fact, Side};
use crate::text;
use crate::transport::Transport;

/// Reads requests and answers them, one after the other.
pub(super) fn exchange<T: Transport>(
    setup: &ServerSetup,
    site: &Site,
    stream: &mut StreamOwned<ServerConnection, T>,
    peer: &Peer,
) {
    let mut input = Input::default();
    for number in 1..=site.limits.requests {
        stream.sock.allow(site.limits.idle);
        match input.wait(stream) {
            Ok(true) => {}
            Ok(false) if number == 1 => {
                // curl compares the server's name after the handshake, and leaves like this.
                return log(site, peer, format_args!("left without a request"));
            }
            Ok(false) => return,
            Err(error) => return broken(site, setup, peer, &error),
        }
        stream.sock.allow(site.limits.request);
        let reply = match read_request(&mut input, stream) {
            Ok(request) => Reply::to(&request, site, peer, number == site.limits.requests),
            Err(Trouble::Malformed(Malformed { status, why })) => {
                Reply::refusing(status, &why, site, peer)
            }
            Err(Trouble::Io(error)) if error.kind() == io::ErrorKind::TimedOut => {
                Reply::refusing(408, "the request took too long", site, peer)
            }
            Err(Trouble::Io(error)) => return broken(site, setup, peer, &error),
            Err(Trouble::Truncated(_)) => return,
        };
        stream.sock.allow(site.limits.request);
        if reply.send(stream).is_err() || reply.connection == CLOSE {
            return;
        }
    }
}

/// The client is known, and not let in: it learns so in words, over the encrypted connection.
pub(super) fn forbid<T: Transport>(
    site: &Site,
    stream: &mut StreamOwned<ServerConnection, T>,
    address: SocketAddr,
    refusal: &NotAuthorized,
) {
    let NotAuthorized { who, why, .. } = refusal;
    (site.log)(&format!("{address} refused at step 6: {who}: {why}"));
    let mut input = Input::default();
    let head_only =
        matches!(read_request(&mut input, stream), Ok(request) if request.method == "HEAD");
    let reply = Reply {
        response: Response::refusal(403, &format!("{who}: {why}")),
        head_only,
        connection: CLOSE,
    };
    stream.sock.allow(site.limits.request);
    let _ = reply.send(stream);
}

fn read_request<T: Transport>(
    input: &mut Input,
    stream: &mut StreamOwned<ServerConnection, T>,
) -> Result<Request, Trouble> {
    let request = Request::read(input, stream)?;
    if !request.expects_continue() {
        request.skip_body(input, stream)?;
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
    fn to(request: &Request, site: &Site, peer: &Peer, last: bool) -> Reply {
        let response = (site.answer)(request, peer);
        let method = text::shorten(&text::terminal(&request.method), 20);
        let target = text::shorten(&text::terminal(&request.target), 200);
        let status = response.status;
        log(site, peer, format_args!("{method} {target} -> {status}"));
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
    fn refusing(status: u16, why: &str, site: &Site, peer: &Peer) -> Reply {
        log(site, peer, format_args!("{why} -> {status}"));
        Reply {
            response: Response::refusal(status, why),
            head_only: false,
            connection: CLOSE,
        }
    }

    fn send(&self, stream: &mut impl Write) -> io::Result<()> {
        // One write of the whole answer makes one TLS record; two would make two.
        stream.write_all(&self.response.to_bytes(self.head_only, self.connection))?;
        stream.flush()
    }
}

/// The connection broke after the handshake. What TLS says of it is told; that a client hangs up or
/// falls silent is everyday life.
fn broken(site: &Site, setup: &ServerSetup, peer: &Peer, error: &io::Error) {
    if !error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>())
    {
        return;
    }
    let diagnosis = diagnose(Side::Server, error, Progress::Established);
    (site.log)(&format!("{} {}", peer.address, diagnosis.in_a_line()));
    setup.narrator.tell(diagnosis.step, || {
        Fact::refusal(diagnosis.found, diagnosis.remedy)
    });
}

/// A line of the log: from where, who, what.
fn log(site: &Site, peer: &Peer, what: fmt::Arguments<'_>) {
    let who = peer.client.as_ref().map_or_else(
        || "anybody".to_owned(),
        |client| client.identity().to_string(),
    );
    (site.log)(&format!("{} {who}: {what}", peer.address));
}
