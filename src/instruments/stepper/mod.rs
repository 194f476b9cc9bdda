//! Both ends in one thread, one flight at a time: the handshake as one function.
//!
//! No sockets, no second thread. A flight is what one side says before it has to wait for the other;
//! here it waits until you press Enter, or have answered a question. `handshake` is all of it in the order in which it happens. This
//! is the one command in which all seven breakpoints come in a fixed order.

mod two_ends;
mod wire;
mod known;
mod quiz;
mod question;
mod closing;
mod message;
mod page;

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::ServerName;

use self::known::Known;
use self::page::FlightView;
use self::quiz::Quiz;
pub use self::two_ends::TwoEnds;
use self::wire::{Endpoint, Wire};
use crate::error::{Diagnosis, Error, Progress};
use crate::handshake::step1_client_connects::{client_connects, client_hello_arrives};
use crate::handshake::step4_client_presents_certificate::report_empty_certificate;
use crate::handshake::step7_application_data::application_data;
use crate::handshake::{ClientSetup, ServerSetup, authorize, io_error, tell_refusal};
use crate::http::response::Response;
use crate::instruments::page::Paint;
use crate::instruments::wire::tap::Recording;
use crate::instruments::wire::transcript::Transcript;
use crate::narration::Side;
use crate::narration::words::denial;

/// Where the story is shown, and how.
pub struct Show<'a> {
    /// Where it is written.
    pub out: &'a mut dyn Write,
    /// In which colours.
    pub paint: Paint,
    /// The reader's lines: each flight waits for one. `None`: the story runs through.
    pub keys: Option<&'a mut dyn BufRead>,
    /// Lines of the terminal, where a longer flight pauses. `None`: nothing pauses.
    pub height: Option<usize>,
    /// Before each flight comes a question, and the reader answers with a line of `keys`.
    pub quiz: bool,
}

/// Runs the story once, and shows nothing: the first of two connections.
///
/// # Errors
/// None that can happen, but [`run`]'s.
pub fn run_unseen(ends: &TwoEnds) -> Result<(), Error> {
    let show = Show {
        out: &mut io::sink(),
        paint: Paint::PLAIN,
        keys: None,
        height: None,
        quiz: false,
    };
    run(ends, show)
}

/// Runs the story once.
///
/// # Errors
/// [`Error::Output`].
pub fn run(ends: &TwoEnds, show: Show<'_>) -> Result<(), Error> {
    let secrets = Recording::new(Side::Client);
    let mut wire = Wire {
        flight: Vec::new(),
        transcript: Transcript::default(),
        secrets: secrets.clone(),
        quiz: show.quiz.then(Quiz::default),
        page: FlightView::new(show),
        recorder: Arc::clone(&ends.recorder),
        pending: Vec::new(),
        known: Known::default(),
        began: Instant::now(),
    };
    // Both ends log into one recording. The server computes its secrets first; only the client can log
    // those of its last flight in time.
    let client = ends.client.with_key_log(Arc::new(secrets.clone()));
    let server = ends.server.with_key_log(Arc::new(secrets));
    let ended = handshake(&client, &server, ends.server_name.clone(), &mut wire);
    end(ended, &mut wire).map_err(|source| Error::Output { source })
}

/// The last words: what has not been shown yet, what was proved, and how the quiz went.
fn end(ended: Result<(), Stop>, wire: &mut Wire<'_>) -> io::Result<()> {
    match ended {
        Ok(()) | Err(Stop::Refused) => {
            wire.facts()?;
            wire.page.proved(&wire.known, wire.quiz.is_some())?;
        }
        // The quiz ends where its reader goes, with what was answered so far.
        Err(Stop::Output(error)) if wire.quiz.is_none() || !page::is_end(&error) => {
            return Err(error);
        }
        Err(Stop::Output(_)) => {}
    }
    wire.quiz
        .as_ref()
        .map_or(Ok(()), |quiz| quiz.score(&mut wire.page))
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
            wire.refusal(Side::Server, false)?;
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
        Err(refusal) => {
            wire.refusal(Side::Server, true)?;
            Response::refusal(403, &denial(&refusal).why.to_string())
        }
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
