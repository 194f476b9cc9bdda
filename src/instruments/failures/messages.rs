//! From the words of a program to the failures that they stand for.
//!
//! A reader that is stuck pastes a line of a log: a time, an address, a path, and somewhere in it the words that
//! matter. So the line and the words of the tables are both reduced to [`tokens`], and a row of a table fits if its
//! tokens stand in the line in one piece, or in several where the row has `…`. The most specific row comes first:
//! the one of which the most letters were found.

use std::cmp::Reverse;
use std::sync::LazyLock;

use super::parser::{Keys, Misplaced, Section, parse};
use super::{Failure, all, find};

/// What programs say, failure by failure, and the alerts with the failures that send them. As in
/// [`all`], a mistake in a file leaves nothing, and a test reads both.
static TABLES: LazyLock<[Vec<Section>; 2]> = LazyLock::new(|| tables().unwrap_or_default());

fn tables() -> Result<[Vec<Section>; 2], Misplaced> {
    let messages = include_str!("messages.txt");
    let alerts = include_str!("alerts.txt");
    let of_an_alert = Keys::OneOf(&["words", "client", "server", "note"]);
    Ok([
        parse("messages.txt", messages, Keys::Any)?,
        parse("alerts.txt", alerts, of_an_alert)?,
    ])
}

/// Letters that have to be found. Fewer stand in a line by chance.
const ENOUGH: usize = 5;
/// What an alert counts for beside its letters: the other words of such a line are mostly about the same alert.
const ALERT: usize = 100;

/// The failures that a message may stand for.
#[derive(Debug, Default)]
pub struct Matches {
    /// The likeliest first, each once.
    pub failures: Vec<&'static Failure>,
    /// What programs do differently with an alert that the message names.
    pub notes: Vec<&'static str>,
}

/// A row of a table that fits.
struct Hit {
    /// Names of the catalogue.
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
    let [messages, alerts] = &*TABLES;
    let by_server = is_a_servers_line(&said);
    for section in messages {
        // What a server finds wrong with a certificate is wrong with the client's.
        let clients = find(&format!("client-{}", section.name)).filter(|_| by_server);
        let clients = clients.map(|failure| failure.name.as_str());
        for row in &section.fields {
            let letters = fits(&said, &row.value);
            if letters >= ENOUGH {
                hits.push(Hit {
                    failures: clients.into_iter().chain([section.name.as_str()]).collect(),
                    names_a_cause: !row.key.ends_with("(general)"),
                    letters,
                });
            }
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
    // "unknown certificate authority" has the name of another alert in it, which is shorter.
    let named = alerts
        .iter()
        .filter_map(|alert| Some((letters_of_alert(alert, &said)?, alert)));
    if let Some((letters, alert)) = named.max_by_key(|(letters, _)| *letters) {
        hits.push(Hit {
            failures: sent_with(alert, by_server),
            names_a_cause: true,
            letters: letters + ALERT,
        });
        notes.extend(alert.get("note"));
    }
    // A stable sort: rows of equal weight keep the order of the file.
    hits.sort_by_key(|hit| Reverse((hit.names_a_cause, hit.letters)));
    let mut names: Vec<&str> = Vec::new();
    for name in hits.into_iter().flat_map(|hit| hit.failures) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Matches {
        failures: names.into_iter().filter_map(find).collect(),
        notes,
    }
}

/// Every note of the alerts, in English: what [`Matches::notes`] are taken from.
pub fn notes() -> impl Iterator<Item = &'static str> {
    let [_, alerts] = &*TABLES;
    alerts.iter().filter_map(|alert| alert.get("note"))
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
        // A part of a message was typed, not a line that has the message in it: that says less. One word of a
        // message, such as "hello", says nothing.
        None if says_enough(said) && position(&words, said).is_some() => {
            ENOUGH.max(letters_of(said) / 2)
        }
        None => 0,
    }
}

/// Several words, or a long one: `CERTIFICATE_VERIFY_FAILED` is three.
fn says_enough(said: &[String]) -> bool {
    letters_of(said) >= ENOUGH && (said.len() > 1 || letters_of(said) > 12)
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
    const SERVERS: [&str; 11] = [
        "ssl accept",
        "ssl3 get client certificate",
        "client certificate verification failed",
        "client ssl certificate verify error",
        "certificate verification: error",
        "verify client certificate",
        "tls handshake error from",
        "could not accept",
        "while ssl handshaking client",
        "tls process client",
        "client … disconnected",
    ];
    SERVERS.iter().any(|words| fits(said, words) > 0)
}

/// How much of an alert's name stands in a message about an alert.
fn letters_of_alert(alert: &Section, said: &[String]) -> Option<usize> {
    let about_an_alert = ["alert", "remote error", "peer reports"]
        .iter()
        .any(|words| contains(said, words));
    let named = list(alert, "words").filter(|words| contains(said, words));
    let named = named.map(|words| letters_of(&tokens(words))).max();
    let (number, _) = alert.name.split_once(' ')?;
    // OpenSSL, GnuTLS and Windows (Schannel) print the number, too.
    let numbered = ["alert number", "received alert", "alert code is"]
        .iter()
        .any(|words| contains(said, &format!("{words} {number}")));
    let alone = list(alert, "words").any(|words| tokens(words) == said);
    match named {
        Some(letters) if about_an_alert || alone => Some(letters),
        _ if numbered => Some(list(alert, "words").next()?.len()),
        _ => None,
    }
}

/// The failures that an alert stands for, those of the side that read it first.
fn sent_with(alert: &'static Section, read_by_a_server: bool) -> Vec<&'static str> {
    match read_by_a_server {
        true => list(alert, "server").collect(),
        false => list(alert, "client").chain(list(alert, "server")).collect(),
    }
}

fn list<'s>(alert: &'s Section, key: &str) -> impl Iterator<Item = &'s str> {
    alert
        .get(key)
        .into_iter()
        .flat_map(|words| words.split(", "))
}

fn contains(said: &[String], words: &str) -> bool {
    position(said, &tokens(words)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(message: &str) -> Option<&'static str> {
        let found = said_in(message, |_| Vec::new()).failures;
        found.first().map(|failure| failure.name.as_str())
    }

    #[test]
    fn each_name_in_the_tables_is_one_of_the_catalogue() {
        let [messages, alerts] = tables().unwrap_or_else(|mistake| panic!("{mistake}"));
        for section in messages {
            let name = section.name;
            assert!(find(&name).is_some(), "messages.txt: [{name}]");
        }
        for alert in alerts {
            for name in list(&alert, "client").chain(list(&alert, "server")) {
                assert!(find(name).is_some(), "alerts.txt, [{}]: {name}", alert.name);
            }
        }
    }

    #[test]
    fn each_row_finds_its_own_failure() {
        let [messages, _] = &*TABLES;
        for section in messages {
            for row in &section.fields {
                let line = row.value.replace('…', "something");
                let found = said_in(&line, |_| Vec::new()).failures;
                let mut names = found.iter().map(|failure| &failure.name);
                assert!(names.any(|name| *name == section.name), "{line}");
            }
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
