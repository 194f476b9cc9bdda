//! Whether rustls can read a certificate at all.

use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};

use super::evidence::Evidence;
use super::look::{Link, Look};
use crate::finding::{Finding, error, judged};
use crate::narration::Step;
use crate::text;

const ASK_AGAIN: &str = "the certificate again, from its CA or from its backup";

/// rustls can read the certificate: version 3, nothing critical that is unknown.
pub(super) fn by_rustls(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let refused = ParsedCertificate::try_from(link.cert.der).err()?;
    let own = link.height == 0 && !link.look.side.keys.is_empty();
    let step = if own { Step::Preparation } else { link.step() };
    let name = link.cert.name();
    let renew = link.renew();
    Some(match refused {
        Error::InvalidCertificate(CertificateError::Other(other))
            if other.to_string().contains("UnsupportedCertVersion") =>
        {
            let found = format!(
                "X.509 version {} ({name}): it has no extensions, so no names and no purposes. openssl x509 -req makes such ones before OpenSSL 3.2 if no -extfile is given",
                link.cert.summary.version
            );
            error(
                "x509-v1",
                step,
                link.cert.path,
                "an X.509 certificate of version 3",
                found,
                renew,
            )
        }
        Error::InvalidCertificate(CertificateError::UnhandledCriticalExtension) => {
            unknown_critical(link, step, &name, renew)
        }
        Error::InvalidCertificate(CertificateError::Other(other))
            if other.to_string().contains("UnsupportedCriticalExtension") =>
        {
            unknown_critical(link, step, &name, renew)
        }
        other => {
            let found = format!(
                "{name}: {}",
                text::shorten(&text::terminal(&other.to_string()), 120)
            );
            error(
                "bad-certificate",
                step,
                link.cert.path,
                "an X.509 certificate by the rules (RFC 5280)",
                found,
                renew,
            )
        }
    })
}

fn unknown_critical(link: &Link<'_, '_, '_>, step: Step, name: &str, renew: String) -> Finding {
    // What webpki reads: key usage, names, basic constraints, name constraints, CRL points, purposes.
    let known = |oid: &str| {
        ["15", "17", "19", "30", "31", "37"]
            .iter()
            .any(|last| oid == format!("2.5.29.{last}"))
    };
    let critical = link
        .cert
        .x509
        .extensions()
        .iter()
        .filter(|extension| extension.critical);
    let oids: Vec<String> = critical
        .map(|extension| extension.oid.to_id_string())
        .filter(|oid| !known(oid))
        .take(3)
        .collect();
    let found = format!(
        "{name} has a critical extension that rustls does not know: {}",
        oids.join(", ")
    );
    error(
        "unknown-critical",
        step,
        link.cert.path,
        "no critical extension beyond the usual ones (RFC 5280 §4.2)",
        found,
        renew,
    )
}

/// A block that says CERTIFICATE and holds none.
pub(super) fn parsed(look: &Look<'_, '_>) -> Option<Finding> {
    let side = look.side;
    let broken = side.ders.len() - side.chain.len();
    let leaf_broken =
        side.ders.first().map(|der| &**der) != side.chain.first().map(|cert| &**cert.der);
    let found = match leaf_broken {
        true => "bytes that are no certificate".to_owned(),
        false => format!(
            "{broken} of {} blocks hold bytes that are no certificate",
            side.ders.len()
        ),
    };
    let step = if side.party.key.is_some() {
        Step::Preparation
    } else {
        judged(side.party.side)
    };
    let finding = error(
        "bad-certificate",
        step,
        side.party.certificate.label(),
        "an X.509 certificate in each block",
        found,
        ASK_AGAIN,
    );
    let arrives = look
        .route
        .as_ref()
        .is_some_and(|route| route.anchor().is_some());
    match (broken, leaf_broken || !arrives) {
        (0, _) => None,
        (_, true) => Some(finding),
        _ => Some(finding.warning()),
    }
}

/// Every block of the CA file can be a trust anchor.
pub(super) fn anchors_parsed(evidence: &Evidence<'_>) -> Option<Finding> {
    let file = evidence.case.authorities.as_deref()?;
    let anchors = &evidence.files.anchors;
    let place = anchors
        .iter()
        .position(|der| RootCertStore::empty().add(der.clone()).is_err())?;
    let found = format!(
        "block {} of {} holds bytes that are no certificate",
        place + 1,
        anchors.len()
    );
    Some(error(
        "bad-certificate",
        Step::Preparation,
        file,
        "a CA certificate in each block",
        found,
        ASK_AGAIN,
    ))
}
