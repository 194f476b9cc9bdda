//! How an error is printed: where it happened, what was found, what to try.

use std::fmt;
use std::io;
use std::path::Path;

use super::{Error, io_words};
use crate::narration::Step;
use crate::text;

/// Three paragraphs. A line break in one of them is meant, and a line that begins with two spaces is a
/// command to paste. All of it is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The step or the action, and the file or the peer.
    pub headline: String,
    /// What was found; may be empty.
    pub found: String,
    /// What to try; may be empty.
    pub remedy: String,
}

impl Report {
    /// The three paragraphs in their order.
    pub fn new(
        headline: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
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
            Error::Usage { found, remedy } => Report::new("the command line", found, remedy),
            Error::File {
                doing,
                path,
                source,
            } => Report::new(
                format!("cannot {doing} {}", shown(path)),
                io_words(source),
                remedy_for_file(source, doing),
            ),
            Error::Exists { path } => Report::new(
                format!("{} exists already", shown(path)),
                "it was not touched, and nothing else was written",
                "another name or folder, or remove it first; certs has --force to overwrite",
            ),
            Error::Pem { path, wanted, said } => Report::new(
                before_the_first_byte(&shown(path)),
                format!(
                    "{}\nexpected: {} in PEM",
                    text::terminal(said),
                    wanted.noun()
                ),
                "hello-mtls inspect shows what is in it",
            ),
            Error::Unusable {
                files,
                wanted,
                cause,
            } => {
                let files: Vec<String> = files.iter().map(|path| shown(path)).collect();
                let said = text::shorten(&text::terminal(&cause.to_string()), 240);
                Report::new(
                    before_the_first_byte(&files.join(", ")),
                    format!("{said}\nexpected: {wanted}"),
                    "hello-mtls doctor",
                )
            }
            Error::Contents {
                path,
                found,
                remedy,
            } => Report::new(before_the_first_byte(&shown(path)), found, remedy),
            Error::Certificates {
                doing,
                found,
                remedy,
            } => Report::new(format!("cannot {doing}"), found, remedy),
            Error::Network {
                doing,
                place,
                found,
                remedy,
            } => {
                // A server that cannot listen meets no client yet: that is no step of the story.
                let step = match *doing {
                    "listen on" => "the server".to_owned(),
                    _ => format!("step 1, {}:", Step::ClientConnects.title()),
                };
                Report::new(format!("{step} cannot {doing} {place}"), found, remedy)
            }
            Error::Tls {
                side,
                peer,
                diagnosis,
            } => Report::new(
                format!(
                    "step {}, {} ({side}, with {peer})",
                    diagnosis.step.number(),
                    diagnosis.step.title()
                ),
                &diagnosis.found,
                &diagnosis.remedy,
            ),
            Error::Http { peer, found } => Report::new(
                format!(
                    "step 7, {} (client, with {peer})",
                    Step::ApplicationData.title()
                ),
                found,
                "the server, or what stands between; the answer above may be incomplete",
            ),
            Error::Output { source } => Report::new(
                "cannot write the output",
                io_words(source),
                "room on the disk?",
            ),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::wrap(&self.headline, 68).join("\n  "))?;
        paragraph(f, "found:", &self.found)?;
        paragraph(f, "try:", &self.remedy)
    }
}

/// Its label stands on the first line only.
fn paragraph(f: &mut fmt::Formatter<'_>, label: &str, words: &str) -> fmt::Result {
    if words.is_empty() {
        return Ok(());
    }
    let mut label = label;
    for line in words.split('\n') {
        // A command to paste must not be wrapped like prose: fold() continues it with a backslash.
        let lines = match line.strip_prefix("  ") {
            Some(command) => text::fold(command, 68),
            None => text::wrap(line, 70),
        };
        for line in lines {
            write!(f, "\n  {} {line}", text::pad(label, 6))?;
            label = "";
        }
    }
    Ok(())
}

fn before_the_first_byte(files: &str) -> String {
    format!("step 0, {}: {files}", Step::Preparation.title())
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
