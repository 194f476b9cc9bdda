//! An error of the library, explained with the user's own files.
//!
//! The library says which file, what was wanted and what rustls said. The doctor can look into the files: it
//! says what they hold, and which command fixes them. The command line calls [`explain`] once, at its end.

use std::path::PathBuf;

use super::finding::{Finding, Severity, THE_SERVER_AT};
use super::pem::shape;
use super::reading::{other_names, without_folder};
use super::{ChainSource, SetupFiles, SideFiles, examine};
use crate::client::Url;
use crate::error::diagnosis::diagnose_tls;
use crate::error::{Diagnosis, Ending, Error, Wanted};
use crate::files;
use crate::language::Phrase;
use crate::narration::narrator::notes;
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// What a command was given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Its files.
    pub case: SetupFiles,
    /// The same files as options of `hello-mtls doctor`, quoted for a shell: ` --certs mine`.
    pub options: String,
    /// The URL, if the command is a client.
    pub url: Option<String>,
}

/// The error with what the files tell about it; the same error if they tell nothing.
pub fn explain(error: Error, given: &Given) -> Error {
    match error {
        Error::Pem { path, wanted, said } => not_the_pem(path, wanted, said),
        Error::File { ref path, .. } => other_names(path).map_or(error, contents),
        Error::Unusable {
            files,
            wanted,
            cause,
        } => unusable(files, wanted, cause, given),
        Error::Tls {
            side: Side::Client,
            peer,
            diagnosis,
        } => Error::Tls {
            side: Side::Client,
            peer,
            diagnosis: refused(diagnosis, given),
        },
        other => other,
    }
}

/// The name of a failure in the catalogue, as the doctor calls it.
pub fn failure(error: &Error) -> Option<&'static str> {
    let folder = match error {
        Error::File {
            doing: "read",
            path,
            ..
        } => without_folder(path),
        _ => None,
    };
    folder.map_or_else(|| error.failure(), |finding| Some(finding.code))
}

/// The file is read again: an error does not carry what may be a private key.
fn not_the_pem(path: PathBuf, wanted: Wanted, said: String) -> Error {
    match files::read(&path) {
        Ok(bytes) => contents(shape::explain(&path, &bytes, wanted, &said)),
        Err(_) => Error::Pem { path, wanted, said },
    }
}

/// The doctor's first finding about one of the files: what keeps the file itself from being used comes
/// before what a connection would show.
fn unusable(files: Vec<PathBuf>, wanted: Phrase, cause: rustls::Error, given: &Given) -> Error {
    let case = those_alone(&files, &given.case);
    let mut findings = examine(&case).findings;
    findings.retain(|finding| files.contains(&finding.file) && finding.severity != Severity::Note);
    if let Some(finding) = findings.into_iter().min_by_key(|finding| finding.step) {
        return contents(finding);
    }
    let Some(path) = files.first() else {
        return Error::Unusable {
            files,
            wanted,
            cause,
        };
    };
    // A side that judges its own certificate says what its peer would say.
    let judge = case
        .parties
        .first()
        .map_or(Side::Server, |own| own.side.peer());
    let judged = diagnose_tls(judge, &cause);
    Error::Explained {
        path: path.clone(),
        failure: judged.failure,
        found: judged.found,
        remedy: format!("  hello-mtls doctor{}", given.options).into(),
    }
}

/// The part of the case that these files are: one side's pair, or the CAs and their lists.
fn those_alone(files: &[PathBuf], given: &SetupFiles) -> SetupFiles {
    let is_own = |party: &&SideFiles| {
        let certificate = party.certificate.path();
        certificate.is_some_and(|path| files.iter().any(|file| file == path))
    };
    let Some(own) = given.parties.iter().find(is_own) else {
        return SetupFiles {
            parties: Vec::new(),
            ..given.clone()
        };
    };
    // The CA that lies beside the certificate is the one that can make it anew. The CAs of --cacert vouch
    // for the other side.
    let beside = own
        .certificate
        .path()
        .map(|path| path.with_file_name("ca.crt"));
    let beside = beside.filter(|ca| ca.exists());
    SetupFiles {
        authorities: beside.or_else(|| given.authorities.clone()),
        parties: vec![own.clone()],
        crls: Vec::new(),
        ..given.clone()
    }
}

/// A finding about a file as an error: the command that wanted the file ends with it.
pub fn contents(finding: Finding) -> Error {
    Error::Explained {
        path: finding.file,
        failure: Some(finding.code),
        found: phrase!(
            "{found}\nexpected: {expected}",
            found = finding.found,
            expected = finding.expected
        ),
        remedy: finding.fix,
    }
}

