//! One message: its direction, what carries it, its bytes and fields, its proofs, and what can be computed now.

use std::fmt::Write;
use std::ops::Range;

use super::fields::{anatomy, plain_rows};
use super::proof_lines::ProofLines;
use super::source;
use crate::instruments::show::{bytes_in_words, milliseconds, protection, record_name, thousands};
use crate::instruments::wire::conversation::{
    Check, Conversation, Decrypted, Derivation, Fragment, Input, Message, Outcome, Protection,
    Record,
};
use crate::instruments::wire::transcript::hex;
use crate::narration::Side;
use crate::text::html as escaped;

/// Of one message's records, so many are told.
const MOST_CARRIERS: usize = 8;
/// Inputs and values longer than this are cut.
const LONGEST_HEX: usize = 512;

/// The article of message `index`, with the id `m1` for the first.
pub(super) fn message(
    page: &mut String,
    conversation: &Conversation,
    index: usize,
    message: &Message,
    rows: &mut usize,
    proofs: &ProofLines<'_>,
) {
    let id = format!("m{}", index + 1);
    let name = escaped(&message.name);
    let from = message.from;
    let to = from.peer();
    let arrow = match from {
        Side::Client => "<b>client</b> → server",
        Side::Server => "client ← <b>server</b>",
    };
    let clear = if message.in_the_clear {
        "in the clear"
    } else {
        "encrypted"
    };
    let _ = write!(
        page,
        "<article class=\"message {from}\" id=\"{id}\" aria-labelledby=\"{id}-name\">\n<header>\n\
         <p class=\"who\"><span class=\"unseen\">from {from} to {to}</span><span aria-hidden=\"true\">{arrow}</span></p>\n\
         <h3 id=\"{id}-name\">{name}</h3>\n\
         <p class=\"facts\">{}, {clear}, at {} <a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to message {}, {name}\">#{}</a></p>\n\
         </header>\n<p class=\"purpose\">{} {}</p>\n",
        bytes_in_words(message.bytes.len()),
        milliseconds(message.at),
        index + 1,
        index + 1,
        escaped(&message.meaning.to_string()),
        source(message.fields.source),
    );
    carriers(page, conversation, index, message, proofs);
    anatomy(
        page,
        &id,
        &message.name,
        &message.bytes,
        &message.fields,
        rows,
    );
    for made in &message.checks {
        check(page, made);
        proofs.check(page, index, message, made);
        page.push_str("</section>\n");
    }
    derivations(page, &id, message, proofs);
    page.push_str("</article>\n");
}

/// Which records carry the message, and how each was protected.
fn carriers(
    page: &mut String,
    conversation: &Conversation,
    index: usize,
    message: &Message,
    proofs: &ProofLines<'_>,
) {
    for fragment in message.fragments.iter().take(MOST_CARRIERS) {
        if let Some(record) = conversation.records.get(fragment.record) {
            carrier(
                page,
                conversation,
                (index, message),
                fragment,
                record,
                proofs,
            );
        }
    }
    if message.fragments.len() > MOST_CARRIERS {
        let more = message.fragments.len() - MOST_CARRIERS;
        let _ = writeln!(page, "<p class=\"remark\">And {more} more records.</p>");
    }
}

fn carrier(
    page: &mut String,
    conversation: &Conversation,
    (index, message): (usize, &Message),
    fragment: &Fragment,
    record: &Record,
    proofs: &ProofLines<'_>,
) {
    let whole = fragment.in_message.len() == message.bytes.len();
    let carried = if whole {
        "carried by"
    } else {
        "a part of it is carried by"
    };
    let of_message = if whole {
        "All of it is".to_owned()
    } else {
        format!("Its {} are", span(&fragment.in_message))
    };
    let _ = write!(
        page,
        "<details class=\"carrier\"><summary>{carried} {}, {}</summary>\n<p>{of_message} {} of the record’s {} of content",
        record_name(record),
        escaped(&protection(record)),
        span(&fragment.in_record),
        bytes_in_words(record.content().len()),
    );
    let first = record
        .fragments
        .first()
        .map_or(index, |first| first.message);
    page.push_str(match record.fragments.len() {
        0 | 1 => ".</p>\n",
        2 => "; the rest is another message. A record is not a message.</p>\n",
        _ => "; the rest are other messages. A record is not a message.</p>\n",
    });
    match conversation.messages.get(first) {
        Some(earlier) if first != index => {
            let _ = writeln!(
                page,
                "<p>How it was protected stands at its first message, <a href=\"#m{}\">{}</a>.</p>",
                first + 1,
                escaped(&earlier.name)
            );
        }
        _ => {
            protected(page, record);
            proofs.record(page, record);
        }
    }
    page.push_str("</details>\n");
}

