//! The last word: what webpki answers, what the checks say of it, and what both amount to.

use super::findings::Findings;
use super::side_view::SideView;
use crate::error::Diagnosis;
use crate::error::diagnosis::diagnose_tls;
use crate::instruments::doctor::finding::Finding;
use crate::narration::{self, Step};

/// The last word on each certificate that could be judged.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// A certificate each.
    pub rulings: Vec<Ruling>,
    /// What is left to the other side: which CA it has to trust. A sentence each.
    pub notes: Vec<String>,
    /// A live server answered this client: then nothing fails there.
    pub answered: bool,
    /// The name or address for which a server's was judged.
    pub host: String,
}

/// The last word on one side's certificate.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// Whose certificate.
    pub side: narration::Side,
    /// Why it is refused; `None`: it is accepted.
    pub refusal: Option<Diagnosis>,
    /// It is accepted, though a check called something an error.
    pub disputed: bool,
}

/// The last word on the certificate of one side. A refusal that no check explains becomes a finding.
pub(super) fn rule(look: &SideView<'_, '_>, told: &mut Findings) -> Option<Ruling> {
    let side = look.role();
    let judge = match side {
        narration::Side::Server => narration::Side::Client,
        narration::Side::Client => narration::Side::Server,
    };
    let refused = look.answer.as_ref()?.as_ref().err();
    let refusal = refused.map(|refused| diagnose_tls(judge, refused));
    let explained = told.errors(side).next().is_some();
    let disputed = refusal.is_none() && told.errors(side).any(|error| error.step == look.step());
    if let Some(refusal) = refusal.as_ref().filter(|_| !explained) {
        let expected = "a certificate that webpki accepts";
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
    pub fn sentence(&self, errors: usize, warnings: usize) -> String {
        let mut sentences = vec![match (errors, self.accepted()) {
            (0, None) => format!("{}; {}", self.unasked(), warned(warnings)),
            (0, Some(accepted)) => format!("webpki accepts {accepted}; {}", warned(warnings)),
            (1, _) => format!("{}: 1 error", self.failure()),
            (many, _) => format!("{}: {many} errors", self.failure()),
        }];
        if errors > 0 {
            sentences.extend(self.rulings.iter().filter_map(refused));
        }
        sentences.extend(self.rulings.iter().filter_map(disputed));
        sentences.extend(self.notes.iter().cloned());
        sentences.join(". ")
    }

    fn failure(&self) -> &'static str {
        if self.answered {
            "the server answers, but the client cannot use all of its own files"
        } else {
            "it fails"
        }
    }

    /// Where webpki had nothing to answer.
    fn unasked(&self) -> &'static str {
        if self.notes.is_empty() {
            "there is no certificate to judge"
        } else {
            "no fault in the certificate and its key; webpki was not asked, without a CA"
        }
    }

    /// What is accepted, as a list in words.
    fn accepted(&self) -> Option<String> {
        let accepted = self
            .rulings
            .iter()
            .filter(|ruling| ruling.refusal.is_none());
        let named = accepted.map(|ruling| match ruling.side {
            narration::Side::Server => format!("the server's certificate for \"{}\"", self.host),
            narration::Side::Client => "the client's certificate".to_owned(),
        });
        let named: Vec<String> = named.collect();
        (!named.is_empty()).then(|| named.join(" and "))
    }
}

fn warned(warnings: usize) -> String {
    match warnings {
        0 => "nothing to mend".to_owned(),
        1 => "1 warning".to_owned(),
        many => format!("{many} warnings"),
    }
}

fn refused(ruling: &Ruling) -> Option<String> {
    let who = match ruling.refusal.as_ref()?.step {
        Step::Preparation => "rustls",
        _ => "webpki",
    };
    Some(format!("{who} refuses the {}'s certificate", ruling.side))
}

fn disputed(ruling: &Ruling) -> Option<String> {
    let side = ruling.side;
    let all_the_same =
        format!("webpki accepts the {side}'s certificate all the same: believe webpki");
    ruling.disputed.then_some(all_the_same)
}
