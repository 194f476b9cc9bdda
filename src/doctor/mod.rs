//! What the files alone tell about what will fail, before a byte is sent.
//!
//! [`examine`] reads the files of a case, asks each check of one table, and then webpki itself, by the
//! code that the handshake runs. [`live::examine`] looks at a running server too. What they return is
//! data; [`report`] shows it.
//!
//! The checks explain, webpki decides. Where the two disagree, the report says so.

mod keys;
mod reading;
mod evidence;
mod route;
mod look;
mod checks;
mod readable;
mod pair;
mod algorithms;
mod issuers;
mod rules;
mod names;
mod dates;
mod revocation;
mod elsewhere;
mod remedy;
mod verdict;
mod watch;
pub mod live;
pub mod report;

use std::path::{Path, PathBuf};

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use self::evidence::Evidence;
use self::look::Look;
use self::reading::Files;
use self::route::Route;
pub use self::verdict::{Ruling, Verdict};
use crate::finding::{Finding, Severity, error, judged};
use crate::narration::Side;

/// What is to be examined.
#[derive(Clone, Debug)]
pub struct Case {
    /// The CAs that both sides trust.
    pub authorities: Option<PathBuf>,
    /// The sides whose certificates are to be judged.
    pub parties: Vec<Party>,
    /// The lists that are loaded, if any.
    pub crls: Vec<PathBuf>,
    /// By what name or address a client dials the server.
    pub host: ServerName<'static>,
    /// The moment at which all is judged.
    pub now: UnixTime,
}

impl Default for Case {
    /// Nothing, for `localhost` and now.
    fn default() -> Case {
        let localhost = ServerName::try_from("localhost");
        Case {
            authorities: None,
            parties: Vec::new(),
            crls: Vec::new(),
            host: localhost.unwrap_or(std::net::Ipv4Addr::LOCALHOST.into()),
            now: UnixTime::now(),
        }
    }
}

/// One side.
#[derive(Clone, Debug)]
pub struct Party {
    /// Which.
    pub side: Side,
    /// Its certificate chain.
    pub certificate: Shown,
    /// Its private key, if it is here.
    pub key: Option<PathBuf>,
}

/// Where a certificate chain comes from.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A PEM file.
    File(PathBuf),
    /// A server on the other end of a connection.
    Sent {
        /// `the server at localhost:3000`.
        by: PathBuf,
        /// DER, in the order in which it came.
        chain: Vec<CertificateDer<'static>>,
    },
}

impl Shown {
    /// Its file, if it is one.
    fn path(&self) -> Option<&Path> {
        match self {
            Shown::File(path) => Some(path),
            Shown::Sent { .. } => None,
        }
    }

    /// What a finding calls it.
    fn label(&self) -> &Path {
        match self {
            Shown::File(path) | Shown::Sent { by: path, .. } => path,
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The worst first.
    pub findings: Vec<Finding>,
    /// webpki's last word on each certificate.
    pub verdict: Verdict,
    /// What a live server did, a sentence each.
    pub seen: Vec<String>,
}

impl Report {
    /// Whether something will fail.
    pub fn fails(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}

/// Reads the files and says what is wrong with them. Never fails: what cannot be read is a finding.
pub fn examine(case: &Case) -> Report {
    let mut unreadable = Vec::new();
    let files = Files::read(case, &mut unreadable);
    report(case, &files, unreadable)
}

fn report(case: &Case, files: &Files, unreadable: Vec<Finding>) -> Report {
    let evidence = Evidence::of(case, files);
    let (mut looks, mut asked) = (Vec::new(), Vec::new());
    for side in &evidence.sides {
        let answer = verdict::ask(&evidence, side);
        asked.push(answer.is_some());
        looks.push(Look {
            evidence: &evidence,
            side,
            route: Route::find(&evidence, side),
            refusal: answer.and_then(Result::err),
        });
    }
    let mut found: Vec<(Option<usize>, Finding)> = unreadable
        .into_iter()
        .map(|finding| (None, finding))
        .collect();
    found.extend(checks::run(&evidence, &looks));

    let mut rulings = Vec::new();
    for (index, look) in looks
        .iter()
        .enumerate()
        .filter(|(index, _)| asked.get(*index) == Some(&true))
    {
        let side = look.side.party.side;
        let ruling = Ruling::new(side, look.refusal.as_ref());
        let of = |at: &Option<usize>| at.is_none_or(|at| at == index);
        let explained = found
            .iter()
            .any(|(at, finding)| of(at) && finding.severity == Severity::Error);
        if let Some(refusal) = ruling.refusal.as_ref().filter(|_| !explained) {
            let file = look.side.party.certificate.label();
            let expected = "a certificate that webpki accepts";
            found.push((
                Some(index),
                error(
                    "unexplained",
                    refusal.step,
                    file,
                    expected,
                    &refusal.found,
                    &refusal.remedy,
                ),
            ));
        }
        let judged = |(at, finding): &(Option<usize>, Finding)| {
            *at == Some(index)
                && finding.severity == Severity::Error
                && finding.step == judged(side)
        };
        let disputed = ruling.refusal.is_none() && found.iter().any(judged);
        rulings.push(Ruling { disputed, ..ruling });
    }
    let mut findings: Vec<Finding> = found.into_iter().map(|(_, finding)| finding).collect();
    findings.sort_by_key(|finding| finding.severity);
    Report {
        findings,
        verdict: Verdict {
            rulings,
            host: case.host.to_str().into_owned(),
        },
        seen: Vec::new(),
    }
}
