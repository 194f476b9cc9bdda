//! SSLKEYLOGFILE: whether the secrets can be written there. rustls writes them, and is silent when it cannot.

use std::env;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use super::say;
use crate::error::io_words;
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text;

/// Says what will not go as the user expects. The connection does not depend on it, so nothing fails here.
pub(super) fn check(language: Language) {
    let path = env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty());
    if let Some(note) = path.and_then(|path| note(Path::new(&path))) {
        say(&note.in_language(language));
    }
}

fn note(path: &Path) -> Option<Phrase> {
    let file = text::terminal(&path.display().to_string());
    if fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo()) {
        return Some(phrase!(
            "SSLKEYLOGFILE: {file} is a pipe, so this waits until another program reads from it",
            file
        ));
    }
    // As rustls opens it. An empty file that this leaves is the one that rustls would make.
    let mut options = OpenOptions::new();
    let opened = options.append(true).create(true).mode(0o600).open(path);
    opened.err().map(|error| {
        phrase!(
            "SSLKEYLOGFILE: {file} cannot be written ({why}), so no secrets are kept there",
            file,
            why = io_words(&error)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::note;
    use crate::language::Language;
    use std::path::Path;

    #[test]
    fn a_key_log_that_cannot_be_written_is_named() {
        let note = note(Path::new("/nowhere/keys")).unwrap();
        let note = note.in_language(Language::English);
        assert!(
            note.starts_with("SSLKEYLOGFILE: /nowhere/keys cannot be written"),
            "{note}"
        );
    }
}
