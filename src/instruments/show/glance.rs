//! The connection as a whole: what was agreed, which identities are known, how it ended, and what a reader has to know.

use super::chapters::is_anonymous;
use super::size;
use crate::instruments::wire::conversation::{
    Check, Conversation, Ending, Kind, KnownSecrets, Message, Negotiated, Outcome, PreSharedKey,
};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{HandshakeType, TLS13};
use crate::language::Phrase;
use crate::narration::{Side, Step, words};
use crate::phrase;

/// The connection at a glance: labels and what stands there. Hostile text.
pub(super) fn at_a_glance(conversation: &Conversation) -> Vec<(Phrase, Phrase)> {
    let mut facts = Vec::new();
    match &conversation.handshakes[..] {
        handshakes @ [_, _, ..] => {
            for (index, negotiated) in handshakes.iter().enumerate().take(MOST_HANDSHAKES) {
                let number = index + 1;
                facts.push((phrase!("handshake {number}", number), in_a_line(negotiated)));
            }
            if let Some(more @ 1..) = handshakes.len().checked_sub(MOST_HANDSHAKES) {
                facts.push((phrase!("and more"), phrase!("{more} handshakes", more)));
            }
        }
        _ => facts.extend(agreed(&conversation.negotiated)),
    }
    facts.push((phrase!("who is known"), who_is_known(conversation)));
    let client = size(conversation.bytes_from(Side::Client));
    let server = size(conversation.bytes_from(Side::Server));
    let messages = match conversation.all_messages() {
        1 => phrase!("1 message"),
        count => phrase!("{count} messages", count),
    };
    let records = match conversation.all_records() {
        1 => phrase!("1 record"),
        count => phrase!("{count} records", count),
    };
    let counts = phrase!(
        "{messages} in {records}; {client} from the client, {server} from the server",
        messages,
        records,
        client,
        server
    );
    facts.push((phrase!("on the wire"), counts));
    facts.push((phrase!("ending"), ending(conversation)));
    facts
}

/// Renegotiations of TLS 1.2: as many as are worth a line.
const MOST_HANDSHAKES: usize = 4;

/// One handshake of several.
fn in_a_line(negotiated: &Negotiated) -> Phrase {
    if negotiated.version.is_none() {
        return phrase!("a new handshake that the server did not begin");
    }
    let facts = agreed(negotiated).into_iter().map(|(_, value)| value);
    let words = Phrase::joined(facts, &Phrase::from(", "));
    match negotiated.resumed {
        true => phrase!("{words}, resumed", words),
        false => words,
    }
}

/// What a handshake agreed on: labels and what stands there.
pub(super) fn agreed(negotiated: &Negotiated) -> Vec<(Phrase, Phrase)> {
    let version = negotiated
        .version
        .map(|number| names::VERSIONS.name(number).into());
    let suite = negotiated
        .cipher_suite
        .map(|number| names::CIPHER_SUITES.short(number).into());
    let name = negotiated.server_name.clone().map(Phrase::from);
    let protocol = negotiated.protocol.clone().map(Phrase::from);
    let known = [
        (phrase!("version"), version),
        (phrase!("cipher suite"), suite),
        (phrase!("key exchange"), key_exchange(negotiated)),
        (phrase!("server name"), name),
        (phrase!("protocol inside"), protocol),
    ];
    let known = known.into_iter();
    known
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
}

/// The group, or up to TLS 1.2 what the cipher suite says. A resumption exchanges no keys.
fn key_exchange(negotiated: &Negotiated) -> Option<Phrase> {
    if let Some(number) = negotiated.group {
        return Some(names::GROUPS.short(number).into());
    }
    let suite = negotiated.cipher_suite.filter(|_| !negotiated.resumed)?;
    let words = names::CIPHER_SUITES.key_exchange(suite);
    match &words[..] {
        "" => None,
        "RSA" => Some(phrase!(
            "RSA: the client encrypts a secret for the server's certificate"
        )),
        _ if words.starts_with("DH") => {
            Some(phrase!("{words}: Diffie-Hellman in a finite field", words))
        }
        _ => Some(words.into()),
    }
}

