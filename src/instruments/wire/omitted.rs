//! What a conversation had beyond the records and messages that are kept.

use crate::instruments::wire::conversation::{
    Check, Conversation, Kind, Omitted, Outcome, Protection, Record,
};
use crate::language::Phrase;
use crate::narration::{Side, Step};

impl Omitted {
    /// Adds a record.
    pub(crate) fn record(&mut self, record: &Record) {
        self.records += 1;
        self.bytes[record.from as usize] += record.bytes.len();
        if let Protection::Unreadable(why) = &record.protection {
            self.unreadable += 1;
            self.why.get_or_insert_with(|| why.clone());
        }
    }

    /// Adds a message.
    pub(crate) fn message(&mut self, kind: Kind, step: Option<Step>, checks: &[Check]) {
        *self.messages.entry(step).or_default() += 1;
        self.handshake |= matches!(kind, Kind::Handshake(_));
        let failed = |check: &Check| matches!(check.outcome, Outcome::Failed(_));
        self.failed |= checks.iter().any(failed);
    }
}

impl Conversation {
    /// How many records there were.
    pub fn all_records(&self) -> usize {
        self.records.len() + self.omitted.records
    }

    /// How many messages there were.
    pub fn all_messages(&self) -> usize {
        self.messages.len() + self.omitted.messages.values().sum::<usize>()
    }

    /// How many messages a step had.
    pub fn messages_of(&self, step: Option<Step>) -> usize {
        let kept = self.messages.iter().filter(|message| message.step == step);
        kept.count() + self.omitted.messages.get(&step).copied().unwrap_or(0)
    }

    /// How many bytes a side sent: all its records, headers included.
    pub fn bytes_from(&self, side: Side) -> usize {
        let records = self.records.iter().filter(|record| record.from == side);
        let kept: usize = records.map(|record| record.bytes.len()).sum();
        kept + self.omitted.bytes[side as usize]
    }

    /// How many records could not be read, and why the first could not.
    pub fn unreadable(&self) -> Option<(usize, &Phrase)> {
        let reasons = self
            .records
            .iter()
            .filter_map(|record| match &record.protection {
                Protection::Unreadable(why) => Some(why),
                _ => None,
            });
        let first = reasons.clone().next().or(self.omitted.why.as_ref())?;
        Some((reasons.count() + self.omitted.unreadable, first))
    }
}
