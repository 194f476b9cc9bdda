//! A look at a live server: connects as `get` does, and remembers what the server showed and asked.
//!
//! The verifier is webpki's, unchanged; the hooks here look on. Bounded in time as `get` is.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::evidence::Files;
use super::{Case, Party, Report, Shown, report};
use crate::certificates::summary::{self, Summary};
use crate::client::{self, Answer, Url, connect_tcp, get};
use crate::error::Error;
use crate::finding::{Finding, Severity, error};
use crate::handshake::step3_client_verifies_server::VerifiesServer;
use crate::handshake::{ClientSetup, Identity, TlsMax, Trust, client_config, server_verifier};
use crate::narration::{Narrator, Recorder, Side, Step};
use crate::text;
use crate::transport::Deadline;

/// Bytes of the answer that are read; what is in it does not matter.
const ANSWER: usize = 1 << 20;

/// Examines the files of `case`, those of a client, and the server at `url`.
pub fn examine(case: &Case, url: &Url) -> Report {
    let mut unreadable = Vec::new();
    let files = Files::read(case, &mut unreadable);
    if files.anchors.is_empty() {
        // Without a CA a client cannot even begin.
        return report(case, &files, unreadable);
    }
    let by = PathBuf::from(format!("the server at {}", text::terminal(&url.place)));
    let (seen, outcome) = match look(&files, url) {
        Ok(seen_and_outcome) => seen_and_outcome,
        Err(failed) => (Seen::default(), Err(failed)),
    };
    let mut case = Case {
        host: url.server_name.clone(),
        ..case.clone()
    };
    let chain = seen.chain();
    if !chain.is_empty() {
        let certificate = Shown::Sent {
            by: by.clone(),
            chain: chain.clone(),
        };
        case.parties.push(Party {
            side: Side::Server,
            certificate,
            key: None,
        });
    }
    let mut all = super::examine(&case);
    all.seen = seen.sentences(&chain, &outcome);
    all.findings.extend(refused(&all, &by, outcome));
    all.findings.extend(seen.warnings(&files, &by));
    all.findings.sort_by_key(|finding| finding.severity);
    all
}

/// What the hooks remember.
#[derive(Debug, Default)]
struct Seen {
    chain: Mutex<Vec<CertificateDer<'static>>>,
    /// Names of the CAs in the server's request for a certificate, DER; `None`: it did not ask.
    asked: Mutex<Option<Vec<Vec<u8>>>>,
    /// `TLS 1.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768`.
    session: Option<String>,
}

fn look(files: &Files, url: &Url) -> Result<(Seen, Result<Answer, Error>), Error> {
    let unusable = |failed: TlsError| Error::Tls {
        side: Side::Client,
        peer: url.place.clone(),
        diagnosis: crate::error::diagnose_tls(Side::Client, &failed),
    };
    let recorder = Arc::new(Recorder::default());
    let narrator = Narrator::new(Side::Client, Arc::clone(&recorder) as _);
    let trust = Trust {
        anchors: files.anchors.clone(),
        revocation_lists: Vec::new(),
    };
    let key = files.keys.first().and_then(|keys| keys.first());
    let identity = files.chains.first().zip(key).map(|(chain, key)| Identity {
        chain: chain.clone(),
        key: key.der.clone_key(),
    });
    // A pair that cannot be used is a finding already; the server is looked at without it.
    let setup = client_config(&trust, identity, TlsMax::default(), narrator.clone())
        .or_else(|_| client_config(&trust, None, TlsMax::default(), narrator.clone()))
        .map_err(unusable)?;

    let seen = Arc::new(Seen::default());
    let mut config = ClientConfig::clone(&setup.config);
    let verifier = VerifiesServer {
        verifier: server_verifier(&trust, &files.provider).map_err(unusable)?,
        narrator,
    };
    config
        .dangerous()
        .set_certificate_verifier(Arc::new(Watches {
            verifier,
            seen: Arc::clone(&seen),
        }));
    config.client_auth_cert_resolver = Arc::new(Hears {
        resolver: Arc::clone(&config.client_auth_cert_resolver),
        seen: Arc::clone(&seen),
    });
    let setup = ClientSetup {
        config: Arc::new(config),
        ..setup
    };

    let (socket, _) = connect_tcp(&url.place)?;
    let transport =
        Deadline::new(socket, client::HANDSHAKE).map_err(|source| Error::Output { source })?;
    let mut room = vec![0; ANSWER];
    let outcome = get(&setup, url, transport, &mut io::Cursor::new(&mut room[..]));
    let agreed = recorder
        .events()
        .into_iter()
        .find(|event| event.step == Some(Step::ApplicationData));
    let session = agreed
        .filter(|event| event.fact.passed)
        .map(|event| event.fact.says);
    Ok((
        Seen {
            chain: Mutex::new(seen.chain()),
            asked: Mutex::new(seen.asked()),
            session,
        },
        outcome,
    ))
}

/// webpki's verifier, and a memory of what it was shown.
#[derive(Debug)]
struct Watches {
    verifier: VerifiesServer,
    seen: Arc<Seen>,
}

