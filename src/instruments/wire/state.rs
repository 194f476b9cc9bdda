//! How far the handshake is: what was agreed, which secrets are known, which keys are in use.
//!
//! Handshake messages go in one by one, as data; each comes out with its proofs and derivations. What a version
//! makes of a message stands in `tls13` and `tls12`.
//! Unaware of records, and of the trees that messages are shown as: no label can decide about a key.

use std::mem;

use crate::instruments::wire::conversation::{
    Decrypted, Derivation, Epoch, KnownSecrets, Negotiated,
};
use crate::instruments::wire::decryption;
use crate::instruments::wire::early_data::{EarlyData, early_secrets};
use crate::instruments::wire::key_log::LoggedSecrets;
use crate::instruments::wire::messages::{Certificate, ClientHello, Handshake, ServerHello};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{ContentType, TLS13};
use crate::instruments::wire::per_side::{PerSide, SIDES};
use crate::instruments::wire::records::Layout;
use crate::instruments::wire::session::{Findings, Incoming, Session};
use crate::instruments::wire::tls12::Tls12;
use crate::instruments::wire::tls13::Tls13;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// What a version has and the other has not.
enum Version {
    /// Also as long as no ServerHello has chosen: until then the versions do the same.
    Tls12(Tls12),
    Tls13(Box<Tls13>),
}

impl Default for Version {
    fn default() -> Version {
        Version::Tls12(Tls12::default())
    }
}

/// The state of a handshake.
#[derive(Default)]
pub(crate) struct State {
    session: Session,
    version: Version,
    early_data: Option<EarlyData>,
    early_data_offered: bool,
    /// TLS 1.2: this side has sent its ChangeCipherSpec.
    encrypts: PerSide<bool>,
    finished: PerSide<bool>,
    /// A HelloRetryRequest was sent, and the second ClientHello has not come yet.
    retrying: bool,
    /// What the handshakes before this one agreed on.
    earlier: Vec<Negotiated>,
    /// The version of the last of them that has one, and whether any came to its end: asked with each record.
    earlier_version: Option<u16>,
    earlier_complete: bool,
    /// The secrets of one of them are known.
    earlier_secrets: bool,
}

impl State {
    pub(crate) fn new(key_log: LoggedSecrets) -> State {
        let mut state = State::default();
        state.session.key_log = key_log;
        state
    }

    /// The connection speaks TLS 1.3.
    pub(crate) fn is_tls13(&self) -> bool {
        matches!(self.version, Version::Tls13(_))
    }

    /// What was agreed so far.
    pub(crate) fn negotiated(&self) -> &Negotiated {
        &self.session.negotiated
    }

    /// How many handshakes there were before this one.
    pub(crate) fn earlier(&self) -> usize {
        self.earlier.len()
    }

    /// All handshakes, this one as the last.
    pub(crate) fn into_handshakes(self) -> Vec<Negotiated> {
        let mut all = self.earlier;
        all.push(self.session.negotiated);
        all
    }

    /// The version: of this handshake, or as long as that is open, of the one before it.
    pub(crate) fn version(&self) -> Option<u16> {
        self.negotiated().version.or(self.earlier_version)
    }

    /// This side has said Finished.
    pub(crate) fn has_finished(&self, side: Side) -> bool {
        self.finished[side]
    }

    /// A handshake before this one came to its end.
    pub(crate) fn was_complete(&self) -> bool {
        self.earlier_complete
    }

    /// The server has chosen: a HelloRetryRequest does not count.
    pub(crate) fn hello_answered(&self) -> bool {
        !self.session.server_random.is_empty()
    }

    /// TLS 1.2: the client has sent its key, which it does after its verdict on the server.
    pub(crate) fn client_key_exchanged(&self) -> bool {
        matches!(&self.version, Version::Tls12(tls12) if tls12.client_key_exchanged)
    }

    pub(crate) fn known_secrets(&self) -> KnownSecrets {
        match &self.version {
            Version::Tls13(tls13) if tls13.master.is_some() => KnownSecrets::KeySchedule,
            _ if self.earlier_secrets || self.session.secrets_known() => KnownSecrets::KeyLog,
            _ => KnownSecrets::None,
        }
    }

    /// Takes a handshake message in: its proofs, its derivations, what it changes.
    pub(crate) fn handshake(&mut self, incoming: &Incoming<'_>) -> Findings {
        let mut findings = Findings::default();
        match (incoming.message, incoming.from) {
            (Handshake::ClientHello(hello), Side::Client) => {
                self.client_hello(hello);
                let session = &mut self.session;
                self.early_data = early_secrets(session, hello, incoming.bytes, &mut findings);
            }
            (Handshake::ServerHello(hello), Side::Server) => self.server_hello(hello),
            (Handshake::EncryptedExtensions(extensions), Side::Server) => {
                self.alpn(&extensions.protocols);
            }
            (Handshake::CompressedCertificate, from) => {
                self.session.compressed[from] = true;
            }
            (Handshake::Certificate(certificate), from) => self.certificate(from, certificate),
            (Handshake::CertificateRequest { .. }, Side::Server) => {
                self.session.negotiated.client_certificate_requested = true;
            }
            (Handshake::CertificateVerify(_), Side::Client) => {
                self.session.negotiated.client_signed = true;
                // An empty list is not signed for, so a compressed one was not empty (RFC 8446 §4.4.3).
                self.session.negotiated.client_certificate_sent |= self.session.compressed.client;
            }
            _ => {}
        }
        let session = &mut self.session;
        match &mut self.version {
            Version::Tls13(tls13) => tls13.message(session, incoming, &mut findings),
            Version::Tls12(tls12) => tls12.message(session, incoming, &mut findings),
        }
        self.finished[incoming.from] |= matches!(incoming.message, Handshake::Finished { .. });
        session.negotiated.handshake_complete = self.finished.client && self.finished.server;
        findings
    }

