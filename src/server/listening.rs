//! Sockets and threads: bind, accept, one thread per connection, not too many at a time.
//!
//! Unaware of TLS: what happens on a connection's thread is the caller's.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::error::{Error, io_words};
use crate::http::authority::Authority;
use crate::phrase;
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
        // Eight is arbitrary: once is nearly always enough.
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
        let Ok(Authority {
            host,
            port: Some(port),
        }) = Authority::parse(place)
        else {
            return Err(Error::Usage {
                found: phrase!(
                    "not a host and a port: \"{place}\"",
                    place = text::terminal(place)
                ),
                remedy: phrase!("host:port, for example localhost:3000 or [::1]:3000"),
            });
        };
        for mut address in addresses_of(host, port)? {
            // Port 0: the first socket has taken a free port, and the others want the same.
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
        if listener.sockets.is_empty() {
            let found = listener.notes.join("; ");
            return Err(cannot_listen(place, &found, "an address of this machine"));
        }
        Ok(listener)
    }
}

fn cannot_listen(place: &str, found: &str, remedy: &str) -> Error {
    Error::Network {
        doing: "listen on",
        place: text::terminal(place),
        found: found.into(),
        remedy: remedy.into(),
    }
}

fn missing_here(error: &io::Error) -> bool {
    // EAFNOSUPPORT has no kind of its own: a machine without IPv6 answers with it.
    error.kind() == io::ErrorKind::AddrNotAvailable || matches!(error.raw_os_error(), Some(97 | 47))
}

fn remedy_for(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "if an earlier hello-mtls serve runs there, end it: with `kill $!` in the terminal that started \
            it in the background, with Ctrl-C in the foreground. If another program does, for example \
            one of Node, take another port: --listen localhost:3001, then get https://localhost:3001/"
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
    limit: Arc<ConnectionLimit>,
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
        // A thread per address, because std has no way to wait for two listeners at once. They share the limit.
        let limit = Arc::new(ConnectionLimit::new(most));
        let acceptor = Arc::new(Acceptor {
            limit: Arc::clone(&limit),
            numbers: AtomicU64::new(1),
            serve,
        });
        let mut accepting = Vec::new();
        for (socket, address) in listener.sockets.into_iter().zip(&listener.addresses) {
            let acceptor = Arc::clone(&acceptor);
            let started = thread::Builder::new()
                .name(format!("accept {address}"))
                .spawn(move || acceptor.run(&socket));
            match started {
                Ok(thread) => accepting.push(thread),
                Err(error) => {
                    let remedy = "fewer programs at a time, or a higher limit: ulimit -u";
                    return Err(cannot_listen(
                        &address.to_string(),
                        &io_words(&error),
                        remedy,
                    ));
                }
            }
        }
        Ok(Server {
            addresses: listener.addresses,
            accepting,
            limit,
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
        // Closed first: an accepting thread that wakes up finds no permit, and ends.
        self.limit.close();
        for address in &self.addresses {
            // Wakes the thread that waits in `accept`.
            let _ = TcpStream::connect_timeout(address, Duration::from_secs(1));
        }
        for thread in self.accepting {
            let _ = thread.join();
        }
        self.limit.wait_until_empty(within);
    }
}

/// What the accepting threads share.
struct Acceptor<F> {
    limit: Arc<ConnectionLimit>,
    /// The number of the next connection.
    numbers: AtomicU64,
    serve: F,
}

impl<F> Acceptor<F>
where
    F: Fn(TcpStream, SocketAddr, u64) + Send + Sync + 'static,
{
    /// Accepts connections until the limit is closed.
    fn run(self: Arc<Self>, socket: &TcpListener) {
        loop {
            let accepted = socket.accept();
            // Accepted first, then admitted: a listener that waits for clients keeps no permit from another.
            let Some(permit) = self.limit.acquire() else {
                return;
            };
            let Ok((stream, address)) = accepted else {
                // Out of file descriptors, most likely: another moment may be better. Without the pause the
                // loop would burn a processor, because `accept` fails again at once.
                thread::sleep(Duration::from_millis(50));
                continue;
            };
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            let acceptor = Arc::clone(&self);
            let connection = move || {
                // Dropped when the thread ends, also if it panics.
                let _permit = permit;
                (acceptor.serve)(stream, address, number);
            };
            // Without a thread the connection is dropped; the peer sees it closed.
            let _ = thread::Builder::new()
                .name(format!("connection {number}"))
                .spawn(connection);
        }
    }
}

/// Counts open connections and makes the next one wait when there are enough: a counting semaphore.
#[derive(Debug)]
struct ConnectionLimit {
    most: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    closed: bool,
}

/// The right to one connection; dropping it lets the next one in.
struct Permit(Arc<ConnectionLimit>);

impl ConnectionLimit {
    fn new(most: usize) -> ConnectionLimit {
        ConnectionLimit {
            most,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Waits for a permit. `None`: the server stops.
    fn acquire(self: &Arc<Self>) -> Option<Permit> {
        let full = |state: &mut State| state.open >= self.most && !state.closed;
        let mut state = self
            .changed
            .wait_while(self.state(), full)
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        state.open += 1;
        Some(Permit(Arc::clone(self)))
    }

    fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    fn wait_until_empty(&self, within: Duration) {
        let busy = |state: &mut State| state.open > 0;
        let _ = self.changed.wait_timeout_while(self.state(), within, busy);
    }

    /// A thread that panics while it holds the lock leaves a number behind: it stays right.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().open -= 1;
        self.0.changed.notify_all();
    }
}
