//! What one connection showed: in sentences, and as findings about the server.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::X509Name;

use crate::certificates::summary::{self, Summary};
use crate::client::Answer;
use crate::error::Error;
use crate::instruments::doctor::Report;
use crate::instruments::doctor::finding::{Finding, Severity, error};
use crate::instruments::doctor::reading::Files;
use crate::narration::Step;

/// One connection.
pub(super) struct Observation {
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Names of the CAs in the server's request for a certificate, DER; `None`: it did not ask.
    pub(super) asked: Option<Vec<Vec<u8>>>,
    /// `TLS 1.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768`, once the client's handshake is complete.
    pub(super) session: Option<String>,
    pub(super) outcome: Result<Answer, Error>,
}

impl Observation {
    pub(super) fn nothing(failed: Error) -> Observation {
        Observation {
            chain: Vec::new(),
            asked: None,
            session: None,
            outcome: Err(failed),
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
        if let Ok(answer) = &self.outcome {
            lines.push(format!("answers {} {}", answer.status, answer.reason));
        }
        lines
    }

    /// What it did with the client's certificate, if it was not what one would expect.
    pub(super) fn warning(&self, files: &Files, by: &Path) -> Option<Finding> {
        let chain = &files
            .parties
            .first()
            .filter(|held| !held.chain.is_empty())?
            .chain;
        let warning = |code, expected: &str, found: &str, fix: &str| {
            error(
                code,
                Step::ClientPresentsCertificate,
                by,
                expected,
                found,
                fix,
            )
            .warning()
        };
        let Some(names) = &self.asked else {
            let expected = "a request for the client's certificate";
            let found =
                "it asks nobody: mTLS is off there, and the client's certificate was not used";
            let fix = "on the server: hello-mtls serve without --tls";
            let verified = self.session.is_some();
            return verified.then(|| warning("no-certificate-request", expected, found, fix));
        };
        let issuer = |der: &CertificateDer<'_>| {
            let (_, x509) = X509Certificate::from_der(der).ok()?;
            Some(x509.issuer().as_raw().to_vec())
        };
        let mut issuers = chain.iter().take(10).filter_map(issuer);
        let named = names.is_empty() || issuers.any(|issuer| names.contains(&issuer));
        let expected = "the CA of the client's certificate among those that the server names";
        let found = "only others (above): it will probably not know who signed the client's";
        let fix = "a certificate of one of those CAs, or the client's CA in the server's --cacert";
        (!named).then(|| warning("client-ca-not-in-hint", expected, found, fix))
    }

    /// Why no answer came, unless a finding about the files has said so already.
    pub(super) fn refusal(&self, all: &Report, by: &Path) -> Option<Finding> {
        let (code, step, found, remedy) = match &self.outcome {
            Ok(_) | Err(Error::Output { .. }) => return None,
            Err(Error::Tls { diagnosis, .. }) => {
                let (found, remedy) = (diagnosis.found.clone(), diagnosis.remedy.clone());
                ("handshake-failed", diagnosis.step, found, remedy)
            }
            Err(Error::Network { found, remedy, .. }) => {
                let (found, remedy) = (found.clone(), remedy.clone());
                ("no-connection", Step::ClientConnects, found, remedy)
            }
            Err(Error::Http { found, .. }) => {
                let log = "the server's log".to_owned();
                ("no-answer", Step::ApplicationData, found.clone(), log)
            }
            Err(other) => {
                let found = other.to_string();
                ("no-answer", Step::ApplicationData, found, String::new())
            }
        };
        let is_that =
            |finding: &Finding| finding.severity == Severity::Error && finding.step == step;
        let known = step == Step::ClientVerifiesServer && all.findings.iter().any(is_that);
        (!known).then(|| error(code, step, by, "an answer", found, remedy))
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
    let readable = names
        .iter()
        .filter_map(|name| X509Name::from_der(name).ok());
    let shown = readable.take(5).map(|(_, name)| summary::shown_name(&name));
    let shown: Vec<String> = shown.collect();
    let shown = shown.join("; ");
    match names.len() {
        0 => ", of any CA".to_owned(),
        1..=5 => format!(" of {shown}"),
        many => format!(" of {shown} and {} more", many - 5),
    }
}
