//! How far the handshake is: what was agreed, which secrets are known, which keys are in use.
//!
//! Unaware of records. Messages go in one by one; each gets its checks and derivations. What is common to
//! both versions stands here, the rest in `tls13` and `tls12`.

use std::collections::{HashMap, HashSet, VecDeque};

use aws_lc_rs::digest;

use crate::instruments::wire::both::Both;
use crate::instruments::wire::conversation::{Epoch, Input, Kind, Message, Outcome};
use crate::instruments::wire::decryption::{self, Opener, Suite};
use crate::instruments::wire::ledger::{Ledger, Named, input};
use crate::instruments::wire::messages::{HELLO_RETRY_REQUEST, bytes_of, number_of};
use crate::instruments::wire::schedule::{Early, Tls12, Tls13};
use crate::instruments::wire::secrets::Hash;
use crate::instruments::wire::transcript::Secret;
use crate::narration::Side;

/// The secrets of a transcript, by label and client random.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    by_label: HashMap<(String, Vec<u8>), Vec<u8>>,
    connections: HashSet<Vec<u8>>,
}

impl Secrets {
    pub(crate) fn new(secrets: &[Secret]) -> Secrets {
        let entry = |secret: &Secret| {
            (
                (secret.label.clone(), secret.client_random.clone()),
                secret.secret.clone(),
            )
        };
        Secrets {
            by_label: secrets.iter().map(entry).collect(),
            connections: secrets
                .iter()
                .map(|secret| secret.client_random.clone())
                .collect(),
        }
    }
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
    fn choose(&mut self, hash: Hash) {
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
        self.messages = [&[254, 0, 0, first.len() as u8][..], &first].concat();
        self.running = None;
        self.choose(hash);
    }

    pub(crate) fn value(&self) -> Option<Vec<u8>> {
        Some(self.running.clone()?.finish().as_ref().to_vec())
    }
}

/// The state of a handshake.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) secrets: Secrets,
    pub(crate) client_random: Vec<u8>,
    pub(crate) server_random: Vec<u8>,
    pub(crate) version: Option<u16>,
    pub(crate) suite_number: Option<u16>,
    pub(crate) suite: Option<Suite>,
    pub(crate) group: Option<u16>,
    pub(crate) server_name: Option<String>,
    pub(crate) protocol: Option<String>,
    /// A HelloRetryRequest was sent, and the second ClientHello has not come yet.
    pub(crate) retrying: bool,
    pub(crate) resumed: bool,
    pub(crate) requested: bool,
    pub(crate) certificates: Both<Option<Vec<u8>>>,
    pub(crate) client_certificate_sent: bool,
    pub(crate) finished: Both<bool>,
    pub(crate) server_hello_done: bool,
    pub(crate) client_key_exchanged: bool,
    pub(crate) transcript: TranscriptHash,
    /// The keys of each side in the order of their use; the first is in use.
    pub(crate) openers: Both<VecDeque<Opener>>,
    pub(crate) early: Option<Early>,
    pub(crate) tls13: Tls13,
    pub(crate) tls12: Tls12,
}

impl State {
    /// The connection speaks TLS 1.3.
    pub(crate) fn is_tls13(&self) -> bool {
        self.version == Some(0x0304)
    }

    /// Both Finished messages were seen.
    pub(crate) fn handshake_complete(&self) -> bool {
        *self.finished.get(Side::Client) && *self.finished.get(Side::Server)
    }

    /// A secret of this connection out of the key log.
    pub(crate) fn logged(&self, label: &str) -> Option<Vec<u8>> {
        let key = (label.to_owned(), self.client_random.clone());
        self.secrets.by_label.get(&key).cloned()
    }

    /// True when the key log has anything for this connection.
    pub(crate) fn has_secrets(&self) -> bool {
        self.secrets.connections.contains(&self.client_random)
    }

