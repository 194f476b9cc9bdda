//! Algorithms and sizes that the provider does not do. Asked before any signature is judged: a
//! signature that nobody can check is not a wrong one.

use x509_parser::signature_algorithm::RsaSsaPssParams;

use super::keys::{expected_key, for_algorithm, size_code};
use crate::files;
use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::pem::block::{File, Wanted};
use crate::instruments::doctor::pem::der::has_explicit_curve;
use crate::instruments::doctor::remedy::{new_ca, renew, request};
use crate::instruments::doctor::side_view::{ChainLink, SideView};
use crate::instruments::doctor::signatures::{
    Signed, algorithm_of, knows_algorithm, knows_key, rsa_bits, signed_by,
};
use crate::instruments::fields::Field;
use crate::instruments::x509;
use crate::language::Phrase;
use crate::phrase;

/// The algorithm that the issuer signed with. A key that is unknown too is another check's.
pub(super) fn signature(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let provider = &link.look.evidence.files.provider;
    let algorithm = algorithm_of(link.cert.der);
    let unchecked = |issuer: &Cert<'_>| {
        signed_by(link.cert, issuer, provider) == Signed::UnsupportedAlgorithm
            && knows_key(issuer.key(), provider)
    };
    let refused = match link.issuer {
        Some(issuer) => unchecked(issuer),
        None => !knows_algorithm(algorithm, provider),
    };
    if !refused {
        return None;
    }
    let name = link.cert.name();
    let parameters = link.cert.x509.signature_algorithm.parameters.as_ref();
    if let Some(pss) = parameters.and_then(|any| RsaSsaPssParams::try_from(any).ok()) {
        let salt = pss.salt_length();
        let found = phrase!(
            "{name} is signed with RSASSA-PSS and a salt of {salt} bytes. webpki does no other salt than one as long as the hash, so it cannot check this signature; it may well be right",
            name,
            salt
        );
        let expected = phrase!(
            "RSASSA-PSS with SHA-256, -384 or -512 for all of it, and a salt of 32, 48 or 64 bytes"
        );
        let fix = phrase!(
            "its CA signs it again, with openssl's -sigopt rsa_pss_saltlen:digest; or {renewal}",
            renewal = renew(link)
        );
        return Some(link.error("pss-salt", expected, found, fix));
    }
    let tree = x509::certificate(link.cert.der);
    let algorithm = shown(tree.find("signatureAlgorithm"));
    let found = phrase!("{name} is signed with {algorithm}", name, algorithm);
    let expected =
        phrase!("a signature by ECDSA or RSA with SHA-256 or better, by Ed25519 or by ML-DSA");
    Some(link.error("weak-signature", expected, found, renew(link)))
}

/// The curve of one's own certificate is named. The key itself may be as good as any.
pub(super) fn named_curve(look: &SideView<'_, '_>) -> Option<Finding> {
    let leaf = look
        .leaf()
        .filter(|leaf| has_explicit_curve(leaf.public_key()))?;
    let found = phrase!(
        "{name} writes out the numbers of its curve",
        name = leaf.name()
    );
    let fix = match look.side.party.key.as_deref() {
        Some(key) => {
            let bytes = files::read(key).unwrap_or_default();
            let file = File::of(key, &bytes, Wanted::PrivateKey);
            let named =
                file.converted(".*PRIVATE KEY", "openssl ec -in {f} -param_enc named_curve");
            let leaf = request(look);
            phrase!(
                "the same key with the name of its curve, and a new certificate:\n{named}\n{leaf}",
                named,
                leaf
            )
        }
        None => phrase!("a certificate whose key names its curve, from its owner"),
    };
    Some(look.error("explicit-curve", named(), found, fix))
}

fn named() -> Phrase {
    phrase!("a curve by its name, such as P-256 (RFC 5480 §2.1.1)")
}

/// The key that the issuer signed with.
pub(super) fn issuers_key(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let (code, words) = unknown(link.issuer?, link.look)?;
    let expected = if code == "explicit-curve" {
        named()
    } else {
        expected_key()
    };
    let code = match code {
        "weak-key" => "weak-ca-key",
        code => code,
    };
    let found = phrase!(
        "{name} signs with {words}",
        name = link.issuer?.name(),
        words
    );
    let finding = link.error(code, expected, found, new_ca());
    let file = link.issuer?.path.to_owned();
    Some(Finding { file, ..finding })
}

/// The key of a server on the other end; one's own is judged with its file.
pub(super) fn sent_key(look: &SideView<'_, '_>) -> Option<Finding> {
    let leaf = look.leaf().filter(|_| look.is_sent())?;
    if has_explicit_curve(leaf.public_key()) {
        return None;
    }
    let (code, words) = unknown(leaf, look)?;
    let found = phrase!("{name} has {words}", name = leaf.name(), words);
    let fix = phrase!("a new key and certificate, from its owner");
    Some(look.error(code, expected_key(), found, fix))
}

/// A key that the provider does not verify with: the finding's code, and the key in words.
fn unknown(cert: &Cert<'_>, look: &SideView<'_, '_>) -> Option<(&'static str, Phrase)> {
    if knows_key(cert.key(), &look.evidence.files.provider) {
        return None;
    }
    if has_explicit_curve(cert.public_key()) {
        let words = phrase!("a key of a curve whose numbers are written out");
        return Some(("explicit-curve", words));
    }
    let tree = x509::certificate(cert.der);
    let key = tree.find("subjectPublicKeyInfo");
    Some(match rsa_bits(cert.key()) {
        Some(bits) => (size_code(bits), phrase!("an RSA key of {bits} bits", bits)),
        None => {
            let algorithm = shown(key.and_then(|key| key.find("algorithm")));
            ("unsupported-key", for_algorithm(&algorithm.to_string()))
        }
    })
}

fn shown(field: Option<&Field>) -> Phrase {
    field.map_or(phrase!("an unknown algorithm"), |field| field.value.clone())
}
