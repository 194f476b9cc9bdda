//! Algorithms and sizes that the provider does not do. Asked before any signature is judged: a
//! signature that nobody can check is not a wrong one.

use super::keys::{EXPECTED_KEY, size_code};
use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::remedy::{NEW_CA, renew};
use crate::instruments::doctor::side_view::{ChainLink, SideView};
use crate::instruments::doctor::signatures::{knows_algorithm, knows_key, rsa_bits};
use crate::instruments::fields::Field;
use crate::instruments::x509;

/// The algorithm that the issuer signed with. A key that is unknown too is another check's.
pub(super) fn signature(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let provider = &link.look.evidence.files.provider;
    let algorithm = link.cert.x509.signature_algorithm.algorithm.as_bytes();
    let its_key = link
        .issuer
        .is_none_or(|issuer| knows_key(issuer.key(), provider));
    if knows_algorithm(algorithm, provider) || !its_key {
        return None;
    }
    let tree = x509::certificate(link.cert.der);
    let algorithm = shown(tree.find("signatureAlgorithm"));
    let found = format!("{} is signed with {algorithm}", link.cert.name());
    let expected = "a signature with SHA-256 or better, by ECDSA, RSA or Ed25519";
    Some(link.error("weak-signature", expected, found, renew(link)))
}

/// The key that the issuer signed with.
pub(super) fn issuers_key(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let (code, words) = unknown(link.issuer?, link.look)?;
    let code = match code {
        "weak-key" => "weak-ca-key",
        code => code,
    };
    let found = format!("{} signs with {words}", link.issuer?.name());
    let finding = link.error(code, EXPECTED_KEY, found, NEW_CA);
    let file = link.issuer?.path.to_owned();
    Some(Finding { file, ..finding })
}

/// The key of a server on the other end; one's own is judged with its file.
pub(super) fn sent_key(look: &SideView<'_, '_>) -> Option<Finding> {
    let leaf = look.leaf().filter(|_| look.is_sent())?;
    let (code, words) = unknown(leaf, look)?;
    let found = format!("{} has {words}", leaf.name());
    let fix = "a new key and certificate, from its owner";
    Some(look.error(code, EXPECTED_KEY, found, fix))
}

/// A key that the provider does not verify with: the finding's code, and the key in words.
fn unknown(cert: &Cert<'_>, look: &SideView<'_, '_>) -> Option<(&'static str, String)> {
    if knows_key(cert.key(), &look.evidence.files.provider) {
        return None;
    }
    let tree = x509::certificate(cert.der);
    let key = tree.find("subjectPublicKeyInfo");
    Some(match rsa_bits(cert.key()) {
        Some(bits) => (size_code(bits), format!("an RSA key of {bits} bits")),
        None => {
            let algorithm = shown(key.and_then(|key| key.find("algorithm")));
            ("unsupported-key", format!("a key for {algorithm}"))
        }
    })
}

fn shown(field: Option<&Field>) -> String {
    field.map_or("an unknown algorithm".to_owned(), |field| {
        field.value.clone()
    })
}
