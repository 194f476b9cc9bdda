//! A case over a real connection on loopback, and what was seen of it: by the server, on the wire, by
//! the client.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::pki::Maker;
use super::stage::{Papers, Stage, papers};
use super::{Case, Contents, Ends, Files, Outcome, Twist, peers, says};
use crate::client::{self, Answer, Url, connect_tcp, get};
use crate::credentials;
use crate::error::{Diagnosis, Error};
use crate::files::{NewFile, Readers, write_all};
use crate::handshake::{ServerSetup, TlsMax};
use crate::narration::{Event, Side, Step};
use crate::server::{Limits, Site, serve_connection};
use crate::site;
use crate::transport::Deadline;
use crate::wire::conversation::{Kind, Protection};
use crate::wire::explain;
use crate::wire::tap::{Recording, Tap};
use crate::wire::transcript::Transcript;

/// What was seen of a case.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which case.
    pub case: &'static Case,
    /// Up to which version of TLS.
    pub tls_max: TlsMax,
    /// When it began: the zero of all times.
    pub began: Instant,
    /// What the server lived.
    pub server: View,
    /// What the client lived.
    pub client: View,
    /// The fatal alert, if one was sent.
    pub alert: Option<Alert>,
}

/// What one side lived.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What it told, in the order of the clock.
    pub events: Vec<Event>,
    /// How it ended, in the words of rustls, of the system, or of ours. `None`: well.
    pub said: Option<String>,
    /// The step at which it saw the failure, and when.
    pub failed: Option<(Step, Instant)>,
}

/// A fatal alert, as it crossed the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Who sent it.
    pub from: Side,
    /// When it passed the sender's tap.
    pub at: Instant,
    /// Its number (RFC 8446 §6).
    pub number: u8,
    /// The record, as everybody on the way could see it.
    pub record: Vec<u8>,
    /// Level and description.
    pub plaintext: Vec<u8>,
    /// Nobody on the way could read it.
    pub encrypted: bool,
}

/// Runs a case.
///
/// # Errors
/// The stage could not be set: no certificates, no loopback. That the case fails is what it is for.
pub fn run(case: &'static Case, tls_max: TlsMax) -> Result<Run, Error> {
    let began = Instant::now();
    let mut run = Run {
        case,
        tls_max,
        began,
        server: View::default(),
        client: View::default(),
        alert: None,
    };
    match case.scene.twist {
        Twist::Files(side, files) => {
            let read = read_files(case, side, &files)?;
            run.view(side).ends(read);
            if side == Side::Server {
                // The server never starts. Its clients find nobody at its address.
                run.client.ends(knock());
            }
        }
        Twist::NobodyListens => run.client.ends(knock()),
        _ => meet(&mut run)?,
    }
    Ok(run)
}

