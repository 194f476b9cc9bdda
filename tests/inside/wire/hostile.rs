//! Whatever the bytes: an answer, every byte in it, and not much larger than the question.
//!
//! `HELLO_MTLS_ROUNDS=100000 cargo test --test inside wire::hostile` looks longer than the default.
use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use arbtest::arbitrary::{Result, Unstructured};

use crate::common::properties::{below, mutated, random, rounds};
use crate::common::wire::every_byte_is_accounted_for;
use hello_mtls::instruments::fields::Field;
use hello_mtls::instruments::wire::conversation::{
    Conversation, Kind, Message, Outcome, Protection, Record,
};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::{Chunk, Transcript};
use hello_mtls::narration::Side;

fn recordings() -> Vec<Transcript> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = ["transcripts", "rfc8448"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(tests.join(folder)).unwrap());
    let mut paths: Vec<_> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "transcript"))
        .collect();
    paths.sort();
    let recordings: Vec<Transcript> = paths
        .iter()
        .map(|path| Transcript::parse(&std::fs::read_to_string(path).unwrap()).unwrap())
        .collect();
    assert!(recordings.len() >= 8);
    // The same messages once more without encryption, so that mutations reach what stands inside.
    let opened: Vec<Transcript> = recordings.iter().map(in_the_clear).collect();
    recordings.into_iter().chain(opened).collect()
}

fn in_the_clear(transcript: &Transcript) -> Transcript {
    let conversation = explain(transcript);
    let chunk = |message: &hello_mtls::instruments::wire::conversation::Message| {
        let kind = match message.kind {
            Kind::Handshake(_) => 22,
            Kind::Alert(..) => 21,
            Kind::ChangeCipherSpec => 20,
            _ => 23,
        };
        let records = message
            .bytes
            .chunks(16_000)
            .map(|part| [&[kind, 3, 3][..], &(part.len() as u16).to_be_bytes(), part].concat());
        Chunk {
            from: message.from,
            at: message.at,
            bytes: records.collect::<Vec<_>>().concat(),
        }
    };
    Transcript {
        chunks: conversation.messages.iter().map(chunk).collect(),
        ..transcript.clone()
    }
}

fn mutate(u: &mut Unstructured<'_>, transcript: &mut Transcript) -> Result<()> {
    let count = transcript.chunks.len();
    let (one, other) = (below(u, count)?, below(u, count)?);
    let Some(chunk) = transcript.chunks.get_mut(one) else {
        return Ok(());
    };
    match u.int_in_range(0..=11)? {
        0 => {
            let place = below(u, chunk.bytes.len())?;
            let tail = Chunk {
                bytes: chunk.bytes.split_off(place),
                ..chunk.clone()
            };
            transcript.chunks.insert(one + 1, tail);
        }
        1 => transcript.chunks.swap(one, other),
        2 => {
            let again = chunk.clone();
            transcript.chunks.insert(other, again);
        }
        3 => chunk.from = chunk.from.peer(),
        4 => {
            let secret = below(u, transcript.secrets.len())?;
            if let Some(secret) = transcript.secrets.get_mut(secret) {
                secret.secret.truncate(u.int_in_range(1..=48)?);
            }
        }
        _ => chunk.bytes = mutated(u, &chunk.bytes)?,
    }
    Ok(())
}

/// How much is said: bytes and text, with a price for each thing beside its content.
fn weight(conversation: &Conversation) -> usize {
    fn tree(field: &Field) -> usize {
        200 + field.label.len()
            + field.value.english().len()
            + field.meaning.english().len()
            + field.children.iter().map(tree).sum::<usize>()
    }
    let records = conversation.records.iter().map(|record| {
        let open = match &record.protection {
            Protection::Decrypted(open) => open.plaintext.len() + tree(&open.fields),
            _ => 0,
        };
        record.bytes.len() + tree(&record.fields) + open + 80 * record.fragments.len()
    });
    let messages = conversation.messages.iter().map(|message| {
        let inputs = |inputs: &[hello_mtls::instruments::wire::conversation::Input]| {
            inputs
                .iter()
                .map(|input| input.bytes.len() + 50)
                .sum::<usize>()
        };
        let checks: usize = message
            .checks
            .iter()
            .map(|check| 200 + inputs(&check.inputs))
            .sum();
        let derivations: usize = message
            .derivations
            .iter()
            .map(|each| 200 + each.value.len() + inputs(&each.inputs))
            .sum();
        message.bytes.len()
            + tree(&message.fields)
            + checks
            + derivations
            + 80 * message.fragments.len()
    });
    records.sum::<usize>() + messages.sum::<usize>()
}

