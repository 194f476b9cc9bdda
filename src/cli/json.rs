//! `--json`: what a command found, for a program. `docs/json.md` has every member; this file is what it describes.
//!
//! One object per line on stdout, English in every language, with a version that changes when a member goes or means
//! something else. What a person reads goes on being written to stderr, and the exit code stays.

use std::io::{self, Write};

use crate::certificates::pem::Kind;
use crate::client::{Answer, Url};
use crate::error::{Diagnosis, Error};
use crate::handshake::TlsMax;
use crate::handshake::step7_application_data::Session;
use crate::instruments::doctor;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::fields::Field;
use crate::instruments::gallery::run::Run;
use crate::instruments::inspect::chain::{Link, Signature, Signer};
use crate::instruments::inspect::data::{kind_word, parts, public_key, sha256, summary_now};
use crate::instruments::inspect::drawing::Sent;
use crate::narration::json::{Object, line_of};
use crate::narration::{Event, Side, Step};

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

/// One connection of `get`: what was asked, and what came of it. An answer comes with its body.
pub(super) fn got(
    url: &Url,
    answered: Result<(&Answer, &[u8]), &Error>,
    events: &[Event],
) -> String {
    let answer = answered.ok().map(|(answer, _)| answer);
    let body = answered.ok().map(|(_, body)| body);
    // A body of bytes that are no text has no place in a JSON string (RFC 8259 §8.1).
    let text = body.map(std::str::from_utf8);
    let binary = body.filter(|_| matches!(text, Some(Err(_))));
    let refusal = answer.and_then(|answer| answer.refusal.as_ref());
    let mut object = of_command("get");
    object.member("place", &url.place);
    object.member("target", &url.target);
    object.member("connection", &events.last().map(|event| event.connection));
    object.member("status", &answer.map(|answer| answer.status));
    object.member("reason", &answer.map(|answer| answer.reason.clone()));
    object.raw(
        "session",
        &answer.map_or_else(null, |answer| session(&answer.session)),
    );
    object.member("body", &text.and_then(Result::ok).map(str::to_owned));
    object.member("body_base64", &binary.map(base64));
    object.raw("refusal", &refusal.map_or_else(null, diagnosis));
    object.raw("error", &answered.err().map_or_else(null, error));
    object.raw("events", &array(events.iter().map(line_of)));
    line(object)
}

fn null() -> String {
    "null".to_owned()
}

fn session(session: &Session) -> String {
    let mut object = Object::default();
    object.member("version", &session.version);
    object.member("cipher_suite", &session.cipher_suite);
    object.member("group", &session.group);
    object.member("resumed", &session.resumed);
    object.json()
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

/// As a diagnosis has it; an error that is none of TLS has no step, no failure and no message.
pub(super) fn error(error: &Error) -> String {
    if let Error::Tls {
        diagnosis: known, ..
    } = error
    {
        return diagnosis(known);
    }
    let report = error.report();
    let mut object = Object::default();
    object.member("step", &None::<u64>);
    object.member("failure", &None::<String>);
    object.member("found", &format!("{}: {}", report.headline, report.found));
    object.member("remedy", &report.remedy);
    object.member("message", &None::<String>);
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

/// One thing that `inspect` shows: a block of a file, or the binary form.
pub(super) fn inspected(source: &str, block: usize, kind: Kind, der: &[u8]) -> String {
    let mut object = of_command("inspect");
    object.member("source", source);
    object.member("block", &block);
    item(&mut object, kind, der);
    line(object)
}

fn item(object: &mut Object, kind: Kind, der: &[u8]) {
    object.member("kind", kind_word(kind));
    object.member("bytes", &der.len());
    // Of the private key's file there is no fingerprint, only of its public half.
    let whole = (!kind.is_private()).then(|| sha256(der));
    object.member("sha256", &whole);
    object.member(
        "public_key_sha256",
        &public_key(kind, der).map(|key| sha256(&key)),
    );
    object.member("summary", &summary_now(kind, der));
    object.raw(
        "fields",
        &array(parts(kind, der).iter().map(|part| field(part, kind, der))),
    );
}

/// What `inspect https://…` shows: the chain that was sent, and what this side makes of it.
pub(super) fn sent(sent: &Sent) -> String {
    let links = sent.links();
    let chain = sent.chain.iter().zip(&links).enumerate();
    let mut object = of_command("inspect");
    object.member("source", &sent.place);
    object.raw(
        "chain",
        &array(chain.map(|(at, (der, link))| {
            let mut object = Object::default();
            object.member("number", &(at + 1));
            signed_by(&mut object, link);
            item(&mut object, Kind::Certificate, der);
            object.json()
        })),
    );
    object.member("missing", &sent.missing());
    object.member("host", &sent.host);
    object.member("judged_by", &sent.trust.as_ref().map(|(_, by)| by.clone()));
    let accepted = sent.trust.as_ref().map(|_| sent.refusal.is_none());
    object.member("accepted", &accepted);
    let refusal = sent.refusal.as_ref().filter(|_| accepted.is_some());
    object.raw("refusal", &refusal.map_or_else(null, diagnosis));
    line(object)
}

/// `signer`: `sent` with the number of a certificate, `trusted`, `itself`, `missing`, or `unknown`.
fn signed_by(object: &mut Object, link: &Link) {
    let (signer, number) = match link.signer {
        Signer::Sent(number, _) => ("sent", Some(number)),
        Signer::Trusted(_) => ("trusted", None),
        Signer::Itself(_) => ("itself", None),
        Signer::Missing => ("missing", None),
        Signer::Unknown => ("unknown", None),
    };
    let fits = match link.signer.signature() {
        Some(Signature::Fits) => Some(true),
        Some(Signature::DoesNotFit) => Some(false),
        Some(Signature::NotChecked) | None => None,
    };
    object.member("subject", &link.subject);
    object.member("issuer", &link.issuer);
    object.member("signer", signer);
    object.member("signer_number", &number);
    object.member("signature_fits", &fits);
}

/// A field, and the bytes of one that no words say. `parts` keeps what is private out of this.
fn field(one: &Field, kind: Kind, der: &[u8]) -> String {
    let plain = one.children.is_empty() && one.value.is_empty() && !kind.is_private();
    let bytes = der.get(one.range.clone()).filter(|_| plain);
    let mut object = Object::default();
    object.member("label", &one.label);
    object.member("value", &one.value);
    object.member("meaning", &one.meaning);
    object.member("offset", &one.range.start);
    object.member("length", &one.range.len());
    object.member("malformed", &one.malformed);
    object.member("hex", &bytes.map(hex));
    object.raw(
        "fields",
        &array(one.children.iter().map(|part| field(part, kind, der))),
    );
    object.json()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 4648 §4, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

/// A body on its way into a JSON string: the whole of it, up to a bound.
#[derive(Debug, Default)]
pub(super) struct Kept(pub(super) Vec<u8>);

/// More than this belongs into a file.
const LARGEST: usize = 16 << 20;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::Error::other(
                "a body of more than 16 MiB: leave out --json",
            ));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        // §10
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }
}
