//! Files, read with a limit and written whole. Unaware of what is in them.
//!
//! [`claim`], `stage` and `recovery` say how several files that fit only together are replaced as one.

pub mod claim;
mod recovery;
mod stage;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use self::claim::Claim;
use self::stage::Stage;
use crate::error::Error;
use crate::text;

/// Largest file that is read, in bytes. Certificates have a few kilobytes and large CRLs some hundred; a
/// wrong path may lead to a disk image, which must not fill the memory.
pub(crate) const LARGEST: u64 = 16 * 1024 * 1024;

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
    let mut contents = Vec::new();
    // The limit holds for what is read, not for the size that the file system reports: a file may grow,
    // and those below /proc say zero.
    open_current(path)
        .and_then(|file| file.take(largest + 1).read_to_end(&mut contents))
        .map_err(|error| match error.kind() {
            // Some files below /proc are pipes in truth: /proc/kmsg gives what there is, and then waits.
            io::ErrorKind::WouldBlock => failed(is_no_file()),
            _ => failed(error),
        })?;
    if contents.len() as u64 > largest {
        let problem = format!("it is larger than {} MiB", largest >> 20);
        return Err(failed(io::Error::other(problem)));
    }
    Ok(contents)
}

/// Opens the file that counts: a key and its certificate are of one set also while a run replaces them, or after one
/// that was killed at that. Reading moves nothing: another user's folder stays as it is, and so does a broken one.
fn open_current(path: &Path) -> io::Result<File> {
    match recovery::waiting(path).map(|waiting| open_regular(&waiting)) {
        // It has come to its place in between.
        Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => open_regular(path),
        Some(opened) => opened,
        None => open_regular(path),
    }
}

/// Opens a file for reading, and nothing that would have to be waited for.
fn open_regular(path: &Path) -> io::Result<File> {
    // O_NONBLOCK, which std has no name for.
    const WITHOUT_WAITING: i32 = match cfg!(any(target_os = "linux", target_os = "android")) {
        true => 0o4000,
        false => 4,
    };
    // Looked at before it is opened, because the opening alone has an effect on some devices. And looked at again
    // when it is open: another program may have put a pipe there in between, whose opening would wait for a writer.
    is_regular(&fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .custom_flags(WITHOUT_WAITING)
        .open(path)?;
    is_regular(&file.metadata()?)?;
    Ok(file)
}

fn is_regular(metadata: &fs::Metadata) -> io::Result<()> {
    match (metadata.is_dir(), metadata.is_file()) {
        (true, _) => Err(io::Error::other("it is a directory")),
        (_, true) => Ok(()),
        _ => Err(is_no_file()),
    }
}

fn is_no_file() -> io::Error {
    io::Error::other("it is not a regular file (a pipe or a device?)")
}

/// What `read_all` makes of these files, with all of them as they were at one moment, though another program may
/// replace them meanwhile. If two looks at all the files find the same bytes, then between the two looks no file
/// had other bytes: a certificate that was replaced never comes back.
pub fn at_one_moment<T>(paths: &[&Path], read_all: impl Fn() -> T) -> T {
    let look = || paths.iter().map(|path| read(path).ok()).collect::<Vec<_>>();
    let mut before = look();
    // A program that replaces the files all the time is not waited for.
    for _ in 0..20 {
        let made = read_all();
        let after = look();
        if before == after {
            return made;
        }
        before = after;
    }
    read_all()
}

/// Writes all of `files`, folder by folder: those of one folder all, or none. Without `overwrite` a file that exists
/// stops everything before the first byte is written.
///
/// # Errors
/// [`Error::Exists`] or [`Error::File`], which name the file.
pub fn write_all(files: &[NewFile], overwrite: bool) -> Result<(), Error> {
    if !overwrite {
        files.iter().try_for_each(|file| has_room_for(&file.path))?;
    }
    files
        .chunk_by(|one, next| folder(&one.path) == folder(&next.path))
        .try_for_each(|files| {
            let folder = files.first().map(|file| folder(&file.path));
            Claim::of(folder.unwrap_or(Path::new(".")), &mut |_| {})?.write(files, overwrite)
        })
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

/// Writes one new file that only its owner reads: a page or a recording has secrets in it. It needs no [`Claim`], so
/// no other program can keep it waiting.
///
/// # Errors
/// [`Error::Exists`] or [`Error::File`], which name the file.
pub fn write_output(path: &Path, contents: Vec<u8>) -> Result<(), Error> {
    let file = NewFile {
        path: path.to_owned(),
        contents,
        readers: Readers::OnlyMe,
    };
    has_room_for(path)?;
    let (folder, file) = (folder(path), [file]);
    recovery::clean_up(folder);
    Stage::build(folder, &file)?.add(&file, |from, to| fs::hard_link(from, to))
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
    let stem = text::shell_word(&stem.to_string_lossy());
    (text::shell(folder(path)), stem)
}
