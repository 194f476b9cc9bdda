//! The records that carry a message: a picture of each, true to scale, and how it was protected.
//!
//! The picture has two bars. The upper one is the record on the wire. Where it was decrypted, the lower one stands below the
//! ciphertext that it was made of, and has the same length: encryption adds nothing but the tag. The words below the
//! bars say the same to a reader who does not see them.

use std::fmt::Write;
use std::ops::Range;

use super::fields::plain_rows;
use super::proofs::hex_block;
use super::{View, say};
use crate::instruments::show::{protection, record_name, size, thousands};
use crate::instruments::wire::conversation::{Decrypted, Fragment, Message, Protection, Record};
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text::html as escaped;

/// Of one message's records, so many are told.
const MOST_CARRIERS: usize = 8;

/// Which records carry the message, and how each was protected.
pub(super) fn carriers(page: &mut String, view: View<'_>, index: usize, message: &Message) {
    for fragment in message.fragments.iter().take(MOST_CARRIERS) {
        if let Some(record) = view.conversation.records.get(fragment.record) {
            picture(page, record, fragment, view.language);
            in_detail(page, view, index, fragment, record);
        }
    }
    if message.carriers > MOST_CARRIERS {
        let more = message.carriers - MOST_CARRIERS;
        let more = view.say(&phrase!("And {more} more records.", more));
        let _ = writeln!(page, "<p class=\"remark\">{more}</p>");
    }
}

/// A part of a record: what it is, and where, from the start of the record.
struct Part {
    class: &'static str,
    name: Phrase,
    range: Range<usize>,
}

fn part(class: &'static str, name: Phrase, range: Range<usize>) -> Part {
    Part { class, name, range }
}

fn picture(page: &mut String, record: &Record, fragment: &Fragment, language: Language) {
    let wire = on_the_wire(record, fragment);
    let inside = inside(record, fragment);
    let caption = phrase!(
        "{record}, {protection}",
        record = record_name(record),
        protection = protection(record)
    );
    let height = if inside.is_empty() { 20 } else { 54 };
    let _ = write!(
        page,
        "<figure class=\"record\"><figcaption>{}</figcaption>\n\
         <svg class=\"bars\" width=\"100%\" height=\"{height}\" aria-hidden=\"true\" focusable=\"false\">",
        say(&caption, language)
    );
    let all = record.bytes.len();
    bar(page, &wire, all, 0);
    if let (Some(first), Some(last)) = (inside.first(), inside.last()) {
        for at in [first.range.start, last.range.end] {
            let x = percent(at, all);
            let _ = write!(
                page,
                "<line x1=\"{x}\" x2=\"{x}\" y1=\"20\" y2=\"34\"></line>"
            );
        }
        bar(page, &inside, all, 34);
    }
    page.push_str("</svg>\n<dl class=\"parts\">");
    let of = size(all);
    words(page, &phrase!("on the wire: {of}", of), &wire, language);
    if !inside.is_empty() {
        words(page, &phrase!("decrypted"), &inside, language);
    }
    page.push_str("</dl></figure>\n");
}

/// The parts as rectangles. A stroke keeps the smallest visible: one byte of a thousand is less than a pixel.
fn bar(page: &mut String, parts: &[Part], all: usize, y: usize) {
    for Part { class, range, .. } in parts.iter().filter(|part| !part.range.is_empty()) {
        let (x, width) = (percent(range.start, all), percent(range.len(), all));
        let _ = write!(
            page,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"20\"></rect>"
        );
    }
}

fn percent(bytes: usize, all: usize) -> String {
    format!("{:.2}%", 100.0 * bytes as f64 / all.max(1) as f64)
}

fn words(page: &mut String, title: &Phrase, parts: &[Part], language: Language) {
    let _ = write!(page, "<div><dt>{}</dt><dd>", say(title, language));
    for Part { class, name, range } in parts {
        let name = say(name, language);
        let count = thousands(range.len());
        let _ = write!(page, "<span class=\"part {class}\">{name} {count}</span> ");
    }
    page.push_str("</dd></div>");
}

fn on_the_wire(record: &Record, fragment: &Fragment) -> Vec<Part> {
    let mut parts = Vec::new();
    for field in &record.fields.children {
        let range = field.range.clone();
        match field.label.as_str() {
            "header" => parts.push(part(
                "header",
                phrase!("header: type, version, length"),
                range,
            )),
            "nonce_explicit" => parts.push(part("nonce", phrase!("nonce_explicit"), range)),
            "authentication tag" => parts.push(part("tag", phrase!("tag"), range)),
            "fragment" => parts.extend(content(range, fragment)),
            _ => parts.push(part("sealed", phrase!("ciphertext"), range)),
        }
    }
    if parts.is_empty() {
        parts.extend(content(0..record.bytes.len(), fragment));
    }
    parts
}

