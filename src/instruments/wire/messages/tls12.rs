//! The handshake messages of TLS 1.2, where they differ (RFC 5246 §7.4, RFC 8422).

use super::{
    Certificate, CertificateVerify, Handshake, Read, Row, ServerHello, UNKNOWN, body, certificate,
    hello, list, named, named_list, nothing, opaque_vector,
};
use crate::instruments::fields::Reader;
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::HandshakeType;

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
        let (body, start) = (reader.peek(), reader.position());
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

/// The client's certificate stands in the open.
pub(super) fn client_certificate_row<'a>() -> Row<'a> {
    (
        "Certificate",
        "RFC 5246 §7.4.6",
        "Who the client claims to be. In TLS 1.2 this crossed the wire in the clear: everybody on the way learned who the client is.",
        Handshake::Certificate(Certificate::default()),
    )
}

pub(super) fn row<'a>(kind: HandshakeType) -> Row<'a> {
    match kind {
        HandshakeType::HELLO_REQUEST => (
            "HelloRequest",
            "RFC 5246 §7.4.1.1",
            "The server asks for a new handshake. No Finished covers this message.",
            Handshake::HelloRequest,
        ),
        HandshakeType::CLIENT_HELLO => hello::client_row(),
        HandshakeType::SERVER_HELLO => (
            "ServerHello",
            "RFC 5246 §7.4.1.3",
            "The server chooses. Its key comes later, so TLS 1.2 needs a second round trip.",
            Handshake::ServerHello(ServerHello::default()),
        ),
        HandshakeType::NEW_SESSION_TICKET => (
            "NewSessionTicket",
            "RFC 5077 §3.3",
            "A ticket for next time: the session's state, encrypted for the server itself.",
            Handshake::NewSessionTicket { nonce: &[] },
        ),
        HandshakeType::CERTIFICATE => (
            "Certificate",
            "RFC 5246 §7.4.2",
            "Who the server claims to be, in the clear. Public: anybody can show it; the proof is the signature in ServerKeyExchange.",
            Handshake::Certificate(Certificate::default()),
        ),
        HandshakeType::SERVER_KEY_EXCHANGE => (
            "ServerKeyExchange",
            "RFC 8422 §5.4",
            "The server's public key for this connection, signed with the key of its certificate: the proof that it owns that.",
            Handshake::ServerKeyExchange(ServerKeyExchange::default()),
        ),
        HandshakeType::CERTIFICATE_REQUEST => (
            "CertificateRequest",
            "RFC 5246 §7.4.4",
            "The server asks the client for a certificate. This message makes it mutual TLS.",
            Handshake::CertificateRequest,
        ),
        HandshakeType::SERVER_HELLO_DONE => (
            "ServerHelloDone",
            "RFC 5246 §7.4.5",
            "The server has said all it has to say, and waits.",
            Handshake::Other(nothing),
        ),
        HandshakeType::CERTIFICATE_VERIFY => (
            "CertificateVerify",
            "RFC 5246 §7.4.8",
            "The proof that the client owns the private key of its certificate: a signature over all messages so far.",
            Handshake::CertificateVerify(CertificateVerify::default()),
        ),
        HandshakeType::CLIENT_KEY_EXCHANGE => (
            "ClientKeyExchange",
            "RFC 8422 §5.7",
            "The client's public key for this connection. Now both sides can compute the keys.",
            Handshake::ClientKeyExchange,
        ),
        HandshakeType::FINISHED => (
            "Finished",
            "RFC 5246 §7.4.9",
            "The first encrypted message: its sender has the keys, and nobody changed the handshake on the way.",
            Handshake::Finished { verify_data: &[] },
        ),
        HandshakeType::CERTIFICATE_STATUS => (
            "CertificateStatus",
            "RFC 6066 §8",
            "The CA's signed word that the certificate is not revoked (OCSP).",
            Handshake::Other(certificate_status),
        ),
        _ => UNKNOWN,
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

fn certificate_status(reader: &mut Reader<'_>) -> Read {
    reader.u8("status_type", "1: OCSP")?;
    opaque_vector(reader, 3, "response", "DER (RFC 6960)").map(drop)
}
