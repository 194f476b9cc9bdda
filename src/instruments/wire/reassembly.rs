//! Puts messages together out of the content of records, and hands them to the state of the handshake.
//!
//! A handshake message may span records, and a record may hold several (RFC 8446 §5.1). Unaware of encryption.

use std::ops::Range;
use std::time::Duration;

use crate::instruments::wire::conversation::{
    Conversation, Ending, Fragment, Kind, Message, Protection, Record,
};
use crate::instruments::wire::messages::{self, Context, Described, Handshake};
use crate::instruments::wire::numbers::{ContentType, alert};
use crate::instruments::wire::per_side::PerSide;
use crate::instruments::wire::session::{Findings, Incoming};
use crate::instruments::wire::state::State;
use crate::instruments::wire::steps::{self, Sealed};
use crate::narration::{Side, Step};
use crate::phrase;

/// The bytes of a message, complete or not yet, and what carried them.
#[derive(Clone, Debug)]
struct Carried {
    from: Side,
    /// When the last of them came.
    at: Duration,
    in_the_clear: bool,
    bytes: Vec<u8>,
    fragments: Vec<Fragment>,
}

impl Carried {
    /// Nothing yet, of a message that begins in `record`.
    fn begin(record: &Record) -> Carried {
        Carried {
            from: record.from,
            at: record.at,
            in_the_clear: matches!(record.protection, Protection::None | Protection::NotTls(_)),
            bytes: Vec::new(),
            fragments: Vec::new(),
        }
    }

    /// How many bytes a handshake message still wants: its header first, then what the header says.
    fn missing(&self) -> usize {
        match &self.bytes[..] {
            [_, a, b, c, body @ ..] => {
                let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
                length.saturating_sub(body.len())
            }
            header => 4 - header.len(),
        }
    }

    /// Takes the bytes `range` of the content of record number `record`.
    fn take(&mut self, record: usize, content: &[u8], range: Range<usize>) {
        let before = self.bytes.len();
        let taken = content.get(range.clone()).unwrap_or_default();
        self.bytes.extend_from_slice(taken);
        let in_message = before..self.bytes.len();
        match self.fragments.last_mut() {
            Some(fragment) if fragment.record == record => {
                fragment.in_record.end = range.end;
                fragment.in_message.end = in_message.end;
            }
            _ => self.fragments.push(Fragment {
                record,
                in_record: range,
                // The message's own number is known when it is whole.
                message: 0,
                in_message,
            }),
        }
    }
}

/// What is known so far.
#[derive(Default)]
pub(crate) struct Reassembly {
    pub(crate) out: Conversation,
    pub(crate) state: State,
    /// A handshake message that goes on in the next record.
    partials: PerSide<Option<Carried>>,
    /// Where keys belong that turn out later to have been computable then.
    client_hello: Option<usize>,
    server_hello: Option<usize>,
    /// TLS 1.2: this side has sent its ChangeCipherSpec, and nothing since then.
    new_keys: PerSide<bool>,
    /// A record could not be read.
    unreadable: bool,
}

impl Reassembly {
    /// Keeps a record, and makes messages of its content. `content_type` is the true one, where it could be read.
    pub(crate) fn record(&mut self, record: Record, content_type: ContentType) {
        let index = self.out.records.len();
        let content = record.content().to_vec();
        let context = self.parse_context(record.from);
        let mut carried = Carried::begin(&record);
        let described = match (&record.protection, content_type) {
            (Protection::NotTls(guess), _) => {
                messages::opaque(&content, Kind::NotTls, "not TLS", guess.clone())
            }
            (Protection::Unreadable(reason), _) => messages::opaque(
                &content,
                Kind::Ciphertext,
                "encrypted record",
                reason.clone(),
            ),
            (_, ContentType::HANDSHAKE) => {
                self.out.records.push(record);
                return self.handshake_fragments(index, carried, &content);
            }
            (_, ContentType::CHANGE_CIPHER_SPEC) => {
                messages::change_cipher_spec(&content, &context)
            }
            (_, ContentType::ALERT) => messages::alert(&content, &context),
            (_, ContentType::APPLICATION_DATA) => messages::application_data(&content, &context),
            (_, ContentType::HEARTBEAT) => {
                let why = phrase!("a heartbeat (RFC 6520), not taken apart here");
                messages::opaque(&content, Kind::Unknown, "heartbeat", why)
            }
            _ => {
                let why = phrase!("a content type that is not known here");
                messages::opaque(&content, Kind::Unknown, "unknown record", why)
            }
        };
        self.out.records.push(record);
        carried.take(index, &content, 0..content.len());
        self.single_record_message(carried, described, content_type);
    }

    /// A message that is the whole content of a record.
    fn single_record_message(
        &mut self,
        carried: Carried,
        described: Described,
        outer: ContentType,
    ) {
        let from = carried.from;
        let kind = described.kind;
        let step = steps::step(from, kind, self.sealed(from, outer), &self.state);
        self.unreadable |= kind == Kind::Ciphertext;
        self.new_keys[from] = kind == Kind::ChangeCipherSpec;
        self.message(carried, described, step, Findings::default());
        if kind == Kind::ChangeCipherSpec {
            let derivations = self.state.change_cipher_spec(from);
            if let Some(hello) = self.message_at(self.server_hello) {
                hello.derivations.extend(derivations);
            }
        }
    }

