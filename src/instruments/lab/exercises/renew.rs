//! A server certificate that expired yesterday. The key stays, because the other side may have pinned it.

use crate::certificates::GeneratedFile;
use crate::certificates::request::{KeyType, Name};
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::{Leaf, Mint, Purpose};
use crate::instruments::lab::reading::Certificate;
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, wording};
use crate::narration::{Side, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "renew",
    steps: &[Step::ClientVerifiesServer],
    minutes: 10,
    texts: wording::Files {
        english: include_str!("../texts/en/renew.md"),
        chinese: include_str!("../texts/zh/renew.md"),
    },
    words,
    start,
    check,
};

/// How long a stolen key is of use at most. Browsers have set such limits for public CAs.
const MOST_DAYS: i64 = 398;

fn hosts(draw: &Draw) -> [String; 2] {
    ["host", "alias"].map(|which| format!("{}.renew.test", draw.person(which)))
}

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    let [host, alias] = hosts(draw);
    vec![("host", host), ("alias", alias)]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-400, 3650))?;
    let [host, alias] = hosts(draw);
    let server = ca.leaf(&Leaf {
        common_name: &host,
        names: vec![Name::Dns(host.clone()), Name::Dns(alias)],
        purpose: Purpose::Server,
        days: (-91, -1),
    })?;
    let made = server.read()?;
    draw.note("ca", &ca.read()?.fingerprint);
    draw.note("key", &made.key);
    draw.note("serial", &made.serial);
    Ok([ca.files("ca"), server.files("server")].concat())
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let server = Server::that_does_not_ask(started.identity("server.crt", "server.key")?);
    let trust = started.trust("ca.crt", &[])?;
    let is = Certificate::first(&started.path("server.crt"))?;
    let serial = match is.serial == started.draw.noted("serial") {
        true => Err(phrase!("the serial number of the old certificate")),
        false => Ok(()),
    };
    let days = match is.days() {
        ..=MOST_DAYS => Ok(()),
        days => Err(phrase!("days of validity: {days}", days = days.to_string())),
    };
    let mut tests = vec![
        started.same_certificate("the-same-ca", "ca.crt", "ca")?,
        started.same_key("the-same-key", "server.crt", "key")?,
        Test::look("a-new-serial-number", Step::Preparation, serial),
        Test::look("at-most-398-days", Step::Preparation, days),
    ];
    let [host, alias] = hosts(started.draw);
    let others = started.no_other_name("no-other-name", "server.crt", &[&host, &alias])?;
    let refused = Wanted::Refusal(Side::Client, Step::ClientVerifiesServer);
    for (name, asked, wanted) in [
        ("by-name", host, Wanted::Answer),
        ("by-other-name", alias, Wanted::Answer),
        ("not-beside", "other.renew.test".to_owned(), refused),
    ] {
        let client = Client {
            identity: None,
            trust: trust.clone(),
            name: asked,
        };
        tests.push(Test::connection(name, (&server, &client), &wanted, BOTH)?);
    }
    tests.push(others);
    Ok(tests)
}
