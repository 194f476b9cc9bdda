//! Two connections side by side: which messages both have, which only one has, and what differs in those that both have.
//!
//! Unaware of how it is shown: `side_by_side` has 80 columns, `html` a page.

use std::collections::{HashMap, HashSet};

use super::flights::round_trips;
use super::glance::{at_a_glance, bytes_from};
use super::{is_framing, size};
use crate::instruments::fields::Field;
use crate::instruments::wire::conversation::{Conversation, Kind, Message};
use crate::instruments::wire::numbers::HandshakeType;
use crate::language::Phrase;
use crate::narration::{Side, words};
use crate::phrase;

/// So many messages of each connection are compared; the time for it grows with the square.
const MOST_MESSAGES: usize = 500;
/// So many differences of a message are told.
const MOST_DIFFERENCES: usize = 12;
/// So many values of a list.
const MOST_VALUES: usize = 8;

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

/// What differs in a message that both have.
#[derive(Default)]
pub(super) struct Differences {
    pub(super) fields: Vec<FieldDifference>,
    /// So many more.
    pub(super) more: usize,
    /// Fields of plain bytes: where they stand. Most are random, and differ in any two connections.
    pub(super) bytes: Vec<String>,
}

/// A field with a different value, or only in one of the two. Hostile text.
pub(super) struct FieldDifference {
    pub(super) path: String,
    pub(super) values: [Option<Phrase>; 2],
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
    let all: usize = both.iter().map(|one| one.messages.len()).sum();
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
        let bytes = [Side::Client, Side::Server].map(|side| bytes_from(conversation, side));
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
fn aligned<'a>([first, second]: [&'a [Message]; 2]) -> Vec<[Option<&'a Message>; 2]> {
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

/// A field, and the bytes of its message.
type Place<'a> = (&'a Field, &'a [u8]);

fn differences(first: &Message, second: &Message) -> Differences {
    let mut found = Differences::default();
    let places = [first, second].map(|message| (&message.fields, &message.bytes[..]));
    found.groups("", places);
    found
}

impl Differences {
    /// The parts of two groups, matched by their names.
    fn groups(&mut self, path: &str, [first, second]: [Place<'_>; 2]) {
        if is_list(first.0) && is_list(second.0) {
            return self.lists(path, [first, second]);
        }
        let mut rest = by_name(second.0);
        let mut counts = HashMap::new();
        for part in first.0.children.iter().filter(|part| !is_framing(part)) {
            let count = counts.entry(&part.label[..]).or_insert(0_usize);
            let other = rest.remove(&(&part.label[..], *count));
            *count += 1;
            let path = longer(path, &part.label);
            match other {
                Some((_, other)) => self.fields(&path, [(part, first.1), (other, second.1)]),
                None => self.add(path, [Some(value(part)), None]),
            }
        }
        let mut rest: Vec<_> = rest.into_values().collect();
        rest.sort_by_key(|(order, _)| *order);
        for (_, part) in rest {
            self.add(longer(path, &part.label), [None, Some(value(part))]);
        }
    }

    fn fields(&mut self, path: &str, [first, second]: [Place<'_>; 2]) {
        let [these, those] = [first, second].map(|(field, bytes)| bytes.get(field.range.clone()));
        if these == those {
            return;
        }
        if !first.0.children.is_empty() && !second.0.children.is_empty() {
            self.groups(path, [first, second]);
        } else if is_random(first.0) && is_random(second.0) {
            let name = path.strip_suffix(" › bytes").unwrap_or(path).to_owned();
            if self.bytes.len() < MOST_VALUES && !self.bytes.contains(&name) {
                self.bytes.push(name);
            }
        } else if first.0.value != second.0.value {
            self.add(
                path.to_owned(),
                [first, second].map(|(field, _)| Some(value(field))),
            );
        }
    }

    /// Lists of one kind of values: those that only one has.
    fn lists(&mut self, path: &str, [first, second]: [Place<'_>; 2]) {
        let of = |field: &Field| -> Vec<Phrase> {
            let parts = field.children.iter().filter(|part| !is_framing(part));
            parts.map(|part| part.value.clone()).collect()
        };
        let lists = [of(first.0), of(second.0)];
        let sets = lists
            .each_ref()
            .map(|list| list.iter().map(Phrase::english).collect::<HashSet<_>>());
        let only = |this: usize| {
            let other = &sets[1 - this];
            let only: Vec<&Phrase> = lists[this]
                .iter()
                .filter(|one| !other.contains(&one.english()))
                .collect();
            let more = only.len().saturating_sub(MOST_VALUES);
            let shown = only.into_iter().take(MOST_VALUES).cloned();
            let shown = Phrase::joined(shown, &Phrase::from(", "));
            match more {
                _ if shown.is_empty() => None,
                0 => Some(shown),
                _ => Some(phrase!("{shown} and {more} more", shown, more)),
            }
        };
        match [only(0), only(1)] {
            [None, None] if lists[0] != lists[1] => {
                let order = || Some(phrase!("the same, in another order"));
                self.add(path.to_owned(), [order(), order()]);
            }
            [None, None] => {}
            values => self.add(path.to_owned(), values),
        }
    }

    fn add(&mut self, path: String, values: [Option<Phrase>; 2]) {
        if self.fields.len() < MOST_DIFFERENCES {
            self.fields.push(FieldDifference { path, values });
        } else {
            self.more += 1;
        }
    }
}

/// The parts of a group by name and number among those of the name, with their places.
fn by_name(group: &Field) -> HashMap<(&str, usize), (usize, &Field)> {
    let mut counts = HashMap::new();
    let parts = group.children.iter().filter(|part| !is_framing(part));
    let numbered = parts.enumerate().map(|(order, part)| {
        let count = counts.entry(&part.label[..]).or_insert(0);
        *count += 1;
        ((&part.label[..], *count - 1), (order, part))
    });
    numbered.collect()
}

/// More than one value of one kind, each with words: cipher suites, groups, names.
fn is_list(group: &Field) -> bool {
    let mut parts = group.children.iter().filter(|part| !is_framing(part));
    let Some(first) = parts.next() else {
        return false;
    };
    let of_a_kind = |part: &Field| part.children.is_empty() && !part.value.is_empty();
    of_a_kind(first) && parts.all(|part| part.label == first.label && of_a_kind(part))
}

/// Plain bytes, or a number that is drawn by lot: it differs in any two connections.
fn is_random(field: &Field) -> bool {
    field.value.is_empty()
        || ["ticket_age_add", "obfuscated_ticket_age"].contains(&&field.label[..])
}

/// What a field says, or how long it is.
fn value(field: &Field) -> Phrase {
    match field.value.is_empty() {
        true => size(field.range.len()),
        false => field.value.clone(),
    }
}

/// Groups that frame others say nothing of the place.
fn longer(path: &str, label: &str) -> String {
    const SILENT: [&str; 3] = ["extensions", "extension_data", "certificate_list"];
    match path {
        _ if SILENT.contains(&label) => path.to_owned(),
        "" => label.to_owned(),
        _ => format!("{path} › {label}"),
    }
}
