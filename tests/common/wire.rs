//! What every explained transcript has to keep, whatever its bytes.
use std::fs;

use super::pages::root;
use hello_mtls::instruments::fields::Field;
use hello_mtls::instruments::wire::conversation::{Conversation, Protection};
use hello_mtls::instruments::wire::transcript::Transcript;

/// The leaves of every tree are exactly its bytes; records and messages hold the same bytes.
pub(crate) fn every_byte_is_accounted_for(conversation: &Conversation) {
    for record in &conversation.records {
        covered(&record.fields, record.bytes.len());
        if let Protection::Decrypted(decrypted) = &record.protection {
            covered(&decrypted.fields, decrypted.plaintext.len());
        }
        let mut at = 0;
        for fragment in &record.fragments {
            assert_eq!(fragment.in_record.start, at, "fragments follow each other");
            at = fragment.in_record.end;
            let message = &conversation.messages[fragment.message];
            assert_eq!(
                record.content()[fragment.in_record.clone()],
                message.bytes[fragment.in_message.clone()]
            );
            assert!(message.fragments.contains(fragment));
        }
        assert_eq!(
            at,
            record.content().len(),
            "every byte of a record belongs to a message: {record:?}"
        );
    }
    for message in &conversation.messages {
        covered(&message.fields, message.bytes.len());
        assert!(
            message
                .step
                .is_none_or(|step| (1..=7).contains(&step.number()))
        );
        assert!(message.handshake < conversation.handshakes.len());
        let mut at = 0;
        for fragment in &message.fragments {
            assert_eq!(fragment.in_message.start, at);
            at = fragment.in_message.end;
            assert!(
                conversation.records[fragment.record]
                    .fragments
                    .contains(fragment)
            );
        }
        assert_eq!(
            at,
            message.bytes.len(),
            "every byte of a message belongs to a record"
        );
    }
}

fn covered(field: &Field, length: usize) {
    let mut at = 0;
    for leaf in field.leaves() {
        assert_eq!(leaf.range.start, at, "a gap or an overlap before {leaf:?}");
        at = leaf.range.end;
    }
    assert_eq!(at, length, "{}", field.label);
}

/// The labels of what does not follow the standard.
pub(crate) fn malformed(field: &Field) -> Vec<String> {
    field
        .leaves()
        .into_iter()
        .filter(|leaf| leaf.malformed)
        .map(|leaf| leaf.value.to_string())
        .collect()
}

/// All recordings, by name.
pub(crate) fn recordings() -> Vec<(String, Transcript)> {
    let mut all = Vec::new();
    for folder in ["tests/transcripts", "tests/rfc8448"] {
        for file in fs::read_dir(root().join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|end| end == "transcript") {
                let text = fs::read_to_string(&path).unwrap();
                all.push((
                    path.display().to_string(),
                    Transcript::parse(&text).unwrap(),
                ));
            }
        }
    }
    assert!(all.len() >= 10);
    all
}
