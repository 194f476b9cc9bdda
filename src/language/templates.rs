//! The Chinese templates, each by its English one.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A line of `zh.txt` that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub found: &'static str,
}

/// The Chinese template for this English one.
pub(super) fn chinese(english: &str) -> Option<&'static str> {
    static CHINESE: LazyLock<HashMap<String, String>> =
        LazyLock::new(|| templates().unwrap_or_default().into_iter().collect());
    CHINESE.get(english).map(String::as_str)
}

/// Both templates of each phrase, in the order of the file. `\n` in the file is a line feed.
///
/// # Errors
/// The first line that is not as it should be. A test reads the file, so no user sees that.
pub fn templates() -> Result<Vec<(String, String)>, Misplaced> {
    read(include_str!("zh.txt"))
}

fn read(file: &str) -> Result<Vec<(String, String)>, Misplaced> {
    let mut templates = Vec::new();
    let mut waiting: Option<String> = None;
    for (index, line) in file.lines().enumerate() {
        let misplaced = |found| Misplaced {
            line: index + 1,
            found,
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, words)) = line.split_once(": ") else {
            return Err(misplaced("neither en: nor zh:"));
        };
        let words = words.replace("\\n", "\n");
        match (key, waiting.take()) {
            ("en", None) => waiting = Some(words),
            ("zh", Some(english)) => templates.push((english, words)),
            ("en", Some(_)) => return Err(misplaced("the one before has no Chinese")),
            ("zh", None) => return Err(misplaced("no English before it")),
            _ => return Err(misplaced("neither en: nor zh:")),
        }
    }
    match waiting {
        Some(_) => Err(Misplaced {
            line: file.lines().count(),
            found: "the last one has no Chinese",
        }),
        None => Ok(templates),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_well_formed_and_says_nothing_twice() {
        let templates = templates().unwrap();
        let mut english: Vec<&String> = templates.iter().map(|(english, _)| english).collect();
        english.sort();
        let all = english.len();
        english.dedup();
        assert_eq!(english.len(), all);
    }

    #[test]
    fn a_mistake_is_found_with_its_line() {
        assert_eq!(read("en: a\nzh: 一\n").unwrap().len(), 1);
        for (file, line) in [
            ("en: a\n", 1),
            ("zh: 一\n", 1),
            ("en: a\nen: b\n", 2),
            ("x", 1),
        ] {
            assert_eq!(read(file).unwrap_err().line, line, "{file}");
        }
    }
}
