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

/// A client: one request after the other, none of them twice, until all are made and both servers are new.
fn ask(stage: &Stage, client: &ClientSetup, counts: &Counts, keeps: bool) {
    let fields = if keeps { "" } else { "Connection: close\r\n" };
    let mut open: Option<Open> = None;
    while add(&counts.begun) < REQUESTS || read(&counts.restarted) < SERVERS.len() {
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

/// Drains a server, ends it, starts it anew, and lets it have connections again. It returns how long that took.
fn restart(stage: &Stage, which: usize, server: &mut Running) -> Duration {
    let began = Instant::now();
    let name = format!("hello/{}", SERVERS[which].0);
    stage.admin(&format!("set server {name} state drain"));
    until("drained", || stage.state_of(which).starts_with("DRAIN"));
    end(server);
    *server = stage.serve(which, "");
    stage.admin(&format!("set server {name} state ready"));
    until("up again", || stage.state_of(which).starts_with("UP"));
    began.elapsed()
}

#[test]
fn a_rolling_restart_under_load_loses_no_request() {
    let Some(mut stage) = Stage::set("tcp.cfg", &[], "") else {
        return;
    };
    let mut servers = std::mem::take(&mut stage.servers);
    let (stage, counts) = (&stage, &Counts::default());
    let client = &stage.client_with_tickets("certs");
    let mut account = Account::of("6. A rolling restart under load: drain, SIGTERM, start, ready");
    account.row(
        "clients: keep-alive, one each time",
        format!("{KEEPING}, {OPENING}"),
    );
    thread::scope(|scope| {
        for number in 0..KEEPING + OPENING {
            scope.spawn(move || ask(stage, client, counts, number < KEEPING));
        }
        for (which, server) in servers.iter_mut().enumerate() {
            let begun = (1 + 2 * which) * REQUESTS / 5;
            until("the load", || read(&counts.begun) >= begun);
            let took = restart(stage, which, server).as_millis();
            add(&counts.restarted);
            account.row(
                &format!("{} was back after", SERVERS[which].0),
                format!("{took} ms"),
            );
        }
    });
    let lost = counts.lost.lock().unwrap();
    let made = read(&counts.made);
    assert!(
        lost.is_empty(),
        "{} of {made}: {:?}",
        lost.len(),
        &lost[..lost.len().min(5)]
    );
    assert!(made >= REQUESTS, "{made}");
    account.row("connections", read(&counts.connections));
    account.row(
        "requests, and how many were lost",
        format!("{made}, {}", lost.len()),
    );
    account.print();
}
