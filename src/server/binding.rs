//! The sockets that a server listens on, one for each address of its name.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::SockRef;

use crate::error::{Error, io_words};
use crate::http::authority::Authority;
use crate::language::Phrase;
use crate::phrase;
use crate::text;
use crate::transport::addresses_of;

/// Connections that wait in the system's queue until they are accepted. Linux cuts it to net.core.somaxconn, which is
/// 4,096 by default.
const QUEUE: i32 = 4096;

/// The sockets that a server listens on: one for each address of its name.
#[derive(Debug)]
pub struct Listener {
    pub(super) sockets: Vec<TcpListener>,
    /// The addresses, with the port that was really taken.
    pub addresses: Vec<SocketAddr>,
    /// Addresses that this machine does not have, in words.
    pub notes: Vec<Phrase>,
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
            cannot_listen(
                place,
                phrase!("no port is free for all addresses"),
                phrase!("another port"),
            )
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
            match bind_one(address) {
                Ok((address, socket)) => {
                    listener.addresses.push(address);
                    listener.sockets.push(socket);
                }
                Err(error) if missing_here(&error) => {
                    listener.notes.push(phrase!(
                        "{address} is not an address of this machine",
                        address = address.to_string()
                    ));
                }
                Err(error) => {
                    return Err(cannot_listen(
                        &address.to_string(),
                        io_words(&error),
                        remedy_for(&error),
                    ));
                }
            }
        }
        if listener.sockets.is_empty() {
            let found = Phrase::joined(listener.notes, &"; ".into());
            return Err(cannot_listen(
                place,
                found,
                phrase!("an address of this machine"),
            ));
        }
        Ok(listener)
    }
}

fn bind_one(address: SocketAddr) -> io::Result<(SocketAddr, TcpListener)> {
    let socket = TcpListener::bind(address)?;
    // std has asked for a queue of 128. The client of the 129th connection of a burst would hear nothing, and try again
    // after a second. Listening again changes no more than the length.
    SockRef::from(&socket).listen(QUEUE)?;
    Ok((socket.local_addr()?, socket))
}

pub(super) fn cannot_listen(place: &str, found: impl Into<Phrase>, remedy: Phrase) -> Error {
    Error::Network {
        doing: "listen on",
        place: text::terminal(place),
        found: found.into(),
        remedy,
        failure: None,
    }
}

fn missing_here(error: &io::Error) -> bool {
    // EAFNOSUPPORT has no kind of its own: a machine without IPv6 answers with it.
    error.kind() == io::ErrorKind::AddrNotAvailable || matches!(error.raw_os_error(), Some(97 | 47))
}

fn remedy_for(error: &io::Error) -> Phrase {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            phrase!(
                "if an earlier hello-mtls serve runs there, end it: with `kill $!` in the terminal that started it in the background, with Ctrl-C in the foreground. If another program does, for example one of Node, take another port: --listen localhost:3001, then get https://localhost:3001/"
            )
        }
        io::ErrorKind::PermissionDenied => phrase!("a port above 1023"),
        _ => phrase!("another address: --listen localhost:3000"),
    }
}
