//! The report as a page of 80 columns: errors, then warnings, then a note, then the verdict.

use std::io::{self, Write};

use super::Report;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::page::{BOLD, LongWords, Page, Paint, RED, YELLOW};
use crate::narration::Step;
use crate::text;

/// Writes the page. Fails only where `out` fails.
pub fn write(out: &mut impl Write, report: &Report, paint: Paint) -> io::Result<()> {
    // Paths and commands stay whole, because the reader copies them into a shell.
    let long_words = LongWords::Keep;
    let mut page = Page {
        out,
        paint,
        long_words,
    };
    if !report.seen.is_empty() {
        page.line("The server")?;
        for line in &report.seen {
            page.paragraph("  ", line, "")?;
        }
        page.blank()?;
    }
    let errors = findings(&mut page, report, Severity::Error, "error", RED)?;
    let warnings = findings(&mut page, report, Severity::Warning, "warning", YELLOW)?;
    findings(&mut page, report, Severity::Note, "note", "")?;
    let verdict = report.verdict.sentence(errors, warnings);
    page.paragraph("", &format!("Verdict: {verdict}."), "")
}

/// The findings of one severity under a title that counts them. Returns their number.
fn findings(
    page: &mut Page<'_>,
    report: &Report,
    severity: Severity,
    one: &str,
    colour: &str,
) -> io::Result<usize> {
    let all = report.findings.iter();
    let of: Vec<&Finding> = all.filter(|found| found.severity == severity).collect();
    let title = match of.len() {
        0 => return Ok(0),
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    };
    page.paragraph("", &title, colour)?;
    page.blank()?;
    of.iter().try_for_each(|finding| entry(page, finding))?;
    Ok(of.len())
}

fn entry(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let file = text::terminal(&finding.file.display().to_string());
    let when = match finding.step {
        Step::Preparation => finding.step.title().to_string(),
        step => format!("step {}: {}", step.number(), step.title()),
    };
    page.paragraph("  ", &format!("{file} [{}], {when}", finding.code), BOLD)?;
    words(page, "expected", &page.paint.words(&finding.expected))?;
    words(page, "found", &page.paint.words(&finding.found))?;
    let mut label = "fix";
    for line in page.paint.words(&finding.fix).lines() {
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

/// A label and its words; no line at all where there are no words.
fn words(page: &mut Page<'_>, label: &str, words: &str) -> io::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    page.paragraph(&format!("    {}", text::pad(label, 9)), words, "")
}
