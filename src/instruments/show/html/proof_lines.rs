//! "Do it yourself": a line for the shell that gives the same value as the page, with Python's standard library or with
//! openssl, and with this connection's own bytes in it. `shell_lines` has the words of the lines.
//!
//! All that a peer sent stands in these lines as hexadecimal digits, so that nothing in them is obeyed.

use std::fmt::Write;

use super::say;
use super::shell_lines::{LONGEST, Line, decryption, derivation, hash_of, mac, prf, verification};
use crate::instruments::wire::conversation::{
    Check, Conversation, Derivation, Epoch, How, Input, Kind, Message, Outcome, Protection, Record,
};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::HandshakeType;
use crate::language::Language;
use crate::narration::Side;
use crate::phrase;
use crate::text::html as escaped;

/// The lines of one conversation. Its keys are looked up once.
pub(super) struct ProofLines<'a> {
    conversation: &'a Conversation,
    keys: Vec<(Side, Epoch, &'a [u8])>,
    language: Language,
}

impl<'a> ProofLines<'a> {
    pub(super) fn new(conversation: &'a Conversation, language: Language) -> ProofLines<'a> {
        ProofLines {
            conversation,
            keys: write_keys(conversation),
            language,
        }
    }

    /// How a value is derived. Nothing where it was logged.
    pub(super) fn derivation(&self, page: &mut String, message: &Message, derived: &Derivation) {
        let inputs: usize = derived.inputs.iter().map(|input| input.bytes.len()).sum();
        if inputs > LONGEST {
            return;
        }
        if let Some(line) = derivation(derived, self.hash(message, derived)) {
            self.write(page, &line);
        }
    }

    /// How a MAC is made again, or a signature verified.
    pub(super) fn check(&self, page: &mut String, index: usize, message: &Message, check: &Check) {
        let inputs: usize = check.inputs.iter().map(|input| input.bytes.len()).sum();
        if inputs > LONGEST || check.inputs.is_empty() {
            return;
        }
        let line = match (&*check.name.english(), &check.inputs[..]) {
            ("MAC of Finished" | "PSK binder", [key, covered, expected, ..]) => {
                mac(key, covered, expected)
            }
            ("verify_data of Finished", [master, label, hash, expected, ..]) => {
                let seed = [&label.bytes[..], &hash.bytes].concat();
                let hash = self.hash_of_suite(message);
                Some(prf(&master.bytes, &seed, &expected.bytes, hash))
            }
            (_, [signed @ .., signature]) => {
                self.signature(index, message, check, signed, signature)
            }
            _ => None,
        };
        if let Some(line) = line {
            self.write(page, &line);
        }
    }

    /// How a record is decrypted, but for its tag.
    pub(super) fn record(&self, page: &mut String, record: &Record) {
        let Protection::Decrypted(open) = &record.protection else {
            return;
        };
        let key = self.keys.iter();
        let mut key = key.filter(|(side, epoch, _)| (*side, *epoch) == (record.from, open.epoch));
        let (Some((_, _, key)), None) = (key.next(), key.next()) else {
            return;
        };
        if let Some(line) = decryption(record, open, key, &self.suite(0)) {
            self.write(page, &line);
        }
    }

    fn write(&self, page: &mut String, line: &Line) {
        let _ = writeln!(
            page,
            "<details class=\"yourself\"><summary>{}</summary>\n<p>{}</p>\n<pre data-prints=\"{}\"><code>{}</code></pre>\n</details>",
            say(&phrase!("compute it yourself"), self.language),
            say(&line.remark, self.language),
            escaped(&line.prints),
            escaped(&line.command)
        );
    }

    fn suite(&self, handshake: usize) -> String {
        let negotiated = self.conversation.handshakes.get(handshake);
        let suite = negotiated.and_then(|negotiated| negotiated.cipher_suite);
        suite.map_or_else(String::new, |suite| names::CIPHER_SUITES.short(suite))
    }

    fn hash_of_suite(&self, message: &Message) -> &'static str {
        match self.suite(message.handshake).ends_with("SHA384") {
            true => "sha384",
            false => "sha256",
        }
    }

    /// TLS 1.3: each secret is as long as the hash. TLS 1.2: the suite names it.
    fn hash(&self, message: &Message, derived: &Derivation) -> &'static str {
        match derived.how {
            How::Extract => hash_of(derived.value.len()),
            How::ExpandLabel(_) => {
                let secret = derived.inputs.first();
                hash_of(secret.map_or(0, |secret| secret.bytes.len()))
            }
            _ => self.hash_of_suite(message),
        }
    }

    /// The signature over what was said before, with the key of the certificate that the signer sent.
    fn signature(
        &self,
        index: usize,
        message: &Message,
        check: &Check,
        signed: &[Input],
        signature: &Input,
    ) -> Option<Line> {
        // Then it is not known what was signed.
        let nothing = signed.iter().all(|part| part.bytes.is_empty());
        if matches!(check.outcome, Outcome::Failed(_)) || nothing {
            return None;
        }
        let signed: Vec<u8> = signed.iter().flat_map(|part| part.bytes.clone()).collect();
        let scheme = message.fields.find("algorithm")?.range.clone();
        let scheme = message.bytes.get(scheme)?.try_into().ok()?;
        // A certificate that is not kept may have come in between.
        if self.conversation.omitted.handshake {
            return None;
        }
        let certificate = Kind::Handshake(HandshakeType::CERTIFICATE);
        let before = self.conversation.messages.get(..index)?.iter();
        let mut certificates =
            before.filter(|said| said.from == message.from && said.kind == certificate);
        let certificate = certificates.next_back()?;
        let key = certificate
            .fields
            .find("subjectPublicKeyInfo")?
            .range
            .clone();
        let key = certificate.bytes.get(key)?;
        verification(u16::from_be_bytes(scheme), key, &signed, &signature.bytes)
    }
}

/// The keys of each side and epoch. After a renegotiation one epoch has two, and no record says which.
fn write_keys(conversation: &Conversation) -> Vec<(Side, Epoch, &[u8])> {
    let mut keys = Vec::new();
    // A KeyUpdate that is not kept would leave the keys behind it uncounted.
    if conversation.omitted.handshake {
        return keys;
    }
    let mut updates = [0, 0];
    let messages = conversation.messages.iter();
    for derivation in messages.flat_map(|message| &message.derivations) {
        let side = match &derivation.name[..] {
            "client_write_key" => Side::Client,
            "server_write_key" => Side::Server,
            _ => continue,
        };
        let of = derivation
            .inputs
            .first()
            .map_or_else(String::new, |input| input.name.to_string());
        let epoch = match &of[..] {
            "client_early_traffic_secret" => Epoch::EarlyData,
            _ if of.ends_with("handshake_traffic_secret") => Epoch::Handshake,
            "key_block" => Epoch::Tls12,
            _ => {
                let number = &mut updates[side as usize];
                *number += 1;
                Epoch::Application(*number - 1)
            }
        };
        keys.push((side, epoch, &derivation.value[..]));
    }
    keys
}
