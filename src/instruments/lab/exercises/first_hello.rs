//! A server certificate from the old days: it has a common name and no subjectAltName, so no client believes it.

use crate::certificates::GeneratedFile;
use crate::certificates::request::{KeyType, Name};
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::{Leaf, Mint, Purpose};
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, wording};
use crate::narration::{Side, Step};

pub(super) const EXERCISE: Exercise = Exercise {
    name: "first-hello",
    steps: &[Step::ClientConnects, Step::ClientVerifiesServer],
    minutes: 10,
    texts: wording::Files {
        english: include_str!("../texts/en/first-hello.md"),
        chinese: include_str!("../texts/zh/first-hello.md"),
    },
    words,
    start,
    check,
};

fn host(draw: &Draw) -> String {
    format!("{}.hello.test", draw.person("host"))
}

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("host", host(draw))]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let server = ca.leaf(&Leaf {
        common_name: &host(draw),
        names: Vec::<Name>::new(),
        purpose: Purpose::Server,
        days: (-1, 90),
    })?;
    draw.note("ca", &ca.read()?.fingerprint);
    Ok([ca.files("ca"), server.files("server")].concat())
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let host = host(started.draw);
    let server = Server::that_does_not_ask(started.identity("server.crt", "server.key")?);
    let trust = started.trust("ca.crt", &[])?;
    let client = |name: &str| Client {
        identity: None,
        trust: trust.clone(),
        name: name.to_owned(),
    };
    let mut tests = vec![started.same_certificate("the-same-ca", "ca.crt", "ca")?];
    for (name, asked) in [
        ("by-name", host.as_str()),
        ("by-localhost", "localhost"),
        ("by-ipv4", "127.0.0.1"),
        ("by-ipv6", "::1"),
    ] {
        tests.push(Test::connection(
            name,
            (&server, &client(asked)),
            &Wanted::Answer,
            BOTH,
        )?);
    }
    let other = format!("other.{host}");
    for (name, asked) in [
        ("not-below", other.as_str()),
        ("not-beside", "other.hello.test"),
    ] {
        tests.push(Test::connection(
            name,
            (&server, &client(asked)),
            &Wanted::Refusal(Side::Client, Step::ClientVerifiesServer),
            BOTH,
        )?);
    }
    let hosts = [host.as_str(), "localhost", "127.0.0.1", "::1"];
    tests.push(started.no_other_name("no-other-name", "server.crt", &hosts)?);
    Ok(tests)
}
