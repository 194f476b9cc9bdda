//! TLS 1.3: the key schedule (RFC 8446 §7), and the proofs of the handshake (§4.4, §4.2.11.2).
//!
//! A key log begins at the traffic secrets, so the tree above them is shown only for transcripts that bring
//! `PRE_SHARED_KEY` or `SHARED_SECRET` along, as those of RFC 8448 do.

use crate::wire::conversation::{Check, Derivation, Epoch, Message, Outcome};
use crate::wire::decryption::{self, Opener, Suite};
use crate::wire::messages::{bytes_of, number_of};
use crate::wire::secrets::{Hash, Label, Ledger, Named, input};
use crate::wire::signatures;
use crate::wire::state::{Both, State, mac_inputs};
use crate::wire::transcript::Side;

const SCHEDULE: &str = "RFC 8446 §7.1";

/// The secrets of the tree, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    early: Option<Named>,
    handshake: Option<Named>,
    master: Option<Named>,
    resumption: Option<Named>,
    handshake_traffic: Both<Option<Named>>,
    application_traffic: Both<Option<Named>>,
    generation: Both<u32>,
    client_finished: bool,
    application_begun: bool,
}

/// What early data may be encrypted with.
#[derive(Debug)]
pub(crate) struct Early {
    secret: Named,
    suites: Vec<Suite>,
}

impl State {
    pub(crate) fn message13(&mut self, message: &mut Message, kind: u8) {
        let from = message.from;
        let before = self.transcript.value();
        let check = match kind {
            15 => Some(self.certificate_verify13(message, before.as_deref())),
            20 => Some(self.finished13(message, before.as_deref())),
            _ => None,
        };
        message.checks.extend(check);
        let after_the_handshake = matches!(kind, 4 | 24);
        if !after_the_handshake {
            self.transcript.add(&message.bytes);
        }
        let Some(mut ledger) = self.ledger(from) else {
            return;
        };
        match (kind, from) {
            (2, Side::Server) if message.name == "ServerHello" => {
                self.handshake_secrets(&mut ledger, message)
            }
            (4, Side::Server) => self.resumption_psk(&mut ledger, message),
            (5, Side::Client) => self.advance(Side::Client, Epoch::Handshake),
            (20, Side::Server) => {
                self.application_secrets(&mut ledger);
                self.advance(Side::Server, Epoch::Application(0));
            }
            (20, Side::Client) => self.client_finished(&mut ledger),
            (24, _) => self.key_update(&mut ledger, from),
            _ => {}
        }
        message.derivations.extend(ledger.entries);
    }

    /// The transcript brought along what the key log of a TLS library leaves out.
    pub(crate) fn tls13_tree_known(&self) -> bool {
        self.tls13.master.is_some()
    }

    /// The ClientHello before a version is chosen: all that a resumption already makes computable.
    pub(crate) fn early_secrets(&mut self, message: &mut Message) {
        let psk = self.logged("PRE_SHARED_KEY");
        let traffic = self.logged("CLIENT_EARLY_TRAFFIC_SECRET");
        let hash = match psk.as_ref().or(traffic.as_ref()).map(Vec::len) {
            Some(48) => Hash::Sha384,
            Some(32) => Hash::Sha256,
            _ => Hash::Sha256,
        };
        let mut ledger = Ledger::new(hash, Side::Client);
        if let Some(value) = psk {
            let psk = Named { name: "PSK", value };
            self.tls13.early = Some(early_secret(&mut ledger, &psk));
        }
        message.checks.extend(self.binder(&mut ledger, message));
        if message.fields.find("early_data").is_some() {
            self.early_traffic(&mut ledger, message);
        }
        message.derivations.extend(ledger.entries);
    }

