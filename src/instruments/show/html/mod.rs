//! A recorded connection as one page: the seven steps, each message in them, every byte of it.
//!
//! A file that stands by itself: nothing is loaded, and all of it can be read without JavaScript. The
//! script is a constant and only adds comfort: what belongs together lights up together. All text and
//! bytes of peers are escaped, and the page's own Content-Security-Policy allows this one style and
//! this one script, so that even a hole in the escaping would run nothing.

mod fields;
mod message;
mod overview;
pub mod compare;
mod ladder;
mod drawing;
mod proof_lines;
mod schedule;
mod stages;

use aws_lc_rs::digest::{SHA256, digest};

use super::chapters::{CHAPTERS, Chapter, no_step, remark};
use super::glance::{at_a_glance, ending, notes};
use super::warning;
use crate::instruments::wire::conversation::{Conversation, Ending, Message};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{TLS12, TLS13};
use crate::language::{Language, Phrase};
use crate::narration::Step;
use crate::text::html as escaped;
use proof_lines::ProofLines;

/// The page's style: of the messages, then of the overview above them.
pub const STYLE: &str = concat!(include_str!("page.css"), include_str!("overview.css"));
/// The page's script: highlighting, arrow keys in the bytes, and the button that opens all; then that of the overview.
pub const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("overview.js"));

/// Of what a peer can repeat at will, so much is shown: messages, records, and rows of fields.
const MOST_MESSAGES: usize = 500;
const MOST_RECORDS: usize = 500;
const MOST_ROWS: usize = 20_000;

/// The whole page. Its size is linear in the conversation's, and repetitions are capped.
pub fn page(conversation: &Conversation, language: Language) -> String {
    let lang = language.pick("en", "zh");
    let title = escaped(&title(conversation));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}, byte by byte</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the conversation</a>\n",
        policy()
    );
    top(&mut page, conversation, &title);
    page.push_str("<div class=\"layout\">\n");
    navigation(&mut page, conversation);
    page.push_str("<main id=\"main\">\n");
    ladder::ladder(&mut page, conversation, language);
    drawing::key_schedule(&mut page, conversation, language);
    let mut rows = MOST_ROWS;
    let proofs = ProofLines::new(conversation, language);
    for chapter in &CHAPTERS {
        step(&mut page, conversation, chapter, &mut rows, &proofs);
    }
    without_a_step(&mut page, conversation, &mut rows, &proofs);
    overview::records(&mut page, conversation, language);
    page.push_str("</main>\n</div>\n<footer><p>Made by hello-mtls. The code of each step stands in the file that is named there.</p></footer>\n");
    page.push_str(&format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"));
    page
}

/// Words in the language of the page, escaped.
fn say(phrase: &Phrase, language: Language) -> String {
    escaped(&phrase.in_language(language))
}

/// The value of a `Content-Security-Policy` header for [`page`].
///
/// Nothing may be loaded; the page's one style and one script are allowed by their hashes.
pub fn content_security_policy() -> String {
    // Browsers ignore frame-ancestors in the page itself, and say so: it stands in the header alone.
    format!("{}; frame-ancestors 'none'", policy())
}

fn policy() -> String {
    let hash = |text: &str| base64(digest(&SHA256, text.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// RFC 4648 §4, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, at| {
            number << 8 | u32::from(*group.get(at).unwrap_or(&0))
        });
        for digit in 0..4 {
            let index = number >> (18 - 6 * digit) & 63;
            text.push(if digit <= group.len() {
                char::from(ALPHABET[index as usize])
            } else {
                '='
            });
        }
    }
    text
}

fn title(conversation: &Conversation) -> String {
    let version = match conversation.negotiated.version {
        Some(TLS13) => "A TLS 1.3 handshake".to_owned(),
        Some(TLS12) => "A TLS 1.2 handshake".to_owned(),
        Some(number) => format!("A handshake of {}", names::VERSIONS.name(number)),
        None => "A TLS connection".to_owned(),
    };
    match &conversation.negotiated.server_name {
        Some(name) => format!("{version} with {name}"),
        None => version,
    }
}

fn top(page: &mut String, conversation: &Conversation, title: &str) {
    page.push_str(&format!(
        "<header class=\"top\">\n<p class=\"eyebrow\">hello-mtls <span>· byte by byte</span></p>\n<h1>{title}</h1>\n<dl class=\"glance\">\n"
    ));
    for (label, value) in at_a_glance(conversation) {
        page.push_str(&format!(
            "<div><dt>{label}</dt><dd>{}</dd></div>\n",
            escaped(&value.to_string())
        ));
    }
    page.push_str("</dl>\n");
    for note in notes(conversation) {
        page.push_str(&format!(
            "<p class=\"note\">{}</p>\n",
            escaped(&note.to_string())
        ));
    }
    if let Some(warning) = warning(conversation) {
        page.push_str(&format!(
            "<p class=\"note secret\"><strong>Secrets inside.</strong> {warning}</p>\n"
        ));
    }
    page.push_str("</header>\n");
}

fn navigation(page: &mut String, conversation: &Conversation) {
    page.push_str("<nav aria-label=\"The seven steps\">\n<ol>\n");
    for chapter in &CHAPTERS {
        let number = chapter.number();
        let title = chapter.title(Language::English);
        let class = class(conversation, chapter.step);
        page.push_str(&format!(
            "<li class=\"{class}\"><a href=\"#step-{number}\"><span class=\"number\">{number}</span> {title}</a></li>\n"
        ));
    }
    page.push_str(
        "</ol>\n<p><a href=\"#records\">Records</a></p>\n<p><button type=\"button\" id=\"open-all\" hidden>Open all details</button></p>\n</nav>\n",
    );
}

