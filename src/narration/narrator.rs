//! What a side holds to report its facts, and the connection that a thread serves.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Event, Fact, Side, Silent, Step, Teller};

/// What is known of the connection that a thread serves.
#[derive(Default)]
struct Connection {
    /// 0 before the first connection.
    number: u64,
    opened: Option<Instant>,
    notes: Notes,
    /// The server asked for a certificate and there is none: step 4 is still to be reported.
    empty_certificate: bool,
}

/// What the hooks noted of a connection, for a diagnosis. Names and certificates are DER.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// The client: what the server sent, leaf first; empty on a resumed connection.
    pub(crate) server_chain: Vec<Vec<u8>>,
    /// The client: what the server asked for, and what the client answers; `None`: it did not ask.
    pub(crate) request: Option<Asked>,
    /// The server: it asks for a certificate in this handshake.
    pub(crate) asks: bool,
}

/// A server's request for a certificate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The names of the CAs in it; empty: any CA may do.
    pub(crate) authorities: Vec<Vec<u8>>,
    /// The client's chain, leaf first; empty: it has none, or none that fits.
    pub(crate) answer: Vec<Vec<u8>>,
    /// The client has a certificate, and its key can make none of the signatures that the server accepts.
    pub(crate) unfit_key: bool,
}

impl Asked {
    /// The request of a server, and the `chain` that the client sends. `has_one`: it has a certificate, sent or not.
    pub(crate) fn new(authorities: &[&[u8]], chain: &[impl AsRef<[u8]>], has_one: bool) -> Asked {
        Asked {
            authorities: authorities.iter().map(|name| name.to_vec()).collect(),
            answer: chain.iter().map(|one| one.as_ref().to_vec()).collect(),
            unfit_key: has_one && chain.is_empty(),
        }
    }
}

thread_local! {
    /// rustls calls a hook without saying for which connection. A hook per connection is not possible: the
    /// client resumes a session only if its verifier and its certificate resolver are the very `Arc`s of
    /// the connection that made the ticket. But rustls always calls a hook on the thread that feeds the
    /// connection, and here a thread serves one connection at a time.
    static CONNECTION: RefCell<Connection> = RefCell::default();
}

/// Adds to what is noted of this thread's connection.
pub(crate) fn note(add: impl FnOnce(&mut Notes)) {
    CONNECTION.with_borrow_mut(|connection| add(&mut connection.notes));
}

/// Notes what the server of this thread's connection asked for, and that an empty answer is still to be reported.
pub(crate) fn note_request(asked: Asked) {
    CONNECTION.with_borrow_mut(|connection| {
        connection.empty_certificate = asked.answer.is_empty();
        connection.notes.request = Some(asked);
    });
}

/// What is noted of this thread's connection.
pub(crate) fn notes() -> Notes {
    CONNECTION.with_borrow(|connection| connection.notes.clone())
}

/// Another handshake begins: the last one's notes are not about it, and what it owed to step 4 is not owed by this one.
pub(crate) fn forget_notes() {
    CONNECTION.with_borrow_mut(|connection| {
        connection.notes = Notes::default();
        connection.empty_certificate = false;
    });
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

    /// True if a teller listens, and words for it are worth making.
    pub(crate) fn listens(&self) -> bool {
        self.teller.listens()
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
        if !self.listens() {
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