impl Run {
    /// What has to happen in this version of TLS.
    pub fn expected(&self) -> &'static Outcome {
        self.case.expected(self.tls_max)
    }

    /// Where it failed, and who noticed first. `None`: nobody did.
    pub fn noticed(&self) -> Option<(Step, Side)> {
        let seen = |view: &View, side| view.failed.map(|(step, at)| (at, step, side));
        let both = [
            seen(&self.client, Side::Client),
            seen(&self.server, Side::Server),
        ];
        let first = both.into_iter().flatten().min_by_key(|(at, ..)| *at);
        first.map(|(_, step, side)| (step, side))
    }

    /// When the client told step 7 for the first time: it believed that it was in.
    pub fn believed(&self) -> Option<Instant> {
        let data = |event: &&Event| event.step == Some(Step::ApplicationData) && event.fact.passed;
        self.client.events.iter().find(data).map(|event| event.at)
    }

    /// What is not as the table says, a sentence each. None: the case failed as it should.
    pub fn differences(&self) -> Vec<String> {
        let expected = self.expected();
        let mut found = Vec::new();
        let mut compare = |what: &str, is: String, should: String| {
            if is != should {
                found.push(format!("{what}: {is} instead of {should}"));
            }
        };
        let noticed = expected.by.map(|side| (expected.step, side));
        compare(
            "noticed",
            format!("{:?}", self.noticed()),
            format!("{noticed:?}"),
        );
        let alert = self.alert.as_ref().map(|alert| (alert.from, alert.number));
        compare(
            "alert",
            format!("{alert:?}"),
            format!("{:?}", expected.alert),
        );
        let believed = self.believed().is_some();
        compare(
            "the client believed",
            believed.to_string(),
            expected.believed.to_string(),
        );
        for (side, view, ends) in [
            ("server", &self.server, expected.server),
            ("client", &self.client, expected.client),
        ] {
            let said = view.said.as_deref();
            let as_expected = match ends {
                Ends::Well => said.is_none(),
                Ends::Alert => said.is_some_and(|said| says(said, "received fatal alert: …")),
                Ends::WellOrAlert => said.is_none_or(|said| said.contains("alert")),
                Ends::With(words) => said.is_some_and(|said| says(said, words)),
            };
            if !as_expected {
                found.push(format!("the {side} ends with {said:?} instead of {ends:?}"));
            }
        }
        found
    }

    fn view(&mut self, side: Side) -> &mut View {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

impl View {
    /// How it ended: what a program would exit with.
    fn ends(&mut self, ended: Result<(), Failed>) {
        if let Err(Failed { step, said }) = ended {
            self.said = Some(said);
            self.failed = step.map(|step| (step, Instant::now()));
        }
    }

    /// Takes this side's events. A refusal among them knows best when it was.
    fn tells(&mut self, events: Vec<Event>) {
        self.events = events;
        let refusal = self.events.iter().rfind(|event| !event.fact.passed);
        if let Some(refusal) = refusal {
            self.failed = refusal.step.map(|step| (step, refusal.at));
            self.said.get_or_insert_with(|| refusal.fact.says.clone());
        }
    }
}

/// Why a side did not end well. `step: None`: an answer came, but not the one that was hoped for.
struct Failed {
    step: Option<Step>,
    said: String,
}

impl From<Diagnosis> for Failed {
    fn from(Diagnosis { step, said, .. }: Diagnosis) -> Failed {
        Failed {
            step: Some(step),
            said,
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        let (step, said) = match error {
            Error::Tls { diagnosis, .. } => return diagnosis.into(),
            Error::Network { found, .. } => (Step::ClientConnects, found),
            Error::Http { found, .. } => (Step::ApplicationData, found),
            Error::Contents { found, .. } => (Step::Preparation, found),
            other => (Step::Preparation, other.to_string()),
        };
        Failed {
            step: Some(step),
            said,
        }
    }
}

/// Both sides meet on loopback, if need be twice.
fn meet(run: &mut Run) -> Result<(), Error> {
    let stage = Stage::new(&run.case.scene, run.tls_max)?;
    let twist = run.case.scene.twist;
    let mut met = Meeting::of(&stage, &stage.server, twist)?;
    if let Some(later) = &stage.later {
        stage.recorder.take();
        met = Meeting::of(&stage, later, twist)?;
    }
    run.began = met.began;
    run.server.ends(met.server);
    run.client.ends(met.client);
    let events = stage.recorder.events().into_iter();
    let (client, server) = events.partition(|event| event.side == Side::Client);
    run.client.tells(client);
    run.server.tells(server);
    // The sender's tap has its alert even if it never arrives.
    let sent_by = |side| alert(side, met.taps.iter().map(Recording::transcript), met.began);
    run.alert = sent_by(Side::Client).or_else(|| sent_by(Side::Server));
    Ok(())
}

/// One connection: how it ended for both sides, and what passed their taps.
struct Meeting {
    began: Instant,
    server: Result<(), Failed>,
    client: Result<(), Failed>,
    taps: [Recording; 2],
}

impl Meeting {
    fn of(stage: &Stage, server: &ServerSetup, twist: Twist) -> Result<Meeting, Error> {
        let (listener, address) = listen(twist)?;
        let (began, taps) = (
            Instant::now(),
            [Side::Client, Side::Server].map(Recording::new),
        );
        let [client_tap, server_tap] = &taps;
        let dialled = TcpStream::connect(address).map_err(no_loopback)?;
        let (accepted, from) = listener.accept().map_err(no_loopback)?;
        let (client, server) = thread::scope(|scope| {
            let server = scope.spawn(|| serve(server, accepted, from, server_tap, twist));
            let client = dial(stage, dialled, address, client_tap, twist);
            let crashed = |_| {
                Err(Failed {
                    step: None,
                    said: "it panicked".to_owned(),
                })
            };
            (client, server.join().unwrap_or_else(crashed))
        });
        Ok(Meeting {
            began,
            server,
            client,
            taps,
        })
    }
}

/// The server of a case, open to programs from outside until the process ends.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where it listens, or who stands before it.
    pub address: SocketAddr,
    /// What the client of the case has in its files.
    pub papers: Papers,
}

/// Opens the server of a case, so that other programs can meet it in the place of our client.
///
/// # Errors
/// As [`run`].
pub fn open(case: &'static Case, tls_max: TlsMax) -> Result<Door, Error> {
    let Stage { server, papers, .. } = Stage::new(&case.scene, tls_max)?;
    let (listener, address) = listen(case.scene.twist)?;
    let accept = move || {
        for socket in listener.incoming().flatten() {
            let tap = Recording::new(Side::Server);
            let _ = serve(&server, socket, address, &tap, case.scene.twist);
        }
    };
    thread::Builder::new().spawn(accept).map_err(no_loopback)?;
    Ok(Door { address, papers })
}

/// A listener on loopback, and where to dial: it, or somebody who meddles on the way.
fn listen(twist: Twist) -> Result<(TcpListener, SocketAddr), Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(no_loopback)?;
    let mut address = listener.local_addr().map_err(no_loopback)?;
    if matches!(
        twist,
        Twist::ChangesHello | Twist::ChangesData | Twist::Cuts
    ) {
        address = peers::between(address, twist).map_err(no_loopback)?;
    }
    Ok((listener, address))
}

