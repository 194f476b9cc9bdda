//! The server of a case, open to any client until the process ends, and the page that says how to try it.
//!
//! The certificates are made when it starts, so that they never grow too old to be the case that they are.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::external::client_files;
use super::failed::Failed;
use super::meeting::serve;
use super::other_clients::{OtherClient, other_clients};
use super::outcome_words::{alert, step_title};
use super::panels::Panels;
use super::pem_files::PemFiles;
use super::pki_builder::PkiBuilder;
use super::stage::Stage;
use super::temp_files::folder;
use super::{Case, Fault, Termination};
use crate::error::Error;
use crate::files::{NewFile, Readers, write_all};
use crate::handshake::TlsMax;
use crate::instruments::page::{BOLD, LongWords, Page, Paint};
use crate::instruments::wire::tap::Recording;
use crate::language::Phrase;
use crate::narration::{Event, Side, words};
use crate::phrase;
use crate::server::listening::{Listener, Server};
use crate::text;

/// The server of a case that listens.
#[derive(Debug)]
pub struct Listening {
    case: &'static Case,
    tls_max: TlsMax,
    /// Where it listens, with the ports that were really taken.
    pub addresses: Vec<SocketAddr>,
    /// Addresses that this machine does not have, in words.
    notes: Vec<Phrase>,
    /// The folder with the client's files. It stays when the process ends.
    pub folder: PathBuf,
    /// The lines to try in that folder.
    pub clients: Vec<OtherClient>,
    server: Server,
}

/// Opens the server of a case at `place`, `host:port`. Each connection becomes a line of `log`, safe to show.
///
/// # Errors
/// [`Error::Usage`] if no server could show the case; otherwise the listener, a file or a certificate.
pub fn listen(
    case: &'static Case,
    tls_max: TlsMax,
    place: &str,
    log: impl Fn(&str) + Send + Sync + 'static,
) -> Result<Listening, Error> {
    refuse_without_server(case)?;
    let tls_max = case.version(tls_max);
    let listener = Listener::bind(place)?;
    let builder = &mut PkiBuilder::default();
    let mut stage = Stage::with(builder, &case.scene, tls_max)?;
    let files = client_files(case.scene.fault, &stage.client_files, builder)?;
    let has: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let (addresses, notes) = (listener.addresses.clone(), listener.notes.clone());
    let clients = other_clients(case, tls_max, reachable(&addresses), &has);
    let folder = folder()?;
    let mut all = files;
    all.extend(own_server(case, builder)?);
    for client in &clients {
        let script = client.script.clone();
        all.extend(script.map(|(name, script)| (name, script.into_bytes())));
    }
    let new = |(name, contents): (&str, Vec<u8>)| NewFile {
        path: folder.join(name),
        contents,
        readers: if name.ends_with(".key") {
            Readers::OnlyMe
        } else {
            Readers::Everybody
        },
    };
    write_all(&all.into_iter().map(new).collect::<Vec<_>>(), false)?;

    // Where the client comes twice, the second connection and all later ones meet the server as it is then.
    let mut servers: Vec<_> = stage.later.take().into_iter().collect();
    servers.push(stage.ends.server.clone());
    let servers = Mutex::new(servers);
    let serve_one = move |socket, from: SocketAddr, _| {
        let mut servers = servers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(setup) = servers.last().cloned() else {
            return;
        };
        if servers.len() > 1 {
            servers.pop();
        }
        let tap = Recording::new(Side::Server);
        let meanwhile = stage.meanwhile.clone();
        let served = serve(&setup, meanwhile, socket, from, &tap, case.scene.fault);
        log(&format!(
            "{from} {}",
            outcome(served, &stage.ends.recorder.take())
        ));
    };
    // One connection at a time, so that the events between two of them belong to one.
    let server = Server::start(listener, 1, serve_one)?;
    Ok(Listening {
        case,
        tls_max,
        addresses,
        notes,
        folder,
        clients,
        server,
    })
}

/// Cases in which no byte would reach a server, or in which the fault is a machine between the two.
fn refuse_without_server(case: &Case) -> Result<(), Error> {
    let name = case.name;
    let why = match case.scene.fault {
        Fault::Files(Side::Server, _) => {
            phrase!("its server cannot read its files and never starts")
        }
        Fault::ClosedPort => phrase!("no program listens in it"),
        fault if fault.needs_middlebox() => {
            phrase!("it needs a middlebox between client and server")
        }
        Fault::NeverReads => {
            phrase!("its client is a program that never reads, and its server is a good one")
        }
        _ => return Ok(()),
    };
    Err(Error::Usage {
        found: phrase!("{name} cannot listen: {why}", name, why),
        remedy: phrase!("hello-mtls gallery {name} shows both sides", name),
    })
}

/// What a server of one's own needs to take the place of this one, where the client is at fault: PEM files.
fn own_server(
    case: &Case,
    builder: &mut PkiBuilder,
) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    if !client_is_at_fault(case) {
        return Ok(Vec::new());
    }
    let server = PemFiles::of(&case.scene.server, builder)?;
    let mut files = vec![
        ("server.crt", server.certificate),
        ("server.key", server.key),
        ("clients-ca.crt", server.authorities),
        ("clients-ca.crl", server.lists),
    ];
    files.retain(|(_, pem)| !pem.is_empty());
    let bytes = files
        .into_iter()
        .map(|(name, pem)| (name, pem.into_bytes()));
    Ok(bytes.collect())
}

