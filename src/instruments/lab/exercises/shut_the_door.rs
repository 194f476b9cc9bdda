//! A server that does not ask: everybody gets an answer. It is to ask, and to believe one CA.

use crate::certificates::request::KeyType;
use crate::certificates::{GeneratedFile, public};
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::Client;
use crate::instruments::lab::minting::{Mint, uri};
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, settings, wording};
use crate::narration::{Side, Step};

pub(super) const EXERCISE: Exercise = Exercise {
    name: "shut-the-door",
    steps: &[
        Step::ServerPresentsCertificate,
        Step::ClientPresentsCertificate,
        Step::ServerVerifiesClient,
    ],
    minutes: 5,
    texts: wording::Files {
        english: include_str!("../texts/en/shut-the-door.md"),
        chinese: include_str!("../texts/zh/shut-the-door.md"),
    },
    words,
    start,
    check,
};

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("client", draw.person("client"))]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let name = draw.person("client");
    let servers = Mint::root("lab CA of servers", KeyType::default(), (-30, 3650))?;
    let clients = Mint::root("lab CA of clients", KeyType::default(), (-30, 3650))?;
    let mut files = servers.server(&[])?.files("server").to_vec();
    files.extend(clients.client(&name)?.files("clients/good"));
    // The same name, vouched for by a CA that everybody can get certificates of.
    files.extend(servers.client(&name)?.files("clients/namesake"));
    let both = servers.pem.clone() + &clients.pem;
    for (file, text) in [
        ("ca-of-servers.crt", servers.pem),
        ("ca-of-clients.crt", clients.pem),
        ("both.crt", both),
        (
            "serve.args",
            "--cert server.crt --key server.key --tls\n".to_owned(),
        ),
    ] {
        files.push(public(file.to_owned(), text, ""));
    }
    Ok(files)
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let server = settings::server(started)?;
    let trust = started.trust("ca-of-servers.crt", &[])?;
    let with =
        |who: &str| started.identity(&format!("clients/{who}.crt"), &format!("clients/{who}.key"));
    let identity = format!("uri:{}", uri(&started.draw.person("client")));
    let refused = Wanted::Refusal(Side::Server, Step::ServerVerifiesClient);
    let mut tests = Vec::new();
    for (name, identity, wanted) in [
        ("good", Some(with("good")?), Wanted::AnswerTo(identity)),
        ("no-certificate", None, refused.clone()),
        ("namesake", Some(with("namesake")?), refused),
    ] {
        let client = Client {
            identity,
            trust: trust.clone(),
            name: "localhost".to_owned(),
        };
        tests.push(Test::connection(name, (&server, &client), &wanted, BOTH)?);
    }
    Ok(tests)
}
