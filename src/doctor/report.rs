//! The report as a page of 80 columns: errors, then warnings, then the verdict.

use std::io::{self, Write};

use super::Report;
use crate::finding::{Finding, Severity};
use crate::narration::Step;
use crate::text;

/// Columns of the page, and where the words of a finding begin.
const WIDTH: usize = 80;
const WORDS: usize = 13;

/// Writes the page. Fails only where `out` fails.
pub fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    if !report.seen.is_empty() {
        writeln!(out, "The server")?;
        for line in &report.seen {
            paragraph(out, "  ", line)?;
        }
        writeln!(out)?;
    }
    let mut counts = Vec::new();
    for (severity, one) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let of: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .collect();
        counts.push(of.len());
        match of.len() {
            0 => continue,
            1 => writeln!(out, "1 {one}\n")?,
            many => writeln!(out, "{many} {one}s\n")?,
        }
        for finding in of {
            entry(out, finding)?;
        }
    }
    let [errors, warnings] = [0, 1].map(|index| counts.get(index).copied().unwrap_or(0));
    paragraph(
        out,
        "",
        &format!("Verdict: {}.", report.verdict.sentence(errors, warnings)),
    )
}

fn entry(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let file = text::terminal(&finding.file.display().to_string());
    let when = match finding.step {
        Step::Preparation => finding.step.title().to_owned(),
        step => format!("step {}: {}", step.number(), step.title()),
    };
    paragraph(out, "  ", &format!("{file} [{}], {when}", finding.code))?;
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
    for line in text::wrap(words, WIDTH - WORDS) {
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
