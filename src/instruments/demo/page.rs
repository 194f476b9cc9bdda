//! How the tour is printed: at most 80 columns, colours only where a terminal wants them.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::Told;
use crate::error::Error;
use crate::instruments::page::{self, BOLD, DIM, Paint};
use crate::narration::{Event, Side, en};
use crate::text;

/// Columns for words, behind the 16 for time, side and step.
const TEXT: usize = 64;

/// The page, and where it goes.
pub(super) struct Page<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) paint: Paint,
}

impl Page<'_> {
    pub(super) fn line(&mut self, line: &str) -> Result<(), Error> {
        writeln!(self.out, "{line}").map_err(|source| Error::Output { source })
    }

    pub(super) fn title(&mut self, title: &str) -> Result<(), Error> {
        let rule = "─".repeat(76 - title.chars().count());
        let line = self.paint.with(BOLD, &format!("── {title} {rule}"));
        self.line("")?;
        self.line(&line)
    }

    pub(super) fn prose(&mut self, words: &str) -> Result<(), Error> {
        self.line("")?;
        text::wrap(words, 78)
            .iter()
            .try_for_each(|line| self.line(line))
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
        let who = self
            .paint
            .with(page::side(event.side), &event.side.to_string());
        let words = en::words(&event.fact);
        let mark = if event.fact.passed() { ' ' } else { '✗' };
        // Five columns, also in a slow hour.
        let milliseconds = match after.as_secs_f64() * 1000.0 {
            long @ 999.9.. => format!("{long:.0}"),
            short => format!("{short:.1}"),
        };
        let head = format!("{milliseconds:>5} {who} {}{mark} ", step.number());
        let mut lines = text::wrap(&words.what, TEXT).into_iter();
        self.line(&format!("{head}{}", lines.next().unwrap_or_default()))?;
        for line in lines {
            self.line(&format!("{:16}{line}", ""))?;
        }
        for line in text::wrap(&words.so, TEXT) {
            let line = self.paint.with(DIM, &line);
            self.line(&format!("{:16}{line}", ""))?;
        }
        Ok(())
    }

    /// A refusal: the moment when the client believed that it was in, and what came then.
    pub(super) fn refusal(&mut self, title: &str, told: &Told) -> Result<(), Error> {
        self.line("")?;
        let title = self.paint.with(BOLD, title);
        self.line(&title)?;
        let Some(first) = told.events.first().map(|event| event.at) else {
            return Ok(());
        };
        for event in &told.events {
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
        self.prose("In one terminal:")?;
        self.command(&format!("{program} serve --certs {dir} --narrate"))?;
        self.prose("In another, each line as it stands:")?;
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
        self.line(&format!(
            "  $ {}",
            text::fold(command, 76).join(
                "
    "
            )
        ))
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
    let path = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    match path.chars().all(plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}
