//! The last word: what webpki answers, what the checks say of it, and what both amount to.

use super::findings::Findings;
use super::side_view::SideView;
use crate::error::Diagnosis;
use crate::error::diagnosis::diagnose_tls;
use crate::instruments::doctor::finding::Finding;
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;

/// The last word on each certificate that could be judged.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// A certificate each.
    pub rulings: Vec<Ruling>,
    /// What is left to the other side: which CA it has to trust. A sentence each.
    pub notes: Vec<Phrase>,
    /// A live server answered this client: then nothing fails there.
    pub answered: bool,
    /// The name or address for which a server's was judged.
    pub host: String,
}

/// The last word on one side's certificate.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// Whose certificate.
    pub side: Side,
    /// Why it is refused; `None`: it is accepted.
    pub refusal: Option<Diagnosis>,
    /// It is accepted, though a check called something an error.
    pub disputed: bool,
}

/// The last word on the certificate of one side. A refusal that no check explains becomes a finding.
pub(super) fn rule(look: &SideView<'_, '_>, told: &mut Findings) -> Option<Ruling> {
    let side = look.role();
    let judge = match side {
        Side::Server => Side::Client,
        Side::Client => Side::Server,
    };
    let refused = look.answer.as_ref()?.as_ref().err();
    let refusal = refused.map(|refused| diagnose_tls(judge, refused));
    let explained = told.errors(side).next().is_some();
    let disputed = refusal.is_none() && told.errors(side).any(|error| error.step == look.step());
    if let Some(refusal) = refusal.as_ref().filter(|_| !explained) {
        let expected = phrase!("a certificate that webpki accepts");
        let (found, remedy) = (&refusal.found, &refusal.remedy);
        let finding = look.error("unexplained", expected, found, remedy);
        let step = refusal.step;
        told.add(Some(side), Finding { step, ..finding });
    }
    Some(Ruling {
        side,
        refusal,
        disputed,
    })
}

impl Verdict {
    /// In a sentence or two. `errors` is how many there are in the report.
    pub fn sentence(&self, errors: usize, warnings: usize) -> Phrase {
        let mut sentences = vec![match (errors, self.accepted()) {
            (0, accepted) => {
                let judged = accepted.unwrap_or_else(|| self.unasked());
                phrase!("{judged}; {warnings}", judged, warnings = warned(warnings))
            }
            (1, _) => phrase!("{failure}: 1 error", failure = self.failure()),
            (_, _) => phrase!(
                "{failure}: {errors} errors",
                failure = self.failure(),
                errors
            ),
        }];
        if errors > 0 {
            sentences.extend(self.rulings.iter().filter_map(refused));
        }
        sentences.extend(self.rulings.iter().filter_map(disputed));
        sentences.extend(self.notes.iter().cloned());
        let sentences = sentences
            .into_iter()
            .reduce(|one, other| phrase!("{one}. {other}", one, other));
        sentences.unwrap_or_default()
    }

    fn failure(&self) -> Phrase {
        if self.answered {
            phrase!("the server answers, but the client cannot use all of its own files")
        } else {
            phrase!("it fails")
        }
    }

    /// Where webpki had nothing to answer.
    fn unasked(&self) -> Phrase {
        if self.notes.is_empty() {
            phrase!("there is no certificate to judge")
        } else {
            phrase!(
                "no fault in the certificate and its key; without a CA, webpki could not be asked"
            )
        }
    }

    /// What is accepted, as a list in words.
    fn accepted(&self) -> Option<Phrase> {
        let rulings = self.rulings.iter();
        let accepted = rulings.filter(|ruling| ruling.refusal.is_none());
        let named = accepted.map(|ruling| match ruling.side {
            Side::Server => phrase!("the server's certificate for \"{host}\"", host = &self.host),
            Side::Client => phrase!("the client's certificate"),
        });
        let named = named.reduce(|one, other| phrase!("{one} and {other}", one, other))?;
        Some(phrase!("webpki accepts {named}", named))
    }
}

fn warned(warnings: usize) -> Phrase {
    match warnings {
        0 => phrase!("nothing to fix"),
        1 => phrase!("1 warning"),
        _ => phrase!("{warnings} warnings", warnings),
    }
}

fn refused(ruling: &Ruling) -> Option<Phrase> {
    let verifier = match ruling.refusal.as_ref()?.step {
        Step::Preparation => "rustls",
        _ => "webpki",
    };
    let side = ruling.side;
    Some(phrase!(
        "{verifier} refuses the {side}'s certificate",
        verifier,
        side
    ))
}

fn disputed(ruling: &Ruling) -> Option<Phrase> {
    let all_the_same = || {
        phrase!(
            "webpki accepts the {side}'s certificate all the same, and its answer counts",
            side = ruling.side
        )
    };
    ruling.disputed.then(all_the_same)
}
