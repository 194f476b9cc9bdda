//! What a step reports, as data: one variant per fact.
//!
//! A variant is named after what happened, and its fields after the fields of the messages. Text in it is
//! plain and already safe for a terminal ([`crate::text::terminal`]), because names of peers are hostile.
//! No sentence stands here: each language has a file of them, and [`super::json`] needs none.

use std::net::SocketAddr;

use crate::language::Phrase;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The client has a TCP connection.
    ConnectionOpened {
        /// The server's address.
        to: SocketAddr,
    },
    /// The server has a TCP connection.
    ConnectionAccepted {
        /// The client's address.
        from: SocketAddr,
    },
    /// Step 1, client: a ClientHello is ready (RFC 8446 §4.1.2).
    ClientHelloPrepared {
        /// The name that the server's certificate will have to carry.
        server_name: String,
        /// The key-exchange groups on offer, the preferred one first.
        groups: Vec<String>,
    },
    /// Step 1, server: a whole ClientHello has arrived.
    ClientHelloReceived {
        /// SNI (RFC 6066 §3); `None` if the client dialled an IP address.
        server_name: Option<String>,
        /// How many cipher suites the client offers.
        cipher_suites: usize,
        /// How many key-exchange groups the client offers.
        groups: usize,
    },
    /// Step 2, server: Certificate and CertificateVerify are about to be sent (RFC 8446 §4.4.2, §4.4.3).
    ServerCertificateSent {
        /// The leaf's subject.
        subject: String,
        /// The sizes of the certificates, DER, in bytes, leaf first.
        chain: Vec<usize>,
        /// The signature scheme.
        scheme: String,
        /// How many bytes are signed.
        signed: usize,
        /// The server sends a CertificateRequest, too: mTLS.
        asks_for_client_certificate: bool,
    },
    /// Step 3, client, first proof: the server's chain is valid for the name that the client dialled.
    ServerCertificateVerified {
        /// The leaf.
        certificate: Certificate,
        /// The name that was compared.
        server_name: String,
    },
    /// Step 3, client, second proof: the server owns the private key.
    ServerKeyProved {
        /// The signature scheme.
        scheme: String,
    },
    /// Step 4, client: Certificate and CertificateVerify are about to be sent.
    ClientCertificateSent {
        /// The leaf's subject.
        subject: String,
        /// The sizes of the certificates, DER, in bytes, leaf first.
        chain: Vec<usize>,
        /// The signature scheme.
        scheme: String,
        /// How many bytes are signed.
        signed: usize,
    },
    /// Step 4, client: asked for a certificate, it has none: an empty Certificate is about to be sent.
    EmptyCertificateSent,
    /// Step 5, server, first proof: the client's chain is valid.
    ClientCertificateVerified {
        /// The leaf.
        certificate: Certificate,
    },
    /// Step 5, server, second proof: the client owns the private key.
    ClientKeyProved {
        /// The signature scheme.
        scheme: String,
    },
    /// Step 6, server: the client may come in.
    ClientAuthorized {
        /// In the form that `--allow` takes, or the whole subject.
        identity: String,
        /// No certificate came: the remembered chain was verified again.
        resumed: bool,
        /// There is an `--allow` list, and the client is on it.
        listed: bool,
    },
    /// Step 6, server: the client may not come in.
    ClientNotAuthorized(NotAuthorized),
    /// Step 7: the handshake is complete.
    SessionAgreed {
        /// `TLS 1.3` or `TLS 1.2`.
        version: String,
        /// By its name in the IANA registry.
        cipher_suite: String,
        /// The key-exchange group; `None` on a resumed TLS 1.2 connection.
        group: Option<String>,
        /// A ticket stood in for the certificates.
        resumed: bool,
        /// The client, in TLS 1.3: the server has not judged its certificate yet.
        verdict_pending: bool,
    },
    /// Step 7, client: a complete HTTP response.
    ResponseReceived {
        /// 200, 403, …
        status: u16,
        /// The reason phrase as it came: the one text of a fact that is not yet safe for a terminal.
        reason: String,
        /// Bytes of the body.
        length: u64,
    },
    /// A check failed, the other side refused, or the connection broke. The story ends.
    Refused {
        /// What was found.
        found: Phrase,
        /// What to try.
        remedy: Phrase,
        /// The same in the words of the TLS library or of the system.
        message: String,
    },
    /// What a peer does that breaks the rules on purpose.
    Misbehaved(Misbehaviour),
}

/// What the story needs of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The subject.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// The last day of its validity, `2027-11-23`.
    pub valid_until: String,
}

/// Why a client that TLS accepted is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAuthorized {
    /// There is no certificate, or it cannot be read.
    Unreadable,
    /// The connection was resumed, and the remembered chain is no longer valid.
    NoLongerValid {
        /// The client's identity.
        client: String,
        /// The verifier's verdict.
        found: String,
    },
    /// The chain was valid in the handshake and no longer is, while the connection is still open.
    EndedWhileOpen {
        /// The client's identity.
        client: String,
        /// The verifier's verdict.
        found: String,
    },
    /// Its name is not on the `--allow` list.
    NotListed {
        /// The client's identity.
        client: String,
        /// The identity is one name, which an `--allow` could list.
        single_name: bool,
    },
}

/// What a peer does that breaks the rules on purpose: such peers show what becomes of the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// A server that speaks no TLS has read the hello, and answers `reply` or hangs up.
    ReadHelloAsText {
        /// Bytes of the hello.
        bytes: usize,
        /// The first line of its answer; `None`: no word.
        reply: Option<String>,
    },
    /// A client that speaks no TLS has sent a request.
    SentPlainText {
        /// The first line of it.
        line_sent: String,
    },
    /// What such a client read is no HTTP.
    ReadAnswerAsText {
        /// The answer in hexadecimal.
        answer: String,
    },
    /// A client writes and never reads.
    WroteWithoutReading {
        /// Every write went well.
        succeeded: bool,
    },
    /// A server ends its answer by hanging up: no length, no close_notify.
    HungUp,
}

impl Fact {
    /// False where the story ends: a check failed, or the other side refused.
    pub fn passed(&self) -> bool {
        !matches!(
            self,
            Fact::Refused { .. }
                | Fact::ClientNotAuthorized(_)
                | Fact::Misbehaved(Misbehaviour::ReadAnswerAsText { .. })
        )
    }
}
