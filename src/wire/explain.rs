//! Walks through a transcript: bytes to records, records to messages, messages to the state of the handshake.
//!
//! Unaware of how a key is derived or a message read; it only says who does it, and when.

use std::time::Duration;

use crate::wire::conversation::{Conversation, Ending, Kind, Message, Piece, Protection, Record};
use crate::wire::messages::{self, Context, Described};
use crate::wire::names;
use crate::wire::records::{self, Cut, Cutter, Layout};
use crate::wire::state::{Both, Secrets, State};
use crate::wire::steps;
use crate::wire::transcript::{Side, Transcript};

/// One direction.
#[derive(Debug, Default)]
struct Stream {
    cutter: Cutter,
    records: usize,
    /// TLS 1.2: ChangeCipherSpec was sent.
    encrypted: bool,
    /// A handshake message that goes on in the next record.
    partial: Vec<u8>,
    partial_pieces: Vec<Piece>,
    partial_in_the_clear: bool,
    ended: bool,
}

#[derive(Default)]
struct Explainer {
    out: Conversation,
    streams: Both<Stream>,
    state: State,
    /// Where the keys of a resumption of TLS 1.2 belong.
    server_hello: Option<usize>,
    client_hello: Option<usize>,
}

/// See [`super::explain`].
pub(super) fn explain(transcript: &Transcript) -> Conversation {
    let mut explainer = Explainer::default();
    explainer.state.secrets = Secrets::new(&transcript.secrets);
    let mut now = Duration::ZERO;
    for chunk in &transcript.chunks {
        now = chunk.at;
        let stream = explainer.streams.of(chunk.from);
        stream.ended |= chunk.bytes.is_empty();
        stream.cutter.push(&chunk.bytes);
        while let Some(cut) = explainer.streams.of(chunk.from).cutter.next() {
            match cut {
                Cut::Record(bytes) => explainer.record(chunk.from, now, bytes),
                Cut::NotTls(bytes) => explainer.not_tls(chunk.from, now, bytes),
            }
        }
    }
    for side in [Side::Client, Side::Server] {
        explainer.leftovers(side, now);
    }
    explainer.conclude(transcript)
}

impl Explainer {
    fn record(&mut self, from: Side, at: Duration, bytes: Vec<u8>) {
        let outer = bytes.first().copied().unwrap_or_default();
        let protected = match self.state.version {
            Some(0x0304) | None if !self.streams.get(from).encrypted => outer == 23,
            _ => self.streams.get(from).encrypted,
        };
        let (protection, layout, kind) = match protected {
            false => (Protection::None, Layout::Plain, outer),
            true => self.open(from, outer, &bytes),
        };
        let kind_name = match &protection {
            Protection::Unreadable(_) => format!("{}, encrypted", names::content_type_name(outer)),
            _ => names::content_type_name(kind),
        };
        let fields = records::fields(&bytes, layout);
        let record = self.push_record(from, at, bytes, fields, kind_name, protection);
        self.content(record, kind);
    }

    /// Opens a record with the key in use. A side may have taken the next key unseen, where a record
    /// before could not be read or early data was refused: then the next keys are tried too.
    fn open(&mut self, from: Side, outer: u8, bytes: &[u8]) -> (Protection, Layout, u8) {
        let openers = self.state.openers.of(from);
        let fitting = openers.iter().enumerate().find_map(|(index, opener)| {
            opener
                .open(bytes)
                .map(|decrypted| (index, opener.explicit_nonce(), decrypted))
        });
        let Some((index, explicit, decrypted)) = fitting else {
            if let Some(opener) = openers.front_mut() {
                opener.count(None);
            }
            return self.try_early_data(from, outer, bytes);
        };
        openers.drain(..index);
        if let Some(opener) = openers.front_mut() {
            opener.count(Some(&decrypted));
        }
        let inner = decrypted.plaintext.get(decrypted.content).copied();
        let layout = if explicit {
            Layout::SealedWithNonce
        } else {
            Layout::Sealed
        };
        (
            Protection::Decrypted(Box::new(decrypted)),
            layout,
            inner.unwrap_or(outer),
        )
    }

    fn try_early_data(&mut self, from: Side, outer: u8, bytes: &[u8]) -> (Protection, Layout, u8) {
        if from == Side::Client
            && let Some(derivations) = self.state.open_early_data(bytes)
        {
            let hello = self
                .client_hello
                .and_then(|index| self.out.messages.get_mut(index));
            if let Some(hello) = hello {
                hello.derivations.extend(derivations);
            }
            return self.open(from, outer, bytes);
        }
        let reason = self.why_unreadable(from);
        (Protection::Unreadable(reason), Layout::Opaque, outer)
    }

    fn why_unreadable(&self, from: Side) -> String {
        let state = &self.state;
        let suite = state.suite_number;
        match state.openers.get(from).front() {
            Some(_) => {
                "the seal is broken: the record was changed on the way, or it has another key"
                    .to_owned()
            }
            None if suite.is_some() && state.suite.is_none() => {
                format!(
                    "{} is not decrypted here",
                    names::cipher_suite_name(suite.unwrap_or_default())
                )
            }
            None if !state.has_secrets() => {
                "there are no secrets of this connection in the transcript".to_owned()
            }
            None => {
                "the secret for this part of the connection is not in the transcript".to_owned()
            }
        }
    }

