//! What the files alone tell about what will fail, before a byte is sent.
//!
//! [`examine`] reads the files of a case, asks webpki by the code that the handshake runs, and then each
//! check of one table (`checks`). [`live::examine`] looks at a running server too. What they return is
//! data; [`report`] shows it.
//!
//! webpki decides, the checks explain. Where the two disagree, the report says so.

pub mod finding;
mod in_place;
pub(crate) mod pem;
mod reading;
mod evidence;
mod signatures;
mod certification_path;
mod webpki_verdict;
mod side_view;
mod checks;
mod remedy;
mod findings;
mod verdict;
pub mod report;
pub mod live;
pub mod explain;

use std::path::{Path, PathBuf};

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use self::evidence::Evidence;
use self::findings::Findings;
use self::reading::Files;
pub use self::reading::role_of;
use self::side_view::SideView;
pub use self::verdict::{Ruling, Verdict};
use crate::handshake::ExpiredLists;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::language::Phrase;
use crate::narration::Side;

/// What is to be examined.
#[derive(Clone, Debug)]
pub struct SetupFiles {
    /// The CAs that vouch for the other side.
    pub authorities: Option<PathBuf>,
    /// The CAs that the other side believes: they decide about the files of the sides here.
    pub peer: PeerTrust,
    /// The CAs that a live server named in its request for a certificate, names in DER, none for any CA;
    /// `None`: no server was asked, or it did not ask for a certificate.
    pub peer_hints: Option<Vec<Vec<u8>>>,
    /// Nothing says whether the certificate is a server's or a client's: both parties are of the same files.
    pub role_unknown: bool,
    /// The sides whose certificates are to be judged.
    pub parties: Vec<SideFiles>,
    /// The lists that are loaded, if any.
    pub crls: Vec<PathBuf>,
    /// What a list counts for after its nextUpdate.
    pub expired_lists: ExpiredLists,
    /// By what name or address a client dials the server.
    pub host: ServerName<'static>,
    /// The moment at which all is judged.
    pub now: UnixTime,
}

impl Default for SetupFiles {
    /// Nothing, for `localhost` and now.
    fn default() -> SetupFiles {
        let localhost = ServerName::try_from("localhost");
        SetupFiles {
            authorities: None,
            peer: PeerTrust::default(),
            peer_hints: None,
            role_unknown: false,
            parties: Vec::new(),
            crls: Vec::new(),
            expired_lists: ExpiredLists::default(),
            host: localhost.unwrap_or(std::net::Ipv4Addr::LOCALHOST.into()),
            now: UnixTime::now(),
        }
    }
}

impl SetupFiles {
    /// Whether the user named this file.
    fn names(&self, path: &Path) -> bool {
        let peer = match &self.peer {
            PeerTrust::File(file) => Some(file.as_path()),
            _ => None,
        };
        let own = self.parties.iter();
        let own = own.flat_map(|side| [side.certificate.path(), side.key.as_deref()]);
        let mut named = own.chain([self.authorities.as_deref(), peer]).flatten();
        named.any(|file| file == path) || self.crls.iter().any(|file| file == path)
    }
}

/// What the other side believes.
#[derive(Clone, Debug, Default)]
pub enum PeerTrust {
    /// The same CAs: one file for both sides, as in the tutorial's folder.
    #[default]
    Same,
    /// Those of this file, which is the other side's `--cacert`.
    File(PathBuf),
    /// Nobody here knows. A public CA for servers and a private one for clients is a sound setup.
    Unknown,
}

/// One side.
#[derive(Clone, Debug)]
pub struct SideFiles {
    /// Which.
    pub side: Side,
    /// Its certificate chain.
    pub certificate: ChainSource,
    /// Its private key, if it is here.
    pub key: Option<PathBuf>,
}

impl SideFiles {
    /// A side with its two files.
    pub(crate) fn of_files(side: Side, (certificate, key): (PathBuf, PathBuf)) -> SideFiles {
        SideFiles {
            side,
            certificate: ChainSource::File(certificate),
            key: Some(key),
        }
    }
}

/// Where a certificate chain comes from.
#[derive(Clone, Debug)]
pub enum ChainSource {
    /// A PEM file.
    File(PathBuf),
    /// A server on the other end of a connection.
    Sent {
        /// `the server at localhost:3000`.
        by: PathBuf,
        /// DER, in the order in which it came.
        chain: Vec<CertificateDer<'static>>,
    },
}

impl ChainSource {
    /// Its file, if it is one.
    fn path(&self) -> Option<&Path> {
        match self {
            ChainSource::File(path) => Some(path),
            ChainSource::Sent { .. } => None,
        }
    }

    /// What a finding calls it.
    fn label(&self) -> &Path {
        match self {
            ChainSource::File(path) | ChainSource::Sent { by: path, .. } => path,
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The worst first.
    pub findings: Vec<Finding>,
    /// webpki's last word on each certificate.
    pub verdict: Verdict,
    /// What a live server did, a sentence each.
    pub seen: Vec<Phrase>,
}

impl Report {
    /// Whether something will fail.
    pub fn fails(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}

/// Reads the files and says what is wrong with them. Never fails: what cannot be read is a finding.
pub fn examine(case: &SetupFiles) -> Report {
    let (files, unreadable) = Files::read(case);
    report(case, &files, unreadable)
}

/// What a running server should say of its files: lists that do not do what their owner may think, and files that
/// other users can read or replace.
pub fn doubts(case: &SetupFiles) -> Vec<Finding> {
    // Its own certificate does not matter here: the lists are for the certificates of clients.
    let clients = SetupFiles {
        parties: Vec::new(),
        ..case.clone()
    };
    let mut doubts = match case.crls[..] {
        [] => Vec::new(),
        _ => examine(&clients).findings,
    };
    doubts.retain(|finding| case.crls.contains(&finding.file));
    doubts.extend(checks::modes(case));
    doubts
}

/// The case in order: evidence, a look at each side, the checks, the last word.
fn report(case: &SetupFiles, files: &Files, unreadable: Vec<Finding>) -> Report {
    let evidence = Evidence::of(case, files);
    let sides = evidence.sides.iter();
    let looks: Vec<SideView<'_, '_>> = sides.map(|side| SideView::at(side, &evidence)).collect();
    let mut told = Findings::default();
    for finding in unreadable {
        told.add(None, finding);
    }
    checks::run(&evidence, &looks, &mut told);
    for look in looks.iter().filter(|look| look.misnamed().is_some()) {
        told.keep_alone(look.role(), "key-mismatch");
    }
    let rulings = looks
        .iter()
        .filter_map(|look| verdict::rule(look, &mut told));
    let rulings: Vec<Ruling> = rulings.collect();
    if case.role_unknown {
        told.one_role_is_enough();
    }
    // What stricter programs want is of interest once this one is content.
    if !told.fails() {
        told.extend(None, [checks::stricter(&looks)]);
    }
    let mut notes: Vec<Phrase> = looks.iter().filter_map(checks::whom_to_trust).collect();
    notes.dedup();
    let verdict = Verdict {
        rulings,
        notes,
        answered: false,
        host: case.host.to_str().into_owned(),
    };
    let findings = told.worst_first(case).into_iter();
    Report {
        verdict,
        findings: findings
            .map(|finding| remedy::naming_backups(finding, &evidence))
            .collect(),
        seen: Vec::new(),
    }
}
