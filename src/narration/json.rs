//! The story for a machine: one line of JSON (RFC 8259) per event.
//!
//! `{"connection":1,"side":"client","step":3,"ms":2.104,"passed":true,"fact":"ServerKeyProved","scheme":"ED25519"}`.
//! `step` is null for the event with which a connection opens. The names of facts and fields are those of
//! [`Fact`], so a program that reads them does not depend on the wording of a sentence.

use std::fmt::{self, Display, Write as _};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use super::{Certificate, Event, Fact, Misbehaviour, NotAuthorized, Teller};

/// Writes a line of JSON per event.
pub struct JsonLines<W: Write + Send>(Mutex<W>);

impl<W: Write + Send> JsonLines<W> {
    /// Tells to `out`. What cannot be written is dropped: a closed pipe ends no connection.
    pub fn new(out: W) -> Self {
        JsonLines(Mutex::new(out))
    }
}

impl<W: Write + Send> fmt::Debug for JsonLines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonLines")
    }
}

impl<W: Write + Send> Teller for JsonLines<W> {
    fn tell(&self, event: Event) {
        let line = line_of(&event) + "\n";
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(line.as_bytes());
    }
}

/// An event as one JSON object.
pub fn line_of(event: &Event) -> String {
    let mut line = Object(String::new());
    line.value("connection", event.connection);
    line.text("side", &event.side.to_string());
    match event.step {
        Some(step) => line.value("step", step.number()),
        None => line.value("step", "null"),
    }
    let milliseconds = event.since_opening.as_secs_f64() * 1000.0;
    line.value("ms", format_args!("{milliseconds:.3}"));
    line.value("passed", event.fact.passed());
    fields(&mut line, &event.fact);
    format!("{{{}}}", line.0)
}

/// The members of an object, as far as they are written.
struct Object(String);

impl Object {
    /// A member whose value is JSON already: a number, `true`, `null`.
    fn value(&mut self, name: &str, value: impl Display) {
        let comma = if self.0.is_empty() { "" } else { "," };
        let _ = write!(self.0, "{comma}\"{name}\":{value}");
    }

    fn text(&mut self, name: &str, text: &str) {
        self.value(name, string(text));
    }

    fn optional(&mut self, name: &str, text: Option<&str>) {
        self.value(name, text.map_or_else(|| "null".to_owned(), string));
    }

    fn list(&mut self, name: &str, items: impl Iterator<Item = String>) {
        self.value(
            name,
            format_args!("[{}]", items.collect::<Vec<_>>().join(",")),
        );
    }

    fn fact(&mut self, name: &str) {
        self.text("fact", name);
    }
}

