//! All handshake messages, a row each, in the order of a handshake: name, standard, data, and what it is for.

use super::hello::HELLO_RETRY_REQUEST;
use super::{Certificate, CertificateVerify, ClientHello, Context, Extensions, Handshake};
use super::{ServerHello, ServerKeyExchange, authentication, body, tls12};
use crate::instruments::wire::numbers::HandshakeType;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// What a message is called, where it is specified, its data, still empty, and what it is for.
pub(super) type Row<'a> = (&'static str, &'static str, Handshake<'a>, Phrase);

/// The row of a message of this type. Some depend on its bytes, its sender or the version.
pub(super) fn row<'a>(kind: HandshakeType, bytes: &[u8], context: &Context) -> Row<'a> {
    let body = bytes.get(4..).unwrap_or_default();
    match kind {
        HandshakeType::SERVER_HELLO if body.get(2..34) == Some(&HELLO_RETRY_REQUEST) => retry(),
        HandshakeType::CERTIFICATE => certificate(body, context),
        _ if context.tls13 => tls13(kind, context.from),
        _ => tls12(kind),
    }
}

#[rustfmt::skip]
fn client_hello<'a>() -> Row<'a> {
    ("ClientHello", "RFC 8446 §4.1.2", Handshake::ClientHello(ClientHello::default()),
     phrase!("The client says what it speaks, whom it wants to reach, and sends public keys for the key exchange. \
      Nothing can be encrypted yet: everybody on the way can read this."))
}

#[rustfmt::skip]
fn retry<'a>() -> Row<'a> {
    ("HelloRetryRequest", "RFC 8446 §4.1.4", Handshake::ServerHello(ServerHello::default()),
     phrase!("The server knows a group of the client's, but got no key share for it. It asks for a second ClientHello; \
      this costs a round trip. On the wire it is a ServerHello with a fixed random."))
}

#[rustfmt::skip]
fn certificate<'a>(body: &[u8], context: &Context) -> Row<'a> {
    // An empty list: three bytes of length, in TLS 1.3 behind an empty certificate_request_context.
    let empty = matches!(body, [0, 0, 0] | [0, 0, 0, 0]);
    let (source, meaning) = match (context.from, context.tls13) {
        (Side::Client, _) if empty => ("RFC 8446 §4.4.2",
            phrase!("An empty list: the client was asked who it is, and declines to say. Whether that is good enough, the server decides.")),
        (Side::Client, true) => ("RFC 8446 §4.4.2",
            phrase!("Who the client claims to be. In TLS 1.3 it travels encrypted: only the server sees it.")),
        (Side::Server, true) => ("RFC 8446 §4.4.2",
            phrase!("Who the server claims to be: its certificate, then those that lead to a CA. Public: anybody can show it; the proof comes next.")),
        (Side::Client, false) => ("RFC 5246 §7.4.6",
            phrase!("Who the client claims to be. In TLS 1.2 this crossed the wire in the clear: everybody on the way learned who the client is.")),
        (Side::Server, false) => ("RFC 5246 §7.4.2",
            phrase!("Who the server claims to be, in the clear. Public: anybody can show it; the proof is the signature in ServerKeyExchange.")),
    };
    ("Certificate", source, Handshake::Certificate(Certificate::default()), meaning)
}

