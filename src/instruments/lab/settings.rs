//! `serve.args`: how the server of an exercise is started, in the words of `hello-mtls serve`.

use std::path::PathBuf;

use super::meeting::Server;
use super::tests::Started;
use crate::credentials::{identity, trust};
use crate::error::Error;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::phrase;

/// The server that the file `serve.args` of the exercise describes: one line of options, as one types them behind `hello-mtls
/// serve`. A `#` begins a comment. Paths count from the exercise's folder.
///
/// # Errors
/// [`Error::Contents`] for an option that no exercise needs, and the errors of the files.
pub fn server(started: &Started<'_>) -> Result<Server, Error> {
    let path = started.path("serve.args");
    let text = started.text("serve.args")?;
    let words = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(str::split_whitespace)
        .filter(|word| *word != "\\");
    let mut words = words.peekable();
    let wrong = |found| Error::Contents {
        path: path.clone(),
        found,
        remedy: phrase!(
            "the options of hello-mtls serve: --cert --key --cacert --crl --allow --tls"
        ),
    };
    let (mut cert, mut key, mut cacert) = (None, None, None);
    let (mut crls, mut allowed, mut tls) = (Vec::new(), Vec::new(), false);
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word, None),
        };
        if option == "--tls" {
            tls = true;
            continue;
        }
        let known = [
            "--cert", "--key", "--cacert", "--crl", "--allow", "--listen",
        ];
        if !known.contains(&option) {
            let option = crate::text::terminal(option);
            return Err(wrong(phrase!(
                "the word {option} is not known here",
                option
            )));
        }
        let Some(value) = value.or_else(|| words.next()) else {
            return Err(wrong(phrase!("nothing stands behind {option}", option)));
        };
        match option {
            "--cert" => cert = Some(started.path(value)),
            "--key" => key = Some(started.path(value)),
            "--cacert" => cacert = Some(started.path(value)),
            "--crl" => crls.push(started.path(value)),
            "--allow" => allowed.push(Allowed::parse(value).map_err(|found| wrong(found.into()))?),
            _ => {}
        }
    }
    let file = |given: Option<PathBuf>, name: &str| given.unwrap_or_else(|| started.path(name));
    let clients = if tls {
        None
    } else {
        Some(trust(&file(cacert, "ca.crt"), &crls)?)
    };
    Ok(Server {
        identity: identity(&file(cert, "server.crt"), &file(key, "server.key"))?,
        clients,
        allowed,
    })
}
