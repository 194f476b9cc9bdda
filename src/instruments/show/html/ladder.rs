//! The messages in the order of the wire, on an axis of time: a rung for each, in flights, with locks where encryption
//! begins, and beside each flight what the sides know after it.

use std::fmt::Write;
use std::time::Duration;

use super::message::LOCK;
use super::{MOST_MESSAGES, say};
use crate::instruments::show::chapters::acts_alone;
use crate::instruments::show::flights::{Flight, Learned, Mark, flights, keys_of};
use crate::instruments::show::{epoch, milliseconds, size};
use crate::instruments::wire::conversation::{Conversation, Epoch, Kind, Message};
use crate::instruments::wire::numbers::alert;
use crate::language::{Language, Phrase};
use crate::narration::{Side, Step, words};
use crate::phrase;
use crate::text::html as escaped;

/// Every message as a rung, and what each side does alone.
pub(super) fn ladder(page: &mut String, conversation: &Conversation, language: Language) {
    let flights = flights(conversation, MOST_MESSAGES);
    let mut ladder = Ladder {
        page,
        conversation,
        language,
        alone: acts_alone(conversation),
        keys: [None, None],
        handshake: 0,
    };
    ladder.head(&flights);
    for flight in &flights {
        ladder.flight(flight);
    }
    let shown = conversation.messages.len().min(MOST_MESSAGES);
    if let Some(more @ 1..) = conversation.all_messages().checked_sub(shown) {
        let words = ladder.say(&phrase!(
            "and {more} more messages, which are not shown",
            more
        ));
        let _ = writeln!(ladder.page, "<li class=\"more\">{words}</li>");
    }
    ladder.page.push_str("</ol>\n</section>\n");
}

struct Ladder<'a> {
    page: &'a mut String,
    conversation: &'a Conversation,
    language: Language,
    /// The steps without a message that have no rung yet.
    alone: Vec<Step>,
    /// The keys of each side's last message.
    keys: [Option<Option<Epoch>>; 2],
    handshake: usize,
}

