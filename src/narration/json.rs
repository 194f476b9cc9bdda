//! The story for a machine: one line of JSON (RFC 8259) per event.
//!
//! `{"connection":1,"side":"client","step":3,"ms":2.104,"passed":true,"fact":"ServerKeyProved","scheme":"ED25519"}`.
//! `step` is null for the event with which a connection opens. The names of facts and fields are those of
//! [`Fact`], so a program that reads them does not depend on the wording of a sentence.

use std::fmt::{self, Write as _};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use crate::language::Phrase;
use crate::text::obeyed_by_a_terminal;

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
    let milliseconds = event.since_opening.as_secs_f64() * 1000.0;
    let mut line = Object::default();
    line.member("connection", &event.connection);
    line.member("side", &event.side.to_string());
    line.member("step", &event.step.map(|step| u64::from(step.number())));
    line.raw("ms", &format!("{milliseconds:.3}"));
    line.member("passed", &event.fact.passed());
    fact(&mut line, &event.fact);
    line.json()
}

/// A `match` with an arm per variant: it writes the variant's name under `$key`, then each field under its
/// own name. The compiler sees to it that no variant and no field is forgotten.
macro_rules! members {
    ($line:ident, $key:literal, $value:expr, $kind:ident {
        $($variant:ident($($field:ident)*))*
    } $($rest:tt)*) => {
        match $value {
            $($kind::$variant { $($field),* } => {
                $line.member($key, stringify!($variant));
                $($line.member(stringify!($field), $field);)*
            })*
            $($rest)*
        }
    };
}

fn fact(line: &mut Object, fact: &Fact) {
    members!(line, "fact", fact, Fact {
        ConnectionOpened(to)
        ConnectionAccepted(from)
        ClientHelloPrepared(server_name groups)
        ClientHelloReceived(server_name cipher_suites groups)
        ServerCertificateSent(subject chain scheme signed asks_for_client_certificate)
        ServerCertificateVerified(certificate server_name)
        ServerKeyProved(scheme)
        ClientCertificateSent(subject chain scheme signed)
        EmptyCertificateSent()
        ClientCertificateVerified(certificate)
        ClientKeyProved(scheme)
        ClientAuthorized(identity resumed listed)
        SessionAgreed(version cipher_suite group resumed verdict_pending)
        ResponseReceived(status reason length)
        Refused(found remedy message)
    }
        Fact::ClientNotAuthorized(refusal) => {
            line.member("fact", "ClientNotAuthorized");
            members!(line, "reason", refusal, NotAuthorized {
                Unreadable()
                NoLongerValid(client found)
                EndedWhileOpen(client found)
                NotListed(client single_name)
            });
        }
        Fact::Misbehaved(misbehaviour) => members!(line, "fact", misbehaviour, Misbehaviour {
            ReadHelloAsText(bytes reply)
            SentPlainText(line_sent)
            ReadAnswerAsText(answer)
            WroteWithoutReading(succeeded)
            HungUp()
        })
    );
}

/// The members of a JSON object, as far as they are written.
#[derive(Debug, Default)]
pub struct Object(String);

impl Object {
    /// Adds a member.
    pub fn member(&mut self, name: &str, value: &(impl Json + ?Sized)) {
        self.raw(name, &value.json());
    }

    /// Adds a member whose value is JSON already.
    pub fn raw(&mut self, name: &str, json: &str) {
        let comma = if self.0.is_empty() { "" } else { "," };
        let _ = write!(self.0, "{comma}\"{name}\":{json}");
    }

    /// The object.
    pub fn json(self) -> String {
        format!("{{{}}}", self.0)
    }
}

/// A value that JSON can carry.
pub trait Json {
    /// As JSON.
    fn json(&self) -> String;
}

macro_rules! as_displayed {
    ($($number:ty)*) => {
        $(impl Json for $number {
            fn json(&self) -> String {
                self.to_string()
            }
        })*
    };
}

as_displayed!(bool u16 u64 usize);

/// A sentence is English, for a machine as for a log.
impl Json for Phrase {
    fn json(&self) -> String {
        self.to_string().json()
    }
}

impl Json for str {
    /// RFC 8259 §7 wants the quotation mark, the backslash and the controls escaped. What a terminal would obey is escaped
    /// in the same way, as UTF-16: a program reads the text as it was, and a person who looks at the line is safe.
    fn json(&self) -> String {
        let mut quoted = String::from("\"");
        for c in self.chars() {
            match c {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\n' => quoted.push_str("\\n"),
                c if obeyed_by_a_terminal(c) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(quoted, "\\u{unit:04x}");
                    }
                }
                c => quoted.push(c),
            }
        }
        quoted + "\""
    }
}

impl Json for String {
    fn json(&self) -> String {
        self.as_str().json()
    }
}

impl Json for SocketAddr {
    fn json(&self) -> String {
        self.to_string().json()
    }
}

impl<T: Json> Json for Option<T> {
    fn json(&self) -> String {
        self.as_ref().map_or_else(|| "null".to_owned(), T::json)
    }
}

impl<T: Json> Json for Vec<T> {
    fn json(&self) -> String {
        let items: Vec<String> = self.iter().map(T::json).collect();
        format!("[{}]", items.join(","))
    }
}

impl Json for Certificate {
    fn json(&self) -> String {
        let mut object = Object::default();
        object.member("subject", &self.subject);
        object.member("issuer", &self.issuer);
        object.member("valid_until", &self.valid_until);
        object.json()
    }
}
