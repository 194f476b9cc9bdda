//! The records of the conversation, as a table.

use std::fmt::Write;

use super::{MOST_RECORDS, say};
use crate::instruments::show::{bytes_in_words, milliseconds, protection, thousands};
use crate::instruments::wire::conversation::{Conversation, Record};
use crate::language::Language;
use crate::phrase;
use crate::text::html as escaped;

/// The records: what crossed the wire, and which fragments of messages each holds.
pub(super) fn records(page: &mut String, conversation: &Conversation, language: Language) {
    page.push_str(&format!(
        "<section class=\"records\" id=\"records\" aria-labelledby=\"records-title\">\n<h2 id=\"records-title\">{}</h2>\n\
         <p class=\"purpose\">A record is the unit of protection, not a message: one may hold several messages, or a part of one.</p>\n\
         <section class=\"scroll\" aria-label=\"Table of records\" tabindex=\"0\">\n<table>\n<thead><tr>\
         <th scope=\"col\">record</th><th scope=\"col\">time</th><th scope=\"col\">bytes</th><th scope=\"col\">content</th>\
         <th scope=\"col\">protection</th><th scope=\"col\">holds</th></tr></thead>\n<tbody>\n",
        say(&phrase!("Records"), language)
    ));
    for record in conversation.records.iter().take(MOST_RECORDS) {
        line(page, conversation, record, language);
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
    let more = conversation.all_records() - conversation.records.len().min(MOST_RECORDS);
    if more > 0 {
        let _ = writeln!(page, "<p class=\"remark\">And {more} more records.</p>");
    }
    page.push_str("</section>\n");
}

fn line(page: &mut String, conversation: &Conversation, record: &Record, language: Language) {
    let _ = write!(
        page,
        "<tr class=\"{}\"><th scope=\"row\">{} {}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>",
        record.from,
        record.from,
        record.number,
        milliseconds(record.at),
        thousands(record.bytes.len()),
        escaped(&record.content_type),
        say(&protection(record), language)
    );
    for fragment in record.fragments.iter().take(20) {
        let Some(message) = conversation.messages.get(fragment.message) else {
            continue;
        };
        let whole = bytes_in_words(message.bytes.len());
        let part = if fragment.in_message.len() == message.bytes.len() {
            whole
        } else {
            format!("{} of {whole}", thousands(fragment.in_message.len()))
        };
        let number = fragment.message + 1;
        let _ = write!(
            page,
            "<a class=\"piece\" href=\"#m{number}\" tabindex=\"-1\">{} <span>{part}</span></a> ",
            escaped(&message.name)
        );
    }
    if record.fragments.len() > 20 {
        let _ = write!(page, "and {} more", record.fragments.len() - 20);
    }
    page.push_str("</td></tr>\n");
}
