//! The guided tour behind `make demo`: TLS in four steps, mTLS in seven, three refusals.
//!
//! Nothing is staged. Each chapter runs a real server and a real client over loopback sockets, records
//! what both sides tell, and prints it in the order in which it happened.

mod page;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::page::Page;
use crate::certificates::authority::Authority;
use crate::certificates::pem;
use crate::certificates::request::{KeyType, generate, request};
use crate::certificates::signing::{Grant, sign};
use crate::certificates::{Made, Wishes, make_set};
use crate::client::{Url, dial, get};
use crate::credentials::{identity, trust};
use crate::error::Error;
use crate::files::{NewFile, Readers, make_folder, write_all};
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{ServerSetup, TlsMax, client_config, server_config};
use crate::instruments::page::Paint;
use crate::instruments::show::html;
use crate::instruments::wire::explain;
use crate::instruments::wire::tap::{Recording, Tap};
use crate::instruments::wire::transcript::Transcript;
use crate::narration::{Event, Narrator, Recorder, Side};
use crate::server::hello::Hello;
use crate::server::listening::{Listener, Server};
use crate::server::serve_tcp;

const MY_CLIENT: &str = "uri:spiffe://hello-mtls/my-client";

/// Tells the whole story to `out`; the certificates are left in `dir`, for going on by hand.
///
/// # Errors
/// A folder that cannot be written, no loopback address, or a closed `out`.
pub fn run(dir: &Path, out: &mut dyn Write) -> Result<(), Error> {
    let started = Instant::now();
    let paint = Paint::on(io::stdout().is_terminal());
    let mut page = Page { out, paint };
    make_certificates(dir)?;
    page.title("hello-mtls")?;
    page.prose(&format!(
        "Certificates were made for this run, in {}. Every line below happened: a server \
        and a client in this process talked over loopback. (ms: since the first line)",
        dir.display()
    ))?;

    page.title("1. TLS in four steps")?;
    page.prose(
        "The client knows one CA. The server shows a certificate that this CA signed, and proves \
        that it owns its key. Who the client is, nobody asks.",
    )?;
    let told = Scene::new(dir).tls_only().play()?;
    page.story(&told.events)?;
    page.prose(
        "Steps 4, 5 and 6 did not happen. The server answered somebody, and does not know whom.",
    )?;

    page.title("2. mTLS in seven steps")?;
    page.prose(
        "The same, and the server asks back. New are 4 and 5, the mirror image of 2 and 3; and 6, \
        which is not TLS at all: may this client come in?",
    )?;
    let told = Scene::new(dir).allow(MY_CLIENT).client("client").play()?;
    keep(dir, &told.transcript)?;
    page.story(&told.events)?;
    page.prose(
        "In TLS 1.3 the client's first 7 can come before the server's 5: it has sent all that it has to \
        send, and does not wait. Whether it was believed, the answer tells.",
    )?;

    page.title("3. Three refusals")?;
    page.refusal(
        "No certificate. Step 5 has nothing to verify.",
        &Scene::new(dir).allow(MY_CLIENT).play()?,
    )?;
    page.refusal(
        "A certificate of a stranger's CA. Step 5 does not believe it.",
        &Scene::new(dir).allow(MY_CLIENT).client("stranger").play()?,
    )?;
    page.refusal(
        "A certificate of the right CA, but a name that is not on the list. Step 6.",
        &Scene::new(dir).allow(MY_CLIENT).client("guest").play()?,
    )?;

    page.title("Go on by hand")?;
    page.commands(dir)?;
    page.prose("The connection of chapter 2, every byte of it decrypted and explained, as a page for a browser:")?;
    page.line(&format!("  {}/handshake.html", dir.display()))?;
    page.prose(&format!(
        "Then open src/handshake: a file a step. ({:.1} s)",
        started.elapsed().as_secs_f64()
    ))
}

/// The tutorial's set, a second client of the same CA, and a client of another CA.
fn make_certificates(dir: &Path) -> Result<(), Error> {
    make_folder(dir)?;
    let write = |files: Vec<Made>| {
        let files = files.into_iter().map(
            |Made {
                 name,
                 contents,
                 readers,
                 ..
             }| NewFile {
                path: dir.join(name),
                contents: contents.into_bytes(),
                readers,
            },
        );
        write_all(&files.collect::<Vec<_>>(), true)
    };
    write(make_set(&Wishes::default())?)?;
    let ours = Authority::load(&dir.join("ca.crt"), &dir.join("ca.key"))?;
    write(client_files("guest", &ours)?)?;
    let theirs = Authority::create("strangers-ca", KeyType::default(), 365)?;
    write(client_files("stranger", &theirs)?)
}

