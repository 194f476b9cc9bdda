//! The bytes in the docs are those of recorded connections: every `hex` and every `wire` block.
//!
//! A `hex` block takes one message, or one record, from its first byte to its last:
//!
//! ```text
//! # docs/transcripts/mtls13.transcript: client Finished
//! 14                     msg_type: which handshake message this is
//! 00 00 30               length: 48 bytes follow
//! aa 9c 0f … 45 more     verify_data
//! ```
//!
//! The word behind the bytes is the label that the program itself gives to what begins there.
//!
//! A `wire` block is a whole connection: who wrote how many bytes, and the messages in them. A `diff`
//! block has two of them. A `compare` block is a part of the comparison of two connections.
use std::fs;

use crate::common::pages::{blocks, pages, root};
use hello_mtls::instruments::fields::{Field, Reader, read_all};
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::side_by_side;
use hello_mtls::instruments::wire::conversation::{Conversation, Protection};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::{Chunk, Transcript};
use hello_mtls::narration::Side;

fn transcript(path: &str) -> Transcript {
    let text = fs::read_to_string(root().join(path)).unwrap();
    Transcript::parse(&text).unwrap_or_else(|problem| panic!("{path}: {problem}"))
}

fn side(word: &str) -> Side {
    match word {
        "client" => Side::Client,
        "server" => Side::Server,
        other => panic!("{other}: client or server"),
    }
}

/// `client Finished`, or `server record 2`, also with `inside` or `nonce`: the bytes, and what they are.
fn named(conversation: &Conversation, name: &str) -> (Vec<u8>, Field) {
    let (from, what) = name.split_once(' ').unwrap();
    let from = side(from);
    if let Some(words) = what.strip_prefix("record ") {
        let (number, part) = words.split_once(' ').unwrap_or((words, ""));
        let number: usize = number.parse().unwrap();
        let mut records = conversation.records.iter();
        let record = records.find(|record| record.from == from && record.number == number);
        let record = record.unwrap();
        return match (&record.protection, part) {
            (_, "") => (record.bytes.clone(), record.fields.clone()),
            (Protection::Decrypted(open), "inside") => {
                (open.plaintext.clone(), open.fields.clone())
            }
            (Protection::Decrypted(open), "nonce") => {
                let whole = |bytes: &mut Reader<'_>| bytes.bytes(12, "nonce", "").map(drop);
                (
                    open.nonce.clone(),
                    read_all(&open.nonce, "nonce", "", "", whole),
                )
            }
            _ => panic!("{name} is not encrypted"),
        };
    }
    let messages = &conversation.messages;
    let message = messages
        .iter()
        .find(|one| one.from == from && one.name == what);
    let message = message.unwrap_or_else(|| panic!("no {name}"));
    (message.bytes.clone(), message.fields.clone())
}

fn with_parts<'a>(field: &'a Field, all: &mut Vec<&'a Field>) {
    all.push(field);
    for child in &field.children {
        with_parts(child, all);
    }
}

/// A line: the bytes shown, how many more are left out, and the label.
fn line_of(line: &str) -> (Vec<u8>, usize, &str) {
    let (hex, words) = line.split_once("  ").unwrap_or((line, ""));
    let (hex, more) = match hex.split_once('…') {
        Some((hex, more)) => {
            let more = more.trim().strip_suffix(" more").unwrap();
            (hex, more.replace(',', "").parse().unwrap())
        }
        None => (hex, 0),
    };
    let bytes = hex
        .split_whitespace()
        .map(|pair| u8::from_str_radix(pair, 16).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let label = words.split(": ").next().unwrap_or_default().trim();
    (bytes, more, label)
}

#[test]
fn the_bytes_in_the_docs_are_those_of_the_recorded_connection() {
    let mut shown = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (_, lines) in blocks(&text).into_iter().filter(|(word, _)| *word == "hex") {
            let (file, name) = lines[0]
                .strip_prefix("# ")
                .unwrap()
                .split_once(": ")
                .unwrap();
            let conversation = explain(&transcript(file));
            let (bytes, tree) = named(&conversation, name);
            let mut fields = Vec::new();
            with_parts(&tree, &mut fields);
            let mut at = 0;
            for line in &lines[1..] {
                let (hex, more, label) = line_of(line);
                let end = at + hex.len();
                assert_eq!(
                    bytes.get(at..end),
                    Some(&hex[..]),
                    "{page:?}, {name}: {line}"
                );
                let begins_here = |field: &&&Field| field.range.start == at;
                let labels: Vec<&str> = fields
                    .iter()
                    .filter(begins_here)
                    .map(|field| field.label.as_str())
                    .collect();
                assert!(
                    labels.contains(&label),
                    "{page:?}, {name}: {line}: one of {labels:?}"
                );
                at = end + more;
                let boundary = fields.iter().any(|field| field.range.end == at);
                assert!(boundary, "{page:?}, {name}: {line}: ends inside a field");
            }
            assert_eq!(at, bytes.len(), "{page:?}: {name} to its last byte");
            shown += 1;
        }
    }
    assert!(shown >= 7, "every step shows its bytes: {shown}");
}

