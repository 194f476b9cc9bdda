//! Which certificates a revocation list speaks for, as webpki sees it: all of its CA's, CAs or leaves
//! alone, or those of one distribution point (RFC 5280 §5.2.5 and §6.3.3).

use x509_parser::extensions::{
    CRLDistributionPoint, DistributionPointName, GeneralName, IssuingDistributionPoint,
    ParsedExtension,
};

use crate::instruments::doctor::evidence::{Cert, List};
use crate::instruments::doctor::side_view::ChainLink;

/// Whether the list speaks for this certificate.
pub(super) fn covers(list: &List<'_>, link: &ChainLink<'_, '_, '_>) -> bool {
    list.is_of(link.cert.issuer()) && limits(list).is_none_or(|limits| within(limits, link))
}

fn limits<'l>(list: &'l List<'_>) -> Option<&'l IssuingDistributionPoint<'l>> {
    let extensions = list.crl.as_ref()?.extensions().iter();
    let mut parsed = extensions.map(|extension| extension.parsed_extension());
    parsed.find_map(|parsed| match parsed {
        ParsedExtension::IssuingDistributionPoint(limits) => Some(limits),
        _ => None,
    })
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
    direct && uris(here).any(|uri| uris(there).any(|other| uri == other))
}

fn uris<'p>(point: &'p Option<DistributionPointName<'p>>) -> impl Iterator<Item = &'p str> {
    let names = match point {
        Some(DistributionPointName::FullName(names)) => names.as_slice(),
        _ => &[],
    };
    names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => Some(*uri),
        _ => None,
    })
}