#[rustfmt::skip]
fn tls13<'a>(kind: HandshakeType, from: Side) -> Row<'a> {
    match kind {
        HandshakeType::CLIENT_HELLO => client_hello(),
        HandshakeType::SERVER_HELLO => (
            "ServerHello", "RFC 8446 §4.1.3", Handshake::ServerHello(ServerHello::default()),
            phrase!("The server chooses, and sends its own public key. From here on both sides have the same secret, and all \
             that follows is encrypted.")),
        HandshakeType::ENCRYPTED_EXTENSIONS => (
            "EncryptedExtensions", "RFC 8446 §4.3.1", Handshake::EncryptedExtensions(Extensions::default()),
            phrase!("Answers to the ClientHello that the key exchange does not need, so that they can be encrypted.")),
        HandshakeType::CERTIFICATE_REQUEST => (
            "CertificateRequest", "RFC 8446 §4.3.2", Handshake::CertificateRequest,
            phrase!("The server asks the client for a certificate. This message makes it mutual TLS.")),
        HandshakeType::COMPRESSED_CERTIFICATE => (
            "CompressedCertificate", "RFC 8879 §4", Handshake::Other(authentication::compressed_certificate),
            phrase!("A Certificate message, compressed.")),
        HandshakeType::CERTIFICATE_VERIFY => (
            "CertificateVerify", "RFC 8446 §4.4.3", Handshake::CertificateVerify(CertificateVerify::default()),
            match from {
                Side::Server => phrase!("The proof that the server owns the private key of its certificate: a signature over this very handshake, useless in any other."),
                Side::Client => phrase!("The proof that the client owns the private key of its certificate: a signature over this very handshake, useless in any other."),
            }),
        HandshakeType::FINISHED => (
            "Finished", "RFC 8446 §4.4.4", Handshake::Finished { verify_data: &[] },
            phrase!("A MAC over the whole handshake: its sender has the keys, and nobody changed a byte on the way.")),
        HandshakeType::END_OF_EARLY_DATA => (
            "EndOfEarlyData", "RFC 8446 §4.5", Handshake::EndOfEarlyData,
            phrase!("Early data ends here; the client goes on with the handshake keys.")),
        HandshakeType::NEW_SESSION_TICKET => (
            "NewSessionTicket", "RFC 8446 §4.6.1", Handshake::NewSessionTicket { nonce: &[] },
            phrase!("A ticket for next time: who shows it and knows the secret behind it resumes without certificates.")),
        HandshakeType::KEY_UPDATE => (
            "KeyUpdate", "RFC 8446 §4.6.3", Handshake::KeyUpdate,
            phrase!("The sender takes the next key from here on.")),
        _ => unknown(),
    }
}

#[rustfmt::skip]
fn tls12<'a>(kind: HandshakeType) -> Row<'a> {
    match kind {
        HandshakeType::HELLO_REQUEST => (
            "HelloRequest", "RFC 5246 §7.4.1.1", Handshake::HelloRequest,
            phrase!("The server asks for a new handshake. No Finished covers this message.")),
        HandshakeType::CLIENT_HELLO => client_hello(),
        HandshakeType::SERVER_HELLO => (
            "ServerHello", "RFC 5246 §7.4.1.3", Handshake::ServerHello(ServerHello::default()),
            phrase!("The server chooses. Its key comes later, so TLS 1.2 needs a second round trip.")),
        HandshakeType::CERTIFICATE_STATUS => (
            "CertificateStatus", "RFC 6066 §8", Handshake::Other(tls12::certificate_status),
            phrase!("The CA's signed word that the certificate is not revoked (OCSP).")),
        HandshakeType::SERVER_KEY_EXCHANGE => (
            "ServerKeyExchange", "RFC 8422 §5.4", Handshake::ServerKeyExchange(ServerKeyExchange::default()),
            phrase!("The server's public key for this connection, signed with the key of its certificate: the proof that it owns that.")),
        HandshakeType::CERTIFICATE_REQUEST => (
            "CertificateRequest", "RFC 5246 §7.4.4", Handshake::CertificateRequest,
            phrase!("The server asks the client for a certificate. This message makes it mutual TLS.")),
        HandshakeType::SERVER_HELLO_DONE => (
            "ServerHelloDone", "RFC 5246 §7.4.5", Handshake::ServerHelloDone,
            phrase!("The server has said all it has to say, and waits.")),
        HandshakeType::CLIENT_KEY_EXCHANGE => (
            "ClientKeyExchange", "RFC 8422 §5.7", Handshake::ClientKeyExchange,
            phrase!("The client's public key for this connection. Now both sides can compute the keys.")),
        HandshakeType::CERTIFICATE_VERIFY => (
            "CertificateVerify", "RFC 5246 §7.4.8", Handshake::CertificateVerify(CertificateVerify::default()),
            phrase!("The proof that the client owns the private key of its certificate: a signature over all messages so far.")),
        HandshakeType::NEW_SESSION_TICKET => (
            "NewSessionTicket", "RFC 5077 §3.3", Handshake::NewSessionTicket { nonce: &[] },
            phrase!("A ticket for next time: the session's state, encrypted for the server itself.")),
        HandshakeType::FINISHED => (
            "Finished", "RFC 5246 §7.4.9", Handshake::Finished { verify_data: &[] },
            phrase!("The first encrypted message: its sender has the keys, and nobody changed the handshake on the way.")),
        _ => unknown(),
    }
}

#[rustfmt::skip]
fn unknown<'a>() -> Row<'a> {
    ("unknown handshake message", "RFC 8446 §4", Handshake::Other(body), phrase!("A type that is not known here."))
}
