//! `--wire` and `wire`: what crossed the wire, recorded, shown and kept.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::capture::{self, Choice, Found};
use super::look::Look;
use super::output;
use super::output::all_done;
use crate::client::{Answer, Url, get};
use crate::error::Error;
use crate::files::{self, write_output};
use crate::handshake::{ClientSetup, Offer, TlsMax};
use crate::instruments::page::Paint;
use crate::instruments::show::{html, pcapng, side_by_side, terminal};
use crate::instruments::wire::conversation::Conversation;
use crate::instruments::wire::explain;
use crate::instruments::wire::key_exchange::observed;
use crate::instruments::wire::resumption;
use crate::instruments::wire::tap::{Recording, Tap};
use crate::instruments::wire::transcript::Transcript;
use crate::language::Language;
use crate::narration::Side;
use crate::phrase;
use crate::text;
use crate::transport::Deadline;

/// What a side offers. If the connection is recorded, the groups keep what they agree on, and the recording has the
/// whole key schedule.
pub(super) fn offer(tls_max: TlsMax, recorded: bool) -> Offer {
    let offer = Offer::from(tls_max);
    if !recorded {
        return offer;
    }
    let provider = observed(&offer.provider);
    Offer { provider, ..offer }
}

/// Where a recording is kept.
#[derive(Args)]
pub(super) struct Keep {
    /// Write the explained connection as one HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it for Wireshark, with the secrets inside
    #[arg(long, value_name = "FILE")]
    pcapng: Option<PathBuf>,
    /// Write the recording itself, for `hello-mtls wire`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

impl Keep {
    /// True if anything is to be kept.
    pub(super) fn wanted(&self) -> bool {
        self.html.is_some() || self.pcapng.is_some() || self.save.is_some()
    }

    /// Says before anything is done what could not be written after it.
    pub(super) fn check(&self) -> Result<(), Error> {
        let mut seen: Vec<PathBuf> = Vec::new();
        for path in [&self.html, &self.pcapng, &self.save].into_iter().flatten() {
            // One file has many names: a.html is ./a.html.
            let folder = files::folder(path).canonicalize();
            let place = folder
                .unwrap_or_default()
                .join(path.file_name().unwrap_or_default());
            if seen.contains(&place) {
                let name = text::terminal(&path.display().to_string());
                return Err(Error::Usage {
                    found: phrase!("two outputs go to {name}", name),
                    remedy: phrase!("a file for each"),
                });
            }
            files::has_room_for(path)?;
            seen.push(place);
        }
        Ok(())
    }

    /// Two connections make one page, and no capture and no transcript.
    fn only_html(&self) -> Result<(), Error> {
        if self.pcapng.is_none() && self.save.is_none() {
            return Ok(());
        }
        Err(Error::Usage {
            found: phrase!("--pcapng and --save take one connection, and here are two"),
            remedy: phrase!("--html for a page of both, or one file"),
        })
    }

    /// Each output is tried, and each that fails is named. `origin` is where a recording comes from, a line each.
    /// `explained`: what the recording says, if that is known already.
    fn write(
        &self,
        transcript: &Transcript,
        explained: Option<&Conversation>,
        origin: &[String],
        language: Language,
    ) -> Result<(), Error> {
        let saved = match &self.save {
            Some(path) => {
                let file = transcript.to_string();
                let (first, rest) = file.split_once('\n').unwrap_or_default();
                let origin: String = origin.iter().map(|line| format!("# {line}\n")).collect();
                write_output(path, format!("{first}\n{origin}{rest}").into_bytes())
            }
            None => Ok(()),
        };
        let page = match &self.html {
            Some(path) => {
                let page = match explained {
                    Some(conversation) => html::page(conversation, language),
                    None => html::page(&explain(transcript), language),
                };
                write_output(path, page.into_bytes())
            }
            None => Ok(()),
        };
        let capture = match &self.pcapng {
            Some(path) => {
                let mut capture = Vec::new();
                let made = pcapng::write(&mut capture, transcript).map_err(output);
                made.and_then(|()| write_output(path, capture))
            }
            None => Ok(()),
        };
        all_done([saved, page, capture], language)
    }
}

/// What `get` is to do with its recording.
#[derive(Args)]
pub(super) struct Watch {
    /// Show every byte, decrypted and explained
    #[arg(long)]
    wire: bool,
    #[command(flatten)]
    keep: Keep,
}

impl Watch {
    /// True if the connection has to be recorded.
    pub(super) fn wanted(&self) -> bool {
        self.wire || self.keep.wanted()
    }

    /// Says before the connection is made what could not be written after it.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.keep.check()
    }

