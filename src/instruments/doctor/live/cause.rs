//! The connection and the files together: one finding for one cause.
//!
//! The files know why, for example that a certificate has expired. The connection knows that a server minded, and how
//! it said so. The CAs that a server trusts are in its own files: what the client's `--cacert` says of the client's
//! own certificate does not count here.

use std::path::Path;

use super::observation::Observation;
use crate::certificates::summary::issuer_name;
use crate::error::diagnosis::{required, servers_cas};
use crate::error::{Diagnosis, Error};
use crate::instruments::doctor::finding::{Finding, Severity, error};
use crate::instruments::doctor::reading::Files;
use crate::instruments::doctor::{Report, SetupFiles};
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;

/// Findings by which the client's own CA file judges the client's own certificate.
const BY_OWN_CA_FILE: [&str; 6] = [
    "client-unknown-issuer",
    "client-unknown-root",
    "client-self-signed",
    "client-ca-key-changed",
    "unknown-issuer",
    "unknown-root",
];

/// Adds what the connection showed to what the files told.
pub(super) fn add(
    seen: &Observation,
    report: &mut Report,
    (case, files): (&SetupFiles, &Files),
    by: &Path,
) {
    let warning = seen.warning(files, by);
    match seen.refusal(report, by) {
        Some(refusal) => refused(seen, report, refusal, warning),
        None => {
            if seen.outcome.is_ok() {
                accepted(seen, report, case);
            }
            report.findings.extend(warning);
        }
    }
    report.findings.extend(seen.other_status(by));
}

/// The server answered this client: what the files say against that did not stop the two, and is a warning. Only
/// files that were left out of the connection, because they cannot be used, are still at fault.
fn accepted(seen: &Observation, report: &mut Report, case: &SetupFiles) {
    let left_out = |finding: &Finding| match &finding.file {
        file if case.crls.contains(file) => seen.unusable_lists,
        file if case.authorities.as_ref() == Some(file) => false,
        _ => seen.unusable_pair && finding.step != Step::ClientVerifiesServer,
    };
    for finding in report
        .findings
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Error && !left_out(finding))
    {
        finding.severity = Severity::Warning;
        if judged_by_own_ca_file(finding) {
            // A remedy would trust one more CA, or replace a certificate that is as it should be.
            finding.fix = phrase!(
                "nothing for this server: it accepted the client, so it trusts other CAs than those of that file"
            );
        }
    }
    report.verdict.answered = true;
    let rulings = &mut report.verdict.rulings;
    let of_the_pair = |side| side == Side::Client && seen.unusable_pair;
    rulings.retain(|ruling| ruling.refusal.is_none() || of_the_pair(ruling.side));
}

fn refused(seen: &Observation, report: &mut Report, refusal: Finding, warning: Option<Finding>) {
    let diagnosis = seen.diagnosis();
    let request = diagnosis.and_then(|diagnosis| diagnosis.seen.request.as_ref());
    let sent = request.and_then(|request| request.answer.as_ref());
    let stranger = sent.is_some_and(|sent| !sent.named);
    let hung_up = diagnosis.is_some_and(|diagnosis| diagnosis.seen.hung_up());
    let about_it = refusal.step == Step::ServerVerifiesClient || (sent.is_some() && hung_up);
    if !about_it {
        let asks_late = ["renegotiation", "post-handshake-auth"].contains(&refusal.code);
        report.findings.extend(warning.filter(|_| !asks_late));
        report.findings.push(refusal);
        return;
    }
    // The CA file of the client does not matter if the server names other CAs, or if no certificate was sent.
    if stranger || request.is_some_and(|request| request.answer.is_none()) {
        let findings = &mut report.findings;
        findings.retain(|finding| !judged_by_own_ca_file(finding));
    }
    let is_cause = |finding: &&mut Finding| {
        finding.severity == Severity::Error && finding.step == Step::ServerVerifiesClient
    };
    match report.findings.iter_mut().find(is_cause) {
        Some(cause) => {
            let refused = phrase!(
                "{file}: {found}",
                file = refusal.subject(),
                found = &refusal.found
            );
            cause.found = Phrase::lines([cause.found.clone(), refused]);
            // A server that names the CA above the missing one knows it.
            let missing = cause.code.ends_with("missing-intermediate");
            report.findings.extend(warning.filter(|_| !missing));
        }
        // The refusal says itself that the server names other CAs.
        None => {
            let mut refusal = refusal;
            for code in may_be_why(&report.findings, &refusal.file) {
                let first = phrase!(
                    "first what is told below as [{code}]: it may be the reason",
                    code
                );
                refusal.fix = Phrase::lines([first, refusal.fix]);
            }
            report.findings.extend(warning.filter(|_| !stranger));
            report.findings.push(refusal);
        }
    }
}

