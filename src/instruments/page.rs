//! The page that all views of the wing share: 80 columns, a few kinds of lines, colours for a terminal
//! that likes them.
//!
//! A view fills a [`Page`] and adds what is its own. Columns are counted as a terminal shows them
//! ([`columns`]), so a Chinese name moves nothing out of its place. The page escapes nothing: what a
//! peer sent goes through [`text::terminal`] first.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! use hello_mtls::instruments::page::{DIM, LongWords, Page, Paint};
//! use hello_mtls::text;
//!
//! let mut out = Vec::new();
//! let mut page = Page { out: &mut out, paint: Paint::PLAIN, long_words: LongWords::Keep };
//! page.title("3. The client verifies it", "")?;
//! page.row("client → ClientHello", "229 bytes, 0.1 ms")?;
//! page.paragraph("  ", "Words that hang behind a margin of two columns.", DIM)?;
//! page.paragraph(&text::pad("  found", 13), "a label, and words that hang behind it", "")?;
//! page.entry("  5 ✗ ", "words that keep clear of the right column", "   12.3", "")?;
//! page.command("    ", "openssl x509 -in ca.crt -noout -text")?;
//! # assert_eq!(String::from_utf8_lossy(&out), "
//! # ── 3. The client verifies it ───────────────────────────────────────────────────
//! # client → ClientHello                                           229 bytes, 0.1 ms
//! #   Words that hang behind a margin of two columns.
//! #   found      a label, and words that hang behind it
//! #   5 ✗ words that keep clear of the right column                             12.3
//! #     openssl x509 -in ca.crt -noout -text
//! # ".replace("\n# ", "\n"));
//! # Ok(())
//! # }
//! ```

use std::io::{self, Write};

use crate::language::{Language, Phrase};
use crate::narration::{Side, words};
use crate::text::{self, columns};

/// Columns of every view.
pub const WIDTH: usize = 80;

/// Where a view is written, and how.
pub struct Page<'a> {
    /// Where to. A view that asks a question writes it here.
    pub out: &'a mut dyn Write,
    /// In which colours.
    pub paint: Paint,
    /// What happens to a word that no line holds.
    pub long_words: LongWords,
}

/// What happens to a word that is longer than a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongWords {
    /// It stays whole and sticks out, because a reader wants to copy it: a path, an address.
    Keep,
    /// It is broken, because it is to be read and not to be copied: hexadecimal bytes, names.
    Break,
}

/// All methods fail only where `out` fails. A colour is one of the codes below; "" leaves words as they
/// are. A `head` may be painted already: escape sequences occupy no column.
impl Page<'_> {
    /// An empty line.
    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line as it is, but for blanks at its end.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{}", line.trim_end())
    }

    /// An empty line, and `── words ─────` across the page: a chapter begins.
    pub fn title(&mut self, words: &str, colour: &str) -> io::Result<()> {
        self.blank()?;
        self.rule(&format!("── {words}"), colour)
    }

    /// `words ─────` across the page.
    pub fn rule(&mut self, words: &str, colour: &str) -> io::Result<()> {
        let rule = "─".repeat(WIDTH.saturating_sub(columns(words) + 1));
        let line = self.paint.with(colour, &format!("{words} {rule}"));
        self.line(&line)
    }

    /// Two ends of a line: `left` at its beginning, `right` in the last columns.
    pub fn row(&mut self, left: &str, right: &str) -> io::Result<()> {
        let gap = WIDTH.saturating_sub(painted_columns(left) + painted_columns(right));
        self.line(&format!("{left}{:gap$}{right}", ""))
    }

    /// Words in lines, the first behind `head`, the others under the first. `head` is a margin, a mark
    /// or a label that [`text::pad`] has brought to its width.
    pub fn paragraph(&mut self, head: &str, words: &str, colour: &str) -> io::Result<()> {
        self.entry(head, words, "", colour)
    }

    /// A paragraph with a column to the right of it, where `right` stands in the first line. `right` is
    /// as wide as its column; the words stay to the left of it.
    pub fn entry(&mut self, head: &str, words: &str, right: &str, colour: &str) -> io::Result<()> {
        let indent = painted_columns(head);
        let width = WIDTH.saturating_sub(indent + painted_columns(right));
        let mut right = Some(right);
        for line in self.lines(words, width) {
            let head = match right {
                Some(_) => head.to_owned(),
                None => " ".repeat(indent),
            };
            let line = format!("{head}{}", self.paint.with(colour, &line));
            self.row(&line, right.take().unwrap_or_default())?;
        }
        Ok(())
    }

    /// A command to paste, behind `head`, in lines that a shell reads as one command.
    pub fn command(&mut self, head: &str, command: &str) -> io::Result<()> {
        let indent = painted_columns(head);
        let lines = text::fold(command, WIDTH.saturating_sub(indent));
        self.line(&format!(
            "{head}{}",
            lines.join(&format!("\n{:indent$}", ""))
        ))
    }

    /// Words as the lines of a column, at least one; a line feed in them ends a line.
    pub fn lines(&self, words: &str, width: usize) -> Vec<String> {
        let wrap = match self.long_words {
            LongWords::Keep => text::wrap,
            LongWords::Break => text::wrap_breaking,
        };
        words
            .split('\n')
            .flat_map(|line| wrap(line, width))
            .collect()
    }
}

