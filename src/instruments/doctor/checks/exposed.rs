//! Private keys that others can read: warnings, for all works.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::openssl_would_reject::note;
use crate::instruments::doctor::evidence::Evidence;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::in_place::{free, same_file};
use crate::instruments::doctor::pem::shape::private_keys;
use crate::instruments::doctor::side_view::SideView;
use crate::phrase;
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
        phrase!("mode {mode}", mode = format!("{mode:04o}")),
        format!("  chmod 600 {}", text::shell(file)),
    );
    let expected = phrase!("a private key that only its owner reads (mode 0600)");
    (mode & 0o027 != 0).then(|| note("unprotected-key", file, expected, found, fix))
}

/// A certificate is shown to everybody; its key is not. One file for both is meant so.
pub(super) fn no_key_beside_certificate(look: &SideView<'_, '_>) -> Option<Finding> {
    let file = look.side.party.certificate.path()?;
    let is_meant = is_key_file(look.evidence, file) || look.side.ders.is_empty();
    (!is_meant).then(|| key_in(file)).flatten()
}

/// A CA file is given to every program that trusts the CA.
pub(super) fn no_key_beside_authorities(evidence: &Evidence<'_>) -> Option<Finding> {
    let file = evidence.authorities()?;
    (!is_key_file(evidence, file))
        .then(|| key_in(file))
        .flatten()
}

/// Whether a side reads its key from this file, by this name or another: taken out, the key would be missing.
fn is_key_file(evidence: &Evidence<'_>, file: &Path) -> bool {
    let mut keys = evidence
        .case
        .parties
        .iter()
        .filter_map(|party| party.key.as_deref());
    keys.any(|key| same_file(key, file))
}

fn key_in(file: &Path) -> Option<Finding> {
    if private_keys(&files::read(file).ok()?) == 0 {
        return None;
    }
    let (name, key) = (text::shell(file), text::shell(&free(file, ".key")));
    let (old, new) = (free(file, ".old"), free(file, ".new"));
    let [old, new] = [old, new].map(|path| text::shell(&path));
    let block = "/BEGIN.*PRIVATE KEY/,/END.*PRIVATE KEY/";
    // The copy holds the key too. It is made here, and not by `cp -p`, which would let all read it as before.
    let command = format!(
        "  (umask 077; [ -e {old} ] || cat {name} > {old}; sed -n '{block}p' {name} >> {key}) && sed '{block}d' {name} > {new} && cat {new} > {name} && rm {new}"
    );
    let fix = phrase!(
        "any program that has read the file has the key. To keep it in a file of its own:\n{command}",
        command
    );
    let expected = phrase!("certificates only: everybody may read this file");
    let found = phrase!("a private key beside the certificates");
    Some(note("key-in-public-file", file, expected, found, fix))
}
