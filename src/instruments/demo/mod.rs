//! The guided tour behind `make demo`: TLS in four steps, mTLS in seven, three refusals.
//!
//! Nothing is staged. Each chapter runs a real server and a real client over loopback sockets, records
//! what both sides report, and prints it in the order in which it happened.

mod page;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;

use self::page::Tour;
use crate::certificates::authority::Authority;
use crate::certificates::request::KeyType;
use crate::certificates::signing::Grant;
use crate::certificates::{GeneratedFile, SetOptions, failed, issue, make_set, public, secret};
use crate::client::{Url, dial, get};
use crate::credentials::{identity, trust};
use crate::error::Error;
use crate::files::claim::Claim;
use crate::files::{NewFile, make_folder, write_all};
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{ServerSetup, TlsMax, client_config, server_config};
use crate::instruments::page::Paint;
use crate::instruments::show::html;
use crate::instruments::stepper::TwoEnds;
use crate::instruments::wire::explain;
use crate::instruments::wire::tap::{Recording, Tap};
use crate::instruments::wire::transcript::Transcript;
use crate::language::{Language, Phrase};
use crate::narration::{Event, Narrator, Recorder, Side};
use crate::phrase;
use crate::server::hello::Hello;
use crate::server::listening::{Listener, Server};
use crate::server::serve_tcp;

const MY_CLIENT: &str = "uri:spiffe://hello-mtls/my-client";

/// Tells the whole story to `out`; the certificates are left in `dir`, for going on by hand.
///
/// # Errors
/// A folder that cannot be written, no loopback address, or a closed `out`.
pub fn run(dir: &Path, out: &mut dyn Write, paint: Paint) -> Result<(), Error> {
    let started = Instant::now();
    let mut page = Tour::new(out, paint);
    make_certificates(dir)?;
    page.title(&Phrase::from("hello-mtls"))?;
    page.prose(&phrase!(
        "This run made its certificates in {dir}. Then a server and a client, both in this process, \
        talked over loopback, and each event below was reported by one of them. An event looks like \
        this:",
        dir
    ))?;
    page.legend()?;

    page.title(&phrase!("1. TLS in four steps"))?;
    page.prose(&phrase!(
        "The client trusts one CA. The server sends a certificate that this CA signed, and proves \
        that it has the certificate's private key. It does not ask which client this is."
    ))?;
    let scene = Scene {
        tls_only: true,
        ..Scene::default()
    };
    let played = scene.play(dir)?;
    page.story(&played.events)?;
    page.answer(&played.body)?;
    page.prose(&phrase!(
        "Steps 4, 5 and 6 did not happen: the server answered a client without knowing which one."
    ))?;

    page.title(&phrase!("2. mTLS in seven steps"))?;
    page.prose(&phrase!(
        "Now the server asks for a certificate, too. Steps 4 and 5 are new, the mirror image of \
        steps 2 and 3. So is step 6, in which the server decides whether it serves this client. Step 6 \
        is no part of TLS: the application has to do it."
    ))?;
    let with_client = |client| Scene {
        allowed: Some(MY_CLIENT),
        client,
        ..Scene::default()
    };
    let played = with_client(Some("client")).play(dir)?;
    keep(dir, &played.transcript, paint.language)?;
    page.story(&played.events)?;
    page.answer(&played.body)?;
    page.prose(&phrase!(
        "In TLS 1.3 the client can reach step 7 before the server has done step 5: the client has sent \
        all that it has to send, and does not wait. Only the answer tells it that it was accepted."
    ))?;

    page.title(&phrase!("3. Three refusals"))?;
    page.refusal(
        &phrase!("No certificate. In step 5 the server has nothing to verify."),
        &with_client(None).play(dir)?.events,
    )?;
    page.refusal(
        &phrase!("A certificate of a stranger's CA. In step 5 the server does not trust it."),
        &with_client(Some("stranger")).play(dir)?.events,
    )?;
    page.refusal(
        &phrase!("A certificate of the right CA, but in step 6 its name is not on the list."),
        &with_client(Some("guest")).play(dir)?.events,
    )?;

    page.title(&phrase!("Go on by hand"))?;
    page.commands(dir)?;
    page.prose(&phrase!(
        "The connection of chapter 2 as a page for a browser, with every byte decrypted and explained:"
    ))?;
    page.line(&format!("  {}/handshake.html", dir.display()))?;
    let seconds = format!("{:.1}", started.elapsed().as_secs_f64());
    page.prose(&phrase!(
        "The code of each step is in src/handshake of the sources, one file per step. (This demo took {seconds} s.)",
        seconds
    ))
}

