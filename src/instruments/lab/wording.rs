//! The texts of an exercise: what is to be done, what is tested, three hints, the solution, and the shortcuts that do not
//! count.
//!
//! A file for each language. `%% task`, `%% tests` (lines of `NAME: what is tried`), `%% hint` (three times), `%% solution` and
//! `%% shortcut NAME` begin a part; NAME is a test, there the one that catches the shortcut. `{{word}}` stands for something that was drawn by lot. In a solution and in a
//! shortcut, the `sh` blocks are the commands: a test runs them, in the folder of the exercise.

use crate::docs;
use crate::language::Language;

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
        let page = docs::page("handshake/step7_application_data.md");
        let mut words = words.to_vec();
        words.push(("page of step 7", page.in_language(language)));
        Texts::read(language.pick(self.english, self.chinese), &words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
