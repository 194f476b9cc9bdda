//! TLS 1.2: master secret, key block (RFC 5246 §6.3, §8.1), and the proofs of the handshake (§7.4.3, §7.4.8, §7.4.9).
//!
//! A key log holds the master secret; what it was made of is gone.

use crate::instruments::wire::conversation::{Check, Derivation, Epoch, Message};
use crate::instruments::wire::decryption::Opener;
use crate::instruments::wire::ledger::input;
use crate::instruments::wire::messages::{bytes_of, number_of};
use crate::instruments::wire::signatures;
use crate::instruments::wire::state::{State, compare, mac_inputs, not_possible};
use crate::narration::Side;
use rows::*;

#[rustfmt::skip]
mod rows {
    use crate::instruments::wire::ledger::Row;

    const fn row(name: &'static str, label: &'static str, meaning: &'static str) -> Row {
        Row { name, label, log: "", meaning, source: "RFC 5246 §6.3" }
    }

    pub(super) const MASTER_SECRET: Row = Row { source: "RFC 5246 §8.1", ..row("master_secret", "master secret", "PRF(pre_master_secret, \"master secret\", both randoms)") };
    pub(super) const EXTENDED_MASTER_SECRET: Row = Row { source: "RFC 7627 §4", ..row("master_secret", "extended master secret", "PRF(pre_master_secret, \"extended master secret\", hash of the handshake): bound to this very handshake") };
    pub(super) const KEY_BLOCK: Row = row("key_block", "key expansion", "everything that protects records, cut out of one string");
    pub(super) const CLIENT_KEY: Row = row("client_write_key", "", "encrypts and seals the client's records");
    pub(super) const SERVER_KEY: Row = row("server_write_key", "", "encrypts and seals the server's records");
    pub(super) const CLIENT_IV: Row = row("client_write_IV", "", "makes the client's nonces");
    pub(super) const SERVER_IV: Row = row("server_write_IV", "", "makes the server's nonces");
}

impl State {
    pub(crate) fn message12(&mut self, message: &mut Message, kind: u8) {
        match (kind, message.from) {
            (12, Side::Server) => message.checks.push(self.server_key_exchange12(message)),
            (15, Side::Client) => message.checks.push(self.certificate_verify12(message)),
            (20, _) => message.checks.push(self.finished12(message)),
            _ => {}
        }
        let hello_request = kind == 0;
        if !hello_request {
            self.transcript.add(&message.bytes);
        }
        match kind {
            2 => self.tls12.extended = message.fields.find("extended_master_secret").is_some(),
            12 => self.group = number_of(&message.bytes, &message.fields, &["group"]),
            14 => self.server_hello_done = true,
            16 => {
                self.client_key_exchanged = true;
                message.derivations.extend(self.keys12(Side::Client));
            }
            _ => {}
        }
    }

    /// Master secret and key block. In a resumption they are known as soon as the ServerHello is.
    fn keys12(&mut self, from: Side) -> Vec<Derivation> {
        let (Some(suite), Some(mut ledger), Some(master)) =
            (self.suite, self.ledger(from), self.logged("CLIENT_RANDOM"))
        else {
            return Vec::new();
        };
        let row = if self.tls12.extended {
            &EXTENDED_MASTER_SECRET
        } else {
            &MASTER_SECRET
        };
        let master = ledger.logged(row, master);
        let (key, iv) = (suite.aead.key_len(), suite.aead.fixed_iv_len());
        let randoms = [&self.server_random[..], &self.client_random].concat();
        let seed = input("server_random + client_random", &randoms);
        let block = ledger.prf(&KEY_BLOCK, &master, seed, 2 * (key + iv));
        let mut at = 0;
        let parts = [
            (key, &CLIENT_KEY),
            (key, &SERVER_KEY),
            (iv, &CLIENT_IV),
            (iv, &SERVER_IV),
        ];
        let [client_key, server_key, client_iv, server_iv] = parts.map(|(length, row)| {
            at += length;
            ledger.cut(row, &block, at - length..at)
        });
        *self.tls12.keys.of(Side::Client) = Some((client_key, client_iv));
        *self.tls12.keys.of(Side::Server) = Some((server_key, server_iv));
        self.tls12.master = Some(master);
        ledger.entries
    }

