//! The server: bind, accept, a thread a connection. Unaware of what it serves and who watches.
//!
//! It blocks, on purpose: a connection is one thread that reads from top to bottom, in the code and in
//! a debugger. [`serve_connection`] is that thread.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use crate::error::{Error, io_words};
use crate::handshake::step6_server_authorizes_client::{AuthorizedClient, NotAuthorized};
use crate::handshake::step7_application_data::{Session, application_data};
use crate::handshake::{self, ServerSetup};
use crate::http::Trouble;
use crate::http::input::Input;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::narration::Side;
use crate::text;
use crate::transport::{Transport, addresses_of, part};

/// How long each phase of a connection may last, as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the TCP connection to the end of the handshake.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its head and body, and for the answer.
    pub request: Duration,
    /// From an answer to the first byte of the next request.
    pub idle: Duration,
    /// Requests that one connection may make.
    pub requests: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            handshake: Duration::from_secs(10),
            request: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            requests: 10_000,
        }
    }
}

/// The other end of a connection, as the handshake left it.
#[derive(Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Who it is. `None`: TLS without client certificates.
    pub client: Option<AuthorizedClient>,
    /// What the two sides agreed on.
    pub session: Session,
}

/// Makes the answer to a request of a peer.
pub type Answer = dyn Fn(&Request, &Peer) -> Response + Send + Sync;

/// What the server answers, and where it reports.
pub struct Site {
    /// Makes the answer to a request.
    pub answer: Box<Answer>,
    /// Takes a line of the log, already safe to show.
    pub log: Box<dyn Fn(&str) + Send + Sync>,
    /// How long things may last.
    pub limits: Limits,
}

/// One connection from the first byte to the last: steps 1 to 7, as the server lives them.
///
/// # Errors
/// [`Error::Tls`] if the handshake failed. The client has been told, and so has the narration.
pub fn serve_connection<T: Transport>(
    setup: &ServerSetup,
    site: &Site,
    mut transport: T,
    address: SocketAddr,
) -> Result<(), Error> {
    // Steps 1 to 5: the handshake. Both sides know each other, or it ends here.
    transport.allow(site.limits.handshake);
    let connection = match handshake::accept(setup, &mut transport) {
        Ok(connection) => connection,
        Err(diagnosis) => {
            // The alert is on its way: let it arrive.
            part(&mut transport);
            return Err(Error::Tls {
                side: Side::Server,
                peer: address.to_string(),
                diagnosis,
            });
        }
    };

    // Step 6: may this client come in?
    let authorized = handshake::authorize(setup, &connection);
    let mut stream = StreamOwned::new(connection, transport);
    stream.sock.allow(site.limits.request);

    // Step 7: requests and answers, until one side has enough.
    match authorized {
        Ok(client) => {
            let session = application_data(&stream.conn, &setup.narrator);
            exchange(
                site,
                &mut stream,
                &Peer {
                    address,
                    client,
                    session,
                },
            );
        }
        Err(refusal) => forbid(site, &mut stream, address, &refusal),
    }
    say_goodbye(&mut stream);
    Ok(())
}

