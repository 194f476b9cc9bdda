//! Revocation lists: whose they are, whether webpki can read them, and how fresh they are.

use rustls::CertRevocationListError as Refused;

use crate::certificates::revocation::overlap;
use crate::certificates::summary;
use crate::clock::Moment;
use crate::files::place;
use crate::handshake::{ExpiredLists, Trust, server_verifier};
use crate::instruments::doctor::evidence::{Cert, Evidence, List};
use crate::instruments::doctor::finding::{Finding, error};
use crate::instruments::doctor::in_place::keep;
use crate::instruments::doctor::signatures::{Signed, algorithm_of, signed};
use crate::language::Phrase;
use crate::phrase;

use crate::narration::Step;
use crate::text;

impl List<'_> {
    fn error(&self, code: &'static str, expected: Phrase, found: Phrase, fix: Phrase) -> Finding {
        error(code, Step::Preparation, self.path, expected, found, fix)
    }

    fn issuer(&self) -> String {
        let crl = self.crl.as_ref();
        crl.map_or_else(String::new, |crl| summary::shown_name(crl.issuer()))
    }
}

/// All certificates that could have signed it.
fn signers<'e, 'a>(list: &List<'_>, evidence: &'e Evidence<'a>) -> Vec<&'e Cert<'a>> {
    let sent = evidence.sides.iter().flat_map(|side| &side.chain);
    let all = evidence.anchors.iter().chain(&evidence.peer).chain(sent);
    all.filter(|cert| list.is_of(cert.subject())).collect()
}

/// The command that makes the CA's next list. Only where this one is what the command reads, and the CA signed
/// it: a certificate that is on it stays on it.
fn make_anew(list: &List<'_>, evidence: &Evidence<'_>) -> Phrase {
    let mut nearby = evidence.nearby.iter();
    let changed = signature(list, evidence).is_some();
    let ours = |near: &&Cert<'_>| !changed && near.path.with_extension("crl") == list.path;
    let near = nearby.find(|near| list.is_of(near.subject()) && ours(near));
    near.map_or_else(|| phrase!("a new list from its CA"), revoke)
}

/// The command that makes a CA's list.
pub(super) fn revoke(ca: &Cert<'_>) -> Phrase {
    let (folder, stem) = place(ca.path);
    let path = ca.path.with_extension("crl");
    let list = text::shell(&path);
    let keep = match path.exists() {
        true => format!("{} && ", keep(&path)),
        false => String::new(),
    };
    let command = format!("  {keep}hello-mtls certs revoke --dir {folder} --ca={stem}");
    phrase!("its CA makes one, into {list}:\n{command}", list, command)
}

/// webpki can read the list.
pub(super) fn readable(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let anchors = evidence.files.anchors.clone();
    let revocation_lists = vec![list.der.clone()];
    let trust = Trust {
        anchors,
        revocation_lists,
        ..Trust::default()
    };
    let refused = match server_verifier(&trust, &evidence.files.provider) {
        Err(rustls::Error::InvalidCertRevocationList(cause)) => Some(cause),
        _ => None,
    };
    let whole = phrase!("a whole list: the CA's base list, that it signs itself");
    let (found, fix) = match (&list.crl, refused) {
        (None, _) => (
            phrase!("it is no list that can be read"),
            phrase!("a new list from its CA"),
        ),
        (_, None) => return None,
        (_, Some(Refused::UnsupportedDeltaCrl)) => (
            phrase!("a delta list: only what changed since another one"),
            whole,
        ),
        (_, Some(Refused::UnsupportedIndirectCrl)) => (
            phrase!("an indirect list, for certificates of other CAs"),
            whole,
        ),
        (Some(crl), _) if crl.version().is_none() => (
            phrase!("version 1, as openssl ca -gencrl makes it without crl_extensions"),
            phrase!(
                "crl_extensions in openssl's configuration, with a crlNumber; then openssl ca -gencrl"
            ),
        ),
        (_, Some(cause)) => (
            text::shorten(&text::terminal(&format!("{cause:?}")), 120).into(),
            phrase!("a new list from its CA"),
        ),
    };
    let expected =
        phrase!("a certificate revocation list, version 2, with a nextUpdate (RFC 5280 §5)");
    Some(list.error("crl-unusable", expected, found, fix))
}

