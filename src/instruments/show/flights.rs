//! The messages in flights: what one side sends before it waits for the other. For each flight its place in time, whether
//! it ends a round trip of the handshake, and what each side knows after it.
//!
//! Unaware of how that is drawn: the page has a ladder of them.

use std::time::Duration;

use crate::instruments::wire::conversation::{
    Conversation, Epoch, Kind, Message, Negotiated, Outcome, Protection,
};
use crate::instruments::wire::names;
use crate::instruments::wire::numbers::{HandshakeType, TLS13};
use crate::language::Phrase;
use crate::narration::Side::{self, Client, Server};
use crate::phrase;

/// Messages of one side, one after the other.
pub(super) struct Flight<'a> {
    pub(super) from: Side,
    /// Their places in the conversation, and the messages.
    pub(super) messages: Vec<(usize, &'a Message)>,
    /// When its first message was complete, and how long after the flight before.
    pub(super) at: Duration,
    pub(super) pause: Duration,
    /// It answers the other side during a handshake: with it, this many round trips are over.
    pub(super) round_trip: Option<usize>,
    /// What the sides know now, and did not before.
    pub(super) learned: Vec<Learned>,
}

/// Something that a side knows from here on.
pub(super) struct Learned {
    pub(super) side: Side,
    pub(super) mark: Mark,
    pub(super) what: Phrase,
}

/// What sort of knowledge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Keys.
    Keys,
    /// A proof that holds.
    Proof,
    /// A proof that was not made again here.
    NotCheckedHere,
    /// A proof that does not hold here.
    Failed,
    /// Anything else.
    Fact,
}

/// How many round trips the handshakes took.
pub(super) fn round_trips(conversation: &Conversation) -> usize {
    let mut trips = RoundTrips::default();
    for message in &conversation.messages {
        trips.take_in(message);
    }
    trips.count
}

/// The flights of a conversation, up to a bound on messages.
pub(super) fn flights(conversation: &Conversation, most: usize) -> Vec<Flight<'_>> {
    let mut flights: Vec<Flight<'_>> = Vec::new();
    let mut trips = RoundTrips::default();
    for (index, message) in conversation.messages.iter().enumerate().take(most) {
        if flights
            .last()
            .is_none_or(|flight| flight.from != message.from)
        {
            let before = flights.last().and_then(|flight| flight.messages.last());
            let before = before.map_or(Duration::ZERO, |(_, message)| message.at);
            flights.push(Flight {
                from: message.from,
                messages: Vec::new(),
                at: message.at,
                pause: message.at.saturating_sub(before),
                round_trip: None,
                learned: Vec::new(),
            });
        }
        if let Some(flight) = flights.last_mut() {
            if flight.round_trip.is_none() {
                flight.round_trip = trips.take_in(message);
            }
            flight.messages.push((index, message));
            flight.learned.extend(learned(conversation, message));
        }
    }
    flights
}

/// Counts the round trips of handshakes: the client says something, and the server's answer belongs to the handshake.
#[derive(Default)]
struct RoundTrips {
    count: usize,
    waiting: bool,
    handshake: usize,
    finished: [bool; 2],
}

impl RoundTrips {
    /// The count, if this message is the first of an answer.
    fn take_in(&mut self, message: &Message) -> Option<usize> {
        if message.handshake != self.handshake {
            self.handshake = message.handshake;
            self.finished = [false; 2];
        }
        let complete = self.finished == [true; 2];
        if message.kind == Kind::Handshake(HandshakeType::FINISHED) {
            self.finished[message.from as usize] = true;
        }
        match message.from {
            Client => {
                self.waiting = !complete && matches!(message.kind, Kind::Handshake(_));
                None
            }
            Server if self.waiting && matches!(message.kind, Kind::Handshake(_)) => {
                self.waiting = false;
                self.count += 1;
                Some(self.count)
            }
            Server => None,
        }
    }
}

