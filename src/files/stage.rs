//! Several files that fit only together, replaced as one: a key and its certificate, or the eight files of a set.
//!
//! New files are first written into a folder of their own beside the old ones, `.hello-mtls-PID.new`. Then one rename
//! of this folder, to `.hello-mtls.commit`, makes them the ones that count, and each of them moves to its place. At
//! any moment a file that is in `.hello-mtls.commit` counts, and otherwise the one in its place: so a set is the old
//! one or the new one as a whole. Each reading asks [`waiting`](super::recovery::waiting) and moves nothing; before each
//! writing, [`finish`] moves what is still there.
//!
//! | killed                     | left                                       | the next run                          |
//! | -------------------------- | ------------------------------------------ | ------------------------------------- |
//! | before the rename          | the old set, and `.hello-mtls-PID.new`     | removes the folder                    |
//! | after it                   | `.hello-mtls.commit`, some files moved     | moves the rest: the new set           |
//! | while it adds a first set  | some files, and `.hello-mtls-PID.new`      | removes both: as it was before        |
//!
//! Other programs do not know of this: one that reads between the first and the last move, less than a millisecond,
//! can meet a key of one set and a certificate of the other. Exchanging the whole folder in one step would close that
//! gap, but it needs a system call that the standard library lacks, takes the files of others along, and leaves shells
//! and containers that use the folder in the old one.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::NewFile;
use super::recovery::{COMMIT, finish, is_taken, lock, move_all, sync, take_back};
use crate::error::Error;

/// How often a step is tried again that another run of ours was quicker with.
const ATTEMPTS: usize = 100;

/// New files in a folder of their own, which is gone when this is dropped.
pub(super) struct Stage {
    path: PathBuf,
    /// Where the files will lie.
    folder: PathBuf,
    /// Its lock says to other runs that this one is still at work.
    _at_work: Option<File>,
}

impl Stage {
    /// Writes the files, with their final modes from the moment they exist.
    pub(super) fn build(folder: &Path, files: &[NewFile]) -> Result<Stage, Error> {
        let Some(first) = files.first() else {
            return Stage::new(folder).map_err(|source| not_written(folder, source));
        };
        let stage = Stage::new(folder).map_err(|source| first.not_written(source))?;
        for file in files {
            let Some(name) = file.path.file_name() else {
                return Err(file.not_written(io::Error::other("it has no file name")));
            };
            file.write_new(&stage.path.join(name))
                .map_err(|source| file.not_written(source))?;
        }
        sync(&stage.path);
        Ok(stage)
    }

