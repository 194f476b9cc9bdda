//! What an extension means, by the message that it stands in: the same number asks in one message and answers in
//! another. What depends on the value as well stands where the value is read, in `extensions`.

use self::ExtensionContext::*;
use crate::instruments::wire::names::EXTENSIONS;
use crate::instruments::wire::numbers::extension::*;
use crate::language::Phrase;
use crate::phrase;

/// The message that an extension stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExtensionContext {
    ClientHello,
    ServerHello,
    HelloRetryRequest,
    EncryptedExtensions,
    CertificateRequest,
    CertificateEntry,
    NewSessionTicket,
}

const ANSWERS: &[ExtensionContext] = &[ServerHello, EncryptedExtensions];
const ASKS: &[ExtensionContext] = &[ClientHello, CertificateRequest];
const TLS12_ANSWER: &[ExtensionContext] = &[ServerHello];
const HELLO: &[ExtensionContext] = &[ClientHello];

/// An extension, the messages, and what it says there.
type Row = (u16, &'static [ExtensionContext], Phrase);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (SERVER_NAME, HELLO, phrase!("which of the names behind this address the client wants (SNI)")),
    (SERVER_NAME, ANSWERS, phrase!("empty: the server has taken the name into account")),
    (MAX_FRAGMENT_LENGTH, HELLO, phrase!("asks for smaller records; record_size_limit replaced it")),
    (MAX_FRAGMENT_LENGTH, ANSWERS, phrase!("agrees to smaller records")),
    (STATUS_REQUEST, ASKS, phrase!("asks for an OCSP response with the certificate: is it revoked?")),
    (STATUS_REQUEST, TLS12_ANSWER, phrase!("empty: an OCSP response may follow, in CertificateStatus")),
    (STATUS_REQUEST, &[CertificateEntry], phrase!("what the CA says about whether this certificate is revoked (OCSP)")),
    (SUPPORTED_GROUPS, HELLO, phrase!("groups for the key exchange, best first")),
    (SUPPORTED_GROUPS, &[EncryptedExtensions], phrase!("groups that the server would rather have, for the next time")),
    (SIGNATURE_ALGORITHMS, ASKS, phrase!("which signatures the sender can verify: in CertificateVerify, and in certificates if nothing else says so")),
    (SIGNATURE_ALGORITHMS_CERT, ASKS, phrase!("which signatures the sender can verify inside certificates")),
    (ALPN, HELLO, phrase!("what the client can speak inside, e.g. HTTP/1.1 or HTTP/2 (ALPN)")),
    (ALPN, ANSWERS, phrase!("what will be spoken inside: the server's choice (ALPN)")),
    (SIGNED_CERTIFICATE_TIMESTAMP, ASKS, phrase!("asks for proof that the certificate stands in public logs (Certificate Transparency)")),
    (SIGNED_CERTIFICATE_TIMESTAMP, &[ServerHello, CertificateEntry], phrase!("proof that the certificate stands in public logs (Certificate Transparency)")),
    (CLIENT_CERTIFICATE_TYPE, HELLO, phrase!("what the client can show: X.509, or a raw key")),
    (CLIENT_CERTIFICATE_TYPE, ANSWERS, phrase!("what the client shall show")),
    (SERVER_CERTIFICATE_TYPE, HELLO, phrase!("what the client takes from the server: X.509, or a raw key")),
    (SERVER_CERTIFICATE_TYPE, ANSWERS, phrase!("what the server shows")),
    (ENCRYPT_THEN_MAC, HELLO, phrase!("TLS 1.2: asks for a repair of CBC")),
    (ENCRYPT_THEN_MAC, TLS12_ANSWER, phrase!("CBC is repaired: a record is encrypted first, then sealed")),
    (EXTENDED_MASTER_SECRET, HELLO, phrase!("TLS 1.2: asks to bind the master secret to the whole handshake, against a man in the middle who splices two")),
    (EXTENDED_MASTER_SECRET, TLS12_ANSWER, phrase!("the master secret is bound to the whole handshake")),
    (COMPRESS_CERTIFICATE, ASKS, phrase!("which compressions of the certificate the sender reads")),
    (RECORD_SIZE_LIMIT, &[ClientHello, ServerHello, EncryptedExtensions], phrase!("the longest record that the sender wants to receive")),
    (DELEGATED_CREDENTIAL, HELLO, phrase!("the client takes a short-lived key that the certificate's key vouches for")),
    (DELEGATED_CREDENTIAL, &[CertificateEntry], phrase!("a short-lived key that the certificate's key vouches for")),
    (SESSION_TICKET, TLS12_ANSWER, phrase!("empty: a ticket will follow, in NewSessionTicket")),
    (PRE_SHARED_KEY, HELLO, phrase!("offers keys that both may have already, each with a proof (binder) that the client has it")),
    (PRE_SHARED_KEY, TLS12_ANSWER, phrase!("the server accepts one of the client's pre-shared keys")),
    (EARLY_DATA, HELLO, phrase!("data comes before the handshake is done (0-RTT): fast, and replayable")),
    (EARLY_DATA, &[EncryptedExtensions], phrase!("the server takes the early data")),
    (EARLY_DATA, &[NewSessionTicket], phrase!("how much early data a resumption with this ticket may bring")),
    (SUPPORTED_VERSIONS, HELLO, phrase!("the versions that the client speaks; legacy_version no longer counts")),
    (SUPPORTED_VERSIONS, &[ServerHello, HelloRetryRequest], phrase!("the version that the server chose; legacy_version no longer counts")),
    (COOKIE, HELLO, phrase!("the server's note to itself, sent back")),
    (COOKIE, &[HelloRetryRequest], phrase!("the server's note to itself, to be sent back")),
    (PSK_KEY_EXCHANGE_MODES, HELLO, phrase!("whether a pre-shared key may stand alone, or wants a fresh key exchange too")),
    (CERTIFICATE_AUTHORITIES, ASKS, phrase!("the names of CAs that the sender trusts: a hint on which certificate to pick")),
    (OID_FILTERS, &[CertificateRequest], phrase!("what a client certificate has to contain")),
    (POST_HANDSHAKE_AUTH, HELLO, phrase!("the client can be asked for a certificate later")),
    (KEY_SHARE, TLS12_ANSWER, phrase!("the server's public key, of the group that it chose")),
    (KEY_SHARE, &[HelloRetryRequest], phrase!("the group that the server wants a public key of")),
    (RENEGOTIATION_INFO, &[ClientHello, ServerHello], phrase!("TLS 1.2: ties a renegotiation to the handshake before it (RFC 5746)")),
    (ENCRYPTED_CLIENT_HELLO, HELLO, phrase!("the true ClientHello, encrypted, or noise that looks like it (ECH)")),
    (ENCRYPTED_CLIENT_HELLO, &[EncryptedExtensions], phrase!("keys for the next try: the server could not read the encrypted ClientHello (ECH)")),
    (ENCRYPTED_CLIENT_HELLO, &[HelloRetryRequest], phrase!("a sign for the client on whether its encrypted ClientHello was read (ECH)")),
];

