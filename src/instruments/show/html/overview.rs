//! The conversation at a glance: a ladder of its messages, and a table of its records.

use std::fmt::Write;

use super::{MOST_MESSAGES, MOST_RECORDS, say};
use crate::instruments::show::chapters::acts_alone;
use crate::instruments::show::{bytes_in_words, milliseconds, protection, thousands};
use crate::instruments::wire::conversation::{Conversation, Kind, Message, Record};
use crate::instruments::wire::numbers::alert;
use crate::language::Language;
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text::html as escaped;

/// Every message as a rung, in the order on the wire, and what each side does alone.
pub(super) fn ladder(page: &mut String, conversation: &Conversation, language: Language) {
    page.push_str(&format!(
        "<section class=\"ladder\" aria-labelledby=\"ladder-title\">\n<h2 id=\"ladder-title\">{}</h2>\n\
         <p class=\"ends\" aria-hidden=\"true\"><span class=\"client\">client</span><span class=\"server\">server</span></p>\n<ol>\n",
        say(&phrase!("The conversation"), language)
    ));
    let mut alone = acts_alone(conversation);
    for (index, message) in conversation.messages.iter().enumerate().take(MOST_MESSAGES) {
        let speaks = |step: &Step| actor(*step) == message.from && message.step >= Some(*step);
        if message.kind != Kind::ChangeCipherSpec {
            for step in alone.extract_if(.., |step| speaks(step)) {
                act(page, step);
            }
        }
        rung(page, index, message);
    }
    if conversation.messages.len() > MOST_MESSAGES {
        let more = conversation.messages.len() - MOST_MESSAGES;
        let _ = writeln!(
            page,
            "<li class=\"act\"><span>and {more} more messages</span></li>"
        );
    }
    page.push_str("</ol>\n</section>\n");
}

fn actor(step: Step) -> Side {
    if step == Step::ClientVerifiesServer {
        Side::Client
    } else {
        Side::Server
    }
}

fn act(page: &mut String, step: Step) {
    let _ = writeln!(
        page,
        "<li class=\"act {}\"><a href=\"#step-{number}\"><span class=\"number\">{number}</span> {}</a></li>",
        actor(step),
        step.title(),
        number = step.number()
    );
}

fn rung(page: &mut String, index: usize, message: &Message) {
    let class = match message.kind {
        Kind::Alert(alert::FATAL, _) => " fatal",
        _ if message.in_the_clear => " clear",
        _ => "",
    };
    let how = if message.in_the_clear {
        "in the clear"
    } else {
        "encrypted"
    };
    let _ = writeln!(
        page,
        "<li class=\"rung {}{class}\"><a href=\"#m{}\"><span class=\"number\">{}</span> <span class=\"unseen\">{} says</span> \
         <span class=\"label\">{}</span> <span class=\"how\">{how}</span></a></li>",
        message.from,
        index + 1,
        message
            .step
            .map_or_else(|| "?".to_owned(), |step| step.number().to_string()),
        message.from,
        escaped(&message.name)
    );
}

/// The records: what crossed the wire, and which fragments of messages each holds.
pub(super) fn records(page: &mut String, conversation: &Conversation, language: Language) {
    page.push_str(&format!(
        "<section class=\"records\" id=\"records\" aria-labelledby=\"records-title\">\n<h2 id=\"records-title\">{}</h2>\n\
         <p class=\"purpose\">A record is the unit of protection, not a message: one may hold several messages, or a part of one.</p>\n\
         <div class=\"scroll\" role=\"region\" aria-label=\"Table of records\" tabindex=\"0\">\n<table>\n<thead><tr>\
         <th scope=\"col\">record</th><th scope=\"col\">time</th><th scope=\"col\">bytes</th><th scope=\"col\">content</th>\
         <th scope=\"col\">protection</th><th scope=\"col\">holds</th></tr></thead>\n<tbody>\n",
        say(&phrase!("Records"), language)
    ));
    for record in conversation.records.iter().take(MOST_RECORDS) {
        line(page, conversation, record, language);
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
    if conversation.records.len() > MOST_RECORDS {
        let more = conversation.records.len() - MOST_RECORDS;
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
            "<a class=\"piece\" href=\"#m{number}\">{} <span>{part}</span></a> ",
            escaped(&message.name)
        );
    }
    if record.fragments.len() > 20 {
        let _ = write!(page, "and {} more", record.fragments.len() - 20);
    }
    page.push_str("</td></tr>\n");
}
