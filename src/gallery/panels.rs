//! What was seen of a case, at 80 columns: what the server saw, the alert on the wire, what the client
//! saw and when. Unaware of how it came about.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::run::{Alert, Run, View};
use super::{Case, Outcome, SEEN, Twist, cases};
use crate::handshake::TlsMax;
use crate::narration::{Side, Step};
use crate::paint::{self, BOLD, DIM, MAGENTA, Paint, RED};
use crate::text;
use crate::wire::names::alert_name;
use crate::wire::transcript::hex;

const WIDTH: usize = 80;

/// Writes lines, with colours if they are wanted.
pub struct Panels<'a> {
    /// Where to.
    pub out: &'a mut dyn Write,
    /// In which colours.
    pub paint: Paint,
}

impl Panels<'_> {
    /// The cases, by step: name and story.
    pub fn list(&mut self) -> io::Result<()> {
        self.by_step(|panels, case| {
            let name = panels.paint.with(BOLD, &format!("{:<27}", case.name));
            writeln!(panels.out, "  {name} {}", case.words.story)
        })?;
        writeln!(
            self.out,
            "\nhello-mtls gallery CASE shows one, --all runs all of them."
        )
    }

    /// A line a case: who noticed, the alert, and how long the client believed that it was in.
    pub fn wall(&mut self, runs: &[Run], took: Duration) -> io::Result<()> {
        let columns = format!(
            "    {:<28}{:<8}{:<27}{:>8}",
            "case", "who saw", "alert", "too late"
        );
        let columns = self.paint.with(DIM, &columns);
        writeln!(self.out, "{columns}")?;
        self.by_step(|panels, case| {
            let run = runs.iter().find(|run| run.case.name == case.name);
            run.map_or(Ok(()), |run| panels.brick(run))
        })?;
        let well = runs
            .iter()
            .filter(|run| run.differences().is_empty())
            .count();
        let unseen = runs.iter().filter(|run| run.noticed().is_none()).count();
        writeln!(
            self.out,
            "\n{well} of {} failed as they should in {}, {unseen} of them unnoticed by all ({:.1} s)",
            runs.len(),
            runs.first().map_or("", |run| version(run.tls_max)),
            took.as_secs_f64()
        )
    }

    fn brick(&mut self, run: &Run) -> io::Result<()> {
        let differences = run.differences();
        let mark = match differences.is_empty() {
            true => "✓".to_owned(),
            false => self.paint.with(RED, "✗"),
        };
        let who = match run.noticed() {
            Some((_, side)) => self
                .paint
                .with(paint::side(side), &format!("{:<6}", side.to_string())),
            None => "nobody".to_owned(),
        };
        let alert = run.alert.as_ref().map_or("-".to_owned(), named);
        let believed = match self::believed(run) {
            Some(time) => format!("{:>5} ms", milliseconds(time)),
            None => String::new(),
        };
        let line = format!(
            "  {mark} {:<27} {who}  {alert:<27} {believed}",
            run.case.name
        );
        writeln!(self.out, "{}", line.trim_end())?;
        differences
            .iter()
            .try_for_each(|line| self.paragraph(6, line))
    }

    /// The cases, under the titles of their steps.
    fn by_step(
        &mut self,
        mut show: impl FnMut(&mut Self, &'static Case) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut step = None;
        for case in cases::all() {
            let [Outcome { step: this, .. }, _] = case.fails;
            if step.replace(this) != Some(this) {
                let gap = if this == Step::Preparation { "" } else { "\n" };
                let title = format!("step {}, {}", this.number(), this.title());
                let title = self.paint.with(BOLD, &title);
                writeln!(self.out, "{gap}{title}")?;
            }
            show(self, case)?;
        }
        Ok(())
    }

    /// One case: three panels, and what is said about it.
    pub fn show(&mut self, run: &Run) -> io::Result<()> {
        let Run { case, began, .. } = run;
        self.title(case, run.tls_max)?;
        self.side(Side::Server, &run.server, *began)?;
        self.wire(run)?;
        self.side(Side::Client, &run.client, *began)?;
        if let Some(time) = believed(run) {
            let line = format!("{} ms after it believed that it was in", milliseconds(time));
            let line = self.paint.with(BOLD, &line);
            writeln!(self.out, "      {line}")?;
        }
        self.words(case, run.tls_max)?;
        let differences = run.differences();
        if !differences.is_empty() {
            let title = self.paint.with(RED, "It did not fail as it should:");
            writeln!(self.out, "\n{title}")?;
        }
        differences
            .iter()
            .try_for_each(|line| self.paragraph(2, line))
    }

    /// Name, step and story of a case.
    pub fn title(&mut self, case: &Case, tls_max: TlsMax) -> io::Result<()> {
        let step = case.expected(tls_max).step;
        let title = format!(
            "{} · step {}, {} · {} ",
            case.name,
            step.number(),
            step.title(),
            version(tls_max)
        );
        let rule = "─".repeat(WIDTH.saturating_sub(title.chars().count()));
        let title = self.paint.with(BOLD, &format!("{title}{rule}"));
        writeln!(self.out, "{title}")?;
        self.paragraph(0, case.words.story)
    }

    /// What a side told, a line an event with its time, and how it ended.
    fn side(&mut self, side: Side, view: &View, began: Instant) -> io::Result<()> {
        let head = match side {
            Side::Server => "what the server saw",
            Side::Client => "what the client saw",
        };
        self.head(paint::side(side), head, "ms")?;
        for event in &view.events {
            let Some(step) = event.step else { continue };
            self.event(step, event.fact.passed, &event.fact.says, event.at, began)?;
            if side == Side::Client && step == Step::ApplicationData && event.fact.passed {
                self.quote(&event.fact.consequence())?;
            }
        }
        match (&view.said, view.failed) {
            (Some(said), Some((step, at))) if view.events.iter().all(|event| event.fact.passed) => {
                self.event(step, false, said, at, began)
            }
            (Some(said), Some(_)) if !view.events.iter().any(|event| event.fact.says == *said) => {
                self.quote(&format!("rustls: {said}"))
            }
            _ if view.events.is_empty() => self.quote("nothing: no byte reached it"),
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
        let mut lines = text::wrap(says, WIDTH - 15).into_iter();
        let first = lines.next().unwrap_or_default();
        let (mark, colour) = if passed { (" ", "") } else { ("✗", RED) };
        let first = self
            .paint
            .with(colour, &format!("{} {mark} {first:<65}", step.number()));
        writeln!(
            self.out,
            "  {first}{:>9}",
            milliseconds(at.saturating_duration_since(began))
        )?;
        lines.try_for_each(|line| {
            let line = self.paint.with(colour, &line);
            writeln!(self.out, "      {line}")
        })
    }

    /// The alert: its record as it crossed, and what was inside.
    fn wire(&mut self, run: &Run) -> io::Result<()> {
        self.head(MAGENTA, "what crossed the wire", "")?;
        if let Some(note) = on_the_way(run.case.scene.twist) {
            self.quote(note)?;
        }
        let Some(alert) = &run.alert else {
            return self.quote("no alert");
        };
        let time = milliseconds(alert.at.saturating_duration_since(run.began));
        let route = format!("{} → {}", alert.from, alert.from.peer());
        writeln!(self.out, "  ✉ {route:<67}{time:>9}")?;
        let shown = alert
            .record
            .get(..alert.record.len().min(14))
            .unwrap_or_default();
        let more = if shown.len() < alert.record.len() {
            " …"
        } else {
            ""
        };
        let inside = match alert.encrypted {
            true => format!(" → decrypted {}", spaced(&alert.plaintext)),
            false => " in the clear".to_owned(),
        };
        self.quote(&format!("{}{more}{inside}", spaced(shown)))?;
        self.quote(&format!("fatal {}", named(alert)))
    }

    /// Cause, fix, and the words of others.
    pub fn words(&mut self, case: &Case, tls_max: TlsMax) -> io::Result<()> {
        writeln!(self.out)?;
        let [curl, openssl, node] = case.said_by(tls_max);
        let [curl_seen, openssl_seen, node_seen] = SEEN;
        let page = format!("docs/failures.md#{}", case.name);
        for (label, words) in [
            ("why", case.words.cause),
            ("fix", case.words.remedy),
            (curl_seen, curl),
            (openssl_seen, openssl),
            (node_seen, node),
            ("more", &page),
        ] {
            let mut label = label;
            for line in text::wrap(words, WIDTH - 17) {
                let shown = self.paint.with(DIM, &format!("{label:<14}"));
                writeln!(self.out, "  {shown} {line}")?;
                label = "";
            }
        }
        Ok(())
    }

    fn head(&mut self, colour: &str, words: &str, right: &str) -> io::Result<()> {
        let line = format!("{words}{right:>width$}", width = WIDTH - words.len());
        let line = self.paint.with(colour, line.trim_end());
        writeln!(self.out, "\n{line}")
    }

    fn quote(&mut self, words: &str) -> io::Result<()> {
        text::wrap(words, WIDTH - 6).iter().try_for_each(|line| {
            let line = self.paint.with(DIM, line);
            writeln!(self.out, "      {line}")
        })
    }

    fn paragraph(&mut self, indent: usize, words: &str) -> io::Result<()> {
        let lines = text::wrap(words, WIDTH - indent);
        lines
            .iter()
            .try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }
}

/// How long the client believed that it was in, before it learnt better.
fn believed(run: &Run) -> Option<Duration> {
    let (step, learnt) = run.client.failed?;
    run.believed()
        .filter(|_| step < Step::ApplicationData)
        .map(|then| learnt.saturating_duration_since(then))
}

fn on_the_way(twist: Twist) -> Option<&'static str> {
    match twist {
        Twist::Resumes => Some("the second connection; the first went well and left a ticket"),
        Twist::ChangesHello => Some("on the way, one bit of the ClientHello was flipped"),
        Twist::ChangesData => Some("on the way, one bit of the server's data was flipped"),
        Twist::Cuts => Some("on the way, the line was cut when the server's data came"),
        _ => None,
    }
}

fn named(alert: &Alert) -> String {
    format!("{}({})", alert_name(alert.number), alert.number)
}

fn spaced(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| hex(&[*byte])).collect();
    bytes.join(" ")
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

/// The version as people call it.
pub fn version(tls_max: TlsMax) -> &'static str {
    match tls_max {
        TlsMax::Tls12 => "TLS 1.2",
        TlsMax::Tls13 => "TLS 1.3",
    }
}
