//! Extensions (RFC 8446 §4.2): one list, in six messages. Some look different in each.

use super::{Read, certificate, named, named_list, opaque_vector, text_vector, version_name};
use crate::instruments::fields::Reader;
use crate::instruments::wire::names;

/// The message that an extension stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    ClientHello,
    ServerHello,
    HelloRetryRequest,
    EncryptedExtensions,
    CertificateRequest,
    CertificateEntry,
    NewSessionTicket,
}

/// A list of extensions, up to the end of the scope. Old peers leave the list out altogether.
pub(super) fn read(reader: &mut Reader<'_>, place: Where) -> Read {
    if reader.is_empty() {
        return Ok(());
    }
    reader.vector(2, "extensions", "RFC 8446 §4.2", "", |reader| {
        while !reader.is_empty() {
            let number = match reader.peek() {
                [high, low, ..] => u16::from_be_bytes([*high, *low]),
                _ => 0,
            };
            let name = names::extension(number);
            reader.group(&names::extension_name(number), "", name.meaning, |reader| {
                reader.u16("extension_type", "")?;
                reader.value(name.name);
                reader.vector(2, "extension_data", "", "", |reader| {
                    one(reader, number, place)
                })
            })?;
        }
        Ok(())
    })
}

fn one(reader: &mut Reader<'_>, number: u16, place: Where) -> Read {
    use Where::*;
    match (number, place) {
        (_, _) if reader.is_empty() => Ok(()),
        (0, _) => server_name(reader),
        (5, ClientHello) => status_request(reader),
        (5, CertificateEntry | CertificateRequest) => {
            reader.u8("status_type", "1: OCSP")?;
            opaque_vector(
                reader,
                3,
                "response",
                "the CA's signed word that the certificate is not revoked, DER (RFC 6960)",
            )
        }
        (10, _) => named_list(reader, 2, "named_group_list", "group", "", names::group),
        (11, _) => opaque_vector(reader, 1, "ec_point_format_list", "0: uncompressed"),
        (13 | 34 | 50, _) => {
            let meaning = "best first";
            named_list(
                reader,
                2,
                "supported_signature_algorithms",
                "scheme",
                meaning,
                names::signature_scheme,
            )
        }
        (16, _) => list(reader, 2, "protocol_name_list", |reader| {
            text_vector(reader, 1, "protocol", "")
        }),
        (17613 | 17513, ClientHello) => list(reader, 2, "supported_protocols", |reader| {
            text_vector(reader, 1, "protocol", "")
        }),
        (18, CertificateEntry | ServerHello) => list(reader, 2, "sct_list", |reader| {
            opaque_vector(
                reader,
                2,
                "sct",
                "a log's signed promise to list the certificate (RFC 6962)",
            )
        }),
        (21, _) => reader.rest("zeros", "").map(|_| ()),
        (27, _) => list(reader, 1, "algorithms", |reader| {
            let number = reader.u16("algorithm", "")?;
            reader.value(match number {
                1 => "zlib (1)".to_owned(),
                2 => "brotli (2)".to_owned(),
                3 => "zstd (3)".to_owned(),
                other => format!("unknown ({other})"),
            });
            Ok(())
        }),
        (28, _) => reader
            .u16(
                "record_size_limit",
                "bytes of plaintext, in TLS 1.3 with the byte for the type",
            )
            .map(|_| ()),
        (35, _) => reader
            .rest("ticket", "only the server can read it")
            .map(|_| ()),
        (41, ClientHello) => offered_psks(reader),
        (41, _) => reader
            .u16(
                "selected_identity",
                "the ticket that the server accepts, counted from 0",
            )
            .map(|_| ()),
        (42, _) => reader
            .u32(
                "max_early_data_size",
                "how many bytes of early data a resumption may bring",
            )
            .map(|_| ()),
        (43, ClientHello) => {
            named_list(reader, 1, "versions", "version", "best first", version_name)
        }
        (43, _) => named(reader, 2, "selected_version", version_name).map(|_| ()),
        (44, _) => opaque_vector(reader, 2, "cookie", ""),
        (45, _) => list(reader, 1, "ke_modes", |reader| {
            let mode = reader.u8("ke_mode", "")?;
            reader.value(match mode {
                0 => "psk_ke (0): no key exchange, no forward secrecy".to_owned(),
                1 => "psk_dhe_ke (1): with a fresh key exchange".to_owned(),
                other => format!("unknown ({other})"),
            });
            Ok(())
        }),
        (47, _) => certificate::distinguished_names(reader),
        (51, ClientHello) => list(reader, 2, "client_shares", key_share_entry),
        (51, HelloRetryRequest) => named(reader, 2, "selected_group", names::group).map(|_| ()),
        (51, _) => key_share_entry(reader),
        (0xff01, _) => opaque_vector(
            reader,
            1,
            "renegotiated_connection",
            "empty on a first handshake",
        ),
        _ => reader.rest("data", "not taken apart here").map(|_| ()),
    }
}

/// A vector of things of one sort.
fn list(
    reader: &mut Reader<'_>,
    width: usize,
    label: &str,
    item: impl Fn(&mut Reader<'_>) -> Read,
) -> Read {
    reader.vector(width, label, "", "", |reader| {
        while !reader.is_empty() {
            item(reader)?;
        }
        Ok(())
    })
}

fn server_name(reader: &mut Reader<'_>) -> Read {
    list(reader, 2, "server_name_list", |reader| {
        reader.u8(
            "name_type",
            "0: a host name. An IP address is never sent here",
        )?;
        text_vector(reader, 2, "host_name", "")
    })
}

fn status_request(reader: &mut Reader<'_>) -> Read {
    reader.u8("status_type", "1: OCSP")?;
    opaque_vector(reader, 2, "responder_id_list", "")?;
    opaque_vector(reader, 2, "request_extensions", "")
}

fn key_share_entry(reader: &mut Reader<'_>) -> Read {
    let group = match reader.peek() {
        [high, low, ..] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    };
    reader.group(&names::group_name(group), "RFC 8446 §4.2.8", "", |reader| {
        named(reader, 2, "group", names::group)?;
        reader.vector(
            2,
            "key_exchange",
            "",
            "a public key, made for this connection alone",
            |reader| {
                // Two keys side by side, without lengths (draft-ietf-tls-ecdhe-mlkem).
                match (group, reader.remaining()) {
                    (0x11ec, 1216) => {
                        reader.bytes(1184, "ML-KEM-768 encapsulation key", "")?;
                        reader.bytes(32, "X25519 public key", "")?;
                    }
                    (0x11ec, 1120) => {
                        reader.bytes(
                            1088,
                            "ML-KEM-768 ciphertext",
                            "holds a secret that only the client can take out",
                        )?;
                        reader.bytes(32, "X25519 public key", "")?;
                    }
                    _ => {
                        reader.rest("public key", "")?;
                    }
                }
                Ok(())
            },
        )
    })
}

fn offered_psks(reader: &mut Reader<'_>) -> Read {
    list(reader, 2, "identities", |reader| {
        reader.group("identity", "RFC 8446 §4.2.11", "", |reader| {
            opaque_vector(
                reader,
                2,
                "ticket",
                "from a NewSessionTicket of an earlier connection",
            )?;
            reader
                .u32(
                    "obfuscated_ticket_age",
                    "milliseconds since then, plus the ticket's ticket_age_add",
                )
                .map(|_| ())
        })
    })?;
    list(reader, 2, "binders", |reader| {
        opaque_vector(
            reader,
            1,
            "binder",
            "a MAC over this ClientHello up to here: the client knows the secret behind the ticket",
        )
    })
}
