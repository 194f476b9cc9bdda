//! Names, and the strings and times inside them: distinguished names (RFC 5280 §4.1.2.4) and general
//! names (§4.2.1.6).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::der::{
    self, SEQUENCE, SET, Text, constructed, contents, element, sequence_of, unwrapped,
};
use super::{oids, primitive};
use crate::certificates::wording::quoted;
use crate::instruments::fields::{Malformed, Reader};
use crate::language::Phrase;
use crate::phrase;

/// The contents of a `Name`, written as `CN=my-ca, O=…` in the order of its bytes, as openssl prints it
/// (RFC 4514 would turn it round).
pub(super) fn relative_names(reader: &mut Reader<'_>) -> Text {
    let names = sequence_of(reader, |reader| {
        element(reader, SET, "RelativeDistinguishedName", attributes)
    })?;
    Ok(if names.is_empty() {
        phrase!("(empty)")
    } else {
        der::joined(names, ", ")
    })
}

/// Nearly always a single one; several make one step of the name together.
pub(super) fn attributes(reader: &mut Reader<'_>) -> Text {
    let attributes = sequence_of(reader, |reader| {
        element(reader, SEQUENCE, "AttributeTypeAndValue", |reader| {
            let kind = primitive::oid(reader, "type")?;
            let value = string(reader, "value")?;
            Ok(format!("{}={}", oids::attribute(&kind), quoted(&value.english())).into())
        })
    })?;
    Ok(der::joined(attributes, " + "))
}

/// Any of the string types of X.509, as text. What is no string is shown as hex, as RFC 4514 §2.4 does.
pub(super) fn string(reader: &mut Reader<'_>, label: &str) -> Text {
    let tag = der::next_tag(reader).unwrap_or(der::UTF8_STRING);
    element(reader, tag, label, |reader| {
        contents(reader, |bytes| decode(tag, bytes))
    })
}

fn decode(tag: u8, bytes: &[u8]) -> Result<String, Phrase> {
    const TELETEX: u8 = 0x14;
    const UNIVERSAL: u8 = 0x1c;
    const BMP: u8 = 0x1e;
    match tag {
        der::UTF8_STRING => {
            String::from_utf8(bytes.to_vec()).map_err(|_| phrase!("a UTF8String that is not UTF-8"))
        }
        // In theory T.61; in practice always Latin-1.
        TELETEX => Ok(bytes.iter().copied().map(char::from).collect()),
        UNIVERSAL if bytes.len().is_multiple_of(4) => bytes
            .chunks_exact(4)
            .map(|four| char::from_u32(u32::from_be_bytes([four[0], four[1], four[2], four[3]])))
            .collect::<Option<String>>()
            .ok_or(phrase!("a UniversalString that is not Unicode")),
        BMP if bytes.len().is_multiple_of(2) => {
            let units = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .collect::<Result<String, _>>()
                .map_err(|_| phrase!("a BMPString with half a character"))
        }
        BMP | UNIVERSAL => Err(phrase!("a string that ends within a character")),
        0x12..=0x1a => ascii(bytes),
        _ => Ok(format!("#{}", primitive::hex(bytes))),
    }
}

pub(super) fn ascii(bytes: &[u8]) -> Result<String, Phrase> {
    if !bytes.is_ascii() {
        return Err(phrase!("a byte that is not ASCII"));
    }
    Ok(bytes.iter().copied().map(char::from).collect())
}

/// An IA5String has ASCII only. Where a CA wrote more, the name is shown as its bytes read, so that a reader sees
/// what the certificate is for: no host name equals it.
fn ia5(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("#{}", primitive::hex(bytes)),
    }
}

/// A list of `GeneralName`s: `DNS:localhost, IP:127.0.0.1, URI:spiffe://…`.
pub(super) fn general_names(reader: &mut Reader<'_>) -> Text {
    let names = sequence_of(reader, |reader| general_name(reader, address))?;
    Ok(der::joined(names, ", "))
}

/// One `GeneralName`. `ip` reads the bytes of an address, which are twice as many in a constraint.
pub(super) fn general_name(
    reader: &mut Reader<'_>,
    ip: fn(&[u8]) -> Result<String, Phrase>,
) -> Text {
    let tag = der::next_tag(reader).unwrap_or_default();
    let (label, kind) = match tag {
        0xa0 => ("otherName", "otherName"),
        0x81 => ("rfc822Name", "email"),
        0x82 => ("dNSName", "DNS"),
        0xa3 => ("x400Address", "x400Address"),
        0xa4 => ("directoryName", "DirName"),
        0xa5 => ("ediPartyName", "ediPartyName"),
        0x86 => ("uniformResourceIdentifier", "URI"),
        0x87 => ("iPAddress", "IP"),
        0x88 => ("registeredID", "OID"),
        _ => {
            return Err(Malformed(phrase!(
                "no GeneralName has the tag {tag}",
                tag = format!("{tag:02x}")
            )));
        }
    };
    let name = element(reader, tag, label, |reader| match tag {
        0xa0 => other_name(reader),
        0xa3 | 0xa5 => der::counted(reader),
        0xa4 => unwrapped(reader, SEQUENCE, "Name", relative_names),
        0x87 => contents(reader, ip),
        0x88 => contents(reader, primitive::dotted),
        _ => contents(reader, |bytes| Ok(ia5(bytes))),
    })?;
    Ok(match tag {
        0xa3 | 0xa5 => der::joined(vec![kind.into(), name], ":"),
        0xa4 => format!("{kind}:({name})").into(),
        _ => format!("{kind}:{}", quoted(&name.english())).into(),
    })
}

/// `SEQUENCE { type-id, value [0] }`: the kind of name is an OBJECT IDENTIFIER, and the value is mostly a string,
/// such as the userPrincipalName with which Microsoft's clients log in.
fn other_name(reader: &mut Reader<'_>) -> Text {
    let kind = oids::name_or(&primitive::oid(reader, "type-id")?);
    let value = element(
        reader,
        constructed(0),
        "value",
        |reader| match der::next_tag(reader) {
            Some(der::UTF8_STRING | 0x12..=0x1e) => string(reader, "string"),
            _ => der::counted(reader),
        },
    )?;
    Ok(der::joined(vec![kind.into(), value], " "))
}

/// An iPAddress: 4 or 16 bytes.
pub(super) fn address(bytes: &[u8]) -> Result<String, Phrase> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Ok(Ipv4Addr::from(v4).to_string());
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(v6) => Ok(Ipv6Addr::from(v6).to_string()),
        Err(_) => Err(phrase!(
            "an IP address of {count} bytes",
            count = bytes.len()
        )),
    }
}

/// An iPAddress in nameConstraints: address and mask (RFC 5280 §4.2.1.10).
pub(super) fn network(bytes: &[u8]) -> Result<String, Phrase> {
    let (base, mask) = bytes.split_at(bytes.len() / 2);
    Ok(format!("{}/{}", address(base)?, address(mask)?))
}
