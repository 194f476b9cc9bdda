//! How the stepper shows a flight: what led to it, its messages, what follows. 80 columns.

use std::io::{self, BufRead, Write};

use crate::instruments::fields::Field;
use crate::instruments::page::{self, BOLD, DIM, GREEN, Paint, RED};
use crate::instruments::wire::conversation::{Message, Outcome};
use crate::narration::{Event, Side, en};
use crate::text;

/// Fields of one message that are shown. `get --wire` shows all, byte by byte.
const MOST_FIELDS: usize = 14;

pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    paint: Paint,
    keys: Option<&'a mut dyn BufRead>,
    flights: usize,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        out: &'a mut dyn Write,
        paint: Paint,
        keys: Option<&'a mut dyn BufRead>,
    ) -> Page<'a> {
        Page {
            out,
            paint,
            keys,
            flights: 0,
        }
    }

    /// What the two sides did since the last flight.
    pub(super) fn facts(&mut self, events: &[Event]) -> io::Result<()> {
        for event in events {
            let Some(step) = event.step else { continue };
            let side = self
                .paint
                .with(page::side(event.side), &event.side.to_string());
            let (mark, colour) = if event.fact.passed() {
                (" ", "")
            } else {
                ("✗", RED)
            };
            let mark = self.paint.with(colour, mark);
            let (number, title) = (step.number(), step.title());
            writeln!(self.out, "\n  {side} · step {number}{mark} {title}")?;
            // Facts are safe already: they may name a peer, escaped.
            let words = en::words(&event.fact);
            self.lines(4, &words.what, colour)?;
            self.lines(4, &words.so, DIM)?;
        }
        Ok(())
    }

    /// A side is refused, and its own handshake is over.
    pub(super) fn believes(&mut self, side: Side) -> io::Result<()> {
        let who = self.paint.with(page::side(side), &side.to_string());
        writeln!(
            self.out,
            "\n  {who} · its handshake is complete: it still believes that it is in"
        )
    }

    /// A flight is ready; waits for Enter.
    pub(super) fn announce(&mut self, from: Side, size: usize) -> io::Result<()> {
        self.flights += 1;
        let whom = match from {
            Side::Client => "client ──▶ server",
            Side::Server => "client ◀── server",
        };
        let title = format!("── flight {}   {whom}   {size} bytes ", self.flights);
        let rule = "─".repeat(80usize.saturating_sub(title.chars().count()));
        let line = self.paint.with(page::side(from), &format!("{title}{rule}"));
        writeln!(self.out, "\n{line}")?;
        if let Some(keys) = &mut self.keys {
            write!(self.out, "[Enter lets it move] ")?;
            self.out.flush()?;
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
        self.out.flush()
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
        let gap = 70usize.saturating_sub(name.chars().count());
        let name = self.paint.with(BOLD, name);
        writeln!(self.out, "\n  {name} {size:<gap$}step {step}")?;
        self.paragraph(4, &message.meaning, "")?;
        let mut rows = Vec::new();
        collect(&message.fields, &mut rows);
        for (label, values) in rows.iter().take(MOST_FIELDS) {
            let row = text::terminal(&format!("{label}: {}", values.join(", ")));
            writeln!(self.out, "      {}", text::shorten(&row, 74))?;
        }
        if rows.len() > MOST_FIELDS {
            writeln!(
                self.out,
                "      … and {} more fields",
                rows.len() - MOST_FIELDS
            )?;
        }
        for check in &message.checks {
            let name = &check.name;
            let (line, colour) = match &check.outcome {
                Outcome::Verified => (format!("✓ {name}: {}", check.proves), GREEN),
                Outcome::Failed(why) => (format!("✗ {name}: {why}"), RED),
                Outcome::NotPossible(why) => (format!("? {name}: not checked here, {why}"), DIM),
            };
            self.paragraph(4, &line, colour)?;
        }
        for together in message
            .derivations
            .chunk_by(|one, next| one.who == next.who)
        {
            let names: Vec<&str> = together
                .iter()
                .map(|derivation| derivation.name.as_str())
                .collect();
            self.paragraph(
                4,
                &format!("⚷ {}: {}", together[0].who, names.join(", ")),
                DIM,
            )?;
        }
        Ok(())
    }

    fn paragraph(&mut self, indent: usize, words: &str, colour: &str) -> io::Result<()> {
        self.lines(indent, &text::terminal(words), colour)
    }

    fn lines(&mut self, indent: usize, words: &str, colour: &str) -> io::Result<()> {
        for line in text::wrap(words, 80 - indent) {
            let line = self.paint.with(colour, &line);
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }
}

/// The fields that say something: label, and the values of all that follow each other under it.
///
/// A group with a value says in it all that its parts say. Lengths and tags are plumbing.
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
