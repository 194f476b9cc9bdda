//! All handshake messages, a row each, in the order of a handshake: name, standard, data, and what it is for.

use super::hello::HELLO_RETRY_REQUEST;
use super::{
    Certificate, CertificateVerify, ClientHello, Context, Extensions, Handshake, KeyExchange,
};
use super::{ServerHello, ServerKeyExchange, body, tls12};
use crate::instruments::wire::numbers::{HandshakeType, TLS13};
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
        _ if context.tls13() => tls13(kind, context),
        _ => tls12(kind, context),
    }
}

/// What a message is for where its own contents decide; None: what its row says.
#[rustfmt::skip]
pub(super) fn by_content(message: &Handshake<'_>, context: &Context) -> Option<Phrase> {
    Some(match message {
        Handshake::ClientHello(_) if context.encrypted =>
            phrase!("The client begins another handshake, under the keys of the one before: only the server can read this."),
        Handshake::ClientHello(hello) if hello.extensions.encrypted_client_hello =>
            phrase!("The client offers versions, cipher suites and extensions. This much is in the clear; encrypted_client_hello may hide another ClientHello, the true one."),
        Handshake::ClientHello(hello) if hello.extensions.key_share_groups.is_empty() =>
            phrase!("The client offers versions, cipher suites and extensions; no public key is in it. In the clear: anybody on the network can read this."),
        Handshake::ClientHello(_) =>
            phrase!("The client offers versions, cipher suites and extensions, and sends public keys for the key exchange. In the clear: anybody on the network can read this."),
        Handshake::ServerHello(hello) if hello.is_retry() && hello.extensions.key_share_groups.is_empty() =>
            phrase!("The server wants the ClientHello once more, with the cookie that it sends here: so it keeps nothing in memory for a client that does not listen. This costs a round trip. On the wire it is a ServerHello with a fixed random."),
        Handshake::ServerHello(hello) if !hello.is_retry() && context.tls13() && hello.extensions.key_share_groups.is_empty() =>
            phrase!("The server chooses, and accepts a pre-shared key; it sends no public key. From here on the handshake goes on encrypted."),
        _ => return None,
    })
}

#[rustfmt::skip]
fn client_hello<'a>(context: &Context) -> Row<'a> {
    let source = match context.version {
        Some(..TLS13) => "RFC 5246 §7.4.1.2",
        _ => "RFC 8446 §4.1.2",
    };
    ("ClientHello", source, Handshake::ClientHello(ClientHello::default()), Phrase::empty())
}

#[rustfmt::skip]
fn retry<'a>() -> Row<'a> {
    ("HelloRetryRequest", "RFC 8446 §4.1.4", Handshake::ServerHello(ServerHello::default()),
     phrase!("The server knows a group of the client's, but got no key share for it. It asks for a second ClientHello; \
      this costs a round trip. On the wire it is a ServerHello with a fixed random."))
}

#[rustfmt::skip]
fn certificate<'a>(body: &[u8], context: &Context) -> Row<'a> {
    let exchange = context.key_exchange();
    // An empty list: three bytes of length, in TLS 1.3 behind an empty certificate_request_context.
    let empty = matches!(body, [0, 0, 0] | [0, 0, 0, 0]);
    let (source, meaning) = match (context.from, context.tls13()) {
        (Side::Client, tls13) if empty => (if tls13 { "RFC 8446 §4.4.2" } else { "RFC 5246 §7.4.6" },
            phrase!("An empty list: the client was asked who it is, and declines to say. Whether that is good enough, the server decides.")),
        (Side::Client, true) => ("RFC 8446 §4.4.2",
            phrase!("Who the client claims to be. In TLS 1.3 it travels encrypted: only the server sees it.")),
        (Side::Server, true) => ("RFC 8446 §4.4.2",
            phrase!("Who the server claims to be: its certificate, then those that lead to a CA. Public: anybody can show it; the proof comes next.")),
        (Side::Client, false) if context.encrypted => ("RFC 5246 §7.4.6",
            phrase!("Who the client claims to be. This handshake runs under the keys of the one before, so only the server sees it.")),
        (Side::Client, false) => ("RFC 5246 §7.4.6",
            phrase!("Who the client claims to be. In TLS 1.2 this crossed the wire in the clear: anybody on the network learned which client it is.")),
        (Side::Server, false) if exchange.is_rsa() => ("RFC 5246 §7.4.2",
            phrase!("Who the server claims to be. Public: anybody can show it; the proof is that it can decrypt ClientKeyExchange, without which its Finished would be wrong.")),
        (Side::Server, false) if exchange.is_signed() => ("RFC 5246 §7.4.2",
            phrase!("Who the server claims to be. Public: anybody can show it; the proof is the signature in ServerKeyExchange.")),
        (Side::Server, false) => ("RFC 5246 §7.4.2",
            phrase!("Who the server claims to be. Public: anybody can show it; this alone proves nothing.")),
    };
    ("Certificate", source, Handshake::Certificate(Certificate::default()), meaning)
}