    /// ChangeCipherSpec: the next record of this side is encrypted. Returns what only now turned out to
    /// have been computable at the ServerHello: the keys of a resumption.
    pub(crate) fn change_cipher_spec12(&mut self, from: Side) -> Vec<Derivation> {
        let mut derivations = Vec::new();
        if !self.client_key_exchanged && self.tls12.master.is_none() && self.version.is_some() {
            self.resumed = true;
            derivations = self.keys12(Side::Server);
        }
        let openers = self.openers.of(from);
        openers.clear();
        if let (Some(suite), Some((key, iv))) = (self.suite, self.tls12.keys.get(from)) {
            openers.extend(Opener::new(Epoch::Tls12, suite.aead, &key.value, &iv.value));
        }
        derivations
    }

    fn server_key_exchange12(&mut self, message: &Message) -> Check {
        let (bytes, fields) = (&message.bytes, &message.fields);
        let parameters = ["ServerECDHParams", "ServerDHParams"]
            .iter()
            .find_map(|label| bytes_of(bytes, fields, &[label]))
            .unwrap_or_default();
        let signed = [&self.client_random[..], &self.server_random, parameters].concat();
        let scheme = number_of(bytes, fields, &["algorithm"]).unwrap_or_default();
        let signature = bytes_of(bytes, fields, &["signature", "bytes"]).unwrap_or_default();
        let certificate = self.certificates.of(Side::Server).take();
        Check {
            name: "signature of ServerKeyExchange",
            proves: "the server owns the private key of its certificate, and chose this key for this connection",
            source: "RFC 8422 §5.4",
            inputs: vec![
                input("client_random", &self.client_random),
                input("server_random", &self.server_random),
                input("parameters", parameters),
                input("signature", signature),
            ],
            outcome: signatures::verify(scheme, certificate.as_deref(), &signed, signature),
        }
    }

    fn certificate_verify12(&mut self, message: &Message) -> Check {
        let (bytes, fields) = (&message.bytes, &message.fields);
        let scheme = number_of(bytes, fields, &["algorithm"]).unwrap_or_default();
        let signature = bytes_of(bytes, fields, &["signature", "bytes"]).unwrap_or_default();
        let certificate = self.certificates.of(Side::Client).take();
        // Once a handshake: the signed bytes are everything so far, and are kept for who wants to see them.
        let again = std::mem::replace(&mut self.tls12.client_verified, true);
        let certificate = certificate.filter(|_| !again);
        let signed = if certificate.is_some() {
            &self.transcript.messages[..]
        } else {
            &[]
        };
        Check {
            name: "signature of CertificateVerify",
            proves: "the client owns the private key of its certificate, and signed this very handshake",
            source: "RFC 5246 §7.4.8",
            inputs: vec![
                input("all handshake messages before", signed),
                input("signature", signature),
            ],
            outcome: signatures::verify(scheme, certificate.as_deref(), signed, signature),
        }
    }

    fn finished12(&mut self, message: &Message) -> Check {
        let found = bytes_of(&message.bytes, &message.fields, &["verify_data"]).unwrap_or_default();
        let label = match message.from {
            Side::Client => "client finished",
            Side::Server => "server finished",
        };
        let (mut inputs, mut outcome) = (
            Vec::new(),
            not_possible("the master secret is not in the key log"),
        );
        if let (Some(master), Some(hash), Some(suite)) =
            (&self.tls12.master, self.transcript.value(), self.suite)
        {
            let expected = suite.hash.prf(&master.value, label, &hash, 12);
            inputs = mac_inputs(
                master,
                ("hash of all handshake messages before", &hash),
                &expected,
                found,
            );
            inputs.insert(1, input("label", label.as_bytes()));
            outcome = compare(&expected, found);
        }
        Check {
            name: "verify_data of Finished",
            proves: "the sender has the keys, and both saw the same handshake, byte by byte",
            source: "RFC 5246 §7.4.9",
            inputs,
            outcome,
        }
    }
}