/// The tutorial's set, a second client of the same CA, and a client of another CA.
fn make_certificates(dir: &Path) -> Result<(), Error> {
    make_folder(dir)?;
    // Another demo at the same time would replace the CA between its making and its reading.
    let claim = Claim::of(dir, &mut |_| {})?;
    let write = |files: Vec<GeneratedFile>| {
        let files: Vec<NewFile> = files.into_iter().map(|file| file.below(dir)).collect();
        claim.write(&files, true)
    };
    write(make_set(&SetOptions::default())?)?;
    let ours = Authority::load(&dir.join("ca.crt"), &dir.join("ca.key"))?;
    write(client_files("guest", &ours)?)?;
    let theirs = Authority::create("strangers-ca", KeyType::default(), 365)?;
    write(client_files("stranger", &theirs)?)
}

/// Leaves the connection of chapter 2 behind: as a page, and as a recording. The recording holds the
/// secrets of the connection, so only its owner may read either.
fn keep(dir: &Path, transcript: &Transcript, language: Language) -> Result<(), Error> {
    let files = vec![
        secret(
            "handshake.html".to_owned(),
            html::page(&explain(transcript), language),
            "",
        ),
        secret(
            "handshake.transcript".to_owned(),
            transcript.to_string(),
            "",
        ),
    ];
    let files: Vec<NewFile> = files.into_iter().map(|file| file.below(dir)).collect();
    write_all(&files, true)
}

fn client_files(name: &str, authority: &Authority) -> Result<Vec<GeneratedFile>, Error> {
    let leaf = issue(authority, &Grant::client(name), KeyType::default(), 365)?;
    Ok(vec![
        secret(format!("{name}.key"), leaf.key.serialize_pem(), ""),
        public(format!("{name}.crt"), leaf.pem, ""),
    ])
}

/// What both sides reported of a [`Scene`], and what crossed the wire.
struct Played {
    events: Vec<Event>,
    /// What the client got: the body of the answer.
    body: Vec<u8>,
    transcript: Transcript,
}

/// One connection: what the server asks for, and what the client has.
#[derive(Clone, Copy, Default)]
struct Scene<'a> {
    /// The server does not ask for a client certificate.
    tls_only: bool,
    /// The identity that the server lets in; none: every client that its CA vouches for.
    allowed: Option<&'a str>,
    /// The client's files are `NAME.crt` and `NAME.key`; none: it has no certificate.
    client: Option<&'a str>,
}

impl Scene<'_> {
    /// Starts a server, makes one request, stops the server. A refusal is no error here: it is what
    /// three of the scenes show.
    fn play(self, dir: &Path) -> Result<Played, Error> {
        let ends = self.ends(dir)?;
        let listener = Listener::bind("localhost:0")?;
        let port = listener.addresses[0].port();
        let url = Url::parse(&format!("https://localhost:{port}/"))?;
        let server = start(listener, ends.server)?;

        let transport = dial(&ends.client, &url, 1)?;
        let recording = Recording::new(Side::Client);
        let client = ends.client.with_key_log(Arc::new(recording.clone()));
        let transport = Tap::new(transport, recording.clone());
        let mut body = Vec::new();
        let _ = get(&client, &url, transport, &mut body);
        // The server's last words are part of the scene, so it is stopped before the events are read.
        server.stop(Duration::from_secs(5));
        Ok(Played {
            events: ends.recorder.events(),
            body,
            transcript: recording.transcript(),
        })
    }

    /// The two sides, from the files in `dir`.
    fn ends(self, dir: &Path) -> Result<TwoEnds, Error> {
        let unusable = |error: rustls::Error| failed("use the certificates of the demo", &error);
        let recorder = Arc::new(Recorder::default());
        let narrator = |side| Narrator::new(side, Arc::clone(&recorder) as _);
        let identity = |name: &str| {
            let [certificate, key] = ["crt", "key"].map(|end| dir.join(format!("{name}.{end}")));
            identity(&certificate, &key)
        };
        let trust = trust(&dir.join("ca.crt"), &[])?;
        let server = server_config(
            identity("server")?,
            (!self.tls_only).then_some(&trust),
            self.allowed
                .and_then(|name| Allowed::parse(name).ok())
                .into_iter()
                .collect(),
            TlsMax::Tls13,
            narrator(Side::Server),
        )
        .map_err(unusable)?;
        let client = self.client.map(identity).transpose()?;
        let client = client_config(&trust, client, TlsMax::Tls13, narrator(Side::Client))
            .map_err(unusable)?;
        let server_name =
            ServerName::try_from("localhost").map_err(|error| failed("name the server", &error))?;
        Ok(TwoEnds {
            client,
            server,
            server_name,
            recorder,
        })
    }
}

fn start(listener: Listener, setup: ServerSetup) -> Result<Server, Error> {
    Server::start(listener, 8, move |socket, address, number| {
        let _ = serve_tcp(&setup, &Hello::default(), socket, address, number);
    })
}
