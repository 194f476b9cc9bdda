//! Key logs in the format of NSS, as SSLKEYLOGFILE names them: a label, a client random and a secret per line.

use std::collections::HashSet;

use crate::instruments::wire::conversation::Kind;
use crate::instruments::wire::explain;
use crate::instruments::wire::numbers::HandshakeType;
use crate::instruments::wire::transcript::{
    LONGEST_SECRET, MOST_SECRETS, Secret, Transcript, unhex,
};

/// The secrets in a key log. Lines that are none are passed over, as other programs do: a log may have comments, and
/// a program that was stopped leaves half a line.
pub fn secrets(log: &str) -> Vec<Secret> {
    log.lines().filter_map(secret).collect()
}

fn secret(line: &str) -> Option<Secret> {
    let words: Vec<&str> = line.split_whitespace().take(4).collect();
    let [label, random, secret] = words[..] else {
        return None;
    };
    let letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let (client_random, secret) = (unhex(random).ok()?, unhex(secret).ok()?);
    // A transcript tells a label by its underscore.
    let is_secret = label.contains('_')
        && label.bytes().all(letter)
        && client_random.len() == 32
        && (1..=LONGEST_SECRET).contains(&secret.len());
    is_secret.then(|| Secret {
        label: label.to_owned(),
        client_random,
        secret,
    })
}

/// Gives a transcript those secrets that belong to it: a key log has the secrets of other connections as well, and
/// they are nobody's business where this one is shown or saved.
pub fn give(transcript: &mut Transcript, log: &[Secret]) {
    let mut randoms = HashSet::new();
    // A second handshake inside the first one (renegotiation, in TLS 1.2) has a random of its own, which can be read
    // only with the secrets of the first. Each round opens one more, so their number is bounded.
    for _ in 0..4 {
        let known = randoms.len();
        randoms.extend(client_randoms(transcript));
        let fits = |secret: &&Secret| randoms.contains(&secret.client_random);
        let secrets: Vec<Secret> = log
            .iter()
            .filter(fits)
            .take(MOST_SECRETS)
            .cloned()
            .collect();
        let more = secrets.len() > transcript.secrets.len();
        transcript.secrets = secrets;
        let rest = log.len() > transcript.secrets.len();
        if !more || !rest || randoms.len() == known {
            break;
        }
    }
}

/// The random of each ClientHello that can be read.
pub(super) fn client_randoms(transcript: &Transcript) -> Vec<Vec<u8>> {
    let messages = explain(transcript).messages.into_iter();
    let hellos = messages.filter(|m| m.kind == Kind::Handshake(HandshakeType::CLIENT_HELLO));
    // Behind the type, the length and the version.
    hellos
        .filter_map(|hello| Some(hello.bytes.get(6..38)?.to_vec()))
        .collect()
}
