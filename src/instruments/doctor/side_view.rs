//! What a check looks at: a side with its route to a CA, or one certificate on that route.

use std::path::Path;

use super::certification_path::CertificationPath;
use super::evidence::{Cert, Evidence, SideEvidence};
use super::{ChainSource, PeerTrust, webpki_verdict};
use crate::instruments::doctor::finding::{Finding, error};
use crate::language::Phrase;
use crate::narration::{self, Step};

/// One side: its files, the route to a CA, and what webpki says.
pub(super) struct SideView<'e, 'a> {
    pub(super) evidence: &'e Evidence<'a>,
    pub(super) side: &'e SideEvidence<'a>,
    /// `None` without a readable leaf.
    pub(super) route: Option<CertificationPath<'e, 'a>>,
    /// webpki's answer; `None` if it cannot be asked.
    pub(super) answer: Option<Result<(), rustls::Error>>,
}

/// One certificate of a route.
pub(super) struct ChainLink<'l, 'e, 'a> {
    pub(super) look: &'l SideView<'e, 'a>,
    pub(super) cert: &'e Cert<'a>,
    /// 0 is the leaf.
    pub(super) height: usize,
    pub(super) issuer: Option<&'e Cert<'a>>,
}

impl<'e, 'a> SideView<'e, 'a> {
    pub(super) fn at(side: &'e SideEvidence<'a>, evidence: &'e Evidence<'a>) -> SideView<'e, 'a> {
        SideView {
            evidence,
            side,
            route: CertificationPath::find(evidence, side),
            answer: webpki_verdict::webpki(evidence, side),
        }
    }

    pub(super) fn role(&self) -> narration::Side {
        self.side.party.side
    }

    pub(super) fn leaf(&self) -> Option<&'e Cert<'a>> {
        self.side.chain.first()
    }

    /// The trusted CA at the end of the route.
    pub(super) fn anchor(&self) -> Option<&'e Cert<'a>> {
        self.route.as_ref()?.anchor()
    }

    pub(super) fn links(&self) -> impl Iterator<Item = ChainLink<'_, 'e, 'a>> {
        let links = self
            .route
            .iter()
            .flat_map(CertificationPath::links)
            .enumerate();
        links.map(|(height, (cert, issuer))| ChainLink {
            look: self,
            cert,
            height,
            issuer,
        })
    }

    /// A CA was named in the place of the leaf: the certificate nearby that is the key's own.
    pub(super) fn misnamed(&self) -> Option<&'e Cert<'a>> {
        let (leaf, key) = (self.leaf()?, self.side.keys.first()?);
        if !leaf.is_ca() || key.is_of(leaf.public_key()) {
            return None;
        }
        let mut nearby = self.evidence.nearby.iter();
        nearby.find(|cert| !cert.is_ca() && key.is_of(cert.public_key()))
    }

    /// Whether it is not known here which CA the other side trusts.
    pub(super) fn peer_unknown(&self) -> bool {
        !self.is_sent() && matches!(self.evidence.case.peer, PeerTrust::Unknown)
    }

    /// The step at which the other side judges.
    pub(super) fn step(&self) -> Step {
        Step::that_verifies(self.role())
    }

    /// The file of the certificate, or the server that sent it.
    pub(super) fn label(&self) -> &'a Path {
        self.side.party.certificate.label()
    }

    /// Whether it was sent by the server on the other end, where nobody here can fix it.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.side.party.certificate, ChainSource::Sent { .. })
    }

    /// An error of this side's certificate.
    pub(super) fn error(
        &self,
        code: &'static str,
        expected: impl Into<Phrase>,
        found: impl Into<Phrase>,
        fix: impl Into<Phrase>,
    ) -> Finding {
        error(code, self.step(), self.label(), expected, found, fix)
    }
}

impl ChainLink<'_, '_, '_> {
    /// An error of this certificate.
    pub(super) fn error(
        &self,
        code: &'static str,
        expected: impl Into<Phrase>,
        found: impl Into<Phrase>,
        fix: impl Into<Phrase>,
    ) -> Finding {
        let file = self.cert.path.to_owned();
        let finding = self.look.error(code, expected, found, fix);
        Finding { file, ..finding }
    }
}
