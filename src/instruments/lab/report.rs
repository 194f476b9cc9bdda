//! What a check found, at 80 columns for a learner, and as JSON for a teacher who collects it.

use std::io;
use std::path::Path;

use super::folder::Checked;
use super::tests::{Test, Verdict};
use super::wording::Texts;
use super::{EXERCISES, Exercise};
use crate::docs;
use crate::instruments::page::{BOLD, DIM, GREEN, Page, Paint, RED};
use crate::language::Phrase;
use crate::narration::json::Object;
use crate::narration::words;
use crate::phrase;
use crate::text;

/// The exercises, one line each: `checked` has those that were started.
///
/// # Errors
/// Those of the page's output.
pub fn list(page: &mut Page<'_>, rows: &[(&Exercise, String, Option<Checked>)]) -> io::Result<()> {
    for (exercise, title, checked) in rows {
        let (mark, state, colour) = match checked {
            None => (" ", phrase!("not started"), DIM),
            Some(checked) if checked.solved() => ("✓", phrase!("solved"), GREEN),
            Some(checked) if checked.not_checked() => ("?", phrase!("not checked yet"), ""),
            Some(checked) => {
                let passed = checked.tests.iter().filter(|test| test.passed()).count();
                let all = checked.tests.len();
                (
                    "·",
                    phrase!("{passed} of {all} tests pass", passed, all),
                    "",
                )
            }
        };
        let steps: Vec<String> = exercise
            .steps
            .iter()
            .map(|step| step.number().to_string())
            .collect();
        let head = format!(
            "  {mark} {}{}",
            text::pad(exercise.name, 23),
            text::pad(&steps.join(","), 6)
        );
        let state = page.paint.words(&state);
        page.entry(
            &head,
            title,
            &format!("  {}", page.paint.with(colour, &state)),
            "",
        )?;
    }
    page.blank()?;
    let steps = phrase!(
        "the numbers are the steps of the handshake that an exercise trains; 0 is before the first byte"
    );
    page.paragraph("", &page.paint.words(&steps), DIM)?;
    let begin = phrase!("begin one: hello-mtls lab start NAME");
    page.paragraph("", &page.paint.words(&begin), DIM)?;
    page.paragraph("", &page.paint.words(&about()), DIM)
}

/// Where the lab is explained.
fn about() -> Phrase {
    phrase!(
        "what each exercise trains, and how a check works: {page}",
        page = docs::page("lab.md")
    )
}

/// An exercise was drawn: where its task stands, and how it goes on.
///
/// # Errors
/// Those of the page's output.
pub fn started(page: &mut Page<'_>, exercise: &Exercise, folder: &Path) -> io::Result<()> {
    let file = folder.join("README.md").display().to_string();
    page.paragraph("", &page.paint.words(&phrase!("read {file}", file)), "")?;
    let work = phrase!("work in the folder of the exercise, and check it there:");
    page.paragraph("", &page.paint.words(&work), "")?;
    page.command("  ", &format!("cd {}", text::shell(folder)))?;
    page.command("  ", &format!("hello-mtls lab check {}", exercise.name))?;
    page.paragraph("", &page.paint.words(&about()), DIM)
}

/// No exercise was started, so there is nothing to check.
///
/// # Errors
/// Those of the page's output.
pub fn nothing_started(page: &mut Page<'_>) -> io::Result<()> {
    let name = EXERCISES.first().map_or("NAME", |exercise| exercise.name);
    let words = phrase!(
        "no exercise was started in this folder, so there is nothing to check\nbegin one: hello-mtls lab start {name}",
        name
    );
    page.paragraph("", &page.paint.words(&words), "")
}

/// One exercise: every test, and of a test that failed what both sides said.
///
/// # Errors
/// Those of the page's output.
pub fn checked(page: &mut Page<'_>, checked: &Checked) -> io::Result<()> {
    let title = format!("lab: {}", checked.exercise.name);
    page.title(&title, BOLD)?;
    page.blank()?;
    let first_failed = checked.tests.iter().position(|test| !test.passed());
    for (number, test) in checked.tests.iter().enumerate() {
        row(page, &checked.texts, test, first_failed == Some(number))?;
    }
    page.blank()?;
    let (passed, all) = (
        checked.tests.iter().filter(|test| test.passed()).count(),
        checked.tests.len(),
    );
    let words = if checked.solved() {
        phrase!("solved: {all} of {all} tests pass", all)
    } else if checked.not_checked() {
        phrase!("not checked: this says nothing about your work")
    } else {
        phrase!("not solved yet: {passed} of {all} tests pass", passed, all)
    };
    let colour = match (checked.solved(), checked.not_checked()) {
        (true, _) => GREEN,
        (false, true) => "",
        (false, false) => RED,
    };
    let words = page.paint.words(&words);
    page.paragraph("", &words, colour)?;
    if !checked.solved() && !checked.not_checked() {
        let name = checked.exercise.name;
        page.paragraph(
            "",
            &page
                .paint
                .words(&phrase!("stuck? hello-mtls lab hint {name}", name)),
            DIM,
        )?;
    }
    Ok(())
}