/// A JSON string. RFC 8259 §7 wants the quotation mark, the backslash and the controls escaped.
fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn fields(line: &mut Object, fact: &Fact) {
    match fact {
        Fact::ConnectionOpened { to } => {
            line.fact("ConnectionOpened");
            line.text("to", &to.to_string());
        }
        Fact::ConnectionAccepted { from } => {
            line.fact("ConnectionAccepted");
            line.text("from", &from.to_string());
        }
        Fact::ClientHelloPrepared {
            server_name,
            groups,
        } => {
            line.fact("ClientHelloPrepared");
            line.text("server_name", server_name);
            line.list("groups", groups.iter().map(|group| string(group)));
        }
        Fact::ClientHelloReceived {
            server_name,
            cipher_suites,
            groups,
        } => {
            line.fact("ClientHelloReceived");
            line.optional("server_name", server_name.as_deref());
            line.value("cipher_suites", cipher_suites);
            line.value("groups", groups);
        }
        Fact::ServerCertificateSent {
            subject,
            chain,
            scheme,
            signed,
            asks_for_client_certificate,
        } => {
            line.fact("ServerCertificateSent");
            sent(line, subject, chain, scheme, *signed);
            line.value("asks_for_client_certificate", asks_for_client_certificate);
        }
        Fact::ServerCertificateVerified {
            certificate: of,
            server_name,
        } => {
            line.fact("ServerCertificateVerified");
            certificate(line, of);
            line.text("server_name", server_name);
        }
        Fact::ServerKeyProved { scheme } => {
            line.fact("ServerKeyProved");
            line.text("scheme", scheme);
        }
        Fact::ClientCertificateSent {
            subject,
            chain,
            scheme,
            signed,
        } => {
            line.fact("ClientCertificateSent");
            sent(line, subject, chain, scheme, *signed);
        }
        Fact::EmptyCertificateSent => line.fact("EmptyCertificateSent"),
        Fact::ClientCertificateVerified { certificate: of } => {
            line.fact("ClientCertificateVerified");
            certificate(line, of);
        }
        Fact::ClientKeyProved { scheme } => {
            line.fact("ClientKeyProved");
            line.text("scheme", scheme);
        }
        Fact::ClientAuthorized {
            identity,
            resumed,
            listed,
        } => {
            line.fact("ClientAuthorized");
            line.text("identity", identity);
            line.value("resumed", resumed);
            line.value("listed", listed);
        }
        Fact::ClientNotAuthorized(refusal) => not_authorized(line, refusal),
        Fact::SessionAgreed {
            version,
            cipher_suite,
            group,
            resumed,
            verdict_pending,
        } => {
            line.fact("SessionAgreed");
            line.text("version", version);
            line.text("cipher_suite", cipher_suite);
            line.optional("group", group.as_deref());
            line.value("resumed", resumed);
            line.value("verdict_pending", verdict_pending);
        }
        Fact::ResponseReceived {
            status,
            reason,
            length,
        } => {
            line.fact("ResponseReceived");
            line.value("status", status);
            line.text("reason", reason);
            line.value("length", length);
        }
        Fact::Refused {
            found,
            remedy,
            message,
        } => {
            line.fact("Refused");
            line.text("found", found);
            line.text("remedy", remedy);
            line.text("message", message);
        }
        Fact::Misbehaved(misbehaviour) => misbehaved(line, misbehaviour),
    }
}

fn sent(line: &mut Object, subject: &str, chain: &[usize], scheme: &str, signed: usize) {
    line.text("subject", subject);
    line.list("chain", chain.iter().map(usize::to_string));
    line.text("scheme", scheme);
    line.value("signed", signed);
}

fn certificate(line: &mut Object, certificate: &Certificate) {
    line.text("subject", &certificate.subject);
    line.text("issuer", &certificate.issuer);
    line.text("valid_until", &certificate.valid_until);
}

fn not_authorized(line: &mut Object, refusal: &NotAuthorized) {
    line.fact("ClientNotAuthorized");
    match refusal {
        NotAuthorized::Unreadable => line.text("reason", "Unreadable"),
        NotAuthorized::NoLongerValid { client, found } => {
            line.text("reason", "NoLongerValid");
            line.text("client", client);
            line.text("found", found);
        }
        NotAuthorized::NotListed {
            client,
            single_name,
        } => {
            line.text("reason", "NotListed");
            line.text("client", client);
            line.value("single_name", single_name);
        }
    }
}

fn misbehaved(line: &mut Object, misbehaviour: &Misbehaviour) {
    match misbehaviour {
        Misbehaviour::ReadHelloAsText { bytes, reply } => {
            line.fact("ReadHelloAsText");
            line.value("bytes", bytes);
            line.optional("reply", reply.as_deref());
        }
        Misbehaviour::SentPlainText { line: first } => {
            line.fact("SentPlainText");
            line.text("line", first);
        }
        Misbehaviour::ReadAnswerAsText { answer } => {
            line.fact("ReadAnswerAsText");
            line.text("answer", answer);
        }
        Misbehaviour::WroteWithoutReading { succeeded } => {
            line.fact("WroteWithoutReading");
            line.value("succeeded", succeeded);
        }
        Misbehaviour::HungUp => line.fact("HungUp"),
    }
}
