//! Names of a server. Only the subjectAltName counts, and in it an address counts only as an address
//! (RFC 9525 §2 and §6.3).

use rustls::client::verify_server_name;
use rustls::pki_types::ServerName;
use rustls::server::ParsedCertificate;

use super::evidence::Cert;
use super::look::Look;
use super::remedy::new_certificate;
use crate::finding::{Finding, error, judged};
use crate::narration::Side;
use crate::text;

/// A server's leaf that can be read, and the host that is asked for.
fn subject<'e, 'a>(look: &'e Look<'_, 'a>) -> Option<(&'e Cert<'a>, &'e ServerName<'static>)> {
    let leaf = look.side.chain.first()?;
    let server = look.side.party.side == Side::Server && leaf.summary.version == 3;
    server.then_some((leaf, &look.evidence.case.host))
}

fn unnamed(leaf: &Cert<'_>) -> bool {
    leaf.summary.dns_names.is_empty() && leaf.summary.addresses.is_empty()
}

/// There is a subjectAltName with a host name or an address.
pub(super) fn has_names(look: &Look<'_, '_>) -> Option<Finding> {
    let (leaf, host) = subject(look).filter(|(leaf, _)| unnamed(leaf))?;
    let found = match leaf.summary.common_names.first() {
        Some(name) => format!(
            "no subjectAltName; the CN \"{}\" is not looked at",
            text::shorten(&text::terminal(name), 40)
        ),
        None => "no subjectAltName".to_owned(),
    };
    let expected = format!("a subjectAltName with \"{}\"", host.to_str());
    Some(error(
        "no-san",
        judged(Side::Server),
        leaf.path,
        expected,
        found,
        new_certificate(look.side, look.evidence),
    ))
}

/// The host that is asked for is among the names. rustls compares.
pub(super) fn host(look: &Look<'_, '_>) -> Option<Finding> {
    let (leaf, host) = subject(look).filter(|(leaf, _)| !unnamed(leaf))?;
    let parsed = ParsedCertificate::try_from(leaf.der).ok()?;
    verify_server_name(&parsed, host).err()?;
    let as_dns = leaf
        .summary
        .dns_names
        .iter()
        .any(|name| *name == host.to_str());
    let names = text::shorten(&names(leaf), 160);
    let renew = new_certificate(look.side, look.evidence);
    Some(match (host, as_dns) {
        (ServerName::IpAddress(_), true) => {
            let found = format!(
                "DNS:{}: an address as a host name, which matches nothing",
                host.to_str()
            );
            error(
                "ip-in-dns",
                judged(Side::Server),
                leaf.path,
                format!("an entry IP:{}", host.to_str()),
                found,
                renew,
            )
        }
        _ => {
            let fix =
                format!("connect by one of those names (--host says which one counts), or {renew}");
            error(
                "wrong-host",
                judged(Side::Server),
                leaf.path,
                format!("the name \"{}\"", host.to_str()),
                format!("only {names}"),
                fix,
            )
        }
    })
}

/// An address among the host names, which nobody has asked for yet.
pub(super) fn address_as_dns(look: &Look<'_, '_>) -> Option<Finding> {
    let (leaf, host) = subject(look)?;
    let is_address = |name: &&String| name.parse::<std::net::IpAddr>().is_ok();
    let address = leaf.summary.dns_names.iter().find(is_address)?;
    let listed = address
        .parse()
        .is_ok_and(|ip| leaf.summary.addresses.contains(&ip));
    if listed || *address == host.to_str() {
        return None;
    }
    let expected = format!("an entry IP:{address}");
    let found = format!("DNS:{address}: an address as a host name, which matches nothing");
    Some(
        error(
            "ip-in-dns",
            judged(Side::Server),
            leaf.path,
            expected,
            found,
            new_certificate(look.side, look.evidence),
        )
        .warning(),
    )
}

fn names(leaf: &Cert<'_>) -> String {
    let dns = leaf
        .summary
        .dns_names
        .iter()
        .map(|name| format!("DNS:{}", text::terminal(name)));
    let addresses = leaf
        .summary
        .addresses
        .iter()
        .map(|address| format!("IP:{address}"));
    dns.chain(addresses).collect::<Vec<_>>().join(", ")
}
