//! "Do it yourself": a line for the shell that gives the same value as the page, with Python's standard library or with
//! openssl, and with this connection's own bytes in it.
//!
//! All that a peer sent stands in these lines as hexadecimal digits, so that nothing in them is obeyed.

use std::fmt::Write;

use super::policy::base64;
use super::say;
use crate::instruments::wire::conversation::{
    Check, Conversation, Decrypted, Derivation, Epoch, How, Input, Kind, Message, Outcome,
    Protection, Record,
};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::HandshakeType;
use crate::instruments::wire::transcript::hex;
use crate::language::{Language, Phrase};
use crate::narration::Side;
use crate::phrase;
use crate::text::html as escaped;

/// A line with more bytes than this nobody pastes.
const LONGEST: usize = 8192;
/// The tag at the end of a record: 16 bytes with each AEAD of TLS that is decrypted here.
const TAG: usize = 16;
/// The header in front of it.
const HEADER: usize = 5;

/// A command, what it prints, and what to know about it.
struct Line {
    command: String,
    prints: String,
    remark: Phrase,
}

impl Line {
    fn python(program: &str, prints: &[u8]) -> Line {
        Line {
            command: format!("python3 -c 'import hmac; h=bytes.fromhex; {program}'"),
            prints: hex(prints),
            remark: phrase!("Python alone, and it prints the value above:"),
        }
    }

