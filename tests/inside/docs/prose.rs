//! How the English pages read, in figures: short sentences, `who` for an actor, "a X a Y", terms without a link.
//!
//! `make prose` prints them, and a test holds every page to a ceiling.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::common::pages::{pages_in, prose, root};

/// A short sentence has at most so many words. Some make a text lively; many make it a telegram.
const SHORT: usize = 8;

/// At most so many of a hundred sentences may be short.
const MOST_SHORT: usize = 20;

/// Words in the place of an actor. Not counted in a question, and not in quotation marks.
const WHO: [&str; 3] = ["who", "whoever", "whom"];

/// Verbs that take two objects: "sends the client a ticket" is no "a thread a connection".
const GIVING: [&str; 14] = [
    "give", "gave", "send", "show", "tell", "told", "ask", "hand", "make", "offer", "issue",
    "cost", "call", "teach",
];

/// The figures of a page.
#[derive(Debug, Default, PartialEq)]
struct Figures {
    sentences: usize,
    short: usize,
    words: usize,
    /// Sentences with one of [`WHO`], and with "a X a Y".
    who: Vec<String>,
    distributive: Vec<String>,
}

impl Figures {
    fn of(page: &str) -> Figures {
        let mut figures = Figures::default();
        for sentence in sentences(page) {
            let words = words(&sentence);
            figures.sentences += 1;
            figures.words += words.len();
            figures.short += usize::from(words.len() <= SHORT);
            if has_who(&sentence) {
                figures.who.push(sentence.clone());
            }
            figures.distributive.extend(distributive(&sentence));
        }
        // A cell of a table is seldom a sentence, but it has actors, too.
        for cell in cells(page) {
            figures.distributive.extend(distributive(&cell));
            if has_who(&cell) {
                figures.who.push(cell);
            }
        }
        figures
    }

    fn short_share(&self) -> usize {
        (self.short * 100).checked_div(self.sentences).unwrap_or(0)
    }
}

/// The paragraphs and list items of a page, without blocks, headings, tables and definitions of links.
fn paragraphs(page: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in prose(page) {
        let text = line.trim();
        let item = ["- ", "* "].iter().any(|mark| text.starts_with(mark))
            || text
                .split_once(". ")
                .is_some_and(|(number, _)| number.parse::<u8>().is_ok());
        let aside = ["#", "|", "<", "[中文]"]
            .iter()
            .any(|mark| text.starts_with(mark))
            || text.starts_with('[') && text.contains("]: ")
            || is_label(text);
        if text.is_empty() || aside || item {
            paragraphs.push(String::new());
        }
        if !aside {
            let text = text.trim_start_matches(|mark: char| {
                item && (mark.is_ascii_digit() || "-*. ".contains(mark))
            });
            let last = paragraphs.last_mut().unwrap();
            last.push_str(text);
            last.push(' ');
        }
    }
    paragraphs
        .iter()
        .map(|text| plain(text))
        .filter(|text| !text.is_empty())
        .collect()
}

/// A line that only names the file of the block below it: `[curl/client.sh](../tests/…/client.sh):`.
fn is_label(text: &str) -> bool {
    text.starts_with('[')
        && text.matches("](").count() == 1
        && text.find(')') == text.len().checked_sub(2)
        && text.ends_with("):")
}

#[test]
fn a_label_is_no_sentence_and_a_sentence_is_no_label() {
    assert!(is_label("[curl/client.sh](../tests/client.sh):"));
    for sentence in ["[x](y) says so (z):", "see [x](y):", "[x](y), [z](a):"] {
        assert!(!is_label(sentence), "{sentence}");
    }
}

fn cells(page: &str) -> Vec<String> {
    let rows = prose(page).into_iter().filter(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('|').map(plain).collect::<Vec<_>>())
        .filter(|cell| !cell.is_empty())
        .collect()
}

/// Markdown as it is read: a link is its words, code is one word, emphasis is nothing.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for (number, part) in text.split('`').enumerate() {
        plain += if number % 2 == 0 { part } else { "CODE" };
    }
    while let Some(start) = plain.find("](") {
        let Some(length) = plain[start..].find(')') else {
            break;
        };
        plain.replace_range(start..=start + length, "");
    }
    plain.replace(['*', '[', ']'], "").trim().to_owned()
}

