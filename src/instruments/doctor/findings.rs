//! What was found so far, and about whose certificate. The same thing is told once.

use std::path::Path;

use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::doctor::{PeerTrust, SetupFiles};
use crate::instruments::failures;
use crate::narration::{Side, Step};

/// Findings, each with the side whose certificate it is about; `None`: both.
#[derive(Default)]
pub(super) struct Findings(Vec<(Option<Side>, Finding)>);

impl Findings {
    /// Adds a finding. One that both sides share, such as a CA's, becomes one about both.
    pub(super) fn add(&mut self, about: Option<Side>, new: Finding) {
        match self.0.iter_mut().find(|(_, old)| same(old, &new)) {
            Some((old, _)) if *old != about => *old = None,
            Some(_) => {}
            None => self.0.push((about, new)),
        }
    }

    /// Adds what checks have found, if anything.
    pub(super) fn extend(
        &mut self,
        about: Option<Side>,
        found: impl IntoIterator<Item = Option<Finding>>,
    ) {
        for finding in found.into_iter().flatten() {
            self.add(about, finding);
        }
    }

    /// The errors that keep the certificate of `side` from being accepted.
    pub(super) fn errors(&self, side: Side) -> impl Iterator<Item = &Finding> {
        let of = move |about: &Option<Side>| about.is_none_or(|about| about == side);
        let errors = self.0.iter().filter(move |(about, _)| of(about));
        errors
            .map(|(_, finding)| finding)
            .filter(|finding| finding.severity == Severity::Error)
    }

    /// Of the findings about the certificate of `side`, only the one with this code and those about both sides.
    /// The wrong file was named, and what is wrong with that file does not matter.
    pub(super) fn keep_alone(&mut self, side: Side, code: &str) {
        let stays =
            |about: Option<Side>, finding: &Finding| about != Some(side) || finding.code == code;
        self.0.retain(|(about, finding)| stays(*about, finding));
    }

    /// Both sides were judged with the same files, for nothing says whose they are. If one may use them, what
    /// speaks against the other one is no error.
    pub(super) fn one_role_is_enough(&mut self) {
        let fails = [Side::Server, Side::Client].map(|side| self.errors(side).next().is_some());
        let [server, client] = fails;
        if server == client {
            return;
        }
        for (_, finding) in &mut self.0 {
            finding.severity = Severity::Warning;
        }
    }

    /// Whether anything will fail.
    pub(super) fn fails(&self) -> bool {
        let mut all = self.0.iter();
        all.any(|(_, finding)| finding.severity == Severity::Error)
    }

    /// The findings under their names in the catalogue.
    pub(super) fn worst_first(self, case: &SetupFiles) -> Vec<Finding> {
        let peer = match &case.peer {
            PeerTrust::File(path) => Some(path.as_path()),
            _ => None,
        };
        let authorities = [case.authorities.as_deref(), peer];
        let named = self.0.into_iter().map(|(about, finding)| Finding {
            code: catalogue_name(&finding, about, authorities),
            ..finding
        });
        let mut findings: Vec<Finding> = named.collect();
        findings.sort_by_key(|finding| finding.severity);
        findings
    }
}

/// What the catalogue calls a finding. A check knows the defect; the name also says whose it is: of the
/// client's certificate, of one's own file that rustls refuses to load, of the file of CAs.
fn catalogue_name(
    finding: &Finding,
    about: Option<Side>,
    authorities: [Option<&Path>; 2],
) -> &'static str {
    let code = finding.code;
    match code {
        "key-as-certificate" if authorities.contains(&Some(&finding.file)) => "key-as-ca",
        // rustls reads its own certificate before the first byte, and refuses these two there.
        "x509-v1" if finding.step == Step::Preparation => "own-x509-v1",
        "unknown-critical-extension" if finding.step == Step::Preparation => {
            "own-unknown-critical-extension"
        }
        _ => failures::name_for(code, about),
    }
}

/// But for the slot of the file and the step, which differ where both sides have the same trouble.
fn same(old: &Finding, new: &Finding) -> bool {
    old.code == new.code && old.file == new.file && old.found == new.found
}
