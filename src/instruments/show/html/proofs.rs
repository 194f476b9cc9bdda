//! The proofs in a message, made again, and the secrets and keys that can be computed from it on.

use std::fmt::Write;

use super::links::source;
use super::{View, say};
use crate::instruments::show::size;
use crate::instruments::wire::conversation::{Check, Derivation, Input, Message, Outcome};
use crate::instruments::wire::transcript::hex;
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text::html as escaped;

/// Inputs and values longer than this are cut.
const LONGEST_HEX: usize = 512;

/// How a proof came out: the class of its colour, and the words.
pub(super) fn outcome(check: &Check) -> (&'static str, Phrase) {
    let name = &check.name;
    match &check.outcome {
        Outcome::Verified => ("good", phrase!("✓ verified: {name}", name)),
        Outcome::Failed(why) => ("bad", phrase!("✗ failed: {name}: {why}", name, why)),
        Outcome::NotPossible(why) => (
            "open",
            phrase!("? not verified here: {name}: {why}", name, why),
        ),
    }
}

pub(super) fn check(
    page: &mut String,
    check: &Check,
    index: usize,
    message: &Message,
    view: View<'_>,
) {
    let (class, title) = outcome(check);
    let proves = phrase!("Proves: {what}.", what = check.proves);
    let _ = write!(
        page,
        "<section class=\"check {class}\">\n<h4>{}</h4>\n<p>{} {}</p>\n",
        view.say(&title),
        view.say(&proves),
        source(check.source)
    );
    inputs(page, &check.inputs, view.language);
    view.proofs.check(page, index, message, check);
    page.push_str("</section>\n");
}

fn inputs(page: &mut String, inputs: &[Input], language: Language) {
    page.push_str("<dl class=\"inputs\">\n");
    for input in inputs {
        let _ = write!(
            page,
            "<div><dt>{}</dt><dd>{}",
            say(&input.name, language),
            hex_block(&input.bytes, language)
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

/// What becomes computable with a message.
pub(super) fn derivations(page: &mut String, id: &str, message: &Message, view: View<'_>) {
    let derivations = &message.derivations;
    let Some(first) = derivations.first() else {
        return;
    };
    let by = &first.computable_by;
    let summary = match derivations.len() {
        1 => phrase!("A secret becomes computable: {by}", by),
        count => phrase!(
            "{count} secrets and keys become computable: {by}",
            count,
            by
        ),
    };
    let summary = view.say(&summary);
    let _ = writeln!(
        page,
        "<details class=\"derivations\"><summary>{summary}</summary>\n<ol>"
    );
    for (at, made) in derivations.iter().enumerate() {
        let number = at + 1;
        let _ = write!(page, "<li id=\"{id}-d{number}\">");
        derivation(page, made, view);
        view.proofs.derivation(page, message, made);
        page.push_str("</li>\n");
    }
    page.push_str("</ol></details>\n");
}

fn derivation(page: &mut String, derivation: &Derivation, view: View<'_>) {
    let Derivation {
        name,
        value,
        formula,
        meaning,
        ..
    } = derivation;
    let _ = write!(
        page,
        "<h4>{}</h4>\n<p>{}. {}</p>\n<p class=\"formula\"><code>= {}</code></p>\n{}\n",
        escaped(name),
        view.say(meaning),
        source(derivation.source),
        view.say(formula),
        hex_block(value, view.language)
    );
    if !derivation.inputs.is_empty() {
        let summary = view.say(&phrase!("what goes into it"));
        let _ = writeln!(page, "<details><summary>{summary}</summary>");
        inputs(page, &derivation.inputs, view.language);
        page.push_str("</details>\n");
    }
}

/// Bytes in groups of four, the long ones cut, and how many there are.
pub(super) fn hex_block(bytes: &[u8], language: Language) -> String {
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
        say(&size(bytes.len()), language)
    )
}
