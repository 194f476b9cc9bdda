//! The handshake messages of TLS 1.2, where they differ (RFC 5246 §7.4, RFC 8422).

use super::{CertificateVerify, Read, body, certificate, list, named, named_list, opaque_vector};
use crate::instruments::fields::Reader;
use crate::instruments::wire::names;

/// The server's fresh key, and its signature over it.
#[derive(Debug, Default)]
pub(crate) struct ServerKeyExchange<'a> {
    /// What is signed, together with both randoms.
    pub(crate) parameters: &'a [u8],
    /// The group of an elliptic curve; none where finite fields are used.
    pub(crate) group: Option<u16>,
    /// Over client random, server random and parameters. TLS 1.2 has the same form for both its signatures.
    pub(crate) signed: CertificateVerify<'a>,
}

impl<'a> ServerKeyExchange<'a> {
    /// A named curve, as ECCurveType has it (RFC 8422 §5.4).
    const NAMED_CURVE: u8 = 0x03;

    pub(super) fn read(&mut self, reader: &mut Reader<'a>) -> Read {
        let body = reader.peek();
        let start = reader.position();
        let meaning = "this part is signed, together with both randoms";
        let read = match body.first() {
            Some(&Self::NAMED_CURVE) => reader.group("ServerECDHParams", "", meaning, |reader| {
                reader.u8("curve_type", "")?;
                reader.value("named_curve (3)");
                self.group = Some(named(reader, 2, "group", &names::GROUPS)?);
                opaque_vector(reader, 1, "public", FRESH_KEY).map(drop)
            }),
            _ => reader.group("ServerDHParams", "RFC 5246 §7.4.3", meaning, |reader| {
                opaque_vector(reader, 2, "dh_p", "the prime")?;
                opaque_vector(reader, 2, "dh_g", "the generator")?;
                opaque_vector(reader, 2, "dh_Ys", FRESH_KEY).map(drop)
            }),
        };
        self.parameters = body.get(..reader.position() - start).unwrap_or_default();
        read?;
        let meaning = "over client random, server random and the parameters above";
        self.signed.read(reader, meaning)
    }
}

const FRESH_KEY: &str = "a public key, made for this connection alone";

pub(super) fn certificate_request(reader: &mut Reader<'_>) -> Read {
    list(reader, 1, "certificate_types", "", |reader| {
        let registry = &names::CLIENT_CERTIFICATE_TYPES;
        named(reader, 1, "certificate_type", registry).map(drop)
    })?;
    let label = "supported_signature_algorithms";
    let meaning = "which signatures the server can verify";
    let registry = &names::SIGNATURE_SCHEMES;
    named_list(reader, 2, label, "scheme", meaning, registry)?;
    certificate::distinguished_names(reader)
}

pub(super) fn client_key_exchange(reader: &mut Reader<'_>) -> Read {
    // RSA key transport has a length of two bytes here; a point of a curve has one.
    match reader.peek().first() {
        Some(length) if usize::from(*length) + 1 == reader.remaining() => {
            opaque_vector(reader, 1, "public", FRESH_KEY).map(drop)
        }
        _ => body(reader),
    }
}

pub(super) fn new_session_ticket(reader: &mut Reader<'_>) -> Read {
    let seconds = reader.u32("ticket_lifetime_hint", "seconds; 0: not said")?;
    reader.value(format!("{seconds} s"));
    opaque_vector(reader, 2, "ticket", "only the server can read it").map(drop)
}

pub(super) fn certificate_status(reader: &mut Reader<'_>) -> Read {
    reader.u8("status_type", "1: OCSP")?;
    opaque_vector(reader, 3, "response", "DER (RFC 6960)").map(drop)
}
