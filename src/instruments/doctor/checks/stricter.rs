//! What stricter programs than rustls refuse: one note about all certificates, and not one for each. It matters
//! only where such a program is the other side, and then all at once.

use std::path::Path;

use x509_parser::extensions::ParsedExtension;

use super::openssl_would_reject::note;
use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::doctor::side_view::SideView;
use crate::narration::Side;
use crate::text;

const DAY: i64 = 86_400;
/// Apple's limit for a server's certificate, of any CA.
const APPLES_DAYS: i64 = 825;
/// 2019-07-01: Apple's rules are for certificates since then.
const APPLES_RULES: i64 = 1_561_939_200;

/// A certificate's file, and what a program has against it.
type Line<'a> = (&'a Path, String);

/// The one note about the certificates on all routes.
pub(in crate::instruments::doctor) fn stricter(looks: &[SideView<'_, '_>]) -> Option<Finding> {
    let programs = [
        (
            "Python 3.13 and later, and openssl verify -x509_strict, refuse",
            FOR_PYTHON,
            refused_by_python(looks),
        ),
        (
            "iOS and macOS refuse, also from a CA of one's own",
            FOR_APPLE,
            refused_by_apple(looks),
        ),
    ];
    let mut lines = programs.iter().flat_map(|(.., lines)| lines);
    let (first, _) = lines.next()?;
    let (mut found, mut fix) = (Vec::new(), FIX.to_owned());
    for (refuse, remedy, lines) in &programs {
        if !lines.is_empty() {
            found.push(*refuse);
            found.extend(lines.iter().map(|(_, line)| line.as_str()));
            fix += remedy;
        }
    }
    let expected = "certificates that the strictest programs accept too";
    let finding = note(
        "stricter-verifiers",
        first,
        expected,
        found.join("\n"),
        &fix,
    );
    Some(Finding {
        severity: Severity::Note,
        ..finding
    })
}

const FIX: &str = "nothing, unless such a program is the other side. Then: new certificates, as hello-mtls certs makes them";
const FOR_PYTHON: &str = "\nor by openssl: authorityKeyIdentifier=keyid in the -extfile of a leaf; subjectKeyIdentifier=hash, basicConstraints=critical,CA:TRUE and keyUsage=critical,keyCertSign,cRLSign in that of a CA";
const FOR_APPLE: &str = "\nor by openssl: -days 365, and extendedKeyUsage=serverAuth in the -extfile of the server's certificate";

fn line<'a>(cert: &Cert<'a>, faults: &[String]) -> Option<Line<'a>> {
    let file = text::terminal(&cert.path.display().to_string());
    let words = format!("{file} ({}): {}", cert.name(), faults.join("; "));
    (!faults.is_empty()).then_some((cert.path, words))
}

fn refused_by_python<'a>(looks: &[SideView<'_, 'a>]) -> Vec<Line<'a>> {
    let (mut seen, mut lines) = (Vec::new(), Vec::new());
    for look in looks {
        let (leaf, anchor) = (look.leaf(), look.anchor());
        // OpenSSL checks nothing of a leaf that is trusted itself.
        if leaf.map(|leaf| leaf.der) == anchor.map(|anchor| anchor.der) {
            continue;
        }
        for cert in look.links().map(|link| link.cert).chain(anchor) {
            if !seen.contains(&cert.der) {
                seen.push(cert.der);
                let is_last = anchor.is_some_and(|anchor| anchor.der == cert.der);
                lines.extend(line(cert, &strict_rules(cert, is_last)));
            }
        }
    }
    lines
}

fn refused_by_apple<'a>(looks: &[SideView<'_, 'a>]) -> Vec<Line<'a>> {
    let is_a_server =
        |look: &&SideView<'_, 'a>| look.role() == Side::Server && !look.evidence.case.role_unknown;
    let leaves = looks.iter().filter(is_a_server).filter_map(SideView::leaf);
    leaves
        .filter_map(|leaf| line(leaf, &apples_rules(leaf)))
        .collect()
}

/// The rules of RFC 5280 that OpenSSL checks with X509_V_FLAG_X509_STRICT, which the default context of Python's
/// ssl sets since 3.13. `is_last`: it is the trusted CA, and nothing more is looked for.
fn strict_rules(cert: &Cert<'_>, is_last: bool) -> Vec<String> {
    // Version 1 has no extensions that could be missing.
    if cert.summary.version != 3 {
        return Vec::new();
    }
    let (mut own_id, mut issuers_id, mut usage) = (false, false, false);
    let mut faults = Vec::new();
    for extension in cert.x509.extensions() {
        let critical = extension.critical;
        match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(_) => own_id = true,
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                issuers_id = id.key_identifier.is_some();
            }
            ParsedExtension::KeyUsage(value) => {
                usage = true;
                if value.key_cert_sign() && !cert.is_ca() {
                    faults.push("keyCertSign, and no CA");
                }
            }
            ParsedExtension::BasicConstraints(value) if value.ca && !critical => {
                faults.push("basicConstraints is not critical");
            }
            _ => {}
        }
    }
    if cert.is_ca() && !usage {
        faults.push("no keyUsage");
    }
    if cert.is_ca() && !own_id {
        faults.push("no subjectKeyIdentifier");
    }
    if !is_last && !cert.self_issued() && !issuers_id {
        faults.push("no authorityKeyIdentifier");
    }
    faults.into_iter().map(str::to_owned).collect()
}

/// What Apple wants of a server's certificate beyond what browsers want of every one. The limit of 398 days, and
/// the shorter ones after it, bind public CAs alone.
fn apples_rules(leaf: &Cert<'_>) -> Vec<String> {
    let validity = &leaf.x509.tbs_certificate.validity;
    let [start, end] = [validity.not_before, validity.not_after].map(|time| time.timestamp());
    let mut faults = Vec::new();
    if start < APPLES_RULES {
        return faults;
    }
    if end - start > APPLES_DAYS * DAY {
        let days = (end - start).div_euclid(DAY);
        faults.push(format!("valid for {days} days; {APPLES_DAYS} are allowed"));
    }
    if leaf.x509.extended_key_usage().ok().flatten().is_none() {
        faults.push("no extendedKeyUsage serverAuth".to_owned());
    }
    faults
}
