//! What both versions of TLS share of a connection's state, and what a message brings and leaves.
//!
//! Unaware of which message does what: that is for `state`, `early_data`, `tls13` and `tls12`.

use aws_lc_rs::digest;

use crate::instruments::wire::conversation::{
    Check, Derivation, Input, Negotiated, Outcome, PreSharedKey,
};
use crate::instruments::wire::decryption::{KeyQueue, Suite};
use crate::instruments::wire::derivation::{DerivationLog, NamedSecret, SecretSpec, input};
use crate::instruments::wire::hkdf::Hash;
use crate::instruments::wire::key_log::LoggedSecrets;
use crate::instruments::wire::messages::Handshake;
use crate::instruments::wire::numbers::HandshakeType;
use crate::instruments::wire::per_side::PerSide;
use crate::narration::Side;
use crate::phrase;

/// A handshake message on its way into the state.
pub(crate) struct Incoming<'a> {
    pub(crate) from: Side,
    pub(crate) message: &'a Handshake<'a>,
    /// With its header, as the transcript hash covers it.
    pub(crate) bytes: &'a [u8],
}

/// What a message proves, and what becomes computable with it.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) checks: Vec<Check>,
    pub(crate) derivations: Vec<Derivation>,
}

/// The hash over all handshake messages so far (RFC 8446 §4.4.1).
#[derive(Default)]
pub(crate) struct TranscriptHash {
    /// The messages themselves: TLS 1.2 signs them, and before the ServerHello no hash is chosen.
    pub(crate) messages: Vec<u8>,
    running: Option<digest::Context>,
}

impl TranscriptHash {
    pub(crate) fn add(&mut self, message: &[u8]) {
        self.messages.extend_from_slice(message);
        if let Some(running) = &mut self.running {
            running.update(message);
        }
    }

    /// Once: a peer that says ServerHello again and again does not make us hash everything anew.
    pub(crate) fn choose(&mut self, hash: Hash) {
        if self.running.is_some() {
            return;
        }
        let mut running = digest::Context::new(hash.digest_algorithm());
        running.update(&self.messages);
        self.running = Some(running);
    }

    /// After a HelloRetryRequest the first ClientHello counts as its hash only (RFC 8446 §4.4.1).
    pub(crate) fn retry(&mut self, hash: Hash) {
        let first = hash.digest(&self.messages);
        let header = [HandshakeType::MESSAGE_HASH.0, 0, 0, first.len() as u8];
        self.messages = [&header[..], &first].concat();
        self.running = None;
        self.choose(hash);
    }

    pub(crate) fn value(&self) -> Option<Vec<u8>> {
        Some(self.running.clone()?.finish().as_ref().to_vec())
    }

    /// A hash of its own that goes on from here.
    pub(crate) fn branch(&self) -> Option<digest::Context> {
        self.running.clone()
    }
}

/// What the versions share: `early_data`, `tls13` and `tls12` get it with each message.
#[derive(Default)]
pub(crate) struct Session {
    pub(crate) key_log: LoggedSecrets,
    pub(crate) client_random: Vec<u8>,
    pub(crate) server_random: Vec<u8>,
    pub(crate) negotiated: Negotiated,
    pub(crate) suite: Option<Suite>,
    pub(crate) transcript: TranscriptHash,
    /// The certificates that no signature was verified with yet.
    pub(crate) certificates: PerSide<Option<Vec<u8>>>,
    /// A side sent its certificates compressed, so they are not known here.
    pub(crate) compressed: PerSide<bool>,
    pub(crate) keys: PerSide<KeyQueue>,
    /// TLS 1.3: the first stage of the key schedule, which a ticket makes computable with the ClientHello.
    pub(crate) early_secret: Option<NamedSecret>,
    pub(crate) offered_psks: OfferedPsks,
}

/// TLS 1.3: the pre-shared keys that the client offers.
#[derive(Default)]
pub(crate) struct OfferedPsks {
    /// The obfuscated age of each, as a ticket has one.
    pub(crate) ages: Vec<u32>,
    /// What the first is, where its binder could be made again.
    pub(crate) first: Option<PreSharedKey>,
}

impl OfferedPsks {
    /// Where the key at this place comes from. Only a ticket has an age (RFC 8446 §4.2.11).
    pub(crate) fn origin(&self, at: usize) -> PreSharedKey {
        match (self.first.filter(|_| at == 0), self.ages.get(at)) {
            (Some(known), _) => known,
            (None, Some(1..)) => PreSharedKey::Ticket,
            _ => PreSharedKey::Unknown,
        }
    }
}

impl Session {
    /// A secret of this connection out of the key log.
    pub(crate) fn logged(&self, label: &str) -> Option<Vec<u8>> {
        self.key_log.secret(label, &self.client_random)
    }

    /// The transcript has a secret of this connection.
    pub(crate) fn secrets_known(&self) -> bool {
        self.key_log.knows(&self.client_random)
    }

    /// A log for what becomes computable with a message of this side. None where the suite is not known here.
    pub(crate) fn derivation_log(&self, from: Side) -> Option<DerivationLog> {
        Some(DerivationLog::new(self.suite?.hash, from))
    }

    /// Takes the certificate of a side: once, so that a peer that signs a thousand times makes us verify once.
    pub(crate) fn take_certificate(&mut self, side: Side) -> Option<Vec<u8>> {
        self.certificates[side].take()
    }

    /// A secret out of the secret above it, or out of the key log where that is not known. A key log that
    /// contradicts the derivation wins: the library used what it logged.
    pub(crate) fn secret(
        &self,
        log: &mut DerivationLog,
        spec: &SecretSpec,
        parent: Option<&NamedSecret>,
        context: &Input,
    ) -> Option<NamedSecret> {
        let length = log.hash.len();
        let logged = self.logged(spec.key_log_label);
        let logged = logged.filter(|secret| secret.len() == length);
        if let Some(parent) = parent {
            let derived = log
                .hash
                .expand_label(&parent.value, spec.label, &context.bytes, length);
            if logged.as_ref().is_none_or(|logged| *logged == derived) {
                return Some(log.derive_secret(spec, parent, context));
            }
        }
        Some(log.logged(spec, logged?))
    }
}

/// A MAC, made again: what goes into it in the order in which a reader wants it, and how it came out.
pub(crate) fn check_mac(
    key: &NamedSecret,
    covered: Input,
    expected: &[u8],
    found: &[u8],
) -> (Vec<Input>, Outcome) {
    let inputs = vec![
        input(key.name, &key.value),
        covered,
        input(phrase!("computed here"), expected),
        input(phrase!("sent"), found),
    ];
    let outcome = if expected == found {
        Outcome::Verified
    } else {
        Outcome::Failed(phrase!("what was sent is not what is computed here"))
    };
    (inputs, outcome)
}
