//! Who signed whom: does the chain arrive at a trusted CA, and in which order?

use super::evidence::{Cert, Evidence};
use super::look::{Look, is_sent};
use super::remedy::{append, new_certificate, reorder};
use super::route::{End, Signed, signed_by};
use crate::finding::{Finding, error, judged};
use crate::narration::Step;
use crate::text;

/// The chain arrives at one of the trusted CAs.
pub(super) fn arrives(look: &Look<'_, '_>) -> Option<Finding> {
    let (evidence, route) = (look.evidence, look.route.as_ref()?);
    let authorities = evidence
        .case
        .authorities
        .as_deref()
        .filter(|_| !evidence.anchors.is_empty())?;
    let (top, own) = (*route.certs.last()?, route.certs.first()?);
    let broken = look.side.ders.len() > look.side.chain.len();
    if matches!(route.end, End::Anchor(_)) || broken {
        return None;
    }
    let (step, file) = (
        judged(look.side.party.side),
        look.side.party.certificate.label(),
    );
    let expected = format!(
        "a chain from {} to a CA in {}",
        own.name(),
        text::shell(authorities)
    );
    let issuer = format!(
        "{} says that {} signed it",
        top.name(),
        top.summary.shown_issuer()
    );
    let nearby = nearby_issuer(evidence, top);
    Some(match (route.end, nearby) {
        // A CA that signed itself: whether a leaf may be one is another check's.
        (End::OwnIssuer, _) if route.certs.len() == 1 => {
            if top.is_ca() {
                return None;
            }
            let found = format!("{} signed itself, and is not in that file", top.name());
            let fix = match is_sent(look) {
                true => "the server's certificate by another way, to add it there".to_owned(),
                false => format!(
                    "a CA signs it, or it is trusted itself:\n{}",
                    append(authorities, file)
                ),
            };
            error("self-signed", step, file, expected, found, fix)
        }
        (_, Some(issuer_cert)) if !issuer_cert.self_issued() => {
            let found = format!("{issuer}, and that one is not in the file");
            let fix = match is_sent(look) {
                true => "the server has to send it as well".to_owned(),
                false => behind(file, issuer_cert),
            };
            error("missing-intermediate", step, file, expected, found, fix)
        }
        (_, Some(issuer_cert)) => {
            let found = format!(
                "{issuer}: {}, which is not in {}",
                text::shell(issuer_cert.path),
                text::shell(authorities)
            );
            let fix = format!(
                "trust that one too:\n{}",
                append(authorities, issuer_cert.path)
            );
            error("unknown-issuer", step, authorities, expected, found, fix)
        }
        (End::OtherKey(other), None) => {
            let found = format!(
                "{issuer}. {} has that name, but another key: it was made anew since",
                text::shell(other.path)
            );
            let fix = format!(
                "the earlier CA file, or {}",
                new_certificate(look.side, evidence)
            );
            error("issuer-key", step, file, expected, found, fix)
        }
        (End::OwnIssuer, None) => {
            let found = format!("{} signed itself, and is not in that file", top.name());
            error(
                "unknown-issuer",
                step,
                authorities,
                expected,
                found,
                "the right CA file; is that root to be trusted?",
            )
        }
        (End::Nobody, None)
            if evidence
                .anchors
                .iter()
                .any(|anchor| leaf_as_ca(anchor, own)) =>
        {
            let found = format!(
                "a leaf in {}: it signed nobody. {issuer}",
                text::shell(authorities)
            );
            error(
                "leaf-as-ca",
                step,
                authorities,
                expected,
                found,
                "the certificate of the CA (ca.crt) goes there",
            )
        }
        (End::Nobody, None) | (End::Anchor(_), None) => {
            let trusted = evidence
                .anchors
                .first()
                .map(|anchor| anchor.summary.shown_subject())
                .unwrap_or_default();
            let more = if evidence.anchors.len() > 1 {
                " and others"
            } else {
                ""
            };
            let found = format!("{issuer}; trusted is {trusted}{more}");
            let fix = format!(
                "the CA file with that issuer, or the intermediate that is missing between, or {}",
                new_certificate(look.side, evidence)
            );
            error("unknown-issuer", step, authorities, expected, found, fix)
        }
    })
}

/// A CA file that holds the leaf itself, or a certificate that is no CA.
fn leaf_as_ca(anchor: &Cert<'_>, own: &Cert<'_>) -> bool {
    anchor.der == own.der
        || (anchor.summary.version == 3 && !anchor.is_ca() && !anchor.self_issued())
}

/// The true issuer, if it lies in the same folders.
fn nearby_issuer<'e, 'a>(evidence: &'e Evidence<'a>, cert: &Cert<'_>) -> Option<&'e Cert<'a>> {
    let named = evidence
        .nearby
        .iter()
        .filter(|near| near.subject() == cert.issuer() && near.der != cert.der);
    named
        .take(16)
        .find(|near| signed_by(cert, near, &evidence.files.provider) == Signed::Yes)
}

fn behind(file: &std::path::Path, issuer: &Cert<'_>) -> String {
    format!("it goes behind the leaf:\n{}", append(file, issuer.path))
}

/// Each certificate is followed by its issuer.
pub(super) fn in_order(look: &Look<'_, '_>) -> Option<Finding> {
    let (route, chain) = (look.route.as_ref()?, &look.side.chain);
    let place = |cert: &&Cert<'_>| chain.iter().position(|one| std::ptr::eq(one, *cert));
    let places: Vec<usize> = route.certs.iter().filter_map(place).collect();
    if places.is_sorted() || route.anchor().is_none() || look.side.misplaced.is_some() {
        return None;
    }
    let rest = (0..chain.len()).filter(|index| !places.contains(index));
    let order: Vec<usize> = places.iter().copied().chain(rest).collect();
    let fix = match look.side.party.certificate.path() {
        Some(path) => reorder(path, &order),
        None => "the server's chain file, in that order".to_owned(),
    };
    let found = "intermediates in another order; rustls sorts them, an old TLS 1.2 peer does not";
    let expected = "each certificate followed by its issuer (RFC 5246 §7.4.2)";
    let file = look.side.party.certificate.label();
    Some(
        error(
            "unordered-chain",
            judged(look.side.party.side),
            file,
            expected,
            found,
            fix,
        )
        .warning(),
    )
}

/// A CA file is for CAs: who trusts a leaf as well, cannot revoke it.
pub(super) fn leaf_among_anchors(look: &Look<'_, '_>) -> Option<Finding> {
    let (evidence, leaf) = (look.evidence, look.side.chain.first()?);
    let anchor = look.route.as_ref()?.anchor()?;
    let inside = evidence.anchors.iter().any(|one| one.der == leaf.der) && anchor.der != leaf.der;
    let file = evidence.case.authorities.as_deref().filter(|_| inside)?;
    let found = format!("the leaf {} as well", leaf.name());
    Some(
        error(
            "leaf-in-ca-file",
            Step::Preparation,
            file,
            "CAs only",
            found,
            "take that block out",
        )
        .warning(),
    )
}
