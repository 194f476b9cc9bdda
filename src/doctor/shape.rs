//! The shape of a file: is it PEM, whole, readable, and of the kind that belongs here?
//!
//! rustls-pemfile passes over what it does not know, so a file with a byte too many in front looks
//! like an empty one. Here that byte is found. Unaware of what certificates mean.

use std::path::Path;

use super::blocks::{Block, blocks};
use super::finding::{Finding, error};
use super::{der, labels};
use crate::narration::Step;
use crate::text;

/// What a file should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `CERTIFICATE`, one or more.
    Certificate,
    /// `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`.
    PrivateKey,
    /// `X509 CRL`.
    RevocationList,
    /// `CERTIFICATE REQUEST`.
    Request,
    /// Any of them.
    Anything,
}

impl Wanted {
    /// As a noun with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Wanted::Certificate => "a certificate",
            Wanted::PrivateKey => "a private key",
            Wanted::RevocationList => "a certificate revocation list",
            Wanted::Request => "a certificate request",
            Wanted::Anything => "a certificate, request, key or revocation list",
        }
    }

    fn takes(self, label: &str) -> bool {
        match (self, labels::kind(label)) {
            (Wanted::Anything, kind) => kind.is_some() || label == "PUBLIC KEY",
            (wanted, kind) => kind == Some(wanted),
        }
    }
}

/// A file under examination.
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) bytes: &'a [u8],
    pub(super) wanted: Wanted,
    blocks: Vec<Block<'a>>,
}

