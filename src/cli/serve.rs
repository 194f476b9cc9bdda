//! `serve`: Hello World over mutual TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rustls::KeyLog;

use super::log::Log;
use super::logged::Logged;
use super::look::Look;
use super::signals::EndSignal;
use super::watched::{Explaining, Watched};
use super::wire::offer;
use super::{Files, key_log, missing, output, reloading, teller, tls_max};
use crate::certificates::ml_dsa::has_ml_dsa_key;
use crate::certificates::pem;
use crate::certificates::summary::shown_names;
use crate::credentials::{identity, trust};
use crate::error::{Diagnosis, Error};
use crate::files::at_one_moment;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{ExpiredLists, ServerSetup, TlsMax, Trust, server_config};
use crate::instruments::doctor::explain::Given;
use crate::narration::{Narrator, Side};
use crate::phrase;
use crate::server::listening::{Listener, Server};
use crate::server::reload::{InService, Watch};
use crate::server::{serve_tcp, shortage};
use crate::text;

#[derive(Args)]
#[command(after_help = "\
Two clients, and a revocation list for each CA of the chain:
  hello-mtls serve --allow uri:spiffe://hello-mtls/my-client --allow dns:bob \\
    --crl certs/ca.crl --crl certs/intermediate.crl")]
pub(super) struct Serve {
    /// localhost is v4 and v6 [default: localhost:3000]
    #[arg(
        long,
        value_name = "HOST:PORT",
        default_value = "localhost:3000",
        hide_default_value = true
    )]
    listen: String,
    #[command(flatten)]
    files: Files,
    /// TLS only: do not ask for client certificates
    #[arg(long, conflicts_with_all = ["allow", "crl"])]
    tls: bool,
    /// Highest TLS version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", default_value = "1.3", value_parser = tls_max)]
    tls_max: TlsMax,
    /// Let in only uri:…, dns:…, legacy cn:…; repeatable
    #[arg(long, value_name = "ID", value_parser = Allowed::parse)]
    allow: Vec<Allowed>,
    /// Revocation list of a client CA, repeatable
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Expired list: refuse or warn
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = expired_lists)]
    crl_expired: ExpiredLists,
    /// Connections at a time; more wait
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    max_connections: usize,
    /// Time for open requests at the end
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    grace: u64,
    /// Proxy that sends the PROXY protocol; repeatable
    #[arg(long, value_name = "IP", value_parser = ip_address)]
    proxy_protocol: Vec<IpAddr>,
    /// Tell each step of each connection
    #[arg(long)]
    narrate: bool,
    /// Show every byte; /handshake shows a client its own
    #[arg(long)]
    wire: bool,
}

impl Serve {
    /// What the doctor may look into if the server cannot start.
    pub(super) fn given(&self) -> Given {
        let mut given = self.files.given(Side::Server);
        given.case.crls.clone_from(&self.crl);
        given.case.expired_lists = self.crl_expired;
        given
    }

    /// All files that it reads.
    fn paths(&self) -> Vec<PathBuf> {
        let (authorities, own) = self.files.paths(Side::Server);
        let own = own.into_iter().flat_map(|(cert, key)| [cert, key]);
        let clients = authorities.filter(|_| !self.tls);
        own.chain(clients).chain(self.crl.clone()).collect()
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "a number from 1".to_owned())
}

fn ip_address(text: &str) -> Result<IpAddr, String> {
    let ip = text.parse::<IpAddr>().map(|ip| ip.to_canonical());
    ip.map_err(|_| "an IP address, for example 10.0.0.5".to_owned())
}

/// The value of --crl-expired.
pub(super) fn expired_lists(text: &str) -> Result<ExpiredLists, String> {
    match text {
        "refuse" => Ok(ExpiredLists::Refuse),
        "warn" => Ok(ExpiredLists::Use),
        _ => Err("refuse or warn".to_owned()),
    }
}

