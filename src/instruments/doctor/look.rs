//! What a check looks at: a side with its route to a CA, or one certificate on that route.

use std::path::Path;

use super::evidence::{Cert, Evidence, Side};
use super::route::Route;
use super::{Shown, ask};
use crate::instruments::doctor::finding::{Finding, error};
use crate::narration::{self, Step};

/// One side: its files, the route to a CA, and what webpki says.
pub(super) struct Look<'e, 'a> {
    pub(super) evidence: &'e Evidence<'a>,
    pub(super) side: &'e Side<'a>,
    /// `None` without a readable leaf.
    pub(super) route: Option<Route<'e, 'a>>,
    /// webpki's answer; `None` if it cannot be asked.
    pub(super) answer: Option<Result<(), rustls::Error>>,
}

/// One certificate of a route.
pub(super) struct Link<'l, 'e, 'a> {
    pub(super) look: &'l Look<'e, 'a>,
    pub(super) cert: &'e Cert<'a>,
    /// 0 is the leaf.
    pub(super) height: usize,
    pub(super) issuer: Option<&'e Cert<'a>>,
}

impl<'e, 'a> Look<'e, 'a> {
    pub(super) fn at(side: &'e Side<'a>, evidence: &'e Evidence<'a>) -> Look<'e, 'a> {
        Look {
            evidence,
            side,
            route: Route::find(evidence, side),
            answer: ask::webpki(evidence, side),
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

    pub(super) fn links(&self) -> impl Iterator<Item = Link<'_, 'e, 'a>> {
        let links = self.route.iter().flat_map(Route::links).enumerate();
        links.map(|(height, (cert, issuer))| Link {
            look: self,
            cert,
            height,
            issuer,
        })
    }

    /// The step at which the other side judges.
    pub(super) fn step(&self) -> Step {
        Step::that_verifies(self.role())
    }

    /// The file of the certificate, or the server that sent it.
    pub(super) fn label(&self) -> &'a Path {
        self.side.party.certificate.label()
    }

    /// Whether it was sent by the server on the other end, where nobody here can mend it.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.side.party.certificate, Shown::Sent { .. })
    }

    /// An error of this side's certificate.
    pub(super) fn error(
        &self,
        code: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        error(code, self.step(), self.label(), expected, found, fix)
    }
}

impl Link<'_, '_, '_> {
    /// An error of this certificate.
    pub(super) fn error(
        &self,
        code: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        let file = self.cert.path.to_owned();
        let finding = self.look.error(code, expected, found, fix);
        Finding { file, ..finding }
    }
}
