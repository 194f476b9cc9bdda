//! The fields of a message in the order of the wire: the bytes of each at the left, what they mean at the right.
//!
//! Bytes and words share a row, so that they cannot drift apart. Every byte of a message also stands in exactly one
//! run of its [`dump`](super::dump).

use std::fmt::Write;

use super::dump::Run;
use super::links::source;
use super::say;
use crate::instruments::fields::Field;
use crate::instruments::show::{one_line, size, starts_expanded};
use crate::language::Language;
use crate::phrase;
use crate::text::{self, html as escaped};

/// Columns for what a group or a value says.
const LONGEST_VALUE: usize = 240;
/// A row shows all bytes up to a number; of more it shows the first and the last. A line has eight.
const OF_A_FIELD: (usize, usize, usize) = (48, 24, 8);
const OF_A_GROUP: (usize, usize, usize) = (16, 8, 0);

/// The tree of a message's fields. `id` tells it from others; `rows` is how many fields the page can still take.
/// Returns the runs of bytes that belong to its leaves.
pub(super) fn tree(
    page: &mut String,
    id: &str,
    bytes: &[u8],
    fields: &Field,
    rows: &mut usize,
    language: Language,
) -> Vec<Run> {
    let mut tree = Tree {
        page,
        id,
        bytes,
        rows,
        language,
        next: 0,
        runs: Vec::new(),
    };
    tree.page.push_str("<ul class=\"tree\">\n");
    if fields.children.is_empty() {
        tree.field(fields);
    } else {
        tree.parts(fields);
    }
    tree.page.push_str("</ul>\n");
    tree.runs
}

/// The rows of a record: its parts, without links.
pub(super) fn plain_rows(page: &mut String, bytes: &[u8], fields: &Field, language: Language) {
    page.push_str("<ul class=\"tree plain\">\n");
    for part in &fields.children {
        let row = row(bytes, part, language);
        let _ = writeln!(page, "<li class=\"row\">{row}</li>");
    }
    page.push_str("</ul>\n");
}

struct Tree<'a> {
    page: &'a mut String,
    id: &'a str,
    bytes: &'a [u8],
    /// How many rows the page can still take.
    rows: &'a mut usize,
    language: Language,
    next: usize,
    runs: Vec<Run>,
}

impl Tree<'_> {
    fn field(&mut self, field: &Field) {
        *self.rows = self.rows.saturating_sub(1);
        if field.children.is_empty() || *self.rows == 0 {
            return self.leaf(field);
        }
        let id = self.begin(field, "");
        let open = if starts_expanded(field) { " open" } else { "" };
        let row = row(self.bytes, field, self.language);
        let _ = write!(
            self.page,
            "{id}<details{open}><summary class=\"row\">{row}</summary>"
        );
        if !field.source.is_empty() {
            let source = source(field.source);
            let _ = write!(self.page, "<p class=\"source\">{source}</p>");
        }
        self.page.push_str("<ul>\n");
        self.parts(field);
        self.page.push_str("</ul></details></li>\n");
    }

    fn parts(&mut self, group: &Field) {
        for (index, part) in group.children.iter().enumerate() {
            if *self.rows > 0 {
                self.field(part);
                continue;
            }
            let mut rest = part.clone();
            let count = group.children.len() - index;
            rest.label = phrase!("{count} more fields", count).in_language(self.language);
            rest.value = phrase!("not listed");
            rest.range.end = group.range.end;
            return self.leaf(&rest);
        }
    }

    fn leaf(&mut self, field: &Field) {
        let class = match field.malformed {
            true => "row malformed",
            false => "row",
        };
        let link = self.begin(field, class);
        let row = row(self.bytes, field, self.language);
        let _ = writeln!(self.page, "{link}{row}</li>");
        if !field.range.is_empty() {
            self.runs.push(Run {
                number: self.next,
                label: field.label.clone(),
                range: field.range.clone(),
            });
        }
    }

    /// Opens the item of a field, and returns the link to it. The link is no stop of the Tab key: there are hundreds,
    /// and the script makes them one, with arrows between them.
    fn begin(&mut self, field: &Field, class: &str) -> String {
        self.next += 1;
        let (id, number) = (self.id, self.next);
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        let _ = write!(self.page, "<li id=\"{id}f{number}\"{class}>");
        anchor(&format!("{id}f{number}"), &field.label, true, self.language)
    }
}

/// A link to where it stands itself, to be copied.
pub(super) fn anchor(id: &str, name: &str, in_a_tree: bool, language: Language) -> String {
    let label = say(&phrase!("Link to {name}", name), language);
    let stop = if in_a_tree { " tabindex=\"-1\"" } else { "" };
    format!("<a class=\"anchor\" href=\"#{id}\"{stop} aria-label=\"{label}\">#</a>")
}

/// The words of a row, and its bytes: label, value, place, meaning, then the bytes, which stand at their left.
fn row(bytes: &[u8], field: &Field, language: Language) -> String {
    let label = escaped(&field.label);
    let value = if field.malformed {
        phrase!("✗ malformed: {why}", why = field.value).in_language(language)
    } else {
        one_line(field, LONGEST_VALUE, language)
    };
    // What is put together from the parts gives way when they are shown themselves.
    let class = if field.value.is_empty() && !field.children.is_empty() {
        "value parts"
    } else {
        "value"
    };
    let meaning = match field.meaning.is_empty() {
        true => String::new(),
        false => format!(
            "<span class=\"meaning\">{}</span>",
            say(&field.meaning, language)
        ),
    };
    format!(
        "<span class=\"words\"><b class=\"name\">{label}</b> <span class=\"{class}\">{}</span>{}{meaning}</span>{}",
        escaped(&text::terminal(&value)),
        place(field, language),
        hex_cell(bytes, field, language)
    )
}

/// Which bytes of the message.
fn place(field: &Field, language: Language) -> String {
    let (from, to) = (field.range.start, field.range.end.saturating_sub(1));
    let place = match field.range.len() {
        0 => phrase!("no bytes"),
        1 => phrase!("byte {from}", from),
        _ => phrase!("bytes {from}–{to}", from, to),
    };
    format!(" <span class=\"place\">{}</span>", say(&place, language))
}

/// The bytes of a field. Those of a group are short: each of its parts has its own.
fn hex_cell(bytes: &[u8], field: &Field, language: Language) -> String {
    let here = bytes.get(field.range.clone()).unwrap_or_default();
    if here.is_empty() {
        return String::new();
    }
    let (class, (longest, first, last)) = match field.children.is_empty() {
        true => ("hex", OF_A_FIELD),
        false => ("hex parts", OF_A_GROUP),
    };
    if here.len() <= longest {
        return format!("<code class=\"{class}\">{}</code>", spaced(here));
    }
    let more = say(&size(here.len() - first - last), language);
    let first = spaced(here.get(..first).unwrap_or_default());
    let last = spaced(here.get(here.len() - last..).unwrap_or_default());
    format!("<code class=\"{class}\">{first} <span class=\"omitted\">⋮ {more}</span> {last}</code>")
}

/// `01 00 05 c0`.
fn spaced(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(3 * bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        let space = if at == 0 { "" } else { " " };
        let _ = write!(hex, "{space}{byte:02x}");
    }
    hex
}
