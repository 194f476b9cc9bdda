//! What [`explain`](super::explain) returns: a recorded connection as records, messages, proofs and keys.
//!
//! Plain data. It is unaware of how it was found out and of how it is shown.
//!
//! Two views of the same bytes hang together by indices: a [`Record`] lists the [`Fragment`]s of messages
//! that it carries, a [`Message`] the fragments of records that carry it. Every byte of every record's
//! content belongs to exactly one message, also where nobody can read it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use crate::instruments::fields::Field;
use crate::instruments::wire::numbers::HandshakeType;
use crate::language::Phrase;
use crate::narration::{Side, Step};

/// A whole recorded connection.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// What the two sides agreed on: in the last handshake that the server answered.
    pub negotiated: Negotiated,
    /// What they agreed on in each handshake, in order: more than one after a renegotiation (TLS 1.2). The last
    /// may be one that the server never answered.
    pub handshakes: Vec<Negotiated>,
    /// The records of both directions, in the order in which they were complete on the wire.
    pub records: Vec<Record>,
    /// The messages of both directions, in the order in which they were complete on the wire.
    pub messages: Vec<Message>,
    /// What there was beyond these records and messages: more than any view shows.
    pub omitted: Omitted,
    /// How the connection ended.
    pub ending: Ending,
    /// The recording reached its cap: what came after is missing, however the connection ended.
    pub capped: bool,
    /// What the transcript knew of the connection's secrets.
    pub known_secrets: KnownSecrets,
}

impl Negotiated {
    /// A key of before stands for the certificates: nobody shows one.
    pub fn without_certificates(&self) -> bool {
        self.resumed || self.pre_shared_key.is_some()
    }
}

/// What the two sides agreed on, as far as it was seen.
#[derive(Clone, Debug, Default)]
pub struct Negotiated {
    /// The version that the ServerHello settled: `0x0304` is TLS 1.3, `0x0303` is TLS 1.2.
    pub version: Option<u16>,
    /// The cipher suite that the ServerHello chose.
    pub cipher_suite: Option<u16>,
    /// The group of the key exchange; `None` as well when a resumption does without one.
    pub group: Option<u16>,
    /// The name that the client asked for (SNI), as it stood on the wire: hostile text.
    pub server_name: Option<String>,
    /// The application protocol that the server chose (ALPN): hostile text.
    pub protocol: Option<String>,
    /// The server accepted the ticket of an earlier session: no certificate is sent.
    pub resumed: bool,
    /// A key that both had before this connection stands for the certificates.
    pub pre_shared_key: Option<PreSharedKey>,
    /// The server asked for a certificate: mutual TLS.
    pub client_certificate_requested: bool,
    /// The client sent one, not only an empty list.
    pub client_certificate_sent: bool,
    /// The client answered the request with an empty list.
    pub client_certificate_declined: bool,
    /// The client's CertificateVerify was seen: whether it holds is a [`Check`] of that message.
    pub client_signed: bool,
    /// Both Finished messages were seen. They are encrypted: without secrets this stays false.
    pub handshake_complete: bool,
}

/// Where a key that stands for certificates comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreSharedKey {
    /// From the ticket of an earlier session: its binder says so, or its age does.
    Ticket,
    /// Agreed on outside TLS: its binder says so (RFC 8446 §7.1), or a cipher suite of TLS 1.2.
    External,
    /// Cannot be told. An age of 0 hints at a key agreed on outside TLS (RFC 8446 §4.2.11).
    Unknown,
}

/// What a transcript knows of a connection's secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KnownSecrets {
    /// Nothing: what is encrypted stays so.
    #[default]
    None,
    /// What TLS libraries log: in TLS 1.3 the traffic secrets, in TLS 1.2 the master secret.
    KeyLog,
    /// TLS 1.3: also the secrets above those, up to the key exchange.
    KeySchedule,
}

/// How a connection ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// The recording ends, and nobody said why: the connection lives on, or was cut.
    #[default]
    Open,
    /// With close_notify, by these sides, in this order.
    Closed(Vec<Side>),
    /// By a fatal alert.
    Refused {
        /// The side that sent it.
        by: Side,
        /// The alert's number ([`names::ALERTS`](super::names::ALERTS)).
        alert: u8,
        /// The step that it refuses.
        step: Step,
    },
    /// This side ended TCP without close_notify: to the other one it looks the same as an attack.
    Cut(Side),
    /// This side ended TCP, and its last record could not be read: it may be close_notify, or another alert.
    CannotBeTold {
        /// Which side ended TCP.
        by: Side,
        /// The record is an alert: TLS 1.2 leaves the type readable.
        alert: bool,
    },
    /// The recording reached its cap; the connection went on.
    Capped,
}

