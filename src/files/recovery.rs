//! What runs have left that were killed: where a file is that counts already, and what is moved or removed by the
//! next run that writes. `stage` says what lies where.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The folder whose files count already, and are on their way to their places.
pub(super) const COMMIT: &str = ".hello-mtls.commit";

/// Moves to their places what a run has declared to count, for a run that writes here, and says whether there was anything.
pub(super) fn finish(folder: &Path) -> io::Result<bool> {
    let commit = folder.join(COMMIT);
    let there = counts(&commit, folder);
    if there {
        move_all(&commit, folder)?;
    }
    Ok(there)
}

/// Where this file is, if it counts already and is still to be moved to its place.
pub(super) fn waiting(path: &Path) -> Option<PathBuf> {
    let folder = super::folder(path);
    let commit = folder.join(COMMIT);
    let waiting = commit.join(path.file_name()?);
    (waiting.symlink_metadata().is_ok() && counts(&commit, folder)).then_some(waiting)
}

/// Several runs may do this at the same time, and one of them may begin anew in between: whatever lies in the folder
/// belongs in its place.
pub(super) fn move_all(commit: &Path, folder: &Path) -> io::Result<()> {
    for name in names(commit)? {
        match fs::rename(commit.join(&name), folder.join(&name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => other?,
        }
    }
    sync(folder);
    match fs::remove_dir(commit) {
        Err(error) if error.kind() == ErrorKind::NotFound || is_taken(&error) => Ok(()),
        other => other,
    }
}

/// The lock of a new folder; within, `None` where the file system has no locks. Without: another run has it, or the
/// folder is gone.
pub(super) fn lock(path: &Path) -> Option<Option<File>> {
    let file = File::open(path).ok()?;
    match file.try_lock() {
        Ok(()) => Some(Some(file)),
        Err(TryLockError::Error(_)) => Some(None),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Removes what runs have left that did not come to their end, and names each folder of them.
pub(super) fn clean_up(folder: &Path) -> Vec<PathBuf> {
    let removed = |path: &PathBuf| {
        // Held until all of it is gone: a run that begins with the same name takes the next one.
        let unused = lock(path).flatten();
        unused.is_some_and(|_lock| take_back(path, folder).is_ok())
    };
    left_behind(folder).into_iter().filter(removed).collect()
}

/// The new folders of other runs, whether these are at work or were killed.
fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let is_ours = |name: &PathBuf| {
        let name = name.to_string_lossy();
        name.starts_with(".hello-mtls-") && name.ends_with(".new")
    };
    let names = names(folder).unwrap_or_default().into_iter();
    let paths = names.filter(is_ours).map(|name| folder.join(name));
    paths.filter(|path| counts(path, folder)).collect()
}

/// Removes new files in their own folder, and those in their places if not all of them have come there.
pub(super) fn take_back(stage: &Path, folder: &Path) -> io::Result<()> {
    let names = names(stage)?;
    let id = |path: PathBuf| {
        path.symlink_metadata()
            .map(|file| (file.dev(), file.ino()))
            .ok()
    };
    // A hard link tells what is ours from what another program may have put there since.
    let in_place = |name: &&PathBuf| id(stage.join(name)) == id(folder.join(name));
    if !names.iter().all(|name| in_place(&name)) {
        for name in names.iter().filter(in_place) {
            fs::remove_file(folder.join(name))?;
        }
    }
    for name in &names {
        fs::remove_file(stage.join(name))?;
    }
    fs::remove_dir(stage)
}

/// Whether a folder with a name of ours is to be believed. In a folder like `/tmp` everybody may make one, but not
/// replace the files of others: there it counts only if it belongs to the owner of the outer folder.
fn counts(inner: &Path, outer: &Path) -> bool {
    const STICKY: u32 = 0o1000;
    let (Ok(inner), Ok(outer)) = (inner.symlink_metadata(), outer.metadata()) else {
        return false;
    };
    inner.is_dir() && (outer.mode() & STICKY == 0 || inner.uid() == outer.uid())
}

pub(super) fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().into());
    fs::read_dir(folder)?.map(name).collect()
}

pub(super) fn is_taken(error: &io::Error) -> bool {
    use ErrorKind::{AlreadyExists, DirectoryNotEmpty};
    matches!(error.kind(), AlreadyExists | DirectoryNotEmpty)
}

/// After a power failure, too, the renames are there in their order. Some file systems cannot sync a folder; then
/// they promise what they can.
pub(super) fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
