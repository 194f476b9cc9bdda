//! How one secret is made of another: HKDF and the labels of TLS 1.3 (RFC 5869, RFC 8446 §7.1), the PRF of
//! TLS 1.2 (RFC 5246 §5). By hand, over HMAC, because this is where the handshake's words become keys.
//!
//! Unaware of messages. A [`Ledger`] writes down each derivation as it is made, so that what is shown is
//! what was computed.

use aws_lc_rs::{digest, hmac};

use crate::wire::conversation::{Derivation, Input};
use crate::wire::transcript::Side;

/// The hash that a cipher suite names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    pub(crate) fn len(self) -> usize {
        self.digest_algorithm().output_len()
    }

    pub(crate) fn digest_algorithm(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
        }
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        digest::digest(self.digest_algorithm(), bytes)
            .as_ref()
            .to_vec()
    }

    pub(crate) fn hmac(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), bytes)
            .as_ref()
            .to_vec()
    }

    /// HKDF-Expand (RFC 5869 §2.3): blocks of HMAC, each over the block before, the info and a counter.
    pub(crate) fn expand(self, secret: &[u8], info: &[u8], length: usize) -> Vec<u8> {
        let (mut output, mut block) = (Vec::new(), Vec::new());
        for counter in 1..=255u8 {
            if output.len() >= length {
                break;
            }
            block = self.hmac(secret, &[&block, info, &[counter]].concat());
            output.extend_from_slice(&block);
        }
        output.truncate(length);
        output
    }

    /// HKDF-Expand-Label (RFC 8446 §7.1).
    pub(crate) fn expand_label(
        self,
        secret: &[u8],
        label: &str,
        context: &[u8],
        length: usize,
    ) -> Vec<u8> {
        self.expand(secret, &hkdf_label(label, context, length), length)
    }

    /// The PRF of TLS 1.2 (RFC 5246 §5): P_hash, whose seed is chained through HMAC.
    pub(crate) fn prf(self, secret: &[u8], label: &str, seed: &[u8], length: usize) -> Vec<u8> {
        let seed = [label.as_bytes(), seed].concat();
        let (mut output, mut a) = (Vec::new(), seed.clone());
        while output.len() < length {
            a = self.hmac(secret, &a);
            output.extend(self.hmac(secret, &[&a[..], &seed].concat()));
        }
        output.truncate(length);
        output
    }
}

/// The structure HkdfLabel: it binds each output to its length, its name and the handshake.
fn hkdf_label(label: &str, context: &[u8], length: usize) -> Vec<u8> {
    let label = format!("tls13 {label}");
    let mut info = (length as u16).to_be_bytes().to_vec();
    for part in [label.as_bytes(), context] {
        info.push(part.len() as u8);
        info.extend_from_slice(part);
    }
    info
}

/// A secret with its name: what a derivation starts from.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) value: Vec<u8>,
}

/// A row of the key schedule: what HKDF-Expand-Label is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label<'a> {
    /// The name of what comes out.
    pub(crate) name: &'static str,
    /// The label without `tls13 `.
    pub(crate) label: &'static str,
    /// What the context is, and its bytes.
    pub(crate) context: (&'static str, &'a [u8]),
    pub(crate) length: usize,
    pub(crate) meaning: &'static str,
    pub(crate) source: &'static str,
}

/// Derives, and writes down what it derives.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) hash: Hash,
    pub(crate) who: &'static str,
    pub(crate) entries: Vec<Derivation>,
}

impl Ledger {
    /// For what becomes computable with a message from this side.
    pub(crate) fn new(hash: Hash, from: Side) -> Ledger {
        let who = match from {
            Side::Client => "the client before it sends this, the server after it has read it",
            Side::Server => "the server before it sends this, the client after it has read it",
        };
        Ledger {
            hash,
            who,
            entries: Vec::new(),
        }
    }

    /// HKDF-Extract: mixes new secret material into the chain.
    pub(crate) fn extract(
        &mut self,
        name: &'static str,
        salt: &Named,
        material: &Named,
        meaning: &'static str,
    ) -> Named {
        let value = self.hash.hmac(&salt.value, &material.value);
        let formula = format!("HKDF-Extract({}, {})", salt.name, material.name);
        let inputs = vec![
            input(salt.name, &salt.value),
            input(material.name, &material.value),
        ];
        self.write(name, value, formula, inputs, meaning, "RFC 8446 §7.1")
    }

    /// HKDF-Expand-Label: one secret out of another, for one purpose.
    pub(crate) fn expand(&mut self, secret: &Named, row: Label<'_>) -> Named {
        let value = self
            .hash
            .expand_label(&secret.value, row.label, row.context.1, row.length);
        let context = if row.context.1.is_empty() {
            "\"\""
        } else {
            row.context.0
        };
        let formula = format!(
            "HKDF-Expand-Label({}, \"{}\", {context}, {})",
            secret.name, row.label, row.length
        );
        let mut inputs = vec![input(secret.name, &secret.value)];
        if !row.context.1.is_empty() {
            inputs.push(input(row.context.0, row.context.1));
        }
        inputs.push(input(
            "HkdfLabel",
            &hkdf_label(row.label, row.context.1, row.length),
        ));
        self.write(row.name, value, formula, inputs, row.meaning, row.source)
    }

    /// The PRF of TLS 1.2.
    pub(crate) fn prf(
        &mut self,
        name: &'static str,
        secret: &Named,
        label: &str,
        seed: Input,
        length: usize,
        source: &'static str,
    ) -> Named {
        let value = self.hash.prf(&secret.value, label, &seed.bytes, length);
        let formula = format!(
            "PRF({}, \"{label}\", {}), {length} bytes",
            secret.name, seed.name
        );
        let inputs = vec![input(secret.name, &secret.value), seed];
        self.write(
            name,
            value,
            formula,
            inputs,
            "everything that protects records, cut out of one string",
            source,
        )
    }

    /// A piece of a longer string.
    pub(crate) fn cut(
        &mut self,
        name: &'static str,
        from: &Named,
        range: std::ops::Range<usize>,
        meaning: &'static str,
        source: &'static str,
    ) -> Named {
        let formula = format!("bytes {} to {} of {}", range.start, range.end, from.name);
        let value = from.value.get(range).unwrap_or_default().to_vec();
        let inputs = vec![input(from.name, &from.value)];
        self.write(name, value, formula, inputs, meaning, source)
    }

    /// A secret out of the key log.
    pub(crate) fn logged(
        &mut self,
        name: &'static str,
        value: Vec<u8>,
        meaning: &'static str,
        source: &'static str,
    ) -> Named {
        let formula =
            "from the key log: what it is derived from never leaves the TLS library".to_owned();
        let named = self.write(name, value, formula, Vec::new(), meaning, source);
        if let Some(entry) = self.entries.last_mut() {
            entry.derived = false;
        }
        named
    }

    fn write(
        &mut self,
        name: &'static str,
        value: Vec<u8>,
        formula: String,
        inputs: Vec<Input>,
        meaning: &'static str,
        source: &'static str,
    ) -> Named {
        let who = self.who;
        self.entries.push(Derivation {
            name: name.to_owned(),
            value: value.clone(),
            formula,
            inputs,
            derived: true,
            who,
            meaning,
            source,
        });
        Named { name, value }
    }
}

/// Named bytes.
pub(crate) fn input(name: &str, bytes: &[u8]) -> Input {
    Input {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    }
}
