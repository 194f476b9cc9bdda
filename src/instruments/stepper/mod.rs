//! Both ends in one thread, one flight at a time: the handshake as one function.
//!
//! No sockets, no second thread. A flight is what one side says before it has to wait for the other;
//! here it waits until you press Enter. `handshake` is all of it in the order in which it happens. This
//! is the one command in which all seven breakpoints come in a fixed order.

mod two_ends;
mod page;

use std::io::{self, BufRead, Read, Write};
use std::ops::DerefMut;
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::ServerName;
use rustls::{ConnectionCommon, SideData};

use self::page::FlightView;
pub use self::two_ends::TwoEnds;
use crate::error::{Diagnosis, Error, Progress};
use crate::handshake::step1_client_connects::{client_connects, client_hello_arrives};
use crate::handshake::step4_client_presents_certificate::report_empty_certificate;
use crate::handshake::step7_application_data::application_data;
use crate::handshake::{ClientSetup, ServerSetup, authorize, io_error, progress, tell_refusal};
use crate::http::response::Response;
use crate::instruments::page::Paint;
use crate::instruments::wire::explain;
use crate::instruments::wire::tap::Recording;
use crate::instruments::wire::transcript::{Chunk, Transcript};
use crate::narration::words::denial;
use crate::narration::{Narrator, Recorder, Side};
use crate::transport::Transport;

/// Runs the story once and writes it to `out`. With `keys`, each flight waits for a line from there.
///
/// # Errors
/// [`Error::Output`].
pub fn run<'a>(
    ends: &TwoEnds,
    out: &'a mut dyn Write,
    paint: Paint,
    keys: Option<&'a mut dyn BufRead>,
) -> Result<(), Error> {
    let secrets = Recording::new(Side::Client);
    let mut wire = Wire {
        flight: Vec::new(),
        transcript: Transcript::default(),
        secrets: secrets.clone(),
        page: FlightView::new(out, paint, keys),
        recorder: Arc::clone(&ends.recorder),
        began: Instant::now(),
    };
    // Both ends log into one recording. The server computes its secrets first; only the client can log
    // those of its last flight in time.
    let client = ends.client.with_key_log(Arc::new(secrets.clone()));
    let server = ends.server.with_key_log(Arc::new(secrets));
    let told = match handshake(&client, &server, ends.server_name.clone(), &mut wire) {
        Err(Stop::Output(source)) => Err(source),
        Ok(()) | Err(Stop::Refused) => wire.page.facts(&wire.recorder.take()),
    };
    told.map_err(|source| Error::Output { source })
}

/// The handshake, from the first flight to the last.
fn handshake(
    client_side: &ClientSetup,
    server_side: &ServerSetup,
    server_name: ServerName<'static>,
    wire: &mut Wire<'_>,
) -> Result<(), Stop> {
    // Step 1. The client writes its ClientHello. The flight moves, and the server reads it.
    let connection = client_connects(&client_side.config, server_name, &client_side.narrator);
    let narrator = &client_side.narrator;
    let connection =
        connection.map_err(|error| tell_refusal(narrator, &io_error(error), Progress::Hello))?;
    let mut client = Endpoint {
        connection,
        narrator,
    };
    wire.send(&mut client)?;
    let hello = client_hello_arrives(wire, &server_side.narrator)?;

    // Step 2. The server writes its answer: ServerHello, Certificate, CertificateVerify.
    let narrator = &server_side.narrator;
    let connection = match hello.into_connection(Arc::clone(&server_side.config)) {
        Ok(connection) => connection,
        Err((error, mut alert)) => {
            tell_refusal(narrator, &io_error(error), Progress::Hello);
            alert.write_all(wire)?;
            wire.deliver(Side::Server)?;
            return wire.arrive(&mut client);
        }
    };
    let mut server = Endpoint {
        connection,
        narrator,
    };

    // Steps 3 and 4. The flight moves; the client verifies the server, and writes an answer of its own.
    wire.flight(&mut server, &mut client)?;
    report_empty_certificate(client.narrator);

    // Step 5. That flight moves; the server verifies the client. In TLS 1.2 the server's Finished comes
    // only now, so the client is still waiting for it.
    wire.flight(&mut client, &mut server)?;
    if client.connection.is_handshaking() {
        wire.flight(&mut server, &mut client)?;
    }

    // Step 6. May this client come in?
    let answer = match authorize(server_side, &server.connection) {
        Ok(_) => Response::text(200, "Hello World"),
        Err(refusal) => Response::refusal(403, &denial(&refusal).why.to_string()),
    };

    // Step 7. A request, an answer, and a close_notify from each side.
    application_data(&client.connection, client.narrator);
    application_data(&server.connection, server.narrator);
    client.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    wire.flight(&mut client, &mut server)?;
    server.write(&answer.to_bytes(false, None))?;
    wire.flight(&mut server, &mut client)?;
    client.connection.send_close_notify();
    wire.flight(&mut client, &mut server)?;
    server.connection.send_close_notify();
    wire.flight(&mut server, &mut client)
}