    /// Takes a handshake message in: its checks, its derivations, what it changes.
    pub(crate) fn message(&mut self, message: &mut Message) {
        let Kind::Handshake(kind) = message.kind else {
            return;
        };
        if kind == 1 && message.from == Side::Client {
            self.client_hello(message);
            self.early_secrets(message);
        }
        if kind == 2 && message.from == Side::Server {
            self.server_hello(message);
        }
        if kind == 11 {
            let certificate = bytes_of(
                &message.bytes,
                &message.fields,
                &["cert_data", "Certificate"],
            );
            self.client_certificate_sent |= message.from == Side::Client && certificate.is_some();
            *self.certificates.of(message.from) = certificate.map(<[u8]>::to_vec);
        }
        self.requested |= kind == 13 && message.from == Side::Server;
        self.protocol(message, kind);
        match self.is_tls13() {
            true => self.message13(message, kind),
            false => self.message12(message, kind),
        }
        *self.finished.of(message.from) |= kind == 20;
    }

    fn client_hello(&mut self, message: &mut Message) {
        if !std::mem::take(&mut self.retrying) {
            // A renegotiation of TLS 1.2 begins under the old keys. All else begins anew.
            let mut openers = std::mem::take(&mut self.openers);
            for side in [Side::Client, Side::Server] {
                openers
                    .of(side)
                    .retain(|opener| opener.epoch == Epoch::Tls12);
            }
            let secrets = std::mem::take(&mut self.secrets);
            *self = State {
                secrets,
                openers,
                ..State::default()
            };
        }
        let Message { bytes, fields, .. } = &*message;
        self.client_random = bytes_of(bytes, fields, &["random"])
            .unwrap_or_default()
            .to_vec();
        let name = fields
            .find("server_name")
            .and_then(|field| field.find("host_name"));
        self.server_name = name.map(|name| name.value.clone());
    }

    fn server_hello(&mut self, message: &mut Message) {
        let Message { bytes, fields, .. } = &*message;
        let random = bytes_of(bytes, fields, &["random"]).unwrap_or_default();
        let number = |path: &[&str]| number_of(bytes, fields, path);
        self.version = number(&["supported_versions", "selected_version"])
            .or_else(|| number(&["legacy_version"]));
        self.suite_number = number(&["cipher_suite"]);
        self.suite = self.suite_number.and_then(decryption::suite);
        self.group =
            number(&["key_share", "group"]).or_else(|| number(&["key_share", "selected_group"]));
        let retry = random == HELLO_RETRY_REQUEST;
        self.retrying = retry;
        if !retry {
            self.server_random = random.to_vec();
        }
        match self.suite {
            Some(suite) if retry => self.transcript.retry(suite.hash),
            Some(suite) => self.transcript.choose(suite.hash),
            None => {}
        }
    }

    /// ALPN: the server's choice, in EncryptedExtensions or, in TLS 1.2, in the ServerHello.
    fn protocol(&mut self, message: &Message, kind: u8) {
        if matches!(kind, 2 | 8) && message.from == Side::Server {
            let list = message
                .fields
                .find("application_layer_protocol_negotiation");
            let chosen = list.and_then(|list| list.find("protocol"));
            self.protocol = chosen
                .map(|field| field.value.clone())
                .or(self.protocol.take());
        }
    }

    /// From here on this side writes with the key of `epoch`.
    pub(crate) fn advance(&mut self, side: Side, epoch: Epoch) {
        let openers = self.openers.of(side);
        while openers.front().is_some_and(|opener| opener.epoch < epoch) {
            openers.pop_front();
        }
    }

    /// A ledger for what becomes computable with this message.
    pub(crate) fn ledger(&self, from: Side) -> Option<Ledger> {
        Some(Ledger::new(self.suite?.hash, from))
    }
}

/// Inputs of a MAC, in the order in which a reader wants them.
pub(crate) fn mac_inputs(
    key: &Named,
    hash: (&str, &[u8]),
    expected: &[u8],
    found: &[u8],
) -> Vec<Input> {
    vec![
        input(key.name, &key.value),
        input(hash.0, hash.1),
        input("computed here", expected),
        input("sent", found),
    ]
}

/// The outcome of a MAC.
pub(crate) fn compare(expected: &[u8], found: &[u8]) -> Outcome {
    match expected == found {
        true => Outcome::Verified,
        false => Outcome::Failed("what was sent is not what is computed here".to_owned()),
    }
}

/// The outcome of a check that lacks something.
pub(crate) fn not_possible(why: &str) -> Outcome {
    Outcome::NotPossible(why.to_owned())
}
