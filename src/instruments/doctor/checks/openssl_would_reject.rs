//! What works here and not elsewhere: warnings.

use std::path::Path;

use x509_parser::extensions::ParsedExtension;

use super::rules::{length, other_purpose};
use crate::certificates::constraints;
use crate::certificates::request::Name;
use crate::instruments::doctor::evidence::{Cert, Evidence};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::remedy::{new_ca, new_leaf, renew};
use crate::instruments::doctor::side_view::{ChainLink, SideView};
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// A warning that comes before the first byte.
pub(super) fn note(
    code: &'static str,
    file: &Path,
    expected: impl Into<Phrase>,
    found: impl Into<Phrase>,
    fix: impl Into<Phrase>,
) -> Finding {
    error(code, Step::Preparation, file, expected, found, fix).warning()
}

/// webpki takes name and key of a root and nothing else; OpenSSL reads its extensions.
///
/// A leaf that signed itself and is trusted itself signs nobody.
pub(super) fn root_may_sign(anchor: &Cert<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let leaves = evidence.sides.iter().filter_map(|side| side.chain.first());
    if anchor.summary.version != 3 || leaves.clone().any(|leaf| leaf.der == anchor.der) {
        return None;
    }
    let usage = anchor.x509.key_usage().ok().flatten();
    let missing = match usage.is_none_or(|usage| usage.value.key_cert_sign()) {
        _ if !anchor.is_ca() => Phrase::from("CA:TRUE"),
        false => phrase!("keyCertSign in its key usage"),
        true => return None,
    };
    let name = anchor.name();
    let found = phrase!(
        "{name} without {missing}. rustls does not check that in a root; OpenSSL and curl refuse it",
        name,
        missing
    );
    let expected = phrase!("a root that says it may sign");
    Some(note("root-not-ca", anchor.path, expected, found, new_ca()))
}

/// webpki stops at the first CA that it trusts; OpenSSL goes on until one that signed itself.
pub(super) fn root_is_a_root(anchor: &Cert<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let mut others = evidence.anchors.iter();
    if anchor.self_issued() || others.any(|root| root.subject() == anchor.issuer()) {
        return None;
    }
    let (name, issuer) = (anchor.name(), anchor.summary.shown_issuer());
    let found = phrase!(
        "{name} alone, signed by {issuer}: rustls stops there, openssl verify looks for that one",
        name,
        issuer
    );
    let fix = phrase!("add the root's certificate to the file");
    Some(note(
        "partial-chain",
        anchor.path,
        phrase!("the root as well"),
        found,
        fix,
    ))
}

/// The root's own purpose, which only OpenSSL looks at.
pub(super) fn root_purpose(look: &SideView<'_, '_>) -> Option<Finding> {
    let root = look.anchor().filter(|root| root.is_ca())?;
    let other = other_purpose(root, look.role())?;
    let found = phrase!(
        "{name} is for {other}. rustls does not check that in a root; OpenSSL and curl refuse it",
        name = root.name(),
        other
    );
    let expected = phrase!("a root for {role}s too", role = look.role());
    Some(note(
        "root-wrong-purpose",
        root.path,
        expected,
        found,
        new_ca(),
    ))
}

/// The root's own path length, which only OpenSSL counts.
pub(super) fn root_path_length(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let (root, below) = (link.look.anchor()?, link.height);
    let issuer_is_root = link.issuer.is_some_and(|issuer| issuer.der == root.der);
    let most = length(root).filter(|most| issuer_is_root && below > *most)?;
    let name = root.name();
    let found = phrase!(
        "{name} allows {most} CAs below itself, and there are {below}. rustls does not check that in a root; OpenSSL does",
        name,
        most,
        below
    );
    let expected = phrase!("a chain within the root's path length");
    Some(note(
        "root-path-length",
        root.path,
        expected,
        found,
        new_ca(),
    ))
}

/// A name of its own. OpenSSL takes a leaf named like its CA for self-signed, unless key identifiers tell
/// the two apart.
pub(super) fn own_name(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let issuer = link.issuer?;
    if issuer.subject() != link.cert.subject() || issuer.public_key() == link.cert.public_key() {
        return None;
    }
    if signer_has_another_identifier(link.cert) {
        return None;
    }
    let (name, file) = (link.cert.name(), link.cert.path);
    let found = phrase!(
        "{name}, which is its CA's name too: OpenSSL and curl call it self-signed",
        name
    );
    Some(note(
        "same-name",
        file,
        phrase!("a subject of its own"),
        found,
        renew(link),
    ))
}

fn signer_has_another_identifier(cert: &Cert<'_>) -> bool {
    let (mut own, mut signers) = (None, None);
    for extension in cert.x509.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(key) => own = Some(key),
            ParsedExtension::AuthorityKeyIdentifier(by) => signers = by.key_identifier.as_ref(),
            _ => {}
        }
    }
    own.is_some() && signers.is_some() && own != signers
}

/// A CA signs certificates, and a leaf signs in the handshake (RFC 8446 §4.4.2.2). rustls looks at neither.
pub(super) fn key_usage(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let usage = link.cert.x509.key_usage().ok().flatten()?.value;
    let (has, needed, others) = match link.height {
        0 => {
            let has = usage.digital_signature();
            (has, "digitalSignature", phrase!("TLS needs it to sign"))
        }
        // That it is no CA at all has been reported already.
        _ => {
            let has = usage.key_cert_sign() || !link.cert.is_ca();
            (has, "keyCertSign", phrase!("OpenSSL does"))
        }
    };
    let (name, file) = (link.cert.name(), link.cert.path);
    let found = phrase!(
        "{name} has a key usage without it; rustls does not look, but {others}",
        name,
        others
    );
    let expected = phrase!("key usage {needed}", needed);
    (!has).then(|| note("wrong-key-usage", file, expected, found, renew(link)))
}

