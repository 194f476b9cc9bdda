//! A recorded connection, shown: in a terminal, as a page, as a capture file.
//!
//! | module | job |
//! | --- | --- |
//! | [`chapters`] | the seven steps: the spine of every view |
//! | `glance` | the connection as a whole: a few facts, and what a reader has to know about it |
//! | `flights` | what a side sends before it waits, and what each side knows after it |
//! | `comparison` | two connections, message beside message |
//! | [`terminal`], [`side_by_side`] | 80 columns of text: of one connection, of two |
//! | [`html`] | one self-contained page, of one connection or of two |
//! | `base64` | bytes as text |
//! | [`pcapng`] | packets with their secrets, for Wireshark |
//!
//! Renders what `wire` found out. It never parses, and is unaware of rustls, sockets and `handshake`.
//!
//! Every view shows the secrets of the session: right for learning, wrong for publishing a real one.

pub mod chapters;
mod glance;
mod flights;
mod comparison;
mod differences;
pub mod terminal;
pub mod html;
pub mod side_by_side;
pub(crate) mod base64;
pub mod pcapng;

use std::time::Duration;

use crate::instruments::fields::Field;
use crate::instruments::wire::conversation::{
    Conversation, Epoch, KnownSecrets, Message, Protection, Record,
};
use crate::instruments::wire::transcript::hex;
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text;

pub use glance::notes;

/// Fields that frame others. Their bytes count, but a line about their group has nothing to say of them.
const FRAMING: [&str; 5] = ["length", "tag", "extension_type", "name_type", "unusedBits"];

/// Groups whose parts are worth a line each. Of all others one line says enough at first sight.
const WORTH_OPENING: [&str; 6] = [
    "extensions",
    "certificate_list",
    "CertificateEntry",
    "cert_data",
    "Certificate",
    "tbsCertificate",
];

/// The warning that stands above each view, where there is anything to warn of.
fn warning(conversation: &Conversation) -> Option<Phrase> {
    (conversation.known_secrets != KnownSecrets::None).then(|| {
        phrase!(
            "This shows the secrets of the session, and so all that was said in it. Fine for learning; not for publishing a real one."
        )
    })
}

/// True for a group that a view opens by itself.
fn starts_expanded(field: &Field) -> bool {
    WORTH_OPENING.contains(&field.label.as_str())
        && field.value.is_empty()
        && !field.children.iter().all(is_framing)
}

/// True for a field that says where others end, and nothing else.
fn is_framing(field: &Field) -> bool {
    FRAMING.contains(&field.label.as_str())
}

/// What a field says, on a line: its value, or that of its parts, in about `most` columns. Hostile text.
fn one_line(field: &Field, most: usize, language: Language) -> String {
    let mut line = OneLine {
        most,
        language,
        length: 0,
        said: Vec::new(),
    };
    let complete = line.collect(field);
    if line.said.is_empty() && !field.children.is_empty() {
        return phrase!("empty").in_language(language);
    }
    let comma = language.pick(", ", "，");
    let said = line.said.join(comma);
    if complete {
        said
    } else {
        format!("{said}{comma}…")
    }
}

/// What a group says, part by part.
struct OneLine {
    most: usize,
    language: Language,
    length: usize,
    said: Vec<String>,
}

impl OneLine {
    /// False as soon as there is enough: a long list costs no more than a short one.
    fn collect(&mut self, field: &Field) -> bool {
        let words = match (field.value.is_empty(), &field.children[..]) {
            (true, []) => size(field.range.len()).in_language(self.language),
            (true, parts) => {
                let mut parts = parts.iter().filter(|part| !is_framing(part));
                return parts.all(|part| self.collect(part));
            }
            (false, _) => {
                let value = field.value.in_language(self.language);
                text::shorten(&value, self.most)
            }
        };
        self.length += text::columns(&words) + 2;
        if self.length > self.most + 2 && !self.said.is_empty() {
            return false;
        }
        self.said.push(words);
        true
    }
}

/// At most 17 columns: `0303`, `0001fc02 0303`, or the two ends of more than eight bytes.
fn short_hex(bytes: &[u8]) -> String {
    let grouped = |bytes: &[u8]| bytes.chunks(4).map(hex).collect::<Vec<_>>().join(" ");
    match bytes {
        [first @ .., a, b, c, d] if bytes.len() > 8 => {
            format!(
                "{}…{}",
                hex(first.get(..4).unwrap_or_default()),
                hex(&[*a, *b, *c, *d])
            )
        }
        _ => grouped(bytes),
    }
}

/// `12,345 bytes`.
fn size(count: usize) -> Phrase {
    match count {
        1 => phrase!("1 byte"),
        _ => phrase!("{count} bytes", count = thousands(count)),
    }
}

/// `12,345`.
fn thousands(number: usize) -> String {
    match number {
        0..=999 => number.to_string(),
        _ => format!("{},{:03}", thousands(number / 1000), number % 1000),
    }
}

fn milliseconds(at: Duration) -> String {
    format!("{:.3} ms", at.as_secs_f64() * 1000.0)
}

/// `client record 2`.
fn record_name(record: &Record) -> Phrase {
    phrase!(
        "{side} record {number}",
        side = record.from,
        number = record.number
    )
}

/// How a record was protected, in a few words. May hold text of a peer.
fn protection(record: &Record) -> Phrase {
    match &record.protection {
        Protection::None => phrase!("in the clear"),
        Protection::Decrypted(open) => phrase!(
            "encrypted: {keys}, number {number}",
            keys = epoch(open.epoch),
            number = open.sequence
        ),
        Protection::Unreadable(why) => phrase!("not readable: {why}", why),
        Protection::NotTls(what) => phrase!("not TLS: {what}", what),
    }
}

fn epoch(epoch: Epoch) -> Phrase {
    match epoch {
        Epoch::Plaintext => phrase!("no keys"),
        Epoch::EarlyData => phrase!("early data keys"),
        Epoch::Handshake => phrase!("handshake keys"),
        Epoch::Application(0) => phrase!("application keys"),
        Epoch::Application(updates) => phrase!("application keys, update {updates}", updates),
        Epoch::Tls12 => phrase!("session keys"),
    }
}

/// The records that carry a message, without repetition.
fn records_of<'a>(conversation: &'a Conversation, message: &Message) -> Vec<&'a Record> {
    message
        .fragments
        .iter()
        .filter_map(|fragment| conversation.records.get(fragment.record))
        .collect()
}
