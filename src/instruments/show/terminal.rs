//! A recorded connection in 80 columns: the seven steps, and in each its messages, byte by byte.
//!
//! The bytes stand on the left, what they mean on the right. It is a selection: lists, extensions and
//! certificates are told in a line each, and the page ([`super::html`]) has every byte of them.
//! Colours tell the sides apart; so do arrows, for those without colours.

use std::collections::HashSet;
use std::io::{self, Write};

use super::chapters::{CHAPTERS, Chapter, no_step, remark};
use super::glance::{at_a_glance, notes};
use super::{bytes_in_words, is_framing, milliseconds, one_line, protection};
use super::{record_name, records_of, short_hex, starts_expanded, warning};
use crate::instruments::fields::Field;
use crate::instruments::page::{
    self, BOLD, DIM, GREEN, LongWords, MAGENTA, Page, Paint, RED, WIDTH,
};
use crate::instruments::wire::conversation::{
    Check, Conversation, Derivation, Input, Message, Outcome,
};
use crate::language::{Language, Phrase};
use crate::narration::Side;
use crate::text::{self, columns};

/// Where the words stand: behind two blanks, 17 columns of hex, two blanks.
const WORDS: usize = 21;
/// Of what a peer can repeat at will, so much is shown.
const MOST_FIELDS: usize = 40;
const MOST_MESSAGES: usize = 200;
const LONGEST_VALUE: usize = 170;

/// Writes the whole conversation. Fails only where `out` fails.
///
/// Text of peers is escaped, whatever the paint.
pub fn write(out: &mut impl Write, conversation: &Conversation, paint: Paint) -> io::Result<()> {
    let mut view = WireView {
        page: Page {
            out,
            paint,
            // Hexadecimal bytes and names of a peer are there to be read, not to be copied.
            long_words: LongWords::Break,
        },
        told: HashSet::new(),
    };
    for (label, value) in at_a_glance(conversation) {
        view.paragraph(&text::pad(&label.to_string(), 17), &value.to_string(), "")?;
    }
    for note in notes(conversation).into_iter().chain(warning(conversation)) {
        view.page.blank()?;
        view.paragraph("", &note.to_string(), DIM)?;
    }
    for chapter in &CHAPTERS {
        view.chapter(conversation, chapter)?;
    }
    view.without_a_step(conversation)
}

/// The view of a recorded connection on the shared page.
struct WireView<'a> {
    page: Page<'a>,
    /// Meanings that were told: once is enough.
    told: HashSet<String>,
}

