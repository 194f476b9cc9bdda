//! Two recorded connections on one page, side by side. It has no script.

use std::fmt::Write;

use super::policy::policy;
use super::{STYLE, say};
use crate::instruments::show::comparison::{Comparison, Fact, Row, compare};
use crate::instruments::show::differences::Differences;
use crate::instruments::show::size;
use crate::instruments::wire::conversation::{Conversation, Message};
use crate::language::{Language, Phrase};
use crate::narration::Side;
use crate::phrase;
use crate::text::html as escaped;

/// The page of two connections, each with its name.
pub fn page(names: [&str; 2], both: [&Conversation; 2], language: Language) -> String {
    let comparison = compare(both);
    let title = say(&phrase!("Two connections, side by side"), language);
    let lang = language.pick("en", "zh");
    let mut page = Comparing {
        page: format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <header class=\"top\">\n<p class=\"eyebrow\">hello-mtls</p>\n<h1>{title}</h1>\n</header>\n<main class=\"comparing\">\n",
            policy()
        ),
        language,
        names: names.map(escaped),
    };
    page.facts(&comparison.facts);
    page.messages(&comparison);
    let mut page = page.page;
    let _ = write!(
        page,
        "</main>\n<footer><p>{}</p></footer>\n</body>\n</html>\n",
        say(&phrase!("Made by hello-mtls."), language)
    );
    page
}

struct Comparing {
    page: String,
    language: Language,
    /// Of the two connections, escaped.
    names: [String; 2],
}

impl Comparing {
    fn say(&self, phrase: &Phrase) -> String {
        say(phrase, self.language)
    }

    fn head(&mut self, first: &Phrase) {
        let first = self.say(first);
        let [a, b] = &self.names;
        let _ = write!(
            self.page,
            "<table>\n<thead><tr><th scope=\"col\">{first}</th><th scope=\"col\"><b>A</b> {a}</th><th scope=\"col\"><b>B</b> {b}</th></tr></thead>\n<tbody>\n"
        );
    }

    fn facts(&mut self, facts: &[Fact]) {
        let title = self.say(&phrase!("What differs"));
        let _ = writeln!(
            self.page,
            "<section aria-labelledby=\"facts\">\n<h2 id=\"facts\">{title}</h2>"
        );
        self.head(&phrase!("fact"));
        for fact in facts {
            let label = self.say(&fact.label);
            let values = fact
                .values
                .each_ref()
                .map(|value| self.value(value.as_ref()));
            let [first, second] = values;
            let class = if fact.differs() { "differs" } else { "same" };
            let _ = match fact.differs() {
                true => writeln!(
                    self.page,
                    "<tr class=\"{class}\"><th scope=\"row\">{label}</th><td>{first}</td><td>{second}</td></tr>"
                ),
                false => writeln!(
                    self.page,
                    "<tr class=\"{class}\"><th scope=\"row\">{label}</th><td colspan=\"2\">{first}</td></tr>"
                ),
            };
        }
        self.page.push_str("</tbody>\n</table>\n</section>\n");
    }

