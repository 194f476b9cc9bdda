//! The format of the catalogue's text files: `[name]`, and below it `key: value`. Unaware of what the keys mean.
//!
//! A line that begins with a blank goes on with the value before it, `#` begins a remark, and `== step 3 ==`
//! says at which step all that follows fails.

use std::fmt;

use crate::narration::Step;

/// What is written below one `[name]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) name: String,
    /// The line of its name, from 1.
    pub(super) line: usize,
    /// `None`: this file does not say.
    pub(super) step: Option<Step>,
    pub(super) fields: Vec<Field>,
}

/// One `key: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// What is wrong with a text file, and where. For the author of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// `en.txt`.
    pub file: &'static str,
    /// From 1.
    pub line: usize,
    /// What stands there, and what should.
    pub found: String,
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}: {}", self.file, self.line, self.found)
    }
}

/// Which keys the fields of a file may have.
#[derive(Clone, Copy)]
pub(super) enum Keys<'k> {
    /// These, each once a section.
    OneOf(&'k [&'k str]),
    /// Any, as often as one likes.
    Any,
}

/// The sections of a file.
pub(super) fn parse(
    file: &'static str,
    text: &str,
    keys: Keys<'_>,
) -> Result<Vec<Section>, Misplaced> {
    let (mut sections, mut step) = (Vec::<Section>::new(), None);
    for (index, written) in text.lines().enumerate() {
        let line = index + 1;
        let wrong = |found: String| Err(Misplaced { file, line, found });
        let trimmed = written.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(heading) = inside(trimmed, "== ", " ==") {
            step = heading.strip_prefix("step ").and_then(step_of);
            if step.is_none() {
                return wrong(format!("\"{heading}\" is no step; write == step 3 =="));
            }
        } else if let Some(name) = inside(trimmed, "[", "]") {
            if let Some(earlier) = sections.iter().find(|section| section.name == name) {
                return wrong(format!("[{name}] stands on line {} already", earlier.line));
            }
            sections.push(Section {
                name: name.to_owned(),
                line,
                step,
                fields: Vec::new(),
            });
        } else if written.starts_with([' ', '\t']) {
            match sections.last_mut().and_then(|last| last.fields.last_mut()) {
                Some(field) => field.value = format!("{} {trimmed}", field.value),
                None => {
                    return wrong("the line goes on with a value, and none is before it".into());
                }
            }
        } else {
            let Some((key, value)) = trimmed.split_once(": ") else {
                return wrong(format!("\"{trimmed}\" is neither [name] nor key: value"));
            };
            let Some(section) = sections.last_mut() else {
                return wrong(format!("{key} stands before the first [name]"));
            };
            if let Keys::OneOf(keys) = keys {
                if !keys.contains(&key) {
                    let keys = keys.join("; ");
                    return wrong(format!("no key is called {key}; there is {keys}"));
                }
                if section.get(key).is_some() {
                    return wrong(format!("[{}] has {key} already", section.name));
                }
            }
            let (key, value) = (key.to_owned(), value.trim().to_owned());
            section.fields.push(Field { key, value, line });
        }
    }
    Ok(sections)
}

impl Section {
    /// The value of this key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.key == key)?;
        Some(&field.value)
    }
}

fn inside<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    text.strip_prefix(begin)?.strip_suffix(end)
}

fn step_of(number: &str) -> Option<Step> {
    let mut steps = [
        Step::Preparation,
        Step::ClientConnects,
        Step::ServerPresentsCertificate,
        Step::ClientVerifiesServer,
        Step::ClientPresentsCertificate,
        Step::ServerVerifiesClient,
        Step::ServerAuthorizesClient,
        Step::ApplicationData,
    ]
    .into_iter();
    steps.find(|step| step.number().to_string() == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse("x.txt", text, Keys::OneOf(&["story"]))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        for (text, found) in [
            ("story: a", "line 1: story stands before the first [name]"),
            (
                "[a]\n\nstory",
                "line 3: \"story\" is neither [name] nor key: value",
            ),
            (
                "[a]\ncause: b",
                "line 2: no key is called cause; there is story",
            ),
            ("[a]\nstory: b\nstory: c", "line 3: [a] has story already"),
            ("[a]\n[a]", "line 2: [a] stands on line 1 already"),
            (
                "[a]\n  b",
                "line 2: the line goes on with a value, and none is before it",
            ),
            (
                "== step 8 ==",
                "line 1: \"step 8\" is no step; write == step 3 ==",
            ),
        ] {
            assert_eq!(refused(text), format!("x.txt {found}"));
        }
    }

    #[test]
    fn a_value_goes_on_over_lines_and_a_remark_does_not_count() {
        let text = "# remark\n== step 5 ==\n[a]\nstory: b\n  c: d\n# remark\n\n[e]\n";
        let sections = parse("x.txt", text, Keys::OneOf(&["story"])).unwrap();
        assert_eq!(sections[0].get("story"), Some("b c: d"));
        assert_eq!(sections[1].step, Some(Step::ServerVerifiesClient));
        assert_eq!((sections[1].line, sections[1].get("story")), (8, None));
    }
}
