//! What `hello-mtls gallery NAME` shows of each case, word by word, in TLS 1.3 and in TLS 1.2.
use std::collections::BTreeMap;
use std::fmt::Write;

use hello_mtls::instruments::gallery::cases;
use hello_mtls::instruments::gallery::panels::Panels;
use hello_mtls::instruments::gallery::run::run;
use hello_mtls::instruments::page::Paint;

use super::VERSIONS;
use crate::common::snapshots::holds_all;

#[test]
fn the_panels_of_every_case_are_what_is_held() {
    let mut files = BTreeMap::new();
    for case in cases::all() {
        let mut out = Vec::new();
        for tls_max in VERSIONS {
            let mut panels = Panels::new(&mut out, Paint::PLAIN);
            panels.show(&run(case, tls_max).unwrap()).unwrap();
            out.push(b'\n');
        }
        let shown = String::from_utf8(out).unwrap();
        files.insert(format!("{}.txt", case.name), without_lots(&shown));
    }
    holds_all("tests/snapshots/gallery", &files);
}

/// A server that has answered and gone does not hear this any more; on a slow machine it is still there.
const NOT_ALWAYS_HEARD: &str = "  7 ✗ the client refused with alert bad_record_mac";

/// The panels without what another run or another machine has otherwise. A number by lot is a `#`. Its width decides
/// where the lines are folded, so such a paragraph is unfolded; the others stay as they are shown.
fn without_lots(shown: &str) -> String {
    let mut paragraphs: Vec<Vec<&str>> = Vec::new();
    for line in shown.lines() {
        let goes_on = line.starts_with("      ") && !line.starts_with("      rustls: ");
        match paragraphs.last_mut() {
            Some(lines) if goes_on && !lines[0].contains(['✉', '→']) => lines.push(line),
            _ => paragraphs.push(vec![line]),
        }
    }
    let mut all = String::new();
    for mut lines in paragraphs {
        let timed = without_time(lines[0]);
        lines[0] = timed.unwrap_or(lines[0]);
        let further = lines[1..]
            .iter()
            .map(|line| format!(" {}", line.trim_start()));
        let unfolded = lines[0].to_owned() + &further.collect::<String>();
        // Two days less a moment.
        let masked = masked(&unfolded.replace("only in 47 hours,", "only in 2 days,"));
        if masked.starts_with(NOT_ALWAYS_HEARD) {
            continue;
        }
        if masked != unfolded {
            lines = vec![&masked];
        }
        for (number, line) in lines.into_iter().enumerate() {
            match timed {
                Some(_) if number == 0 => writeln!(all, "{line:<76} #.#").unwrap(),
                _ => writeln!(all, "{line}").unwrap(),
            }
        }
    }
    all
}

/// The line without the time at its right edge, if it has one.
fn without_time(line: &str) -> Option<&str> {
    let (text, time) = line.rsplit_once("  ")?;
    let is_time = line.chars().count() == 80 && time.trim_start().parse::<f64>().is_ok();
    is_time.then(|| text.trim_end())
}

/// The line with a `#` for each number that is by lot: dates, hours, ports, amounts that depend on the clock or on a
/// signature's length, and the bytes of an encrypted record.
fn masked(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let encrypted = line.contains(" … → decrypted");
    let mut masked = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        masked.push(if encrypted && is_hex(word) && words[at..].contains(&"…") {
            "##".to_owned()
        } else if by_lot(word, next) {
            hidden(word)
        } else {
            (*word).to_owned()
        });
    }
    masked.join(" ")
}

fn is_hex(word: &str) -> bool {
    word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const UNITS: [&str; 7] = [
    "bytes", "byte", "seconds", "second", "minutes", "hours", "ms",
];

fn by_lot(word: &str, next: &str) -> bool {
    let shape = word.replace(|letter: char| letter.is_ascii_digit(), "0");
    let shape = shape.trim_matches(|letter: char| "(),;:.".contains(letter));
    // "valid only in 3649 days, from": or 3648, if the case took a moment longer.
    let until_then = next == "days,";
    let next = next.trim_end_matches(|letter: char| !letter.is_ascii_alphabetic());
    let amount = !shape.is_empty() && shape.chars().all(|letter| "0.".contains(letter));
    let port = shape
        .rsplit_once(':')
        .is_some_and(|(_, port)| port == "00000");
    let date = ["0000-00-00", "00:00:00", "0000000000"].contains(&shape);
    date || port || amount && (until_then || UNITS.contains(&next))
}

/// `(435` is `(#`; of an address only the port is hidden.
fn hidden(word: &str) -> String {
    let port = word.starts_with("127.0.0.1:");
    let (shown, by_lot) = word.split_at(if port { "127.0.0.1:".len() } else { 0 });
    let mut hidden = shown.to_owned();
    for letter in by_lot.chars() {
        match letter {
            '0'..='9' | '.' if hidden.ends_with('#') => {}
            '0'..='9' => hidden.push('#'),
            _ => hidden.push(letter),
        }
    }
    hidden
}
