//! What a check looks at: a side with its route to a CA, or one certificate on that route.

use super::evidence::{Cert, Evidence, Side};
use super::route::Route;
use super::{Shown, remedy};
use crate::finding::judged;
use crate::narration::Step;

/// One side: its files, the route to a CA, and what webpki says.
pub(super) struct Look<'e, 'a> {
    pub(super) evidence: &'e Evidence<'a>,
    pub(super) side: &'e Side<'a>,
    /// `None` without a readable leaf.
    pub(super) route: Option<Route<'e, 'a>>,
    /// webpki's refusal; `None` if it accepts, or cannot be asked.
    pub(super) refusal: Option<rustls::Error>,
}

/// One certificate of a route.
pub(super) struct Link<'l, 'e, 'a> {
    pub(super) look: &'l Look<'e, 'a>,
    pub(super) cert: &'e Cert<'a>,
    /// 0 is the leaf.
    pub(super) height: usize,
    pub(super) issuer: Option<&'e Cert<'a>>,
}

impl Link<'_, '_, '_> {
    /// The step at which it is judged.
    pub(super) fn step(&self) -> Step {
        judged(self.look.side.party.side)
    }

    /// How to have it made anew.
    pub(super) fn renew(&self) -> String {
        match self.height {
            0 => remedy::new_certificate(self.look.side, self.look.evidence),
            _ => format!(
                "a new certificate for {}, from its issuer",
                self.cert.name()
            ),
        }
    }
}

/// Whether this certificate was made by the server on the other end, where nobody here can mend it.
pub(super) fn is_sent(look: &Look<'_, '_>) -> bool {
    matches!(look.side.party.certificate, Shown::Sent { .. })
}
