//! The messages that prove who somebody is, as TLS 1.3 has them (RFC 8446 §4.3, §4.4).

use super::{Context, Read, Row, certificate, extensions, named, opaque_vector};
use crate::fields::Reader;
use crate::wire::messages::extensions::Where;
use crate::wire::names;
use crate::wire::transcript::Side;

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

/// `certificate_authorities`, here and in TLS 1.2: names, each in DER.
pub(super) fn distinguished_names(reader: &mut Reader<'_>) -> Read {
    let meaning = "the CAs that the sender trusts, by name";
    reader.vector(2, "certificate_authorities", "", meaning, |reader| {
        while !reader.is_empty() {
            let mut name = String::new();
            reader.vector(2, "DistinguishedName", "RFC 5280 §4.1.2.4", "", |reader| {
                let der = reader.rest("name", "DER")?;
                name = x509_parser::x509::X509Name::from_der(der)
                    .map_or_else(|_| String::new(), |(_, name)| name.to_string());
                reader.value(name.clone());
                Ok(())
            })?;
            reader.value(name);
        }
        Ok(())
    })
}

use x509_parser::prelude::FromDer;

fn certificate_list(reader: &mut Reader<'_>, context: &Context) -> Read {
    if !context.tls13 {
        return super::tls12::certificate_list(reader, context);
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
pub(super) fn entry(reader: &mut Reader<'_>) -> Read {
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
