//! One line that says what a certificate, CSR or CRL is for, without judging it.
//!
//! x509-parser reads the facts. Where it cannot, there is no line; the fields below show why.

use x509_parser::prelude::*;

use crate::certificates::wording::{alternative, distinguished, quoted};
use crate::instruments::x509::Kind;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// The line for DER of this kind, seen from `now`, in seconds since 1970. None where the DER is too
/// malformed, and for keys.
pub(super) fn summary(kind: Kind, der: &[u8], now: i64) -> Option<Phrase> {
    match kind {
        Kind::Certificate => {
            let (_, certificate) = X509Certificate::from_der(der).ok()?;
            let alternatives = certificate.subject_alternative_name().ok().flatten();
            let names = names(certificate.subject(), alternatives.map(|found| found.value));
            let Validity {
                not_before,
                not_after,
            } = certificate.validity();
            let validity = validity(not_before.timestamp(), not_after.timestamp(), now);
            Some(phrase!(
                "{role}: {names}; {validity}",
                role = role(&certificate),
                names,
                validity
            ))
        }
        Kind::Request => {
            let (_, request) = X509CertificationRequest::from_der(der).ok()?;
            let alternatives = request.requested_extensions().and_then(|mut wishes| {
                wishes.find_map(|wish| match wish {
                    ParsedExtension::SubjectAlternativeName(names) => Some(names),
                    _ => None,
                })
            });
            let subject = &request.certification_request_info.subject;
            Some(phrase!(
                "asks to be: {names}",
                names = names(subject, alternatives)
            ))
        }
        Kind::RevocationList => {
            let (_, list) = CertificateRevocationList::from_der(der).ok()?;
            let made = days(now - list.last_update().timestamp());
            let next = match list.next_update().map(|time| time.timestamp()) {
                Some(next) if next < now => {
                    phrase!("the next was due {days} ago", days = days(now - next))
                }
                Some(next) => phrase!("the next is due in {days}", days = days(next - now)),
                None => phrase!("no next one announced"),
            };
            let revoked = list.iter_revoked_certificates().count();
            Some(phrase!(
                "{revoked} revoked; made {made} ago; {next}",
                revoked,
                made,
                next
            ))
        }
        _ => None,
    }
}

fn role(certificate: &X509Certificate<'_>) -> Phrase {
    if certificate.version() != X509Version::V3 {
        return phrase!("v1, without extensions");
    }
    if certificate.is_ca() {
        let own = certificate.issuer().as_raw() == certificate.subject().as_raw();
        return if own {
            phrase!("root CA")
        } else {
            phrase!("intermediate CA")
        };
    }
    let Ok(Some(usage)) = certificate.extended_key_usage() else {
        return phrase!("leaf for any purpose");
    };
    match (usage.value.server_auth, usage.value.client_auth) {
        (true, true) => phrase!("leaf for a server or a client"),
        (true, false) => phrase!("leaf for a server"),
        (false, true) => phrase!("leaf for a client"),
        (false, false) => phrase!("leaf, not for TLS"),
    }
}

/// The names in subjectAltName without their kinds; without any, the subject.
fn names(subject: &X509Name<'_>, alternatives: Option<&SubjectAlternativeName<'_>>) -> Phrase {
    const MOST: usize = 8;
    let alternatives = alternatives.map_or(&[][..], |found| &found.general_names);
    let found = alternatives.iter().filter_map(alternative);
    let mut names: Vec<String> = found.map(|(_, name)| quoted(&name)).collect();
    if names.is_empty() {
        return text::terminal(&distinguished(subject)).into();
    }
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    let names = text::terminal(&names.join(", "));
    match more {
        0 => names.into(),
        _ => phrase!("{names}, {more} more", names, more),
    }
}

/// Both ends count (RFC 5280 §4.1.2.5), hence the second more.
fn validity(start: i64, end: i64, now: i64) -> Phrase {
    let whole = phrase!("valid {days}", days = days(end - start + 1));
    match now {
        _ if now < start => phrase!("{whole}, starts in {days}", whole, days = days(start - now)),
        _ if now > end => phrase!("{whole}, ended {days} ago", whole, days = days(now - end)),
        _ => phrase!("{whole}, {count} left", whole, count = (end - now) / 86_400),
    }
}

fn days(seconds: i64) -> Phrase {
    match seconds / 86_400 {
        0 => phrase!("less than a day"),
        1 => phrase!("1 day"),
        days => phrase!("{days} days", days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn validity_is_told_from_today_and_not_judged() {
        let year = |now| validity(0, 365 * DAY, now);
        assert_eq!(year(DAY), "valid 365 days, 364 left");
        assert_eq!(year(-3 * DAY), "valid 365 days, starts in 3 days");
        assert_eq!(year(367 * DAY), "valid 365 days, ended 2 days ago");
        assert_eq!(validity(0, 90 * DAY - 1, 0), "valid 90 days, 89 left");
    }
}
