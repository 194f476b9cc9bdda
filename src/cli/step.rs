//! `step`: both ends in one thread, one flight at a time.

use std::io::{self, BufRead, IsTerminal};

use clap::Args;

use super::tls_max;
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::stepper::{self, Cast};

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
}

/// In a terminal each flight waits for Enter; otherwise the story runs through.
pub(super) fn run(step: &Step) -> Result<(), Error> {
    let cast = Cast::new(step.tls, step.tls_max)?;
    if step.resume {
        stepper::run(&cast, &mut io::sink(), None)?;
    }
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let interactive = stdin.is_terminal() && stdout.is_terminal();
    let keys = interactive.then_some(&mut stdin as &mut dyn BufRead);
    stepper::run(&cast, &mut stdout, keys)
}