type Check = fn(&File<'_>) -> Option<Finding>;

/// In the order in which one hides the next.
const CHECKS: [Check; 11] = [
    empty, utf_16, bom, binary, no_begin, indented, crowded, no_end, encrypted, bad_base64,
    wrong_slot,
];

/// The first thing that keeps this file from being what is `wanted`.
pub fn problem(path: &Path, bytes: &[u8], wanted: Wanted) -> Option<Finding> {
    let file = File::new(path, bytes, wanted);
    CHECKS.iter().find_map(|check| check(&file))
}

/// The finding about a file that looks well and still cannot be decoded.
pub(crate) fn undecodable(path: &Path, bytes: &[u8], wanted: Wanted, said: &str) -> Finding {
    let file = File::new(path, bytes, wanted);
    let found = format!(
        "the base64 of a block does not decode: {}",
        text::terminal(said)
    );
    file.error("bad-base64", found, COPY_AGAIN)
}

/// How many blocks of a file hold a private key.
pub(super) fn private_keys(bytes: &[u8]) -> usize {
    let secret = |block: &&Block<'_>| block.label.ends_with("PRIVATE KEY");
    blocks(bytes).iter().filter(secret).count()
}

const COPY_AGAIN: &str = "copy the file again, whole, from where it was made";

impl<'a> File<'a> {
    pub(super) fn new(path: &'a Path, bytes: &'a [u8], wanted: Wanted) -> File<'a> {
        File {
            path,
            bytes,
            wanted,
            blocks: blocks(bytes),
        }
    }

    pub(super) fn error(
        &self,
        code: &'static str,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        let expected = format!("{} in PEM", self.wanted.noun());
        error(code, Step::Preparation, self.path, expected, found, fix)
    }

    /// A command that writes the file anew: `{f}` is its name. It is replaced only if all went well,
    /// and a key is readable by nobody else at any moment.
    pub(super) fn rewritten(&self, command: &str) -> String {
        let name = text::shell(self.path);
        let command = command.replace("{f}", &name);
        match self.wanted {
            Wanted::PrivateKey => {
                format!("  (umask 077; {command} {name}.new) && mv {name}.new {name}")
            }
            _ => format!("  {command} {name}.new && mv {name}.new {name}"),
        }
    }

    /// The same name with another extension, for what is taken out of this file. Nothing that is there
    /// is overwritten.
    pub(super) fn beside(&self, extension: &str) -> String {
        let beside = self.path.with_extension(extension);
        let new = if beside.exists() { ".new" } else { "" };
        format!("{}{new}", text::shell(&beside))
    }

    fn first(&self, is: impl Fn(&Block<'_>) -> bool) -> Option<&Block<'_>> {
        self.blocks.iter().find(|block| is(block))
    }
}

fn empty(file: &File<'_>) -> Option<Finding> {
    let blank = file.bytes.iter().all(u8::is_ascii_whitespace);
    blank.then(|| {
        file.error(
            "empty",
            "the file is empty",
            "was it written to the end? A full disk?\nmake it again",
        )
    })
}

fn utf_16(file: &File<'_>) -> Option<Finding> {
    let marks: [&[u8]; 4] = [b"\xff\xfe", b"\xfe\xff", b"-\0-\0", b"\0-\0-"];
    let found = marks.iter().position(|mark| file.bytes.starts_with(mark))?;
    let encoding = ["UTF-16", "UTF-16", "UTF-16LE", "UTF-16BE"].get(found)?;
    let fix = file.rewritten(&format!("iconv -f {encoding} -t UTF-8 {{f}} >"));
    Some(file.error(
        "utf-16",
        "text in UTF-16, as Windows PowerShell writes it with >",
        fix,
    ))
}

fn bom(file: &File<'_>) -> Option<Finding> {
    let rest = file.bytes.strip_prefix(b"\xef\xbb\xbf")?;
    // In front of other text the mark hides nothing.
    rest.starts_with(b"-----BEGIN").then(|| {
        let found = "three bytes in front of the first line (ef bb bf, a byte order mark): it does not begin with dashes then, and the first block is passed over";
        file.error("bom", found, file.rewritten("tail -c +4 {f} >"))
    })
}

fn binary(file: &File<'_>) -> Option<Finding> {
    if !file.blocks.is_empty() {
        return None;
    }
    der::binary(file)
}

fn no_begin(file: &File<'_>) -> Option<Finding> {
    if !file.blocks.is_empty() {
        return None;
    }
    let wanted = labels::usual(file.wanted);
    let text = String::from_utf8_lossy(file.bytes);
    if let Some(line) = text.lines().find(|line| line.contains("BEGIN ")) {
        let line = text::shorten(&text::terminal(line.trim()), 40);
        let fix = format!("five hyphens on each side: -----BEGIN {wanted}-----");
        return Some(file.error(
            "bad-begin",
            format!("a BEGIN line that is none: {line}"),
            fix,
        ));
    }
    if text.trim_start().starts_with("MI") {
        let name = text::shell(file.path);
        let fix = format!(
            "  (echo '-----BEGIN {wanted}-----'; cat {name}; echo; echo '-----END {wanted}-----') > {name}.new && mv {name}.new {name}"
        );
        return Some(file.error("no-begin", "base64 without its BEGIN and END lines", fix));
    }
    let found = match file.bytes.contains(&0) {
        true => "binary data of no known kind",
        false => "text without a line -----BEGIN …-----",
    };
    Some(file.error("not-pem", found, "is it the right file?"))
}

fn indented(file: &File<'_>) -> Option<Finding> {
    let block = file.first(|block| block.indented && file.wanted.takes(block.label))?;
    let found = format!(
        "line {}: the BEGIN line is indented, and so passed over",
        block.line
    );
    Some(file.error(
        "indented",
        found,
        file.rewritten("sed 's/^[[:space:]]*//' {f} >"),
    ))
}

fn crowded(file: &File<'_>) -> Option<Finding> {
    let block = file.first(|block| block.crowded)?;
    let found = format!(
        "line {}: the BEGIN line holds more than -----BEGIN …-----",
        block.line
    );
    let fix = match file.bytes.windows(2).any(|pair| pair == br"\n") {
        true => file.rewritten("printf '%b\\n' \"$(cat {f})\" >"),
        false => "the line breaks got lost: one after BEGIN, one in front of END".to_owned(),
    };
    Some(file.error("one-line", found, fix))
}

fn no_end(file: &File<'_>) -> Option<Finding> {
    let block = file.first(|block| !block.ended && !block.indented)?;
    let label = text::shorten(&text::terminal(block.label), 40);
    let found = format!(
        "line {}: -----BEGIN {label}----- without its END line",
        block.line
    );
    Some(file.error("no-end", found, COPY_AGAIN))
}

fn encrypted(file: &File<'_>) -> Option<Finding> {
    if file.wanted != Wanted::PrivateKey {
        return None;
    }
    let key = file.first(|block| block.label.ends_with("PRIVATE KEY"))?;
    let name = text::shell(file.path);
    (key.encrypted || key.label == "ENCRYPTED PRIVATE KEY").then(|| {
        let fix = format!(
            "with its passphrase:\n  cp -p {name} {name}.encrypted && openssl pkey -in {name}.encrypted -out {name}"
        );
        file.error("encrypted-key", "a private key locked with a passphrase, which nobody asks for here", fix)
    })
}

fn bad_base64(file: &File<'_>) -> Option<Finding> {
    let known = |label: &str| labels::kind(label).is_some() || label == "PUBLIC KEY";
    let block = file.first(|block| block.bad.is_some() && known(block.label))?;
    let (line, byte) = block.bad?;
    let found = format!(
        "line {line}: {} is no character of base64",
        text::terminal_bytes(&[byte])
    );
    Some(file.error("bad-base64", found, COPY_AGAIN))
}

fn wrong_slot(file: &File<'_>) -> Option<Finding> {
    if file
        .blocks
        .iter()
        .any(|block| file.wanted.takes(block.label))
    {
        return None;
    }
    labels::instead(file, file.blocks.first()?.label)
}
