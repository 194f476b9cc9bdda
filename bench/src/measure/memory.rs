//! What an idle connection holds of a server's memory.

use std::thread;
use std::time::Duration;

use super::Progress;
use crate::error::Result;
use crate::figures::Figures;
use crate::files::certificates;
use crate::load;
use crate::servers::ALL;
use crate::tls::{Exchange, Handshake, client};

/// Measures `idle/0` (MiB), `idle/1000` and `idle/5000` (KiB for each connection).
pub fn measure(figures: &mut Figures, progress: &Progress) -> Result<()> {
    figures.forget(&["idle/"]);
    let folder = certificates("idle", "ecdsa-p256")?;
    let setup = client(&folder, Exchange::X25519, Handshake::Full)?;
    for server in ALL {
        if server.version().is_none() {
            continue;
        }
        progress.say(&format!("idle connections: {}", server.name()));
        let running = server.start(&folder)?;
        let url = load::url(running.port)?;
        // The first connection makes a process fill its tables.
        load::one(&setup, &url)?;
        settle();
        let before = running.memory()?;
        figures.add("idle/0", server.name(), before / 1024.0);
        let mut open = Vec::new();
        for count in [1000, 5000] {
            open.extend(load::idle(&setup, &url, count - open.len())?);
            settle();
            let each = (running.memory()? - before) / open.len() as f64;
            figures.add(&format!("idle/{count}"), server.name(), each);
        }
    }
    Ok(())
}

/// The server finishes what the clients already have.
fn settle() {
    thread::sleep(Duration::from_millis(300));
}