impl WireView<'_> {
    fn chapter(&mut self, conversation: &Conversation, chapter: &Chapter) -> io::Result<()> {
        let title = format!("{}. {}", chapter.number(), chapter.title(Language::English));
        self.page.title(&title, BOLD)?;
        self.paragraph("", &format!("{} · {}", chapter.module, chapter.docs), DIM)?;
        let sources = match chapter.sources_in(conversation) {
            [] => String::new(),
            sources => format!(" ({})", sources.join(", ")),
        };
        self.paragraph(
            "",
            &format!("{}{sources}", chapter.purpose_in(conversation)),
            "",
        )?;
        let of_step = |message: &&Message| message.step == Some(chapter.step);
        let messages: Vec<&Message> = conversation.messages.iter().filter(of_step).collect();
        if let Some(remark) = remark(conversation, chapter.step) {
            self.page.blank()?;
            self.paragraph("  – ", &remark.to_string(), "")?;
        }
        let all = conversation.messages_of(Some(chapter.step));
        self.messages(conversation, &messages, all)
    }

    /// Messages whose step cannot be told.
    fn without_a_step(&mut self, conversation: &Conversation) -> io::Result<()> {
        let messages = conversation.messages.iter();
        let messages: Vec<&Message> = messages.filter(|message| message.step.is_none()).collect();
        let all = conversation.messages_of(None);
        if all == 0 {
            return Ok(());
        }
        let (title, why) = no_step();
        self.page.title(&title.to_string(), BOLD)?;
        self.paragraph("", &why.to_string(), "")?;
        self.messages(conversation, &messages, all)
    }

    /// The first of `all` messages, and which handshake they belong to where there is more than one.
    fn messages(
        &mut self,
        conversation: &Conversation,
        messages: &[&Message],
        all: usize,
    ) -> io::Result<()> {
        let mut handshake = None;
        for message in messages.iter().take(MOST_MESSAGES) {
            let changes = handshake.replace(message.handshake) != Some(message.handshake);
            if changes && conversation.handshakes.len() > 1 {
                self.page.blank()?;
                let words = format!("Handshake {}:", message.handshake + 1);
                self.paragraph("  – ", &words, BOLD)?;
            }
            self.message(conversation, message)?;
        }
        match all.saturating_sub(messages.len().min(MOST_MESSAGES)) {
            0 => Ok(()),
            more => self.paragraph("  – ", &format!("and {more} more messages"), ""),
        }
    }

    fn message(&mut self, conversation: &Conversation, message: &Message) -> io::Result<()> {
        let side = match message.from {
            Side::Client => "client → ",
            Side::Server => "← server ",
        };
        let name = text::shorten(&text::terminal(&message.name), 38);
        let size = format!(
            "{}, {}",
            bytes_in_words(message.bytes.len()),
            milliseconds(message.at)
        );
        self.page.blank()?;
        let head = format!("{side}{name}");
        let head = self.page.paint.with(page::side(message.from), &head);
        self.page.row(&head, &size)?;
        let records = records_of(conversation, message);
        for record in records.iter().take(3) {
            let how = format!("in {}, {}", record_name(record), protection(record));
            self.paragraph("         ", &how, DIM)?;
        }
        if message.carriers > 3 {
            let more = format!("and {} records more", message.carriers - 3);
            self.paragraph("         ", &more, DIM)?;
        }
        if self.told.insert(message.meaning.to_string()) {
            let source = match message.fields.source {
                "" => String::new(),
                source => format!(" ({source})"),
            };
            self.paragraph("         ", &format!("{}{source}", message.meaning), "")?;
        }
        self.parts(&message.bytes, &message.fields, 0, true)?;
        message
            .checks
            .iter()
            .try_for_each(|check| self.check(check))?;
        self.derivations(&message.derivations)
    }

    /// The parts of a group, a row each, but for those that frame the others.
    fn parts(
        &mut self,
        bytes: &[u8],
        group: &Field,
        depth: usize,
        explain: bool,
    ) -> io::Result<()> {
        let parts = match &group.children[..] {
            // A message's first four bytes.
            [kind, length, parts @ ..] if kind.label == "msg_type" => {
                let here = bytes
                    .get(kind.range.start..length.range.end)
                    .unwrap_or_default();
                let value = format!("{}, {}", kind.value, length.value);
                self.row(
                    here,
                    depth,
                    "header",
                    &value,
                    "what it is, and how much follows",
                )?;
                parts
            }
            parts => parts,
        };
        let parts: Vec<&Field> = parts.iter().filter(|part| !is_framing(part)).collect();
        for part in parts.iter().take(MOST_FIELDS) {
            self.field(bytes, part, depth, explain)?;
        }
        match parts.get(MOST_FIELDS) {
            Some(first) => {
                let rest = bytes
                    .get(first.range.start..group.range.end)
                    .unwrap_or_default();
                let words = format!("and {} more", parts.len() - MOST_FIELDS);
                self.row(rest, depth, &words, "", "")
            }
            None => Ok(()),
        }
    }

    fn field(
        &mut self,
        bytes: &[u8],
        field: &Field,
        depth: usize,
        explain: bool,
    ) -> io::Result<()> {
        let here = bytes.get(field.range.clone()).unwrap_or_default();
        let certificate = field.label == "Certificate";
        let meaning = if explain { field.meaning.as_str() } else { "" };
        if !starts_expanded(field) {
            let value = one_line(field, LONGEST_VALUE, Language::English);
            let value = if field.malformed {
                format!("✗ {value}")
            } else {
                value
            };
            return self.row(here, depth, &field.label, &value, meaning);
        }
        match &field.children[..] {
            // A length and one part: the part says it all.
            [length, part] if is_framing(length) && meaning.is_empty() => {
                self.field(bytes, part, depth, explain)
            }
            _ => {
                let size = bytes_in_words(here.len());
                let meaning = if certificate {
                    "What each field means and who checks it: hello-mtls inspect."
                } else {
                    meaning
                };
                self.row(here, depth, &field.label, &size, meaning)?;
                self.parts(bytes, field, depth + 1, explain && !certificate)
            }
        }
    }

    fn check(&mut self, check: &Check) -> io::Result<()> {
        let (mark, colour) = match &check.outcome {
            Outcome::Verified => (format!("✓ verified: {}", check.name), GREEN),
            Outcome::Failed(why) => (format!("✗ failed: {}: {why}", check.name), RED),
            Outcome::NotPossible(why) => {
                (format!("? not verified here: {}: {why}", check.name), DIM)
            }
        };
        self.page.blank()?;
        self.paragraph("  ", &mark, colour)?;
        let proves = format!("proves: {} ({})", check.proves, check.source);
        if self.told.insert(proves.clone()) {
            self.paragraph("    ", &proves, "")?;
        }
        self.inputs(&check.inputs)
    }

    fn inputs(&mut self, inputs: &[Input]) -> io::Result<()> {
        inputs.iter().try_for_each(|input| {
            self.row(
                &input.bytes,
                0,
                &input.name,
                &bytes_in_words(input.bytes.len()),
                "",
            )
        })
    }

    /// What becomes computable, and when; told once for those that follow each other.
    fn derivations(&mut self, derivations: &[Derivation]) -> io::Result<()> {
        let mut computable_by = &Phrase::empty();
        for derivation in derivations {
            if derivation.computable_by != *computable_by {
                computable_by = &derivation.computable_by;
                self.page.blank()?;
                self.paragraph(
                    "  + ",
                    &format!("Now computable: {computable_by}."),
                    MAGENTA,
                )?;
            }
            let Derivation {
                name,
                value,
                formula,
                meaning,
                ..
            } = derivation;
            self.row(value, 0, name, formula, meaning)?;
        }
        Ok(())
    }

    /// `hex  label: value`, and what it means: on the same line if it fits.
    fn row(
        &mut self,
        bytes: &[u8],
        depth: usize,
        label: &str,
        value: &str,
        meaning: &str,
    ) -> io::Result<()> {
        let indent = " ".repeat((2 * depth).min(16));
        let width = WIDTH - WORDS - indent.len();
        let label = text::terminal(label);
        let said = match value {
            "" => label.clone(),
            _ => format!("{label}: {}", text::terminal(value)),
        };
        let meaning = text::terminal(meaning);
        let meaning = if self.told.insert(format!("{label}: {meaning}")) {
            meaning
        } else {
            String::new()
        };
        let on_a_line = columns(&said) + 3 + columns(&meaning) <= width;
        let mut lines = self.page.lines(&said, width);
        let paint = self.page.paint;
        if let Some(rest) = lines.first().and_then(|line| line.strip_prefix(&label)) {
            lines[0] = format!("{}{rest}", paint.with(BOLD, &label));
        }
        if on_a_line && !meaning.is_empty() {
            lines[0].push_str(&paint.with(DIM, &format!(" · {meaning}")));
        }
        let mut hex = short_hex(bytes);
        for line in lines {
            let column = paint.with(DIM, &text::pad(&hex, 17));
            self.page.line(&format!("  {column}  {indent}{line}"))?;
            hex.clear();
        }
        if on_a_line || meaning.is_empty() {
            return Ok(());
        }
        let head = format!("{:WORDS$}{indent}  ", "");
        self.page.paragraph(&head, &meaning, DIM)
    }

    /// A paragraph with text of a peer in it, which the page would not escape.
    fn paragraph(&mut self, head: &str, words: &str, colour: &str) -> io::Result<()> {
        self.page.paragraph(head, &text::terminal(words), colour)
    }
}
