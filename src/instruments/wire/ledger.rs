//! Writes down each derivation as it is made, so that what is shown is what was computed.
//!
//! Unaware of messages and of when a secret becomes computable.

use crate::instruments::wire::conversation::{Derivation, Input};
use crate::instruments::wire::secrets::{Hash, hkdf_label};
use crate::narration::Side;

/// A secret with its name: what a derivation starts from.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) value: Vec<u8>,
}

/// A secret to derive: its name, the label that HKDF gets, its name in a key log, and what it is for.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) log: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) source: &'static str,
}

/// Derives, and writes down what it derives.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) hash: Hash,
    who: &'static str,
    pub(crate) entries: Vec<Derivation>,
}

impl Ledger {
    /// For what becomes computable with a message from this side.
    pub(crate) fn new(hash: Hash, from: Side) -> Ledger {
        let who = match from {
            Side::Client => "the client before it sends this, the server after it has read it",
            Side::Server => "the server before it sends this, the client after it has read it",
        };
        let entries = Vec::new();
        Ledger { hash, who, entries }
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
        self.write(name, value, (formula, inputs), meaning, "RFC 8446 §7.1")
    }

    /// HKDF-Expand-Label: one secret out of another, for one purpose.
    pub(crate) fn expand(
        &mut self,
        secret: &Named,
        row: &Row,
        context: (&str, &[u8]),
        length: usize,
    ) -> Named {
        let value = self
            .hash
            .expand_label(&secret.value, row.label, context.1, length);
        let mut inputs = vec![input(secret.name, &secret.value)];
        let mut shown = "\"\"";
        if !context.1.is_empty() {
            inputs.push(input(context.0, context.1));
            shown = context.0;
        }
        inputs.push(input(
            "HkdfLabel",
            &hkdf_label(row.label, context.1, length),
        ));
        let formula = format!(
            "HKDF-Expand-Label({}, \"{}\", {shown}, {length})",
            secret.name, row.label
        );
        self.write(row.name, value, (formula, inputs), row.meaning, row.source)
    }

    /// The PRF of TLS 1.2.
    pub(crate) fn prf(&mut self, row: &Row, secret: &Named, seed: Input, length: usize) -> Named {
        let value = self.hash.prf(&secret.value, row.label, &seed.bytes, length);
        let formula = format!(
            "PRF({}, \"{}\", {}), {length} bytes",
            secret.name, row.label, seed.name
        );
        let inputs = vec![input(secret.name, &secret.value), seed];
        self.write(row.name, value, (formula, inputs), row.meaning, row.source)
    }

    /// A piece of a longer string.
    pub(crate) fn cut(&mut self, row: &Row, from: &Named, range: std::ops::Range<usize>) -> Named {
        let formula = format!("bytes {} to {} of {}", range.start, range.end, from.name);
        let value = from.value.get(range).unwrap_or_default().to_vec();
        let inputs = vec![input(from.name, &from.value)];
        self.write(row.name, value, (formula, inputs), row.meaning, row.source)
    }

    /// A secret out of the key log.
    pub(crate) fn logged(&mut self, row: &Row, value: Vec<u8>) -> Named {
        let formula = "from the key log: what it is derived from never leaves the TLS library";
        let named = self.write(
            row.name,
            value,
            (formula.to_owned(), Vec::new()),
            row.meaning,
            row.source,
        );
        if let Some(entry) = self.entries.last_mut() {
            entry.derived = false;
        }
        named
    }

    fn write(
        &mut self,
        name: &'static str,
        value: Vec<u8>,
        how: (String, Vec<Input>),
        meaning: &'static str,
        source: &'static str,
    ) -> Named {
        let (formula, inputs) = how;
        self.entries.push(Derivation {
            name: name.to_owned(),
            value: value.clone(),
            formula,
            inputs,
            derived: true,
            who: self.who,
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
