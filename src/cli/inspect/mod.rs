//! `inspect`: what is in files, in a pipe, and in the Certificate message of a server.

mod file;
mod server;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::look::Look;
use super::{print, say};
use crate::client::Url;
use crate::error::Error;
use crate::instruments::doctor::explain::{Given, explain};
use crate::phrase;
use crate::text;

/// Reads PEM, and DER of any of these kinds. A server's chain is what its Certificate message holds: it is drawn, with
/// the verdict of this side, and the connection ends there.
#[derive(Args)]
pub(super) struct Inspect {
    /// Files, - for stdin, or https://host:port
    #[arg(required = true, value_name = "FILE|-|URL")]
    sources: Vec<PathBuf>,
    /// For a URL: CAs by which its chain is judged
    #[arg(long, value_name = "FILE", conflicts_with = "ca_native")]
    cacert: Option<PathBuf>,
    /// For a URL: those of this system
    #[arg(long)]
    ca_native: bool,
    /// For a URL: certificate to show, leaf first
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Private key of that certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// For a program: a line of JSON per item
    #[arg(long)]
    json: bool,
}

/// One of the things that are named on the command line.
enum Source<'a> {
    File(&'a Path),
    Server(Box<Url>),
}

/// What came of one source: what stdout gets, and what is wrong with the source.
#[derive(Default)]
struct Shown {
    page: Vec<u8>,
    failed: Vec<Error>,
}

impl Shown {
    /// Nothing but an error, and its line if stdout is for a program.
    fn nothing(error: Error, line: impl FnOnce(&Error) -> Option<String>) -> Shown {
        let error = explain(error, &Given::default());
        Shown {
            page: line(&error).unwrap_or_default().into_bytes(),
            failed: vec![error],
        }
    }
}

/// One source after the other. What is wrong with one does not keep the others from being shown.
pub(super) fn run(options: &Inspect, look: Look) -> Result<ExitCode, Error> {
    let sources = options.sources.iter().map(|source| Source::of(source));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    let (mut first, mut code) = (true, ExitCode::SUCCESS);
    for source in sources {
        let shown = match source {
            Source::Server(url) => server::shown(options, *url, look)?,
            Source::File(file) => file::shown(file, options.json, look)?,
        };
        if !first && !options.json && !shown.page.is_empty() {
            print("\n")?;
        }
        first &= shown.page.is_empty();
        print(shown.page)?;
        for error in shown.failed {
            code = ExitCode::FAILURE;
            let report = error.report().in_language(look.language);
            say(&format!("hello-mtls: {report}"));
        }
    }
    Ok(code)
}

impl Source<'_> {
    /// A file may have any name, but `https://…` would be missing in the folder `https:`. A place that was meant as a
    /// server is a wrong command line, unless a file has its name.
    fn of(source: &Path) -> Result<Source<'_>, Error> {
        let text = source.to_str().unwrap_or_default();
        let start = text.get(.."https://".len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case("https://")) {
            return Ok(Source::Server(Box::new(Url::parse(text)?)));
        }
        match Url::meant(text).filter(|_| source.symlink_metadata().is_err()) {
            Some(url) => Err(Error::Usage {
                found: phrase!(
                    "there is no file {name}, and a server is named by a URL",
                    name = text::terminal(text)
                ),
                remedy: format!("hello-mtls inspect {}", text::shell_word(&url)).into(),
            }),
            None => Ok(Source::File(source)),
        }
    }
}
