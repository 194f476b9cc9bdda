//! What a handshake and a request cost a server, in CPU time.

use std::path::{Path, PathBuf};

use hello_mtls::client::Url;

use super::limit::Limit;
use super::{KEYS, Progress, cpu_of, start_all};
use crate::error::{Result, Trouble, trouble};
use crate::figures::Figures;
use crate::files::certificates;
use crate::load;
use crate::open::Open;
use crate::process::Running;
use crate::servers::{Server, hello_mtls};
use crate::tls::{Exchange, Handshake, client};

/// Connections in each round, made by so many clients at a time.
const CONNECTIONS: usize = 400;
const CLIENTS: usize = 4;
/// Requests in each round, on [`CLIENTS`] connections.
const REQUESTS: usize = 4_000;

/// Measures `KEY/full`, `KEY/resumed` and `KEY/keep-alive` for every server, and for hello-mtls alone the same with
/// post-quantum key exchange (`KEY/full/pq`) and without client certificates (`KEY/full/tls`).
pub fn measure(figures: &mut Figures, progress: &Progress) -> Result<()> {
    for key in KEYS {
        for measure in ["full", "resumed", "keep-alive", "verify"] {
            figures.forget(&[&format!("{key}/{measure}")]);
        }
    }
    let mut sets = Vec::new();
    for key in KEYS {
        let folder = certificates(key, key)?;
        sets.push(Set {
            key,
            servers: start_all(&folder, progress)?,
            tls: hello_mtls(&folder, &["--tls".to_owned()])?,
            limit: Limit::new(&folder)?,
            folder,
        });
    }
    // The first round warms caches and is thrown away.
    let mut cold = Figures::default();
    progress.say("costs: one round to warm up");
    for set in &sets {
        set.round(&mut cold)?;
    }
    progress.rounds("costs", 5, || {
        sets.iter().try_for_each(|set| set.round(figures))
    })
}

/// The servers with one kind of key.
struct Set {
    key: &'static str,
    folder: PathBuf,
    servers: Vec<(Server, Running)>,
    tls: Running,
    limit: Limit,
}

impl Set {
    /// All servers in turn, so that a slow minute of the machine meets all of them.
    fn round(&self, figures: &mut Figures) -> Result<()> {
        use Exchange::{PostQuantum, X25519};
        let key = self.key;
        for (server, running) in &self.servers {
            let [full, resumed] = handshakes(&self.folder, X25519, running)
                .map_err(|Trouble(words)| format!("{}: {words}", server.name()))?;
            figures.add(&format!("{key}/full"), server.name(), full);
            figures.add(&format!("{key}/resumed"), server.name(), resumed);
            let request = keep_alive(&self.folder, running)?;
            figures.add(&format!("{key}/keep-alive"), server.name(), request);
        }
        for (variant, exchange, running) in [
            ("pq", PostQuantum, self.hello_mtls()),
            ("tls", X25519, Some(&self.tls)),
        ] {
            let Some(running) = running else { continue };
            let [full, resumed] = handshakes(&self.folder, exchange, running)?;
            figures.add(&format!("{key}/full/{variant}"), "hello-mtls", full);
            figures.add(&format!("{key}/resumed/{variant}"), "hello-mtls", resumed);
        }
        self.limit.round(key, figures)
    }

    fn hello_mtls(&self) -> Option<&Running> {
        let mut servers = self.servers.iter();
        let found = servers.find(|(server, _)| *server == Server::HelloMtls);
        found.map(|(_, running)| running)
    }
}

/// Microseconds for each connection with one request: with a full handshake, and with a resumed one.
fn handshakes(folder: &Path, exchange: Exchange, server: &Running) -> Result<[f64; 2]> {
    let url: Url = load::url(server.port)?;
    let without_tickets = client(folder, exchange, Handshake::Full)?;
    let full = cpu_of(server, CONNECTIONS, || {
        load::full(&without_tickets, &url, CLIENTS, CONNECTIONS)
    })?;
    let with_tickets = client(folder, exchange, Handshake::Resumed)?;
    let mut before = server.cpu();
    let not_resumed = load::resumed(&with_tickets, &url, CLIENTS, CONNECTIONS, || {
        before = server.cpu();
    })?;
    // Node answers a ticket now and then with a full handshake. A server that always does has no resumption.
    if not_resumed * 20 > CONNECTIONS {
        return trouble(format!(
            "{not_resumed} of {CONNECTIONS} connections were not resumed"
        ));
    }
    std::thread::sleep(std::time::Duration::from_millis(30));
    let spent = server.cpu()? - before?;
    let resumed = spent.as_secs_f64() * 1e6 / CONNECTIONS as f64;
    Ok([full, resumed])
}

/// Microseconds for each request on an open connection.
fn keep_alive(folder: &Path, server: &Running) -> Result<f64> {
    let setup = client(folder, Exchange::X25519, Handshake::Full)?;
    let url = load::url(server.port)?;
    let mut open = (0..CLIENTS)
        .map(|_| Open::new(&setup, &url))
        .collect::<Result<Vec<Open>>>()?;
    for connection in &mut open {
        connection.requests(1)?;
    }
    cpu_of(server, REQUESTS, || {
        std::thread::scope(|scope| {
            let run = |connection: &mut Open| connection.requests(REQUESTS / CLIENTS);
            let mut threads = Vec::new();
            for connection in &mut open {
                threads.push(scope.spawn(move || run(connection)));
            }
            threads.into_iter().try_for_each(load::join)
        })
    })
}
