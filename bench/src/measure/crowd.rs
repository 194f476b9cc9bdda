//! Many clients: 64 that never pause, and 1,000 that connect at the same moment.

use super::{KEYS, Progress, start_all};
use crate::error::Result;
use crate::figures::Figures;
use crate::files::certificates;
use crate::load;
use crate::tls::{Exchange, Handshake, client};

const CLIENTS: usize = 64;
/// Connections of each client in a round.
const EACH: usize = 12;

/// Measures `KEY/p50` and `KEY/p99`, in milliseconds: how long a connection with a full handshake and a request takes
/// a client, while 64 of them share the machine with the server.
pub fn latency(figures: &mut Figures, progress: &Progress) -> Result<()> {
    figures.forget(&["rsa-2048/p", "ecdsa-p256/p"]);
    let mut sets = Vec::new();
    for key in KEYS {
        let folder = certificates(&format!("crowd-{key}"), key)?;
        let setup = client(&folder, Exchange::X25519, Handshake::Full)?;
        sets.push((key, setup, start_all(&folder, progress)?));
    }
    progress.rounds("64 clients", 2, || {
        for (key, setup, servers) in &sets {
            for (server, running) in servers {
                let times = load::together(setup, &load::url(running.port)?, CLIENTS, EACH)?;
                for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
                    let at = (times.len() as f64 * share) as usize;
                    let time = times[at.min(times.len() - 1)].as_secs_f64() * 1e3;
                    figures.add(&format!("{key}/{name}"), server.name(), time);
                }
            }
        }
        Ok(())
    })
}

/// Measures `burst/late` (connections), `burst/connected` and `burst/answered` (milliseconds), and `burst/failed`.
pub fn burst(figures: &mut Figures, progress: &Progress) -> Result<()> {
    figures.forget(&["burst/"]);
    let folder = certificates("burst", "ecdsa-p256")?;
    let setup = client(&folder, Exchange::X25519, Handshake::Full)?;
    let servers = start_all(&folder, progress)?;
    progress.rounds("burst", 1, || {
        for (server, running) in &servers {
            let burst = load::burst(&setup, &load::url(running.port)?, 1000);
            if let Some(reason) = burst.failed.first() {
                progress.say(&format!("{}: {reason}", server.name()));
            }
            for (name, value) in [
                ("late", burst.late as f64),
                ("connected", burst.connected.as_secs_f64() * 1e3),
                ("answered", burst.answered.as_secs_f64() * 1e3),
                ("failed", burst.failed.len() as f64),
            ] {
                figures.add(&format!("burst/{name}"), server.name(), value);
            }
        }
        Ok(())
    })
}
