//! TLS 1.3: when each secret becomes computable (RFC 8446 §7), and the proofs of the handshake (§4.4, §4.2.11.2).
//!
//! A key log begins at the traffic secrets, so the tree above them is shown only for transcripts that bring
//! `PRE_SHARED_KEY` or `SHARED_SECRET` along, as those of RFC 8448 do.

use crate::instruments::wire::conversation::{Check, Derivation, Epoch, Message};
use crate::instruments::wire::decryption;
use crate::instruments::wire::key_schedule::{self as rows, traffic_keys};
use crate::instruments::wire::ledger::{Ledger, Named, Row, input};
use crate::instruments::wire::messages::{bytes_of, number_of};
use crate::instruments::wire::schedule::Early;
use crate::instruments::wire::secrets::Hash;
use crate::instruments::wire::signatures;
use crate::instruments::wire::state::{State, compare, mac_inputs, not_possible};
use crate::narration::Side;

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
                self.handshake_secrets(&mut ledger, message);
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
        let traffic = self.logged(rows::EARLY_TRAFFIC.log);
        // The ticket settles the hash, and each secret is as long as the hash.
        let hash = match psk.as_ref().or(traffic.as_ref()).map(Vec::len) {
            Some(48) => Hash::Sha384,
            _ => Hash::Sha256,
        };
        let mut ledger = Ledger::new(hash, Side::Client);
        if let Some(value) = psk {
            let psk = Named { name: "PSK", value };
            self.tls13.early = Some(rows::early_secret(&mut ledger, &psk));
        }
        message.checks.extend(self.binder(&mut ledger, message));
        if message.fields.find("early_data").is_some() {
            self.early_traffic(&mut ledger, message);
        }
        message.derivations.extend(ledger.entries);
    }

    fn early_traffic(&mut self, ledger: &mut Ledger, message: &Message) {
        let Message { bytes, fields, .. } = message;
        let messages = [&self.transcript.messages[..], bytes].concat();
        let hash = ledger.hash.digest(&messages);
        let context = ("Transcript-Hash(ClientHello)", &hash[..]);
        let early = self.tls13.early.as_ref();
        let secret = self.secret(ledger, early, &rows::EARLY_TRAFFIC, context);
        self.secret(ledger, early, &rows::EARLY_EXPORTER, context);
        let offered = bytes_of(bytes, fields, &["cipher_suites"]).unwrap_or_default();
        let number = |pair: &[u8]| Some(u16::from_be_bytes(pair.try_into().ok()?));
        let suites = offered
            .chunks(2)
            .filter_map(|pair| decryption::suite(number(pair)?));
        let fitting = suites.filter(|suite| suite.number >> 8 == 0x13 && suite.hash == ledger.hash);
        let suites = fitting.take(3).collect();
        self.early = secret.map(|secret| Early { secret, suites });
    }

    /// Tries the suites that early data may have; the one that fits stays.
    pub(crate) fn open_early_data(&mut self, record: &[u8]) -> Option<Vec<Derivation>> {
        let Early { secret, suites } = self.early.take()?;
        for suite in suites {
            let mut ledger = Ledger::new(suite.hash, Side::Client);
            let opener = traffic_keys(&mut ledger, suite, Side::Client, Epoch::EarlyData, &secret);
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
        let (mut inputs, mut outcome) = (
            Vec::new(),
            not_possible(
                "the key log does not hold the PSK: it was agreed on in an earlier connection",
            ),
        );
        if let Some(early) = &self.tls13.early {
            let key = rows::of_nothing(ledger, early, &rows::BINDER);
            let key = finished_key(ledger, &key, &rows::BINDER_FINISHED_KEY);
            let messages = [&self.transcript.messages[..], hello].concat();
            let hash = ledger.hash.digest(&messages);
            let expected = ledger.hash.hmac(&key.value, &hash);
            let name = "Transcript-Hash(Truncated ClientHello)";
            inputs = mac_inputs(&key, (name, &hash), &expected, found);
            outcome = compare(&expected, found);
        }
        Some(Check {
            name: "PSK binder",
            proves: "the client knows the secret behind the ticket, and sent this very ClientHello",
            source: "RFC 8446 §4.2.11.2",
            inputs,
            outcome,
        })
    }

    fn handshake_secrets(&mut self, ledger: &mut Ledger, message: &Message) {
        let (bytes, fields) = (&message.bytes, &message.fields);
        let selected = number_of(bytes, fields, &["pre_shared_key", "selected_identity"]);
        self.resumed = selected.is_some();
        let zeros = rows::zeros(ledger);
        let name = "(EC)DHE";
        let shared = match fields.find("key_share") {
            Some(_) => self
                .logged("SHARED_SECRET")
                .map(|value| Named { name, value }),
            None => self.tls13.early.as_ref().map(|_| zeros.clone()),
        };
        if let Some(shared) = shared {
            let early = match self.resumed {
                true => self.tls13.early.clone(),
                false => Some(rows::early_secret(ledger, &zeros)),
            };
            let stages = early.map(|early| rows::handshake_and_master(ledger, &early, &shared));
            (self.tls13.handshake, self.tls13.master) = stages.unzip();
        }
        self.handshake_traffic(ledger);
    }

    fn handshake_traffic(&mut self, ledger: &mut Ledger) {
        let early = |opener: &decryption::Opener| opener.epoch == Epoch::EarlyData;
        self.openers.of(Side::Client).retain(early);
        self.openers.of(Side::Server).clear();
        let hash = self.transcript.value().unwrap_or_default();
        let context = ("Transcript-Hash(ClientHello...ServerHello)", &hash[..]);
        let mut missing = false;
        for (side, row) in [
            (Side::Client, &rows::CLIENT_HANDSHAKE),
            (Side::Server, &rows::SERVER_HANDSHAKE),
        ] {
            let secret = self.secret(ledger, self.tls13.handshake.as_ref(), row, context);
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
        for (side, row) in [
            (Side::Client, &rows::CLIENT_APPLICATION),
            (Side::Server, &rows::SERVER_APPLICATION),
        ] {
            let secret = self.secret(ledger, self.tls13.master.as_ref(), row, context);
            self.install(ledger, side, Epoch::Application(0), secret.as_ref());
            *self.tls13.application_traffic.of(side) = secret;
        }
        self.secret(ledger, self.tls13.master.as_ref(), &rows::EXPORTER, context);
    }

    fn client_finished(&mut self, ledger: &mut Ledger) {
        self.advance(Side::Client, Epoch::Application(0));
        if std::mem::replace(&mut self.tls13.client_finished, true) {
            return;
        }
        let hash = self.transcript.value().unwrap_or_default();
        let context = ("Transcript-Hash(ClientHello...client Finished)", &hash[..]);
        let master = self.tls13.master.as_ref();
        self.tls13.resumption =
            master.map(|master| ledger.expand(master, &rows::RESUMPTION, context, hash.len()));
    }

    fn resumption_psk(&mut self, ledger: &mut Ledger, message: &Message) {
        let nonce = bytes_of(&message.bytes, &message.fields, &["ticket_nonce", "bytes"]);
        if let Some(parent) = &self.tls13.resumption {
            let context = ("ticket_nonce", nonce.unwrap_or_default());
            ledger.expand(parent, &rows::TICKET, context, ledger.hash.len());
        }
    }

    fn key_update(&mut self, ledger: &mut Ledger, side: Side) {
        let Some(secret) = self.tls13.application_traffic.of(side).take() else {
            return;
        };
        let generation = self.tls13.generation.of(side);
        *generation += 1;
        let epoch = Epoch::Application(*generation);
        let row = match side {
            Side::Client => &rows::CLIENT_UPDATE,
            Side::Server => &rows::SERVER_UPDATE,
        };
        let next = ledger.expand(&secret, row, rows::NO_CONTEXT, ledger.hash.len());
        self.install(ledger, side, epoch, Some(&next));
        self.advance(side, epoch);
        *self.tls13.application_traffic.of(side) = Some(next);
    }

    /// A secret out of the tree, or out of the key log where the tree is not known.
    fn secret(
        &self,
        ledger: &mut Ledger,
        parent: Option<&Named>,
        row: &Row,
        context: (&str, &[u8]),
    ) -> Option<Named> {
        let length = ledger.hash.len();
        let logged = self.logged(row.log).filter(|secret| secret.len() == length);
        if let Some(parent) = parent {
            let derived = ledger
                .hash
                .expand_label(&parent.value, row.label, context.1, length);
            if logged.as_ref().is_none_or(|logged| *logged == derived) {
                return Some(ledger.expand(parent, row, context, length));
            }
        }
        Some(ledger.logged(row, logged?))
    }

    fn install(&mut self, ledger: &mut Ledger, side: Side, epoch: Epoch, secret: Option<&Named>) {
        if let (Some(suite), Some(secret)) = (self.suite, secret) {
            let opener = traffic_keys(ledger, suite, side, epoch, secret);
            self.openers.of(side).extend(opener);
        }
    }

    fn certificate_verify13(&mut self, message: &Message, hash: Option<&[u8]>) -> Check {
        let Message {
            bytes,
            fields,
            from,
            ..
        } = message;
        let context: &[u8] = match from {
            Side::Client => b"TLS 1.3, client CertificateVerify",
            Side::Server => b"TLS 1.3, server CertificateVerify",
        };
        let parts = [
            input("64 spaces", &[b' '; 64]),
            input("context string", context),
            input("separator", &[0]),
            input(
                "Transcript-Hash(all messages before)",
                hash.unwrap_or_default(),
            ),
        ];
        let signed = parts.iter().flat_map(|part| part.bytes.clone());
        let signed: Vec<u8> = signed.collect();
        let scheme = number_of(bytes, fields, &["algorithm"]).unwrap_or_default();
        let signature = bytes_of(bytes, fields, &["signature", "bytes"]).unwrap_or_default();
        // Taken, so that a peer who signs a thousand times makes us verify once.
        let certificate = self.certificates.of(*from).take();
        Check {
            name: "signature of CertificateVerify",
            proves: "the sender owns the private key of its certificate, and signed this very handshake",
            source: "RFC 8446 §4.4.3",
            inputs: parts
                .into_iter()
                .chain([input("signature", signature)])
                .collect(),
            outcome: signatures::verify(scheme, certificate.as_deref(), &signed, signature),
        }
    }

    fn finished13(&mut self, message: &mut Message, hash: Option<&[u8]>) -> Check {
        let found = bytes_of(&message.bytes, &message.fields, &["verify_data"]);
        let found = found.unwrap_or_default().to_vec();
        let again = message.from == Side::Client && self.tls13.client_finished;
        let base = match again {
            // Asked for a certificate after the handshake, a client finishes with its data's secret.
            true => self.tls13.application_traffic.get(message.from),
            false => self.tls13.handshake_traffic.get(message.from),
        };
        let (mut inputs, mut outcome) = (
            Vec::new(),
            not_possible("the secret that its key comes from is not in the key log"),
        );
        if let (Some(base), Some(hash), Some(mut ledger)) = (base, hash, self.ledger(message.from))
        {
            let key = finished_key(&mut ledger, base, &rows::FINISHED_KEY);
            let expected = ledger.hash.hmac(&key.value, hash);
            let name = "Transcript-Hash(all messages before)";
            inputs = mac_inputs(&key, (name, hash), &expected, &found);
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

fn finished_key(ledger: &mut Ledger, secret: &Named, row: &Row) -> Named {
    ledger.expand(secret, row, rows::NO_CONTEXT, ledger.hash.len())
}
