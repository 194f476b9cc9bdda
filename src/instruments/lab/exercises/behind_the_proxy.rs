//! A balancer ends TLS and tells the application the client's name in a header. Every program that reaches the application
//! can write one.

use crate::certificates::request::KeyType;
use crate::certificates::{GeneratedFile, public};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::lab::balancer::{Mode, visit};
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Meeting, Server};
use crate::instruments::lab::minting::{Mint, uri};
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, settings, wording};
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "behind-the-proxy",
    steps: &[Step::ClientConnects, Step::ServerAuthorizesClient],
    minutes: 20,
    texts: wording::Files {
        english: include_str!("../texts/en/behind-the-proxy.md"),
        chinese: include_str!("../texts/zh/behind-the-proxy.md"),
    },
    words,
    start,
    check,
};

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    let (a, b) = (draw.person("a"), draw.person("b"));
    vec![("a", uri(&a)), ("b", uri(&b))]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let mut files = ca.server(&[])?.files("server").to_vec();
    files.push(public("ca.crt".to_owned(), ca.pem.clone(), ""));
    for which in ["a", "b"] {
        let client = ca.client(&draw.person(which))?;
        files.extend(client.files(&format!("clients/{which}")));
    }
    for (file, text) in [
        ("serve.args", "--cert server.crt --key server.key --tls\n"),
        ("balancer.conf", "mode http\n"),
    ] {
        files.push(public(file.to_owned(), text.to_owned(), ""));
    }
    Ok(files)
}

/// The balancer that `balancer.conf` describes.
fn balancer(started: &Started<'_>) -> Result<Mode, Error> {
    let (mut mode, mut strips) = (None, false);
    let configuration = started.text("balancer.conf")?;
    for line in configuration.lines() {
        let line = line.split('#').next().unwrap_or_default();
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [] => {}
            ["mode", "tcp"] => mode = Some("tcp"),
            ["mode", "http"] => mode = Some("http"),
            ["strip-header", "yes"] => strips = true,
            ["strip-header", "no"] => strips = false,
            _ => {
                let line = text::terminal(line.trim());
                return Err(Error::Contents {
                    path: started.path("balancer.conf"),
                    found: phrase!("this line is not known: {line}", line),
                    remedy: phrase!("mode http, mode tcp, strip-header yes, strip-header no"),
                });
            }
        }
    }
    if mode == Some("tcp") {
        return Ok(Mode::Tcp);
    }
    let server = Server {
        identity: started.identity("server.crt", "server.key")?,
        clients: Some(started.trust("ca.crt", &[])?),
        allowed: Vec::new(),
    };
    let client = Client {
        identity: None,
        trust: started.trust("ca.crt", &[])?,
        name: "localhost".to_owned(),
    };
    Ok(Mode::Http {
        server: Box::new(server),
        client: Box::new(client),
        strips,
    })
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let (application, balancer) = (settings::server(started)?, balancer(started)?);
    let trust = started.trust("ca.crt", &[])?;
    let client = |which: Option<&str>| -> Result<Client, Error> {
        let files = which.map(|which| {
            started.identity(
                &format!("clients/{which}.crt"),
                &format!("clients/{which}.key"),
            )
        });
        Ok(Client {
            identity: files.transpose()?,
            trust: trust.clone(),
            name: "localhost".to_owned(),
        })
    };
    let [a, b] = ["a", "b"].map(|which| uri(&started.draw.person(which)));
    let known = |name: &str| Wanted::AnswerTo(format!("uri:{name}"));
    let refused = Wanted::Refusal(Side::Server, Step::ServerVerifiesClient);
    let through = Some(&balancer);
    let mut tests = Vec::new();
    for (name, door, which, forged, wanted) in [
        ("through", through, Some("a"), "-", known(&a)),
        ("forged", through, Some("b"), a.as_str(), known(&b)),
        ("no-certificate", through, None, a.as_str(), refused.clone()),
        ("around", None, None, a.as_str(), refused),
    ] {
        let client = client(which)?;
        let forged = format!("uri:{forged}");
        let visit = |version: TlsMax| {
            Ok(Meeting {
                events: Vec::new(),
                outcome: visit(door, &application, &client, &forged, version)?,
            })
        };
        tests.push(Test::of(name, &wanted, BOTH, visit)?);
    }
    Ok(tests)
}
