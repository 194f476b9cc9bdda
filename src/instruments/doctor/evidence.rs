//! Evidence: what the files of a case hold, parsed, for all checks to look at.

use std::path::{Path, PathBuf};

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::reading::{Files, Key, LoadedSide, Neighbour, is_backup};
use super::{ChainSource, PeerTrust, SetupFiles, SideFiles};
use crate::certificates::summary::Summary;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// A certificate and where it comes from.
pub(super) struct Cert<'a> {
    pub(super) path: &'a Path,
    /// Place in its file, from 1, and how many there are.
    pub(super) place: (usize, usize),
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
    pub(super) fn name(&self) -> Phrase {
        match self.place {
            (_, 1) => self.summary.shown_subject().into(),
            (place, of) => phrase!(
                "{subject} (certificate {place} of {of})",
                subject = self.summary.shown_subject(),
                place,
                of
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

    pub(super) fn key(&self) -> &SubjectPublicKeyInfo<'a> {
        &self.x509.tbs_certificate.subject_pki
    }

    /// The name is its own issuer's: a root, or signed by itself.
    pub(super) fn self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    /// The same name and the same key, as a renewed CA has them.
    pub(super) fn is_as(&self, other: &Cert<'_>) -> bool {
        self.public_key() == other.public_key() && self.subject() == other.subject()
    }

    /// Of several files with the same certificate the better one to name has the lower rank: no backup, and then one
    /// that holds few others.
    pub(super) fn rank(&self) -> (bool, usize) {
        (is_backup(self.path), self.place.1)
    }

    /// By its dates alone. `now` is in seconds since 1970.
    pub(super) fn is_valid(&self, now: i64) -> bool {
        let validity = &self.x509.tbs_certificate.validity;
        (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now)
    }

    /// Whether its extended key usage, if it has one, names this role.
    pub(super) fn is_for(&self, role: Side) -> bool {
        let usage = self.x509.extended_key_usage().ok().flatten();
        usage.is_none_or(|usage| match role {
            Side::Server => usage.value.server_auth,
            Side::Client => usage.value.client_auth,
        })
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

impl<'a> List<'a> {
    fn of((path, der): &'a (PathBuf, CertificateRevocationListDer<'static>)) -> List<'a> {
        let parsed = CertificateRevocationList::from_der(der).ok();
        let crl = parsed.map(|(_, crl)| crl);
        List { path, der, crl }
    }

    /// Whether the CA of this name made it.
    pub(super) fn is_of(&self, name: &[u8]) -> bool {
        let crl = self.crl.as_ref();
        crl.is_some_and(|crl| crl.issuer().as_raw() == name)
    }
}

/// One side with its parsed files.
pub(super) struct SideEvidence<'a> {
    pub(super) party: &'a SideFiles,
    /// Readable certificates, in the file's order, but the leaf in front.
    pub(super) chain: Vec<Cert<'a>>,
    /// Where the leaf stands in the file, from 0, if it is not in front.
    pub(super) misplaced: Option<usize>,
    pub(super) ders: &'a [CertificateDer<'static>],
    pub(super) keys: &'a [Key],
}

impl<'a> SideEvidence<'a> {
    fn of(party: &'a SideFiles, held: &'a LoadedSide) -> SideEvidence<'a> {
        let mut chain = parse_all(party.certificate.label(), &held.chain);
        let place = place_of_leaf(&chain, &held.keys);
        let misplaced = place > 0 && chain.len() == held.chain.len();
        if misplaced {
            chain[..=place].rotate_right(1);
        }
        SideEvidence {
            party,
            chain,
            misplaced: misplaced.then_some(place),
            ders: &held.chain,
            keys: &held.keys,
        }
    }
}

