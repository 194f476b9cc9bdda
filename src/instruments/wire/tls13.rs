//! TLS 1.3: when each secret becomes computable (RFC 8446 §7), and the proofs of the handshake (§4.4).
//!
//! A key log begins at the traffic secrets, so the tree above them is shown only for transcripts that bring
//! `PRE_SHARED_KEY` or `SHARED_SECRET` along, as those of RFC 8448 do.

use std::collections::HashMap;

use aws_lc_rs::digest;

use crate::instruments::wire::conversation::{Check, Epoch, Outcome, PreSharedKey};
use crate::instruments::wire::derivation::{DerivationLog, NO_CONTEXT, NamedSecret, input};
use crate::instruments::wire::key_schedule::{self, finished_key, traffic_keys};
use crate::instruments::wire::messages::{CertificateVerify, Handshake, ServerHello};
use crate::instruments::wire::per_side::{PerSide, SIDES};
use crate::instruments::wire::session::{Findings, Incoming, Session, check_mac};
use crate::instruments::wire::signatures;
use crate::narration::Side;
use crate::phrase;

/// The secrets of the tree, as far as they are known.
#[derive(Default)]
pub(crate) struct Tls13 {
    /// Known only where the transcript brought what the key exchange agreed on.
    pub(crate) master: Option<NamedSecret>,
    resumption: Option<NamedSecret>,
    handshake_traffic: PerSide<Option<NamedSecret>>,
    application_traffic: PerSide<Option<NamedSecret>>,
    /// How many times each side has updated its key.
    updates: PerSide<u32>,
    /// Once each: a peer that says Finished again does not change the secrets.
    application_begun: bool,
    client_finished: bool,
    later: LaterAuthentication,
}

/// So many unanswered requests are kept, whatever a peer sends.
const MOST_ASKED: usize = 256;

/// Authentication after the handshake. Each has a hash of its own, which goes on from the client's Finished:
/// earlier ones and tickets are not in it (RFC 8446 §4.4.1, the table in §4.4).
#[derive(Default)]
struct LaterAuthentication {
    /// The hash from ClientHello to the client's Finished.
    base: Option<digest::Context>,
    /// What was asked and not answered yet, by certificate_request_context. The hash covers the request.
    asked: HashMap<Vec<u8>, digest::Context>,
    /// The one that the client answers now: the messages of an answer follow each other.
    answered: Option<digest::Context>,
}

impl LaterAuthentication {
    /// The hash of all before a message; afterwards it covers the message too.
    fn take_in(&mut self, incoming: &Incoming<'_>) -> Option<Vec<u8>> {
        match incoming.message {
            Handshake::CertificateRequest { context } => {
                let mut hash = self.base.clone()?;
                hash.update(incoming.bytes);
                if self.asked.len() < MOST_ASKED {
                    self.asked.insert(context.to_vec(), hash);
                }
                return None;
            }
            Handshake::Certificate(certificate) => {
                self.answered = self.asked.remove(certificate.request_context);
            }
            _ => {}
        }
        let hash = self.answered.as_mut()?;
        let before = hash.clone().finish().as_ref().to_vec();
        hash.update(incoming.bytes);
        if let Handshake::Finished { .. } = incoming.message {
            self.answered = None;
        }
        Some(before)
    }
}

impl Tls13 {
    /// Takes a message in, in this order: its proof covers all messages before it, and the secrets that
    /// become computable cover this one as well (RFC 8446 §4.4.1, §7.1).
    pub(crate) fn message(
        &mut self,
        session: &mut Session,
        incoming: &Incoming<'_>,
        findings: &mut Findings,
    ) {
        let from = incoming.from;
        let later = self.client_finished;
        let before = if later {
            self.later.take_in(incoming)
        } else {
            session.transcript.value()
        };
        let mut log = session.derivation_log(from);
        match incoming.message {
            Handshake::CertificateVerify(proof) => {
                let check = certificate_verify(session, from, proof, before.as_deref());
                findings.checks.push(check);
            }
            Handshake::Finished { verify_data } => {
                let check = self.finished(log.as_mut(), from, verify_data, before.as_deref());
                findings.checks.push(check);
            }
            _ => {}
        }
        // What follows the handshake is not covered by its proofs (RFC 8446 §4.4.1). A server may send tickets
        // before the client has finished (§4.6.1).
        let follows = matches!(
            incoming.message,
            Handshake::NewSessionTicket { .. } | Handshake::KeyUpdate
        );
        if !follows && !later {
            session.transcript.add(incoming.bytes);
        }
        if let Some(mut log) = log {
            self.secrets(session, incoming, &mut log);
            findings.derivations.extend(log.entries);
        }
    }

