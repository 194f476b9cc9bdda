//! The quiz: a question before each flight, and one answer with its reason.

use std::io;

use super::known::Known;
use super::page::FlightView;
use super::question::Question;
use super::texts::{ENGLISH, Texts};
use crate::instruments::wire::conversation::Conversation;
use crate::narration::{Event, Side};

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
        let (texts, flights) = (self.texts, self.flights);
        let messages = explained.messages.get(shown..).unwrap_or_default();
        let about = ORDER.get(flights).unwrap_or(&ORDER[4 + flights % 4]);
        let refuses = self.refused == Some(from);
        let question = match (refuses, about) {
            (true, _) => Question::hears(texts, from, messages),
            _ if messages.is_empty() => return Ok(()),
            (_, About::Speaker) => Question::speaker(texts, from, messages, flights == 0),
            (_, About::Eavesdropper) => Question::eavesdropper(texts, from, messages),
            (_, About::ClientSure) => Question::client_sure(texts, known),
            (_, About::ServerSure) => Question::server_sure(texts, known),
        };
        if refuses {
            self.refused = None;
        }
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
        let question = Question::notices(self.texts, by, believes, events);
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
            let mut choices = question.ask.choices.iter();
            let answer = choices.find(|(key, _)| *key == question.right);
            let answer = answer.map_or("", |(_, answer)| answer);
            let wrong = texts.wrong.replace("{answer}", answer);
            wrong.replace("{key}", &question.right.to_string())
        };
        page.answer(right, &verdict, &question.because)
    }
}
