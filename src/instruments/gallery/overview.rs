//! All cases at a glance, a line for each: what they are, and how they went. Unaware of how they came about.

use std::io;
use std::time::Duration;

use super::panels::{Panels, believed, milliseconds, named, version};
use super::run::Run;
use super::{Case, case_of, cases, outcome_words};
use crate::docs;
use crate::instruments::failures::{self, Failure, Matches};
use crate::instruments::page::{BOLD, DIM, RED};
use crate::language::{Language, Phrase};
use crate::narration::Step;
use crate::phrase;
use crate::text;

impl Panels<'_> {
    /// The failures that have a live case, by step: name and story.
    pub fn list(&mut self) -> io::Result<()> {
        let live = |failure: &&Failure| case_of(failure).is_some();
        let (live, others): (Vec<_>, Vec<_>) = failures::all().iter().partition(live);
        self.by_step(&live, |failure| failure.step, Self::row)?;
        let more = phrase!(
            "\nAll fail in TLS 1.3 and in 1.2, but renegotiation in 1.2 only, and\n\
             post-handshake-auth in 1.3 only; ≠ fails differently in 1.2 (--tls-max 1.2).\n\
             hello-mtls gallery CASE shows one, --all runs all of them.\n\
             hello-mtls gallery \"an error message\" says which cases have it.\n\
             hello-mtls doctor finds {count} more, in files and on servers, and\n\
             hello-mtls gallery NAME explains one of them. All of them are in\n\
             {page}.",
            count = others.len(),
            page = docs::page("failures.md")
        );
        self.page.line(&self.say(&more))
    }

    /// The failures in which a program says the words that were asked for, the likeliest first.
    pub fn found(&mut self, matches: &Matches) -> io::Result<()> {
        let head = phrase!("Programs say this in each of these, the likeliest first:\n");
        self.page.line(&self.say(&head))?;
        for failure in &matches.failures {
            self.row(failure)?;
        }
        for note in &matches.notes {
            self.page.blank()?;
            let note = phrase!("Note: {note}.", note = Phrase::fixed(note));
            self.page.paragraph("", &self.say(&note), "")?;
        }
        let end = phrase!("\nhello-mtls gallery NAME shows one.");
        self.page.line(&self.say(&end))
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
        let story = &failure.words(self.language()).story;
        self.page.paragraph(&format!("{mark} {name} "), story, "")
    }

    /// A line for each case: the side that noticed, the alert, and how long the client believed that it was in.
    pub fn overview(&mut self, runs: &[Run], took: Duration) -> io::Result<()> {
        let [case, who, alert, late] = [
            phrase!("case"),
            phrase!("who saw"),
            phrase!("alert"),
            phrase!("too late"),
        ]
        .map(|head| self.say(&head));
        let columns = format!(
            "    {}{}{}{late:>8}",
            text::pad(&case, 28),
            text::pad(&who, 8),
            text::pad(&alert, 27),
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
        let sum = phrase!(
            "\n{well} of {all} failed as they should in {version}, {unseen} of them unnoticed by all ({seconds} s)",
            well,
            all = runs.len(),
            version = runs.first().map_or("", |run| version(run.tls_max)),
            unseen,
            seconds = format!("{:.1}", took.as_secs_f64())
        );
        self.page.line(&self.say(&sum))
    }

    fn result_row(&mut self, run: &Run) -> io::Result<()> {
        let differences = run.differences();
        let mark = if differences.is_empty() {
            "✓".to_owned()
        } else {
            self.page.paint.with(RED, "✗")
        };
        // The names of the sides and `nobody` have six columns each, in both languages: no need to pad them.
        let who = match run.noticed() {
            Some((_, side)) => self.page.paint.side(side),
            None => self.say(&phrase!("nobody")),
        };
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
                let (number, title) = (step.number(), step.title());
                let title = self.say(&phrase!("step {number}, {title}", number, title));
                self.page.paragraph("", &title, BOLD)?;
                last = Some(step);
            }
            row(self, one)?;
        }
        Ok(())
    }
}
