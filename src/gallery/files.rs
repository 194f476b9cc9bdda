//! Step 0: the files of a side, one of them not what it should be. Unaware of connections.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::meeting::Failed;
use super::pki::Maker;
use super::stage::{Papers, papers};
use super::{Case, Contents, Files};
use crate::credentials;
use crate::error::Error;
use crate::files::{NewFile, Readers, write_all};
use crate::narration::Side;

/// What a side's files are called: certificate, key, CAs.
pub(super) const NAMES: [&str; 3] = ["own.crt", "own.key", "ca.crt"];

/// A side reads its files, as `serve` and `get` do before the first byte.
pub(super) fn read(case: &Case, side: Side, files: &Files) -> Result<Result<(), Failed>, Error> {
    let party = match side {
        Side::Client => &case.scene.client,
        Side::Server => &case.scene.server,
    };
    let maker = &mut Maker::default();
    let contents = files.of(&papers(party, maker)?, maker)?;
    let folder = Folder::new()?;
    let [certificate, key, authorities] = NAMES.map(|name| folder.0.join(name));
    let new: Vec<NewFile> = [&certificate, &key, &authorities]
        .into_iter()
        .zip(contents)
        .map(|(path, contents)| NewFile {
            path: path.clone(),
            contents,
            readers: Readers::OnlyMe,
        })
        .collect();
    write_all(&new, true)?;
    let read = credentials::identity(side, &certificate, &key)
        .and_then(|_| credentials::trust(&authorities, &[]));
    Ok(read.map(drop).map_err(Failed::from))
}

impl Files {
    /// What is in the files that [`NAMES`] names, if these are the right papers.
    pub(super) fn of(&self, right: &Papers, maker: &mut Maker) -> Result<[Vec<u8>; 3], Error> {
        Ok([
            self.certificate.bytes(&right.certificate, maker)?,
            self.key.bytes(&right.key, maker)?,
            self.authorities.bytes(&right.authorities, maker)?,
        ])
    }
}

impl Contents {
    fn bytes(self, right: &str, maker: &mut Maker) -> Result<Vec<u8>, Error> {
        Ok(match self {
            Contents::Right => right.as_bytes().to_vec(),
            Contents::Certificates(chain) => maker.chain(chain)?.into_bytes(),
            Contents::Key(owner) => maker.key(owner)?.into_bytes(),
            Contents::Request(owner) => maker.request(owner)?.into_bytes(),
            Contents::Written(how) => how(right),
            Contents::Text(text) => text.as_bytes().to_vec(),
        })
    }
}

/// A folder for the files of a case, which is gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    /// A new one, where the system keeps such things.
    fn new() -> Result<Folder, Error> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hello-mtls-gallery-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        match std::fs::create_dir(&path) {
            Ok(()) => Ok(Folder(path)),
            Err(source) => Err(Error::File {
                doing: "write",
                path,
                source,
            }),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