/// A connection as a `wire` block shows it. What one call wrote is one line of its own.
fn outline(transcript: &Transcript) -> String {
    let conversation = explain(transcript);
    let mut outline = String::new();
    let mut messages = conversation.messages.iter().peekable();
    for chunk in transcript
        .chunks
        .iter()
        .filter(|chunk| !chunk.bytes.is_empty())
    {
        let arrow = match chunk.from {
            Side::Client => "client ──▶ server",
            Side::Server => "client ◀── server",
        };
        outline += &format!("{arrow}  {} bytes\n", chunk.bytes.len());
        let records = chunk_records(&conversation, transcript, chunk);
        while let Some(message) = messages.next_if(|message| {
            let last = message.fragments.last().map(|fragment| fragment.record);
            last.is_some_and(|last| records.contains(&last))
        }) {
            let seen = if message.in_the_clear {
                "in the clear"
            } else {
                "encrypted"
            };
            let (step, size) = (message.step.unwrap().number(), message.bytes.len());
            outline += &format!("  {step}  {:<22} {size:>5}  {seen}\n", message.name);
        }
    }
    outline
}

/// The records that end in a chunk, as indices into the conversation.
fn chunk_records(
    conversation: &Conversation,
    transcript: &Transcript,
    chunk: &Chunk,
) -> Vec<usize> {
    let before: usize = transcript
        .chunks
        .iter()
        .take_while(|other| !std::ptr::eq(*other, chunk))
        .filter(|other| other.from == chunk.from)
        .map(|other| other.bytes.len())
        .sum();
    let mut end = 0;
    let mut ending = Vec::new();
    for (index, record) in conversation.records.iter().enumerate() {
        if record.from == chunk.from {
            end += record.bytes.len();
            if end > before && end <= before + chunk.bytes.len() {
                ending.push(index);
            }
        }
    }
    ending
}

/// The words of each line, one space between them.
fn squeezed(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn the_sizes_in_the_docs_are_those_of_the_recorded_connection() {
    let mut shown = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (_, lines) in blocks(&text)
            .into_iter()
            .filter(|(word, _)| *word == "wire")
        {
            let outline = outline(&transcript(lines[0].strip_prefix("# ").unwrap()));
            assert_eq!(
                squeezed(&lines[1..].join("\n")),
                squeezed(&outline),
                "{page:?} should show\n{outline}"
            );
            shown += 1;
        }
    }
    assert!(shown >= 2, "TLS and mTLS: {shown}");
}

#[test]
fn taking_one_side_of_a_diff_gives_the_recorded_connection_of_that_side() {
    let mut shown = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (_, lines) in blocks(&text)
            .into_iter()
            .filter(|(word, _)| *word == "diff")
        {
            for (number, mark) in [(0, '-'), (1, '+')] {
                let file = lines[number].split_once(' ').unwrap().1;
                let kept = lines[2..]
                    .iter()
                    .filter(|line| line.starts_with([' ', mark]));
                let kept: Vec<&str> = kept.map(|line| &line[1..]).collect();
                let outline = outline(&transcript(file));
                assert_eq!(
                    squeezed(&kept.join("\n")),
                    squeezed(&outline),
                    "{page:?}: {file}"
                );
                shown += 1;
            }
        }
    }
    assert!(shown >= 2, "TLS and mTLS: {shown}");
}

/// A `compare` block quotes a few lines of the comparison of two recordings, one after the other.
#[test]
fn the_comparisons_in_the_docs_are_what_is_shown() {
    let mut shown = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let quoted = blocks(&text).into_iter();
        for (_, lines) in quoted.filter(|(word, _)| *word == "compare") {
            let (first, second) = lines[0]
                .strip_prefix("# ")
                .unwrap()
                .split_once(' ')
                .unwrap();
            let both = [first, second].map(|path| explain(&transcript(path)));
            let mut out = Vec::new();
            let conversations = [&both[0], &both[1]];
            side_by_side::write(&mut out, [first, second], conversations, Paint::PLAIN).unwrap();
            let told = String::from_utf8(out).unwrap();
            let quoted = lines[1..].join("\n");
            assert!(told.contains(&quoted), "{page:?}: {quoted}\n{told}");
            shown += 1;
        }
    }
    assert_eq!(shown, 2, "one in each language");
}
