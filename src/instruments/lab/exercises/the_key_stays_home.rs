//! A client gets its certificate by a request, so that its key never leaves its owner's folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::certificates::request::{KeyType, generate};
use crate::certificates::{GeneratedFile, failed, public, secret};
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::{Mint, uri};
use crate::instruments::lab::reading::{self, Certificate};
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, wording};
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "the-key-stays-home",
    steps: &[Step::ClientPresentsCertificate, Step::ServerVerifiesClient],
    minutes: 15,
    texts: wording::Files {
        english: include_str!("../texts/en/the-key-stays-home.md"),
        chinese: include_str!("../texts/zh/the-key-stays-home.md"),
    },
    words,
    start,
    check,
};

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    let client = draw.person("client");
    vec![("uri", uri(&client)), ("client", client)]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let key = generate(KeyType::default())?;
    draw.note("ca", &ca.read()?.fingerprint);
    draw.note("key", &reading::public_key(&key));
    let mut files = ca.files("ca/ca").to_vec();
    files.extend(ca.server(&[])?.files(".peers/server"));
    files.extend(ca.client(&draw.person("other"))?.files(".peers/other"));
    files.push(public("home/ca.crt".to_owned(), ca.pem.clone(), ""));
    files.push(secret(
        "home/client.key".to_owned(),
        key.serialize_pem(),
        "",
    ));
    Ok(files)
}

/// The files below `folder` that hold the client's private key.
fn copies(folder: &Path, key: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // A link to a folder may lead back here.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(copies(&path, key));
        } else if reading::private_key(&path).is_some_and(|is| is == key) {
            found.push(path);
        }
    }
    found
}

fn roles(client: bool, server: bool) -> String {
    let roles = [(client, "clientAuth"), (server, "serverAuth")];
    let roles = roles.into_iter().filter(|(allowed, _)| *allowed);
    roles.map(|(_, role)| role).collect::<Vec<_>>().join(", ")
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let key = started.draw.noted("key");
    let own = started.path("home/client.key");
    let mode = fs::metadata(&own).map_err(|error| failed("look at home/client.key", &error))?;
    let mode = mode.permissions().mode() & 0o777;
    let copies = copies(started.folder, key).into_iter();
    let elsewhere: Vec<String> = copies
        .filter(|path| *path != own)
        .map(|path| text::terminal(&path.display().to_string()))
        .collect();
    let is = Certificate::first(&started.path("home/client.crt"))?;
    let (client, server) = is.roles;
    let mut tests = vec![
        started.same_certificate("the-same-ca", "ca/ca.crt", "ca")?,
        Test::look(
            "the-same-key",
            Step::Preparation,
            match reading::private_key(&own) {
                Some(is) if is == key => Ok(()),
                _ => Err(phrase!("another key")),
            },
        ),
        Test::look(
            "its-owner-alone",
            Step::Preparation,
            match mode & 0o077 {
                0 => Ok(()),
                _ => Err(phrase!("mode {mode}", mode = format!("{mode:04o}"))),
            },
        ),
        Test::look(
            "no-copy",
            Step::Preparation,
            match elsewhere[..] {
                [] => Ok(()),
                _ => Err(phrase!(
                    "the key is also in {files}",
                    files = elsewhere.join(", ")
                )),
            },
        ),
        Test::look(
            "for-this-key",
            Step::Preparation,
            match is.key == key {
                true => Ok(()),
                false => Err(phrase!("the certificate is for another key")),
            },
        ),
        // A server has a name, and this certificate may have one that no connection here tries.
        Test::look(
            "for-clients-alone",
            Step::ServerVerifiesClient,
            match client && !server {
                true => Ok(()),
                false => Err(phrase!(
                    "it is good for: {roles}",
                    roles = roles(client, server)
                )),
            },
        ),
    ];
    let server = Server {
        identity: started.identity(".peers/server.crt", ".peers/server.key")?,
        clients: Some(started.trust("ca/ca.crt", &[])?),
        allowed: Vec::new(),
    };
    let client = Client {
        identity: Some(started.identity("home/client.crt", "home/client.key")?),
        trust: started.trust("home/ca.crt", &[])?,
        name: "localhost".to_owned(),
    };
    let nobody = Client {
        identity: None,
        ..client.clone()
    };
    let as_server =
        Server::that_does_not_ask(started.identity("home/client.crt", "home/client.key")?);
    let known = Wanted::AnswerTo(format!("uri:{}", uri(&started.draw.person("client"))));
    let no_server = Wanted::Refusal(Side::Client, Step::ClientVerifiesServer);
    let no_client = Wanted::Refusal(Side::Server, Step::ServerVerifiesClient);
    tests.push(Test::connection(
        "comes-in",
        (&server, &client),
        &known,
        BOTH,
    )?);
    tests.push(Test::connection(
        "no-certificate",
        (&server, &nobody),
        &no_client,
        BOTH,
    )?);
    tests.push(Test::connection(
        "no-server",
        (&as_server, &nobody),
        &no_server,
        BOTH,
    )?);
    Ok(tests)
}
