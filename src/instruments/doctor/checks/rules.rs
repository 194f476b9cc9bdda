//! What a certificate is allowed to be: a leaf or a CA, for which side, and how far down.

use x509_parser::extensions::{ExtendedKeyUsage, GeneralName};

use crate::certificates::constraints;
use crate::error::diagnosis::webpki_error;
use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::doctor::remedy::renew;
use crate::instruments::doctor::side_view::{ChainLink, SideView};
use crate::instruments::x509;
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
use crate::text;

/// The leaf is no CA. OpenSSL does not mind, rustls does.
pub(super) fn leaf_is_no_ca(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    if link.height != 0 || !link.cert.is_ca() {
        return None;
    }
    let (name, role) = (link.cert.name(), link.look.role());
    let found = phrase!(
        "CA:TRUE in {name}: it may sign certificates, and not be a {role}'s",
        name,
        role
    );
    let expected = phrase!("CA:FALSE, or no basicConstraints");
    Some(link.error("ca-as-leaf", expected, found, renew(link)))
}

/// Each certificate that signs between leaf and root may do so. A root's own extensions are not looked at by webpki.
pub(super) fn issuer_is_ca(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    if link.height == 0 || link.cert.is_ca() || link.cert.summary.version != 3 {
        return None;
    }
    let name = link.cert.name();
    let found = phrase!("{name} signed the certificate below it and is no CA", name);
    let fix = phrase!("a CA signs instead; or {renewal}", renewal = renew(link));
    Some(link.error("issuer-not-ca", phrase!("CA:TRUE in an issuer"), found, fix))
}

/// No more CAs below than the path length allows.
pub(super) fn path_length(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let below = link.height.checked_sub(1)?;
    let most = length(link.cert).filter(|most| below > *most)?;
    let name = link.cert.name();
    let found = phrase!(
        "{name} allows {most} CAs below itself, and there are {below}",
        name,
        most,
        below
    );
    let expected = phrase!("a chain within the path length");
    Some(link.error("path-length", expected, found, renew(link)))
}

/// pathLenConstraint: how many CAs may stand between this one and a leaf.
pub(super) fn length(cert: &Cert<'_>) -> Option<usize> {
    let constraints = cert.x509.basic_constraints().ok().flatten()?;
    usize::try_from(constraints.value.path_len_constraint?).ok()
}

/// The names are within what the CAs may sign for. webpki compares; this says which CA and which names.
pub(super) fn name_constraints(look: &SideView<'_, '_>) -> Option<Finding> {
    use webpki::Error as W;
    let refusal = webpki_error(look.answer.as_ref()?.as_ref().err()?)?;
    let violated = matches!(
        refusal,
        W::NameConstraintViolation
            | W::MalformedNameConstraint
            | W::MaximumNameConstraintComparisonsExceeded
    );
    if !violated {
        return None;
    }
    let shown = |cert: &Cert<'_>, label: &str| {
        let tree = x509::certificate(cert.der);
        tree.find(label)
            .map(|field| text::shorten(&field.value.english(), 120))
    };
    let route = look.route.as_ref()?;
    let mut above = route.certs.iter().copied().chain(route.anchor()).rev();
    let (issuer, allowed) = above.find_map(|cert| Some((cert, shown(cert, "nameConstraints")?)))?;
    let leaf = look.leaf()?;
    if let Some(form) = unchecked_form(issuer, leaf) {
        let expected = phrase!("constraints on DNS names and addresses: webpki compares no others");
        let found = phrase!(
            "{name} constrains {form}: {allowed}. webpki cannot check that, and so refuses every certificate with such a name, also one that is within (rustls/webpki#19). OpenSSL and others compare",
            name = issuer.name(),
            form,
            allowed
        );
        let fix = phrase!(
            "a CA without that constraint; or one that constrains DNS names or addresses instead"
        );
        return Some(look.error("unsupported-name-constraint", expected, found, fix));
    }
    let issuer = issuer.name();
    let names = shown(leaf, "subjectAltName").unwrap_or_default();
    let expected = phrase!(
        "names within those that {issuer} may sign for: {allowed}",
        issuer,
        allowed
    );
    let found = phrase!("{name} is for {names}", name = leaf.name(), names);
    let fix = phrase!("another name in the certificate, or a CA that may sign for this one");
    Some(look.error("name-constraints", expected, found, fix))
}

/// A form of name that is constrained and that webpki does not compare, if the leaf has one and is within the
/// rest: every certificate has a directory name, its subject.
fn unchecked_form(issuer: &Cert<'_>, leaf: &Cert<'_>) -> Option<Phrase> {
    let constraints = constraints::of(&issuer.x509)?;
    if constraints::outside(&issuer.x509, &leaf.x509).is_some() {
        return None;
    }
    let [permitted, excluded] = [
        &constraints.permitted_subtrees,
        &constraints.excluded_subtrees,
    ]
    .map(|trees| trees.iter().flatten().map(|tree| &tree.base));
    let names = leaf.x509.subject_alternative_name().ok().flatten();
    let names = names.map_or(&[][..], |names| &names.value.general_names);
    let email = |name: &GeneralName<'_>| matches!(name, GeneralName::RFC822Name(_));
    permitted.chain(excluded).find_map(|base| match base {
        GeneralName::DirectoryName(_) => Some(phrase!("directory names")),
        GeneralName::URI(_) if !leaf.summary.uris.is_empty() => Some(phrase!("URIs")),
        GeneralName::RFC822Name(_) if names.iter().any(email) => Some(phrase!("mail addresses")),
        _ => None,
    })
}

/// The extended key usage is that of the role, in each certificate that has one. "Any" is not enough.
pub(super) fn purpose(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let role = link.look.role();
    let expected = phrase!(
        "extended key usage {purpose}, or none at all",
        purpose = format!("{role}Auth")
    );
    let other = other_purpose(link.cert, role)?;
    let found = phrase!("{name} is for {other}", name = link.cert.name(), other);
    Some(link.error("wrong-purpose", expected, found, renew(link)))
}

/// What a certificate is for, if not for this role.
pub(super) fn other_purpose(cert: &Cert<'_>, role: Side) -> Option<Phrase> {
    let usage = cert.x509.extended_key_usage().ok().flatten()?.value;
    let fits = match role {
        Side::Server => usage.server_auth,
        Side::Client => usage.client_auth,
    };
    (!fits).then(|| purposes(usage))
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> Phrase {
    let known = [
        (
            usage.any,
            phrase!("any purpose (anyExtendedKeyUsage), which rustls does not count as this one"),
        ),
        (usage.server_auth, "serverAuth".into()),
        (usage.client_auth, "clientAuth".into()),
        (usage.code_signing, "codeSigning".into()),
        (usage.email_protection, "emailProtection".into()),
        (usage.time_stamping, "timeStamping".into()),
        (usage.ocsp_signing, "OCSPSigning".into()),
        (!usage.other.is_empty(), phrase!("something else")),
    ];
    let named = known.into_iter().filter(|(is, _)| *is);
    let named = named
        .map(|(_, name)| name)
        .reduce(|one, other| phrase!("{one}, {other}", one, other));
    named.unwrap_or_else(|| phrase!("nothing: the list is empty"))
}
