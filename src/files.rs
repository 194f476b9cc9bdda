//! Files, read with a limit and written whole. Unaware of what is in them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::text;

/// No file of ours is larger than a few kilobytes; a large chain or CRL may have some hundred.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Who may read a file.
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
    /// Who may read it.
    pub readers: Readers,
}

/// The whole of a regular file of at most 16 MiB.
///
/// # Errors
/// [`Error::File`], which names the file. A pipe or a device is refused instead of waited for.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    };
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
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut contents))
        .map_err(failed)?;
    if contents.len() as u64 > LARGEST {
        return Err(failed(io::Error::other("it is larger than 16 MiB")));
    }
    Ok(contents)
}

/// Writes all of `files`, or none where that can be foreseen.
///
/// Each is written under a temporary name in its own folder, with its final mode from the moment it
/// exists, and then moved to its place: nobody ever sees half a file. Without `overwrite` a file that
/// exists stops everything before the first byte is written.
///
/// # Errors
/// [`Error::Exists`] or [`Error::File`], which name the file.
pub fn write_all(files: &[NewFile], overwrite: bool) -> Result<(), Error> {
    if !overwrite
        && let Some(taken) = files
            .iter()
            .find(|file| file.path.symlink_metadata().is_ok())
    {
        return Err(Error::Exists {
            path: taken.path.clone(),
        });
    }
    if let Some(taken) = files.iter().find(|file| file.path.is_dir()) {
        return Err(Error::File {
            doing: "write",
            path: taken.path.clone(),
            source: io::Error::other("it is a directory"),
        });
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
        let failed = |source| Error::File {
            doing: "write",
            path: file.path.clone(),
            source,
        };
        let Some(name) = file.path.file_name() else {
            return Err(failed(io::Error::other("it has no file name")));
        };
        let mode = match file.readers {
            Readers::OnlyMe => 0o600,
            Readers::Everybody => 0o644,
        };
        for attempt in 0.. {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{}-{attempt}.new", std::process::id()));
            let temporary = file.path.with_file_name(hidden);
            let opened = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(mode)
                .open(&temporary);
            let mut opened = match opened {
                // Somebody else's: another process may have our number in another container.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => {
                    continue;
                }
                other => other.map_err(failed)?,
            };
            let staged = Staged { file, temporary };
            let written = opened
                .write_all(&file.contents)
                .and_then(|()| opened.sync_all());
            return written.map(|()| staged).map_err(failed);
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// A rename replaces what is there; a hard link fails if anything is, which closes the gap
    /// between looking and writing.
    fn place(&self, overwrite: bool) -> Result<(), Error> {
        let path = &self.file.path;
        let placed = match overwrite {
            true => fs::rename(&self.temporary, path),
            false => fs::hard_link(&self.temporary, path),
        };
        placed.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists { path: path.clone() },
            _ => Error::File {
                doing: "write",
                path: path.clone(),
                source,
            },
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
