//! Which certificates a revocation list speaks for, as webpki sees it: all of its CA's, CAs or leaves
//! alone, or those of one distribution point (RFC 5280 §5.2.5 and §6.3.3).

use x509_parser::extensions::{CRLDistributionPoint, IssuingDistributionPoint, ParsedExtension};

use crate::certificates::revocation::{places, scope};
use crate::instruments::doctor::evidence::{Cert, List};
use crate::instruments::doctor::side_view::ChainLink;

/// Whether the list speaks for this certificate.
pub(super) fn covers(list: &List<'_>, link: &ChainLink<'_, '_, '_>) -> bool {
    list.is_of(link.cert.issuer())
        && list
            .crl
            .as_ref()
            .and_then(scope)
            .is_none_or(|limits| within(limits, link))
}

fn within(limits: &IssuingDistributionPoint<'_>, link: &ChainLink<'_, '_, '_>) -> bool {
    let other_kind = match link.height {
        0 => limits.only_contains_ca_certs,
        _ => limits.only_contains_user_certs,
    };
    let named = |points: &[_]| points.iter().any(|point| is_of(point, limits));
    !other_kind && points(link.cert).is_none_or(named)
}

/// Where a certificate says that its list is to be had; `None`: it does not say.
fn points<'c>(cert: &'c Cert<'_>) -> Option<&'c [CRLDistributionPoint<'c>]> {
    let extensions = cert.x509.extensions().iter();
    let mut parsed = extensions.map(|extension| extension.parsed_extension());
    parsed.find_map(|parsed| match parsed {
        ParsedExtension::CRLDistributionPoints(points) => Some(points.points.as_slice()),
        _ => None,
    })
}

/// Whether a certificate's distribution point is the list's.
fn is_of(point: &CRLDistributionPoint<'_>, limits: &IssuingDistributionPoint<'_>) -> bool {
    let direct = point.crl_issuer.is_none() && point.reasons.is_none();
    let (here, there) = (&point.distribution_point, &limits.distribution_point);
    direct
        && places(here)
            .iter()
            .any(|place| places(there).contains(place))
}
