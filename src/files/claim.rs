//! The right to change a folder: one run at a time, which first cleans up behind runs that were killed.
//!
//! `certs renew` reads the CA and signs with it; two runs of `certs revoke` read the same list. So a command claims the
//! folder before it reads, and keeps the claim until it has written.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::stage::{self, Stage};
use super::{NewFile, has_room_for};
use crate::error::Error;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

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
    pub fn of(folder: &Path, say: &mut dyn FnMut(&Phrase)) -> Claim {
        let shown = text::terminal(&folder.display().to_string());
        let claim = Claim {
            folder: folder.to_owned(),
            lock: lock(folder, || {
                say(&phrase!(
                    "another run works in {shown}: waiting for it",
                    shown
                ));
            }),
        };
        // Without the lock, what lies there may be another run's, which is still at work.
        if claim.lock.is_some() {
            claim.clean_up(say);
        }
        claim
    }

    /// What cannot be removed stays, and stops nothing here: whether it is in the way, the writing finds out.
    fn clean_up(&self, say: &mut dyn FnMut(&Phrase)) {
        let shown = text::terminal(&self.folder.display().to_string());
        if stage::finish(&self.folder).unwrap_or(false) {
            say(&phrase!(
                "{shown}: a run was killed while it put new files in place; the rest are now in place, too",
                shown
            ));
        }
        for left in stage::left_behind(&self.folder) {
            if stage::take_back(&left, &self.folder).is_ok() {
                let left = text::terminal(&left.display().to_string());
                say(&phrase!(
                    "removed {left}, which a killed run had left",
                    left
                ));
            }
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

/// The lock is on the folder itself, so no file is left in it, and the system removes it with a killed run.
fn lock(folder: &Path, waiting: impl FnOnce()) -> Option<File> {
    let file = File::open(folder).ok()?;
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock) => {
            waiting();
            file.lock().ok().map(|()| file)
        }
        Err(TryLockError::Error(_)) => None,
    }
}
