//! What stricter programs than rustls refuse: one note about all certificates, and not one for each. It matters
//! only where such a program is the other side, and then all at once.

use std::path::Path;

use x509_parser::extensions::ParsedExtension;

use super::openssl_would_reject::note;
use crate::certificates::ml_dsa::is_ml_dsa;
use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::doctor::side_view::SideView;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
use crate::text;

const DAY: i64 = 86_400;
/// Apple's limit for a server's certificate, of any CA.
const APPLES_DAYS: i64 = 825;
/// 2019-07-01: Apple's rules are for certificates since then.
const APPLES_RULES: i64 = 1_561_939_200;

/// A certificate's file, and what a program has against it.
type Line<'a> = (&'a Path, Phrase);

/// The one note about the certificates on all routes.
pub(in crate::instruments::doctor) fn stricter(looks: &[SideView<'_, '_>]) -> Option<Finding> {
    let programs = [
        (
            phrase!("Python 3.13 and later, and openssl verify -x509_strict, refuse"),
            phrase!(
                "or by openssl: authorityKeyIdentifier=keyid in the -extfile of a leaf; subjectKeyIdentifier=hash, basicConstraints=critical,CA:TRUE and keyUsage=critical,keyCertSign,cRLSign in that of a CA"
            ),
            refused_by_python(looks),
        ),
        (
            phrase!("iOS and macOS refuse, also from a CA of one's own"),
            phrase!(
                "or by openssl: -days 365, and extendedKeyUsage=serverAuth in the -extfile of the server's certificate"
            ),
            refused_by_apple(looks),
        ),
        (
            phrase!(
                "OpenSSL before 3.5, with nginx, curl, Node and Python on top of it, and every program in TLS 1.2, cannot use"
            ),
            phrase!("for those: --key-type ecdsa-p256"),
            unknown_to_old_openssl(looks),
        ),
    ];
    let mut lines = programs.iter().flat_map(|(.., lines)| lines);
    let first = lines.next()?.0;
    let mut found = Vec::new();
    let mut fix = vec![phrase!(
        "nothing, unless such a program is the other side. Then: new certificates, as hello-mtls certs makes them"
    )];
    for (refuse, remedy, lines) in programs {
        if !lines.is_empty() {
            found.push(refuse);
            found.extend(lines.into_iter().map(|(_, line)| line));
            fix.push(remedy);
        }
    }
    let expected = phrase!("certificates that the strictest programs accept too");
    let finding = note(
        "stricter-verifiers",
        first,
        expected,
        Phrase::lines(found),
        Phrase::lines(fix),
    );
    Some(Finding {
        severity: Severity::Note,
        ..finding
    })
}

fn line<'a>(cert: &Cert<'a>, faults: Vec<Phrase>) -> Option<Line<'a>> {
    let file = text::terminal(&cert.path.display().to_string());
    let faults = faults
        .into_iter()
        .reduce(|one, other| phrase!("{one}; {other}", one, other))?;
    let words = phrase!(
        "{file} ({name}): {faults}",
        file,
        name = cert.name(),
        faults
    );
    Some((cert.path, words))
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
                lines.extend(line(cert, strict_rules(cert, is_last)));
            }
        }
    }
    lines
}

/// ML-DSA is for TLS 1.3 alone, and young.
fn unknown_to_old_openssl<'a>(looks: &[SideView<'_, 'a>]) -> Vec<Line<'a>> {
    let (mut seen, mut lines) = (Vec::new(), Vec::new());
    for look in looks {
        for cert in look.links().map(|link| link.cert).chain(look.anchor()) {
            if is_ml_dsa(cert.key()) && !seen.contains(&cert.der) {
                seen.push(cert.der);
                lines.extend(line(cert, vec![phrase!("an ML-DSA key")]));
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
        .filter_map(|leaf| line(leaf, apples_rules(leaf)))
        .collect()
}

/// The rules of RFC 5280 that OpenSSL checks with X509_V_FLAG_X509_STRICT, which the default context of Python's
/// ssl sets since 3.13. `is_last`: it is the trusted CA, and nothing more is looked for.
fn strict_rules(cert: &Cert<'_>, is_last: bool) -> Vec<Phrase> {
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
                    faults.push(phrase!("keyCertSign, and no CA"));
                }
            }
            ParsedExtension::BasicConstraints(value) if value.ca && !critical => {
                faults.push(phrase!("basicConstraints is not critical"));
            }
            _ => {}
        }
    }
    if cert.is_ca() && !usage {
        faults.push(phrase!("no keyUsage"));
    }
    if cert.is_ca() && !own_id {
        faults.push(phrase!("no subjectKeyIdentifier"));
    }
    if !is_last && !cert.self_issued() && !issuers_id {
        faults.push(phrase!("no authorityKeyIdentifier"));
    }
    faults
}

/// What Apple wants of a server's certificate beyond what browsers want of every one. The limit of 398 days, and
/// the shorter ones after it, bind public CAs alone.
fn apples_rules(leaf: &Cert<'_>) -> Vec<Phrase> {
    let validity = &leaf.x509.tbs_certificate.validity;
    let [start, end] = [validity.not_before, validity.not_after].map(|time| time.timestamp());
    let mut faults = Vec::new();
    if start < APPLES_RULES {
        return faults;
    }
    if end - start > APPLES_DAYS * DAY {
        let days = (end - start).div_euclid(DAY);
        faults.push(phrase!(
            "valid for {days} days; {allowed} are allowed",
            days,
            allowed = APPLES_DAYS
        ));
    }
    if leaf.x509.extended_key_usage().ok().flatten().is_none() {
        faults.push(phrase!("no extendedKeyUsage serverAuth"));
    }
    faults
}
