//! The connection as a whole: what was agreed, which identities are known, how it ended, and what a reader has to know.

use super::bytes_in_words;
use super::chapters::is_anonymous;
use crate::instruments::wire::conversation::{
    Check, Conversation, Ending, Kind, KnownSecrets, Message, Negotiated, Outcome, PreSharedKey,
    Protection, Record,
};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{HandshakeType, TLS13};
use crate::narration::{Side, Step};

/// The connection at a glance: labels and what stands there. Hostile text.
pub(super) fn at_a_glance(conversation: &Conversation) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    match &conversation.handshakes[..] {
        handshakes @ [_, _, ..] => {
            for (label, negotiated) in HANDSHAKES.into_iter().zip(handshakes) {
                let words: Vec<_> = agreed(negotiated)
                    .into_iter()
                    .map(|(_, value)| value)
                    .collect();
                let words = match negotiated.version {
                    None => "a new handshake that the server did not begin".to_owned(),
                    Some(_) if negotiated.resumed => words.join(", ") + ", resumed",
                    Some(_) => words.join(", "),
                };
                facts.push((label, words));
            }
            if handshakes.len() > HANDSHAKES.len() {
                let more = handshakes.len() - HANDSHAKES.len();
                facts.push(("and more", format!("{more} handshakes")));
            }
        }
        _ => facts.extend(agreed(&conversation.negotiated)),
    }
    facts.push(("who is known", who_is_known(conversation).to_owned()));
    let sent = |side| -> usize {
        let records = conversation.records.iter();
        let of_side = records.filter(|record| record.from == side);
        of_side.map(|record| record.bytes.len()).sum()
    };
    let counted = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    let counts = format!(
        "{} in {}; {} from the client, {} from the server",
        counted(conversation.messages.len(), "message"),
        counted(conversation.records.len(), "record"),
        bytes_in_words(sent(Side::Client)),
        bytes_in_words(sent(Side::Server)),
    );
    facts.push(("on the wire", counts));
    facts.push(("ending", ending(conversation)));
    facts
}

/// Renegotiations of TLS 1.2: as many as are worth a line.
const HANDSHAKES: [&str; 4] = ["handshake 1", "handshake 2", "handshake 3", "handshake 4"];

/// What a handshake agreed on: labels and what stands there.
fn agreed(negotiated: &Negotiated) -> Vec<(&'static str, String)> {
    let version = negotiated
        .version
        .map(|number| names::VERSIONS.name(number));
    let suite = negotiated.cipher_suite;
    let known = [
        ("version", version),
        (
            "cipher suite",
            suite.map(|number| names::CIPHER_SUITES.short(number)),
        ),
        ("key exchange", key_exchange(negotiated)),
        ("server name", negotiated.server_name.clone()),
        ("protocol inside", negotiated.protocol.clone()),
    ];
    let known = known.into_iter();
    known
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
}

/// The group, or up to TLS 1.2 what the cipher suite says. A resumption exchanges no keys.
fn key_exchange(negotiated: &Negotiated) -> Option<String> {
    let group = negotiated.group.map(|number| names::GROUPS.short(number));
    let suite = negotiated.cipher_suite.filter(|_| !negotiated.resumed);
    let by_suite = suite.map(|suite| names::CIPHER_SUITES.key_exchange(suite));
    let by_suite = by_suite.map(|words| match words.as_str() {
        "RSA" => "RSA: the client encrypts a secret for the server's certificate".to_owned(),
        _ if words.starts_with("DH") => format!("{words}: Diffie-Hellman in a finite field"),
        _ => words,
    });
    group.or(by_suite.filter(|words| !words.is_empty()))
}

fn who_is_known(conversation: &Conversation) -> &'static str {
    let negotiated = &conversation.negotiated;
    match &conversation.ending {
        Ending::Refused { step, .. } if *step <= Step::ClientVerifiesServer => {
            return "nobody: it ended before";
        }
        Ending::Refused { step, .. } if *step <= Step::ServerVerifiesClient => {
            return "the server alone: the client was refused";
        }
        _ => {}
    }
    let failed = |check: &Check| matches!(check.outcome, Outcome::Failed(_));
    let mut messages = conversation.messages.iter();
    if messages.any(|message| message.checks.iter().any(failed)) {
        return "cannot be told: a proof does not hold here, see ✗ below";
    }
    if !negotiated.handshake_complete {
        return before_the_end(conversation);
    }
    match negotiated.pre_shared_key {
        Some(PreSharedKey::External) if !negotiated.client_certificate_sent => {
            return "both know the pre-shared key; which peers have it, was agreed on outside TLS";
        }
        Some(PreSharedKey::Unknown) if !negotiated.client_certificate_sent => {
            return "both know the pre-shared key: from an earlier session, or agreed on outside TLS";
        }
        _ => {}
    }
    if negotiated.client_certificate_sent && negotiated.client_signed {
        "both: mutual TLS, each showed a certificate"
    } else if negotiated.client_certificate_sent {
        "the server; the client showed a certificate, but no proof of its key was seen"
    } else if negotiated.resumed {
        "the sides that were known in the earlier session: a resumption"
    } else if negotiated.client_certificate_declined {
        "the server alone: it asked for a certificate, and the client sent none"
    } else if negotiated.client_certificate_requested {
        "the server; it asked for a certificate, and no answer was seen"
    } else if is_anonymous(negotiated) {
        "nobody: an anonymous key exchange proves no identity"
    } else {
        "the server alone: TLS, not mutual TLS"
    }
}