    fn client_hello(&mut self, hello: &ClientHello<'_>) {
        // The second ClientHello after a HelloRetryRequest continues a handshake; any other begins one.
        if !mem::take(&mut self.retrying) {
            let before = mem::take(self);
            self.earlier_secrets = before.earlier_secrets || before.session.secrets_known();
            self.earlier = before.earlier;
            self.earlier_version = before.earlier_version;
            self.earlier_complete = before.earlier_complete;
            if !before.session.client_random.is_empty() {
                let handshake = before.session.negotiated;
                self.earlier_version = handshake.version.or(self.earlier_version);
                self.earlier_complete |= handshake.handshake_complete;
                self.earlier.push(handshake);
            }
            self.session.key_log = before.session.key_log;
            // A renegotiation of TLS 1.2 begins under the old keys.
            self.session.keys = before.session.keys;
            self.encrypts = before.encrypts;
            for side in SIDES {
                self.session.keys[side].keep_only(Epoch::Tls12);
            }
        }
        self.early_data_offered |= hello.extensions.early_data;
        self.session.client_random = hello.random.to_vec();
        self.session.negotiated.server_name = hello.extensions.server_name.clone();
    }

    fn server_hello(&mut self, hello: &ServerHello<'_>) {
        let session = &mut self.session;
        let negotiated = &mut session.negotiated;
        // The first one decides. A peer that changes its mind cannot make us forget what was done already,
        // and do it again with each message.
        negotiated.version = negotiated.version.or(hello.version());
        if negotiated.version == Some(TLS13) && !matches!(self.version, Version::Tls13(_)) {
            self.version = Version::Tls13(Box::default());
        }
        negotiated.cipher_suite = hello.cipher_suite;
        negotiated.group = hello.extensions.key_share_groups.first().copied();
        session.suite = hello.cipher_suite.and_then(decryption::suite);
        self.retrying = hello.is_retry();
        if !self.retrying {
            session.server_random = hello.random.to_vec();
        }
        match session.suite {
            Some(suite) if self.retrying => session.transcript.retry(suite.hash),
            Some(suite) => session.transcript.choose(suite.hash),
            None => {}
        }
        self.alpn(&hello.extensions.protocols);
    }

    /// The server's choice stands in EncryptedExtensions or, in TLS 1.2, in the ServerHello.
    fn alpn(&mut self, protocols: &[String]) {
        if let Some(chosen) = protocols.first() {
            self.session.negotiated.protocol = Some(chosen.clone());
        }
    }

    fn certificate(&mut self, from: Side, certificate: &Certificate<'_>) {
        let negotiated = &mut self.session.negotiated;
        match from {
            Side::Client if certificate.leaf.is_some() => negotiated.client_certificate_sent = true,
            Side::Client => negotiated.client_certificate_declined = true,
            Side::Server => {}
        }
        self.session.certificates[from] = certificate.leaf.map(<[u8]>::to_vec);
    }

    /// In TLS 1.2 the switch to the keys; in TLS 1.3 it means nothing. Returns what only now turns out to have
    /// been computable at the ServerHello.
    pub(crate) fn change_cipher_spec(&mut self, from: Side) -> Vec<Derivation> {
        match &mut self.version {
            Version::Tls12(tls12) if self.session.negotiated.version.is_some() => {
                self.encrypts[from] = true;
                tls12.change_cipher_spec(&mut self.session, from)
            }
            _ => Vec::new(),
        }
    }

    /// TLS 1.3 says application_data of all that is protected; TLS 1.2 protects all from one point on.
    pub(crate) fn is_protected(&self, from: Side, outer: ContentType) -> bool {
        let may_be_tls13 = self.is_tls13() || self.session.negotiated.version.is_none();
        self.encrypts[from] || may_be_tls13 && outer == ContentType::APPLICATION_DATA
    }

    /// Decrypts a record, and says how it is laid out.
    pub(crate) fn decrypt(&mut self, from: Side, record: &[u8]) -> Option<(Decrypted, Layout)> {
        self.session.keys[from].open(record)
    }

    /// Finds the key of early data, if `record` is such: then [`State::decrypt`] opens it.
    pub(crate) fn find_early_data_key(&mut self, record: &[u8]) -> Option<Vec<Derivation>> {
        self.early_data.take()?.find_key(&mut self.session, record)
    }

    /// Why a record of this side could not be decrypted.
    pub(crate) fn why_unreadable(&self, from: Side) -> Phrase {
        let session = &self.session;
        let secret_missing = match &self.version {
            Version::Tls13(tls13) => tls13.handshake_secret_missing(from),
            Version::Tls12(_) => false,
        };
        let untried = !session.keys[from].has_opened();
        match session.negotiated.cipher_suite {
            Some(_)
                if session.suite.is_some()
                    && session.secrets_known()
                    && secret_missing
                    && untried =>
            {
                phrase!("the secret for this part of the connection is not in the transcript")
            }
            _ if self.early_data_offered
                && from == Side::Client
                && untried
                && session.secrets_known() =>
            {
                phrase!(
                    "it may be early data, whose secret is not in the transcript, or has another key"
                )
            }
            _ if !session.keys[from].is_empty() => {
                phrase!(
                    "the seal is broken: the record was changed in transit, or it has another key"
                )
            }
            Some(suite) if session.suite.is_none() => {
                let suite = names::CIPHER_SUITES.short(suite);
                phrase!("{suite} is not decrypted here", suite)
            }
            _ if !session.secrets_known() => {
                phrase!("there are no secrets of this connection in the transcript")
            }
            _ => phrase!("the secret for this part of the connection is not in the transcript"),
        }
    }
}
