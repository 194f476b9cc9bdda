//! The bytes of one message, on their way together.

use std::ops::Range;
use std::time::Duration;

use crate::instruments::wire::conversation::{Fragment, Kind, Protection, Record};
use crate::instruments::wire::numbers::HandshakeType;
use crate::narration::Side;

/// A record among all, and among those that are kept if it is one of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) number: usize,
    pub(crate) kept: Option<usize>,
}

/// The bytes of a message, complete or not yet, and what carried them.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) from: Side,
    /// When the last of them came.
    pub(crate) at: Duration,
    pub(crate) in_the_clear: bool,
    pub(crate) bytes: Vec<u8>,
    pub(crate) fragments: Vec<Fragment>,
    /// How many records carry them. Fragments tell of those that are kept.
    pub(crate) carriers: usize,
    last: Option<usize>,
}

impl Carried {
    /// Nothing yet, of a message that begins in `record`.
    pub(crate) fn begin(record: &Record) -> Carried {
        Carried {
            from: record.from,
            at: record.at,
            in_the_clear: matches!(record.protection, Protection::None | Protection::NotTls(_)),
            bytes: Vec::new(),
            fragments: Vec::new(),
            carriers: 0,
            last: None,
        }
    }

    /// What it is, if it is a handshake message.
    pub(crate) fn kind(&self) -> Kind {
        Kind::Handshake(HandshakeType(
            self.bytes.first().copied().unwrap_or_default(),
        ))
    }

    /// How many bytes a handshake message still wants: its header first, then what the header says.
    pub(crate) fn missing(&self) -> usize {
        match &self.bytes[..] {
            [_, a, b, c, body @ ..] => {
                let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
                length.saturating_sub(body.len())
            }
            header => 4 - header.len(),
        }
    }

    /// Takes the bytes `range` of the content of a record.
    pub(crate) fn take(&mut self, record: Place, content: &[u8], range: Range<usize>) {
        let another = self.last.replace(record.number) != Some(record.number);
        self.carriers += usize::from(another);
        let before = self.bytes.len();
        let taken = content.get(range.clone()).unwrap_or_default();
        self.bytes.extend_from_slice(taken);
        let in_message = before..self.bytes.len();
        let again = |last: &&mut Fragment| Some(last.record) == record.kept;
        match (self.fragments.last_mut().filter(again), record.kept) {
            (Some(fragment), _) => {
                fragment.in_record.end = range.end;
                fragment.in_message.end = in_message.end;
            }
            (None, Some(record)) => self.fragments.push(Fragment {
                record,
                in_record: range,
                // The message's own number is known when it is whole.
                message: 0,
                in_message,
            }),
            (None, None) => {}
        }
    }
}
