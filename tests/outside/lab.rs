//! The lab: no exercise is solved from the start, each solution solves it, and each shortcut is caught by the test that is meant
//! for it.

use std::fs;
use std::path::Path;
use std::process::Command;

use hello_mtls::instruments::lab::folder::Lab;
use hello_mtls::instruments::lab::tests::{Test, Verdict};
use hello_mtls::instruments::lab::wording::Texts;
use hello_mtls::instruments::lab::{EXERCISES, Exercise, find};
use hello_mtls::language::Language;

use crate::common::{Folder, openssl};

/// The exercise whose program cargo builds. It has a test of its own.
const BUILT: &str = "success-is-not-success";

fn exercises() -> impl Iterator<Item = &'static Exercise> {
    EXERCISES.iter().filter(|exercise| exercise.name != BUILT)
}

/// A new folder in which the exercise was started.
fn started(exercise: &Exercise) -> (Folder, Texts) {
    let folder = Folder::new();
    let name = exercise.name;
    folder
        .run(&format!("hello-mtls lab start {name}"))
        .ends(0)
        .says(&format!("lab/{name}/README.md"));
    let lab = Lab::at(&folder.path("lab"));
    let texts = lab.texts(exercise, Language::English).unwrap();
    (folder, texts)
}

/// Runs commands in the folder of the exercise.
fn paste(folder: &Folder, exercise: &Exercise, commands: &str) {
    let script = format!("set -e\ncd lab/{}\n{commands}", exercise.name);
    folder.write("pasted.sh", &script);
    folder.run("sh pasted.sh").ends(0);
}

/// The names of the tests that failed, in a check as a teacher collects it.
fn failed(folder: &Folder, exercise: &Exercise) -> Vec<String> {
    let name = exercise.name;
    let ran = folder.run(&format!("hello-mtls lab check {name} --json"));
    assert!(!ran.stdout.contains("\\\\n"), "an escape for people: {ran}");
    let failed = ran
        .stdout
        .split("{\"name\":\"")
        .filter(|test| test.contains("\"status\":\"fail\",\"message\""))
        .filter_map(|test| test.split('"').next())
        .map(str::to_owned)
        .collect::<Vec<_>>();
    ran.ends(if failed.is_empty() { 0 } else { 1 });
    failed
}

#[test]
fn no_exercise_is_solved_when_it_is_started() {
    if openssl().is_none() {
        return;
    }
    for exercise in exercises() {
        let (folder, _) = started(exercise);
        assert_ne!(failed(&folder, exercise), [""; 0], "{}", exercise.name);
    }
}

#[test]
fn every_solution_solves_its_exercise() {
    if openssl().is_none() {
        return;
    }
    for exercise in exercises() {
        let (folder, _) = started(exercise);
        // As it is printed: its first command goes to the folder.
        let printed = folder.run(&format!("hello-mtls lab solution {}", exercise.name));
        folder.write("pasted.sh", Texts::commands(&printed.stdout));
        folder.run("sh -e pasted.sh").ends(0);
        assert_eq!(failed(&folder, exercise), [""; 0], "{}", exercise.name);
        folder.run("hello-mtls lab list").ends(0).says("solved");
    }
}

#[test]
fn every_shortcut_is_caught_by_its_test() {
    if openssl().is_none() {
        return;
    }
    for exercise in exercises() {
        let (_, texts) = started(exercise);
        assert!(!texts.shortcuts.is_empty(), "{}", exercise.name);
        for at in 0..texts.shortcuts.len() {
            let (folder, texts) = started(exercise);
            let shortcut = &texts.shortcuts[at];
            paste(&folder, exercise, &Texts::commands(&shortcut.text));
            let failed = failed(&folder, exercise);
            assert!(
                failed.contains(&shortcut.caught_by),
                "{}, {}: failed are {failed:?}",
                exercise.name,
                shortcut.caught_by
            );
        }
    }
}

/// One folder for all of them, always the same: cargo knows it again, and does not leave an executable for each run.
#[test]
fn the_client_is_graded_by_what_it_reports() {
    let exercise = find(BUILT).unwrap();
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab-client");
    let lab = Lab::at(&place);
    // What an earlier run has compiled stays, wherever that is.
    for old in [exercise.name, "new"] {
        let _ = fs::remove_dir_all(place.join(old));
    }
    lab.start(exercise, Language::English).unwrap();
    let texts = lab.texts(exercise, Language::English).unwrap();
    let check = || lab.check(exercise, Language::English).unwrap();
    let paste = |commands: &str| {
        let mut shell = Command::new("sh");
        let shell = shell.args(["-ec", commands]);
        assert!(
            shell
                .current_dir(lab.folder(exercise))
                .status()
                .unwrap()
                .success()
        );
    };

    let at_first = check();
    assert!(!at_first.not_checked(), "{at_first:#?}");
    for test in &at_first.tests {
        for language in [Language::English, Language::Chinese] {
            let texts = lab.texts(exercise, language).unwrap();
            assert_ne!(texts.tried(test.name), "", "{}", test.name);
        }
    }
    let failed = names(&at_first.tests, Verdict::Failed);
    for report in ["other-ca", "forbidden", "slow-refusal"] {
        assert!(failed.contains(&report), "at the start: {failed:?}");
    }
    for (number, shortcut) in texts.shortcuts.iter().enumerate() {
        paste(&Texts::commands(&shortcut.text));
        let checked = check();
        let failed = names(&checked.tests, Verdict::Failed);
        let caught_by = shortcut.caught_by.as_str();
        assert!(
            failed.contains(&caught_by),
            "{number}, {caught_by}: {failed:?}"
        );
        assert!(!checked.not_checked(), "{number}");
    }
    paste(&Texts::commands(&texts.solution));
    let checked = check();
    assert!(checked.solved(), "{:#?}", checked.tests);
    // A new folder shares what is compiled, but for the program itself.
    let new = Lab::at(&place.join("new"));
    new.start(exercise, Language::English).unwrap();
    let checked = new.check(exercise, Language::English).unwrap();
    assert!(
        !checked.solved() && !checked.not_checked(),
        "{:#?}",
        checked.tests
    );
    // Its libraries are compiled by now, so that a list grades it, too.
    assert!(lab.look(exercise, Language::English).unwrap().solved());
}

fn names(tests: &[Test], verdict: Verdict) -> Vec<&'static str> {
    let found = tests.iter().filter(|test| test.verdict == verdict);
    found.map(|test| test.name).collect()
}

/// cargo does what it does on a machine without it, or without the internet: that is no fault of the learner's.
#[test]
fn a_program_that_cannot_be_built_here_is_not_graded() {
    let (folder, _) = started(find(BUILT).unwrap());
    folder.write(
        "cargo",
        "#!/bin/sh\necho 'error: failed to get `rustls` as a dependency' >&2\nexit 101\n",
    );
    folder.run("chmod +x cargo").ends(0);
    let without_network = format!("PATH=\"$PWD:$PATH\" hello-mtls lab check {BUILT}");
    folder
        .run(&without_network)
        .ends(1)
        .says("not checked")
        .says("as a dependency");
    folder
        .run(&format!("{without_network} --json"))
        .ends(1)
        .says(r#""status":"not-checked""#)
        .does_not_say(r#""status":"fail""#);
    folder
        .run(&format!(
            "program=$(command -v hello-mtls); PATH=/nowhere $program lab check {BUILT}"
        ))
        .ends(1)
        .says("cargo was not found")
        .does_not_say("not solved");
}
