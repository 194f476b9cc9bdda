//! What can go wrong, in words: the step, the file or the peer, what was found, what to try.
//!
//! [`Error`] is the one error type of the crate. A [`Diagnosis`] is what is known of a TLS connection
//! that broke; [`diagnosis`] has the table that finds it.

pub mod diagnosis;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::instruments::doctor::finding::Finding;
use crate::narration::{Side, Step};
use crate::text;

/// Everything that this crate reports.
#[derive(Debug)]
pub enum Error {
    /// The command line asks for something that cannot be. Exit code 2.
    Usage {
        /// What was found on the command line.
        found: String,
        /// What to write instead.
        remedy: String,
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
    /// A file is there already, and nobody allowed to overwrite it.
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// A file was read, and does not hold what it should.
    Contents {
        /// Which file, or files.
        path: PathBuf,
        /// What was found in it.
        found: String,
        /// What to try.
        remedy: String,
    },
    /// Certificates could not be made.
    Certificates {
        /// What was being made.
        doing: String,
        /// What the library said.
        found: String,
        /// What to try.
        remedy: String,
    },
    /// A socket could not be had, or not be used.
    Network {
        /// `listen on`, `connect to`, …
        doing: &'static str,
        /// Host and port.
        place: String,
        /// What the system said, an address a line.
        found: String,
        /// What to try.
        remedy: String,
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
    /// The other side's HTTP is wrong, or was cut short.
    Http {
        /// Host and port of the other side.
        peer: String,
        /// What was found.
        found: String,
    },
    /// Cases of the gallery did not fail as they should.
    Gallery {
        /// Their names.
        cases: String,
    },
    /// What we write to was closed or is full.
    Output {
        /// What the system said.
        source: io::Error,
    },
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
            found: io_words(said),
            remedy: "try again: the other side may have left at once".to_owned(),
        }
    }
}

/// What the doctor found in a file, as the reason why a command stops.
impl From<Finding> for Error {
    fn from(finding: Finding) -> Error {
        Error::Contents {
            path: finding.file,
            found: format!("{}\nexpected: {}", finding.found, finding.expected),
            remedy: finding.fix,
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage { found, remedy } => report(f, "the command line", found, remedy),
            Error::File {
                doing,
                path,
                source,
            } => report(
                f,
                &format!("cannot {doing} {}", shown(path)),
                &io_words(source),
                remedy_for_file(source, doing),
            ),
            Error::Exists { path } => report(
                f,
                &format!("{} exists already", shown(path)),
                "it was not touched, and nothing else was written",
                "another name or folder, or remove it first; certs has --force to overwrite",
            ),
            Error::Contents {
                path,
                found,
                remedy,
            } => report(
                f,
                &format!("step 0, {}: {}", Step::Preparation.title(), shown(path)),
                found,
                remedy,
            ),
            Error::Certificates {
                doing,
                found,
                remedy,
            } => report(f, &format!("cannot {doing}"), found, remedy),
            Error::Network {
                doing,
                place,
                found,
                remedy,
            } => report(
                f,
                &format!(
                    "step 1, {}: cannot {doing} {place}",
                    Step::ClientConnects.title()
                ),
                found,
                remedy,
            ),
            Error::Tls {
                side,
                peer,
                diagnosis,
            } => {
                let (step, found) = (diagnosis.step, &diagnosis.found);
                let head = format!(
                    "step {}, {} ({side}, with {peer})",
                    step.number(),
                    step.title()
                );
                report(f, &head, found, &diagnosis.remedy)
            }
            Error::Http { peer, found } => report(
                f,
                &format!(
                    "step 7, {} (client, with {peer})",
                    Step::ApplicationData.title()
                ),
                found,
                "the server, or what stands between; the answer above may be incomplete",
            ),
            Error::Gallery { cases } => report(
                f,
                "not every failure is what it was",
                &format!("what the gallery says about them does not hold here: {cases}"),
                "another version of rustls, or a machine without loopback? please report it",
            ),
            Error::Output { source } => report(
                f,
                "cannot write the output",
                &io_words(source),
                "room on the disk?",
            ),
        }
    }
}

/// Three paragraphs: where, what was found, what to try.
fn report(f: &mut fmt::Formatter<'_>, head: &str, found: &str, remedy: &str) -> fmt::Result {
    f.write_str(&text::wrap(head, 68).join("\n  "))?;
    for (label, words) in [("found:", found), ("try:", remedy)] {
        if words.is_empty() {
            continue;
        }
        // A line break in the words is meant: a command to paste must not be folded.
        let mut label = label;
        for paragraph in words.split('\n') {
            let lines = match paragraph.strip_prefix("  ") {
                Some(command) => text::fold(command, 68),
                None => text::wrap(paragraph, 70),
            };
            for line in lines {
                write!(f, "\n  {label:<6} {line}")?;
                label = "";
            }
        }
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    text::terminal(&path.display().to_string())
}

fn remedy_for_file(source: &io::Error, doing: &str) -> &'static str {
    match source.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory if doing != "read" => {
            "another folder: a file is where a folder should be"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem if doing != "read" => {
            "another folder, or the permissions of this one: ls -ld"
        }
        io::ErrorKind::NotFound if doing == "read" => {
            "the name and the folder; `hello-mtls certs` makes the files in ./certs"
        }
        io::ErrorKind::NotFound if doing == "write" => "make the folder first",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "room on the disk",
        io::ErrorKind::PermissionDenied => "the permissions of the file and of its folder: ls -l",
        _ if doing == "make the folder" => "another folder",
        _ => "another file",
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
    pub found: String,
    /// What to try.
    pub remedy: String,
    /// The same in the words of rustls or of the system: what other programs print, and what people
    /// search for. Safe to show, and of a bounded length.
    pub said: String,
}

impl Diagnosis {
    /// Step and cause, for a line of a log.
    pub fn in_a_line(&self) -> String {
        format!("failed at step {}: {}", self.step.number(), self.found)
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
