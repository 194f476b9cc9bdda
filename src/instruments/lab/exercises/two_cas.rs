//! One CA signs servers and clients. If the two are apart, the key of a server's CA makes no client.

use crate::certificates::authority::Authority;
use crate::certificates::request::{KeyType, Name};
use crate::certificates::signing::Grant;
use crate::certificates::{GeneratedFile, issue, public};
use crate::error::Error;
use crate::handshake::Identity;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::{Mint, uri};
use crate::instruments::lab::reading::Certificate;
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::unusable::not_made;
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, settings, wording};
use crate::narration::{Side, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "two-cas",
    steps: &[Step::ClientVerifiesServer, Step::ServerVerifiesClient],
    minutes: 20,
    texts: wording::Files {
        english: include_str!("../texts/en/two-cas.md"),
        chinese: include_str!("../texts/zh/two-cas.md"),
    },
    words,
    start,
    check,
};

fn host(draw: &Draw) -> String {
    format!("{}.two.test", draw.person("host"))
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
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let client = ca.client(&draw.person("client"))?;
    let mut files = [
        ca.files("ca"),
        ca.server(&[&host(draw)])?.files("server"),
        client.files("client"),
        client.files(".peers/old"),
    ]
    .concat();
    files.push(public(
        "serve.args".to_owned(),
        "--cert server.crt --key server.key --cacert ca.crt\n".to_owned(),
        "",
    ));
    Ok(files)
}

/// A certificate that a CA of the learner would sign.
fn signed_by(started: &Started<'_>, ca: &str, grant: &Grant) -> Result<Identity, Error> {
    let [crt, key] = ["crt", "key"].map(|end| started.path(&format!("{ca}.{end}")));
    let leaf = issue(&Authority::load(&crt, &key)?, grant, KeyType::default(), 1)?;
    Ok(Identity {
        key: leaf.private_key(),
        chain: vec![leaf.certificate],
    })
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let new = [
        "servers-ca.crt",
        "servers-ca.key",
        "clients-ca.crt",
        "clients-ca.key",
    ];
    if let Some(missing) = not_made("files", started.folder, &new.map(str::to_owned)) {
        return Ok(vec![missing]);
    }
    let (host, client) = (host(started.draw), started.draw.person("client"));
    let server = settings::server(started)?;
    let trust = started.trust("servers-ca.crt", &[])?;
    let with = |identity| Client {
        identity: Some(identity),
        trust: trust.clone(),
        name: host.clone(),
    };
    let mut as_client = Grant::client(&client);
    as_client.names = vec![Name::Uri(uri(&client))];
    let of_servers_ca = signed_by(started, "servers-ca", &as_client)?;
    let as_server = Grant::server(vec![Name::Dns(host.clone())]);
    let impostor = Server {
        identity: signed_by(started, "clients-ca", &as_server)?,
        ..server.clone()
    };
    let [one, two] =
        ["servers-ca.crt", "clients-ca.crt"].map(|file| Certificate::first(&started.path(file)));
    let keys = match one?.key == two?.key {
        true => Err(phrase!("both CAs have the same key")),
        false => Ok(()),
    };
    let good = started.identity("client.crt", "client.key")?;
    let old = started.identity(".peers/old.crt", ".peers/old.key")?;
    let no_client = Wanted::Refusal(Side::Server, Step::ServerVerifiesClient);
    let no_server = Wanted::Refusal(Side::Client, Step::ClientVerifiesServer);
    Ok(vec![
        Test::look("two-keys", Step::Preparation, keys),
        Test::connection(
            "good",
            (&server, &with(good.clone())),
            &Wanted::AnswerTo(format!("uri:{}", uri(&client))),
            BOTH,
        )?,
        Test::connection("old-client", (&server, &with(old)), &no_client, BOTH)?,
        Test::connection(
            "client-of-the-servers-ca",
            (&server, &with(of_servers_ca)),
            &no_client,
            BOTH,
        )?,
        Test::connection(
            "server-of-the-clients-ca",
            (&impostor, &with(good)),
            &no_server,
            BOTH,
        )?,
    ])
}