/// The columns of a text that [`Paint`] may have coloured: its escape sequences end with an `m`.
fn painted_columns(text: &str) -> usize {
    let mut parts = text.split("\u{1b}[");
    let plain = parts.next().map_or(0, columns);
    let coloured = parts.map(|part| part.split_once('m').map_or(part, |(_, words)| words));
    plain + coloured.map(columns).sum::<usize>()
}

/// How words look to this reader: whether they are coloured, and in which language they are.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    colours: bool,
    /// The language of the page.
    pub language: Language,
}

/// What stands out.
pub const BOLD: &str = "1";
/// What may be skipped.
pub const DIM: &str = "2";
/// What failed.
pub const RED: &str = "31";
/// What holds.
pub const GREEN: &str = "32";
/// What may fail elsewhere, or later.
pub const YELLOW: &str = "33";
/// The wire between the sides.
pub const MAGENTA: &str = "35";

impl Paint {
    /// English, and no escape sequence at all.
    pub const PLAIN: Paint = Paint {
        colours: false,
        language: Language::English,
    };
    /// English, and colours, whatever the reader is.
    pub const COLOURED: Paint = Paint {
        colours: true,
        ..Paint::PLAIN
    };

    /// With colours or without, in this language.
    pub fn on(colours: bool, language: Language) -> Paint {
        Paint { colours, language }
    }

    /// A phrase in the language of the page.
    pub fn words(self, phrase: &Phrase) -> String {
        phrase.in_language(self.language)
    }

    /// `words` in the colour of this code (ECMA-48 §8.3.117). An empty code: as they are.
    pub fn with(self, code: &str, words: &str) -> String {
        if self.colours && !code.is_empty() && !words.is_empty() {
            format!("\u{1b}[{code}m{words}\u{1b}[0m")
        } else {
            words.to_owned()
        }
    }

    /// The name of a side in its colour: `client`, `server`.
    pub fn side(self, side: Side) -> String {
        self.with(self::side(side), &self.words(&words::side(side)))
    }
}

/// The colour of a side: everywhere the same.
pub fn side(side: Side) -> &'static str {
    match side {
        Side::Client => "36",
        Side::Server => "33",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(paint: Paint, write: impl Fn(&mut Page<'_>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        let long_words = LongWords::Break;
        let mut page = Page {
            out: &mut out,
            paint,
            long_words,
        };
        write(&mut page).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_chinese_name_keeps_every_line_within_80_columns() {
        let name = "CN=张三, O=示例公司, ".repeat(9);
        for paint in [Paint::PLAIN, Paint::COLOURED] {
            let page = written(paint, |page| {
                page.title("张三", BOLD)?;
                page.row("  张三", "(张三) step 3")?;
                page.paragraph(&page.paint.with(BOLD, "  张三  "), &name, DIM)?;
                page.entry("  5 ✗ ", &name, "   12.3", RED)
            });
            for line in page.lines() {
                assert!(painted_columns(line) <= WIDTH, "{line}");
            }
            let full = page.lines().filter(|line| painted_columns(line) == WIDTH);
            assert!(full.count() >= 3, "{page}");
        }
    }

    #[test]
    fn words_hang_behind_their_head() {
        let page = written(Paint::PLAIN, |page| {
            page.paragraph("  why    ", &"word ".repeat(16), "")
        });
        let word = "word ".repeat(14);
        assert_eq!(
            page,
            format!("  why    {}\n         word word\n", word.trim_end())
        );
    }
}
