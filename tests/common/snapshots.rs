//! Files that a test holds: it compares them with what is shown now, or writes them.
//!
//! With `HELLO_MTLS_BLESS=1`, as in `make docs`, it writes. A file that is right already is not touched, so that no
//! build starts anew because of it.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::pages::root;

/// The file at this path, from the project's root, has this text.
#[track_caller]
pub(crate) fn holds(path: &str, text: &str) {
    if let Some(difference) = difference(&root().join(path), text) {
        panic!("{path} is not what is shown now. If that is meant: make docs\n{difference}");
    }
}

/// The folder at this path has these files, by name, with these texts, and no others.
#[track_caller]
pub(crate) fn holds_all(folder: &str, files: &BTreeMap<String, String>) {
    let below = root().join(folder);
    if blessing() {
        fs::create_dir_all(&below).unwrap();
    }
    let mut wrong = Vec::new();
    for (name, text) in files {
        if let Some(difference) = difference(&below.join(name), text) {
            wrong.push(format!("{name}:\n{difference}"));
        }
    }
    for entry in fs::read_dir(&below).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if files.contains_key(name) {
            continue;
        }
        if blessing() {
            fs::remove_file(&path).unwrap();
        } else {
            wrong.push(format!("{name}: nothing shows this any more"));
        }
    }
    let wrong = wrong.join("\n");
    assert!(
        wrong.is_empty(),
        "{folder} is not what is shown now. If that is meant: make docs\n{wrong}"
    );
}

fn blessing() -> bool {
    std::env::var("HELLO_MTLS_BLESS").is_ok_and(|value| value == "1")
}

/// The first lines that differ, as `diff` marks them. `None`: the file has this text, since now or before.
fn difference(file: &Path, text: &str) -> Option<String> {
    let held = fs::read_to_string(file).unwrap_or_default();
    if held == text {
        return None;
    }
    if blessing() {
        fs::write(file, text).unwrap();
        return None;
    }
    let (held, shown): (Vec<&str>, Vec<&str>) = (held.lines().collect(), text.lines().collect());
    let same = held.iter().zip(&shown).take_while(|(old, new)| old == new);
    let at = same.count();
    let some = |lines: &[&str], mark: &str| -> String {
        let lines = lines.iter().skip(at).take(3);
        lines.map(|line| format!("{mark}{line}\n")).collect()
    };
    let (old, new) = (some(&held, "-"), some(&shown, "+"));
    Some(format!("@@ line {} @@\n{old}{new}", at + 1))
}
