//! The records of the conversation, as a table.

use std::fmt::Write;

use super::{MOST_RECORDS, say};
use crate::instruments::show::{milliseconds, protection, size, thousands};
use crate::instruments::wire::conversation::{Conversation, Record};
use crate::language::Language;
use crate::narration::words;
use crate::phrase;
use crate::text::html as escaped;

/// The records: what crossed the wire, and which fragments of messages each holds.
pub(super) fn records(page: &mut String, conversation: &Conversation, language: Language) {
    let _ = write!(
        page,
        "<section class=\"records\" id=\"records\" aria-labelledby=\"records-title\">\n<h2 id=\"records-title\">{}</h2>\n\
         <p class=\"purpose\">{}</p>\n\
         <section class=\"scroll\" aria-label=\"{}\" tabindex=\"0\">\n<table>\n<thead><tr>",
        say(&phrase!("Records"), language),
        say(
            &phrase!(
                "A record is the unit of protection, not a message: one may hold several messages, or a part of one."
            ),
            language
        ),
        say(&phrase!("Table of records"), language),
    );
    for column in [
        phrase!("record"),
        phrase!("time"),
        phrase!("bytes"),
        phrase!("content"),
        phrase!("protection"),
        phrase!("holds"),
    ] {
        let _ = write!(page, "<th scope=\"col\">{}</th>", say(&column, language));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for record in conversation.records.iter().take(MOST_RECORDS) {
        line(page, conversation, record, language);
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
    let more = conversation.all_records() - conversation.records.len().min(MOST_RECORDS);
    if more > 0 {
        let words = say(&phrase!("And {more} more records.", more), language);
        let _ = writeln!(page, "<p class=\"remark\">{words}</p>");
    }
    page.push_str("</section>\n");
}

fn line(page: &mut String, conversation: &Conversation, record: &Record, language: Language) {
    let _ = write!(
        page,
        "<tr class=\"{}\"><th scope=\"row\">{} {}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>",
        record.from,
        say(&words::side(record.from), language),
        record.number,
        milliseconds(record.at),
        thousands(record.bytes.len()),
        say(&record.content_type, language),
        say(&protection(record), language)
    );
    for fragment in record.fragments.iter().take(20) {
        let Some(message) = conversation.messages.get(fragment.message) else {
            continue;
        };
        let whole = size(message.bytes.len());
        let part = if fragment.in_message.len() == message.bytes.len() {
            whole
        } else {
            let part = thousands(fragment.in_message.len());
            phrase!("{part} of {whole}", part, whole)
        };
        let number = fragment.message + 1;
        let _ = write!(
            page,
            "<a class=\"piece\" href=\"#m{number}\" tabindex=\"-1\">{} <span>{}</span></a> ",
            escaped(&message.name),
            say(&part, language)
        );
    }
    if record.fragments.len() > 20 {
        let more = phrase!("and {count} more", count = record.fragments.len() - 20);
        page.push_str(&say(&more, language));
    }
    page.push_str("</td></tr>\n");
}
