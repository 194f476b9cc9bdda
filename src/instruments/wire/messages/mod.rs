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
pub(crate) mod single_record;
mod tls12;
mod key_exchange;
mod meanings;
mod ocsp;

use std::mem;

use crate::instruments::fields::{Field, Malformed, Reader, read_within};
use crate::instruments::wire::names::Registry;
use crate::instruments::wire::numbers::{HandshakeType, TLS12, TLS13};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

pub(crate) use authentication::{Certificate, CertificateVerify};
pub(crate) use extensions::Extensions;
pub(crate) use hello::{ClientHello, ServerHello};
pub(crate) use key_exchange::KeyExchange;
pub(crate) use session::opaque;
use session::{alert, application_data, change_cipher_spec};
pub(crate) use tls12::ServerKeyExchange;

/// What a message cannot tell about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// The side that sent it.
    pub(crate) from: Side,
    /// The version of the connection, once the server has chosen it: many messages changed their shape.
    pub(crate) version: Option<u16>,
    /// TLS 1.2: the cipher suite, which settles how keys are exchanged.
    pub(crate) suite: Option<u16>,
    /// Nobody on the way could read it.
    pub(crate) encrypted: bool,
    /// The recording ends in the middle of it.
    pub(crate) cut: bool,
    /// So many fields may be told of it. Without room it is read all the same, for its data.
    pub(crate) room: usize,
}

impl Context {
    pub(crate) fn tls13(&self) -> bool {
        self.version == Some(TLS13)
    }

    /// TLS 1.2 named the algorithm of a signature, and which ones a peer verifies. Before that, none did.
    pub(crate) fn before_tls12(&self) -> bool {
        self.version.is_some_and(|version| version < TLS12)
    }

    pub(crate) fn key_exchange(&self) -> KeyExchange {
        self.suite.map_or(KeyExchange::Unknown, KeyExchange::of)
    }
}

/// A message in words.
#[derive(Clone, Debug)]
pub(crate) struct Described {
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
    CertificateRequest {
        /// TLS 1.3: which answer belongs to it. Empty during the handshake.
        context: &'a [u8],
    },
    Certificate(Certificate<'a>),
    /// A Certificate that is not decompressed here.
    CompressedCertificate,
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
    let fields = read_within(context.room, bytes, name, source, "", |reader| {
        reader.u8("msg_type", phrase!("which handshake message this is"))?;
        reader.value(format!("{name} ({})", kind.0));
        let length = reader.u24(
            "length",
            phrase!("of what follows; a message may need several records"),
        )?;
        reader.value(Phrase::bytes(length as usize));
        let length = match context.cut {
            true => reader.remaining(),
            false => length as usize,
        };
        reader.scope(length, |reader| message.read(reader, context))
    });
    let fields = if context.cut {
        cut(fields, bytes.len())
    } else {
        fields
    };
    let fields = match &message {
        Handshake::ClientHello(hello) if !hello.extensions.supported_versions => {
            of_tls12(fields, "RFC 5246 §7.4.1.2")
        }
        Handshake::ServerHello(_) if !context.tls13() => of_tls12(fields, source),
        _ => fields,
    };
    let meaning = catalogue::by_content(&message, context).unwrap_or(meaning);
    // A ServerHello says itself which version it is of, and is explained as one of that version.
    if let Handshake::ServerHello(hello) = &message
        && hello.extensions.selected_version.is_some()
        && context.version.is_none()
    {
        let version = hello.version();
        return handshake(
            bytes,
            &Context {
                version,
                ..*context
            },
        );
    }
    let described = Described {
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
                extensions.read(reader, meanings::ExtensionContext::EncryptedExtensions)
            }
            Handshake::CertificateRequest { context: answer } if context.tls13() => {
                authentication::certificate_request(reader, answer)
            }
            Handshake::CertificateRequest { .. } => tls12::certificate_request(reader, context),
            Handshake::Certificate(certificate) => certificate.read(reader, context),
            Handshake::CompressedCertificate => authentication::compressed_certificate(reader),
            Handshake::CertificateVerify(proof) => {
                let meaning = phrase!("made with the private key of the certificate above");
                proof.read(reader, context, meaning)
            }
            Handshake::Finished { verify_data } => {
                *verify_data = authentication::verify_data(reader, context)?;
                Ok(())
            }
            Handshake::NewSessionTicket { nonce } if context.tls13() => {
                session::new_session_ticket(reader, nonce)
            }
            Handshake::NewSessionTicket { .. } => tls12::new_session_ticket(reader),
            Handshake::KeyUpdate => session::key_update(reader),
            Handshake::ServerKeyExchange(exchange) => exchange.read(reader, context),
            Handshake::ClientKeyExchange => tls12::client_key_exchange(reader, context),
            Handshake::HelloRequest | Handshake::EndOfEarlyData | Handshake::ServerHelloDone => {
                Ok(())
            }
            Handshake::Other(parse) => parse(reader),
        }
    }
}

/// A hello that knows nothing of TLS 1.3 follows the standard of TLS 1.2.
fn of_tls12(mut fields: Field, source: &'static str) -> Field {
    fields.source = source;
    for part in &mut fields.children {
        if part.label == "extensions" {
            part.source = "RFC 5246 §7.4.1.4";
        }
    }
    fields
}

/// What is malformed only because the recording ends there, is cut.
pub(crate) fn cut(mut field: Field, end: usize) -> Field {
    if field.malformed && field.range.end == end {
        field.malformed = false;
        field.label = "cut".to_owned();
        field.value = phrase!("the recording ends here");
    }
    let parts = mem::take(&mut field.children).into_iter();
    field.children = parts.map(|part| cut(part, end)).collect();
    field
}

fn body(reader: &mut Reader<'_>) -> Read {
    reader.rest("body", phrase!("not known here")).map(drop)
}

/// A number that has no name here.
fn unknown(number: impl Into<u32>) -> Phrase {
    phrase!("unknown ({number})", number = number.into())
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
    reader.meaning(Phrase::fixed(registry.meaning(number)));
    Ok(number)
}

/// A vector of two-byte numbers with names.
fn named_list(
    reader: &mut Reader<'_>,
    width: usize,
    label: &str,
    item: &str,
    meaning: impl Into<Phrase>,
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
    meaning: impl Into<Phrase>,
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
    meaning: impl Into<Phrase>,
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