fn bytes(transcript: &Transcript) -> usize {
    transcript
        .chunks
        .iter()
        .map(|chunk| chunk.bytes.len() + 64)
        .sum()
}

fn holds(transcript: &Transcript) {
    let conversation = explain(transcript);
    every_byte_is_accounted_for(&conversation);
    let (said, asked) = (weight(&conversation), bytes(transcript));
    assert!(said < 20_000 + 500 * asked, "{said} for {asked}");
}

#[test]
fn no_mutation_of_a_recording_breaks_the_explanation() {
    let recordings = recordings();
    rounds(1_500, |round, u| {
        let mut transcript = recordings[round % recordings.len()].clone();
        for _ in 0..u.int_in_range(1..=6)? {
            mutate(u, &mut transcript)?;
        }
        holds(&transcript);
        let again = Transcript::parse(&transcript.to_string()).unwrap();
        assert_eq!(again.chunks.len(), transcript.chunks.len());
        Ok(())
    });
}

/// One bit of a sealed record changes: the record is not opened, and no proof holds over other bytes than were sent.
#[test]
fn a_changed_record_is_not_opened_and_proves_nothing() {
    let recordings: Vec<(Transcript, Conversation)> = recordings()
        .into_iter()
        .map(|recording| (explain(&recording), recording))
        .map(|(conversation, recording)| (recording, conversation))
        .filter(|(_, conversation)| sealed(conversation).next().is_some())
        .collect();
    assert!(recordings.len() >= 8);
    rounds(400, |round, u| {
        let (recording, honest) = &recordings[round % recordings.len()];
        let records: Vec<usize> = sealed(honest).collect();
        let index = *u.choose(&records)?;
        let record = &honest.records[index];
        let earlier = honest.records[..index].iter();
        let earlier = earlier.filter(|earlier| earlier.from == record.from);
        // Behind the header, which says where the record ends.
        let at = 5 + below(u, record.bytes.len() - 5)?;
        let mut at = at + earlier.map(|earlier| earlier.bytes.len()).sum::<usize>();
        let mut changed = recording.clone();
        let chunks = changed.chunks.iter_mut();
        for chunk in chunks.filter(|chunk| chunk.from == record.from) {
            match at.checked_sub(chunk.bytes.len()) {
                Some(further) => at = further,
                None => {
                    chunk.bytes[at] ^= 1 << u.int_in_range(0..=7)?;
                    break;
                }
            }
        }
        let changed = explain(&changed);
        assert_ne!(changed.records[index].bytes, record.bytes);
        let protection = &changed.records[index].protection;
        assert!(!matches!(protection, Protection::Decrypted(_)), "{index}");
        let proven = |conversation: &Conversation| {
            let holds = |message: &&Message| {
                let mut checks = message.checks.iter();
                checks.any(|check| check.outcome == Outcome::Verified)
            };
            let messages = conversation.messages.iter().filter(holds);
            let proven = messages.map(|message| (message.from, message.bytes.clone()));
            proven.collect::<HashSet<_>>()
        };
        assert!(proven(&changed).is_subset(&proven(honest)), "{index}");
        Ok(())
    });
}

/// The places of the records that were opened.
fn sealed(conversation: &Conversation) -> impl Iterator<Item = usize> {
    let records = conversation.records.iter().enumerate();
    let opened = |record: &Record| matches!(record.protection, Protection::Decrypted(_));
    records.filter_map(move |(index, record)| opened(record).then_some(index))
}

