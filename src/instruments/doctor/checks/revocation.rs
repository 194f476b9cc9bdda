//! Which certificates are revoked. With one list loaded, every issuer of a chain needs one; without any, revocation is
//! not checked.

use super::lists::revoke;
use super::scope::covers;
use crate::clock::Moment;
use crate::instruments::doctor::evidence::{Cert, Evidence, List};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::in_place::is_taken;
use crate::instruments::doctor::reading::is_backup;
use crate::instruments::doctor::remedy::after_revocation;
use crate::instruments::doctor::side_view::ChainLink;
use crate::narration::Step;
use crate::phrase;
use crate::text;

/// The lists that speak for a certificate. webpki looks at the first.
fn lists<'l>(link: &'l ChainLink<'_, '_, '_>) -> impl Iterator<Item = &'l List<'l>> {
    let lists = link.look.evidence.lists.iter();
    lists.filter(|list| covers(list, link))
}

fn on_it(list: &List<'_>, cert: &Cert<'_>) -> Option<Moment> {
    let serial = cert.x509.raw_serial();
    let mut entries = list.crl.as_ref()?.iter_revoked_certificates();
    let entry = entries.find(|entry| entry.raw_serial() == serial)?;
    Some(Moment::from_unix(entry.revocation_date.timestamp()))
}

/// Every issuer on the route has a list.
pub(super) fn every_issuer_has_a_list(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let evidence = link.look.evidence;
    let (all, issuer) = (&evidence.lists, link.issuer?);
    let unreadable = all.iter().any(|list| list.crl.is_none());
    let first = all
        .first()
        .filter(|_| !unreadable && lists(link).next().is_none())?;
    let (name, ca) = (link.cert.name(), issuer.name());
    let other_scope = all.iter().find(|list| list.is_of(link.cert.issuer()));
    let found = match other_scope {
        Some(_) => phrase!(
            "one of {ca}, but not for {name}: it is for other distribution points, or for CAs or leaves alone",
            ca,
            name
        ),
        None => phrase!(
            "none of {ca}, so it is not known whether {name} is revoked",
            ca,
            name
        ),
    };
    let mut nearby = evidence.nearby.iter();
    // A list that is there already is the CA's, and was not named; or another CA's, and stays.
    let has_room = |ca: &Cert<'_>| !is_backup(ca.path) && !is_taken(&ca.path.with_extension("crl"));
    let near = nearby.find(|cert| {
        cert.der == issuer.der && cert.place.1 == 1 && other_scope.is_none() && has_room(cert)
    });
    let fix = near.map_or_else(
        || phrase!("--crl with that one as well"),
        |ca| {
            phrase!(
                "{remedy}\nthen --crl with that one as well",
                remedy = revoke(ca)
            )
        },
    );
    let file = other_scope.unwrap_or(first).path.to_owned();
    let finding = link.error(
        "crl-missing",
        phrase!("a list of every CA in the chain"),
        found,
        fix,
    );
    Some(Finding { file, ..finding })
}

/// Every trusted CA has a list. With certificates to judge, the check of their issuers says it, and knows the CAs
/// between.
pub(super) fn every_anchor_has_a_list(
    anchor: &Cert<'_>,
    evidence: &Evidence<'_>,
) -> Option<Finding> {
    let lists = &evidence.lists;
    let first = lists.first().filter(|_| evidence.sides.is_empty())?;
    if lists
        .iter()
        .any(|list| list.crl.is_none() || list.is_of(anchor.subject()))
    {
        return None;
    }
    let found = phrase!(
        "none of {ca}, so every certificate that it signed is refused",
        ca = anchor.name()
    );
    let expected = phrase!("a list of every CA in the chain");
    let fix = phrase!("--crl with that one as well");
    let finding = error(
        "crl-missing",
        Step::ServerVerifiesClient,
        first.path,
        expected,
        found,
        fix,
    );
    Some(finding.warning())
}

/// The issuer's key usage allows it to sign lists. webpki asks intermediates only.
pub(super) fn issuer_may_sign_lists(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let issuer = link.issuer.filter(|_| lists(link).next().is_some())?;
    let usage = issuer.x509.key_usage().ok().flatten()?;
    if usage.value.crl_sign() {
        return None;
    }
    let found = phrase!("{name} has a key usage without it", name = issuer.name());
    let expected = phrase!("key usage cRLSign in a CA with a list");
    let fix = phrase!("a new CA certificate for the same key, with cRLSign");
    let file = issuer.path.to_owned();
    let finding = Finding {
        file,
        ..link.error("crl-sign-not-allowed", expected, found, fix)
    };
    let anchors = link.look.evidence.anchors_of(link.look.side);
    let is_root = anchors.iter().any(|anchor| anchor.der == issuer.der);
    Some(if is_root { finding.warning() } else { finding })
}

/// The certificate is not on the list that counts.
pub(super) fn not_revoked(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let list = lists(link).next()?;
    let since = on_it(list, link.cert)?.date();
    let (name, file) = (link.cert.name(), text::shell(list.path));
    let found = phrase!(
        "{name} was revoked on {since}, says {file}",
        name,
        since,
        file
    );
    let expected = phrase!("a certificate that its CA has not revoked");
    Some(link.error("revoked", expected, found, after_revocation(link)))
}
