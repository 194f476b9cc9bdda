//! A server moves to signatures that a quantum computer does not forge, and a client of the old kind still comes in.

use x509_parser::prelude::{FromDer, X509Certificate};

use crate::certificates::request::{KeyType, Name};
use crate::certificates::signing::client_uri;
use crate::certificates::{GeneratedFile, failed, pem, public};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::{Client, Server, record};
use crate::instruments::lab::minting::{Leaf, Mint, Purpose};
use crate::instruments::lab::tests::{Started, Test, value_of};
use crate::instruments::lab::unusable::not_made;
use crate::instruments::lab::wanted::Wanted;
use crate::instruments::lab::{Exercise, settings, wording};
use crate::instruments::wire::explain;
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "quantum",
    steps: &[
        Step::ServerPresentsCertificate,
        Step::ClientPresentsCertificate,
    ],
    minutes: 20,
    texts: wording::Files {
        english: include_str!("../texts/en/quantum.md"),
        chinese: include_str!("../texts/zh/quantum.md"),
    },
    words,
    start,
    check,
};

/// The size that the task names; 44 and 87 have numbers of their own (RFC 9881 §2).
const ML_DSA_65: &str = "2.16.840.1.101.3.4.3.18";

/// ML-DSA has no place in TLS 1.2.
const TLS13: &[TlsMax] = &[TlsMax::Tls13];

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![
        ("old", client_uri(&draw.person("old"))),
        ("new", client_uri(&draw.person("new"))),
        ("name", draw.person("new")),
    ]
}

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let stranger = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let name = draw.person("old");
    let client = Leaf {
        common_name: &name,
        names: vec![Name::Uri(client_uri(&name))],
        purpose: Purpose::Client,
        days: (-1, 90),
    };
    let old = ca.leaf(&client)?;
    draw.note("old", &old.read()?.fingerprint);
    let mut files = [
        ca.files("old-ca"),
        ca.server(&[])?.files("server"),
        old.files("old-client"),
        stranger.leaf(&client)?.files(".peers/stranger"),
    ]
    .concat();
    files.push(public(
        "serve.args".to_owned(),
        "--cert server.crt --key server.key --cacert old-ca.crt\n".to_owned(),
        "",
    ));
    files.push(public(
        "sizes.txt".to_owned(),
        "Certificate = \nCertificateVerify = \n".to_owned(),
        "",
    ));
    Ok(files)
}

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let new = ["new-ca.crt", "new-client.crt", "new-client.key"];
    if let Some(missing) = not_made("files", started.folder, &new.map(str::to_owned)) {
        return Ok(vec![missing]);
    }
    let server = settings::server(started)?;
    let trust = started.trust("new-ca.crt", &[])?;
    let client = |name: &str| -> Result<Client, Error> {
        Ok(Client {
            identity: Some(started.identity(&format!("{name}.crt"), &format!("{name}.key"))?),
            trust: trust.clone(),
            name: "localhost".to_owned(),
        })
    };
    let known =
        |which: &str| Wanted::AnswerTo(format!("uri:{}", client_uri(&started.draw.person(which))));
    let refused = Wanted::Refusal(Side::Server, Step::ServerVerifiesClient);
    let mut tests = vec![started.same_certificate("the-same-client", "old-client.crt", "old")?];
    for (name, file) in [
        ("server-key", "server.crt"),
        ("ca-key", "new-ca.crt"),
        ("client-key", "new-client.crt"),
    ] {
        tests.push(has_ml_dsa_65(started, name, file)?);
    }
    for (name, files, wanted) in [
        ("old-client", "old-client", known("old")),
        ("new-client", "new-client", known("new")),
        ("stranger", ".peers/stranger", refused),
    ] {
        let both = (&server, &client(files)?);
        tests.push(Test::connection(name, both, &wanted, TLS13)?);
    }
    // An ML-DSA key that the old CA vouches for is no better than the old CA's signature.
    let new_ca_alone = Server {
        clients: Some(trust.clone()),
        allowed: Vec::new(),
        ..server.clone()
    };
    let both = (&new_ca_alone, &client("new-client")?);
    tests.push(Test::connection(
        "of-the-new-ca",
        both,
        &known("new"),
        TLS13,
    )?);
    let conversation = explain(&record(&server, &client("old-client")?, TlsMax::Tls13)?);
    let sizes = started.text("sizes.txt")?;
    for (name, message) in [
        ("size-of-certificate", "Certificate"),
        ("size-of-signature", "CertificateVerify"),
    ] {
        let mut messages = conversation.messages.iter();
        let sent = messages.find(|one| one.from == Side::Server && one.name == message);
        let sent = sent.map_or(0, |message| message.bytes.len());
        let given = value_of(message, &sizes).replace(',', "");
        let given = given.trim().trim_end_matches("bytes").trim_end();
        let found = match (given, given.parse()) {
            (_, Ok(given)) if sent == given => Ok(()),
            (_, Ok(_)) => Err(phrase!("another number of bytes")),
            ("", _) => Err(phrase!("nothing yet")),
            _ => Err(phrase!(
                "{given} is no number of bytes",
                given = text::terminal(given)
            )),
        };
        tests.push(Test::look(name, Step::ServerPresentsCertificate, found));
    }
    Ok(tests)
}

/// A look: each certificate of `file` has an ML-DSA-65 key. A file of CAs is as strong as the weakest of them.
fn has_ml_dsa_65(started: &Started<'_>, name: &'static str, file: &str) -> Result<Test, Error> {
    let mut found = Ok(());
    for certificate in pem::certificates(&started.path(file))? {
        let (_, x509) = X509Certificate::from_der(&certificate)
            .map_err(|error| failed("read a certificate", &error))?;
        if x509.public_key().algorithm.algorithm.to_id_string() != ML_DSA_65 {
            found = Err(phrase!("{file} has a key of another kind", file));
        }
    }
    Ok(Test::look(name, Step::Preparation, found))
}
