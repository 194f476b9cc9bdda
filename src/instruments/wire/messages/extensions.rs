//! Extensions (RFC 8446 §4.2): one list, in six messages. Some look different in each.

use super::meanings::ExtensionContext;
use super::text_vector;
use super::{Read, certificate, list, meanings, named, named_list, ocsp, opaque_vector};
use crate::instruments::fields::Reader;
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{X25519_MLKEM768, extension};
use crate::phrase;

/// What the extensions of a message say, as far as keys, proofs or the outcome depend on it.
#[derive(Debug, Default)]
pub(crate) struct Extensions<'a> {
    /// The host that the client wants to reach (RFC 6066 §3): hostile text.
    pub(crate) server_name: Option<String>,
    /// The application protocols (RFC 7301): all that the client speaks, or the server's one choice. Hostile text.
    pub(crate) protocols: Vec<String>,
    /// The groups in key_share: those of the client's keys, or the one that the server takes or asks for.
    pub(crate) key_share_groups: Vec<u16>,
    /// supported_versions of a ServerHello.
    pub(crate) selected_version: Option<u16>,
    /// The place of the ticket that the server accepts among those of the client.
    pub(crate) selected_identity: Option<u16>,
    /// The proofs that the client knows the secrets behind its tickets.
    pub(crate) binders: Option<Binders<'a>>,
    /// The obfuscated age of each ticket that the client offers.
    pub(crate) ticket_ages: Vec<u32>,
    /// Data comes before the handshake is done (RFC 8446 §4.2.10).
    pub(crate) early_data: bool,
    /// It is there: the message knows TLS 1.3.
    pub(crate) supported_versions: bool,
    /// ECH, or noise that looks like it.
    pub(crate) encrypted_client_hello: bool,
    /// TLS 1.2: the master secret is bound to the whole handshake (RFC 7627).
    pub(crate) extended_master_secret: bool,
}

/// The end of a ClientHello with tickets.
#[derive(Debug)]
pub(crate) struct Binders<'a> {
    /// Where the list of binders begins, from the start of the message: a binder covers all before it.
    pub(crate) at: usize,
    /// The binder of the first ticket.
    pub(crate) first: &'a [u8],
}

impl<'a> Extensions<'a> {
    /// Reads a list of extensions, up to the end of the scope. Old peers leave the list out altogether.
    pub(super) fn read(&mut self, reader: &mut Reader<'a>, place: ExtensionContext) -> Read {
        if reader.is_empty() {
            return Ok(());
        }
        reader.vector(2, "extensions", "RFC 8446 §4.2", "", |reader| {
            while !reader.is_empty() {
                let number = next_u16(reader);
                let label = names::EXTENSIONS.short(number);
                let value = reader.peek().get(2..).unwrap_or_default();
                let value = match value {
                    [high, low, value @ ..] => {
                        let length = usize::from(u16::from_be_bytes([*high, *low]));
                        value.get(..length).unwrap_or(value)
                    }
                    _ => &[],
                };
                let meaning = meanings::extension(number, place, value);
                reader.group(&label, "", meaning, |reader| {
                    reader.u16("extension_type", "")?;
                    reader.value(names::EXTENSIONS.name(number));
                    self.early_data |= number == extension::EARLY_DATA;
                    self.encrypted_client_hello |= number == extension::ENCRYPTED_CLIENT_HELLO;
                    self.supported_versions |= number == extension::SUPPORTED_VERSIONS;
                    self.extended_master_secret |= number == extension::EXTENDED_MASTER_SECRET;
                    reader.vector(2, "extension_data", "", "", |reader| {
                        self.one(reader, number, place)
                    })
                })?;
            }
            Ok(())
        })
    }

