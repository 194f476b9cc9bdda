//! The quiz: a question before each flight, and one answer with its reason.

use std::io;

use super::known::Known;
use super::page::FlightView;
use super::question::Question;
use crate::instruments::wire::conversation::Conversation;
use crate::narration::{Event, Side};
use crate::phrase;

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
#[derive(Default)]
pub(super) struct Quiz {
    flights: usize,
    asked: usize,
    right: usize,
    /// The side that has just refused: the next question is what the other side hears.
    refused: Option<Side>,
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
        let flights = self.flights;
        let messages = explained.messages.get(shown..).unwrap_or_default();
        let about = ORDER.get(flights).unwrap_or(&ORDER[4 + flights % 4]);
        let refuses = self.refused == Some(from);
        let question = match (refuses, about) {
            (true, _) => Question::hears(from, messages),
            _ if messages.is_empty() => return Ok(()),
            (_, About::Speaker) => Question::speaker(from, messages, flights == 0),
            (_, About::Eavesdropper) => Question::eavesdropper(from, messages),
            (_, About::ClientSure) => Question::client_sure(known),
            (_, About::ServerSure) => Question::server_sure(known),
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
        let question = Question::notices(by, believes, events);
        self.put(&question, page)
    }

    /// How the quiz went.
    pub(super) fn score(&self, page: &mut FlightView<'_>) -> io::Result<()> {
        let score = phrase!(
            "{right} of {asked} answers were right.",
            right = self.right,
            asked = self.asked
        );
        page.closing(&score)
    }

    /// Asks, and says whether the answer is right, and why. A reader that types no key of the question three
    /// times gets the answer, too: the input may be no reader at all.
    fn put(&mut self, question: &Question, page: &mut FlightView<'_>) -> io::Result<()> {
        let Question { choices, right, .. } = question;
        page.question(self.asked + 1, question)?;
        let mut typed = None;
        for _ in 0..TRIES {
            let line = page.ask("> ")?;
            let first = line.trim().chars().next();
            typed = first
                .map(|key| key.to_ascii_lowercase())
                .filter(|key| choices.iter().any(|(known, _)| known == key));
            if typed.is_some() {
                break;
            }
            let keys: Vec<String> = choices.iter().map(|(key, _)| key.to_string()).collect();
            let keys = keys.join(" ");
            page.hint(&phrase!(
                "type one of these letters and Enter: {keys}",
                keys
            ))?;
        }
        self.asked += 1;
        let passed = typed == Some(*right);
        self.right += usize::from(passed);
        let verdict = match choices.iter().find(|(key, _)| key == right) {
            Some((key, answer)) if !passed => phrase!("no, it is {key}: {answer}", key, answer),
            _ => phrase!("right"),
        };
        page.answer(passed, &verdict, &question.because)
    }
}
