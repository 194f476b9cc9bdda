//! What `wire` is given: a transcript, or a capture with connections to choose from.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::docs;
use crate::error::Error;
use crate::files;
use crate::instruments::capture::{self, Capture, Connection, Summary, Tls, key_log};
use crate::instruments::page::{BOLD, DIM, LongWords, Page, Paint};
use crate::instruments::wire::names;
use crate::instruments::wire::transcript::{Secret, Transcript};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// Largest capture or key log that is read, in bytes.
const LARGEST: u64 = 64 << 20;
/// How many connections a list has. Each of them is looked into.
const MOST_LISTED: usize = 100;

/// Which connection of a capture is meant, and what decrypts it.
#[derive(Args)]
pub(super) struct Choice {
    /// A key log, as SSLKEYLOGFILE makes it, for a capture
    #[arg(long, value_name = "FILE")]
    keylog: Option<PathBuf>,
    /// Which TCP connection of a capture: without it, a list
    #[arg(long, value_name = "N")]
    stream: Option<usize>,
}

impl Choice {
    /// A number chooses in one capture, and cannot say in which of two.
    pub(super) fn without_stream(&self) -> Result<(), Error> {
        if self.stream.is_none() {
            return Ok(());
        }
        Err(Error::Usage {
            found: phrase!("--stream with two files"),
            remedy: phrase!(
                "a transcript of each connection first: hello-mtls wire CAPTURE --stream N --save FILE"
            ),
        })
    }
}

/// What stands in the file.
pub(super) enum Found {
    One(One),
    Many(Many),
}

/// A connection to explain.
pub(super) struct One {
    pub(super) transcript: Transcript,
    /// Where it comes from; `None` for a transcript, which says that itself.
    origin: Option<Phrase>,
    remarks: Vec<Phrase>,
}

/// Connections to choose from.
pub(super) struct Many {
    capture: Capture,
    secrets: Vec<Secret>,
    /// The command line that explains one, up to its number.
    command: String,
}

/// Reads a transcript or a capture, told apart by their first bytes.
pub(super) fn open(path: &Path, choice: &Choice) -> Result<Found, Error> {
    let contents = files::read_at_most(path, LARGEST)?;
    let log = choice.keylog.as_deref().map(read_key_log).transpose()?;
    if capture::is_capture(&contents) {
        return choose(
            path,
            choice,
            capture::read(&contents),
            log.unwrap_or_default(),
        );
    }
    if choice.stream.is_some() {
        return Err(Error::Usage {
            found: phrase!("--stream for a file that is no capture"),
            remedy: phrase!("without --stream: a transcript holds one connection"),
        });
    }
    let mut transcript = parse(path, &contents)?;
    if let Some(log) = log {
        let own = std::mem::take(&mut transcript.secrets);
        key_log::give(&mut transcript, &[own, log].concat());
    }
    let (origin, remarks) = (None, Vec::new());
    Ok(Found::One(One {
        transcript,
        origin,
        remarks,
    }))
}

fn parse(path: &Path, contents: &[u8]) -> Result<Transcript, Error> {
    let failed = |found, remedy| Error::Contents {
        path: path.to_owned(),
        found,
        remedy,
    };
    if contents.starts_with(&[0x1f, 0x8b]) {
        let name = text::shell(path);
        return Err(failed(
            phrase!("a file compressed with gzip"),
            phrase!("gzip -dc {name} > capture.pcapng", name),
        ));
    }
    let parsed = Transcript::parse(&String::from_utf8_lossy(contents));
    parsed.map_err(|error| {
        let problem = text::terminal(&error.to_string());
        failed(
            phrase!("neither a capture (pcap or pcapng) nor a transcript: {problem}", problem),
            phrase!(
                "hello-mtls get URL --save FILE makes a transcript, tcpdump -w FILE a capture: see {page}",
                page = docs::page("wire.md#capture")
            ),
        )
    })
}

fn read_key_log(path: &Path) -> Result<Vec<Secret>, Error> {
    let contents = files::read_at_most(path, LARGEST)?;
    let log = String::from_utf8_lossy(&contents);
    let secrets = key_log::secrets(&log);
    // A library may open its log with a comment and then fail before there is a secret.
    let is_log = log
        .lines()
        .all(|line| line.is_empty() || line.starts_with('#'));
    if secrets.is_empty() && !is_log {
        return Err(Error::Contents {
            path: path.to_owned(),
            found: phrase!("no line of a key log: a label, a client random and a secret"),
            remedy: phrase!(
                "set SSLKEYLOGFILE before the program starts, and look whether its TLS library writes it: see {page}",
                page = docs::page("wire.md#keylog")
            ),
        });
    }
    Ok(secrets)
}

fn choose(
    path: &Path,
    choice: &Choice,
    mut capture: Capture,
    log: Vec<Secret>,
) -> Result<Found, Error> {
    let secrets = [log, std::mem::take(&mut capture.secrets)].concat();
    let has_tls = |connection: &Connection| connection.tls != Tls::No;
    let tls = capture
        .connections
        .iter()
        .filter(|one| has_tls(one))
        .count();
    let chosen = match choice.stream {
        Some(number) => capture
            .connections
            .iter()
            .position(|one| one.number == number),
        None if tls > 1 => {
            let keylog = choice.keylog.as_deref().map(text::shell);
            let keylog = keylog.map_or_else(String::new, |log| format!(" --keylog {log}"));
            let command = format!("hello-mtls wire {}{keylog} --stream", text::shell(path));
            return Ok(Found::Many(Many {
                capture,
                secrets,
                command,
            }));
        }
        None => capture.connections.iter().position(has_tls),
    };
    let Some(index) = chosen else {
        return Err(nothing(path, choice, &capture));
    };
    let Connection {
        number,
        client,
        server,
        mut transcript,
        remarks,
        ..
    } = capture.connections.swap_remove(index);
    key_log::give(&mut transcript, &secrets);
    let mut remarks = [capture.remarks, remarks].concat();
    if transcript.secrets.is_empty() {
        remarks.push(without_secrets(secrets.len()));
    }
    let (client, server) = (client.to_string(), server.to_string());
    let origin = Some(phrase!(
        "Stream {number} of {path}: {client} → {server}",
        number,
        path,
        client,
        server
    ));
    Ok(Found::One(One {
        transcript,
        origin,
        remarks,
    }))
}

