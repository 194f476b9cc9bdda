//! What one connection showed, in sentences.

use rustls::pki_types::CertificateDer;

use crate::certificates::summary::{self, Summary};
use crate::client::Answer;
use crate::error::{Error, LateRequest};
use crate::language::Phrase;
use crate::phrase;

/// One connection.
pub(super) struct Observation {
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Names of the CAs in the server's request for a certificate, DER; `None`: it did not ask.
    pub(super) asked: Option<Vec<Vec<u8>>>,
    /// `TLS 1.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768`, once the client's handshake is complete.
    pub(super) session: Option<Phrase>,
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
    pub(super) fn sentences(&self) -> Vec<Phrase> {
        let session = self.session.iter();
        let mut lines: Vec<Phrase> = session
            .map(|session| phrase!("speaks {session}", session))
            .collect();
        let of = self.chain.len();
        for (place, certificate) in self.chain.iter().enumerate().take(10) {
            let what = described(certificate);
            lines.push(phrase!(
                "sends certificate {number} of {of}: {what}",
                number = place + 1,
                of,
                what
            ));
        }
        match &self.asked {
            None if self.chain.is_empty() => {}
            None => lines.push(phrase!("does not ask for a client certificate")),
            Some(names) => lines.push(asks(names)),
        }
        match self.late_request() {
            None => {}
            Some(LateRequest::Renegotiation) => lines.push(phrase!(
                "wants a new handshake after the request (renegotiation), which rustls declines"
            )),
            Some(LateRequest::CertificateRequest) => lines.push(phrase!(
                "asks for a certificate after the handshake, which rustls does not know"
            )),
        }
        if let Err(Error::Tls { diagnosis, .. }) = &self.outcome
            && let Some(answer) = &diagnosis.seen.answer
        {
            lines.push(phrase!(
                "answers {status}, and the answer breaks off",
                status = answer.status
            ));
        }
        if let Ok(answer) = &self.outcome {
            let (status, reason) = (answer.status, answer.shown_reason());
            lines.push(if self.unusable_pair {
                phrase!("answers {status} {reason}, to a client without a certificate: its own cannot be used", status, reason)
            } else {
                phrase!("answers {status} {reason}", status, reason)
            });
        }
        lines
    }
}

fn described(certificate: &CertificateDer<'_>) -> Phrase {
    let Some(one) = Summary::of(certificate) else {
        return phrase!("bytes that are no certificate");
    };
    let [subject, issuer, end] = [one.shown_subject(), one.shown_issuer(), one.shown_end()];
    phrase!(
        "{subject}, signed by {issuer}, until {end}",
        subject,
        issuer,
        end
    )
}

/// What the server asks for: the names of its CAs, DER, in words.
fn asks(names: &[Vec<u8>]) -> Phrase {
    if names.is_empty() {
        return phrase!("asks for a client certificate, of any CA");
    }
    let names: Vec<&[u8]> = names.iter().map(|name| &name[..]).collect();
    let names = summary::shown_names(&names);
    phrase!("asks for a client certificate of {names}", names)
}
