//! Messages as trees of fields, with the words that explain them, and handshake messages as data.
//!
//! Tree and data come out of one pass: a value is kept at the call that reads and explains its bytes, so
//! that what is shown and what is computed with cannot disagree. Keys and proofs are made of the data
//! alone; nothing looks into a tree but to show it.
//!
//! Unaware of records, keys and order: a message's bytes go in, a tree comes out, and its leaves are
//! exactly those bytes. The few things that depend on the connection come in as a [`Context`].

mod catalogue;
mod hello;
mod extensions;
mod authentication;
mod certificate;
mod session;
mod tls12;

use crate::instruments::fields::{Field, Malformed, Reader, read_all};
use crate::instruments::wire::conversation::Kind;
use crate::instruments::wire::names::Registry;
use crate::instruments::wire::numbers::HandshakeType;
use crate::language::Phrase;
use crate::narration::Side;

pub(crate) use authentication::{Certificate, CertificateVerify};
pub(crate) use extensions::Extensions;
pub(crate) use hello::{ClientHello, ServerHello};
pub(crate) use session::{alert, application_data, change_cipher_spec, opaque};
pub(crate) use tls12::ServerKeyExchange;

/// What a message cannot tell about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// The side that sent it.
    pub(crate) from: Side,
    /// The connection speaks TLS 1.3: many messages changed their shape.
    pub(crate) tls13: bool,
}

/// A message in words.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) meaning: Phrase,
    pub(crate) fields: Field,
}