/// It is signed by the CA that it names.
pub(super) fn signature(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let (crl, signers) = (list.crl.as_ref()?, signers(list, evidence));
    let message = crl.tbs_cert_list.as_ref();
    let (algorithm, value) = (algorithm_of(list.der), &crl.signature_value.data);
    let provider = &evidence.files.provider;
    let fits = |cert: &&Cert<'_>| {
        signed(message, algorithm, value, cert.key(), provider) != Signed::Invalid
    };
    if signers.is_empty() || signers.iter().any(fits) {
        return None;
    }
    let found = phrase!(
        "a signature that was not made with that CA's key: changed, or of an earlier CA of the same name"
    );
    let expected = phrase!("a list signed by {issuer}", issuer = list.issuer());
    let fix = phrase!("the list of the CA that is trusted here; a new list begins empty");
    let finding = list.error("crl-bad-signature", expected, found, fix);
    Some(Finding {
        step: Step::ServerVerifiesClient,
        ..finding
    })
}

/// It is of a CA that is known here.
pub(super) fn known_issuer(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    if list.crl.is_none() || !signers(list, evidence).is_empty() {
        return None;
    }
    let found = phrase!("a list of {issuer}", issuer = list.issuer());
    let fix = phrase!("leave it out, or load the CA's own list");
    let expected = phrase!("a list of one of the CAs in use");
    Some(
        list.error("crl-of-another-ca", expected, found, fix)
            .warning(),
    )
}

/// No earlier list speaks for the same certificates: webpki would not look at this one.
pub(super) fn one_of_a_ca(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let mut before = evidence.lists.iter();
    let before = before
        .by_ref()
        .take_while(|other| !std::ptr::eq(*other, list));
    let mut overlaps = before.filter_map(|first| Some((first, overlap(first.der, list.der)?)));
    let (first, ca) = overlaps.next()?;
    let found = phrase!(
        "a second list of {ca} beside {first}, which rustls does not look at: a certificate that only this one lists would be let in, so serve does not start",
        ca,
        first = text::shell(first.path)
    );
    let (expected, fix) = (
        phrase!("one list of a CA"),
        phrase!("load the newest one alone"),
    );
    Some(list.error("crl-ignored", expected, found, fix))
}

/// The list is up to date. webpki does not look at the date unless it is told to; OpenSSL does.
pub(super) fn fresh(list: &List<'_>, evidence: &Evidence<'_>) -> Option<Finding> {
    let crl = list.crl.as_ref()?;
    let [made, now] = [crl.last_update().timestamp(), evidence.now()].map(Moment::from_unix);
    let due = crl
        .next_update()
        .map(|time| Moment::from_unix(time.timestamp()));
    let refused = evidence.case.expired_lists == ExpiredLists::Refuse;
    let is_due = due.is_some_and(|due| due <= now);
    let found = match due {
        Some(due) if is_due => {
            let (ago, on) = (due.distance(now), due.date());
            match refused {
                true => phrase!(
                    "the next one was due {ago} ago, on {on}: a certificate revoked since then is not on it, so serve refuses every client of this CA (--crl-expired warn lets them in)",
                    ago,
                    on
                ),
                false => phrase!(
                    "the next one was due {ago} ago, on {on}: a certificate revoked since then is not on it",
                    ago,
                    on
                ),
            }
        }
        _ if made > now => phrase!(
            "a list of {date}, in {ahead}",
            date = made.date(),
            ahead = made.distance(now)
        ),
        _ => return None,
    };
    let fix = make_anew(list, evidence);
    let expected = phrase!("a list that is up to date");
    let finding = Finding {
        step: Step::ServerVerifiesClient,
        ..list.error("crl-expired", expected, found, fix)
    };
    // A list of a CA that is not in use refuses no client.
    match is_due && refused && !signers(list, evidence).is_empty() {
        true => Some(finding),
        false => Some(finding.warning()),
    }
}
