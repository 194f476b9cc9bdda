//! Evidence: the files of a case, read once and parsed. What cannot be read becomes a finding.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::keys;
use super::{Case, Party, Shown};
use crate::certificates::summary::Summary;
use crate::error::{Error, io_words};
use crate::finding::{Finding, error};
use crate::handshake::provider;
use crate::narration::Step;
use crate::pem::block::{File, Wanted};
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
    nearby: Vec<(PathBuf, CertificateDer<'static>)>,
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

    /// The usable keys of a file.
    fn keys(&self, path: &Path, findings: &mut Vec<Finding>) -> Vec<Key> {
        let (mut keys, mut refused) = (Vec::new(), None);
        for key in load(path, Wanted::PrivateKey, findings, pem::private_keys_in)
            .into_iter()
            .take(16)
        {
            let file = File::of(path, &[], Wanted::PrivateKey);
            refused = refused.or_else(|| keys::problem(&file, &key, &self.provider));
            keys.extend(Key::load(key, &self.provider));
        }
        findings.extend(refused);
        keys
    }

    /// What else lies in the folders of the case's files: it may be what is missing.
    fn look_around(&mut self, case: &Case) {
        let own = case
            .parties
            .iter()
            .filter_map(|party| party.certificate.path());
        let mut folders: Vec<&Path> = own
            .chain(case.authorities.as_deref())
            .filter_map(Path::parent)
            .collect();
        folders.dedup();
        for folder in folders {
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
    let parent = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new("."));
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

/// A certificate and where it comes from.
pub(super) struct Cert<'a> {
    pub(super) path: &'a Path,
    /// Place in its file, from 1, and how many there are.
    place: (usize, usize),
    pub(super) der: &'a CertificateDer<'static>,
    pub(super) x509: X509Certificate<'a>,
    pub(super) summary: Summary,
}

impl<'a> Cert<'a> {
    /// `None` if it is none; a check says so.
    fn parse(
        path: &'a Path,
        place: (usize, usize),
        der: &'a CertificateDer<'static>,
    ) -> Option<Self> {
        let (_, x509) = X509Certificate::from_der(der).ok()?;
        let summary = Summary::of(der)?;
        Some(Cert {
            path,
            place,
            der,
            x509,
            summary,
        })
    }

    /// `CN=localhost`, and which of the file it is if it is not alone.
    pub(super) fn name(&self) -> String {
        match self.place {
            (_, 1) => self.summary.shown_subject(),
            (place, of) => format!(
                "{} (certificate {place} of {of})",
                self.summary.shown_subject()
            ),
        }
    }

    pub(super) fn subject(&self) -> &[u8] {
        self.x509.tbs_certificate.subject.as_raw()
    }

    pub(super) fn issuer(&self) -> &[u8] {
        self.x509.tbs_certificate.issuer.as_raw()
    }

    pub(super) fn public_key(&self) -> &'a [u8] {
        self.x509.tbs_certificate.subject_pki.raw
    }

    /// The name is its own issuer's: a root, or signed by itself.
    pub(super) fn self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    pub(super) fn is_ca(&self) -> bool {
        self.x509.is_ca()
    }
}

/// A revocation list and where it comes from.
pub(super) struct List<'a> {
    pub(super) path: &'a Path,
    pub(super) der: &'a CertificateRevocationListDer<'static>,
    /// `None` if it is none.
    pub(super) crl: Option<CertificateRevocationList<'a>>,
}

/// One side with its parsed files.
pub(super) struct Side<'a> {
    pub(super) party: &'a Party,
    /// Readable certificates, in the file's order, but the leaf in front.
    pub(super) chain: Vec<Cert<'a>>,
    /// Where the leaf stands in the file, from 0, if it is not in front.
    pub(super) misplaced: Option<usize>,
    pub(super) ders: &'a [CertificateDer<'static>],
    pub(super) keys: &'a [Key],
}

/// All that the checks look at.
pub(super) struct Evidence<'a> {
    pub(super) case: &'a Case,
    pub(super) files: &'a Files,
    pub(super) anchors: Vec<Cert<'a>>,
    pub(super) sides: Vec<Side<'a>>,
    pub(super) lists: Vec<List<'a>>,
    pub(super) nearby: Vec<Cert<'a>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(case: &'a Case, files: &'a Files) -> Evidence<'a> {
        let side = |(index, party): (usize, &'a Party)| {
            let ders = files.chains.get(index).map_or(&[][..], Vec::as_slice);
            let keys = files.keys.get(index).map_or(&[][..], Vec::as_slice);
            let mut chain = parse_all(party.certificate.label(), ders);
            let place = place_of_leaf(&chain, keys);
            let misplaced = place > 0 && chain.len() == ders.len();
            if misplaced {
                chain[..=place].rotate_right(1);
            }
            Side {
                party,
                chain,
                ders,
                keys,
                misplaced: misplaced.then_some(place),
            }
        };
        let list = |(path, der): &'a (PathBuf, CertificateRevocationListDer<'static>)| {
            let crl = CertificateRevocationList::from_der(der)
                .ok()
                .map(|(_, crl)| crl);
            List { path, der, crl }
        };
        let nearby = files
            .nearby
            .iter()
            .filter_map(|(path, der)| Cert::parse(path, (1, 1), der));
        Evidence {
            case,
            files,
            anchors: parse_all(
                case.authorities.as_deref().unwrap_or(Path::new("")),
                &files.anchors,
            ),
            sides: case.parties.iter().enumerate().map(side).collect(),
            lists: files.lists.iter().map(list).collect(),
            nearby: nearby.collect(),
        }
    }

    /// Seconds since 1970 at which everything is judged.
    pub(super) fn now(&self) -> i64 {
        i64::try_from(self.case.now.as_secs()).unwrap_or(i64::MAX)
    }
}

/// The leaf is the certificate of the key. Where no key says so, the first that is no CA.
fn place_of_leaf(chain: &[Cert<'_>], keys: &[Key]) -> usize {
    let first_is_ca = chain.first().is_some_and(Cert::is_ca);
    let place = match keys.first() {
        Some(key) => chain
            .iter()
            .position(|cert| cert.public_key() == key.public),
        None => chain.iter().position(|cert| first_is_ca && !cert.is_ca()),
    };
    place.unwrap_or(0)
}

fn parse_all<'a>(path: &'a Path, ders: &'a [CertificateDer<'static>]) -> Vec<Cert<'a>> {
    let parse = |(index, der)| Cert::parse(path, (index + 1, ders.len()), der);
    ders.iter().enumerate().filter_map(parse).collect()
}
