//! Texts that hold PEM files in base64: the Secrets of Kubernetes, kubeconfig, variables.

use std::path::PathBuf;

use super::Names;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::in_place::{free, is_taken};
use crate::instruments::doctor::pem::block::File;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// Base64 of `-----BEGIN `: a file that was encoded once more, as Kubernetes keeps it.
pub(in crate::instruments::doctor::pem) const TWICE: &str = "LS0tLS1CRUdJTi";

/// The values of a Secret or of a kubeconfig, YAML or JSON, each into a file of its own.
pub(in crate::instruments::doctor::pem) fn kubernetes(file: &File<'_>) -> Option<Finding> {
    let text = String::from_utf8_lossy(file.bytes);
    let bare = |word: &str| word.trim().trim_matches(['"', '\'']).to_owned();
    let pairs = text
        .split(['\n', ',', '{', '}'])
        .filter_map(|line| line.split_once(':'));
    let pairs: Vec<(String, String)> = pairs.map(|(key, value)| (bare(key), bare(value))).collect();
    let plain = |key: &str| {
        let usual = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !key.is_empty() && !key.starts_with('-') && key.len() < 64 && key.chars().all(usual)
    };
    let mut keys: Vec<&str> = Vec::new();
    for (key, value) in &pairs {
        if value.starts_with(TWICE) && plain(key) && !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return value_of_a_variable(file, &text);
    }
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, value)| key == name && plain(value))
    };
    let secret = pairs
        .iter()
        .any(|(key, value)| key == "kind" && value == "Secret");
    let name = value("name")
        .filter(|_| secret)
        .map(|(_, name)| name.as_str());
    let what = kind_of_text(secret, &pairs);
    let named = name.map_or(String::new(), |name| format!(" {name}"));
    let keys_shown = text::shorten(&keys.join(", "), 80);
    let found = phrase!(
        "{what}{named}, with base64 of PEM files in it: {keys_shown}",
        what,
        named,
        keys_shown
    );
    let mut fix = vec![phrase!("each value into a file of its own:")];
    let (mut options, mut outs) = (String::new(), Vec::new());
    for key in keys.iter().take(8) {
        let (command, option) = taken_out(file, key, &mut outs);
        fix.push(command.into());
        options += &option;
    }
    if let Some(name) = name {
        let space = value("namespace").map_or(String::new(), |(_, space)| format!(" -n {space}"));
        for key in keys.iter().take(3) {
            let path = key.replace('.', "\\.");
            let get = format!(
                "kubectl get secret {name}{space} -o 'jsonpath={{.data.{path}}}' | base64 -d"
            );
            fix.push(phrase!("or from the cluster: {get}", get));
        }
    }
    if !options.is_empty() {
        fix.push(phrase!("then{options}", options));
    }
    Some(file.error("base64-twice", found, Phrase::lines(fix)))
}

/// `CERT=LS0t…`: base64 of a PEM file, in a text of another kind.
fn value_of_a_variable(file: &File<'_>, text: &str) -> Option<Finding> {
    // A property list of Apple's has its values in lines of their own, and more than one kind of them.
    if text.contains("<plist") {
        return None;
    }
    let names = Names::of(file);
    let command = format!(
        "  (umask 077; grep -o '{TWICE}[A-Za-z0-9+/=]*' {{f}} | head -n 1 | base64 -d > {{out}})"
    );
    let fix = phrase!(
        "the first such value, into a file of its own:\n{fix}",
        fix = names.taken_out(&command)
    );
    let what = phrase!("a text with base64 of a PEM file in it");
    Some(file.error("base64-twice", what, fix))
}

fn kind_of_text(secret: bool, pairs: &[(String, String)]) -> Phrase {
    if secret {
        phrase!("a Kubernetes Secret")
    } else if pairs.iter().any(|(key, _)| key == "clusters") {
        phrase!("a kubeconfig")
    } else {
        phrase!("a text")
    }
}

/// The command that takes this value out, and the option for the new file. Only the first of its name: an
/// annotation may hold the whole Secret once more. `outs` are the new files of the values before.
fn taken_out(file: &File<'_>, key: &str, outs: &mut Vec<PathBuf>) -> (String, String) {
    let stem = key.trim_end_matches("-data");
    let name = if stem.contains('.') {
        stem.to_owned()
    } else {
        format!("{stem}.pem")
    };
    let mut path = file.path.with_file_name(name);
    // Both ca and ca-data would be ca.pem.
    while outs.contains(&path) || is_taken(&path) {
        path = free(&path, ".new");
    }
    let (out, from) = (text::shell(&path), text::shell(file.path));
    outs.push(path);
    let option = match stem {
        stem if stem.starts_with("ca") || stem.contains("authority") => "cacert",
        stem if stem.contains("key") => "key",
        _ => "cert",
    };
    let pattern = key.replace('.', "\\.");
    // Nothing of a name stands before the key: client-tls.key is another one.
    let command = format!(
        "  (umask 077; sed -n 's/^\\(.*[^A-Za-z0-9._-]\\)\\{{0,1\\}}{pattern}\"\\{{0,1\\}}: *\"\\{{0,1\\}}\\({TWICE}[A-Za-z0-9+/=]*\\).*/\\2/p' {from} | head -n 1 | base64 -d > {out})"
    );
    (command, format!(" --{option} {out}"))
}
