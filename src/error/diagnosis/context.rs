//! An error and the rest of the connection, read together.
//!
//! The same end means different things. A server that asked for a certificate, got none and refuses with
//! bad_certificate (Go) or hangs up (Java, Node) says what another says with certificate_required. Which program the
//! server is, nobody knows here: what several do is told as a possibility.

use rustls::AlertDescription;

use super::other_servers::{required, servers_cas};
use super::{Progress, Row, alerts, chains, first_bytes, row};
use crate::error::{Ending, LateRequest, Seen};
use crate::language::Phrase;
use crate::narration::{CertificateRequest, SentCertificate, Side, Step};
use crate::phrase;

type Name = Option<&'static str>;

/// What to do at a server that wants a certificate and got none.
pub(super) fn show_one(request: &CertificateRequest) -> Phrase {
    let kind = if request.unfit_key {
        phrase!(" with a key of another kind (RSA for P-256, or P-256)")
    } else {
        Phrase::empty()
    };
    phrase!(
        "--cert FILE --key FILE, a certificate{kind}{request}",
        kind,
        request = signed_by(request)
    )
}

/// The same at a server that does not say so: its settings may require what its owner does not want.
pub(super) fn show_one_or_change_it(request: &CertificateRequest) -> Phrase {
    Phrase::lines([show_one(request), required()])
}

/// ` of one of the CAs that the server names: CN=my-ca`.
fn signed_by(request: &CertificateRequest) -> Phrase {
    match &request.authorities[..] {
        "" => phrase!(" of a CA that the server trusts"),
        names => phrase!(" of a CA that the server names: {names}", names),
    }
}

/// `the server asked for a certificate and named CN=my-ca; the client sent …`.
pub(super) fn asked_and_sent(request: &CertificateRequest) -> Phrase {
    let named = match &request.authorities[..] {
        "" => Phrase::empty(),
        names => phrase!(" (of {names})", names),
    };
    let sent = match &request.answer {
        None if request.unfit_key => phrase!(
            "and the client sent none: its key can make no signature of a kind that the server accepts"
        ),
        None => phrase!("and the client sent none"),
        Some(SentCertificate {
            subject,
            issuer,
            named,
            ..
        }) => {
            let stranger = if *named {
                Phrase::empty()
            } else {
                phrase!(", a CA that the server does not name")
            };
            phrase!(
                "and the client sent {subject}, signed by {issuer}{stranger}",
                subject,
                issuer,
                stranger
            )
        }
    };
    phrase!(
        "the server asked for a certificate{named}, {sent}",
        named,
        sent
    )
}

/// The client's view: what `by_error` says, corrected by what else was seen.
pub(super) fn of_client(by_error: Row, named: Name, seen: &Seen) -> (Row, Name) {
    if seen.progress == Progress::Hello {
        return of_hello(by_error, named, Side::Client, seen);
    }
    if let Some(request) = seen.late_request {
        return asked_late(request);
    }
    let Some(request) = &seen.request else {
        return (by_error, named);
    };
    match seen.ending.alert() {
        Some(alert) if is_about_a_certificate(alert) => by_alert(alert, by_error, named, request),
        Some(AlertDescription::InternalError)
            if may_be_judging(seen) && request.answer.is_some() =>
        {
            by_internal_error(by_error, named, request)
        }
        None if seen.hung_up() && seen.answer.is_none() => {
            by_hanging_up(by_error, named, request, seen)
        }
        _ => (by_error, named),
    }
}

/// The server's view.
pub(super) fn of_server(by_error: Row, named: Name, seen: &Seen) -> (Row, Name) {
    match seen.progress {
        Progress::Hello => of_hello(by_error, named, Side::Server, seen),
        _ if seen.left_when_asked() => (left_when_asked(), None),
        _ => (by_error, named),
    }
}

/// Chromium and Firefox leave so at each request for a certificate, and come back with the user's choice.
fn left_when_asked() -> Row {
    row(
        Step::ClientPresentsCertificate,
        phrase!(
            "the client left when it was asked for a certificate: no error if it is a browser, which asks its user first \
        and then connects again; another client may not trust the server's certificate"
        ),
        phrase!("the client's log"),
    )
}

fn of_hello(by_error: Row, named: Name, side: Side, seen: &Seen) -> (Row, Name) {
    match first_bytes::named(side, &seen.first_bytes) {
        Some((row, name)) => (row, Some(name)),
        None => (by_error, named),
    }
}

/// The server asked when the handshake was over: on which step it is, what was seen, and what to do about it.
pub(super) fn asked_late(request: LateRequest) -> (Row, Name) {
    let (found, remedy, name) = match request {
        LateRequest::Renegotiation => (
            phrase!(
                "after the request the server asked for a new handshake on this connection (renegotiation, TLS 1.2), \
            and rustls declined, because it does not renegotiate: so a server asks for a certificate that only some \
            paths need"
            ),
            phrase!(
                "on the server: ask in the first handshake, for the whole host (Apache: SSLVerifyClient outside of \
            <Location> and <Directory>; IIS: clientcertnegotiation=enable), or on a host name of its own"
            ),
            "renegotiation",
        ),
        // RFC 8446 §4.6.2: only a client that offered post_handshake_auth may be asked.
        LateRequest::CertificateRequest => (
            phrase!(
                "the server asked for a certificate after the handshake (RFC 8446 §4.6.2), though the client did not \
            offer that: rustls has no post-handshake authentication"
            ),
            phrase!(
                "on the server: ask in the handshake, for the whole host (Apache: SSLVerifyClient outside of <Location> \
            and <Directory>)"
            ),
            "post-handshake-auth",
        ),
    };
    (
        row(Step::ClientPresentsCertificate, found, remedy),
        Some(name),
    )
}

