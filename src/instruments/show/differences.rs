//! What differs in a message that both of two connections have: its fields, matched by their names.

use std::collections::{HashMap, HashSet};

use super::{is_framing, size};
use crate::instruments::fields::Field;
use crate::instruments::wire::conversation::Message;
use crate::language::Phrase;
use crate::phrase;

/// So many differences of a message are told.
const MOST_DIFFERENCES: usize = 12;
/// So many values of a list.
const MOST_VALUES: usize = 8;

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

/// A field, and the bytes of its message.
type Place<'a> = (&'a Field, &'a [u8]);

/// Compares a message with one of the same name.
pub(super) fn differences(first: &Message, second: &Message) -> Differences {
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
