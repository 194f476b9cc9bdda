//! `doctor`: what the files tell, and a live server if there is a URL.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use rustls::pki_types::ServerName;

use super::look::Look;
use super::serve::expired_lists;
use super::{Files, against, json, output, print};
use crate::certificates::request::no_host;
use crate::client::Url;
use crate::error::Error;
use crate::handshake::ExpiredLists;
use crate::instruments::doctor::{
    PeerTrust, SetupFiles, SideFiles, examine, live, report, role_of,
};
use crate::narration::Side;
use crate::phrase;

/// Reads the files of one side or both, and a live server if there is a URL. Exits with 1 on errors.
#[derive(Args)]
#[command(after_help = "\
The doctor reads files, so it has no --ca-native. On Linux the CAs of the system
are a file, too; curl-config --ca and openssl version -d say where:
  hello-mtls doctor URL --cacert /etc/ssl/certs/ca-certificates.crt")]
pub(super) struct Doctor {
    /// Look at this server too, as a client with these files
    url: Option<String>,
    #[command(flatten)]
    files: Files,
    /// Whose files: server or client [default: both]
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Option<Side>,
    /// What clients dial: name or IP [default: localhost]
    #[arg(long, value_name = "NAME", value_parser = server_name, conflicts_with = "url")]
    host: Option<ServerName<'static>>,
    /// CAs that the other side believes: its --cacert
    #[arg(long, value_name = "FILE")]
    peer_cacert: Option<PathBuf>,
    /// Revocation list that is loaded, repeatable
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// As serve is told: refuse or warn
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = expired_lists, conflicts_with = "against")]
    crl_expired: ExpiredLists,
    /// Send your server bad clients: are they refused?
    #[arg(long, requires = "url")]
    against: bool,
    /// Key of the clients' CA: makes more of them
    #[arg(long, value_name = "FILE", requires = "against")]
    ca_key: Option<PathBuf>,
    /// For a program: one line of JSON
    #[arg(long, conflicts_with = "against")]
    json: bool,
}

fn role(name: &str) -> Result<Side, String> {
    match name {
        "server" => Ok(Side::Server),
        "client" => Ok(Side::Client),
        _ => Err("server or client".to_owned()),
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(name.to_owned()).map_err(|_| no_host(name))
}

pub(super) fn run(options: &Doctor, look: Look) -> Result<ExitCode, Error> {
    let url = options.url.as_deref().map(Url::parse).transpose()?;
    let case = case(options)?;
    if let (true, Some(url)) = (options.against, &url) {
        return against::run(
            url,
            &options.files,
            options.ca_key.as_deref(),
            &options.crl,
            look,
        );
    }
    let found = match &url {
        Some(url) => live::examine(&case, url),
        None => examine(&case),
    };
    let mut page = Vec::new();
    if options.json {
        page.extend_from_slice(json::examined(&found).as_bytes());
    } else {
        report::write(&mut page, &found, look.paint(&io::stdout())).map_err(output)?;
    }
    print(page)?;
    if found.fails() {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn case(options: &Doctor) -> Result<SetupFiles, Error> {
    let sides = match (&options.url, options.role) {
        (Some(_), Some(Side::Server)) => {
            return Err(Error::Usage {
                found: phrase!("--role server with a URL: the side that dials is the client"),
                remedy: phrase!("leave out one of the two"),
            });
        }
        (Some(_), _) => vec![Side::Client],
        (None, Some(side)) => vec![side],
        (None, None) => sides(&options.files),
    };
    // In a folder one CA signs for both sides. Files that are named one by one may come from two CAs, and a
    // live server says itself which CAs it trusts.
    let peer = match &options.peer_cacert {
        Some(file) => PeerTrust::File(file.clone()),
        None if options.url.is_some() || options.files.cert.is_some() => PeerTrust::Unknown,
        None => PeerTrust::Same,
    };
    let mut case = SetupFiles {
        crls: options.crl.clone(),
        expired_lists: options.crl_expired,
        peer,
        role_unknown: options.files.cert.is_some() && sides.len() > 1,
        ..SetupFiles::default()
    };
    for side in sides {
        let (authorities, own) = options.files.paths(side);
        case.authorities = authorities;
        case.parties
            .extend(own.map(|pair| SideFiles::of_files(side, pair)));
    }
    if let Some(host) = &options.host {
        case.host = host.clone();
    }
    Ok(case)
}

/// Whose files these are: in a folder of those that are there; otherwise as the certificate says to which the
/// key belongs. Both, where it does not say.
fn sides(files: &Files) -> Vec<Side> {
    let both = vec![Side::Server, Side::Client];
    if let Some((cert, key)) = files.cert.as_ref().zip(files.key.as_ref()) {
        return role_of(cert, key).map_or(both, |side| vec![side]);
    }
    let there = |side: &Side| match files.paths(*side) {
        (_, Some((cert, key))) => cert.exists() || key.exists(),
        _ => false,
    };
    let some: Vec<Side> = both.iter().copied().filter(there).collect();
    if some.is_empty() { both } else { some }
}