    fn write(&self, page: &mut String, language: Language) {
        let _ = writeln!(
            page,
            "<details class=\"yourself\"><summary>{}</summary>\n<p>{}</p>\n<pre data-prints=\"{}\"><code>{}</code></pre>\n</details>",
            say(&phrase!("compute it yourself"), language),
            say(&self.remark, language),
            escaped(&self.prints),
            escaped(&self.command)
        );
    }
}

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
            line.write(page, self.language);
        }
    }

    /// How a MAC is made again, or a signature verified.
    pub(super) fn check(&self, page: &mut String, index: usize, message: &Message, check: &Check) {
        let inputs: usize = check.inputs.iter().map(|input| input.bytes.len()).sum();
        if inputs > LONGEST || check.inputs.is_empty() {
            return;
        }
        let line = match (check.name, &check.inputs[..]) {
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
            line.write(page, self.language);
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
            line.write(page, self.language);
        }
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
        if matches!(check.outcome, Outcome::Failed(_)) {
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
        let of = derivation.inputs.first().map_or("", |input| &input.name);
        let epoch = match of {
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

fn hash_of(length: usize) -> &'static str {
    match length {
        48 => "sha384",
        _ => "sha256",
    }
}

fn derivation(derived: &Derivation, hash: &str) -> Option<Line> {
    let value = &derived.value;
    match (derived.how, &derived.inputs[..]) {
        (How::Extract, [salt, mixed_in]) => {
            let (salt, mixed_in) = (hex(&salt.bytes), hex(&mixed_in.bytes));
            let program = format!(
                "print(hmac.new(h(\"{salt}\"), h(\"{mixed_in}\"), \"{hash}\").hexdigest())"
            );
            Some(Line::python(&program, value))
        }
        (How::ExpandLabel(label), [secret, context @ .., _]) => {
            let secret = hex(&secret.bytes);
            let context = context
                .first()
                .map_or_else(String::new, |context| hex(&context.bytes));
            let (length, digits) = (value.len(), 2 * value.len());
            let program = format!(
                "secret=h(\"{secret}\"); label=b\"tls13 {label}\"; context=h(\"{context}\"); \
                 info=bytes([0,{length},len(label)])+label+bytes([len(context)])+context; \
                 print(hmac.new(secret, info+bytes([1]), \"{hash}\").hexdigest()[:{digits}])"
            );
            Some(Line::python(&program, value))
        }
        (How::Prf(label), [secret, seed]) => {
            let seed = [label.as_bytes(), &seed.bytes].concat();
            Some(prf(&secret.bytes, &seed, value, hash))
        }
        (How::Slice(start), [from]) => {
            let digits = (2 * start + 1, 2 * (start + value.len()));
            Some(Line {
                command: format!(
                    "printf %s {} | cut -c {}-{}",
                    hex(&from.bytes),
                    digits.0,
                    digits.1
                ),
                prints: hex(value),
                remark: phrase!("Two digits are a byte:"),
            })
        }
        _ => None,
    }
}

/// A Finished or a binder.
fn mac(key: &Input, covered: &Input, expected: &Input) -> Option<Line> {
    let hash = hash_of(key.bytes.len());
    let (key, covered) = (hex(&key.bytes), hex(&covered.bytes));
    let program =
        format!("print(hmac.new(h(\"{key}\"), h(\"{covered}\"), \"{hash}\").hexdigest())");
    Some(Line::python(&program, &expected.bytes))
}

/// P_hash (RFC 5246 §5): as many blocks as the length wants.
fn prf(secret: &[u8], seed: &[u8], value: &[u8], hash: &str) -> Line {
    let block = if hash == "sha384" { 48 } else { 32 };
    let count = value.len().div_ceil(block).max(1);
    let mut program = format!(
        "f=lambda x: hmac.new(h(\"{}\"), x, \"{hash}\").digest(); seed=h(\"{}\"); a1=f(seed)",
        hex(secret),
        hex(seed)
    );
    for number in 2..=count {
        let _ = write!(program, "; a{number}=f(a{})", number - 1);
    }
    let blocks: Vec<String> = (1..=count)
        .map(|number| format!("f(a{number}+seed)"))
        .collect();
    let _ = write!(
        program,
        "; print(({})[:{}].hex())",
        blocks.join("+"),
        value.len()
    );
    Line::python(&program, value)
}

/// The files go into a folder of their own, which the line removes again.
fn verification(scheme: u16, key: &[u8], signed: &[u8], signature: &[u8]) -> Option<Line> {
    let hash = match scheme {
        0x0401 | 0x0403 | 0x0804 | 0x0809 => "sha256",
        0x0501 | 0x0503 | 0x0805 | 0x080a => "sha384",
        0x0601 | 0x0603 | 0x0806 | 0x080b => "sha512",
        0x0807 => "",
        _ => return None,
    };
    let (verify, prints) = match scheme {
        0x0807 => (
            "openssl pkeyutl -verify -pubin -inkey \"$d/key\" -rawin -in \"$d/signed\" -sigfile \"$d/sig\"".to_owned(),
            "Signature Verified Successfully",
        ),
        _ => {
            let pss = match scheme >> 8 {
                0x08 => " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest",
                _ => "",
            };
            let verify = format!(
                "openssl dgst -{hash}{pss} -verify \"$d/key\" -signature \"$d/sig\" \"$d/signed\""
            );
            (verify, "Verified OK")
        }
    };
    let key = base64(key);
    let key: Vec<&str> = (0..key.len())
        .step_by(64)
        .filter_map(|at| key.get(at..key.len().min(at + 64)))
        .collect();
    let command = format!(
        "d=$(mktemp -d); printf '%s\\n' '-----BEGIN PUBLIC KEY-----' {} '-----END PUBLIC KEY-----' > \"$d/key\"; \
         printf %s {} | xxd -r -p > \"$d/signed\"; printf %s {} | xxd -r -p > \"$d/sig\"; {verify}; rm -r \"$d\"",
        key.join(" "),
        hex(signed),
        hex(signature)
    );
    let remark = phrase!(
        "openssl, with the public key out of the certificate. It prints “{prints}”:",
        prints
    );
    Some(Line {
        command,
        prints: prints.to_owned(),
        remark,
    })
}

/// The counter mode inside the AEAD. GCM counts its tag as block 1, so data begins with 2 (NIST SP 800-38D §7.1); for
/// ChaCha20-Poly1305 it begins with 1 (RFC 8439 §2.8).
fn decryption(record: &Record, open: &Decrypted, key: &[u8], suite: &str) -> Option<Line> {
    let nonce = hex(&open.nonce);
    let (cipher, start) = match key.len() {
        _ if suite.contains("CHACHA20") => ("chacha20", format!("01000000{nonce}")),
        16 if suite.contains("GCM") => ("aes-128-ctr", format!("{nonce}00000002")),
        32 if suite.contains("GCM") => ("aes-256-ctr", format!("{nonce}00000002")),
        _ => return None,
    };
    let end = record.bytes.len().checked_sub(TAG)?;
    // TLS 1.2 with GCM sends a part of the nonce in front.
    let start_at = end.checked_sub(open.plaintext.len())?;
    let ciphertext = record.bytes.get(start_at.max(HEADER)..end)?;
    if ciphertext.len() > LONGEST || ciphertext.len() != open.plaintext.len() {
        return None;
    }
    let (key, ciphertext) = (hex(key), hex(ciphertext));
    Some(Line {
        command: format!(
            "printf %s {ciphertext} | xxd -r -p | openssl enc -d -{cipher} -K {key} -iv {start} | xxd -p"
        ),
        prints: hex(&open.plaintext),
        remark: phrase!(
            "openssl, which has only the cipher of this AEAD: it prints what was inside, and does not check the tag. The counter of the blocks stands beside the nonce:"
        ),
    })
}