/// Reads requests and answers them, one after the other.
fn exchange<T: Transport>(site: &Site, stream: &mut StreamOwned<ServerConnection, T>, peer: &Peer) {
    let mut input = Input::default();
    for number in 1..=site.limits.requests {
        stream.sock.allow(site.limits.idle);
        if !matches!(input.wait(stream), Ok(true)) {
            return;
        }
        stream.sock.allow(site.limits.request);
        let (answer, head_only, keep) = match read_request(&mut input, stream) {
            Ok(request) => {
                let answer = (site.answer)(&request, peer);
                report(site, peer, &request, answer.status);
                let keep = request.keeps_alive() && number < site.limits.requests;
                (
                    answer,
                    request.method == "HEAD",
                    keep.then_some(request.version_minor),
                )
            }
            Err(Trouble::Malformed(malformed)) => {
                (site.log)(&format!(
                    "{}: {}: {}",
                    peer.address, malformed.status, malformed.why
                ));
                (
                    Response::refusal(malformed.status, &malformed.why),
                    false,
                    None,
                )
            }
            Err(Trouble::Io(error)) if error.kind() == io::ErrorKind::TimedOut => {
                stream.sock.allow(site.limits.request);
                (
                    Response::refusal(408, "the request took too long"),
                    false,
                    None,
                )
            }
            Err(Trouble::Io(_)) => return,
        };
        let connection = match keep {
            None => Some("close"),
            Some(0) => Some("keep-alive"),
            Some(_) => None,
        };
        // One write of the whole answer makes one TLS record; two would make two.
        let sent = stream
            .write_all(&answer.to_bytes(head_only, connection))
            .and_then(|()| stream.flush());
        if sent.is_err() || keep.is_none() {
            return;
        }
    }
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

/// The client is known, and not let in: it learns so in words, over the encrypted connection.
fn forbid<T: Transport>(
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
    let answer = Response::refusal(403, &format!("{who}: {why}"));
    let _ = stream
        .write_all(&answer.to_bytes(head_only, Some("close")))
        .and_then(|()| stream.flush());
}

/// Ends with close_notify, so that the client can tell the end from a cut (RFC 8446 §6.1). After it,
/// rustls's `complete_io` would wait for the client's: the bytes are written by hand.
fn say_goodbye<T: Transport>(stream: &mut StreamOwned<ServerConnection, T>) {
    stream.conn.send_close_notify();
    while stream.conn.wants_write() {
        if stream.conn.write_tls(&mut stream.sock).is_err() {
            return;
        }
    }
    part(&mut stream.sock);
}

fn report(site: &Site, peer: &Peer, request: &Request, status: u16) {
    let who = peer.client.as_ref().map_or_else(
        || "anybody".to_owned(),
        |client| client.identity().to_string(),
    );
    let target = text::shorten(&text::terminal(&request.target), 200);
    (site.log)(&format!(
        "{} {who}: {} {target} -> {status}",
        peer.address,
        text::terminal(&request.method)
    ));
}

/// The sockets that a server listens on: one for each address of its name.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<TcpListener>,
    /// The addresses, with the port that was really taken.
    pub addresses: Vec<SocketAddr>,
    /// Addresses that this machine does not have, in words.
    pub notes: Vec<String>,
}

impl Listener {
    /// Binds all addresses of `place`, `host:port`. Port 0: any free port, the same for all.
    ///
    /// `localhost` is 127.0.0.1 and ::1, whatever the resolver says: a client may try either. One of
    /// them may be missing on this machine; that becomes a note.
    ///
    /// # Errors
    /// [`Error::Network`] names the address and the cause.
    pub fn bind(place: &str) -> Result<Listener, Error> {
        let mut last = None;
        for _ in 0..8 {
            match Listener::bind_once(place) {
                // With port 0, the port that is free for the first address may be taken for the second.
                Err(error) if place.ends_with(":0") => last = Some(error),
                other => return other,
            }
        }
        Err(last.unwrap_or_else(|| {
            cannot_listen(place, "no port is free for all addresses", "another port")
        }))
    }

    fn bind_once(place: &str) -> Result<Listener, Error> {
        let mut listener = Listener {
            sockets: Vec::new(),
            addresses: Vec::new(),
            notes: Vec::new(),
        };
        for mut address in addresses_of(place)? {
            if let (0, Some(first)) = (address.port(), listener.addresses.first()) {
                address.set_port(first.port());
            }
            match TcpListener::bind(address).and_then(|socket| Ok((socket.local_addr()?, socket))) {
                Ok((address, socket)) => {
                    listener.addresses.push(address);
                    listener.sockets.push(socket);
                }
                Err(error) if missing_here(&error) => {
                    listener
                        .notes
                        .push(format!("{address} is not an address of this machine"));
                }
                Err(error) => {
                    return Err(cannot_listen(
                        &address.to_string(),
                        &io_words(&error),
                        remedy_for(&error),
                    ));
                }
            }
        }
        match listener.sockets.is_empty() {
            true => Err(cannot_listen(
                place,
                &listener.notes.join("; "),
                "an address of this machine",
            )),
            false => Ok(listener),
        }
    }
}

fn cannot_listen(place: &str, found: &str, remedy: &str) -> Error {
    Error::Network {
        doing: "listen on",
        place: place.to_owned(),
        found: found.to_owned(),
        remedy: remedy.to_owned(),
    }
}

fn missing_here(error: &io::Error) -> bool {
    // EAFNOSUPPORT has no kind of its own: a machine without IPv6 answers with it.
    error.kind() == io::ErrorKind::AddrNotAvailable || matches!(error.raw_os_error(), Some(97 | 47))
}

