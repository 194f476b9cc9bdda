//! Walks through a transcript: bytes to records, records to plaintext.
//!
//! What is inside goes on to `assembly`. Unaware of how a key is derived; it only says which is tried when.

use std::time::Duration;

use crate::instruments::fields::Field;
use crate::instruments::wire::assembly::{Assembly, Envelope};
use crate::instruments::wire::both::Both;
use crate::instruments::wire::conversation::{Conversation, Ending, Kind, Protection, Record};
use crate::instruments::wire::messages;
use crate::instruments::wire::names;
use crate::instruments::wire::records::{self, Cut, Cutter, Layout};
use crate::instruments::wire::state::Secrets;
use crate::instruments::wire::steps;
use crate::instruments::wire::transcript::Transcript;
use crate::narration::Side;

/// One direction.
#[derive(Debug, Default)]
struct Stream {
    cutter: Cutter,
    records: usize,
    ended: bool,
}

#[derive(Default)]
struct Explainer {
    streams: Both<Stream>,
    assembly: Assembly,
}

/// See [`super::explain`].
pub(super) fn explain(transcript: &Transcript) -> Conversation {
    let mut explainer = Explainer::default();
    explainer.assembly.state.secrets = Secrets::new(&transcript.secrets);
    for chunk in &transcript.chunks {
        let stream = explainer.streams.of(chunk.from);
        stream.ended |= chunk.bytes.is_empty();
        stream.cutter.push(&chunk.bytes);
        while let Some(cut) = explainer.streams.of(chunk.from).cutter.next() {
            match cut {
                Cut::Record(bytes) => explainer.record(chunk.from, chunk.at, bytes),
                Cut::NotTls(bytes) => explainer.not_tls(chunk.from, chunk.at, bytes),
            }
        }
    }
    let end = transcript
        .chunks
        .last()
        .map_or(Duration::ZERO, |last| last.at);
    for side in [Side::Client, Side::Server] {
        explainer.leftovers(side, end);
    }
    explainer.conclude(transcript.capped)
}

impl Explainer {
    fn record(&mut self, from: Side, at: Duration, bytes: Vec<u8>) {
        let outer = bytes.first().copied().unwrap_or_default();
        let encrypted = *self.assembly.encrypted.get(from);
        // TLS 1.3 says application_data of all that is protected; TLS 1.2 protects all from one point on.
        let protected = match self.assembly.state.version {
            Some(0x0304) | None if !encrypted => outer == 23,
            _ => encrypted,
        };
        let (protection, layout, kind) = match protected {
            false => (Protection::None, Layout::Plain, outer),
            true => self.open(from, outer, &bytes),
        };
        let mut content_type = names::content_type_name(kind);
        if let Protection::Unreadable(_) = protection {
            content_type.push_str(", encrypted");
        }
        let fields = records::fields(&bytes, layout);
        let record = self.push_record((from, at), bytes, fields, content_type, protection);
        self.assembly.content(record, kind);
    }

    /// Opens a record with the key in use. A side may have taken the next key unseen, where a record
    /// before could not be read or early data was refused: then the next keys are tried too.
    fn open(&mut self, from: Side, outer: u8, bytes: &[u8]) -> (Protection, Layout, u8) {
        let openers = self.assembly.state.openers.of(from);
        let mut tried = openers.iter().enumerate();
        let fitting = tried.find_map(|(index, opener)| Some((index, opener.open(bytes)?)));
        openers.drain(..fitting.as_ref().map_or(0, |(index, _)| *index));
        let opened = fitting.map(|(_, decrypted)| decrypted);
        if let Some(opener) = openers.front_mut() {
            opener.count(opened.as_ref());
        }
        let Some(decrypted) = opened else {
            return self.try_early_data(from, outer, bytes);
        };
        let explicit = openers
            .front()
            .is_some_and(|opener| opener.explicit_nonce());
        let layout = if explicit {
            Layout::SealedWithNonce
        } else {
            Layout::Sealed
        };
        let inner = decrypted.plaintext.get(decrypted.content).copied();
        (
            Protection::Decrypted(Box::new(decrypted)),
            layout,
            inner.unwrap_or(outer),
        )
    }

