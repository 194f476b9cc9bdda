//! What the page shows, as data for a program: `inspect --json`.

use aws_lc_rs::digest::{SHA256, digest};

use super::{public_half, summary};
use crate::clock::Moment;
use crate::instruments::fields::Field;
use crate::instruments::x509::{Kind, describe};
use crate::language::Phrase;

/// Labels of the SubjectPublicKeyInfo in a certificate, in a request, and alone.
pub(super) const PUBLIC_KEYS: [&str; 3] = [
    "subjectPublicKeyInfo",
    "subjectPKInfo",
    "SubjectPublicKeyInfo",
];

/// What of a private key may be shown: it stands in the public half, too.
pub(super) const PUBLIC_PARTS: [&str; 3] = ["algorithm", "modulus", "publicExponent"];

/// The kind in a word that stays.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Certificate => "certificate",
        Kind::Request => "request",
        Kind::RevocationList => "revocation-list",
        Kind::Pkcs8Key => "private-key-pkcs8",
        Kind::Pkcs1Key => "private-key-pkcs1",
        Kind::Sec1Key => "private-key-sec1",
        Kind::PublicKey => "public-key",
    }
}

/// One line that says what it is for, seen from now. `None` for keys, and where it is malformed.
pub fn summary_now(kind: Kind, der: &[u8]) -> Option<Phrase> {
    summary::summary(kind, der, Moment::now().unix())
}

/// SHA-256 in hexadecimal digits.
pub fn sha256(der: &[u8]) -> String {
    let digest = digest(&SHA256, der);
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// The SubjectPublicKeyInfo, DER: that of a certificate, of a request, of a public key, or of a private one.
pub fn public_key(kind: Kind, der: &[u8]) -> Option<Vec<u8>> {
    if kind.is_private() {
        return public_half(kind, der);
    }
    let tree = describe(kind, der);
    let key = PUBLIC_KEYS.iter().find_map(|label| tree.find(label))?;
    der.get(key.range.clone()).map(<[u8]>::to_vec)
}

/// The fields. Of a private key those of its public half, whose places are none of the file.
pub fn parts(kind: Kind, der: &[u8]) -> Vec<Field> {
    if !kind.is_private() {
        return describe(kind, der).children;
    }
    let Some(spki) = public_half(kind, der) else {
        return Vec::new();
    };
    let tree = describe(Kind::PublicKey, &spki);
    let shown = PUBLIC_PARTS.iter().filter_map(|label| tree.find(label));
    shown
        .map(|field| Field {
            range: 0..0,
            children: Vec::new(),
            ..field.clone()
        })
        .collect()
}