impl ServerCertVerifier for Watches {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let sent = [end_entity]
            .into_iter()
            .chain(intermediates)
            .map(|der| der.clone().into_owned());
        *self
            .seen
            .chain
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = sent.collect();
        self.verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.verifier
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.verifier
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// The client's own answer to a request for a certificate, and a memory of the request.
#[derive(Debug)]
struct Hears {
    resolver: Arc<dyn ResolvesClientCert>,
    seen: Arc<Seen>,
}

impl ResolvesClientCert for Hears {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let names = authorities.iter().map(|name| name.to_vec()).collect();
        *self
            .seen
            .asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(names);
        self.resolver.resolve(authorities, schemes)
    }

    fn has_certs(&self) -> bool {
        self.resolver.has_certs()
    }
}

impl Seen {
    fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn asked(&self) -> Option<Vec<Vec<u8>>> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn sentences(
        &self,
        chain: &[CertificateDer<'static>],
        outcome: &Result<Answer, Error>,
    ) -> Vec<String> {
        let mut lines: Vec<String> = self
            .session
            .iter()
            .map(|session| format!("speaks {session}"))
            .collect();
        for (place, certificate) in chain.iter().enumerate().take(10) {
            let what = Summary::of(certificate).map_or_else(
                || "bytes that are no certificate".to_owned(),
                |one| {
                    format!(
                        "{}, signed by {}, until {}",
                        one.shown_subject(),
                        one.shown_issuer(),
                        one.shown_end()
                    )
                },
            );
            lines.push(format!(
                "sends certificate {} of {}: {what}",
                place + 1,
                chain.len()
            ));
        }
        match self.asked() {
            None if chain.is_empty() => {}
            None => lines.push("does not ask for a client certificate".to_owned()),
            Some(names) if names.is_empty() => {
                lines.push("asks for a client certificate, of any CA".to_owned())
            }
            Some(names) => {
                let shown: Vec<String> = names
                    .iter()
                    .take(5)
                    .filter_map(|name| X509Name::from_der(name).ok())
                    .map(|(_, name)| summary::shown_name(&name))
                    .collect();
                let more = if names.len() > 5 {
                    format!(" and {} more", names.len() - 5)
                } else {
                    String::new()
                };
                lines.push(format!(
                    "asks for a client certificate of {}{more}",
                    shown.join("; ")
                ));
            }
        }
        if let Ok(answer) = outcome {
            lines.push(format!("answers {} {}", answer.status, answer.reason));
        }
        lines
    }

    fn warnings(&self, files: &Files, by: &std::path::Path) -> Option<Finding> {
        let chain = files.chains.first().filter(|chain| !chain.is_empty())?;
        let verified = self.session.is_some();
        let Some(names) = self.asked() else {
            let found =
                "it asks nobody: mTLS is off there, and the client's certificate was not used";
            let fix = "on the server: hello-mtls serve without --tls";
            return verified.then(|| {
                error(
                    "not-asked",
                    Step::ClientPresentsCertificate,
                    by,
                    "a request for the client's certificate",
                    found,
                    fix,
                )
                .warning()
            });
        };
        let issuer = |der: &CertificateDer<'_>| {
            let (_, x509) = x509_parser::prelude::X509Certificate::from_der(der).ok()?;
            Some(x509.issuer().as_raw().to_vec())
        };
        let issuers: Vec<Vec<u8>> = chain.iter().take(10).filter_map(issuer).collect();
        let named = names.is_empty() || names.iter().any(|name| issuers.contains(name));
        let expected = "the CA of the client's certificate among those that the server names";
        let found = "only others (above): it will probably not know who signed the client's";
        let fix = "a certificate of one of those CAs, or the client's CA in the server's --cacert";
        (!named).then(|| {
            error(
                "not-named",
                Step::ClientPresentsCertificate,
                by,
                expected,
                found,
                fix,
            )
            .warning()
        })
    }
}

/// Why no answer came, unless a finding about the files has said so already.
fn refused(all: &Report, by: &std::path::Path, outcome: Result<Answer, Error>) -> Option<Finding> {
    let expected = "an answer";
    match outcome {
        Ok(_) | Err(Error::Output { .. }) => None,
        Err(Error::Tls { diagnosis, .. }) => {
            let known = diagnosis.step == Step::ClientVerifiesServer
                && all.findings.iter().any(|finding| {
                    finding.severity == Severity::Error && finding.step == diagnosis.step
                });
            (!known).then(|| {
                error(
                    "refused",
                    diagnosis.step,
                    by,
                    expected,
                    diagnosis.found,
                    diagnosis.remedy,
                )
            })
        }
        Err(Error::Network { found, remedy, .. }) => Some(error(
            "no-connection",
            Step::ClientConnects,
            by,
            "a TCP connection",
            found,
            remedy,
        )),
        Err(other) => Some(error(
            "no-answer",
            Step::ApplicationData,
            by,
            expected,
            other.to_string().replace("\n ", ";"),
            "the server's log",
        )),
    }
}
