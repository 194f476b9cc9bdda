//! DER, the encoding under X.509 (X.690): each element is a tag, a length, and contents.
//!
//! Unaware of what the elements mean. Every function here reads one element and returns its value as
//! text, or says what is wrong with it; the bytes are kept as fields either way.

use crate::fields::{Malformed, Reader};

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

/// How many elements of one list are told one by one. The rest becomes a single leaf, so that a list
/// of millions does not fill the memory with words.
const MOST: usize = 10_000;

/// The tag of `[number]` around something primitive.
pub(super) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The tag of `[number]` around something constructed.
pub(super) const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// One element as a group named `label`. The group's value is the text that `parse` makes of the
/// contents; malformed contents stay inside the group, and the text is then empty.
pub(super) fn element<'a>(
    reader: &mut Reader<'a>,
    tag: u8,
    label: &str,
    source: &'static str,
    meaning: &str,
    parse: impl FnOnce(&mut Reader<'a>) -> Result<String, Malformed>,
) -> Result<String, Malformed> {
    expect(reader, tag, label)?;
    let mut text = String::new();
    reader.group(label, source, meaning, |reader| {
        text = inside(reader, tag, label, parse)?;
        Ok(())
    })?;
    reader.value(text.clone());
    Ok(text)
}

/// The same without a group of its own: for an element that only wraps another.
pub(super) fn inside<'a>(
    reader: &mut Reader<'a>,
    tag: u8,
    label: &str,
    parse: impl FnOnce(&mut Reader<'a>) -> Result<String, Malformed>,
) -> Result<String, Malformed> {
    expect(reader, tag, label)?;
    reader.bytes(1, "tag", "")?;
    reader.value(tag_name(tag));
    let length = length(reader)?;
    let mut text = String::new();
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
        Some(found) => Err(Malformed(format!(
            "{label} starts with {}, but here is {}",
            tag_name(tag),
            tag_name(found)
        ))),
        None => Err(Malformed(format!("{label} is missing"))),
    }
}

/// X.690 §8.1.3 and §10.1: below 128 one byte; else a byte that counts the bytes of the number. DER
/// knows one way only to write a length, so that the same value is always the same bytes to sign.
fn length(reader: &mut Reader<'_>) -> Result<usize, Malformed> {
    let length = match *reader.peek() {
        [] => return Err(Malformed("the length is missing".into())),
        [short @ 0..=0x7f, ..] => (1, usize::from(short)),
        [0x80, ..] => return Err(Malformed("an indefinite length, which DER forbids".into())),
        [long, ref rest @ ..] => {
            let count = usize::from(long & 0x7f);
            let Some(digits) = rest.get(..count) else {
                return Err(Malformed(format!("a length of {count} bytes is cut off")));
            };
            if count > 4 {
                return Err(Malformed(format!("a length of {count} bytes: over 4 GiB")));
            }
            let number = digits
                .iter()
                .fold(0, |n, digit| n << 8 | usize::from(*digit));
            if number < 0x80 || digits[0] == 0 {
                let reason = "a length in more bytes than it needs, which DER forbids";
                return Err(Malformed(reason.into()));
            }
            (1 + count, number)
        }
    };
    reader.bytes(length.0, "length", "")?;
    reader.value(format!("{} bytes", length.1));
    Ok(length.1)
}

/// What all contents are read with: the rest of the scope as a leaf, with the text that `say` finds
/// for it.
pub(super) fn contents(
    reader: &mut Reader<'_>,
    say: impl FnOnce(&[u8]) -> Result<String, String>,
) -> Result<String, Malformed> {
    let text = say(reader.peek()).map_err(Malformed)?;
    reader.rest("contents", "")?;
    reader.value(text.clone());
    Ok(text)
}

/// Contents that are plain bytes, with no text: a renderer shows them as hex.
pub(super) fn plain(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    reader.rest("contents", "")?;
    Ok(String::new())
}

/// The elements of a list until the scope ends, as their texts.
pub(super) fn each<'a>(
    reader: &mut Reader<'a>,
    mut one: impl FnMut(&mut Reader<'a>) -> Result<String, Malformed>,
) -> Result<Vec<String>, Malformed> {
    let mut texts = Vec::new();
    while !reader.is_empty() && texts.len() < MOST {
        texts.push(one(reader)?);
    }
    if !reader.is_empty() {
        let more = format!("{} bytes more, not told one by one", reader.remaining());
        reader.rest("further elements", "")?;
        reader.value(more.clone());
        texts.push(more);
    }
    Ok(texts)
}

/// An OBJECT IDENTIFIER as dotted text, e.g. `2.5.29.17`. The field shows its name as well.
pub(super) fn oid(
    reader: &mut Reader<'_>,
    label: &str,
    meaning: &str,
) -> Result<String, Malformed> {
    let dotted = element(reader, OBJECT_IDENTIFIER, label, "", meaning, |reader| {
        contents(reader, dotted)
    })?;
    if let Some(name) = super::oids::name(&dotted) {
        reader.value(format!("{name} ({dotted})"));
    }
    Ok(dotted)
}

