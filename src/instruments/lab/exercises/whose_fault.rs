//! Three connections that failed, recorded. The bytes say at which step, which side noticed, and which alert it sent.

use crate::certificates::{GeneratedFile, failed, public};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::gallery::run::recording;
use crate::instruments::gallery::{Case, Outcome, cases};
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::tests::{Started, Test};
use crate::instruments::lab::{Exercise, wording};
use crate::instruments::wire::names::alert_name;
use crate::narration::{Side, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "whose-fault",
    steps: &[Step::ClientVerifiesServer, Step::ServerVerifiesClient],
    minutes: 10,
    texts: wording::Files {
        english: include_str!("../texts/en/whose-fault.md"),
        chinese: include_str!("../texts/zh/whose-fault.md"),
    },
    words,
    start,
    check,
};

/// Cases of the gallery in which a certificate is refused with an alert.
const CLIENT_REFUSES: [&str; 5] = [
    "unknown-issuer",
    "wrong-host",
    "expired",
    "wrong-purpose",
    "key-not-owned",
];
const SERVER_REFUSES: [&str; 6] = [
    "no-client-certificate",
    "client-unknown-issuer",
    "client-expired",
    "client-revoked",
    "client-wrong-purpose",
    "client-key-not-owned",
];

/// The names of the tests: one per recording.
const NAMES: [&str; 3] = ["recording-1", "recording-2", "recording-3"];

/// What was recorded: the case, and up to which version of TLS.
fn drawn(draw: &Draw) -> Result<Vec<(&'static Case, TlsMax)>, Error> {
    let mut names = vec![CLIENT_REFUSES[draw.number("client", CLIENT_REFUSES.len())]];
    let server = draw.shuffled("server", &SERVER_REFUSES);
    names.extend(server.into_iter().take(2));
    let names = draw.shuffled("order", &names);
    let find = |name: &&str| cases::all().find(|case| case.name == *name);
    let mut cases = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let case = find(name).ok_or_else(|| failed("draw a recording", name))?;
        let version = match draw.number(&format!("version {number}"), 2) {
            0 => TlsMax::Tls13,
            _ => TlsMax::Tls12,
        };
        cases.push((case, case.version(version)));
    }
    Ok(cases)
}

/// The answer in the learner's words: `3 client 48`.
fn answer(outcome: &Outcome) -> String {
    let by = outcome.by.unwrap_or(Side::Client);
    let alert = outcome.alert.map_or(0, |(_, number)| number);
    format!("{} {by} {alert}", outcome.step.number())
}

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    let Ok(drawn) = drawn(draw) else {
        return Vec::new();
    };
    let answers: Vec<String> = drawn
        .iter()
        .map(|(case, version)| answer(case.expected(*version)))
        .collect();
    // A recording whose answer is not the one that a lazy learner writes everywhere.
    let caught = answers
        .iter()
        .zip(NAMES)
        .find(|(right, _)| *right != "3 client 48");
    let caught = caught.map_or("", |(_, name)| name).to_owned();
    let words = ["one", "two", "three"].into_iter().zip(answers);
    words.chain([("caught", caught)]).collect()
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let mut files = Vec::new();
    let mut answers = String::from("# step, client or server, number of the alert\n");
    for (name, (case, version)) in NAMES.into_iter().zip(drawn(draw)?) {
        let recorded = recording(case, version)?.to_string();
        files.push(public(format!("{name}.txt"), recorded, ""));
        answers += &format!("{name}: ? ? ?\n");
    }
    files.push(public("answers.txt".to_owned(), answers, ""));
    Ok(files)
}

/// An alert has a number and a name, and `hello-mtls wire` shows the number in hexadecimal.
fn decimal(given: &str) -> String {
    let hexadecimal = given
        .strip_prefix("0x")
        .map(|digits| u8::from_str_radix(digits, 16));
    let number = match hexadecimal {
        Some(number) => number.ok(),
        None => (0..=u8::MAX).find(|number| alert_name(*number) == given),
    };
    number.map_or_else(|| given.to_owned(), |number| number.to_string())
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let text = started.text("answers.txt")?.to_lowercase();
    let mut tests = Vec::new();
    for (name, (case, version)) in NAMES.into_iter().zip(drawn(started.draw)?) {
        let given = text
            .lines()
            .rev()
            .find_map(|line| line.trim_start().strip_prefix(&format!("{name}:")));
        let given = given.unwrap_or_default().split('#').next();
        let given = given.unwrap_or_default().split([' ', '\t', ',']);
        let given = given.filter(|word| !word.is_empty()).map(decimal);
        let given: Vec<String> = given.collect();
        let right = answer(case.expected(version));
        let right: Vec<&str> = right.split(' ').collect();
        let count = right
            .iter()
            .zip(&given)
            .filter(|(right, given)| right == given);
        // Which of the three is wrong stays unsaid: it could be found by trying.
        let found = match (given == right, count.count()) {
            (true, _) => Ok(()),
            _ if given.len() != right.len() => Err(phrase!(
                "an answer has 3 words, as in 3 client 45, and here stand {count}",
                count = given.len()
            )),
            (false, count) => Err(phrase!("{count} of 3 are right", count)),
        };
        // The page of the step would be a third of the answer.
        tests.push(Test::look(name, Step::Preparation, found).explained_by("wire.md"));
    }
    Ok(tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_may_be_written_as_wire_shows_it() {
        let given = ["43", "0x2b", "unsupported_certificate", "0xzz", "server"];
        let read = given.map(decimal);
        assert_eq!(read, ["43", "43", "43", "0xzz", "server"]);
    }
}