fn without_secrets(known: usize) -> Phrase {
    match known {
        0 => phrase!(
            "There are no secrets: what is encrypted stays so. --keylog FILE brings them, see {page}.",
            page = docs::page("wire.md#keylog")
        ),
        _ => phrase!(
            "None of the {known} secrets of the key log belongs to this connection. A key log has a line for each connection of the program that wrote it, while SSLKEYLOGFILE was set.",
            known
        ),
    }
}

/// Why there is nothing to explain, and what to try.
fn nothing(path: &Path, choice: &Choice, capture: &Capture) -> Error {
    let (packets, connections) = (capture.packets, capture.connections.len());
    let again = || {
        phrase!(
            "Start the capture before the client, on the interface that the packets pass: tcpdump -i any -s 0 -w FILE. Connections of a machine to itself pass lo (Linux) or lo0 (macOS)."
        )
    };
    let (found, remedy) = match choice.stream {
        _ if packets == 0 => (phrase!("a capture without a packet"), again()),
        _ if connections == 0 => (
            phrase!("{packets} packets, and no TCP connection", packets),
            again(),
        ),
        Some(number) => {
            let last = connections - 1;
            (
                phrase!(
                    "no stream {number}: the TCP connections have the numbers 0 to {last}",
                    number,
                    last
                ),
                phrase!("without --stream, there is a list of those with TLS"),
            )
        }
        None => (
            phrase!(
                "TCP connections ({connections}), and TLS in none of them",
                connections
            ),
            phrase!(
                "--stream 0 shows the bytes of the first all the same. If there should be TLS, start the capture before the client."
            ),
        ),
    };
    let found = [found].into_iter().chain(capture.remarks.iter().cloned());
    Error::Contents {
        path: path.to_owned(),
        found: Phrase::lines(found),
        remedy,
    }
}

impl Found {
    /// What stands before the explanation, or instead of it.
    pub(super) fn write(&self, out: &mut impl Write, paint: Paint) -> io::Result<()> {
        let long_words = LongWords::Keep;
        let mut page = Page {
            out,
            paint,
            long_words,
        };
        match self {
            Found::One(one) => one.write(&mut page),
            Found::Many(many) => many.write(&mut page),
        }
    }
}

impl One {
    /// Where it comes from, and what a reader has to know.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Phrase> {
        self.origin.iter().chain(&self.remarks)
    }

    fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        for line in self.lines() {
            page.paragraph("", &page.paint.words(line), DIM)?;
            page.blank()?;
        }
        Ok(())
    }
}

impl Many {
    fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        let (with, without): (Vec<_>, Vec<_>) = self
            .capture
            .connections
            .iter()
            .partition(|one| one.tls != Tls::No);
        let count = with.len();
        let title = phrase!("TLS connections in this capture: {count}", count);
        page.title(&page.paint.words(&title), BOLD)?;
        for connection in with.iter().take(MOST_LISTED) {
            self.connection(page, connection)?;
        }
        page.blank()?;
        let mut remarks = self.capture.remarks.clone();
        if let Some(more @ 1..) = count.checked_sub(MOST_LISTED) {
            remarks.push(phrase!("… and {more} more, with higher numbers.", more));
        }
        if let count @ 1.. = without.len() {
            remarks.push(phrase!("TCP connections without TLS: {count}.", count));
        }
        for remark in &remarks {
            page.paragraph("", &page.paint.words(remark), DIM)?;
        }
        page.paragraph(
            "",
            &page
                .paint
                .words(&phrase!("This explains the first of them:")),
            "",
        )?;
        let first = with.first().map_or(0, |connection| connection.number);
        page.command("    ", &format!("{} {first}", self.command))
    }

    fn connection(&self, page: &mut Page<'_>, connection: &Connection) -> io::Result<()> {
        let Summary {
            version,
            server_name,
            has_secrets,
        } = connection.summary(&self.secrets);
        let version = match (version, connection.tls) {
            (Some(version), _) => Phrase::from(names::VERSIONS.short(version)),
            (None, Tls::Whole) => phrase!("no ServerHello"),
            (None, _) => phrase!("beginning missing"),
        };
        let secrets = if has_secrets {
            phrase!("secrets fit")
        } else {
            phrase!("no secrets")
        };
        let name = match server_name {
            Some(name) => Phrase::from(text::shorten(&text::terminal(&name), 30)),
            None => phrase!("no server name"),
        };
        let number = connection.number;
        let [version, secrets, name] = [version, secrets, name].map(|cell| page.paint.words(&cell));
        page.line(&format!(
            "{number:>6}  {}  {}  {name}",
            text::pad(&version, 18),
            text::pad(&secrets, 12),
        ))?;
        let mut ends = format!("{} → {}", connection.client, connection.server);
        if let Some(prelude) = &connection.prelude {
            ends = format!("{ends}  ({})", page.paint.words(&prelude.name));
        }
        page.paragraph("        ", &ends, DIM)
    }
}
