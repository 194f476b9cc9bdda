//! SSLKEYLOGFILE: the file that the secrets of each connection go to, for Wireshark. rustls has such a log, too, and is
//! silent when it cannot write. This one says so, and the connection goes on, as curl's does.

use std::env;
use std::fmt::{self, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::KeyLog;

use crate::error::io_words;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// Where the environment wants the secrets. `say` hears what will not go as the user expects. `None`: nowhere, or the
/// file cannot be opened. The connection does not depend on it, so nothing fails here.
pub(super) fn open(say: impl Fn(&Phrase) + Send + Sync + 'static) -> Option<Arc<dyn KeyLog>> {
    let path = env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty())?;
    let log = SecretsFile::open(Path::new(&path), Box::new(say))?;
    Some(Arc::new(log))
}

/// An open key log.
struct SecretsFile {
    file: Mutex<File>,
    name: String,
    say: Box<dyn Fn(&Phrase) + Send + Sync>,
    /// A write has failed, and that was said: a disk that is full stays so for a while.
    said: AtomicBool,
}

impl SecretsFile {
    fn open(path: &Path, say: Box<dyn Fn(&Phrase) + Send + Sync>) -> Option<SecretsFile> {
        let file = text::terminal(&path.display().to_string());
        if fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo()) {
            say(&phrase!(
                "SSLKEYLOGFILE: {file} is a pipe, so this waits until another program reads from it",
                file = &file
            ));
        }
        // As rustls opens it: other programs may write into the same file.
        let mut options = OpenOptions::new();
        match options.append(true).create(true).mode(0o600).open(path) {
            Ok(opened) => Some(SecretsFile {
                file: Mutex::new(opened),
                name: file,
                say,
                said: AtomicBool::new(false),
            }),
            Err(error) => {
                say(&phrase!(
                    "SSLKEYLOGFILE: {file} cannot be written ({why}), so no secrets are kept there",
                    file,
                    why = io_words(&error)
                ));
                None
            }
        }
    }

    /// One write is one line, also if several programs append at the same time.
    fn write(&self, line: &str) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())
    }
}

impl KeyLog for SecretsFile {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = format!("{label} ");
        for byte in client_random {
            let _ = write!(line, "{byte:02x}");
        }
        line.push(' ');
        for byte in secret {
            let _ = write!(line, "{byte:02x}");
        }
        line.push('\n');
        if let Err(error) = self.write(&line)
            && !self.said.swap(true, Ordering::Relaxed)
        {
            (self.say)(&phrase!(
                "SSLKEYLOGFILE: {file} cannot be written ({why}), so secrets are missing there",
                file = &self.name,
                why = io_words(&error)
            ));
        }
    }
}

impl fmt::Debug for SecretsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretsFile").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    /// What is said of a key log while two lines are written.
    fn said(path: &str) -> Vec<String> {
        let said = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&said);
        let say = move |phrase: &Phrase| {
            hears
                .lock()
                .unwrap()
                .push(phrase.in_language(Language::English))
        };
        if let Some(log) = SecretsFile::open(Path::new(path), Box::new(say)) {
            log.log("CLIENT_RANDOM", &[1; 32], &[2; 48]);
            log.log("CLIENT_RANDOM", &[3; 32], &[4; 48]);
        }
        said.lock().unwrap().clone()
    }

    #[test]
    fn a_key_log_that_cannot_be_written_is_named_once() {
        let missing = said("/nowhere/keys");
        let [missing] = &missing[..] else {
            panic!("{missing:?}");
        };
        assert!(missing.starts_with("SSLKEYLOGFILE: /nowhere/keys cannot be written"));
        if Path::new("/dev/full").exists() {
            let full = said("/dev/full");
            let [full] = &full[..] else {
                panic!("{full:?}");
            };
            assert!(
                full.contains("/dev/full cannot be written (No space left"),
                "{full}"
            );
        }
    }
}
