//! The server lets in every client of its CA. One of them is to come in, and nobody whose name only looks like it.

use crate::certificates::GeneratedFile;
use crate::certificates::request::{KeyType, Name};
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::Client;
use crate::instruments::lab::minting::{Leaf, Mint, Minted, Purpose};
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, settings, wording};
use crate::narration::Step;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "let-in-a-not-b",
    steps: &[Step::ServerAuthorizesClient],
    minutes: 10,
    texts: wording::Files {
        english: include_str!("../texts/en/let-in-a-not-b.md"),
        chinese: include_str!("../texts/zh/let-in-a-not-b.md"),
    },
    words,
    start,
    check,
};

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("a", draw.person("a")), ("b", draw.person("b"))]
}

fn uri(name: &str) -> Name {
    Name::Uri(format!("spiffe://hello-mtls/{name}"))
}

/// The clients that come to the door: file, common name and names of each, and whether it is let in.
fn visitors(draw: &Draw) -> Vec<(&'static str, String, Vec<Name>)> {
    let (a, b) = (draw.person("a"), draw.person("b"));
    vec![
        ("a", a.clone(), vec![uri(&a)]),
        ("b", b.clone(), vec![uri(&b)]),
        ("common-name-only", a.clone(), Vec::new()),
        ("longer-name", a.clone(), vec![uri(&format!("{a}-evil"))]),
        (
            "other-trust-domain",
            a.clone(),
            vec![Name::Uri(format!("spiffe://hello-mtls.evil/{a}"))],
        ),
        ("two-names", a.clone(), vec![uri(&b), uri(&a)]),
        ("dns-name", a.clone(), vec![Name::Dns(a.clone())]),
    ]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let server = ca.leaf(&Leaf {
        common_name: "localhost",
        names: vec![Name::Dns("localhost".to_owned())],
        purpose: Purpose::Server,
        days: (-1, 90),
    })?;
    let mut files = [ca.files("ca"), server.files("server")].concat();
    files.push(crate::certificates::public(
        "serve.args".to_owned(),
        "--cert server.crt --key server.key --cacert ca.crt\n".to_owned(),
        "",
    ));
    for (place, common_name, names) in visitors(draw) {
        let made: Minted = ca.leaf(&Leaf {
            common_name: &common_name,
            names,
            purpose: Purpose::Client,
            days: (-1, 90),
        })?;
        files.extend(made.files(&format!("clients/{place}")));
    }
    Ok(files)
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let server = settings::server(started)?;
    let trust = started.trust("ca.crt", &[])?;
    let mut tests = Vec::new();
    for (place, ..) in visitors(started.draw) {
        let client = Client {
            identity: Some(started.identity(
                &format!("clients/{place}.crt"),
                &format!("clients/{place}.key"),
            )?),
            trust: trust.clone(),
            name: "localhost".to_owned(),
        };
        let wanted = match place {
            "a" => Wanted::AnswerTo(format!(
                "uri:spiffe://hello-mtls/{}",
                started.draw.person("a")
            )),
            _ => Wanted::Forbidden,
        };
        tests.push(Test::connection(place, (&server, &client), &wanted, BOTH)?);
    }
    Ok(tests)
}
