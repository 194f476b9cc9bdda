//! A client's key was stolen. Its certificate is good for months, so the CA has to take its word back.

use crate::certificates::GeneratedFile;
use crate::certificates::public;
use crate::certificates::request::KeyType;
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::{Mint, uri};
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, settings, wording};
use crate::narration::{Side, Step};

pub(super) const EXERCISE: Exercise = Exercise {
    name: "take-it-back",
    steps: &[Step::ServerVerifiesClient, Step::ServerAuthorizesClient],
    minutes: 15,
    texts: wording::Files {
        english: include_str!("../texts/en/take-it-back.md"),
        chinese: include_str!("../texts/zh/take-it-back.md"),
    },
    words,
    start,
    check,
};

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("a", draw.person("a")), ("b", draw.person("b"))]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let root = Mint::root("lab root", KeyType::default(), (-400, 3650))?;
    let issuing = root.intermediate("lab issuing CA", (-300, 1000))?;
    let mut files = [root.files("root"), issuing.files("issuing")].concat();
    files.extend(root.server(&[])?.files("server"));
    for which in ["a", "b"] {
        let mut client = issuing.client(&draw.person(which))?;
        draw.note(which, &client.read()?.fingerprint);
        client.pem += &issuing.pem;
        files.extend(client.files(&format!("clients/{which}")));
    }
    files.push(public(
        "serve.args".to_owned(),
        "--cert server.crt --key server.key --cacert root.crt\n".to_owned(),
        "",
    ));
    Ok(files)
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let server = settings::server(started)?;
    let trust = started.trust("root.crt", &[])?;
    let client = |which: &str| -> Result<Client, Error> {
        let [crt, key] = ["crt", "key"].map(|end| format!("clients/{which}.{end}"));
        Ok(Client {
            identity: Some(started.identity(&crt, &key)?),
            trust: trust.clone(),
            name: "localhost".to_owned(),
        })
    };
    let (a, b) = (client("a")?, client("b")?);
    let known = Wanted::AnswerTo(format!("uri:{}", uri(&started.draw.person("a"))));
    // The server before the key was stolen: it knows no list.
    let before = Server {
        clients: Some(started.trust("root.crt", &[])?),
        allowed: Vec::new(),
        ..server.clone()
    };
    let revoked = Wanted::Refusal(Side::Server, Step::ServerVerifiesClient);
    Ok(vec![
        started.same_certificate("the-same-a", "clients/a.crt", "a")?,
        started.same_certificate("the-same-b", "clients/b.crt", "b")?,
        Test::connection("a", (&server, &a), &known, BOTH)?,
        Test::connection("b", (&server, &b), &revoked, BOTH)?,
        Test::second_connection("a-again", (&before, &server, &a), &known, BOTH)?,
        Test::second_connection("b-again", (&before, &server, &b), &Wanted::Forbidden, BOTH)?,
    ])
}
