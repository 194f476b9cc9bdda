//! The report as a page of 80 columns: errors, then warnings, then the verdict.

use std::io::{self, Write};

use super::Report;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::page::{BOLD, LongWords, Page, Paint, RED, YELLOW};
use crate::narration::Step;
use crate::text;

/// Columns in front of the words of a finding: four blanks and a label.
const LABEL: usize = 13;

/// Writes the page. Fails only where `out` fails.
pub fn write(out: &mut impl Write, report: &Report, paint: Paint) -> io::Result<()> {
    let mut page = Page {
        out,
        paint,
        long_words: LongWords::Keep,
    };
    if !report.seen.is_empty() {
        page.line("The server")?;
        for line in &report.seen {
            page.paragraph("  ", line, "")?;
        }
        page.blank()?;
    }
    let mut counts = [0; 2];
    let kinds = [
        (Severity::Error, "error", RED),
        (Severity::Warning, "warning", YELLOW),
    ];
    for ((severity, one, colour), count) in kinds.into_iter().zip(&mut counts) {
        let has_it = |finding: &&Finding| finding.severity == severity;
        let findings: Vec<&Finding> = report.findings.iter().filter(has_it).collect();
        *count = findings.len();
        let title = match findings.len() {
            0 => continue,
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        };
        page.paragraph("", &title, colour)?;
        page.blank()?;
        for finding in findings {
            entry(&mut page, finding)?;
        }
    }
    let [errors, warnings] = counts;
    let verdict = report.verdict.sentence(errors, warnings);
    page.paragraph("", &format!("Verdict: {verdict}."), "")
}

fn entry(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let file = text::terminal(&finding.file.display().to_string());
    let when = match finding.step {
        Step::Preparation => finding.step.title().to_owned(),
        step => format!("step {}: {}", step.number(), step.title()),
    };
    page.paragraph("  ", &format!("{file} [{}], {when}", finding.code), BOLD)?;
    words(page, "expected", &finding.expected)?;
    words(page, "found", &finding.found)?;
    let mut label = "fix";
    for line in finding.fix.lines() {
        match line.strip_prefix("  ") {
            Some(command) => {
                if label == "fix" {
                    page.line("    fix")?;
                }
                page.command("      ", command)?;
            }
            None => words(page, label, line)?,
        }
        label = "";
    }
    page.blank()
}

fn words(page: &mut Page<'_>, label: &str, words: &str) -> io::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    let head = text::pad(&format!("    {label}"), LABEL);
    page.paragraph(&head, words.trim_end_matches('\n'), "")
}
