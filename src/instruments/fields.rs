//! Bytes and what they mean: a tree of [`Field`]s, built by a [`Reader`] that accounts for every byte.
//!
//! Two rooms speak this language: `x509` (DER) and `wire` (TLS messages). Both are unaware of how a tree
//! is shown.
//!
//! The words that explain a byte stand at the call that reads it, so that they cannot drift apart.
//! Every length opens a scope, and a scope that ends before its bytes do keeps the rest as a field of
//! its own. So whatever a peer sends, the leaves of the tree are exactly the input.

use std::ops::Range;

use crate::language::Phrase;
use crate::phrase;

/// How deep scopes may nest. Real certificates stay under twenty.
const DEEPEST: usize = 48;
/// A leaf for all that no room was left to list.
const UNLISTED: &str = "not listed";

/// A run of bytes and what it means. With children it is a group; without, a leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The standard's own name for it, e.g. `legacy_version` or `serialNumber`.
    pub label: String,
    /// Where it stands, in bytes from the start of the input that was parsed.
    pub range: Range<usize>,
    /// What stands there, in words. Empty for plain bytes, which a renderer shows as hex.
    /// May hold text of a peer: a view escapes it (`text`).
    pub value: Phrase,
    /// Why it is there, and which side looks at it. Empty where the label says it all.
    pub meaning: Phrase,
    /// The standard and section, e.g. `RFC 8446 §4.1.2`. Empty: that of the group around it.
    pub source: &'static str,
    /// The parts, in order, without gaps.
    pub children: Vec<Field>,
    /// The bytes do not follow the standard; `value` says why.
    pub malformed: bool,
}

impl Field {
    /// The leaves of this field, in the order of their bytes.
    pub fn leaves(&self) -> Vec<&Field> {
        let mut leaves = Vec::new();
        self.collect_leaves(&mut leaves);
        leaves
    }

    fn collect_leaves<'a>(&'a self, leaves: &mut Vec<&'a Field>) {
        if self.children.is_empty() {
            leaves.push(self);
        }
        for child in &self.children {
            child.collect_leaves(leaves);
        }
    }

    /// The first field with this label, searched depth first, this one included.
    pub fn find(&self, label: &str) -> Option<&Field> {
        if self.label == label {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(label))
    }

    /// How many fields the tree has, this one included.
    pub fn count(&self) -> usize {
        1 + self.children.iter().map(Field::count).sum::<usize>()
    }

    /// The same tree for bytes that stand `by` bytes further on.
    pub fn shifted(mut self, by: usize) -> Field {
        self.range = self.range.start + by..self.range.end + by;
        self.children = self
            .children
            .into_iter()
            .map(|child| child.shifted(by))
            .collect();
        self
    }
}

/// Why bytes could not be read on: a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub Phrase);

/// Reads bytes from front to back and keeps a [`Field`] for all that it reads.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    depth: usize,
    fields: Vec<Field>,
    /// So many fields may still be listed. The bytes of all others share a leaf.
    room: usize,
    /// The last field was not listed.
    unlisted: bool,
}

/// Reads all of `bytes` with `parse` and returns them as one field. Never fails: what `parse` does
/// not understand or leaves over becomes a malformed leaf.
///
/// `parse` may keep what it reads: the data of a message is taken in the same pass as its tree, so that
/// the two cannot disagree.
pub fn read_all<'a>(
    bytes: &'a [u8],
    label: &str,
    source: &'static str,
    meaning: impl Into<Phrase>,
    parse: impl FnOnce(&mut Reader<'a>) -> Result<(), Malformed>,
) -> Field {
    read_within(usize::MAX, bytes, label, source, meaning, parse)
}

/// As [`read_all`], with a tree of at most `room` fields and a leaf for each group that had more. A field costs a hundred
/// times its bytes, and a peer can send two million of two bytes each. `parse` reads on without room, for its data.
pub fn read_within<'a>(
    room: usize,
    bytes: &'a [u8],
    label: &str,
    source: &'static str,
    meaning: impl Into<Phrase>,
    parse: impl FnOnce(&mut Reader<'a>) -> Result<(), Malformed>,
) -> Field {
    let mut reader = Reader {
        bytes,
        at: 0,
        end: bytes.len(),
        depth: 0,
        fields: Vec::new(),
        room,
        unlisted: false,
    };
    let outcome = parse(&mut reader);
    reader.close(outcome);
    Field {
        label: label.to_owned(),
        range: 0..bytes.len(),
        value: Phrase::empty(),
        meaning: meaning.into(),
        source,
        children: reader.fields,
        malformed: false,
    }
}

impl<'a> Reader<'a> {
    /// Bytes left in the scope.
    pub fn remaining(&self) -> usize {
        self.end - self.at
    }

