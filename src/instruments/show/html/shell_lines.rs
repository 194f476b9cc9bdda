//! The words of a line for the shell: HMAC, HKDF and the PRF in Python, signatures and ciphers with openssl.
//!
//! Unaware of which message a value belongs to.

use std::fmt::Write;

use crate::instruments::show::base64;
use crate::instruments::wire::conversation::{Decrypted, Derivation, How, Input, Record};
use crate::instruments::wire::transcript::hex;
use crate::language::Phrase;
use crate::phrase;

/// A line with more bytes than this nobody pastes.
pub(super) const LONGEST: usize = 8192;
/// The tag at the end of a record: 16 bytes with each AEAD of TLS that is decrypted here.
const TAG: usize = 16;
/// The header in front of it.
const HEADER: usize = 5;

/// A command, what it prints, and what to know about it.
pub(super) struct Line {
    pub(super) command: String,
    pub(super) prints: String,
    pub(super) remark: Phrase,
}

impl Line {
    fn python(program: &str, prints: &[u8]) -> Line {
        Line {
            command: format!("python3 -c 'import hmac; h=bytes.fromhex; {program}'"),
            prints: hex(prints),
            remark: phrase!("Python alone, and it prints the value above:"),
        }
    }
}

pub(super) fn hash_of(length: usize) -> &'static str {
    match length {
        48 => "sha384",
        _ => "sha256",
    }
}

pub(super) fn derivation(derived: &Derivation, hash: &str) -> Option<Line> {
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
pub(super) fn mac(key: &Input, covered: &Input, expected: &Input) -> Option<Line> {
    let hash = hash_of(key.bytes.len());
    let (key, covered) = (hex(&key.bytes), hex(&covered.bytes));
    let program =
        format!("print(hmac.new(h(\"{key}\"), h(\"{covered}\"), \"{hash}\").hexdigest())");
    Some(Line::python(&program, &expected.bytes))
}

/// P_hash (RFC 5246 §5): as many blocks as the length wants.
pub(super) fn prf(secret: &[u8], seed: &[u8], value: &[u8], hash: &str) -> Line {
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
pub(super) fn verification(
    scheme: u16,
    key: &[u8],
    signed: &[u8],
    signature: &[u8],
) -> Option<Line> {
    let (verify, prints) = verifier(scheme)?;
    let command = format!(
        "d=$(mktemp -d); printf '%s\\n' '-----BEGIN PUBLIC KEY-----' {} '-----END PUBLIC KEY-----' > \"$d/key\"; \
         printf %s {} | xxd -r -p > \"$d/signed\"; printf %s {} | xxd -r -p > \"$d/sig\"; {verify}; rm -r \"$d\"",
        in_lines(&base64::encode(key)),
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

/// What verifies a signature of this scheme, and what it prints.
fn verifier(scheme: u16) -> Option<(String, &'static str)> {
    let hash = match scheme {
        0x0401 | 0x0403 | 0x0804 | 0x0809 => "sha256",
        0x0501 | 0x0503 | 0x0805 | 0x080a => "sha384",
        0x0601 | 0x0603 | 0x0806 | 0x080b => "sha512",
        // Ed25519 signs the message itself.
        0x0807 => {
            let verify = "openssl pkeyutl -verify -pubin -inkey \"$d/key\" -rawin -in \"$d/signed\" -sigfile \"$d/sig\"";
            return Some((verify.to_owned(), "Signature Verified Successfully"));
        }
        _ => return None,
    };
    let pss = match scheme >> 8 {
        0x08 => " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest",
        _ => "",
    };
    let verify =
        format!("openssl dgst -{hash}{pss} -verify \"$d/key\" -signature \"$d/sig\" \"$d/signed\"");
    Some((verify, "Verified OK"))
}

/// Base64 in words of 64 letters, which the shell makes the lines of a PEM file.
fn in_lines(base64: &str) -> String {
    let ends = (0..base64.len()).step_by(64);
    let lines = ends.filter_map(|at| base64.get(at..base64.len().min(at + 64)));
    lines.collect::<Vec<_>>().join(" ")
}

/// The counter mode inside the AEAD. GCM counts its tag as block 1, so data begins with 2 (NIST SP 800-38D §7.1); for
/// ChaCha20-Poly1305 it begins with 1 (RFC 8439 §2.8).
pub(super) fn decryption(
    record: &Record,
    open: &Decrypted,
    key: &[u8],
    suite: &str,
) -> Option<Line> {
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