    fn push_record(
        &mut self,
        from: Side,
        at: Duration,
        bytes: Vec<u8>,
        fields: crate::fields::Field,
        content_type: String,
        protection: Protection,
    ) -> usize {
        let stream = self.streams.of(from);
        let number = stream.records;
        stream.records += 1;
        let pieces = Vec::new();
        self.out.records.push(Record {
            from,
            at,
            number,
            bytes,
            fields,
            content_type,
            protection,
            pieces,
        });
        self.out.records.len() - 1
    }

    /// Hands the content of a record to the messages.
    fn content(&mut self, index: usize, kind: u8) {
        let Some(record) = self.out.records.get(index) else {
            return;
        };
        let (from, at, bytes) = (record.from, record.at, record.content().to_vec());
        let in_the_clear = matches!(record.protection, Protection::None);
        let context = self.context(from);
        let whole = |described, kind| Whole {
            from,
            at,
            kind,
            described,
            in_the_clear,
        };
        let message = match (&record.protection, kind) {
            (Protection::Unreadable(reason), _) => whole(
                messages::opaque(&bytes, "encrypted record", reason),
                Kind::Ciphertext,
            ),
            (_, 22) => return self.fragments(index, from, at, &bytes, in_the_clear),
            (_, 20) => whole(
                messages::change_cipher_spec(&bytes, &context),
                Kind::ChangeCipherSpec,
            ),
            (_, 21) => {
                let (level, description) = (bytes.first().copied(), bytes.get(1).copied());
                let kind = match (level, description) {
                    (Some(level), Some(description)) => Kind::Alert(level, description),
                    _ => Kind::Unknown,
                };
                whole(messages::alert(&bytes, &context), kind)
            }
            (_, 23) => whole(
                messages::application_data(&bytes, &context),
                Kind::ApplicationData,
            ),
            _ => whole(
                messages::opaque(
                    &bytes,
                    "unknown record",
                    "a content type that is not known here",
                ),
                Kind::Unknown,
            ),
        };
        self.whole(index, message, bytes);
        if kind == 20 {
            self.change_cipher_spec(from);
        }
    }

    fn change_cipher_spec(&mut self, from: Side) {
        if self.state.is_tls13() || self.state.version.is_none() {
            return;
        }
        self.streams.of(from).encrypted = true;
        let derivations = self.state.change_cipher_spec12(from);
        if let Some(hello) = self
            .server_hello
            .and_then(|index| self.out.messages.get_mut(index))
        {
            hello.derivations.extend(derivations);
        }
    }

    /// Handshake messages of a record: whole ones, and parts of those that span records.
    fn fragments(
        &mut self,
        record: usize,
        from: Side,
        at: Duration,
        content: &[u8],
        in_the_clear: bool,
    ) {
        let mut start = 0;
        while start < content.len() {
            let stream = self.streams.of(from);
            stream.partial_in_the_clear = in_the_clear;
            let missing = missing(&stream.partial);
            let end = content.len().min(start + missing);
            let at_message = stream.partial.len();
            stream
                .partial
                .extend_from_slice(content.get(start..end).unwrap_or_default());
            let after = stream.partial.len();
            match stream.partial_pieces.last_mut() {
                Some(piece) if piece.record == record => {
                    piece.in_record.end = end;
                    piece.in_message.end = after;
                }
                _ => stream.partial_pieces.push(Piece {
                    record,
                    in_record: start..end,
                    message: 0,
                    in_message: at_message..after,
                }),
            }
            if self::missing(&stream.partial) == 0 {
                self.handshake_message(from, at, false);
            }
            start = end;
        }
    }

    /// The message that was put together. `cut`: nothing more of it will come.
    fn handshake_message(&mut self, from: Side, at: Duration, cut: bool) {
        let stream = self.streams.of(from);
        let bytes = std::mem::take(&mut stream.partial);
        let mut pieces = std::mem::take(&mut stream.partial_pieces);
        let in_the_clear = stream.partial_in_the_clear;
        // While it waited for its end, messages of the other side may have taken its place.
        let index = self.out.messages.len();
        for piece in &mut pieces {
            piece.message = index;
        }
        let kind = bytes.first().copied().unwrap_or_default();
        let mut described = messages::handshake(&bytes, &self.context(from));
        let chooses_tls13 = described.fields.find("selected_version").is_some();
        if kind == 2 && chooses_tls13 {
            let context = Context {
                tls13: true,
                ..self.context(from)
            };
            described = messages::handshake(&bytes, &context);
        }
        if cut {
            described.meaning = "The recording ends in the middle of this message.".to_owned();
        }
        let kind = if cut {
            Kind::Unknown
        } else {
            Kind::Handshake(kind)
        };
        let whole = Whole {
            from,
            at,
            kind,
            described,
            in_the_clear,
        };
        let index = self.push_message(whole, bytes, pieces);
        let Some(message) = self.out.messages.get_mut(index) else {
            return;
        };
        self.state.message(message);
        match message.name.as_str() {
            "ClientHello" => self.client_hello = Some(index),
            "ServerHello" => self.server_hello = Some(index),
            _ => {}
        }
    }

