//! A refusal that comes as an answer: the handshake went well, and the status says no.
//!
//! nginx accepts every handshake and answers 400 where others send an alert. So "an answer came" does not say that
//! the client is in: its status does.

use super::context::{SERVERS_CAS, another_ca, asked_and_sent, asked_late, show_one_or_change_it};
use super::{Row, row};
use crate::error::{Diagnosis, Ending, Seen};
use crate::narration::{SentCertificate, Step};

/// What nginx writes into its page with the 400.
const NGINX_NONE: &str = "No required SSL certificate was sent";
const NGINX_REFUSED: &str = "The SSL certificate error";

/// Who refused, and why, if an answer refuses the client: 400, 401, 403, and nginx's own 495 and 496. `None`: it does
/// not, and any other status is about the request. `beginning` is that of the body; it comes from the peer, and only
/// known sentences are looked for in it.
pub fn diagnose_answer(
    mut seen: Seen,
    resumed: bool,
    (status, reason): (u16, &str),
    beginning: &[u8],
) -> Option<Diagnosis> {
    let body = String::from_utf8_lossy(beginning);
    let words = [NGINX_NONE, NGINX_REFUSED]
        .into_iter()
        .find(|words| body.contains(*words));
    let said = match words {
        Some(words) => format!("{status} {reason} (\"{words}\", as nginx says)"),
        None => format!("{status} {reason}"),
    };
    let answer = format!("the handshake was accepted; then the server answered {said}");
    let refuses = matches!(status, 400 | 401 | 403 | 495 | 496);
    let (row, failure) = match &seen.request {
        _ if refuses && seen.late_request.is_some() => after_a_late_request(&answer, &seen)?,
        Some(request) => {
            let story = format!("{answer}: {}", asked_and_sent(request));
            let step = Step::ServerVerifiesClient;
            match (status, words, &request.answer) {
                (400 | 401 | 403 | 496, _, None) | (_, Some(NGINX_NONE), None) => (
                    row(step, story, show_one_or_change_it(request)),
                    "no-client-certificate",
                ),
                (403, None, Some(_)) | (401, None, Some(_)) => (
                    forbidden(story, "the server's list of clients, and its log"),
                    "forbidden",
                ),
                (400 | 495 | 496, ..) | (_, Some(_), _) => {
                    let remedy = match &request.answer {
                        Some(SentCertificate { named: true, .. }) => format!(
                            "the certificate's dates and purpose: hello-mtls doctor; {SERVERS_CAS}; nginx says why \
                            in its error_log at level info"
                        ),
                        _ => another_ca(request),
                    };
                    (row(step, story, remedy), "refused-by-status")
                }
                _ => return None,
            }
        }
        None if matches!(status, 401 | 403 | 495 | 496) => {
            let late = if !seen.tls12 && !resumed {
                "; a server that asks for a certificate only for some paths, after the handshake, cannot ask rustls \
                (RFC 8446 §4.6.2; Apache: SSLVerifyClient in <Location>)"
            } else {
                ""
            };
            let story = format!("{answer}; it had not asked for a certificate in this handshake");
            let remedy =
                format!("what this server asks of its clients: a token, a password?{late}");
            (forbidden(story, &remedy), "forbidden")
        }
        None => return None,
    };
    seen.ending = Ending::Answer(status);
    Some(row.into_diagnosis(&format!("HTTP/1.1 {status} {reason}"), Some(failure), seen))
}

/// The client declined what the server asked for after the handshake, and the server answered all the same.
fn after_a_late_request(answer: &str, seen: &Seen) -> Option<(Row, &'static str)> {
    let (row, name) = asked_late(seen.late_request?);
    let found = format!("{answer}: {}", row.found);
    Some((Row { found, ..row }, name?))
}

fn forbidden(found: String, remedy: &str) -> Row {
    row(Step::ServerAuthorizesClient, found, remedy)
}
