//! `--json`: what a command found, for a program. `docs/json.md` has every member; this file is what it describes.
//!
//! One object per line on stdout, English in every language, with a version that changes when a member goes or means
//! something else. What a person reads goes on being written to stderr, and the exit code stays.

mod body;
mod inspect;

use self::body::Kept;
pub(super) use self::inspect::{inspected, no_chain, not_shown, sent};
use crate::client::{Answer, Url};
use crate::error::{Diagnosis, Error};
use crate::handshake::TlsMax;
use crate::instruments::doctor;
use crate::instruments::doctor::explain::failure;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::gallery::run::Run;
use crate::instruments::show::base64;
use crate::narration::json::{Object, line_of};
use crate::narration::{Event, Fact, Side, Step};

/// Of every object below.
const VERSION: u64 = 1;

/// The beginning that all objects share.
fn of_command(command: &str) -> Object {
    let mut object = Object::default();
    object.member("version", &VERSION);
    object.member("command", command);
    object
}

/// The whole line.
fn line(object: Object) -> String {
    object.json() + "\n"
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

fn step(step: Step) -> u64 {
    step.number().into()
}

/// What came of one connection of `get`, as far as it came.
#[derive(Default)]
pub(super) struct Got {
    /// A complete answer.
    pub(super) answer: Option<Answer>,
    pub(super) body: Kept,
}

/// One connection of `get`: what was asked, what came of it, and what failed.
pub(super) fn got(url: &Url, got: &Got, failed: Option<&Error>, events: &[Event]) -> String {
    let answer = got.answer.as_ref();
    let body = answer.and_then(|answer| got.body.whole(&url.place, answer).ok());
    // A body of bytes that are no text has no place in a JSON string (RFC 8259 §8.1).
    let text = body.map(std::str::from_utf8);
    let binary = body.filter(|_| matches!(text, Some(Err(_))));
    let refusal = answer.and_then(|answer| answer.refusal.as_ref());
    // Of an answer that was cut short the head may have come.
    let whole = answer.map(|answer| (answer.status, answer.reason.clone()));
    let head = failed.and_then(Error::answer);
    let head = whole.or_else(|| head.map(|head| (head.status, head.reason.clone())));
    let (status, reason) = head.unzip();
    let mut object = of_command("get");
    object.member("place", &url.place);
    object.member("target", &url.target);
    object.member("connection", &events.last().map(|event| event.connection));
    object.member("status", &status);
    object.member("reason", &reason);
    let agreed = events.iter().find_map(|event| session(&event.fact));
    object.raw("session", &agreed.unwrap_or_else(null));
    object.member("body", &text.and_then(Result::ok).map(str::to_owned));
    object.member("body_base64", &binary.map(base64::encode));
    object.raw("refusal", &refusal.map_or_else(null, diagnosis));
    object.raw("error", &failed.map_or_else(null, error));
    object.raw("events", &array(events.iter().map(line_of)));
    line(object)
}

fn null() -> String {
    "null".to_owned()
}

/// What the two sides agreed on, also if no answer came.
fn session(fact: &Fact) -> Option<String> {
    let Fact::SessionAgreed {
        version,
        cipher_suite,
        group,
        resumed,
        ..
    } = fact
    else {
        return None;
    };
    let mut object = Object::default();
    object.member("version", version);
    object.member("cipher_suite", cipher_suite);
    object.member("group", group);
    object.member("resumed", resumed);
    Some(object.json())
}

fn diagnosis(diagnosis: &Diagnosis) -> String {
    let mut object = Object::default();
    object.member("step", &step(diagnosis.step));
    object.member("failure", &diagnosis.failure.map(str::to_owned));
    object.member("found", &diagnosis.found);
    object.member("remedy", &diagnosis.remedy);
    object.member("message", &diagnosis.rustls_message);
    object.json()
}

/// A command that failed before it had a result.
pub(super) fn failed(command: &str, failed: &Error) -> String {
    let mut object = of_command(command);
    object.raw("error", &error(failed));
    line(object)
}

/// With the members that a diagnosis has.
fn error(error: &Error) -> String {
    if let Error::Tls {
        diagnosis: known, ..
    } = error
    {
        return diagnosis(known);
    }
    let report = error.report();
    let mut object = Object::default();
    object.member("step", &error.step().map(step));
    object.member("failure", &failure(error).map(str::to_owned));
    object.member("found", &format!("{}: {}", report.headline, report.found));
    object.member("remedy", &report.remedy);
    object.member("message", &error.message());
    object.json()
}

/// What the doctor found.
pub(super) fn examined(report: &doctor::Report) -> String {
    let count = |severity| {
        let of = report
            .findings
            .iter()
            .filter(|found| found.severity == severity);
        of.count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut object = of_command("doctor");
    object.member("fails", &report.fails());
    object.member("errors", &errors);
    object.member("warnings", &warnings);
    object.raw("findings", &array(report.findings.iter().map(finding)));
    object.raw(
        "certificates",
        &array(report.verdict.rulings.iter().map(ruling)),
    );
    object.member("server", &report.seen);
    object.member("verdict", &report.verdict.sentence(errors, warnings));
    line(object)
}

fn finding(found: &Finding) -> String {
    let severity = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut object = Object::default();
    object.member("severity", severity);
    object.member("failure", found.code);
    object.member("subject", &found.file.display().to_string());
    object.member("step", &step(found.step));
    object.member("expected", &found.expected);
    object.member("found", &found.found);
    object.member("remedy", &found.fix);
    object.json()
}

/// webpki's word on the certificate of one side.
fn ruling(ruling: &doctor::Ruling) -> String {
    let mut object = Object::default();
    object.member("side", &ruling.side.to_string());
    object.member("accepted", &ruling.refusal.is_none());
    object.raw(
        "refusal",
        &ruling.refusal.as_ref().map_or_else(null, diagnosis),
    );
    object.json()
}

/// All cases of the gallery that were run.
pub(super) fn ran(tls_max: TlsMax, runs: &[Run]) -> String {
    let mut object = of_command("gallery");
    object.member("tls_max", version(tls_max));
    object.member(
        "as_expected",
        &runs.iter().all(|run| run.differences().is_empty()),
    );
    object.raw("cases", &array(runs.iter().map(case)));
    line(object)
}

fn case(run: &Run) -> String {
    let differences = run.differences();
    let (at, by) = run.noticed().unzip();
    let mut object = Object::default();
    object.member("name", run.case.name);
    object.member("tls_max", version(run.tls_max));
    object.member("step", &at.map(step));
    object.member("noticed_by", &by.map(|side: Side| side.to_string()));
    object.member(
        "alert",
        &run.alert.as_ref().map(|alert| u64::from(alert.number)),
    );
    object.member("client_said", &run.client.said);
    object.member("server_said", &run.server.said);
    object.member("as_expected", &differences.is_empty());
    object.member("differences", &differences);
    object.json()
}

fn version(tls_max: TlsMax) -> &'static str {
    match tls_max {
        TlsMax::Tls12 => "1.2",
        TlsMax::Tls13 => "1.3",
    }
}
