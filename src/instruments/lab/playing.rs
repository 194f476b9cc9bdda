//! Servers for a client that the learner wrote: they answer it, refuse it, leave it without an answer, and take their time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use rustls::{StreamOwned, SupportedProtocolVersion};

use super::meeting::{LIMITS, Server, TIMEOUT, listener};
use crate::error::Error;
use crate::handshake::{self, Offer, ServerSetup, TlsMax, provider};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::instruments::gallery::meeting::no_loopback;
use crate::narration::{Event, Recorder};
use crate::server::{Limits, Peer, Service, serve_connection};
use crate::transport::{Deadline, Transport};

/// How late a late answer is.
const DELAY: Duration = Duration::from_millis(1200);
/// So many connections of one client are served. It needs one.
const CONNECTIONS: usize = 4;

/// What the server does after the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It answers as `hello-mtls serve` does: 200, or 403 to a client that it does not let in.
    Answers,
    /// It answers 404, with a text in which 200 stands.
    FindsNothing,
    /// It announces an answer, sends half of it, and the TCP connection ends.
    CutsShort,
    /// It ends the connection in good order, without an answer.
    SaysNothing,
}

/// A server that a check plays.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its files, and the clients that it believes.
    pub server: Server,
    /// The one version of TLS that it speaks.
    pub version: TlsMax,
    /// What it does after the handshake.
    pub manner: Manner,
    /// What it sends after the client's part of the handshake arrives late.
    pub late: bool,
    /// What it answers.
    pub word: String,
}

impl Host {
    /// Listens while `visit` runs. Returns what `visit` returned, and what the server reported.
    ///
    /// # Errors
    /// No loopback, or files that rustls refuses.
    pub fn receive<T>(
        &self,
        visit: impl FnOnce(SocketAddr) -> T,
    ) -> Result<(T, Vec<Event>), Error> {
        let recorder = Arc::new(Recorder::default());
        static ONLY_1_3: [&SupportedProtocolVersion; 1] = [&TLS13];
        static ONLY_1_2: [&SupportedProtocolVersion; 1] = [&TLS12];
        // A client that speaks only the other version is refused in step 1.
        let versions = match self.version {
            TlsMax::Tls13 => &ONLY_1_3,
            TlsMax::Tls12 => &ONLY_1_2,
        };
        let provider = provider();
        let setup = self.server.setup(Offer { provider, versions }, &recorder)?;
        let (door, address) = listener()?;
        let over = AtomicBool::new(false);
        let visited = thread::scope(|scope| {
            scope.spawn(|| {
                for socket in door.incoming().flatten().take(CONNECTIONS) {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    // What went wrong stands in the recorder, in the words of the narration.
                    let _ = self.serve(&setup, socket);
                }
            });
            let visited = visit(address);
            over.store(true, Ordering::Relaxed);
            // The thread may wait for a client: this one ends its wait.
            let _ = TcpStream::connect(address);
            visited
        });
        Ok((visited, recorder.events()))
    }

    fn serve(&self, setup: &ServerSetup, socket: TcpStream) -> Result<(), Error> {
        let from = socket.peer_addr().map_err(no_loopback)?;
        setup.narrator.begin_connection(1, from);
        let mut transport = Late {
            inner: Deadline::new(socket, TIMEOUT).map_err(no_loopback)?,
            delay: self.late.then_some(DELAY),
            wrote: false,
            heard_back: false,
        };
        let status = match self.manner {
            Manner::Answers => Some(200),
            Manner::FindsNothing => Some(404),
            Manner::CutsShort | Manner::SaysNothing => None,
        };
        if let Some(status) = status {
            let says = Says(status, &self.word);
            return serve_connection(setup, &says, transport, from);
        }
        let Ok(connection) = handshake::accept(setup, &mut transport) else {
            return Ok(());
        };
        let mut stream = StreamOwned::new(connection, transport);
        self.disappoint(&mut stream).map_err(no_loopback)
    }

    /// Hears the request, and gives less than an answer.
    fn disappoint<T: Transport>(
        &self,
        stream: &mut StreamOwned<rustls::ServerConnection, T>,
    ) -> io::Result<()> {
        let _ = stream.read(&mut [0; 4096])?;
        if self.manner == Manner::CutsShort {
            let whole = Response::text(200, &*self.word).to_bytes(false, Some("close"));
            let half = whole.len().saturating_sub(self.word.len() / 2);
            stream.write_all(whole.get(..half).unwrap_or_default())?;
        } else {
            stream.conn.send_close_notify();
        }
        stream.flush()?;
        stream.sock.finish_writing()?;
        // A socket that is closed with unread bytes resets the connection, and may take back what was sent.
        io::copy(&mut (&mut stream.sock).take(64 * 1024), &mut io::sink()).map(|_| ())
    }
}

/// Answers every request with this status and these words.
struct Says<'a>(u16, &'a str);

impl Service for Says<'_> {
    fn answer(&self, _request: &Request, _peer: &Peer) -> Response {
        match *self {
            Says(200, word) => Response::text(200, word),
            Says(status, word) => Response::text(status, format!("not HTTP/1.1 200 OK: {word}")),
        }
    }

    fn limits(&self) -> Limits {
        LIMITS
    }
}

/// A connection on which the server's first words after the client's part of the handshake arrive late.
struct Late {
    inner: Deadline,
    /// How late. Once is enough.
    delay: Option<Duration>,
    wrote: bool,
    /// The client has answered since the server wrote.
    heard_back: bool,
}

impl Read for Late {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.heard_back = self.wrote;
        Ok(count)
    }
}

impl Write for Late {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.heard_back
            && let Some(delay) = self.delay.take()
        {
            thread::sleep(delay);
        }
        self.wrote = true;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Transport for Late {
    fn set_deadline(&mut self, within: Duration) {
        self.inner.set_deadline(within);
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.inner.finish_writing()
    }
}
