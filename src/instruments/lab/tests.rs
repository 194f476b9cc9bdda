//! What a check tries: a connection, or a look at a file. Each says what it expected and what it found.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};

use super::draw::Draw;
use super::meeting::{Client, Meeting, Server, meet, meet_again};
use super::reading::Certificate;
use super::wanted::Wanted;
use crate::certificates::summary::Summary;
use crate::certificates::{failed, pem};
use crate::error::Error;
use crate::files;
use crate::handshake::{Identity, TlsMax, Trust};
use crate::language::Phrase;
use crate::narration::{Event, Step};
use crate::phrase;
use crate::text;

/// Both versions, newest first. What a version does not change is tried in both.
pub const BOTH: &[TlsMax] = &[TlsMax::Tls13, TlsMax::Tls12];

/// An exercise that was started: its folder, and what was drawn for it.
#[derive(Clone, Copy, Debug)]
pub struct Started<'a> {
    /// Where the learner works.
    pub folder: &'a Path,
    /// What was drawn.
    pub draw: &'a Draw,
    /// A list of all exercises is wanted: what takes minutes is not begun.
    pub hurry: bool,
}

/// What a test says about the work of the learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// Nothing: it could not be tried on this machine.
    NotChecked,
}

/// One thing that was tried.
#[derive(Debug)]
pub struct Test {
    /// Its name: lower case, with hyphens.
    pub name: &'static str,
    /// What should have happened. Empty for a look at a file: what is tried says it.
    pub expected: Phrase,
    /// What happened.
    pub found: Phrase,
    /// What to try. Mostly empty: the hints of the exercise say it.
    pub remedy: Phrase,
    /// They agree, or they do not.
    pub verdict: Verdict,
    /// What both sides of the connection reported, if there was one.
    pub events: Vec<Event>,
    /// The page of the docs that explains it.
    pub page: &'static str,
}

impl Started<'_> {
    /// A file of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What a side shows, from the learner's files.
    ///
    /// # Errors
    /// Those of the files.
    pub fn identity(&self, certificate: &str, key: &str) -> Result<Identity, Error> {
        crate::credentials::identity(&self.path(certificate), &self.path(key))
    }

    /// The CAs that a side trusts, from the learner's files.
    ///
    /// # Errors
    /// Those of the files.
    pub fn trust(&self, authorities: &str, lists: &[&str]) -> Result<Trust, Error> {
        let lists: Vec<PathBuf> = lists.iter().map(|list| self.path(list)).collect();
        crate::credentials::trust(&self.path(authorities), &lists)
    }

    /// A look: the first certificate of `file` is still the one whose fingerprint was noted under `note`.
    ///
    /// # Errors
    /// Those of the file.
    pub fn same_certificate(
        &self,
        name: &'static str,
        file: &str,
        note: &str,
    ) -> Result<Test, Error> {
        let is = Certificate::first(&self.path(file))?;
        let same = is.fingerprint == self.draw.noted(note);
        let other = || phrase!("{file} holds another certificate than at the start", file);
        Ok(Test::look(
            name,
            Step::Preparation,
            same.then_some(()).ok_or_else(other),
        ))
    }

    /// A look: the first certificate of `file` has the key that was noted under `note`.
    ///
    /// # Errors
    /// Those of the file.
    pub fn same_key(&self, name: &'static str, file: &str, note: &str) -> Result<Test, Error> {
        let is = Certificate::first(&self.path(file))?;
        let same = is.key == self.draw.noted(note);
        let other = || phrase!("{file} has another key than at the start", file);
        Ok(Test::look(
            name,
            Step::Preparation,
            same.then_some(()).ok_or_else(other),
        ))
    }

    /// A look: the first certificate of `file` is good for none but these hosts. A connection tries one name, and cannot try all.
    ///
    /// # Errors
    /// Those of the file.
    pub fn no_other_name(
        &self,
        name: &'static str,
        file: &str,
        hosts: &[&str],
    ) -> Result<Test, Error> {
        let first = pem::certificates(&self.path(file))?.swap_remove(0);
        let summary = Summary::of(&first).unwrap_or_default();
        let addresses = summary.addresses.iter().map(ToString::to_string);
        let others = summary.dns_names.into_iter().chain(addresses);
        let others =
            others.filter(|name| !hosts.iter().any(|host| host.eq_ignore_ascii_case(name)));
        let others: Vec<String> = others.map(|name| text::terminal(&name)).collect();
        let found = match others[..] {
            [] => Ok(()),
            _ => Err(phrase!(
                "{file} is also good for {names}",
                file,
                names = others.join(", ")
            )),
        };
        Ok(Test::look(name, Step::ClientVerifiesServer, found))
    }

    /// A file of the folder as text.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn text(&self, name: &str) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&files::read(&self.path(name))?).into_owned())
    }
}

