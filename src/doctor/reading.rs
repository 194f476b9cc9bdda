//! Reading: the files of a case, once. What cannot be read becomes a finding.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use super::{Case, Shown};
use crate::error::{Error, io_words};
use crate::finding::{Finding, error};
use crate::handshake::{Identity, provider};
use crate::narration::Step;
use crate::pem::block::Wanted;
use crate::{files, pem, text};

/// Certificates of one file that are looked at; nobody has more.
const MOST: usize = 1000;
/// Neighbours of a file that are looked at, and the largest of them in bytes.
const NEIGHBOURS: usize = 64;
const NEIGHBOUR: u64 = 64 * 1024;
/// Keys of one file that are looked at.
const KEYS: usize = 16;

/// What the files hold, as bytes.
pub(super) struct Files {
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) anchors: Vec<CertificateDer<'static>>,
    pub(super) lists: Vec<(PathBuf, CertificateRevocationListDer<'static>)>,
    /// In the order of the case's parties.
    pub(super) chains: Vec<Vec<CertificateDer<'static>>>,
    pub(super) keys: Vec<Vec<Key>>,
    /// Certificates and usable keys in the same folders, a file each.
    pub(super) nearby: Vec<(PathBuf, Vec<CertificateDer<'static>>)>,
    pub(super) nearby_keys: Vec<(PathBuf, Key)>,
}

/// A private key.
pub(super) struct Key {
    pub(super) der: PrivateKeyDer<'static>,
    /// Its `SubjectPublicKeyInfo`, DER; `None`: the provider cannot use the key.
    pub(super) public: Option<Vec<u8>>,
}

impl Key {
    fn load(der: PrivateKeyDer<'static>, provider: &CryptoProvider) -> Key {
        let loaded = provider.key_provider.load_private_key(der.clone_key());
        let public = loaded.ok().and_then(|key| Some(key.public_key()?.to_vec()));
        Key { der, public }
    }

    /// Whether it is the key of the certificate with this public key.
    pub(super) fn is_of(&self, public_key: &[u8]) -> bool {
        self.public.as_deref() == Some(public_key)
    }
}

impl Files {
    /// What can be read, and a finding for each file that cannot.
    pub(super) fn read(case: &Case) -> (Files, Vec<Finding>) {
        let (provider, mut findings) = (provider(), Vec::new());
        let mut lists = Vec::new();
        let authorities = case.authorities.iter();
        let anchors = authorities
            .flat_map(|path| certificates(path, &mut findings))
            .collect();
        for path in &case.crls {
            let parse = pem::revocation_lists_in;
            let read = load(path, Wanted::RevocationList, &mut findings, parse);
            lists.extend(read.into_iter().map(|list| (path.clone(), list)));
        }
        let (mut chains, mut keys) = (Vec::new(), Vec::new());
        for party in &case.parties {
            chains.push(match &party.certificate {
                Shown::File(path) => certificates(path, &mut findings),
                Shown::Sent { chain, .. } => chain.iter().take(MOST).cloned().collect(),
            });
            let file = party.key.iter();
            let read = file.flat_map(|path| {
                load(
                    path,
                    Wanted::PrivateKey,
                    &mut findings,
                    pem::private_keys_in,
                )
            });
            keys.push(
                read.take(KEYS)
                    .map(|key| Key::load(key, &provider))
                    .collect(),
            );
        }
        let (nearby, nearby_keys) = nearby(case, &provider);
        let files = Files {
            provider,
            anchors,
            lists,
            chains,
            keys,
            nearby,
            nearby_keys,
        };
        (files, findings)
    }

    /// What the first side can show, if it has all that it needs.
    pub(super) fn identity(&self) -> Option<Identity> {
        let (chain, key) = (self.chains.first()?.clone(), self.keys.first()?.first()?);
        let key = key.der.clone_key();
        Some(Identity { chain, key })
    }
}

type Nearby = (
    Vec<(PathBuf, Vec<CertificateDer<'static>>)>,
    Vec<(PathBuf, Key)>,
);

/// What else lies in the folders of the case's files: it may be what is missing.
fn nearby(case: &Case, provider: &CryptoProvider) -> Nearby {
    let (mut certificates, mut keys) = (Vec::new(), Vec::new());
    for path in folders(case).into_iter().flat_map(neighbours) {
        let small = |file: fs::Metadata| file.is_file() && file.len() <= NEIGHBOUR;
        let small = fs::metadata(&path).is_ok_and(small);
        let Some(bytes) = small.then(|| files::read(&path).ok()).flatten() else {
            continue;
        };
        if let Ok(chain) = pem::certificates_in(&path, &bytes) {
            certificates.push((path.clone(), chain));
        }
        let found = pem::private_keys_in(&path, &bytes).unwrap_or_default();
        let found = found
            .into_iter()
            .take(KEYS)
            .map(|key| Key::load(key, provider));
        let usable = found.filter(|key| key.public.is_some());
        keys.extend(usable.map(|key| (path.clone(), key)));
    }
    (certificates, keys)
}

/// The folders of certificates, keys and CAs, each once.
fn folders(case: &Case) -> Vec<&Path> {
    let sides = case.parties.iter();
    let own = sides.flat_map(|party| [party.certificate.path(), party.key.as_deref()]);
    let mut folders = Vec::new();
    for path in own.chain([case.authorities.as_deref()]).flatten() {
        let folder = path.parent().unwrap_or(Path::new(""));
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

fn neighbours(folder: &Path) -> Vec<PathBuf> {
    let here = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let entries = fs::read_dir(here).into_iter().flatten().flatten();
    let names = entries
        .take(1024)
        .map(|entry| folder.join(entry.file_name()));
    let mut names: Vec<PathBuf> = names.collect();
    names.sort();
    names.truncate(NEIGHBOURS);
    names
}

fn certificates(path: &Path, findings: &mut Vec<Finding>) -> Vec<CertificateDer<'static>> {
    let mut read = load(path, Wanted::Certificate, findings, pem::certificates_in);
    read.truncate(MOST);
    read
}

/// A file's blocks by `parse`; a finding and nothing if that is not possible.
fn load<T>(
    path: &Path,
    wanted: Wanted,
    findings: &mut Vec<Finding>,
    parse: impl Fn(&Path, &[u8]) -> Result<Vec<T>, Finding>,
) -> Vec<T> {
    let read = files::read(path).map_err(|failed| unreadable(path, wanted, failed));
    match read.and_then(|bytes| parse(path, &bytes)) {
        Ok(blocks) => blocks,
        Err(finding) => {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
            Vec::new()
        }
    }
}

/// A folder that is missing is one finding, however many files should be in it.
fn unreadable(path: &Path, wanted: Wanted, failed: Error) -> Finding {
    let before = |code, file: &Path, expected: &str, found: String, fix: String| {
        error(code, Step::Preparation, file, expected, found, fix)
    };
    let folder = files::folder(path);
    if !folder.exists() {
        let name = text::shell(folder);
        let fix = format!("make one, with all files:\n  hello-mtls certs --dir {name}");
        let expected = "a folder with certificates and keys";
        return before(
            "no-folder",
            folder,
            expected,
            "no such folder".to_owned(),
            fix,
        );
    }
    let found = match &failed {
        Error::File { source, .. } => io_words(source),
        other => other.to_string(),
    };
    let expected = format!("{} that can be read", wanted.noun());
    let there = text::shell(if path.is_dir() { path } else { folder });
    let fix = format!("what is there:\n  ls -l {there}");
    before("unreadable-file", path, &expected, found, fix)
}