    fn value(&self, value: Option<&Phrase>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.say(value))
    }

    fn messages(&mut self, comparison: &Comparison<'_>) {
        let title = self.say(&phrase!("Message by message"));
        let purpose = self.say(&phrase!(
            "In the order of the wire. A bar is as long as its message has bytes: hollow in the clear, filled when encrypted."
        ));
        let _ = writeln!(
            self.page,
            "<section aria-labelledby=\"messages\">\n<h2 id=\"messages\">{title}</h2>\n<p class=\"purpose\">{purpose}</p>"
        );
        self.head(&phrase!("message"));
        let messages = comparison.rows.iter().flat_map(|row| row.messages);
        let longest = messages.flatten().map(|message| message.bytes.len()).max();
        let mut from = None;
        for row in &comparison.rows {
            let begins = row.from() != from;
            from = row.from();
            self.row(row, begins, longest.unwrap_or(1).max(1));
        }
        self.page.push_str("</tbody>\n</table>\n");
        if let more @ 1.. = comparison.not_compared {
            let words = self.say(&phrase!(
                "and {not_compared} more messages, which are not compared",
                not_compared = more
            ));
            let _ = writeln!(self.page, "<p class=\"more\">{words}</p>");
        }
        self.page.push_str("</section>\n");
    }

    fn row(&mut self, row: &Row<'_>, begins: bool, longest: usize) {
        let Some(message) = row.messages.iter().flatten().next() else {
            return;
        };
        let from = message.from;
        let arrow = match from {
            Side::Client => "→",
            Side::Server => "←",
        };
        let says = self.say(&phrase!("the {from} says", from));
        let name = breakable(&message.name);
        let mut class = from.to_string();
        if begins {
            class.push_str(" begins");
        }
        if row.messages.iter().any(Option::is_none) {
            class.push_str(" only");
        }
        let [first, second] = row.messages.map(|message| self.cell(message, longest));
        let _ = writeln!(
            self.page,
            "<tr class=\"{class}\"><th scope=\"row\"><span aria-hidden=\"true\">{arrow}</span> <span class=\"unseen\">{says}</span> {name}</th>{first}{second}</tr>"
        );
        self.differences(&row.differences);
    }

    fn cell(&self, message: Option<&Message>, longest: usize) -> String {
        let Some(message) = message else {
            let nothing = self.say(&phrase!("not sent"));
            return format!("<td class=\"missing\">{nothing}</td>");
        };
        let bytes = self.say(&size(message.bytes.len()));
        let width = (message.bytes.len() * 100).div_ceil(longest).max(1);
        let (class, how) = match message.in_the_clear {
            true => ("clear", phrase!("in the clear")),
            false => ("sealed", phrase!("encrypted")),
        };
        let how = self.say(&how);
        format!(
            "<td>{bytes} <span class=\"how\">{how}</span><svg class=\"bar {class}\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect x=\"0\" y=\"0\" width=\"{width}\" height=\"4\"></rect></svg></td>"
        )
    }

    fn differences(&mut self, differences: &Differences) {
        let count = differences.fields.len() + differences.more;
        if count == 0 {
            return;
        }
        let title = match count {
            1 => phrase!("1 field differs"),
            _ => phrase!("{count} fields differ", count),
        };
        let title = self.say(&title);
        let _ = write!(
            self.page,
            "<tr class=\"fields\"><td colspan=\"3\"><details open><summary>{title}</summary>\n<dl>\n"
        );
        for field in &differences.fields {
            let path = escaped(&field.path);
            let values = field.values.each_ref();
            let [first, second] = values.map(|value| self.value(value.as_ref()));
            let _ = writeln!(
                self.page,
                "<div><dt>{path}</dt><dd><b>A</b> {first}</dd><dd><b>B</b> {second}</dd></div>"
            );
        }
        self.page.push_str("</dl>\n");
        if differences.more > 0 {
            let more = differences.more;
            let words = self.say(&phrase!("and {more} more differences", more));
            let _ = writeln!(self.page, "<p>{words}</p>");
        }
        if !differences.bytes.is_empty() {
            let names = differences.bytes.join(", ");
            let words = self.say(&phrase!("other bytes in {names}", names));
            let _ = writeln!(self.page, "<p class=\"soft\">{words}</p>");
        }
        self.page.push_str("</details></td></tr>\n");
    }
}

/// A name that may be broken before a capital: `Encrypted`, `Extensions`.
fn breakable(name: &str) -> String {
    let mut broken = String::new();
    let mut inside = false;
    for letter in name.chars() {
        if inside && letter.is_ascii_uppercase() {
            broken.push_str("<wbr>");
        }
        inside = letter.is_ascii_lowercase();
        broken.push_str(&escaped(letter.encode_utf8(&mut [0; 4])));
    }
    broken
}
