//! A server that asks for a certificate when the handshake is over. Unaware of cases.
//!
//! rustls never asks so late, and has no call for it. But it gives its traffic keys to a program that wants to go on
//! alone (kernel TLS does): from there on this server encrypts two records by hand, and reads none.

use std::io::Read;

use rustls::crypto::cipher::{MessageEncrypter, OutboundChunks, OutboundPlainMessage};
use rustls::{
    ConnectionTrafficSecrets as Secrets, ContentType, ProtocolVersion, ServerConnection,
    StreamOwned, SupportedCipherSuite,
};

use super::failed::Failed;
use crate::error::LateRequest;
use crate::handshake::step7_application_data::application_data;
use crate::handshake::{self, ServerSetup};
use crate::narration::{Fact, Step};
use crate::phrase;
use crate::transport::{Transport, lingering_close};

/// HelloRequest (RFC 5246 §7.4.1.1): its type, and a length of zero.
const HELLO_REQUEST: &[u8] = &[0, 0, 0, 0];
/// CertificateRequest (RFC 8446 §4.3.2): type and length; a context of one byte; one extension, signature_algorithms
/// (13), with one scheme, ecdsa_secp256r1_sha256.
const CERTIFICATE_REQUEST: &[u8] = &[13, 0, 0, 12, 1, 1, 0, 8, 0, 13, 0, 4, 0, 2, 0x04, 0x03];
/// An alert: fatal, handshake_failure.
const HANDSHAKE_FAILURE: &[u8] = &[2, 40];

/// Serves one connection: reads the request, asks, and hears that the client declines.
pub(super) fn ask_late(
    request: LateRequest,
    setup: &ServerSetup,
    mut transport: impl Transport,
) -> Result<(), Failed> {
    let connection = handshake::accept(setup, &mut transport)?;
    application_data(&connection, &setup.narrator);
    let mut stream = StreamOwned::new(connection, transport);
    let _ = stream.read(&mut [0; 4096]);
    let (connection, mut transport) = stream.into_parts();
    let mut records = Encrypter::take_over(connection).map_err(failed)?;

    let question = match request {
        LateRequest::Renegotiation => HELLO_REQUEST,
        LateRequest::CertificateRequest => CERTIFICATE_REQUEST,
    };
    let question = records.record(ContentType::Handshake, question);
    let _ = transport.write_all(&question.map_err(failed)?);
    // An alert, or OpenSSL's ClientHello: whichever it is, no certificate comes.
    let _ = transport.read(&mut [0; 4096]);
    let found = match request {
        LateRequest::Renegotiation => phrase!("asked for a new handshake, and the client declines"),
        LateRequest::CertificateRequest => {
            phrase!("asked for a certificate after the handshake, and the client declines")
        }
    };
    setup
        .narrator
        .tell(Step::ClientPresentsCertificate, || Fact::Refused {
            found: found.clone(),
            remedy: phrase!("ask in the handshake"),
            message: found.to_string(),
        });
    if request == LateRequest::Renegotiation {
        // As OpenSSL does, and with it Apache and Node.
        let alert = records.record(ContentType::Alert, HANDSHAKE_FAILURE);
        let _ = transport.write_all(&alert.map_err(failed)?);
    }
    lingering_close(&mut transport);
    Ok(())
}

fn failed(error: rustls::Error) -> Failed {
    Failed {
        step: None,
        said: error.to_string(),
    }
}

/// The sending half of a connection that rustls has handed over.
struct Encrypter {
    encrypter: Box<dyn MessageEncrypter>,
    sequence: u64,
}

impl Encrypter {
    fn take_over(connection: ServerConnection) -> Result<Encrypter, rustls::Error> {
        let suite = connection.negotiated_cipher_suite();
        let (sequence, secrets) = connection.dangerous_extract_secrets()?.tx;
        let (key, iv) = match secrets {
            Secrets::Aes128Gcm { key, iv }
            | Secrets::Aes256Gcm { key, iv }
            | Secrets::Chacha20Poly1305 { key, iv } => (key, iv),
            _ => return Err(rustls::Error::General("an unknown kind of key".to_owned())),
        };
        let encrypter = match suite {
            Some(SupportedCipherSuite::Tls13(suite)) => suite.aead_alg.encrypter(key, iv),
            Some(SupportedCipherSuite::Tls12(suite)) => {
                // RFC 5288 §3: of AES-GCM's nonce only a part is secret; the rest is sent in each record.
                let secret = suite.aead_alg.key_block_shape().fixed_iv_len;
                let (secret, sent) = iv.as_ref().split_at(secret);
                suite.aead_alg.encrypter(key, secret, sent)
            }
            None => return Err(rustls::Error::HandshakeNotComplete),
        };
        Ok(Encrypter {
            encrypter,
            sequence,
        })
    }

    fn record(&mut self, typ: ContentType, content: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let message = OutboundPlainMessage {
            typ,
            version: ProtocolVersion::TLSv1_2,
            payload: OutboundChunks::Single(content),
        };
        let record = self.encrypter.encrypt(message, self.sequence)?;
        self.sequence += 1;
        Ok(record.encode())
    }
}