/// Why the handshake ends early.
enum Stop {
    /// A side refused the other, and both have reported it. That is a handshake to show, too.
    Refused,
    /// The page cannot be written, or the input has ended.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Output(error)
    }
}

impl From<Diagnosis> for Stop {
    fn from(_: Diagnosis) -> Self {
        Stop::Refused
    }
}

/// One end: its connection, and the narrator that reports its steps.
struct Endpoint<'a, C> {
    connection: C,
    narrator: &'a Narrator,
}

impl<C, S> Endpoint<'_, C>
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
{
    /// Hands data to TLS. It is encrypted at once, and moves with the next flight.
    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.connection.writer().write_all(data)
    }
}

/// What lies between the ends: a flight, all that moved before it, and the page that shows it.
struct Wire<'a> {
    flight: Vec<u8>,
    transcript: Transcript,
    secrets: Recording,
    page: FlightView<'a>,
    recorder: Arc<Recorder>,
    began: Instant,
}

impl Wire<'_> {
    /// One end sends a flight, the other end reads it. If the reader refuses, its alert moves back.
    fn flight<A, B, S, T>(
        &mut self,
        from: &mut Endpoint<'_, A>,
        to: &mut Endpoint<'_, B>,
    ) -> Result<(), Stop>
    where
        A: DerefMut<Target = ConnectionCommon<S>>,
        B: DerefMut<Target = ConnectionCommon<T>>,
        S: SideData,
        T: SideData,
    {
        self.send(from)?;
        if let Err(refused) = self.arrive(to) {
            if !from.connection.is_handshaking() {
                self.page.note_complete(from.narrator.side())?;
            }
            self.send(to)?;
            self.arrive(from)?;
            return Err(refused);
        }
        Ok(())
    }

    /// Takes what one end has written as a flight, and delivers it.
    fn send<C, S>(&mut self, from: &mut Endpoint<'_, C>) -> Result<(), Stop>
    where
        C: DerefMut<Target = ConnectionCommon<S>>,
        S: SideData,
    {
        while from.connection.wants_write() {
            from.connection.write_tls(self)?;
        }
        self.deliver(from.narrator.side())
    }

    /// Shows the flight, and lets it move when the reader presses Enter.
    fn deliver(&mut self, from: Side) -> Result<(), Stop> {
        self.page.facts(&self.recorder.take())?;
        if self.flight.is_empty() {
            return Ok(());
        }
        self.page.announce(from, self.flight.len())?;
        let shown = explain(&self.transcript).messages.len();
        let bytes = self.flight.clone();
        self.transcript.chunks.push(Chunk {
            from,
            at: self.began.elapsed(),
            bytes,
        });
        self.transcript.secrets = self.secrets.transcript().secrets;
        Ok(self
            .page
            .messages(&explain(&self.transcript).messages[shown..])?)
    }

    /// The other end reads the flight, and rustls calls our hooks.
    fn arrive<C, S>(&mut self, to: &mut Endpoint<'_, C>) -> Result<(), Stop>
    where
        C: DerefMut<Target = ConnectionCommon<S>>,
        S: SideData,
    {
        while !self.flight.is_empty() {
            to.connection.read_tls(self)?;
            if let Err(error) = to.connection.process_new_packets() {
                self.flight.clear();
                let progress = progress(&to.connection, to.narrator.side());
                return Err(tell_refusal(to.narrator, &io_error(error), progress).into());
            }
        }
        Ok(())
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.flight.len());
        buffer[..count].copy_from_slice(&self.flight[..count]);
        self.flight.drain(..count);
        Ok(count)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.flight.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An in-memory transport has no deadlines and no half-close.
impl Transport for Wire<'_> {
    fn set_deadline(&mut self, _: std::time::Duration) {}

    fn finish_writing(&mut self) -> io::Result<()> {
        Ok(())
    }
}
