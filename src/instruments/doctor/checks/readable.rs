//! Whether rustls can read a certificate at all.

use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};

use crate::certificates::summary::Summary;
use crate::error::diagnosis::webpki_error;
use crate::instruments::doctor::evidence::Evidence;
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::pem::block::{File, Wanted};
use crate::instruments::doctor::pem::der::in_base64;
use crate::instruments::doctor::remedy::renew;
use crate::instruments::doctor::side_view::{ChainLink, SideView};
use crate::instruments::x509;
use crate::language::Phrase;
use crate::narration::Step;
use crate::phrase;
use crate::{files, text};

fn ask_again() -> Phrase {
    phrase!("the certificate again, from its CA or from its backup")
}

/// The last arc under 2.5.29 of what webpki reads: key usage, names, basic constraints, name
/// constraints, CRL points, purposes.
const KNOWN: [&str; 6] = ["15", "17", "19", "30", "31", "37"];

/// Every block of the CA file can be a trust anchor.
pub(super) fn anchors_parsed(evidence: &Evidence<'_>) -> Option<Finding> {
    let (file, anchors) = (
        evidence.case.authorities.as_deref()?,
        &evidence.files.anchors,
    );
    let mut taken = anchors
        .iter()
        .map(|der| RootCertStore::empty().add(der.clone()));
    let (place, of) = (taken.position(|taken| taken.is_err())? + 1, anchors.len());
    let bytes = files::read(file).unwrap_or_default();
    let own = File::of(file, &bytes, Wanted::Certificate);
    if let Some(finding) = anchors.get(place - 1).and_then(|der| in_base64(&own, der)) {
        return Some(finding);
    }
    let found = match anchors.get(place - 1).and_then(|der| too_long(der)) {
        Some(too_long) => too_long,
        None => match anchors.get(place - 1).and_then(|der| x509::cut_short(der)) {
            Some(cut) => phrase!(
                "block {place} of {of} holds bytes that are no certificate: {cut}",
                place,
                of,
                cut
            ),
            None => phrase!(
                "block {place} of {of} holds bytes that are no certificate",
                place,
                of
            ),
        },
    };
    let expected = phrase!("a CA certificate in each block");
    let step = Step::Preparation;
    Some(error(
        "malformed-certificate",
        step,
        file,
        expected,
        found,
        ask_again(),
    ))
}

/// A certificate that other programs read, and webpki does not: it reads lengths of at most two bytes (`der.rs`).
fn too_long(der: &CertificateDer<'_>) -> Option<Phrase> {
    let size = der.len();
    let is_certificate = size > 0xffff && Summary::of(der).is_some();
    is_certificate.then(|| {
        phrase!(
            "a certificate of {size} bytes: rustls reads none that has more than 64 KiB",
            size
        )
    })
}

/// A block that says CERTIFICATE and holds none.
pub(super) fn parsed(look: &SideView<'_, '_>) -> Option<Finding> {
    let (ders, chain) = (&look.side.ders, &look.side.chain);
    let broken = ders.len() - chain.len();
    let leaf_broken = ders.first().map(|der| &**der) != chain.first().map(|cert| &**cert.der);
    let found = match leaf_broken {
        _ if broken == 0 => return None,
        true => match ders.first().and_then(|der| x509::cut_short(der)) {
            Some(cut) => phrase!("bytes that are no certificate: {cut}", cut),
            None => phrase!("bytes that are no certificate"),
        },
        false => phrase!(
            "{broken} of {of} blocks hold bytes that are no certificate",
            broken,
            of = ders.len()
        ),
    };
    if let Some(finding) = something_else(look).filter(|_| leaf_broken) {
        return Some(finding);
    }
    let expected = phrase!("an X.509 certificate in each block");
    let finding = Finding {
        step: match look.side.party.key {
            Some(_) => Step::Preparation,
            None => look.step(),
        },
        ..look.error("malformed-certificate", expected, found, ask_again())
    };
    // webpki passes over a broken block that it does not need.
    let needed = leaf_broken || look.anchor().is_none();
    Some(if needed { finding } else { finding.warning() })
}

/// The first block holds something else that is known.
fn something_else(look: &SideView<'_, '_>) -> Option<Finding> {
    let path = look.side.party.certificate.path()?;
    let bytes = files::read(path).ok()?;
    let file = File::of(path, &bytes, Wanted::Certificate);
    in_base64(&file, look.side.ders.first()?)
}

/// rustls can read the certificate: version 3, nothing critical that is unknown.
pub(super) fn by_rustls(link: &ChainLink<'_, '_, '_>) -> Option<Finding> {
    let refused = ParsedCertificate::try_from(link.cert.der).err()?;
    let own = link.height == 0 && !link.look.side.keys.is_empty();
    let finding = match (webpki_error(&refused), &refused) {
        (Some(webpki::Error::UnsupportedCertVersion), _) => version(link),
        (Some(webpki::Error::UnsupportedCriticalExtension), _)
        | (None, Error::InvalidCertificate(CertificateError::UnhandledCriticalExtension)) => {
            unknown_critical(link)
        }
        _ => malformed(link, &refused),
    };
    Some(Finding {
        step: if own {
            Step::Preparation
        } else {
            link.look.step()
        },
        ..finding
    })
}

fn version(link: &ChainLink<'_, '_, '_>) -> Finding {
    let (version, name) = (link.cert.summary.version, link.cert.name());
    let found = phrase!(
        "X.509 version {version} ({name}): it has no extensions, so no names and no purposes. openssl x509 -req makes such ones before OpenSSL 3.2 if no -extfile is given",
        version,
        name
    );
    let expected = phrase!("an X.509 certificate of version 3");
    let code = if link.height == 0 {
        "x509-v1"
    } else {
        "ca-x509-v1"
    };
    link.error(code, expected, found, renew(link))
}

fn unknown_critical(link: &ChainLink<'_, '_, '_>) -> Finding {
    let extensions = link.cert.x509.extensions().iter();
    let critical = extensions.filter(|extension| extension.critical);
    let known = |oid: &str| {
        oid.strip_prefix("2.5.29.")
            .is_some_and(|arc| KNOWN.contains(&arc))
    };
    let oids = critical.map(|extension| extension.oid.to_id_string());
    let oids = oids.filter(|oid| !known(oid)).take(3);
    let oids: Vec<String> = oids.map(|oid| x509::named(&oid)).collect();
    let (name, oids) = (link.cert.name(), oids.join(", "));
    let found = phrase!(
        "{name} has a critical extension that rustls does not know: {oids}",
        name,
        oids
    );
    let expected = phrase!("no critical extension beyond the usual ones (RFC 5280 §4.2)");
    link.error("unknown-critical-extension", expected, found, renew(link))
}

fn malformed(link: &ChainLink<'_, '_, '_>, refused: &Error) -> Finding {
    let why = match (refused, too_long(link.cert.der)) {
        (_, Some(too_long)) => too_long,
        (Error::InvalidCertificate(CertificateError::BadEncoding), None) => {
            phrase!("bytes changed, missing or too many: it does not read as DER")
        }
        (Error::InvalidCertificate(why), None) => {
            text::shorten(&text::terminal(&why.to_string()), 120).into()
        }
        (other, None) => text::shorten(&text::terminal(&other.to_string()), 120).into(),
    };
    let found = phrase!("{name}: {why}", name = link.cert.name(), why);
    let expected = phrase!("an X.509 certificate by the rules (RFC 5280)");
    link.error("malformed-certificate", expected, found, renew(link))
}
