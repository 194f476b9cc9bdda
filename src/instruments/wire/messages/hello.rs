//! ClientHello, ServerHello and HelloRetryRequest (RFC 8446 §4.1; TLS 1.2: RFC 5246 §7.4.1).

use super::{Context, Extensions, Read, named, named_list, opaque_vector};
use crate::instruments::fields::Reader;
use crate::instruments::wire::messages::meanings::ExtensionContext;
use crate::instruments::wire::names;
use crate::language::Phrase;
use crate::phrase;

/// A HelloRetryRequest is a ServerHello with this `random`: SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
#[rustfmt::skip]
pub(super) const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// What the client offers.
#[derive(Debug, Default)]
pub(crate) struct ClientHello<'a> {
    pub(crate) random: &'a [u8],
    pub(crate) cipher_suites: Vec<u16>,
    pub(crate) extensions: Extensions<'a>,
}

/// What the server chooses.
#[derive(Debug, Default)]
pub(crate) struct ServerHello<'a> {
    pub(crate) legacy_version: Option<u16>,
    pub(crate) random: &'a [u8],
    pub(crate) cipher_suite: Option<u16>,
    pub(crate) extensions: Extensions<'a>,
}

impl<'a> ClientHello<'a> {
    pub(super) fn read(&mut self, reader: &mut Reader<'a>) -> Read {
        named(reader, 2, "legacy_version", &names::VERSIONS)?;
        reader.meaning(phrase!(
            "the highest version that the client speaks, unless supported_versions below says more"
        ));
        self.random = reader.bytes(
            32,
            "random",
            phrase!("fresh for every connection, so that no recording can be replayed"),
        )?;
        opaque_vector(
            reader,
            1,
            "legacy_session_id",
            phrase!("TLS 1.2: the session to resume. TLS 1.3: noise, to look like TLS 1.2"),
        )?;
        self.cipher_suites = named_list(
            reader,
            2,
            "cipher_suites",
            "cipher_suite",
            phrase!("what protects the records, best first"),
            &names::CIPHER_SUITES,
        )?;
        let methods = opaque_vector(reader, 1, "legacy_compression_methods", "")?;
        reader.meaning(match methods {
            [0] => phrase!("none: compression leaked secrets (CRIME)"),
            _ => phrase!("0 is none, 1 is DEFLATE, which leaked secrets (CRIME)"),
        });
        self.extensions.read(reader, ExtensionContext::ClientHello)
    }
}

impl<'a> ServerHello<'a> {
    /// The version that the server chose: TLS 1.3 stands in an extension, so that old middleboxes see
    /// a TLS 1.2 (RFC 8446 §4.2.1).
    pub(crate) fn version(&self) -> Option<u16> {
        self.extensions.selected_version.or(self.legacy_version)
    }

    /// It chooses nothing, but asks for another ClientHello.
    pub(crate) fn is_retry(&self) -> bool {
        self.random == HELLO_RETRY_REQUEST
    }

    pub(super) fn read(&mut self, reader: &mut Reader<'a>, context: &Context) -> Read {
        self.legacy_version = Some(named(reader, 2, "legacy_version", &names::VERSIONS)?);
        reader.meaning(phrase!(
            "TLS 1.3 stands in supported_versions; without that, this is the version"
        ));
        self.random = reader.bytes(32, "random", phrase!("the server's share of freshness"))?;
        match self.random.get(24..) {
            _ if self.is_retry() => reader.meaning(phrase!("this fixed value says: a HelloRetryRequest")),
            Some(b"DOWNGRD\x01") => reader.meaning(
                phrase!("ends in DOWNGRD 01: a server that can do TLS 1.3 speaks 1.2. A client that offered 1.3 must give up (RFC 8446 §4.1.3)"),
            ),
            Some(b"DOWNGRD\x00") => reader.meaning(phrase!("ends in DOWNGRD 00: a server that can do better speaks TLS 1.1 or less")),
            _ => {}
        }
        let echo = if context.tls13() {
            phrase!("echoes the client's, to look like a resumption of TLS 1.2")
        } else {
            phrase!("names the session")
        };
        opaque_vector(reader, 1, "legacy_session_id_echo", echo)?;
        self.cipher_suite = Some(named(reader, 2, "cipher_suite", &names::CIPHER_SUITES)?);
        let method = reader.u8("legacy_compression_method", "")?;
        reader.meaning(match method {
            0 => phrase!("no compression"),
            1 => phrase!("DEFLATE: compression leaked secrets (CRIME)"),
            _ => Phrase::empty(),
        });
        let place = if self.is_retry() {
            ExtensionContext::HelloRetryRequest
        } else {
            ExtensionContext::ServerHello
        };
        self.extensions.read(reader, place)
    }
}