    /// The secrets that become computable with a message, and the keys that its sender takes after it.
    fn secrets(&mut self, session: &mut Session, incoming: &Incoming<'_>, log: &mut DerivationLog) {
        match (incoming.message, incoming.from) {
            (Handshake::ServerHello(hello), Side::Server) if !hello.is_retry() => {
                self.handshake_secrets(session, log, hello);
            }
            (Handshake::EndOfEarlyData, Side::Client) => {
                session.keys[Side::Client].advance(Epoch::Handshake);
            }
            (Handshake::Finished { .. }, Side::Server) => {
                self.application_secrets(session, log);
                session.keys[Side::Server].advance(Epoch::Application(0));
            }
            (Handshake::Finished { .. }, Side::Client) => self.client_finished(session, log),
            (Handshake::NewSessionTicket { nonce }, Side::Server) => {
                if let Some(resumption) = &self.resumption {
                    let nonce = input("ticket_nonce", nonce);
                    log.derive_secret(&key_schedule::TICKET, resumption, &nonce);
                }
            }
            (Handshake::KeyUpdate, side) => self.key_update(session, log, side),
            _ => {}
        }
    }

    /// The handshake and the master stage, if what the key exchange agreed on is known.
    fn handshake_secrets(
        &mut self,
        session: &mut Session,
        log: &mut DerivationLog,
        hello: &ServerHello<'_>,
    ) {
        session.negotiated.pre_shared_key = hello
            .extensions
            .selected_identity
            .map(|at| session.offered_psks.origin(at.into()));
        session.negotiated.resumed =
            session.negotiated.pre_shared_key == Some(PreSharedKey::Ticket);
        let zeros = key_schedule::zeros(log);
        let early = session.early_secret.clone();
        let shared = if hello.extensions.key_share_groups.is_empty() {
            // A resumption without a key exchange (psk_ke) mixes zeros in.
            early.as_ref().map(|_| zeros.clone())
        } else {
            let value = session.logged("SHARED_SECRET");
            value.map(|value| NamedSecret {
                name: "(EC)DHE",
                value,
            })
        };
        let handshake = shared.and_then(|shared| {
            // Without a ticket that the server accepts, the first stage mixes zeros in.
            let early = if session.negotiated.pre_shared_key.is_some() {
                early
            } else {
                Some(key_schedule::early_secret(log, &zeros))
            };
            Some(key_schedule::handshake_secret(log, &early?, &shared))
        });
        let handshake = handshake.as_ref();
        self.master = handshake.map(|handshake| key_schedule::master_secret(log, handshake));
        self.handshake_traffic(session, log, handshake);
    }

    fn handshake_traffic(
        &mut self,
        session: &mut Session,
        log: &mut DerivationLog,
        handshake: Option<&NamedSecret>,
    ) {
        // The client may still send early data until EndOfEarlyData, or until it is refused.
        session.keys[Side::Client].keep_only(Epoch::EarlyData);
        session.keys[Side::Server] = Default::default();
        let hash = session.transcript.value().unwrap_or_default();
        let context = input("Transcript-Hash(ClientHello...ServerHello)", &hash);
        for side in SIDES {
            let spec = &key_schedule::HANDSHAKE_TRAFFIC[side];
            let secret = session.secret(log, spec, handshake, &context);
            install(session, log, side, Epoch::Handshake, secret.as_ref());
            self.handshake_traffic[side] = secret;
        }
        // Without these the Finished cannot be read, and the next secrets would wait for it in vain.
        let unknown = |side: &Side| self.handshake_traffic[*side].is_none();
        if SIDES.iter().any(unknown) {
            self.application_secrets(session, log);
        }
    }

    /// They cover the server's Finished, but not what the client answers: the server may send data before
    /// the client has finished.
    fn application_secrets(&mut self, session: &mut Session, log: &mut DerivationLog) {
        if std::mem::replace(&mut self.application_begun, true) {
            return;
        }
        let hash = session.transcript.value().unwrap_or_default();
        let context = input("Transcript-Hash(ClientHello...server Finished)", &hash);
        let master = self.master.as_ref();
        for side in SIDES {
            let spec = &key_schedule::APPLICATION_TRAFFIC[side];
            let secret = session.secret(log, spec, master, &context);
            install(session, log, side, Epoch::Application(0), secret.as_ref());
            self.application_traffic[side] = secret;
        }
        session.secret(log, &key_schedule::EXPORTER, master, &context);
    }

