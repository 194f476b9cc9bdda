//! `gallery`: every way in which it fails.

use std::io;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::log::Log;
use super::look::Look;
use super::{json, output, print, say, tls_max};
use crate::error::{Error, Report};
use crate::handshake::TlsMax;
use crate::instruments::gallery::listen;
use crate::instruments::gallery::panels::Panels;
use crate::instruments::gallery::run::{Run, run as run_case};
use crate::instruments::gallery::{case_of, cases, find, said_in};
use crate::phrase;
use crate::text;

#[derive(Args)]
pub(super) struct Gallery {
    /// Run this case and show both sides; without it, list them.
    /// A name that the doctor prints: explain it.
    /// An error message: say which cases have it
    #[arg(value_name = "CASE", verbatim_doc_comment)]
    case: Option<String>,
    /// Run every case, a line each
    #[arg(long, conflicts_with = "case")]
    all: bool,
    /// With --all, for a program: one line of JSON
    #[arg(long, requires = "all")]
    json: bool,
    /// Keep the server of this case open for any client
    #[arg(long, value_name = "HOST:PORT", requires = "case")]
    listen: Option<String>,
    /// Highest TLS version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", default_value = "1.3", value_parser = tls_max)]
    tls_max: TlsMax,
}

/// Serves until the process ends. What to try goes to stdout, a line per connection to stderr.
fn keep_open(case: &str, place: &str, tls_max: TlsMax, look: Look) -> Result<ExitCode, Error> {
    let failure = find(case)?;
    let Some(case) = case_of(failure) else {
        return Err(Error::Usage {
            found: phrase!(
                "{name} cannot listen: it is found by the doctor, and has no server",
                name = failure.name
            ),
            remedy: phrase!("hello-mtls gallery {name} explains it", name = failure.name),
        });
    };
    let log = Log::to(io::stderr()).map_err(output)?;
    let listening = listen::listen(case, tls_max, place, move |line| log.say(line))?;
    let mut page = Vec::new();
    let paint = look.paint(&io::stdout());
    listening.write(&mut page, paint).map_err(output)?;
    print(page)?;
    listening.wait();
    Ok(ExitCode::SUCCESS)
}

pub(super) fn run(gallery: &Gallery, look: Look) -> Result<ExitCode, Error> {
    if let (Some(case), Some(place)) = (&gallery.case, &gallery.listen) {
        return keep_open(case, place, gallery.tls_max, look);
    }
    let (stdout, began) = (io::stdout(), Instant::now());
    let (paint, language) = (look.paint(&stdout), look.language);
    let out = &mut io::BufWriter::new(stdout.lock());
    let mut panels = Panels::new(out, paint);
    let mut runs: Vec<Run> = Vec::new();
    match &gallery.case {
        Some(words) => match find(words) {
            Ok(failure) => match case_of(failure) {
                Some(case) => {
                    let run = run_case(case, gallery.tls_max)?;
                    panels.show(&run).map_err(output)?;
                    runs.push(run);
                }
                None => panels.entry(failure).map_err(output)?,
            },
            Err(unknown) => {
                let matches = said_in(words);
                if matches.failures.is_empty() && !is_a_name(words) {
                    let report = not_known(words).in_language(language);
                    say(&format!("hello-mtls: {report}"));
                    return Ok(ExitCode::FAILURE);
                }
                if matches.failures.is_empty() {
                    return Err(unknown);
                }
                panels.found(&matches).map_err(output)?;
            }
        },
        None if gallery.all => {
            let all = cases::all().map(|case| run_case(case, gallery.tls_max));
            match all.collect() {
                Ok(all) => runs = all,
                Err(error) if gallery.json => {
                    print(json::failed("gallery", &error))?;
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
            if gallery.json {
                let line = json::ran(gallery.tls_max, &runs);
                panels.page.out.write_all(line.as_bytes()).map_err(output)?;
            } else {
                panels.overview(&runs, began.elapsed()).map_err(output)?;
            }
        }
        None => panels.list().map_err(output)?,
    }
    panels.page.out.flush().map_err(output)?;
    let odd = runs.iter().filter(|run| !run.differences().is_empty());
    let odd: Vec<&str> = odd.map(|run| run.case.name).collect();
    if odd.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let report = Report::new(
        phrase!("not every failure came as it should"),
        phrase!(
            "what the gallery says about them does not hold here: {odd}",
            odd = odd.join(", ")
        ),
        phrase!("another version of rustls, or a machine without loopback? please report it"),
    );
    say(&format!("hello-mtls: {}", report.in_language(language)));
    Ok(ExitCode::FAILURE)
}

/// Names of failures are lower case with hyphens; what has anything else in it is a message.
fn is_a_name(words: &str) -> bool {
    words
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// No match is an answer. A far-fetched one would send the reader the wrong way.
fn not_known(words: &str) -> Report {
    Report::new(
        phrase!("no failure in the catalogue is known by these words"),
        format!("\"{}\"", text::shorten(&text::terminal(words), 200)),
        phrase!(
            "a shorter part of the message; `hello-mtls doctor` with your files, or with the URL"
        ),
    )
}
