//! How an error is printed: where it happened, what was found, what to try.

use std::fmt;
use std::io;
use std::path::Path;

use super::diagnosis::diagnose_tls;
use super::{Error, io_words};
use crate::language::{Language, Phrase};
use crate::narration::{Side, Step, words};
use crate::phrase;
use crate::text;

/// Three paragraphs. A line break in one of them is meant, and a line that begins with two spaces is a
/// command to paste. All of it is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The step or the action, and the file or the peer.
    pub headline: Phrase,
    /// What was found; may be empty.
    pub found: Phrase,
    /// What to try; may be empty.
    pub remedy: Phrase,
}

impl Report {
    /// The three paragraphs in their order.
    pub fn new(
        headline: impl Into<Phrase>,
        found: impl Into<Phrase>,
        remedy: impl Into<Phrase>,
    ) -> Report {
        Report {
            headline: headline.into(),
            found: found.into(),
            remedy: remedy.into(),
        }
    }
}

impl Error {
    /// The error in words.
    pub(crate) fn report(&self) -> Report {
        match self {
            Error::Usage { found, remedy } => {
                Report::new(phrase!("the command line"), found, remedy)
            }
            Error::File {
                doing,
                path,
                source,
            } => Report::new(
                phrase!(
                    "cannot {doing} {file}",
                    doing = doing_what(doing),
                    file = shown(path)
                ),
                found_in_file(source),
                remedy_for_file(source, doing),
            ),
            Error::Exists { path } => Report::new(
                phrase!("{file} exists already", file = shown(path)),
                phrase!("it was not touched, and nothing else was written"),
                remedy_for_existing(path),
            ),
            Error::Pem { path, wanted, said } => Report::new(
                before_the_first_byte(&shown(path)),
                phrase!(
                    "{said}\nexpected: {wanted}",
                    said = text::terminal(said),
                    wanted = wanted.expected()
                ),
                phrase!("hello-mtls inspect shows what is in it"),
            ),
            Error::Unusable {
                files,
                wanted,
                cause,
            } => {
                let files: Vec<String> = files.iter().map(|path| shown(path)).collect();
                // Where rustls has no variant of its own, its text is that of Rust's debug output.
                let (said, remedy) = match cause {
                    rustls::Error::InvalidCertRevocationList(_) => {
                        let known = diagnose_tls(Side::Server, cause);
                        (known.found, known.remedy)
                    }
                    _ => (
                        text::shorten(&text::terminal(&cause.to_string()), 240).into(),
                        "hello-mtls doctor".into(),
                    ),
                };
                Report::new(
                    before_the_first_byte(&files.join(", ")),
                    phrase!("{said}\nexpected: {wanted}", said, wanted),
                    remedy,
                )
            }
            Error::Contents {
                path,
                found,
                remedy,
            }
            | Error::Explained {
                path,
                found,
                remedy,
                ..
            } => Report::new(before_the_first_byte(&shown(path)), found, remedy),
            Error::Certificates {
                doing,
                found,
                remedy,
            } => Report::new(
                phrase!("cannot {doing}", doing = doing_what(doing)),
                found,
                remedy,
            ),
            Error::Network {
                doing,
                place,
                found,
                remedy,
                ..
            } => {
                let (doing, title) = (*doing, Step::ClientConnects.title());
                let headline = match doing {
                    // A server that cannot listen meets no client yet: that is no step of the story.
                    "listen on" => phrase!("the server cannot listen on {place}", place),
                    _ => phrase!(
                        "step 1, {title}: cannot {doing} {place}",
                        title,
                        doing = doing_what(doing),
                        place
                    ),
                };
                Report::new(headline, found, remedy)
            }
            Error::Tls {
                side,
                peer,
                diagnosis,
            } => Report::new(
                at_step(diagnosis.step, *side, peer),
                &diagnosis.found,
                &diagnosis.remedy,
            ),
            Error::Http {
                peer,
                found,
                remedy,
                ..
            } => Report::new(
                at_step(Step::ApplicationData, Side::Client, peer),
                found,
                remedy,
            ),
            Error::Output { source } => Report::new(
                phrase!("cannot write the output"),
                io_words(source),
                remedy_for_output(source),
            ),
        }
    }
}