    /// The client's data has its own key from here on, and what later resumptions grow from is known.
    fn client_finished(&mut self, session: &mut Session, log: &mut DerivationLog) {
        session.keys[Side::Client].advance(Epoch::Application(0));
        if std::mem::replace(&mut self.client_finished, true) {
            return;
        }
        self.later.base = session.transcript.branch();
        let hash = session.transcript.value().unwrap_or_default();
        let context = input("Transcript-Hash(ClientHello...client Finished)", &hash);
        let master = self.master.as_ref();
        self.resumption =
            master.map(|master| log.derive_secret(&key_schedule::RESUMPTION, master, &context));
    }

    /// The sender takes the next key; there is no message that the other side took it (RFC 8446 §4.6.3).
    fn key_update(&mut self, session: &mut Session, log: &mut DerivationLog, side: Side) {
        let Some(secret) = self.application_traffic[side].take() else {
            return;
        };
        self.updates[side] += 1;
        let epoch = Epoch::Application(self.updates[side]);
        let spec = &key_schedule::NEXT_APPLICATION_TRAFFIC[side];
        let next = log.expand(spec, &secret, &NO_CONTEXT, log.hash.len());
        install(session, log, side, epoch, Some(&next));
        session.keys[side].advance(epoch);
        self.application_traffic[side] = Some(next);
    }

    /// The handshake records of this side have a key that is not known.
    pub(crate) fn handshake_secret_missing(&self, side: Side) -> bool {
        self.handshake_traffic[side].is_none()
    }

    /// Makes the MAC again (RFC 8446 §4.4.4).
    fn finished(
        &self,
        log: Option<&mut DerivationLog>,
        from: Side,
        found: &[u8],
        hash: Option<&[u8]>,
    ) -> Check {
        // Asked for a certificate after the handshake, a client finishes with its data's secret.
        let again = from == Side::Client && self.client_finished;
        let base = if again {
            &self.application_traffic[from]
        } else {
            &self.handshake_traffic[from]
        };
        let (inputs, outcome) = match (base, hash, log) {
            (Some(base), Some(hash), Some(log)) => {
                let key = finished_key(log, &key_schedule::FINISHED_KEY, base);
                let expected = log.hash.hmac(&key.value, hash);
                let covered = input("Transcript-Hash(all messages before)", hash);
                check_mac(&key, covered, &expected, found)
            }
            (Some(_), None, _) => {
                let why = phrase!("the request that it answers was not seen");
                (Vec::new(), Outcome::NotPossible(why))
            }
            _ => {
                let why = phrase!("the secret that its key comes from is not in the key log");
                (Vec::new(), Outcome::NotPossible(why))
            }
        };
        Check {
            name: phrase!("MAC of Finished"),
            proves: phrase!(
                "the sender has the keys, and both saw the same handshake, byte by byte"
            ),
            source: "RFC 8446 §4.4.4",
            inputs,
            outcome,
        }
    }
}

/// From a traffic secret to the key that opens records.
fn install(
    session: &mut Session,
    log: &mut DerivationLog,
    side: Side,
    epoch: Epoch,
    secret: Option<&NamedSecret>,
) {
    if let (Some(suite), Some(secret)) = (session.suite, secret) {
        session.keys[side].add(traffic_keys(log, suite, side, epoch, secret));
    }
}

/// Verifies the signature over the handshake (RFC 8446 §4.4.3). The spaces and the context string keep it
/// apart from any other signature that the same key may have made: it is useless elsewhere.
fn certificate_verify(
    session: &mut Session,
    from: Side,
    proof: &CertificateVerify<'_>,
    hash: Option<&[u8]>,
) -> Check {
    let context: &[u8] = match from {
        Side::Client => b"TLS 1.3, client CertificateVerify",
        Side::Server => b"TLS 1.3, server CertificateVerify",
    };
    let covered = hash.unwrap_or_default();
    let mut inputs = vec![
        input(phrase!("64 spaces"), &[b' '; 64]),
        input(phrase!("context string"), context),
        input(phrase!("separator"), &[0]),
        input("Transcript-Hash(all messages before)", covered),
    ];
    let signed = inputs.iter().flat_map(|part| part.bytes.clone());
    let signed: Vec<u8> = signed.collect();
    inputs.push(input(phrase!("signature"), proof.signature));
    let certificate = session.take_certificate(from);
    let outcome = match hash {
        Some(_) if session.compressed[from] => Outcome::NotPossible(phrase!(
            "the certificate came compressed, and is not decompressed here"
        )),
        Some(_) => signatures::verify(proof, certificate.as_deref(), &signed),
        None => Outcome::NotPossible(phrase!("the messages that it signs were not all seen")),
    };
    Check {
        name: phrase!("signature of CertificateVerify"),
        proves: phrase!(
            "the sender owns the private key of its certificate, and signed this very handshake"
        ),
        source: "RFC 8446 §4.4.3",
        inputs,
        outcome,
    }
}