/// OpenSSL takes the CN of a leaf without a DNS entry for a host name, if it has a dot, and holds it against name
/// constraints, a client's too. webpki looks at no CN.
pub(super) fn common_name(look: &SideView<'_, '_>) -> Option<Finding> {
    let leaf = look
        .leaf()
        .filter(|leaf| leaf.summary.dns_names.is_empty())?;
    let route = look.route.as_ref()?;
    let names = leaf.summary.common_names.iter();
    let hosts = names.filter(|name| name.contains('.') && Name::host(name).is_ok());
    let mut above = route.certs.iter().copied().skip(1).chain(route.anchor());
    let (ca, cn) = above.find_map(|ca| {
        let constraints = constraints::of(&ca.x509)?;
        let mut hosts = hosts.clone();
        let outside = hosts.find(|name| !constraints::permits_host(constraints, name))?;
        Some((ca, outside))
    })?;
    let found = phrase!(
        "{name} has no DNS entry: OpenSSL (nginx, Apache, HAProxy, Python) reads {cn} as a host name, and the name constraints of {ca} leave it out. rustls does not look",
        name = leaf.name(),
        cn = text::shorten(&text::terminal(cn), 60),
        ca = ca.name()
    );
    let expected = phrase!("a CN without a dot, or a DNS entry within the name constraints");
    let fix = phrase!("a new certificate from its CA, with another CN");
    Some(
        look.error("name-constraints", expected, found, fix)
            .warning(),
    )
}

/// nginx allows its clients one intermediate; rustls does not count so few.
pub(super) fn chain_length(look: &SideView<'_, '_>) -> Option<Finding> {
    let route = look
        .route
        .as_ref()
        .filter(|_| look.role() == Side::Client)?;
    let above = route.certs.iter().skip(1);
    let count = above.filter(|ca| !ca.self_issued()).count();
    let found = phrase!(
        "intermediate CAs above it: {count}. rustls allows more; nginx answers 400 where ssl_verify_depth is not set, which means 1",
        count
    );
    let expected = phrase!("at most one intermediate CA");
    let fix = phrase!("a server on nginx: ssl_verify_depth {count}", count);
    let finding = look.error("chain-too-long", expected, found, fix);
    (count > 1).then(|| finding.warning())
}

/// A serial number is positive, and has at most 20 octets (RFC 5280 §4.1.2.2). rustls does not look.
pub(super) fn serial(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    unusual_serial(link.cert, renew(link))
}

/// A root's too: a program that refuses it leaves the root out of its list, and says later that it knows no issuer.
pub(super) fn root_serial(anchor: &Cert<'_>, _: &Evidence<'_>) -> Option<Finding> {
    unusual_serial(anchor, new_ca())
}

fn unusual_serial(cert: &Cert<'_>, fix: Phrase) -> Option<Finding> {
    let serial = cert.x509.raw_serial();
    let what = match serial {
        [0] => phrase!("zero: some verifiers refuse that"),
        [first, ..] if first & 0x80 != 0 => phrase!("negative: Go 1.23 and later refuse that"),
        _ if serial.len() > 20 => phrase!("longer than 20 octets: GnuTLS and others refuse that"),
        _ => return None,
    };
    let found = phrase!(
        "the serial number of {name} is {what}",
        name = cert.name(),
        what
    );
    let expected = phrase!("a positive serial number of at most 20 octets");
    Some(note("unusual-serial", cert.path, expected, found, fix))
}

/// Each certificate once.
pub(super) fn each_once(evidence: &Evidence<'_>) -> Option<Finding> {
    let files = [&evidence.anchors]
        .into_iter()
        .chain(evidence.sides.iter().map(|side| &side.chain));
    let twice = files.into_iter().find_map(|certs| {
        let mut seen: Vec<&Cert<'_>> = certs.iter().collect();
        seen.sort_by(|a, b| a.der.cmp(b.der));
        let mut pairs = seen.iter().zip(seen.iter().skip(1));
        pairs
            .find(|(one, next)| one.der == next.der)
            .map(|(one, _)| *one)
    })?;
    let found = phrase!("{subject} twice", subject = twice.summary.shown_subject());
    let fix = phrase!("take one of the two blocks out");
    Some(note(
        "duplicate-certificate",
        twice.path,
        phrase!("each certificate once"),
        found,
        fix,
    ))
}

/// Netscape's own extension for the purpose, from before extended key usage. webpki passes over it, OpenSSL does not.
pub(super) fn netscape_purpose(look: &SideView<'_, '_>) -> Option<Finding> {
    let (leaf, role) = (look.leaf()?, look.role());
    let mut extensions = leaf.x509.extensions().iter();
    let purposes = extensions.find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::NSCertType(purposes) => Some(purposes),
        _ => None,
    })?;
    let is_for_role = match role {
        Side::Server => purposes.ssl_server(),
        Side::Client => purposes.ssl_client(),
    };
    if is_for_role || !leaf.is_for(role) {
        return None;
    }
    let found = phrase!(
        "{name} with an nsCertType that is for no {role}. rustls does not look at it; OpenSSL does (nginx, Apache, curl, Python, Node) and refuses it",
        name = leaf.name(),
        role
    );
    let expected = phrase!("an nsCertType with a {role}'s purpose, or none", role);
    let finding = look.error("wrong-purpose", expected, found, new_leaf(look));
    Some(finding.warning())
}
