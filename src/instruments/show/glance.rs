//! The connection as a whole: what was agreed, which identities are known, how it ended, and what a reader has to know.

use super::bytes_in_words;
use crate::instruments::wire::conversation::{Conversation, Ending, KnownSecrets, Protection};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::TLS13;
use crate::narration::{Side, Step};

/// The connection at a glance: labels and what stands there. Hostile text.
pub(super) fn at_a_glance(conversation: &Conversation) -> Vec<(&'static str, String)> {
    let negotiated = &conversation.negotiated;
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
        (
            "key exchange",
            negotiated.group.map(|number| names::GROUPS.short(number)),
        ),
        ("server name", negotiated.server_name.clone()),
        ("protocol inside", negotiated.protocol.clone()),
    ];
    let known = known.into_iter();
    let mut facts: Vec<_> = known
        .filter_map(|(label, value)| Some((label, value?)))
        .collect();
    facts.push(("who is known", who_is_known(conversation).to_owned()));
    let sent = |side| -> usize {
        let records = conversation.records.iter();
        let of_side = records.filter(|record| record.from == side);
        of_side.map(|record| record.bytes.len()).sum()
    };
    let counts = format!(
        "{} messages in {} records; {} from the client, {} from the server",
        conversation.messages.len(),
        conversation.records.len(),
        bytes_in_words(sent(Side::Client)),
        bytes_in_words(sent(Side::Server)),
    );
    facts.push(("on the wire", counts));
    facts.push(("ending", ending(conversation)));
    facts
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
    let complete = negotiated.handshake_complete;
    if negotiated.resumed {
        "the sides that were known in the earlier session: a resumption"
    } else if negotiated.client_certificate_sent && complete {
        "both: mutual TLS, each showed a certificate"
    } else if negotiated.client_certificate_sent {
        "nobody for sure: the handshake was not seen to its end"
    } else if negotiated.client_certificate_requested {
        "the server alone: it asked for a certificate, and the client sent none"
    } else if complete {
        "the server alone: TLS, not mutual TLS"
    } else {
        "nobody: the handshake was not seen to its end"
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
    if negotiated.resumed {
        note(
            "A resumption: no certificate is sent, by neither side. Both identities still hold, because only the two who \
             proved theirs in the earlier session know the secret behind its ticket. TLS does not \
             check the certificates again; whether the server does, at step 6, is its own affair.",
        );
    }
    if negotiated.client_certificate_sent && !tls13 {
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
