//! How the tour is printed.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::error::Error;
use crate::instruments::page::{BOLD, DIM, LongWords, Page, Paint};
use crate::language::Phrase;
use crate::narration::{Event, Side, words};
use crate::phrase;
use crate::text;

/// Below the time, the side and the step: where the words of an event stand.
const MARGIN: &str = "                ";

/// The demo's view on the shared page.
pub(super) struct Tour<'a> {
    page: Page<'a>,
}

fn written(result: io::Result<()>) -> Result<(), Error> {
    result.map_err(|source| Error::Output { source })
}

impl<'a> Tour<'a> {
    pub(super) fn new(out: &'a mut dyn Write, paint: Paint) -> Tour<'a> {
        let long_words = LongWords::Keep;
        Tour {
            page: Page {
                out,
                paint,
                long_words,
            },
        }
    }

    pub(super) fn line(&mut self, line: &str) -> Result<(), Error> {
        written(self.page.line(line))
    }

    pub(super) fn title(&mut self, title: &Phrase) -> Result<(), Error> {
        let title = self.page.paint.words(title);
        written(self.page.title(&title, BOLD))
    }

    pub(super) fn prose(&mut self, words: &Phrase) -> Result<(), Error> {
        self.line("")?;
        let words = self.page.paint.words(words);
        written(self.page.paragraph("", &words, ""))
    }

    /// How to read an event, in the columns of [`Tour::story`].
    pub(super) fn legend(&mut self) -> Result<(), Error> {
        self.line("")?;
        let client = self.page.paint.side(Side::Client);
        for (lines, words) in [
            (format!("  0.5 {client} 1  "), phrase!("what happened")),
            (
                "   │  │      │  → ".to_owned(),
                phrase!("what this proves to the side that reports it"),
            ),
            (
                "   │  │      └─ ".to_owned(),
                phrase!("the step, 1 to 7; ✗ behind it: this side refuses, or is refused"),
            ),
            (
                "   │  └──────── ".to_owned(),
                phrase!("the side that reports it"),
            ),
            (
                "   └─────────── ".to_owned(),
                phrase!("milliseconds since the first event of the connection"),
            ),
        ] {
            let words = self.page.paint.words(&words);
            self.line(&format!("{lines}{words}"))?;
        }
        Ok(())
    }

    /// What the client got for its request.
    pub(super) fn answer(&mut self, body: &[u8]) -> Result<(), Error> {
        let body = text::terminal(&String::from_utf8_lossy(body));
        self.prose(&phrase!("The answer, as the client decrypted it:"))?;
        self.line("")?;
        let body = self.page.paint.with(BOLD, &body);
        self.line(&format!("{MARGIN}{body}"))
    }

    /// Events of both sides, in the order of the clock.
    pub(super) fn story(&mut self, events: &[Event]) -> Result<(), Error> {
        self.line("")?;
        let Some(first) = events.first().map(|event| event.at) else {
            return Ok(());
        };
        for event in events {
            self.event(event, event.at - first)?;
        }
        Ok(())
    }

    fn event(&mut self, event: &Event, after: Duration) -> Result<(), Error> {
        let Some(step) = event.step else {
            return Ok(());
        };
        let side = self.page.paint.side(event.side);
        let words = words::words(&event.fact);
        let mark = if event.fact.passed() { ' ' } else { '✗' };
        // Five columns, also in a slow hour.
        let milliseconds = match after.as_secs_f64() * 1000.0 {
            long @ 999.9.. => format!("{long:.0}"),
            short => format!("{short:.1}"),
        };
        let head = format!("{milliseconds:>5} {side} {}{mark} ", step.number());
        written(
            self.page
                .paragraph(&head, &self.page.paint.words(&words.what), ""),
        )?;
        written(
            self.page
                .paragraph(MARGIN, &self.page.paint.words(&words.so), DIM),
        )
    }

    /// A refusal: the moment when the client believed that it was in, and what came then.
    pub(super) fn refusal(&mut self, title: &Phrase, events: &[Event]) -> Result<(), Error> {
        self.line("")?;
        let title = self.page.paint.with(BOLD, &self.page.paint.words(title));
        self.line(&title)?;
        let Some(first) = events.first().map(|event| event.at) else {
            return Ok(());
        };
        for event in events {
            let believes =
                event.side == Side::Client && event.step.is_some_and(|step| step.number() == 7);
            if believes || !event.fact.passed() {
                self.event(event, event.at - first)?;
            }
        }
        Ok(())
    }

    pub(super) fn commands(&mut self, dir: &Path) -> Result<(), Error> {
        let dir = dir.display();
        let program = program();
        self.prose(&phrase!("In one terminal:"))?;
        self.command(&format!("{program} serve --certs {dir} --narrate"))?;
        self.prose(&phrase!("In another, each line as it stands:"))?;
        for command in [
            format!("{program} get https://localhost:3000/ --certs {dir} --narrate"),
            format!(
                "curl --cacert {dir}/ca.crt --cert {dir}/client.crt --key {dir}/client.key https://localhost:3000/whoami"
            ),
            format!("curl --cacert {dir}/ca.crt https://localhost:3000/"),
            format!("openssl x509 -in {dir}/client.crt -noout -text"),
            format!(
                "echo | openssl s_client -connect localhost:3000 -CAfile {dir}/ca.crt -cert {dir}/client.crt -key {dir}/client.key -brief"
            ),
            format!("{program} inspect {dir}/client.crt"),
            format!("{program} wire {dir}/handshake.transcript"),
        ] {
            self.command(&command)?;
        }
        Ok(())
    }

    /// A command to paste, in lines that a shell reads as one.
    fn command(&mut self, command: &str) -> Result<(), Error> {
        written(self.page.command("  $ ", command))
    }
}

/// This program, as a shell finds it from here: a bare name would be looked up in PATH.
fn program() -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let Ok(path) = std::env::current_exe() else {
        return "hello-mtls".to_owned();
    };
    let path = match path.strip_prefix(&here) {
        Ok(below) if below.components().count() == 1 => Path::new(".").join(below),
        Ok(below) => below.to_owned(),
        Err(_) => path,
    };
    text::shell(&path)
}
