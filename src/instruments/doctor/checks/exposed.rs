//! Private keys that others can read: warnings, for all works.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::openssl_would_reject::note;
use crate::instruments::doctor::evidence::Evidence;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::pem::shape::private_keys;
use crate::instruments::doctor::side_view::SideView;
use crate::{files, text};

/// Only its owner reads a private key.
pub(super) fn key_is_private(look: &SideView<'_, '_>) -> Option<Finding> {
    let file = look
        .side
        .party
        .key
        .as_deref()
        .filter(|_| !look.side.keys.is_empty())?;
    let mode = fs::metadata(file).ok()?.permissions().mode() & 0o777;
    let (found, fix) = (
        format!("mode {mode:04o}"),
        format!("  chmod 600 {}", text::shell(file)),
    );
    let expected = "a private key that only its owner reads (mode 0600)";
    (mode & 0o027 != 0).then(|| note("unprotected-key", file, expected, found, &fix))
}

/// A certificate is shown to everybody; its key is not. One file for both is meant so.
pub(super) fn no_key_beside_certificate(look: &SideView<'_, '_>) -> Option<Finding> {
    let file = look.side.party.certificate.path()?;
    let apart = look.side.party.key.as_deref() != Some(file) && !look.side.ders.is_empty();
    apart.then(|| key_in(file)).flatten()
}

/// A CA file goes to everybody who trusts it.
pub(super) fn no_key_beside_authorities(evidence: &Evidence<'_>) -> Option<Finding> {
    key_in(evidence.authorities()?)
}

fn key_in(file: &Path) -> Option<Finding> {
    if private_keys(&files::read(file).ok()?) == 0 {
        return None;
    }
    let name = text::shell(file);
    let block = "/BEGIN.*PRIVATE KEY/,/END.*PRIVATE KEY/";
    let fix = format!(
        "who has seen the file has the key. To keep it in a file of its own:\n  (umask 077; sed -n '{block}p' {name} >> {name}.key) && sed '{block}d' {name} > {name}.new && mv {name}.new {name}"
    );
    let expected = "certificates, which everybody may read";
    let found = "a private key beside them".to_owned();
    Some(note("key-in-public-file", file, expected, found, &fix))
}
