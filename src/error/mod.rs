//! What can go wrong: the step, the file or the peer, what was found, what to try.
//!
//! [`Error`] is the one error type of the crate. It carries facts: which file, what was wanted, what the
//! library said. A [`Diagnosis`] is what is known of a TLS connection that broke; [`diagnosis`] has the
//! table that finds it. A [`Report`] is how either is printed.
//!
//! Nothing here looks at files. What a file really holds, and the command that fixes it, is added by the
//! command line, which knows all files of the user.

pub mod diagnosis;
pub mod seen;
mod bad_header;
mod facts;
mod report;

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;

pub use self::bad_header::BadHeader;
pub use self::report::Report;
pub use self::seen::{AnswerHead, Ending, GaveUp, LateRequest, Seen};

/// Everything that this crate reports.
#[derive(Debug)]
pub enum Error {
    /// The command line asks for something that cannot be. Exit code 2.
    Usage {
        /// What was found on the command line.
        found: Phrase,
        /// What to write instead.
        remedy: Phrase,
    },
    /// The system would not read or write a file.
    File {
        /// `read`, `write` or `make the folder`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is there already, and the command line does not allow to overwrite it.
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// A file was read, and is not the PEM that was wanted.
    Pem {
        /// Which file.
        path: PathBuf,
        /// What should be in it.
        wanted: Wanted,
        /// What the PEM reader said.
        said: String,
    },
    /// Files were read, and rustls or webpki refuses what is in them.
    Unusable {
        /// Which files: those that were used together.
        files: Vec<PathBuf>,
        /// What they should be together, for example `a certificate and its private key`.
        wanted: Phrase,
        /// What rustls said.
        cause: rustls::Error,
    },
    /// A file was read, and does not hold what it should, in words.
    Contents {
        /// Which file, or files.
        path: PathBuf,
        /// What was found in it.
        found: Phrase,
        /// What to try.
        remedy: Phrase,
    },
    /// The same, found by the instrument that knows such files by their names in the catalogue of failures.
    Explained {
        /// Which file, or files.
        path: PathBuf,
        /// Its name in the catalogue, if it has one.
        failure: Option<&'static str>,
        /// What was found in it.
        found: Phrase,
        /// What to try.
        remedy: Phrase,
    },
    /// Certificates could not be made.
    Certificates {
        /// What was being made.
        doing: String,
        /// What the library said.
        found: Phrase,
        /// What to try.
        remedy: Phrase,
    },
    /// A socket could not be had, or not be used.
    Network {
        /// `listen on`, `connect to`, …
        doing: &'static str,
        /// Host and port.
        place: String,
        /// What the system said, one address per line.
        found: Phrase,
        /// What to try.
        remedy: Phrase,
        /// Its name in the catalogue of failures.
        failure: Option<&'static str>,
    },
    /// TLS failed: in the handshake, or later.
    Tls {
        /// Which side we are.
        side: Side,
        /// Host and port of the other side.
        peer: String,
        /// The step, what was found, and what to try.
        diagnosis: Diagnosis,
    },
    /// The other side's HTTP is wrong, was cut short, or has more than was asked for.
    Http {
        /// Host and port of the other side.
        peer: String,
        /// The head of the answer, if that much came.
        answer: Option<AnswerHead>,
        /// What was found.
        found: Phrase,
        /// What to try.
        remedy: Phrase,
        /// Its name in the catalogue of failures. `None`: the answer is complete, and of no use here.
        failure: Option<&'static str>,
    },
    /// What we write to was closed or is full.
    Output {
        /// What the system said.
        source: io::Error,
    },
}

/// What a PEM file should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `CERTIFICATE`, one or more.
    Certificate,
    /// `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`.
    PrivateKey,
    /// `X509 CRL`.
    RevocationList,
    /// `CERTIFICATE REQUEST`.
    Request,
    /// Any of them, or a public key.
    Anything,
}

impl Wanted {
    /// As a noun with its article.
    pub fn phrase(self) -> Phrase {
        match self {
            Wanted::Certificate => phrase!("a certificate"),
            Wanted::PrivateKey => phrase!("a private key"),
            Wanted::RevocationList => phrase!("a certificate revocation list"),
            Wanted::Request => phrase!("a certificate request"),
            Wanted::Anything => phrase!("a certificate, request, key or revocation list"),
        }
    }

    /// As a noun, with the form in which it is read.
    pub fn expected(self) -> Phrase {
        let wanted = self.phrase();
        match self {
            Wanted::Anything => phrase!("{wanted}, in PEM or DER", wanted),
            _ => phrase!("{wanted} in PEM", wanted),
        }
    }
}

impl Error {
    /// The process's exit code: 2 for a wrong command line, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage { .. } => 2,
            _ => 1,
        }
    }

    /// The system took a socket back that is connected to `place`.
    pub(crate) fn socket(place: impl fmt::Display, said: &io::Error) -> Error {
        Error::Network {
            doing: "use the connection to",
            place: place.to_string(),
            found: io_words(said).into(),
            remedy: phrase!("try again: the other side may have left at once"),
            failure: Some("connection-cut"),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report().fmt(f)
    }
}

/// An error of the system without its number.
pub fn io_words(error: &io::Error) -> String {
    let words = error.to_string();
    words
        .split(" (os error")
        .next()
        .unwrap_or(&words)
        .to_owned()
}

/// Where a TLS connection broke, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The step that failed. It can be a step of the other side: an alert says so.
    pub step: Step,
    /// What was found.
    pub found: Phrase,
    /// What to try.
    pub remedy: Phrase,
    /// The same in the words of rustls or of the system: what other programs print, and what people
    /// search for. Safe to show, and of a bounded length.
    pub rustls_message: String,
    /// The name that this failure has in the catalogue of failures, for example `unknown-issuer`. `None`:
    /// the error alone does not say which of several it is.
    pub failure: Option<&'static str>,
    /// What the connection showed. Boxed: an error travels through many returns.
    pub seen: Box<Seen>,
}

impl Diagnosis {
    /// Step and cause, for a line of a log.
    pub fn in_a_line(&self) -> String {
        let ended = match self.seen.left_when_asked() {
            true => "ended",
            false => "failed",
        };
        format!("{ended} at step {}: {}", self.step.number(), self.found)
    }
}

/// How far a side was when its connection broke. The same alert means another step earlier or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// No certificate was seen yet: the client has accepted none, the server has sent none.
    Hello,
    /// The server's certificate is through: the client has accepted it, or the server has sent it.
    Certificates,
    /// This side's handshake is complete.
    Established,
}
