//! Puts messages together out of the content of records, and hands them to the state of the handshake.
//!
//! A handshake message may span records, and a record may hold several. Unaware of encryption.

use std::time::Duration;

use crate::instruments::wire::both::Both;
use crate::instruments::wire::conversation::{
    Conversation, Ending, Kind, Message, Piece, Protection,
};
use crate::instruments::wire::messages::{self, Context, Described};
use crate::instruments::wire::state::State;
use crate::instruments::wire::steps;
use crate::narration::Side;

/// What all parts of a message have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) from: Side,
    pub(crate) at: Duration,
    pub(crate) in_the_clear: bool,
}

/// A handshake message that goes on in the next record.
#[derive(Debug, Default)]
struct Partial {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
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
        match self.pieces.last_mut() {
            Some(piece) if piece.record == record => {
                piece.in_record.end = end;
                piece.in_message.end = after;
            }
            // The message's own number is known when it is whole.
            _ => self.pieces.push(Piece {
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
pub(crate) struct Assembly {
    pub(crate) out: Conversation,
    pub(crate) state: State,
    partials: Both<Partial>,
    /// TLS 1.2: ChangeCipherSpec was sent.
    pub(crate) encrypted: Both<bool>,
    /// Where keys belong that turn out later to have been computable then.
    pub(crate) client_hello: Option<usize>,
    server_hello: Option<usize>,
}

impl Assembly {
    /// Hands the content of a record to the messages.
    pub(crate) fn content(&mut self, index: usize, kind: u8) {
        let Some(record) = self.out.records.get(index) else {
            return;
        };
        let (from, at, bytes) = (record.from, record.at, record.content().to_vec());
        let in_the_clear = matches!(record.protection, Protection::None);
        let (envelope, context) = (
            Envelope {
                from,
                at,
                in_the_clear,
            },
            self.context(from),
        );
        let (kind, described) = match (&record.protection, kind, &bytes[..]) {
            (Protection::Unreadable(reason), ..) => (
                Kind::Ciphertext,
                messages::opaque(&bytes, "encrypted record", reason),
            ),
            (_, 22, _) => return self.fragments(index, envelope, &bytes),
            (_, 20, _) => (
                Kind::ChangeCipherSpec,
                messages::change_cipher_spec(&bytes, &context),
            ),
            (_, 21, [level, alert, ..]) => (
                Kind::Alert(*level, *alert),
                messages::alert(&bytes, &context),
            ),
            (_, 21, _) => (Kind::Unknown, messages::alert(&bytes, &context)),
            (_, 23, _) => (
                Kind::ApplicationData,
                messages::application_data(&bytes, &context),
            ),
            _ => (
                Kind::Unknown,
                messages::opaque(
                    &bytes,
                    "unknown record",
                    "a content type that is not known here",
                ),
            ),
        };
        self.whole(index, envelope, kind, described, bytes);
        if kind == Kind::ChangeCipherSpec {
            self.change_cipher_spec(from);
        }
    }

    /// Means something in TLS 1.2 only.
    fn change_cipher_spec(&mut self, from: Side) {
        if self.state.is_tls13() || self.state.version.is_none() {
            return;
        }
        *self.encrypted.of(from) = true;
        let derivations = self.state.change_cipher_spec12(from);
        if let Some(hello) = self.message_at(self.server_hello) {
            hello.derivations.extend(derivations);
        }
    }

    /// Handshake messages of a record: whole ones, and parts of those that span records.
    fn fragments(&mut self, record: usize, envelope: Envelope, content: &[u8]) {
        let mut start = 0;
        while start < content.len() {
            let partial = self.partials.of(envelope.from);
            partial.in_the_clear = envelope.in_the_clear;
            start = partial.take(record, content, start);
            if partial.missing() == 0 {
                let whole = std::mem::take(partial);
                self.handshake_message(envelope, whole);
            }
        }
    }

    fn handshake_message(&mut self, envelope: Envelope, Partial { bytes, pieces, .. }: Partial) {
        let kind = Kind::Handshake(bytes.first().copied().unwrap_or_default());
        let mut context = self.context(envelope.from);
        let mut described = messages::handshake(&bytes, &context);
        // A ServerHello says itself which version it is of.
        if kind == Kind::Handshake(2) && described.fields.find("selected_version").is_some() {
            context.tls13 = true;
            described = messages::handshake(&bytes, &context);
        }
        let index = Some(self.push_message(envelope, kind, described, bytes, pieces));
        let Some(message) = index.and_then(|index| self.out.messages.get_mut(index)) else {
            return;
        };
        self.state.message(message);
        match message.name.as_str() {
            "ClientHello" => self.client_hello = index,
            "ServerHello" => self.server_hello = index,
            _ => {}
        }
    }

    /// A message whose end never came.
    pub(crate) fn cut_message(&mut self, from: Side, at: Duration) {
        let Partial {
            bytes,
            pieces,
            in_the_clear,
        } = std::mem::take(self.partials.of(from));
        if !bytes.is_empty() {
            let mut described = messages::handshake(&bytes, &self.context(from));
            described.meaning = "The recording ends in the middle of this message.".to_owned();
            self.push_message(
                Envelope {
                    from,
                    at,
                    in_the_clear,
                },
                Kind::Unknown,
                described,
                bytes,
                pieces,
            );
        }
    }

    /// A message that is the whole content of a record.
    pub(crate) fn whole(
        &mut self,
        record: usize,
        envelope: Envelope,
        kind: Kind,
        described: Described,
        bytes: Vec<u8>,
    ) {
        let piece = Piece {
            record,
            in_record: 0..bytes.len(),
            message: 0,
            in_message: 0..bytes.len(),
        };
        self.push_message(envelope, kind, described, bytes, vec![piece]);
    }

    fn push_message(
        &mut self,
        envelope: Envelope,
        kind: Kind,
        described: Described,
        bytes: Vec<u8>,
        mut pieces: Vec<Piece>,
    ) -> usize {
        let index = self.out.messages.len();
        for piece in &mut pieces {
            piece.message = index;
            if let Some(record) = self.out.records.get_mut(piece.record) {
                record.pieces.push(piece.clone());
            }
        }
        let Envelope {
            from,
            at,
            in_the_clear,
        } = envelope;
        let Described {
            name,
            meaning,
            fields,
        } = described;
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
        index
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
            Ending::Open if alert == 0 => self.out.ending = Ending::Closed(vec![by]),
            ending if fatal && alert != 0 => *ending = Ending::Refused { by, alert, step },
            _ => {}
        }
    }

    pub(crate) fn message_at(&mut self, index: Option<usize>) -> Option<&mut Message> {
        self.out.messages.get_mut(index?)
    }

    fn context(&self, from: Side) -> Context {
        Context {
            from,
            tls13: self.state.is_tls13(),
        }
    }
}