/// Sentences end at `.`, `?` or `!` before a blank and something that begins one.
fn sentences(page: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for paragraph in paragraphs(page) {
        let mut rest = paragraph.as_str();
        let mut from = 0;
        while let Some(end) = rest[from..].find(['.', '?', '!']) {
            let end = from + end + 1;
            let after = rest[end..].trim_start_matches(['"', '”', ')']);
            let next = after.trim_start().chars().next();
            let ends = after.starts_with(' ') && next.is_some_and(|next| !next.is_lowercase());
            if ends {
                let end = rest.len() - after.len();
                sentences.push(rest[..end].trim().to_owned());
                rest = after;
                from = 0;
            } else {
                from = end;
            }
        }
        sentences.push(rest.trim().to_owned());
    }
    sentences.retain(|sentence| !words(sentence).is_empty());
    sentences
}

fn words(sentence: &str) -> Vec<String> {
    let words = sentence.split_whitespace().map(|word| {
        word.trim_matches(|mark: char| !mark.is_alphanumeric())
            .to_lowercase()
    });
    words.filter(|word| !word.is_empty()).collect()
}

fn has_who(sentence: &str) -> bool {
    if sentence.contains('?') {
        return false;
    }
    let unquoted: String = sentence.split(['"', '“', '”']).step_by(2).collect();
    words(&unquoted)
        .iter()
        .any(|word| WHO.contains(&word.as_str()))
}

/// Every "a X a Y" that shares something out: "a thread a connection". A comma ends it.
fn distributive(text: &str) -> Vec<String> {
    let article = |word: &String| word == "a" || word == "an";
    let mut found = Vec::new();
    for clause in text.split([',', ';', ':']) {
        let words = words(clause);
        for (at, four) in words.windows(4).enumerate() {
            let before = at.checked_sub(1).map(|before| &words[before]);
            let given = before.is_some_and(|word| GIVING.iter().any(|verb| word.starts_with(verb)));
            if article(&four[0]) && article(&four[2]) && !given {
                found.push(four.join(" "));
            }
        }
    }
    found
}

/// The terms of the glossary: the anchor, and the names in bold behind it.
fn glossary() -> Vec<(String, Vec<String>)> {
    let page = fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    let entries = page.split("<a id=\"").skip(1);
    entries
        .filter_map(|entry| {
            let (id, rest) = entry.split_once("\"></a>**")?;
            let names = rest.split("**").next()?.split(", ").map(as_used).collect();
            Some((id.to_owned(), names))
        })
        .collect()
}

/// A term begins with a capital in the glossary, and in a sentence it does not. Finished is a message.
fn as_used(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().unwrap_or_default();
    let rest = characters.as_str();
    if rest.chars().any(char::is_uppercase) || name == "Finished" {
        name.to_owned()
    } else {
        format!("{}{rest}", first.to_lowercase())
    }
}

/// Terms that a page uses in its prose, and does not link to the glossary.
fn unlinked(page: &str, glossary: &[(String, Vec<String>)]) -> BTreeSet<String> {
    let text = format!(" {} ", paragraphs(page).join(" "));
    let text = text.replace(
        |mark: char| !mark.is_alphanumeric() && mark != '.' && mark != '_',
        " ",
    );
    let used = |name: &String| {
        // A name with capitals is an abbreviation or a message: "san" and "finished" are others.
        if name.chars().any(char::is_uppercase) {
            text.contains(&format!(" {name} "))
        } else {
            text.to_lowercase().contains(&format!(" {name} "))
        }
    };
    let linked = |id: &str| page.contains(&format!("glossary.md#{id}"));
    let terms = glossary
        .iter()
        .filter(|(id, names)| !linked(id) && names.iter().any(used));
    terms.map(|(id, _)| id.clone()).collect()
}

/// Every English page but the glossary and the generated ones.
fn english_pages() -> Vec<PathBuf> {
    let mut pages = pages_in(&root().join("docs"));
    pages.push(root().join("README.md"));
    let generated =
        ["docs/zh", "docs/glossary.md", "docs/failures.md"].map(|path| root().join(path));
    pages.retain(|page| generated.iter().all(|path| !page.starts_with(path)));
    pages
}

/// The English texts of the lab, as a page: without the lines that name a part or a test, and without commands.
fn lab_page(text: &str) -> String {
    let mut page = String::new();
    let mut part = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("%% ") {
            part = name;
            page.push('\n');
        } else if part == "tests" {
            // What a test tries is a label, like the cell of a table.
            let (_, tried) = line.split_once(": ").unwrap_or_default();
            page += &format!("| {tried} |\n");
        } else if line.starts_with("    ") || line.starts_with("Try it: ") {
            page.push('\n');
        } else {
            page += &format!("{line}\n");
        }
    }
    page
}