/// The warnings about the client's certificate for which other servers than rustls may refuse it.
fn may_be_why(findings: &[Finding], server: &Path) -> Vec<&'static str> {
    let of_either = ["same-name", "wrong-key-usage"];
    let of_client = |finding: &&Finding| {
        finding.step == Step::ServerVerifiesClient
            || of_either.contains(&finding.code) && finding.file != server
    };
    let warnings = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Warning);
    warnings
        .filter(of_client)
        .map(|finding| finding.code)
        .collect()
}

fn judged_by_own_ca_file(finding: &Finding) -> bool {
    finding.step == Step::ServerVerifiesClient && BY_OWN_CA_FILE.contains(&finding.code)
}

impl Observation {
    /// What TLS, or the status of the answer, says of the refusal.
    fn diagnosis(&self) -> Option<&Diagnosis> {
        match &self.outcome {
            Ok(answer) => answer.refusal.as_ref(),
            Err(Error::Tls { diagnosis, .. }) => Some(diagnosis),
            Err(_) => None,
        }
    }

    /// An answer of failure that is about the request, as far as its status tells.
    fn other_status(&self, by: &Path) -> Option<Finding> {
        let answer = self.outcome.as_ref().ok()?;
        let other = answer.status >= 400 && answer.refusal.is_none();
        let found = phrase!(
            "the handshake was accepted, and the answer is {status} {reason}",
            status = answer.status,
            reason = answer.shown_reason()
        );
        let fix = phrase!("the path of the URL; the server's log");
        let step = Step::ApplicationData;
        let finding = || {
            error(
                "refused-by-status",
                step,
                by,
                phrase!("an answer of success"),
                found,
                fix,
            )
        };
        other.then(|| finding().warning())
    }

    /// What it did with the client's certificate, if it was not what one would expect.
    fn warning(&self, files: &Files, by: &Path) -> Option<Finding> {
        let chain = &files
            .parties
            .first()
            .filter(|held| !held.chain.is_empty())?
            .chain;
        let warning = |code, expected: Phrase, found: Phrase, fix: Phrase| {
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
            let expected = phrase!("a request for the client's certificate");
            let found = phrase!(
                "it asks for none in this handshake, so the client's certificate was not used"
            );
            let verified = self.session.is_some();
            return verified
                .then(|| warning("no-certificate-request", expected, found, required()));
        };
        let mut issuers = chain.iter().take(10).filter_map(|der| issuer_name(der));
        let named = names.is_empty() || issuers.any(|issuer| names.contains(&issuer));
        let expected =
            phrase!("the CA of the client's certificate among those that the server names");
        let found = phrase!(
            "only others (above): it probably does not know the CA that signed the client's"
        );
        let fix = phrase!(
            "a certificate of one of those CAs, or the client's CA added to {cas}",
            cas = servers_cas()
        );
        (!named).then(|| warning("client-ca-not-in-hint", expected, found, fix))
    }

    /// Why no answer came, or why it was none of success, unless a finding about the files has said so already.
    fn refusal(&self, all: &Report, by: &Path) -> Option<Finding> {
        if let Some(diagnosis) = self.diagnosis() {
            let code = diagnosis.failure.unwrap_or("handshake-failed");
            let (step, found) = (diagnosis.step, &diagnosis.found);
            let is_that =
                |finding: &Finding| finding.severity == Severity::Error && finding.step == step;
            let known = step == Step::ClientVerifiesServer && all.findings.iter().any(is_that);
            let refusal = || {
                error(
                    code,
                    step,
                    by,
                    phrase!("an answer of success"),
                    found,
                    &diagnosis.remedy,
                )
            };
            return (!known).then(refusal);
        }
        let failed = self.outcome.as_ref().err()?;
        let (found, remedy) = match failed {
            Error::Output { .. } => return None,
            Error::Network { found, remedy, .. } => (found.clone(), remedy.clone()),
            Error::Http { found, .. } => (found.clone(), phrase!("the server's log")),
            other => (other.to_string().into(), Phrase::empty()),
        };
        let step = failed.step().unwrap_or(Step::ApplicationData);
        let code = failed.failure().unwrap_or("no-answer");
        Some(error(code, step, by, phrase!("an answer"), found, remedy))
    }
}