/// True if a server that is set up well refuses this client.
fn client_is_at_fault(case: &Case) -> bool {
    let by_files = matches!(case.scene.fault, Fault::Files(Side::Client, _));
    let refused = case.expected(TlsMax::Tls13).by == Some(Side::Server);
    by_files || refused && matches!(case.scene.fault, Fault::None | Fault::ClientFiltersByCaHint)
}

/// An address that clients on this machine can dial.
fn reachable(addresses: &[SocketAddr]) -> SocketAddr {
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut address = addresses.first().copied().unwrap_or(nowhere);
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// How a connection ended for the server: the step and the words. Where it refused nothing, the last thing that it
/// told.
fn outcome(served: Result<(), Failed>, events: &[Event]) -> String {
    let told = |event: &Event| Some((event.step?, words::words(&event.fact).what.to_string()));
    let refusal = events.iter().rfind(|event| !event.fact.passed());
    let failed = served
        .err()
        .and_then(|failed| Some((failed.step?, failed.said)));
    let last = events.iter().rev().find_map(told);
    match refusal.and_then(told).or(failed).or(last) {
        Some((step, said)) => {
            // One of rustls's messages ends with an address that explains it at length.
            let said = said.split(": https://").next().unwrap_or_default();
            let said = text::shorten(&text::terminal(&said.replace('\n', " ")), 200);
            format!("step {}, {}: {said}", step.number(), step.title())
        }
        None => "left before the first byte".to_owned(),
    }
}

impl Listening {
    /// Where it listens, which files there are, and what to try.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write, paint: Paint) -> io::Result<()> {
        Panels::new(out, paint).title(self.case, self.tls_max)?;
        let page = &mut Page {
            out,
            paint,
            long_words: LongWords::Keep,
        };
        let say = |phrase: &Phrase| paint.words(phrase);
        page.blank()?;
        for address in &self.addresses {
            let address = address.to_string();
            page.line(&say(&phrase!("Listening on {address}", address)))?;
        }
        for note in &self.notes {
            page.paragraph("", &say(note), "")?;
        }
        let words = phrase!(
            "Ctrl-C ends it. The folder with the client's files stays; remove it afterwards:"
        );
        page.paragraph("", &say(&words), "")?;
        let folder = text::shell(&self.folder);
        page.command("    ", &format!("rm -r {folder}"))?;
        page.title(&say(&phrase!("What to try")), BOLD)?;
        page.command("    ", &format!("cd {folder}"))?;
        self.lines(page)?;
        self.expected(page)
    }

    /// Waits for ever: connections are served on threads of their own.
    pub fn wait(self) {
        self.server.wait();
    }

    /// A line per program, and what it should say. A program without words cannot be the client of the case.
    fn lines(&self, page: &mut Page<'_>) -> io::Result<()> {
        let failure = self.case.failure();
        let said = failure.map(|failure| failure.said_by(self.tls_max));
        for (at, client) in self.clients.iter().enumerate() {
            let words = match said.and_then(|said| said.get(at)) {
                Some(words) if words.is_empty() => continue,
                Some(words) => words.clone(),
                None => page.paint.words(&phrase!("the same, in its own words")),
            };
            page.blank()?;
            page.command(&text::pad(client.program, 9), &client.command)?;
            let label = format!("  {}", page.paint.words(&phrase!("says")));
            page.paragraph(&text::pad(&label, 9), &words, "")?;
        }
        Ok(())
    }

    /// What happens, and how a server of one's own can take the place of this one.
    fn expected(&self, page: &mut Page<'_>) -> io::Result<()> {
        let outcome = self.case.expected(self.tls_max);
        let (paint, language) = (page.paint, page.paint.language);
        let say = |phrase: &Phrase| paint.words(phrase);
        page.title(&say(&phrase!("What happens")), BOLD)?;
        let noticed = match outcome.by {
            Some(side) => phrase!("the {side} notices", side),
            None => phrase!("neither side notices"),
        };
        let words = phrase!(
            "Step {number}, {title}: {noticed}. Alert: {alert}.",
            number = outcome.step.number(),
            title = step_title(language, outcome.step),
            noticed,
            alert = alert(language, outcome)
        );
        page.paragraph("", &say(&words), "")?;
        if let Termination::With(words) = outcome.server {
            page.paragraph("", &say(&phrase!("This server: {words}", words)), "")?;
        }
        if !client_is_at_fault(self.case) {
            return Ok(());
        }
        page.title(
            &say(&phrase!("The same client and a server of your own")),
            BOLD,
        )?;
        let words = phrase!(
            "The client is at fault here, and this server is a good one. To try yours: let it show server.crt with server.key, demand client certificates of clients-ca.crt (and read clients-ca.crl, if there is one), listen at the address above in the place of this one, and use the same lines. If it is right, it refuses as well."
        );
        page.paragraph("", &say(&words), "")
    }
}
