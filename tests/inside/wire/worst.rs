//! More than any view shows: it is read and judged all the same, and what is kept stays small.
use std::time::Duration;

use crate::common::wire::recordings;
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::terminal;
use hello_mtls::instruments::wire::conversation::{Conversation, Ending, Outcome};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::keeping::{MOST_KEPT, MOST_MESSAGES, MOST_RECORDS};
use hello_mtls::instruments::wire::transcript::{Chunk, Transcript};
use hello_mtls::narration::Side;

fn said(from: Side, bytes: Vec<u8>) -> Chunk {
    Chunk {
        from,
        at: Duration::ZERO,
        bytes,
    }
}

fn client(bytes: Vec<u8>) -> Transcript {
    Transcript {
        chunks: vec![said(Side::Client, bytes)],
        ..Transcript::default()
    }
}

fn recording(name: &str) -> Transcript {
    let file = format!("{name}.transcript");
    let mut all = recordings().into_iter();
    all.find(|(path, _)| path.ends_with(&file)).unwrap().1
}

fn shown(conversation: &Conversation) -> String {
    let mut text = Vec::new();
    terminal::write(&mut text, conversation, Paint::PLAIN).unwrap();
    String::from_utf8(text).unwrap()
}

fn verified(conversation: &Conversation) -> usize {
    let messages = conversation.messages.iter();
    let checks = messages.flat_map(|message| &message.checks);
    checks
        .filter(|check| check.outcome == Outcome::Verified)
        .count()
}

#[test]
fn what_is_beyond_the_bound_counts_and_decides() {
    let warning = [21, 3, 3, 0, 2, 1, 90];
    let fatal = [21, 3, 3, 0, 2, 2, 42];
    let conversation = explain(&client([&warning.repeat(3_000)[..], &fatal].concat()));
    assert_eq!(conversation.messages.len(), MOST_MESSAGES);
    assert_eq!(conversation.records.len(), MOST_RECORDS);
    assert_eq!(conversation.all_messages(), 3_001);
    assert_eq!(conversation.all_records(), 3_001);
    assert_eq!(conversation.bytes_from(Side::Client), 3_001 * 7);
    assert!(
        matches!(conversation.ending, Ending::Refused { alert: 42, .. }),
        "the last alert is not kept, and ends the connection: {:?}",
        conversation.ending
    );
    let terminal = shown(&conversation);
    assert!(
        terminal.contains("3001 messages in 3001 records"),
        "{terminal}"
    );
    assert!(terminal.contains("and 2801 more messages"), "{terminal}");
    assert!(
        terminal.contains("only the first of each step"),
        "{terminal}"
    );
}

/// Records that mean nothing in TLS 1.3, between the two flights of a handshake: behind them all keys are found.
#[test]
fn what_is_beyond_the_bound_changes_no_verdict() {
    for name in ["hello-mtls13", "hello-tls13", "curl-mtls13"] {
        let plain = recording(name);
        let mut flooded = plain.clone();
        let nothing = [20, 3, 3, 0, 1, 1].repeat(3_000);
        let answer = flooded
            .chunks
            .iter()
            .position(|chunk| chunk.from == Side::Server);
        let behind = answer.unwrap() + 1;
        flooded.chunks.insert(behind, said(Side::Client, nothing));
        let (before, after) = (explain(&plain), explain(&flooded));
        assert_eq!(after.all_messages(), before.all_messages() + 3_000);
        assert_eq!(verified(&after), verified(&before), "{name}");
        assert_eq!(after.ending, before.ending, "{name}");
        assert_eq!(after.unreadable(), before.unreadable(), "{name}");
        let (before, after) = (shown(&before), shown(&after));
        let known = |text: &str| {
            let line = text.lines().find(|line| line.starts_with("who is known"));
            line.unwrap().to_owned()
        };
        assert_eq!(known(&before), known(&after), "{name}");
    }
}

#[test]
fn a_certificate_of_many_parts_is_told_in_few_fields_and_every_byte_of_it() {
    let der = |tag: u8, contents: &[u8]| {
        let length = (contents.len() as u32).to_be_bytes();
        [&[tag, 0x83][..], &length[1..], contents].concat()
    };
    let vector = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[1..], bytes].concat();
    let name = der(0x30, &[0x31, 0].repeat(100_000));
    let body = [&[2, 1, 7, 0x30, 3, 6, 1, 42][..], &name].concat();
    let certificate = der(0x30, &der(0x30, &body));
    let message = [&[11][..], &vector(&vector(&vector(&certificate)))].concat();
    let records = message.chunks(16_384).map(|part| {
        let length = (part.len() as u16).to_be_bytes();
        [&[22, 3, 3][..], &length, part].concat()
    });
    let conversation = explain(&client(records.collect::<Vec<_>>().concat()));
    let [message] = &conversation.messages[..] else {
        panic!("{} messages", conversation.messages.len());
    };
    assert!(
        message.fields.count() < 20_100,
        "{}",
        message.fields.count()
    );
    assert!(message.fields.find("issuer").is_some());
    assert!(message.fields.find("not listed").is_some());
    crate::common::wire::every_byte_is_accounted_for(&conversation);
}

#[test]
fn a_message_in_very_many_records_keeps_a_bound_of_them_and_counts_all() {
    let header = [
        [22, 3, 3, 0, 1, 1],
        [22, 3, 3, 0, 1, 2],
        [22, 3, 3, 0, 1, 0],
        [22, 3, 3, 0, 1, 0],
    ];
    let body = [22, 3, 3, 0, 1, 9].repeat(20_000);
    let conversation = explain(&client([&header.concat()[..], &body].concat()));
    assert_eq!(conversation.records.len(), MOST_KEPT);
    assert_eq!(conversation.all_records(), 20_004);
    let [message] = &conversation.messages[..] else {
        panic!("{} messages", conversation.messages.len());
    };
    assert_eq!(message.carriers, 20_004);
    assert_eq!(message.bytes.len(), 20_004);
    let terminal = shown(&conversation);
    assert!(terminal.contains("and 20001 records more"), "{terminal}");
}

#[test]
fn no_recording_of_this_project_is_too_long_to_be_kept() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        assert_eq!(conversation.omitted.records, 0, "{name}");
        assert!(conversation.omitted.messages.is_empty(), "{name}");
        let mut messages = conversation.messages.iter();
        assert!(
            messages.all(|message| message.fields.find("not listed").is_none()),
            "{name}"
        );
    }
}