/// The keys that protect a message: `None` in the clear, `Some(None)` where they are not known here.
pub(super) fn keys_of(conversation: &Conversation, message: &Message) -> Option<Option<Epoch>> {
    if message.in_the_clear {
        return None;
    }
    let record = message.fragments.first();
    let record = record.and_then(|fragment| conversation.records.get(fragment.record));
    match record.map(|record| &record.protection) {
        Some(Protection::Decrypted(open)) => Some(Some(open.epoch)),
        Some(Protection::None | Protection::NotTls(_)) => None,
        _ => Some(None),
    }
}

fn learned(conversation: &Conversation, message: &Message) -> Vec<Learned> {
    let Kind::Handshake(kind) = message.kind else {
        return Vec::new();
    };
    let Some(handshake) = conversation.handshakes.get(message.handshake) else {
        return Vec::new();
    };
    let new = handshake.version == Some(TLS13);
    let from = message.from;
    match kind {
        HandshakeType::SERVER_HELLO if message.name == "HelloRetryRequest" => vec![fact(
            Client,
            phrase!("what the server wants in a second ClientHello"),
        )],
        HandshakeType::SERVER_HELLO if new => both(phrase!("handshake keys")),
        HandshakeType::SERVER_HELLO if handshake.resumed => both(phrase!("session keys")),
        HandshakeType::CLIENT_KEY_EXCHANGE => both(phrase!("session keys")),
        HandshakeType::CERTIFICATE_REQUEST => {
            vec![fact(Client, phrase!("the server asks for a certificate"))]
        }
        HandshakeType::CERTIFICATE if message.from == Client && declined(conversation) => {
            vec![fact(Server, phrase!("the client shows no certificate"))]
        }
        HandshakeType::CERTIFICATE_VERIFY | HandshakeType::SERVER_KEY_EXCHANGE => {
            let owns = phrase!("the {from} owns the key of its certificate", from);
            proof(message, from.peer(), owns).into_iter().collect()
        }
        HandshakeType::FINISHED => finished(handshake, message),
        HandshakeType::NEW_SESSION_TICKET => {
            vec![fact(Client, phrase!("a ticket for a later connection"))]
        }
        HandshakeType::KEY_UPDATE => {
            both(phrase!("the next keys for the data of the {from}", from))
        }
        _ => Vec::new(),
    }
}

fn finished(handshake: &Negotiated, message: &Message) -> Vec<Learned> {
    let from = message.from;
    let same = phrase!("the {from} has the keys and saw the same messages", from);
    let mut learned: Vec<Learned> = proof(message, from.peer(), same).into_iter().collect();
    if from == Client {
        return learned;
    }
    let suite = handshake.cipher_suite;
    let rsa = suite.is_some_and(|suite| names::CIPHER_SUITES.key_exchange(suite) == "RSA");
    if rsa && !handshake.resumed {
        // The server could decrypt what the client encrypted for its certificate.
        let owns = phrase!("the {from} owns the key of its certificate", from);
        learned.extend(proof(message, from.peer(), owns));
    }
    if handshake.version == Some(TLS13) {
        learned.extend(both(phrase!("application keys")));
    }
    learned
}

fn declined(conversation: &Conversation) -> bool {
    let negotiated = &conversation.negotiated;
    negotiated.client_certificate_declined && !negotiated.client_certificate_sent
}

fn fact(side: Side, what: Phrase) -> Learned {
    let mark = Mark::Fact;
    Learned { side, mark, what }
}

fn both(what: Phrase) -> Vec<Learned> {
    let of = |side| Learned {
        side,
        mark: Mark::Keys,
        what: what.clone(),
    };
    [Client, Server].map(of).into()
}

/// What the other side learns from the proof in a message.
fn proof(message: &Message, side: Side, what: Phrase) -> Option<Learned> {
    let mark = match message.checks.first()?.outcome {
        Outcome::Verified => Mark::Proof,
        Outcome::Failed(_) => Mark::Failed,
        Outcome::NotPossible(_) => Mark::NotCheckedHere,
    };
    Some(Learned { side, mark, what })
}
