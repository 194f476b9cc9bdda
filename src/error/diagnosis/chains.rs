//! What a server may have against a chain whose CA it names, or when it names none: its alert does not say.

use super::other_servers::servers_cas;
use crate::language::Phrase;
use crate::narration::{CertificateRequest, SentCertificate};
use crate::phrase;

/// What to do where the server says that it trusts no CA of the chain. `add` is to add that CA.
pub(super) fn not_trusted(sent: &SentCertificate, add: Phrase) -> Phrase {
    let lists = phrase!(
        "a server that checks revocation lists (CRLs) sends this alert, too, if it has none of a CA in the chain"
    );
    Phrase::lines([needs_root(sent).unwrap_or(add), lists])
}

/// What to do where the alert may stand for anything that is wrong with a certificate. `inspect` is to look at it.
pub(super) fn any_reason(
    request: &CertificateRequest,
    sent: &SentCertificate,
    inspect: Phrase,
) -> Phrase {
    let log = phrase!(
        "the server's log: some servers (Go) send one alert for all that is wrong with a certificate"
    );
    let unknown = request.authorities.is_empty().then(|| {
        phrase!(
            "the server names no CAs, so it may not know this one: {cas}",
            cas = servers_cas()
        )
    });
    let remedy = [log].into_iter().chain(unknown);
    Phrase::lines(remedy.chain(needs_root(sent)).chain([inspect]))
}

/// A server that trusts an intermediate and not its root: Go, Java and rustls stop there, OpenSSL does not.
pub(super) fn needs_root(sent: &SentCertificate) -> Option<Phrase> {
    let (ca, root) = sent.partial.as_ref()?;
    Some(phrase!(
        "the server names {ca}, which {root} signed: with OpenSSL (nginx, Apache, HAProxy, Node, Python) its file needs \
        the CAs above as well, up to the root",
        ca,
        root
    ))
}

/// OpenSSL does not count root and leaf, Apache counts the root.
pub(super) fn may_be_too_long(sent: &SentCertificate) -> Option<Phrase> {
    (sent.intermediates > 0).then(|| {
        phrase!(
            "a server may limit the chain, which has intermediates: {count} (nginx: ssl_verify_depth, 1 if it is not set; \
            Apache: SSLVerifyDepth, where 1 allows no intermediate)",
            count = sent.intermediates
        )
    })
}