    /// A request over a tapped connection. What was recorded is shown, also if it fails. `earlier` is the recording
    /// of the connection before it, whose ticket this one may use; it is replaced.
    pub(super) fn get(
        &self,
        earlier: &mut Option<Transcript>,
        setup: &ClientSetup,
        url: &Url,
        transport: Deadline,
        out: &mut dyn Write,
        paint: Paint,
    ) -> Result<Answer, Error> {
        let recording = Recording::new(Side::Client);
        let setup = setup.with_key_log(Arc::new(recording.clone()));
        let answered = get(&setup, url, Tap::new(transport, recording.clone()), out);
        let mut transcript = recording.transcript();
        if let Some(earlier) = &earlier
            && let Some(psk) = resumption::psk(earlier, &transcript)
            && let Some(logged) = transcript.secrets.first()
        {
            recording.keep("PRE_SHARED_KEY", &logged.client_random, &psk);
            transcript = recording.transcript();
        }
        if self.wire {
            print_explained(&transcript, &mut io::stderr(), paint);
        }
        *earlier = Some(transcript);
        answered
    }

    /// Writes the files of a recording, if there is one.
    pub(super) fn keep(
        &self,
        recorded: Option<&Transcript>,
        language: Language,
    ) -> Result<(), Error> {
        recorded.map_or(Ok(()), |transcript| {
            self.keep.write(transcript, None, &[], language)
        })
    }
}

/// A connection on stderr, or on its way there, as one block: others may be written at the same time.
pub(super) fn print_explained(transcript: &Transcript, stderr: &mut impl Write, paint: Paint) {
    let mut block = Vec::new();
    let _ = terminal::write(&mut block, &explain(transcript), paint);
    let _ = stderr.write_all(&block);
}

/// `wire FILE`: a recording, ours or anybody's. `wire FILE OTHER` compares two.
#[derive(Args)]
pub(super) struct Wire {
    /// A file of `get --save`, or a capture: pcap or pcapng
    file: PathBuf,
    /// Another one: then the two connections stand side by side
    other: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    keep: Keep,
}

pub(super) fn run(options: &Wire, look: Look) -> Result<(), Error> {
    let Wire {
        file,
        other,
        choice,
        keep,
    } = options;
    keep.check()?;
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let paint = look.paint(&io::stdout());
    if let Some(other) = other {
        return compared([file, other], choice, keep, &mut stdout, paint);
    }
    let found = capture::open(file, choice)?;
    found.write(&mut stdout, paint).map_err(output)?;
    if let Found::One(one) = &found {
        let origin = one.lines().map(|line| line.to_string());
        let origin = origin.collect::<Vec<_>>();
        let conversation = explain(&one.transcript);
        keep.write(&one.transcript, Some(&conversation), &origin, look.language)?;
        terminal::write(&mut stdout, &conversation, paint).map_err(output)?;
    }
    stdout.flush().map_err(output)?;
    match found {
        Found::Many(_) if keep.wanted() => Err(Error::Contents {
            path: file.clone(),
            found: phrase!("several connections, and an output takes one"),
            remedy: phrase!("--stream N, with one of the numbers above"),
        }),
        _ => Ok(()),
    }
}

/// Two recordings, side by side: a page with `--html`, otherwise in the terminal.
fn compared(
    files: [&PathBuf; 2],
    choice: &Choice,
    keep: &Keep,
    stdout: &mut impl Write,
    paint: Paint,
) -> Result<(), Error> {
    keep.only_html()?;
    choice.without_stream()?;
    let mut conversations = Vec::new();
    for file in files {
        match capture::open(file, choice)? {
            Found::One(one) => conversations.push(explain(&one.transcript)),
            found @ Found::Many(_) => {
                found.write(stdout, paint).map_err(output)?;
                stdout.flush().map_err(output)?;
                return Err(several(file));
            }
        }
    }
    let [first, second] = &conversations[..] else {
        return Ok(());
    };
    let names = files.map(|file| file.display().to_string());
    let names = names.each_ref().map(String::as_str);
    match &keep.html {
        Some(path) => {
            let page = html::compare::page(names, [first, second], paint.language);
            write_output(path, page.into_bytes())
        }
        None => {
            side_by_side::write(stdout, names, [first, second], paint).map_err(output)?;
            stdout.flush().map_err(output)
        }
    }
}

/// Which of the connections in a capture is to be compared, cannot be said on the same command line.
fn several(file: &Path) -> Error {
    let capture = text::shell(file);
    let one = text::shell(&file.with_extension("transcript"));
    Error::Contents {
        path: file.to_owned(),
        found: phrase!("several connections, and a comparison takes one of each file"),
        remedy: phrase!(
            "hello-mtls wire {capture} --stream N --save {one}, with one of the numbers above; then compare {one}",
            capture,
            one
        ),
    }
}
