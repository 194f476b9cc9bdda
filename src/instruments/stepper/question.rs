//! The questions of the quiz, each with its one right answer and the reason.
//!
//! The right answer is never written down. It is computed from the run: from what the next flight holds, and
//! from what the two sides have reported.

use super::known::Known;
use crate::instruments::wire::conversation::{Kind, Message};
use crate::language::Phrase;
use crate::narration::{Event, Fact, Side, Step, words};
use crate::phrase;

/// A question with its one right answer, as this run computes them.
pub(super) struct Question {
    /// The question itself.
    pub(super) words: Phrase,
    /// The keys that a reader may type, and the answers that they stand for.
    pub(super) choices: Vec<(char, Phrase)>,
    /// The key of the right answer.
    pub(super) right: char,
    /// Why it is right.
    pub(super) because: Phrase,
}

impl Question {
    /// Which side sends the next flight. `begins`: it is the first of the connection.
    pub(super) fn speaker(from: Side, messages: &[Message], begins: bool) -> Question {
        let messages = names(messages.iter());
        let because = if begins {
            phrase!(
                "In TLS the client begins, because the server has to know what the client offers before it can choose. \
                 The client sends: {messages}.",
                messages
            )
        } else {
            phrase!(
                "Now {side} has what it was waiting for, and sends: {messages}.",
                side = the(from),
                messages
            )
        };
        Question {
            words: phrase!("Which side sends the next flight?"),
            choices: sides(),
            right: key(from),
            because,
        }
    }

    /// Whether an eavesdropper can read the next flight.
    pub(super) fn eavesdropper(from: Side, messages: &[Message]) -> Question {
        let (clear, hidden): (Vec<_>, Vec<_>) =
            messages.iter().partition(|message| message.in_the_clear);
        let (right, reason) = match (clear.is_empty(), hidden.is_empty()) {
            (_, true) => ('a', phrase!("The two sides have no common key in use yet.")),
            (true, false) => (
                'n',
                phrase!(
                    "Only the two sides can compute the keys. An eavesdropper sees the length of each record."
                ),
            ),
            (false, false) => (
                'p',
                phrase!(
                    "What follows the last message in the clear is encrypted, with keys that an eavesdropper cannot \
                     compute."
                ),
            ),
        };
        let mut because = Vec::new();
        if !clear.is_empty() {
            let messages = names(clear.into_iter());
            because.push(phrase!("In the clear: {messages}.", messages));
        }
        if !hidden.is_empty() {
            let messages = names(hidden.into_iter());
            because.push(phrase!("Encrypted: {messages}.", messages));
        }
        because.push(reason);
        Question {
            words: phrase!(
                "The next flight comes from {side}. Can an eavesdropper read it?",
                side = the(from)
            ),
            choices: vec![
                ('a', phrase!("all of it")),
                ('p', phrase!("a part of it")),
                ('n', phrase!("nothing of it")),
            ],
            right,
            because: sentences(because),
        }
    }

    /// Whether the client is sure of the server.
    pub(super) fn client_sure(known: &Known) -> Question {
        let because = match (known.client_is_sure(), &known.server_chain) {
            (true, Some(name)) => phrase!(
                "The client has checked both proofs of step 3: a CA that it trusts vouches for \"{name}\", and the \
                 signature over this handshake shows that the other side owns the private key.",
                name
            ),
            (true, None) => phrase!(
                "No certificate moves, because this connection continues an earlier one. Only the server of that one \
                 can have used its secret, and there the client had verified the server."
            ),
            (false, _) => phrase!(
                "The client has not verified a certificate of the server. An attacker could have sent everything that \
                 it has received so far."
            ),
        };
        yes_or_no(
            phrase!("Is the client sure by now that it talks to the right server?"),
            known.client_is_sure(),
            because,
        )
    }

