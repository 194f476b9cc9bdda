//! What a connection showed to one side until it ended: the facts that a diagnosis is made from.
//!
//! An error alone says little. The same hang-up is a crash at one server and, at another, the refusal of a client
//! that sent no certificate: what was asked, what was sent and how it ended belong together.

use std::fmt;
use std::io;
use std::time::Duration;

use rustls::AlertDescription;

use super::Progress;
use crate::narration::CertificateRequest;

/// One connection, as one side saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How far the side was when the connection ended.
    pub progress: Progress,
    /// The two agreed on TLS 1.2. False: on TLS 1.3, or on nothing yet.
    pub tls12: bool,
    /// The client: what the server asked for; `None`: it did not ask, or a ticket stood in for certificates.
    pub request: Option<CertificateRequest>,
    /// The server: it asked for a certificate in this handshake.
    pub asks: bool,
    /// The client: the server asked for a certificate, or for a new handshake, when the handshake was over.
    pub late_request: Option<LateRequest>,
    /// The other side had begun its flight: more than a ChangeCipherSpec had come since this side's own.
    pub flight_began: bool,
    /// The status of the answer of which a part was there before it ended.
    pub answered: Option<u16>,
    /// The first bytes of the other side, a few of them.
    pub first_bytes: Vec<u8>,
    /// How it ended.
    pub ending: Ending,
}

/// What a server wants after the handshake, because it asks for certificates only on some paths. rustls declines both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateRequest {
    /// TLS 1.2: a new handshake on the same connection (HelloRequest, RFC 5246 §7.4.1.1).
    Renegotiation,
    /// TLS 1.3: a CertificateRequest after the handshake (RFC 8446 §4.6.2).
    CertificateRequest,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// This side found something wrong.
    RefusedHere,
    /// The other side sent this alert (RFC 8446 §6).
    Alert(u8),
    /// The other side ended it in good order, with close_notify, before it had answered.
    CloseNotify,
    /// The other side closed without an alert (TCP FIN).
    Closed,
    /// The connection was cut (TCP RST).
    Reset,
    /// Nothing came in time.
    Silence,
    /// A complete answer with this status.
    Answer(u16),
}

impl Seen {
    /// A connection of which no more is known than how far it came.
    pub fn at(progress: Progress) -> Seen {
        Seen {
            progress,
            tls12: false,
            request: None,
            asks: false,
            late_request: None,
            flight_began: false,
            answered: None,
            first_bytes: Vec::new(),
            ending: Ending::RefusedHere,
        }
    }

    /// The other side went away and gave no reason.
    pub fn hung_up(&self) -> bool {
        matches!(
            self.ending,
            Ending::CloseNotify | Ending::Closed | Ending::Reset
        )
    }

    /// The client connected and left without a byte, as the health check of a load balancer does.
    pub fn said_nothing(&self) -> bool {
        self.progress == Progress::Hello && self.first_bytes.is_empty() && self.hung_up()
    }

    /// The client went away when it was asked for a certificate, as browsers do before they show one.
    pub fn left_when_asked(&self) -> bool {
        self.asks && self.progress == Progress::Certificates && !self.flight_began && self.hung_up()
    }
}

impl From<Progress> for Seen {
    fn from(progress: Progress) -> Seen {
        Seen::at(progress)
    }
}

impl Ending {
    /// The ending that an error of a read or write shows.
    pub(super) fn of(error: &io::Error) -> Ending {
        use io::ErrorKind as K;
        let inner = error.get_ref();
        match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::AlertReceived(alert)) => Ending::Alert(u8::from(*alert)),
            Some(_) => Ending::RefusedHere,
            None => match error.kind() {
                K::UnexpectedEof => Ending::Closed,
                K::ConnectionReset | K::BrokenPipe | K::ConnectionAborted => Ending::Reset,
                _ => Ending::Silence,
            },
        }
    }

    /// The alert, if it was one.
    pub(super) fn alert(self) -> Option<AlertDescription> {
        match self {
            Ending::Alert(number) => Some(AlertDescription::from(number)),
            _ => None,
        }
    }
}

/// Why this side waited no longer. It travels inside an [`io::Error`] of the kind `TimedOut`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// What was to be done within this time was not, and so many bytes came in it.
    Late {
        /// How long the other side had.
        within: Duration,
        /// The bytes that came.
        came: u64,
    },
    /// The server was nearly full, and this client had said nothing for so long.
    PlaceWanted {
        /// How long the client was silent.
        after: Duration,
    },
    /// The server ends.
    ServerEnds,
}

impl GaveUp {
    /// The reason in an error of a read or write, if it is one of these.
    pub(super) fn of(error: &io::Error) -> Option<GaveUp> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl std::error::Error for GaveUp {}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What the system says of it: nothing is known but that.
            GaveUp::Late { .. } => f.write_str("timed out"),
            GaveUp::PlaceWanted { .. } => f.write_str("timed out: another client needs the place"),
            GaveUp::ServerEnds => f.write_str("the server ends"),
        }
    }
}