/// Leaves the connection of chapter 2 behind: as a page, and as a recording.
fn keep(dir: &Path, transcript: &Transcript) -> Result<(), Error> {
    let file = |name: &str, contents: String| NewFile {
        path: dir.join(name),
        contents: contents.into_bytes(),
        readers: Readers::OnlyMe,
    };
    let files = [
        file("handshake.html", html::page(&explain(transcript))),
        file("handshake.transcript", transcript.to_string()),
    ];
    write_all(&files, true)
}

fn client_files(name: &str, authority: &Authority) -> Result<Vec<Made>, Error> {
    let key = generate(KeyType::default())?;
    let grant = Grant::client(name);
    let csr = pem::request_from_pem(&request(&key, name, &grant.names)?)?;
    let certificate = sign(authority, &csr, &grant, 365)?.pem;
    let file = |name: String, contents: String, readers: Readers| Made {
        name,
        contents,
        readers,
        purpose: "",
    };
    Ok(vec![
        file(format!("{name}.key"), key.serialize_pem(), Readers::OnlyMe),
        file(format!("{name}.crt"), certificate, Readers::Everybody),
    ])
}

/// What came of a [`Scene`].
struct Told {
    events: Vec<Event>,
    transcript: Transcript,
}

/// One connection: what the server asks for, and what the client has.
struct Scene<'a> {
    dir: &'a Path,
    tls_only: bool,
    allowed: Vec<Allowed>,
    client: Option<&'a str>,
}

impl<'a> Scene<'a> {
    fn new(dir: &'a Path) -> Self {
        Scene {
            dir,
            tls_only: false,
            allowed: Vec::new(),
            client: None,
        }
    }

    fn tls_only(self) -> Self {
        Scene {
            tls_only: true,
            ..self
        }
    }

    fn allow(self, name: &str) -> Self {
        Scene {
            allowed: Allowed::parse(name).into_iter().collect(),
            ..self
        }
    }

    fn client(self, name: &'a str) -> Self {
        Scene {
            client: Some(name),
            ..self
        }
    }

    /// Starts a server, makes one request, stops the server. Returns what both sides told; that the
    /// request may be refused is part of it.
    fn play(self) -> Result<Told, Error> {
        let recorder = Arc::new(Recorder::default());
        let voice = |side| Narrator::new(side, Arc::clone(&recorder) as _);
        let path = |name: &str| -> PathBuf { self.dir.join(name) };
        let unusable = |error: rustls::Error| Error::Certificates {
            doing: "use the certificates of the demo".to_owned(),
            found: error.to_string(),
            remedy: "run it again".to_owned(),
        };
        let trust = trust(&path("ca.crt"), &[])?;

        let server_identity = identity(Side::Server, &path("server.crt"), &path("server.key"))?;
        let clients = (!self.tls_only).then_some(&trust);
        let server_setup = server_config(
            server_identity,
            clients,
            self.allowed,
            TlsMax::Tls13,
            voice(Side::Server),
        )
        .map_err(unusable)?;
        let listener = Listener::bind("localhost:0")?;
        let url = Url::parse(&format!(
            "https://localhost:{}/",
            listener.addresses[0].port()
        ))?;
        let server = start(listener, server_setup)?;

        let client_identity = match self.client {
            Some(name) => Some(identity(
                Side::Client,
                &path(&format!("{name}.crt")),
                &path(&format!("{name}.key")),
            )?),
            None => None,
        };
        let client_setup =
            client_config(&trust, client_identity, TlsMax::Tls13, voice(Side::Client))
                .map_err(unusable)?;
        let transport = dial(&client_setup, &url, 1)?;
        let recording = Recording::new(Side::Client);
        let client_setup = client_setup.with_key_log(Arc::new(recording.clone()));
        let transport = Tap::new(transport, recording.clone());
        let _ = get(&client_setup, &url, transport, &mut io::sink());
        server.stop(Duration::from_secs(5));
        Ok(Told {
            events: recorder.events(),
            transcript: recording.transcript(),
        })
    }
}

fn start(listener: Listener, setup: ServerSetup) -> Result<Server, Error> {
    Server::start(listener, 8, move |socket, address, number| {
        let _ = serve_tcp(&setup, &Hello::default(), socket, address, number);
    })
}
