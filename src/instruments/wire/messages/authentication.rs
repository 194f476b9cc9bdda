//! The messages that prove who somebody is, as TLS 1.3 has them (RFC 8446 §4.3, §4.4).

use super::{Context, Read, Row, certificate, extensions, named, opaque_vector};
use crate::instruments::fields::Reader;
use crate::instruments::wire::messages::extensions::Where;
use crate::instruments::wire::names;
use crate::narration::Side;

pub(super) const NO_CERTIFICATE: Row = (
    "Certificate",
    "RFC 8446 §4.4.2",
    "An empty list: the client was asked who it is, and declines to say. Whether that is good enough, the server decides.",
    certificate_list,
);

pub(super) fn certificate_row(from: Side) -> Row {
    let meaning = match from {
        Side::Server => {
            "Who the server claims to be: its certificate, then those that lead to a CA. Public: anybody can show it; the proof comes next."
        }
        Side::Client => {
            "Who the client claims to be. In TLS 1.3 it travels encrypted: only the server sees it."
        }
    };
    ("Certificate", "RFC 8446 §4.4.2", meaning, certificate_list)
}

pub(super) fn certificate_verify_row(from: Side) -> Row {
    let meaning = match from {
        Side::Server => {
            "The proof that the server owns the private key of its certificate: a signature over this very handshake, useless in any other."
        }
        Side::Client => {
            "The proof that the client owns the private key of its certificate: a signature over this very handshake, useless in any other."
        }
    };
    (
        "CertificateVerify",
        "RFC 8446 §4.4.3",
        meaning,
        certificate_verify,
    )
}

pub(super) fn encrypted_extensions(reader: &mut Reader<'_>, _: &Context) -> Read {
    extensions::read(reader, Where::EncryptedExtensions)
}

pub(super) fn certificate_request(reader: &mut Reader<'_>, _: &Context) -> Read {
    opaque_vector(
        reader,
        1,
        "certificate_request_context",
        "to be echoed; empty during the handshake",
    )?;
    extensions::read(reader, Where::CertificateRequest)
}

/// In TLS 1.2 a list of certificates and no more.
pub(super) fn certificate_list(reader: &mut Reader<'_>, context: &Context) -> Read {
    if !context.tls13 {
        let meaning = "the owner's certificate first, then each one's issuer";
        return reader.vector(3, "certificate_list", "", meaning, |reader| {
            while !reader.is_empty() {
                entry(reader)?;
            }
            Ok(())
        });
    }
    opaque_vector(
        reader,
        1,
        "certificate_request_context",
        "echoes the request's",
    )?;
    let meaning = "the owner's certificate first, then each one's issuer; the root is left out, the peer must have it already";
    reader.vector(3, "certificate_list", "", meaning, |reader| {
        while !reader.is_empty() {
            reader.group("CertificateEntry", "", "", |reader| {
                entry(reader)?;
                extensions::read(reader, Where::CertificateEntry)
            })?;
        }
        Ok(())
    })
}

/// A certificate with its length, as both versions have it.
fn entry(reader: &mut Reader<'_>) -> Read {
    reader.vector(3, "cert_data", "", "", |reader| {
        certificate::read(reader, reader.remaining())
    })
}

pub(super) fn compressed_certificate(reader: &mut Reader<'_>, _: &Context) -> Read {
    reader.u16("algorithm", "1: zlib, 2: brotli, 3: zstd")?;
    reader.u24("uncompressed_length", "")?;
    opaque_vector(
        reader,
        3,
        "compressed_certificate_message",
        "not decompressed here",
    )
}

pub(super) fn certificate_verify(reader: &mut Reader<'_>, _: &Context) -> Read {
    named(reader, 2, "algorithm", names::signature_scheme)?;
    opaque_vector(
        reader,
        2,
        "signature",
        "made with the private key of the certificate above",
    )
}

pub(super) fn finished(reader: &mut Reader<'_>, _: &Context) -> Read {
    reader
        .rest(
            "verify_data",
            "HMAC(finished_key, hash of all messages before)",
        )
        .map(|_| ())
}