/// How long a server waits for anything: every case is over in a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// The server's side of a meeting.
fn serve(
    setup: &ServerSetup,
    socket: TcpStream,
    from: SocketAddr,
    recording: &Recording,
    twist: Twist,
) -> Result<(), Failed> {
    let setup = setup.with_key_log(Arc::new(recording.clone()));
    setup.narrator.open(1, || format!("{from} connects"));
    let transport = Tap::new(deadline(socket)?, recording.clone());
    let limits = Limits {
        handshake: PATIENCE,
        request: PATIENCE,
        idle: PATIENCE,
        requests: 1,
    };
    let site = Site {
        answer: Box::new(site::answer),
        log: Box::new(|_| ()),
        limits,
    };
    match twist {
        Twist::PlainServer(words) => peers::plain_server(words, &setup.narrator, transport),
        Twist::NoGoodbye => peers::hangs_up(&setup, transport)?,
        _ => serve_connection(&setup, &site, transport, from)?,
    }
    Ok(())
}

/// The client's side of a meeting.
fn dial(
    stage: &Stage,
    socket: TcpStream,
    address: SocketAddr,
    recording: &Recording,
    twist: Twist,
) -> Result<(), Failed> {
    let setup = stage.client.with_key_log(Arc::new(recording.clone()));
    setup.narrator.open(1, || format!("connected to {address}"));
    let transport = Tap::new(deadline(socket)?, recording.clone());
    let url = Url {
        place: address.to_string(),
        server_name: stage.server_name.clone(),
        host_field: stage.server_name.to_str().into_owned(),
        target: "/".to_owned(),
    };
    match twist {
        Twist::PlainClient(words) => {
            peers::plain_client(words, &setup.narrator, transport);
            Ok(())
        }
        Twist::NeverReads => Ok(peers::never_reads(&setup, url.server_name, transport)?),
        _ => match get(&setup, &url, transport, &mut io::sink())? {
            Answer { status: 200, .. } => Ok(()),
            Answer { status, reason, .. } => Err(Failed {
                step: None,
                said: format!("HTTP/1.1 {status} {reason}"),
            }),
        },
    }
}

