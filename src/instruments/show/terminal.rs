//! A recorded connection in 80 columns: the seven steps, and in each its messages, byte by byte.
//!
//! The bytes stand on the left, what they mean on the right. It is a selection: lists, extensions and
//! certificates are told in a line each, and the page ([`super::html`]) has every byte of them.
//! Colours tell the sides apart; so do arrows, for those without colours.

use std::collections::HashSet;
use std::io::{self, Write};

use super::chapters::{CHAPTERS, Chapter, no_step, remark};
use super::glance::{at_a_glance, notes};
use super::{is_framing, milliseconds, one_line, protection, record_name, records_of};
use super::{short_hex, size, starts_expanded, warning};
use crate::docs;
use crate::instruments::fields::Field;
use crate::instruments::page::{
    self, BOLD, DIM, GREEN, LongWords, MAGENTA, Page, Paint, RED, WIDTH,
};
use crate::instruments::wire::conversation::{
    Check, Conversation, Derivation, Input, Message, Outcome,
};
use crate::language::{Language, Phrase};
use crate::narration::Side;
use crate::phrase;
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
        let head = text::pad(&paint.words(&label), 17);
        view.paragraph(&head, &paint.words(&value), "")?;
    }
    let paths = (!docs::at_hand("mtls.md")).then(docs::paths);
    let notes = notes(conversation).into_iter();
    for note in notes.chain(warning(conversation)).chain(paths) {
        view.page.blank()?;
        view.paragraph("", &paint.words(&note), DIM)?;
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
        let language = self.page.paint.language;
        let title = format!("{}. {}", chapter.number(), chapter.title(language));
        self.page.title(&title, BOLD)?;
        self.paragraph("", &format!("{} · {}", chapter.module, chapter.docs), DIM)?;
        let purpose = self.words(&chapter.purpose_in(conversation));
        let purpose = match chapter.sources_in(conversation) {
            [] => purpose,
            sources => self.with_source(&purpose, &sources.join(", ")),
        };
        self.paragraph("", &purpose, "")?;
        let of_step = |message: &&Message| message.step == Some(chapter.step);
        let messages: Vec<&Message> = conversation.messages.iter().filter(of_step).collect();
        if let Some(remark) = remark(conversation, chapter.step) {
            self.page.blank()?;
            self.paragraph("  – ", &self.words(&remark), "")?;
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
        self.page.title(&self.words(&title), BOLD)?;
        self.paragraph("", &self.words(&why), "")?;
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
                let words = phrase!("Handshake {number}:", number = message.handshake + 1);
                self.paragraph("  – ", &self.words(&words), BOLD)?;
            }
            self.message(conversation, message)?;
        }
        match all.saturating_sub(messages.len().min(MOST_MESSAGES)) {
            0 => Ok(()),
            more => {
                let words = phrase!("and {more} more messages", more);
                self.paragraph("  – ", &self.words(&words), "")
            }
        }
    }

    fn message(&mut self, conversation: &Conversation, message: &Message) -> io::Result<()> {
        let side = match message.from {
            Side::Client => phrase!("client → "),
            Side::Server => phrase!("← server "),
        };
        let side = self.words(&side);
        let name = text::shorten(&text::terminal(&message.name), 38);
        let size = format!(
            "{}{}{}",
            self.words(&size(message.bytes.len())),
            self.comma(),
            milliseconds(message.at)
        );
        self.page.blank()?;
        let head = format!("{side}{name}");
        let head = self.page.paint.with(page::side(message.from), &head);
        self.page.row(&head, &size)?;
        let records = records_of(conversation, message);
        for record in records.iter().take(3) {
            let (name, how) = (record_name(record), protection(record));
            let how = phrase!("in {name}, {how}", name, how);
            self.paragraph("         ", &self.words(&how), DIM)?;
        }
        if message.carriers > 3 {
            let more = phrase!("and {count} records more", count = message.carriers - 3);
            self.paragraph("         ", &self.words(&more), DIM)?;
        }
        if self.told.insert(message.meaning.to_string()) {
            let meaning = self.words(&message.meaning);
            let meaning = match message.fields.source {
                "" => meaning,
                source => self.with_source(&meaning, source),
            };
            self.paragraph("         ", &meaning, "")?;
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
                let value = Phrase::joined(
                    [kind.value.clone(), length.value.clone()],
                    &self.comma().into(),
                );
                let (label, meaning) = (
                    self.words(&phrase!("header")),
                    self.words(&phrase!("what it is, and how much follows")),
                );
                self.row(here, depth, &label, &self.words(&value), &meaning)?;
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
                let words = phrase!("and {count} more", count = parts.len() - MOST_FIELDS);
                self.row(rest, depth, &self.words(&words), "", "")
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
        let meaning = if explain {
            self.words(&field.meaning)
        } else {
            String::new()
        };
        if !starts_expanded(field) {
            let value = one_line(field, LONGEST_VALUE, self.page.paint.language);
            let value = if field.malformed {
                format!("✗ {value}")
            } else {
                value
            };
            return self.row(here, depth, &field.label, &value, &meaning);
        }
        match &field.children[..] {
            // A length and one part: the part says it all.
            [length, part] if is_framing(length) && meaning.is_empty() => {
                self.field(bytes, part, depth, explain)
            }
            _ => {
                let size = self.words(&size(here.len()));
                let meaning = if certificate {
                    self.words(&phrase!(
                        "What each field means and who checks it: hello-mtls inspect."
                    ))
                } else {
                    meaning
                };
                self.row(here, depth, &field.label, &size, &meaning)?;
                self.parts(bytes, field, depth + 1, explain && !certificate)
            }
        }
    }

    fn check(&mut self, check: &Check) -> io::Result<()> {
        let name = &check.name;
        let (mark, colour) = match &check.outcome {
            Outcome::Verified => (phrase!("✓ verified: {name}", name), GREEN),
            Outcome::Failed(why) => (phrase!("✗ failed: {name}: {why}", name, why), RED),
            Outcome::NotPossible(why) => (
                phrase!("? not verified here: {name}: {why}", name, why),
                DIM,
            ),
        };
        self.page.blank()?;
        self.paragraph("  ", &self.words(&mark), colour)?;
        let proves = self.words(&phrase!("proves: {what}", what = check.proves));
        let proves = self.with_source(&proves, check.source);
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
                &self.words(&input.name),
                &self.words(&size(input.bytes.len())),
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
                let words = phrase!("Now computable: {computable_by}.", computable_by);
                self.paragraph("  + ", &self.words(&words), MAGENTA)?;
            }
            let Derivation {
                name,
                value,
                formula,
                meaning,
                ..
            } = derivation;
            self.row(value, 0, name, &self.words(formula), &self.words(meaning))?;
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

    /// In the language of the page.
    fn words(&self, phrase: &Phrase) -> String {
        self.page.paint.words(phrase)
    }

    /// Between two values.
    fn comma(&self) -> &'static str {
        self.page.paint.language.pick(", ", "，")
    }

    /// Words, and the standard behind them in brackets.
    fn with_source(&self, words: &str, source: &str) -> String {
        match self.page.paint.language {
            Language::English => format!("{words} ({source})"),
            Language::Chinese => format!("{words}（{source}）"),
        }
    }

    /// A paragraph with text of a peer in it, which the page would not escape.
    fn paragraph(&mut self, head: &str, words: &str, colour: &str) -> io::Result<()> {
        self.page.paragraph(head, &text::terminal(words), colour)
    }
}
