//! From the words of a program to the failures that they stand for.
//!
//! A reader who is stuck pastes a line of a log: a time, an address, a path, and somewhere in it the words that
//! matter. So the line and the words of the tables are both reduced to [`tokens`], and a row of a table fits if its
//! tokens stand in the line in one piece, or in several where the row has `…`. The most specific row comes first:
//! the one of which the most letters were found.

use std::cmp::Reverse;

use super::{Failure, all};

/// What programs say, failure by failure. Its head describes the form.
const MESSAGES: &str = include_str!("messages.txt");
/// The alerts, and which failures send them.
const ALERTS: &str = include_str!("alerts.txt");

/// Letters that have to be found. Fewer stand in a line by chance.
const ENOUGH: usize = 5;
/// What an alert counts for beside its letters: the other words of such a line are mostly about the same alert.
const ALERT: usize = 30;

/// The failures that a message may stand for.
#[derive(Debug, Default)]
pub struct Matches {
    /// Names of the catalogue, the likeliest first, each once.
    pub failures: Vec<&'static str>,
    /// What programs do differently with an alert that the message names.
    pub notes: Vec<&'static str>,
}

/// A row of a table that fits.
struct Hit {
    failures: Vec<&'static str>,
    /// A row about a cause goes before one that only says that there is some cause.
    names_a_cause: bool,
    letters: usize,
}

/// Finds the failures in which a program prints `message`, or a line that has these words in it. `also` gives more
/// words of a failure, beside those of the tables.
pub fn said_in(message: &str, also: impl Fn(&Failure) -> Vec<String>) -> Matches {
    let said = tokens(message);
    let mut notes = Vec::new();
    let mut hits: Vec<Hit> = Vec::new();
    for row in rows(MESSAGES) {
        let letters = fits(&said, row.words);
        if letters >= ENOUGH {
            hits.push(Hit {
                failures: vec![row.section],
                names_a_cause: !row.key.ends_with("(general)"),
                letters,
            });
        }
    }
    for failure in all() {
        let letters = also(failure).iter().map(|words| fits(&said, words)).max();
        if let Some(letters) = letters.filter(|letters| *letters >= ENOUGH) {
            hits.push(Hit {
                failures: vec![&failure.name],
                names_a_cause: true,
                // Of two that fit equally well, the table's is the more usual cause.
                letters: letters - 1,
            });
        }
    }
    for alert in alerts() {
        let Some(letters) = alert.letters_in(&said) else {
            continue;
        };
        hits.push(Hit {
            failures: alert.failures(is_a_servers_line(&said)),
            names_a_cause: true,
            letters: letters + ALERT,
        });
        notes.extend(alert.note);
    }
    // A stable sort: rows of equal weight keep the order of the file.
    hits.sort_by_key(|hit| Reverse((hit.names_a_cause, hit.letters)));
    let mut failures: Vec<&str> = Vec::new();
    for failure in hits.into_iter().flat_map(|hit| hit.failures) {
        if !failures.contains(&failure) {
            failures.push(failure);
        }
    }
    Matches { failures, notes }
}

/// The words of a text as they are compared: lower case, without punctuation. A Chinese character is a token of its
/// own, because Chinese has no spaces. `…` stays: it stands for anything.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for letter in text.chars().chain([' ']) {
        match letter {
            // The apostrophe of "server's" joins.
            '\'' | '’' => {}
            _ if letter.is_ascii_alphanumeric() => word.push(letter.to_ascii_lowercase()),
            _ => {
                if !word.is_empty() {
                    tokens.push(std::mem::take(&mut word));
                }
                if letter == '…' || (letter.is_alphabetic() && !letter.is_ascii()) {
                    tokens.push(letter.to_string());
                }
            }
        }
    }
    tokens
}

/// How many letters of `words` stand in what was said, or the other way round. 0: they do not fit.
fn fits(said: &[String], words: &str) -> usize {
    let words = tokens(words);
    let whole_row = words
        .split(|token| token == "…")
        .try_fold((0, 0), |(from, letters), part| {
            let at = position(&said[from..], part)?;
            Some((from + at + part.len(), letters + letters_of(part)))
        });
    match whole_row {
        Some((_, letters)) => letters,
        // A part of a message was typed, not a line that has the message in it: that says less.
        None if letters_of(said) >= ENOUGH && position(&words, said).is_some() => {
            ENOUGH.max(letters_of(said) / 2)
        }
        None => 0,
    }
}

/// Where `part` begins in `whole`.
fn position(whole: &[String], part: &[String]) -> Option<usize> {
    match part.len() {
        0 => Some(0),
        length => whole.windows(length).position(|window| window == part),
    }
}

/// How much was found. Words that stand in every such message say little, and a Chinese character says as much as
/// a few letters.
fn letters_of(tokens: &[String]) -> usize {
    let weight = |token: &String| match token.as_str() {
        "the" | "a" | "an" | "of" | "is" | "to" | "in" | "for" | "by" | "error" | "ssl" | "tls" => {
            1
        }
        other if other.is_ascii() => other.len(),
        _ => 3,
    };
    tokens.iter().map(weight).sum()
}

