//! Algorithms and sizes that the provider does not do. Asked before any signature is judged: a
//! signature that nobody can check is not a wrong one.

use x509_parser::x509::SubjectPublicKeyInfo;

use super::evidence::Cert;
use super::keys::EXPECTED_KEY;
use super::look::{Link, Look, is_sent};
use super::route::{knows_algorithm, knows_key, rsa_bits};
use crate::certificates::describe;
use crate::finding::{Finding, error, judged};

const EXPECTED_SIGNATURE: &str = "a signature with SHA-256 or better, by ECDSA, RSA or Ed25519";

/// The algorithm that the issuer signed with.
pub(super) fn signature(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let algorithm = link.cert.x509.signature_algorithm.algorithm.as_bytes();
    if knows_algorithm(algorithm, &link.look.evidence.files.provider) {
        return None;
    }
    let found = format!(
        "{} is signed with {}",
        link.cert.name(),
        shown(link.cert, "signatureAlgorithm")
    );
    Some(error(
        "weak-signature",
        link.step(),
        link.cert.path,
        EXPECTED_SIGNATURE,
        found,
        link.renew(),
    ))
}

/// The key that the issuer signed with.
pub(super) fn issuers_key(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let issuer = link.issuer?;
    let key = &issuer.x509.tbs_certificate.subject_pki;
    if knows_key(key, &link.look.evidence.files.provider) {
        return None;
    }
    let found = format!("{} signs with {}", issuer.name(), key_words(issuer, key));
    let fix = "a new CA, and new certificates from it:\n  hello-mtls certs --dir new-certs";
    Some(error(
        code(key),
        link.step(),
        issuer.path,
        EXPECTED_KEY,
        found,
        fix,
    ))
}

/// The key of a server on the other end; one's own is judged with its file.
pub(super) fn sent_key(look: &Look<'_, '_>) -> Option<Finding> {
    let leaf = look.side.chain.first().filter(|_| is_sent(look))?;
    let key = &leaf.x509.tbs_certificate.subject_pki;
    if knows_key(key, &look.evidence.files.provider) {
        return None;
    }
    let (found, step) = (
        format!("{} has {}", leaf.name(), key_words(leaf, key)),
        judged(look.side.party.side),
    );
    Some(error(
        code(key),
        step,
        leaf.path,
        EXPECTED_KEY,
        found,
        "a new key and certificate, from its owner",
    ))
}

fn code(key: &SubjectPublicKeyInfo<'_>) -> &'static str {
    if rsa_bits(key).is_some() {
        "small-key"
    } else {
        "unknown-key"
    }
}

fn key_words(cert: &Cert<'_>, key: &SubjectPublicKeyInfo<'_>) -> String {
    match rsa_bits(key) {
        Some(bits) => format!("an RSA key of {bits} bits"),
        None => format!("a key for {}", shown(cert, "algorithm")),
    }
}

fn shown(cert: &Cert<'_>, label: &str) -> String {
    let tree = describe::certificate(cert.der);
    let part = if label == "algorithm" {
        tree.find("subjectPublicKeyInfo")
    } else {
        Some(&tree)
    };
    part.and_then(|part| part.find(label)).map_or_else(
        || "an unknown algorithm".to_owned(),
        |field| field.value.clone(),
    )
}
