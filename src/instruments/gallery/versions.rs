//! An outcome in words, and what is otherwise in another version of TLS. Unaware of who reads it, and in
//! which language: what somebody says stands in backquotes.

use rustls::AlertDescription;

use super::{Ends, Outcome};
use crate::instruments::wire::names::alert_name;
use crate::narration::{Side, Step};

/// How a language says what the table says in numbers and names.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// A side.
    pub side: fn(Side) -> &'static str,
    /// A step: its number and its title.
    pub step: fn(Step) -> String,
    /// An alert.
    pub alert: &'static str,
    /// There is none.
    pub no_alert: &'static str,
    /// A side hears some alert.
    pub some_alert: &'static str,
    /// A side notices nothing.
    pub nothing: &'static str,
    /// A side notices nothing, or hears the alert.
    pub nothing_or_alert: &'static str,
    /// In the other version the client hears of it in the handshake.
    pub in_time: &'static str,
    /// In the other version the client believes first that it is in.
    pub too_early: &'static str,
    /// Before the name of a step: it happens there.
    pub at: &'static str,
    /// Between the name of a thing and what is said about it.
    pub colon: &'static str,
    /// Between two things in a row.
    pub semicolon: &'static str,
}

/// The words of the program.
pub const ENGLISH: Wording = Wording {
    side: |side| match side {
        Side::Server => "server",
        Side::Client => "client",
    },
    step: |step| format!("step {}, {}", step.number(), step.title()),
    alert: "alert",
    no_alert: "none",
    some_alert: "an alert",
    nothing: "notices nothing",
    nothing_or_alert: "notices nothing, or hears the alert",
    in_time: "the client hears of it in the handshake",
    too_early: "the client believes first that it is in",
    at: "at ",
    colon: ": ",
    semicolon: "; ",
};

impl Wording {
    /// What happens otherwise `there` than `here`. Empty: nothing.
    pub fn otherwise(&self, here: &Outcome, there: &Outcome) -> String {
        let mut found = Vec::new();
        if here.step != there.step {
            found.push(format!("{}{}", self.at, (self.step)(there.step)));
        }
        let mut differs = |what: &str, before: String, after: String| {
            if before != after {
                found.push(format!("{what}{}{after}", self.colon));
            }
        };
        differs(self.alert, self.alert(here), self.alert(there));
        for (side, before, after) in [
            (Side::Server, here.server, there.server),
            (Side::Client, here.client, there.client),
        ] {
            let (before, after) = (self.ends(here, before), self.ends(there, after));
            differs((self.side)(side), before, after);
        }
        match (here.believed, there.believed) {
            (true, false) => found.push(self.in_time.to_owned()),
            (false, true) => found.push(self.too_early.to_owned()),
            _ => {}
        }
        found.join(self.semicolon)
    }

    /// How it ends for a side.
    pub fn ends(&self, outcome: &Outcome, ends: Ends) -> String {
        match (ends, outcome.alert) {
            (Ends::Well, _) => self.nothing.to_owned(),
            (Ends::WellOrAlert, _) => self.nothing_or_alert.to_owned(),
            (Ends::With(words), _) => code(words),
            (Ends::Alert, Some((_, alert))) => {
                let heard = rustls::Error::AlertReceived(AlertDescription::from(alert));
                code(&heard.to_string())
            }
            (Ends::Alert, None) => self.some_alert.to_owned(),
        }
    }

    /// The alert, and its way.
    pub fn alert(&self, outcome: &Outcome) -> String {
        let Some((from, alert)) = outcome.alert else {
            return self.no_alert.to_owned();
        };
        let [from, to] = [from, from.peer()].map(self.side);
        format!("{from} → {to}{}{} ({alert})", self.colon, alert_name(alert))
    }
}

/// Words as they were said.
pub fn code(words: &str) -> String {
    format!("`{words}`")
}
