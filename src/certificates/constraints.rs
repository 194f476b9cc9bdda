//! Name constraints: the names for which a CA may sign (RFC 5280 §4.2.1.10).
//!
//! The verifier of the other side enforces them. openssl signs what lies outside without a word, and nobody accepts the
//! certificate. So [`check`] compares before a file is written. It compares what webpki compares, which are DNS names and
//! addresses.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use x509_parser::extensions::{GeneralName, NameConstraints};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::summary::Summary;
use super::wording;
use crate::error::Error;
use crate::phrase;
use crate::text;

/// Whether `ca`, or a CA below it, may sign `leaf`.
///
/// # Errors
/// [`Error::Certificates`], with the constraint and the first name that lies outside.
pub fn check(ca: &CertificateDer<'_>, leaf: &CertificateDer<'_>) -> Result<(), Error> {
    let (Ok((_, x509)), Ok((_, leaf))) = (
        X509Certificate::from_der(ca),
        X509Certificate::from_der(leaf),
    ) else {
        return Ok(());
    };
    let (Some(constraints), Some(name)) = (of(&x509), outside(&x509, &leaf)) else {
        return Ok(());
    };
    Err(Error::Certificates {
        doing: "sign".to_owned(),
        found: phrase!(
            "{name} is outside the name constraints of {ca} ({constraints}), so the other side would refuse the certificate",
            name = text::shorten(&text::terminal(&wording::entry(name)), 80),
            ca = Summary::of(ca).unwrap_or_default().shown_subject(),
            constraints = text::shorten(&text::terminal(&shown(constraints)), 160)
        ),
        remedy: phrase!(
            "a name within the constraints, or a CA that may sign for this one: `hello-mtls certs ca --dir DIR` makes a new CA"
        ),
    })
}

/// The name constraints of a CA, if it has some.
pub fn of<'c>(ca: &'c X509Certificate<'_>) -> Option<&'c NameConstraints<'c>> {
    let extension = ca.name_constraints().ok().flatten()?;
    Some(extension.value)
}

/// The first name of `leaf` that lies outside the constraints of `ca`.
pub fn outside<'l>(
    ca: &X509Certificate<'_>,
    leaf: &'l X509Certificate<'_>,
) -> Option<&'l GeneralName<'l>> {
    let constraints = of(ca)?;
    let names = leaf.subject_alternative_name().ok().flatten()?.value;
    let mut names = names.general_names.iter();
    names.find(|name| !permits(constraints, name))
}

/// Whether the constraints let a CA sign for this host.
pub fn permits_host(constraints: &NameConstraints<'_>, host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(ip)) => permits(constraints, &GeneralName::IPAddress(&ip.octets())),
        Ok(IpAddr::V6(ip)) => permits(constraints, &GeneralName::IPAddress(&ip.octets())),
        Err(_) => permits(constraints, &GeneralName::DNSName(host)),
    }
}

fn permits(constraints: &NameConstraints<'_>, name: &GeneralName<'_>) -> bool {
    let permitted = constraints.permitted_subtrees.iter().flatten();
    let mut compared = permitted
        .filter_map(|tree| within(name, &tree.base))
        .peekable();
    // A form of name that no constraint mentions is free.
    let allowed = compared.peek().is_none() || compared.any(|is| is);
    let mut excluded = constraints.excluded_subtrees.iter().flatten();
    allowed && !excluded.any(|tree| within(name, &tree.base) == Some(true))
}

/// Whether a name is within a constraint; `None`: they are not both DNS names or addresses.
fn within(name: &GeneralName<'_>, base: &GeneralName<'_>) -> Option<bool> {
    match (name, base) {
        (GeneralName::DNSName(name), GeneralName::DNSName(base)) => {
            let (name, base) = (name.to_ascii_lowercase(), base.to_ascii_lowercase());
            let base = base.trim_start_matches('.');
            let label = name.strip_suffix(base);
            Some(
                label.is_some_and(|label| {
                    base.is_empty() || label.is_empty() || label.ends_with('.')
                }),
            )
        }
        (GeneralName::IPAddress(name), GeneralName::IPAddress(base)) => {
            let (network, mask) = base.split_at(base.len() / 2);
            let mut bytes = name.iter().zip(network).zip(mask);
            Some(network.len() == name.len() && bytes.all(|((a, b), mask)| a & mask == b & mask))
        }
        _ => None,
    }
}

/// `permitted: DNS:localhost, IP:127.0.0.1; excluded: …`.
fn shown(constraints: &NameConstraints<'_>) -> String {
    let lists = [
        ("permitted", &constraints.permitted_subtrees),
        ("excluded", &constraints.excluded_subtrees),
    ];
    let shown = lists.iter().filter_map(|(kind, trees)| {
        let trees = trees.as_ref()?.iter().map(|tree| subtree(&tree.base));
        Some(format!("{kind}: {}", trees.collect::<Vec<_>>().join(", ")))
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// An address is shown without its mask if the mask leaves one address alone.
fn subtree(base: &GeneralName<'_>) -> String {
    let GeneralName::IPAddress(bytes) = base else {
        return wording::entry(base);
    };
    let (network, mask) = bytes.split_at(bytes.len() / 2);
    let [network, mask] = [network, mask].map(wording::address);
    match (network, mask) {
        (Some(one), Some(mask)) if is_all_ones(mask) => format!("IP:{one}"),
        (Some(network), Some(mask)) => format!("IP:{network}/{mask}"),
        _ => wording::entry(base),
    }
}

fn is_all_ones(mask: IpAddr) -> bool {
    match mask {
        IpAddr::V4(mask) => mask.octets() == [0xff; 4],
        IpAddr::V6(mask) => mask.octets() == [0xff; 16],
    }
}
