//! Blocks of PEM: where each begins, ends or breaks off. Nothing is decoded.

/// From a BEGIN line to its END line, or to where it breaks off.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    /// Of the BEGIN line, from 1.
    pub(super) line: usize,
    pub(super) indented: bool,
    /// More follows the dashes on the BEGIN line, or the dashes are missing.
    pub(super) crowded: bool,
    pub(super) encrypted: bool,
    pub(super) ended: bool,
    /// Line and value of the first byte that base64 does not have.
    pub(super) bad: Option<(usize, u8)>,
}

/// Every block, in one pass. What stands between blocks is of no interest.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Block<'_>> {
    let (mut blocks, mut open, mut number) = (Vec::new(), None::<Block<'_>>, 1);
    for line in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        if let Some(block) = begin(line, number) {
            blocks.extend(open.replace(block));
        } else if let Some(block) = &mut open {
            match line.strip_prefix(b"-----END ") {
                Some(end) if end.starts_with(block.label.as_bytes()) => {
                    block.ended = true;
                    blocks.extend(open.take());
                }
                _ => block.body(line, number),
            }
        }
        number += usize::from(line.ends_with(b"\n"));
    }
    blocks.extend(open);
    blocks
}

fn begin(line: &[u8], number: usize) -> Option<Block<'_>> {
    let trimmed = line.trim_ascii();
    let rest = trimmed.strip_prefix(b"-----BEGIN ")?;
    let end = rest.windows(5).position(|dashes| dashes == b"-----");
    let label = rest.get(..end.unwrap_or(rest.len()))?;
    Some(Block {
        label: str::from_utf8(label).unwrap_or("?"),
        line: number,
        indented: !line.starts_with(b"-"),
        crowded: end.is_none_or(|end| end + 5 != rest.len()),
        ..Block::default()
    })
}

impl Block<'_> {
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