/// What was read, decrypted and judged like the rest, and is not kept. Nothing in a short conversation.
#[derive(Clone, Debug, Default)]
pub struct Omitted {
    /// How many records.
    pub records: usize,
    /// Their bytes, by the side that sent them.
    pub bytes: [usize; 2],
    /// How many of them could not be read.
    pub unreadable: usize,
    /// Why the first of these could not.
    pub why: Option<Phrase>,
    /// How many messages, by step.
    pub messages: BTreeMap<Option<Step>, usize>,
    /// A handshake message is among them: what the others prove may stand on it.
    pub handshake: bool,
    /// A proof among them does not hold.
    pub failed: bool,
}

/// A TLS record: the unit of protection. Not a message: it may hold several, or a part of one.
#[derive(Clone, Debug)]
pub struct Record {
    /// The side that sent it.
    pub from: Side,
    /// When its last byte passed the tap, since the recording began.
    pub at: Duration,
    /// Its number among the records of this direction, from 0.
    pub number: usize,
    /// As on the wire, header included.
    pub bytes: Vec<u8>,
    /// What each byte of `bytes` is: header, then the plaintext or what stands around the ciphertext.
    pub fields: Field,
    /// What is inside, in words: `handshake`, `application_data`, … The true type, where it could be read.
    pub content_type: Phrase,
    /// How it was protected, and whether that could be undone.
    pub protection: Protection,
    /// Which messages it carries, in order.
    pub fragments: Vec<Fragment>,
}

/// How a record was protected.
#[derive(Clone, Debug)]
pub enum Protection {
    /// Not at all: an eavesdropper could read it. The content is `bytes[5..]`.
    None,
    /// Encrypted, and decrypted here.
    Decrypted(Box<Decrypted>),
    /// Not readable: why. The content is `bytes[5..]` as it stands.
    Unreadable(Phrase),
    /// No record at all, but bytes that are not TLS: what they may be. The content is all of `bytes`.
    NotTls(Phrase),
}

/// How a record was decrypted.
#[derive(Clone, Debug)]
pub struct Decrypted {
    /// Which keys.
    pub epoch: Epoch,
    /// The record's number under this key. Both sides count; it is never sent.
    pub sequence: u64,
    /// The AEAD's nonce: 12 bytes, never the same twice under a key.
    pub nonce: Vec<u8>,
    /// How the nonce comes about, in words.
    pub nonce_formula: Phrase,
    /// Authenticated, not encrypted: a change of it spoils the record as well.
    pub additional_data: Vec<u8>,
    /// What the AEAD gave back. In TLS 1.3 a TLSInnerPlaintext: content, its type, padding.
    pub plaintext: Vec<u8>,
    /// What each byte of `plaintext` is.
    pub fields: Field,
    /// How many bytes of `plaintext` are content, from its start.
    pub content: usize,
}

/// A period with one key a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Epoch {
    /// Before any key.
    Plaintext,
    /// TLS 1.3: the client's data with its ClientHello, under a key of the earlier session.
    EarlyData,
    /// TLS 1.3: the rest of the handshake.
    Handshake,
    /// TLS 1.3: everything after Finished. The number counts the key updates.
    Application(u32),
    /// TLS 1.2: everything after ChangeCipherSpec.
    Tls12,
}

/// A run of bytes that a record and a message share (RFC 8446 §5.1: a record carries a fragment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Index in [`Conversation::records`].
    pub record: usize,
    /// Where in [`Record::content`].
    pub in_record: Range<usize>,
    /// Index in [`Conversation::messages`].
    pub message: usize,
    /// Where in [`Message::bytes`].
    pub in_message: Range<usize>,
}

