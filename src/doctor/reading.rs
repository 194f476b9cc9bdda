//! Reading: the files of a case, once. What cannot be read becomes a finding.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use super::keys;
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
const NEIGHBOUR: usize = 64 * 1024;

/// What the files hold, as bytes.
pub(super) struct Files {
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) anchors: Vec<CertificateDer<'static>>,
    pub(super) lists: Vec<(PathBuf, CertificateRevocationListDer<'static>)>,
    /// In the order of the case's parties.
    pub(super) chains: Vec<Vec<CertificateDer<'static>>>,
    pub(super) keys: Vec<Vec<Key>>,
    /// Certificates and keys in the same folders.
    pub(super) nearby: Vec<(PathBuf, CertificateDer<'static>)>,
    pub(super) nearby_keys: Vec<(PathBuf, Key)>,
}

/// A private key that the provider can use.
pub(super) struct Key {
    pub(super) der: PrivateKeyDer<'static>,
    /// Its `SubjectPublicKeyInfo`, DER.
    pub(super) public: Vec<u8>,
}

impl Key {
    fn load(der: PrivateKeyDer<'static>, provider: &CryptoProvider) -> Option<Key> {
        let loaded = provider
            .key_provider
            .load_private_key(der.clone_key())
            .ok()?;
        let public = loaded.public_key()?.to_vec();
        Some(Key { der, public })
    }
}

impl Files {
    pub(super) fn read(case: &Case, findings: &mut Vec<Finding>) -> Files {
        let mut files = Files {
            provider: provider(),
            anchors: Vec::new(),
            lists: Vec::new(),
            chains: Vec::new(),
            keys: Vec::new(),
            nearby: Vec::new(),
            nearby_keys: Vec::new(),
        };
        if let Some(path) = &case.authorities {
            files.anchors = certificates(path, findings);
        }
        for path in &case.crls {
            let read = load(
                path,
                Wanted::RevocationList,
                findings,
                pem::revocation_lists_in,
            );
            files
                .lists
                .extend(read.into_iter().map(|list| (path.clone(), list)));
        }
        for party in &case.parties {
            files.chains.push(match &party.certificate {
                Shown::File(path) => certificates(path, findings),
                Shown::Sent { chain, .. } => chain.iter().take(MOST).cloned().collect(),
            });
            let keys = party.key.as_deref().map(|path| files.keys(path, findings));
            files.keys.push(keys.unwrap_or_default());
        }
        files.look_around(case);
        files
    }

    /// What the first side can show, if it has all that it needs.
    pub(super) fn identity(&self) -> Option<Identity> {
        let (chain, key) = (self.chains.first()?.clone(), self.keys.first()?.first()?);
        let key = key.der.clone_key();
        Some(Identity { chain, key })
    }

    /// The usable keys of a file.
    fn keys(&self, path: &Path, findings: &mut Vec<Finding>) -> Vec<Key> {
        let all = load(path, Wanted::PrivateKey, findings, pem::private_keys_in);
        // The first is the one that is used.
        if let Some(first) = all.first() {
            findings.extend(keys::problem(path, first, &self.provider));
        }
        let usable = all.into_iter().take(16);
        usable
            .filter_map(|key| Key::load(key, &self.provider))
            .collect()
    }

    /// What else lies in the folders of the case's files: it may be what is missing.
    fn look_around(&mut self, case: &Case) {
        let own = case
            .parties
            .iter()
            .filter_map(|party| party.certificate.path());
        let mut folders = Vec::new();
        for path in own.chain(case.authorities.as_deref()) {
            if !folders.contains(&path.parent()) {
                folders.push(path.parent());
            }
        }
        for folder in folders.into_iter().flatten() {
            let here = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            let mut names: Vec<PathBuf> = fs::read_dir(here)
                .into_iter()
                .flatten()
                .flatten()
                .take(1024)
                .map(|entry| folder.join(entry.file_name()))
                .collect();
            names.sort();
            for path in names.into_iter().take(NEIGHBOURS) {
                let small = fs::metadata(&path)
                    .is_ok_and(|file| file.is_file() && file.len() <= NEIGHBOUR as u64);
                let Some(bytes) = small.then(|| files::read(&path).ok()).flatten() else {
                    continue;
                };
                for certificate in pem::certificates_in(&path, &bytes).unwrap_or_default() {
                    self.nearby.push((path.clone(), certificate));
                }
                for key in pem::private_keys_in(&path, &bytes).unwrap_or_default() {
                    self.nearby_keys
                        .extend(Key::load(key, &self.provider).map(|key| (path.clone(), key)));
                }
            }
        }
    }
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
    let folder = files::folder(path);
    let name = text::shell(folder);
    if !folder.exists() {
        let (expected, found) = ("a folder with certificates and keys", "no such folder");
        let fix = format!("make one, with all files:\n  hello-mtls certs --dir {name}");
        return error("no-folder", Step::Preparation, folder, expected, found, fix);
    }
    let found = match &failed {
        Error::File { source, .. } => io_words(source),
        other => other.to_string(),
    };
    let expected = format!("{} that can be read", wanted.noun());
    let fix = format!("what is there:\n  ls -l {name}");
    error(
        "unreadable-file",
        Step::Preparation,
        path,
        expected,
        found,
        fix,
    )
}
