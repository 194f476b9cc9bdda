//! A refusal that comes as an answer: the handshake went well, and the status says no.
//!
//! nginx accepts every handshake and answers 400 where others send an alert. So "an answer came" does not say that
//! the client is in: its status does.

use super::chains::{may_be_too_long, needs_root};
use super::context::{another_ca, asked_and_sent, asked_late, none_sent, show_one_or_change_it};
use super::other_servers::servers_cas;
use super::{Row, row};
use crate::error::{Diagnosis, Ending, LateRequest, Seen};
use crate::language::Phrase;
use crate::narration::{SentCertificate, Step};
use crate::phrase;

/// What nginx writes into its page for a client without a certificate.
const NONE_SENT: &str = "No required SSL certificate was sent";
/// What Apache writes into its page on a path that wants a certificate, to a client that cannot be asked any more.
const TOO_LATE: &str = "Cannot perform Post-Handshake Authentication";
/// What servers write into their pages, and which server it is. Node has the words of OpenSSL's `X509_V_ERR_…` in
/// `authorizationError`.
const KNOWN: [(&str, &str); 10] = [
    (NONE_SENT, "nginx"),
    (TOO_LATE, "Apache"),
    ("The SSL certificate error", "nginx"),
    ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "Node"),
    ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "Node"),
    ("UNABLE_TO_GET_ISSUER_CERT", "Node"),
    ("DEPTH_ZERO_SELF_SIGNED_CERT", "Node"),
    ("SELF_SIGNED_CERT_IN_CHAIN", "Node"),
    ("CERT_HAS_EXPIRED", "Node"),
    ("INVALID_PURPOSE", "Node"),
];

/// Which step refused, and why, if an answer refuses the client: 400, 401, 403, 421, and nginx's own 495 and 496. `None`: it does
/// not, and any other status is about the request. `beginning` is that of the body; it comes from the peer, and only
/// known sentences are looked for in it.
pub fn diagnose_answer(
    mut seen: Seen,
    resumed: bool,
    (status, reason): (u16, &str),
    beginning: &[u8],
) -> Option<Diagnosis> {
    let body = String::from_utf8_lossy(beginning);
    let known = KNOWN.into_iter().find(|(words, _)| body.contains(words));
    // A page of success may be about such words.
    let words = known.filter(|_| status >= 400);
    let said = match words {
        Some((words, program)) => phrase!(
            "{status} {reason} (\"{words}\", as {program} says)",
            status,
            reason,
            words,
            program
        ),
        None => Phrase::from(format!("{status} {reason}")),
    };
    let answer = phrase!(
        "the handshake was accepted; then the server answered {said}",
        said
    );
    let refuses = matches!(status, 400 | 401 | 403 | 495 | 496);
    let (row, failure) = match &seen.request {
        _ if refuses && seen.late_request.is_some() => after_a_late_request(&answer, &seen)?,
        _ if status == 421 => (misdirected(&answer), "unknown-sni"),
        Some(request) => {
            let story = phrase!(
                "{answer}: {request}",
                answer = &answer,
                request = asked_and_sent(request)
            );
            let step = Step::ServerVerifiesClient;
            match (status, words, &request.answer) {
                (400 | 401 | 403 | 496, _, None) | (_, Some((NONE_SENT, _)), None) => (
                    row(step, story, show_one_or_change_it(request)),
                    none_sent(request),
                ),
                (_, Some((NONE_SENT, _)), Some(_)) => {
                    (not_to_the_next(&story), "refused-by-status")
                }
                (401 | 403, None, Some(SentCertificate { named: true, .. })) => (
                    forbidden(story, phrase!("the server's list of clients, and its log")),
                    "forbidden",
                ),
                (400 | 401 | 403 | 495 | 496, ..) | (_, Some(_), _) => {
                    let remedy = match &request.answer {
                        Some(sent) if sent.named => {
                            let look = phrase!(
                                "the certificate's dates and purpose: hello-mtls doctor; {cas}; nginx says why \
                                in its error_log at level info",
                                cas = servers_cas()
                            );
                            let chain = needs_root(sent).into_iter().chain(may_be_too_long(sent));
                            Phrase::lines(chain.chain([look]))
                        }
                        _ => another_ca(request),
                    };
                    (row(step, story, remedy), "refused-by-status")
                }
                _ => return None,
            }
        }
        None if words.is_some_and(|(words, _)| words == TOO_LATE) => {
            let (row, _) = asked_late(LateRequest::CertificateRequest);
            let found = phrase!(
                "{answer}: it wants a certificate on this path and did not ask for one in the handshake; after it \
                only a client with post-handshake authentication can be asked, and rustls has none",
                answer
            );
            (Row { found, ..row }, "post-handshake-auth")
        }
        None if matches!(status, 401 | 403 | 495 | 496) => {
            let late = if !seen.tls12 && !resumed {
                phrase!(
                    "; a server that asks for a certificate only for some paths, after the handshake, cannot ask rustls \
                (RFC 8446 §4.6.2; Apache: SSLVerifyClient in <Location>)"
                )
            } else {
                Phrase::empty()
            };
            let story = phrase!(
                "{answer}; it had not asked for a certificate in this handshake",
                answer
            );
            let remedy = phrase!(
                "what this server asks of its clients: a token, a password?{late}",
                late
            );
            (forbidden(story, remedy), "forbidden")
        }
        None => return None,
    };
    seen.ending = Ending::Answer(status);
    Some(row.into_diagnosis(&format!("HTTP/1.1 {status} {reason}"), Some(failure), seen))
}

/// The client declined what the server asked for after the handshake, and the server answered all the same.
fn after_a_late_request(answer: &Phrase, seen: &Seen) -> Option<(Row, &'static str)> {
    let (row, name) = asked_late(seen.late_request?);
    let found = phrase!("{answer}: {found}", answer, found = row.found);
    Some((Row { found, ..row }, name?))
}

/// RFC 9110 §15.5.20. Caddy and nginx answer so where a client's certificate would count for another host.
fn misdirected(answer: &Phrase) -> Row {
    row(
        Step::ApplicationData,
        phrase!(
            "{answer}: the host in the request is not the one that the hello named (SNI), and a client that dials an IP \
            address names none",
            answer
        ),
        phrase!("the server's host name in the URL"),
    )
}

/// A client that sent a certificate reads that none was sent: the page is not about it.
fn not_to_the_next(story: &Phrase) -> Row {
    row(
        Step::ApplicationData,
        phrase!(
            "{story}: so the page comes from another server, to which this one passed the request without a certificate",
            story
        ),
        phrase!(
            "on this server, the certificate for the one behind it (nginx: proxy_ssl_certificate and \
            proxy_ssl_certificate_key; Apache: SSLProxyMachineCertificateFile; HAProxy: crt on the server's line)"
        ),
    )
}

fn forbidden(found: Phrase, remedy: Phrase) -> Row {
    row(Step::ServerAuthorizesClient, found, remedy)
}