/// A handshake whose end was not seen tells of nobody: what is missing may have been the proof.
fn before_the_end(conversation: &Conversation) -> &'static str {
    let unreadable = |record: &Record| matches!(record.protection, Protection::Unreadable(_));
    match conversation.ending {
        _ if conversation.records.iter().any(unreadable) => {
            "cannot be told: the end of the handshake could not be read"
        }
        Ending::Open | Ending::Capped => "cannot be told: the recording ends before the handshake",
        _ => "nobody: the connection ended before the handshake was done",
    }
}

/// How it ended, in a sentence.
pub(super) fn ending(conversation: &Conversation) -> String {
    match &conversation.ending {
        Ending::Open => "nobody said why the recording ends here".to_owned(),
        Ending::Closed(sides) => {
            let sides: Vec<String> = sides.iter().map(ToString::to_string).collect();
            format!(
                "closed in order, with close_notify of the {}",
                sides.join(" and the ")
            )
        }
        Ending::Refused { by, alert, step } => {
            let step = step.number();
            let alert = names::ALERTS.short(*alert);
            format!("refused at step {step}: the {by} sent the alert {alert}")
        }
        Ending::Cut(side) => {
            format!(
                "cut: the {side} ended TCP without close_notify, which looks the same as an attack"
            )
        }
        Ending::CannotBeTold { by, alert: true } => format!(
            "cannot be told: the {by} ended TCP; its last record is an alert that could not be read"
        ),
        Ending::CannotBeTold { by, alert: false } => format!(
            "cannot be told: the {by} ended TCP; its last record could not be read, and may be close_notify"
        ),
        Ending::Capped => "cannot be told: the recording is not complete".to_owned(),
    }
}

/// What a reader has to know about the whole, a sentence or more each: what was capped, why nothing could be
/// decrypted, why no certificate is sent on resumption. Safe to show.
pub fn notes(conversation: &Conversation) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(text.to_owned());
    let negotiated = &conversation.negotiated;
    let tls13 = negotiated.version == Some(TLS13);
    if conversation.capped {
        note("The recording is not complete: it reached its cap, or the capture misses bytes.");
    }
    if conversation.handshakes.len() > 1 {
        note(
            "A renegotiation: more than one handshake on this connection, each under the keys of the one before. Each \
             step below shows the messages of all of them, one handshake after the other.",
        );
    }
    if negotiated.resumed {
        note(
            "A resumption: no certificate is sent, by neither side. What the earlier session proved still holds, because \
             only the two who took part in it know its secret. TLS does not \
             check certificates again; whether the server does, at step 6, is its own affair.",
        );
    }
    let clear = |message: &Message| {
        message.in_the_clear
            && message.from == Side::Client
            && message.kind == Kind::Handshake(HandshakeType::CERTIFICATE)
    };
    if negotiated.client_certificate_sent && !tls13 && conversation.messages.iter().any(clear) {
        note("TLS 1.2: the client's certificate crossed the wire in the clear.");
    }
    if tls13 && conversation.known_secrets == KnownSecrets::KeyLog {
        note(
            "The key log begins at the traffic secrets. The secrets above them (early, handshake, master) never leave the \
             TLS library, so the key schedule is shown from there on.",
        );
    }
    let records = conversation.records.iter();
    let unreadable = records.filter_map(|record| match &record.protection {
        Protection::Unreadable(reason) => Some(reason),
        _ => None,
    });
    let unreadable: Vec<&String> = unreadable.collect();
    if let [first, ..] = unreadable[..] {
        let count = unreadable.len();
        let all = conversation.records.len();
        note(&format!(
            "{count} of {all} records could not be read. The first: {first}."
        ));
    }
    notes
}