#[test]
fn random_bytes_and_random_text_are_answered() {
    rounds(300, |_, u| {
        let from = *u.choose(&[Side::Client, Side::Server])?;
        let kind = u.int_in_range(20..=25)?;
        let length = below(u, 300)?;
        let bytes = random(u, length)?;
        let tls = [&[kind, 3, 3, 0, 40][..], &bytes].concat();
        for bytes in [bytes.clone(), tls] {
            holds(&Transcript {
                chunks: vec![Chunk {
                    from,
                    at: Duration::ZERO,
                    bytes,
                }],
                ..Transcript::default()
            });
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = Transcript::parse(&text);
        let _ = Transcript::parse(&format!("hello-mtls transcript 1\n{text}"));
        Ok(())
    });
}

#[test]
fn a_forged_proof_is_called_failed_and_so_is_every_finished_behind_it() {
    for recording in recordings()
        .iter()
        .filter(|recording| explain(recording).negotiated.version == Some(0x0304))
    {
        let honest = in_the_clear(recording);
        let conversation = explain(&honest);
        for (index, message) in conversation.messages.iter().enumerate() {
            if !matches!(message.name.as_str(), "CertificateVerify" | "Finished") {
                continue;
            }
            let mut forged = honest.clone();
            *forged.chunks[index].bytes.last_mut().unwrap() ^= 1;
            let forged = explain(&forged);
            for (before, after) in conversation
                .messages
                .iter()
                .zip(&forged.messages)
                .skip(index)
            {
                let outcomes = before
                    .checks
                    .iter()
                    .zip(&after.checks)
                    .map(|(before, after)| (&before.outcome, &after.outcome));
                for (before, after) in outcomes.filter(|(before, _)| **before == Outcome::Verified)
                {
                    assert!(
                        matches!(after, Outcome::Failed(_)),
                        "{} {before:?} {after:?}",
                        message.name
                    );
                }
            }
        }
    }
}

/// Eight times the input may take eight times the time; a square would take 64. On a busy machine a slow
/// run proves nothing, so the best of five counts. `HELLO_MTLS_SIZE=1000000` shows squares that begin small.
#[test]
#[ignore = "a measurement, not for a busy machine: cargo test --release --test inside wire::hostile -- --ignored"]
fn the_time_is_linear_in_the_input() {
    let large = std::env::var("HELLO_MTLS_SIZE").map_or(120_000, |size| size.parse().unwrap());
    for unit in repeated() {
        let linear = (0..5).any(|_| {
            let small = time(&unit, large / 8).max(Duration::from_millis(2));
            time(&unit, large) < small * 20
        });
        assert!(linear, "{:02x?}", unit.chunks[0]);
    }
}

/// What is worth saying again and again: recordings, their beginnings, and single messages.
fn repeated() -> Vec<Transcript> {
    let mut units = recordings();
    for mut beginning in units.clone() {
        beginning.chunks.truncate(2);
        units.push(beginning);
    }
    let message = |kind: u8, body: &[u8]| {
        let length = body.len() as u8;
        [&[22, 3, 3, 0, length + 4, kind, 0, 0, length][..], body].concat()
    };
    let proof = [
        message(11, &[0, 0, 6, 0, 0, 3, 1, 2, 3]),
        message(15, &[4, 3, 0, 0]),
    ]
    .concat();
    let mut single = vec![
        proof,
        b"\n".to_vec(),
        vec![23, 3, 3, 0, 1, 9],
        message(1, &[]),
    ];
    single.extend([2, 4, 13, 20, 24].map(|kind| message(kind, &[])));
    for bytes in single {
        for from in [Side::Client, Side::Server] {
            let chunks = vec![Chunk {
                from,
                at: Duration::ZERO,
                bytes: bytes.clone(),
            }];
            units.push(Transcript {
                chunks,
                ..Transcript::default()
            });
        }
    }
    units
}

fn time(unit: &Transcript, size: usize) -> Duration {
    let length: usize = unit.chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    let count = unit.chunks.len() * size.div_ceil(length);
    let chunks = unit.chunks.iter().cloned().cycle().take(count).collect();
    let transcript = Transcript {
        chunks,
        ..unit.clone()
    };
    let start = Instant::now();
    let _ = explain(&transcript);
    start.elapsed()
}
