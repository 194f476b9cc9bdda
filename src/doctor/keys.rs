//! Private keys that the provider cannot use, and keys whose bytes are not what their label says.

use std::path::Path;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivateKeyDer;

use crate::certificates::describe::{Kind, describe};
use crate::finding::{Finding, error};
use crate::narration::Step;
use crate::pem::block::{File, Wanted};
use crate::pem::der::is;
use crate::pem::labels::new_key;
use crate::text;

pub(super) const EXPECTED_KEY: &str =
    "a P-256, P-384, P-521, Ed25519 or RSA key, RSA from 2048 to 8192 bits";

/// Why the provider cannot use a key.
pub(super) fn problem(
    path: &Path,
    key: &PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Option<Finding> {
    let file = &File::of(path, &[], Wanted::PrivateKey);
    let refused = provider
        .key_provider
        .load_private_key(key.clone_key())
        .is_err();
    if !refused {
        return None;
    }
    let (label, kind) = match key {
        PrivateKeyDer::Pkcs1(_) => ("RSA PRIVATE KEY", Kind::Pkcs1Key),
        PrivateKeyDer::Sec1(_) => ("EC PRIVATE KEY", Kind::Sec1Key),
        _ => ("PRIVATE KEY", Kind::Pkcs8Key),
    };
    let der = key.secret_der();
    let others = [
        ("PRIVATE KEY", Kind::Pkcs8Key),
        ("RSA PRIVATE KEY", Kind::Pkcs1Key),
        ("EC PRIVATE KEY", Kind::Sec1Key),
    ];
    if is(kind, der) {
        let fix = format!("a new key, and a certificate for it:\n  {}", new_key(file));
        let what = text::shorten(&algorithm(kind, der), 60);
        let found = format!("{what}, which is not done here");
        return Some(error(
            "unusable-key",
            Step::Preparation,
            path,
            EXPECTED_KEY,
            found,
            fix,
        ));
    }
    if let Some((right, _)) = others.iter().find(|(_, kind)| is(*kind, der)) {
        let fix = file.rewritten(&format!("sed 's/ {label}-/ {right}-/' {{f}} >"));
        let found = format!("the label {label} around what is a {right}");
        return Some(file.error("wrong-label", found, fix));
    }
    let found = format!("bytes that are no whole {label}");
    Some(file.error(
        "broken-key",
        found,
        format!(
            "the key again from its backup; without one, a new key and certificate:\n  {}",
            new_key(file)
        ),
    ))
}

/// The kind of a key in words. No private part is in it.
fn algorithm(kind: Kind, der: &[u8]) -> String {
    let tree = describe(kind, der);
    let value = |label: &str| {
        tree.find(label)
            .map(|field| field.value.clone())
            .filter(|value| !value.is_empty())
    };
    let size = tree
        .find("modulus")
        .map(|modulus| (modulus.range.len().saturating_sub(4)) / 16 * 128);
    match size {
        Some(bits) => format!("an RSA key of {bits} bits"),
        None => match value("privateKeyAlgorithm").or_else(|| value("parameters")) {
            Some(name) => format!("a key for {name}"),
            None => "a key of a kind".to_owned(),
        },
    }
}