    fn one(&mut self, reader: &mut Reader<'a>, number: u16, place: ExtensionContext) -> Read {
        use ExtensionContext::*;
        match (number, place) {
            (_, _) if reader.is_empty() => Ok(()),
            (extension::SERVER_NAME, _) => self.server_name(reader),
            (extension::STATUS_REQUEST, ClientHello) => status_request(reader),
            (extension::STATUS_REQUEST, CertificateRequest) => status_request(reader),
            (extension::STATUS_REQUEST, CertificateEntry) => {
                reader.u8("status_type", phrase!("1: OCSP"))?;
                ocsp::response(reader)
            }
            (extension::MAX_FRAGMENT_LENGTH, _) => {
                let exponent = reader.u8("max_fragment_length", "")?;
                if let 1..=4 = exponent {
                    reader.value(phrase!(
                        "{count} bytes ({exponent})",
                        count = 256 << exponent,
                        exponent
                    ));
                }
                Ok(())
            }
            (
                extension::CLIENT_CERTIFICATE_TYPE | extension::SERVER_CERTIFICATE_TYPE,
                ClientHello,
            ) => list(reader, 1, "certificate_types", "", certificate_type),
            (extension::CLIENT_CERTIFICATE_TYPE | extension::SERVER_CERTIFICATE_TYPE, _) => {
                certificate_type(reader)
            }
            (extension::SUPPORTED_GROUPS, _) => {
                named_list(reader, 2, "named_group_list", "group", "", &names::GROUPS).map(drop)
            }
            (extension::EC_POINT_FORMATS, _) => opaque_vector(
                reader,
                1,
                "ec_point_format_list",
                phrase!("0: uncompressed"),
            )
            .map(drop),
            (
                extension::SIGNATURE_ALGORITHMS
                | extension::SIGNATURE_ALGORITHMS_CERT
                | extension::DELEGATED_CREDENTIAL,
                _,
            ) => {
                let label = "supported_signature_algorithms";
                let registry = &names::SIGNATURE_SCHEMES;
                named_list(reader, 2, label, "scheme", phrase!("best first"), registry).map(drop)
            }
            (extension::ALPN, _) => list(reader, 2, "protocol_name_list", "", |reader| {
                self.protocols.push(text_vector(reader, 1, "protocol")?);
                Ok(())
            }),
            (
                extension::APPLICATION_SETTINGS | extension::APPLICATION_SETTINGS_OLD,
                ClientHello,
            ) => list(reader, 2, "supported_protocols", "", |reader| {
                text_vector(reader, 1, "protocol").map(drop)
            }),
            (extension::SIGNED_CERTIFICATE_TIMESTAMP, CertificateEntry | ServerHello) => {
                let meaning = phrase!("a log's signed promise to list the certificate (RFC 6962)");
                list(reader, 2, "sct_list", "", |reader| {
                    opaque_vector(reader, 2, "sct", meaning.clone()).map(drop)
                })
            }
            (extension::PADDING, _) => reader.rest("zeros", "").map(drop),
            (extension::COMPRESS_CERTIFICATE, _) => list(reader, 1, "algorithms", "", |reader| {
                let number = reader.u16("algorithm", "")?;
                reader.value(compression(number));
                Ok(())
            }),
            (extension::RECORD_SIZE_LIMIT, _) => {
                let meaning = phrase!("bytes of plaintext, in TLS 1.3 with the byte for the type");
                reader.u16("record_size_limit", meaning).map(drop)
            }
            (extension::SESSION_TICKET, _) => reader.rest("ticket", "").map(drop),
            (extension::PRE_SHARED_KEY, ClientHello) => self.offered_psks(reader),
            (extension::PRE_SHARED_KEY, _) => {
                let meaning = phrase!(
                    "which of the client's pre-shared keys the server accepts, counted from 0"
                );
                self.selected_identity = Some(reader.u16("selected_identity", meaning)?);
                Ok(())
            }
            (extension::EARLY_DATA, _) => {
                let meaning = phrase!("how many bytes of early data a resumption may bring");
                reader.u32("max_early_data_size", meaning).map(drop)
            }
            (extension::SUPPORTED_VERSIONS, ClientHello) => {
                let registry = &names::VERSIONS;
                named_list(
                    reader,
                    1,
                    "versions",
                    "version",
                    phrase!("best first"),
                    registry,
                )
                .map(drop)
            }
            (extension::SUPPORTED_VERSIONS, _) => {
                let version = named(reader, 2, "selected_version", &names::VERSIONS)?;
                self.selected_version = Some(version);
                Ok(())
            }
            (extension::COOKIE, _) => opaque_vector(reader, 2, "cookie", "").map(drop),
            (extension::PSK_KEY_EXCHANGE_MODES, _) => list(reader, 1, "ke_modes", "", |reader| {
                let mode = reader.u8("ke_mode", "")?;
                reader.value(match mode {
                    0 => phrase!("psk_ke (0): no key exchange, no forward secrecy"),
                    1 => phrase!("psk_dhe_ke (1): with a fresh key exchange"),
                    // The values of RFC 8701 §2 for lists of bytes.
                    grease if grease & 0x1f == 0x0b => format!("GREASE ({grease})").into(),
                    other => super::unknown(other),
                });
                Ok(())
            }),
            (extension::CERTIFICATE_AUTHORITIES, _) => certificate::distinguished_names(reader),
            (extension::KEY_SHARE, ClientHello) => list(reader, 2, "client_shares", "", |reader| {
                self.key_share_entry(reader)
            }),
            (extension::KEY_SHARE, HelloRetryRequest) => {
                let group = named(reader, 2, "selected_group", &names::GROUPS)?;
                self.key_share_groups.push(group);
                Ok(())
            }
            (extension::KEY_SHARE, _) => self.key_share_entry(reader),
            (extension::RENEGOTIATION_INFO, _) => {
                let before = opaque_vector(reader, 1, "renegotiated_connection", "")?;
                reader.meaning(match before {
                    [] => phrase!("empty: a first handshake"),
                    _ => phrase!("the Finished of the handshake before this one"),
                });
                Ok(())
            }
            _ => reader
                .rest("data", phrase!("not taken apart here"))
                .map(drop),
        }
    }

