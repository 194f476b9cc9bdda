//! SIGTERM while clients ask: requests in flight are answered, and open connections end with close_notify.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::Scene;
use crate::error::{Result, trouble};
use crate::open::{End, Open};

const CLIENTS: usize = 32;

/// Clients that ask without a pause until the server ends.
pub fn end(scene: &mut Scene) -> Result<String> {
    let answered = AtomicUsize::new(0);
    let mut open = (0..CLIENTS)
        .map(|_| Open::new(&scene.setup, &scene.url))
        .collect::<Result<Vec<Open>>>()?;
    let (ends, began) = thread::scope(|scope| {
        let mut threads = Vec::new();
        for connection in &mut open {
            threads.push(scope.spawn(|| {
                loop {
                    match connection.request_or_end() {
                        Ok(()) => answered.fetch_add(1, Ordering::Relaxed),
                        Err(end) => return end,
                    };
                }
            }));
        }
        thread::sleep(Duration::from_secs(1));
        let sent = scene.server.signal(Signal::SIGTERM);
        let began = Instant::now();
        let ends: Vec<End> = threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .collect();
        sent.map(|()| (ends, began))
    })?;
    let status = scene.server.ended(Duration::from_secs(15))?;
    let took = began.elapsed();
    let lost: Vec<&String> = ends
        .iter()
        .filter_map(|end| match end {
            End::Clean => None,
            End::Lost(reason) => Some(reason),
        })
        .collect();
    let answered = answered.load(Ordering::Relaxed);
    if let Some(reason) = lost.first() {
        return trouble(format!(
            "{} of {CLIENTS} clients were cut off: {reason}",
            lost.len()
        ));
    }
    match status {
        Some(status) if status.success() => Ok(format!(
            "{answered} requests answered, {CLIENTS} clients saw a clean end; the server was gone after {} ms",
            took.as_millis()
        )),
        Some(status) => trouble(format!("the server ended with {status}")),
        None => trouble("the server still runs 15 seconds after SIGTERM"),
    }
}
