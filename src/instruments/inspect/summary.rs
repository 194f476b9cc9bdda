//! One line that says what a certificate, CSR or CRL is for, without judging it.
//!
//! x509-parser reads the facts. Where it cannot, there is no line; the fields below show why.

use x509_parser::prelude::*;

use crate::certificates::wording::{alternative, distinguished, quoted};
use crate::instruments::x509::Kind;
use crate::text;

/// The line for DER of this kind, seen from `now`, in seconds since 1970. None where the DER is too
/// malformed, and for keys.
pub(super) fn summary(kind: Kind, der: &[u8], now: i64) -> Option<String> {
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
            Some(format!("{}: {names}; {validity}", role(&certificate)))
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
            Some(format!("asks to be: {}", names(subject, alternatives)))
        }
        Kind::RevocationList => {
            let (_, list) = CertificateRevocationList::from_der(der).ok()?;
            let made = days(now - list.last_update().timestamp());
            let next = match list.next_update().map(|time| time.timestamp()) {
                Some(next) if next < now => format!("the next was due {} ago", days(now - next)),
                Some(next) => format!("the next is due in {}", days(next - now)),
                None => "no next one announced".to_owned(),
            };
            let revoked = list.iter_revoked_certificates().count();
            Some(format!("{revoked} revoked; made {made} ago; {next}"))
        }
        _ => None,
    }
}

fn role(certificate: &X509Certificate<'_>) -> &'static str {
    if certificate.version() != X509Version::V3 {
        return "v1, without extensions";
    }
    if certificate.is_ca() {
        let own = certificate.issuer().as_raw() == certificate.subject().as_raw();
        return if own { "root CA" } else { "intermediate CA" };
    }
    let Ok(Some(usage)) = certificate.extended_key_usage() else {
        return "leaf for any purpose";
    };
    match (usage.value.server_auth, usage.value.client_auth) {
        (true, true) => "leaf for a server or a client",
        (true, false) => "leaf for a server",
        (false, true) => "leaf for a client",
        (false, false) => "leaf, not for TLS",
    }
}

/// The names in subjectAltName without their kinds; without any, the subject.
fn names(subject: &X509Name<'_>, alternatives: Option<&SubjectAlternativeName<'_>>) -> String {
    const MOST: usize = 8;
    let alternatives = alternatives.map_or(&[][..], |found| &found.general_names);
    let found = alternatives.iter().filter_map(alternative);
    let mut names: Vec<String> = found.map(|(_, name)| quoted(&name)).collect();
    if names.is_empty() {
        return text::terminal(&distinguished(subject));
    }
    if names.len() > MOST {
        let more = format!("{} more", names.len() - MOST);
        names.truncate(MOST);
        names.push(more);
    }
    text::terminal(&names.join(", "))
}

/// Both ends count (RFC 5280 §4.1.2.5), hence the second more.
fn validity(start: i64, end: i64, now: i64) -> String {
    let whole = format!("valid {}", days(end - start + 1));
    match now {
        _ if now < start => format!("{whole}, starts in {}", days(start - now)),
        _ if now > end => format!("{whole}, ended {} ago", days(now - end)),
        _ => format!("{whole}, {} left", (end - now) / 86_400),
    }
}

fn days(seconds: i64) -> String {
    match seconds / 86_400 {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
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
