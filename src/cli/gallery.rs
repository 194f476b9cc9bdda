//! `gallery`: every way in which it fails.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::{output, say, tls_max};
use crate::error::{Error, Report};
use crate::handshake::TlsMax;
use crate::instruments::gallery::panels::Panels;
use crate::instruments::gallery::run::{Run, run as run_case};
use crate::instruments::gallery::{case_of, cases, find, said_in};
use crate::instruments::page::Paint;

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
    /// Highest TLS version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", default_value = "1.3", value_parser = tls_max)]
    tls_max: TlsMax,
}

pub(super) fn run(gallery: &Gallery) -> Result<ExitCode, Error> {
    let (stdout, began) = (io::stdout(), Instant::now());
    let paint = Paint::on(stdout.is_terminal());
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
                let said = said_in(words);
                if said.is_empty() {
                    return Err(unknown);
                }
                panels.found(&said).map_err(output)?;
            }
        },
        None if gallery.all => {
            for case in cases::all() {
                runs.push(run_case(case, gallery.tls_max)?);
            }
            panels.overview(&runs, began.elapsed()).map_err(output)?;
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
        "not every failure is what it was",
        format!(
            "what the gallery says about them does not hold here: {}",
            odd.join(", ")
        ),
        "another version of rustls, or a machine without loopback? please report it",
    );
    say(&format!("hello-mtls: {report}"));
    Ok(ExitCode::FAILURE)
}
