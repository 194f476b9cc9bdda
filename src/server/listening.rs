//! Threads: accept, one thread per connection, not too many at a time.
//!
//! Unaware of TLS: what happens on a connection's thread is the caller's.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use socket2::{Domain, Type};

pub use super::binding::Listener;
use super::binding::cannot_listen;
use super::places::Places;
use super::shortage::Shortages;
use super::threads::{Job, Threads};
use crate::error::{Error, io_words};
use crate::language::Phrase;
use crate::phrase;
use crate::transport::Socket;

/// How long accepting pauses when this process has no file descriptor or thread left. Without the pause the loop would
/// burn a processor, because the next attempt fails at once, too.
const PAUSE: Duration = Duration::from_millis(50);

/// A running server. Its threads go on until [`Server::stop`].
pub struct Server {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) accepting: Vec<JoinHandle<()>>,
    pub(super) places: Arc<Places>,
    pub(super) threads: Arc<Threads>,
    pub(super) wakers: Wakers,
}

/// The clients that [`Server::stop`] itself will be, to wake the accepting threads.
pub(super) struct Wakers {
    /// Made at the start, one for each address: at the end there may be no descriptor left.
    pub(super) sockets: Vec<socket2::Socket>,
    /// Where they come from, as soon as they are connected.
    pub(super) connected: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Server {
    /// As [`Server::start_logged`], without a log.
    ///
    /// # Errors
    /// [`Error::Network`] if the system has no thread for it.
    pub fn start<F>(listener: Listener, most: usize, serve: F) -> Result<Server, Error>
    where
        F: Fn(Socket, SocketAddr, u64) + Send + Sync + 'static,
    {
        Server::start_logged(listener, most, |_| {}, serve)
    }

    /// Accepts connections on all sockets of `listener`, at most `most` at a time, and gives each to
    /// `serve` on a thread of its own, with its number. `log` takes lines about what this process lacks.
    ///
    /// When `most` are open, new ones wait in the system's queue until one of them ends: nobody is
    /// turned away in the middle of a handshake.
    ///
    /// # Errors
    /// [`Error::Network`] if the system has no thread for it.
    pub fn start_logged<F>(
        listener: Listener,
        most: usize,
        log: impl Fn(&str) + Send + Sync + 'static,
        serve: F,
    ) -> Result<Server, Error>
    where
        F: Fn(Socket, SocketAddr, u64) + Send + Sync + 'static,
    {
        let mut ports: Vec<u16> = listener.addresses.iter().map(SocketAddr::port).collect();
        ports.dedup();
        let shortages = Arc::new(Shortages::new(ports, log));
        let acceptor = Arc::new(Acceptor {
            places: Arc::new(Places::new(most, Arc::clone(&shortages))),
            threads: Arc::default(),
            wakers: Arc::default(),
            shortages,
            numbers: AtomicU64::new(1),
            serve,
        });
        let addresses = listener.addresses;
        let socket = |address: &SocketAddr| {
            socket2::Socket::new(Domain::for_address(*address), Type::STREAM, None).map_err(
                |error| {
                    cannot_start(
                        address,
                        &error,
                        phrase!("a higher limit of open files: ulimit -n"),
                    )
                },
            )
        };
        let mut server = Server {
            accepting: Vec::new(),
            places: Arc::clone(&acceptor.places),
            threads: Arc::clone(&acceptor.threads),
            wakers: Wakers {
                sockets: addresses.iter().map(socket).collect::<Result<_, _>>()?,
                connected: Arc::clone(&acceptor.wakers),
            },
            addresses: addresses.clone(),
        };
        // A thread per address, because std has no way to wait for two listeners at once. They share the places.
        for (socket, address) in listener.sockets.into_iter().zip(&addresses) {
            let acceptor = Arc::clone(&acceptor);
            let started = thread::Builder::new()
                .name(format!("accept {address}"))
                .spawn(move || acceptor.run(&socket));
            match started {
                Ok(thread) => server.accepting.push(thread),
                Err(error) => {
                    server.stop(Duration::ZERO);
                    let remedy = phrase!("fewer programs at a time, or a higher limit: ulimit -u");
                    return Err(cannot_start(address, &error, remedy));
                }
            }
        }
        Ok(server)
    }

    /// Waits for the server's end, which without [`Server::stop`] never comes.
    pub fn wait(self) {
        for thread in self.accepting {
            let _ = thread.join();
        }
    }
}

fn cannot_start(address: &SocketAddr, error: &io::Error, remedy: Phrase) -> Error {
    cannot_listen(&address.to_string(), io_words(error), remedy)
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.addresses).finish()
    }
}

/// What the accepting threads share.
struct Acceptor<F> {
    places: Arc<Places>,
    threads: Arc<Threads>,
    /// [`Wakers::connected`].
    wakers: Arc<Mutex<Vec<SocketAddr>>>,
    shortages: Arc<Shortages>,
    /// The number of the next connection.
    numbers: AtomicU64,
    serve: F,
}

impl<F> Acceptor<F>
where
    F: Fn(Socket, SocketAddr, u64) + Send + Sync + 'static,
{
    /// Accepts connections until the server ends.
    fn run(self: Arc<Self>, listener: &TcpListener) {
        loop {
            let accepted = listener.accept();
            if self.places.is_closed() {
                return self.admit_the_last(listener, accepted);
            }
            match accepted {
                Ok((stream, address)) => self.admit(stream, address),
                // A client that has left again is no reason to let the next one wait.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // Without a descriptor, the client waits in the queue.
                Err(error) => {
                    self.shortages.of_descriptors(&error);
                    thread::sleep(PAUSE);
                }
            }
        }
    }

    /// Serves the clients whose connections the system has made already: for them the server still stood.
    fn admit_the_last(
        self: Arc<Self>,
        listener: &TcpListener,
        mut accepted: io::Result<(TcpStream, SocketAddr)>,
    ) {
        let wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        if listener.set_nonblocking(true).is_err() {
            return;
        }
        while let Ok((stream, address)) = accepted {
            // On some systems an accepted socket inherits this from its listener.
            let _ = stream.set_nonblocking(false);
            if !wakers.contains(&address) {
                self.admit(stream, address);
            }
            accepted = listener.accept();
        }
    }

    /// Waits for a place, then gives the connection to a thread.
    fn admit(self: &Arc<Self>, stream: TcpStream, address: SocketAddr) {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let socket = Socket::from(stream);
        // Accepted first, then admitted: a listener that waits for clients keeps no place from another.
        let Some(place) = self.places.enter(number, &socket) else {
            return;
        };
        let acceptor = Arc::clone(self);
        let mut connection: Job = Box::new(move || {
            // Given back when the connection ends, also if it panics.
            let _place = place;
            (acceptor.serve)(socket, address, number);
        });
        while let Err((given_back, error)) = self.threads.run(connection) {
            self.shortages.of_threads(&error);
            if self.places.is_closed() {
                return;
            }
            thread::sleep(PAUSE);
            connection = given_back;
        }
    }
}
