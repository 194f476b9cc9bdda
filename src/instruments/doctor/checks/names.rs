//! Names of a server. Only the subjectAltName counts, and in it an address counts only as an address
//! (RFC 9525 §2 and §6.3).

use std::net::IpAddr;

use rustls::client::verify_server_name;
use rustls::pki_types::ServerName;
use rustls::server::ParsedCertificate;

use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::remedy::new_leaf;
use crate::instruments::doctor::side_view::SideView;
use crate::narration::Side;
use crate::text;

/// A server's leaf that can be read, and the host that is asked for.
fn subject<'e, 'a>(look: &SideView<'e, 'a>) -> Option<(&'e Cert<'a>, &'e ServerName<'static>)> {
    let leaf = look.leaf()?;
    let server = look.role() == Side::Server && leaf.summary.version == 3;
    server.then_some((leaf, &look.evidence.case.host))
}

/// There is a subjectAltName with a host name or an address.
pub(super) fn has_names(look: &SideView<'_, '_>) -> Option<Finding> {
    let (leaf, host) = subject(look)?;
    if !names(leaf).is_empty() {
        return None;
    }
    let found = match leaf.summary.common_names.first() {
        Some(name) => {
            let name = text::shorten(&text::terminal(name), 40);
            format!("no subjectAltName; the CN \"{name}\" is not looked at")
        }
        None => "no subjectAltName".to_owned(),
    };
    let expected = format!("a subjectAltName with \"{}\"", host.to_str());
    Some(look.error("no-san", expected, found, new_leaf(look)))
}

/// The host that is asked for is among the names. rustls compares.
pub(super) fn host(look: &SideView<'_, '_>) -> Option<Finding> {
    let (leaf, host) = subject(look)?;
    let names = names(leaf);
    let parsed = ParsedCertificate::try_from(leaf.der).ok()?;
    verify_server_name(&parsed, host).err()?;
    if names.is_empty() {
        return None;
    }
    let asked = |(_, address): &(&String, IpAddr)| is_host(*address, host);
    if let Some((name, address)) = addresses_as_names(leaf).find(asked) {
        return Some(as_dns(look, name, address));
    }
    let found = format!("only {}", text::shorten(&names.join(", "), 160));
    let option = if look.is_sent() {
        ""
    } else {
        " (--host says which one counts)"
    };
    let fix = format!(
        "connect by one of those names{option}, or {}",
        new_leaf(look)
    );
    let expected = format!("the name \"{}\"", host.to_str());
    Some(look.error("wrong-host", expected, found, fix))
}

/// An address among the host names, which nobody has asked for yet.
pub(super) fn address_as_dns(look: &SideView<'_, '_>) -> Option<Finding> {
    let (leaf, host) = subject(look)?;
    let listed = &leaf.summary.addresses;
    let mut addresses = addresses_as_names(leaf);
    let (name, address) = addresses.find(|(_, address)| !listed.contains(address))?;
    (!is_host(address, host)).then(|| as_dns(look, name, address).warning())
}

fn as_dns(look: &SideView<'_, '_>, name: &str, address: IpAddr) -> Finding {
    let name = text::terminal(name);
    let found = format!("DNS:{name}: an address as a host name, which matches nothing");
    look.error(
        "ip-in-dns-name",
        format!("an entry IP:{address}"),
        found,
        new_leaf(look),
    )
}

/// DNS entries that are addresses, as in a URL too: `[::1]`.
fn addresses_as_names<'l>(leaf: &'l Cert<'_>) -> impl Iterator<Item = (&'l String, IpAddr)> {
    let names = leaf.summary.dns_names.iter();
    names.filter_map(|name| Some((name, name.trim_matches(['[', ']']).parse().ok()?)))
}

fn is_host(address: IpAddr, host: &ServerName<'_>) -> bool {
    host.to_str().parse() == Ok(address)
}

/// The names, safe to show.
fn names(leaf: &Cert<'_>) -> Vec<String> {
    let dns = leaf.summary.dns_names.iter();
    let dns = dns.map(|name| format!("DNS:{}", text::terminal(name)));
    let addresses = leaf.summary.addresses.iter();
    dns.chain(addresses.map(|address| format!("IP:{address}")))
        .collect()
}
