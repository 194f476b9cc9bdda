//! `serve.args`: how the server of an exercise is started, in the words of `hello-mtls serve`.

use std::path::PathBuf;

use super::meeting::Server;
use super::tests::Started;
use crate::credentials::{identity, trust};
use crate::error::Error;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// The file of these options.
pub const FILE: &str = "serve.args";

/// The server that the file `serve.args` of the exercise describes: one line of options, as one types them behind `hello-mtls
/// serve`. A `#` begins a comment. Paths count from the exercise's folder.
///
/// # Errors
/// [`Error::Contents`] for an option that no exercise needs, and the errors of the files.
pub fn server(started: &Started<'_>) -> Result<Server, Error> {
    let path = started.path(FILE);
    let line = started.text(FILE)?;
    let words = line
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(str::split_whitespace)
        .filter(|word| *word != "\\");
    let words: Vec<&str> = words.collect();
    let wrong_for = |found, remedy| Error::Contents {
        path: path.clone(),
        found,
        remedy,
    };
    let wrong = |found| {
        let options =
            phrase!("the options of hello-mtls serve: --cert --key --cacert --crl --allow --tls");
        wrong_for(found, options)
    };
    if let Some(quoted) = words.iter().find(|word| word.contains(['"', '\''])) {
        return Err(wrong_for(
            phrase!(
                "there are quotation marks in {word}",
                word = text::terminal(quoted)
            ),
            phrase!("write it without them: no shell reads this file"),
        ));
    }
    let mut words = words.into_iter();
    let (mut cert, mut key, mut cacert, mut listen) = (None, None, None, None);
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
            let option = text::terminal(option);
            return Err(wrong(phrase!(
                "the word {option} is not known here",
                option
            )));
        }
        let Some(value) = value.or_else(|| words.next()) else {
            return Err(wrong(phrase!("nothing stands behind {option}", option)));
        };
        let once = match option {
            "--cert" => &mut cert,
            "--key" => &mut key,
            "--cacert" => &mut cacert,
            _ => &mut listen,
        };
        match option {
            "--crl" => crls.push(started.path(value)),
            "--allow" => allowed
                .push(Allowed::parse(value).map_err(|_| wrong_for(not_a_name(value), the_form()))?),
            // As on a command line.
            _ if once.replace(started.path(value)).is_some() => {
                return Err(wrong(phrase!("{option} stands there twice", option)));
            }
            _ => {}
        }
    }
    let needed = |given: Option<PathBuf>, option: &str| {
        given.ok_or_else(|| wrong(phrase!("{option} FILE is missing", option)))
    };
    let clients = match (tls, cacert) {
        (true, _) => None,
        (false, Some(cacert)) => Some(trust(&cacert, &crls)?),
        (false, None) => {
            return Err(wrong(phrase!(
                "--cacert FILE is missing: without --tls the server asks for certificates, and has to know whose"
            )));
        }
    };
    Ok(Server {
        identity: identity(&needed(cert, "--cert")?, &needed(key, "--key")?)?,
        clients,
        allowed,
    })
}

fn not_a_name(value: &str) -> Phrase {
    let value = text::terminal(value);
    phrase!(
        "--allow {value}: the server cannot tell which kind of name that is",
        value
    )
}

/// How `--allow` takes a name. `hello-mtls inspect` writes the kinds in another way.
fn the_form() -> Phrase {
    phrase!(
        "the kind of name, a colon, and the whole name: --allow uri:NAME, dns:NAME or cn:NAME\nwhere inspect shows URI:spiffe://… it is uri:spiffe://…, and for CN=… it is cn:…"
    )
}
