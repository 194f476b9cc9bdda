//! Derives secrets and writes each derivation down in the same step, so that what is shown is what was computed.
//!
//! Unaware of messages and of when a secret becomes computable.

use std::ops::Range;

use crate::instruments::wire::conversation::{Derivation, How, Input};
use crate::instruments::wire::hkdf::{Hash, hkdf_label};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// A secret with its name: what a derivation starts from, and what comes out of it.
#[derive(Clone, Debug)]
pub(crate) struct NamedSecret {
    pub(crate) name: &'static str,
    pub(crate) value: Vec<u8>,
}

/// A secret that can be derived, as its standard specifies it.
#[derive(Debug)]
pub(crate) struct SecretSpec {
    /// The standard's name for it.
    pub(crate) name: &'static str,
    /// The label that HKDF-Expand-Label or the PRF gets; empty where neither makes it.
    pub(crate) label: &'static str,
    /// Its name in a key log (SSLKEYLOGFILE); empty where TLS libraries do not log it.
    pub(crate) key_log_label: &'static str,
    /// What it is for.
    pub(crate) meaning: Phrase,
    /// The standard and section.
    pub(crate) source: &'static str,
}

/// Derives the secrets that one message makes computable, and keeps how.
#[derive(Debug)]
pub(crate) struct DerivationLog {
    pub(crate) hash: Hash,
    computable_by: Phrase,
    pub(crate) entries: Vec<Derivation>,
}

/// The context of a derivation that has none.
pub(crate) const NO_CONTEXT: Input = Input {
    name: Phrase::empty(),
    bytes: Vec::new(),
};

impl DerivationLog {
    /// For what becomes computable with a message from this side.
    pub(crate) fn new(hash: Hash, from: Side) -> DerivationLog {
        let computable_by = match from {
            Side::Client => {
                phrase!("the client before it sends this, the server after it has read it")
            }
            Side::Server => {
                phrase!("the server before it sends this, the client after it has read it")
            }
        };
        DerivationLog {
            hash,
            computable_by,
            entries: Vec::new(),
        }
    }

    /// HKDF-Extract: mixes new secret material into the chain.
    pub(crate) fn extract(
        &mut self,
        spec: &SecretSpec,
        salt: &NamedSecret,
        material: &NamedSecret,
    ) -> NamedSecret {
        let value = self.hash.hmac(&salt.value, &material.value);
        let formula = format!("HKDF-Extract({}, {})", salt.name, material.name);
        let inputs = vec![
            input(salt.name, &salt.value),
            input(material.name, &material.value),
        ];
        self.write(spec, value, How::Extract, formula, inputs)
    }

    /// HKDF-Expand-Label: one secret out of another, for one purpose.
    pub(crate) fn expand(
        &mut self,
        spec: &SecretSpec,
        secret: &NamedSecret,
        context: &Input,
        length: usize,
    ) -> NamedSecret {
        let Input { name, bytes } = context;
        let label = spec.label;
        let value = self.hash.expand_label(&secret.value, label, bytes, length);
        let mut inputs = vec![input(secret.name, &secret.value)];
        let mut shown = "\"\"".into();
        if !bytes.is_empty() {
            inputs.push(context.clone());
            shown = name.english();
        }
        inputs.push(input("HkdfLabel", &hkdf_label(label, bytes, length)));
        let formula = format!(
            "HKDF-Expand-Label({}, \"{label}\", {shown}, {length})",
            secret.name
        );
        self.write(spec, value, How::ExpandLabel(label), formula, inputs)
    }

    /// Derive-Secret (RFC 8446 §7.1): an expansion as long as the hash, over the messages so far. Here their
    /// hash is the context, so that a peer's long handshake is hashed once.
    pub(crate) fn derive_secret(
        &mut self,
        spec: &SecretSpec,
        secret: &NamedSecret,
        transcript_hash: &Input,
    ) -> NamedSecret {
        self.expand(spec, secret, transcript_hash, self.hash.len())
    }

    /// Derive-Secret over no messages at all: its context is the hash of nothing.
    pub(crate) fn derive_secret_of_no_messages(
        &mut self,
        spec: &SecretSpec,
        secret: &NamedSecret,
    ) -> NamedSecret {
        let empty = input("Hash(\"\")", &self.hash.digest(&[]));
        self.derive_secret(spec, secret, &empty)
    }

    /// The PRF of TLS 1.2 (RFC 5246 §5).
    pub(crate) fn prf(
        &mut self,
        spec: &SecretSpec,
        secret: &NamedSecret,
        seed: Input,
        length: usize,
    ) -> NamedSecret {
        let value = self
            .hash
            .prf(&secret.value, spec.label, &seed.bytes, length);
        let formula = format!(
            "PRF({}, \"{}\", {}), {length} bytes",
            secret.name, spec.label, seed.name
        );
        let inputs = vec![input(secret.name, &secret.value), seed];
        self.write(spec, value, How::Prf(spec.label), formula, inputs)
    }

    /// A slice of a longer string.
    pub(crate) fn slice(
        &mut self,
        spec: &SecretSpec,
        from: &NamedSecret,
        range: Range<usize>,
    ) -> NamedSecret {
        let formula = format!("bytes {} to {} of {}", range.start, range.end, from.name);
        let how = How::Slice(range.start);
        let value = from.value.get(range).unwrap_or_default().to_vec();
        let inputs = vec![input(from.name, &from.value)];
        self.write(spec, value, how, formula, inputs)
    }

    /// A secret out of the key log: it has no inputs.
    pub(crate) fn logged(&mut self, spec: &SecretSpec, value: Vec<u8>) -> NamedSecret {
        let formula =
            phrase!("from the key log: what it is derived from never leaves the TLS library");
        self.write(spec, value, How::Logged, formula, Vec::new())
    }

    fn write(
        &mut self,
        spec: &SecretSpec,
        value: Vec<u8>,
        how: How,
        formula: impl Into<Phrase>,
        inputs: Vec<Input>,
    ) -> NamedSecret {
        self.entries.push(Derivation {
            name: spec.name.to_owned(),
            value: value.clone(),
            how,
            formula: formula.into(),
            derived: !inputs.is_empty(),
            inputs,
            computable_by: self.computable_by.clone(),
            meaning: spec.meaning.clone(),
            source: spec.source,
        });
        NamedSecret {
            name: spec.name,
            value,
        }
    }
}

/// Named bytes.
pub(crate) fn input(name: impl Into<Phrase>, bytes: &[u8]) -> Input {
    Input {
        name: name.into(),
        bytes: bytes.to_vec(),
    }
}
