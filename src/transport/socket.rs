//! A connected socket that two threads hold: the connection's own, which reads and writes, and the server's, which
//! may have to wake it.
//!
//! A thread that waits in a read hears nothing, not even that the server ends. But its read returns at once when
//! another thread shuts the socket's read half down, and the write half is still there for a last close_notify.

use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::error::GaveUp;

/// A connected socket. A clone is the same one, and costs no file descriptor, as `TcpStream::try_clone` would.
#[derive(Clone, Debug)]
pub struct Socket(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    stream: TcpStream,
    opened: Instant,
    /// One of [`SILENT`] to [`IDLE`].
    state: AtomicU8,
    /// One of [`NOTHING`] to [`LEAVE_IF_WAITING`].
    asked: AtomicU8,
}

/// No byte has come yet.
const SILENT: u8 = 0;
/// A handshake or a request has begun, or an answer is on its way.
const BUSY: u8 = 1;
/// The handshake is over, and the first request has not begun.
const NEW: u8 = 2;
/// There was an answer, and the next request has not begun.
const IDLE: u8 = 3;

/// The server wants nothing of this connection.
const NOTHING: u8 = 0;
/// Another client needs the place.
const PLACE_WANTED: u8 = 1;
/// The next answer is the last one. It outlasts the wish for the place.
const LAST_ANSWER: u8 = 2;
/// The server waits for no further request, or for no request at all.
const LEAVE_IF_IDLE: u8 = 3;
const LEAVE_IF_WAITING: u8 = 4;

/// Which connections are not waited for any longer, when a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Those that had an answer and have no further request.
    Idle,
    /// And those that have had no request, or not even a first byte.
    Waiting,
    /// And those in the middle of something.
    All,
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Socket {
        Socket(Arc::new(Shared {
            stream,
            opened: Instant::now(),
            state: AtomicU8::new(SILENT),
            asked: AtomicU8::new(NOTHING),
        }))
    }
}

impl Socket {
    /// The handle for the thread that has to wake this one.
    pub fn handle(&self) -> Handle {
        Handle(Arc::downgrade(&self.0))
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.0.stream
    }

    /// No byte has come yet.
    pub(super) fn is_silent(&self) -> bool {
        self.0.state.load(Ordering::SeqCst) == SILENT
    }

    /// What came was not the client's: of the client no byte has come yet.
    pub(super) fn is_new(&self) {
        self.0.state.store(SILENT, Ordering::SeqCst);
    }

    /// Bytes came: a handshake or a request is under way. Who speaks keeps the place.
    pub(super) fn begins(&self) {
        let (asked, order) = (&self.0.asked, Ordering::SeqCst);
        let _ = asked.compare_exchange(PLACE_WANTED, NOTHING, order, order);
        self.0.state.store(BUSY, Ordering::SeqCst);
    }

    /// A wait for a request is over: its first bytes may have come earlier, together with those before them.
    pub(super) fn goes_on(&self) {
        let state = &self.0.state;
        if state.load(Ordering::SeqCst) > BUSY {
            state.store(BUSY, Ordering::SeqCst);
        }
    }

    /// The next request has not begun, and may be awaited. `first`: there was none before it.
    pub(super) fn waits(&self, first: bool) {
        let (state, leave) = match first {
            true => (NEW, LEAVE_IF_WAITING),
            false => (IDLE, LEAVE_IF_IDLE),
        };
        self.0.state.store(state, Ordering::SeqCst);
        // Looked at after the state was written, as `Handle::leave` looks at the state after it has asked: one of
        // the two sees the other.
        if self.0.asked.load(Ordering::SeqCst) >= leave {
            let _ = self.0.stream.shutdown(Shutdown::Read);
        }
    }

    /// The next answer is the last one, because the server ends.
    pub(super) fn ends_soon(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst) >= LAST_ANSWER
    }

    /// Why a read returns nothing although its peer is still there; `None`: no reason of ours.
    pub(super) fn gave_up(&self) -> Option<GaveUp> {
        match self.0.asked.load(Ordering::SeqCst) {
            PLACE_WANTED if self.is_silent() => Some(GaveUp::PlaceWanted {
                after: self.0.opened.elapsed(),
            }),
            LEAVE_IF_IDLE | LEAVE_IF_WAITING => Some(GaveUp::ServerEnds),
            _ => None,
        }
    }
}

/// A connection as the rest of the server sees it. It keeps no socket open.
#[derive(Debug)]
pub struct Handle(Weak<Shared>);

impl Handle {
    /// The next answer shall be the last one.
    pub fn answer_once_more(&self) {
        if let Some(shared) = self.0.upgrade() {
            shared.asked.fetch_max(LAST_ANSWER, Ordering::SeqCst);
        }
    }

    /// Asks a client that has said nothing to leave. Its own thread decides, when a read has brought nothing for a
    /// second: only that thread knows that no byte is on its way through the system.
    pub fn hurry(&self) {
        if let Some(shared) = self.0.upgrade()
            && shared.state.load(Ordering::SeqCst) == SILENT
        {
            shared.asked.fetch_max(PLACE_WANTED, Ordering::SeqCst);
        }
    }

    /// Waits no longer for what `leave` names: a read that waits for it returns.
    pub fn leave(&self, leave: Leave) {
        let Some(shared) = self.0.upgrade() else {
            return;
        };
        let asked = match leave {
            Leave::Idle => LEAVE_IF_IDLE,
            Leave::Waiting | Leave::All => LEAVE_IF_WAITING,
        };
        shared.asked.store(asked, Ordering::SeqCst);
        let state = shared.state.load(Ordering::SeqCst);
        let meant = match leave {
            Leave::Idle => state == IDLE,
            Leave::Waiting => state != BUSY,
            Leave::All => true,
        };
        if meant {
            let _ = shared.stream.shutdown(Shutdown::Read);
        }
    }
}
