//! Private keys that other users can read, and folders that they can write to: warnings, because everything works.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::openssl_would_reject::note;
use crate::instruments::doctor::SetupFiles;
use crate::instruments::doctor::evidence::Evidence;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::in_place::{filtered, free, same_file};
use crate::instruments::doctor::pem::shape::private_keys;
use crate::instruments::doctor::side_view::SideView;
use crate::phrase;
use crate::{files, text};

/// Keys that other users can read, the CA's beside its certificate too, and folders in which they can replace files.
pub(in crate::instruments::doctor) fn modes(case: &SetupFiles) -> Vec<Finding> {
    let own = case.parties.iter().filter_map(|party| party.key.clone());
    let authority = case.authorities.as_ref();
    let authority = authority.map(|ca| ca.with_extension("key"));
    let mut keys: Vec<PathBuf> = own.chain(authority).collect();
    keys.dedup();
    let certificates = case.parties.iter().map(|party| party.certificate.path());
    let named = certificates.flatten().chain(case.authorities.as_deref());
    let mut folders: Vec<PathBuf> = named
        .chain(keys.iter().map(PathBuf::as_path))
        .map(folder)
        .collect();
    folders.sort();
    folders.dedup();
    let keys = keys.iter().filter_map(|key| key_is_private(key));
    keys.chain(folders.iter().filter_map(|folder| folder_is_own(folder)))
        .collect()
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn mode(path: &Path) -> Option<u32> {
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o7777)
}

/// Only its owner reads a private key.
fn key_is_private(file: &Path) -> Option<Finding> {
    let mode = mode(file).filter(|mode| mode & 0o027 != 0)?;
    if private_keys(&files::read(file).ok()?) == 0 {
        return None;
    }
    let (found, fix) = (
        phrase!("mode {mode}", mode = format!("{mode:04o}")),
        format!("  chmod 600 {}", text::shell(file)),
    );
    let expected = phrase!("a private key that only its owner reads (mode 0600)");
    Some(note("unprotected-key", file, expected, found, fix))
}

/// Other users cannot replace the files in the folder. With the sticky bit, as /tmp has it, they cannot.
fn folder_is_own(folder: &Path) -> Option<Finding> {
    let mode = mode(folder).filter(|mode| mode & 0o1002 == 0o002)?;
    let found = phrase!(
        "mode {mode}: every user can put another key or another CA in its place",
        mode = format!("{mode:04o}")
    );
    let expected = phrase!("a folder that only its owner writes to (mode 0755 or 0700)");
    let fix = format!("  chmod go-w {}", text::shell(folder));
    Some(note("writable-folder", folder, expected, found, fix))
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
    let [take, leave] = [format!("sed -n '{block}p'"), format!("sed '{block}d'")]
        .map(|sed| filtered(file, &sed).replace("{f}", &name));
    // The copy holds the key too. It is made here, and not by `cp -p`, which would let all read it as before.
    let command = format!(
        "  (umask 077; [ -e {old} ] || cat {name} > {old} && {take} >> {key}) && {leave} > {new} && cat {new} > {name} && rm {new}"
    );
    let fix = phrase!(
        "any program that has read the file has the key. To keep it in a file of its own:\n{command}",
        command
    );
    let expected = phrase!("certificates only: everybody may read this file");
    let found = phrase!("a private key beside the certificates");
    Some(note("key-in-public-file", file, expected, found, fix))
}
