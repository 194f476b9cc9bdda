//! `lab`: exercises that grade themselves.

use std::io;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::look::Look;
use super::{output, print};
use crate::error::Error;
use crate::instruments::lab::folder::{Checked, Lab};
use crate::instruments::lab::wording::folded;
use crate::instruments::lab::{EXERCISES, Exercise, find, report};
use crate::instruments::page::{LongWords, Page};
use crate::language::Language;
use crate::phrase;

#[derive(Args)]
pub(super) struct LabOptions {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// List the exercises, and which are solved
    List,
    /// Draw an exercise, and write its folder lab/NAME
    Start { name: String },
    /// Try what you have made of it: 0 solved, 1 not yet
    Check {
        /// Without it, all that were started
        name: Option<String>,
        /// For a machine: a result per test
        #[arg(long)]
        json: bool,
    },
    /// The first hint; with a number the second or the third
    Hint {
        name: String,
        /// 1, 2 or 3: each says a little more
        #[arg(default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
        number: u8,
    },
    /// The commands, and why they are right
    Solution { name: String },
    /// Move the folder aside, and draw anew
    Reset { name: String },
}

pub(super) fn run(options: LabOptions, look: Look) -> Result<ExitCode, Error> {
    let language = look.language;
    let lab = Lab::here();
    match options.command.unwrap_or(Command::List) {
        Command::List => list(&lab, look)?,
        Command::Start { name } => {
            let exercise = find(&name)?;
            let folder = lab.start(exercise, language)?;
            show(look, |page| report::started(page, exercise, &folder))?;
        }
        Command::Check { name, json } => return check(&lab, name.as_deref(), json, look),
        Command::Hint { name, number } => {
            let texts = lab.texts(find(&name)?, language)?;
            let hint = texts.hints.get(usize::from(number) - 1).cloned();
            text(&folded(&hint.unwrap_or_default()))?;
            if number < 3 {
                let next = phrase!(
                    "one more: hello-mtls lab hint {name} {next}",
                    name,
                    next = number + 1
                );
                text(&next.in_language(language))?;
            }
        }
        Command::Solution { name } => text(&folded(&lab.solution(find(&name)?, language)?))?,
        Command::Reset { name } => {
            let exercise = find(&name)?;
            let kept = lab.reset(exercise, language)?;
            if let Some(kept) = kept {
                let kept = kept.display().to_string();
                text(&phrase!("the old folder is kept as {kept}", kept).in_language(language))?;
            }
            let folder = lab.folder(exercise);
            show(look, |page| report::started(page, exercise, &folder))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn text(text: &str) -> Result<(), Error> {
    print(format!("{text}\n").into_bytes())
}

fn show(look: Look, write: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> Result<(), Error> {
    let mut out = Vec::new();
    let paint = look.paint(&io::stdout());
    let long_words = LongWords::Keep;
    write(&mut Page {
        out: &mut out,
        paint,
        long_words,
    })
    .map_err(output)?;
    print(out)
}

fn list(lab: &Lab, look: Look) -> Result<(), Error> {
    let language = look.language;
    let mut rows = Vec::new();
    let started = lab.started();
    for exercise in EXERCISES {
        let begun = started.iter().any(|one| one.name == exercise.name);
        let checked = if begun {
            let looked = lab.look(exercise, language);
            Some(looked.unwrap_or_else(|error| Checked::impossible(exercise, language, error)))
        } else {
            None
        };
        rows.push((exercise, title(exercise, language), checked));
    }
    show(look, |page| report::list(page, &rows))
}

fn title(exercise: &Exercise, language: Language) -> String {
    exercise.texts.texts(language, &[]).title
}

fn check(lab: &Lab, name: Option<&str>, json: bool, look: Look) -> Result<ExitCode, Error> {
    let exercises = match name {
        Some(name) => vec![find(name)?],
        None => lab.started(),
    };
    let mut all: Vec<Checked> = Vec::new();
    let several = exercises.len() > 1;
    for exercise in exercises {
        all.push(match lab.check(exercise, look.language) {
            // One that cannot be graded does not keep the others from it, nor a machine from its line.
            Err(error) if several || json => Checked::impossible(exercise, look.language, error),
            checked => checked?,
        });
    }
    if json {
        text(&report::json(&all))?;
    } else if all.is_empty() {
        show(look, report::nothing_started)?;
    } else {
        show(look, |page| {
            all.iter().try_for_each(|one| report::checked(page, one))
        })?;
    }
    Ok(match report::all_solved(&all) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
