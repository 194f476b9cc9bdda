//! Commands that change a file where it stands, so that nothing of it is ever lost.
//!
//! A reader pastes what the doctor prints, all of it, sometimes twice. So the first command of a page that
//! changes a file copies it to `FILE.old`, and a later one leaves that copy alone. What is new is whole, in
//! `FILE.new`, before the file is touched; `cat` then writes it through the name. A rename would replace a
//! symlink by a file, and a file of mode 0600 by one that every user reads. Nothing here needs GNU's tools.
//! No command writes to a file after the copy of it has failed: all of them are joined by `&&`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{files, text};

/// `path` with `end` behind its name, and a number if that is taken: `server.key.old2`.
pub(super) fn free(path: &Path, end: &str) -> PathBuf {
    free_stem(path, end, &[""])
}

/// The same for a name that several files get, each with its own extension: all of them are free.
pub(super) fn free_stem(path: &Path, end: &str, extensions: &[&str]) -> PathBuf {
    let mut number = 1;
    loop {
        let stem = match number {
            1 => with_end(path, end),
            many => with_end(path, &format!("{end}{many}")),
        };
        let taken = |extension: &&str| is_taken(&with_end(&stem, extension));
        if !extensions.iter().any(taken) {
            return stem;
        }
        number += 1;
    }
}

/// The name with another extension, for a new file. Nothing that is there is written to.
pub(super) fn beside(path: &Path, extension: &str) -> PathBuf {
    let beside = path.with_extension(extension);
    if is_taken(&beside) {
        free(&beside, ".new")
    } else {
        beside
    }
}

/// A symlink that leads nowhere is taken too: a command would write through it.
pub(super) fn is_taken(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// `server` and `.crt`: `server.crt`.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Copies the file to `FILE.old`, with its mode. An earlier command of the same page may have done so.
pub(super) fn keep(path: &Path) -> String {
    let (file, old) = (text::shell(path), text::shell(&free(path, ".old")));
    format!("[ -e {old} ] || cp -p {file} {old}")
}

/// The line that writes the file anew. `command` ends where the name of the new file follows, and `{f}` in it
/// is the name of the file: `base64 -d < {f} >`.
pub(super) fn rewrite(path: &Path, command: &str) -> String {
    let (file, new) = (text::shell(path), text::shell(&free(path, ".new")));
    let parts = command.split("{f}.new");
    let parts: Vec<String> = parts.map(|part| part.replace("{f}", &file)).collect();
    let (command, keep) = (parts.join(&new), keep(path));
    // The new file may hold a key: no other user reads it at any moment.
    format!("  {keep} && (umask 077; {command} {new}) && cat {new} > {file} && rm {new}")
}

/// What a filter such as awk or sed prints of the file; `{f}` is its name. The filter reads its stdin: awk takes a
/// name such as `s=1.pem` for an assignment. A file of an old Mac ends its lines with a carriage return alone: for
/// the filter it would be one line.
pub(super) fn filtered(path: &Path, filter: &str) -> String {
    let contents = files::read(path).unwrap_or_default();
    let has = |end: &[u8]| contents.windows(end.len()).any(|part| part == end);
    if has(b"\r") && !has(b"\r\n") {
        format!("tr '\\r' '\\n' < {{f}} | {filter}")
    } else {
        format!("{filter} < {{f}}")
    }
}

/// Whether two names are of one file.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(one) == real(other)
}
