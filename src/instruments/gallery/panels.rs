//! What was seen of a case, at 80 columns: what the server saw, the alert on the wire, what the client
//! saw and when. Unaware of how it came about.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::outcome_words::differences;
use super::run::{Alert, Run, View};
use super::{Case, Fault, Files};
use crate::docs;
use crate::handshake::TlsMax;
use crate::instruments::failures::{Failure, SEEN};
use crate::instruments::page::{self, BOLD, DIM, LongWords, MAGENTA, Page, Paint, RED};
use crate::instruments::wire::names::alert_name;
use crate::instruments::wire::transcript::spaced_hex;
use crate::language::{Language, Phrase};
use crate::narration::{Side, Step, words};
use crate::phrase;
use crate::text;

/// Where a quotation stands: below the words of an event.
const QUOTE: &str = "      ";

/// The gallery's view on the shared page.
pub struct Panels<'a> {
    /// The page that the panels fill.
    pub page: Page<'a>,
}

impl<'a> Panels<'a> {
    /// Panels that are written to `out` in these colours.
    pub fn new(out: &'a mut dyn Write, paint: Paint) -> Panels<'a> {
        // A reader copies addresses and paths, so they stay whole.
        let long_words = LongWords::Keep;
        Panels {
            page: Page {
                out,
                paint,
                long_words,
            },
        }
    }

    /// One case: three panels, and what is said about it.
    pub fn show(&mut self, run: &Run) -> io::Result<()> {
        let Run { case, .. } = run;
        self.title(case, run.tls_max)?;
        self.side(Side::Server, &run.server, run)?;
        self.wire(run)?;
        self.side(Side::Client, &run.client, run)?;
        if let Some(time) = believed(run) {
            let time = milliseconds(time);
            let line = phrase!("{time} ms after it believed that it was in", time);
            self.page.paragraph(QUOTE, &self.say(&line), BOLD)?;
        }
        self.words(case, run.tls_max)?;
        let differences = run.differences();
        if !differences.is_empty() {
            self.page.blank()?;
            let head = self.say(&phrase!("It did not fail as it should:"));
            self.page.paragraph("", &head, RED)?;
        }
        differences
            .iter()
            .try_for_each(|line| self.page.paragraph("  ", line, ""))
    }

    /// A failure without a live case: what is said about it, and where it is found.
    pub fn entry(&mut self, failure: &Failure) -> io::Result<()> {
        self.heading(&failure.name, failure.step, "")?;
        self.page
            .paragraph("", &failure.words(self.language()).story, "")?;
        self.page.blank()?;
        let seen =
            phrase!("by hello-mtls doctor, in files or on a live server; it has no case to run");
        self.said(failure, &[(phrase!("found"), seen)])
    }

    /// Name, step and story of a case.
    pub fn title(&mut self, case: &Case, tls_max: TlsMax) -> io::Result<()> {
        let version = format!(" · {}", version(tls_max));
        self.heading(case.name, case.expected(tls_max).step, &version)?;
        let failure = case.failure();
        failure.map_or(Ok(()), |failure| {
            self.page
                .paragraph("", &failure.words(self.language()).story, "")
        })
    }

    fn heading(&mut self, name: &str, step: Step, version: &str) -> io::Result<()> {
        let (number, title) = (step.number(), step.title());
        let step = self.say(&phrase!("step {number}, {title}", number, title));
        self.page.rule(&format!("{name} · {step}{version}"), BOLD)
    }

    /// What a side told, a line an event with its time, and how it ended.
    fn side(&mut self, side: Side, view: &View, run: &Run) -> io::Result<()> {
        let began = run.began;
        let head = match side {
            Side::Server => phrase!("what the server saw"),
            Side::Client => phrase!("what the client saw"),
        };
        let milliseconds = phrase!("ms");
        self.head(page::side(side), &head, &milliseconds)?;
        for event in &view.events {
            let Some(step) = event.step else { continue };
            let (words, passed) = (words::words(&event.fact), event.fact.passed());
            self.event(
                step,
                passed,
                &self.page.paint.words(&words.what),
                event.at,
                began,
            )?;
            if side == Side::Client && step == Step::ApplicationData && passed {
                self.quote(&self.page.paint.words(&words.so))?;
            }
        }
        match (&view.said, view.failed) {
            (Some(said), Some((step, at)))
                if view.events.iter().all(|event| event.fact.passed()) =>
            {
                self.event(step, false, said, at, began)?;
                match files_of(side, run.case.scene.fault) {
                    Some(files) if !files.rustls.is_empty() => {
                        let alone = phrase!("rustls alone: {words}", words = files.rustls);
                        self.quote(&self.say(&alone))
                    }
                    _ => Ok(()),
                }
            }
            (Some(said), Some(_))
                if !view
                    .events
                    .iter()
                    .any(|event| words::words(&event.fact).what.to_string() == *said) =>
            {
                // One of its messages ends with an address that fits no line.
                let said = said.split(": https://").next().unwrap_or_default();
                self.quote(&format!("rustls: {said}"))
            }
            _ if view.events.is_empty() => {
                self.quote(&self.say(&phrase!("nothing: no byte reached it")))
            }
            _ => Ok(()),
        }
    }

    fn event(
        &mut self,
        step: Step,
        passed: bool,
        says: &str,
        at: Instant,
        began: Instant,
    ) -> io::Result<()> {
        let (mark, colour) = if passed { (" ", "") } else { ("✗", RED) };
        let head = format!("{} {mark} ", step.number());
        let head = format!("  {}", self.page.paint.with(colour, &head));
        let time = milliseconds(at.saturating_duration_since(began));
        self.page.entry(&head, says, &format!("{time:>9}"), colour)
    }

    /// The alert: its record as it crossed, and what was inside.
    fn wire(&mut self, run: &Run) -> io::Result<()> {
        self.head(MAGENTA, &phrase!("what crossed the wire"), &Phrase::empty())?;
        if let Some(note) = run.case.scene.fault.on_the_way() {
            self.quote(&self.say(&note))?;
        }
        let Some(alert) = &run.alert else {
            let told = !run.server.events.is_empty() || !run.client.events.is_empty();
            let nothing = if told {
                phrase!("no alert")
            } else {
                phrase!("nothing")
            };
            return self.quote(&self.say(&nothing));
        };
        let time = milliseconds(alert.at.saturating_duration_since(run.began));
        let [from, to] = [alert.from, alert.from.peer()].map(|side| self.say(&words::side(side)));
        let route = format!("{from} → {to}");
        self.page.row(&format!("  ✉ {route}"), &time)?;
        let shown = alert
            .record
            .get(..alert.record.len().min(14))
            .unwrap_or_default();
        let more = if shown.len() < alert.record.len() {
            " …"
        } else {
            ""
        };
        let inside = if alert.encrypted {
            phrase!("→ decrypted {bytes}", bytes = spaced_hex(&alert.plaintext))
        } else {
            phrase!("in the clear")
        };
        let inside = self.say(&inside);
        self.quote(&format!("{}{more} {inside}", spaced_hex(shown)))?;
        self.quote(&self.say(&phrase!("fatal {alert}", alert = named(alert))))
    }

    /// Cause, fix, and the words of other programs.
    pub fn words(&mut self, case: &Case, tls_max: TlsMax) -> io::Result<()> {
        self.page.blank()?;
        let Some(failure) = case.failure() else {
            return Ok(());
        };
        let (other, there) = match tls_max {
            TlsMax::Tls13 => (phrase!("in TLS 1.2"), TlsMax::Tls12),
            TlsMax::Tls12 => (phrase!("in TLS 1.3"), TlsMax::Tls13),
        };
        let different = differences(
            self.language(),
            case.expected(tls_max),
            case.expected(there),
        );
        let different = if case.version(there) != there {
            phrase!("it does not exist there")
        } else if different.is_empty() {
            phrase!("the same")
        } else {
            Phrase::from(different.replace('`', ""))
        };
        let said = failure.said_by(tls_max).iter().map(Phrase::from);
        let programs = SEEN.into_iter().map(Phrase::from).zip(said);
        let rows: Vec<_> = programs.chain([(other, different)]).collect();
        self.said(failure, &rows)
    }

    /// Cause and fix of a failure, some more rows, and where its page is.
    fn said(&mut self, failure: &Failure, rows: &[(Phrase, Phrase)]) -> io::Result<()> {
        let words = failure.words(self.language());
        // Backquotes are for the page: a terminal shows what can be typed.
        let remedy = words.remedy.replace('`', "");
        let page = docs::page(&format!("failures.md#{}", failure.name));
        let about = [
            (phrase!("why"), Phrase::from(&words.cause)),
            (phrase!("fix"), Phrase::from(remedy)),
        ];
        let more = [(phrase!("more"), page)];
        let all = about.iter().chain(rows).chain(&more);
        for (label, words) in all.filter(|(_, words)| !words.is_empty()) {
            let label = text::pad(&self.say(label), 14);
            let label = self.page.paint.with(DIM, &label);
            self.page
                .paragraph(&format!("  {label} "), &self.say(words), "")?;
        }
        Ok(())
    }

    fn head(&mut self, colour: &str, words: &Phrase, right: &Phrase) -> io::Result<()> {
        let [left, right] =
            [words, right].map(|words| self.page.paint.with(colour, &self.say(words)));
        self.page.blank()?;
        self.page.row(&left, &right)
    }

    /// A phrase in the language of the page.
    pub(super) fn say(&self, words: &Phrase) -> String {
        self.page.paint.words(words)
    }

    pub(super) fn language(&self) -> Language {
        self.page.paint.language
    }

    fn quote(&mut self, words: &str) -> io::Result<()> {
        self.page.paragraph(QUOTE, words, DIM)
    }
}

/// How long the client believed that it was in, before it learnt better.
pub(super) fn believed(run: &Run) -> Option<Duration> {
    let (step, learnt) = run.client.failed?;
    run.believed()
        .filter(|_| step < Step::ApplicationData)
        .map(|then| learnt.saturating_duration_since(then))
}

/// The files that this side has to read.
fn files_of(side: Side, fault: Fault) -> Option<Files> {
    match fault {
        Fault::Files(reader, files) if reader == side => Some(files),
        _ => None,
    }
}

/// Name and number.
pub(super) fn named(alert: &Alert) -> String {
    format!("{}({})", alert_name(alert.number), alert.number)
}

pub(super) fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

/// The version as people call it.
pub fn version(tls_max: TlsMax) -> &'static str {
    match tls_max {
        TlsMax::Tls12 => "TLS 1.2",
        TlsMax::Tls13 => "TLS 1.3",
    }
}
