//! What one connection showed, in sentences.

use rustls::pki_types::CertificateDer;

use crate::certificates::summary::{self, Summary};
use crate::client::Answer;
use crate::error::{Error, LateRequest};

/// One connection.
pub(super) struct Observation {
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Names of the CAs in the server's request for a certificate, DER; `None`: it did not ask.
    pub(super) asked: Option<Vec<Vec<u8>>>,
    /// `TLS 1.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768`, once the client's handshake is complete.
    pub(super) session: Option<String>,
    /// The client's certificate and key could not be loaded: the connection was made without them.
    pub(super) unusable_pair: bool,
    /// The same of the revocation lists.
    pub(super) unusable_lists: bool,
    pub(super) outcome: Result<Answer, Error>,
}

impl Observation {
    pub(super) fn nothing(failed: Error) -> Observation {
        Observation {
            chain: Vec::new(),
            asked: None,
            session: None,
            unusable_pair: false,
            unusable_lists: false,
            outcome: Err(failed),
        }
    }

    fn late_request(&self) -> Option<LateRequest> {
        match &self.outcome {
            Ok(answer) => answer.late_request,
            Err(Error::Tls { diagnosis, .. }) => diagnosis.seen.late_request,
            Err(_) => None,
        }
    }

    /// What the server did, a sentence each.
    pub(super) fn sentences(&self) -> Vec<String> {
        let session = self.session.iter();
        let mut lines: Vec<String> = session.map(|session| format!("speaks {session}")).collect();
        let of = self.chain.len();
        for (place, certificate) in self.chain.iter().enumerate().take(10) {
            let what = described(certificate);
            lines.push(format!("sends certificate {} of {of}: {what}", place + 1));
        }
        match &self.asked {
            None if self.chain.is_empty() => {}
            None => lines.push("does not ask for a client certificate".to_owned()),
            Some(names) => lines.push(format!("asks for a client certificate{}", of_whom(names))),
        }
        match self.late_request() {
            None => {}
            Some(LateRequest::Renegotiation) => lines.push(
                "wants a new handshake after the request (renegotiation), which rustls declines"
                    .to_owned(),
            ),
            Some(LateRequest::CertificateRequest) => lines.push(
                "asks for a certificate after the handshake, which rustls does not know".to_owned(),
            ),
        }
        if let Ok(answer) = &self.outcome {
            let alone = if self.unusable_pair {
                ", to a client without a certificate: its own cannot be used"
            } else {
                ""
            };
            lines.push(format!(
                "answers {} {}{alone}",
                answer.status, answer.reason
            ));
        }
        lines
    }
}

fn described(certificate: &CertificateDer<'_>) -> String {
    let Some(one) = Summary::of(certificate) else {
        return "bytes that are no certificate".to_owned();
    };
    let [subject, issuer, end] = [one.shown_subject(), one.shown_issuer(), one.shown_end()];
    format!("{subject}, signed by {issuer}, until {end}")
}

/// The CAs that a server names, DER, in words.
fn of_whom(names: &[Vec<u8>]) -> String {
    if names.is_empty() {
        return ", of any CA".to_owned();
    }
    let names: Vec<&[u8]> = names.iter().map(|name| &name[..]).collect();
    format!(" of {}", summary::shown_names(&names))
}
