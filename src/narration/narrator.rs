//! What a side holds to report its facts, and the connection that a thread serves.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Event, Fact, Side, Silent, Step, Teller};

/// What is known of the connection that a thread serves.
#[derive(Clone, Copy)]
struct Connection {
    /// 0 before the first connection.
    number: u64,
    opened: Option<Instant>,
    /// The server asked for a certificate and there is none: step 4 is still to be reported.
    empty_certificate: bool,
}

thread_local! {
    /// rustls calls a hook without saying for which connection. A hook per connection is not possible: the
    /// client resumes a session only if its verifier and its certificate resolver are the very `Arc`s of
    /// the connection that made the ticket. But rustls always calls a hook on the thread that feeds the
    /// connection, and here a thread serves one connection at a time.
    static CONNECTION: Cell<Connection> = const {
        Cell::new(Connection { number: 0, opened: None, empty_certificate: false })
    };
}

/// Notes, or forgets, that this thread's connection owes the report of an empty certificate.
pub(crate) fn set_empty_certificate(pending: bool) {
    CONNECTION.set(Connection {
        empty_certificate: pending,
        ..CONNECTION.get()
    });
}

/// True if this thread's connection owes the report of an empty certificate; from now on it does not.
pub(crate) fn take_empty_certificate() -> bool {
    let pending = CONNECTION.get().empty_certificate;
    set_empty_certificate(false);
    pending
}

/// One side's voice: what the steps hold to report their facts.
#[derive(Clone, Debug)]
pub struct Narrator {
    side: Side,
    teller: Arc<dyn Teller>,
}

impl Narrator {
    /// A voice of `side` that `teller` passes on.
    pub fn new(side: Side, teller: Arc<dyn Teller>) -> Narrator {
        Narrator { side, teller }
    }

    /// A voice that nobody hears.
    pub fn silent(side: Side) -> Narrator {
        Narrator::new(side, Arc::new(Silent))
    }

    /// The side that speaks.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Begins connection number `number`, to or from `peer`: from now on this thread speaks for it.
    pub fn begin_connection(&self, number: u64, peer: SocketAddr) {
        CONNECTION.set(Connection {
            number,
            opened: Some(Instant::now()),
            empty_certificate: false,
        });
        self.emit(None, || match self.side {
            Side::Client => Fact::ConnectionOpened { to: peer },
            Side::Server => Fact::ConnectionAccepted { from: peer },
        });
    }

    /// Tells a fact of `step`. It is made only if a teller listens: a silent handshake costs nothing.
    pub fn tell(&self, step: Step, fact: impl FnOnce() -> Fact) {
        self.emit(Some(step), fact);
    }

    fn emit(&self, step: Option<Step>, fact: impl FnOnce() -> Fact) {
        if !self.teller.listens() {
            return;
        }
        let at = Instant::now();
        let Connection { number, opened, .. } = CONNECTION.get();
        let since_opening = opened.map_or(Duration::ZERO, |opened| at - opened);
        self.teller.tell(Event {
            connection: number,
            side: self.side,
            step,
            at,
            since_opening,
            fact: fact(),
        });
    }
}
