//! The route from a leaf to a trusted CA, by the issuers' names and by their signatures.
//!
//! webpki searches too, but tells only that it found nothing. This search keeps how far it came.

use super::evidence::{Cert, Evidence, SideEvidence};
use super::signatures::{Signed, signed_by};

/// Intermediates that webpki follows, and signatures that it checks, at most.
const HIGHEST: usize = 6;
const SIGNATURES: usize = 100;

/// How far one comes.
pub(super) struct CertificationPath<'e, 'a> {
    /// The leaf, then its issuer, and so on; without the anchor.
    pub(super) certs: Vec<&'e Cert<'a>>,
    pub(super) end: End<'e, 'a>,
}

/// Where the route ends.
#[derive(Clone, Copy)]
pub(super) enum End<'e, 'a> {
    /// At a trusted CA.
    Anchor(&'e Cert<'a>),
    /// At a certificate that signed itself and is not trusted.
    OwnIssuer,
    /// There is an issuer of that name, but it has another key.
    OtherKey(&'e Cert<'a>),
    /// There is no issuer of that name.
    Nobody,
}

impl<'e, 'a> CertificationPath<'e, 'a> {
    /// `None` without a leaf.
    pub(super) fn find(
        evidence: &'e Evidence<'a>,
        side: &'e SideEvidence<'a>,
    ) -> Option<CertificationPath<'e, 'a>> {
        let mut search = Search {
            evidence,
            anchors: evidence.anchors_of(side),
            chain: side.chain.iter().collect(),
            left: SIGNATURES,
        };
        let leaf = side.chain.first()?;
        let (certs, end) = search.build_path(vec![leaf]);
        Some(CertificationPath { certs, end })
    }

    /// The trusted CA at its end.
    pub(super) fn anchor(&self) -> Option<&'e Cert<'a>> {
        match self.end {
            End::Anchor(anchor) => Some(anchor),
            _ => None,
        }
    }

    /// Each certificate with its issuer, if that is known.
    pub(super) fn links(&self) -> impl Iterator<Item = (&'e Cert<'a>, Option<&'e Cert<'a>>)> {
        let anchor = self.anchor();
        self.certs
            .iter()
            .enumerate()
            .map(move |(height, cert)| (*cert, self.certs.get(height + 1).copied().or(anchor)))
    }
}

/// The certificates so far, and where they end.
type Climb<'e, 'a> = (Vec<&'e Cert<'a>>, End<'e, 'a>);

struct Search<'e, 'a> {
    evidence: &'e Evidence<'a>,
    anchors: Vec<&'e Cert<'a>>,
    chain: Vec<&'e Cert<'a>>,
    left: usize,
}

impl<'e, 'a> Search<'e, 'a> {
    fn build_path(&mut self, here: Vec<&'e Cert<'a>>) -> Climb<'e, 'a> {
        let Some(top) = here.last().copied() else {
            return (here, End::Nobody);
        };
        let mut end = End::Nobody;
        for anchor in self.issuers_of(top, &self.anchors) {
            match self.signed(top, anchor) {
                Signed::Invalid => end = End::OtherKey(anchor),
                _ => return (here, End::Anchor(anchor)),
            }
        }
        if top.self_issued() && self.signed(top, top) == Signed::Valid {
            return (here, End::OwnIssuer);
        }
        let mut best = (here.clone(), end);
        for issuer in self.issuers_of(top, &self.chain) {
            if here.len() > HIGHEST || self.left == 0 {
                break;
            }
            if here.iter().any(|below| below.is_as(issuer)) {
                continue;
            }
            if self.signed(top, issuer) == Signed::Invalid {
                best.1 = End::OtherKey(issuer);
                continue;
            }
            let higher = self.build_path(here.iter().copied().chain([issuer]).collect());
            if matches!(higher.1, End::Anchor(_)) {
                return higher;
            }
            best = higher;
        }
        best
    }

    /// Those of the issuer's name. A CA that is valid now comes before one that is not: webpki tries
    /// all of them until one will do.
    fn issuers_of(&self, cert: &Cert<'_>, among: &[&'e Cert<'a>]) -> Vec<&'e Cert<'a>> {
        let named = among
            .iter()
            .copied()
            .filter(|one| one.subject() == cert.issuer());
        let mut named: Vec<&Cert<'_>> = named.collect();
        named.sort_by_key(|one| !(one.is_ca() && one.is_valid(self.evidence.now())));
        named
    }

    fn signed(&mut self, cert: &Cert<'_>, by: &Cert<'_>) -> Signed {
        self.left = self.left.saturating_sub(1);
        signed_by(cert, by, &self.evidence.files.provider)
    }
}
