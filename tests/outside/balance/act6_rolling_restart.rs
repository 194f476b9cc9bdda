//! A rolling restart under load: each server is drained, ended and started anew, and no request is lost.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::handshake::ClientSetup;

use super::Account;
use super::stage::{Open, SERVERS, Stage, end, until};
use crate::common::Running;

/// Requests that the clients make together.
const REQUESTS: usize = 10_000;
/// Clients that keep their connection as long as the server does, and clients with a new one for each request.
const KEEPING: usize = 6;
const OPENING: usize = 2;

/// What the clients count together.
#[derive(Default)]
struct Counts {
    begun: AtomicUsize,
    made: AtomicUsize,
    connections: AtomicUsize,
    /// Servers that are new.
    restarted: AtomicUsize,
    /// What came instead of an answer.
    lost: Mutex<Vec<String>>,
}

fn add(count: &AtomicUsize) -> usize {
    count.fetch_add(1, Ordering::Relaxed)
}

fn read(count: &AtomicUsize) -> usize {
    count.load(Ordering::Relaxed)
}

/// A client: one request after the other, none of them twice, until so many are made and both servers are new.
fn ask(stage: &Stage, client: &ClientSetup, counts: &Counts, requests: usize, keeps: bool) {
    let fields = if keeps { "" } else { "Connection: close\r\n" };
    let mut open: Option<Open> = None;
    while add(&counts.begun) < requests || read(&counts.restarted) < SERVERS.len() {
        let connection = match open.take() {
            Some(connection) => Ok(connection),
            None => {
                add(&counts.connections);
                let socket = stage.dial(9).map_err(|error| error.to_string());
                socket.and_then(|socket| Open::over(socket, client))
            }
        };
        let answered = connection.and_then(|mut open| {
            let answer = open.get("/", fields).map_err(|error| error.to_string())?;
            Ok((answer, open))
        });
        add(&counts.made);
        match answered {
            Ok((answer, kept)) if answer.ends_with("Hello World") => {
                open = Some(kept).filter(|_| !answer.contains("Connection: close"));
            }
            other => {
                let other = other.map(|(answer, _)| answer);
                counts.lost.lock().unwrap().push(format!("{other:?}"));
            }
        }
    }
}

/// Drains a server, or does not, ends it, starts it anew, and lets it have connections again. It returns how long that took.
fn restart(stage: &Stage, which: usize, server: &mut Running, drain: bool) -> Duration {
    let began = Instant::now();
    let name = format!("hello/{}", SERVERS[which].0);
    if drain {
        stage.admin(&format!("set server {name} state drain"));
        until("drained", || stage.state_of(which).starts_with("DRAIN"));
    }
    end(server);
    *server = stage.serve(which, "");
    stage.admin(&format!("set server {name} state ready"));
    until("up again", || stage.state_of(which).starts_with("UP"));
    began.elapsed()
}

/// Restarts both servers while the clients make so many requests, and returns what they counted, and the times.
fn roll(mut stage: Stage, drain: bool, requests: usize) -> (Counts, Vec<Duration>) {
    let mut servers = std::mem::take(&mut stage.servers);
    let (stage, counts) = (&stage, Counts::default());
    let client = &stage.client_with_tickets("certs");
    let times = thread::scope(|scope| {
        let counts = &counts;
        for number in 0..KEEPING + OPENING {
            scope.spawn(move || ask(stage, client, counts, requests, number < KEEPING));
        }
        let both = servers.iter_mut().enumerate().map(|(which, server)| {
            let begun = (1 + 2 * which) * requests / 5;
            until("the load", || read(&counts.begun) >= begun);
            let took = restart(stage, which, server, drain);
            add(&counts.restarted);
            took
        });
        both.collect()
    });
    (counts, times)
}

#[test]
fn a_rolling_restart_under_load_loses_no_request() {
    let once = [
        ("option redispatch", "# one attempt"),
        ("retries 3", "retries 0"),
    ];
    let (Some(stage), Some(hasty)) = (
        Stage::set("tcp.cfg", &[], ""),
        Stage::set("tcp.cfg", &once, ""),
    ) else {
        return;
    };
    let (counts, times) = roll(stage, true, REQUESTS);
    let (lost, made) = (counts.lost.into_inner().unwrap(), read(&counts.made));
    assert!(
        lost.is_empty(),
        "{} of {made}: {:?}",
        lost.len(),
        lost.first()
    );
    assert!(made >= REQUESTS, "{made}");
    let mut account = Account::of("6. A rolling restart under load: drain, SIGTERM, start, ready");
    account.row(
        "clients: keep-alive, one each time",
        format!("{KEEPING}, {OPENING}"),
    );
    for (time, (letter, _)) in times.iter().zip(SERVERS) {
        account.row(
            &format!("{letter} was back after"),
            format!("{} ms", time.as_millis()),
        );
    }
    account.row("connections", read(&counts.connections));
    account.row("requests lost", format!("{} of {made}", lost.len()));
    // The same load notices a loss: this proxy is told nothing, and tries each connection once.
    let (counts, _) = roll(hasty, false, REQUESTS / 5);
    let (lost, made) = (counts.lost.into_inner().unwrap(), read(&counts.made));
    assert!(!lost.is_empty(), "{made}");
    account.row(
        "the same, no drain, one attempt: lost",
        format!("{} of {made}", lost.len()),
    );
    account.print();
}
