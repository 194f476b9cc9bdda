//! Where events go: nowhere, into a list, to a terminal. JSON has a file of its own.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use super::Event;
use super::words::{side, words};
use crate::language::Language;
use crate::phrase;
use crate::text;

/// Receives events. Called on the thread of the connection, so it must not wait.
pub trait Teller: fmt::Debug + Send + Sync {
    /// Passes one event on.
    fn tell(&self, event: Event);
    /// False if events are thrown away, so that no fact needs to be made.
    fn listens(&self) -> bool {
        true
    }
}

/// Throws every event away.
#[derive(Debug)]
pub struct Silent;

impl Teller for Silent {
    fn tell(&self, _: Event) {}
    fn listens(&self) -> bool {
        false
    }
}

/// Keeps every event, in the order in which they were told.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<Event>>);

impl Recorder {
    /// The events so far, both sides in the order of the clock.
    pub fn events(&self) -> Vec<Event> {
        let mut events = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        events.sort_by_key(|event| event.at);
        events
    }

    /// The events since the last call, which are forgotten here.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Teller for Recorder {
    fn tell(&self, event: Event) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
    }
}

/// Writes the story to a terminal or a log, a few lines per event, at most 80 columns wide.
pub struct Terminal<W: Write + Send> {
    out: Mutex<W>,
    language: Language,
}

impl<W: Write + Send> Terminal<W> {
    /// Tells in this language. What cannot be written is dropped: a closed terminal ends no connection.
    pub fn new(out: W, language: Language) -> Self {
        let out = Mutex::new(out);
        Terminal { out, language }
    }
}

impl<W: Write + Send> fmt::Debug for Terminal<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terminal")
    }
}

impl<W: Write + Send> Teller for Terminal<W> {
    fn tell(&self, event: Event) {
        let lines = lines_of(&event, self.language);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // One write per event: two connections that tell at the same time do not mix their lines.
        let _ = out.write_all(lines.as_bytes());
    }
}

/// An event as lines of at most 80 columns: the step, what happened, and what follows.
fn lines_of(event: &Event, language: Language) -> String {
    let number = event.connection;
    let words = words(&event.fact);
    let what = words.what.in_language(language);
    let Some(step) = event.step else {
        let side = side(event.side);
        let line = phrase!("#{number} {side}: {what}", number, side, what);
        return line.in_language(language) + "\n";
    };
    let milliseconds = event.since_opening.as_secs_f64() * 1000.0;
    let mark = if event.fact.passed() { ' ' } else { '✗' };
    let step_number = phrase!("step {number}", number = step.number()).in_language(language);
    let title = step.title().in_language(language);
    let head = text::pad(&format!("#{number} {step_number}{mark} {title}"), 59);
    let mut lines = format!("{head} {milliseconds:>9.1} ms\n");
    let so = words.so.in_language(language);
    // A line feed in a fact ends a paragraph.
    let paragraphs = [&what, &so].into_iter().flat_map(|words| words.split('\n'));
    for line in paragraphs.flat_map(|words| text::wrap(words, 74)) {
        lines.push_str("     ");
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}
