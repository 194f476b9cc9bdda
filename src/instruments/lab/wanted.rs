//! How a connection should end, and how it ended, in words.

use super::meeting::Outcome;
use crate::instruments::wire::names::alert_name;
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;

/// How a connection should end.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// The server answers 200.
    Answer,
    /// The server answers 200, and knows the client by exactly this name, as `--allow` takes it.
    AnswerTo(String),
    /// A side refuses the other one at this step.
    Refusal(Side, Step),
    /// The server knows the client and answers 403.
    Forbidden,
}

impl Wanted {
    /// It ended so.
    pub fn is_met_by(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Wanted::Answer, Outcome::Answered(200, _)) => true,
            (Wanted::AnswerTo(name), Outcome::Answered(200, body)) => named(body) == name,
            (Wanted::Forbidden, Outcome::Answered(status, _)) => *status == 403,
            (Wanted::Refusal(side, step), Outcome::Refused { step: at, by, .. }) => {
                by == side && at == step
            }
            _ => false,
        }
    }

    /// In words.
    pub fn words(&self) -> Phrase {
        match self {
            Wanted::Answer => phrase!("the server answers 200"),
            Wanted::AnswerTo(name) => {
                phrase!(
                    "the server answers 200, and knows the client as {name}",
                    name
                )
            }
            Wanted::Refusal(side, step) => {
                phrase!(
                    "the {side} refuses at step {number}",
                    side,
                    number = step.number()
                )
            }
            Wanted::Forbidden => phrase!("the server answers 403"),
        }
    }

    /// What the side that was to refuse did instead, if the connection went on. What happened next, for example that the
    /// other side refused, is no reason for it.
    pub fn passed_over(&self, outcome: &Outcome) -> Option<Phrase> {
        let (Wanted::Refusal(side, step), false) = (self, matches!(outcome, Outcome::Otherwise(_)))
        else {
            return None;
        };
        let number = step.number();
        (outcome.step() > *step).then(|| match side {
            Side::Client => phrase!("the client accepted the server at step {number}", number),
            // A server that does not ask accepts nothing.
            Side::Server => {
                phrase!(
                    "the server did not refuse the client at step {number}",
                    number
                )
            }
        })
    }

    /// Where it should end.
    pub fn step(&self) -> Step {
        match self {
            Wanted::Refusal(_, step) => *step,
            Wanted::Forbidden => Step::ServerAuthorizesClient,
            Wanted::Answer | Wanted::AnswerTo(_) => Step::ApplicationData,
        }
    }
}

/// The client's name in the first line of an answer: `identity: NAME` of `/whoami`, and `hello NAME` behind a balancer.
fn named(body: &str) -> &str {
    let line = body.lines().next().unwrap_or_default();
    line.split_once(' ')
        .map_or("", |(_, name)| name.trim_start())
}

impl Outcome {
    /// How far it came.
    pub fn step(&self) -> Step {
        match self {
            Outcome::Refused { step, .. } => *step,
            _ => Step::ApplicationData,
        }
    }

    /// In words.
    pub fn words(&self) -> Phrase {
        match self {
            Outcome::Answered(status, body) => {
                let body = crate::text::terminal(body.lines().next().unwrap_or_default());
                // A refusal says its status itself: `403 Forbidden: …`.
                match body.starts_with(&status.to_string()) {
                    true => phrase!("the server answers {answer}", answer = body),
                    false => phrase!(
                        "the server answers {answer}",
                        answer = format!("{status}: {body}")
                    ),
                }
            }
            Outcome::Refused {
                step,
                by,
                alert,
                found,
            } => {
                let number = step.number();
                match alert {
                    Some(alert) => phrase!(
                        "the {by} refuses at step {number}, with the alert {alert}: {found}",
                        by,
                        number,
                        alert = alert_name(*alert),
                        found
                    ),
                    None => {
                        phrase!(
                            "the {by} refuses at step {number}: {found}",
                            by,
                            number,
                            found
                        )
                    }
                }
            }
            Outcome::Otherwise(said) => said.clone().into(),
        }
    }
}
