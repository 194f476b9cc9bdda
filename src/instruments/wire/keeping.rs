//! How much of a conversation is kept: as much as the views show, and whatever the peers send.
//!
//! The rest is read, decrypted and judged all the same, and counted: a message costs some hundred times its bytes, and a
//! stranger can fill a recording with messages of two bytes.

use std::collections::BTreeMap;

use crate::instruments::fields::Field;
use crate::instruments::wire::carried::Carried;
use crate::instruments::wire::conversation::Kind;
use crate::narration::Step;

/// So many messages of a step are kept, and as many that are no handshake messages: those are few and decide, so data
/// takes no place of theirs.
pub const MOST_MESSAGES: usize = 500;
/// The first records are kept whatever they carry.
pub const MOST_RECORDS: usize = 500;
/// So many are kept in all: a message may be spread over as many as it has bytes.
pub(crate) const MOST_KEPT: usize = 8_192;
/// So many fields tell of one message, and of all together.
const MOST_FIELDS: usize = 20_000;
const MOST_FIELDS_IN_ALL: usize = 60_000;

/// What was kept so far.
#[derive(Debug, Default)]
pub(crate) struct Keeping {
    /// Messages by step, apart for handshake messages.
    messages: BTreeMap<(Option<Step>, bool), usize>,
    fields: usize,
}

impl Keeping {
    /// True if this message is kept: its record is, and there are not enough others.
    pub(crate) fn takes(&mut self, carried: &Carried, kind: Kind, step: Option<Step>) -> bool {
        let handshake = matches!(kind, Kind::Handshake(_));
        let count = self.messages.entry((step, handshake)).or_default();
        let takes = *count < MOST_MESSAGES && !carried.fragments.is_empty();
        *count += usize::from(takes);
        takes
    }

    /// How many fields may tell of the next message.
    pub(crate) fn room(&self) -> usize {
        MOST_FIELDS_IN_ALL
            .saturating_sub(self.fields)
            .min(MOST_FIELDS)
    }

    /// Takes note of the fields that tell of a message.
    pub(crate) fn told(&mut self, fields: &Field) {
        self.fields += fields.count();
    }
}
