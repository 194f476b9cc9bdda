//! Messages that are the whole content of a record: everything but handshake messages.

use super::{Context, Described, alert, application_data, change_cipher_spec, opaque};
use crate::instruments::wire::conversation::{Kind, Protection};
use crate::instruments::wire::numbers::ContentType;
use crate::phrase;

/// What sort of message, before anything is said about it.
pub(crate) fn kind(protection: &Protection, outer: ContentType, content: &[u8]) -> Kind {
    match (protection, outer, content) {
        (Protection::NotTls(_), ..) => Kind::NotTls,
        (Protection::Unreadable(_), ..) => Kind::Ciphertext,
        (_, ContentType::CHANGE_CIPHER_SPEC, _) => Kind::ChangeCipherSpec,
        (_, ContentType::ALERT, [level, description, ..]) => Kind::Alert(*level, *description),
        (_, ContentType::APPLICATION_DATA, _) => Kind::ApplicationData,
        _ => Kind::Unknown,
    }
}

/// The message in words.
pub(crate) fn described(
    protection: &Protection,
    outer: ContentType,
    content: &[u8],
    context: &Context,
) -> Described {
    match (protection, outer) {
        (Protection::NotTls(guess), _) => opaque(content, "not TLS", guess.clone()),
        (Protection::Unreadable(reason), _) => opaque(content, "encrypted record", reason.clone()),
        (_, ContentType::CHANGE_CIPHER_SPEC) => change_cipher_spec(content, context),
        (_, ContentType::ALERT) => alert(content, context),
        (_, ContentType::APPLICATION_DATA) => application_data(content, context),
        (_, ContentType::HEARTBEAT) => {
            let why = phrase!("a heartbeat (RFC 6520), not taken apart here");
            opaque(content, "heartbeat", why)
        }
        _ => {
            let why = phrase!("a content type that is not known here");
            opaque(content, "unknown record", why)
        }
    }
}
