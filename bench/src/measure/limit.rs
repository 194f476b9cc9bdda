//! The limit: the server's half of a handshake in memory, in one thread. No socket, no thread, no HTTP server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hello_mtls::handshake::{ClientSetup, client_verifier, provider};
use nix::time::{ClockId, clock_gettime};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::{ClientConnection, ServerConfig, ServerConnection};

use crate::error::{Result, trouble};
use crate::figures::Figures;
use crate::tls::{Exchange, Handshake, client, plain_server};

const CONNECTIONS: usize = 100;

/// Both ends' settings, and what step 6 asks again on a resumed connection.
pub struct Limit {
    server: Arc<ServerConfig>,
    full: ClientSetup,
    resumed: ClientSetup,
    verifier: Arc<dyn ClientCertVerifier>,
    certificate: CertificateDer<'static>,
}

impl Limit {
    /// With the files in `folder/certs`.
    pub fn new(folder: &Path) -> Result<Limit> {
        let certs = folder.join("certs");
        let trust = hello_mtls::credentials::trust(&certs.join("ca.crt"), &[])?;
        let chain = hello_mtls::certificates::pem::certificates(&certs.join("client.crt"))?;
        let Some(certificate) = chain.into_iter().next() else {
            return trouble("client.crt has no certificate");
        };
        Ok(Limit {
            server: plain_server(folder)?,
            full: client(folder, Exchange::X25519, Handshake::Full)?,
            resumed: client(folder, Exchange::X25519, Handshake::Resumed)?,
            verifier: client_verifier(&trust, &provider())?,
            certificate,
        })
    }

    /// Adds the samples of a round: `KEY/full` and `KEY/resumed` of "limit", and `KEY/verify`.
    pub fn round(&self, key: &str, figures: &mut Figures) -> Result<()> {
        self.connection(&self.resumed)?;
        for (measure, setup) in [("full", &self.full), ("resumed", &self.resumed)] {
            let mut spent = Duration::ZERO;
            for _ in 0..CONNECTIONS {
                spent += self.connection(setup)?;
            }
            figures.add(&format!("{key}/{measure}"), "limit", micros(spent));
        }
        let began = now()?;
        for _ in 0..CONNECTIONS {
            self.verifier
                .verify_client_cert(&self.certificate, &[], UnixTime::now())?;
        }
        figures.add(
            &format!("{key}/verify"),
            "hello-mtls",
            micros(now()? - began),
        );
        Ok(())
    }

    /// A connection with one request. Returns the CPU time of its server.
    fn connection(&self, setup: &ClientSetup) -> Result<Duration> {
        let name = ServerName::try_from("localhost")?;
        let mut client = ClientConnection::new(Arc::clone(&setup.config), name)?;
        let mut spent = Duration::ZERO;
        let began = now()?;
        let mut server = ServerConnection::new(Arc::clone(&self.server))?;
        spent += now()? - began;
        let mut asked = false;
        loop {
            let mut flight = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut flight)?;
            }
            let began = now()?;
            let done = step(&mut server, &flight)?;
            let mut answer = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut answer)?;
            }
            spent += now()? - began;
            let mut rest = &answer[..];
            while !rest.is_empty() {
                client.read_tls(&mut rest)?;
                client.process_new_packets()?;
            }
            if done {
                return Ok(spent);
            }
            if !client.is_handshaking() && !asked {
                asked = true;
                std::io::Write::write_all(&mut client.writer(), b"GET / HTTP/1.1\r\n\r\n")?;
            } else if flight.is_empty() && answer.is_empty() {
                return trouble("the handshake in memory stands still");
            }
        }
    }
}

/// The server reads a flight, and answers a request. True: it answered.
fn step(server: &mut ServerConnection, mut flight: &[u8]) -> Result<bool> {
    while !flight.is_empty() {
        server.read_tls(&mut flight)?;
        server.process_new_packets()?;
    }
    let mut request = [0; 64];
    if !matches!(std::io::Read::read(&mut server.reader(), &mut request), Ok(count) if count > 0) {
        return Ok(false);
    }
    std::io::Write::write_all(
        &mut server.writer(),
        b"HTTP/1.1 200 OK\r\n\r\nHello World\n",
    )?;
    Ok(true)
}

/// The CPU time of this thread so far: it stands still while other programs run.
fn now() -> Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?.into())
}

fn micros(spent: Duration) -> f64 {
    spent.as_secs_f64() * 1e6 / CONNECTIONS as f64
}