/// Every page whose prose is read, by its path in the project: the English pages, and the lab's texts.
fn read_pages() -> Vec<(String, String)> {
    let texts = pages_in(&root().join("src/instruments/lab/texts/en"));
    assert!(!texts.is_empty(), "the lab has texts");
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        (name, fs::read_to_string(path).unwrap())
    };
    let texts = texts.iter().map(read);
    let texts = texts.map(|(name, text)| (name, lab_page(&text)));
    english_pages().iter().map(read).chain(texts).collect()
}

/// `make prose`.
#[test]
#[ignore = "a report, not a test"]
fn report() {
    let glossary = glossary();
    println!(
        "{:46} {:>9} {:>7} {:>5} {:>4} {:>6}  terms without a link",
        "page", "sentences", "short %", "mean", "who", "a X a Y"
    );
    for (name, page) in read_pages() {
        let figures = Figures::of(&page);
        let unlinked: Vec<String> = unlinked(&page, &glossary).into_iter().collect();
        println!(
            "{name:46} {:9} {:7} {:5.1} {:4} {:7}  {}",
            figures.sentences,
            figures.short_share(),
            figures.words as f64 / figures.sentences.max(1) as f64,
            figures.who.len(),
            figures.distributive.len(),
            unlinked.join(" "),
        );
    }
}

#[test]
fn a_page_has_few_short_sentences_and_names_its_actors() {
    for (name, page) in read_pages() {
        let figures = Figures::of(&page);
        let short = figures.short_share();
        assert!(
            short <= MOST_SHORT,
            "{name}: {short} % of its sentences have at most {SHORT} words"
        );
        let Figures {
            who, distributive, ..
        } = figures;
        assert!(who.is_empty(), "{name}: name the actor: {who:#?}");
        assert!(
            distributive.is_empty(),
            "{name}: say \"per\": {distributive:?}"
        );
    }
}

#[test]
fn sentences_are_counted_as_a_reader_sees_them() {
    let page = "[中文](zh/x.md)\n\n# A heading. Not counted\n\nThe client, e.g. curl 8.5, sends `a. b` first. Then\n\
                the server answers [so](x.md#y).\n\n- An item\n- Another one: with a colon!\n\n| a | table. |\n\n\
                ```sh\nNot. This.\n```\n1. First of all. \"Yes.\" It said.\n\n[x]: y.md\n";
    let all = sentences(page);
    assert_eq!(
        all,
        [
            "The client, e.g. curl 8.5, sends CODE first.",
            "Then the server answers so.",
            "An item",
            "Another one: with a colon!",
            "First of all.",
            "\"Yes.\"",
            "It said.",
        ]
    );
    let figures = Figures::of(page);
    assert_eq!(
        (figures.sentences, figures.short, figures.words),
        (7, 7, 26)
    );
}

#[test]
fn a_text_of_the_lab_is_read_like_a_page() {
    let text = "%% task\n# A title\n\nThe task.\n\n    a command\n\nTry it: `x`\n%% tests\none: who comes\n%% hint\n\
                A hint.\n%% shortcut one\nNo.\n```sh\nnot. this.\n```\n";
    let page = lab_page(text);
    assert_eq!(sentences(&page), ["The task.", "A hint.", "No."]);
    assert_eq!(Figures::of(&page).who, ["who comes"]);
}

#[test]
fn an_actor_is_no_who_but_in_a_question_or_a_quotation() {
    assert!(has_who("Whoever answers may be anybody."));
    assert!(has_who("The one to whom it is sent."));
    assert!(!has_who("Who answers?"));
    assert!(!has_who("The page says \"who are you\" twice."));
    assert!(!has_who("The whole."));
    assert_eq!(Figures::of("| who acts | x |\n").who, ["who acts"]);
}

#[test]
fn a_thread_a_connection_is_found_and_two_objects_are_not() {
    let found = |text: &str| distributive(text).len();
    assert_eq!(
        found("It starts a thread a connection, an event a proof."),
        2
    );
    assert_eq!(
        found("The server sends a client a ticket and gives an attacker a chance."),
        0
    );
    assert_eq!(found("A client has a ticket."), 0);
}

#[test]
fn a_term_is_linked_once_on_a_page() {
    let glossary = [
        ("ca".to_owned(), vec!["CA".to_owned()]),
        ("leaf".to_owned(), vec!["leaf".to_owned()]),
    ];
    let terms = |page: &str| unlinked(page, &glossary).into_iter().collect::<Vec<_>>();
    assert_eq!(terms("A CA signs the leaf, and a leaflet."), ["ca", "leaf"]);
    assert_eq!(
        terms("A [CA](glossary.md#ca) signs. A CA, again."),
        Vec::<String>::new()
    );
    assert_eq!(terms("A place, a `leaf`."), Vec::<String>::new());
    assert!(super::prose::glossary().len() > 40);
}