/// An identity from PEM text that the lab made itself.
///
/// # Errors
/// [`Error::Certificates`]: it is no PEM.
pub fn identity_of(certificates: &str, key: &str) -> Result<Identity, Error> {
    let doing = "read what the lab made";
    let chain = CertificateDer::pem_slice_iter(certificates.as_bytes());
    Ok(Identity {
        chain: chain
            .collect::<Result<_, _>>()
            .map_err(|error| failed(doing, &error))?,
        key: PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|error| failed(doing, &error))?,
    })
}

/// The CAs in PEM text that the lab made itself.
///
/// # Errors
/// [`Error::Certificates`]: it is no PEM.
pub fn trust_of(certificates: &str) -> Result<Trust, Error> {
    let anchors = CertificateDer::pem_slice_iter(certificates.as_bytes());
    Ok(Trust {
        anchors: anchors
            .collect::<Result<_, _>>()
            .map_err(|error| failed("read what the lab made", &error))?,
        ..Trust::default()
    })
}

/// What stands behind `NAME =` in a file of answers. Empty: nothing.
pub fn value_of<'a>(name: &str, answers: &'a str) -> &'a str {
    let lines = answers.lines().filter_map(|line| line.split_once('='));
    let found = lines.rev().find(|(label, _)| label.trim() == name);
    found.map_or("", |(_, value)| value)
}

impl Test {
    /// A look at a file, or at several: well, or what was found instead.
    pub fn look(name: &'static str, step: Step, found: Result<(), Phrase>) -> Test {
        Test {
            name,
            expected: Phrase::empty(),
            verdict: Verdict::of(found.is_ok()),
            found: found.err().unwrap_or_else(|| phrase!("as it should be")),
            remedy: Phrase::empty(),
            events: Vec::new(),
            page: page_of(step),
        }
    }

    /// A connection, in each of these versions of TLS. It is as wanted if it is in all of them; otherwise the first
    /// one that is not is shown.
    ///
    /// # Errors
    /// Those of [`meet`].
    pub fn connection(
        name: &'static str,
        (server, client): (&Server, &Client),
        wanted: &Wanted,
        versions: &[TlsMax],
    ) -> Result<Test, Error> {
        Test::of(name, wanted, versions, |version| {
            meet(server, client, version)
        })
    }

    /// The same for a client that comes again, with the ticket that it got `before` the server was changed.
    ///
    /// # Errors
    /// As [`Test::connection`].
    pub fn second_connection(
        name: &'static str,
        (before, after, client): (&Server, &Server, &Client),
        wanted: &Wanted,
        versions: &[TlsMax],
    ) -> Result<Test, Error> {
        Test::of(name, wanted, versions, |version| {
            meet_again(before, after, client, version)
        })
    }

    /// A connection of another kind, in each of these versions of TLS.
    ///
    /// # Errors
    /// Those of `meet`.
    pub fn of(
        name: &'static str,
        wanted: &Wanted,
        versions: &[TlsMax],
        meet: impl Fn(TlsMax) -> Result<Meeting, Error>,
    ) -> Result<Test, Error> {
        let mut shown = None;
        for version in versions {
            let met = meet(*version)?;
            let passed = wanted.is_met_by(&met.outcome);
            if shown.is_none() || !passed {
                shown = Some((met, *version, passed));
            }
            if !passed {
                break;
            }
        }
        let Some((Meeting { events, outcome }, version, passed)) = shown else {
            return Err(failed("check", &"no version of TLS"));
        };
        let (found, step) = (outcome.words(), wanted.step().min(outcome.step()));
        let found = match wanted.passed_over(&outcome) {
            _ if passed => found,
            None => in_version(version, found),
            Some(before) => in_version(version, phrase!("{before}; then {found}", before, found)),
        };
        Ok(Test {
            name,
            expected: wanted.words(),
            found,
            remedy: Phrase::empty(),
            verdict: Verdict::of(passed),
            events,
            page: page_of(step),
        })
    }

    /// The same, and another page explains it.
    #[must_use]
    pub fn explained_by(self, page: &'static str) -> Test {
        Test { page, ..self }
    }

    /// It is as it should be.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }
}

/// The page of the docs that explains a step.
pub(super) fn page_of(step: Step) -> &'static str {
    match step {
        Step::Preparation => "certificates.md",
        Step::ClientConnects => "handshake/step1_client_connects.md",
        Step::ServerPresentsCertificate => "handshake/step2_server_presents_certificate.md",
        Step::ClientVerifiesServer => "handshake/step3_client_verifies_server.md",
        Step::ClientPresentsCertificate => "handshake/step4_client_presents_certificate.md",
        Step::ServerVerifiesClient => "handshake/step5_server_verifies_client.md",
        Step::ServerAuthorizesClient => "handshake/step6_server_authorizes_client.md",
        Step::ApplicationData => "handshake/step7_application_data.md",
    }
}

/// What was found, and that it was found in the older version.
pub fn in_version(version: TlsMax, found: Phrase) -> Phrase {
    match version {
        TlsMax::Tls12 => phrase!("in TLS 1.2: {found}", found),
        TlsMax::Tls13 => found,
    }
}

impl Verdict {
    fn of(passed: bool) -> Verdict {
        if passed {
            Verdict::Passed
        } else {
            Verdict::Failed
        }
    }
}
