//! The report as a page of 80 columns: errors, then warnings, then a note, then the verdict.

use std::io::{self, Write};

use super::Report;
use crate::instruments::doctor::finding::{Finding, Severity};
use crate::instruments::page::{BOLD, LongWords, Page, Paint, RED, YELLOW};
use crate::language::Phrase;
use crate::narration::Step;
use crate::narration::words::title;
use crate::phrase;
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
        page.line(&paint.words(&phrase!("The server")))?;
        for line in &report.seen {
            page.paragraph("  ", &paint.words(line), "")?;
        }
        page.blank()?;
    }
    let errors = findings(&mut page, report, Severity::Error, RED)?;
    let warnings = findings(&mut page, report, Severity::Warning, YELLOW)?;
    findings(&mut page, report, Severity::Note, "")?;
    let verdict = report.verdict.sentence(errors, warnings);
    page.paragraph(
        "",
        &paint.words(&phrase!("Verdict: {verdict}.", verdict)),
        "",
    )
}

/// The findings of one severity under a title that counts them. Returns their number.
fn findings(
    page: &mut Page<'_>,
    report: &Report,
    severity: Severity,
    colour: &str,
) -> io::Result<usize> {
    let all = report.findings.iter();
    let of: Vec<&Finding> = all.filter(|found| found.severity == severity).collect();
    if of.is_empty() {
        return Ok(0);
    }
    let title = counted(severity, of.len());
    page.paragraph("", &page.paint.words(&title), colour)?;
    page.blank()?;
    of.iter().try_for_each(|finding| entry(page, finding))?;
    Ok(of.len())
}

fn counted(severity: Severity, count: usize) -> Phrase {
    match (severity, count) {
        (Severity::Error, 1) => phrase!("1 error"),
        (Severity::Error, _) => phrase!("{count} errors", count),
        (Severity::Warning, 1) => phrase!("1 warning"),
        (Severity::Warning, _) => phrase!("{count} warnings", count),
        (Severity::Note, 1) => phrase!("1 note"),
        (Severity::Note, _) => phrase!("{count} notes", count),
    }
}

fn entry(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let paint = page.paint;
    let (file, code) = (finding.subject(), finding.code);
    let title = title(finding.step);
    let head = match finding.step {
        Step::Preparation => phrase!("{file} [{code}], {title}", file, code, title),
        step => {
            let number = step.number();
            phrase!(
                "{file} [{code}], step {number}: {title}",
                file,
                code,
                number,
                title
            )
        }
    };
    page.paragraph("  ", &paint.words(&head), BOLD)?;
    let [expected, found, fix] =
        [phrase!("expected"), phrase!("found"), phrase!("fix")].map(|label| paint.words(&label));
    words(page, &expected, &paint.words(&finding.expected))?;
    words(page, &found, &paint.words(&finding.found))?;
    let mut label = fix.as_str();
    for line in paint.words(&finding.fix).lines() {
        match line.strip_prefix("  ") {
            Some(command) => {
                if !label.is_empty() {
                    page.line(&format!("    {label}"))?;
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
