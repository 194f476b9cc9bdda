//! Walks through a transcript: bytes to records, records to plaintext.
//!
//! What is inside goes on to `reassembly`. Unaware of how a key is derived; it only says which is tried when.

use std::time::Duration;

use crate::instruments::wire::conversation::{Conversation, Ending, Protection, Record};
use crate::instruments::wire::decryption;
use crate::instruments::wire::key_log::LoggedSecrets;
use crate::instruments::wire::messages;
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::ContentType;
use crate::instruments::wire::per_side::{PerSide, SIDES};
use crate::instruments::wire::reassembly::Reassembly;
use crate::instruments::wire::records::{self, Layout, Parsed, RecordReader};
use crate::instruments::wire::state::State;
use crate::instruments::wire::transcript::Transcript;
use crate::narration::Side;
use crate::phrase;

/// One direction.
#[derive(Debug, Default)]
struct Stream {
    reader: RecordReader,
    records: usize,
    ended: bool,
    /// The type in the header of its last record, if that could not be read.
    sealed_end: Option<ContentType>,
}

#[derive(Default)]
struct Explainer {
    streams: PerSide<Stream>,
    reassembly: Reassembly,
}

/// See [`super::explain`].
pub(super) fn explain(transcript: &Transcript) -> Conversation {
    let mut explainer = Explainer::default();
    explainer.reassembly.state = State::new(LoggedSecrets::new(&transcript.secrets));
    for chunk in &transcript.chunks {
        let stream = &mut explainer.streams[chunk.from];
        stream.ended |= chunk.bytes.is_empty();
        stream.reader.push(&chunk.bytes);
        while let Some(parsed) = explainer.streams[chunk.from].reader.next_record() {
            match parsed {
                Parsed::Record(bytes) => explainer.record(chunk.from, chunk.at, bytes),
                Parsed::NotTls(bytes) => explainer.not_tls(chunk.from, chunk.at, bytes),
            }
        }
    }
    let last = transcript.chunks.last();
    let end = last.map_or(Duration::ZERO, |last| last.at);
    for side in SIDES {
        explainer.leftovers(side, end);
    }
    explainer.conclude(transcript.capped)
}

impl Explainer {
    fn record(&mut self, from: Side, at: Duration, bytes: Vec<u8>) {
        let outer = content_type(&bytes);
        let (protection, layout, inner) = if self.reassembly.state.is_protected(from, outer) {
            self.open(from, outer, &bytes)
        } else {
            (Protection::None, Layout::Plain, outer)
        };
        self.streams[from].sealed_end =
            matches!(protection, Protection::Unreadable(_)).then_some(outer);
        let record = Record::new(self.next_number(from), at, bytes, protection);
        // What the record does may settle the version, but its own fields are those of the version before.
        let version = self.reassembly.state.version();
        let Some(kept) = self.reassembly.record(record, inner) else {
            return;
        };
        kept.fields = records::fields(&kept.bytes, layout, version);
        let kind = names::CONTENT_TYPES.short(inner.0);
        kept.content_type = match kept.protection {
            Protection::Unreadable(_) => phrase!("{kind}, encrypted", kind),
            _ => kind.into(),
        };
        if let Protection::Decrypted(open) = &mut kept.protection {
            open.fields = decryption::inner_fields(open);
        }
    }

    /// Decrypts a record. What no key opens may be early data, whose suite is not known before it opens.
    fn open(
        &mut self,
        from: Side,
        outer: ContentType,
        bytes: &[u8],
    ) -> (Protection, Layout, ContentType) {
        let mut opened = self.reassembly.state.decrypt(from, bytes);
        if opened.is_none() && from == Side::Client && self.reassembly.early_data_key(bytes) {
            opened = self.reassembly.state.decrypt(from, bytes);
        }
        let Some((decrypted, layout)) = opened else {
            let reason = self.reassembly.state.why_unreadable(from);
            return (Protection::Unreadable(reason), Layout::Opaque, outer);
        };
        // TLS 1.3 keeps the true type behind the content (RFC 8446 §5.2); in TLS 1.2 nothing stands there.
        let inner = decrypted.plaintext.get(decrypted.content).copied();
        let inner = inner.map_or(outer, ContentType);
        (Protection::Decrypted(Box::new(decrypted)), layout, inner)
    }

    fn not_tls(&mut self, from: Side, at: Duration, bytes: Vec<u8>) {
        let guess = records::guess(&bytes);
        let protection = Protection::NotTls(guess.clone());
        let record = Record::new(self.next_number(from), at, bytes, protection);
        self.streams[from].sealed_end = None;
        let outer = content_type(&record.bytes);
        if let Some(kept) = self.reassembly.record(record, outer) {
            kept.fields = messages::opaque(&kept.bytes, "not TLS", guess).fields;
            kept.content_type = phrase!("not TLS");
        }
    }

    /// What is left of a direction: the beginning of a record, of a message.
    fn leftovers(&mut self, from: Side, at: Duration) {
        if let Some(bytes) = self.streams[from].reader.rest() {
            let outer = content_type(&bytes);
            // What was sent in the clear can be read as far as it came.
            let clear = bytes.len() > records::HEADER
                && outer == ContentType::HANDSHAKE
                && !self.reassembly.state.is_protected(from, outer);
            let (protection, layout) = if clear {
                (Protection::None, Layout::Plain)
            } else {
                let reason = phrase!("the recording ends in the middle of this record");
                (Protection::Unreadable(reason), Layout::Opaque)
            };
            let version = self.reassembly.state.version();
            let record = Record::new(self.next_number(from), at, bytes, protection);
            self.streams[from].sealed_end = None;
            if let Some(kept) = self.reassembly.record(record, outer) {
                let fields = records::fields(&kept.bytes, layout, version);
                kept.fields = messages::cut(fields, kept.bytes.len());
                kept.content_type = names::CONTENT_TYPES.short(outer.0).into();
            }
        }
        self.reassembly.end(from, at);
    }

    /// A side and the number of its next record.
    fn next_number(&mut self, from: Side) -> (Side, usize) {
        let stream = &mut self.streams[from];
        stream.records += 1;
        (from, stream.records - 1)
    }

    fn conclude(self, capped: bool) -> Conversation {
        let Reassembly { state, mut out, .. } = self.reassembly;
        let cut = SIDES.into_iter().find(|side| self.streams[*side].ended);
        out.ending = match (out.ending, cut) {
            (Ending::Open, _) if capped => Ending::Capped,
            (Ending::Open, Some(by)) => match self.streams[by].sealed_end {
                // It may be close_notify. TLS 1.2 leaves the type of a record readable.
                Some(outer) => Ending::CannotBeTold {
                    by,
                    alert: outer == ContentType::ALERT,
                },
                None => Ending::Cut(by),
            },
            (ending, _) => ending,
        };
        out.known_secrets = state.known_secrets();
        out.handshakes = state.into_handshakes();
        let answered = out
            .handshakes
            .iter()
            .rfind(|handshake| handshake.version.is_some());
        let negotiated = answered.or(out.handshakes.last()).cloned();
        out.negotiated = negotiated.unwrap_or_default();
        out.capped = capped;
        out
    }
}

/// The type that stands in a record's header; 0 where there is none.
fn content_type(record: &[u8]) -> ContentType {
    ContentType(record.first().copied().unwrap_or_default())
}