/// One test. Of the first one that failed, and of no other, the whole conversation is told.
fn row(page: &mut Page<'_>, texts: &Texts, test: &Test, told: bool) -> io::Result<()> {
    let (mark, colour) = match test.verdict {
        Verdict::Passed => ("✓", GREEN),
        Verdict::Failed => ("✗", RED),
        Verdict::NotChecked => ("?", ""),
    };
    let head = format!("{} ", page.paint.with(colour, mark));
    page.paragraph(
        &head,
        &format!("{}: {}", test.name, tried(texts, test, page.paint)),
        "",
    )?;
    if test.passed() {
        return Ok(());
    }
    let events = test
        .events
        .iter()
        .filter(|event| told && event.step.is_some());
    for event in events {
        let said = words::words(&event.fact).what;
        // The narration says nothing that a terminal would obey; a line feed in it ends a paragraph.
        let head = format!("    {}  ", page.paint.side(event.side));
        page.paragraph(&head, &page.paint.words(&said), DIM)?;
    }
    let label = |words: &Phrase| format!("    {} ", text::pad(&page.paint.words(words), 9));
    let rows = [
        (
            label(&phrase!("expected")),
            page.paint.words(&test.expected),
            "",
        ),
        (
            label(&phrase!("found")),
            page.paint.words(&test.found),
            colour,
        ),
        (label(&phrase!("try")), page.paint.words(&test.remedy), ""),
        (
            label(&phrase!("more")),
            page.paint.words(&docs::page(test.page)),
            DIM,
        ),
    ];
    let rows = rows.into_iter().filter(|(_, words, _)| !words.is_empty());
    for (head, words, colour) in rows {
        labelled(page, &head, &words, colour)?;
    }
    Ok(())
}

/// Words behind a label. A line that begins with two spaces is a command to paste.
fn labelled(page: &mut Page<'_>, head: &str, words: &str, colour: &str) -> io::Result<()> {
    let margin = " ".repeat(text::columns(head));
    for (number, line) in words.split('\n').enumerate() {
        let head = if number == 0 { head } else { &margin };
        match line.strip_prefix("  ") {
            Some(command) => page.command(head, command)?,
            None => page.paragraph(head, line, colour)?,
        }
    }
    Ok(())
}

fn tried(texts: &Texts, test: &Test, paint: Paint) -> String {
    match texts.tried(test.name) {
        "" => paint.words(&phrase!("the files of the exercise can be used")),
        tried => tried.to_owned(),
    }
}

/// Whether there is something, and all of it is solved.
pub fn all_solved(checked: &[Checked]) -> bool {
    !checked.is_empty() && checked.iter().all(Checked::solved)
}

/// A check for a machine: `{"version":1,"solved":true,"exercises":[{"name":…,"status":…,"tests":[{"name":…,"status":…,"message":…}]}]}`.
/// A status is `pass`, `fail` or `not-checked`; a message is what was found, in English.
pub fn json(checked: &[Checked]) -> String {
    let exercises: Vec<String> = checked.iter().map(exercise_json).collect();
    let mut object = Object::default();
    object.member("version", &1_u64);
    object.member("solved", &all_solved(checked));
    object.raw("exercises", &format!("[{}]", exercises.join(",")));
    object.json()
}

fn exercise_json(checked: &Checked) -> String {
    let tests: Vec<String> = checked.tests.iter().map(test_json).collect();
    let verdict = match (checked.solved(), checked.not_checked()) {
        (true, _) => Verdict::Passed,
        (false, true) => Verdict::NotChecked,
        (false, false) => Verdict::Failed,
    };
    let mut object = Object::default();
    object.member("name", checked.exercise.name);
    object.member("status", status(verdict));
    object.raw("tests", &format!("[{}]", tests.join(",")));
    object.json()
}

fn test_json(test: &Test) -> String {
    let mut object = Object::default();
    object.member("name", test.name);
    object.member("status", status(test.verdict));
    object.member("message", test.found.to_string().as_str());
    object.json()
}

fn status(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "pass",
        Verdict::Failed => "fail",
        Verdict::NotChecked => "not-checked",
    }
}
