//! All cases at a glance, a line for each: what they are, and how they went. Unaware of how they came about.

use std::io;
use std::time::Duration;

use super::panels::{Panels, believed, milliseconds, named, version};
use super::run::Run;
use super::{Case, case_of, cases, outcome_words};
use crate::instruments::failures::{self, Failure, Language, Matches};
use crate::instruments::page::{BOLD, DIM, RED};
use crate::narration::Step;
use crate::text;

impl Panels<'_> {
    /// The failures that have a live case, by step: name and story.
    pub fn list(&mut self) -> io::Result<()> {
        let live = |failure: &&Failure| case_of(failure).is_some();
        let (live, others): (Vec<_>, Vec<_>) = failures::all().iter().partition(live);
        self.by_step(&live, |failure| failure.step, Self::row)?;
        self.page.line(&format!(
            "\nAll fail in TLS 1.3 and in 1.2, but renegotiation in 1.2 only, and\n\
             post-handshake-auth in 1.3 only; ≠ fails differently in 1.2 (--tls-max 1.2).\n\
             hello-mtls gallery CASE shows one, --all runs all of them.\n\
             hello-mtls gallery \"an error message\" says which cases have it.\n\
             hello-mtls doctor finds {} more, in files and on servers: docs/failures.md lists\n\
             them, and hello-mtls gallery NAME explains one.",
            others.len()
        ))
    }

    /// The failures in which a program says the words that were asked for, the likeliest first.
    pub fn found(&mut self, matches: &Matches) -> io::Result<()> {
        self.page
            .line("Programs say this in each of these, the likeliest first:\n")?;
        let named = matches.failures.iter();
        for failure in named.filter_map(|name| failures::find(name)) {
            self.row(failure)?;
        }
        for note in &matches.notes {
            self.page.blank()?;
            self.page.paragraph("", &format!("Note: {note}."), "")?;
        }
        self.page.line("\nhello-mtls gallery NAME shows one.")
    }

    fn row(&mut self, failure: &Failure) -> io::Result<()> {
        let different = |case: &Case| {
            let [tls13, tls12] = &case.fails;
            !outcome_words::differences(Language::English, tls13, tls12).is_empty()
        };
        let mark = if case_of(failure).is_some_and(different) {
            "≠"
        } else {
            " "
        };
        let name = self.page.paint.with(BOLD, &text::pad(&failure.name, 27));
        let story = &failure.words(Language::English).story;
        self.page.paragraph(&format!("{mark} {name} "), story, "")
    }

    /// A line for each case: who noticed, the alert, and how long the client believed that it was in.
    pub fn overview(&mut self, runs: &[Run], took: Duration) -> io::Result<()> {
        let columns = format!(
            "    {:<28}{:<8}{:<27}{:>8}",
            "case", "who saw", "alert", "too late"
        );
        self.page.line(&self.page.paint.with(DIM, &columns))?;
        let in_order: Vec<&Run> = cases::all()
            .filter_map(|case| runs.iter().find(|run| run.case.name == case.name))
            .collect();
        self.by_step(&in_order, |run| run.case.fails[0].step, Self::result_row)?;
        let well = runs
            .iter()
            .filter(|run| run.differences().is_empty())
            .count();
        let unseen = runs.iter().filter(|run| run.noticed().is_none()).count();
        self.page.line(&format!(
            "\n{well} of {} failed as they should in {}, {unseen} of them unnoticed by all ({:.1} s)",
            runs.len(),
            runs.first().map_or("", |run| version(run.tls_max)),
            took.as_secs_f64()
        ))
    }

    fn result_row(&mut self, run: &Run) -> io::Result<()> {
        let differences = run.differences();
        let mark = if differences.is_empty() {
            "✓".to_owned()
        } else {
            self.page.paint.with(RED, "✗")
        };
        // `client`, `server` and `nobody` have six letters each: no need to pad them.
        let who = run
            .noticed()
            .map_or("nobody".to_owned(), |(_, side)| self.page.paint.side(side));
        let alert = run.alert.as_ref().map_or("-".to_owned(), named);
        let believed = match self::believed(run) {
            Some(time) => format!("{:>5} ms", milliseconds(time)),
            None => String::new(),
        };
        let [name, alert] = [run.case.name, &alert].map(|words| text::pad(words, 27));
        self.page
            .line(&format!("  {mark} {name} {who}  {alert} {believed}"))?;
        differences
            .iter()
            .try_for_each(|line| self.page.paragraph("      ", line, ""))
    }

    /// A row for each, under the titles of their steps.
    fn by_step<T>(
        &mut self,
        rows: &[&T],
        step_of: impl Fn(&T) -> Step,
        mut row: impl FnMut(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut last = None;
        for one in rows {
            let step = step_of(one);
            if last != Some(step) {
                if last.is_some() {
                    self.page.blank()?;
                }
                let title = format!("step {}, {}", step.number(), step.title());
                self.page.paragraph("", &title, BOLD)?;
                last = Some(step);
            }
            row(self, one)?;
        }
        Ok(())
    }
}
