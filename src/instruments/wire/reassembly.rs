//! Puts messages together out of the content of records, and hands them to the state of the handshake.
//!
//! A handshake message may span records, and a record may hold several (RFC 8446 §5.1). Unaware of encryption.

use std::mem;
use std::time::Duration;

use crate::instruments::wire::conversation::{
    Conversation, Ending, Fragment, Kind, Message, Protection, Record,
};
use crate::instruments::wire::messages::{self, Context, Described, Handshake};
use crate::instruments::wire::numbers::{ContentType, HandshakeType, alert};
use crate::instruments::wire::per_side::PerSide;
use crate::instruments::wire::session::{Findings, Incoming};
use crate::instruments::wire::state::State;
use crate::instruments::wire::steps;
use crate::narration::{Side, Step};

/// What a message is besides its content.
#[derive(Debug)]
struct MessageContext {
    from: Side,
    at: Duration,
    in_the_clear: bool,
    kind: Kind,
    step: Step,
    fragments: Vec<Fragment>,
}

/// A handshake message that goes on in the next record.
#[derive(Debug, Default)]
struct Partial {
    bytes: Vec<u8>,
    fragments: Vec<Fragment>,
    in_the_clear: bool,
}

impl Partial {
    /// How many bytes it still wants: its header first, then what the header says.
    fn missing(&self) -> usize {
        match &self.bytes[..] {
            [_, a, b, c, body @ ..] => {
                let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
                length.saturating_sub(body.len())
            }
            header => 4 - header.len(),
        }
    }

    /// Takes bytes from the front of `content`, from `start` on, and says where it stopped.
    fn take(&mut self, record: usize, content: &[u8], start: usize) -> usize {
        let end = content.len().min(start + self.missing());
        let before = self.bytes.len();
        self.bytes
            .extend_from_slice(content.get(start..end).unwrap_or_default());
        let after = self.bytes.len();
        match self.fragments.last_mut() {
            Some(fragment) if fragment.record == record => {
                fragment.in_record.end = end;
                fragment.in_message.end = after;
            }
            // The message's own number is known when it is whole.
            _ => self.fragments.push(Fragment {
                record,
                in_record: start..end,
                message: 0,
                in_message: before..after,
            }),
        }
        end
    }
}

/// What is known so far.
#[derive(Default)]
pub(crate) struct Reassembly {
    pub(crate) out: Conversation,
    pub(crate) state: State,
    partials: PerSide<Partial>,
    /// Where keys belong that turn out later to have been computable then.
    client_hello: Option<usize>,
    server_hello: Option<usize>,
}

impl Reassembly {
    /// Keeps a record, and makes messages of its content. `content_type` is the true one, where it could be read.
    pub(crate) fn record(&mut self, record: Record, content_type: ContentType) {
        let index = self.out.records.len();
        let (from, at) = (record.from, record.at);
        let in_the_clear = matches!(record.protection, Protection::None | Protection::NotTls(_));
        let bytes = record.content().to_vec();
        let context = self.parse_context(from);
        let (kind, described) = match (&record.protection, content_type, &bytes[..]) {
            (Protection::NotTls(guess), ..) => {
                (Kind::NotTls, messages::opaque(&bytes, "not TLS", guess))
            }
            (Protection::Unreadable(reason), ..) => (
                Kind::Ciphertext,
                messages::opaque(&bytes, "encrypted record", reason),
            ),
            (_, ContentType::HANDSHAKE, _) => {
                self.out.records.push(record);
                return self.handshake_fragments(index, (from, at, in_the_clear), &bytes);
            }
            (_, ContentType::CHANGE_CIPHER_SPEC, _) => (
                Kind::ChangeCipherSpec,
                messages::change_cipher_spec(&bytes, &context),
            ),
            (_, ContentType::ALERT, [level, alert, ..]) => (
                Kind::Alert(*level, *alert),
                messages::alert(&bytes, &context),
            ),
            (_, ContentType::ALERT, _) => (Kind::Unknown, messages::alert(&bytes, &context)),
            (_, ContentType::APPLICATION_DATA, _) => (
                Kind::ApplicationData,
                messages::application_data(&bytes, &context),
            ),
            _ => {
                let why = "a content type that is not known here";
                let described = messages::opaque(&bytes, "unknown record", why);
                (Kind::Unknown, described)
            }
        };
        self.out.records.push(record);
        let context = MessageContext {
            from,
            at,
            in_the_clear,
            kind,
            step: steps::step(from, kind, &self.state),
            fragments: vec![Fragment {
                record: index,
                in_record: 0..bytes.len(),
                message: 0,
                in_message: 0..bytes.len(),
            }],
        };
        self.message(context, described, bytes, Findings::default());
        if kind == Kind::ChangeCipherSpec {
            let derivations = self.state.change_cipher_spec(from);
            if let Some(hello) = self.message_at(self.server_hello) {
                hello.derivations.extend(derivations);
            }
        }
    }