/// All that the checks look at.
pub(super) struct Evidence<'a> {
    pub(super) case: &'a SetupFiles,
    pub(super) files: &'a Files,
    /// The CAs that the sides here trust.
    pub(super) anchors: Vec<Cert<'a>>,
    /// Of the file with the CAs that the other side trusts, if there is one.
    pub(super) peer: Vec<Cert<'a>>,
    pub(super) sides: Vec<SideEvidence<'a>>,
    pub(super) lists: Vec<List<'a>>,
    pub(super) nearby: Vec<Cert<'a>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(case: &'a SetupFiles, files: &'a Files) -> Evidence<'a> {
        let trusted = case.authorities.as_deref().unwrap_or(Path::new(""));
        let sides = case.parties.iter().zip(&files.parties);
        let nearby = files.nearby.iter();
        Evidence {
            case,
            files,
            anchors: parse_all(trusted, &files.anchors),
            peer: match &case.peer {
                PeerTrust::File(path) => parse_all(path, &files.peer),
                _ => Vec::new(),
            },
            sides: sides
                .map(|(party, held)| SideEvidence::of(party, held))
                .collect(),
            lists: files.lists.iter().map(List::of).collect(),
            nearby: nearby
                .flat_map(|file| parse_all(&file.path, &file.certificates))
                .collect(),
        }
    }

    /// The files nearby that hold the key of this certificate.
    pub(super) fn keys_of(&self, cert: &Cert<'_>) -> impl Iterator<Item = &'a Path> {
        let fits =
            move |file: &&Neighbour| file.keys.iter().any(|key| key.is_of(cert.public_key()));
        let files = self.files.nearby.iter().filter(fits);
        files.map(|file| file.path.as_path())
    }

    /// The CAs that decide about a side's certificate. Where nobody here knows what the other side believes,
    /// each root that lies here may be the one, and what a root signs is judged as if it were.
    pub(super) fn anchors_of<'e>(&'e self, side: &SideEvidence<'_>) -> Vec<&'e Cert<'a>> {
        let is_sent = matches!(side.party.certificate, ChainSource::Sent { .. });
        match &self.case.peer {
            PeerTrust::File(_) if !is_sent => self.peer.iter().collect(),
            PeerTrust::Unknown if !is_sent => {
                let mut roots: Vec<&Cert<'_>> = self.nearby.iter().collect();
                roots.retain(|near| near.self_issued());
                roots.sort_by_key(|root| root.rank());
                self.anchors.iter().chain(roots).collect()
            }
            _ => self.anchors.iter().collect(),
        }
    }

    /// The file of the CAs that decide about a side's certificate, and the option that names it.
    pub(super) fn judge(&self, side: &SideEvidence<'_>) -> Option<(&'a Path, &'static str)> {
        let is_sent = matches!(side.party.certificate, ChainSource::Sent { .. });
        match &self.case.peer {
            PeerTrust::File(path) if !is_sent => {
                (!self.peer.is_empty()).then_some((path.as_path(), "--peer-cacert"))
            }
            _ => Some((self.authorities()?, "--cacert")),
        }
    }

    /// The file of the trusted CAs, if it could be read.
    pub(super) fn authorities(&self) -> Option<&'a Path> {
        let file = self.case.authorities.as_deref();
        file.filter(|_| !self.anchors.is_empty())
    }

    /// Seconds since 1970 at which everything is judged.
    pub(super) fn now(&self) -> i64 {
        i64::try_from(self.case.now.as_secs()).unwrap_or(i64::MAX)
    }
}

/// The leaf is the certificate of the key, of the first in its file if several fit. Where no key says so, the
/// first that is no CA.
fn place_of_leaf(chain: &[Cert<'_>], keys: &[Key]) -> usize {
    let first_is_ca = chain.first().is_some_and(Cert::is_ca);
    let of = |key: &Key| chain.iter().position(|cert| key.is_of(cert.public_key()));
    let place = match keys.first() {
        Some(_) => keys.iter().find_map(of),
        None => chain.iter().position(|cert| first_is_ca && !cert.is_ca()),
    };
    place.unwrap_or(0)
}

fn parse_all<'a>(path: &'a Path, ders: &'a [CertificateDer<'static>]) -> Vec<Cert<'a>> {
    let parse = |(index, der)| Cert::parse(path, (index + 1, ders.len()), der);
    ders.iter().enumerate().filter_map(parse).collect()
}
