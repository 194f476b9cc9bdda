//! Sockets and threads: bind, accept, a thread a connection, not too many at a time.
//!
//! Unaware of TLS: what happens on a connection's thread is the caller's.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::error::{Error, io_words};
use crate::text;
use crate::transport::addresses_of;

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
        place: text::terminal(place),
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
    ///
    /// # Errors
    /// [`Error::Network`] if the system has no thread for it.
    pub fn start<F>(listener: Listener, most: usize, serve: F) -> Result<Server, Error>
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
            let started = thread::Builder::new()
                .name(format!("accept {address}"))
                .spawn(accept);
            accepting.push(started.map_err(|said| {
                let remedy = "fewer programs at a time, or a higher limit: ulimit -u";
                cannot_listen(&address.to_string(), &io_words(&said), remedy)
            })?);
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
        let accepted = socket.accept();
        // Accepted first, then admitted: a listener that waits for clients keeps nobody else out.
        let Some(place) = gate.enter() else { return };
        let Ok((stream, address)) = accepted else {
            // Out of file descriptors, most likely: another moment may be better.
            thread::sleep(Duration::from_millis(50));
            continue;
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
