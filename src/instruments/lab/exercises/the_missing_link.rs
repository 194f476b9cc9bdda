//! The server shows its own certificate alone. Clients have the root, and nobody gives them what lies between.

use crate::certificates::request::KeyType;
use crate::certificates::{GeneratedFile, public};
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
    name: "the-missing-link",
    steps: &[Step::ServerPresentsCertificate, Step::ClientVerifiesServer],
    minutes: 10,
    texts: wording::Files {
        english: include_str!("../texts/en/the-missing-link.md"),
        chinese: include_str!("../texts/zh/the-missing-link.md"),
    },
    words,
    start,
    check,
};

fn host(draw: &Draw) -> String {
    format!("{}.link.test", draw.person("host"))
}

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("host", host(draw))]
}

/// Three intermediates have the same name, as they do when a CA renews. One of them signed the server.
fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let root = Mint::root("lab root", KeyType::default(), (-400, 3650))?;
    let mut files = vec![public("ca.crt".to_owned(), root.pem.clone(), "")];
    let signed = draw.number("signer", 3);
    for number in 0..3 {
        let between = root.intermediate("lab issuing CA", (-300, 1000))?;
        let name = format!("downloads/issuing-{}.crt", number + 1);
        files.push(public(name, between.pem.clone(), ""));
        if number == signed {
            let server = between.server(&[&host(draw)])?;
            draw.note("leaf", &server.read()?.fingerprint);
            files.extend(server.files("server"));
        }
    }
    draw.note("root", &root.read()?.fingerprint);
    Ok(files)
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let server = Server::that_does_not_ask(started.identity("server.crt", "server.key")?);
    let trust = started.trust("ca.crt", &[])?;
    let client = |name: &str| Client {
        identity: None,
        trust: trust.clone(),
        name: name.to_owned(),
    };
    let chain = Certificate::all(&started.path("server.crt"))?;
    let shown = match chain.len() {
        2 => Ok(()),
        number => Err(phrase!("certificates in server.crt: {number}", number)),
    };
    let host = host(started.draw);
    let refused = Wanted::Refusal(Side::Client, Step::ClientVerifiesServer);
    Ok(vec![
        started.same_certificate("the-same-root", "ca.crt", "root")?,
        started.same_certificate("the-server-first", "server.crt", "leaf")?,
        Test::connection("by-name", (&server, &client(&host)), &Wanted::Answer, BOTH)?,
        Test::connection(
            "not-beside",
            (&server, &client("other.link.test")),
            &refused,
            BOTH,
        )?,
        Test::look("nothing-else", Step::ServerPresentsCertificate, shown),
    ])
}
