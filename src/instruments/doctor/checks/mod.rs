//! The table of checks, in the order in which people meet what they find. To add one is to add a line.

mod readable;
mod keys;
mod pair;
mod algorithms;
mod issuers;
mod rules;
mod names;
mod dates;
mod scope;
mod lists;
mod revocation;
mod openssl_would_reject;
mod exposed;
mod stricter;
mod published;

pub(super) use self::exposed::modes;
pub(super) use self::issuers::whom_to_trust;
pub(super) use self::stricter::stricter;
use super::SetupFiles;
use super::evidence::{Cert, Evidence, List};
use super::findings::Findings;
use super::side_view::{ChainLink, SideView};
use crate::instruments::doctor::finding::Finding;

enum Check {
    /// Once a side.
    Side(fn(&SideView<'_, '_>) -> Option<Finding>),
    /// Once a certificate on the route, the leaf first.
    ChainLink(fn(&ChainLink<'_, '_, '_>) -> Option<Finding>),
    /// Once a trusted CA at which a route ends.
    Anchor(fn(&Cert<'_>, &Evidence<'_>) -> Option<Finding>),
    /// Once a revocation list.
    List(fn(&List<'_>, &Evidence<'_>) -> Option<Finding>),
    /// Once a case.
    SetupFiles(fn(&Evidence<'_>) -> Option<Finding>),
    /// Once a case, by the metadata of its files.
    Metadata(fn(&SetupFiles) -> Vec<Finding>),
}

const CHECKS: &[Check] = &[
    Check::SetupFiles(readable::anchors_parsed),
    Check::Side(readable::parsed),
    Check::Side(keys::usable),
    Check::Side(pair::key_fits),
    Check::Side(pair::leaf_first),
    Check::ChainLink(readable::by_rustls),
    Check::Side(algorithms::named_curve),
    Check::ChainLink(algorithms::signature),
    Check::ChainLink(algorithms::issuers_key),
    Check::Side(algorithms::sent_key),
    Check::Side(issuers::chains_to_anchor),
    Check::ChainLink(rules::leaf_is_no_ca),
    Check::ChainLink(rules::issuer_is_ca),
    Check::ChainLink(rules::path_length),
    Check::Side(rules::name_constraints),
    Check::ChainLink(rules::purpose),
    Check::Side(names::has_names),
    Check::Side(names::host),
    Check::Side(names::address_as_dns),
    Check::Side(names::matchable),
    Check::ChainLink(dates::valid),
    Check::List(lists::readable),
    Check::List(lists::signature),
    Check::List(lists::known_issuer),
    Check::ChainLink(revocation::every_issuer_has_a_list),
    Check::Anchor(revocation::every_anchor_has_a_list),
    Check::ChainLink(revocation::issuer_may_sign_lists),
    Check::ChainLink(revocation::not_revoked),
    Check::List(lists::one_of_a_ca),
    Check::List(lists::fresh),
    Check::Side(pair::one_key),
    Check::Side(issuers::in_order),
    Check::Side(issuers::leaf_among_anchors),
    Check::Anchor(dates::root_valid),
    Check::Anchor(openssl_would_reject::root_may_sign),
    Check::Anchor(openssl_would_reject::root_is_a_root),
    Check::Side(openssl_would_reject::root_purpose),
    Check::Side(openssl_would_reject::netscape_purpose),
    Check::ChainLink(openssl_would_reject::root_path_length),
    Check::ChainLink(openssl_would_reject::own_name),
    Check::ChainLink(openssl_would_reject::key_usage),
    Check::Side(openssl_would_reject::common_name),
    Check::Side(openssl_would_reject::chain_length),
    Check::ChainLink(openssl_would_reject::serial),
    Check::Anchor(openssl_would_reject::root_serial),
    Check::Metadata(exposed::modes),
    Check::Side(exposed::no_key_beside_certificate),
    Check::SetupFiles(exposed::no_key_beside_authorities),
    Check::SetupFiles(openssl_would_reject::each_once),
];

/// Calls every check on all that it is for.
pub(super) fn run(evidence: &Evidence<'_>, looks: &[SideView<'_, '_>], told: &mut Findings) {
    for check in CHECKS {
        match check {
            Check::SetupFiles(check) => told.extend(None, [check(evidence)]),
            Check::Metadata(check) => {
                told.extend(None, check(evidence.case).into_iter().map(Some));
            }
            Check::List(check) => {
                let lists = evidence.lists.iter();
                told.extend(None, lists.map(|list| check(list, evidence)));
            }
            Check::Anchor(check) => {
                let anchors = anchors(evidence, looks).into_iter();
                told.extend(None, anchors.map(|anchor| check(anchor, evidence)));
            }
            Check::Side(check) => looks
                .iter()
                .for_each(|look| told.extend(Some(look.role()), [check(look)])),
            Check::ChainLink(check) => looks.iter().for_each(|look| {
                told.extend(Some(look.role()), look.links().map(|link| check(&link)));
            }),
        }
    }
}

/// The CAs at which routes end; without any side, all.
fn anchors<'e, 'a>(evidence: &'e Evidence<'a>, looks: &[SideView<'e, 'a>]) -> Vec<&'e Cert<'a>> {
    match looks {
        [] => evidence.anchors.iter().collect(),
        looks => looks.iter().filter_map(SideView::anchor).collect(),
    }
}
