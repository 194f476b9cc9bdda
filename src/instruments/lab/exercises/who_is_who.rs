//! Files without names. What each of them is, and which belong together, stands in their bytes.

use std::fs;

use crate::certificates::request::KeyType;
use crate::certificates::{GeneratedFile, pem, public, secret};
use crate::error::Error;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server};
use crate::instruments::lab::minting::Mint;
use crate::instruments::lab::tests::{BOTH, Started, Test};
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, wording};
use crate::narration::{Side, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "who-is-who",
    steps: &[Step::Preparation],
    minutes: 10,
    texts: wording::Files {
        english: include_str!("../texts/en/who-is-who.md"),
        chinese: include_str!("../texts/zh/who-is-who.md"),
    },
    words,
    start,
    check,
};

/// The names that the files get, and the kind of each.
const RIGHT: [(&str, pem::Kind); 5] = [
    ("ca.crt", pem::Kind::Certificate),
    ("server.crt", pem::Kind::Certificate),
    ("server.key", pem::Kind::Pkcs8Key),
    ("server.csr", pem::Kind::Request),
    ("ca.crl", pem::Kind::RevocationList),
];

fn host(draw: &Draw) -> String {
    format!("{}.who.test", draw.person("host"))
}

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    // One of the names does not fit the first file, whatever that is.
    vec![
        ("host", host(draw)),
        ("caught", draw.noted("not-first").to_owned()),
    ]
}

/// Two CAs of one name, two servers of one name, two keys: of each pair one is right.
fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let host = host(draw);
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let decoy = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let server = ca.server(&[&host])?;
    let other = decoy.server(&[&host])?;
    let request = crate::certificates::request::request(&server.key, &host, &[])?;
    let all = [
        (true, ca.pem.clone()),
        (true, decoy.pem.clone()),
        (true, server.pem.clone()),
        (false, server.key.serialize_pem()),
        (false, other.key.serialize_pem()),
        (true, request),
        (true, ca.list(&[&other.serial], (-1, 30))?),
    ];
    let numbered = (1..).zip(draw.shuffled("order", &all));
    let files = numbered.map(|(number, (readable, text))| {
        let name = format!("{number}.pem");
        match readable {
            true => public(name, text, ""),
            false => secret(name, text, ""),
        }
    });
    let files: Vec<GeneratedFile> = files.collect();
    let first = files.first().map_or("", |file| file.contents.as_str());
    let not_first = if first.contains("X509 CRL") {
        "ca.crt"
    } else {
        "ca.crl"
    };
    draw.note("not-first", not_first);
    draw.note("ca", &ca.read()?.fingerprint);
    Ok(files)
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let mut tests = Vec::new();
    for (file, kind) in RIGHT {
        let items = pem::items(&started.path(file));
        let is = match items.as_deref() {
            Ok([(is, _)]) if *is == kind => Ok(()),
            Ok(_) => Err(phrase!("{file} holds something else", file)),
            Err(_) => Err(phrase!("{file} is not there, or no PEM", file)),
        };
        tests.push(Test::look(file, Step::Preparation, is));
    }
    if tests.iter().any(|test| !test.passed()) {
        return Ok(tests);
    }
    let left = fs::read_dir(started.folder).into_iter().flatten().flatten();
    let left = left.filter(|entry| entry.path().extension().is_some_and(|end| end == "pem"));
    let left = match left.count() {
        2 => Ok(()),
        number => Err(phrase!("numbered files that are left: {number}", number)),
    };
    tests.push(Test::look("two-left", Step::Preparation, left));
    tests.push(started.same_certificate("the-right-ca", "ca.crt", "ca")?);
    let [request, certificate] = [
        request_key(started)?,
        crate::instruments::lab::reading::Certificate::first(&started.path("server.crt"))?.key,
    ];
    let same = match request == certificate {
        true => Ok(()),
        false => Err(phrase!("they have different keys")),
    };
    tests.push(Test::look(
        "request-and-certificate",
        Step::Preparation,
        same,
    ));
    let server = Server::that_does_not_ask(started.identity("server.crt", "server.key")?);
    let trust = started.trust("ca.crt", &["ca.crl"])?;
    let refused = Wanted::Refusal(Side::Client, Step::ClientVerifiesServer);
    for (name, asked, wanted) in [
        ("together", host(started.draw), Wanted::Answer),
        ("not-beside", "other.who.test".to_owned(), refused),
    ] {
        let client = Client {
            identity: None,
            trust: trust.clone(),
            name: asked,
        };
        tests.push(Test::connection(name, (&server, &client), &wanted, BOTH)?);
    }
    Ok(tests)
}

fn request_key(started: &Started<'_>) -> Result<String, Error> {
    crate::instruments::lab::reading::request_key(&pem::request(&started.path("server.csr"))?)
}
