//! Step 0: the files of a side, one of them not what it should be. Unaware of connections.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::failed::Failed;
use super::pem_files::PemFiles;
use super::pki_builder::PkiBuilder;
use super::{Case, Contents, Files};
use crate::credentials;
use crate::error::Error;
use crate::files::{NewFile, Readers, write_all};
use crate::instruments::doctor::SideFiles;
use crate::instruments::doctor::explain::{Given, explain};
use crate::narration::Side;

/// What a side's files are called: certificate, key, CAs.
pub(super) const NAMES: [&str; 3] = ["own.crt", "own.key", "ca.crt"];

/// The files of a side, in a folder that is gone when this is dropped.
pub(super) struct TempFiles(PathBuf);

impl TempFiles {
    /// Writes them.
    pub(super) fn new(case: &Case, side: Side, files: &Files) -> Result<TempFiles, Error> {
        let party = match side {
            Side::Client => &case.scene.client,
            Side::Server => &case.scene.server,
        };
        let builder = &mut PkiBuilder::default();
        let contents = files.of(&PemFiles::of(party, builder)?, builder)?;
        let written = TempFiles(folder()?);
        let new = |(name, contents)| NewFile {
            path: written.0.join(name),
            contents,
            readers: Readers::OnlyMe,
        };
        let new: Vec<NewFile> = NAMES.into_iter().zip(contents).map(new).collect();
        write_all(&new, true)?;
        Ok(written)
    }

    /// The side reads them, as `serve` and `get` do before the first byte.
    pub(super) fn read(&self, side: Side) -> Result<(), Failed> {
        let [certificate, key, authorities] = NAMES.map(|name| self.0.join(name));
        credentials::identity(&certificate, &key)
            .and_then(|_| credentials::trust(&authorities, &[]))
            .map_err(|error| {
                // As the command line does: it knows which files it was given.
                let pair = (certificate.clone(), key.clone());
                let mut given = Given::default();
                given.case.authorities = Some(authorities.clone());
                given.case.parties = vec![SideFiles::of_files(side, pair)];
                self.without_folder(Failed::from(explain(error, &given)))
            })?;
        Ok(())
    }

    /// The message without the name of the folder, which is gone when a reader sees it.
    fn without_folder(&self, failed: Failed) -> Failed {
        let folder = format!("{}/", self.0.display());
        Failed {
            said: failed.said.replace(&folder, ""),
            ..failed
        }
    }
}

impl Drop for TempFiles {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A new folder, where the system keeps such things.
pub(super) fn folder() -> Result<PathBuf, Error> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hello-mtls-gallery-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            // An earlier process had our number, as in a container, and left its folder.
            Err(source) if source.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => {
                return Err(Error::File {
                    doing: "write",
                    path,
                    source,
                });
            }
        }
    }
}

impl Files {
    /// What is in the files that [`NAMES`] names, if `right` are the files without the fault.
    pub(super) fn of(
        &self,
        right: &PemFiles,
        builder: &mut PkiBuilder,
    ) -> Result<[Vec<u8>; 3], Error> {
        Ok([
            self.certificate.bytes(&right.certificate, builder)?,
            self.key.bytes(&right.key, builder)?,
            self.authorities.bytes(&right.authorities, builder)?,
        ])
    }
}

impl Contents {
    fn bytes(self, right: &str, builder: &mut PkiBuilder) -> Result<Vec<u8>, Error> {
        Ok(match self {
            Contents::Right => right.as_bytes().to_vec(),
            Contents::Certificates(chain) => builder.chain(chain)?.into_bytes(),
            Contents::Key(owner) => builder.key(owner)?.into_bytes(),
            Contents::Request(owner) => builder.request(owner)?.into_bytes(),
            Contents::Written(how) => how(right),
            Contents::Text(text) => text.as_bytes().to_vec(),
        })
    }
}
