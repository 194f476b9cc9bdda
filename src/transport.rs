//! TCP: which addresses, and bytes with a deadline. Unaware of TLS and HTTP.
//!
//! A timeout bounds one read. A peer that sends a byte a second never meets it, and holds its thread
//! for ever. So a [`Deadline`] bounds a phase as a whole: the handshake, a request head, the wait for
//! the next request.

use std::io::{self, IoSlice, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::error::{Error, io_words};
use crate::phrase;
use crate::text;

/// How long a peer may go on sending after we have closed our half of the connection.
const LINGER: Duration = Duration::from_millis(500);
/// How many bytes of such a peer we throw away: more than a request body that was refused as too large
/// usually has, or its sender would see a reset instead of the 413.
const LINGER_BYTES: usize = 16 * 1024 * 1024;
/// How long a phase lasts where no deadline is wanted: longer than a debugger stays open. Not `Duration::MAX`,
/// because a deadline is a point in time, and that one would overflow.
pub const PATIENCE: Duration = Duration::from_secs(365 * 86_400);
/// How many of the first bytes of a peer are remembered: protocols show themselves in fewer.
const FIRST_BYTES: usize = 16;

/// The addresses of `host`, a name or an IP address without brackets. `localhost` is both loopback addresses,
/// whatever the resolver says: some hosts files know only one of them.
///
/// # Errors
/// [`Error::Network`] if the name has no address.
pub fn addresses_of(host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    if host == "localhost" {
        let loopback = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        return Ok(loopback.map(|ip| SocketAddr::new(ip, port)).to_vec());
    }
    let unknown = |found: String| Error::Network {
        doing: "find",
        place: text::terminal(&format!("{host}:{port}")),
        found: found.into(),
        remedy: phrase!("another host name, or its IP address"),
    };
    let addresses: Vec<SocketAddr> = match (host, port).to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(error) => return Err(unknown(io_words(&error))),
    };
    if addresses.is_empty() {
        return Err(unknown("the name has no address".to_owned()));
    }
    Ok(addresses)
}

/// What a TLS connection runs over.
pub trait Transport: Read + Write {
    /// Begins a phase: no read or write lasts beyond `within` from now. One that would fails with
    /// [`io::ErrorKind::TimedOut`].
    fn set_deadline(&mut self, within: Duration);

    /// Says that we send no more, while we still read (a TCP half-close).
    fn finish_writing(&mut self) -> io::Result<()>;

    /// The first bytes that came, a few: they tell which program speaks, if it is not the one that was expected.
    /// A transport may remember none.
    fn first_bytes(&self) -> &[u8] {
        &[]
    }
}

/// A TCP connection whose reads and writes share one deadline.
#[derive(Debug)]
pub struct Deadline {
    socket: TcpStream,
    until: Instant,
    at_least: Duration,
    first_bytes: Vec<u8>,
}

impl Deadline {
    /// Wraps `socket` and opens a first phase of `within`.
    ///
    /// Switches Nagle's algorithm off: it holds a small write back while an earlier one is
    /// unacknowledged, which costs some 40 ms a round trip.
    pub fn new(socket: TcpStream, within: Duration) -> io::Result<Deadline> {
        socket.set_nodelay(true)?;
        Ok(Deadline {
            socket,
            until: Instant::now() + within,
            at_least: Duration::ZERO,
            first_bytes: Vec::new(),
        })
    }

    /// The same connection, where every phase lasts at least [`PATIENCE`]: one side stands in a debugger.
    #[must_use]
    pub fn patient(mut self) -> Deadline {
        self.at_least = PATIENCE;
        self.set_deadline(PATIENCE);
        self
    }

    fn left(&self) -> io::Result<Duration> {
        match self.until.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Transport for Deadline {
    fn set_deadline(&mut self, within: Duration) {
        self.until = Instant::now() + within.max(self.at_least);
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }

    fn first_bytes(&self) -> &[u8] {
        &self.first_bytes
    }
}

impl Read for Deadline {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = uninterrupted(|| {
            self.socket.set_read_timeout(Some(self.left()?))?;
            self.socket.read(buffer)
        })?;
        let missing = FIRST_BYTES.saturating_sub(self.first_bytes.len());
        let new = buffer.iter().take(count.min(missing));
        self.first_bytes.extend(new);
        Ok(count)
    }
}

impl Write for Deadline {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        uninterrupted(|| {
            self.socket.set_write_timeout(Some(self.left()?))?;
            self.socket.write(bytes)
        })
    }

    /// Forwarded, because the default method writes the first slice only: rustls would then need a
    /// system call a record.
    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        uninterrupted(|| {
            self.socket.set_write_timeout(Some(self.left()?))?;
            self.socket.write_vectored(slices)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// A timeout of a socket is `WouldBlock` on Unix; it has one name here.
///
/// On Linux a read with a timeout is interrupted when the process is stopped and goes on (Ctrl-Z and `fg`, or
/// a debugger that attaches). No peer did that: it is tried again, within the same deadline.
fn uninterrupted(mut attempt: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            done => return done,
        }
    }
}

/// A lingering close: ends a connection so that the peer still gets our last words.
///
/// Closing a socket with unread bytes in it makes TCP send a reset (RFC 9112 §9.6), and a reset throws away
/// what the peer has not read yet: our alert or our answer. So we stop writing, then read and drop what
/// comes, for a bounded time.
pub fn lingering_close(transport: &mut impl Transport) {
    let _ = transport.flush();
    if transport.finish_writing().is_err() {
        return;
    }
    transport.set_deadline(LINGER);
    let mut dropped = 0;
    let mut buffer = [0; 16 * 1024];
    while dropped < LINGER_BYTES {
        match transport.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => dropped += count,
        }
    }
}