/// A handshake message as data: what keys, proofs and the outcome are made of. What a malformed message
/// did not bring stays empty.
#[derive(Debug)]
pub(crate) enum Handshake<'a> {
    /// TLS 1.2 (RFC 5246 §7.4.1.1).
    HelloRequest,
    ClientHello(ClientHello<'a>),
    /// Also a HelloRetryRequest: [`ServerHello::is_retry`].
    ServerHello(ServerHello<'a>),
    EncryptedExtensions(Extensions<'a>),
    CertificateRequest,
    Certificate(Certificate<'a>),
    CertificateVerify(CertificateVerify<'a>),
    Finished {
        verify_data: &'a [u8],
    },
    EndOfEarlyData,
    NewSessionTicket {
        /// Empty in TLS 1.2, whose tickets have none.
        nonce: &'a [u8],
    },
    KeyUpdate,
    ServerKeyExchange(ServerKeyExchange<'a>),
    ServerHelloDone,
    ClientKeyExchange,
    /// No key, proof or outcome depends on it.
    Other(Parse),
}

/// The outcome of reading a part of a message.
type Read = Result<(), Malformed>;
type Parse = fn(&mut Reader<'_>) -> Read;

/// Reads a handshake message, its four bytes of header included.
pub(crate) fn handshake<'a>(bytes: &'a [u8], context: &Context) -> (Described, Handshake<'a>) {
    let kind = HandshakeType(bytes.first().copied().unwrap_or_default());
    let (name, source, mut message, meaning) = catalogue::row(kind, bytes, context);
    let fields = read_all(bytes, name, source, "", |reader| {
        reader.u8("msg_type", "which handshake message this is")?;
        reader.value(format!("{name} ({})", kind.0));
        let length = reader.u24(
            "length",
            "of what follows; a message may need several records",
        )?;
        reader.value(format!("{length} bytes"));
        reader.scope(length as usize, |reader| message.read(reader, context))
    });
    // A ServerHello says itself which version it is of, and is explained as one of that version.
    if let Handshake::ServerHello(hello) = &message
        && hello.extensions.selected_version.is_some()
        && !context.tls13
    {
        let tls13 = true;
        return handshake(bytes, &Context { tls13, ..*context });
    }
    let described = Described {
        kind: Kind::Handshake(kind),
        name: name.to_owned(),
        meaning,
        fields,
    };
    (described, message)
}

impl<'a> Handshake<'a> {
    /// Reads the body into the tree and into the data.
    fn read(&mut self, reader: &mut Reader<'a>, context: &Context) -> Read {
        match self {
            Handshake::ClientHello(hello) => hello.read(reader),
            Handshake::ServerHello(hello) => hello.read(reader, context),
            Handshake::EncryptedExtensions(extensions) => {
                extensions.read(reader, extensions::ExtensionContext::EncryptedExtensions)
            }
            Handshake::CertificateRequest if context.tls13 => {
                authentication::certificate_request(reader)
            }
            Handshake::CertificateRequest => tls12::certificate_request(reader),
            Handshake::Certificate(certificate) => certificate.read(reader, context),
            Handshake::CertificateVerify(proof) => {
                proof.read(reader, "made with the private key of the certificate above")
            }
            Handshake::Finished { verify_data } => {
                *verify_data = authentication::verify_data(reader, context)?;
                Ok(())
            }
            Handshake::NewSessionTicket { nonce } if context.tls13 => {
                session::new_session_ticket(reader, nonce)
            }
            Handshake::NewSessionTicket { .. } => tls12::new_session_ticket(reader),
            Handshake::KeyUpdate => session::key_update(reader),
            Handshake::ServerKeyExchange(exchange) => exchange.read(reader),
            Handshake::ClientKeyExchange => tls12::client_key_exchange(reader),
            Handshake::HelloRequest | Handshake::EndOfEarlyData | Handshake::ServerHelloDone => {
                Ok(())
            }
            Handshake::Other(parse) => parse(reader),
        }
    }
}

fn body(reader: &mut Reader<'_>) -> Read {
    reader.rest("body", "not known here").map(drop)
}

/// A number of `width` bytes with its name.
fn named(
    reader: &mut Reader<'_>,
    width: usize,
    label: &str,
    registry: &Registry,
) -> Result<u16, Malformed> {
    let number = match width {
        1 => reader.u8(label, "")?.into(),
        _ => reader.u16(label, "")?,
    };
    reader.value(registry.name(number));
    reader.meaning(registry.meaning(number));
    Ok(number)
}

/// A vector of two-byte numbers with names.
fn named_list(
    reader: &mut Reader<'_>,
    width: usize,
    label: &str,
    item: &str,
    meaning: &str,
    registry: &Registry,
) -> Result<Vec<u16>, Malformed> {
    let mut numbers = Vec::new();
    list(reader, width, label, meaning, |reader| {
        numbers.push(named(reader, 2, item, registry)?);
        Ok(())
    })?;
    Ok(numbers)
}

/// A vector of things of one sort.
fn list<'a>(
    reader: &mut Reader<'a>,
    width: usize,
    label: &str,
    meaning: &str,
    mut item: impl FnMut(&mut Reader<'a>) -> Read,
) -> Read {
    reader.vector(width, label, "", meaning, |reader| {
        while !reader.is_empty() {
            item(reader)?;
        }
        Ok(())
    })
}

/// A vector of plain bytes.
fn opaque_vector<'a>(
    reader: &mut Reader<'a>,
    width: usize,
    label: &str,
    meaning: &str,
) -> Result<&'a [u8], Malformed> {
    let mut bytes: &[u8] = &[];
    reader.vector(width, label, "", meaning, |reader| {
        bytes = reader.rest("bytes", "")?;
        Ok(())
    })?;
    Ok(bytes)
}

/// A vector of text: a host name, a protocol. Hostile text, as value.
fn text_vector(reader: &mut Reader<'_>, width: usize, label: &str) -> Result<String, Malformed> {
    let mut text = String::new();
    reader.vector(width, label, "", "", |reader| {
        text = String::from_utf8_lossy(reader.rest("text", "")?).into_owned();
        reader.value(text.clone());
        Ok(())
    })?;
    reader.value(text.clone());
    Ok(text)
}
