//! One record, opened by hand: from a logged secret to the key, from the record's number to the nonce, and to the words.

use crate::certificates::request::KeyType;
use crate::certificates::{GeneratedFile, failed, public};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server, record};
use crate::instruments::lab::minting::Mint;
use crate::instruments::lab::reading::sha256;
use crate::instruments::lab::tests::{Started, Test, identity_of, trust_of, value_of};
use crate::instruments::lab::{Exercise, wording};
use crate::instruments::wire::conversation::Protection;
use crate::instruments::wire::explain;
use crate::instruments::wire::transcript::{Transcript, hex, unhex};
use crate::narration::{Side, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "by-hand",
    steps: &[Step::ApplicationData],
    minutes: 30,
    texts: wording::Files {
        english: include_str!("../texts/en/by-hand.md"),
        chinese: include_str!("../texts/zh/by-hand.md"),
    },
    words,
    start,
    check,
};

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("host", host(draw))]
}

fn host(draw: &Draw) -> String {
    format!("{}.hand.test", draw.person("host"))
}

/// What the learner has to find.
struct Answer {
    key: Vec<u8>,
    nonce: Vec<u8>,
    plaintext: Vec<u8>,
}

/// Of the server's record that begins with its answer.
fn answer(transcript: &Transcript) -> Option<Answer> {
    let conversation = explain(transcript);
    let open = conversation
        .records
        .iter()
        .find_map(|record| match &record.protection {
            Protection::Decrypted(open)
                if record.from == Side::Server && open.plaintext.starts_with(b"HTTP/1.1 ") =>
            {
                Some(open)
            }
            _ => None,
        })?;
    let mut derived = conversation
        .messages
        .iter()
        .flat_map(|message| &message.derivations);
    // The key that follows the traffic secret of this epoch, and not the one of the handshake.
    let key = derived.rfind(|one| one.name == "server_write_key")?;
    Some(Answer {
        key: key.value.clone(),
        nonce: open.nonce.clone(),
        plaintext: open.plaintext.get(..open.content)?.to_vec(),
    })
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let (made, host) = (ca.server(&[&host(draw)])?, host(draw));
    let server = Server::that_does_not_ask(identity_of(&made.pem, &made.key.serialize_pem())?);
    let client = Client {
        identity: None,
        trust: trust_of(&ca.pem)?,
        name: host,
    };
    let recorded = record(&server, &client, TlsMax::Tls13)?;
    let answer = answer(&recorded).ok_or_else(|| failed("record a connection", &"no answer"))?;
    for (name, bytes) in [
        ("key", &answer.key),
        ("nonce", &answer.nonce),
        ("plaintext", &answer.plaintext),
    ] {
        // A hash of the answer, and not the answer.
        draw.note(name, &sha256(bytes));
    }
    let secrets = recorded.secrets.iter().map(|one| {
        let (random, secret) = (hex(&one.client_random), hex(&one.secret));
        format!("{} {random} {secret}\n", one.label)
    });
    let (keys, mut closed) = (secrets.collect(), recorded.clone());
    closed.secrets.clear();
    let answers = "key = \nnonce = \nplaintext = \n".to_owned();
    Ok(vec![
        public("recording.txt".to_owned(), closed.to_string(), ""),
        public("keys.log".to_owned(), keys, ""),
        public("answers.txt".to_owned(), answers, ""),
    ])
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let text = started.text("answers.txt")?;
    let tests = ["key", "nonce", "plaintext"].map(|name| {
        let given: String = value_of(name, &text).split_whitespace().collect();
        let found = match unhex(&given) {
            Ok(bytes) if sha256(&bytes) == started.draw.noted(name) => Ok(()),
            Ok(bytes) if bytes.is_empty() => Err(phrase!("nothing yet")),
            Ok(bytes) => Err(phrase!(
                "other bytes, {number} of them",
                number = bytes.len()
            )),
            Err(_) => Err(phrase!("it is not hexadecimal")),
        };
        Test::look(name, Step::ApplicationData, found).explained_by("wire.md")
    });
    Ok(tests.into())
}
