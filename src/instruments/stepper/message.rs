//! How the stepper shows a fact and a message: pieces of the page that hang together.

use std::io;

use crate::instruments::fields::Field;
use crate::instruments::page::{BOLD, DIM, GREEN, Page, RED, WIDTH};
use crate::instruments::wire::conversation::{Message, Outcome};
use crate::language::{Language, Phrase};
use crate::narration::{Event, Step, words};
use crate::phrase;
use crate::text;

/// Fields of one message that are shown. `get --wire` shows all, byte by byte.
const MOST_FIELDS: usize = 14;

/// A fact of one side.
pub(super) fn fact(page: &mut Page<'_>, event: &Event, step: Step) -> io::Result<()> {
    let side = page.paint.side(event.side);
    let (mark, colour) = if event.fact.passed() {
        (" ", "")
    } else {
        ("✗", RED)
    };
    let mark = page.paint.with(colour, mark);
    let paint = page.paint;
    let number = paint.words(&phrase!("step {number}", number = step.number()));
    let title = paint.words(&step.title());
    page.blank()?;
    page.line(&format!("  {side} · {number}{mark} {title}"))?;
    // Facts are safe already: they may name a peer, escaped.
    let words = words::words(&event.fact);
    page.paragraph("    ", &paint.words(&words.what), colour)?;
    page.paragraph("    ", &paint.words(&words.so), DIM)
}

/// A message: its size, its fields, its proofs, and the keys that become computable with it.
pub(super) fn message(page: &mut Page<'_>, message: &Message) -> io::Result<()> {
    let Message {
        name,
        bytes,
        in_the_clear,
        step,
        ..
    } = message;
    let paint = page.paint;
    let seen = if *in_the_clear {
        phrase!("anybody can read it")
    } else {
        phrase!("encrypted, read with the keys")
    };
    let size = match bytes.len() {
        1 => phrase!("(1 byte, {seen})", seen),
        size => phrase!("({size} bytes, {seen})", size, seen),
    };
    let size = paint.words(&size);
    let step = step.map(|step| phrase!("step {number}", number = step.number()));
    let step = paint.words(&step.unwrap_or_else(Phrase::empty));
    let name = paint.with(BOLD, name);
    page.blank()?;
    let head = paint.words(&phrase!("{name} {size}", name, size));
    page.row(&format!("  {head}"), &step)?;
    paragraph(page, &message.meaning, "")?;
    let mut rows = Vec::new();
    collect(&message.fields, "", paint.language, &mut rows);
    for (label, values) in rows.iter().take(MOST_FIELDS) {
        let row = text::terminal(&format!("{label}: {}", values.join(", ")));
        page.line(&format!("      {}", text::shorten(&row, WIDTH - 6)))?;
    }
    if rows.len() > MOST_FIELDS {
        let more = rows.len() - MOST_FIELDS;
        let more = phrase!("… and {more} more fields", more);
        page.line(&format!("      {}", paint.words(&more)))?;
    }
    for check in &message.checks {
        let name = &check.name;
        let (line, colour) = match &check.outcome {
            Outcome::Verified => (
                phrase!("✓ {name}: {proves}", name, proves = check.proves),
                GREEN,
            ),
            Outcome::Failed(why) => (phrase!("✗ {name}: {why}", name, why), RED),
            Outcome::NotPossible(why) => {
                let line = phrase!("? {name}: not checked here, {why}", name, why);
                (line, DIM)
            }
        };
        paragraph(page, &line, colour)?;
    }
    let together = message
        .derivations
        .chunk_by(|one, next| one.computable_by == next.computable_by);
    for group in together {
        let names: Vec<&str> = group.iter().map(|one| one.name.as_str()).collect();
        let line = phrase!(
            "⚷ computable by {side}: {secrets}",
            side = group[0].computable_by,
            secrets = names.join(", ")
        );
        paragraph(page, &line, DIM)?;
    }
    Ok(())
}

fn paragraph(page: &mut Page<'_>, words: &Phrase, colour: &str) -> io::Result<()> {
    let words = text::terminal(&page.paint.words(words));
    page.paragraph("    ", &words, colour)
}

/// The fields that say something: label, and the values of all that follow each other under it. A field of an
/// extension is named after it: `supported_groups, group`.
///
/// A group with a value says in it all that its parts say. Lengths and tags are details of the
/// encoding.
fn collect(field: &Field, within: &str, language: Language, rows: &mut Vec<(String, Vec<String>)>) {
    for child in &field.children {
        let label = match within {
            "" => child.label.clone(),
            extension => format!("{extension}, {}", child.label),
        };
        match (&*child.value.in_language(language), rows.last_mut()) {
            _ if matches!(
                child.label.as_str(),
                "length" | "tag" | "msg_type" | "extension_type"
            ) => {}
            ("", _) if is_extension(child) => collect(child, &child.label, language, rows),
            ("", _) => collect(child, within, language, rows),
            (value, Some((last, values))) if *last == label => values.push(value.to_owned()),
            (value, _) => rows.push((label, vec![value.to_owned()])),
        }
    }
}

/// An extension of a message: a group that begins with its number.
fn is_extension(field: &Field) -> bool {
    let first = field.children.first();
    first.is_some_and(|first| first.label == "extension_type")
}
