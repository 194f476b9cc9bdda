//! The page of a recorded connection: bytes and words in one row, records true to scale, links, and two languages.
use std::fs;
use std::ops::Range;
use std::path::Path;

use super::{transcript, without_tags};
use crate::common::pages::root;
use crate::common::wire::recordings;
use hello_mtls::instruments::show::html;
use hello_mtls::instruments::wire::conversation::{Conversation, Protection, Record};
use hello_mtls::instruments::wire::explain;
use hello_mtls::language::Language;

/// The articles of the messages, each to its end.
fn articles(page: &str) -> Vec<&str> {
    let articles = page.split("<article ").skip(1);
    let articles = articles.map(|rest| rest.split("</article>").next().unwrap());
    articles.collect()
}

/// What stands between two words, each time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let rest = text.split(before).skip(1);
    rest.map(|rest| rest.split(after).next().unwrap()).collect()
}

fn explained(name: &str) -> Conversation {
    explain(&transcript(&format!("{name}.transcript")))
}

#[test]
fn each_field_has_its_own_bytes_in_its_row() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        let page = html::page(&conversation, Language::English);
        for (at, article) in articles(&page).iter().enumerate() {
            let number = between(article, "id=\"m", "\"")[0];
            let message = &conversation.messages[number.parse::<usize>().unwrap() - 1];
            let (_, tree) = article.split_once("<ul class=\"tree\">").unwrap();
            let tree = tree.split("<details class=\"whole\">").next().unwrap();
            let cells = between(tree, "<code class=\"hex\">", "</code>");
            let leaves = message.fields.leaves();
            let leaves: Vec<Range<usize>> = leaves
                .iter()
                .map(|leaf| leaf.range.clone())
                .filter(|range| !range.is_empty())
                .collect();
            assert_eq!(cells.len(), leaves.len(), "{name}: {at} {}", message.name);
            for (cell, range) in cells.iter().zip(leaves) {
                let bytes = spaced(&message.bytes[range]);
                match cell.split_once(" <span") {
                    None => assert_eq!(*cell, bytes, "{name}: {}", message.name),
                    Some((first, rest)) => {
                        assert!(bytes.starts_with(first) && bytes.len() > 3 * 48, "{name}");
                        assert!(bytes.ends_with(rest.rsplit("</span> ").next().unwrap()));
                    }
                }
            }
        }
    }
}

fn spaced(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

/// The rectangles of a picture: class, from, width, both in bytes of the record.
fn rectangles(figure: &str, all: usize) -> Vec<(String, usize, usize)> {
    let rectangles = between(figure, "<rect ", ">").into_iter();
    let rectangles = rectangles.map(|rectangle| {
        let value = |key: &str| between(rectangle, &format!(" {key}=\""), "\"")[0];
        let bytes = |key: &str| {
            let share: f64 = value(key).trim_end_matches('%').parse().unwrap();
            // Two digits of a percent say the number of bytes up to a record of 5,000 bytes.
            (share * all as f64 / 100.0).round() as usize
        };
        let class = between(rectangle, "class=\"", "\"")[0];
        (class.to_owned(), bytes("x"), bytes("width"))
    });
    rectangles.collect()
}

#[test]
fn the_picture_of_a_record_is_true_to_scale_and_its_words_say_the_same() {
    for name in ["hello-mtls13", "hello-mtls12"] {
        let conversation = explained(name);
        let page = html::page(&conversation, Language::English);
        for (article, message) in articles(&page).iter().zip(shown(&conversation)) {
            let figures = between(article, "<figure class=\"record\">", "</figure>");
            assert_eq!(figures.len(), message.fragments.len());
            for (figure, fragment) in figures.iter().zip(&message.fragments) {
                let record = &conversation.records[fragment.record];
                let drawn = rectangles(figure, record.bytes.len());
                let expected = parts(record, fragment.in_record.clone());
                let seen: Vec<_> = drawn
                    .iter()
                    .map(|(class, from, length)| (class.as_str(), *from, *length))
                    .collect();
                assert_eq!(seen, expected, "{name}: {}", message.name);
                let words = without_tags(figure).replace(',', "");
                for (_, _, length) in &expected {
                    assert!(words.contains(&format!(" {length}")), "{words}");
                }
            }
        }
    }
}

/// The messages in the order of the page: step by step.
fn shown(
    conversation: &Conversation,
) -> Vec<&hello_mtls::instruments::wire::conversation::Message> {
    let mut messages: Vec<_> = conversation.messages.iter().collect();
    messages.sort_by_key(|message| message.step.map_or(u8::MAX, |step| step.number()));
    messages
}

/// The parts of a record by the standards: RFC 8446 §5.1 and §5.2, RFC 5246 §6.2.3.3.
fn parts(record: &Record, own: Range<usize>) -> Vec<(&'static str, usize, usize)> {
    let all = record.bytes.len();
    let mut parts = vec![("header", 0, 5)];
    let content = |from: usize, length: usize| {
        [
            ("other", from, own.start),
            ("own", from + own.start, own.len()),
            ("other", from + own.end, length - own.end),
        ]
    };
    match &record.protection {
        Protection::None => parts.extend(content(5, all - 5)),
        Protection::Decrypted(open) => {
            let nonce = if open.additional_data.len() == 13 {
                8
            } else {
                0
            };
            let from = 5 + nonce;
            parts.push(("nonce", 5, nonce));
            parts.push(("sealed", from, all - from - 16));
            parts.push(("tag", all - 16, 16));
            parts.extend(content(from, open.content));
            if nonce == 0 {
                let end = from + open.content;
                parts.push(("type", end, 1));
                parts.push(("padding", end + 1, open.plaintext.len() - open.content - 1));
            }
        }
        other => panic!("{other:?}"),
    }
    parts.retain(|(_, _, length)| *length > 0);
    parts
}

#[test]
fn every_message_and_every_field_has_a_link_to_itself() {
    let conversation = explained("hello-mtls13");
    let page = html::page(&conversation, Language::English);
    for article in articles(&page) {
        let links = between(article, "class=\"anchor\" href=\"#", "\"");
        let mut ids = between(article, "<li id=\"", "\"");
        ids.retain(|id| !id.contains("-d"));
        assert_eq!(links[0], between(article, "id=\"", "\"")[0]);
        assert_eq!(links[1..], ids);
    }
}

#[test]
fn the_samples_link_to_pages_and_code_that_exist_and_a_users_page_to_no_file() {
    for (file, fewest) in [
        ("docs/wire-sample.html", 14),
        ("docs/zh/wire-sample.html", 14),
    ] {
        let page = fs::read_to_string(root().join(file)).unwrap();
        let folder = root().join(file);
        let links = files(&page);
        assert!(links.len() >= fewest, "{file}: {links:?}");
        for link in links {
            resolves(folder.parent().unwrap(), link);
        }
    }
    for language in [Language::English, Language::Chinese] {
        let page = html::page(&explained("hello-mtls13"), language);
        assert_eq!(files(&page), Vec::<&str>::new());
    }
}

/// Links that are neither within the page nor to another host.
fn files(page: &str) -> Vec<&str> {
    let links = between(page, " href=\"", "\"").into_iter();
    links
        .filter(|link| !link.starts_with('#') && !link.starts_with("https://"))
        .collect()
}

fn resolves(folder: &Path, link: &str) {
    let (file, place) = link.split_once('#').unwrap_or((link, ""));
    let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|_| panic!("{link}"));
    let anchor = format!("<a id=\"{place}\"></a>");
    assert!(place.is_empty() || text.contains(&anchor), "{link}");
}

