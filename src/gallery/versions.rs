//! An outcome in words, and what is otherwise in another version of TLS. Unaware of who reads it: what
//! somebody says stands in backquotes.

use rustls::AlertDescription;

use super::{Ends, Outcome};
use crate::narration::Side;
use crate::wire::names::alert_name;

/// What happens otherwise `there` than `here`. Empty: nothing.
pub(super) fn otherwise(here: &Outcome, there: &Outcome) -> String {
    let mut found = Vec::new();
    if here.step != there.step {
        let (number, title) = (there.step.number(), there.step.title());
        found.push(format!("at step {number}, {title}"));
    }
    if alert(here) != alert(there) {
        found.push(format!("alert: {}", alert(there)));
    }
    for (side, before, after) in [
        (Side::Server, here.server, there.server),
        (Side::Client, here.client, there.client),
    ] {
        let after = ends(there, after, "");
        if ends(here, before, "") != after {
            found.push(format!("{side}: {after}"));
        }
    }
    match (here.believed, there.believed) {
        (true, false) => found.push("the client hears of it in the handshake".to_owned()),
        (false, true) => found.push("the client believes first that it is in".to_owned()),
        _ => {}
    }
    found.join("; ")
}

/// How it ends for a side; `late` stands behind its words.
pub(super) fn ends(outcome: &Outcome, ends: Ends, late: &str) -> String {
    match (ends, outcome.alert) {
        (Ends::Well, _) => "notices nothing".to_owned(),
        (Ends::WellOrAlert, _) => "notices nothing, or hears the alert".to_owned(),
        (Ends::With(words), _) => format!("{}{late}", code(words)),
        (Ends::Alert, Some((_, alert))) => {
            let heard = rustls::Error::AlertReceived(AlertDescription::from(alert));
            format!("{}{late}", code(&heard.to_string()))
        }
        (Ends::Alert, None) => "an alert".to_owned(),
    }
}

/// The alert, and its way.
pub(super) fn alert(outcome: &Outcome) -> String {
    match outcome.alert {
        Some((from, alert)) => format!("{from} → {}: {} ({alert})", from.peer(), alert_name(alert)),
        None => "none".to_owned(),
    }
}

/// Words as they were said.
pub(super) fn code(words: &str) -> String {
    format!("`{words}`")
}
