//! Events and tellers: what happens in a handshake, as data, and who passes it on.
//!
//! The steps emit [`Event`]s and never print. A [`Teller`] decides what becomes of them: nothing, a
//! line in a terminal, an entry in a list. This module is unaware of TLS.

use std::cell::Cell;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::text;

/// One of the seven steps, or the preparation before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Step 0: files and settings, before a byte is sent.
    Preparation,
    /// Step 1: the client connects.
    ClientConnects,
    /// Step 2: the server sends its certificate.
    ServerPresentsCertificate,
    /// Step 3: the client verifies it.
    ClientVerifiesServer,
    /// Step 4: the client sends its certificate.
    ClientPresentsCertificate,
    /// Step 5: the server verifies it.
    ServerVerifiesClient,
    /// Step 6: the server authorizes the client.
    ServerAuthorizesClient,
    /// Step 7: both exchange encrypted data.
    ApplicationData,
}

impl Step {
    /// 0 to 7.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The step at which the other side verifies the certificate of `side`.
    pub fn that_verifies(side: Side) -> Step {
        match side {
            Side::Server => Step::ClientVerifiesServer,
            Side::Client => Step::ServerVerifiesClient,
        }
    }

    /// The step as a sentence without a full stop.
    pub fn title(self) -> &'static str {
        match self {
            Step::Preparation => "before the first byte",
            Step::ClientConnects => "the client connects",
            Step::ServerPresentsCertificate => "the server sends its certificate",
            Step::ClientVerifiesServer => "the client verifies the server",
            Step::ClientPresentsCertificate => "the client sends its certificate",
            Step::ServerVerifiesClient => "the server verifies the client",
            Step::ServerAuthorizesClient => "the server authorizes the client",
            Step::ApplicationData => "both exchange encrypted data",
        }
    }
}

/// Who tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that connects.
    Client,
    /// The one that listens.
    Server,
}

impl Side {
    /// The other end.
    pub fn peer(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Client => "client",
            Side::Server => "server",
        })
    }
}

/// What happened, in words that are safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// A sentence without a full stop. Names of peers in it are escaped already.
    pub says: String,
    /// What is known now that was not known before, or what is still open; after a refusal, what to
    /// try.
    pub proves: String,
    /// False where the story ends here: a check failed or the other side refused.
    pub passed: bool,
}

impl Fact {
    /// A fact of a story that goes on.
    pub fn new(says: impl Into<String>, proves: impl Into<String>) -> Fact {
        Fact {
            says: says.into(),
            proves: proves.into(),
            passed: true,
        }
    }

    /// A fact that ends the story. `remedy` is what to try.
    pub fn refusal(says: impl Into<String>, remedy: impl Into<String>) -> Fact {
        Fact {
            says: says.into(),
            proves: remedy.into(),
            passed: false,
        }
    }

    /// What follows from the fact, as a line of the story: `→ proved`, or `try: remedy`.
    pub fn consequence(&self) -> String {
        format!("{} {}", if self.passed { "→" } else { "try:" }, self.proves)
    }
}

/// Something that happened on one side of one connection.
#[derive(Clone, Debug)]
pub struct Event {
    /// Counts the connections of this process, from 1.
    pub connection: u64,
    /// Which end of it tells.
    pub side: Side,
    /// `None` for the event with which a connection opens.
    pub step: Option<Step>,
    /// When, by the clock of this process.
    pub at: Instant,
    /// Time since the connection was opened on this side.
    pub since_opening: Duration,
    /// What.
    pub fact: Fact,
}

/// Receives events. Called on the thread of the connection, so it must not wait.
pub trait Teller: fmt::Debug + Send + Sync {
    /// Passes one event on.
    fn tell(&self, event: Event);
    /// False if events are thrown away, so that nobody needs to word them.
    fn listens(&self) -> bool {
        true
    }
}

/// Throws every event away.
#[derive(Debug)]
pub struct Silent;

impl Teller for Silent {
    fn tell(&self, _: Event) {}
    fn listens(&self) -> bool {
        false
    }
}

/// Keeps every event, in the order in which they were told.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<Event>>);

impl Recorder {
    /// The events so far, both sides in the order of the clock.
    pub fn events(&self) -> Vec<Event> {
        let mut events = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        events.sort_by_key(|event| event.at);
        events
    }

    /// The events since the last call, which are forgotten here.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Teller for Recorder {
    fn tell(&self, event: Event) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
    }
}

/// Writes the story to a terminal or a log, a few lines an event, at most 80 columns wide.
pub struct Terminal<W: Write + Send> {
    out: Mutex<W>,
}

impl<W: Write + Send> Terminal<W> {
    /// Tells to `out`. What cannot be written is dropped: a closed terminal ends no connection.
    pub fn new(out: W) -> Self {
        Terminal {
            out: Mutex::new(out),
        }
    }
}

impl<W: Write + Send> fmt::Debug for Terminal<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terminal")
    }
}

impl<W: Write + Send> Teller for Terminal<W> {
    fn tell(&self, event: Event) {
        let mut lines = String::new();
        for line in lines_of(&event) {
            lines.push_str(&line);
            lines.push('\n');
        }
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(lines.as_bytes());
    }
}

/// An event as lines of at most 80 columns: the step, what happened, and what it proved.
fn lines_of(event: &Event) -> Vec<String> {
    let Event {
        connection,
        side,
        fact,
        ..
    } = event;
    let Some(step) = event.step else {
        return vec![format!("#{connection} {side}: {}", fact.says)];
    };
    let milliseconds = event.since_opening.as_secs_f64() * 1000.0;
    let mark = if fact.passed { ' ' } else { '✗' };
    let mut lines = vec![format!(
        "#{connection} step {}{mark} {:<50} {milliseconds:>9.1} ms",
        step.number(),
        step.title()
    )];
    lines.extend(
        text::wrap(&fact.says, 74)
            .into_iter()
            .map(|line| format!("     {line}")),
    );
    let so = fact.consequence();
    lines.extend(
        text::wrap(&so, 74)
            .into_iter()
            .map(|line| format!("     {line}")),
    );
    lines
}

thread_local! {
    /// The connection that this thread serves: its number and when it was opened. rustls calls the
    /// hooks without saying for which connection, but always on the connection's own thread.
    static CONNECTION: Cell<(u64, Option<Instant>)> = const { Cell::new((0, None)) };
}

/// One side's voice: what the steps hold to tell their facts.
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

    /// Opens connection number `connection`: from now on this thread speaks for it.
    pub fn open(&self, connection: u64, says: impl FnOnce() -> String) {
        CONNECTION.set((connection, Some(Instant::now())));
        self.emit(None, || Fact::new(says(), ""));
    }

    /// Tells a fact of `step`. It is worded only if somebody listens.
    pub fn tell(&self, step: Step, fact: impl FnOnce() -> Fact) {
        self.emit(Some(step), fact);
    }

    fn emit(&self, step: Option<Step>, fact: impl FnOnce() -> Fact) {
        if !self.teller.listens() {
            return;
        }
        let at = Instant::now();
        let (connection, opened) = CONNECTION.get();
        let since_opening = opened.map_or(Duration::ZERO, |opened| at - opened);
        self.teller.tell(Event {
            connection,
            side: self.side,
            step,
            at,
            since_opening,
            fact: fact(),
        });
    }
}