/// A refusal that a client received or made, with what its own files tell about it.
fn refused(mut diagnosis: Diagnosis, given: &Given) -> Diagnosis {
    let Some(url) = &given.url else {
        return diagnosis;
    };
    // A server that hangs up where it could have answered may mean the certificate: the file knows.
    let request = diagnosis.seen.request.as_ref();
    let sent = request.is_some_and(|asked| asked.answer.is_some());
    // A certificate that was not sent, because its key does not fit, has nothing to answer for.
    let kept_back = request.is_some() && !sent;
    let left_after_it = sent && diagnosis.seen.hung_up() && diagnosis.seen.answer.is_none();
    match diagnosis.step {
        Step::ServerVerifiesClient => {
            // decrypt_error: a signature does not fit. The client's own does, because it has compared its key with its
            // certificate. So it is the CA's, and the server has another key under that CA's name.
            if sent && diagnosis.seen.ending == Ending::Alert(51) {
                diagnosis.failure = Some("client-ca-key-changed");
            }
            if !kept_back {
                blame_own_certificate(&mut diagnosis, given);
            }
        }
        Step::ApplicationData if left_after_it => blame_own_certificate(&mut diagnosis, given),
        // Without a file of CAs there is nothing that the doctor could look into.
        Step::ClientVerifiesServer if given.case.authorities.is_some() => {
            if diagnosis.failure.is_none() {
                name_by_chain(&mut diagnosis, &given.case, url);
            }
            let doctor = ask(&text::shell_word(url), &given.options);
            diagnosis.remedy = Phrase::lines([diagnosis.remedy, doctor]);
        }
        _ => {}
    }
    diagnosis
}

/// rustls says that a signature does not fit, which can have several causes. The chain that the server sent and the file
/// of CAs tell which it is, unless it is the signature of the handshake.
fn name_by_chain(diagnosis: &mut Diagnosis, case: &SetupFiles, url: &str) {
    let Ok(url) = Url::parse(url) else { return };
    let chain = notes().server_chain.into_iter().map(Into::into);
    let by = PathBuf::from(format!("{THE_SERVER_AT}{}", text::terminal(&url.place)));
    let sent = SideFiles {
        side: Side::Server,
        certificate: ChainSource::Sent {
            by,
            chain: chain.collect(),
        },
        key: None,
    };
    let case = SetupFiles {
        parties: vec![sent],
        host: url.server_name,
        ..case.clone()
    };
    let mut findings = examine(&case).findings.into_iter();
    let is_it = |finding: &Finding| {
        finding.severity == Severity::Error && finding.step == Step::ClientVerifiesServer
    };
    if let Some(finding) = findings.find(is_it) {
        diagnosis.failure = Some(finding.code);
        diagnosis.found = finding.found;
        diagnosis.remedy = finding.fix;
    }
}

/// Adds what the user's own certificate has against it, if anything: then that is the cause.
fn blame_own_certificate(diagnosis: &mut Diagnosis, given: &Given) {
    let Some(finding) = about_own_certificate(&given.case) else {
        return;
    };
    // A warning is about what may be. What the server said counts more.
    if finding.severity != Severity::Error && diagnosis.failure.is_some() {
        return;
    }
    let file = text::terminal(&finding.file.display().to_string());
    diagnosis.step = Step::ServerVerifiesClient;
    diagnosis.failure = Some(finding.code);
    let found = phrase!("{file}: {found}", file, found = &finding.found);
    diagnosis.found = Phrase::lines([diagnosis.found.clone(), found]);
    // What helps against that; the diagnosis was made without the file.
    diagnosis.remedy = Phrase::lines([finding.fix, ask("--role client", &given.options)]);
}

/// What a server will mind in the client's certificate. Nothing about its CA: the CAs that the server
/// trusts are in the server's files.
fn about_own_certificate(case: &SetupFiles) -> Option<Finding> {
    let own = case.parties.first()?.certificate.path()?;
    let minded =
        |finding: &Finding| finding.step == Step::ServerVerifiesClient && finding.file == own;
    examine(case).findings.into_iter().find(minded)
}

/// The command that examines these files.
fn ask(what: &str, options: &str) -> Phrase {
    phrase!(
        "or ask the doctor:\n  hello-mtls doctor {what}{options}",
        what,
        options
    )
}
