//! Reading: the files of a case, once. What cannot be read becomes a finding.

mod nearby;
mod other_names;
mod role;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

pub(super) use self::nearby::{Neighbour, is_backup};
pub(super) use self::other_names::other_names;
pub use self::role::role_of;
use super::{ChainSource, PeerTrust, SetupFiles, SideFiles};
use crate::certificates::pem;
use crate::error::Error;
use crate::handshake::{Identity, provider};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::pem::block::Wanted;
use crate::instruments::doctor::pem::der::{bits_of, has_explicit_curve};
use crate::instruments::doctor::pem::{foreign, shape};
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;
use crate::{files, text};

/// Certificates of one file that are looked at; nobody has more.
const MOST: usize = 1000;
/// Keys of one file that are looked at.
const KEYS: usize = 16;

/// What the files hold, as bytes.
pub(super) struct Files {
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) anchors: Vec<CertificateDer<'static>>,
    /// Of the file of [`PeerTrust::File`].
    pub(super) peer: Vec<CertificateDer<'static>>,
    pub(super) lists: Vec<(PathBuf, CertificateRevocationListDer<'static>)>,
    /// In the order of the case's parties.
    pub(super) parties: Vec<LoadedSide>,
    pub(super) nearby: Vec<Neighbour>,
}

/// What one side holds.
pub(super) struct LoadedSide {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) keys: Vec<Key>,
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

    /// The first keys of a file.
    pub(super) fn load_all(
        keys: Vec<PrivateKeyDer<'static>>,
        provider: &CryptoProvider,
    ) -> Vec<Key> {
        let keys = keys.into_iter().take(KEYS);
        keys.map(|key| Key::load(key, provider)).collect()
    }

    /// Whether it is the key of the certificate with this public key. Where the certificate writes out the
    /// numbers of the curve, the points are compared: the provider gives the curve its name.
    pub(super) fn is_of(&self, public_key: &[u8]) -> bool {
        let Some(own) = self.public.as_deref() else {
            return false;
        };
        own == public_key || has_explicit_curve(public_key) && bits_of(own) == bits_of(public_key)
    }
}

impl Files {
    /// What can be read, and a finding for each file that cannot.
    pub(super) fn read(case: &SetupFiles) -> (Files, Vec<Finding>) {
        let (provider, mut findings) = (provider(), Vec::new());
        let mut files = Files {
            anchors: Vec::new(),
            peer: Vec::new(),
            lists: Vec::new(),
            parties: Vec::new(),
            nearby: nearby::look_around(case, &provider),
            provider,
        };
        if let Some(path) = &case.authorities {
            files.anchors = certificates(path, &mut findings);
        }
        if let PeerTrust::File(path) = &case.peer {
            files.peer = certificates(path, &mut findings);
        }
        for path in &case.crls {
            let (wanted, parse) = (Wanted::RevocationList, pem::revocation_lists_in);
            let lists = load(path, wanted, &mut findings, parse);
            files
                .lists
                .extend(lists.into_iter().map(|list| (path.clone(), list)));
        }
        for party in &case.parties {
            let before = findings.len();
            files.parties.push(LoadedSide {
                chain: chain(party, &mut findings),
                keys: Key::load_all(keys(party, &mut findings), &files.provider),
            });
            wrong_way_round(party, &mut findings[before..]);
        }
        (files, findings)
    }

    /// What the first side can show, if it has all that it needs.
    pub(super) fn identity(&self) -> Option<Identity> {
        let held = self.parties.first()?;
        let (chain, key) = (held.chain.clone(), held.keys.first()?.der.clone_key());
        Some(Identity { chain, key })
    }
}