    /// Whether the server is sure of the client.
    pub(super) fn server_sure(known: &Known) -> Question {
        let because = match (known.server_is_sure(), &known.client_chain) {
            (true, Some(name)) => phrase!(
                "The server has checked both proofs of step 5: a CA that it trusts vouches for {name}, and the \
                 signature over this handshake shows that the other side owns the private key.",
                name
            ),
            (true, None) => phrase!(
                "The ticket leads to the certificate that the client sent on the earlier connection, and the server has \
                 just verified it again."
            ),
            (false, _) if !known.client_asked && !known.resumed => phrase!(
                "The server has not asked for a certificate. In TLS without client certificates it learns nothing \
                 about the client."
            ),
            (false, _) => phrase!("The server has not verified a certificate of the client."),
        };
        yes_or_no(
            phrase!("Is the server sure by now which client it talks to?"),
            known.server_is_sure(),
            because,
        )
    }

    /// Which side notices what is wrong: `by`, as its last event says. The other one may believe that its own
    /// handshake is complete.
    pub(super) fn notices(by: Side, believes: bool, events: &[Event]) -> Question {
        let refusal = events.iter().rev().find(|event| !event.fact.passed());
        let step = refusal.and_then(|event| event.step).map_or(0, Step::number);
        let found = refusal.map(|event| match &event.fact {
            Fact::Refused { found, .. } => found.clone(),
            fact => words::words(fact).what,
        });
        let mut because = vec![phrase!(
            "At step {step}, {side} found: {found}.",
            step,
            side = the(by),
            found = found.unwrap_or_default()
        )];
        if believes {
            because.push(phrase!(
                "At this moment {side} believes that its own handshake is complete.",
                side = the(by.peer())
            ));
        }
        Question {
            words: phrase!(
                "The flight has arrived, and one side refuses to go on. Which side notices what is wrong?"
            ),
            choices: sides(),
            right: key(by),
            because: sentences(because),
        }
    }

    /// What the peer of `from` hears of its refusal.
    pub(super) fn hears(from: Side, messages: &[Message]) -> Question {
        let has = |wanted: fn(&Kind) -> bool| messages.iter().any(|message| wanted(&message.kind));
        let other = the(from.peer());
        let (right, because) = if has(|kind| matches!(kind, Kind::Alert(..))) {
            let because = phrase!(
                "The refusal is {messages}. An alert is a number: it names a kind of reason, and no details.",
                messages = names(messages.iter())
            );
            ('a', because)
        } else if has(|kind| matches!(kind, Kind::ApplicationData)) {
            let because = phrase!(
                "The handshake itself is complete, so the refusal is an answer of the application, and it is encrypted."
            );
            ('h', because)
        } else {
            let because = phrase!(
                "No byte follows: {side} cannot tell why the connection ends.",
                side = &other
            );
            ('n', because)
        };
        Question {
            words: phrase!("What does {side} hear of it?", side = other),
            choices: vec![
                ('a', phrase!("a TLS alert")),
                ('h', phrase!("an HTTP answer")),
                ('n', phrase!("nothing")),
            ],
            right,
            because,
        }
    }
}

/// A side's name with its article.
pub(super) fn the(side: Side) -> Phrase {
    match side {
        Side::Client => phrase!("the client"),
        Side::Server => phrase!("the server"),
    }
}

fn sides() -> Vec<(char, Phrase)> {
    [Side::Client, Side::Server]
        .map(|side| (key(side), the(side)))
        .into()
}

fn key(side: Side) -> char {
    match side {
        Side::Client => 'c',
        Side::Server => 's',
    }
}

fn yes_or_no(words: Phrase, yes: bool, because: Phrase) -> Question {
    Question {
        words,
        choices: vec![('y', phrase!("yes")), ('n', phrase!("no"))],
        right: if yes { 'y' } else { 'n' },
        because,
    }
}

/// One after the other; Chinese has no blank between sentences.
fn sentences(sentences: Vec<Phrase>) -> Phrase {
    let all = sentences.into_iter();
    all.reduce(|one, next| phrase!("{one} {next}", one, next))
        .unwrap_or_default()
}

/// The names of messages, each once in a row.
fn names<'a>(messages: impl Iterator<Item = &'a Message>) -> String {
    let mut names: Vec<&str> = messages.map(|message| message.name.as_str()).collect();
    names.dedup();
    names.join(", ")
}
