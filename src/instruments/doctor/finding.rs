//! A finding: what is wrong with one file, and what fixes it. Unaware of how it was found and shown.

use std::path::{Path, PathBuf};

use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;
use crate::text;

/// Before the address of a server, in the place of a file's name.
pub(crate) const THE_SERVER_AT: &str = "the server at ";

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It will fail.
    Error,
    /// It works here and now; elsewhere or later it may not.
    Warning,
    /// It works with most programs; a stricter one refuses it.
    Note,
}

/// One thing that is wrong. All text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Its name in the catalogue of failures ([`crate::instruments::failures`]): `key-mismatch`.
    pub code: &'static str,
    /// The file, or `the server at host:port`.
    pub file: PathBuf,
    /// The step at which it fails.
    pub step: Step,
    /// What should be there.
    pub expected: Phrase,
    /// What is there.
    pub found: Phrase,
    /// What to do, in lines. A line that begins with two spaces is a command to paste.
    pub fix: Phrase,
}

pub(crate) fn error(
    code: &'static str,
    step: Step,
    file: &Path,
    expected: impl Into<Phrase>,
    found: impl Into<Phrase>,
    fix: impl Into<Phrase>,
) -> Finding {
    Finding {
        severity: Severity::Error,
        code,
        file: file.to_owned(),
        step,
        expected: expected.into(),
        found: found.into(),
        fix: fix.into(),
    }
}

impl Finding {
    /// What it is about: a file, or the server that a client asked.
    pub(crate) fn subject(&self) -> Phrase {
        let shown = text::terminal(&self.file.display().to_string());
        match shown.strip_prefix(THE_SERVER_AT) {
            Some(place) => phrase!("the server at {place}", place),
            None => shown.into(),
        }
    }

    /// The same as a warning.
    pub(crate) fn warning(self) -> Finding {
        Finding {
            severity: Severity::Warning,
            ..self
        }
    }
}
