//! One line that says what a certificate, CSR or CRL is for, without judging it.

use crate::instruments::fields::Field;
use crate::instruments::x509::{self, Kind};
use crate::text;

/// The line for a tree of this kind, seen from `now`, in seconds since 1970. None where the tree is
/// too malformed, and for keys.
pub(super) fn summary(kind: Kind, tree: &Field, now: i64) -> Option<String> {
    match kind {
        Kind::Certificate => {
            let (start, end) = (seconds(tree, "notBefore")?, seconds(tree, "notAfter")?);
            let (names, validity) = (names(tree), validity(start, end, now));
            Some(format!("{}: {names}; {validity}", role(tree)))
        }
        Kind::Request => Some(format!("asks to be: {}", names(tree))),
        Kind::RevocationList => {
            let entries = tree.find("revokedCertificates").map(|list| &list.children);
            let entries = entries.into_iter().flatten();
            let revoked = entries.filter(|entry| entry.label == "revokedCertificate");
            let made = days(now - seconds(tree, "thisUpdate")?);
            let next = match seconds(tree, "nextUpdate") {
                Some(next) if next < now => format!("the next was due {} ago", days(now - next)),
                Some(next) => format!("the next is due in {}", days(next - now)),
                None => "no next one announced".to_owned(),
            };
            Some(format!(
                "{} revoked; made {made} ago; {next}",
                revoked.count()
            ))
        }
        _ => None,
    }
}

fn value<'a>(tree: &'a Field, label: &str) -> &'a str {
    tree.find(label).map_or("", |field| field.value.as_str())
}

fn seconds(tree: &Field, label: &str) -> Option<i64> {
    x509::seconds(value(tree, label))
}

fn role(tree: &Field) -> &'static str {
    if tree.find("version").is_none() {
        return "v1, without extensions";
    }
    if value(tree, "basicConstraints").contains("CA:TRUE") {
        return match value(tree, "issuer") == value(tree, "subject") {
            true => "root CA",
            false => "intermediate CA",
        };
    }
    let purposes = value(tree, "extKeyUsage");
    let [server, client] = ["serverAuth", "clientAuth"].map(|one| purposes.contains(one));
    match (server, client) {
        (true, true) => "leaf for a server or a client",
        (true, false) => "leaf for a server",
        (false, true) => "leaf for a client",
        (false, false) if purposes.is_empty() => "leaf for any purpose",
        (false, false) => "leaf, not for TLS",
    }
}

/// The names in subjectAltName without their kinds; without any, the subject.
fn names(tree: &Field) -> String {
    const MOST: usize = 8;
    let mut names = Vec::new();
    if let Some(extension) = tree.find("subjectAltName") {
        collect(extension, &mut names);
    }
    if names.is_empty() {
        return text::terminal(value(tree, "subject"));
    }
    if names.len() > MOST {
        let more = format!("{} more", names.len() - MOST);
        names.truncate(MOST);
        names.push(more);
    }
    names.join(", ")
}

fn collect(field: &Field, names: &mut Vec<String>) {
    const KINDS: [&str; 4] = [
        "dNSName",
        "iPAddress",
        "uniformResourceIdentifier",
        "rfc822Name",
    ];
    if KINDS.contains(&field.label.as_str()) {
        names.push(text::terminal(&x509::quoted(&field.value)));
    }
    for child in &field.children {
        collect(child, names);
    }
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
