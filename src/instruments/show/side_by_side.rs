//! Two recorded connections in 80 columns: their facts, their messages, and what differs in those that both have.

use std::io::{self, Write};

use super::comparison::{Comparison, Row, compare};
use super::differences::Differences;
use super::thousands;
use crate::instruments::page::{self, BOLD, DIM, LongWords, Page, Paint, WIDTH};
use crate::instruments::wire::conversation::{Conversation, Message};
use crate::narration::Side;
use crate::phrase;
use crate::text::{self, columns};

/// A label, then a column for each connection.
const LABEL: usize = 18;
const COLUMN: usize = (WIDTH - LABEL - 2) / 2;
/// The two columns of messages.
const HALF: usize = (WIDTH - 2) / 2;

/// Writes the comparison of two connections, each with its name. Fails only where `out` fails.
pub fn write(
    out: &mut impl Write,
    names: [&str; 2],
    both: [&Conversation; 2],
    paint: Paint,
) -> io::Result<()> {
    let Comparison {
        facts,
        rows,
        not_compared,
    } = compare(both);
    let mut view = View {
        page: Page {
            out,
            paint,
            long_words: LongWords::Break,
        },
    };
    for (letter, name) in ["A", "B"].into_iter().zip(names) {
        view.page
            .paragraph(&format!("{letter}  "), &text::terminal(name), BOLD)?;
    }
    let title = paint.words(&phrase!("What differs: ≠ marks it"));
    view.page.title(&title, BOLD)?;
    for fact in &facts {
        let mark = if fact.differs() { "≠" } else { " " };
        let label = paint.words(&fact.label);
        let values = fact.values.each_ref().map(|value| {
            value
                .as_ref()
                .map_or("–".to_owned(), |value| paint.words(value))
        });
        view.facts(&label, mark, values)?;
    }
    view.page.title(
        &paint.words(&phrase!("Message by message: ⚿ is encrypted")),
        BOLD,
    )?;
    for row in &rows {
        view.row(row)?;
    }
    if not_compared > 0 {
        let words = phrase!(
            "and {not_compared} more messages, which are not compared",
            not_compared
        );
        view.page.paragraph("  – ", &paint.words(&words), DIM)?;
    }
    Ok(())
}

struct View<'a> {
    page: Page<'a>,
}

impl View<'_> {
    /// A label of any length, and two columns.
    fn facts(&mut self, label: &str, mark: &str, values: [String; 2]) -> io::Result<()> {
        let mut labels = self.page.lines(label, LABEL - 3).into_iter();
        let values = values.map(|value| self.page.lines(&text::terminal(&value), COLUMN));
        let [first, second] = values;
        let lines = first.len().max(second.len()).max(labels.len());
        for line in 0..lines {
            let cell = |of: &[String]| of.get(line).cloned().unwrap_or_default();
            let label = text::pad(&labels.next().unwrap_or_default(), LABEL - 3);
            let mark = if line == 0 { mark } else { " " };
            self.page.line(&format!(
                "{label} {mark} {}  {}",
                text::pad(&cell(&first), COLUMN),
                cell(&second)
            ))?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let [first, second] = row.messages.map(half);
        let line = format!("{}  {second}", text::pad(&first, HALF));
        let colour = row.from().map_or("", page::side);
        let line = self.page.paint.with(colour, line.trim_end());
        self.page.line(&line)?;
        self.differences(&row.differences)
    }

    fn differences(&mut self, differences: &Differences) -> io::Result<()> {
        let paint = self.page.paint;
        for field in &differences.fields {
            let path = text::terminal(&field.path);
            let [first, second] = field
                .values
                .each_ref()
                .map(|value| value.as_ref().map(|value| paint.words(value)));
            let words = match (first, second) {
                (Some(first), Some(second)) => format!("{path}: A {first} | B {second}"),
                (Some(first), None) => {
                    paint.words(&phrase!("{path}: only A: {first}", path, first))
                }
                (None, Some(second)) => {
                    paint.words(&phrase!("{path}: only B: {second}", path, second))
                }
                (None, None) => continue,
            };
            self.page
                .paragraph("     ≠ ", &text::terminal(&words), "")?;
        }
        if differences.more > 0 {
            let more = differences.more;
            let words = paint.words(&phrase!("and {more} more differences", more));
            self.page.paragraph("     ≠ ", &words, DIM)?;
        }
        if !differences.bytes.is_empty() {
            let names = differences.bytes.join(", ");
            let words = paint.words(&phrase!("other bytes in {names}", names));
            self.page
                .paragraph("     · ", &text::terminal(&words), DIM)?;
        }
        Ok(())
    }
}

/// `→ ClientHello        1,476 ·`: direction, name, size, and a lock for what is encrypted.
fn half(message: Option<&Message>) -> String {
    let Some(message) = message else {
        return "  –".to_owned();
    };
    let arrow = match message.from {
        Side::Client => "→",
        Side::Server => "←",
    };
    let size = thousands(message.bytes.len());
    let lock = if message.in_the_clear { " " } else { "⚿" };
    let room = HALF - 4 - columns(&size) - 1;
    let name = text::shorten(&text::terminal(&message.name), room);
    format!("{arrow} {}{size} {lock}", text::pad(&name, room))
}