    fn try_early_data(&mut self, from: Side, outer: u8, bytes: &[u8]) -> (Protection, Layout, u8) {
        if from == Side::Client
            && let Some(derivations) = self.assembly.state.open_early_data(bytes)
        {
            if let Some(hello) = self.assembly.message_at(self.assembly.client_hello) {
                hello.derivations.extend(derivations);
            }
            return self.open(from, outer, bytes);
        }
        let reason = self.why_unreadable(from);
        (Protection::Unreadable(reason), Layout::Opaque, outer)
    }

    fn why_unreadable(&self, from: Side) -> String {
        let state = &self.assembly.state;
        let why = match (state.openers.get(from).front(), state.suite_number) {
            (Some(_), _) => {
                "the seal is broken: the record was changed on the way, or it has another key"
            }
            (None, Some(suite)) if state.suite.is_none() => {
                return format!("{} is not decrypted here", names::cipher_suite_name(suite));
            }
            _ if !state.has_secrets() => {
                "there are no secrets of this connection in the transcript"
            }
            _ => "the secret for this part of the connection is not in the transcript",
        };
        why.to_owned()
    }

    fn push_record(
        &mut self,
        (from, at): (Side, Duration),
        bytes: Vec<u8>,
        fields: Field,
        content_type: String,
        protection: Protection,
    ) -> usize {
        let stream = self.streams.of(from);
        let number = stream.records;
        stream.records += 1;
        let pieces = Vec::new();
        self.assembly.out.records.push(Record {
            from,
            at,
            number,
            bytes,
            fields,
            content_type,
            protection,
            pieces,
        });
        self.assembly.out.records.len() - 1
    }

    fn not_tls(&mut self, from: Side, at: Duration, bytes: Vec<u8>) {
        let guess = records::guess(&bytes);
        let described = messages::opaque(&bytes, "not TLS", guess);
        let fields = described.fields.clone();
        let protection = Protection::NotTls(guess.to_owned());
        let record = self.push_record(
            (from, at),
            bytes.clone(),
            fields,
            "not TLS".to_owned(),
            protection,
        );
        let envelope = Envelope {
            from,
            at,
            in_the_clear: true,
        };
        self.assembly
            .whole(record, envelope, Kind::NotTls, described, bytes);
    }

    /// What is left of a direction: the beginning of a record, of a message.
    fn leftovers(&mut self, from: Side, at: Duration) {
        if let Some(bytes) = self.streams.of(from).cutter.rest() {
            let fields = records::fields(&bytes, Layout::Opaque);
            let kind = names::content_type_name(bytes.first().copied().unwrap_or_default());
            let reason = "the recording ends in the middle of this record".to_owned();
            let record = self.push_record(
                (from, at),
                bytes,
                fields,
                kind,
                Protection::Unreadable(reason),
            );
            self.assembly.content(record, 0);
        }
        self.assembly.cut_message(from, at);
    }

    fn conclude(mut self, capped: bool) -> Conversation {
        let (state, out) = (&self.assembly.state, &mut self.assembly.out);
        out.version = state.version;
        out.cipher_suite = state.suite_number;
        out.group = state.group;
        out.server_name = state.server_name.clone();
        out.protocol = state.protocol.clone();
        out.resumed = state.resumed;
        out.client_certificate_requested = state.requested;
        out.client_certificate_sent = state.client_certificate_sent;
        out.handshake_complete = state.handshake_complete();
        let ended = |side: &Side| self.streams.get(*side).ended;
        let cut = [Side::Client, Side::Server].into_iter().find(ended);
        out.ending = match (&out.ending, cut) {
            (Ending::Open, _) if capped => Ending::Capped,
            (Ending::Open, Some(side)) => Ending::Cut(side),
            (ending, _) => ending.clone(),
        };
        out.notes = steps::notes(state, capped, &out.records);
        self.assembly.out
    }
}