fn span(range: &Range<usize>) -> String {
    format!(
        "bytes {} to {}",
        thousands(range.start),
        thousands(range.end.saturating_sub(1))
    )
}

fn protected(page: &mut String, record: &Record) {
    page.push_str("<h4>The record, as on the wire</h4>\n");
    plain_rows(page, &record.bytes, &record.fields);
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
        "<h4>How it was protected</h4>\n<dl class=\"inputs\">\n\
         <div><dt>sequence number</dt><dd>{sequence} <span class=\"soft\">counted by both sides, never sent</span></dd></div>\n\
         <div><dt>nonce</dt><dd>{} <span class=\"soft\">{}</span></dd></div>\n\
         <div><dt>additional data</dt><dd>{} <span class=\"soft\">authenticated, not encrypted</span></dd></div>\n</dl>\n\
         <h4>What was inside</h4>\n",
        hex_block(nonce),
        escaped(nonce_formula),
        hex_block(additional_data),
    );
    plain_rows(page, &open.plaintext, &open.fields);
}

fn check(page: &mut String, check: &Check) {
    let (class, title) = match &check.outcome {
        Outcome::Verified => ("good", format!("✓ verified: {}", check.name)),
        Outcome::Failed(why) => ("bad", format!("✗ failed: {}: {why}", check.name)),
        Outcome::NotPossible(why) => (
            "open",
            format!("? not verified here: {}: {why}", check.name),
        ),
    };
    let _ = write!(
        page,
        "<section class=\"check {class}\">\n<h4>{}</h4>\n<p>Proves: {}. {}</p>\n",
        escaped(&title),
        escaped(&check.proves.to_string()),
        source(check.source)
    );
    inputs(page, &check.inputs);
}

fn inputs(page: &mut String, inputs: &[Input]) {
    page.push_str("<dl class=\"inputs\">\n");
    for input in inputs {
        let _ = write!(
            page,
            "<div><dt>{}</dt><dd>{}",
            escaped(&input.name),
            hex_block(&input.bytes)
        );
        if let Some(words) = readable(&input.bytes) {
            let _ = write!(page, " <span class=\"soft\">“{}”</span>", escaped(words));
        }
        page.push_str("</dd></div>\n");
    }
    page.push_str("</dl>\n");
}

/// Bytes that are words: context strings and labels.
fn readable(bytes: &[u8]) -> Option<&str> {
    let words = std::str::from_utf8(bytes).ok()?;
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    (words.len() > 2 && words.trim() == words && words.bytes().all(plain)).then_some(words)
}

fn derivations(page: &mut String, id: &str, message: &Message, proofs: &ProofLines<'_>) {
    let derivations = &message.derivations;
    let Some(first) = derivations.first() else {
        return;
    };
    let what = match derivations.len() {
        1 => "A secret becomes".to_owned(),
        count => format!("{count} secrets and keys become"),
    };
    let _ = writeln!(
        page,
        "<details class=\"derivations\"><summary>{what} computable: {}</summary>\n<ol>",
        escaped(&first.computable_by.to_string())
    );
    for (at, derivation) in derivations.iter().enumerate() {
        let Derivation {
            name,
            value,
            formula,
            meaning,
            ..
        } = derivation;
        let _ = write!(
            page,
            "<li id=\"{id}-d{}\"><h4>{}</h4>\n<p>{}. {}</p>\n<p class=\"formula\"><code>= {}</code></p>\n{}\n",
            at + 1,
            escaped(name),
            escaped(meaning),
            source(derivation.source),
            escaped(formula),
            hex_block(value)
        );
        if !derivation.inputs.is_empty() {
            page.push_str("<details><summary>what goes into it</summary>\n");
            inputs(page, &derivation.inputs);
            page.push_str("</details>\n");
        }
        proofs.derivation(page, message, derivation);
        page.push_str("</li>\n");
    }
    page.push_str("</ol></details>\n");
}

/// Bytes in groups of four, the long ones cut, and how many there are.
fn hex_block(bytes: &[u8]) -> String {
    let shown = bytes.get(..LONGEST_HEX).unwrap_or(bytes);
    let groups: Vec<String> = shown.chunks(4).map(hex).collect();
    let more = if shown.len() < bytes.len() {
        " …"
    } else {
        ""
    };
    format!(
        "<code class=\"block\">{}{more}</code> <span class=\"soft\">{}</span>",
        groups.join(" "),
        bytes_in_words(bytes.len())
    )
}
