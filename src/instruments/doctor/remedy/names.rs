//! The names that a new certificate gets: those of the old one, and the host that is asked for.

use std::net::IpAddr;

use x509_parser::objects::{oid_registry, oid2abbrev};

use crate::certificates::request::Name;
use crate::certificates::signing::client_uri;
use crate::certificates::wording;
use crate::instruments::doctor::side_view::SideView;
use crate::narration::Side;
use crate::text;

/// The subjectAltName as openssl writes it.
pub(super) fn alternatives(look: &SideView<'_, '_>) -> String {
    let entry = |host: String| match host.parse::<IpAddr>() {
        Ok(_) => format!("IP:{host}"),
        Err(_) => format!("DNS:{host}"),
    };
    match look.role() {
        Side::Server => {
            let hosts: Vec<String> = hosts(look).into_iter().map(entry).collect();
            hosts.join(",")
        }
        Side::Client => {
            own_names(look).unwrap_or_else(|| format!("URI:{}", client_uri(&common_name(look))))
        }
    }
}

/// The names by which servers know the client, as its certificate has them; `None` if it has none for clients,
/// or one that openssl's list cannot carry.
fn own_names(look: &SideView<'_, '_>) -> Option<String> {
    let leaf = look.leaf().filter(|leaf| leaf.is_for(Side::Client))?;
    let extension = leaf.x509.subject_alternative_name().ok().flatten()?;
    let names = extension.value.general_names.iter().map(|name| {
        let (kind, name) = wording::alternative(name)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@%*".contains(c);
        (!name.is_empty() && name.chars().all(plain)).then(|| format!("{kind}:{name}"))
    });
    let names: Vec<String> = names.collect::<Option<_>>()?;
    (1..=8).contains(&names.len()).then(|| names.join(","))
}

/// The subject as openssl's option. A client keeps its own: servers may know the client by it.
pub(super) fn subject(look: &SideView<'_, '_>) -> String {
    format!("-subj {}", text::shell_word(&distinguished(look)))
}

/// The subject as openssl writes it: `/O=Lab/CN=alice`.
fn distinguished(look: &SideView<'_, '_>) -> String {
    let name = match look.role() {
        Side::Server => hosts(look).into_iter().next().unwrap_or_default(),
        Side::Client => match own_subject(look) {
            Some(own) => return own,
            None => common_name(look),
        },
    };
    format!("/CN={name}")
}

/// `None` where a command could not say it.
fn own_subject(look: &SideView<'_, '_>) -> Option<String> {
    let leaf = look.leaf().filter(|leaf| leaf.is_for(Side::Client))?;
    let mut subject = String::new();
    for set in leaf.x509.subject().iter_rdn() {
        let mut attributes = set.iter();
        let (attribute, None) = (attributes.next()?, attributes.next()) else {
            return None;
        };
        let kind = oid2abbrev(attribute.attr_type(), oid_registry()).ok()?;
        let value = attribute.as_str().ok().filter(|value| is_plain(value))?;
        subject += &format!("/{kind}={value}");
    }
    (!subject.is_empty()).then_some(subject)
}

/// Whether the certificate for a client of this name is what `hello-mtls certs sign --client` makes.
pub(super) fn is_usual(look: &SideView<'_, '_>) -> bool {
    let name = common_name(look);
    let usual = (format!("/CN={name}"), format!("URI:{}", client_uri(&name)));
    look.role() == Side::Server || (distinguished(look), alternatives(look)) == usual
}

/// The host that is asked for, and those that the certificate names and that are host names.
pub(super) fn hosts(look: &SideView<'_, '_>) -> Vec<String> {
    let mut hosts = vec![look.evidence.case.host.to_str().into_owned()];
    if let Some(leaf) = look.leaf() {
        let addresses = leaf.summary.addresses.iter().map(ToString::to_string);
        let named = leaf.summary.dns_names.iter().cloned();
        hosts.extend(named.chain(addresses).take(8));
    }
    let mut known = Vec::new();
    for host in hosts.into_iter().filter(|host| Name::host(host).is_ok()) {
        if !known.contains(&host) {
            known.push(host);
        }
    }
    known
}

/// The client's name, if it is one that can be asked for again.
pub(super) fn common_name(look: &SideView<'_, '_>) -> String {
    let names = look.leaf().map(|leaf| leaf.summary.common_names.as_slice());
    match names {
        Some([name]) if is_plain(name) => name.clone(),
        _ => "my-client".to_owned(),
    }
}

/// A value that is not read as something else, by a shell or by openssl.
fn is_plain(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@ ".contains(c);
    (1..=64).contains(&value.len()) && value.chars().all(plain)
}