#[test]
fn the_page_speaks_its_language() {
    let conversation = explained("hello-mtls13");
    let english = html::page(&conversation, Language::English);
    let chinese = html::page(&conversation, Language::Chinese);
    assert!(english.contains("<html lang=\"en\">") && chinese.contains("<html lang=\"zh\">"));
    for (words, chinese_words) in [
        ("How to read this page", "怎样读这个网页"),
        ("Skip to the conversation", "跳到对话"),
        ("Search the fields", "搜索字段"),
        ("Open all details", "全部展开"),
        ("Byte by byte", "逐字节看"),
        ("The message, field by field", "这条消息的每个字段"),
        ("Link to random", "指向 random 的链接"),
        ("on the wire: ", "网络上："),
        ("Secrets inside.", "这里有秘密。"),
        ("Proves: ", "它证明："),
    ] {
        assert!(
            english.contains(words) && !english.contains(chinese_words),
            "{words}"
        );
        assert!(
            chinese.contains(chinese_words) && !chinese.contains(words),
            "{words}"
        );
    }
}

#[test]
fn without_its_script_a_page_has_at_most_60_stops_of_the_tab_key_until_a_message_is_opened() {
    for name in ["hello-mtls13", "hello-mtls12", "hello-refused13"] {
        let stops = stops(&html::page(&explained(name), Language::English));
        assert!((20..=60).contains(&stops), "{name}: {stops}");
    }
}

/// Links, summaries and controls that can be reached: not in a closed details, not in a template.
fn stops(page: &str) -> usize {
    let (mut stops, mut closed, mut open) = (0, 0, Vec::new());
    let body = page.split_once("<body>").unwrap().1;
    for part in body.split("<script>").next().unwrap().split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let element = tag.split(' ').next().unwrap();
        match element {
            "details" | "template" => {
                let closes = !tag.ends_with(" open");
                closed += usize::from(closes);
                open.push(closes);
            }
            "/details" | "/template" => closed -= usize::from(open.pop().unwrap()),
            // The summary of a closed details is outside of it.
            "summary" if closed <= usize::from(*open.last().unwrap()) => stops += 1,
            _ => {
                let reachable = element == "a" && tag.contains(" href=")
                    || matches!(element, "button" | "input")
                    || tag.contains(" tabindex=\"0\"");
                let reachable = reachable && !tag.contains(" tabindex=\"-1\"");
                stops += usize::from(reachable && closed == 0);
            }
        }
    }
    assert_eq!(closed, 0);
    stops
}