/// True for a line that only a server writes: the refusal that it reads came from a client.
fn is_a_servers_line(said: &[String]) -> bool {
    const SERVERS: [&str; 6] = [
        "ssl accept",
        "tls handshake error from",
        "could not accept",
        "while ssl handshaking client",
        "tls process client",
        "client … disconnected",
    ];
    SERVERS.iter().any(|words| fits(said, words) > 0)
}

/// A line of a table: `[section]`, then `key: words`.
struct Row {
    section: &'static str,
    key: &'static str,
    words: &'static str,
}

fn rows(table: &'static str) -> impl Iterator<Item = Row> {
    let mut section = "";
    table.lines().filter_map(move |line| {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        }
        let (key, words) = line.split_once(": ").filter(|_| !line.starts_with('#'))?;
        Some(Row {
            section,
            key,
            words,
        })
    })
}

/// A section of the table of alerts.
#[derive(Default)]
struct Alert {
    number: &'static str,
    words: Vec<&'static str>,
    /// What a client reads of it, and what a server does.
    received_by: [Vec<&'static str>; 2],
    note: Option<&'static str>,
}

fn alerts() -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for row in rows(ALERTS) {
        let number = row.section.split(' ').next().unwrap_or_default();
        if alerts.last().is_none_or(|alert| alert.number != number) {
            alerts.push(Alert {
                number,
                ..Alert::default()
            });
        }
        let Some(alert) = alerts.last_mut() else {
            continue;
        };
        let list = || row.words.split(", ").collect();
        match row.key {
            "words" => alert.words = list(),
            "client" => alert.received_by[0] = list(),
            "server" => alert.received_by[1] = list(),
            _ => alert.note = Some(row.words),
        }
    }
    alerts
}

impl Alert {
    /// How much of its name stands in a message about an alert.
    fn letters_in(&self, said: &[String]) -> Option<usize> {
        let about_an_alert = ["alert", "remote error", "peer reports"]
            .iter()
            .any(|words| contains(said, words));
        let named = self.words.iter().filter(|words| contains(said, words));
        let named = named.map(|words| letters_of(&tokens(words))).max();
        let numbered = contains(said, &format!("alert number {}", self.number));
        let alone = self.words.iter().any(|words| tokens(words) == said);
        match named {
            Some(letters) if about_an_alert || alone => Some(letters),
            _ if numbered => Some(self.words.first()?.len()),
            _ => None,
        }
    }

    /// The failures that it stands for, those of the side that read it first.
    fn failures(&self, read_by_a_server: bool) -> Vec<&'static str> {
        let [client, server] = &self.received_by;
        match read_by_a_server {
            true => server.clone(),
            false => client.iter().chain(server).copied().collect(),
        }
    }
}

fn contains(said: &[String], words: &str) -> bool {
    position(said, &tokens(words)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::failures::find;

    fn first(message: &str) -> Option<&'static str> {
        said_in(message, |_| Vec::new()).failures.first().copied()
    }

    #[test]
    fn each_name_in_the_tables_is_one_of_the_catalogue() {
        for row in rows(MESSAGES) {
            assert!(
                find(row.section).is_some(),
                "messages.txt: [{}]",
                row.section
            );
        }
        for alert in alerts() {
            for name in alert.received_by.iter().flatten() {
                assert!(find(name).is_some(), "alerts.txt, {}: {name}", alert.number);
            }
        }
    }

    #[test]
    fn each_row_finds_its_own_failure() {
        for row in rows(MESSAGES) {
            let line = row.words.replace('…', "something");
            let found = said_in(&line, |_| Vec::new()).failures;
            assert!(found.contains(&row.section), "{line}: {found:?}");
        }
    }

    /// A line of a log has an address, a time, a path and a line number around the words that matter.
    #[test]
    fn the_words_are_found_inside_a_longer_line() {
        for (line, failure) in [
            (
                "2026/11/28 17:02:11 [info] 312#312: *4 client SSL certificate verify error: (10:certificate has expired) while reading client request headers, client: 10.0.0.7",
                "client-expired",
            ),
            (
                "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: IP address mismatch, certificate is not valid for '10.1.2.3'. (_ssl.c:997)",
                "wrong-host",
            ),
            (
                "Get \"https://api:8443/\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
                "unknown-issuer",
            ),
            (
                "Caused by: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target",
                "unknown-issuer",
            ),
            ("证书已过期，请联系管理员", "expired"),
            ("无法获取本地颁发者证书", "unknown-issuer"),
        ] {
            assert_eq!(first(line), Some(failure), "{line}");
        }
    }

    /// A client that receives an alert was refused, and so it is its own certificate that the alert is about.
    #[test]
    fn an_alert_means_the_certificate_of_the_side_that_receives_it() {
        let client = "curl: (56) OpenSSL SSL_read: error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0";
        let server = "http: TLS handshake error from 127.0.0.1:53112: remote error: tls: unknown certificate authority";
        assert_eq!(first(client), Some("client-unknown-issuer"));
        assert_eq!(first(server), Some("unknown-issuer"));
    }

    #[test]
    fn words_about_something_else_find_nothing() {
        for line in [
            "segmentation fault",
            "the 403 came",
            "zzzz",
            "",
            "error",
            "SSL",
        ] {
            assert_eq!(first(line), None, "{line}");
        }
    }
}