    fn early_traffic(&mut self, ledger: &mut Ledger, message: &Message) {
        let hello = ledger
            .hash
            .digest(&[&self.transcript.messages[..], &message.bytes].concat());
        let context = ("Transcript-Hash(ClientHello)", &hello[..]);
        let early = self.tls13.early.clone();
        let rows = [
            (
                "CLIENT_EARLY_TRAFFIC_SECRET",
                "client_early_traffic_secret",
                "c e traffic",
                "protects early data: known to both before the server has answered",
            ),
            (
                "EARLY_EXPORTER_SECRET",
                "early_exporter_master_secret",
                "e exp master",
                "for applications that want a key of their own out of early data",
            ),
        ];
        let [secret, _] = rows.map(|(log, name, label, meaning)| {
            self.secret(
                ledger,
                log,
                early.as_ref(),
                Label {
                    name,
                    label,
                    context,
                    length: ledger.hash.len(),
                    meaning,
                    source: SCHEDULE,
                },
            )
        });
        let offered =
            bytes_of(&message.bytes, &message.fields, &["cipher_suites"]).unwrap_or_default();
        let suites = offered
            .chunks(2)
            .filter_map(|pair| decryption::suite(u16::from_be_bytes(pair.try_into().ok()?)));
        let fitting = suites
            .filter(|suite| suite.number >> 8 == 0x13 && suite.hash == ledger.hash)
            .take(3);
        self.early = secret.map(|secret| Early {
            secret,
            suites: fitting.collect(),
        });
    }

    /// Tries the suites that early data may have; the one that fits stays.
    pub(crate) fn open_early_data(&mut self, record: &[u8]) -> Option<Vec<Derivation>> {
        let early = self.early.take()?;
        for suite in early.suites {
            let mut ledger = Ledger::new(suite.hash, Side::Client);
            let opener = traffic_keys(
                &mut ledger,
                suite,
                Side::Client,
                Epoch::EarlyData,
                &early.secret,
            );
            if let Some(opener) = opener.filter(|opener| opener.open(record).is_some()) {
                self.openers.of(Side::Client).push_front(opener);
                return Some(ledger.entries);
            }
        }
        None
    }

    /// The binder of the first ticket: a Finished over a ClientHello that has no binders yet.
    fn binder(&self, ledger: &mut Ledger, message: &Message) -> Option<Check> {
        let binders = message.fields.find("pre_shared_key")?.find("binders")?;
        let found = bytes_of(&message.bytes, binders, &["binder", "bytes"])?;
        let hello = message.bytes.get(..binders.range.start)?;
        let mut check = Check {
            name: "PSK binder",
            proves: "the client knows the secret behind the ticket, and sent this very ClientHello",
            source: "RFC 8446 §4.2.11.2",
            inputs: Vec::new(),
            outcome: Outcome::NotPossible(
                "the key log does not hold the PSK: it was agreed on in an earlier connection"
                    .to_owned(),
            ),
        };
        if let Some(early) = &self.tls13.early {
            let (length, meaning) = (ledger.hash.len(), "binds the ticket to this ClientHello");
            let empty = ledger.hash.digest(&[]);
            let row = Label {
                name: "binder_key",
                label: "res binder",
                context: ("Hash(\"\")", &empty),
                length,
                meaning,
                source: SCHEDULE,
            };
            let key = ledger.expand(early, row);
            let key = finished_key(ledger, "binder_finished_key", &key);
            let hash = ledger
                .hash
                .digest(&[&self.transcript.messages[..], hello].concat());
            let expected = ledger.hash.hmac(&key.value, &hash);
            check.inputs = mac_inputs(
                &key,
                ("Transcript-Hash(Truncated ClientHello)", &hash),
                &expected,
                found,
            );
            check.outcome = compare(&expected, found);
        }
        Some(check)
    }

