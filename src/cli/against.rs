//! `doctor URL --against`: bad clients, one connection each, and what the server makes of them.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::look::Look;
use super::{Files, missing, output, print};
use crate::client::Url;
use crate::error::Error;
use crate::instruments::gallery::against::Against;
use crate::narration::Side;
use crate::phrase;

/// Exit code 1 if a client came in that must not, or if nothing can be told.
pub(super) fn run(
    url: &Url,
    files: &Files,
    ca_key: Option<&Path>,
    crls: &[PathBuf],
    look: Look,
) -> Result<ExitCode, Error> {
    let (authorities, own) = files.paths(Side::Client);
    let Some(authorities) = authorities else {
        return Err(missing("--cacert", phrase!("who vouches for the server?")));
    };
    let Some(own) = own else {
        return Err(missing(
            "--cert",
            phrase!("a good client comes first, for comparison"),
        ));
    };
    let there = |path: &PathBuf| path.exists();
    // In a folder both sides have their files; named one by one, they are the client's alone.
    let (_, server) = files.paths(Side::Server);
    let server = server.filter(|(cert, key)| files.cert.is_none() && there(cert) && there(key));
    // The CA's key signs whatever it is told: it is used only if the command line names it or its folder.
    let in_folder = files.certs.as_ref().map(|dir| dir.join("ca.key"));
    let against = Against {
        url,
        authorities: &authorities,
        own,
        server,
        ca_key: ca_key.map(Path::to_owned).or(in_folder.filter(there)),
        crls,
    };
    let found = against.run()?;
    let mut page = Vec::new();
    found
        .write(&mut page, look.paint(&io::stdout()))
        .map_err(output)?;
    print(page)?;
    if found.holds() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}
