//! The texts of an exercise: what is to be done, what is tested, three hints, the solution, and the shortcuts that do not
//! count.
//!
//! A file for each language. `%% task`, `%% tests` (lines of `NAME: what is tried`), `%% hint` (three times), `%% solution` and
//! `%% shortcut NAME` begin a part; NAME is a test, there the one that catches the shortcut. `{{word}}` stands for something that was drawn by lot. In a solution and in a
//! shortcut, the `sh` blocks are the commands: a test runs them, in the folder of the exercise.

use crate::docs;
use crate::instruments::page::WIDTH;
use crate::language::Language;
use crate::text::{columns, wrap};

/// The texts of one exercise in one language.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The title.
    pub title: String,
    /// The README of its folder.
    pub task: String,
    /// The tests, by name: what each of them tries.
    pub tests: Vec<(String, String)>,
    /// Each says a little more than the one before it.
    pub hints: Vec<String>,
    /// The commands, and why they are right.
    pub solution: String,
    /// Ways that look like a solution.
    pub shortcuts: Vec<Shortcut>,
}

/// A way that looks like a solution, and is none.
#[derive(Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// The test that fails.
    pub caught_by: String,
    /// What it is, and its commands.
    pub text: String,
}

impl Texts {
    /// Reads a file of texts, with the words that were drawn in their places.
    pub fn read(file: &str, words: &[(&str, String)]) -> Texts {
        let mut filled = file.to_owned();
        for (name, word) in words {
            filled = filled.replace(&format!("{{{{{name}}}}}"), word);
        }
        let mut texts = Texts::default();
        for part in format!("\n{filled}").split("\n%% ").skip(1) {
            let (head, text) = part.split_once('\n').unwrap_or((part, ""));
            let text = text.trim().to_owned();
            match head.split_once(' ') {
                Some(("shortcut", test)) => texts.shortcuts.push(Shortcut {
                    caught_by: test.trim().to_owned(),
                    text,
                }),
                _ if head == "task" => texts.task = text,
                _ if head == "tests" => texts.tests = tests(&text),
                _ if head == "hint" => texts.hints.push(text),
                _ if head == "solution" => texts.solution = text,
                _ => {}
            }
        }
        let first = texts.task.lines().next().unwrap_or_default();
        texts.title = first.trim_start_matches('#').trim().to_owned();
        texts
    }

    /// What the test of this name tries.
    pub fn tried(&self, name: &str) -> &str {
        let found = self.tests.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, tried)| tried)
    }

    /// The commands in the `sh` blocks of a text.
    pub fn commands(text: &str) -> String {
        let blocks = text.split("```sh\n").skip(1);
        blocks
            .filter_map(|block| block.split("```").next())
            .collect()
    }
}

fn tests(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter_map(|line| line.split_once(": "));
    lines
        .map(|(name, tried)| (name.to_owned(), tried.to_owned()))
        .collect()
}

