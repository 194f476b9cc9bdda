//! Handshake messages, alerts and data as trees of fields, with the words that explain them.
//!
//! Unaware of records, keys and order: a message's bytes go in, a tree comes out, and its leaves are
//! exactly those bytes. The few things that depend on the connection come in as a [`Context`].

mod authentication;
mod certificate;
mod extensions;
mod hello;
mod session;
mod tls12;

use crate::instruments::fields::{Field, Malformed, Reader, read_all};
use crate::instruments::wire::names::{self, Name};
use crate::narration::Side;

pub(crate) use session::{alert, application_data, change_cipher_spec, opaque};

/// What a message cannot tell about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// Who sent it.
    pub(crate) from: Side,
    /// The connection speaks TLS 1.3: many messages changed their shape.
    pub(crate) tls13: bool,
}

/// A message in words.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) meaning: String,
    pub(crate) fields: Field,
}

/// The outcome of reading a part of a message.
type Read = Result<(), Malformed>;
type Parse = fn(&mut Reader<'_>, &Context) -> Read;

/// A HelloRetryRequest is a ServerHello with this `random`: SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
pub(crate) const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Describes a handshake message, its four bytes of header included.
pub(crate) fn handshake(bytes: &[u8], context: &Context) -> Described {
    let retry = bytes.get(6..38) == Some(&HELLO_RETRY_REQUEST[..]);
    let kind = bytes.first().copied().unwrap_or_default();
    let empty = bytes.get(4..) == Some(&[0, 0, 0, 0][..]) || bytes.get(4..) == Some(&[0, 0, 0][..]);
    let (name, source, meaning, parse) = match (kind, context.tls13) {
        (2, _) if retry => HELLO_RETRY,
        (11, _) if empty && context.from == Side::Client => authentication::NO_CERTIFICATE,
        (11, false) if context.from == Side::Client => tls12::CLIENT_CERTIFICATE,
        (_, true) => tls13(kind, context.from),
        (_, false) => tls12::message(kind),
    };
    let fields = read_all(bytes, name, source, "", |reader| {
        reader.u8("msg_type", "which handshake message this is")?;
        reader.value(format!("{name} ({kind})"));
        let length = reader.u24(
            "length",
            "of what follows; a message may need several records",
        )?;
        reader.value(format!("{length} bytes"));
        reader.scope(length as usize, |reader| parse(reader, context))
    });
    Described {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
        fields,
    }
}

/// Name, source, meaning, and how the body is read.
type Row = (&'static str, &'static str, &'static str, Parse);

const HELLO_RETRY: Row = (
    "HelloRetryRequest",
    "RFC 8446 §4.1.4",
    "The server knows a group of the client's, but got no key share for it. It asks for a second ClientHello; \
     this costs a round trip. On the wire it is a ServerHello with a fixed random.",
    hello::server_hello,
);

const CLIENT_HELLO: Row = (
    "ClientHello",
    "RFC 8446 §4.1.2",
    "The client says what it speaks, whom it wants to reach, and sends public keys for the key exchange. \
     Nothing can be encrypted yet: everybody on the way can read this.",
    hello::client_hello,
);

fn tls13(kind: u8, from: Side) -> Row {
    match (kind, from) {
        (1, _) => CLIENT_HELLO,
        (2, _) => (
            "ServerHello",
            "RFC 8446 §4.1.3",
            "The server chooses, and sends its own public key. From here on both sides have the same secret, and all \
             that follows is encrypted.",
            hello::server_hello,
        ),
        (4, _) => (
            "NewSessionTicket",
            "RFC 8446 §4.6.1",
            "A ticket for next time: who shows it and knows the secret behind it resumes without certificates.",
            session::new_session_ticket,
        ),
        (5, _) => (
            "EndOfEarlyData",
            "RFC 8446 §4.5",
            "Early data ends here; the client goes on with the handshake keys.",
            nothing,
        ),
        (8, _) => (
            "EncryptedExtensions",
            "RFC 8446 §4.3.1",
            "Answers to the ClientHello that the key exchange does not need, so that they can be encrypted.",
            authentication::encrypted_extensions,
        ),
        (11, _) => authentication::certificate_row(from),
        (13, _) => (
            "CertificateRequest",
            "RFC 8446 §4.3.2",
            "The server asks the client for a certificate. This message makes it mutual TLS.",
            authentication::certificate_request,
        ),
        (15, _) => authentication::certificate_verify_row(from),
        (20, _) => (
            "Finished",
            "RFC 8446 §4.4.4",
            "A MAC over the whole handshake: its sender has the keys, and nobody changed a byte on the way.",
            authentication::finished,
        ),
        (24, _) => (
            "KeyUpdate",
            "RFC 8446 §4.6.3",
            "The sender takes the next key from here on.",
            session::key_update,
        ),
        (25, _) => (
            "CompressedCertificate",
            "RFC 8879 §4",
            "A Certificate message, compressed.",
            authentication::compressed_certificate,
        ),
        _ => UNKNOWN,
    }
}

const UNKNOWN: Row = (
    "unknown handshake message",
    "RFC 8446 §4",
    "A type that is not known here.",
    body,
);

fn nothing(_: &mut Reader<'_>, _: &Context) -> Read {
    Ok(())
}

fn body(reader: &mut Reader<'_>, _: &Context) -> Read {
    reader.rest("body", "not known here").map(|_| ())
}

/// A number of `width` bytes with its name.
fn named(
    reader: &mut Reader<'_>,
    width: usize,
    label: &str,
    name: fn(u16) -> Name,
) -> Result<u16, Malformed> {
    let number = match width {
        1 => reader.u8(label, "")?.into(),
        _ => reader.u16(label, "")?,
    };
    let Name { name, meaning } = name(number);
    reader.value(name);
    reader.meaning(meaning);
    Ok(number)
}

/// A vector of two-byte numbers with names.
fn named_list(
    reader: &mut Reader<'_>,
    width: usize,
    label: &str,
    item: &str,
    meaning: &str,
    name: fn(u16) -> Name,
) -> Read {
    reader.vector(width, label, "", meaning, |reader| {
        while !reader.is_empty() {
            named(reader, 2, item, name)?;
        }
        Ok(())
    })
}

/// A vector of plain bytes.
fn opaque_vector(reader: &mut Reader<'_>, width: usize, label: &str, meaning: &str) -> Read {
    reader.vector(width, label, "", meaning, |reader| {
        reader.rest("bytes", "").map(|_| ())
    })
}

/// A vector of text: a host name, a protocol. Hostile text, as value.
fn text_vector(reader: &mut Reader<'_>, width: usize, label: &str, meaning: &str) -> Read {
    let mut text = String::new();
    reader.vector(width, label, "", meaning, |reader| {
        text = String::from_utf8_lossy(reader.rest("text", "")?).into_owned();
        reader.value(text.clone());
        Ok(())
    })?;
    reader.value(text);
    Ok(())
}

/// The bytes of the first field with this label, a path of labels from the outside in.
pub(crate) fn bytes_of<'a>(bytes: &'a [u8], fields: &Field, path: &[&str]) -> Option<&'a [u8]> {
    let field = path
        .iter()
        .try_fold(fields, |field, label| field.find(label))?;
    bytes.get(field.range.clone())
}

/// The number in a field of two bytes.
pub(crate) fn number_of(bytes: &[u8], fields: &Field, path: &[&str]) -> Option<u16> {
    let bytes = bytes_of(bytes, fields, path)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

fn version_name(number: u16) -> Name {
    names::version(number)
}