fn step(
    page: &mut String,
    conversation: &Conversation,
    chapter: &Chapter,
    rows: &mut usize,
    proofs: &ProofLines<'_>,
) {
    let number = chapter.number();
    let of_step = |(_, message): &(usize, &Message)| message.step == Some(chapter.step);
    let messages: Vec<(usize, &Message)> = conversation
        .messages
        .iter()
        .enumerate()
        .filter(of_step)
        .collect();
    let class = class(conversation, chapter.step);
    page.push_str(&format!(
        "<section class=\"step {class}\" id=\"step-{number}\" aria-labelledby=\"step-{number}-title\">\n\
         <h2 id=\"step-{number}-title\"><span class=\"number\">{number}</span> {}</h2>\n\
         <p class=\"purpose\">{}</p>\n<p class=\"where\"><code>{}</code> <code>{}</code>{}</p>\n",
        chapter.title(Language::English),
        chapter.purpose_in(conversation),
        chapter.module,
        chapter.docs,
        standards(chapter.sources_in(conversation))
    ));
    if let Some(remark) = remark(conversation, chapter.step) {
        page.push_str(&format!("<p class=\"remark\">{remark}</p>\n"));
    }
    told(page, conversation, &messages, rows, proofs);
    if class == "refused" {
        let ending = escaped(&ending(conversation).to_string());
        page.push_str(&format!("<p class=\"remark refused\">✗ {ending}</p>\n"));
    }
    page.push_str("</section>\n");
}

/// Messages, and which handshake they belong to where there is more than one.
fn told(
    page: &mut String,
    conversation: &Conversation,
    messages: &[(usize, &Message)],
    rows: &mut usize,
    proofs: &ProofLines<'_>,
) {
    let mut handshake = None;
    for (index, message) in messages.iter().take(MOST_MESSAGES) {
        if conversation.handshakes.len() > 1
            && handshake.replace(message.handshake) != Some(message.handshake)
        {
            let number = message.handshake + 1;
            page.push_str(&format!("<p class=\"remark\">Handshake {number}</p>\n"));
        }
        message::message(page, conversation, *index, message, rows, proofs);
    }
    if messages.len() > MOST_MESSAGES {
        let more = messages.len() - MOST_MESSAGES;
        page.push_str(&format!(
            "<p class=\"remark\">And {more} more messages, which are not shown.</p>\n"
        ));
    }
}

/// Messages whose step cannot be told.
fn without_a_step(
    page: &mut String,
    conversation: &Conversation,
    rows: &mut usize,
    proofs: &ProofLines<'_>,
) {
    let messages = conversation.messages.iter().enumerate();
    let messages = messages.filter(|(_, message)| message.step.is_none());
    let messages: Vec<(usize, &Message)> = messages.collect();
    if messages.is_empty() {
        return;
    }
    let (title, why) = no_step();
    page.push_str(&format!(
        "<section class=\"step\" id=\"no-step\" aria-labelledby=\"no-step-title\">\n\
         <h2 id=\"no-step-title\">{title}</h2>\n<p class=\"remark\">{why}</p>\n"
    ));
    told(page, conversation, &messages, rows, proofs);
    page.push_str("</section>\n");
}

/// What became of a step: messages, none, or a refusal.
fn class(conversation: &Conversation, step: Step) -> &'static str {
    let mut messages = conversation.messages.iter();
    match conversation.ending {
        Ending::Refused { step: refused, .. } if refused == step => "refused",
        _ if messages.any(|message| message.step == Some(step)) => "told",
        _ => "silent",
    }
}

/// `RFC 8446 §4.3`, then `§4.4` of the same, each as a link.
fn standards(sources: &[&str]) -> String {
    let mut number = "";
    let mut links = String::new();
    for source in sources {
        if let Some((first, _)) = source.split_once(" §") {
            number = first;
        }
        let full = if source.starts_with('§') {
            format!("{number} {source}")
        } else {
            (*source).to_owned()
        };
        links.push_str(&format!(" {}", link(&full, source)));
    }
    links
}

/// A standard and section as a link to it; other words as they are.
fn source(source: &str) -> String {
    link(source, source)
}

fn link(source: &str, words: &str) -> String {
    let words = escaped(words);
    let place = source
        .strip_prefix("RFC ")
        .and_then(|rest| rest.split_once(" §"));
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    match place {
        Some((number, section)) if plain(number) && plain(section) => {
            let kind = if section.starts_with(|first: char| first.is_ascii_digit()) {
                "section"
            } else {
                "appendix"
            };
            format!(
                "<a class=\"rfc\" href=\"https://www.rfc-editor.org/rfc/rfc{number}#{kind}-{section}\">{words}</a>"
            )
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648 §10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_source_links_to_its_section() {
        assert!(source("RFC 8446 §4.1.2").contains("/rfc8446#section-4.1.2\""));
        assert!(source("RFC 8446 §D.4").contains("/rfc8446#appendix-D.4\""));
        assert_eq!(source("X.690 §8"), "X.690 §8");
    }
}
