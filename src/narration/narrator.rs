//! What a side holds to report its facts, and the connection that a thread serves.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{CertificateRequest, Event, Fact, Side, Silent, Step, Teller};

/// What is known of the connection that a thread serves.
#[derive(Default)]
struct Connection {
    /// 0 before the first connection.
    number: u64,
    opened: Option<Instant>,
    /// What the server asked for, if it did.
    request: Option<CertificateRequest>,
    /// The server asked for a certificate and there is none: step 4 is still to be reported.
    empty_certificate: bool,
}

thread_local! {
    /// rustls calls a hook without saying for which connection. A hook per connection is not possible: the
    /// client resumes a session only if its verifier and its certificate resolver are the very `Arc`s of
    /// the connection that made the ticket. But rustls always calls a hook on the thread that feeds the
    /// connection, and here a thread serves one connection at a time.
    static CONNECTION: RefCell<Connection> = RefCell::default();
}

/// Notes what the server of this thread's connection asked for, and that an empty answer is still to be reported;
/// or forgets both.
pub(crate) fn note_request(request: Option<CertificateRequest>) {
    CONNECTION.with_borrow_mut(|connection| {
        connection.empty_certificate = request.as_ref().is_some_and(|asked| asked.answer.is_none());
        connection.request = request;
    });
}

/// What the server of this thread's connection asked for; `None`: nothing. From now on it is forgotten.
pub(crate) fn take_request() -> Option<CertificateRequest> {
    CONNECTION.with_borrow_mut(|connection| connection.request.take())
}

/// True if this thread's connection owes the report of an empty certificate; from now on it does not.
pub(crate) fn take_empty_certificate() -> bool {
    CONNECTION.with_borrow_mut(|connection| std::mem::take(&mut connection.empty_certificate))
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
            ..Connection::default()
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
        let (number, opened) =
            CONNECTION.with_borrow(|connection| (connection.number, connection.opened));
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
