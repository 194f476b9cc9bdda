//! `step`: both ends in one thread, one flight at a time.

use std::io::{self, BufRead, IsTerminal};
use std::process::{Command, Stdio};

use clap::Args;

use super::look::Look;
use super::{output, tls_max};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::failures::Failure;
use crate::instruments::gallery;
use crate::instruments::gallery::panels::Panels;
use crate::instruments::gallery::stage::Stage;
use crate::instruments::stepper::{self, Show, TwoEnds};
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
    /// Ask a question before each flight
    #[arg(long)]
    quiz: bool,
}

/// In a terminal each flight waits for Enter; otherwise the story runs through. A quiz reads its answers from
/// anywhere.
pub(super) fn run(step: &Step, look: Look) -> Result<(), Error> {
    if let Some(name) = &step.refuse {
        return refused(gallery::find(name)?, step, look);
    }
    let ends = TwoEnds::new(step.tls, step.tls_max)?;
    if step.resume {
        stepper::run_unseen(&ends)?;
    }
    show(&ends, step.quiz, look)
}

/// The story of a case: what is wrong, the flights up to the refusal, and why.
fn refused(failure: &Failure, step: &Step, look: Look) -> Result<(), Error> {
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
    let tls_max = step.tls_max;
    let Stage {
        mut ends, later, ..
    } = Stage::new(&case.scene, tls_max)?;
    if let Some(later) = later {
        stepper::run_unseen(&ends)?;
        ends.server = later;
    }
    // The title names the step that fails. In a quiz that is a question.
    if step.quiz {
        let story = &failure.words(look.language).story;
        words(look, |panels| panels.page.paragraph("", story, ""))?;
    } else {
        words(look, |panels| panels.title(case, tls_max))?;
    }
    show(&ends, step.quiz, look)?;
    words(look, |panels| panels.words(case, tls_max))
}

fn show(ends: &TwoEnds, quiz: bool, look: Look) -> Result<(), Error> {
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let terminal = stdin.is_terminal() && stdout.is_terminal();
    let interactive = terminal && !super::in_a_debugger();
    let paint = look.paint(&stdout);
    let show = Show {
        out: &mut stdout,
        paint,
        keys: (quiz || interactive).then_some(&mut stdin as &mut dyn BufRead),
        height: interactive.then(terminal_height),
        quiz,
    };
    stepper::run(ends, show)
}

/// Lines of the terminal. `std` cannot ask for them without `unsafe`, and `stty` of POSIX can; where it does not
/// answer, a terminal has 24.
fn terminal_height() -> usize {
    let mut stty = Command::new("stty");
    let size = stty.arg("size").stdin(Stdio::inherit()).output();
    let size = size.ok().map(|output| output.stdout).unwrap_or_default();
    let size = String::from_utf8_lossy(&size).into_owned();
    let lines = size
        .split_whitespace()
        .next()
        .and_then(|lines| lines.parse().ok());
    lines.filter(|lines| *lines > 4).unwrap_or(24)
}

/// Writes what the gallery says about a case.
fn words(look: Look, write: impl FnOnce(&mut Panels<'_>) -> io::Result<()>) -> Result<(), Error> {
    let out = &mut io::stdout().lock();
    let paint = look.paint(out);
    let mut panels = Panels::new(out, paint);
    write(&mut panels)
        .and_then(|()| panels.page.out.flush())
        .map_err(output)
}
