//! The languages of the program: every phrase of the sources has its Chinese, and says the same things in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hello_mtls::instruments::failures;
use hello_mtls::instruments::wire::names::ALL;
use hello_mtls::language::templates;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A `phrase!` of the sources.
struct Said {
    template: String,
    /// The names of its values.
    values: BTreeSet<String>,
    file: PathBuf,
}

fn phrases() -> Vec<Said> {
    let mut phrases = Vec::new();
    for (path, code) in sources("src") {
        // The macro itself is defined there.
        if !path.ends_with("src/language/phrase.rs") {
            collect(code, &path, &mut phrases);
        }
    }
    phrases
}

/// The code of each file in a folder, without its tests: a test may say what it likes.
fn sources(folder: &str) -> Vec<(PathBuf, TokenStream)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                sources.push((path, code.parse().unwrap()));
            }
        }
    }
    sources
}

/// Every `phrase!(…)`, wherever it stands: also inside of another macro.
fn collect(tokens: TokenStream, file: &Path, phrases: &mut Vec<Said>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let is = |back: usize, what: &str| {
            at.checked_sub(back)
                .is_some_and(|at| tokens[at].to_string() == what)
        };
        if is(1, "!") && is(2, "phrase") && group.delimiter() == Delimiter::Parenthesis {
            phrases.push(said(group.stream(), file));
        }
        collect(group.stream(), file, phrases);
    }
}

fn said(arguments: TokenStream, file: &Path) -> Said {
    let mut arguments = arguments.into_iter();
    let literal = arguments.next().unwrap().to_string();
    let template = syn::parse_str::<syn::LitStr>(&literal)
        .unwrap_or_else(|error| panic!("{}: {literal}: {error}", file.display()))
        .value();
    let mut values = BTreeSet::new();
    let mut after_comma = false;
    for token in arguments {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => after_comma = true,
            TokenTree::Ident(name) if after_comma => {
                values.insert(name.to_string());
                after_comma = false;
            }
            _ => after_comma = false,
        }
    }
    Said {
        template,
        values,
        file: file.to_owned(),
    }
}

/// The names between braces.
fn placeholders(template: &str) -> BTreeSet<String> {
    let template = template.replace("{{", "").replace("}}", "");
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_phrase_has_its_chinese_and_no_chinese_is_left_over() {
    let chinese: BTreeMap<String, String> = templates().unwrap().into_iter().collect();
    let said = phrases();
    assert!(said.len() > 60, "{}: does the scan still work?", said.len());
    let mut wrong = BTreeSet::new();
    for phrase in &said {
        let Said {
            template,
            values,
            file,
        } = phrase;
        let file = file.display();
        let names = placeholders(template);
        // A placeholder without a value of its own would take a variable that happens to have its name.
        if names != *values {
            wrong.insert(format!("{file}: {template:?} has the values {values:?}"));
        }
        match chinese.get(template) {
            None => {
                wrong.insert(format!(
                    "{file}: no Chinese in src/language/zh.txt:\nen: {}\nzh: ",
                    template.replace('\n', "\\n")
                ));
            }
            Some(other) if placeholders(other) != names => {
                wrong.insert(format!("other placeholders: {template:?} and {other:?}"));
            }
            Some(_) => {}
        }
    }
    let mut used: BTreeSet<&str> = said.iter().map(|phrase| &*phrase.template).collect();
    // What a table says, not a call.
    for registry in ALL {
        for number in 0..=u16::MAX {
            let meaning = registry.meaning(number);
            if !meaning.is_empty() && !chinese.contains_key(meaning) {
                wrong.insert(format!(
                    "no Chinese for a number's meaning:\nen: {meaning}\nzh: "
                ));
            }
            used.insert(meaning);
        }
    }
    let mut notes = 0;
    for note in failures::notes() {
        notes += 1;
        if !chinese.contains_key(note) {
            wrong.insert(format!("no Chinese for a note:\nen: {note}\nzh: "));
        }
        used.insert(note);
    }
    assert!(notes > 0, "does the catalogue still have notes?");
    for template in chinese
        .keys()
        .filter(|template| !used.contains(&***template))
    {
        wrong.insert(format!("not used any more: {template:?}"));
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn chinese_has_chinese_punctuation_between_chinese_words() {
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (english, template) in templates().unwrap() {
        let characters: Vec<char> = template.chars().collect();
        for pair in characters.windows(2) {
            let [one, other] = pair else { continue };
            let half = |c: char| ",:;?!()\"".contains(c);
            assert!(
                !(chinese(*one) && half(*other) || half(*one) && chinese(*other)),
                "{template} ({english}): {one}{other}"
            );
        }
    }
}

/// The literals that are no template of a phrase, nor in an attribute.
fn literals(tokens: TokenStream, found: &mut Vec<String>) {
    let mut before = [String::new(), String::new()];
    for token in tokens {
        match &token {
            // An attribute, such as a comment that documents.
            TokenTree::Group(_) if before.iter().any(|token| token == "#") => {}
            // The values of a phrase may be literals.
            TokenTree::Group(group) if before == ["phrase", "!"] => {
                literals(group.stream().into_iter().skip(1).collect(), found);
            }
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.push(text.value());
                }
            }
            _ => {}
        }
        let [_, last] = before;
        before = [last, token.to_string()];
    }
}

/// Names, labels of the standards and formulas, which are the same in every language.
const NAMES: [&str; 6] = [
    "derived for ",
    "e exp master",
    "PSK of this ticket",
    "extended master secret",
    "unknown handshake message",
    "a part of an alert",
];

/// Files that say other things: a table, of which every row is asked above, and what is wrong with a file.
const OTHER: [&str; 2] = ["names.rs", "transcript.rs"];

#[test]
fn what_explains_a_byte_is_a_phrase() {
    let mut wrong = Vec::new();
    for folder in ["wire", "x509", "inspect"] {
        for (path, code) in sources(&format!("src/instruments/{folder}")) {
            if OTHER.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            let mut found = Vec::new();
            literals(code, &mut found);
            for text in found {
                let words: Vec<&str> = text.split_whitespace().collect();
                let is_word = |word: &&str| {
                    word.len() > 1
                        && word
                            .bytes()
                            .all(|byte| byte.is_ascii_lowercase() || byte == b',')
                };
                let sentence = words.windows(3).any(|run| run.iter().all(is_word));
                if sentence && !NAMES.iter().any(|name| text.starts_with(name)) {
                    wrong.push(format!("{}: {text:?}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
