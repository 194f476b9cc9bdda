//! How the stepper shows a flight: what led to it, its messages, what follows, and the last page.

use std::io::{self, BufRead, Write};

use super::Show;
use super::closing::{go_on, proofs};
use super::known::Known;
use super::message::{fact, message};
use super::question::Question;
use crate::instruments::page::{self, BOLD, DIM, GREEN, LongWords, Page, Paint, RED};
use crate::instruments::wire::conversation::Message;
use crate::language::Phrase;
use crate::narration::{Event, Side};
use crate::phrase;
use crate::text;

/// The stepper's view on the shared page, in the pieces that a reader takes in at a time.
pub(super) struct FlightView<'a> {
    out: &'a mut dyn Write,
    keys: Option<&'a mut dyn BufRead>,
    height: Option<usize>,
    paint: Paint,
    flights: usize,
    /// Lines since the reader last pressed a key.
    lines: usize,
}

/// The reader's input is over: for the program the same as a closed pipe.
pub(super) fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

impl<'a> FlightView<'a> {
    pub(super) fn new(show: Show<'a>) -> FlightView<'a> {
        FlightView {
            out: show.out,
            keys: show.keys,
            height: show.height,
            paint: show.paint,
            flights: 0,
            lines: 0,
        }
    }

    /// Writes a piece of the page, and pauses where the screen is full.
    fn show(&mut self, write: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut piece = Vec::new();
        write(&mut Page {
            out: &mut piece,
            paint: self.paint,
            long_words: LongWords::Keep,
        })?;
        for line in piece.split_inclusive(|byte| *byte == b'\n') {
            // One line of the screen is for the question.
            if self.height.is_some_and(|height| self.lines + 2 > height) {
                self.ask("[Enter shows more] ")?;
            }
            self.out.write_all(line)?;
            self.lines += 1;
        }
        self.out.flush()
    }

    /// A line of the reader's, without the keys there is none to wait for.
    pub(super) fn ask(&mut self, prompt: &str) -> io::Result<String> {
        let mut line = String::new();
        let Some(keys) = &mut self.keys else {
            return Ok(line);
        };
        write!(self.out, "{prompt}")?;
        self.out.flush()?;
        if keys.read_line(&mut line)? == 0 {
            writeln!(self.out)?;
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.lines = 0;
        Ok(line)
    }

    /// What the two sides did since the last flight.
    pub(super) fn facts(&mut self, events: &[Event]) -> io::Result<()> {
        for event in events {
            let Some(step) = event.step else { continue };
            self.show(|page| fact(page, event, step))?;
        }
        Ok(())
    }

    /// A side is refused after its own handshake was over.
    pub(super) fn note_complete(&mut self, side: Side) -> io::Result<()> {
        let side = self.paint.side(side);
        let complete = phrase!("its handshake is complete: it still believes that it is in");
        let line = format!("  {side} · {}", self.paint.words(&complete));
        self.show(|page| {
            page.blank()?;
            page.line(&line)
        })
    }

    /// A flight is ready.
    pub(super) fn announce(&mut self, from: Side, size: usize) -> io::Result<()> {
        self.flights += 1;
        let direction = match from {
            Side::Client => phrase!("client ──▶ server"),
            Side::Server => phrase!("client ◀── server"),
        };
        let title = phrase!(
            "flight {number}   {direction}   {size} bytes",
            number = self.flights,
            direction,
            size
        );
        let title = self.paint.words(&title);
        self.show(|page| page.title(&title, page::side(from)))
    }

    /// Lets the flight move when the reader presses Enter.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        let prompt = self.paint.words(&phrase!("[Enter lets it move]"));
        self.ask(&format!("{prompt} ")).map(drop)
    }

    /// The messages of the flight that just moved.
    pub(super) fn messages(&mut self, messages: &[Message]) -> io::Result<()> {
        messages
            .iter()
            .try_for_each(|one| self.show(|page| message(page, one)))
    }

    /// A question of the quiz, with its keys.
    pub(super) fn question(&mut self, number: usize, question: &Question) -> io::Result<()> {
        let paint = self.paint;
        let choices = question.choices.iter();
        let choices = choices.map(|(key, words)| format!("{key} = {}", paint.words(words)));
        let choices = choices.collect::<Vec<_>>().join("   ");
        self.show(|page| {
            page.title(&paint.words(&phrase!("question {number}", number)), BOLD)?;
            page.paragraph("    ", &paint.words(&question.words), "")?;
            let choices = page.paint.with(DIM, &choices);
            page.line(&format!("    {choices}"))
        })
    }

    /// The keys that there are, after a reader has typed another.
    pub(super) fn hint(&mut self, words: &Phrase) -> io::Result<()> {
        let words = self.paint.words(words);
        self.show(|page| page.paragraph("    ", &words, DIM))
    }

    /// Whether the answer was right, and why it is so.
    pub(super) fn answer(
        &mut self,
        right: bool,
        verdict: &Phrase,
        because: &Phrase,
    ) -> io::Result<()> {
        let colour = if right { GREEN } else { RED };
        let [verdict, because] = [verdict, because].map(|words| self.paint.words(words));
        self.show(|page| {
            page.paragraph("    ", &verdict, colour)?;
            page.paragraph("    ", &text::terminal(&because), "")
        })
    }

    /// The last line of the quiz.
    pub(super) fn closing(&mut self, words: &Phrase) -> io::Result<()> {
        let words = self.paint.words(words);
        self.show(|page| {
            page.blank()?;
            page.paragraph("    ", &words, BOLD)
        })
    }

    /// What was proved, and where a reader can go on.
    pub(super) fn proved(&mut self, known: &Known, quiz: bool) -> io::Result<()> {
        let paint = self.paint;
        let (proofs, on) = (proofs(known), go_on(known, quiz));
        self.show(|page| {
            page.title(&paint.words(&phrase!("what was proved")), "")?;
            for (holds, words) in &proofs {
                let head = if *holds { "    ✓ " } else { "    – " };
                page.paragraph(head, &text::terminal(&paint.words(words)), "")?;
            }
            page.title(&paint.words(&phrase!("where to go on")), "")?;
            on.iter()
                .try_for_each(|words| page.paragraph("    ", &paint.words(words), ""))
        })
    }
}
