//! `make soak`: load that goes on for minutes, and peers that behave badly. After each program the server has to
//! answer, and its threads and descriptors have to be back where they were.

pub mod crowds;
pub mod cuts;
pub mod dawdlers;
pub mod endings;
pub mod rotation;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use hello_mtls::client::Url;
use hello_mtls::handshake::ClientSetup;

use crate::error::{Result, trouble};
use crate::files::certificates;
use crate::load;
use crate::process::Running;
use crate::servers::hello_mtls;
use crate::tls::{Exchange, Handshake, client};

/// A server, and a client for it.
pub struct Scene {
    pub folder: PathBuf,
    pub server: Running,
    pub setup: ClientSetup,
    pub url: Url,
    /// Threads and descriptors of the server before any load.
    at_rest: (usize, usize),
}

/// A program of the soak: its name, and what it does. It returns its figures, or the fault that it found.
pub type Program = (&'static str, fn(&mut Scene) -> Result<String>);

/// In this order. The last one ends the server.
pub const PROGRAMS: [Program; 7] = [
    ("cuts", cuts::cuts),
    ("slow", dawdlers::slow),
    ("never-reading", dawdlers::never_reading),
    ("bursts", crowds::bursts),
    ("idle", crowds::idle),
    ("rotation", rotation::rotation),
    ("end", endings::end),
];

impl Scene {
    /// Starts a server with certificates of its own.
    pub fn new() -> Result<Scene> {
        let folder = certificates("soak", "ecdsa-p256")?;
        let server = hello_mtls(&folder, &[])?;
        let setup = client(&folder, Exchange::X25519, Handshake::Full)?;
        let url = load::url(server.port)?;
        load::one(&setup, &url)?;
        thread::sleep(Duration::from_millis(300));
        let at_rest = (server.threads()?, server.descriptors()?);
        Ok(Scene {
            folder,
            server,
            setup,
            url,
            at_rest,
        })
    }

    /// Waits until the server has no more threads and descriptors than a moment after its start.
    ///
    /// Some finished threads may wait for their next connection, so a few more are no leak.
    pub fn at_rest_again(&self, within: Duration) -> Result<String> {
        const WAITING_THREADS: usize = 64;
        let began = Instant::now();
        load::one(&self.setup, &self.url)?;
        loop {
            let now = (self.server.threads()?, self.server.descriptors()?);
            let threads = now.0 <= self.at_rest.0 + WAITING_THREADS;
            if threads && now.1 <= self.at_rest.1 {
                let memory = self.server.memory()? / 1024.0;
                let seconds = began.elapsed().as_secs_f64();
                return Ok(format!(
                    "{} threads, {} descriptors and {memory:.0} MiB after {seconds:.1} s",
                    now.0, now.1
                ));
            }
            if began.elapsed() > within {
                return trouble(format!(
                    "{} threads and {} descriptors remain; at rest they were {} and {}",
                    now.0, now.1, self.at_rest.0, self.at_rest.1
                ));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}
