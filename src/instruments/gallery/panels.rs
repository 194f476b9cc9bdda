//! What was seen of a case, at 80 columns: what the server saw, the alert on the wire, what the client
//! saw and when. Unaware of how it came about.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::run::{Alert, Run, View};
use super::versions::ENGLISH;
use super::{Case, Files, SEEN, Twist};
use crate::handshake::TlsMax;
use crate::instruments::page::{self, BOLD, DIM, MAGENTA, Paint, RED};
use crate::instruments::wire::names::alert_name;
use crate::instruments::wire::transcript::spaced_hex;
use crate::narration::{Side, Step, en};
use crate::text;

const WIDTH: usize = 80;

/// Writes lines, with colours if they are wanted.
pub struct Panels<'a> {
    /// Where to.
    pub out: &'a mut dyn Write,
    /// In which colours.
    pub paint: Paint,
}

impl Panels<'_> {
    /// One case: three panels, and what is said about it.
    pub fn show(&mut self, run: &Run) -> io::Result<()> {
        let Run { case, .. } = run;
        self.title(case, run.tls_max)?;
        self.side(Side::Server, &run.server, run)?;
        self.wire(run)?;
        self.side(Side::Client, &run.client, run)?;
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
    fn side(&mut self, side: Side, view: &View, run: &Run) -> io::Result<()> {
        let began = run.began;
        let head = match side {
            Side::Server => "what the server saw",
            Side::Client => "what the client saw",
        };
        self.head(page::side(side), head, "ms")?;
        for event in &view.events {
            let Some(step) = event.step else { continue };
            let (words, passed) = (en::words(&event.fact), event.fact.passed());
            self.event(step, passed, &words.what, event.at, began)?;
            if side == Side::Client && step == Step::ApplicationData && passed {
                self.quote(&words.so)?;
            }
        }
        match (&view.said, view.failed) {
            (Some(said), Some((step, at)))
                if view.events.iter().all(|event| event.fact.passed()) =>
            {
                self.event(step, false, said, at, began)?;
                match files_of(side, run.case.scene.twist) {
                    Some(files) if !files.rustls.is_empty() => {
                        self.quote(&format!("rustls alone: {}", files.rustls))
                    }
                    _ => Ok(()),
                }
            }
            (Some(said), Some(_))
                if !view
                    .events
                    .iter()
                    .any(|event| en::words(&event.fact).what == *said) =>
            {
                // One of its messages ends with an address that fits no line.
                let said = said.split(": https://").next().unwrap_or_default();
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
        let wrapped = says.lines().flat_map(|line| text::wrap(line, WIDTH - 15));
        let mut lines = wrapped.collect::<Vec<_>>().into_iter();
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
            let told = !run.server.events.is_empty() || !run.client.events.is_empty();
            return self.quote(if told { "no alert" } else { "nothing" });
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
            true => format!(" → decrypted {}", spaced_hex(&alert.plaintext)),
            false => " in the clear".to_owned(),
        };
        self.quote(&format!("{}{more}{inside}", spaced_hex(shown)))?;
        self.quote(&format!("fatal {}", named(alert)))
    }

    /// Cause, fix, and the words of others.
    pub fn words(&mut self, case: &Case, tls_max: TlsMax) -> io::Result<()> {
        writeln!(self.out)?;
        let [curl, openssl, node] = case.said_by(tls_max);
        let [curl_seen, openssl_seen, node_seen] = SEEN;
        let (other, there) = match tls_max {
            TlsMax::Tls13 => ("in TLS 1.2", TlsMax::Tls12),
            TlsMax::Tls12 => ("in TLS 1.3", TlsMax::Tls13),
        };
        let otherwise = match ENGLISH.otherwise(case.expected(tls_max), case.expected(there)) {
            alike if alike.is_empty() => "the same".to_owned(),
            otherwise => otherwise.replace('`', ""),
        };
        let page = format!("docs/failures.md#{}", case.name);
        // Backquotes are for the page: a terminal shows what can be typed.
        let remedy = case.words.remedy.replace('`', "");
        for (label, words) in [
            ("why", case.words.cause),
            ("fix", &remedy),
            (curl_seen, curl),
            (openssl_seen, openssl),
            (node_seen, node),
            (other, &otherwise),
            ("more", &page),
        ]
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        {
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

    pub(super) fn paragraph(&mut self, indent: usize, words: &str) -> io::Result<()> {
        let lines = text::wrap(words, WIDTH - indent);
        lines
            .iter()
            .try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
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
fn files_of(side: Side, twist: Twist) -> Option<Files> {
    match twist {
        Twist::Files(reader, files) if reader == side => Some(files),
        _ => None,
    }
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
