//! What lies between the two ends: a flight, all that moved before it, and the page that shows it.

use std::io::{self, Read, Write};
use std::ops::DerefMut;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ConnectionCommon, SideData};

use super::Stop;
use super::known::Known;
use super::page::FlightView;
use super::quiz::Quiz;
use crate::handshake::{io_error, progress, tell_refusal};
use crate::instruments::wire::conversation::Conversation;
use crate::instruments::wire::explain;
use crate::instruments::wire::tap::Recording;
use crate::instruments::wire::transcript::{Chunk, Transcript};
use crate::narration::{Event, Narrator, Recorder, Side};
use crate::transport::Transport;

/// One end: its connection, and the narrator that reports its steps.
pub(super) struct Endpoint<'a, C> {
    pub(super) connection: C,
    pub(super) narrator: &'a Narrator,
}

impl<C, S> Endpoint<'_, C>
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
{
    /// Hands data to TLS. It is encrypted at once, and moves with the next flight.
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.connection.writer().write_all(data)
    }
}

/// What lies between the ends.
pub(super) struct Wire<'a> {
    pub(super) flight: Vec<u8>,
    pub(super) transcript: Transcript,
    pub(super) secrets: Recording,
    pub(super) page: FlightView<'a>,
    pub(super) recorder: Arc<Recorder>,
    /// What the two sides reported, and the page has not shown yet.
    pub(super) pending: Vec<Event>,
    pub(super) known: Known,
    pub(super) quiz: Option<Quiz>,
    pub(super) began: Instant,
}

impl Wire<'_> {
    /// One end sends a flight, the other end reads it. If the reader refuses, its alert moves back.
    pub(super) fn flight<A, B, S, T>(
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
            let believes = !from.connection.is_handshaking();
            self.refusal(to.narrator.side(), believes)?;
            if believes {
                self.page.note_complete(from.narrator.side())?;
            }
            self.send(to)?;
            self.arrive(from)?;
            return Err(refused);
        }
        Ok(())
    }

    /// Takes what one end has written as a flight, and delivers it.
    pub(super) fn send<C, S>(&mut self, from: &mut Endpoint<'_, C>) -> Result<(), Stop>
    where
        C: DerefMut<Target = ConnectionCommon<S>>,
        S: SideData,
    {
        while from.connection.wants_write() {
            from.connection.write_tls(self)?;
        }
        self.deliver(from.narrator.side())
    }

    /// One side has found a reason to refuse the other, which `believes` that its own handshake is complete.
    pub(super) fn refusal(&mut self, by: Side, believes: bool) -> Result<(), Stop> {
        self.listen();
        if let Some(quiz) = &mut self.quiz {
            quiz.refusal(by, believes, &self.pending, &mut self.page)?;
        }
        Ok(())
    }

    /// Takes in what the two sides reported since.
    fn listen(&mut self) {
        let events = self.recorder.take();
        events.iter().for_each(|event| self.known.learn(event));
        self.pending.extend(events);
    }

    /// Shows what the two sides reported, but for what was shown already.
    pub(super) fn facts(&mut self) -> io::Result<()> {
        self.listen();
        self.page.facts(&std::mem::take(&mut self.pending))
    }

    /// Shows the flight, and lets it move when the reader presses Enter, or has answered the quiz.
    pub(super) fn deliver(&mut self, from: Side) -> Result<(), Stop> {
        self.listen();
        let shown = explain(&self.transcript).messages.len();
        let (explained, size) = (self.take_in(from), self.flight.len());
        if let Some(quiz) = &mut self.quiz {
            quiz.before(from, &explained, shown, &self.known, &mut self.page)?;
        }
        self.facts()?;
        if size == 0 {
            return Ok(());
        }
        self.page.announce(from, size)?;
        if self.quiz.is_none() {
            self.page.wait()?;
        }
        Ok(self.page.messages(&explained.messages[shown..])?)
    }

    /// The flight becomes a part of the recording, which is explained anew: its last messages are those that
    /// are about to move.
    fn take_in(&mut self, from: Side) -> Conversation {
        if !self.flight.is_empty() {
            self.transcript.chunks.push(Chunk {
                from,
                at: self.began.elapsed(),
                bytes: self.flight.clone(),
            });
        }
        self.transcript.secrets = self.secrets.transcript().secrets;
        let explained = explain(&self.transcript);
        self.known.agreed(&explained.negotiated);
        explained
    }

    /// The other end reads the flight, and rustls calls our hooks.
    pub(super) fn arrive<C, S>(&mut self, to: &mut Endpoint<'_, C>) -> Result<(), Stop>
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
    fn set_deadline(&mut self, _: Duration) {}

    fn finish_writing(&mut self) -> io::Result<()> {
        Ok(())
    }
}
