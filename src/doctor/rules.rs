//! What a certificate is allowed to be: a leaf or a CA, for whom, and how far down.

use rustls::{CertificateError, Error};
use x509_parser::extensions::ExtendedKeyUsage;

use super::evidence::Cert;
use super::look::{Link, Look};
use super::remedy::hosts;
use crate::certificates::describe;
use crate::files::place;
use crate::finding::{Finding, error, judged};
use crate::narration::Side;
use crate::text;

/// The leaf is no CA. OpenSSL does not mind, rustls does.
pub(super) fn leaf_is_no_ca(link: &Link<'_, '_, '_>) -> Option<Finding> {
    if link.height != 0 || !link.cert.is_ca() {
        return None;
    }
    let side = link.look.side;
    let signed_itself = link.cert.self_issued();
    let fix = match (side.party.certificate.path(), side.party.side) {
        (Some(path), Side::Server)
            if signed_itself
                && link
                    .look
                    .route
                    .as_ref()
                    .is_none_or(|route| route.certs.len() == 1) =>
        {
            let (folder, stem) = place(path);
            let host = hosts(side, link.look.evidence)
                .into_iter()
                .next()
                .unwrap_or_default();
            format!(
                "let it sign a leaf for the server, and trust it as the CA:\n  hello-mtls certs request leaf --dir {folder} --host {host}\n  hello-mtls certs sign leaf --dir {folder} --ca {stem} --host {host}"
            )
        }
        _ => link.renew(),
    };
    let found = format!(
        "CA:TRUE in {}: it may sign certificates, and not be a {}'s",
        link.cert.name(),
        side.party.side
    );
    Some(error(
        "ca-as-leaf",
        link.step(),
        link.cert.path,
        "CA:FALSE, or no basicConstraints",
        found,
        fix,
    ))
}

/// Who signs between leaf and root may do so. A root's own extensions are not looked at by webpki.
pub(super) fn issuer_is_ca(link: &Link<'_, '_, '_>) -> Option<Finding> {
    if link.height == 0 || link.cert.is_ca() || link.cert.summary.version != 3 {
        return None;
    }
    let found = format!(
        "{} signed the certificate below it and is no CA",
        link.cert.name()
    );
    Some(error(
        "not-a-ca",
        link.step(),
        link.cert.path,
        "CA:TRUE in an issuer",
        found,
        format!("a CA signs instead; or {}", link.renew()),
    ))
}

/// No more CAs below than the path length allows.
pub(super) fn path_length(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let below = link.height.checked_sub(1)?;
    let most = length(link.cert).filter(|most| below > *most)?;
    let found = format!(
        "{} allows {most} CAs below itself, and there are {below}",
        link.cert.name()
    );
    Some(error(
        "path-length",
        link.step(),
        link.cert.path,
        "a chain within the path length",
        found,
        link.renew(),
    ))
}

/// pathLenConstraint: how many CAs may stand between this one and a leaf.
pub(super) fn length(cert: &Cert<'_>) -> Option<usize> {
    let constraints = cert.x509.basic_constraints().ok().flatten()?;
    usize::try_from(constraints.value.path_len_constraint?).ok()
}

/// The names are within what the CAs may sign for. webpki compares; this says which CA and which names.
pub(super) fn name_constraints(look: &Look<'_, '_>) -> Option<Finding> {
    let Some(Error::InvalidCertificate(CertificateError::Other(other))) = &look.refusal else {
        return None;
    };
    if !other.to_string().contains("NameConstraint") {
        return None;
    }
    let route = look.route.as_ref()?;
    let issuers = route.certs.iter().copied().chain(route.anchor());
    let constraints = |cert: &Cert<'_>| {
        describe::certificate(cert.der)
            .find("nameConstraints")
            .map(|field| field.value.clone())
    };
    let with = |cert| Some((cert, constraints(cert)?));
    let (issuer, allowed) = issuers.rev().find_map(with)?;
    let leaf = route.certs.first()?;
    let names = describe::certificate(leaf.der)
        .find("subjectAltName")
        .map(|field| field.value.clone());
    let expected = format!(
        "names within those that {} may sign for: {}",
        issuer.name(),
        text::shorten(&allowed, 120)
    );
    let found = format!(
        "{} is for {}",
        leaf.name(),
        text::shorten(&names.unwrap_or_default(), 120)
    );
    let fix = "another name in the certificate, or a CA that may sign for this one";
    Some(error(
        "name-constraints",
        judged(look.side.party.side),
        leaf.path,
        expected,
        found,
        fix,
    ))
}

/// The extended key usage is that of the role, in each certificate that has one. "Any" is not enough.
pub(super) fn purpose(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let usage = link.cert.x509.extended_key_usage().ok().flatten()?.value;
    let role = link.look.side.party.side;
    let fits = match role {
        Side::Server => usage.server_auth,
        Side::Client => usage.client_auth,
    };
    if fits {
        return None;
    }
    let found = format!("{} is for {}", link.cert.name(), purposes(usage));
    Some(error(
        "purpose",
        link.step(),
        link.cert.path,
        format!("extended key usage {role}Auth, or none at all"),
        found,
        link.renew(),
    ))
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> String {
    let known = [
        (
            usage.any,
            "any purpose (anyExtendedKeyUsage), which rustls does not count as this one",
        ),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
        (!usage.other.is_empty(), "something else"),
    ];
    let named: Vec<&str> = known
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, name)| *name)
        .collect();
    if named.is_empty() {
        "nothing: the list is empty".to_owned()
    } else {
        named.join(", ")
    }
}
