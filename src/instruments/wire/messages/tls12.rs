//! The handshake messages of TLS 1.2, where they differ (RFC 5246 §7.4, RFC 8422).

use super::{
    CLIENT_HELLO, Context, Read, Row, UNKNOWN, authentication, body, certificate, hello, named,
    named_list, nothing, opaque_vector,
};
use crate::instruments::fields::Reader;
use crate::instruments::wire::names;

/// The client's certificate stands in the open.
pub(super) const CLIENT_CERTIFICATE: Row = (
    "Certificate",
    "RFC 5246 §7.4.6",
    "Who the client claims to be. In TLS 1.2 this crossed the wire in the clear: everybody on the way learned who the client is.",
    authentication::certificate_list,
);

pub(super) fn message(kind: u8) -> Row {
    match kind {
        0 => (
            "HelloRequest",
            "RFC 5246 §7.4.1.1",
            "The server asks for a new handshake. No Finished covers this message.",
            nothing,
        ),
        1 => CLIENT_HELLO,
        2 => (
            "ServerHello",
            "RFC 5246 §7.4.1.3",
            "The server chooses. Its key comes later, so TLS 1.2 needs a second round trip.",
            hello::server_hello,
        ),
        4 => (
            "NewSessionTicket",
            "RFC 5077 §3.3",
            "A ticket for next time: the session's state, encrypted for the server itself.",
            new_session_ticket,
        ),
        11 => (
            "Certificate",
            "RFC 5246 §7.4.2",
            "Who the server claims to be, in the clear. Public: anybody can show it; the proof is the signature in ServerKeyExchange.",
            authentication::certificate_list,
        ),
        12 => (
            "ServerKeyExchange",
            "RFC 8422 §5.4",
            "The server's public key for this connection, signed with the key of its certificate: the proof that it owns that.",
            server_key_exchange,
        ),
        13 => (
            "CertificateRequest",
            "RFC 5246 §7.4.4",
            "The server asks the client for a certificate. This message makes it mutual TLS.",
            certificate_request,
        ),
        14 => (
            "ServerHelloDone",
            "RFC 5246 §7.4.5",
            "The server has said all it has to say, and waits.",
            nothing,
        ),
        15 => (
            "CertificateVerify",
            "RFC 5246 §7.4.8",
            "The proof that the client owns the private key of its certificate: a signature over all messages so far.",
            authentication::certificate_verify,
        ),
        16 => (
            "ClientKeyExchange",
            "RFC 8422 §5.7",
            "The client's public key for this connection. Now both sides can compute the keys.",
            client_key_exchange,
        ),
        20 => (
            "Finished",
            "RFC 5246 §7.4.9",
            "The first encrypted message: its sender has the keys, and nobody changed the handshake on the way.",
            finished,
        ),
        22 => (
            "CertificateStatus",
            "RFC 6066 §8",
            "The CA's signed word that the certificate is not revoked (OCSP).",
            certificate_status,
        ),
        _ => UNKNOWN,
    }
}

fn server_key_exchange(reader: &mut Reader<'_>, _: &Context) -> Read {
    let meaning = "this part is signed, together with both randoms";
    match reader.peek().first() {
        Some(3) => reader.group("ServerECDHParams", "", meaning, |reader| {
            reader.u8("curve_type", "")?;
            reader.value("named_curve (3)");
            named(reader, 2, "group", names::group)?;
            opaque_vector(reader, 1, "public", FRESH_KEY)
        })?,
        _ => reader.group("ServerDHParams", "RFC 5246 §7.4.3", meaning, |reader| {
            opaque_vector(reader, 2, "dh_p", "the prime")?;
            opaque_vector(reader, 2, "dh_g", "the generator")?;
            opaque_vector(reader, 2, "dh_Ys", FRESH_KEY)
        })?,
    }
    named(reader, 2, "algorithm", names::signature_scheme)?;
    opaque_vector(
        reader,
        2,
        "signature",
        "over client random, server random and the parameters above",
    )
}

const FRESH_KEY: &str = "a public key, made for this connection alone";

fn certificate_request(reader: &mut Reader<'_>, _: &Context) -> Read {
    reader.vector(1, "certificate_types", "", "", |reader| {
        while !reader.is_empty() {
            named(reader, 1, "certificate_type", |number| {
                names::client_certificate_type(number as u8)
            })?;
        }
        Ok(())
    })?;
    let meaning = "which signatures the server can verify";
    named_list(
        reader,
        2,
        "supported_signature_algorithms",
        "scheme",
        meaning,
        names::signature_scheme,
    )?;
    certificate::distinguished_names(reader)
}

fn client_key_exchange(reader: &mut Reader<'_>, context: &Context) -> Read {
    // RSA key transport has a length of two bytes here; a point of a curve has one.
    match reader.peek().first() {
        Some(length) if usize::from(*length) + 1 == reader.remaining() => opaque_vector(
            reader,
            1,
            "public",
            "a public key, made for this connection alone",
        ),
        _ => body(reader, context),
    }
}

fn new_session_ticket(reader: &mut Reader<'_>, _: &Context) -> Read {
    let seconds = reader.u32("ticket_lifetime_hint", "seconds; 0: not said")?;
    reader.value(format!("{seconds} s"));
    opaque_vector(reader, 2, "ticket", "only the server can read it")
}

fn certificate_status(reader: &mut Reader<'_>, _: &Context) -> Read {
    reader.u8("status_type", "1: OCSP")?;
    opaque_vector(reader, 3, "response", "DER (RFC 6960)")
}

fn finished(reader: &mut Reader<'_>, _: &Context) -> Read {
    reader
        .rest(
            "verify_data",
            "PRF(master_secret, label, hash of all messages before), 12 bytes",
        )
        .map(|_| ())
}
