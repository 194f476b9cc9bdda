//! In Chinese nothing that explains a byte is left in English: neither on the page nor in the terminal, of any recording.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::without_tags;
use crate::common::pages::root;
use hello_mtls::instruments::fields::Field;
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::{html, terminal};
use hello_mtls::instruments::wire::conversation::{Conversation, Kind};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;

/// Three words of small letters in a row, which no name of a standard has.
const RUN: usize = 3;

/// Names of secrets that are put together of small words (`key_schedule`).
const NAMES: [&str; 3] = [
    "derived for handshake",
    "derived for master",
    "of this ticket",
];

/// Every recording of the docs and of the tests.
fn recordings() -> Vec<(PathBuf, Conversation)> {
    let mut files = Vec::new();
    for folder in ["docs/transcripts", "tests"] {
        collect(&root().join(folder), &mut files);
    }
    let explained = files.into_iter().map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let conversation = explain(&Transcript::parse(&text).unwrap());
        (path, conversation)
    });
    explained.collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "transcript") {
            files.push(path);
        }
    }
}

/// Without what the peers say themselves: no view translates a page of HTML.
fn without_data(mut conversation: Conversation) -> Conversation {
    fn silent(field: &mut Field) {
        if !field.value.is_empty() && field.children.is_empty() {
            field.value = "…".into();
        }
        field.children.iter_mut().for_each(silent);
    }
    for message in &mut conversation.messages {
        if message.kind == Kind::ApplicationData {
            silent(&mut message.fields);
        }
    }
    conversation
}

/// Runs of English words in a text.
fn english(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut run: Vec<&str> = Vec::new();
    for word in text
        .split([' ', '\n'])
        .filter(|word| !word.is_empty())
        .chain([""])
    {
        let bare = word.trim_end_matches([',', '.', ';', ':']);
        let small = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_lowercase());
        // Two letters of hexadecimal are no word.
        let is_word = small && !bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_word {
            run.push(bare);
        }
        if !is_word || bare != word {
            if run.len() >= RUN {
                found.insert(run.join(" "));
            }
            run.clear();
        }
    }
    found.retain(|run| !NAMES.contains(&&**run));
    found
}

/// The words of a page: what is code, a script or a style is none.
fn words_of(page: &str) -> String {
    let mut words = page.to_owned();
    for tag in ["script", "style", "code", "pre", "svg"] {
        let mut kept = String::new();
        for (at, part) in words.split(&format!("<{tag}")).enumerate() {
            let end = format!("</{tag}>");
            kept += match at {
                0 => part,
                _ => part.split_once(&end).map_or("", |(_, rest)| rest),
            };
            kept.push('\n');
        }
        words = kept;
    }
    // A line feed between two elements, so that their words are no run.
    without_tags(&words.replace('<', "\u{b7}\n<"))
}

#[test]
fn no_recording_is_explained_in_english_where_chinese_is_wanted() {
    let mut left = BTreeSet::new();
    let mut count = 0;
    for (path, conversation) in recordings() {
        count += 1;
        let conversation = without_data(conversation);
        let mut out = Vec::new();
        terminal::write(&mut out, &conversation, Paint::on(false, Language::Chinese)).unwrap();
        let page = words_of(&html::page(&conversation, Language::Chinese));
        for (view, text) in [
            ("terminal", String::from_utf8(out).unwrap()),
            ("page", page),
        ] {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            left.extend(
                english(&text)
                    .into_iter()
                    .map(|run| format!("{run} ({view} of {name})")),
            );
        }
    }
    assert!(
        count > 30,
        "{count} recordings: does the search still work?"
    );
    let left: Vec<String> = left.into_iter().collect();
    assert!(left.is_empty(), "{} left:\n{}", left.len(), left.join("\n"));
}

#[test]
fn english_is_found_where_it_is() {
    assert_eq!(english("证书 (the rest of it) 里").len(), 0, "two at most");
    assert_eq!(english("客户端 has to send 它").len(), 1);
    assert_eq!(english("dd ee ff aa bc ad").len(), 0);
    assert_eq!(english("客户端 ClientHello, key_share").len(), 0);
}
