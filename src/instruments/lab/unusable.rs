//! Files of an exercise that are not there or cannot be used, as a test that failed: the doctor explains them.

use std::io;
use std::path::Path;

use rustls::pki_types::ServerName;

use super::tests::Test;
use crate::certificates::pem;
use crate::certificates::summary::Summary;
use crate::error::Error;
use crate::instruments::doctor::explain::{Given, explain};
use crate::instruments::doctor::{SetupFiles, SideFiles, role_of};
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// The test of this name failed, because a file in `folder` cannot be used, or because the learner has not made it yet.
pub fn unusable(name: &'static str, folder: &Path, error: Error) -> Test {
    if let Error::File { path, source, .. } = &error
        && source.kind() == io::ErrorKind::NotFound
    {
        let file = path.strip_prefix(folder).unwrap_or(path);
        return missing(name, &[text::terminal(&file.display().to_string())]);
    }
    let given = given(&error);
    let report = explain(error, &given).report();
    let found = phrase!(
        "{headline}: {found}",
        headline = report.headline,
        found = report.found
    );
    Test {
        remedy: report.remedy,
        ..Test::look(name, Step::Preparation, Err(found))
    }
}

/// The test of this name failed, because the learner has not made all of these files yet. `None`: all are there.
pub fn not_made(name: &'static str, folder: &Path, files: &[String]) -> Option<Test> {
    let files = files.iter().filter(|file| !folder.join(file).exists());
    let files: Vec<String> = files.cloned().collect();
    (!files.is_empty()).then(|| missing(name, &files))
}

fn missing(name: &'static str, files: &[String]) -> Test {
    let found = phrase!("not in this folder: {files}", files = files.join(", "));
    Test::look(name, Step::Preparation, Err(found))
}

/// What the doctor may look into: the files that were used together, and the CA beside them. Their paths count from the
/// folder in which the check was run, and so do those of the commands that it prints.
fn given(error: &Error) -> Given {
    let Error::Unusable { files, cause, .. } = error else {
        return Given::default();
    };
    match &files[..] {
        [certificate, key] if pem::private_key(key).is_ok() => given_pair(certificate, key),
        files => {
            let option = match cause {
                rustls::Error::InvalidCertRevocationList(_) => "--crl",
                _ => "--cacert",
            };
            Given {
                options: options(files.iter().map(|file| (option, file.as_path()))),
                ..Given::default()
            }
        }
    }
}

fn given_pair(certificate: &Path, key: &Path) -> Given {
    let ca = Some(certificate.with_file_name("ca.crt")).filter(|ca| ca.exists());
    let named = ca.iter().map(|ca| ("--cacert", ca.as_path()));
    let options = options(named.chain([("--cert", certificate), ("--key", key)]));
    let side = role_of(certificate, key).unwrap_or(Side::Server);
    let files = (certificate.to_owned(), key.to_owned());
    let mut case = SetupFiles {
        authorities: ca,
        parties: vec![SideFiles::of_files(side, files)],
        ..SetupFiles::default()
    };
    // A new certificate gets the name that clients ask for. Here that is one of those that the old one has.
    let chain = pem::certificates(certificate).unwrap_or_default();
    let names = chain.first().and_then(Summary::of);
    let name = names.and_then(|summary| summary.dns_names.into_iter().next());
    if let Some(Ok(name)) = name.map(ServerName::try_from) {
        case.host = name;
    }
    Given {
        case,
        options,
        url: None,
    }
}

/// As `hello-mtls doctor` takes them.
fn options<'a>(files: impl Iterator<Item = (&'a str, &'a Path)>) -> String {
    files
        .map(|(option, file)| format!(" {option} {}", text::shell(file)))
        .collect()
}
