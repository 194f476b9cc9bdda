//! What a server did with a client: let it in, or refused it at which step and how. Unaware of certificates.

use crate::client::Answer;
use crate::error::{Diagnosis, Ending, Error};
use crate::instruments::wire::names::alert_name;
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;

/// What became of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The server answered it as it answers a good one.
    LetIn(Phrase),
    /// The server refused it.
    Refused { step: Step, how: Phrase },
    /// It came, and what the server did says neither.
    CannotBeTold(Phrase),
    /// It did not come, because it could not be made.
    NotTried(Phrase),
}

/// The status of an answer.
pub(super) fn status_of(outcome: &Result<Answer, Error>) -> Option<u16> {
    outcome.as_ref().ok().map(|answer| answer.status)
}

/// Reads an outcome. `good`: the status that the good client got.
pub(super) fn verdict(outcome: &Result<Answer, Error>, good: Option<u16>) -> Verdict {
    match outcome {
        Ok(answer) => of_status(answer, good),
        Err(Error::Tls { diagnosis, .. }) => of_diagnosis(diagnosis),
        Err(Error::Http { found, .. }) => Verdict::CannotBeTold(found.clone()),
        Err(Error::Network { found, .. }) => Verdict::CannotBeTold(found.clone()),
        Err(other) => Verdict::CannotBeTold(other.to_string().into()),
    }
}

fn of_status(answer: &Answer, good: Option<u16>) -> Verdict {
    let said = format!("{} {}", answer.status, answer.shown_reason());
    let said = said.trim_end().to_owned();
    let refused = |step| Verdict::Refused {
        step,
        how: phrase!("status {said}", said = &said),
    };
    match answer.status {
        200..=299 => Verdict::LetIn(said.into()),
        401 | 403 => refused(Step::ServerAuthorizesClient),
        // nginx ends a handshake well and then answers 400; 495 and 496 are what it calls the two reasons.
        400 | 495 | 496 => refused(Step::ServerVerifiesClient),
        _ if good.is_none() => Verdict::LetIn(said.into()),
        status if good == Some(status) => {
            Verdict::LetIn(phrase!("{said}, as for a good client", said))
        }
        // Some servers hide what a client may not see.
        402..=499 => refused(Step::ServerAuthorizesClient),
        _ => Verdict::CannotBeTold(phrase!("status {said}", said)),
    }
}

/// Behind a good client nothing but the certificate differs. So a refusal is about the certificate,
/// whichever word the server has for it: Go says bad_certificate, and some hang up without an alert.
fn of_diagnosis(diagnosis: &Diagnosis) -> Verdict {
    let seen = &diagnosis.seen;
    let how = match seen.ending {
        _ if seen.late_request.is_some() => {
            return Verdict::CannotBeTold(phrase!("asks after the handshake"));
        }
        Ending::RefusedHere => return Verdict::CannotBeTold(diagnosis.found.clone()),
        Ending::Silence => return Verdict::CannotBeTold(phrase!("silent for too long")),
        Ending::Alert(number) => phrase!("alert {alert}", alert = alert_name(number)),
        Ending::Answer(status) => phrase!("status {said}", said = status),
        Ending::CloseNotify => phrase!("closed without an answer"),
        Ending::Closed => phrase!("closed without an alert"),
        Ending::Reset => phrase!("reset"),
    };
    let step = match diagnosis.step {
        Step::ServerAuthorizesClient => Step::ServerAuthorizesClient,
        _ => Step::ServerVerifiesClient,
    };
    Verdict::Refused { step, how }
}
