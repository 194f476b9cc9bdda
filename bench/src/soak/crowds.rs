//! Many clients: bursts, and 5,000 that only hold their connection.

use std::fs;

use super::Scene;
use crate::error::{Result, trouble};
use crate::load;

const BURSTS: usize = 10;
const CLIENTS: usize = 1_000;
const IDLE: usize = 5_000;

/// 1,000 clients at the same moment, ten times. Each is answered, and none waits for a second SYN.
pub fn bursts(scene: &mut Scene) -> Result<String> {
    let (mut late, mut slowest) = (0, 0);
    for _ in 0..BURSTS {
        let burst = load::burst(&scene.setup, &scene.url, CLIENTS);
        if let Some(reason) = burst.failed.first() {
            let count = burst.failed.len();
            return trouble(format!(
                "{count} of {CLIENTS} clients had no answer: {reason}"
            ));
        }
        late += burst.late;
        slowest = slowest.max(burst.answered.as_millis());
    }
    let all = BURSTS * CLIENTS;
    let figures = format!(
        "{all} clients, {CLIENTS} at once: {late} waited a second to connect, the last answer came after {slowest} ms"
    );
    // Where the system caps the backlog below the crowd, no server can do better.
    let cap = fs::read_to_string("/proc/sys/net/core/somaxconn")?;
    if late > 0 && cap.trim().parse::<usize>()? >= CLIENTS {
        return trouble(figures);
    }
    Ok(figures)
}

/// Connections that are open at the same time. At the end each of them makes a request.
pub fn idle(scene: &mut Scene) -> Result<String> {
    let before = scene.server.memory()?;
    let mut open = load::idle(&scene.setup, &scene.url, IDLE)?;
    let each = (scene.server.memory()? - before) / open.len() as f64;
    let threads = scene.server.threads()?;
    for connection in &mut open {
        connection.requests(1)?;
    }
    Ok(format!(
        "{IDLE} connections held, {each:.1} KiB each, {threads} threads; all answered"
    ))
}
