//! One message as a card: its direction and purpose, and in it its records, its fields, its proofs, and what can be
//! computed from it on.
//!
//! A card is one stop of the Tab key until it is opened.

use std::fmt::Write;

use super::View;
use super::dump::dump;
use super::fields::{anchor, tree};
use super::links::source;
use super::proofs::{check, derivations, outcome};
use super::record::carriers;
use crate::instruments::show::{milliseconds, size};
use crate::instruments::wire::conversation::Message;
use crate::narration::Side;
use crate::phrase;
use crate::text::html as escaped;

/// A padlock, closed: what an eavesdropper cannot read.
pub(super) const LOCK: &str = "<svg class=\"lock\" viewBox=\"0 0 12 14\" aria-hidden=\"true\" focusable=\"false\">\
                    <path d=\"M3.5 6V4a2.5 2.5 0 0 1 5 0v2\"></path><rect x=\"1.5\" y=\"6\" width=\"9\" height=\"7\" rx=\"1.5\"></rect></svg>";

/// The article of message `index`, with the id `m1` for the first.
pub(super) fn message(
    page: &mut String,
    view: View<'_>,
    index: usize,
    message: &Message,
    rows: &mut usize,
) {
    let id = format!("m{}", index + 1);
    let from = message.from;
    let _ = write!(
        page,
        "<article class=\"message {from}\" id=\"{id}\" aria-labelledby=\"{id}-name\">\n<header>\n\
         <p class=\"who\">{}</p>\n<h3 id=\"{id}-name\">{}</h3>\n<p class=\"facts\">{}</p>\n\
         </header>\n<p class=\"purpose\">{}</p>\n",
        direction(from, view),
        escaped(&message.name),
        facts(message, view),
        view.say(&message.meaning),
    );
    let _ = write!(
        page,
        "<details class=\"card\"><summary>{}{}</summary>\n<p class=\"sources\">{} {}</p>\n",
        view.say(&phrase!("Byte by byte")),
        badges(message, view),
        source(message.fields.source),
        anchor(&id, &message.name, false, view.language),
    );
    carriers(page, view, index, message);
    let _ = writeln!(
        page,
        "<h4>{}</h4>",
        view.say(&phrase!("The message, field by field"))
    );
    let language = view.language;
    let runs = tree(page, &id, &message.bytes, &message.fields, rows, language);
    dump(page, &id, &message.bytes, &runs, language);
    for made in &message.checks {
        check(page, made, index, message, view);
    }
    derivations(page, &id, message, view);
    page.push_str("</details>\n</article>\n");
}

fn direction(from: Side, view: View<'_>) -> String {
    let spoken = view.say(&phrase!(
        "from the {from} to the {to}",
        from,
        to = from.peer()
    ));
    let client = view.say(&phrase!("client"));
    let server = view.say(&phrase!("server"));
    let arrow = match from {
        Side::Client => format!("<b>{client}</b> → {server}"),
        Side::Server => format!("{client} ← <b>{server}</b>"),
    };
    format!("<span class=\"unseen\">{spoken}</span><span aria-hidden=\"true\">{arrow}</span>")
}

fn facts(message: &Message, view: View<'_>) -> String {
    let size = size(message.bytes.len());
    let at = milliseconds(message.at);
    if message.in_the_clear {
        return view.say(&phrase!("{size}, in the clear, at {at}", size, at));
    }
    let words = view.say(&phrase!("{size}, encrypted, at {at}", size, at));
    format!("{LOCK}{words}")
}

/// What waits in a closed card: its proofs and its secrets.
fn badges(message: &Message, view: View<'_>) -> String {
    let mut badges = String::new();
    for made in &message.checks {
        let (class, words) = outcome(made);
        let _ = write!(
            badges,
            " <span class=\"badge {class}\">{}</span>",
            view.say(&words)
        );
    }
    let keys = match message.derivations.len() {
        0 => return badges,
        1 => phrase!("a secret"),
        count => phrase!("{count} secrets and keys", count),
    };
    let _ = write!(badges, " <span class=\"badge\">{}</span>", view.say(&keys));
    badges
}
