//! What follows or surrounds a handshake: tickets, key updates, alerts, data (RFC 8446 §4.6, §5, §6).

use super::{Context, Described, Extensions, Read, named, opaque_vector};
use crate::instruments::fields::{Reader, read_all};
use crate::instruments::wire::messages::meanings::ExtensionContext;
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{TLS13, alert};
use crate::language::Phrase;
use crate::narration::words;
use crate::phrase;

/// A head of HTTP with more lines than this is no head that a person reads.
const MOST_LINES: usize = 100;

pub(super) fn new_session_ticket<'a>(reader: &mut Reader<'a>, nonce: &mut &'a [u8]) -> Read {
    let seconds = reader.u32("ticket_lifetime", phrase!("seconds; a week at most"))?;
    reader.value(format!("{seconds} s"));
    let meaning = phrase!("hides the ticket's true age from those who listen when it is used");
    reader.u32("ticket_age_add", meaning)?;
    let meaning = phrase!("makes each ticket's secret another one");
    *nonce = opaque_vector(reader, 1, "ticket_nonce", meaning)?;
    let meaning =
        phrase!("opaque to the client: a key into the server's memory, or its state, encrypted");
    opaque_vector(reader, 2, "ticket", meaning)?;
    Extensions::default().read(reader, ExtensionContext::NewSessionTicket)
}

pub(super) fn key_update(reader: &mut Reader<'_>) -> Read {
    let wanted = reader.u8("request_update", "")?;
    reader.value(match wanted {
        0 => "update_not_requested (0)".into(),
        1 => phrase!("update_requested (1): the peer shall do the same"),
        other => super::unknown(other),
    });
    Ok(())
}

/// An alert: level and description.
pub(crate) fn alert(bytes: &[u8], context: &Context) -> Described {
    let description = bytes.get(1).copied();
    let name = description.map_or_else(|| "a part of an alert".to_owned(), names::alert_name);
    let says = description.map_or("", |number| names::ALERTS.meaning(number));
    let warning = bytes.first() == Some(&alert::WARNING) && !context.tls13();
    let meaning = match description {
        Some(alert::CLOSE_NOTIFY) => phrase!(
            "Nothing more follows from this side. Without it, an end is indistinguishable from a cut."
        ),
        _ if warning => phrase!(
            "A warning of the {side}: {says}. By itself it does not end the connection.",
            side = words::side(context.from),
            says = Phrase::fixed(says)
        ),
        _ => phrase!(
            "The {side} gives up: {says}.",
            side = words::side(context.from),
            says = Phrase::fixed(says)
        ),
    };
    let (source, level_meaning) = match context.version {
        Some(..TLS13) => (
            "RFC 5246 §7.2",
            phrase!("a fatal alert ends the connection, a warning need not"),
        ),
        _ => (
            "RFC 8446 §6",
            phrase!(
                "in TLS 1.3 without meaning: all but close_notify and user_canceled end the connection"
            ),
        ),
    };
    let fields = read_all(bytes, "Alert", source, "", |reader| {
        let level = reader.u8("level", level_meaning)?;
        reader.value(match level {
            1 => "warning (1)".to_owned(),
            2 => "fatal (2)".to_owned(),
            other => format!("unknown ({other})"),
        });
        named(reader, 1, "description", &names::ALERTS).map(drop)
    });
    Described {
        name: format!("alert {name}"),
        meaning,
        fields,
    }
}

/// ChangeCipherSpec: one byte.
pub(crate) fn change_cipher_spec(bytes: &[u8], context: &Context) -> Described {
    let (source, meaning) = if context.tls13() {
        (
            "RFC 8446 §D.4",
            phrase!(
                "Means nothing in TLS 1.3. It makes the handshake look like a resumption of TLS 1.2 to middleboxes."
            ),
        )
    } else {
        (
            "RFC 5246 §7.1",
            phrase!(
                "All that the sender sends from here on is encrypted. Not a handshake message: no Finished covers it."
            ),
        )
    };
    let fields = read_all(bytes, "ChangeCipherSpec", source, "", |reader| {
        reader.u8("type", phrase!("always 1")).map(drop)
    });
    Described {
        name: "ChangeCipherSpec".to_owned(),
        meaning,
        fields,
    }
}

/// Data of the application: HTTP/1.1 line by line, other text whole, everything else as bytes.
pub(crate) fn application_data(bytes: &[u8], context: &Context) -> Described {
    let meaning = match bytes {
        [] => phrase!("No bytes at all: it hides how much is said, or when."),
        _ => phrase!(
            "What the {side} has to say: {count} bytes.",
            side = words::side(context.from),
            count = bytes.len()
        ),
    };
    let source = match context.version {
        Some(..TLS13) => "RFC 5246 §10",
        _ => "RFC 8446 §5.2",
    };
    let fields = read_all(bytes, "application_data", source, "", |reader| {
        let bytes = reader.peek();
        let first = bytes
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let http = first.starts_with(b"HTTP/1.")
            || first.trim_ascii_end().ends_with(b" HTTP/1.1")
            || first.trim_ascii_end().ends_with(b" HTTP/1.0");
        if http {
            head(reader)?;
        }
        text(reader, if http { "body" } else { "data" })
    });
    Described {
        name: "application data".to_owned(),
        meaning,
        fields,
    }
}

fn head(reader: &mut Reader<'_>) -> Read {
    for line in 0..MOST_LINES {
        let rest = reader.peek();
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let (label, empty) = match rest.get(..=end) {
            Some(b"\r\n" | b"\n") => ("empty line", true),
            _ if line == 0 => ("start line", false),
            _ => ("header field", false),
        };
        let bytes = reader.bytes(end + 1, label, "")?;
        reader.value(String::from_utf8_lossy(bytes.trim_ascii_end()));
        if empty {
            reader.meaning(phrase!("the head ends here"));
            return Ok(());
        }
    }
    Ok(())
}

fn text(reader: &mut Reader<'_>, label: &str) -> Read {
    let bytes = reader.rest(label, "")?;
    let readable = |byte: &u8| *byte >= b' ' || byte.is_ascii_whitespace();
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.is_empty()
        && bytes.iter().all(readable)
    {
        reader.value(text);
    }
    Ok(())
}

/// Bytes that stay as they are, and why.
pub(crate) fn opaque(bytes: &[u8], name: &str, meaning: Phrase) -> Described {
    let fields = read_all(bytes, name, "", meaning.clone(), |reader| {
        reader.rest(name, meaning.clone()).map(drop)
    });
    Described {
        name: name.to_owned(),
        meaning,
        fields,
    }
}
