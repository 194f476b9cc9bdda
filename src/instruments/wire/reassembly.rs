//! Puts messages together out of the content of records, and hands them to the state of the handshake.
//!
//! A handshake message may span records, and a record may hold several (RFC 8446 §5.1). Unaware of encryption.

use std::time::Duration;

use crate::instruments::wire::carried::{Carried, Place};
use crate::instruments::wire::conversation::{
    Conversation, Ending, Kind, Message, Protection, Record,
};
use crate::instruments::wire::keeping::{Keeping, MOST_KEPT, MOST_RECORDS};
use crate::instruments::wire::messages::{self, Context, Described, Handshake, single_record};
use crate::instruments::wire::numbers::{ContentType, alert};
use crate::instruments::wire::per_side::PerSide;
use crate::instruments::wire::session::{Findings, Incoming};
use crate::instruments::wire::state::State;
use crate::instruments::wire::steps::{self, Sealed};
use crate::narration::{Side, Step};
use crate::phrase;

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
    keeping: Keeping,
}

impl Reassembly {
    /// Takes a record in, and makes messages of its content. `content_type` is the true one, where it could be read.
    /// Returns the record if it is kept.
    pub(crate) fn record(
        &mut self,
        record: Record,
        content_type: ContentType,
    ) -> Option<&mut Record> {
        let kept = self.out.records.len();
        let place = Place {
            number: kept + self.out.omitted.records,
            kept: (kept < MOST_KEPT).then_some(kept),
        };
        let content = record.content().to_vec();
        let mut carried = Carried::begin(&record);
        let protection = match &record.protection {
            // What is inside of it goes with the record; whether it was readable is enough here.
            Protection::Decrypted(_) => Protection::None,
            other => other.clone(),
        };
        let unreadable = matches!(protection, Protection::Unreadable(_));
        let mut beyond = Some(record);
        if place.kept.is_some() {
            self.out.records.extend(beyond.take());
        }
        match (protection, content_type) {
            (Protection::None, ContentType::HANDSHAKE) => {
                self.handshake_fragments(place, carried, &content);
            }
            (protection, _) => {
                carried.take(place, &content, 0..content.len());
                self.single_record_message(carried, &protection, content_type);
            }
        }
        self.unreadable |= unreadable;
        if self.is_needed(place) {
            return self.out.records.last_mut();
        }
        if let Some(record) = beyond.or_else(|| self.out.records.pop()) {
            self.out.omitted.record(&record);
        }
        None
    }

    /// The first records are shown, and those that carry a message that is kept, or may be.
    fn is_needed(&self, place: Place) -> bool {
        let Some(record) = place.kept.and_then(|kept| self.out.records.get(kept)) else {
            return false;
        };
        let partial = self.partials[record.from].as_ref();
        let partial = partial.and_then(|partial| partial.fragments.last());
        place.number < MOST_RECORDS
            || !record.fragments.is_empty()
            || partial.is_some_and(|last| Some(last.record) == place.kept)
    }

    /// A message that is the whole content of a record.
    fn single_record_message(
        &mut self,
        carried: Carried,
        protection: &Protection,
        outer: ContentType,
    ) {
        let from = carried.from;
        let kind = single_record::kind(protection, outer, &carried.bytes);
        let step = steps::step(from, kind, self.sealed(from, outer), &self.state);
        self.new_keys[from] = kind == Kind::ChangeCipherSpec;
        let described = self.keeping.takes(&carried, kind, step).then(|| {
            let context = self.parse_context(from);
            single_record::described(protection, outer, &carried.bytes, &context)
        });
        self.message(carried, kind, step, described, Findings::default());
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
    fn handshake_fragments(&mut self, record: Place, begin: Carried, content: &[u8]) {
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
        let kind = carried.kind();
        // Which step it is depends on what came before it, not on what it changes.
        let sealed = self.sealed(from, ContentType::HANDSHAKE);
        let step = steps::step(from, kind, sealed, &self.state);
        let kept = self.keeping.takes(&carried, kind, step);
        let context = Context {
            encrypted: !carried.in_the_clear,
            room: if kept { self.keeping.room() } else { 0 },
            ..self.parse_context(from)
        };
        let (described, message) = messages::handshake(bytes, &context);
        let findings = self.state.handshake(&Incoming {
            from,
            message: &message,
            bytes,
        });
        let index = kept.then_some(self.out.messages.len());
        match &message {
            Handshake::ClientHello(_) => self.client_hello = index,
            Handshake::ServerHello(hello) if !hello.is_retry() => self.server_hello = index,
            _ => {}
        }
        self.message(carried, kind, step, kept.then_some(described), findings);
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
            let step = steps::step(from, carried.kind(), sealed, &self.state);
            described.meaning = phrase!("The recording ends in the middle of this message.");
            let kept = !carried.fragments.is_empty();
            let described = kept.then_some(described);
            self.message(carried, Kind::Unknown, step, described, Findings::default());
        }
    }

    /// A message is over. One that is not described is not kept, but counts like any other.
    fn message(
        &mut self,
        carried: Carried,
        kind: Kind,
        step: Option<Step>,
        described: Option<Described>,
        findings: Findings,
    ) {
        self.ending(carried.from, kind, step);
        let Some(described) = described else {
            self.out.omitted.message(kind, step, &findings.checks);
            return;
        };
        self.keeping.told(&described.fields);
        let index = self.out.messages.len();
        let mut fragments = carried.fragments;
        for fragment in &mut fragments {
            fragment.message = index;
            if let Some(record) = self.out.records.get_mut(fragment.record) {
                record.fragments.push(fragment.clone());
            }
        }
        // Until the server answers another handshake, data and alerts belong to the one before.
        let begun = self.state.hello_answered() || matches!(kind, Kind::Handshake(_));
        let handshake = self.state.earlier().saturating_sub(usize::from(!begun));
        self.out.messages.push(Message {
            from: carried.from,
            at: carried.at,
            name: described.name,
            kind,
            step,
            handshake,
            meaning: described.meaning,
            bytes: carried.bytes,
            fragments,
            carriers: carried.carriers,
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
            room: self.keeping.room(),
        }
    }
}
