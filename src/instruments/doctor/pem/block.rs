//! A file as blocks: from each BEGIN line to its END line, well-formed or not. Unaware of what is wrong.

use std::ops::Range;
use std::path::Path;

use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::in_place::{beside, filtered, rewrite};
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;
use crate::text;

pub(crate) use crate::error::Wanted;

/// A file under examination.
pub(crate) struct File<'a> {
    pub(crate) path: &'a Path,
    pub(crate) bytes: &'a [u8],
    pub(crate) wanted: Wanted,
    pub(crate) blocks: Vec<Block<'a>>,
    /// It has more blocks than these.
    pub(super) has_others: bool,
}

/// From a BEGIN line to its END line, or to where it breaks off.
#[derive(Debug, Default)]
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    /// Of the BEGIN line, from 1.
    pub(super) line: usize,
    /// Where it stands in the file.
    pub(super) range: Range<usize>,
    pub(super) indented: bool,
    /// What follows the dashes on the BEGIN line, line end apart; `None`: the dashes are missing.
    pub(super) after_dashes: Option<&'a [u8]>,
    /// In the form of RFC 1421 §4.6.1.1, as OpenSSL wrote keys before PKCS#8.
    pub(super) encrypted: bool,
    pub(super) ended: bool,
    /// What an END line says that is not this block's.
    pub(super) other_end: Option<&'a [u8]>,
    /// The next BEGIN stands on its END line.
    pub(super) joined: bool,
    /// Line and value of the first byte that base64 does not have.
    pub(super) bad: Option<(usize, u8)>,
}

/// What a block with this label is read as.
pub(crate) fn kind(label: &str) -> Option<Wanted> {
    Some(match label {
        "CERTIFICATE" => Wanted::Certificate,
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => Wanted::PrivateKey,
        "X509 CRL" => Wanted::RevocationList,
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Wanted::Request,
        _ => return None,
    })
}

/// Whether a block with this label is one of those that are wanted.
pub(super) fn takes(wanted: Wanted, label: &str) -> bool {
    match (wanted, kind(label)) {
        (Wanted::Anything, kind) => kind.is_some() || label == "PUBLIC KEY",
        (wanted, kind) => kind == Some(wanted),
    }
}

impl<'a> File<'a> {
    pub(crate) fn of(path: &'a Path, bytes: &'a [u8], wanted: Wanted) -> File<'a> {
        File {
            path,
            bytes,
            wanted,
            blocks: blocks(bytes),
            has_others: false,
        }
    }

    pub(crate) fn error(
        &self,
        code: &'static str,
        found: impl Into<Phrase>,
        fix: impl Into<Phrase>,
    ) -> Finding {
        let expected = self.wanted.expected();
        error(code, Step::Preparation, self.path, expected, found, fix)
    }

    /// A command that writes the file anew, as [`rewrite`] does: `{f}` is its name.
    pub(crate) fn rewritten(&self, command: &str) -> String {
        rewrite(self.path, command)
    }

    /// The same for a filter, such as sed.
    pub(crate) fn edited(&self, filter: &str) -> String {
        self.rewritten(&format!("{} >", filtered(self.path, filter)))
    }

    /// A command that prints the first block with this label anew. It comes in front; whatever else the file
    /// holds, blocks and text, stays behind it.
    pub(crate) fn converted(&self, label: &str, print: &str) -> String {
        if self.blocks.len() == 1 && !self.has_others && !other_text(self.bytes) {
            return self.rewritten(&format!("{print} >"));
        }
        let rest = format!("awk '/-BEGIN {label}-/{{p=!n++}}!p;/-END /{{p=0}}'");
        let rest = filtered(self.path, &rest);
        self.rewritten(&format!("({print} && {rest}) >"))
    }

    /// A command that decrypts a key into a new file, which no other user reads. This one stays as it is.
    pub(super) fn decrypted(&self, command: &str) -> Phrase {
        let (file, new) = (text::shell(self.path), self.beside("key"));
        let command = format!("  (umask 077; {command} -in {file} -out {new})");
        phrase!("with its passphrase, into a new file:\n{command}", command)
    }

    /// The same name with another extension, for what is taken out of this file.
    pub(super) fn beside(&self, extension: &str) -> String {
        text::shell(&beside(self.path, extension))
    }

    pub(super) fn first(&self, is: impl Fn(&Block<'a>) -> bool) -> Option<&Block<'a>> {
        self.blocks.iter().find(|block| is(block))
    }
}

/// A command that writes a new file, and what that is for.
pub(super) fn in_its_place(command: &str, out: &str) -> Phrase {
    phrase!("{command}\nthen {out} in its place", command, out)
}

/// For bytes that are missing or were changed.
pub(super) fn copy_again() -> Phrase {
    phrase!("copy the file again, whole, from where it was made")
}

/// Whether there is text beside the blocks.
pub(super) fn other_text(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut inside = false;
    text.split(['\n', '\r']).any(|line| {
        inside |= line.contains("-----BEGIN ");
        let other = !inside && !line.trim().is_empty();
        inside &= !line.contains("-----END ");
        other
    })
}

const BEGIN: &[u8] = b"-----BEGIN ";

/// Every block, in one pass. What stands between blocks is of no interest.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Block<'_>> {
    let (mut blocks, mut open, mut number) = (Vec::new(), None::<Block<'_>>, 1);
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let start = end;
        end += line.len();
        if let Some(block) = begin(line, number) {
            let range = start..end;
            blocks.extend(open.replace(Block { range, ..block }));
        } else if let Some(block) = &mut open {
            block.range.end = end;
            match line.strip_prefix(b"-----END ") {
                Some(end) if end.starts_with(block.label.as_bytes()) => {
                    block.ended = true;
                    block.joined = end.windows(BEGIN.len()).any(|part| part == BEGIN);
                    blocks.extend(open.take());
                }
                Some(end) => {
                    block.other_end = block.other_end.or(Some(end));
                    block.body(line, number);
                }
                None => block.body(line, number),
            }
        }
        number += usize::from(line.ends_with(b"\n"));
    }
    blocks.extend(open);
    blocks
}

fn begin(line: &[u8], number: usize) -> Option<Block<'_>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let rest = line.trim_ascii_start().strip_prefix(BEGIN)?;
    let end = rest.windows(5).position(|dashes| dashes == b"-----");
    let label = rest.get(..end.unwrap_or(rest.len()))?;
    Some(Block {
        label: str::from_utf8(label).unwrap_or("?"),
        line: number,
        indented: !line.starts_with(b"-"),
        after_dashes: end.and_then(|end| rest.get(end + 5..)),
        ..Block::default()
    })
}

impl Block<'_> {
    /// A private key that cannot be read without its passphrase.
    pub(super) fn is_encrypted(&self) -> bool {
        self.label == "ENCRYPTED PRIVATE KEY"
            || self.encrypted && self.label.ends_with("PRIVATE KEY")
    }

    fn body(&mut self, line: &[u8], number: usize) {
        self.encrypted |= line.starts_with(b"Proc-Type: 4,ENCRYPTED");
        let base64 = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || b"+/=".contains(byte)
                || (b'\t'..=b'\r').contains(byte)
                || *byte == b' '
        };
        if self.bad.is_none() {
            self.bad = line
                .iter()
                .find(|byte| !base64(byte))
                .map(|byte| (number, *byte));
        }
    }
}
