//! The lab: no exercise is solved from the start, each solution solves it, and each shortcut is caught by the test that is meant
//! for it.

use hello_mtls::instruments::lab::folder::Lab;
use hello_mtls::instruments::lab::wording::Texts;
use hello_mtls::instruments::lab::{EXERCISES, Exercise};
use hello_mtls::language::Language;

use crate::common::{Folder, openssl};

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
    for exercise in EXERCISES {
        let (folder, _) = started(exercise);
        assert_ne!(failed(&folder, exercise), [""; 0], "{}", exercise.name);
    }
}

#[test]
fn every_solution_solves_its_exercise() {
    if openssl().is_none() {
        return;
    }
    for exercise in EXERCISES {
        let (folder, texts) = started(exercise);
        paste(&folder, exercise, &Texts::commands(&texts.solution));
        assert_eq!(failed(&folder, exercise), [""; 0], "{}", exercise.name);
        folder.run("hello-mtls lab list").ends(0).says("solved");
    }
}

#[test]
fn every_shortcut_is_caught_by_its_test() {
    if openssl().is_none() {
        return;
    }
    for exercise in EXERCISES {
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