    fn sealed(&self, from: Side, outer: ContentType) -> Sealed {
        Sealed {
            outer,
            first: self.new_keys[from],
            others: self.unreadable,
        }
    }

    /// Handshake messages of a record: whole ones, and parts of those that span records.
    fn handshake_fragments(&mut self, record: usize, begin: Carried, content: &[u8]) {
        let mut start = 0;
        while start < content.len() {
            let partial = self.partials[begin.from].take();
            let mut partial = partial.unwrap_or_else(|| begin.clone());
            partial.at = begin.at;
            partial.in_the_clear = begin.in_the_clear;
            let end = content.len().min(start + partial.missing());
            partial.take(record, content, start..end);
            start = end;
            if partial.missing() == 0 {
                self.handshake_message(partial);
            } else {
                self.partials[begin.from] = Some(partial);
            }
        }
    }

    /// A whole handshake message: explained, then taken into the state, which makes its proofs and secrets.
    fn handshake_message(&mut self, carried: Carried) {
        let from = carried.from;
        let bytes = &carried.bytes[..];
        let encrypted = !carried.in_the_clear;
        let context = Context {
            encrypted,
            ..self.parse_context(from)
        };
        let (described, message) = messages::handshake(bytes, &context);
        // Which step it is depends on what came before it, not on what it changes.
        let sealed = self.sealed(from, ContentType::HANDSHAKE);
        let step = steps::step(from, described.kind, sealed, &self.state);
        let findings = self.state.handshake(&Incoming {
            from,
            message: &message,
            bytes,
        });
        let index = Some(self.out.messages.len());
        match &message {
            Handshake::ClientHello(_) => self.client_hello = index,
            Handshake::ServerHello(hello) if !hello.is_retry() => self.server_hello = index,
            _ => {}
        }
        self.message(carried, described, step, findings);
    }

    /// Ends a direction in which a message was begun and its end never came.
    pub(crate) fn end(&mut self, from: Side, at: Duration) {
        if let Some(mut carried) = self.partials[from].take() {
            carried.at = at;
            let context = Context {
                encrypted: !carried.in_the_clear,
                cut: true,
                ..self.parse_context(from)
            };
            let (mut described, _) = messages::handshake(&carried.bytes, &context);
            let sealed = self.sealed(from, ContentType::HANDSHAKE);
            let step = steps::step(from, described.kind, sealed, &self.state);
            described.kind = Kind::Unknown;
            described.meaning = phrase!("The recording ends in the middle of this message.");
            self.message(carried, described, step, Findings::default());
        }
    }

    fn message(
        &mut self,
        carried: Carried,
        described: Described,
        step: Option<Step>,
        findings: Findings,
    ) {
        let index = self.out.messages.len();
        let mut fragments = carried.fragments;
        for fragment in &mut fragments {
            fragment.message = index;
            if let Some(record) = self.out.records.get_mut(fragment.record) {
                record.fragments.push(fragment.clone());
            }
        }
        self.ending(carried.from, described.kind, step);
        // Until the server answers another handshake, data and alerts belong to the one before.
        let begun = self.state.hello_answered() || matches!(described.kind, Kind::Handshake(_));
        let handshake = self
            .state
            .earlier()
            .len()
            .saturating_sub(usize::from(!begun));
        self.out.messages.push(Message {
            from: carried.from,
            at: carried.at,
            name: described.name,
            kind: described.kind,
            step,
            handshake,
            meaning: described.meaning,
            bytes: carried.bytes,
            fragments,
            fields: described.fields,
            checks: findings.checks,
            derivations: findings.derivations,
            in_the_clear: carried.in_the_clear,
        });
    }

    /// The first fatal alert decides; close_notify may come from both sides.
    fn ending(&mut self, by: Side, kind: Kind, step: Option<Step>) {
        let Kind::Alert(level, alert) = kind else {
            return;
        };
        // Only a close_notify may have no step.
        let step = step.unwrap_or(Step::ApplicationData);
        let goodbye = alert == alert::CLOSE_NOTIFY;
        // TLS 1.3 has no warnings but these two, whatever the level says (RFC 8446 §6).
        let warning = goodbye || alert == alert::USER_CANCELED;
        let fatal = level == alert::FATAL || self.state.is_tls13() && !warning;
        match &mut self.out.ending {
            Ending::Refused { .. } => {}
            Ending::Closed(sides) if goodbye && !sides.contains(&by) => sides.push(by),
            Ending::Open if goodbye => self.out.ending = Ending::Closed(vec![by]),
            ending if fatal && !goodbye => *ending = Ending::Refused { by, alert, step },
            _ => {}
        }
    }

    /// Keys that turn out late to have been computable with the ClientHello: those of early data.
    pub(crate) fn early_data_key(&mut self, record: &[u8]) -> bool {
        let Some(derivations) = self.state.find_early_data_key(record) else {
            return false;
        };
        if let Some(hello) = self.message_at(self.client_hello) {
            hello.derivations.extend(derivations);
        }
        true
    }

    fn message_at(&mut self, index: Option<usize>) -> Option<&mut Message> {
        self.out.messages.get_mut(index?)
    }

    fn parse_context(&self, from: Side) -> Context {
        let negotiated = self.state.negotiated();
        Context {
            from,
            version: self.state.version(),
            suite: negotiated.cipher_suite,
            encrypted: false,
            cut: false,
        }
    }
}