/// X.690 §8.19: numbers in base 128; the first holds two arcs.
pub(super) fn dotted(bytes: &[u8]) -> Result<String, String> {
    if bytes.last().is_none_or(|last| last & 0x80 != 0) {
        return Err("an OBJECT IDENTIFIER that is cut off".into());
    }
    let mut text = String::new();
    let mut arc: u128 = 0;
    for byte in bytes {
        if arc == 0 && *byte == 0x80 {
            return Err("an OBJECT IDENTIFIER not in its shortest form".into());
        }
        arc = (arc.checked_mul(128)).ok_or("an OBJECT IDENTIFIER with an arc over 128 bits")?
            | u128::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            let first = (arc / 40).min(2);
            text = format!("{first}.{}", arc - first * 40);
        } else {
            text.push_str(&format!(".{arc}"));
        }
        arc = 0;
    }
    Ok(text)
}

/// An INTEGER, as `say` puts it: a number, a serial, a count of bits.
pub(super) fn integer(
    reader: &mut Reader<'_>,
    label: &str,
    source: &'static str,
    meaning: &str,
    say: fn(&[u8]) -> String,
) -> Result<String, Malformed> {
    element(reader, INTEGER, label, source, meaning, |reader| {
        contents(reader, |bytes| shortest(bytes).map(say))
    })
}

/// X.690 §8.3.2: the first nine bits of an INTEGER are never all equal.
pub(super) fn shortest(bytes: &[u8]) -> Result<&[u8], String> {
    match bytes {
        [] => Err("an INTEGER without a byte".into()),
        [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => {
            Err("an INTEGER in more bytes than it needs, which DER forbids".into())
        }
        _ => Ok(bytes),
    }
}

/// A small INTEGER in decimal; a negative or large one by its bytes.
pub(super) fn decimal(bytes: &[u8]) -> String {
    match bytes {
        [0x80..=0xff, ..] => format!("negative: {}", hex(bytes)),
        _ if bytes.len() > 9 => hex(bytes),
        _ => bytes
            .iter()
            .fold(0u128, |n, byte| n << 8 | u128::from(*byte))
            .to_string(),
    }
}

/// A large INTEGER by its size, e.g. `2048 bits`.
pub(super) fn bits(bytes: &[u8]) -> String {
    let digits = magnitude(bytes);
    let leading = digits
        .first()
        .map_or(0, |first| first.leading_zeros() as usize);
    format!("{} bits", digits.len() * 8 - leading)
}

/// An INTEGER's bytes without the zero that only says "not negative".
pub(super) fn magnitude(bytes: &[u8]) -> &[u8] {
    match bytes {
        [0x00, rest @ ..] if !rest.is_empty() => rest,
        _ => bytes,
    }
}

/// Bytes as `3a:0f:…`, the way openssl writes them.
pub(super) fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

/// X.690 §11.1: DER writes TRUE as ff. FALSE is the default wherever X.509 has a BOOLEAN, and DER
/// leaves a default out.
pub(super) fn truth(bytes: &[u8]) -> Result<String, String> {
    match bytes {
        [0xff] => Ok("TRUE".into()),
        [0x00] => Ok("FALSE (DER leaves a default out)".into()),
        [_] => Err("a BOOLEAN that is neither 00 nor ff".into()),
        _ => Err("a BOOLEAN is one byte".into()),
    }
}

/// The contents of a BIT STRING that holds whole bytes: keys, signatures. `parse` reads the bytes.
pub(super) fn whole_bytes<'a>(
    reader: &mut Reader<'a>,
    parse: impl FnOnce(&mut Reader<'a>) -> Result<String, Malformed>,
) -> Result<String, Malformed> {
    match reader.u8("unusedBits", "How many bits of the last byte do not count.")? {
        0 => parse(reader),
        unused => Err(Malformed(format!(
            "{unused} unused bits, where whole bytes are wanted"
        ))),
    }
}

/// The contents of a BIT STRING that is a set of flags: the names of those that are set.
pub(super) fn flags(reader: &mut Reader<'_>, names: &[&str]) -> Result<String, Malformed> {
    let unused = reader.u8("unusedBits", "How many bits of the last byte do not count.")?;
    if unused > 7 {
        return Err(Malformed(format!("{unused} unused bits in a byte")));
    }
    contents(reader, |bytes| {
        let set = |bit: usize| {
            bytes
                .get(bit / 8)
                .is_some_and(|byte| byte << (bit % 8) & 0x80 != 0)
        };
        let set = (0..bytes.len().min(8) * 8).filter(|bit| set(*bit));
        let names: Vec<String> = set
            .map(|bit| {
                names
                    .get(bit)
                    .map_or(format!("bit {bit}"), |name| name.to_string())
            })
            .collect();
        Ok(if names.is_empty() {
            "none".into()
        } else {
            names.join(", ")
        })
    })
}

fn tag_name(tag: u8) -> String {
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
        0x80..=0xbf if tag & 0x1f != 0x1f => return format!("[{}]", tag & 0x1f),
        _ => return format!("the tag {tag:02x}"),
    };
    name.to_owned()
}

/// The OBJECT IDENTIFIER that a SEQUENCE starts with, without reading it: what the whole is called
/// depends on it. None where the bytes are malformed, which reading them then tells.
pub(super) fn leading_oid(bytes: &[u8]) -> Option<String> {
    let header = match bytes.get(1)? {
        0..=0x7f => 2,
        long => 2 + usize::from(long & 0x7f),
    };
    match bytes.get(header..)? {
        [OBJECT_IDENTIFIER, length @ 0..=0x7f, rest @ ..] => {
            dotted(rest.get(..usize::from(*length))?).ok()
        }
        _ => None,
    }
}
