//! A file in which no line begins a block, and one looks as if it should: quotes, the dashes of a word processor,
//! the sign of a quoted mail, a tag, or the name of a variable around it.

use super::block::{File, Wanted, in_its_place};
use super::labels;
use crate::instruments::doctor::finding::Finding;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// The finding about a line that means BEGIN.
pub(super) fn almost(file: &File<'_>, whole: &str) -> Option<Finding> {
    let means_begin = |line: &&str| line.contains("BEGIN ") || line.contains("-begin ");
    let line = whole.lines().find(means_begin)?;
    let shown = text::shorten(&text::terminal(line.trim()), 40);
    let found = phrase!(
        "a line that should be a BEGIN line and is none: {shown}",
        shown
    );
    let wanted = labels::usual(file.wanted);
    let by_hand = phrase!(
        "a line with this and nothing else: -----BEGIN {wanted}-----",
        wanted
    );
    let label = match file.wanted {
        // RSA PRIVATE KEY, EC PRIVATE KEY and ENCRYPTED PRIVATE KEY end with it.
        Wanted::PrivateKey => "PRIVATE KEY",
        _ => wanted,
    };
    let in_one_line = |line: &str| line.contains("BEGIN ") && line.contains("-----END ");
    if whole
        .lines()
        .any(|line| in_one_line(line) && line.contains(label))
    {
        return Some(variable(file, label));
    }
    let lines_with = |word: &str| {
        let is_one =
            |line: &&str| matches!(line.split_once(word), Some((_, rest)) if rest.contains(label));
        whole.lines().filter(is_one).count()
    };
    let begins = lines_with("BEGIN ");
    let fix = if begins == 0 || begins != lines_with("END ") {
        by_hand
    } else {
        Phrase::lines([by_hand, cleaned(file, whole, label)])
    };
    Some(file.error("bad-begin-line", found, fix))
}

/// The value of a variable. Its line ends are mostly written as a backslash and an n, as JSON and .env files do.
fn variable(file: &File<'_>, label: &str) -> Finding {
    let (out, from) = (taken_out(file), text::shell(file.path));
    let block = format!("-----BEGIN [A-Z0-9 ]*{label}-----.*-----END [A-Z0-9 ]*{label}-----");
    let command = format!(
        "  (umask 077; printf '%b\\n' \"$(sed -n 's/.*\\({block}\\).*/\\1/p' {from})\" > {out})"
    );
    let found = phrase!("a variable with PEM in it, all of it in one line");
    file.error("embedded-pem", found, in_its_place(&command, &out))
}

/// The lines of each block without what is no base64 at their ends. A file that holds more than blocks belongs to
/// another program: it stays, and the blocks go into a new one.
fn cleaned(file: &File<'_>, whole: &str, label: &str) -> Phrase {
    let clean = "s,\\\\[rn],,g;/(BEGIN|END) [A-Z]/!s,^[^A-Za-z0-9+/]+|[^A-Za-z0-9+/=]+$,,g;s,^.*(BEGIN|END) ([A-Z0-9 ]*[A-Z]).*$,-----\\1 \\2-----,";
    let range = format!("/BEGIN [A-Z0-9 ]*{label}/,/END [A-Z0-9 ]*{label}/");
    let mut lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
    // A name in front of the BEGIN, such as CERT=, is text of the other program too.
    let blocks_alone = lines.next().is_some_and(|first| {
        let front = first.split("BEGIN ").next().unwrap_or_default();
        first.contains("BEGIN ") && !front.contains(|c: char| c.is_ascii_alphanumeric())
    }) && whole.matches("END ").count() == whole.matches("BEGIN ").count();
    if blocks_alone {
        let filter = format!("sed -E '{range}{{{clean};}}'");
        return file.edited(&filter).into();
    }
    let (out, from) = (taken_out(file), text::shell(file.path));
    let command = format!("  (umask 077; sed -nE '{range}{{{clean};p;}}' {from} > {out})");
    in_its_place(&command, &out)
}

fn taken_out(file: &File<'_>) -> String {
    file.beside(match file.wanted {
        Wanted::PrivateKey => "key",
        _ => "pem",
    })
}