/// Markdown for a terminal: paragraphs and items in lines of 80 columns. Code, headings and tables stay as they are.
pub fn folded(markdown: &str) -> String {
    let mut lines = Vec::new();
    let mut paragraph = String::new();
    let mut fenced = false;
    for line in markdown.lines().chain([""]) {
        let fence = line.starts_with("```");
        fenced ^= fence;
        let is_kept = ["#", "|", "    "].iter().any(|mark| line.starts_with(mark));
        let is_kept = fenced || fence || is_kept || line.is_empty();
        if is_kept || item(line) > 0 {
            lines.extend(fold(&std::mem::take(&mut paragraph)));
        }
        if is_kept {
            lines.push(line.to_owned());
        } else {
            join(&mut paragraph, line.trim());
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// How far an item hangs behind its mark: `- `, `1. `. Zero: it is no item.
fn item(line: &str) -> usize {
    let numbered = line.split_once(". ").map(|(number, _)| number);
    let numbered = numbered.filter(|number| number.parse::<u8>().is_ok());
    match numbered {
        Some(number) => number.len() + 2,
        None if line.starts_with("- ") => 2,
        None => 0,
    }
}

fn fold(paragraph: &str) -> Vec<String> {
    if paragraph.is_empty() {
        return Vec::new();
    }
    // A command in a sentence stays in one line, so that it can be copied: its blanks are none for `wrap`.
    let parts = paragraph.split('`').enumerate();
    let parts = parts.map(|(number, part)| match number % 2 {
        0 => part.to_owned(),
        _ => part.replace(' ', "\u{a0}"),
    });
    let whole = parts.collect::<Vec<_>>().join("`");
    let hang = item(paragraph);
    let lines = wrap(&whole, WIDTH - hang).into_iter().enumerate();
    let lines = lines.map(|(number, line)| match number {
        0 => line,
        _ => format!("{:hang$}{line}", ""),
    });
    lines.map(|line| line.replace('\u{a0}', " ")).collect()
}

/// Chinese has no blank where a line of its source ends.
fn join(paragraph: &mut String, line: &str) {
    let wide = |character: char| columns(character.encode_utf8(&mut [0; 4])) > 1;
    let punctuation = |character: char| wide(character) && !character.is_alphanumeric();
    if let (Some(before), Some(after)) = (paragraph.chars().next_back(), line.chars().next()) {
        let both = wide(before) && wide(after);
        if !both && !punctuation(before) && !punctuation(after) {
            paragraph.push(' ');
        }
    }
    paragraph.push_str(line);
}

/// The files of an exercise, English and Chinese, as `include_str!` gives them.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// English.
    pub english: &'static str,
    /// 简体中文.
    pub chinese: &'static str,
}

impl Files {
    /// The texts in a language.
    pub fn texts(self, language: Language, words: &[(&str, String)]) -> Texts {
        let mut words = words.to_vec();
        for (name, page) in [
            ("page about the wire", "wire.md"),
            ("page about a new CA", "operations.md#new-root"),
        ] {
            words.push((name, docs::page(page).in_language(language)));
        }
        Texts::read(language.pick(self.english, self.chinese), &words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_fits_a_terminal_and_a_command_is_not_broken() {
        let long = "word ".repeat(13);
        let text = format!(
            "# T\n\n{long}\n`a command of several words` ends it.\n\n- one\n  more\n1. two\n\n```sh\na\nb\n```\n"
        );
        let expected = format!(
            "# T\n\n{}\n`a command of several words` ends it.\n\n- one more\n1. two\n\n```sh\na\nb\n```",
            long.trim_end()
        );
        assert_eq!(folded(&text), expected);
        let chinese = format!("{}\n下一行，\n`码`\n之后 TLS\n握手", "字".repeat(45));
        let folded = folded(&chinese);
        assert!(
            folded.lines().all(|line| columns(line) <= WIDTH),
            "{folded}"
        );
        assert_eq!(
            folded.replace('\n', ""),
            format!("{}下一行，`码` 之后 TLS 握手", "字".repeat(45))
        );
    }

    #[test]
    fn the_parts_of_a_file_are_found() {
        let file = "%% task\n# Title\n\nFor {{name}}.\n%% tests\nin: {{name}} comes in\n%% hint\none\n%% hint\ntwo\n%% solution\nSo:\n```sh\na\n```\nand\n```sh\nb\n```\n%% shortcut same-key\nno\n";
        let texts = Texts::read(file, &[("name", "ada".to_owned())]);
        assert_eq!(texts.title, "Title");
        assert_eq!(texts.task, "# Title\n\nFor ada.");
        assert_eq!(texts.tried("in"), "ada comes in");
        assert_eq!(texts.hints, ["one", "two"]);
        assert_eq!(Texts::commands(&texts.solution), "a\nb\n");
        assert_eq!(texts.shortcuts[0].caught_by, "same-key");
    }
}
