//! TCP: which addresses, and bytes with a deadline. Unaware of TLS and HTTP.
//!
//! A timeout bounds one read. A peer that sends a byte a second never meets it, and holds its thread
//! for ever. So a [`Deadline`] bounds a phase as a whole: the handshake, a request head, the wait for
//! the next request.

mod socket;

use std::io::{self, IoSlice, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::error::{Error, GaveUp, io_words};
use crate::phrase;
use crate::text;

pub use self::socket::{Handle, Leave, Socket};

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
/// How late a timeout may be. Setting it is a system call, and most reads and writes return at once: it is set again
/// only when it would fire later than this.
const SLACK: Duration = Duration::from_secs(1);
/// How long a read waits for the first byte of all before it looks whether another client needs the place.
const FIRST_BYTE: Duration = Duration::from_secs(1);

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
        failure: Some("no-connection"),
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
    /// Begins a phase: no read or write lasts much beyond `within` from now. One that would fails with
    /// [`io::ErrorKind::TimedOut`], at most a second late.
    fn set_deadline(&mut self, within: Duration);

    /// Begins the wait for the next request. Nothing is half done in it, so a server that ends may cut it short.
    fn wait_for_request(&mut self, within: Duration) {
        self.set_deadline(within);
    }

    /// The server ends: the next answer is the last one.
    fn ends_soon(&self) -> bool {
        false
    }

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
    socket: Socket,
    /// When the phase ends, how long it is, and the bytes that have come in it.
    until: Instant,
    within: Duration,
    came: u64,
    /// The requests that were awaited.
    requests: u32,
    at_least: Duration,
    first_bytes: Vec<u8>,
    /// What the socket's own timeouts are set to.
    read_timeout: Duration,
    write_timeout: Duration,
}

impl Deadline {
    /// Wraps `socket` and opens a first phase of `within`.
    ///
    /// Switches Nagle's algorithm off: it holds a small write back while an earlier one is
    /// unacknowledged, which costs some 40 ms a round trip.
    pub fn new(socket: impl Into<Socket>, within: Duration) -> io::Result<Deadline> {
        let socket = socket.into();
        socket.stream().set_nodelay(true)?;
        Ok(Deadline {
            socket,
            until: Instant::now() + within,
            within,
            came: 0,
            requests: 0,
            at_least: Duration::ZERO,
            first_bytes: Vec::new(),
            read_timeout: Duration::MAX,
            write_timeout: Duration::MAX,
        })
    }

    /// The same connection, where every phase lasts at least [`PATIENCE`]: one side stands in a debugger.
    #[must_use]
    pub fn patient(mut self) -> Deadline {
        self.at_least = PATIENCE;
        self.set_deadline(PATIENCE);
        self
    }

    /// What came so far was a proxy's own. The client behind it has said nothing yet.
    pub fn forget_what_came(&mut self) {
        self.first_bytes.clear();
        self.socket.is_new();
    }

    fn left(&self) -> io::Result<Duration> {
        match self.until.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(given_up(GaveUp::Late {
                within: self.within,
                came: self.came,
            })),
        }
    }

    /// Writes within the deadline.
    fn send(&mut self, write: impl Fn(&TcpStream) -> io::Result<usize>) -> io::Result<usize> {
        loop {
            let left = self.left()?;
            if self.write_timeout > left + SLACK {
                self.socket.stream().set_write_timeout(Some(left))?;
                self.write_timeout = left;
            }
            match write(self.socket.stream()) {
                // It was too short for this phase.
                Err(error) if is_no_end(&error) => self.write_timeout = Duration::MAX,
                done => return done,
            }
        }
    }
}

fn given_up(why: GaveUp) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, why)
}

impl Transport for Deadline {
    fn set_deadline(&mut self, within: Duration) {
        self.within = within.max(self.at_least);
        self.until = Instant::now() + self.within;
        self.came = 0;
        self.socket.goes_on();
    }

    fn wait_for_request(&mut self, within: Duration) {
        self.set_deadline(within);
        self.socket.waits(self.requests == 0);
        self.requests += 1;
    }

    fn ends_soon(&self) -> bool {
        self.socket.ends_soon()
    }

    fn finish_writing(&mut self) -> io::Result<()> {
        self.socket.stream().shutdown(Shutdown::Write)
    }

    fn first_bytes(&self) -> &[u8] {
        &self.first_bytes
    }
}

impl Read for Deadline {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = loop {
            let mut left = self.left()?;
            if self.socket.is_silent() {
                left = left.min(FIRST_BYTE);
            }
            if self.read_timeout > left + SLACK {
                self.socket.stream().set_read_timeout(Some(left))?;
                self.read_timeout = left;
            }
            match self.socket.stream().read(buffer) {
                Err(error) if is_no_end(&error) => {
                    if let Some(why) = self.socket.gave_up() {
                        return Err(given_up(why));
                    }
                    // It was too short for this phase.
                    self.read_timeout = Duration::MAX;
                }
                done => break done?,
            }
        };
        if count == 0 {
            return self
                .socket
                .gave_up()
                .map_or(Ok(0), |why| Err(given_up(why)));
        }
        self.socket.begins();
        self.came += count as u64;
        let missing = FIRST_BYTES.saturating_sub(self.first_bytes.len());
        let new = buffer.iter().take(count.min(missing));
        self.first_bytes.extend(new);
        Ok(count)
    }
}

impl Write for Deadline {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(|mut stream| stream.write(bytes))
    }

    /// Forwarded, because the default method writes the first slice only: rustls would then need a
    /// system call a record.
    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.send(|mut stream| stream.write_vectored(slices))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.stream().flush()
    }
}

/// Errors after which the deadline decides whether to try again.
///
/// A timeout of a socket is `WouldBlock` on Unix, and may be of an earlier phase that was shorter. And on Linux a read
/// with a timeout is interrupted when the process is stopped and goes on (Ctrl-Z and `fg`, or a debugger that
/// attaches): no peer did that.
fn is_no_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
    )
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
