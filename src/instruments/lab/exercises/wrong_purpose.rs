//! A machine has a certificate as a server and now has to be a client. One certificate for both is what it must not have.

use crate::certificates::GeneratedFile;
use crate::certificates::request::KeyType;
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::Mint;
use crate::instruments::lab::reading::Certificate;
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, wording};
use crate::narration::{Side, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "wrong-purpose",
    steps: &[Step::ClientVerifiesServer, Step::ServerVerifiesClient],
    minutes: 15,
    texts: wording::Files {
        english: include_str!("../texts/en/wrong-purpose.md"),
        chinese: include_str!("../texts/zh/wrong-purpose.md"),
    },
    words,
    start,
    check,
};

fn host(draw: &Draw) -> String {
    format!("{}.purpose.test", draw.person("host"))
}

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("host", host(draw))]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let server = ca.server(&[&host(draw)])?;
    let other = ca.server(&["api.purpose.test"])?;
    draw.note("ca", &ca.read()?.fingerprint);
    draw.note("server", &server.read()?.fingerprint);
    let mut files = [
        ca.files("ca"),
        server.files("server"),
        server.files("client"),
    ]
    .concat();
    files.extend(other.files(".peers/api"));
    Ok(files)
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let host = host(started.draw);
    let trust = started.trust("ca.crt", &[])?;
    let own = started.identity("client.crt", "client.key")?;
    let api = Server {
        identity: started.identity(".peers/api.crt", ".peers/api.key")?,
        clients: Some(trust.clone()),
        allowed: Vec::new(),
    };
    let asks = |identity, name: &str| Client {
        identity,
        trust: trust.clone(),
        name: name.to_owned(),
    };
    let server = |identity| Server::that_does_not_ask(identity);
    let old = started.identity("server.crt", "server.key")?;
    let refused = Wanted::Refusal(Side::Client, Step::ClientVerifiesServer);
    let known = Wanted::AnswerTo(format!("dns:{host}"));
    Ok(vec![
        started.same_certificate("the-same-ca", "ca.crt", "ca")?,
        started.same_certificate("the-same-server", "server.crt", "server")?,
        a_key_of_its_own(started)?,
        Test::connection(
            "as-client",
            (&api, &asks(Some(own.clone()), "api.purpose.test")),
            &known,
            BOTH,
        )?,
        Test::connection(
            "as-server",
            (&server(own), &asks(None, &host)),
            &refused,
            BOTH,
        )?,
        Test::connection(
            "server-as-server",
            (&server(old), &asks(None, &host)),
            &Wanted::Answer,
            BOTH,
        )?,
    ])
}

/// Everybody has seen `server.crt`, so a thief of its key needs nothing else.
fn a_key_of_its_own(started: &Started<'_>) -> Result<Test, Error> {
    let [client, server] =
        ["client.crt", "server.crt"].map(|file| Certificate::first(&started.path(file)));
    let found = match client?.key == server?.key {
        true => Err(phrase!(
            "it is the key of server.crt: a thief of client.key shows server.crt, which is public"
        )),
        false => Ok(()),
    };
    Ok(Test::look(
        "a-key-of-its-own",
        Step::ClientVerifiesServer,
        found,
    ))
}
