//! The report as a page of 80 columns: errors, then warnings, then the verdict.

use std::io::{self, Write};

use super::Report;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::page::{BOLD, Paint, RED, YELLOW};
use crate::narration::Step;
use crate::text;

/// Columns of the page, and where the words of a finding begin.
const WIDTH: usize = 80;
const WORDS: usize = 13;

/// Writes the page. Fails only where `out` fails.
pub fn write(out: &mut impl Write, report: &Report, paint: Paint) -> io::Result<()> {
    if !report.seen.is_empty() {
        writeln!(out, "The server")?;
        for line in &report.seen {
            paragraph(out, "  ", line)?;
        }
        writeln!(out)?;
    }
    let mut counts = Vec::new();
    for (severity, one, colour) in [
        (Severity::Error, "error", RED),
        (Severity::Warning, "warning", YELLOW),
    ] {
        let of: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .collect();
        counts.push(of.len());
        let title = match of.len() {
            0 => continue,
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        };
        writeln!(out, "{}\n", paint.with(colour, &title))?;
        for finding in of {
            entry(out, finding, paint)?;
        }
    }
    let [errors, warnings] = [0, 1].map(|index| counts.get(index).copied().unwrap_or(0));
    paragraph(
        out,
        "",
        &format!("Verdict: {}.", report.verdict.sentence(errors, warnings)),
    )
}

fn entry(out: &mut impl Write, finding: &Finding, paint: Paint) -> io::Result<()> {
    let file = text::terminal(&finding.file.display().to_string());
    let when = match finding.step {
        Step::Preparation => finding.step.title().to_owned(),
        step => format!("step {}: {}", step.number(), step.title()),
    };
    for line in text::wrap(&format!("{file} [{}], {when}", finding.code), WIDTH - 2) {
        writeln!(out, "  {}", paint.with(BOLD, &line))?;
    }
    words(out, "expected", &finding.expected)?;
    words(out, "found", &finding.found)?;
    let mut label = "fix";
    for line in finding.fix.lines() {
        match line.strip_prefix("  ") {
            Some(command) => {
                if label == "fix" {
                    writeln!(out, "    fix")?;
                }
                for line in text::fold(command, WIDTH - 6) {
                    writeln!(out, "      {line}")?;
                }
            }
            None => words(out, label, line)?,
        }
        label = "";
    }
    writeln!(out)
}

fn words(out: &mut impl Write, label: &str, words: &str) -> io::Result<()> {
    let mut label = label;
    let lines = words
        .lines()
        .flat_map(|line| text::wrap(line, WIDTH - WORDS));
    for line in lines {
        writeln!(out, "    {label:<9}{line}")?;
        label = "";
    }
    Ok(())
}

fn paragraph(out: &mut impl Write, margin: &str, words: &str) -> io::Result<()> {
    for line in text::wrap(words, WIDTH - margin.len()) {
        writeln!(out, "{margin}{line}")?;
    }
    Ok(())
}