#[rustfmt::skip]
fn tls13<'a>(kind: HandshakeType, context: &Context) -> Row<'a> {
    match kind {
        HandshakeType::CLIENT_HELLO => client_hello(context),
        HandshakeType::SERVER_HELLO => (
            "ServerHello", "RFC 8446 §4.1.3", Handshake::ServerHello(ServerHello::default()),
            phrase!("The server chooses, and sends its own public key. From here on both sides have the same secret, and the \
             handshake goes on encrypted.")),
        HandshakeType::ENCRYPTED_EXTENSIONS => (
            "EncryptedExtensions", "RFC 8446 §4.3.1", Handshake::EncryptedExtensions(Extensions::default()),
            phrase!("Answers to the ClientHello that the key exchange does not need, so that they can be encrypted.")),
        HandshakeType::CERTIFICATE_REQUEST => (
            "CertificateRequest", "RFC 8446 §4.3.2", Handshake::CertificateRequest { context: &[] },
            phrase!("The server asks the client for a certificate. If the client shows one, this is mutual TLS.")),
        HandshakeType::COMPRESSED_CERTIFICATE => (
            "CompressedCertificate", "RFC 8879 §4", Handshake::CompressedCertificate,
            phrase!("A Certificate message, compressed. It is not decompressed here: the certificates in it are not shown, and signatures with them not verified.")),
        HandshakeType::CERTIFICATE_VERIFY => (
            "CertificateVerify", "RFC 8446 §4.4.3", Handshake::CertificateVerify(CertificateVerify::default()),
            match context.from {
                Side::Server => phrase!("The proof that the server owns the private key of its certificate: a signature over this very handshake, useless in any other."),
                Side::Client => phrase!("The proof that the client owns the private key of its certificate: a signature over this very handshake, useless in any other."),
            }),
        HandshakeType::FINISHED => (
            "Finished", "RFC 8446 §4.4.4", Handshake::Finished { verify_data: &[] },
            phrase!("A MAC over the whole handshake: its sender has the keys, and nobody changed a byte in transit.")),
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
fn tls12<'a>(kind: HandshakeType, context: &Context) -> Row<'a> {
    match kind {
        HandshakeType::HELLO_REQUEST => (
            "HelloRequest", "RFC 5246 §7.4.1.1", Handshake::HelloRequest,
            phrase!("The server asks for a new handshake. No Finished covers this message.")),
        HandshakeType::CLIENT_HELLO => client_hello(context),
        HandshakeType::SERVER_HELLO => (
            "ServerHello", "RFC 5246 §7.4.1.3", Handshake::ServerHello(ServerHello::default()),
            phrase!("The server chooses version and cipher suite. Up to TLS 1.2 keys are exchanged after this, which costs a second round trip, unless it resumes a session.")),
        HandshakeType::CERTIFICATE_STATUS => (
            "CertificateStatus", "RFC 6066 §8", Handshake::Other(tls12::certificate_status),
            phrase!("What the CA says about whether the certificate is revoked (OCSP), signed.")),
        HandshakeType::SERVER_KEY_EXCHANGE => (
            "ServerKeyExchange", server_key_exchange_source(context), Handshake::ServerKeyExchange(ServerKeyExchange::default()),
            match context.key_exchange() {
                KeyExchange::Dhe | KeyExchange::Ecdhe =>
                    phrase!("The server's public key for this connection, signed with the key of its certificate: the proof that it owns that."),
                KeyExchange::Unknown => phrase!("What the client needs of the server to exchange keys."),
                KeyExchange::Psk | KeyExchange::RsaPsk => phrase!("The server hints at which pre-shared key the client shall take."),
                KeyExchange::DhePsk | KeyExchange::EcdhePsk =>
                    phrase!("The server's public key for this connection, and a hint on which pre-shared key to take. It is not signed: the pre-shared key proves its sender."),
                _ => phrase!("The server's public key for this connection. It is not signed: an attacker in the middle could send another."),
            }),
        HandshakeType::CERTIFICATE_REQUEST => (
            "CertificateRequest", "RFC 5246 §7.4.4", Handshake::CertificateRequest { context: &[] },
            phrase!("The server asks the client for a certificate. If the client shows one, this is mutual TLS.")),
        HandshakeType::SERVER_HELLO_DONE => (
            "ServerHelloDone", "RFC 5246 §7.4.5", Handshake::ServerHelloDone,
            phrase!("The server has said all it has to say, and waits.")),
        HandshakeType::CLIENT_KEY_EXCHANGE => (
            "ClientKeyExchange", client_key_exchange_source(context), Handshake::ClientKeyExchange,
            match context.key_exchange() {
                KeyExchange::Rsa | KeyExchange::RsaPsk =>
                    phrase!("A secret that the client made, encrypted for the server's certificate. Now both sides can compute the keys; so can an attacker that gets the server's key, also of old recordings."),
                KeyExchange::Psk => phrase!("The client says which pre-shared key it takes. Now both sides can compute the keys."),
                KeyExchange::Unknown => phrase!("What the server needs of the client to compute the keys."),
                _ => phrase!("The client's public key for this connection. Now both sides can compute the keys."),
            }),
        HandshakeType::CERTIFICATE_VERIFY => (
            "CertificateVerify", "RFC 5246 §7.4.8", Handshake::CertificateVerify(CertificateVerify::default()),
            phrase!("The proof that the client owns the private key of its certificate: a signature over all messages so far.")),
        HandshakeType::NEW_SESSION_TICKET => (
            "NewSessionTicket", "RFC 5077 §3.3", Handshake::NewSessionTicket { nonce: &[] },
            phrase!("A ticket for next time: the session's state, encrypted for the server itself.")),
        HandshakeType::FINISHED => (
            "Finished", "RFC 5246 §7.4.9", Handshake::Finished { verify_data: &[] },
            phrase!("The first message under the new keys: its sender has them, and nobody changed the handshake in transit.")),
        _ => unknown(),
    }
}

fn server_key_exchange_source(context: &Context) -> &'static str {
    match context.key_exchange() {
        KeyExchange::Ecdhe | KeyExchange::AnonymousEcdh => "RFC 8422 §5.4",
        KeyExchange::Psk => "RFC 4279 §2",
        KeyExchange::DhePsk => "RFC 4279 §3",
        KeyExchange::RsaPsk => "RFC 4279 §4",
        KeyExchange::EcdhePsk => "RFC 5489 §2",
        _ => "RFC 5246 §7.4.3",
    }
}

fn client_key_exchange_source(context: &Context) -> &'static str {
    match context.key_exchange() {
        KeyExchange::Rsa => "RFC 5246 §7.4.7.1",
        KeyExchange::Dhe | KeyExchange::AnonymousDh => "RFC 5246 §7.4.7.2",
        KeyExchange::Ecdhe | KeyExchange::AnonymousEcdh => "RFC 8422 §5.7",
        KeyExchange::Unknown => "RFC 5246 §7.4.7",
        _ => server_key_exchange_source(context),
    }
}

#[rustfmt::skip]
fn unknown<'a>() -> Row<'a> {
    ("unknown handshake message", "RFC 8446 §4", Handshake::Other(body), phrase!("A type that is not known here."))
}
