//! JSON with PEM in it, and the keys of the web (JWK).

use super::{Names, Told};
use crate::instruments::doctor::pem::block::Wanted;
use crate::phrase;

/// JSON with PEM as a value (cfssl, Vault, AWS), or with certificates of a JWK (RFC 7517 §4.7).
pub(super) fn json(text: &str, names: &Names) -> Option<Told> {
    let label = match names.wanted {
        Wanted::PrivateKey => "PRIVATE KEY",
        Wanted::RevocationList => "X509 CRL",
        Wanted::Request => "REQUEST",
        Wanted::Certificate | Wanted::Anything => "CERTIFICATE",
    };
    if text.contains("-----BEGIN ") {
        let filter = match key_of(text, label) {
            Some((key, true)) => format!(".{key}"),
            Some((key, false)) => format!("'.. | .{key}? // empty'"),
            None => format!("'.. | strings | select(test(\"BEGIN.*{label}-----\"))'"),
        };
        let what = phrase!("JSON with PEM in it, as cfssl, Vault and others print it");
        let command = format!("  (umask 077; jq -r {filter} {{f}} > {{out}})");
        return Some(("embedded-pem", what, names.taken_out(&command)));
    }
    if text.contains("\"x5c\"") {
        let what = phrase!("JSON with certificates in base64 (a JWK's x5c)");
        let command = "  jq -r '.. | .x5c? // empty | .[] | \"-----BEGIN CERTIFICATE-----\\n\\(.)\\n-----END CERTIFICATE-----\"' {f} | fold -w 64 > {out}";
        return Some(("embedded-pem", what, names.taken_out(command)));
    }
    text.contains("\"kty\"").then(|| {
        (
            "embedded-pem",
            phrase!("a JWK: a key in JSON, and no certificate"),
            phrase!(
                "{wanted} as PEM, from the tool that made it",
                wanted = names.wanted.phrase()
            ),
        )
    })
}

/// The name of the first value with a block of this label, if it is a plain word, and whether the value is
/// one of the whole text's own.
fn key_of<'t>(text: &'t str, label: &str) -> Option<(&'t str, bool)> {
    let mut values = text.match_indices("\"-----BEGIN ").filter(|(at, begin)| {
        let kind = text[at + begin.len()..].split("-----").next();
        kind.is_some_and(|kind| kind == label || (label != "CERTIFICATE" && kind.ends_with(label)))
    });
    let before = &text[..values.next()?.0];
    let name = before
        .trim_end()
        .strip_suffix(':')?
        .trim_end()
        .strip_suffix('"')?;
    let key = &name[name.rfind('"')? + 1..];
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let closed = before.matches(['}', ']']).count();
    let open = before.matches(['{', '[']).count().saturating_sub(closed);
    (key.chars().all(plain) && !key.is_empty()).then_some((key, open == 1))
}
