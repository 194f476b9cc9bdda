//! The load: what clients do, with the client of hello-mtls. Every answer is looked at.

use std::io;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::client::{Url, connect_tcp, dial, get};
use hello_mtls::handshake::ClientSetup;
use hello_mtls::transport::Deadline;

use crate::error::{Result, trouble};
use crate::open::Open;
use crate::tickets::Returning;

/// The server at `port` of this machine, under the name that its certificate has.
pub fn url(port: u16) -> Result<Url> {
    Ok(Url::parse(&format!("https://localhost:{port}/"))?)
}

/// A connection, one request, its answer, the end. True: a ticket made the handshake short.
pub fn one(setup: &ClientSetup, url: &Url) -> Result<bool> {
    let answer = get(setup, url, dial(setup, url, 0)?, &mut io::sink())?;
    match answer.status {
        200 => Ok(answer.session.resumed),
        other => trouble(format!("an answer with status {other}")),
    }
}

/// `connections` connections with a full handshake, made by `clients` threads.
pub fn full(setup: &ClientSetup, url: &Url, clients: usize, connections: usize) -> Result<()> {
    each(clients, || {
        (0..connections / clients).try_for_each(|_| one(setup, url).map(drop))
    })
}

/// The same with tickets, which each thread fetches before `begin`. Returns how many of `connections` had a full
/// handshake all the same.
pub fn resumed(
    setup: &ClientSetup,
    url: &Url,
    clients: usize,
    connections: usize,
    begin: impl FnOnce(),
) -> Result<usize> {
    let each = connections / clients;
    let returning = (0..clients).map(|_| Returning::new(setup, url, each));
    let returning: Vec<Returning> = returning.collect::<Result<_>>()?;
    begin();
    thread::scope(|scope| {
        let run = |client: &Returning| -> Result<usize> {
            let mut full = 0;
            for _ in 0..each {
                full += usize::from(!one(&client.setup, url)?);
            }
            Ok(full)
        };
        let threads: Vec<_> = returning
            .iter()
            .map(|client| scope.spawn(move || run(client)))
            .collect();
        threads.into_iter().map(join).sum()
    })
}

/// `count` connections that only have shaken hands, opened by eight threads.
pub fn idle(setup: &ClientSetup, url: &Url, count: usize) -> Result<Vec<Open>> {
    const OPENERS: usize = 8;
    thread::scope(|scope| {
        let open = || -> Result<Vec<Open>> {
            let some = 0..count / OPENERS;
            some.map(|_| Open::new(setup, url)).collect()
        };
        let threads: Vec<_> = (0..OPENERS).map(|_| scope.spawn(open)).collect();
        let opened: Result<Vec<Vec<Open>>> = threads.into_iter().map(join).collect();
        Ok(opened?.into_iter().flatten().collect())
    })
}

/// `clients` threads that begin at the same moment, and make `each_one` connections one after the other. Returns how
/// long each connection took, sorted.
pub fn together(
    setup: &ClientSetup,
    url: &Url,
    clients: usize,
    each_one: usize,
) -> Result<Vec<Duration>> {
    let start = Barrier::new(clients);
    thread::scope(|scope| {
        let run = || -> Result<Vec<Duration>> {
            start.wait();
            let timed = (0..each_one).map(|_| {
                let began = Instant::now();
                one(setup, url).map(|_| began.elapsed())
            });
            timed.collect()
        };
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(run)).collect();
        let times: Result<Vec<Vec<Duration>>> = threads.into_iter().map(join).collect();
        let mut times: Vec<Duration> = times?.into_iter().flatten().collect();
        times.sort();
        Ok(times)
    })
}

/// What came of many clients that connect at the same moment.
#[derive(Default)]
pub struct Burst {
    /// Connections whose TCP handshake took 0.9 s or more: their SYN was sent again after a second.
    pub late: usize,
    /// From the start to the last TCP connection, and to the last answer.
    pub connected: Duration,
    pub answered: Duration,
    /// Clients without an answer, and the first reason.
    pub failed: Vec<String>,
}

/// `clients` threads that connect at the same moment, and make one request each.
pub fn burst(setup: &ClientSetup, url: &Url, clients: usize) -> Burst {
    let start = Barrier::new(clients);
    let one = || -> (Duration, Duration, Result<()>) {
        start.wait();
        let began = Instant::now();
        let connection = connect_tcp("127.0.0.1", url.port);
        let connected = began.elapsed();
        let done = connection.map_err(Into::into).and_then(|(socket, _)| {
            let transport = Deadline::new(socket, Duration::from_secs(60))?;
            Ok(get(setup, url, transport, &mut io::sink())?)
        });
        (connected, began.elapsed(), done.map(drop))
    };
    let mut burst = Burst::default();
    thread::scope(|scope| {
        let small = || thread::Builder::new().stack_size(256 * 1024);
        let threads: Vec<_> = (0..clients)
            .filter_map(|_| small().spawn_scoped(scope, one).ok())
            .collect();
        for thread in threads {
            let Ok((connected, answered, done)) = thread.join() else {
                continue;
            };
            burst.late += usize::from(connected >= Duration::from_millis(900));
            burst.connected = burst.connected.max(connected);
            burst.answered = burst.answered.max(answered);
            burst.failed.extend(done.err().map(|trouble| trouble.0));
        }
    });
    burst
}

/// Runs `work` in `clients` threads.
fn each(clients: usize, work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().try_for_each(join)
    })
}

/// The result of a thread.
pub fn join<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread
        .join()
        .unwrap_or_else(|_| trouble("a client's thread panicked"))
}