    fn server_name(&mut self, reader: &mut Reader<'a>) -> Read {
        list(reader, 2, "server_name_list", "", |reader| {
            reader.u8(
                "name_type",
                phrase!("0: a host name. An IP address is never sent here"),
            )?;
            let name = text_vector(reader, 2, "host_name")?;
            self.server_name.get_or_insert(name);
            Ok(())
        })
    }

    fn key_share_entry(&mut self, reader: &mut Reader<'a>) -> Read {
        let group = next_u16(reader);
        let label = names::GROUPS.short(group);
        reader.group(&label, "RFC 8446 §4.2.8", "", |reader| {
            self.key_share_groups
                .push(named(reader, 2, "group", &names::GROUPS)?);
            let meaning = match names::is_grease(group) {
                true => phrase!("no key: the group is a reserved number (GREASE)"),
                false => phrase!("a public key, made for this connection alone"),
            };
            reader.vector(2, "key_exchange", "", meaning, |reader| {
                // Two keys side by side without lengths, so their sizes tell which is which: the client sends
                // a key to encapsulate to, the server what it encapsulated (draft-ietf-tls-ecdhe-mlkem).
                match (group, reader.remaining()) {
                    (X25519_MLKEM768, 1216) => {
                        reader.bytes(1184, "ML-KEM-768 encapsulation key", "")?;
                    }
                    (X25519_MLKEM768, 1120) => {
                        let meaning = phrase!("holds a secret that only the client can take out");
                        reader.bytes(1088, "ML-KEM-768 ciphertext", meaning)?;
                    }
                    _ => return reader.rest("public key", "").map(drop),
                }
                reader.rest("X25519 public key", "").map(drop)
            })
        })
    }

    fn offered_psks(&mut self, reader: &mut Reader<'a>) -> Read {
        list(reader, 2, "identities", "", |reader| {
            reader.group("identity", "RFC 8446 §4.2.11", "", |reader| {
                let meaning = phrase!(
                    "a ticket of an earlier session, or the name of a key agreed on outside TLS"
                );
                opaque_vector(reader, 2, "identity", meaning)?;
                let age = reader.u32("obfuscated_ticket_age", "")?;
                reader.meaning(match age {
                    0 => phrase!("a key agreed on outside TLS has no age, and should say 0"),
                    _ => phrase!("milliseconds since the ticket came, plus its ticket_age_add"),
                });
                self.ticket_ages.push(age);
                Ok(())
            })
        })?;
        let at = reader.position();
        list(reader, 2, "binders", "", |reader| {
            let meaning = phrase!(
                "a MAC over this ClientHello up to here: the client knows the pre-shared key"
            );
            let first = opaque_vector(reader, 1, "binder", meaning)?;
            self.binders.get_or_insert(Binders { at, first });
            Ok(())
        })
    }
}

/// The number that comes next, for a label in front of it; 0 where there is none.
fn next_u16(reader: &Reader<'_>) -> u16 {
    match reader.peek() {
        [high, low, ..] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    }
}

/// A compression of certificates (RFC 8879 §7.3).
pub(super) fn compression(number: u16) -> String {
    match number {
        1 => "zlib (1)".to_owned(),
        2 => "brotli (2)".to_owned(),
        3 => "zstd (3)".to_owned(),
        other => format!("unknown ({other})"),
    }
}

fn certificate_type(reader: &mut Reader<'_>) -> Read {
    let kind = reader.u8("certificate_type", "")?;
    reader.value(match kind {
        0 => "X.509 (0)".to_owned(),
        1 => "OpenPGP (1)".to_owned(),
        2 => "RawPublicKey (2)".to_owned(),
        3 => "1609Dot2 (3)".to_owned(),
        other => format!("unknown ({other})"),
    });
    Ok(())
}

fn status_request(reader: &mut Reader<'_>) -> Read {
    reader.u8("status_type", phrase!("1: OCSP"))?;
    opaque_vector(reader, 2, "responder_id_list", "")?;
    opaque_vector(reader, 2, "request_extensions", "").map(drop)
}