fn deadline(socket: TcpStream) -> Result<Deadline, Error> {
    Deadline::new(socket, client::HANDSHAKE).map_err(no_loopback)
}

fn no_loopback(source: io::Error) -> Error {
    Error::Network {
        doing: "use",
        place: "127.0.0.1".to_owned(),
        found: source.to_string(),
        remedy: "a machine with a loopback interface".to_owned(),
    }
}

/// The fatal alert that `side` sent, out of its own tap.
fn alert(side: Side, taps: impl Iterator<Item = Transcript>, began: Instant) -> Option<Alert> {
    let own = taps
        .into_iter()
        .find(|transcript| transcript.tapped == Some(side))?;
    let conversation = explain(&own);
    let (number, message) =
        conversation
            .messages
            .iter()
            .find_map(|message| match message.kind {
                // A warning that says goodbye is no refusal: close_notify, user_canceled.
                Kind::Alert(_, number) if message.from == side && !matches!(number, 0 | 90) => {
                    Some((number, message))
                }
                _ => None,
            })?;
    let record = conversation.records.get(message.pieces.first()?.record)?;
    Some(Alert {
        from: side,
        at: began + message.at,
        number,
        record: record.bytes.clone(),
        plaintext: message.bytes.clone(),
        encrypted: matches!(record.protection, Protection::Decrypted(_)),
    })
}

/// Dials a port at which nobody listens.
fn knock() -> Result<(), Failed> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(no_loopback)?;
    let address = listener.local_addr().map_err(no_loopback)?;
    drop(listener);
    connect_tcp(&address.to_string())?;
    Ok(())
}

/// A side reads its files, as `serve` and `get` do before the first byte.
fn read_files(case: &Case, side: Side, files: &Files) -> Result<Result<(), Failed>, Error> {
    let folder = Folder::new()?;
    folder.fill(case, side, files)?;
    let [certificate, key, authorities] = NAMES.map(|name| folder.0.join(name));
    let read = credentials::identity(side, &certificate, &key)
        .and_then(|_| credentials::trust(&authorities, &[]));
    Ok(read.map(drop).map_err(Failed::from))
}

/// What the three files are called.
pub const NAMES: [&str; 3] = ["own.crt", "own.key", "ca.crt"];

/// A folder for the files of a case, which is gone when this is dropped.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// A new one, where the system keeps such things.
    pub fn new() -> Result<Folder, Error> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hello-mtls-gallery-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let made = std::fs::create_dir(&path);
        made.map_err(|source| Error::File {
            doing: "write",
            path: path.clone(),
            source,
        })?;
        Ok(Folder(path))
    }

    /// Writes the files of a case of step 0.
    pub fn fill(&self, case: &Case, side: Side, files: &Files) -> Result<(), Error> {
        let party = match side {
            Side::Client => &case.scene.client,
            Side::Server => &case.scene.server,
        };
        let maker = &mut Maker::default();
        let Papers {
            certificate,
            key,
            authorities,
            ..
        } = papers(party, maker)?;
        let right = [certificate, key, authorities];
        let wanted = [files.certificate, files.key, files.authorities];
        let mut new = Vec::new();
        for ((name, right), wanted) in NAMES.into_iter().zip(right).zip(wanted) {
            new.push(NewFile {
                path: self.0.join(name),
                contents: wanted.bytes(&right, maker)?,
                readers: Readers::OnlyMe,
            });
        }
        write_all(&new, true)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Contents {
    fn bytes(self, right: &str, maker: &mut Maker) -> Result<Vec<u8>, Error> {
        Ok(match self {
            Contents::Right => right.as_bytes().to_vec(),
            Contents::Certificates(chain) => maker.chain(chain)?.into_bytes(),
            Contents::Key(owner) => maker.key(owner)?.into_bytes(),
            Contents::Request(owner) => maker.request(owner)?.into_bytes(),
            Contents::Written(how) => how(right),
            Contents::Text(text) => text.as_bytes().to_vec(),
        })
    }
}
