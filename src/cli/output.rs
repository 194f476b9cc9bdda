//! The two ways out: data on stdout; the story, logs and errors on stderr.

use std::io::{self, Write};
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
