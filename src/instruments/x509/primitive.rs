//! Primitive values of DER as text: numbers, OBJECT IDENTIFIERs, flags, bytes.

use super::der::{OBJECT_IDENTIFIER, Text, contents, element};
use super::oids;
use crate::instruments::fields::{Malformed, Reader};
use crate::language::Phrase;
use crate::phrase;

/// An OBJECT IDENTIFIER as dotted text, e.g. `2.5.29.17`. The field shows its name as well.
pub(super) fn oid(reader: &mut Reader<'_>, label: &str) -> Result<String, Malformed> {
    let dotted = element(reader, OBJECT_IDENTIFIER, label, |reader| {
        contents(reader, dotted)
    })?
    .to_string();
    if let Some(name) = oids::name(&dotted) {
        reader.value(format!("{name} ({dotted})"));
    }
    Ok(dotted)
}

/// X.690 §8.19: numbers in base 128; the first holds two arcs.
pub(super) fn dotted(bytes: &[u8]) -> Result<String, Phrase> {
    if bytes.last().is_none_or(|last| last & 0x80 != 0) {
        return Err(phrase!("an OBJECT IDENTIFIER that is cut off"));
    }
    let mut text = String::new();
    let mut arc: u128 = 0;
    for byte in bytes {
        if arc == 0 && *byte == 0x80 {
            return Err(phrase!("an OBJECT IDENTIFIER not in its shortest form"));
        }
        arc = (arc.checked_mul(128))
            .ok_or(phrase!("an OBJECT IDENTIFIER with an arc over 128 bits"))?
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

/// The contents of an INTEGER, as `say` puts them: a number, a serial.
pub(super) fn integer(reader: &mut Reader<'_>, say: fn(&[u8]) -> Phrase) -> Text {
    contents(reader, |bytes| shortest(bytes).map(say))
}

/// The contents of a BOOLEAN. X.690 §11.1: DER writes TRUE as ff. FALSE is the default wherever X.509
/// has a BOOLEAN, and DER leaves a default out.
pub(super) fn boolean(reader: &mut Reader<'_>) -> Text {
    contents(reader, |bytes| match bytes {
        [0xff] => Ok(Phrase::from("TRUE")),
        [0x00] => Ok(phrase!("FALSE (DER leaves a default out)")),
        [_] => Err(phrase!("a BOOLEAN that is neither 00 nor ff")),
        _ => Err(phrase!("a BOOLEAN is one byte")),
    })
}

/// X.690 §8.3.2: the first nine bits of an INTEGER are never all equal.
pub(super) fn shortest(bytes: &[u8]) -> Result<&[u8], Phrase> {
    match bytes {
        [] => Err(phrase!("an INTEGER without a byte")),
        [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(phrase!(
            "an INTEGER in more bytes than it needs, which DER forbids"
        )),
        _ => Ok(bytes),
    }
}

/// A small INTEGER in decimal; a negative or large one by its bytes.
pub(super) fn decimal(bytes: &[u8]) -> Phrase {
    match bytes {
        [0x80..=0xff, ..] => phrase!("negative: {hex}", hex = hex(bytes)),
        _ if bytes.len() > 9 => hex(bytes).into(),
        _ => bytes
            .iter()
            .fold(0u128, |n, byte| n << 8 | u128::from(*byte))
            .to_string()
            .into(),
    }
}

/// A large INTEGER by its size, e.g. `2048 bits`.
pub(super) fn bits(bytes: &[u8]) -> Phrase {
    let digits = magnitude(bytes);
    let leading = digits
        .first()
        .map_or(0, |first| first.leading_zeros() as usize);
    phrase!("{count} bits", count = digits.len() * 8 - leading)
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

/// The contents of a BIT STRING that holds whole bytes: keys, signatures. `parse` reads the bytes.
pub(super) fn whole_bytes<'a>(
    reader: &mut Reader<'a>,
    parse: impl FnOnce(&mut Reader<'a>) -> Text,
) -> Text {
    match reader.u8(
        "unusedBits",
        phrase!("How many bits of the last byte do not count."),
    )? {
        0 => parse(reader),
        unused => Err(Malformed(phrase!(
            "{unused} unused bits, where whole bytes are wanted",
            unused
        ))),
    }
}

/// The contents of a BIT STRING that is a set of flags: the names of those that are set.
pub(super) fn flags(reader: &mut Reader<'_>, names: &[&str]) -> Text {
    let unused = reader.u8(
        "unusedBits",
        phrase!("How many bits of the last byte do not count."),
    )?;
    if unused > 7 {
        return Err(Malformed(phrase!("{unused} unused bits in a byte", unused)));
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
            phrase!("none")
        } else {
            names.join(", ").into()
        })
    })
}

/// The OBJECT IDENTIFIER that a SEQUENCE starts with, without reading it: what the whole is called
/// depends on it. The length of the SEQUENCE is passed over, not decoded: a broken one does not hide the
/// name. None where the OBJECT IDENTIFIER itself is broken; reading it will tell why.
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
