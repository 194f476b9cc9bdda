//! A server certificate from the old days: it has a common name and no subjectAltName, so no client believes it.

use crate::certificates::request::{KeyType, Name};
use crate::certificates::summary::subject;
use crate::certificates::{GeneratedFile, pem};
use crate::error::Error;
use crate::instruments::lab::draw::{Draw, hex};
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::{Leaf, Mint, Purpose};
use crate::instruments::lab::tests::{BOTH, Started, Test, Wanted};
use crate::instruments::lab::{Exercise, wording};
use crate::narration::{Side, Step};
use crate::phrase;

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
    draw.note("ca", &fingerprint(&ca.pem)?);
    Ok([ca.files("ca"), server.files("server")].concat())
}

/// Of the first certificate in a PEM text.
fn fingerprint(text: &str) -> Result<String, Error> {
    let first = pem::certificates_in("ca.crt".as_ref(), text.as_bytes())?.swap_remove(0);
    Ok(hex(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        &first,
    )
    .as_ref()))
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let host = host(started.draw);
    let server = Server {
        identity: started.identity("server.crt", "server.key")?,
        clients: None,
        allowed: Vec::new(),
    };
    let trust = started.trust("ca.crt", &[])?;
    let client = |name: &str| Client {
        identity: None,
        trust: trust.clone(),
        name: name.to_owned(),
    };
    let same = fingerprint(&started.text("ca.crt")?)? == started.draw.noted("ca");
    let named = subject(&trust.anchors[0]);
    let mut tests = vec![Test::look(
        "the-same-ca",
        Step::ClientVerifiesServer,
        match same {
            true => Ok(()),
            false => Err(phrase!("another certificate: {named}", named)),
        },
    )];
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
    Ok(tests)
}
