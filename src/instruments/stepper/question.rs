//! The questions of the quiz, each with its one right answer and the reason.
//!
//! The right answer is never written down. It is computed from the run: from what the next flight holds, and
//! from what the two sides have reported. The words are in `texts`.

use super::known::Known;
use super::texts::{Ask, Texts};
use crate::instruments::wire::conversation::{Kind, Message};
use crate::narration::{Event, Fact, Side, Step, words};

/// A question with its one right answer, as this run computes them.
pub(super) struct Question {
    /// Its keys, and what they stand for.
    pub(super) ask: &'static Ask,
    /// The question itself.
    pub(super) words: String,
    /// The key of the right answer.
    pub(super) right: char,
    /// Why it is right.
    pub(super) because: String,
}

impl Question {
    /// Which side sends the next flight. `begins`: it is the first of the connection.
    pub(super) fn speaker(
        texts: &'static Texts,
        from: Side,
        messages: &[Message],
        begins: bool,
    ) -> Question {
        let because = if begins {
            texts.speaker_first
        } else {
            texts.speaker_next
        };
        Question {
            ask: &texts.speaker,
            words: texts.speaker.question.to_owned(),
            right: key(from),
            because: because
                .replace("{side}", texts.side(from))
                .replace("{messages}", &names(messages.iter())),
        }
    }

    /// Whether an eavesdropper can read the next flight.
    pub(super) fn eavesdropper(
        texts: &'static Texts,
        from: Side,
        messages: &[Message],
    ) -> Question {
        let (clear, hidden): (Vec<_>, Vec<_>) =
            messages.iter().partition(|message| message.in_the_clear);
        let (right, reason) = match (clear.is_empty(), hidden.is_empty()) {
            (_, true) => ('a', texts.all_clear),
            (true, false) => ('n', texts.all_hidden),
            (false, false) => ('p', texts.partly),
        };
        let mut because = Vec::new();
        for (sentence, messages) in [(texts.clear, clear), (texts.hidden, hidden)] {
            if !messages.is_empty() {
                because.push(sentence.replace("{messages}", &names(messages.into_iter())));
            }
        }
        because.push(reason.to_owned());
        let words = texts.eavesdropper.question;
        Question {
            ask: &texts.eavesdropper,
            words: words.replace("{side}", texts.side(from)),
            right,
            because: because.join(" "),
        }
    }

    /// Whether the client is sure of the server.
    pub(super) fn client_sure(texts: &'static Texts, known: &Known) -> Question {
        let because = match (known.client_is_sure(), &known.server_chain) {
            (true, Some(name)) => texts.client_sure_proved.replace("{name}", name),
            (true, None) => texts.client_sure_resumed.to_owned(),
            (false, _) => texts.client_not_sure.to_owned(),
        };
        yes_or_no(&texts.client_sure, known.client_is_sure(), because)
    }

    /// Whether the server is sure of the client.
    pub(super) fn server_sure(texts: &'static Texts, known: &Known) -> Question {
        let because = match (known.server_is_sure(), &known.client_chain) {
            (true, Some(name)) => texts.server_sure_proved.replace("{name}", name),
            (true, None) => texts.server_sure_resumed.to_owned(),
            (false, _) if !known.client_asked && !known.resumed => {
                texts.server_not_asked.to_owned()
            }
            (false, _) => texts.server_not_sure.to_owned(),
        };
        yes_or_no(&texts.server_sure, known.server_is_sure(), because)
    }

    /// Which side notices what is wrong: `by`, as its last event says. The other one may believe that its own
    /// handshake is complete.
    pub(super) fn notices(
        texts: &'static Texts,
        by: Side,
        believes: bool,
        events: &[Event],
    ) -> Question {
        let refusal = events.iter().rev().find(|event| !event.fact.passed());
        let step = refusal.and_then(|event| event.step).map_or(0, Step::number);
        let found = refusal.map_or_else(String::new, |event| match &event.fact {
            Fact::Refused { found, .. } => found.to_string(),
            fact => words::words(fact).what.to_string(),
        });
        let mut because = texts
            .notices_because
            .replace("{step}", &step.to_string())
            .replace("{side}", texts.side(by))
            .replace("{found}", found.lines().next().unwrap_or_default());
        if believes {
            because += " ";
            because += &texts
                .notices_believes
                .replace("{side}", texts.side(by.peer()));
        }
        Question {
            ask: &texts.notices,
            words: texts.notices.question.to_owned(),
            right: key(by),
            because,
        }
    }

    /// What the peer of `from` hears of its refusal.
    pub(super) fn hears(texts: &'static Texts, from: Side, messages: &[Message]) -> Question {
        let has = |wanted: fn(&Kind) -> bool| messages.iter().any(|message| wanted(&message.kind));
        let (right, because) = if has(|kind| matches!(kind, Kind::Alert(..))) {
            ('a', texts.hears_alert)
        } else if has(|kind| matches!(kind, Kind::ApplicationData)) {
            ('h', texts.hears_answer)
        } else {
            ('n', texts.hears_nothing)
        };
        let other = texts.side(from.peer());
        Question {
            ask: &texts.hears,
            words: texts.hears.question.replace("{side}", other),
            right,
            because: because
                .replace("{side}", other)
                .replace("{messages}", &names(messages.iter())),
        }
    }
}

fn key(side: Side) -> char {
    match side {
        Side::Client => 'c',
        Side::Server => 's',
    }
}

fn yes_or_no(ask: &'static Ask, yes: bool, because: String) -> Question {
    Question {
        ask,
        words: ask.question.to_owned(),
        right: if yes { 'y' } else { 'n' },
        because,
    }
}

/// The names of messages, each once in a row.
fn names<'a>(messages: impl Iterator<Item = &'a Message>) -> String {
    let mut names: Vec<&str> = messages.map(|message| message.name.as_str()).collect();
    names.dedup();
    names.join(", ")
}
