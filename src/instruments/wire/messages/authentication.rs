//! The messages that prove the identity of a side, as TLS 1.3 has them (RFC 8446 §4.3, §4.4).

use super::{Context, Extensions, Read, certificate, extensions, list, named, opaque_vector};
use crate::instruments::fields::{Malformed, Reader};
use crate::instruments::wire::messages::meanings::ExtensionContext;
use crate::instruments::wire::names;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// The identity that its sender claims.
#[derive(Debug, Default)]
pub(crate) struct Certificate<'a> {
    /// The sender's own certificate, in DER; none in an empty list.
    pub(crate) leaf: Option<&'a [u8]>,
    /// TLS 1.3: the request that it answers. Empty during the handshake.
    pub(crate) request_context: &'a [u8],
}

/// A signature over the handshake, made with the key of the sender's certificate.
#[derive(Debug, Default)]
pub(crate) struct CertificateVerify<'a> {
    /// None before TLS 1.2.
    pub(crate) scheme: Option<u16>,
    pub(crate) signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// In TLS 1.2 a list of certificates and no more.
    pub(super) fn read(&mut self, reader: &mut Reader<'a>, context: &Context) -> Read {
        if !context.tls13() {
            let meaning = phrase!("the owner's certificate first, then each one's issuer");
            return list(reader, 3, "certificate_list", meaning, |reader| {
                self.entry(reader)
            });
        }
        let label = "certificate_request_context";
        self.request_context = opaque_vector(reader, 1, label, "")?;
        reader.meaning(match (context.from, self.request_context) {
            (Side::Server, []) => phrase!("empty: no request comes before it"),
            (Side::Client, []) => phrase!("empty: it answers the request of the handshake"),
            _ => phrase!("echoes that of the request"),
        });
        let meaning = phrase!(
            "the owner's certificate first, then each one's issuer; the root may be left out, the peer must have it already"
        );
        list(reader, 3, "certificate_list", meaning, |reader| {
            reader.group("CertificateEntry", "", "", |reader| {
                self.entry(reader)?;
                Extensions::default().read(reader, ExtensionContext::CertificateEntry)
            })
        })
    }

    fn entry(&mut self, reader: &mut Reader<'a>) -> Read {
        let der = certificate::read(reader)?;
        self.leaf.get_or_insert(der);
        Ok(())
    }
}

impl<'a> CertificateVerify<'a> {
    /// Before TLS 1.2 the kind of key settled the hashes (RFC 4346 §7.4.3, §7.4.8).
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'a>,
        context: &Context,
        meaning: impl Into<Phrase>,
    ) -> Read {
        if !context.before_tls12() {
            self.scheme = Some(named(reader, 2, "algorithm", &names::SIGNATURE_SCHEMES)?);
        }
        self.signature = opaque_vector(reader, 2, "signature", meaning)?;
        Ok(())
    }
}

pub(super) fn certificate_request<'a>(
    reader: &mut Reader<'a>,
    request_context: &mut &'a [u8],
) -> Read {
    *request_context = opaque_vector(reader, 1, "certificate_request_context", "")?;
    reader.meaning(match *request_context {
        [] => phrase!("empty: a request of the handshake"),
        _ => phrase!("to be echoed, so that the answer is that to this request"),
    });
    Extensions::default().read(reader, ExtensionContext::CertificateRequest)
}

pub(super) fn compressed_certificate(reader: &mut Reader<'_>) -> Read {
    let algorithm = reader.u16("algorithm", "")?;
    reader.value(extensions::compression(algorithm));
    reader.u24("uncompressed_length", "")?;
    let label = "compressed_certificate_message";
    let meaning = phrase!("a Certificate, which is not decompressed here");
    opaque_vector(reader, 3, label, meaning).map(drop)
}

pub(super) fn verify_data<'a>(
    reader: &mut Reader<'a>,
    context: &Context,
) -> Result<&'a [u8], Malformed> {
    let meaning = if context.tls13() {
        phrase!("HMAC(finished_key, hash of all messages before)")
    } else {
        phrase!("PRF(master_secret, label, hash of all messages before), 12 bytes")
    };
    reader.rest("verify_data", meaning)
}
