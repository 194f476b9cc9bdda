//! `step`: both ends in one thread, one flight at a time.

use std::io::{self, BufRead, IsTerminal};

use clap::Args;

use super::{output, tls_max};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::failures::Failure;
use crate::instruments::gallery;
use crate::instruments::gallery::panels::Panels;
use crate::instruments::gallery::stage::Stage;
use crate::instruments::page::Paint;
use crate::instruments::stepper::{self, TwoEnds};
use crate::language::Language;
use crate::phrase;

#[derive(Args)]
pub(super) struct Step {
    /// TLS only: the server asks for no client certificate
    #[arg(long)]
    tls: bool,
    /// Highest TLS version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", default_value = "1.3", value_parser = tls_max)]
    tls_max: TlsMax,
    /// Show the second connection, on a ticket of the first
    #[arg(long)]
    resume: bool,
    /// Let it fail as this case of the gallery does
    #[arg(long, value_name = "CASE", conflicts_with_all = ["tls", "resume"])]
    refuse: Option<String>,
}

/// In a terminal each flight waits for Enter; otherwise the story runs through.
pub(super) fn run(step: &Step, language: Language) -> Result<(), Error> {
    if let Some(name) = &step.refuse {
        return refused(gallery::find(name)?, step.tls_max, language);
    }
    let ends = TwoEnds::new(step.tls, step.tls_max)?;
    if step.resume {
        stepper::run(&ends, &mut io::sink(), Paint::PLAIN, None)?;
    }
    show(&ends, language)
}

/// The story of a case: what is wrong, the flights up to the refusal, and why.
fn refused(failure: &Failure, tls_max: TlsMax, language: Language) -> Result<(), Error> {
    let case = gallery::case_of(failure);
    let Some(case) = case.filter(|case| case.scene.fault.is_between_two_sides()) else {
        let name = &failure.name;
        let found = match case {
            Some(_) => phrase!(
                "{name} needs files, sockets or a middlebox; here are two sides and no more",
                name
            ),
            None => phrase!("{name} has no live case: the doctor finds it", name),
        };
        return Err(Error::Usage {
            found,
            remedy: phrase!("hello-mtls gallery {name}", name),
        });
    };
    let Stage {
        mut ends, later, ..
    } = Stage::new(&case.scene, tls_max)?;
    if let Some(later) = later {
        stepper::run(&ends, &mut io::sink(), Paint::PLAIN, None)?;
        ends.server = later;
    }
    words(language, |panels| panels.title(case, tls_max))?;
    show(&ends, language)?;
    words(language, |panels| panels.words(case, tls_max))
}

fn show(ends: &TwoEnds, language: Language) -> Result<(), Error> {
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let interactive = stdin.is_terminal() && stdout.is_terminal();
    let keys = interactive.then_some(&mut stdin as &mut dyn BufRead);
    let paint = Paint::on(stdout.is_terminal(), language);
    stepper::run(ends, &mut stdout, paint, keys)
}

/// Writes what the gallery says about a case.
fn words(
    language: Language,
    write: impl FnOnce(&mut Panels<'_>) -> io::Result<()>,
) -> Result<(), Error> {
    let out = &mut io::stdout().lock();
    let paint = Paint::on(out.is_terminal(), language);
    let mut panels = Panels::new(out, paint);
    write(&mut panels)
        .and_then(|()| panels.page.out.flush())
        .map_err(output)
}
