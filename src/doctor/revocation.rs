//! Revocation lists: whose they are, how fresh, and who is on them. With one list loaded, every issuer
//! of a chain needs one; without any, nobody asks.

use rustls::Error as TlsError;

use super::evidence::{Cert, Evidence, List};
use super::look::Link;
use super::route::{Signed, signed};
use crate::certificates::summary;
use crate::clock::Moment;
use crate::error::diagnosis::diagnose_tls;
use crate::files::place;
use crate::finding::{Finding, error};
use crate::handshake::{Trust, server_verifier};
use crate::narration::{Side, Step};
use crate::text;

fn issuer(list: &List<'_>) -> Option<String> {
    list.crl
        .as_ref()
        .map(|crl| summary::shown_name(crl.issuer()))
}

fn is_of(list: &List<'_>, issuer: &[u8]) -> bool {
    list.crl
        .as_ref()
        .is_some_and(|crl| crl.issuer().as_raw() == issuer)
}

/// All certificates that could have signed it.
fn signers<'e, 'a>(list: &List<'_>, evidence: &'e Evidence<'a>) -> Vec<&'e Cert<'a>> {
    let all = evidence
        .anchors
        .iter()
        .chain(evidence.sides.iter().flat_map(|side| &side.chain));
    all.filter(|cert| is_of(list, cert.subject())).collect()
}

/// The same command with the user's CA, if its key is here.
fn make_anew(list: &List<'_>, evidence: &Evidence<'_>) -> String {
    let near = evidence
        .nearby
        .iter()
        .find(|cert| is_of(list, cert.subject()));
    near.map_or_else(|| "a new list from its CA".to_owned(), revoke)
}

fn revoke(ca: &Cert<'_>) -> String {
    let (folder, stem) = place(ca.path);
    let list = text::shell(&ca.path.with_extension("crl"));
    format!("its CA makes one, into {list}:\n  hello-mtls certs revoke --dir {folder} --ca {stem}")
}

/// webpki can read the list.
pub(super) fn readable(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let anchors = evidence.files.anchors.clone();
    let trust = Trust {
        anchors,
        revocation_lists: vec![list.der.clone()],
    };
    let refused = match (&list.crl, server_verifier(&trust, &evidence.files.provider)) {
        (None, _) => "it is no list that can be read".to_owned(),
        // webpki says "ParseError", because the extensions are missing.
        (Some(crl), Err(TlsError::InvalidCertRevocationList(_))) if crl.version().is_none() => {
            "a list of version 1 (openssl ca -gencrl makes it without -crlexts)".to_owned()
        }
        (_, Err(refused @ TlsError::InvalidCertRevocationList(_))) => {
            diagnose_tls(Side::Server, &refused).found
        }
        _ => return None,
    };
    let expected = "a certificate revocation list, version 2, with a nextUpdate (RFC 5280 §5)";
    Some(error(
        "bad-crl",
        Step::Preparation,
        list.path,
        expected,
        refused,
        make_anew(list, evidence),
    ))
}

/// It is signed by the CA that it names.
pub(super) fn signature(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let crl = list.crl.as_ref()?;
    let (signers, message) = (signers(list, evidence), crl.tbs_cert_list.as_ref());
    let fits = |cert: &&Cert<'_>| {
        let key = &cert.x509.tbs_certificate.subject_pki;
        let algorithm = crl.signature_algorithm.algorithm.as_bytes();
        signed(
            message,
            algorithm,
            &crl.signature_value.data,
            key,
            &evidence.files.provider,
        ) != Signed::No
    };
    if signers.is_empty() || signers.iter().any(fits) {
        return None;
    }
    let found = "a signature that was not made with that CA's key: changed, or of an earlier CA of the same name";
    let expected = format!("a list signed by {}", issuer(list)?);
    Some(error(
        "crl-signature",
        Step::ServerVerifiesClient,
        list.path,
        expected,
        found,
        make_anew(list, evidence),
    ))
}