/// One message, of one record or many.
#[derive(Clone, Debug)]
pub struct Message {
    /// The side that sent it.
    pub from: Side,
    /// When its last byte passed the tap, since the recording began.
    pub at: Duration,
    /// The standard's name: `ClientHello`, `HelloRetryRequest`, `alert close_notify`, …
    pub name: String,
    /// What sort of message.
    pub kind: Kind,
    /// The step of the seven that it belongs to. None where that cannot be told, because it is encrypted.
    pub step: Option<Step>,
    /// Which of [`Conversation::handshakes`] it belongs to.
    pub handshake: usize,
    /// What it is for, in a sentence or two, in this connection.
    pub meaning: Phrase,
    /// Its bytes: of handshake messages with the four bytes of header.
    pub bytes: Vec<u8>,
    /// Which records carry it.
    pub fragments: Vec<Fragment>,
    /// How many records carry it, with those that are omitted.
    pub carriers: usize,
    /// What each byte of `bytes` is.
    pub fields: Field,
    /// The proofs in it, made again here.
    pub checks: Vec<Check>,
    /// The secrets and keys that become computable with it, in the order of their derivation.
    pub derivations: Vec<Derivation>,
    /// True when an eavesdropper could read it.
    pub in_the_clear: bool,
}

/// What sort of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A handshake message and its type (RFC 8446 §4).
    Handshake(HandshakeType),
    /// ChangeCipherSpec: in TLS 1.2 the switch to the keys, in TLS 1.3 there for old middleboxes.
    ChangeCipherSpec,
    /// An alert: level, description.
    Alert(u8, u8),
    /// Data of the application above.
    ApplicationData,
    /// A record that could not be decrypted.
    Ciphertext,
    /// A record type that TLS does not know, or a message that was never finished.
    Unknown,
    /// Bytes that are no TLS at all.
    NotTls,
}

/// A proof out of the handshake, made again from the recorded bytes.
#[derive(Clone, Debug)]
pub struct Check {
    /// What is checked, e.g. `signature of CertificateVerify`.
    pub name: Phrase,
    /// What it proves when it holds.
    pub proves: Phrase,
    /// The standard and section.
    pub source: &'static str,
    /// What goes into it, in the order of use.
    pub inputs: Vec<Input>,
    /// How it came out.
    pub outcome: Outcome,
}

/// How a check came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Verified,
    /// It does not: why.
    Failed(Phrase),
    /// It could not be made here: why.
    NotPossible(Phrase),
}

/// Named bytes that go into a check or a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// What it is.
    pub name: Phrase,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A secret, key, IV or Finished key.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The standard's name, e.g. `client_handshake_traffic_secret`.
    pub name: String,
    /// Its bytes.
    pub value: Vec<u8>,
    /// How it is computed.
    pub how: How,
    /// The same, as the standard writes it.
    pub formula: Phrase,
    /// What goes into it. Empty when it was logged, not derived here.
    pub inputs: Vec<Input>,
    /// False: it was taken from the key log, because what it is derived from is not known here.
    pub derived: bool,
    /// Which side can compute it when. The other messages of this moment add nothing to it.
    pub computable_by: Phrase,
    /// What it is for.
    pub meaning: Phrase,
    /// The standard and section.
    pub source: &'static str,
}

/// How a value comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Out of the key log, so without inputs.
    Logged,
    /// HKDF-Extract (RFC 5869 §2.2): of a salt and what is mixed in.
    Extract,
    /// HKDF-Expand-Label (RFC 8446 §7.1): of a secret and this label, with a context where there are three inputs.
    ExpandLabel(&'static str),
    /// The PRF of TLS 1.2 (RFC 5246 §5): of a secret, this label and a seed.
    Prf(&'static str),
    /// The bytes from here on, out of a longer string.
    Slice(usize),
}

impl Record {
    /// A record whose bytes have no names yet.
    pub(crate) fn new(
        (from, number): (Side, usize),
        at: Duration,
        bytes: Vec<u8>,
        protection: Protection,
    ) -> Record {
        Record {
            from,
            at,
            number,
            bytes,
            fields: Field::default(),
            content_type: Phrase::empty(),
            protection,
            fragments: Vec::new(),
        }
    }

    /// The bytes that messages are made of: without header, protection, inner type and padding.
    pub fn content(&self) -> &[u8] {
        match &self.protection {
            Protection::Decrypted(open) => open.plaintext.get(..open.content).unwrap_or_default(),
            Protection::NotTls(_) => &self.bytes,
            Protection::None | Protection::Unreadable(_) => self.bytes.get(5..).unwrap_or_default(),
        }
    }
}
