//! A new CA takes the place of an old one, in stages, and at no stage does a client or a server stand outside.

use crate::certificates::request::KeyType;
use crate::certificates::{GeneratedFile, public};
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::{Mint, uri};
use crate::instruments::lab::reading::Certificate;
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::unusable::{not_made, unusable};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, wording};
use crate::narration::{Side, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "change-the-root",
    steps: &[Step::ClientVerifiesServer, Step::ServerVerifiesClient],
    minutes: 30,
    texts: wording::Files {
        english: include_str!("../texts/en/change-the-root.md"),
        chinese: include_str!("../texts/zh/change-the-root.md"),
    },
    words,
    start,
    check,
};

/// The stages that the learner writes; stage 0 is how it begins.
const STAGES: usize = 4;

fn host(draw: &Draw) -> String {
    format!("{}.root.test", draw.person("host"))
}

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    let client = draw.person("client");
    vec![
        ("host", host(draw)),
        ("uri", uri(&client)),
        ("client", client),
    ]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-400, 365))?;
    let (server, client) = (
        ca.server(&[&host(draw)])?,
        ca.client(&draw.person("client"))?,
    );
    draw.note("old-ca", &ca.read()?.key);
    let mut files = ca.files("old-ca").to_vec();
    for place in ["stages/0", ".peers"] {
        files.extend(server.files(&format!("{place}/server")));
        files.extend(client.files(&format!("{place}/client")));
        for trusts in ["server-trusts.crt", "client-trusts.crt"] {
            files.push(public(format!("{place}/{trusts}"), ca.pem.clone(), ""));
        }
    }
    Ok(files)
}

/// The two sides as they are at one stage.
fn stage(started: &Started<'_>, place: &str) -> Result<(Server, Client), Error> {
    let file = |name: &str| format!("{place}/{name}");
    let server = Server {
        identity: started.identity(&file("server.crt"), &file("server.key"))?,
        clients: Some(started.trust(&file("server-trusts.crt"), &[])?),
        allowed: Vec::new(),
    };
    let client = Client {
        identity: Some(started.identity(&file("client.crt"), &file("client.key"))?),
        trust: started.trust(&file("client-trusts.crt"), &[])?,
        name: host(started.draw),
    };
    Ok((server, client))
}

/// What a stage has.
const FILES: [&str; 6] = [
    "server.crt",
    "server.key",
    "client.crt",
    "client.key",
    "server-trusts.crt",
    "client-trusts.crt",
];

/// The same change in the life of a server.
const PAGE: &str = "operations.md#new-root";

/// The tests of a stage: both sides are there, the server is ahead, the client is ahead.
const NAMES: [[&str; 3]; STAGES] = [
    ["stage-1", "server-1-client-0", "server-0-client-1"],
    ["stage-2", "server-2-client-1", "server-1-client-2"],
    ["stage-3", "server-3-client-2", "server-2-client-3"],
    ["stage-4", "server-4-client-3", "server-3-client-4"],
];

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    // The present, as `stages/0` had it at the start: a learner who edits that changes no machine.
    let mut before = Some(stage(started, ".peers")?);
    let known = Wanted::AnswerTo(format!("uri:{}", uri(&started.draw.person("client"))));
    let mut tests = Vec::new();
    for (number, [both, server_ahead, client_ahead]) in (1..).zip(NAMES) {
        let now = match stage_of_the_learner(started, number, both) {
            Ok(now) => now,
            // The other stages are tried all the same.
            Err(test) => {
                tests.push(test);
                before = None;
                continue;
            }
        };
        let mut pairs = vec![(both, &now.0, &now.1)];
        if let Some(before) = &before {
            pairs.push((server_ahead, &now.0, &before.1));
            pairs.push((client_ahead, &before.0, &now.1));
        }
        for (name, server, client) in pairs {
            tests.push(Test::connection(name, (server, client), &known, BOTH)?);
        }
        before = Some(now);
    }
    if let Some((server, client)) = before {
        tests.extend(without_the_old_ca(started, &server, &client)?);
    }
    Ok(tests)
}

/// The two sides at a stage that the learner wrote, or why this test of it failed.
fn stage_of_the_learner(
    started: &Started<'_>,
    number: usize,
    test: &'static str,
) -> Result<(Server, Client), Test> {
    let place = format!("stages/{number}");
    let files = FILES.map(|file| format!("{place}/{file}"));
    let made = match not_made(test, started.folder, &files) {
        Some(missing) => Err(missing),
        None => stage(started, &place).map_err(|error| unusable(test, started.folder, error)),
    };
    made.map_err(|failed| failed.explained_by(PAGE))
}

/// At the last stage, nothing of the old CA is accepted.
fn without_the_old_ca(
    started: &Started<'_>,
    server: &Server,
    client: &Client,
) -> Result<[Test; 3], Error> {
    // How it began; nothing that the learner changes reaches it.
    let (old_server, old_client) = stage(started, ".peers")?;
    let old_client = Client {
        trust: client.trust.clone(),
        ..old_client
    };
    let no_client = Wanted::Refusal(Side::Server, Step::ServerVerifiesClient);
    let no_server = Wanted::Refusal(Side::Client, Step::ClientVerifiesServer);
    let [by_server, by_client] = ["server-trusts.crt", "client-trusts.crt"]
        .map(|file| trusts_the_old_ca(started, format!("stages/{STAGES}/{file}")));
    let (by_server, by_client) = (by_server?, by_client?);
    let test = |name, sides, wanted: &Wanted, file: &Option<String>| {
        let test = Test::connection(name, sides, wanted, BOTH)?;
        let found = match file {
            Some(file) if !test.passed() => {
                phrase!(
                    "{found}\nthe old CA is trusted by {file}",
                    found = test.found,
                    file
                )
            }
            _ => test.found,
        };
        Ok::<Test, Error>(Test { found, ..test })
    };
    let left: Vec<&str> = [&by_server, &by_client]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    let left = match left[..] {
        [] => Ok(()),
        _ => Err(phrase!(
            "its key is still trusted in {files}",
            files = left.join(", ")
        )),
    };
    Ok([
        test("old-client", (server, &old_client), &no_client, &by_server)?,
        test("old-server", (&old_server, client), &no_server, &by_client)?,
        Test::look("the-old-ca-is-gone", Step::Preparation, left).explained_by(PAGE),
    ])
}

/// The file, if the old CA's key is among those that it trusts.
fn trusts_the_old_ca(started: &Started<'_>, file: String) -> Result<Option<String>, Error> {
    let trusted = Certificate::all(&started.path(&file))?;
    let old = started.draw.noted("old-ca");
    Ok(trusted.iter().any(|ca| ca.key == old).then_some(file))
}