/// If each of the two files is what the other one should be, that is the remedy.
fn wrong_way_round(party: &SideFiles, findings: &mut [Finding]) {
    let files = (party.certificate.path(), party.key.as_deref());
    let (Some(certificate), Some(key), [_, _]) = (files.0, files.1, &*findings) else {
        return;
    };
    let read = |path: &Path| files::read(path).unwrap_or_default();
    let is_key = pem::private_keys_in(certificate, &read(certificate)).is_ok();
    if is_key && pem::certificates_in(key, &read(key)).is_ok() {
        let [certificate, key] = [certificate, key].map(text::shell);
        for finding in findings {
            finding.fix = phrase!(
                "the two the other way round: --cert {key} --key {certificate}",
                key,
                certificate
            );
        }
    }
}

fn chain(party: &SideFiles, findings: &mut Vec<Finding>) -> Vec<CertificateDer<'static>> {
    match &party.certificate {
        ChainSource::File(path) => certificates(path, findings),
        ChainSource::Sent { chain, .. } => chain.iter().take(MOST).cloned().collect(),
    }
}

fn keys(party: &SideFiles, findings: &mut Vec<Finding>) -> Vec<PrivateKeyDer<'static>> {
    match &party.key {
        Some(path) => load(path, Wanted::PrivateKey, findings, pem::private_keys_in),
        None => Vec::new(),
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
    parse: impl Fn(&Path, &[u8]) -> Result<Vec<T>, Error>,
) -> Vec<T> {
    let bytes = match files::read(path) {
        Ok(bytes) => bytes,
        Err(failed) => {
            findings.push(unreadable(path, wanted, failed));
            return Vec::new();
        }
    };
    if let Some(finding) = foreign::profile(path, &bytes, wanted) {
        findings.push(finding);
        return Vec::new();
    }
    parse(path, &bytes).unwrap_or_else(|refused| {
        let said = match refused {
            Error::Pem { said, .. } => said,
            other => other.to_string(),
        };
        findings.push(shape::explain(path, &bytes, wanted, &said));
        Vec::new()
    })
}

/// A folder that is missing or empty is one finding, however many files should be in it.
fn no_folder(folder: &Path, found: Phrase) -> Finding {
    let name = text::shell(folder);
    let fix = if unexpanded(folder) {
        phrase!(
            "the whole path. A shell expands ~ and variables in some places only: not in quotes, not behind =, and in no \
            file of settings"
        )
    } else {
        phrase!(
            "make one, with all files:\n  hello-mtls certs --dir {name}",
            name
        )
    };
    let expected = phrase!("a folder with certificates and keys");
    error("no-folder", Step::Preparation, folder, expected, found, fix)
}

/// A path that was meant for a shell: to make a folder with such a name would be a trap.
fn unexpanded(path: &Path) -> bool {
    let first = path.components().next();
    let first = first.map(|first| first.as_os_str().to_string_lossy());
    first.is_some_and(|first| first.starts_with(['~', '$', '%']))
}

/// The folder of a file that cannot be read, if it is missing or empty.
pub(super) fn without_folder(path: &Path) -> Option<Finding> {
    let folder = files::folder(path);
    if !folder.exists() {
        return Some(no_folder(folder, phrase!("no such folder")));
    }
    let mut files = folder.read_dir().ok()?;
    let is_empty = files.next().is_none();
    is_empty.then(|| no_folder(folder, phrase!("nothing in it")))
}

fn unreadable(path: &Path, wanted: Wanted, failed: Error) -> Finding {
    let folder = files::folder(path);
    if let Some(finding) = without_folder(path).or_else(|| other_names(path)) {
        return finding;
    }
    let found = match (std::fs::read_link(path), &failed) {
        (Ok(target), _) if !path.exists() => {
            let target = text::terminal(&target.display().to_string());
            phrase!("a symbolic link to {target}, which is not there", target)
        }
        (_, Error::File { .. }) => failed.report().found,
        (_, other) => other.to_string().into(),
    };
    let expected = phrase!("{wanted} that can be read", wanted = wanted.phrase());
    let there = text::shell(if path.is_dir() { path } else { folder });
    let fix = phrase!("what is there:\n  ls -l {there}", there);
    error(
        "unreadable-file",
        Step::Preparation,
        path,
        expected,
        found,
        fix,
    )
}
