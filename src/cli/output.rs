//! The two ways out: data on stdout; the story, logs and errors on stderr.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;

use crate::error::Error;
use crate::language::Language;
use crate::narration::{Event, Recorder, Silent, Teller, Terminal};

/// Data, on stdout.
pub(super) fn print(bytes: impl AsRef<[u8]>) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes.as_ref())
        .and_then(|()| stdout.flush())
        .map_err(output)
}

/// Whether stdout takes anything. A descriptor that is open for reading alone (`1< file`) does not, and std is silent
/// about that, because it takes EBADF for a stdout that was closed.
///
/// A stdout that was closed before the start (`>&-`) cannot be seen here: std has opened /dev/null in its place, so that
/// no file of ours gets the number 1 and the output. Then the output is lost, as with `> /dev/null`.
pub(super) fn check() -> Result<(), Error> {
    const EBADF: i32 = 9;
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    match stdout.and_then(|mut stdout| stdout.write(&[])) {
        Err(source) if source.raw_os_error() == Some(EBADF) => Err(output(source)),
        _ => Ok(()),
    }
}

/// All of this was tried. The first failure is the one that the run ends with; the others are said before it.
pub(super) fn all_done<const N: usize>(
    tried: [Result<(), Error>; N],
    language: Language,
) -> Result<(), Error> {
    let mut failures = tried.into_iter().filter_map(Result::err);
    let Some(first) = failures.next() else {
        return Ok(());
    };
    // What stdout did not take was seen, or it is the second time that it is found.
    for error in failures.filter(|error| !matches!(error, Error::Output { .. })) {
        say(&format!(
            "hello-mtls: {}",
            error.report().in_language(language)
        ));
    }
    Err(first)
}

/// A line on stderr. A closed or full stderr is no reason to fail.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Stdout, or a file in its place, was closed or is full.
pub(super) fn output(source: io::Error) -> Error {
    Error::Output { source }
}

/// A teller of the story on `out`, or a silent one.
pub(super) fn teller(
    narrate: bool,
    language: Language,
    out: impl Write + Send + 'static,
) -> Arc<dyn Teller> {
    if narrate {
        Arc::new(Terminal::new(out, language))
    } else {
        Arc::new(Silent)
    }
}

/// Keeps what it passes on.
#[derive(Debug)]
pub(super) struct Keeping(pub(super) Arc<Recorder>, pub(super) Arc<dyn Teller>);

impl Teller for Keeping {
    fn tell(&self, event: Event) {
        self.1.tell(event.clone());
        self.0.tell(event);
    }
}