fn server_setup(
    serve: &Serve,
    narrator: &Narrator,
    key_log: Option<&Arc<dyn KeyLog>>,
) -> Result<ServerSetup, Error> {
    let paths = serve.paths();
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let mut setup = at_one_moment(&paths, || read_setup(serve, narrator))?;
    if let Some(key_log) = key_log {
        Arc::make_mut(&mut setup.config).key_log = Arc::clone(key_log);
    }
    Ok(setup)
}

fn read_setup(serve: &Serve, narrator: &Narrator) -> Result<ServerSetup, Error> {
    let (authorities, own) = serve.files.paths(Side::Server);
    let Some((cert, key)) = own else {
        return Err(missing(
            "--cert",
            phrase!("a server has to show a certificate"),
        ));
    };
    let identity = identity(&cert, &key)?;
    if serve.tls_max == TlsMax::Tls12 && identity.chain.first().is_some_and(has_ml_dsa_key) {
        return Err(Error::Contents {
            path: key,
            found: phrase!(
                "an ML-DSA key: TLS 1.2 has no cipher suite for it, so with --tls-max 1.2 no client could connect"
            ),
            remedy: phrase!(
                "--tls-max 1.3, or a certificate with another kind of key: hello-mtls certs --dir DIR makes P-256"
            ),
        });
    }
    let clients = match (serve.tls, authorities) {
        (true, _) => None,
        (false, Some(authorities)) => Some(Trust {
            expired_lists: serve.crl_expired,
            ..trust(&authorities, &serve.crl)?
        }),
        (false, None) => {
            return Err(missing(
                "--cacert",
                phrase!("who vouches for clients? (--tls asks for none)"),
            ));
        }
    };
    server_config(
        identity,
        clients.as_ref(),
        serve.allow.clone(),
        offer(serve.tls_max, serve.wire),
        narrator.clone(),
    )
    .map_err(|cause| serve.files.unusable(Side::Server, cause))
}

pub(super) fn run(serve: Serve, look: Look) -> Result<(), Error> {
    let log = Log::to(io::stderr()).map_err(output)?;
    let served = serve_until_told(serve, look, &log);
    log.finish();
    served
}

fn serve_until_told(serve: Serve, look: Look, log: &Log) -> Result<(), Error> {
    let language = look.language;
    let narrator = Narrator::new(Side::Server, teller(serve.narrate, language, log.clone()));
    let watch = Watch::new(serve.paths());
    let notes = log.clone();
    let key_log = key_log::open(move |note| notes.say(&format!("note: {note}")));
    let in_service = InService::new(server_setup(&serve, &narrator, key_log.as_ref())?);
    let listener = Listener::bind(&serve.listen)?;
    // Not earlier: what came before may wait, for a pipe or for the resolver, and then a signal ends it at once.
    let told = EndSignal::watch().map_err(output)?;
    greet(&serve, &listener, log);
    reloading::warn(&serve.given(), log);
    let serve = Arc::new(serve);
    let again = Arc::clone(&serve);
    let load = move || server_setup(&again, &narrator, key_log.as_ref());
    reloading::start(watch, &in_service, serve.given(), log, load)?;
    let service = Logged {
        log: log.clone(),
        proxies: serve.proxy_protocol.clone(),
    };
    let explaining = serve
        .wire
        .then(|| Explaining::start(log, look.paint(&io::stderr())))
        .transpose();
    let explaining = explaining.map_err(output)?;
    let watched = explaining.clone().map(|explaining| {
        let mut addresses = listener.addresses.iter();
        let proxies = serve.proxy_protocol.clone();
        // Behind a proxy on this machine, a client may be anywhere.
        let local = addresses.all(|address| address.ip().is_loopback()) && proxies.is_empty();
        Watched::new(in_service.clone(), proxies, local, language, explaining)
    });
    let (says, connections) = (log.clone(), log.clone());
    let serve_one = move |socket, address, number| {
        let served = match &watched {
            Some(watched) => watched.serve(socket, address, number),
            None => serve_tcp(&in_service.get(), &service, socket, address, number),
        };
        match served {
            Ok(()) => {}
            Err(Error::Tls { peer, .. }) if shortage::of_memory() => {
                connections.say(&format!("{peer} {NO_MEMORY}"));
            }
            // A health check, or a scan of ports: each would be a line.
            Err(Error::Tls { diagnosis, .. }) if diagnosis.seen.said_nothing() => {}
            // The peer is the client, also behind a proxy.
            Err(Error::Tls {
                diagnosis, peer, ..
            }) => {
                let authorities = named_authorities(&in_service.get());
                connections.say(&format!("{peer} {}", ended(&diagnosis, &authorities)));
            }
            Err(error) => connections.say(&error.to_string()),
        }
    };
    let warn = move |line: &str| says.say(line);
    let server = Server::start_logged(listener, serve.max_connections, warn, serve_one)?;
    let (signal, grace) = (told.wait(), Duration::from_secs(serve.grace));
    log.say(&format!(
        "{signal}: no new connections; open requests have {} s, a second signal ends at once",
        serve.grace
    ));
    let cut = server.stop(grace);
    if let Some(explaining) = explaining {
        explaining.finish();
    }
    match cut {
        0 => log.say("ended: every connection was closed in good order"),
        cut => log.say(&format!("ended: connections cut: {cut}")),
    }
    Ok(())
}

