//! `serve --wire`: each connection is recorded, served, and explained in the log.
//!
//! Any stranger can fill a recording, and to explain one costs more than to fill it. So all recordings share a room, a
//! connection gives its place back before it is explained, and of those that wait only a few are.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::log::Log;
use super::wire::print_explained;
use crate::error::Error;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::instruments::page::Paint;
use crate::instruments::show::html;
use crate::instruments::wire::explain;
use crate::instruments::wire::tap::{Recording, Room, Tap};
use crate::language::Language;
use crate::narration::Side;
use crate::phrase;
use crate::server::reload::InService;
use crate::server::{Limits, Peer, Service, accept_tcp, hello, serve_connection};
use crate::transport::Socket;

/// What all recordings of a server may keep together.
const ROOM: usize = 32 << 20;
/// So many ended connections may wait for their explanation.
const WAITING: usize = 4;
/// How long the end of the server waits for the last explanations.
const LAST: Duration = Duration::from_secs(1);

/// Explains connections that have ended, on a thread of its own, one after the other.
#[derive(Clone)]
pub(super) struct Explaining {
    queue: SyncSender<Ended>,
    log: Log,
}

/// What the thread is handed.
enum Ended {
    Connection(Recording),
    /// All that came before has been explained: says so.
    Server(Sender<()>),
}

impl Explaining {
    /// Starts the thread, which writes to this log, as `paint` says.
    pub(super) fn start(log: &Log, paint: Paint) -> io::Result<Explaining> {
        let (queue, ended) = sync_channel(WAITING);
        let mut out = log.clone();
        let explain = move || explain_all(&ended, &mut out, paint);
        thread::Builder::new()
            .name("explain".to_owned())
            .spawn(explain)?;
        let log = log.clone();
        Ok(Explaining { queue, log })
    }

    /// Hands a recording over, if not too many wait already.
    fn explain(&self, recording: Recording, address: SocketAddr) {
        if self.queue.try_send(Ended::Connection(recording)).is_err() {
            let line = phrase!(
                "{address} not explained: too busy",
                address = address.to_string()
            );
            self.log.say(&line.to_string());
        }
    }

    /// Waits for the last explanations, but not for long.
    pub(super) fn finish(&self) {
        let (says, done) = channel();
        if self.queue.send(Ended::Server(says)).is_ok() {
            let _ = done.recv_timeout(LAST);
        }
    }
}

fn explain_all(ended: &Receiver<Ended>, log: &mut Log, paint: Paint) {
    for ended in ended {
        match ended {
            Ended::Connection(recording) => {
                print_explained(&recording.into_transcript(), log, paint);
            }
            Ended::Server(says) => drop(says.send(())),
        }
    }
}

/// A server that records each connection. A connection can see itself at `/handshake`, if the server is
/// `local`: the page has the secrets in it, and they are nobody else's business.
pub(super) struct Watched {
    in_service: InService,
    /// Those that send the PROXY protocol.
    proxies: Vec<IpAddr>,
    local: bool,
    log: Log,
    /// Of the page, for a browser that prefers neither English nor Chinese.
    language: Language,
    explaining: Explaining,
    room: Room,
    /// Held while a page is made: one at a time.
    page: Mutex<()>,
}

impl Watched {
    pub(super) fn new(
        in_service: InService,
        proxies: Vec<IpAddr>,
        local: bool,
        language: Language,
        explaining: Explaining,
    ) -> Watched {
        Watched {
            in_service,
            proxies,
            local,
            log: explaining.log.clone(),
            language,
            explaining,
            room: Room::of(ROOM),
            page: Mutex::default(),
        }
    }

    /// Serves a connection over a tap, then hands its recording over.
    pub(super) fn serve(
        &self,
        socket: Socket,
        address: SocketAddr,
        number: u64,
    ) -> Result<(), Error> {
        let recording = Recording::sharing(Side::Server, &self.room);
        let setup = self
            .in_service
            .get()
            .with_key_log(Arc::new(recording.clone()));
        let service = Recorded {
            server: self,
            recording: recording.clone(),
        };
        let (transport, client) = accept_tcp(&setup, &service, socket, address, number)?;
        let tap = Tap::new(transport, recording.clone());
        let served = serve_connection(&setup, &service, tap, client);
        // Nothing is in the recording of a health check.
        let is_empty = |error: &Error| matches!(error, Error::Tls { diagnosis, .. } if diagnosis.seen.said_nothing());
        if !served.as_ref().is_err_and(is_empty) {
            self.explaining.explain(recording, client);
        }
        served
    }
}

/// What one recorded connection is answered.
struct Recorded<'a> {
    server: &'a Watched,
    recording: Recording,
}

impl Service for Recorded<'_> {
    fn answer(&self, request: &Request, peer: &Peer) -> Response {
        let Watched {
            local,
            page,
            language,
            ..
        } = self.server;
        match request.path.as_str() {
            "/handshake" if hello::is_read(request) => {
                let language =
                    preferred(request.fields.all("accept-language")).unwrap_or(*language);
                handshake_page(&self.recording, *local, language, page)
            }
            "/handshake" => hello::only_read(),
            _ => hello::answer(request, peer),
        }
    }

    fn log(&self, line: &str) {
        self.server.log.say(line);
    }

    fn limits(&self) -> Limits {
        super::limits()
    }

    fn proxies(&self) -> &[IpAddr] {
        &self.server.proxies
    }
}

/// The language that a browser asks for, in its fields Accept-Language: the first that is one of ours. Browsers sort the
/// list by preference, so the weights (RFC 9110 §12.5.4) need not be compared.
fn preferred<'a>(lists: impl Iterator<Item = &'a str>) -> Option<Language> {
    let ranges = lists.flat_map(|list| list.split(','));
    let mut languages = ranges.filter_map(|range| range.trim().split(['-', ';']).next());
    languages.find_map(|language| Language::parse(&language.to_ascii_lowercase()).ok())
}

/// The page of a connection that is still open: it ends with the request for itself.
fn handshake_page(
    recording: &Recording,
    local: bool,
    language: Language,
    page: &Mutex<()>,
) -> Response {
    if !local {
        return Response::refusal(
            403,
            "the page holds secrets; it is for a server on loopback only",
        );
    }
    let _held = page.lock().unwrap_or_else(PoisonError::into_inner);
    let html = html::page(&explain(&recording.transcript()), language);
    let mut page = Response::text(200, html);
    page.content_type = "text/html; charset=utf-8";
    page.fields = vec![
        ("Content-Security-Policy", html::content_security_policy()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Cache-Control", "no-store".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
    ];
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_first_of_its_languages_that_the_page_has() {
        let preferred = |list: &'static str| preferred([list].into_iter());
        assert_eq!(
            preferred("zh-CN,zh;q=0.9,en;q=0.8"),
            Some(Language::Chinese)
        );
        assert_eq!(
            preferred("fr, EN-GB;q=0.7, zh;q=0.3"),
            Some(Language::English)
        );
        for other in ["fr", "*", "", "zhx"] {
            assert_eq!(preferred(other), None, "{other}");
        }
    }
}