const NO_SHARES: Phrase = phrase!("no public key: the client asks the server for a group first");
const SHARES: Phrase =
    phrase!("public keys for the key exchange, one per group: sent at once, to save a round trip");
const WANTS_A_TICKET: Phrase = phrase!("TLS 1.2: empty, the client asks for a ticket");
const SHOWS_A_TICKET: Phrase =
    phrase!("TLS 1.2: a ticket of an earlier session, to resume it; only the server can read it");

/// What an extension says in this message and with this value, which may be cut; nothing where that is not known.
pub(super) fn extension(number: u16, place: ExtensionContext, value: &[u8]) -> Phrase {
    match (number, place, value) {
        (KEY_SHARE, ClientHello, [0, 0]) => return NO_SHARES,
        (KEY_SHARE, ClientHello, _) => return SHARES,
        (SESSION_TICKET, ClientHello, []) => return WANTS_A_TICKET,
        (SESSION_TICKET, ClientHello, _) => return SHOWS_A_TICKET,
        _ => {}
    }
    let of_number = || ROWS.iter().filter(|row| row.0 == number);
    match of_number().find(|row| row.1.contains(&place)) {
        Some(row) => row.2.clone(),
        None if of_number().next().is_some() => Phrase::empty(),
        None => Phrase::fixed(EXTENSIONS.meaning(number)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::instruments::wire::transcript::Transcript;
    use crate::instruments::wire::{explain, names};

    /// What no recording here has, and why its sentence is true.
    const NOT_RECORDED: &[(u16, ExtensionContext, &str)] = &[
        (SIGNATURE_ALGORITHMS_CERT, ClientHello, "RFC 8446 §4.2.3"),
        (
            STATUS_REQUEST,
            ServerHello,
            "RFC 6066 §8: empty, CertificateStatus follows",
        ),
        (SIGNED_CERTIFICATE_TIMESTAMP, ServerHello, "RFC 6962 §3.3.1"),
        (CLIENT_CERTIFICATE_TYPE, ClientHello, "RFC 7250 §4.1"),
        (
            CLIENT_CERTIFICATE_TYPE,
            EncryptedExtensions,
            "RFC 7250 §4.2",
        ),
        (SERVER_CERTIFICATE_TYPE, ClientHello, "RFC 7250 §4.1"),
        (
            SERVER_CERTIFICATE_TYPE,
            EncryptedExtensions,
            "RFC 7250 §4.2",
        ),
        (DELEGATED_CREDENTIAL, ClientHello, "RFC 9345 §4.1.1"),
        (DELEGATED_CREDENTIAL, CertificateEntry, "RFC 9345 §4.1.1"),
        (OID_FILTERS, CertificateRequest, "RFC 8446 §4.2.5"),
        (
            ENCRYPTED_CLIENT_HELLO,
            EncryptedExtensions,
            "RFC 9849 §5: retry_configs",
        ),
        (
            ENCRYPTED_CLIENT_HELLO,
            HelloRetryRequest,
            "RFC 9849 §7.2.1: confirmation",
        ),
    ];

    fn collect(folder: &Path, seen: &mut BTreeSet<(String, String)>) {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                collect(&path, seen);
            } else if path.extension().is_some_and(|end| end == "transcript") {
                let text = fs::read_to_string(&path).unwrap();
                let conversation = explain(&Transcript::parse(&text).unwrap());
                for message in &conversation.messages {
                    fields(&message.fields, seen);
                }
            }
        }
    }

    fn fields(field: &crate::instruments::fields::Field, seen: &mut BTreeSet<(String, String)>) {
        seen.insert((field.label.clone(), field.meaning.to_string()));
        field.children.iter().for_each(|part| fields(part, seen));
    }

    #[test]
    fn each_sentence_was_seen_in_a_recording_or_says_where_it_is_from() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut seen = BTreeSet::new();
        for folder in ["tests/transcripts", "tests/rfc8448"] {
            collect(&root.join(folder), &mut seen);
        }
        let mut wrong = Vec::new();
        for (number, places, meaning) in ROWS {
            let label = names::EXTENSIONS.short(*number);
            let recorded = seen.contains(&(label.clone(), meaning.to_string()));
            let mut listed = NOT_RECORDED.iter();
            let listed = listed.any(|row| row.0 == *number && places.contains(&row.1));
            if recorded == listed {
                wrong.push(format!(
                    "{label} {places:?}: recorded {recorded}, listed {listed}"
                ));
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn no_message_has_two_sentences_for_an_extension() {
        for (at, (number, places, _)) in ROWS.iter().enumerate() {
            for (other, others, _) in &ROWS[..at] {
                let twice = places.iter().any(|place| others.contains(place));
                assert!(number != other || !twice, "{number:04x} {places:?}");
            }
        }
    }
}
