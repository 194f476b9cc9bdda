//! How the stepper shows a flight: what led to it, its messages, what follows.

use std::io::{self, BufRead, Write};

use crate::instruments::fields::Field;
use crate::instruments::page::{self, BOLD, DIM, GREEN, LongWords, Page, Paint, RED};
use crate::instruments::wire::conversation::{Message, Outcome};
use crate::narration::{Event, Side, words};
use crate::text;

/// Fields of one message that are shown. `get --wire` shows all, byte by byte.
const MOST_FIELDS: usize = 14;

/// The stepper's view on the shared page. With `keys`, each flight waits for a line from there.
pub(super) struct FlightView<'a> {
    page: Page<'a>,
    keys: Option<&'a mut dyn BufRead>,
    flights: usize,
}

impl<'a> FlightView<'a> {
    pub(super) fn new(
        out: &'a mut dyn Write,
        paint: Paint,
        keys: Option<&'a mut dyn BufRead>,
    ) -> FlightView<'a> {
        let long_words = LongWords::Keep;
        let page = Page {
            out,
            paint,
            long_words,
        };
        FlightView {
            page,
            keys,
            flights: 0,
        }
    }

    /// What the two sides did since the last flight.
    pub(super) fn facts(&mut self, events: &[Event]) -> io::Result<()> {
        for event in events {
            let Some(step) = event.step else { continue };
            let side = self.page.paint.side(event.side);
            let (mark, colour) = if event.fact.passed() {
                (" ", "")
            } else {
                ("✗", RED)
            };
            let mark = self.page.paint.with(colour, mark);
            let number = step.number();
            let title = step.title();
            self.page.blank()?;
            self.page
                .line(&format!("  {side} · step {number}{mark} {title}"))?;
            // Facts are safe already: they may name a peer, escaped.
            let words = words::words(&event.fact);
            self.page
                .paragraph("    ", &self.page.paint.words(&words.what), colour)?;
            self.page
                .paragraph("    ", &self.page.paint.words(&words.so), DIM)?;
        }
        Ok(())
    }

    /// A side is refused after its own handshake was over.
    pub(super) fn note_complete(&mut self, side: Side) -> io::Result<()> {
        let side = self.page.paint.side(side);
        self.page.blank()?;
        self.page.line(&format!(
            "  {side} · its handshake is complete: it still believes that it is in"
        ))
    }

    /// A flight is ready; waits for Enter.
    pub(super) fn announce(&mut self, from: Side, size: usize) -> io::Result<()> {
        self.flights += 1;
        let direction = match from {
            Side::Client => "client ──▶ server",
            Side::Server => "client ◀── server",
        };
        let title = format!("flight {}   {direction}   {size} bytes", self.flights);
        self.page.title(&title, page::side(from))?;
        if let Some(keys) = &mut self.keys {
            write!(self.page.out, "[Enter lets it move] ")?;
            self.page.out.flush()?;
            // The end of the input is the end of the show, as a closed pipe is.
            if keys.read_line(&mut String::new())? == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(())
    }

    /// The messages of the flight that just moved.
    pub(super) fn messages(&mut self, messages: &[Message]) -> io::Result<()> {
        for message in messages {
            self.message(message)?;
        }
        self.page.out.flush()
    }

    fn message(&mut self, message: &Message) -> io::Result<()> {
        let Message {
            name,
            bytes,
            in_the_clear,
            step,
            ..
        } = message;
        let seen = if *in_the_clear {
            "anybody can read it"
        } else {
            "encrypted, read with the keys"
        };
        let size = format!("({} bytes, {seen})", bytes.len());
        let name = self.page.paint.with(BOLD, name);
        self.page.blank()?;
        self.page.row(
            &format!("  {name} {size}"),
            &format!("step {}", step.number()),
        )?;
        self.paragraph(&self.page.paint.words(&message.meaning), "")?;
        let mut rows = Vec::new();
        collect(&message.fields, &mut rows);
        for (label, values) in rows.iter().take(MOST_FIELDS) {
            let row = text::terminal(&format!("{label}: {}", values.join(", ")));
            self.page
                .line(&format!("      {}", text::shorten(&row, page::WIDTH - 6)))?;
        }
        if rows.len() > MOST_FIELDS {
            let more = rows.len() - MOST_FIELDS;
            self.page.line(&format!("      … and {more} more fields"))?;
        }
        for check in &message.checks {
            let name = &check.name;
            let (line, colour) = match &check.outcome {
                Outcome::Verified => (
                    format!("✓ {name}: {}", self.page.paint.words(&check.proves)),
                    GREEN,
                ),
                Outcome::Failed(why) => (format!("✗ {name}: {why}"), RED),
                Outcome::NotPossible(why) => (format!("? {name}: not checked here, {why}"), DIM),
            };
            self.paragraph(&line, colour)?;
        }
        let together = message
            .derivations
            .chunk_by(|one, next| one.computable_by == next.computable_by);
        for group in together {
            let names: Vec<&str> = group.iter().map(|one| one.name.as_str()).collect();
            let line = format!(
                "⚷ {}: {}",
                self.page.paint.words(&group[0].computable_by),
                names.join(", ")
            );
            self.paragraph(&line, DIM)?;
        }
        Ok(())
    }

    fn paragraph(&mut self, words: &str, colour: &str) -> io::Result<()> {
        self.page.paragraph("    ", &text::terminal(words), colour)
    }
}

/// The fields that say something: label, and the values of all that follow each other under it.
///
/// A group with a value says in it all that its parts say. Lengths and tags are details of the
/// encoding.
fn collect(field: &Field, rows: &mut Vec<(String, Vec<String>)>) {
    for child in &field.children {
        match (child.value.as_str(), rows.last_mut()) {
            _ if matches!(
                child.label.as_str(),
                "length" | "tag" | "msg_type" | "extension_type"
            ) => {}
            ("", _) => collect(child, rows),
            (value, Some((label, values))) if *label == child.label => {
                values.push(value.to_owned())
            }
            (value, _) => rows.push((child.label.clone(), vec![value.to_owned()])),
        }
    }
}
