//! Files, read with a limit and written whole. Unaware of what is in them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::text;

/// Largest file that is read, in bytes. Certificates have a few kilobytes and large CRLs some hundred; a
/// wrong path may lead to a disk image, which must not fill the memory.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Which users may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Mode 0600: private keys.
    OnlyMe,
    /// Mode 0644: certificates, requests, pages.
    Everybody,
}

/// A file to be written.
#[derive(Debug)]
pub struct NewFile {
    /// Where it goes.
    pub path: PathBuf,
    /// All of its bytes.
    pub contents: Vec<u8>,
    /// Which users may read it.
    pub readers: Readers,
}

impl NewFile {
    /// Writes it to `path`, where nothing is yet. If that fails, nothing is left there.
    fn write_new(&self, path: &Path) -> io::Result<()> {
        let mode = match self.readers {
            Readers::OnlyMe => 0o600,
            Readers::Everybody => 0o644,
        };
        let mut options = OpenOptions::new();
        let mut new = options.write(true).create_new(true).mode(mode).open(path)?;
        // Synced before the rename: after a power failure, some file systems keep the new name but lose
        // the contents.
        let written = new.write_all(&self.contents).and_then(|()| new.sync_all());
        written.inspect_err(|_| drop(fs::remove_file(path)))
    }

    fn not_written(&self, source: io::Error) -> Error {
        Error::File {
            doing: "write",
            path: self.path.clone(),
            source,
        }
    }
}

/// Makes a folder, and those above it, where there is none.
///
/// # Errors
/// [`Error::File`], which names it.
pub fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|source| Error::File {
        doing: "make the folder",
        path: path.to_owned(),
        source,
    })
}

/// The whole of a regular file of at most 16 MiB.
///
/// # Errors
/// [`Error::File`], which names the file. A pipe or a device is refused instead of waited for.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    read_at_most(path, LARGEST)
}

/// The same with a limit of its own, in bytes: a whole number of MiB.
///
/// # Errors
/// As [`read`].
pub fn read_at_most(path: &Path, largest: u64) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    };
    // Asked before the file is opened: opening a pipe waits until another program writes into it.
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(io::Error::other("it is a directory")));
    }
    if !metadata.is_file() {
        return Err(failed(io::Error::other(
            "it is not a regular file (a pipe or a device?)",
        )));
    }
    let mut contents = Vec::new();
    // The limit holds for what is read, not for the size that the file system reports: a file may grow,
    // and those below /proc say zero.
    File::open(path)
        .and_then(|file| file.take(largest + 1).read_to_end(&mut contents))
        .map_err(failed)?;
    if contents.len() as u64 > largest {
        let problem = format!("it is larger than {} MiB", largest >> 20);
        return Err(failed(io::Error::other(problem)));
    }
    Ok(contents)
}

/// Writes all of `files`, or none where that can be foreseen.
///
/// Each is written under a temporary name in its own folder, with its final mode from the moment it
/// exists, and then moved to its place: no other program ever reads half a file. Without `overwrite` a file that
/// exists stops everything before the first byte is written.
///
/// # Errors
/// [`Error::Exists`] or [`Error::File`], which name the file.
pub fn write_all(files: &[NewFile], overwrite: bool) -> Result<(), Error> {
    if !overwrite {
        files.iter().try_for_each(|file| has_room_for(&file.path))?;
    }
    if let Some(taken) = files.iter().find(|file| file.path.is_dir()) {
        return Err(taken.not_written(io::Error::other("it is a directory")));
    }
    let mut placed: Vec<&Path> = Vec::new();
    let mut staged: Vec<Staged<'_>> = Vec::new();
    for file in files {
        staged.push(Staged::new(file)?);
    }
    for file in staged {
        let path = &file.file.path;
        if let Err(error) = file.place(overwrite) {
            if !overwrite {
                placed.iter().for_each(|path| drop(fs::remove_file(path)));
            }
            return Err(error);
        }
        placed.push(path);
    }
    Ok(())
}

/// Whether a new file may stand there, as far as that can be said before it is written.
///
/// # Errors
/// [`Error::Exists`], or [`Error::File`] if its folder is missing.
pub fn has_room_for(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() {
        return Err(Error::Exists {
            path: path.to_owned(),
        });
    }
    let folder = folder(path);
    let missing = |source| Error::File {
        doing: "write",
        path: path.to_owned(),
        source,
    };
    folder.metadata().map(|_| ()).map_err(missing)
}

/// Writes one new file that only its owner reads: a page or a recording has secrets in it.
///
/// # Errors
/// [`Error::Exists`] or [`Error::File`], which name the file.
pub fn write_output(path: &Path, contents: Vec<u8>) -> Result<(), Error> {
    let file = NewFile {
        path: path.to_owned(),
        contents,
        readers: Readers::OnlyMe,
    };
    write_all(&[file], false)
}

/// A file under its temporary name, which is gone when this is dropped.
struct Staged<'a> {
    file: &'a NewFile,
    temporary: PathBuf,
}

impl<'a> Staged<'a> {
    fn new(file: &'a NewFile) -> Result<Self, Error> {
        let failed = |source| file.not_written(source);
        let Some(name) = file.path.file_name() else {
            return Err(failed(io::Error::other("it has no file name")));
        };
        for attempt in 0.. {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{}-{attempt}.new", std::process::id()));
            let temporary = file.path.with_file_name(hidden);
            match file.write_new(&temporary) {
                // Another process in another container may have our number, and use this name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => {}
                Err(error) => return Err(failed(error)),
                Ok(()) => return Ok(Staged { file, temporary }),
            }
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// A rename replaces what is there; a hard link fails if anything is, which closes the gap
    /// between looking and writing.
    fn place(&self, overwrite: bool) -> Result<(), Error> {
        if !overwrite {
            return self.place_by(|from, to| fs::hard_link(from, to));
        }
        fs::rename(&self.temporary, &self.file.path).map_err(|source| self.file.not_written(source))
    }

    /// Not every file system has hard links: exFAT has none, nor have some shared folders. There the file
    /// is written once more, under its own name.
    fn place_by(&self, link: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<(), Error> {
        let path = &self.file.path;
        let placed = match link(&self.temporary, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => self.file.write_new(path),
            other => other,
        };
        placed.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists { path: path.clone() },
            _ => self.file.not_written(source),
        })
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.temporary);
    }
}

/// The folder of a file; where the name has none, the one we are in.
pub fn folder(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Folder and stem of a file, as words for a shell, as `--dir` and a name want them: `certs/server.crt` is `certs`, `server`.
pub fn place(path: &Path) -> (String, String) {
    let stem = path.file_stem().unwrap_or_default();
    (text::shell(folder(path)), text::shell(stem.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What exFAT says to a hard link.
    fn no_links(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    #[test]
    fn without_hard_links_a_file_is_placed_all_the_same_and_overwrites_nothing() {
        let folder = std::env::temp_dir().join(format!("hello-mtls-files-{}", std::process::id()));
        make_folder(&folder).unwrap();
        let file = NewFile {
            path: folder.join("a.key"),
            contents: b"new".to_vec(),
            readers: Readers::OnlyMe,
        };
        Staged::new(&file).unwrap().place_by(no_links).unwrap();
        assert_eq!(fs::read(&file.path).unwrap(), b"new");

        fs::write(&file.path, b"old").unwrap();
        let refused = Staged::new(&file).unwrap().place_by(no_links);
        assert!(matches!(refused, Err(Error::Exists { .. })), "{refused:?}");
        assert_eq!(fs::read(&file.path).unwrap(), b"old");
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            1,
            "nothing else is left"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
