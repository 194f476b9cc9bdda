//! What works here and not elsewhere, and what works and should not be: warnings.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::evidence::{Cert, Evidence};
use super::look::{Link, Look};
use super::rules::length;
use crate::finding::{Finding, error};
use crate::narration::Step;
use crate::pem::shape::private_keys;
use crate::{files, text};

const NEW_CA: &str = "a new CA, and new certificates from it:\n  hello-mtls certs --dir new-certs";

fn note(
    code: &'static str,
    file: &Path,
    expected: &str,
    found: String,
    fix: impl Into<String>,
) -> Finding {
    error(code, Step::Preparation, file, expected, found, fix).warning()
}

/// webpki takes name and key of a root and nothing else; OpenSSL reads its extensions.
///
/// A leaf that signed itself and is trusted itself signs nobody.
pub(super) fn root_may_sign(anchor: &Cert<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let usage = anchor.x509.key_usage().ok().flatten();
    let leaf = evidence.sides.iter().any(|side| {
        side.chain
            .first()
            .is_some_and(|leaf| leaf.der == anchor.der)
    });
    let missing = match (anchor.is_ca(), usage) {
        _ if anchor.summary.version != 3 || leaf => return None,
        (false, _) => "CA:TRUE",
        (true, Some(usage)) if !usage.value.key_cert_sign() => "keyCertSign in its key usage",
        _ => return None,
    };
    let found = format!(
        "{} without {missing}. rustls does not mind in a root; OpenSSL and curl refuse it",
        anchor.name()
    );
    Some(note(
        "root-not-ca",
        anchor.path,
        "a root that says it may sign",
        found,
        NEW_CA,
    ))
}

/// webpki stops at the first CA that it trusts; OpenSSL goes on until one that signed itself.
pub(super) fn root_is_a_root(anchor: &Cert<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    if anchor.self_issued()
        || evidence
            .anchors
            .iter()
            .any(|root| root.subject() == anchor.issuer())
    {
        return None;
    }
    let found = format!(
        "{} alone, signed by {}: rustls stops there, openssl verify looks for that one",
        anchor.name(),
        anchor.summary.shown_issuer()
    );
    Some(note(
        "not-a-root",
        anchor.path,
        "the root as well",
        found,
        "add the root's certificate to the file",
    ))
}

/// The root's own path length, which only OpenSSL counts.
pub(super) fn root_path_length(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let root = link.look.route.as_ref()?.anchor()?;
    let issuer_is_root = link.issuer.is_some_and(|issuer| issuer.der == root.der);
    let most = length(root).filter(|most| issuer_is_root && link.height > *most)?;
    let found = format!(
        "{} allows {most} CAs below itself, and there are {}. rustls does not mind in a root; OpenSSL does",
        root.name(),
        link.height
    );
    Some(note(
        "root-path-length",
        root.path,
        "a chain within the root's path length",
        found,
        NEW_CA,
    ))
}

/// A name of its own. OpenSSL takes a leaf named like its CA for self-signed.
pub(super) fn own_name(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let issuer = link.issuer?;
    if issuer.subject() != link.cert.subject() || issuer.public_key() == link.cert.public_key() {
        return None;
    }
    let found = format!(
        "{}, which is its CA's name too: OpenSSL and curl call it self-signed",
        link.cert.name()
    );
    Some(note(
        "same-name",
        link.cert.path,
        "a subject of its own",
        found,
        link.renew(),
    ))
}

/// TLS 1.3 needs signatures. rustls does not look at the key usage of a leaf; OpenSSL does.
pub(super) fn key_usage(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let usage = link.cert.x509.key_usage().ok().flatten()?;
    let (lacks, needed) = match link.height {
        0 => (!usage.value.digital_signature(), "digitalSignature"),
        _ => (!usage.value.key_cert_sign(), "keyCertSign"),
    };
    let found = format!(
        "{} has a key usage without it; rustls does not look, OpenSSL does",
        link.cert.name()
    );
    lacks.then(|| {
        note(
            "key-usage",
            link.cert.path,
            &format!("key usage {needed}"),
            found,
            link.renew(),
        )
    })
}

/// Only its owner reads a private key.
pub(super) fn key_is_private(look: &Look<'_, '_>) -> Option<Finding> {
    let file = look.side.party.key.as_deref()?;
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    let open = mode & 0o027 != 0 && !look.side.keys.is_empty();
    let fix = format!("  chmod 600 {}", text::shell(file));
    open.then(|| {
        note(
            "key-readable",
            file,
            "a private key that only its owner reads (mode 0600)",
            format!("mode {mode:04o}"),
            fix,
        )
    })
}

/// A certificate is shown to everybody; its key is not. One file for both is meant so.
pub(super) fn no_key_beside_certificate(look: &Look<'_, '_>) -> Option<Finding> {
    let file = look.side.party.certificate.path()?;
    let apart = look.side.party.key.as_deref() != Some(file);
    key_in(file).filter(|_| apart)
}

/// A CA file goes to everybody who trusts it.
pub(super) fn no_key_beside_authorities(evidence: &Evidence<'_>) -> Option<Finding> {
    key_in(evidence.case.authorities.as_deref()?)
}

fn key_in(file: &Path) -> Option<Finding> {
    let keys = private_keys(&files::read(file).ok()?);
    let name = text::shell(file);
    let fix = format!(
        "who has seen the file has the key. To take it out:\n  sed '/BEGIN.*PRIVATE KEY/,/END.*PRIVATE KEY/d' {name} > {name}.new && mv {name}.new {name}"
    );
    let found = "a private key beside them".to_owned();
    (keys > 0).then(|| {
        note(
            "key-in-public-file",
            file,
            "certificates, which everybody may read",
            found,
            fix,
        )
    })
}

/// Each certificate once.
pub(super) fn each_once(evidence: &Evidence<'_>) -> Option<Finding> {
    let files = [&evidence.anchors]
        .into_iter()
        .chain(evidence.sides.iter().map(|side| &side.chain));
    let twice = files.into_iter().find_map(|certs| {
        let mut seen: Vec<&Cert<'_>> = certs.iter().collect();
        seen.sort_by(|a, b| a.der.cmp(b.der));
        seen.windows(2)
            .find(|pair| pair[0].der == pair[1].der)
            .map(|pair| pair[0])
    })?;
    Some(note(
        "duplicate",
        twice.path,
        "each certificate once",
        format!("{} twice", twice.summary.shown_subject()),
        "take one of the two blocks out",
    ))
}
