//! Dates of certificates, by a clock that may be wrong itself.

use crate::clock::Moment;
use crate::instruments::doctor::evidence::{Cert, Evidence};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::remedy::{new_ca, renew};
use crate::instruments::doctor::side_view::ChainLink;
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;

/// 2024-01-01: a clock before it has not been set.
const LONG_AGO: i64 = 1_704_067_200;

/// What is wrong with the dates: code, expected, found.
fn wrong(cert: &Cert<'_>, now: i64) -> Option<(&'static str, Phrase, Phrase)> {
    let validity = &cert.x509.tbs_certificate.validity;
    let [start, end] =
        [&validity.not_before, &validity.not_after].map(|time| Moment::from_unix(time.timestamp()));
    let (name, now) = (cert.name(), Moment::from_unix(now));
    let today = phrase!("a certificate valid on {on}", on = now.date_and_time());
    if start > end {
        let (start, end) = (start.date(), end.date());
        let found = phrase!(
            "{name} ends on {end}, before it begins on {start}",
            name,
            end,
            start
        );
        return Some((
            "dates-reversed",
            phrase!("notBefore before notAfter"),
            found,
        ));
    }
    if now > end {
        let (ago, on) = (now.distance(end), end.date_and_time());
        return Some((
            "expired",
            today,
            phrase!("{name} expired {ago} ago, on {on}", name, ago, on),
        ));
    }
    if now < start {
        let unset = now.unix() < LONG_AGO;
        let (ahead, on) = (now.distance(start), start.date_and_time());
        let found = if unset {
            phrase!(
                "{name} becomes valid in {ahead}, on {on}. The clock here seems not to be set",
                name,
                ahead,
                on
            )
        } else {
            phrase!("{name} becomes valid in {ahead}, on {on}", name, ahead, on)
        };
        return Some(("not-yet-valid", today, found));
    }
    None
}

/// Each certificate on the route is valid now.
pub(super) fn valid(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let (code, expected, found) = wrong(link.cert, link.look.evidence.now())?;
    let anew = renew(link);
    let fix = match code {
        "not-yet-valid" => phrase!(
            "is the clock right?\n  date -u\nif it is, wait, or {anew}",
            anew
        ),
        _ => anew,
    };
    Some(link.error(code, expected, found, fix))
}

/// webpki does not look at the dates of a trusted root; OpenSSL, curl and browsers do.
pub(super) fn root_valid(anchor: &Cert<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let (_, expected, found) = wrong(anchor, evidence.now())?;
    let found = phrase!(
        "{found}. rustls does not check that in a root; OpenSSL and curl refuse it",
        found
    );
    let (step, file) = (Step::Preparation, anchor.path);
    Some(error("root-dates", step, file, expected, found, new_ca()).warning())
}