    fn handshake_secrets(&mut self, ledger: &mut Ledger, message: &Message) {
        let (bytes, fields) = (&message.bytes, &message.fields);
        self.resumed = number_of(bytes, fields, &["pre_shared_key", "selected_identity"]).is_some();
        let zeros = Named {
            name: "0",
            value: vec![0; ledger.hash.len()],
        };
        let shared = match fields.find("key_share") {
            Some(_) => self.logged("SHARED_SECRET").map(|value| Named {
                name: "(EC)DHE",
                value,
            }),
            None => self.tls13.early.as_ref().map(|_| zeros.clone()),
        };
        if let Some(shared) = shared {
            let early = match self.resumed {
                true => self.tls13.early.clone(),
                false => Some(early_secret(ledger, &zeros)),
            };
            if let Some(early) = early {
                let salt = derived(ledger, "derived for handshake", &early);
                let handshake =
                    ledger.extract("handshake_secret", &salt, &shared, "holds the key exchange");
                let salt = derived(ledger, "derived for master", &handshake);
                self.tls13.master = Some(ledger.extract(
                    "master_secret",
                    &salt,
                    &zeros,
                    "the root of all that follows the handshake",
                ));
                self.tls13.handshake = Some(handshake);
            }
        }
        self.handshake_traffic(ledger);
    }

    fn handshake_traffic(&mut self, ledger: &mut Ledger) {
        let hash = self.transcript.value().unwrap_or_default();
        let context = ("Transcript-Hash(ClientHello...ServerHello)", &hash[..]);
        let parent = self.tls13.handshake.clone();
        let rows = [
            (
                Side::Client,
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "client_handshake_traffic_secret",
                "c hs traffic",
                "protects what the client sends of the handshake",
            ),
            (
                Side::Server,
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                "server_handshake_traffic_secret",
                "s hs traffic",
                "protects what the server sends of the handshake",
            ),
        ];
        let mut missing = false;
        self.openers
            .of(Side::Client)
            .retain(|opener| opener.epoch == Epoch::EarlyData);
        self.openers.of(Side::Server).clear();
        for (side, log, name, label, meaning) in rows {
            let row = Label {
                name,
                label,
                context,
                length: ledger.hash.len(),
                meaning,
                source: SCHEDULE,
            };
            let secret = self.secret(ledger, log, parent.as_ref(), row);
            missing |= secret.is_none();
            self.install(ledger, side, Epoch::Handshake, secret.as_ref());
            *self.tls13.handshake_traffic.of(side) = secret;
        }
        // Without these the Finished cannot be read, and the next secrets would wait for it in vain.
        if missing {
            self.application_secrets(ledger);
        }
    }

    fn application_secrets(&mut self, ledger: &mut Ledger) {
        if std::mem::replace(&mut self.tls13.application_begun, true) {
            return;
        }
        let hash = self.transcript.value().unwrap_or_default();
        let context = ("Transcript-Hash(ClientHello...server Finished)", &hash[..]);
        let parent = self.tls13.master.clone();
        let row = |name, label, meaning| Label {
            name,
            label,
            context,
            length: hash.len(),
            meaning,
            source: SCHEDULE,
        };
        let rows = [
            (
                Side::Client,
                "CLIENT_TRAFFIC_SECRET_0",
                row(
                    "client_application_traffic_secret_0",
                    "c ap traffic",
                    "protects the client's data",
                ),
            ),
            (
                Side::Server,
                "SERVER_TRAFFIC_SECRET_0",
                row(
                    "server_application_traffic_secret_0",
                    "s ap traffic",
                    "protects the server's data",
                ),
            ),
        ];
        for (side, log, row) in rows {
            let secret = self.secret(ledger, log, parent.as_ref(), row);
            self.install(ledger, side, Epoch::Application(0), secret.as_ref());
            *self.tls13.application_traffic.of(side) = secret;
        }
        let exporter = row(
            "exporter_master_secret",
            "exp master",
            "for applications that want a key of their own (RFC 5705)",
        );
        self.secret(ledger, "EXPORTER_SECRET", parent.as_ref(), exporter);
    }

