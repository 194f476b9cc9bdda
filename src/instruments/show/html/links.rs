//! Links out of the page: to standards, and from the samples in the docs to the tutorial and the code.

use crate::language::Language;
use crate::text::html as escaped;

/// Where a page lies, and so what it can link to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a folder of the user's. Files of the project are named there: a link to them would lead nowhere.
    Anywhere,
    /// Among the docs of its language: `docs/` or `docs/zh/`.
    Docs,
}

/// The code and the chapter of the tutorial that belong to a step. Both are paths from the root of the project.
pub(super) fn where_it_stands(
    module: &str,
    chapter: &str,
    place: Place,
    language: Language,
) -> String {
    if place == Place::Anywhere {
        return format!("<code>{module}</code> <code>{chapter}</code>");
    }
    let root = language.pick("../", "../../");
    let page = chapter.strip_prefix("docs/").unwrap_or(chapter);
    format!(
        "<a href=\"{root}{module}\"><code>{module}</code></a> <a href=\"{page}\"><code>{page}</code></a>"
    )
}

/// `RFC 8446 §4.3`, then `§4.4` of the same, each as a link.
pub(super) fn standards(sources: &[&str]) -> String {
    let mut number = "";
    let mut links = String::new();
    for source in sources {
        if let Some((first, _)) = source.split_once(" §") {
            number = first;
        }
        let full = if source.starts_with('§') {
            format!("{number} {source}")
        } else {
            (*source).to_owned()
        };
        links.push_str(&format!(" {}", link(&full, source)));
    }
    links
}

/// A standard and section as a link to it; other words as they are.
pub(super) fn source(source: &str) -> String {
    link(source, source)
}

fn link(source: &str, words: &str) -> String {
    let words = escaped(words);
    let place = source
        .strip_prefix("RFC ")
        .and_then(|rest| rest.split_once(" §"));
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    match place {
        Some((number, section)) if plain(number) && plain(section) => {
            let kind = if section.starts_with(|first: char| first.is_ascii_digit()) {
                "section"
            } else {
                "appendix"
            };
            format!(
                "<a class=\"rfc\" href=\"https://www.rfc-editor.org/rfc/rfc{number}#{kind}-{section}\">{words}</a>"
            )
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_links_to_its_section() {
        assert!(source("RFC 8446 §4.1.2").contains("/rfc8446#section-4.1.2\""));
        assert!(source("RFC 8446 §D.4").contains("/rfc8446#appendix-D.4\""));
        assert_eq!(source("X.690 §8"), "X.690 §8");
    }
}