    /// True when the scope was read to its end.
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// The bytes that are left in the scope, without reading them.
    pub fn peek(&self) -> &'a [u8] {
        &self.bytes[self.at..self.end]
    }

    /// Where the reader stands, in bytes from the start of the input.
    pub fn position(&self) -> usize {
        self.at
    }

    /// A leaf of `count` bytes. Its value stays empty: plain bytes.
    pub fn bytes(
        &mut self,
        count: usize,
        label: &str,
        meaning: impl Into<Phrase>,
    ) -> Result<&'a [u8], Malformed> {
        if count > self.remaining() {
            return Err(Malformed(phrase!(
                "{label} wants {count} bytes, but only {left} are left here",
                label,
                count,
                left = self.remaining()
            )));
        }
        let range = self.at..self.at + count;
        self.at = range.end;
        if self.takes_room() {
            self.fields.push(leaf(label, range.clone(), meaning));
        } else {
            self.unlisted(range.clone());
        }
        Ok(&self.bytes[range])
    }

    /// A leaf with all that is left in the scope. Nothing left, no leaf.
    pub fn rest(&mut self, label: &str, meaning: impl Into<Phrase>) -> Result<&'a [u8], Malformed> {
        match self.remaining() {
            0 => Ok(&[]),
            count => self.bytes(count, label, meaning),
        }
    }

    /// A leaf of one byte, shown as a number until [`Reader::value`] gives it a better name.
    pub fn u8(&mut self, label: &str, meaning: impl Into<Phrase>) -> Result<u8, Malformed> {
        Ok(self.number(1, label, meaning)? as u8)
    }

    /// A leaf of two bytes, big-endian as all of TLS.
    pub fn u16(&mut self, label: &str, meaning: impl Into<Phrase>) -> Result<u16, Malformed> {
        Ok(self.number(2, label, meaning)? as u16)
    }

    /// A leaf of three bytes.
    pub fn u24(&mut self, label: &str, meaning: impl Into<Phrase>) -> Result<u32, Malformed> {
        self.number(3, label, meaning)
    }

    /// A leaf of four bytes.
    pub fn u32(&mut self, label: &str, meaning: impl Into<Phrase>) -> Result<u32, Malformed> {
        self.number(4, label, meaning)
    }

    fn number(
        &mut self,
        width: usize,
        label: &str,
        meaning: impl Into<Phrase>,
    ) -> Result<u32, Malformed> {
        let bytes = self.bytes(width, label, meaning)?;
        let number = bytes
            .iter()
            .fold(0u32, |number, byte| number << 8 | u32::from(*byte));
        if !self.unlisted {
            self.value(number.to_string());
        }
        Ok(number)
    }

    /// Says what stands in the field that was just read.
    pub fn value(&mut self, value: impl Into<Phrase>) {
        if let Some(last) = self.last_listed() {
            last.value = value.into();
        }
    }

    /// Says what the field that was just read is there for, where that depends on what stands in it.
    pub fn meaning(&mut self, meaning: impl Into<Phrase>) {
        if let Some(last) = self.last_listed() {
            last.meaning = meaning.into();
        }
    }

    /// The field that was just read, if there was room for it.
    fn last_listed(&mut self) -> Option<&mut Field> {
        self.fields.last_mut().filter(|_| !self.unlisted)
    }

    /// True if there is room for another field, which is then taken.
    fn takes_room(&mut self) -> bool {
        self.unlisted = self.room == 0;
        self.room = self.room.saturating_sub(1);
        !self.unlisted
    }

    /// Bytes of fields that there is no room for. Those that follow each other share a leaf.
    fn unlisted(&mut self, range: Range<usize>) {
        self.unlisted = true;
        match self.fields.last_mut() {
            Some(last) if last.label == UNLISTED && last.range.end == range.start => {
                last.range.end = range.end;
            }
            _ => {
                let mut more = leaf(UNLISTED, range, "");
                more.value = phrase!("too many parts to list them all");
                self.fields.push(more);
            }
        }
    }

    /// The next `count` bytes as a tree that `describe` makes of them, e.g. of DER, with the room that is left.
    pub fn embed(
        &mut self,
        count: usize,
        label: &str,
        describe: impl FnOnce(&[u8], usize) -> Field,
    ) -> Result<&'a [u8], Malformed> {
        let start = self.at;
        let bytes = self.bytes(count, label, "")?;
        if !self.unlisted {
            self.fields.pop();
            let tree = describe(bytes, self.room).shifted(start);
            self.room = self.room.saturating_sub(tree.count());
            self.fields.push(tree);
        }
        Ok(bytes)
    }

    /// Fields that belong together and have no length of their own.
    pub fn group(
        &mut self,
        label: &str,
        source: &'static str,
        meaning: impl Into<Phrase>,
        parse: impl FnOnce(&mut Reader<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        // The group comes before its parts, so that it is listed if any of them is.
        let listed = self.takes_room();
        let mut inner = self.inner(self.end)?;
        let outcome = parse(&mut inner);
        let (at, fields) = (inner.at, inner.fields);
        self.room = inner.room;
        self.unlisted = !listed;
        if at > self.at && listed {
            let mut field = leaf(label, self.at..at, meaning);
            field.source = source;
            field.children = fields;
            self.fields.push(field);
        } else if at > self.at {
            self.unlisted(self.at..at);
        }
        self.at = at;
        outcome
    }

    /// A vector of TLS (RFC 8446 §3.4): a length of `width` bytes, then that many bytes, which
    /// `parse` has to consume. What it leaves or does not understand becomes a malformed leaf inside
    /// the vector, and the reading goes on behind it.
    pub fn vector(
        &mut self,
        width: usize,
        label: &str,
        source: &'static str,
        meaning: impl Into<Phrase>,
        parse: impl FnOnce(&mut Reader<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.group(label, source, meaning, |reader| {
            let length = reader.number(width, "length", "")? as usize;
            reader.value(Phrase::bytes(length));
            reader.scope(length, parse)
        })
    }

    /// The next `length` bytes as a scope of their own, contained as in [`Reader::vector`].
    pub fn scope(
        &mut self,
        length: usize,
        parse: impl FnOnce(&mut Reader<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if length > self.remaining() {
            return Err(Malformed(phrase!(
                "the length says {length} bytes, but only {left} are left here",
                length,
                left = self.remaining()
            )));
        }
        let mut inner = self.inner(self.at + length)?;
        let outcome = parse(&mut inner);
        inner.close(outcome);
        self.at = inner.at;
        self.room = inner.room;
        self.unlisted = inner.unlisted;
        for field in inner.fields {
            match field.label == UNLISTED {
                true => self.unlisted(field.range),
                false => self.fields.push(field),
            }
        }
        Ok(())
    }

    fn inner(&self, end: usize) -> Result<Reader<'a>, Malformed> {
        if self.depth == DEEPEST {
            return Err(Malformed(phrase!(
                "nested deeper than {levels} levels",
                levels = DEEPEST
            )));
        }
        Ok(Reader {
            bytes: self.bytes,
            at: self.at,
            end,
            depth: self.depth + 1,
            fields: Vec::new(),
            room: self.room,
            unlisted: self.unlisted,
        })
    }

    /// Ends a scope: what is left of it is kept as a malformed leaf.
    fn close(&mut self, outcome: Result<(), Malformed>) {
        let reason = match outcome {
            Ok(()) if self.is_empty() => return,
            Ok(()) => phrase!(
                "{count} bytes more than the standard knows here",
                count = self.remaining()
            ),
            Err(Malformed(reason)) => reason,
        };
        let mut rest = leaf("malformed", self.at..self.end, "");
        rest.value = reason;
        rest.malformed = true;
        self.at = self.end;
        self.unlisted = false;
        self.fields.push(rest);
    }
}

fn leaf(label: &str, range: Range<usize>, meaning: impl Into<Phrase>) -> Field {
    Field {
        label: label.to_owned(),
        range,
        value: Phrase::empty(),
        meaning: meaning.into(),
        source: "",
        children: Vec::new(),
        malformed: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_lists(bytes: &[u8]) -> Field {
        two_lists_within(usize::MAX, bytes)
    }

    fn two_lists_within(room: usize, bytes: &[u8]) -> Field {
        read_within(room, bytes, "two lists", "", "", |reader| {
            for label in ["first", "second"] {
                reader.vector(1, label, "", "", |reader| {
                    while !reader.is_empty() {
                        reader.u16("number", "")?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })
    }

    #[test]
    fn without_room_every_byte_is_still_in_one_leaf() {
        let bytes = [6, 0, 1, 0, 2, 0, 3, 2, 0, 2, 7];
        let all = two_lists_within(usize::MAX, &bytes).count();
        for room in 0..=all {
            let field = two_lists_within(room, &bytes);
            assert_eq!(covered(&field), (0..bytes.len()).collect::<Vec<_>>());
            let unlisted = field.leaves().into_iter().filter(|l| l.label == UNLISTED);
            assert!(field.count() - unlisted.count() <= room + 2, "{field:?}");
            assert!(field.find("malformed").is_some(), "{field:?}");
        }
    }

    fn covered(field: &Field) -> Vec<usize> {
        field
            .leaves()
            .iter()
            .flat_map(|leaf| leaf.range.clone())
            .collect()
    }

    #[test]
    fn every_byte_is_in_exactly_one_leaf_whatever_the_input() {
        for bytes in [
            &[2, 0, 1, 2, 0, 2][..],
            &[3, 0, 1, 9, 2, 0, 2],
            &[1, 0, 2, 0, 2],
            &[2, 0, 1],
            &[9, 1],
            &[],
            &[2, 0, 1, 2, 0, 2, 7],
        ] {
            assert_eq!(
                covered(&two_lists(bytes)),
                (0..bytes.len()).collect::<Vec<_>>(),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_malformed_vector_does_not_spoil_the_next() {
        let field = two_lists(&[1, 0, 2, 0, 2]);
        assert!(field.find("first").unwrap().find("malformed").is_some());
        assert_eq!(
            field.find("second").unwrap().find("number").unwrap().value,
            "2"
        );
    }
}