    /// A message that is the whole content of a record.
    fn whole(&mut self, record: usize, message: Whole, bytes: Vec<u8>) {
        let index = self.out.messages.len();
        let piece = Piece {
            record,
            in_record: 0..bytes.len(),
            message: index,
            in_message: 0..bytes.len(),
        };
        self.push_message(message, bytes, vec![piece]);
    }

    fn push_message(&mut self, message: Whole, bytes: Vec<u8>, pieces: Vec<Piece>) -> usize {
        let Whole {
            from,
            at,
            kind,
            described,
            in_the_clear,
        } = message;
        let Described {
            name,
            meaning,
            fields,
        } = described;
        for piece in &pieces {
            if let Some(record) = self.out.records.get_mut(piece.record) {
                record.pieces.push(piece.clone());
            }
        }
        let step = steps::step(from, kind, &self.state);
        self.ending(from, kind, step);
        let (checks, derivations) = (Vec::new(), Vec::new());
        self.out.messages.push(Message {
            from,
            at,
            name,
            kind,
            step,
            meaning,
            bytes,
            pieces,
            fields,
            checks,
            derivations,
            in_the_clear,
        });
        self.out.messages.len() - 1
    }

    /// The first fatal alert decides; close_notify may come from both sides.
    fn ending(&mut self, by: Side, kind: Kind, step: u8) {
        let Kind::Alert(level, alert) = kind else {
            return;
        };
        let fatal = level == 2 || (self.state.is_tls13() && !matches!(alert, 0 | 90));
        match &mut self.out.ending {
            Ending::Refused { .. } => {}
            Ending::Closed(sides) if alert == 0 && !sides.contains(&by) => sides.push(by),
            _ if fatal => self.out.ending = Ending::Refused { by, alert, step },
            Ending::Open if alert == 0 => self.out.ending = Ending::Closed(vec![by]),
            _ => {}
        }
    }

    fn not_tls(&mut self, from: Side, at: Duration, bytes: Vec<u8>) {
        let guess = records::guess(&bytes);
        let described = messages::opaque(&bytes, "not TLS", guess);
        let whole = Whole {
            from,
            at,
            kind: Kind::NotTls,
            described,
            in_the_clear: true,
        };
        let fields = whole.described.fields.clone();
        let protection = Protection::NotTls(guess.to_owned());
        let record = self.push_record(
            from,
            at,
            bytes.clone(),
            fields,
            "not TLS".to_owned(),
            protection,
        );
        self.whole(record, whole, bytes);
    }

    /// What is left of a direction: the beginning of a record, of a message.
    fn leftovers(&mut self, from: Side, at: Duration) {
        if let Some(bytes) = self.streams.of(from).cutter.rest() {
            let fields = records::fields(&bytes, Layout::Opaque);
            let kind = names::content_type_name(bytes.first().copied().unwrap_or_default());
            let protection = Protection::Unreadable(
                "the recording ends in the middle of this record".to_owned(),
            );
            let record = self.push_record(from, at, bytes, fields, kind, protection);
            self.content(record, 0);
        }
        if !self.streams.get(from).partial.is_empty() {
            self.handshake_message(from, at, true);
        }
    }

    fn context(&self, from: Side) -> Context {
        Context {
            from,
            tls13: self.state.is_tls13(),
        }
    }

    fn conclude(mut self, transcript: &Transcript) -> Conversation {
        let state = &self.state;
        let cut = [Side::Client, Side::Server]
            .into_iter()
            .find(|side| self.streams.get(*side).ended);
        let out = &mut self.out;
        out.version = state.version;
        out.cipher_suite = state.suite_number;
        out.group = state.group;
        out.server_name = state.server_name.clone();
        out.protocol = state.protocol.clone();
        out.resumed = state.resumed;
        out.client_certificate_requested = state.requested;
        out.client_certificate_sent = state.client_certificate_sent;
        out.handshake_complete =
            *state.finished.get(Side::Client) && *state.finished.get(Side::Server);
        if out.ending == Ending::Open {
            out.ending = match cut {
                _ if transcript.capped => Ending::Capped,
                Some(side) => Ending::Cut(side),
                None => Ending::Open,
            };
        }
        out.notes = steps::notes(state, transcript.capped, &out.records);
        self.out
    }
}

/// A message on its way into the conversation.
struct Whole {
    from: Side,
    at: Duration,
    kind: Kind,
    described: Described,
    in_the_clear: bool,
}

/// How many bytes a handshake message still wants: its header first, then what the header says.
fn missing(partial: &[u8]) -> usize {
    match partial {
        [_, a, b, c, body @ ..] => {
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            length.saturating_sub(body.len())
        }
        header => 4 - header.len(),
    }
}
