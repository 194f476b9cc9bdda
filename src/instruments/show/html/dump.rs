//! All bytes of a message in one block. Every byte stands in exactly one run, and each run is a link to its field.

use std::fmt::Write;
use std::ops::Range;

use super::say;
use crate::instruments::show::size;
use crate::language::Language;
use crate::phrase;
use crate::text::html as escaped;

/// Bytes a line.
const LINE: usize = 16;
/// Runs longer than this are cut in the middle, to the lines at both ends.
const LONGEST_RUN: usize = 2048;
const KEPT: usize = 512;

/// A run of bytes with one meaning.
pub(super) struct Run {
    pub(super) number: usize,
    pub(super) label: String,
    pub(super) range: Range<usize>,
}

/// The block, closed at first: the fields above it show the same bytes.
pub(super) fn dump(page: &mut String, id: &str, bytes: &[u8], runs: &[Run], language: Language) {
    if bytes.is_empty() {
        return;
    }
    let mut dump = Dump {
        language,
        offsets: String::new(),
        bytes: String::new(),
        line: 0,
    };
    for run in runs {
        dump.run(id, bytes, run);
    }
    let Dump {
        offsets,
        bytes: block,
        ..
    } = dump;
    let all = say(
        &phrase!("All {size} in one block", size = size(bytes.len())),
        language,
    );
    let _ = writeln!(
        page,
        "<details class=\"whole\"><summary>{all}</summary><div class=\"dump\">\
         <pre class=\"offsets\" aria-hidden=\"true\">{offsets}</pre><div class=\"bytes\">{block}</div></div></details>"
    );
}

struct Dump {
    language: Language,
    offsets: String,
    bytes: String,
    /// The first byte that has no offset yet.
    line: usize,
}

impl Dump {
    fn run(&mut self, id: &str, bytes: &[u8], run: &Run) {
        let Run {
            number,
            label,
            range,
        } = run;
        let of = say(&size(range.len()), self.language);
        let label = escaped(label);
        let _ = write!(
            self.bytes,
            "<a id=\"{id}b{number}\" href=\"#{id}f{number}\" title=\"{label}: {of}\">"
        );
        let cut = cut(range);
        self.hex(bytes, range.start..cut.start);
        if !cut.is_empty() {
            let left_out = phrase!("{size} are not shown", size = size(cut.len()));
            let left_out = say(&left_out, self.language);
            let _ = write!(self.bytes, "<span class=\"cut\">{left_out}</span>");
            self.offsets.push_str("   ⋮\n");
        }
        self.hex(bytes, cut.end..range.end);
        self.bytes.push_str("</a> ");
    }

    fn hex(&mut self, bytes: &[u8], range: Range<usize>) {
        let end = range.end;
        for at in range {
            if at % LINE == 0 && at >= self.line {
                let _ = writeln!(self.offsets, "{at:04x}");
                self.line = at + 1;
            }
            let space = if at + 1 == end { "" } else { " " };
            let byte = bytes.get(at).copied().unwrap_or_default();
            let _ = write!(self.bytes, "{byte:02x}{space}");
        }
    }
}

/// What to leave out of a run: whole lines in its middle, or nothing.
fn cut(range: &Range<usize>) -> Range<usize> {
    if range.len() > LONGEST_RUN {
        (range.start + KEPT).next_multiple_of(LINE)..(range.end - KEPT) / LINE * LINE
    } else {
        range.end..range.end
    }
}
