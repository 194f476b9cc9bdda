//! TLS 1.2: master secret, key block (RFC 5246 §6.3, §8.1), and the proofs of the handshake (§7.4.3, §7.4.8, §7.4.9).
//!
//! A key log holds the master secret; what it was made of is gone.

use crate::instruments::wire::conversation::{Check, Derivation, Epoch, Outcome, PreSharedKey};
use crate::instruments::wire::decryption::RecordDecrypter;
use crate::instruments::wire::derivation::{NamedSecret, input};
use crate::instruments::wire::messages::{CertificateVerify, Handshake, KeyExchange};
use crate::instruments::wire::per_side::PerSide;
use crate::instruments::wire::session::{Findings, Incoming, Session, check_mac};
use crate::instruments::wire::signatures;
use crate::narration::Side;
use crate::phrase;
use rows::*;

#[rustfmt::skip]
mod rows {
    use crate::instruments::wire::derivation::SecretSpec;
    use crate::instruments::wire::per_side::PerSide;
    use crate::language::Phrase;
    use crate::phrase;

    const fn row(name: &'static str, label: &'static str, meaning: Phrase) -> SecretSpec {
        of("RFC 5246 §6.3", name, label, meaning)
    }

    const fn of(source: &'static str, name: &'static str, label: &'static str, meaning: Phrase) -> SecretSpec {
        SecretSpec { name, label, key_log_label: "", meaning, source }
    }

    pub(super) static MASTER_SECRET: SecretSpec = of("RFC 5246 §8.1", "master_secret", "master secret", phrase!("PRF(pre_master_secret, \"master secret\", both randoms)"));
    pub(super) static EXTENDED_MASTER_SECRET: SecretSpec = of("RFC 7627 §4", "master_secret", "extended master secret", phrase!("PRF(pre_master_secret, \"extended master secret\", hash of the handshake): bound to this very handshake"));
    pub(super) static KEY_BLOCK: SecretSpec = row("key_block", "key expansion", phrase!("everything that protects records, cut out of one string"));
    pub(super) static WRITE_KEY: PerSide<SecretSpec> = PerSide {
        client: row("client_write_key", "", phrase!("encrypts and seals the client's records")),
        server: row("server_write_key", "", phrase!("encrypts and seals the server's records")),
    };
    pub(super) static WRITE_IV: PerSide<SecretSpec> = PerSide {
        client: row("client_write_IV", "", phrase!("makes the client's nonces")),
        server: row("server_write_IV", "", phrase!("makes the server's nonces")),
    };
}

/// What is computed of the key exchange.
#[derive(Debug, Default)]
pub(crate) struct Tls12 {
    master: Option<NamedSecret>,
    /// Key and IV of each side, from when they are known until the side takes them.
    keys: PerSide<Option<(NamedSecret, NamedSecret)>>,
    /// The server agreed to bind the master secret to the handshake (RFC 7627).
    extended: bool,
    client_verified: bool,
    pub(crate) client_key_exchanged: bool,
}

impl Tls12 {
    /// Takes a message in. A proof covers all messages before it.
    pub(crate) fn message(
        &mut self,
        session: &mut Session,
        incoming: &Incoming<'_>,
        findings: &mut Findings,
    ) {
        let from = incoming.from;
        match (incoming.message, from) {
            (Handshake::ServerHello(hello), Side::Server) => {
                self.extended = hello.extensions.extended_master_secret;
                let known_before = matches!(
                    hello.cipher_suite.map(KeyExchange::of),
                    Some(KeyExchange::Psk | KeyExchange::DhePsk | KeyExchange::EcdhePsk)
                );
                session.negotiated.pre_shared_key = known_before.then_some(PreSharedKey::External);
            }
            (Handshake::ServerKeyExchange(exchange), Side::Server) => {
                session.negotiated.group = exchange.group;
                if let Some(signed) = &exchange.signed {
                    let check = server_key_exchange(session, exchange.parameters, signed);
                    findings.checks.push(check);
                }
            }
            (Handshake::CertificateVerify(proof), Side::Client) => {
                let check = self.certificate_verify(session, proof);
                findings.checks.push(check);
            }
            (Handshake::Finished { verify_data }, _) => {
                findings
                    .checks
                    .push(self.finished(session, from, verify_data));
            }
            _ => {}
        }
        // No Finished covers a HelloRequest (RFC 5246 §7.4.1.1).
        if !matches!(incoming.message, Handshake::HelloRequest) {
            session.transcript.add(incoming.bytes);
        }
        if let Handshake::ClientKeyExchange = incoming.message {
            self.client_key_exchanged = true;
            findings
                .derivations
                .extend(self.derive_keys(session, Side::Client));
        }
    }

