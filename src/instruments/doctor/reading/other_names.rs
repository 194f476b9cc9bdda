//! A folder whose files have the names of another tool: certbot, mkcert, Kubernetes, Docker, cfssl, easy-rsa,
//! step. What each file is, it says itself; names are of no interest here.

use std::fs;
use std::path::{Path, PathBuf};

use x509_parser::prelude::{FromDer, X509Certificate};

use super::nearby::{self, Neighbour, is_backup};
use crate::handshake::provider;
use crate::instruments::doctor::finding::{Finding, error};
use crate::narration::Step;
use crate::phrase;
use crate::{files, text};

/// The names that `--certs` expects.
const OURS: [&str; 4] = ["server.crt", "server.key", "client.crt", "client.key"];
/// Files that are looked at, in the folder and at most two below.
const MOST: usize = 64;

/// The finding about the folder of a file that is missing, if certificates and keys of other names lie there.
/// Not where one of the usual names is: then that one file is what is missing.
pub(in crate::instruments::doctor) fn other_names(missing: &Path) -> Option<Finding> {
    let (folder, name) = (files::folder(missing), missing.file_name()?.to_str()?);
    let asked = name == "ca.crt" || OURS.contains(&name);
    if missing.exists() || !asked || OURS.iter().any(|own| folder.join(own).exists()) {
        return None;
    }
    let mut paths = Vec::new();
    list(folder, 2, &mut paths);
    paths.sort_by_key(|path| is_backup(path));
    let provider = provider();
    let files = paths
        .into_iter()
        .filter_map(|path| nearby::read(path, &provider));
    let files: Vec<Neighbour> = files.collect();
    let commands: Vec<String> = files
        .iter()
        .filter_map(|key| options(key, &files))
        .take(4)
        .collect();
    if commands.is_empty() {
        return None;
    }
    let useful = files
        .iter()
        .filter(|file| !file.certificates.is_empty() || !file.keys.is_empty());
    let names = useful.filter_map(|file| file.path.strip_prefix(folder).ok());
    let names: Vec<String> = names
        .map(|name| text::terminal(&name.display().to_string()))
        .collect();
    let found = phrase!(
        "files with other names: {names}",
        names = text::shorten(&names.join(", "), 200)
    );
    let expected = phrase!(
        "ca.crt, and server.crt with server.key or client.crt with client.key, the names of --certs"
    );
    let fix = phrase!(
        "each file by its own option, here and in other commands:\n{commands}",
        commands = commands.join("\n")
    );
    Some(error(
        "other-file-names",
        Step::Preparation,
        folder,
        expected,
        found,
        fix,
    ))
}

fn list(folder: &Path, below: usize, paths: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .take(1024);
    let mut entries: Vec<PathBuf> = entries
        .map(|entry| folder.join(entry.file_name()))
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && below > 0 {
            list(&path, below - 1, paths);
        } else if paths.len() < MOST {
            paths.push(path);
        }
    }
}

/// The command that names a key, its certificate and their CA. `None`: no key, one without a certificate, or a CA's.
fn options(key: &Neighbour, files: &[Neighbour]) -> Option<String> {
    let own = key.keys.first().filter(|_| !is_backup(&key.path))?;
    let is_its = |file: &&Neighbour| {
        let leaf = file
            .certificates
            .first()
            .and_then(|der| X509Certificate::from_der(der).ok());
        leaf.is_some_and(|(_, leaf)| !leaf.is_ca() && own.is_of(leaf.public_key().raw))
    };
    // Beside cert.pem certbot has fullchain.pem: the same leaf, with what belongs behind it.
    let certificates = files.iter().filter(is_its);
    let certificate =
        certificates.max_by_key(|file| (!is_backup(&file.path), file.certificates.len()))?;
    let (_, top) = X509Certificate::from_der(certificate.certificates.last()?).ok()?;
    let is_ca = |file: &&Neighbour| {
        let first = file
            .certificates
            .first()
            .and_then(|der| X509Certificate::from_der(der).ok());
        first.is_some_and(|(_, ca)| {
            ca.is_ca()
                && [top.issuer(), top.subject()]
                    .map(|name| name.as_raw())
                    .contains(&ca.subject().as_raw())
        })
    };
    let ca = files
        .iter()
        .find(is_ca)
        .map(|ca| format!(" --cacert {}", text::shell(&ca.path)));
    let [cert, key] = [certificate, key].map(|file| text::shell(&file.path));
    Some(format!(
        "  hello-mtls doctor{} --cert {cert} --key {key}",
        ca.unwrap_or_default()
    ))
}
