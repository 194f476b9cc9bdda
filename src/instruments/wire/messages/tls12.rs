//! The handshake messages of TLS 1.2, where they differ (RFC 5246 §7.4, RFC 8422).

use super::{CertificateVerify, Context, Read, certificate, list, named, named_list};
use super::{ocsp, opaque_vector};
use crate::instruments::fields::Reader;
use crate::instruments::wire::names;
use crate::language::Phrase;
use crate::phrase;

/// The server's fresh key, and its signature over it.
#[derive(Debug, Default)]
pub(crate) struct ServerKeyExchange<'a> {
    /// What is signed, together with both randoms.
    pub(crate) parameters: &'a [u8],
    /// The group of an elliptic curve; none where finite fields are used.
    pub(crate) group: Option<u16>,
    /// Over client random, server random and parameters. TLS 1.2 has the same form for both its signatures.
    /// None where the cipher suite wants none.
    pub(crate) signed: Option<CertificateVerify<'a>>,
}

impl<'a> ServerKeyExchange<'a> {
    /// A named curve, as ECCurveType has it (RFC 8422 §5.4).
    const NAMED_CURVE: u8 = 0x03;

    pub(super) fn read(&mut self, reader: &mut Reader<'a>, context: &Context) -> Read {
        let exchange = context.key_exchange();
        if exchange.has_psk() {
            let meaning = phrase!("a hint on which pre-shared key to take");
            opaque_vector(reader, 2, "psk_identity_hint", meaning)?;
        }
        let body = reader.peek();
        let start = reader.position();
        let meaning = match exchange.is_signed() {
            true => phrase!("this part is signed, together with both randoms"),
            false => phrase!("nobody signs this part"),
        };
        let read = if exchange.is_elliptic() {
            reader.group("ServerECDHParams", "RFC 8422 §5.4", meaning, |reader| {
                self.ecdh(reader)
            })
        } else if exchange.is_finite_field() {
            reader.group("ServerDHParams", "RFC 5246 §7.4.3", meaning, |reader| {
                opaque_vector(reader, 2, "dh_p", phrase!("the prime"))?;
                opaque_vector(reader, 2, "dh_g", phrase!("the generator"))?;
                opaque_vector(reader, 2, "dh_Ys", FRESH_KEY).map(drop)
            })
        } else if exchange.has_psk() {
            Ok(())
        } else {
            return body_of_unknown_exchange(reader);
        };
        self.parameters = body.get(..reader.position() - start).unwrap_or_default();
        read?;
        if exchange.is_signed() {
            let meaning = phrase!("over client random, server random and the parameters above");
            let mut signed = CertificateVerify::default();
            signed.read(reader, context, meaning)?;
            self.signed = Some(signed);
        }
        Ok(())
    }

    fn ecdh(&mut self, reader: &mut Reader<'a>) -> Read {
        match reader.u8("curve_type", "")? {
            Self::NAMED_CURVE => reader.value("named_curve (3)"),
            _ => {
                return reader
                    .rest("curve", phrase!("not a named one; not taken apart here"))
                    .map(drop);
            }
        }
        self.group = Some(named(reader, 2, "group", &names::GROUPS)?);
        opaque_vector(reader, 1, "public", FRESH_KEY).map(drop)
    }
}

fn body_of_unknown_exchange(reader: &mut Reader<'_>) -> Read {
    let meaning = phrase!("not taken apart here: the cipher suite does not tell its shape");
    reader.rest("body", meaning).map(drop)
}

const FRESH_KEY: Phrase = phrase!("a public key, made for this connection alone");

pub(super) fn certificate_request(reader: &mut Reader<'_>, context: &Context) -> Read {
    list(reader, 1, "certificate_types", "", |reader| {
        let registry = &names::CLIENT_CERTIFICATE_TYPES;
        named(reader, 1, "certificate_type", registry).map(drop)
    })?;
    // New in TLS 1.2 (RFC 4346 §7.4.4 has no such list).
    if !context.before_tls12() {
        let label = "supported_signature_algorithms";
        let meaning = phrase!("which signatures the server can verify");
        let registry = &names::SIGNATURE_SCHEMES;
        named_list(reader, 2, label, "scheme", meaning, registry)?;
    }
    certificate::distinguished_names(reader)
}

pub(super) fn client_key_exchange(reader: &mut Reader<'_>, context: &Context) -> Read {
    let exchange = context.key_exchange();
    if exchange.has_psk() {
        let meaning = phrase!("which pre-shared key the client takes");
        opaque_vector(reader, 2, "psk_identity", meaning)?;
    }
    let (width, label, meaning) = if exchange.is_rsa() {
        let meaning =
            phrase!("the client's secret, encrypted for the key in the server's certificate");
        (2, "EncryptedPreMasterSecret", meaning)
    } else if exchange.is_finite_field() {
        (2, "dh_Yc", FRESH_KEY)
    } else if exchange.is_elliptic() {
        (1, "public", FRESH_KEY)
    } else if exchange.has_psk() {
        return Ok(());
    } else {
        return body_of_unknown_exchange(reader);
    };
    opaque_vector(reader, width, label, meaning).map(drop)
}

pub(super) fn new_session_ticket(reader: &mut Reader<'_>) -> Read {
    let seconds = reader.u32("ticket_lifetime_hint", phrase!("seconds; 0: not said"))?;
    reader.value(format!("{seconds} s"));
    opaque_vector(reader, 2, "ticket", phrase!("only the server can read it")).map(drop)
}

pub(super) fn certificate_status(reader: &mut Reader<'_>) -> Read {
    reader.u8("status_type", phrase!("1: OCSP"))?;
    ocsp::response(reader)
}