fn who_is_known(conversation: &Conversation) -> Phrase {
    let negotiated = &conversation.negotiated;
    match &conversation.ending {
        Ending::Refused { step, .. } if *step <= Step::ClientVerifiesServer => {
            return phrase!("nobody: it ended before");
        }
        Ending::Refused { step, .. } if *step <= Step::ServerVerifiesClient => {
            return phrase!("the server alone: the client was refused");
        }
        _ => {}
    }
    let failed = |check: &Check| matches!(check.outcome, Outcome::Failed(_));
    let mut messages = conversation.messages.iter();
    if messages.any(|message| message.checks.iter().any(failed)) {
        return phrase!("cannot be told: a proof does not hold here, see ✗ below");
    }
    if conversation.omitted.failed {
        return phrase!(
            "cannot be told: a proof does not hold, in a message that is not shown here"
        );
    }
    if !negotiated.handshake_complete {
        return before_the_end(conversation);
    }
    match negotiated.pre_shared_key {
        Some(PreSharedKey::External) if !negotiated.client_certificate_sent => {
            return phrase!(
                "both know the pre-shared key; which peers have it, was agreed on outside TLS"
            );
        }
        Some(PreSharedKey::Unknown) if !negotiated.client_certificate_sent => {
            return phrase!(
                "both know the pre-shared key: from an earlier session, or agreed on outside TLS"
            );
        }
        _ => {}
    }
    if negotiated.client_certificate_sent && negotiated.client_signed {
        phrase!("both: mutual TLS, each showed a certificate")
    } else if negotiated.client_certificate_sent {
        phrase!("the server; the client showed a certificate, but no proof of its key was seen")
    } else if negotiated.resumed {
        phrase!("the sides that were known in the earlier session: a resumption")
    } else if negotiated.client_certificate_declined {
        phrase!("the server alone: it asked for a certificate, and the client sent none")
    } else if negotiated.client_certificate_requested {
        phrase!("the server; it asked for a certificate, and no answer was seen")
    } else if is_anonymous(negotiated) {
        phrase!("nobody: an anonymous key exchange proves no identity")
    } else {
        phrase!("the server alone: TLS, not mutual TLS")
    }
}

/// A handshake whose end was not seen tells of nobody: what is missing may have been the proof.
fn before_the_end(conversation: &Conversation) -> Phrase {
    match conversation.ending {
        _ if conversation.unreadable().is_some() => {
            phrase!("cannot be told: the end of the handshake could not be read")
        }
        Ending::Open | Ending::Capped => {
            phrase!("cannot be told: the recording ends before the handshake")
        }
        _ => phrase!("nobody: the connection ended before the handshake was done"),
    }
}

/// How it ended, in a sentence.
pub(super) fn ending(conversation: &Conversation) -> Phrase {
    match &conversation.ending {
        Ending::Open => phrase!("nobody said why the recording ends here"),
        Ending::Closed(sides) => match sides[..] {
            [first, second] => phrase!(
                "closed in order, with close_notify of the {first} and the {second}",
                first,
                second
            ),
            _ => {
                let sides = sides.iter().map(|side| words::side(*side));
                let sides = Phrase::joined(sides, &Phrase::from(", "));
                phrase!("closed in order, with close_notify of the {sides}", sides)
            }
        },
        Ending::Refused { by, alert, step } => {
            let step = step.number();
            let alert = names::ALERTS.short(*alert);
            phrase!(
                "refused at step {step}: the {by} sent the alert {alert}",
                step,
                by,
                alert
            )
        }
        Ending::Cut(side) => phrase!(
            "cut: the {side} ended TCP without close_notify, which looks the same as an attack",
            side
        ),
        Ending::CannotBeTold { by, alert: true } => phrase!(
            "cannot be told: the {by} ended TCP; its last record is an alert that could not be read",
            by
        ),
        Ending::CannotBeTold { by, alert: false } => phrase!(
            "cannot be told: the {by} ended TCP; its last record could not be read, and may be close_notify",
            by
        ),
        Ending::Capped => phrase!("cannot be told: the recording is not complete"),
    }
}

/// What a reader has to know about the whole, a sentence or more each: what was capped, why nothing could be
/// decrypted, why no certificate is sent on resumption. Safe to show.
pub fn notes(conversation: &Conversation) -> Vec<Phrase> {
    let mut notes = Vec::new();
    let mut note = |words: Phrase| notes.push(words);
    let negotiated = &conversation.negotiated;
    let tls13 = negotiated.version == Some(TLS13);
    if conversation.capped {
        note(phrase!(
            "The recording is not complete: it reached its cap, or the capture misses bytes."
        ));
    }
    if !conversation.omitted.messages.is_empty() {
        note(phrase!(
            "So many messages came that only the first of each step are taken apart. The others were read, and decrypted where their keys are known: what is said of the connection as a whole counts them too.",
        ));
    }
    if conversation.handshakes.len() > 1 {
        note(phrase!(
            "A renegotiation: more than one handshake on this connection, each under the keys of the one before. Each step below shows the messages of all of them, one handshake after the other."
        ));
    }
    if negotiated.resumed {
        note(phrase!(
            "A resumption: no certificate is sent, by neither side. What the earlier session proved still holds, because only the two who took part in it know its secret. TLS does not check certificates again; whether the server does, at step 6, is its own affair."
        ));
    }
    let clear = |message: &Message| {
        message.in_the_clear
            && message.from == Side::Client
            && message.kind == Kind::Handshake(HandshakeType::CERTIFICATE)
    };
    if negotiated.client_certificate_sent && !tls13 && conversation.messages.iter().any(clear) {
        note(phrase!(
            "TLS 1.2: the client's certificate crossed the wire in the clear."
        ));
    }
    if tls13 && conversation.known_secrets == KnownSecrets::KeyLog {
        note(phrase!(
            "The key log begins at the traffic secrets. The secrets above them (early, handshake, master) never leave the TLS library, so the key schedule is shown from there on."
        ));
    }
    if let Some((count, first)) = conversation.unreadable() {
        let all = conversation.all_records();
        note(phrase!(
            "{count} of {all} records could not be read. The first: {first}.",
            count,
            all,
            first
        ));
    }
    notes
}
