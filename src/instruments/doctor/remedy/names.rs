//! The names that a new certificate gets: those of the old one, and the host that is asked for.

use std::net::IpAddr;

use crate::certificates::request::Name;
use crate::certificates::signing::client_uri;
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
        Side::Client => format!("URI:{}", client_uri(&common_name(look))),
    }
}

/// The subject as openssl's option.
pub(super) fn subject(look: &SideView<'_, '_>) -> String {
    let name = match look.role() {
        Side::Server => hosts(look).into_iter().next().unwrap_or_default(),
        Side::Client => common_name(look),
    };
    format!("-subj {}", text::shell_word(&format!("/CN={name}")))
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
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@ ".contains(c);
    match names {
        Some([name]) if (1..=64).contains(&name.len()) && name.chars().all(plain) => name.clone(),
        _ => "my-client".to_owned(),
    }
}
