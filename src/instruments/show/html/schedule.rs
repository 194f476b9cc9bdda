//! The key schedule of this connection: which secret grows out of which (RFC 8446 §7.1, RFC 5246 §8.1), and which of
//! them this recording knows. `drawing` puts it on the page.
//!
//! Derives nothing: it looks up what the messages brought, and what was proven with it.

use crate::instruments::wire::conversation::{
    Check, Conversation, Derivation, Epoch, Message, Outcome, Protection,
};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// A secret or key, and what is known of it.
pub(super) struct Node {
    /// The standard's name.
    pub(super) name: String,
    /// Whose it is.
    pub(super) side: Option<Side>,
    pub(super) state: State,
    /// Where from, and with which message.
    pub(super) words: Phrase,
    /// The place on the page that tells more of it.
    pub(super) link: Option<String>,
}

/// What is known of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Something that was recorded fits it: a record opens, a MAC comes out the same.
    Proven,
    /// It was derived or logged, and nothing in this recording was made with it.
    Known,
    /// Its value is missing here.
    Unknown,
    /// This connection has no such value.
    Unused,
}

impl State {
    pub(super) fn is_known(self) -> bool {
        matches!(self, State::Proven | State::Known)
    }
}

/// A secret, and the keys that are made of it.
pub(super) struct Branch {
    pub(super) secret: Node,
    pub(super) keys: Vec<Node>,
}

/// A secret on the trunk, what goes into it, and what grows out of it.
pub(super) struct Stage {
    pub(super) inputs: Vec<Node>,
    /// What makes the secret of them.
    pub(super) how: &'static str,
    pub(super) secret: Node,
    pub(super) branches: Vec<Branch>,
}

/// What the messages of one handshake brought.
pub(super) struct Values<'a> {
    pub(super) conversation: &'a Conversation,
    pub(super) handshake: usize,
}

/// A derivation and where it stands.
pub(super) struct Found<'a> {
    message: usize,
    at: usize,
    pub(super) derivation: &'a Derivation,
}

impl<'a> Values<'a> {
    fn messages(&self) -> impl DoubleEndedIterator<Item = (usize, &'a Message)> {
        let handshake = self.handshake;
        let messages = self.conversation.messages.iter().enumerate();
        messages.filter(move |(_, message)| message.handshake == handshake)
    }

    /// The first derivation of this name, out of the secret `parent` where the name alone is not enough.
    pub(super) fn find(&self, name: &str, parent: Option<&str>) -> Option<Found<'a>> {
        let fits = |derivation: &Derivation| {
            let made_of = derivation.inputs.first().map(|input| input.name.english());
            derivation.name == name && (parent.is_none() || made_of.as_deref() == parent)
        };
        self.messages().find_map(|(message, said)| {
            let at = said.derivations.iter().position(fits)?;
            let derivation = said.derivations.get(at)?;
            Some(Found {
                message,
                at,
                derivation,
            })
        })
    }

    /// The first message of this name from a side, and where it stands.
    pub(super) fn message(&self, from: Side, name: &str) -> Option<(usize, &'a Message)> {
        let mut messages = self.messages();
        messages.find(|(_, message)| message.from == from && message.name == name)
    }

    /// How a check came out, in the first message of this name.
    pub(super) fn check(&self, from: Side, message: &str) -> Option<&'a Check> {
        self.message(from, message)?.1.checks.first()
    }

    pub(super) fn verified(&self, from: Side, message: &str) -> bool {
        let check = self.check(from, message);
        check.is_some_and(|check| check.outcome == Outcome::Verified)
    }

    /// The first message of this name from a side has this extension.
    pub(super) fn has_extension(&self, from: Side, message: &str, extension: &str) -> bool {
        let said = self.message(from, message);
        said.is_some_and(|(_, message)| message.fields.find(extension).is_some())
    }

    /// A record of this side was opened with the keys of this epoch.
    pub(super) fn opened(&self, from: Side, epoch: Epoch) -> bool {
        let mut records = self.conversation.records.iter();
        records.any(|record| match &record.protection {
            Protection::Decrypted(open) => record.from == from && open.epoch == epoch,
            _ => false,
        })
    }

    /// A value that becomes computable with the message `with`.
    pub(super) fn node(
        &self,
        name: &str,
        parent: Option<&str>,
        side: Option<Side>,
        with: (Side, &str),
        proven: bool,
    ) -> Node {
        let found = self.find(name, parent);
        let brings = self.message(with.0, with.1);
        let (state, words, link) = match &found {
            Some(found) => {
                let said = self.conversation.messages.get(found.message);
                let message = said.map_or_else(Phrase::empty, |said| whose(said.from, &said.name));
                let words = if found.derivation.derived {
                    phrase!("derived here, at {message}", message)
                } else {
                    phrase!("key log, at {message}", message)
                };
                let state = if proven { State::Proven } else { State::Known };
                let link = format!("m{}-d{}", found.message + 1, found.at + 1);
                (state, words, shown(found.message).then_some(link))
            }
            None => {
                let message = whose(with.0, with.1);
                let words = phrase!("cannot be told, at {message}", message);
                let link = brings.filter(|(index, _)| shown(*index));
                let link = link.map(|(index, _)| format!("m{}", index + 1));
                (State::Unknown, words, link)
            }
        };
        Node {
            name: name.to_owned(),
            side,
            state,
            words,
            link,
        }
    }
}

/// A message, and its sender where both sides have one of that name.
fn whose(from: Side, name: &str) -> Phrase {
    match name {
        "Finished" | "KeyUpdate" => phrase!("the {from}'s {name}", from, name),
        _ => name.to_owned().into(),
    }
}

/// Messages above the bound are not on the page, so nothing links to them.
pub(super) fn shown(message: usize) -> bool {
    message < super::MOST_MESSAGES
}

impl Node {
    /// Something that this connection does without.
    pub(super) fn unused(self) -> Node {
        Node {
            state: State::Unused,
            words: phrase!("not in this connection"),
            link: None,
            ..self
        }
    }

    /// With a shorter name, where the drawing says the rest.
    pub(super) fn called(self, name: &str) -> Node {
        Node {
            name: name.to_owned(),
            ..self
        }
    }
}
