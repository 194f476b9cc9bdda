//! Private keys that the provider cannot use, and keys whose bytes are not what their label says.

use rustls::pki_types::PrivateKeyDer;

use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::pem::block::{File, Wanted};
use crate::instruments::doctor::pem::der::is;
use crate::instruments::doctor::remedy;
use crate::instruments::doctor::side_view::SideView;
use crate::instruments::x509::{Kind, describe};
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;
use crate::text;

pub(super) fn expected_key() -> Phrase {
    phrase!("a P-256, P-384, P-521, Ed25519, ML-DSA or RSA key, RSA from 2048 to 8192 bits")
}

const LABELS: [(&str, Kind); 3] = [
    ("PRIVATE KEY", Kind::Pkcs8Key),
    ("RSA PRIVATE KEY", Kind::Pkcs1Key),
    ("EC PRIVATE KEY", Kind::Sec1Key),
];

/// The provider can use the first key of the file, which is the one that counts.
pub(super) fn usable(look: &SideView<'_, '_>) -> Option<Finding> {
    let path = look.side.party.key.as_deref()?;
    let key = look.side.keys.first().filter(|key| key.public.is_none())?;
    let file = File::of(path, &[], Wanted::PrivateKey);
    let der = key.der.secret_der();
    let [pkcs8, rsa, ec] = LABELS;
    let (label, kind) = match key.der {
        PrivateKeyDer::Pkcs1(_) => rsa,
        PrivateKeyDer::Sec1(_) => ec,
        _ => pkcs8,
    };
    if is(kind, der) {
        let (code, what) = algorithm(kind, der);
        let found = phrase!("{what}, which rustls's provider does not support", what);
        let fix = remedy::new_pair(look, phrase!("a new key, and a certificate for it:"));
        let step = Step::Preparation;
        return Some(error(code, step, path, expected_key(), found, fix));
    }
    if let Some((right, _)) = LABELS.iter().find(|(_, kind)| is(*kind, der)) {
        let fix = file.edited(&format!("sed 's/ {label}-/ {right}-/'"));
        let found = phrase!("the label {label} around what is a {right}", label, right);
        return Some(file.error("wrong-label", found, fix));
    }
    let lost = phrase!("the key again from its backup; without one, a new key and certificate:");
    let fix = remedy::new_pair(look, lost);
    let found = phrase!("bytes that are no whole {label}", label);
    Some(file.error("malformed-key", found, fix))
}

/// The finding's code, and the kind of the key in words. No private part is in it.
fn algorithm(kind: Kind, der: &[u8]) -> (&'static str, Phrase) {
    let tree = describe(kind, der);
    // The modulus is a whole number of 128 bits, and up to four bytes of DER.
    if let Some(modulus) = tree.find("modulus") {
        let bits = modulus.range.len().saturating_sub(4) / 16 * 128;
        return (size_code(bits), phrase!("an RSA key of {bits} bits", bits));
    }
    let named = ["privateKeyAlgorithm", "parameters"];
    let mut named = named.iter().filter_map(|label| tree.find(label));
    let name = named.find(|field| !field.value.is_empty());
    let what = name.map_or_else(
        || phrase!("a key of an unknown kind"),
        |field| for_algorithm(&field.value.english()),
    );
    ("unsupported-key", what)
}

/// A key of a curve, or for an algorithm, as the description of its AlgorithmIdentifier calls it.
pub(super) fn for_algorithm(described: &str) -> Phrase {
    match described.strip_prefix("id-ecPublicKey, ") {
        Some(curve) => phrase!(
            "a key of the curve {curve}",
            curve = text::shorten(curve, 40)
        ),
        None => phrase!(
            "a key for {algorithm}",
            algorithm = text::shorten(described, 50)
        ),
    }
}

/// An RSA key that is too short is weak; one that is too long is sound, and not supported.
pub(super) fn size_code(bits: usize) -> &'static str {
    if bits < 2048 {
        "weak-key"
    } else {
        "unsupported-key"
    }
}
