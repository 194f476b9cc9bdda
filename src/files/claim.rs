//! The right to change a folder: one run at a time, which first cleans up behind runs that were killed.
//!
//! `certs renew` reads the CA and signs with it; two runs of `certs revoke` read the same list. So a command claims the
//! folder before it reads, and keeps the claim until it has written.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::recovery;
use super::stage::Stage;
use super::{NewFile, has_room_for};
use crate::error::Error;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// How long another run may take: ours need much less than a second, unless several wait for each other.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is said of a lock that was not released in this time.
const LOCKED: &str = "another program has locked this folder, and keeps it locked";

/// A folder that no other run of ours changes until this is dropped.
#[derive(Debug)]
pub struct Claim {
    folder: PathBuf,
    /// The system takes the lock back when the process ends, however it ends. `None`: there is no such folder, or its
    /// file system has no locks. Then a set is still written as a whole, but two runs may do so at once.
    lock: Option<File>,
}

impl Claim {
    /// Waits until no other run works in this folder, then removes what killed runs have left there. `say` is told
    /// of the waiting, and of each thing that was left.
    ///
    /// # Errors
    /// [`Error::File`], which names the folder: another program has its lock for longer than a run of ours takes.
    pub fn of(folder: &Path, say: &mut dyn FnMut(&Phrase)) -> Result<Claim, Error> {
        let shown = text::terminal(&folder.display().to_string());
        let waiting = || {
            say(&phrase!(
                "another program has locked {shown}: waiting for it",
                shown
            ));
        };
        let lock = lock(folder, PATIENCE, waiting).map_err(|source| Error::File {
            doing: "write",
            path: folder.to_owned(),
            source,
        })?;
        let claim = Claim {
            folder: folder.to_owned(),
            lock,
        };
        // Without the lock, what lies there may be another run's, which is still at work.
        if claim.lock.is_some() {
            claim.clean_up(say);
        }
        Ok(claim)
    }

    /// What cannot be removed stays, and stops nothing here: whether it is in the way, the writing finds out.
    fn clean_up(&self, say: &mut dyn FnMut(&Phrase)) {
        let shown = text::terminal(&self.folder.display().to_string());
        if recovery::finish(&self.folder).unwrap_or(false) {
            say(&phrase!(
                "{shown}: a run was killed while it put new files in place; the rest are now in place, too",
                shown
            ));
        }
        for left in recovery::clean_up(&self.folder) {
            let left = text::terminal(&left.display().to_string());
            say(&phrase!(
                "removed {left}, which a killed run had left",
                left
            ));
        }
    }

    /// Writes all of these files, which lie in this folder, or none. Without `overwrite` a file that exists stops
    /// everything before the first byte is written.
    ///
    /// # Errors
    /// [`Error::Exists`] or [`Error::File`], which name the file.
    pub fn write(&self, files: &[NewFile], overwrite: bool) -> Result<(), Error> {
        if !overwrite {
            files.iter().try_for_each(|file| has_room_for(&file.path))?;
        }
        if let Some(taken) = files.iter().find(|file| file.path.is_dir()) {
            return Err(taken.not_written(io::Error::other("it is a directory")));
        }
        let stage = Stage::build(&self.folder, files)?;
        match files {
            [one] if overwrite => stage.replace_one(one),
            _ if overwrite => stage.replace(),
            _ => stage.add(files, |from, to| fs::hard_link(from, to)),
        }
    }
}

/// The lock is on the folder itself, so no file is left in it, and the system removes it with a killed run. Every
/// user who may read a folder can lock it, so it is waited for only so long.
fn lock(folder: &Path, patience: Duration, waiting: impl FnOnce()) -> io::Result<Option<File>> {
    let Ok(file) = File::open(folder) else {
        return Ok(None);
    };
    let (begun, mut waiting) = (Instant::now(), Some(waiting));
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                return Err(io::Error::new(ErrorKind::WouldBlock, LOCKED));
            }
            Err(TryLockError::WouldBlock) => {
                waiting.take().into_iter().for_each(|say| say());
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_waited_for_and_not_for_ever() {
        let name = format!("hello-mtls-lock-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        let other = lock(&folder, Duration::ZERO, || ()).unwrap();
        let mut told = 0;
        let refused = lock(&folder, Duration::from_millis(50), || told += 1).unwrap_err();
        assert_eq!((refused.kind(), told), (ErrorKind::WouldBlock, 1));
        let release = thread::spawn(|| {
            thread::sleep(Duration::from_millis(50));
            drop(other);
        });
        assert!(lock(&folder, PATIENCE, || ()).unwrap().is_some());
        release.join().unwrap();
        fs::remove_dir(&folder).unwrap();
    }
}