/// What the AEAD gave back: as many bytes as the ciphertext has, and drawn at its place.
fn inside(record: &Record, fragment: &Fragment) -> Vec<Part> {
    let Protection::Decrypted(open) = &record.protection else {
        return Vec::new();
    };
    let mut parts = record.fields.children.iter();
    let Some(sealed) = parts.find(|field| field.label == "ciphertext") else {
        return Vec::new();
    };
    let from = sealed.range.start;
    let end = from + open.content;
    let mut parts = content(from..end, fragment);
    let mut inner = open.fields.children.iter();
    if inner.any(|field| field.label == "type") {
        parts.push(part("type", phrase!("content type"), end..end + 1));
        let padding = end + 1..from + open.plaintext.len();
        parts.push(part("padding", phrase!("padding"), padding));
    }
    parts
}

/// Content that begins at `range.start`: this message, and what stands before and after it.
fn content(range: Range<usize>, fragment: &Fragment) -> Vec<Part> {
    let place = |at: usize| (range.start + at).min(range.end);
    let (from, to) = (
        place(fragment.in_record.start),
        place(fragment.in_record.end),
    );
    let parts = [
        part("other", phrase!("other messages"), range.start..from),
        part("own", phrase!("this message"), from..to),
        part("other", phrase!("other messages"), to..range.end),
    ];
    let parts = parts.into_iter();
    parts.filter(|part| !part.range.is_empty()).collect()
}

fn in_detail(
    page: &mut String,
    view: View<'_>,
    index: usize,
    fragment: &Fragment,
    record: &Record,
) {
    let _ = writeln!(
        page,
        "<details class=\"carrier\"><summary>{}</summary>\n<p>{} {}</p>",
        view.say(&phrase!("The record in detail")),
        view.say(&share(view, fragment, record)),
        view.say(&beside(record)),
    );
    let first = record.fragments.first();
    let first = first.map_or(index, |first| first.message);
    match view.conversation.messages.get(first) {
        Some(earlier) if first != index => {
            let words = view.say(&phrase!(
                "How it was protected stands at its first message:"
            ));
            let number = first + 1;
            let name = escaped(&earlier.name);
            let _ = writeln!(page, "<p>{words} <a href=\"#m{number}\">{name}</a></p>");
        }
        _ => {
            protected(page, record, view);
            view.proofs.record(page, record);
        }
    }
    page.push_str("</details>\n");
}

/// Which bytes of the message stand where in the record.
fn share(view: View<'_>, fragment: &Fragment, record: &Record) -> Phrase {
    let message = view.conversation.messages.get(fragment.message);
    let whole = message.is_some_and(|message| message.bytes.len() == fragment.in_message.len());
    let content = size(record.content().len());
    let ends = |range: &Range<usize>| {
        let last = range.end.saturating_sub(1);
        (thousands(range.start), thousands(last))
    };
    let (from, to) = ends(&fragment.in_record);
    if whole {
        return phrase!(
            "The whole message is bytes {from} to {to} of the record’s content of {content}.",
            from,
            to,
            content
        );
    }
    let (first, last) = ends(&fragment.in_message);
    phrase!(
        "Bytes {first} to {last} of the message are bytes {from} to {to} of the record’s content of {content}.",
        first,
        last,
        from,
        to,
        content
    )
}

fn beside(record: &Record) -> Phrase {
    match record.fragments.len() {
        0 | 1 => Phrase::empty(),
        2 => phrase!("The rest is another message: a record is not a message."),
        _ => phrase!("The rest are other messages: a record is not a message."),
    }
}

fn protected(page: &mut String, record: &Record, view: View<'_>) {
    let language = view.language;
    let title = view.say(&phrase!("The record, as on the wire"));
    let _ = writeln!(page, "<h4>{title}</h4>");
    plain_rows(page, &record.bytes, &record.fields, language);
    let Protection::Decrypted(open) = &record.protection else {
        return;
    };
    let Decrypted {
        sequence,
        nonce,
        nonce_formula,
        additional_data,
        ..
    } = &**open;
    let _ = write!(
        page,
        "<h4>{}</h4>\n<dl class=\"inputs\">\n\
         <div><dt>{}</dt><dd>{sequence} <span class=\"soft\">{}</span></dd></div>\n\
         <div><dt>{}</dt><dd>{} <span class=\"soft\">{}</span></dd></div>\n\
         <div><dt>{}</dt><dd>{} <span class=\"soft\">{}</span></dd></div>\n</dl>\n<h4>{}</h4>\n",
        view.say(&phrase!("How it was protected")),
        view.say(&phrase!("sequence number")),
        view.say(&phrase!("counted by both sides, never sent")),
        view.say(&phrase!("nonce")),
        hex_block(nonce, language),
        view.say(nonce_formula),
        view.say(&phrase!("additional data")),
        hex_block(additional_data, language),
        view.say(&phrase!("authenticated, not encrypted")),
        view.say(&phrase!("What was inside")),
    );
    plain_rows(page, &open.plaintext, &open.fields, language);
}