    fn client_finished(&mut self, ledger: &mut Ledger) {
        self.advance(Side::Client, Epoch::Application(0));
        if std::mem::replace(&mut self.tls13.client_finished, true) {
            return;
        }
        let hash = self.transcript.value().unwrap_or_default();
        let context = ("Transcript-Hash(ClientHello...client Finished)", &hash[..]);
        if let Some(master) = &self.tls13.master {
            let (length, meaning) = (hash.len(), "what later resumptions grow from");
            let row = Label {
                name: "resumption_master_secret",
                label: "res master",
                context,
                length,
                meaning,
                source: SCHEDULE,
            };
            self.tls13.resumption = Some(ledger.expand(master, row));
        }
    }

    fn resumption_psk(&mut self, ledger: &mut Ledger, message: &Message) {
        let nonce = bytes_of(&message.bytes, &message.fields, &["ticket_nonce", "bytes"])
            .unwrap_or_default();
        if let Some(parent) = &self.tls13.resumption {
            let (length, meaning) = (
                ledger.hash.len(),
                "the secret behind this ticket; it never crosses the wire",
            );
            let context = ("ticket_nonce", nonce);
            ledger.expand(
                parent,
                Label {
                    name: "PSK of this ticket",
                    label: "resumption",
                    context,
                    length,
                    meaning,
                    source: "RFC 8446 §4.6.1",
                },
            );
        }
    }

    fn key_update(&mut self, ledger: &mut Ledger, side: Side) {
        let Some(secret) = self.tls13.application_traffic.get(side).clone() else {
            return;
        };
        let generation = self.tls13.generation.of(side);
        *generation += 1;
        let epoch = Epoch::Application(*generation);
        let name = match side {
            Side::Client => "client_application_traffic_secret_N+1",
            Side::Server => "server_application_traffic_secret_N+1",
        };
        let meaning = "the next one; the way back is closed, so older data stays safe";
        let next = ledger.expand(
            &secret,
            Label {
                name,
                label: "traffic upd",
                context: ("", &[]),
                length: ledger.hash.len(),
                meaning,
                source: "RFC 8446 §7.2",
            },
        );
        self.install(ledger, side, epoch, Some(&next));
        self.advance(side, epoch);
        *self.tls13.application_traffic.of(side) = Some(next);
    }

    /// A secret out of the tree, or out of the key log where the tree is not known.
    fn secret(
        &self,
        ledger: &mut Ledger,
        log: &str,
        parent: Option<&Named>,
        row: Label<'_>,
    ) -> Option<Named> {
        let logged = self
            .logged(log)
            .filter(|secret| secret.len() == ledger.hash.len());
        if let Some(parent) = parent {
            let derived =
                ledger
                    .hash
                    .expand_label(&parent.value, row.label, row.context.1, row.length);
            if logged.as_ref().is_none_or(|logged| *logged == derived) {
                return Some(ledger.expand(parent, row));
            }
        }
        Some(ledger.logged(row.name, logged?, row.meaning, row.source))
    }

    fn install(&mut self, ledger: &mut Ledger, side: Side, epoch: Epoch, secret: Option<&Named>) {
        if let (Some(suite), Some(secret)) = (self.suite, secret) {
            let opener = traffic_keys(ledger, suite, side, epoch, secret);
            self.openers.of(side).extend(opener);
        }
    }

    fn certificate_verify13(&mut self, message: &Message, hash: Option<&[u8]>) -> Check {
        let from = message.from;
        let context: &str = match from {
            Side::Client => "TLS 1.3, client CertificateVerify",
            Side::Server => "TLS 1.3, server CertificateVerify",
        };
        let hash = hash.unwrap_or_default();
        let signed = [&[b' '; 64][..], context.as_bytes(), &[0], hash].concat();
        let scheme = number_of(&message.bytes, &message.fields, &["algorithm"]).unwrap_or_default();
        let signature =
            bytes_of(&message.bytes, &message.fields, &["signature", "bytes"]).unwrap_or_default();
        let certificate = self.certificates.of(from).take();
        Check {
            name: "signature of CertificateVerify",
            proves: "the sender owns the private key of its certificate, and signed this very handshake",
            source: "RFC 8446 §4.4.3",
            inputs: vec![
                input("64 spaces", &[b' '; 64]),
                input("context string", context.as_bytes()),
                input("separator", &[0]),
                input("Transcript-Hash(all messages before)", hash),
                input("signature", signature),
            ],
            outcome: signatures::verify(scheme, certificate.as_deref(), &signed, signature),
        }
    }