    /// Handshake messages of a record: whole ones, and parts of those that span records.
    fn handshake_fragments(
        &mut self,
        record: usize,
        (from, at, in_the_clear): (Side, Duration, bool),
        content: &[u8],
    ) {
        let mut start = 0;
        while start < content.len() {
            let partial = &mut self.partials[from];
            partial.in_the_clear = in_the_clear;
            start = partial.take(record, content, start);
            if partial.missing() == 0 {
                let whole = mem::take(partial);
                self.handshake_message(from, at, whole);
            }
        }
    }

    /// A whole handshake message: explained, then taken into the state, which makes its proofs and secrets.
    fn handshake_message(&mut self, from: Side, at: Duration, whole: Partial) {
        let bytes = whole.bytes;
        let kind = HandshakeType(bytes.first().copied().unwrap_or_default());
        let kind = Kind::Handshake(kind);
        let context = MessageContext {
            from,
            at,
            in_the_clear: whole.in_the_clear,
            kind,
            step: steps::step(from, kind, &self.state),
            fragments: whole.fragments,
        };
        let (described, message) = messages::handshake(&bytes, &self.parse_context(from));
        let findings = self.state.handshake(&Incoming {
            from,
            message: &message,
            bytes: &bytes,
        });
        let index = Some(self.out.messages.len());
        match &message {
            Handshake::ClientHello(_) => self.client_hello = index,
            Handshake::ServerHello(hello) if !hello.is_retry() => self.server_hello = index,
            _ => {}
        }
        self.message(context, described, bytes, findings);
    }

    /// Ends a direction in which a message was begun and its end never came.
    pub(crate) fn end(&mut self, from: Side, at: Duration) {
        let Partial {
            bytes,
            fragments,
            in_the_clear,
        } = mem::take(&mut self.partials[from]);
        if bytes.is_empty() {
            return;
        }
        let (mut described, _) = messages::handshake(&bytes, &self.parse_context(from));
        described.meaning = "The recording ends in the middle of this message.".to_owned();
        let kind = Kind::Unknown;
        let context = MessageContext {
            from,
            at,
            in_the_clear,
            kind,
            step: steps::step(from, kind, &self.state),
            fragments,
        };
        self.message(context, described, bytes, Findings::default());
    }

    fn message(
        &mut self,
        context: MessageContext,
        described: Described,
        bytes: Vec<u8>,
        findings: Findings,
    ) {
        let index = self.out.messages.len();
        let mut fragments = context.fragments;
        for fragment in &mut fragments {
            fragment.message = index;
            if let Some(record) = self.out.records.get_mut(fragment.record) {
                record.fragments.push(fragment.clone());
            }
        }
        self.ending(context.from, context.kind, context.step);
        self.out.messages.push(Message {
            from: context.from,
            at: context.at,
            name: described.name,
            kind: context.kind,
            step: context.step,
            meaning: described.meaning,
            bytes,
            fragments,
            fields: described.fields,
            checks: findings.checks,
            derivations: findings.derivations,
            in_the_clear: context.in_the_clear,
        });
    }

    /// The first fatal alert decides; close_notify may come from both sides.
    fn ending(&mut self, by: Side, kind: Kind, step: Step) {
        let Kind::Alert(level, alert) = kind else {
            return;
        };
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
        Context {
            from,
            tls13: self.state.is_tls13(),
        }
    }
}
