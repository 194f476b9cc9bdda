//! All cases at a glance, a line each: what they are, and how they went. Unaware of how they came about.

use std::io;
use std::time::Duration;

use super::panels::{Panels, believed, milliseconds, named, version};
use super::run::Run;
use super::versions::ENGLISH;
use super::{Case, Outcome, cases};
use crate::instruments::page::{self, BOLD, DIM, RED};

impl Panels<'_> {
    /// The cases, by step: name and story.
    pub fn list(&mut self) -> io::Result<()> {
        self.by_step(cases::all(), Self::row)?;
        writeln!(
            self.out,
            "\nAll fail in TLS 1.3 and in 1.2; ≠ fails otherwise in 1.2 (--tls-max 1.2).\n\
             hello-mtls gallery CASE shows one, --all runs all of them.\n\
             hello-mtls gallery \"an error message\" says which cases have it."
        )
    }

    /// The cases in which somebody says the words that were asked for, by step.
    pub fn found(&mut self, said: &[&'static Case]) -> io::Result<()> {
        self.by_step(said.iter().copied(), Self::row)?;
        writeln!(
            self.out,
            "\nSomebody says so in each of these. hello-mtls gallery CASE shows one."
        )
    }

    fn row(&mut self, case: &Case) -> io::Result<()> {
        let [tls13, tls12] = &case.fails;
        let mark = match ENGLISH.otherwise(tls13, tls12).is_empty() {
            true => " ",
            false => "≠",
        };
        let name = self.paint.with(BOLD, &format!("{:<27}", case.name));
        writeln!(self.out, "{mark} {name} {}", case.words.story)
    }

    /// A line a case: who noticed, the alert, and how long the client believed that it was in.
    pub fn wall(&mut self, runs: &[Run], took: Duration) -> io::Result<()> {
        let columns = format!(
            "    {:<28}{:<8}{:<27}{:>8}",
            "case", "who saw", "alert", "too late"
        );
        let columns = self.paint.with(DIM, &columns);
        writeln!(self.out, "{columns}")?;
        self.by_step(cases::all(), |panels, case| {
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
                .with(page::side(side), &format!("{:<6}", side.to_string())),
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
        cases: impl Iterator<Item = &'static Case>,
        mut show: impl FnMut(&mut Self, &'static Case) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut step = None;
        for case in cases {
            let [Outcome { step: this, .. }, _] = case.fails;
            let last = step.replace(this);
            if last != Some(this) {
                let gap = if last.is_none() { "" } else { "\n" };
                let title = format!("step {}, {}", this.number(), this.title());
                let title = self.paint.with(BOLD, &title);
                writeln!(self.out, "{gap}{title}")?;
            }
            show(self, case)?;
        }
        Ok(())
    }
}