/// Alerts by which a server refuses a client's certificate, or that there is none.
fn is_about_a_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as A;
    matches!(
        alert,
        A::HandshakeFailure
            | A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::UnknownCA
            | A::CertificateRequired
    )
}

fn by_alert(
    alert: AlertDescription,
    by_error: Row,
    named: Name,
    request: &CertificateRequest,
) -> (Row, Name) {
    let story = asked_and_sent(request);
    let step = Step::ServerVerifiesClient;
    match &request.answer {
        None => (
            row(
                step,
                phrase!(
                    "{alert}: {story}",
                    alert = alerts::refused(Side::Server, alert),
                    story
                ),
                show_one(request),
            ),
            Some(none_sent(request)),
        ),
        Some(sent) if !sent.named => (
            row(
                step,
                Phrase::lines([by_error.found, story]),
                another_ca(request),
            ),
            named.or(Some("client-unknown-issuer")),
        ),
        // The name of this alert is no proof: OpenSSL sends it for a missing list, too.
        Some(sent) if alert == AlertDescription::UnknownCA => {
            let refused = alerts::refused(Side::Server, alert);
            let found = phrase!("{refused}: {story}", refused, story);
            let name = sent.partial.as_ref().map(|_| "partial-chain").or(named);
            let remedy = chains::not_trusted(sent, by_error.remedy);
            (row(step, found, remedy), name)
        }
        // The other alerts say themselves what is wrong with it, but for those of many meanings.
        Some(sent) if named.is_none() => {
            let found = Phrase::lines([by_error.found, story]);
            let remedy = chains::any_reason(request, sent, by_error.remedy);
            (row(step, found, remedy), named)
        }
        Some(_) => (by_error, named),
    }
}

/// Whether the server may not have judged the client's certificate yet. In TLS 1.3 the client is done before it has.
fn may_be_judging(seen: &Seen) -> bool {
    !(seen.answer.is_some() || (seen.progress == Progress::Established && seen.tls12))
}

/// Apache refuses so what its own settings forbid in a certificate.
fn by_internal_error(by_error: Row, named: Name, request: &CertificateRequest) -> (Row, Name) {
    let long = request.answer.as_ref().and_then(chains::may_be_too_long);
    let name = long.as_ref().map(|_| "chain-too-long").or(named);
    let found = phrase!(
        "{found}; or it refuses the certificate, as Apache does with a chain that is too long\n{story}",
        found = by_error.found,
        story = asked_and_sent(request)
    );
    let remedy = Phrase::lines([by_error.remedy].into_iter().chain(long));
    (row(Step::ServerVerifiesClient, found, remedy), name)
}

/// The failure of a client that sent no certificate.
pub(super) fn none_sent(request: &CertificateRequest) -> &'static str {
    if request.unfit_key {
        "client-key-not-accepted"
    } else {
        "no-client-certificate"
    }
}

/// What to do with a certificate of a CA that the server does not name.
pub(super) fn another_ca(request: &CertificateRequest) -> Phrase {
    phrase!(
        "another client certificate{request}\nor add its CA to {cas}",
        request = signed_by(request),
        cas = servers_cas()
    )
}

/// In TLS 1.3 the client is done before the server has judged its certificate, so a server that hangs up before it
/// answers may mean the certificate.
fn by_hanging_up(
    by_error: Row,
    named: Name,
    request: &CertificateRequest,
    seen: &Seen,
) -> (Row, Name) {
    if !may_be_judging(seen) {
        return (by_error, named);
    }
    let story = asked_and_sent(request);
    let left = match seen.ending {
        Ending::CloseNotify => phrase!("it closed the connection without an answer"),
        _ => phrase!("it hung up without an alert and without an answer"),
    };
    let found = phrase!("{story}; {left}", story, left);
    let step = Step::ServerVerifiesClient;
    let like = phrase!("Java and Node refuse a certificate so");
    match &request.answer {
        None => (
            row(
                step,
                phrase!("{found}, as Java does when it requires one", found),
                show_one_or_change_it(request),
            ),
            Some(none_sent(request)),
        ),
        Some(sent) if !sent.named => (
            row(
                step,
                phrase!("{found}: {like}", found, like),
                another_ca(request),
            ),
            Some("client-unknown-issuer"),
        ),
        Some(sent) => {
            let remedy = phrase!(
                "the server's log; if it says nothing (Node: listen to tlsClientError; Java: \
                -Djavax.net.debug=ssl:handshake), {cas}",
                cas = servers_cas()
            );
            let remedy = Phrase::lines([remedy].into_iter().chain(chains::needs_root(sent)));
            let found = phrase!(
                "{found}\n{story}: {like}, too",
                found = by_error.found,
                story,
                like
            );
            (row(by_error.step, found, remedy), named)
        }
    }
}
