//! Two connections side by side: which messages both have, which only one has, and what differs in those that both have.
//!
//! Unaware of how it is shown: `side_by_side` has 80 columns, `html` a page.

use std::collections::HashSet;

use super::differences::{Differences, differences};
use super::flights::round_trips;
use super::glance::at_a_glance;
use super::size;
use crate::instruments::wire::conversation::{Conversation, Kind, Message};
use crate::instruments::wire::numbers::HandshakeType;
use crate::language::Phrase;
use crate::narration::{Side, words};
use crate::phrase;

/// So many messages of each connection are compared; the time for it grows with the square.
const MOST_MESSAGES: usize = 500;

/// Two connections, compared.
pub(super) struct Comparison<'a> {
    pub(super) facts: Vec<Fact>,
    pub(super) rows: Vec<Row<'a>>,
    /// Messages beyond the bound, of the two together.
    pub(super) not_compared: usize,
}

/// A fact of each connection.
pub(super) struct Fact {
    pub(super) label: Phrase,
    pub(super) values: [Option<Phrase>; 2],
}

impl Fact {
    pub(super) fn differs(&self) -> bool {
        let [first, second] = &self.values;
        first != second
    }
}

/// A message of one connection, or of both.
pub(super) struct Row<'a> {
    pub(super) messages: [Option<&'a Message>; 2],
    pub(super) differences: Differences,
}

impl Row<'_> {
    /// The side that sends it: the same in both.
    pub(super) fn from(&self) -> Option<Side> {
        let mut messages = self.messages.iter().flatten();
        messages.next().map(|message| message.from)
    }
}

/// Compares the connections `both`.
pub(super) fn compare(both: [&Conversation; 2]) -> Comparison<'_> {
    let messages = both.map(|one| one.messages.get(..MOST_MESSAGES).unwrap_or(&one.messages));
    let rows = aligned(messages).into_iter().map(|messages| Row {
        differences: match messages {
            [Some(first), Some(second)] => differences(first, second),
            _ => Differences::default(),
        },
        messages,
    });
    let all: usize = both.iter().map(|one| one.all_messages()).sum();
    let compared: usize = messages.iter().map(|some| some.len()).sum();
    Comparison {
        facts: facts(both),
        rows: rows.collect(),
        not_compared: all - compared,
    }
}

fn facts(both: [&Conversation; 2]) -> Vec<Fact> {
    let of_each = both.map(|conversation| {
        let mut facts = at_a_glance(conversation);
        let bytes = [Side::Client, Side::Server].map(|side| conversation.bytes_from(side));
        let [client, server] = bytes;
        facts.extend([
            (phrase!("bytes in all"), size(client + server)),
            (
                phrase!("round trips of handshakes"),
                round_trips(conversation).to_string().into(),
            ),
            (phrase!("a listener can read"), in_the_clear(conversation)),
            (
                phrase!("certificates that a listener sees"),
                certificates_in_the_clear(conversation),
            ),
        ]);
        facts
    });
    let [first, mut second] = of_each;
    let mut facts: Vec<Fact> = first
        .into_iter()
        .map(|(label, value)| {
            let same = second.iter().position(|(other, _)| *other == label);
            let other = same.map(|at| second.remove(at).1);
            Fact {
                values: [Some(value), other],
                label,
            }
        })
        .collect();
    facts.extend(second.into_iter().map(|(label, value)| Fact {
        values: [None, Some(value)],
        label,
    }));
    facts
}

/// The names of the messages that are not encrypted, each once.
fn in_the_clear(conversation: &Conversation) -> Phrase {
    let mut seen = HashSet::new();
    let messages = conversation.messages.iter().take(MOST_MESSAGES);
    let clear = messages.filter(|message| message.in_the_clear);
    let names = clear.filter(|message| seen.insert(&message.name[..]));
    let names = names.map(|message| Phrase::from(message.name.clone()));
    Phrase::joined(names, &Phrase::from(", "))
}

fn certificates_in_the_clear(conversation: &Conversation) -> Phrase {
    let seen = |side: &Side| {
        conversation.messages.iter().any(|message| {
            message.from == *side
                && message.in_the_clear
                && message.kind == Kind::Handshake(HandshakeType::CERTIFICATE)
        })
    };
    let sides = [Side::Client, Side::Server].into_iter().filter(seen);
    let sides: Vec<Phrase> = sides.map(words::side).collect();
    match &sides[..] {
        [] => phrase!("none"),
        [side] => phrase!("that of the {side}", side),
        _ => phrase!("those of both"),
    }
}

/// Pairs the messages of two sequences: as many as possible, and in the order of both (a longest common subsequence).
fn aligned([first, second]: [&[Message]; 2]) -> Vec<[Option<&Message>; 2]> {
    let same = |a: &Message, b: &Message| a.from == b.from && a.name == b.name;
    // longest[i][j]: how many pairs the messages from i and from j on can have.
    let mut longest = vec![vec![0_u16; second.len() + 1]; first.len() + 1];
    for (i, a) in first.iter().enumerate().rev() {
        for (j, b) in second.iter().enumerate().rev() {
            longest[i][j] = match same(a, b) {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut rows) = (0, 0, Vec::new());
    loop {
        match (first.get(i), second.get(j)) {
            (Some(a), Some(b)) if same(a, b) => {
                rows.push([Some(a), Some(b)]);
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || longest[i + 1][j] >= longest[i][j + 1] => {
                rows.push([Some(a), None]);
                i += 1;
            }
            (_, Some(b)) => {
                rows.push([None, Some(b)]);
                j += 1;
            }
            (_, None) => return rows,
        }
    }
}