fn remedy_for(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "stop what runs there, or another port: --listen localhost:3001"
        }
        io::ErrorKind::PermissionDenied => "a port above 1023",
        _ => "another address: --listen localhost:3000",
    }
}

/// A running server. Its threads go on until [`Server::stop`].
#[derive(Debug)]
pub struct Server {
    addresses: Vec<SocketAddr>,
    accepting: Vec<JoinHandle<()>>,
    gate: Arc<Gate>,
}

impl Server {
    /// Accepts connections on all sockets of `listener`, at most `most` at a time, and gives each to
    /// `serve` on a thread of its own, with its number.
    ///
    /// When `most` are open, new ones wait in the system's queue until one of them ends: nobody is
    /// turned away in the middle of a handshake.
    pub fn start<F>(listener: Listener, most: usize, serve: F) -> io::Result<Server>
    where
        F: Fn(TcpStream, SocketAddr, u64) + Send + Sync + 'static,
    {
        let (serve, gate, numbers) = (
            Arc::new(serve),
            Arc::new(Gate::new(most)),
            Arc::new(AtomicU64::new(1)),
        );
        let mut accepting = Vec::new();
        for (socket, address) in listener.sockets.into_iter().zip(&listener.addresses) {
            let (serve, gate, numbers) =
                (Arc::clone(&serve), Arc::clone(&gate), Arc::clone(&numbers));
            let accept = move || accept_connections(&socket, &gate, &numbers, &serve);
            accepting.push(
                thread::Builder::new()
                    .name(format!("accept {address}"))
                    .spawn(accept)?,
            );
        }
        Ok(Server {
            addresses: listener.addresses,
            accepting,
            gate,
        })
    }

    /// Waits for the server's end, which without [`Server::stop`] never comes.
    pub fn wait(self) {
        for thread in self.accepting {
            let _ = thread.join();
        }
    }

    /// Stops accepting, then waits until open connections are done, at most `within`.
    pub fn stop(self, within: Duration) {
        self.gate.close();
        for address in &self.addresses {
            // Wakes the thread that waits in `accept`.
            let _ = TcpStream::connect_timeout(address, Duration::from_secs(1));
        }
        for thread in self.accepting {
            let _ = thread.join();
        }
        self.gate.wait_until_empty(within);
    }
}

fn accept_connections<F>(
    socket: &TcpListener,
    gate: &Arc<Gate>,
    numbers: &AtomicU64,
    serve: &Arc<F>,
) where
    F: Fn(TcpStream, SocketAddr, u64) + Send + Sync + 'static,
{
    loop {
        let Some(place) = gate.enter() else { return };
        let (stream, address) = match socket.accept() {
            _ if gate.is_closed() => return,
            Ok(accepted) => accepted,
            Err(_) => {
                // Out of file descriptors, most likely: another moment may be better.
                drop(place);
                thread::sleep(Duration::from_millis(50));
                continue;
            }
        };
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let serve = Arc::clone(serve);
        let connection = move || {
            let _place = place;
            serve(stream, address, number);
        };
        // Without a thread the connection is dropped; the peer sees it closed.
        let _ = thread::Builder::new()
            .name(format!("connection {number}"))
            .spawn(connection);
    }
}

/// Counts open connections and makes the next one wait when there are enough.
#[derive(Debug)]
struct Gate {
    most: usize,
    inside: Mutex<usize>,
    changed: Condvar,
    closed: AtomicBool,
}

/// A connection's place inside; dropping it lets the next one in.
struct Place(Arc<Gate>);

impl Gate {
    fn new(most: usize) -> Gate {
        Gate {
            most,
            inside: Mutex::new(0),
            changed: Condvar::new(),
            closed: AtomicBool::new(false),
        }
    }

    fn enter(self: &Arc<Self>) -> Option<Place> {
        let inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |inside: &mut usize| *inside >= self.most && !self.is_closed();
        let mut inside = self
            .changed
            .wait_while(inside, full)
            .unwrap_or_else(PoisonError::into_inner);
        if self.is_closed() {
            return None;
        }
        *inside += 1;
        Some(Place(Arc::clone(self)))
    }

    fn close(&self) {
        let _inside = self.inside.lock();
        self.closed.store(true, Ordering::SeqCst);
        self.changed.notify_all();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn wait_until_empty(&self, within: Duration) {
        let inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self
            .changed
            .wait_timeout_while(inside, within, |inside| *inside > 0);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.inside.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.changed.notify_all();
    }
}
