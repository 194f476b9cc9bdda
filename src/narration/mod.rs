//! Events and tellers: what happens in a handshake, as data, and what becomes of it.
//!
//! The steps emit [`Event`]s and never print. An event carries a [`Fact`]: names and numbers, no
//! sentence. A [`Teller`] decides what becomes of it: nothing, an entry in a list, a line of JSON, or a
//! few lines in a terminal. This module is unaware of TLS.

pub mod certificate_request;
pub mod fact;
pub mod narrator;
pub mod teller;
pub mod words;
pub mod json;

use std::fmt;
use std::time::{Duration, Instant};

use crate::language::{Phrase, Value};

pub use self::certificate_request::{CertificateRequest, SentCertificate};
pub use self::fact::{Certificate, Fact, Misbehaviour, NotAuthorized};
pub use self::narrator::Narrator;
pub use self::teller::{Recorder, Silent, Teller, Terminal};

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
    pub fn title(self) -> Phrase {
        words::title(self)
    }
}

/// One end of a connection.
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

impl Value for Side {
    fn phrase(&self) -> Phrase {
        words::side(*self)
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::side(*self).fmt(f)
    }
}

/// Something that happened on one side of one connection.
#[derive(Clone, Debug)]
pub struct Event {
    /// Counts the connections of this process, from 1.
    pub connection: u64,
    /// The end that reports it.
    pub side: Side,
    /// `None` for the event with which a connection opens.
    pub step: Option<Step>,
    /// When, by the clock of this process.
    pub at: Instant,
    /// Time since the connection was opened on this side.
    pub since_opening: Duration,
    /// What happened.
    pub fact: Fact,
}

/// A fact in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened: a sentence without a full stop.
    pub what: Phrase,
    /// What follows from it, as a line of the story: `→ what is known now`, or `try: a remedy` after a
    /// refusal.
    pub so: Phrase,
}
