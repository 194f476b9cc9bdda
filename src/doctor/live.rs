//! A look at a live server: connects as `get` does, and remembers what the server showed and asked.
//!
//! The verifier is webpki's, unchanged; the hooks here look on. Bounded in time as `get` is.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::Error as TlsError;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::X509Name;

use super::reading::Files;
use super::watch::watched;
use super::{Case, Party, Report, Shown, report};
use crate::certificates::summary::{self, Summary};
use crate::client::{self, Answer, Url, connect_tcp, get};
use crate::error::{Error, diagnose_tls};
use crate::finding::{Finding, Severity, error};
use crate::handshake::step3_client_verifies_server::VerifiesServer;
use crate::handshake::{ClientSetup, TlsMax, Trust, client_config, server_verifier};
use crate::narration::{Narrator, Recorder, Side, Step};
use crate::text;
use crate::transport::Deadline;

/// Bytes of the answer that are read; what is in it does not matter.
const ANSWER: usize = 1 << 20;

/// Examines the files of `case`, those of a client, and the server at `url`.
pub fn examine(case: &Case, url: &Url) -> Report {
    let (files, unreadable) = Files::read(case);
    if files.anchors.is_empty() {
        // Without a CA a client cannot even begin.
        return report(case, &files, unreadable);
    }
    let by = PathBuf::from(format!("the server at {}", text::terminal(&url.place)));
    let seen = look(&files, url).unwrap_or_else(Seen::nothing);
    let mut case = Case {
        host: url.server_name.clone(),
        ..case.clone()
    };
    if !seen.chain.is_empty() {
        let (by, chain) = (by.clone(), seen.chain.clone());
        let (certificate, key) = (Shown::Sent { by, chain }, None);
        case.parties.push(Party {
            side: Side::Server,
            certificate,
            key,
        });
    }
    let mut all = super::examine(&case);
    all.seen = seen.sentences();
    let more = [seen.refusal(&all, &by), seen.warning(&files, &by)];
    all.findings.extend(more.into_iter().flatten());
    all.findings.sort_by_key(|finding| finding.severity);
    all
}

/// One connection.
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    /// Names of the CAs in the server's request for a certificate, DER; `None`: it did not ask.
    asked: Option<Vec<Vec<u8>>>,
    /// `TLS 1.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768`, once the client's handshake is complete.
    session: Option<String>,
    outcome: Result<Answer, Error>,
}

fn look(files: &Files, url: &Url) -> Result<Seen, Error> {
    let unusable = |failed: TlsError| Error::Tls {
        side: Side::Client,
        peer: url.place.clone(),
        diagnosis: diagnose_tls(Side::Client, &failed),
    };
    let recorder = Arc::new(Recorder::default());
    let narrator = Narrator::new(Side::Client, Arc::clone(&recorder) as _);
    let trust = Trust {
        anchors: files.anchors.clone(),
        revocation_lists: Vec::new(),
    };
    // A pair that cannot be used is a finding already; the server is looked at without it.
    let settings = |identity| client_config(&trust, identity, TlsMax::default(), narrator.clone());
    let setup = settings(files.identity())
        .or_else(|_| settings(None))
        .map_err(unusable)?;
    let verifier = VerifiesServer {
        verifier: server_verifier(&trust, &files.provider).map_err(unusable)?,
        narrator: narrator.clone(),
    };
    let (config, memory) = watched(&setup.config, verifier);
    let config = Arc::new(config);
    let setup = ClientSetup { config, ..setup };

    let (socket, _) = connect_tcp(&url.place)?;
    let transport =
        Deadline::new(socket, client::HANDSHAKE).map_err(|source| Error::Output { source })?;
    let mut room = vec![0; ANSWER];
    let outcome = get(&setup, url, transport, &mut io::Cursor::new(&mut room[..]));
    let mut events = recorder.events().into_iter();
    let agreed = events.find(|event| event.step == Some(Step::ApplicationData));
    Ok(Seen {
        chain: memory.chain(),
        asked: memory.asked(),
        session: agreed
            .filter(|event| event.fact.passed)
            .map(|event| event.fact.says),
        outcome,
    })
}

impl Seen {
    fn nothing(failed: Error) -> Seen {
        Seen {
            chain: Vec::new(),
            asked: None,
            session: None,
            outcome: Err(failed),
        }
    }

    /// What the server did, a sentence each.
    fn sentences(&self) -> Vec<String> {
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
    fn warning(&self, files: &Files, by: &Path) -> Option<Finding> {
        let chain = files.chains.first().filter(|chain| !chain.is_empty())?;
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
            return verified.then(|| warning("not-asked", expected, found, fix));
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
        (!named).then(|| warning("not-named", expected, found, fix))
    }

    /// Why no answer came, unless a finding about the files has said so already.
    fn refusal(&self, all: &Report, by: &Path) -> Option<Finding> {
        let (code, step, found, remedy) = match &self.outcome {
            Ok(_) | Err(Error::Output { .. }) => return None,
            Err(Error::Tls { diagnosis, .. }) => {
                let (found, remedy) = (diagnosis.found.clone(), diagnosis.remedy.clone());
                ("refused", diagnosis.step, found, remedy)
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
