//! DER, the encoding under X.509 (X.690): each element is a tag, a length, and contents.
//!
//! Unaware of what the elements mean. Every function here reads one element and returns its value as
//! text, or says what is wrong with it; the bytes are kept as fields either way.

use crate::instruments::fields::{Malformed, Reader};
use crate::language::Phrase;
use crate::phrase;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// How many bytes of one list are explained element by element. The rest becomes a single leaf: a list
/// of a million entries would fill the memory with fields.
const MOST: usize = 256 << 10;

/// The tag of `[number]` around something primitive.
pub(super) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The tag of `[number]` around something constructed.
pub(super) const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// The value of what was read, as text; or what is wrong with it.
pub(super) type Text = Result<Phrase, Malformed>;

/// One element as a group named `label`. The group's value is the text that `parse` makes of the
/// contents; malformed contents stay inside the group, and the text is then empty.
pub(super) fn explained<'a>(
    reader: &mut Reader<'a>,
    tag: u8,
    label: &str,
    source: &'static str,
    meaning: impl Into<Phrase>,
    parse: impl FnOnce(&mut Reader<'a>) -> Text,
) -> Text {
    expect(reader, tag, label)?;
    let mut text = Phrase::empty();
    reader.group(label, source, meaning, |reader| {
        text = unwrapped(reader, tag, label, parse)?;
        Ok(())
    })?;
    reader.value(text.clone());
    Ok(text)
}

/// One element that its name and the group around it explain well enough.
pub(super) fn element<'a>(
    reader: &mut Reader<'a>,
    tag: u8,
    label: &str,
    parse: impl FnOnce(&mut Reader<'a>) -> Text,
) -> Text {
    explained(reader, tag, label, "", "", parse)
}

/// Like [`element`], but adds its parts to the enclosing group: for an element that only wraps another.
pub(super) fn unwrapped<'a>(
    reader: &mut Reader<'a>,
    tag: u8,
    label: &str,
    parse: impl FnOnce(&mut Reader<'a>) -> Text,
) -> Text {
    expect(reader, tag, label)?;
    reader.bytes(1, "tag", "")?;
    reader.value(tag_name(tag));
    let (header, length) = length(reader.peek()).map_err(Malformed)?;
    reader.bytes(header, "length", "")?;
    reader.value(Phrase::bytes(length));
    let mut text = Phrase::empty();
    reader.scope(length, |reader| {
        text = parse(reader)?;
        Ok(())
    })?;
    Ok(text)
}

/// The tag of the next element.
pub(super) fn next_tag(reader: &Reader<'_>) -> Option<u8> {
    reader.peek().first().copied()
}

fn expect(reader: &Reader<'_>, tag: u8, label: &str) -> Result<(), Malformed> {
    match next_tag(reader) {
        Some(found) if found == tag => Ok(()),
        Some(found) => Err(Malformed(phrase!(
            "{label} starts with {tag}, but here is {found}",
            label,
            tag = tag_name(tag),
            found = tag_name(found)
        ))),
        None => Err(Malformed(phrase!("{label} is missing", label))),
    }
}

/// The length that `bytes` begin with: how many bytes it takes, and what it says. The one decoder of
/// lengths in this program.
///
/// X.690 §8.1.3 and §10.1: below 128 one byte; else a byte that counts the bytes of the number. DER
/// knows one way only to write a length, so that the same value is always the same bytes to sign.
pub(crate) fn length(bytes: &[u8]) -> Result<(usize, usize), Phrase> {
    let (count, rest) = match *bytes {
        [] => return Err(phrase!("the length is missing")),
        [short @ 0..=0x7f, ..] => return Ok((1, usize::from(short))),
        [0x80, ..] => return Err(phrase!("an indefinite length, which DER forbids")),
        [long, ref rest @ ..] => (usize::from(long & 0x7f), rest),
    };
    let Some(digits) = rest.get(..count) else {
        return Err(phrase!("a length of {count} bytes is cut off", count));
    };
    if count > 4 {
        return Err(phrase!("a length of {count} bytes: over 4 GiB", count));
    }
    let number = digits
        .iter()
        .fold(0, |n, digit| n << 8 | usize::from(*digit));
    if number < 0x80 || digits[0] == 0 {
        return Err(phrase!(
            "a length in more bytes than it needs, which DER forbids"
        ));
    }
    Ok((1 + count, number))
}

