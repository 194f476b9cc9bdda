//! Bytes and what they mean, side by side: a dump, and the tree of fields. Each points at the other.
//!
//! A leaf of the tree and its run of bytes link to each other, so that the way between them needs no
//! script. Every byte stands in exactly one run.

use std::fmt::Write;
use std::ops::Range;

use super::source;
use crate::instruments::fields::Field;
use crate::instruments::show::{bytes_in_words, one_line, short_hex, starts_expanded};
use crate::text::html as escaped;

/// Bytes a line of the dump.
const LINE: usize = 16;
/// Runs longer than this are cut in the middle, to the lines at both ends.
const LONGEST_RUN: usize = 2048;
const KEPT: usize = 512;
/// Columns for what a group or a value says.
const LONGEST_VALUE: usize = 240;

/// Dump and tree of a message. `id` tells it from others; `rows` is how many fields the page can still take.
pub(super) fn anatomy(
    page: &mut String,
    id: &str,
    name: &str,
    bytes: &[u8],
    fields: &Field,
    rows: &mut usize,
) {
    let mut tree = Tree {
        id,
        bytes,
        rows,
        next: 0,
        html: String::new(),
        runs: Vec::new(),
    };
    if fields.children.is_empty() {
        tree.field(fields);
    } else {
        tree.parts(fields);
    }
    let Tree { html, runs, .. } = tree;
    let (offsets, dump) = dump(id, bytes, &runs);
    let name = escaped(name);
    let _ = write!(
        page,
        "<div class=\"anatomy\">\n<div class=\"dump\" role=\"group\" aria-label=\"Bytes of {name}\">\
         <pre class=\"offsets\" aria-hidden=\"true\">{offsets}</pre><div class=\"bytes\">{dump}</div></div>\n\
         <ul class=\"tree\" aria-label=\"Fields of {name}\">\n{html}</ul>\n</div>\n"
    );
}

/// The rows of a record: its parts, without links.
pub(super) fn plain_rows(page: &mut String, bytes: &[u8], fields: &Field) {
    page.push_str("<ul class=\"tree plain\">\n");
    for part in &fields.children {
        let _ = writeln!(
            page,
            "<li><div class=\"row\">{}</div></li>",
            row(bytes, part, None)
        );
    }
    page.push_str("</ul>\n");
}

/// A run of bytes with one meaning.
struct Run {
    number: usize,
    label: String,
    range: Range<usize>,
}

struct Tree<'a> {
    id: &'a str,
    bytes: &'a [u8],
    /// How many rows the page can still take.
    rows: &'a mut usize,
    next: usize,
    html: String,
    runs: Vec<Run>,
}

impl Tree<'_> {
    fn field(&mut self, field: &Field) {
        *self.rows = self.rows.saturating_sub(1);
        if field.children.is_empty() || *self.rows == 0 {
            return self.leaf(field);
        }
        let number = self.number();
        let open = if starts_expanded(field) { " open" } else { "" };
        let row = row(self.bytes, field, None);
        let _ = write!(
            self.html,
            "<li id=\"{}f{number}\"><details{open}><summary><span class=\"row\">{row}</span></summary>",
            self.id
        );
        if !field.source.is_empty() {
            let _ = write!(
                self.html,
                "<p class=\"source\">{}</p>",
                source(field.source)
            );
        }
        self.html.push_str("<ul>\n");
        self.parts(field);
        self.html.push_str("</ul></details></li>\n");
    }

    fn parts(&mut self, group: &Field) {
        for (index, part) in group.children.iter().enumerate() {
            if *self.rows > 0 {
                self.field(part);
                continue;
            }
            let mut rest = part.clone();
            rest.label = format!("{} more fields", group.children.len() - index);
            rest.value = "not listed".to_owned();
            rest.range.end = group.range.end;
            return self.leaf(&rest);
        }
    }

    fn leaf(&mut self, field: &Field) {
        let id = self.id;
        let number = self.number();
        let target = (!field.range.is_empty()).then(|| format!("#{id}b{number}"));
        let malformed = if field.malformed {
            " class=\"malformed\""
        } else {
            ""
        };
        let row = row(self.bytes, field, target);
        let _ = writeln!(
            self.html,
            "<li id=\"{id}f{number}\"{malformed}><div class=\"row\">{row}</div></li>"
        );
        if !field.range.is_empty() {
            self.runs.push(Run {
                number,
                label: field.label.clone(),
                range: field.range.clone(),
            });
        }
    }

    fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }
}

/// The words of a row: bytes, label, value, place, meaning. `target` are its bytes in the dump.
fn row(bytes: &[u8], field: &Field, target: Option<String>) -> String {
    let here = bytes.get(field.range.clone()).unwrap_or_default();
    let label = escaped(&field.label);
    let name = match target {
        Some(target) => format!("<a class=\"name\" href=\"{target}\">{label}</a>"),
        None => format!("<span class=\"name\">{label}</span>"),
    };
    let value = if field.malformed {
        format!("✗ malformed: {}", field.value)
    } else {
        one_line(field, LONGEST_VALUE)
    };
    // What is put together from the parts gives way when they are shown themselves.
    let class = if field.value.is_empty() && !field.children.is_empty() {
        "value parts"
    } else {
        "value"
    };
    let meaning = match field.meaning.as_str() {
        "" => String::new(),
        meaning => format!(" <span class=\"meaning\">{}</span>", escaped(meaning)),
    };
    let place = match here.len() {
        0 => "no bytes".to_owned(),
        1 => format!("byte {}", field.range.start),
        _ => format!("bytes {}–{}", field.range.start, field.range.end - 1),
    };
    format!(
        "<code class=\"hex\">{}</code> <span class=\"words\">{name} <span class=\"{class}\">{}</span> \
         <span class=\"place\">{place}</span>{meaning}</span>",
        short_hex(here),
        escaped(&value)
    )
}

/// The offsets of the lines, and the bytes: a link for each run.
fn dump(id: &str, bytes: &[u8], runs: &[Run]) -> (String, String) {
    let mut offsets = String::new();
    let mut dump = String::new();
    let mut line = 0;
    for run in runs {
        let Run {
            number,
            label,
            range,
        } = run;
        let label = escaped(label);
        let size = bytes_in_words(range.len());
        let _ = write!(
            dump,
            "<a id=\"{id}b{number}\" href=\"#{id}f{number}\" title=\"{label}, {size}\">"
        );
        let cut = cut(range);
        for (from, to) in [(range.start, cut.start), (cut.end, range.end)] {
            for at in from..to {
                if at % LINE == 0 && at >= line {
                    let _ = writeln!(offsets, "{at:04x}");
                    line = at + 1;
                }
                let space = if at + 1 == to { "" } else { " " };
                let _ = write!(
                    dump,
                    "{:02x}{space}",
                    bytes.get(at).copied().unwrap_or_default()
                );
            }
            if to == cut.start && !cut.is_empty() {
                let _ = write!(
                    dump,
                    "<span class=\"cut\">{} are not shown</span>",
                    bytes_in_words(cut.len())
                );
                offsets.push_str("   ⋮\n");
            }
        }
        dump.push_str("</a> ");
    }
    (offsets, dump)
}

/// What to leave out of a run: whole lines in its middle, or nothing.
fn cut(range: &Range<usize>) -> Range<usize> {
    if range.len() > LONGEST_RUN {
        (range.start + KEPT).next_multiple_of(LINE)..(range.end - KEPT) / LINE * LINE
    } else {
        range.end..range.end
    }
}