impl Report {
    /// The report as it is printed, in this language.
    pub fn in_language(&self, language: Language) -> String {
        let headline = self.headline.in_language(language);
        let mut lines = text::wrap(&headline, 68).join("\n  ");
        for (label, words) in [
            (phrase!("found:"), &self.found),
            (phrase!("try:"), &self.remedy),
        ] {
            let [label, words] = [&label, words].map(|words| words.in_language(language));
            paragraph(&mut lines, &label, &words);
        }
        lines
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

/// Its label stands on the first line only.
fn paragraph(report: &mut String, label: &str, words: &str) {
    if words.is_empty() {
        return;
    }
    let mut label = label;
    for line in words.split('\n') {
        // A command to paste must not be wrapped like prose: fold() continues it with a backslash.
        let lines = match line.strip_prefix("  ") {
            Some(command) => text::fold(command, 68),
            None => text::wrap(line, 70),
        };
        for line in lines {
            report.push_str(&format!("\n  {} {line}", text::pad(label, 6)));
            label = "";
        }
    }
}

/// Where a connection failed.
fn at_step(step: Step, side: Side, peer: &str) -> Phrase {
    phrase!(
        "step {number}, {title} ({side}, with {peer})",
        number = step.number(),
        title = step.title(),
        side = words::side(side),
        peer
    )
}

/// What could not be done, as the second word of a headline.
fn doing_what(doing: &str) -> Phrase {
    match doing {
        "read" => phrase!("read"),
        "write" => phrase!("write"),
        "make the folder" => phrase!("make the folder"),
        "connect to" => phrase!("connect to"),
        "find" => phrase!("find"),
        "move" => phrase!("move"),
        "use the connection to" => phrase!("use the connection to"),
        "make a key" => phrase!("make a key"),
        "sign the request" => phrase!("sign the request"),
        other => doing_to_a_file(other),
    }
}

/// The same, where a command has named the file.
fn doing_to_a_file(doing: &str) -> Phrase {
    match doing.split_once(' ') {
        Some(("sign", file)) => phrase!("sign {file}", file),
        Some(("renew", file)) => phrase!("renew {file}", file),
        Some(("revoke", file)) => phrase!("revoke {file}", file),
        _ => doing.into(),
    }
}

fn before_the_first_byte(files: &str) -> Phrase {
    let title = Step::Preparation.title();
    phrase!("step 0, {title}: {files}", title, files)
}

fn shown(path: &Path) -> String {
    text::terminal(&path.display().to_string())
}

/// The words of the system, and those of this program in its place.
fn found_in_file(source: &io::Error) -> Phrase {
    let words = io_words(source);
    match &words[..] {
        "it is a directory" => phrase!("it is a directory"),
        "it is not a regular file (a pipe or a device?)" => {
            phrase!("it is not a regular file (a pipe or a device?)")
        }
        "another program has locked this folder, and keeps it locked" => {
            phrase!("another program has locked this folder, and keeps it locked")
        }
        other => match other.strip_prefix("it is larger than ") {
            Some(size) => phrase!("it is larger than {size}", size),
            None => words.into(),
        },
    }
}

fn remedy_for_output(source: &io::Error) -> Phrase {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => phrase!("room on the disk"),
        _ => phrase!("another file or program behind > or |"),
    }
}

/// A key that is in use is not to be removed, and a certificate for it needs a request alone.
fn remedy_for_existing(path: &Path) -> Phrase {
    if path.extension().is_some_and(|end| end == "key") {
        return phrase!(
            "another name or folder: a key that is removed is lost\nopenssl req -new -key makes a request for a key that is there; certs --force writes a new key over it"
        );
    }
    phrase!("another name or folder, or remove it first; certs has --force to overwrite")
}

fn remedy_for_file(source: &io::Error, doing: &str) -> Phrase {
    match source.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory if doing != "read" => {
            phrase!("another folder: a file is where a folder should be")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem if doing != "read" => {
            phrase!("another folder, or the permissions of this one: ls -ld")
        }
        io::ErrorKind::NotFound if doing == "read" => {
            phrase!("the name and the folder; `hello-mtls certs` makes the files in ./certs")
        }
        io::ErrorKind::NotFound if doing == "write" => phrase!("make the folder first"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => phrase!("room on the disk"),
        io::ErrorKind::PermissionDenied => {
            phrase!("the permissions of the file and of its folder: ls -l")
        }
        io::ErrorKind::WouldBlock if doing == "write" => {
            phrase!("the same again when that program has ended, or another folder")
        }
        _ if doing == "make the folder" => phrase!("another folder"),
        _ => phrase!("another file"),
    }
}