/// What is missing of an element that is cut off at its end: a file was not copied to its end. `None`: it is whole, or
/// its length cannot be read.
pub(crate) fn cut_short(der: &[u8]) -> Option<Phrase> {
    let (_, rest) = der.split_first().filter(|(tag, _)| **tag == SEQUENCE)?;
    let (header, length) = length(rest).ok()?;
    let whole = 1 + header + length;
    (whole > der.len()).then(|| {
        phrase!(
            "cut short: the header says {whole} bytes, and {here} are here",
            whole,
            here = der.len()
        )
    })
}

/// Reads the rest of the scope as one leaf; `say` gives its text.
pub(super) fn contents<T: Into<Phrase>>(
    reader: &mut Reader<'_>,
    say: impl FnOnce(&[u8]) -> Result<T, Phrase>,
) -> Text {
    let text = say(reader.peek()).map_err(Malformed)?.into();
    reader.rest("contents", "")?;
    reader.value(text.clone());
    Ok(text)
}

/// Contents that are plain bytes, with no text: a renderer shows them as hex.
pub(super) fn plain(reader: &mut Reader<'_>) -> Text {
    reader.rest("contents", "")?;
    Ok(Phrase::empty())
}

/// Plain bytes whose text is their number.
pub(super) fn counted(reader: &mut Reader<'_>) -> Text {
    let count = reader.remaining();
    plain(reader)?;
    Ok(Phrase::bytes(count))
}

/// The elements of a list until the scope ends, as their texts.
pub(super) fn sequence_of<'a>(
    reader: &mut Reader<'a>,
    mut one: impl FnMut(&mut Reader<'a>) -> Text,
) -> Result<Vec<Phrase>, Malformed> {
    let mut texts = Vec::new();
    let start = reader.position();
    while !reader.is_empty() && reader.position() - start < MOST {
        texts.push(one(reader)?);
    }
    if !reader.is_empty() {
        let more = phrase!(
            "{count} bytes more, not told one by one",
            count = reader.remaining()
        );
        reader.rest("further elements", "")?;
        reader.value(more.clone());
        texts.push(more);
    }
    Ok(texts)
}

fn tag_name(tag: u8) -> Phrase {
    let name = match tag {
        BOOLEAN => "BOOLEAN",
        INTEGER => "INTEGER",
        BIT_STRING => "BIT STRING",
        OCTET_STRING => "OCTET STRING",
        NULL => "NULL",
        OBJECT_IDENTIFIER => "OBJECT IDENTIFIER",
        ENUMERATED => "ENUMERATED",
        UTF8_STRING => "UTF8String",
        0x13 => "PrintableString",
        0x14 => "TeletexString",
        IA5_STRING => "IA5String",
        UTC_TIME => "UTCTime",
        GENERALIZED_TIME => "GeneralizedTime",
        0x1c => "UniversalString",
        0x1e => "BMPString",
        SEQUENCE => "SEQUENCE",
        SET => "SET",
        0x80..=0xbf if tag & 0x1f != 0x1f => return format!("[{}]", tag & 0x1f).into(),
        _ => return phrase!("the tag {tag}", tag = format!("{tag:02x}")),
    };
    name.into()
}

/// Texts one after the other, with `separator` between them.
pub(super) fn joined(texts: Vec<Phrase>, separator: &str) -> Phrase {
    Phrase::joined(texts, &separator.into())
}
