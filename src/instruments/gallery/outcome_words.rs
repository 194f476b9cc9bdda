//! An outcome in words, and what is different in another version of TLS. Unaware of where they are shown: what
//! a program says stands in backquotes.

use rustls::AlertDescription;

use super::{Outcome, Termination};
use crate::instruments::wire::names::alert_name;
use crate::language::Language;
use crate::narration::{Side, Step, words};

/// What happens differently `there` than `here`. Empty: nothing.
pub fn differences(language: Language, here: &Outcome, there: &Outcome) -> String {
    let mut found = Vec::new();
    if here.step != there.step {
        let (number, title) = (there.step.number(), step_title(language, there.step));
        found.push(match language {
            Language::English => format!("at step {number}, {title}"),
            Language::Chinese => format!("在第 {number} 步，{title}"),
        });
    }
    let colon = language.pick(": ", "：");
    let mut compare = |what: &str, before: String, after: String| {
        if before != after {
            found.push(format!("{what}{colon}{after}"));
        }
    };
    let alert_word = language.pick("alert", "告警");
    compare(alert_word, alert(language, here), alert(language, there));
    for (name, before, after) in [
        (Side::Server, here.server, there.server),
        (Side::Client, here.client, there.client),
    ] {
        let before = termination(language, here, before);
        compare(
            &side(language, name),
            before,
            termination(language, there, after),
        );
    }
    let believed = match (here.believed, there.believed) {
        (true, false) => Some(language.pick(
            "the client hears of it in the handshake",
            "客户端在握手时就知道了",
        )),
        (false, true) => Some(language.pick(
            "the client believes first that it is in",
            "客户端先以为自己已被接受",
        )),
        _ => None,
    };
    found.extend(believed.map(str::to_owned));
    found.join(language.pick("; ", "；"))
}

/// How it ends for a side.
pub fn termination(language: Language, outcome: &Outcome, ends: Termination) -> String {
    match (ends, outcome.alert) {
        // The client's files failed, so it never connected.
        (Termination::Well, _) if outcome.step == Step::Preparation => language
            .pick("sees no connection", "没有收到连接")
            .to_owned(),
        (Termination::Well, _) => language.pick("notices nothing", "没有察觉").to_owned(),
        (Termination::WellOrAlert, _) => language
            .pick(
                "notices nothing, or hears the alert",
                "没有察觉，或者收到告警",
            )
            .to_owned(),
        (Termination::With(words), _) => code(words),
        (Termination::Alert, Some((_, alert))) => {
            let heard = rustls::Error::AlertReceived(AlertDescription::from(alert));
            code(&heard.to_string())
        }
        (Termination::Alert, None) => language.pick("an alert", "一个告警").to_owned(),
    }
}

/// The alert, and its way.
pub fn alert(language: Language, outcome: &Outcome) -> String {
    let Some((from, alert)) = outcome.alert else {
        return language.pick("none", "没有").to_owned();
    };
    let [sender, receiver] = [from, from.peer()].map(|name| side(language, name));
    let colon = language.pick(": ", "：");
    format!(
        "{sender} → {receiver}{colon}{} ({alert})",
        alert_name(alert)
    )
}

/// A side.
pub fn side(language: Language, side: Side) -> String {
    words::side(side).in_language(language)
}

/// What happens in a step.
pub fn step_title(language: Language, step: Step) -> String {
    step.title().in_language(language)
}

/// Words as a program said them.
pub fn code(words: &str) -> String {
    format!("`{words}`")
}