    fn new(folder: &Path) -> io::Result<Stage> {
        for attempt in 0..ATTEMPTS {
            let name = format!(".hello-mtls-{}-{attempt}.new", std::process::id());
            let path = folder.join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                // Another process in another container may have our number, and use this name.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                // Another run may take it for one that was left, until it is locked.
                Ok(()) => {
                    let Some(_at_work) = lock(&path).filter(|_| path.is_dir()) else {
                        continue;
                    };
                    return Ok(Stage {
                        path,
                        folder: folder.to_owned(),
                        _at_work,
                    });
                }
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Puts the files in place of old ones.
    pub(super) fn replace(self) -> Result<(), Error> {
        let commit = self.folder.join(COMMIT);
        for _ in 0..ATTEMPTS {
            finish(&self.folder).map_err(|source| not_written(&commit, source))?;
            // A folder may take the place of an empty one, and of no other: the set of another run is never lost.
            match fs::rename(&self.path, &commit) {
                Err(error) if is_taken(&error) => {}
                Err(source) => return Err(not_written(&commit, source)),
                Ok(()) => {
                    sync(&self.folder);
                    return move_all(&commit, &self.folder)
                        .map_err(|source| not_written(&self.folder, source));
                }
            }
        }
        Err(not_written(&commit, ErrorKind::DirectoryNotEmpty.into()))
    }

    /// A single file needs no more than a rename, which replaces what is there.
    pub(super) fn replace_one(self, file: &NewFile) -> Result<(), Error> {
        // An older one of this name that still counts would come to its place later.
        finish(&self.folder).map_err(|source| file.not_written(source))?;
        let staged = self.path.join(file.path.file_name().unwrap_or_default());
        fs::rename(staged, &file.path).map_err(|source| file.not_written(source))
    }

    /// Puts the files where nothing is. A hard link fails if anything is there, which closes the gap between looking
    /// and writing.
    pub(super) fn add(
        self,
        files: &[NewFile],
        link: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> Result<(), Error> {
        for (number, file) in files.iter().enumerate() {
            let staged = self.path.join(file.path.file_name().unwrap_or_default());
            let placed = match link(&staged, &file.path) {
                // Not every file system has hard links: exFAT has none, nor have some shared folders. There the file
                // is written once more, under its own name.
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    file.write_new(&file.path)
                }
                other => other,
            };
            if let Err(source) = placed {
                let done = files.iter().take(number);
                done.for_each(|file| drop(fs::remove_file(&file.path)));
                return Err(match source.kind() {
                    ErrorKind::AlreadyExists => Error::Exists {
                        path: file.path.clone(),
                    },
                    _ => file.not_written(source),
                });
            }
        }
        sync(&self.folder);
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = take_back(&self.path, &self.folder);
    }
}

fn not_written(path: &Path, source: io::Error) -> Error {
    Error::File {
        doing: "write",
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::super::recovery::{clean_up, names};
    use super::*;
    use crate::files::{Readers, make_folder, read};

    /// What exFAT says to a hard link.
    fn no_links(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn folder(word: &str) -> PathBuf {
        let name = format!("hello-mtls-{word}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        make_folder(&folder).unwrap();
        folder
    }

    fn new_file(path: PathBuf) -> NewFile {
        NewFile {
            path,
            contents: b"new".to_vec(),
            readers: Readers::OnlyMe,
        }
    }

    #[test]
    fn without_hard_links_a_file_is_placed_all_the_same_and_overwrites_nothing() {
        let folder = folder("files");
        let files = [new_file(folder.join("a.key"))];
        let add = || Stage::build(&folder, &files).unwrap().add(&files, no_links);
        add().unwrap();
        assert_eq!(fs::read(&files[0].path).unwrap(), b"new");

        fs::write(&files[0].path, b"old").unwrap();
        let refused = add();
        assert!(matches!(refused, Err(Error::Exists { .. })), "{refused:?}");
        assert_eq!(fs::read(&files[0].path).unwrap(), b"old");
        assert_eq!(names(&folder).unwrap().len(), 1, "nothing else is left");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_file_that_counts_is_read_before_it_has_come_to_its_place() {
        let folder = folder("commit");
        fs::write(folder.join("a.key"), b"old").unwrap();
        let files = [
            new_file(folder.join("a.key")),
            new_file(folder.join("a.crt")),
        ];
        let stage = Stage::build(&folder, &files).unwrap();
        assert_eq!(read(&files[0].path).unwrap(), b"old");
        fs::rename(&stage.path, folder.join(COMMIT)).unwrap();
        assert_eq!(read(&files[0].path).unwrap(), b"new");
        // As after a run that was killed between its two moves.
        fs::rename(folder.join(COMMIT).join("a.crt"), &files[1].path).unwrap();
        assert_eq!(read(&files[1].path).unwrap(), b"new");
        assert_eq!(fs::read(&files[0].path).unwrap(), b"old", "nothing moves");
        assert!(folder.join(COMMIT).join("a.key").exists());
        drop(stage);
        assert!(finish(&folder).unwrap());
        assert_eq!(fs::read(&files[0].path).unwrap(), b"new");
        assert_eq!(names(&folder).unwrap().len(), 2);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn new_files_of_a_run_that_is_at_work_are_left_alone() {
        let folder = folder("at-work");
        let files = [new_file(folder.join("a.key"))];
        let stage = Stage::build(&folder, &files).unwrap();
        // What a killed run leaves has no lock.
        let left = folder.join(".hello-mtls-1-0.new");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("b.key"), b"left").unwrap();
        assert_eq!(clean_up(&folder), [left]);
        stage
            .add(&files, |from, to| fs::hard_link(from, to))
            .unwrap();
        assert_eq!(fs::read(&files[0].path).unwrap(), b"new");
        assert_eq!(names(&folder).unwrap().len(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_link_in_the_place_of_the_folder_is_not_followed() {
        let (folder, other) = (folder("link"), folder("elsewhere"));
        fs::write(folder.join("a.key"), b"mine").unwrap();
        fs::write(other.join("a.key"), b"another").unwrap();
        std::os::unix::fs::symlink(&other, folder.join(COMMIT)).unwrap();
        assert_eq!(read(&folder.join("a.key")).unwrap(), b"mine");
        assert!(!finish(&folder).unwrap());
        assert!(other.join("a.key").exists());
        for folder in [folder, other] {
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn in_a_folder_of_everybody_nothing_of_a_stranger_counts() {
        use std::os::unix::fs::{PermissionsExt, chown};
        let folder = folder("sticky");
        fs::create_dir(folder.join(COMMIT)).unwrap();
        fs::write(folder.join(COMMIT).join("a.key"), b"hostile").unwrap();
        fs::write(folder.join("a.key"), b"mine").unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o1777)).unwrap();
        // Only root can make a folder of a stranger's.
        if chown(folder.join(COMMIT), Some(4711), None).is_ok() {
            assert_eq!(read(&folder.join("a.key")).unwrap(), b"mine");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