/// What is said instead of a diagnosis, which would blame the client for it.
const NO_MEMORY: &str =
    "the handshake failed, and this process has no memory left: why cannot be told (ulimit -v)";

/// The CAs that the server names when it asks for a certificate, in words; `None`: it does not ask.
fn named_authorities(setup: &ServerSetup) -> Option<String> {
    let judge = setup.judge.as_ref()?;
    let names = judge.verifier.root_hint_subjects().iter();
    let names: Vec<&[u8]> = names.map(|name| name.as_ref()).collect();
    Some(shown_names(&names))
}

/// Why a connection ended in its handshake, for the log. `authorities`: of which CAs a certificate was asked for.
fn ended(diagnosis: &Diagnosis, authorities: &Option<String>) -> String {
    let line = diagnosis.in_a_line();
    let Some(authorities) = authorities else {
        return line;
    };
    // A client compares its certificate's issuer with these names, and some (GnuTLS, Go, Java) send none that does
    // not fit.
    if diagnosis.failure == Some("no-client-certificate") {
        return format!("{line}, or has none of the CAs that this server names ({authorities})");
    }
    line
}

/// What the server is about to do, and which clients it will let in.
fn greet(serve: &Serve, listener: &Listener, log: &Log) {
    let say = |line: &str| log.say(line);
    let port = listener.addresses.first().map_or(0, SocketAddr::port);
    let host = serve
        .listen
        .rsplit_once(':')
        .map_or("localhost", |(host, _)| host);
    say(&format!(
        "Server running at https://{}:{port}/",
        text::terminal(host)
    ));
    for address in &listener.addresses {
        say(&format!("  listening on {address}"));
    }
    for note in &listener.notes {
        say(&format!("  note: {note}"));
    }
    for proxy in &serve.proxy_protocol {
        say(&format!("  PROXY protocol: required from {proxy}"));
    }
    let (_, own) = serve.files.paths(Side::Server);
    let chain = own.and_then(|(cert, _)| pem::certificates(&cert).ok());
    if chain.is_some_and(|chain| has_ml_dsa_key(&chain[0])) {
        say(
            "  note: the key is an ML-DSA key, so every client needs TLS 1.3 and has to know ML-DSA",
        );
    }
    if super::in_a_debugger() {
        say("  note: no deadlines, because HELLO_MTLS_DEBUGGER is set");
    }
    match (serve.tls, &serve.allow[..]) {
        (true, _) => say("  TLS: clients are not asked who they are"),
        (false, []) => {
            say("  mTLS: every client that the CA vouches for is let in (--allow names them)")
        }
        (false, allowed) => allowed.iter().for_each(|name| {
            let legacy = if matches!(name, Allowed::CommonName(_)) {
                " (legacy: a CN is free text)"
            } else {
                ""
            };
            say(&format!("  mTLS: let in is {name}{legacy}"));
        }),
    }
}