/// It is of a CA that is known here.
pub(super) fn known_issuer(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let foreign = list.crl.is_some() && signers(list, evidence).is_empty();
    let found = format!("a list of {}", issuer(list).filter(|_| foreign)?);
    let expected = "a list of one of the CAs in use";
    Some(
        error(
            "crl-foreign",
            Step::Preparation,
            list.path,
            expected,
            found,
            "leave it out, or load the CA's own list",
        )
        .warning(),
    )
}

/// webpki does not look at the date; OpenSSL does.
pub(super) fn fresh(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let crl = list.crl.as_ref()?;
    let now = Moment::from_unix(evidence.now());
    let due = crl
        .next_update()
        .map(|time| Moment::from_unix(time.timestamp()));
    let made = Moment::from_unix(crl.last_update().timestamp());
    let found = match due {
        Some(due) if due < now => format!(
            "the next one was due {} ago, on {}: who was revoked since is not on it",
            due.distance(now),
            due.date()
        ),
        _ if made > now => format!("a list of {}, in {}", made.date(), made.distance(now)),
        _ => return None,
    };
    Some(
        error(
            "crl-stale",
            Step::ServerVerifiesClient,
            list.path,
            "a list of today",
            found,
            make_anew(list, evidence),
        )
        .warning(),
    )
}

/// Every issuer on the route has a list.
pub(super) fn every_issuer_has_a_list(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let evidence = link.look.evidence;
    let (first, issuer) = (evidence.lists.first()?, link.issuer?);
    let unreadable = |list: &List<'_>| list.crl.is_none();
    let has_one = |list: &List<'_>| is_of(list, link.cert.issuer());
    if evidence
        .lists
        .iter()
        .any(|list| has_one(list) || unreadable(list))
    {
        return None;
    }
    let name = issuer.name();
    let found = format!(
        "none of {name}, so nobody knows whether {} is revoked",
        link.cert.name()
    );
    let near = evidence.nearby.iter().find(|cert| cert.der == issuer.der);
    let fix = near.map_or_else(
        || "--crl with that one as well".to_owned(),
        |ca| format!("{}\nthen --crl with that one as well", revoke(ca)),
    );
    Some(error(
        "no-crl",
        link.step(),
        first.path,
        "a list of every CA in the chain",
        found,
        fix,
    ))
}

/// The issuer's key usage allows it to sign lists. webpki asks intermediates only.
pub(super) fn issuer_may_sign_lists(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let evidence = link.look.evidence;
    let issuer = link.issuer.filter(|issuer| {
        evidence
            .lists
            .iter()
            .any(|list| is_of(list, issuer.subject()))
    })?;
    let usage = issuer.x509.key_usage().ok().flatten()?;
    if usage.value.crl_sign() {
        return None;
    }
    let found = format!("{} has a key usage without it", issuer.name());
    let finding = error(
        "no-crl-sign",
        link.step(),
        issuer.path,
        "key usage cRLSign in a CA with a list",
        found,
        "a new CA certificate for the same key, with cRLSign",
    );
    let is_anchor = evidence
        .anchors
        .iter()
        .any(|anchor| anchor.der == issuer.der);
    Some(if is_anchor {
        finding.warning()
    } else {
        finding
    })
}

/// The certificate is on no list of its issuer's.
pub(super) fn not_revoked(link: &Link<'_, '_, '_>) -> Option<Finding> {
    let serial = link.cert.x509.raw_serial();
    let own = link
        .look
        .evidence
        .lists
        .iter()
        .filter(|list| is_of(list, link.cert.issuer()));
    let mut entries = own.filter_map(|list| {
        let mut entries = list.crl.as_ref()?.iter_revoked_certificates();
        Some((list, entries.find(|entry| entry.raw_serial() == serial)?))
    });
    let (list, entry) = entries.next()?;
    let since = Moment::from_unix(entry.revocation_date.timestamp()).date();
    let found = format!(
        "{} was revoked on {since}, says {}",
        link.cert.name(),
        text::shell(list.path)
    );
    Some(error(
        "revoked",
        link.step(),
        link.cert.path,
        "a certificate that its CA stands by",
        found,
        link.renew(),
    ))
}
