//! The measurements, one module for each. Each adds its samples to the figures, and reports its progress.

pub mod costs;
pub mod limit;
pub mod crowd;
pub mod memory;
pub mod growth;
pub mod setting;

use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Result, trouble};
use crate::process::Running;
use crate::servers::{ALL, Server};

/// The two kinds of keys that are compared.
pub const KEYS: [&str; 2] = ["rsa-2048", "ecdsa-p256"];

/// Shows what is done, and how long the run has taken so far.
pub struct Progress {
    began: Instant,
    /// How many rounds are measured.
    pub rounds: usize,
}

impl Progress {
    /// `BENCH_ROUNDS` in the environment, or `usual` rounds.
    pub fn begin(usual: usize) -> Result<Progress> {
        let rounds = match std::env::var("BENCH_ROUNDS") {
            Ok(text) => text.parse()?,
            Err(_) => usual,
        };
        if rounds == 0 {
            return trouble("BENCH_ROUNDS is 0: at least one round is needed");
        }
        Ok(Progress {
            began: Instant::now(),
            rounds,
        })
    }

    /// A line on stderr.
    pub fn say(&self, what: &str) {
        let seconds = self.began.elapsed().as_secs();
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        // Nobody may be reading.
        let _ = writeln!(io::stderr(), "{minutes:>3}:{seconds:02} {what}");
    }

    /// Runs `round` as often as is measured, but at least once, and no more after `minutes`: a slow machine gets fewer
    /// rounds, not a longer run.
    pub fn rounds(
        &self,
        part: &str,
        minutes: u64,
        mut round: impl FnMut() -> Result<()>,
    ) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(60 * minutes);
        for number in 1..=self.rounds {
            if number > 1 && Instant::now() > end {
                self.say(&format!("{part}: that is all, after {minutes} minutes"));
                break;
            }
            self.say(&format!("{part}: round {number} of {}", self.rounds));
            round()?;
        }
        Ok(())
    }
}

/// Starts all servers that this machine has.
pub fn start_all(folder: &Path, progress: &Progress) -> Result<Vec<(Server, Running)>> {
    let mut running = Vec::new();
    for server in ALL {
        match server.version() {
            Some(_) => running.push((server, server.start(folder)?)),
            None => progress.say(&format!("{}: not installed", server.name())),
        }
    }
    Ok(running)
}

/// The CPU time that `server` spends while `work` runs, in microseconds for each of `operations`.
pub fn cpu_of(
    server: &Running,
    operations: usize,
    work: impl FnOnce() -> Result<()>,
) -> Result<f64> {
    let before = server.cpu()?;
    work()?;
    // The last connection is still being closed, and a log may be written a little later.
    thread::sleep(Duration::from_millis(30));
    let spent = server.cpu()? - before;
    Ok(spent.as_secs_f64() * 1e6 / operations as f64)
}
