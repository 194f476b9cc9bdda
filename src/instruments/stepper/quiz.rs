//! The quiz: a question before each flight, and one answer with its reason.
//!
//! The right answer is never written down. It is computed from the run: from what the next flight holds, and
//! from what the two sides have reported. The words are in `texts`.

use std::io;

use super::known::Known;
use super::page::FlightView;
use super::texts::{Ask, ENGLISH, Texts};
use crate::instruments::wire::conversation::{Conversation, Kind, Message};
use crate::narration::{Event, Fact, Side, Step, en};

/// What is asked before each flight, from the first; after the last it begins again at the fifth.
const ORDER: [About; 8] = [
    About::Speaker,
    About::Eavesdropper,
    About::ClientSure,
    About::ServerSure,
    About::Eavesdropper,
    About::Speaker,
    About::Eavesdropper,
    About::Speaker,
];

/// How often a reader may type a key that the question does not have.
const TRIES: usize = 3;

/// The kinds of questions about a flight.
#[derive(Clone, Copy)]
enum About {
    Speaker,
    Eavesdropper,
    ClientSure,
    ServerSure,
}

/// A question with its one right answer, as this run computes them.
struct Question {
    ask: &'static Ask,
    words: String,
    right: char,
    because: String,
}

/// How far the quiz is.
pub(super) struct Quiz {
    texts: &'static Texts,
    flights: usize,
    asked: usize,
    right: usize,
    /// The side that has just refused: the next question is what the other side hears.
    refused: Option<Side>,
}

impl Default for Quiz {
    fn default() -> Quiz {
        Quiz {
            texts: &ENGLISH,
            flights: 0,
            asked: 0,
            right: 0,
            refused: None,
        }
    }
}

impl Quiz {
    /// The question before a flight of `from`: the messages of `explained` from `shown` on. An empty flight is
    /// asked about only after a refusal, where silence is an answer, too.
    pub(super) fn before(
        &mut self,
        from: Side,
        explained: &Conversation,
        shown: usize,
        known: &Known,
        page: &mut FlightView<'_>,
    ) -> io::Result<()> {
        let messages = explained.messages.get(shown..).unwrap_or_default();
        let question = match self.refused.take() {
            Some(by) if by == from => self.hears(from, messages),
            _ if messages.is_empty() => return Ok(()),
            _ => {
                let about = ORDER
                    .get(self.flights)
                    .unwrap_or(&ORDER[4 + self.flights % 4]);
                match about {
                    About::Speaker => self.speaker(from, messages),
                    About::Eavesdropper => self.eavesdropper(from, messages),
                    About::ClientSure => self.client_sure(known),
                    About::ServerSure => self.server_sure(known),
                }
            }
        };
        self.flights += 1;
        self.put(&question, page)
    }

    /// One side refuses: which? `events` are those that the page has not shown yet.
    pub(super) fn refusal(
        &mut self,
        by: Side,
        believes: bool,
        events: &[Event],
        page: &mut FlightView<'_>,
    ) -> io::Result<()> {
        self.refused = Some(by);
        let Texts {
            notices,
            notices_because,
            notices_believes,
            ..
        } = self.texts;
        let refusal = events.iter().rev().find(|event| !event.fact.passed());
        let step = refusal
            .and_then(|event| event.step)
            .map_or(0, Step::number)
            .to_string();
        let found = refusal.map_or_else(String::new, |event| match &event.fact {
            Fact::Refused { found, .. } => found.clone(),
            fact => en::words(fact).what,
        });
        let mut because = notices_because
            .replace("{step}", &step)
            .replace("{side}", self.side(by))
            .replace("{found}", found.lines().next().unwrap_or_default());
        if believes {
            because += " ";
            because += &notices_believes.replace("{side}", self.side(by.peer()));
        }
        let question = Question {
            ask: notices,
            words: notices.question.to_owned(),
            right: key(by),
            because,
        };
        self.put(&question, page)
    }

    /// How the quiz went.
    pub(super) fn score(&self, page: &mut FlightView<'_>) -> io::Result<()> {
        let words = self
            .texts
            .score
            .replace("{right}", &self.right.to_string())
            .replace("{asked}", &self.asked.to_string());
        page.closing(&words)
    }

    fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Client => self.texts.client,
            Side::Server => self.texts.server,
        }
    }

    fn speaker(&self, from: Side, messages: &[Message]) -> Question {
        let because = match self.flights {
            0 => self.texts.speaker_first,
            _ => self.texts.speaker_next,
        };
        Question {
            ask: &self.texts.speaker,
            words: self.texts.speaker.question.to_owned(),
            right: key(from),
            because: because
                .replace("{side}", self.side(from))
                .replace("{messages}", &names(messages.iter())),
        }
    }

    fn eavesdropper(&self, from: Side, messages: &[Message]) -> Question {
        let texts = self.texts;
        let clear = || messages.iter().filter(|message| message.in_the_clear);
        let hidden = || messages.iter().filter(|message| !message.in_the_clear);
        let (right, reason) = match (clear().next(), hidden().next()) {
            (_, None) => ('a', texts.all_clear),
            (None, Some(_)) => ('n', texts.all_hidden),
            (Some(_), Some(_)) => ('p', texts.partly),
        };
        let mut because = Vec::new();
        if clear().next().is_some() {
            because.push(texts.clear.replace("{messages}", &names(clear())));
        }
        if hidden().next().is_some() {
            because.push(texts.hidden.replace("{messages}", &names(hidden())));
        }
        because.push(reason.to_owned());
        Question {
            ask: &texts.eavesdropper,
            words: texts
                .eavesdropper
                .question
                .replace("{side}", self.side(from)),
            right,
            because: because.join(" "),
        }
    }

    fn client_sure(&self, known: &Known) -> Question {
        let texts = self.texts;
        let because = match (known.client_is_sure(), &known.server_chain) {
            (true, Some(name)) => texts.client_sure_proved.replace("{name}", name),
            (true, None) => texts.client_sure_resumed.to_owned(),
            (false, _) => texts.client_not_sure.to_owned(),
        };
        yes_or_no(&texts.client_sure, known.client_is_sure(), because)
    }

    fn server_sure(&self, known: &Known) -> Question {
        let texts = self.texts;
        let because = match (known.server_is_sure(), &known.client_chain) {
            (true, Some(name)) => texts.server_sure_proved.replace("{name}", name),
            (true, None) => texts.server_sure_resumed.to_owned(),
            (false, _) if !known.client_asked => texts.server_not_asked.to_owned(),
            (false, _) => texts.server_not_sure.to_owned(),
        };
        yes_or_no(&texts.server_sure, known.server_is_sure(), because)
    }

    /// What the peer of `from` hears of its refusal.
    fn hears(&self, from: Side, messages: &[Message]) -> Question {
        let texts = self.texts;
        let has = |wanted: fn(&Kind) -> bool| messages.iter().any(|message| wanted(&message.kind));
        let (right, because) = if has(|kind| matches!(kind, Kind::Alert(..))) {
            ('a', texts.hears_alert)
        } else if has(|kind| matches!(kind, Kind::ApplicationData)) {
            ('h', texts.hears_answer)
        } else {
            ('n', texts.hears_nothing)
        };
        Question {
            ask: &texts.hears,
            words: texts
                .hears
                .question
                .replace("{side}", self.side(from.peer())),
            right,
            because: because
                .replace("{side}", self.side(from.peer()))
                .replace("{messages}", &names(messages.iter())),
        }
    }

    /// Asks, and says whether the answer is right, and why. A reader who types no key of the question three
    /// times gets the answer, too: the input may be no reader at all.
    fn put(&mut self, question: &Question, page: &mut FlightView<'_>) -> io::Result<()> {
        let texts = self.texts;
        let number = (self.asked + 1).to_string();
        let keys: Vec<char> = question.ask.choices.iter().map(|(key, _)| *key).collect();
        page.question(
            &texts.question.replace("{number}", &number),
            &question.words,
            question.ask.choices,
        )?;
        let mut typed = None;
        for _ in 0..TRIES {
            let line = page.ask("> ")?;
            let first = line.trim().chars().next();
            typed = first
                .map(|key| key.to_ascii_lowercase())
                .filter(|key| keys.contains(key));
            if typed.is_some() {
                break;
            }
            let all = keys.iter().map(char::to_string).collect::<Vec<_>>();
            page.hint(&texts.one_of.replace("{keys}", &all.join(" ")))?;
        }
        self.asked += 1;
        let right = typed == Some(question.right);
        self.right += usize::from(right);
        let verdict = if right {
            texts.right.to_owned()
        } else {
            texts.wrong.replace("{key}", &question.right.to_string())
        };
        page.answer(right, &verdict, &question.because)
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
