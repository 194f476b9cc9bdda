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
use crate::instruments::x509;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
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
    let tree = x509::certificate(leaf.der);
    let others = tree
        .find("subjectAltName")
        .map(|field| field.value.to_string());
    let found = match leaf.summary.common_names.first() {
        _ if matches!(others.as_deref(), Some("" | "critical: ")) => {
            phrase!("an empty subjectAltName")
        }
        _ if others.is_some() => {
            let others = text::shorten(&others.unwrap_or_default(), 120);
            phrase!(
                "a subjectAltName without a host name or an address: {others}",
                others
            )
        }
        Some(name) => {
            let name = text::shorten(&text::terminal(name), 40);
            phrase!(
                "no subjectAltName; the CN \"{name}\" is not looked at",
                name
            )
        }
        None => phrase!("no subjectAltName"),
    };
    let expected = phrase!("a subjectAltName with \"{host}\"", host = &*host.to_str());
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
    let (dead, why) = unmatchable(leaf);
    let live: Vec<String> = names
        .into_iter()
        .filter(|name| !dead.contains(name))
        .collect();
    if live.is_empty() {
        let expected = phrase!("the name \"{host}\"", host = &*host.to_str());
        return Some(look.error("unmatchable-name", expected, why, new_leaf(look)));
    }
    let names = text::shorten(&live.join(", "), 160);
    let mut found = phrase!("only {names}", names);
    if !why.is_empty() {
        found = phrase!("{one}. {other}", one = found, other = why);
    }
    let renewal = new_leaf(look);
    let fix = if look.is_sent() {
        phrase!("connect by one of those names, or {renewal}", renewal)
    } else {
        phrase!(
            "connect by one of those names (--host says which one counts), or {renewal}",
            renewal
        )
    };
    let expected = phrase!("the name \"{host}\"", host = &*host.to_str());
    Some(look.error("wrong-host", expected, found, fix))
}

/// Each entry can match something. Beside one that does, the others are for nothing.
pub(super) fn matchable(look: &SideView<'_, '_>) -> Option<Finding> {
    let (leaf, host) = subject(look)?;
    let parsed = ParsedCertificate::try_from(leaf.der).ok()?;
    verify_server_name(&parsed, host).ok()?;
    let (dead, why) = unmatchable(leaf);
    let expected = phrase!("host names and addresses");
    let warn = || {
        look.error("unmatchable-name", expected, why, new_leaf(look))
            .warning()
    };
    (!dead.is_empty()).then(warn)
}

/// The DNS entries that no host name ever equals, and why. Addresses among them are another check's.
fn unmatchable(leaf: &Cert<'_>) -> (Vec<String>, Phrase) {
    let (mut dead, mut reasons) = (Vec::new(), Vec::new());
    for name in &leaf.summary.dns_names {
        if let Some(why) = why_unmatchable(name) {
            let shown = format!("DNS:{}", text::terminal(name));
            let entry = text::shorten(&shown, 60);
            reasons.push(phrase!("{entry}: {why}", entry, why));
            dead.push(shown);
        }
    }
    reasons.truncate(4);
    let why = reasons
        .into_iter()
        .reduce(|one, other| phrase!("{one}; {other}", one, other));
    (dead, why.unwrap_or_default())
}

/// Why an entry can match nothing. `None`: it can.
fn why_unmatchable(name: &str) -> Option<Phrase> {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let port = name.rsplit_once(':').is_some_and(|(_, port)| is_port(port));
    let why = match name {
        "" => phrase!("it is empty"),
        _ if address => return None,
        _ if name.contains("://") => phrase!("a URL, where only its host belongs"),
        _ if name.contains('/') => phrase!("a path, where only a host belongs"),
        _ if port => phrase!("a port, which no certificate is for"),
        _ if name.ends_with('.') => phrase!("the dot at its end; clients compare without it"),
        _ if name.contains(char::is_whitespace) => phrase!("a blank in it"),
        _ if !name.is_ascii() => {
            return Some(match text::ascii_host(name) {
                Some(ascii) => phrase!(
                    "letters that are not ASCII; DNS has such a name in Punycode: {ascii}",
                    ascii
                ),
                None => phrase!("letters that are not ASCII; DNS has such a name in Punycode"),
            });
        }
        "*" => {
            phrase!("a * alone; it stands for one label in front of others, as in *.example.test")
        }
        _ if name.strip_prefix("*.").unwrap_or(name).contains('*') => {
            phrase!("a * may only be the whole first label (RFC 9525 §6.3)")
        }
        _ => return None,
    };
    Some(why)
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
    let found = phrase!(
        "DNS:{name}: an address as a host name, which matches nothing",
        name
    );
    look.error(
        "ip-in-dns-name",
        phrase!("an entry IP:{address}", address = address.to_string()),
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