    /// Master secret and key block. In a resumption they are known as soon as the ServerHello is.
    fn derive_keys(&mut self, session: &Session, from: Side) -> Vec<Derivation> {
        let (Some(suite), Some(mut log), Some(master)) = (
            session.suite,
            session.derivation_log(from),
            session.logged("CLIENT_RANDOM"),
        ) else {
            return Vec::new();
        };
        let spec = if self.extended {
            &EXTENDED_MASTER_SECRET
        } else {
            &MASTER_SECRET
        };
        let master = log.logged(spec, master);
        let key = suite.aead.key_len();
        let iv = suite.aead.fixed_iv_len();
        let randoms = [&session.server_random[..], &session.client_random].concat();
        let seed = input("server_random + client_random", &randoms);
        let block = log.prf(&KEY_BLOCK, &master, seed, 2 * (key + iv));
        // An AEAD needs no MAC keys, with which the block would begin otherwise.
        let client_key = log.slice(&WRITE_KEY.client, &block, 0..key);
        let server_key = log.slice(&WRITE_KEY.server, &block, key..2 * key);
        let client_iv = log.slice(&WRITE_IV.client, &block, 2 * key..2 * key + iv);
        let server_iv = log.slice(&WRITE_IV.server, &block, 2 * key + iv..2 * (key + iv));
        self.keys.client = Some((client_key, client_iv));
        self.keys.server = Some((server_key, server_iv));
        self.master = Some(master);
        log.entries
    }

    /// ChangeCipherSpec: the next record of this side is encrypted. Returns what only now turned out to
    /// have been computable at the ServerHello: the keys of a resumption, in which no ClientKeyExchange comes.
    pub(crate) fn change_cipher_spec(
        &mut self,
        session: &mut Session,
        from: Side,
    ) -> Vec<Derivation> {
        let mut derivations = Vec::new();
        if !self.client_key_exchanged && self.master.is_none() {
            session.negotiated.resumed = true;
            derivations = self.derive_keys(session, Side::Server);
        }
        session.keys[from] = Default::default();
        if let (Some(suite), Some((key, iv))) = (session.suite, &self.keys[from]) {
            let key = RecordDecrypter::new(Epoch::Tls12, suite.aead, &key.value, &iv.value);
            session.keys[from].add(key);
        }
        derivations
    }

    /// Verifies the client's signature over all messages so far (RFC 5246 §7.4.8).
    fn certificate_verify(
        &mut self,
        session: &mut Session,
        proof: &CertificateVerify<'_>,
    ) -> Check {
        let certificate = session.take_certificate(Side::Client);
        // Once a handshake: the signed bytes are everything so far, and a copy of them is kept to be shown.
        let again = std::mem::replace(&mut self.client_verified, true);
        let certificate = certificate.filter(|_| !again);
        let signed: &[u8] = match certificate {
            Some(_) => &session.transcript.messages,
            None => &[],
        };
        Check {
            name: phrase!("signature of CertificateVerify"),
            proves: phrase!(
                "the client owns the private key of its certificate, and signed this very handshake"
            ),
            source: "RFC 5246 §7.4.8",
            inputs: vec![
                input(phrase!("all handshake messages before"), signed),
                input(phrase!("signature"), proof.signature),
            ],
            outcome: signatures::verify(proof, certificate.as_deref(), signed),
        }
    }

    /// Makes the MAC again (RFC 5246 §7.4.9): 12 bytes of the PRF.
    fn finished(&self, session: &Session, from: Side, found: &[u8]) -> Check {
        let label = match from {
            Side::Client => "client finished",
            Side::Server => "server finished",
        };
        let hash = session.transcript.value();
        let (inputs, outcome) = match (&self.master, hash, session.suite) {
            (Some(master), Some(hash), Some(suite)) => {
                let expected = suite.hash.prf(&master.value, label, &hash, 12);
                let covered = input(phrase!("hash of all handshake messages before"), &hash);
                let (mut inputs, outcome) = check_mac(master, covered, &expected, found);
                inputs.insert(1, input(phrase!("label"), label.as_bytes()));
                (inputs, outcome)
            }
            _ => {
                let why = phrase!("the master secret is not in the key log");
                (Vec::new(), Outcome::NotPossible(why))
            }
        };
        Check {
            name: phrase!("verify_data of Finished"),
            proves: phrase!(
                "the sender has the keys, and both saw the same handshake, byte by byte"
            ),
            source: "RFC 5246 §7.4.9",
            inputs,
            outcome,
        }
    }
}

/// Verifies the server's signature over its fresh key (RFC 8422 §5.4). It covers both randoms, so that the
/// message of another connection does not fit into this one.
fn server_key_exchange(
    session: &mut Session,
    parameters: &[u8],
    signed_with: &CertificateVerify<'_>,
) -> Check {
    let parts = [
        input("client_random", &session.client_random),
        input("server_random", &session.server_random),
        input(phrase!("parameters"), parameters),
    ];
    let signed = parts.iter().flat_map(|part| part.bytes.clone());
    let signed: Vec<u8> = signed.collect();
    let certificate = session.take_certificate(Side::Server);
    let signature = input(phrase!("signature"), signed_with.signature);
    Check {
        name: phrase!("signature of ServerKeyExchange"),
        proves: phrase!(
            "the server owns the private key of its certificate, and chose this key for this connection"
        ),
        source: "RFC 8422 §5.4",
        inputs: parts.into_iter().chain([signature]).collect(),
        outcome: signatures::verify(signed_with, certificate.as_deref(), &signed),
    }
}
