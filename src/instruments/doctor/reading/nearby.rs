//! What else lies in the folders of the case's files: it may be what is missing.

use std::fs;
use std::path::{Path, PathBuf};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;

use super::Key;
use crate::certificates::pem;
use crate::files;
use crate::instruments::doctor::SetupFiles;

/// Files of a folder that are looked at, and the largest of them in bytes.
const NEIGHBOURS: usize = 64;
const LARGEST: u64 = 64 * 1024;

/// A file with certificates, keys or both.
pub(in crate::instruments::doctor) struct Neighbour {
    pub(in crate::instruments::doctor) path: PathBuf,
    pub(in crate::instruments::doctor) certificates: Vec<CertificateDer<'static>>,
    pub(in crate::instruments::doctor) keys: Vec<Key>,
}

pub(super) fn look_around(case: &SetupFiles, provider: &CryptoProvider) -> Vec<Neighbour> {
    let sides = case.parties.iter();
    let own = sides.flat_map(|party| [party.certificate.path(), party.key.as_deref()]);
    let files: Vec<&Path> = own.chain([case.authorities.as_deref()]).flatten().collect();
    in_folders(&files, provider)
}

/// The files of the folders in which these are. Backups come last: they are what was replaced.
pub(super) fn in_folders(files: &[&Path], provider: &CryptoProvider) -> Vec<Neighbour> {
    // In a large folder, those that are named like the case's files first.
    let alike = |path: &Path| {
        files
            .iter()
            .any(|file| file.file_stem() == path.file_stem())
    };
    let in_folder = |folder| neighbours(folder, &alike);
    let mut paths: Vec<PathBuf> = folders(files).into_iter().flat_map(in_folder).collect();
    paths.sort_by_key(|path| is_backup(path));
    paths
        .into_iter()
        .filter_map(|path| read(path, provider))
        .collect()
}

/// Whether a file is, by its name, a copy beside the current one: a remedy, an editor or a package manager left it.
pub(in crate::instruments::doctor) fn is_backup(path: &Path) -> bool {
    let end = path.extension().unwrap_or_default().to_string_lossy();
    let ends = ["old", "new", "orig", "bak", "back", "save", "dpkg", "rpm"];
    end.ends_with('~') || ends.iter().any(|copy| end.starts_with(copy))
}

pub(super) fn read(path: PathBuf, provider: &CryptoProvider) -> Option<Neighbour> {
    let file = fs::metadata(&path).ok()?;
    let small = file.is_file() && file.len() <= LARGEST;
    let bytes = small.then(|| files::read(&path).ok()).flatten()?;
    let keys = pem::private_keys_in(&path, &bytes).unwrap_or_default();
    Some(Neighbour {
        certificates: pem::certificates_in(&path, &bytes).unwrap_or_default(),
        keys: Key::load_all(keys, provider),
        path,
    })
}

/// The folders of these files, each once.
fn folders<'p>(files: &[&'p Path]) -> Vec<&'p Path> {
    let mut folders = Vec::new();
    for path in files {
        let folder = path.parent().unwrap_or(Path::new(""));
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

fn neighbours(folder: &Path, first: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = fs::read_dir(here).into_iter().flatten().flatten();
    let names = entries
        .take(1024)
        .map(|entry| folder.join(entry.file_name()));
    let mut names: Vec<PathBuf> = names.collect();
    names.sort();
    names.sort_by_key(|name| !first(name));
    names.truncate(NEIGHBOURS);
    names.sort();
    names
}