    fn finished13(&mut self, message: &mut Message, hash: Option<&[u8]>) -> Check {
        let found = bytes_of(&message.bytes, &message.fields, &["verify_data"])
            .unwrap_or_default()
            .to_vec();
        let again = message.from == Side::Client && self.tls13.client_finished;
        let base = match again {
            // Asked for a certificate after the handshake, a client finishes with its data's secret.
            true => self.tls13.application_traffic.get(message.from),
            false => self.tls13.handshake_traffic.get(message.from),
        };
        let (mut inputs, mut outcome) = (
            Vec::new(),
            Outcome::NotPossible("the handshake secret is not in the key log".to_owned()),
        );
        if let (Some(base), Some(hash), Some(mut ledger)) = (base, hash, self.ledger(message.from))
        {
            let key = finished_key(&mut ledger, "finished_key", base);
            let expected = ledger.hash.hmac(&key.value, hash);
            inputs = mac_inputs(
                &key,
                ("Transcript-Hash(all messages before)", hash),
                &expected,
                &found,
            );
            outcome = compare(&expected, &found);
            message.derivations.extend(ledger.entries);
        }
        Check {
            name: "MAC of Finished",
            proves: "the sender has the keys, and both saw the same handshake, byte by byte",
            source: "RFC 8446 §4.4.4",
            inputs,
            outcome,
        }
    }
}

pub(crate) fn compare(expected: &[u8], found: &[u8]) -> Outcome {
    match expected == found {
        true => Outcome::Verified,
        false => Outcome::Failed("what was sent is not what is computed here".to_owned()),
    }
}

fn early_secret(ledger: &mut Ledger, psk: &Named) -> Named {
    let salt = Named {
        name: "0",
        value: vec![0; ledger.hash.len()],
    };
    ledger.extract(
        "early_secret",
        &salt,
        psk,
        "holds the PSK of a resumption, or zeros",
    )
}

fn derived(ledger: &mut Ledger, name: &'static str, secret: &Named) -> Named {
    let empty = ledger.hash.digest(&[]);
    let (length, meaning) = (ledger.hash.len(), "the link to the next stage");
    ledger.expand(
        secret,
        Label {
            name,
            label: "derived",
            context: ("Hash(\"\")", &empty),
            length,
            meaning,
            source: SCHEDULE,
        },
    )
}

fn finished_key(ledger: &mut Ledger, name: &'static str, secret: &Named) -> Named {
    let (length, meaning) = (ledger.hash.len(), "the key of one MAC");
    ledger.expand(
        secret,
        Label {
            name,
            label: "finished",
            context: ("", &[]),
            length,
            meaning,
            source: "RFC 8446 §4.4.4",
        },
    )
}

/// Key and IV of one direction and epoch (RFC 8446 §7.3).
fn traffic_keys(
    ledger: &mut Ledger,
    suite: Suite,
    side: Side,
    epoch: Epoch,
    secret: &Named,
) -> Option<Opener> {
    let (key, iv) = match side {
        Side::Client => ("client_write_key", "client_write_iv"),
        Side::Server => ("server_write_key", "server_write_iv"),
    };
    let row = |name, label, length, meaning| Label {
        name,
        label,
        context: ("", &[]),
        length,
        meaning,
        source: "RFC 8446 §7.3",
    };
    let key = ledger.expand(
        secret,
        row(
            key,
            "key",
            suite.aead.key_len(),
            "encrypts and seals records",
        ),
    );
    let iv = ledger.expand(secret, row(iv, "iv", 12, "makes the nonces"));
    Opener::new(epoch, suite.aead, &key.value, &iv.value)
}
