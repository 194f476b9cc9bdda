//! A file piece by piece, for a reader that shows what it can: a broken block hides no other one.

use std::path::Path;

use super::block::{Block, File, Wanted, takes};
use super::shape;
use crate::certificates::pem::{self, Kind};
use crate::error::Error;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::inspect::der::kind_of;
use crate::phrase;

/// Blocks that are not shown and explained one by one. A stranger's file may have a million.
const MOST: usize = 64;

/// A block of PEM, or a file of DER as a whole.
pub(crate) struct Piece {
    /// What its BEGIN line says, not yet safe to show. `None`: it has none.
    pub(crate) label: Option<String>,
    pub(crate) held: Held,
}

/// What a piece holds.
pub(crate) enum Held {
    /// Something that can be shown, and its DER.
    Item(Kind, Vec<u8>),
    /// Something whole that is not shown: of another kind, or encrypted.
    Other(Finding),
    /// Something that cannot be read.
    Broken(Finding),
}

/// Every piece in its order, at least one. `path` names the file in findings and their commands.
pub(crate) fn pieces(path: &Path, bytes: &[u8]) -> Vec<Piece> {
    let file = File::of(path, bytes, Wanted::Anything);
    let seen = file.blocks.iter();
    let seen = seen.filter(|block| takes(Wanted::Anything, block.label));
    // A byte order mark, for example, hides a block from a look at each of them. It is seen in the file as a whole.
    let hidden = pem::begun(bytes) > seen.count();
    let (of, mut odd, mut pieces) = (file.blocks.len(), 0, Vec::new());
    for block in file.blocks {
        let label = Some(block.label.to_owned());
        let held = match item(path, bytes, &block) {
            Ok(Some((kind, der))) => Held::Item(kind, der),
            not_shown => {
                odd += 1;
                let file = File {
                    path,
                    bytes,
                    wanted: Wanted::Anything,
                    blocks: vec![block],
                    has_others: of > 1,
                };
                let said = not_shown.as_ref().err().map_or("", String::as_str);
                let finding = match odd {
                    ..=MOST => shape::of_file(&file, said),
                    _ => not_looked_at(&file),
                };
                match not_shown {
                    Ok(_) => Held::Other(finding),
                    Err(_) => Held::Broken(finding),
                }
            }
        };
        pieces.push(Piece { label, held });
    }
    let told = pieces.iter().any(|one| matches!(one.held, Held::Broken(_)));
    if pieces.is_empty() || hidden && !told {
        let held = match kind_of(bytes) {
            Some(kind) => Held::Item(kind, bytes.to_vec()),
            None => Held::Broken(shape::explain(path, bytes, Wanted::Anything, "")),
        };
        pieces.push(Piece { label: None, held });
    }
    pieces
}

/// What a block holds; `None`: nothing that could be shown. The error is what the PEM reader said.
fn item(path: &Path, bytes: &[u8], block: &Block<'_>) -> Result<Option<(Kind, Vec<u8>)>, String> {
    if !takes(Wanted::Anything, block.label) || block.is_encrypted() {
        return Ok(None);
    }
    let own = bytes.get(block.range.clone()).unwrap_or_default();
    match pem::items_in(path, own) {
        Ok(mut items) => Ok(items.pop()),
        Err(Error::Pem { said, .. }) => Err(said),
        Err(other) => Err(other.to_string()),
    }
}

fn not_looked_at(file: &File<'_>) -> Finding {
    let found = phrase!(
        "not looked at: the file has more than {most} blocks that are not shown",
        most = MOST
    );
    file.error("not-pem", found, phrase!("is it the right file?"))
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;

    use super::*;

    #[test]
    fn a_file_of_any_lines_has_a_piece_for_each_line_that_begins_one() {
        const PARTS: [&str; 12] = [
            "-----BEGIN CERTIFICATE-----\n",
            "-----END CERTIFICATE-----",
            "-----BEGIN RSA PRIVATE KEY-----\n",
            "Proc-Type: 4,ENCRYPTED\n",
            "-----END RSA PRIVATE KEY-----\n",
            "-----BEGIN EC PARAMETERS-----\n",
            "-----BEGIN ",
            "AAAA\n",
            "\u{feff}",
            " ",
            "\n",
            "\0é",
        ];
        arbtest(|random| {
            let mut text = String::new();
            for _ in 0..random.int_in_range(0..=24)? {
                text += random.choose(&PARTS)?;
            }
            let pieces = pieces(Path::new("x.pem"), text.as_bytes());
            let begin = |line: &&str| line.trim_start().starts_with("-----BEGIN ");
            let begun = text.lines().filter(begin).count();
            assert!(pieces.len() >= begun.max(1), "{text:?}");
            Ok(())
        })
        .budget_ms(1_000);
    }
}
