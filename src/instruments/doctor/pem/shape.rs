//! The shape of a file: is it PEM, whole, readable, and of the kind that belongs here?
//!
//! rustls-pemfile passes over what it does not know, so a file with a byte too many in front looks
//! like an empty one. Here that byte is found. Unaware of what certificates mean.

use std::path::Path;

use super::block::{
    Block, File, Wanted, blocks, copy_again, in_its_place, kind, other_text, takes,
};
use super::{almost, der, foreign, labels};
use crate::instruments::doctor::finding::Finding;
use crate::phrase;
use crate::text;

type Check = fn(&File<'_>) -> Option<Finding>;

/// In the order in which one hides the next.
const CHECKS: [Check; 14] = [
    empty,
    utf_16,
    bom,
    binary,
    base64_twice,
    foreign::foreign,
    no_begin,
    indented,
    begin_line_not_alone,
    joined,
    no_end,
    encrypted,
    bad_base64,
    wrong_slot,
];

/// The first thing that keeps this file from being what is `wanted`. `said` is what the PEM reader said of
/// it: the last resort for a file that looks well and still cannot be decoded.
pub(crate) fn explain(path: &Path, bytes: &[u8], wanted: Wanted, said: &str) -> Finding {
    of_file(&File::of(path, bytes, wanted), said)
}

pub(super) fn of_file(file: &File<'_>, said: &str) -> Finding {
    let found = CHECKS.iter().find_map(|check| check(file));
    found.unwrap_or_else(|| {
        let said = text::terminal(said);
        let found = phrase!("the base64 of a block does not decode: {said}", said);
        file.error("bad-base64", found, copy_again())
    })
}

/// How many blocks of a file hold a private key.
pub(crate) fn private_keys(bytes: &[u8]) -> usize {
    let secret = |block: &&Block<'_>| block.label.ends_with("PRIVATE KEY");
    blocks(bytes).iter().filter(secret).count()
}

fn empty(file: &File<'_>) -> Option<Finding> {
    let blank = file.bytes.iter().all(u8::is_ascii_whitespace);
    blank.then(|| {
        file.error(
            "empty-file",
            phrase!("the file is empty"),
            phrase!("was it written to the end? A full disk?\nmake it again"),
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
        phrase!("text in UTF-16, as Windows PowerShell writes it with >"),
        fix,
    ))
}

fn bom(file: &File<'_>) -> Option<Finding> {
    let rest = file.bytes.strip_prefix(b"\xef\xbb\xbf")?;
    // In front of other text the mark hides nothing.
    rest.starts_with(b"-----BEGIN").then(|| {
        let found = phrase!("three bytes in front of the first line (ef bb bf, a byte order mark): it does not begin with dashes then, and the first block is passed over");
        file.error("byte-order-mark", found, file.rewritten("tail -c +4 {f} >"))
    })
}

fn binary(file: &File<'_>) -> Option<Finding> {
    if !file.blocks.is_empty() {
        return None;
    }
    der::binary(file)
}

fn base64_twice(file: &File<'_>) -> Option<Finding> {
    let twice = foreign::TWICE.as_bytes();
    let mut parts = file.bytes.windows(twice.len());
    if !file.blocks.is_empty() || !parts.any(|part| part == twice) {
        return None;
    }
    if file.bytes.trim_ascii_start().starts_with(twice) {
        let fix = file.rewritten("base64 -d < {f} >");
        return Some(file.error("base64-twice", phrase!("base64 of a PEM file"), fix));
    }
    foreign::kubernetes(file)
}

fn no_begin(file: &File<'_>) -> Option<Finding> {
    if !file.blocks.is_empty() {
        return None;
    }
    let wanted = labels::usual(file.wanted);
    let text = String::from_utf8_lossy(file.bytes);
    if let Some(finding) = almost::almost(file, &text) {
        return Some(finding);
    }
    if text.trim_start().starts_with("MI") {
        let inside = der::from_base64(file.path, &text);
        if let Some(finding) = inside.and_then(|der| der::in_base64(file, &der)) {
            return Some(finding);
        }
        let fix = file.rewritten(&format!(
            "(echo '-----BEGIN {wanted}-----'; cat {{f}}; echo; echo '-----END {wanted}-----') >"
        ));
        return Some(file.error(
            "no-begin-line",
            phrase!("base64 without its BEGIN and END lines"),
            fix,
        ));
    }
    let found = if file.bytes.contains(&0) {
        phrase!("binary data of no known kind")
    } else {
        phrase!("text without a line -----BEGIN …-----")
    };
    Some(file.error("not-pem", found, phrase!("is it the right file?")))
}

fn indented(file: &File<'_>) -> Option<Finding> {
    let block = file.first(|block| block.indented && takes(file.wanted, block.label))?;
    let found = phrase!(
        "line {line}: the BEGIN line is indented, and so passed over",
        line = block.line
    );
    // In a YAML file the indentation has a meaning: the blocks are taken out, and the file stays.
    let fix = if other_text(file.bytes) {
        let (label, out) = match file.wanted {
            Wanted::PrivateKey => ("PRIVATE KEY", file.beside("key")),
            wanted => (labels::usual(wanted), file.beside("pem")),
        };
        let name = text::shell(file.path);
        let command = format!(
            "  (umask 077; sed -n '/-----BEGIN .*{label}-----/,/-----END .*{label}-----/s/^[[:space:]]*//p' {name} > {out})"
        );
        in_its_place(&command, &out)
    } else {
        file.edited("sed 's/^[[:space:]]*//'").into()
    };
    Some(file.error("indented", found, fix))
}

fn begin_line_not_alone(file: &File<'_>) -> Option<Finding> {
    let block = file.first(|block| block.after_dashes.is_none_or(|behind| !behind.is_empty()))?;
    let behind = block.after_dashes.unwrap_or_default();
    if (1..16).contains(&behind.len()) {
        let shown = behind.escape_ascii().to_string();
        let found = phrase!(
            "line {line}: \"{shown}\" behind the last dash of BEGIN",
            line = block.line,
            shown
        );
        let fix = file.edited("sed 's/^\\(-----BEGIN .*-----\\).*/\\1/'");
        return Some(file.error("bad-begin-line", found, fix));
    }
    let found = phrase!(
        "line {line}: the BEGIN line holds more than -----BEGIN …-----",
        line = block.line
    );
    // A JSON string, or an environment variable: the line ends were written as a backslash and an n.
    let fix = if file.bytes.windows(2).any(|pair| pair == br"\n") {
        file.rewritten("printf '%b\\n' \"$(cat {f})\" >")
    } else {
        file.edited("awk '{gsub(/-----BEGIN [^-]*-----/,\"\\n&\\n\");gsub(/-----END/,\"\\n&\")}1'")
    };
    Some(file.error("one-line", found, fix))
}

/// `cat` puts nothing between two files, and not every file ends with a line end.
fn joined(file: &File<'_>) -> Option<Finding> {
    file.first(|block| block.joined)?;
    let found = phrase!("END and the next BEGIN on one line: what follows is passed over");
    let fix = file.edited("awk '{gsub(/-----BEGIN/,\"\\n&\")}1'");
    Some(file.error("joined-blocks", found, fix))
}

fn no_end(file: &File<'_>) -> Option<Finding> {
    let block = file.first(|block| !block.ended && !block.indented)?;
    let label = text::shorten(&text::terminal(block.label), 40);
    let line = block.line;
    if let Some(end) = block.other_end {
        let end = String::from_utf8_lossy(end);
        let end = text::shorten(&text::terminal(end.trim().trim_end_matches('-')), 40);
        let found = phrase!(
            "line {line}: BEGIN says \"{label}\", END says \"{end}\"",
            line,
            label,
            end
        );
        let fix = phrase!("the same words on both lines, with one blank between two of them");
        return Some(file.error("no-end-line", found, fix));
    }
    let found = phrase!(
        "line {line}: -----BEGIN {label}----- without its END line",
        line,
        label
    );
    Some(file.error("no-end-line", found, copy_again()))
}

fn encrypted(file: &File<'_>) -> Option<Finding> {
    let key = file.first(|block| block.label.ends_with("PRIVATE KEY"))?;
    if !key.is_encrypted() {
        return None;
    }
    if file.wanted == Wanted::Anything {
        let found = match key.encrypted {
            true => phrase!(
                "a private key in OpenSSL's traditional form, encrypted with a passphrase (Proc-Type: 4,ENCRYPTED)"
            ),
            false => phrase!("a private key in PKCS#8, encrypted with a passphrase"),
        };
        let finding = file.error("encrypted-key", found, file.decrypted("openssl pkey"));
        let expected = phrase!("a private key that is not encrypted");
        return Some(Finding {
            expected,
            ..finding
        });
    }
    (file.wanted == Wanted::PrivateKey).then(|| {
        let plain = file.converted(".*PRIVATE KEY", "openssl pkey -in {f}");
        let found = phrase!(
            "a private key encrypted with a passphrase; only one without it can be used here"
        );
        file.error(
            "encrypted-key",
            found,
            phrase!("with its passphrase:\n{command}", command = plain),
        )
    })
}

fn bad_base64(file: &File<'_>) -> Option<Finding> {
    let known = |label: &str| kind(label).is_some() || label == "PUBLIC KEY";
    let block = file.first(|block| block.bad.is_some() && known(block.label))?;
    let (line, byte) = block.bad?;
    let found = phrase!(
        "line {line}: {byte} is no character of base64",
        line,
        byte = text::terminal_bytes(&[byte])
    );
    Some(file.error("bad-base64", found, copy_again()))
}

fn wrong_slot(file: &File<'_>) -> Option<Finding> {
    if file
        .blocks
        .iter()
        .any(|block| takes(file.wanted, block.label))
    {
        return None;
    }
    labels::wrong_label(file, file.blocks.first()?.label)
}
