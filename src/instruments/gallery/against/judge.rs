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

/// The status of an answer, also of one that broke off.
pub(super) fn status_of(outcome: &Result<Answer, Error>) -> Option<u16> {
    match outcome {
        Ok(answer) => Some(answer.status),
        Err(Error::Tls { diagnosis, .. }) => diagnosis.seen.answer.as_ref().map(|head| head.status),
        Err(_) => None,
    }
}

/// Reads an outcome. `good`: the status that the good client got.
pub(super) fn verdict(outcome: &Result<Answer, Error>, good: Option<u16>) -> Verdict {
    match outcome {
        Ok(answer) => of_status(answer.status, &answer.shown_reason(), good),
        Err(Error::Tls { diagnosis, .. }) => match &diagnosis.seen.answer {
            // Python's servers end an answer without close_notify. Its status says what it is all the same.
            Some(head) => of_status(head.status, "", good),
            None => of_diagnosis(diagnosis),
        },
        Err(Error::Http {
            answer: Some(head), ..
        }) => of_status(head.status, "", good),
        Err(Error::Http { found, .. }) => Verdict::CannotBeTold(found.clone()),
        Err(Error::Network { found, .. }) => Verdict::CannotBeTold(found.clone()),
        Err(other) => Verdict::CannotBeTold(other.to_string().into()),
    }
}

fn of_status(status: u16, reason: &str, good: Option<u16>) -> Verdict {
    let said = format!("{status} {reason}");
    let said = said.trim_end().to_owned();
    let refused = |step| Verdict::Refused {
        step,
        how: phrase!("status {said}", said = &said),
    };
    match status {
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

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::error::diagnosis::diagnose_connection;
    use crate::error::{AnswerHead, Progress, Seen};
    use crate::narration::Side;

    /// Python's servers hang up behind their answers.
    #[test]
    fn an_answer_that_breaks_off_was_an_answer() {
        let outcome = |status: Option<u16>| {
            let seen = Seen {
                answer: status.map(|status| AnswerHead {
                    status,
                    reason: String::new(),
                }),
                ..Seen::at(Progress::Established)
            };
            let closed = io::ErrorKind::UnexpectedEof.into();
            Err(Error::Tls {
                side: Side::Client,
                peer: "localhost".to_owned(),
                diagnosis: diagnose_connection(Side::Client, &closed, seen),
            })
        };
        let is_in = |outcome| matches!(verdict(&outcome, Some(200)), Verdict::LetIn(_));
        assert!(is_in(outcome(Some(200))));
        assert!(!is_in(outcome(Some(403))));
        assert!(!is_in(outcome(None)));
        assert_eq!(status_of(&outcome(Some(200))), Some(200));
    }
}
