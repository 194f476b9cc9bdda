//! Which cases somebody may have meant: by an error message, or by a name that is almost right.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rustls::AlertDescription;

use super::{Case, Ends, Twist, cases, says};
use crate::handshake::TlsMax;
use crate::instruments::wire::names::alert_name;

/// The cases in which somebody says these words: an error message, or a part of one.
pub fn said_in(words: &str) -> Vec<&'static Case> {
    let asked = plain(words);
    let told = |case: &&Case| texts(case).iter().any(|text| fits(&asked, &plain(text)));
    cases::all().filter(told).collect()
}

/// All that is said in a case, by whomever.
fn texts(case: &Case) -> Vec<String> {
    let mut texts = vec![case.words.story.to_owned()];
    for tls_max in [TlsMax::Tls13, TlsMax::Tls12] {
        texts.extend(case.said_by(tls_max).map(str::to_owned));
        let outcome = case.expected(tls_max);
        for ends in [outcome.server, outcome.client] {
            if let Ends::With(words) = ends {
                texts.push(words.to_owned());
            }
        }
        if let Some((_, alert)) = outcome.alert {
            texts.push(alert_name(alert).to_string());
            let heard = rustls::Error::AlertReceived(AlertDescription::from(alert));
            texts.push(heard.to_string());
        }
    }
    if let Twist::Files(_, files) = case.scene.twist {
        texts.push(files.rustls.to_owned());
    }
    texts
}

/// A part of what is said, or a message with what is said in it. A word or a number alone is said too often
/// to be looked for in a message.
fn fits(asked: &str, said: &str) -> bool {
    (asked.len() > 3 && said.contains(asked)) || (said.contains(' ') && says(asked, said))
}

/// Case and underscores are as one likes: CERT_HAS_EXPIRED is "cert has expired".
fn plain(words: &str) -> String {
    words.to_lowercase().replace('_', " ")
}

/// The names that are most like this one, best first: three, or fewer if it is like none.
pub(super) fn nearest(name: &str) -> Vec<&'static str> {
    let mut names: Vec<_> = cases::all().map(|case| case.name).collect();
    names.retain(|other| alike(name, other) >= 300);
    names.sort_by_key(|other| Reverse(alike(name, other)));
    names.truncate(3);
    names
}

/// How much two names have in common, in thousandths: the pairs of letters that stand in both.
fn alike(one: &str, other: &str) -> usize {
    let pairs = |name: &str| -> BTreeSet<Vec<u8>> {
        name.as_bytes().windows(2).map(<[u8]>::to_vec).collect()
    };
    let (one, other) = (pairs(one), pairs(other));
    2000 * one.intersection(&other).count() / (one.len() + other.len()).max(1)
}