impl Ladder<'_> {
    fn say(&self, phrase: &Phrase) -> String {
        say(phrase, self.language)
    }

    fn head(&mut self, flights: &[Flight<'_>]) {
        let title = self.say(&phrase!("In the order of the wire"));
        let trips = flights.iter().filter_map(|flight| flight.round_trip).max();
        let early = self.conversation.records.iter().any(|record| {
            use crate::instruments::wire::conversation::Protection::Decrypted;
            matches!(&record.protection, Decrypted(open) if open.epoch == Epoch::EarlyData)
        });
        let trips = match trips {
            _ if early => {
                phrase!("The client sends data with its first flight, before a round trip (0-RTT).")
            }
            Some(1) => phrase!("The handshake takes 1 round trip."),
            Some(count) => phrase!("The handshakes here take {count} round trips.", count),
            None => phrase!("No round trip of a handshake was recorded."),
        };
        let timed = flights.iter().any(|flight| flight.at > Duration::ZERO);
        let times = match timed {
            true => phrase!("The times are those of the recording, and count from its beginning."),
            false => phrase!("This recording has no times, only an order."),
        };
        let (trips, times) = (self.say(&trips), self.say(&times));
        let [client, server] =
            [Side::Client, Side::Server].map(|side| self.say(&words::side(side)));
        let order = self.say(&phrase!("Show the messages below in this order, too"));
        let after = self.say(&phrase!("what each side knows after it"));
        let _ = writeln!(
            self.page,
            "<section class=\"ladder\" id=\"wire-order\" aria-labelledby=\"ladder-title\">\n<h2 id=\"ladder-title\">{title}</h2>\n\
             <p class=\"purpose\">{trips} {times}</p>\n\
             <p><button type=\"button\" id=\"by-wire\" aria-pressed=\"false\" hidden>{order}</button></p>\n\
             <p class=\"ends\" aria-hidden=\"true\"><span class=\"client\">{client}</span><span class=\"server\">{server}</span>\
             <span class=\"after\">{after}</span></p>\n<ol class=\"flights{}\">",
            if timed { "" } else { " untimed" }
        );
    }

    fn flight(&mut self, flight: &Flight<'_>) {
        let from = flight.from;
        let pause = match flight.pause.as_micros() {
            0..100 => 0,
            100..1_000 => 1,
            1_000..10_000 => 2,
            10_000..100_000 => 3,
            _ => 4,
        };
        let at = milliseconds(flight.at);
        let _ = write!(
            self.page,
            "<li class=\"flight {from} pause-{pause}\">\n<p class=\"time\">{at}"
        );
        if let Some(count) = flight.round_trip {
            let trip = match count {
                1 => phrase!("1 round trip"),
                _ => phrase!("{count} round trips", count),
            };
            let trip = self.say(&trip);
            let _ = write!(self.page, " <span class=\"trip\">{trip}</span>");
        }
        self.page.push_str("</p>\n<ol class=\"rungs\">\n");
        for (index, message) in &flight.messages {
            self.handshake(message);
            self.acts(message);
            self.lock(message);
            self.rung(*index, message);
        }
        self.page.push_str("</ol>\n");
        self.learned(&flight.learned);
        self.page.push_str("</li>\n");
    }

    /// Where another handshake begins on the same connection (TLS 1.2).
    fn handshake(&mut self, message: &Message) {
        if message.handshake > self.handshake {
            self.handshake = message.handshake;
            let number = message.handshake + 1;
            let words = self.say(&phrase!("handshake {number}", number));
            let _ = writeln!(self.page, "<li class=\"again\">{words}</li>");
        }
    }

    /// What this side does alone before it says the message.
    fn acts(&mut self, message: &Message) {
        if message.kind == Kind::ChangeCipherSpec {
            return;
        }
        let speaks = |step: &mut Step| actor(*step) == message.from && message.step >= Some(*step);
        let now: Vec<Step> = self.alone.extract_if(.., speaks).collect();
        for step in now {
            let title = self.say(&step.title());
            let _ = writeln!(
                self.page,
                "<li class=\"act {}\"><a href=\"#step-{number}\" tabindex=\"-1\"><span class=\"number\">{number}</span> {title}</a></li>",
                actor(step),
                number = step.number()
            );
        }
    }

    /// A lock where this side takes new keys.
    fn lock(&mut self, message: &Message) {
        let keys = keys_of(self.conversation, message);
        let from = message.from;
        // ChangeCipherSpec is always in the clear, and in TLS 1.3 means nothing.
        if message.kind == Kind::ChangeCipherSpec || self.keys[from as usize] == keys {
            return;
        }
        self.keys[from as usize] = keys;
        let words = match keys {
            None => return,
            Some(Some(keys)) => {
                let keys = epoch(keys);
                phrase!("from here on the {from} encrypts: {keys}", from, keys)
            }
            Some(None) => phrase!(
                "from here on the {from} encrypts: keys not known here",
                from
            ),
        };
        let words = self.say(&words);
        let _ = writeln!(
            self.page,
            "<li class=\"seal {from}\"><span>{LOCK}{words}</span></li>"
        );
    }

    fn rung(&mut self, index: usize, message: &Message) {
        let class = match message.kind {
            Kind::Alert(alert::FATAL, _) => " fatal",
            _ if message.in_the_clear => " clear",
            _ => "",
        };
        let how = match message.in_the_clear {
            true => phrase!("in the clear"),
            false => phrase!("encrypted"),
        };
        let from = message.from;
        let said = self.say(&phrase!("the {from} says", from));
        let bytes = self.say(&size(message.bytes.len()));
        let how = self.say(&how);
        let step = message.step.map(Step::number);
        let step = step.map_or_else(|| "?".to_owned(), |step| step.to_string());
        let name = escaped(&message.name);
        let _ = writeln!(
            self.page,
            "<li class=\"rung {from}{class}\"><a href=\"#m{}\" tabindex=\"-1\"><span class=\"number\">{step}</span> <span class=\"unseen\">{said}</span> \
             <span class=\"label\">{name}</span> <span class=\"how\">{bytes}<span class=\"unseen\">, {how}</span></span></a></li>",
            index + 1
        );
    }

    fn learned(&mut self, learned: &[Learned]) {
        if learned.is_empty() {
            return;
        }
        self.page.push_str("<div class=\"knows\">\n");
        for side in [Side::Client, Side::Server] {
            let of_side = learned.iter().filter(|one| one.side == side);
            // Two tickets teach the same thing.
            let mut items: Vec<String> = Vec::new();
            for one in of_side {
                let item = format!(
                    "<li class=\"{}\">{}</li>",
                    class(one.mark),
                    self.say(&one.what)
                );
                if items.last() != Some(&item) {
                    items.push(item);
                }
            }
            if !items.is_empty() {
                let knows = self.say(&phrase!("the {side} now knows", side));
                let _ = writeln!(
                    self.page,
                    "<p class=\"{side}\">{knows}</p>\n<ul>{}</ul>",
                    items.concat()
                );
            }
        }
        self.page.push_str("</div>\n");
    }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Keys => "keys",
        Mark::Proof => "good",
        Mark::NotCheckedHere => "open",
        Mark::Failed => "bad",
        Mark::Fact => "fact",
    }
}

fn actor(step: Step) -> Side {
    if step == Step::ClientVerifiesServer {
        Side::Client
    } else {
        Side::Server
    }
}
