//! The lab's texts and folders: the same in both languages, drawn by lot, sealed, and never lost.

mod answers;
mod learner;

use std::fs;

use hello_mtls::instruments::lab::folder::Lab;
use hello_mtls::instruments::lab::wording::Texts;
use hello_mtls::instruments::lab::{EXERCISES, Exercise, find};
use hello_mtls::language::Language;

use crate::common::Folder;
use crate::common::pages::root;

#[test]
fn the_two_languages_have_the_same_parts_and_the_same_commands() {
    for exercise in EXERCISES {
        let [english, chinese] = [Language::English, Language::Chinese]
            .map(|language| exercise.texts.texts(language, &[]));
        let name = exercise.name;
        for texts in [&english, &chinese] {
            assert!(texts.task.starts_with("# "), "{name}");
            assert_eq!(texts.hints.len(), 3, "{name}");
            assert!(!texts.solution.is_empty(), "{name}");
        }
        let commands = |texts: &Texts| {
            let shortcuts = texts.shortcuts.iter();
            let shortcuts =
                shortcuts.map(|one| (one.caught_by.clone(), Texts::commands(&one.text)));
            (
                Texts::commands(&texts.solution),
                shortcuts.collect::<Vec<_>>(),
            )
        };
        assert_eq!(commands(&english), commands(&chinese), "{name}");
        assert_ne!(english.title, chinese.title, "{name}");
    }
}

#[test]
fn names_are_drawn_and_every_word_of_a_text_is_filled_in() {
    let folder = Folder::new();
    for exercise in EXERCISES {
        for (part, language) in [("one", Language::English), ("two", Language::Chinese)] {
            let lab = Lab::at(&folder.path(part));
            lab.start(exercise, language).unwrap();
            let texts = format!("{:?}", lab.texts(exercise, language).unwrap());
            assert!(!texts.contains("{{"), "{}: {texts}", exercise.name);
            let readme = lab.folder(exercise).join("README.md");
            let readme = fs::read_to_string(readme).unwrap();
            assert!(readme.starts_with("# "), "{readme}");
        }
    }
}

#[test]
fn every_test_of_a_check_says_in_both_languages_what_it_tries() {
    let folder = Folder::new();
    // cargo builds the program of this one: its test is an outside one.
    let here = |exercise: &&Exercise| exercise.name != "success-is-not-success";
    for exercise in EXERCISES.iter().filter(here) {
        for language in [Language::English, Language::Chinese] {
            let lab = Lab::at(&folder.path(language.pick("en", "zh")));
            lab.start(exercise, language).unwrap();
            let checked = lab.check(exercise, language).unwrap();
            assert!(!checked.solved(), "{}", exercise.name);
            for test in checked.tests.iter().filter(|test| test.name != "files") {
                let tried = checked.texts.tried(test.name);
                assert_ne!(tried, "", "{}: {}", exercise.name, test.name);
            }
        }
    }
}

/// The page of a step would be a third of the answer.
#[test]
fn a_check_of_whose_fault_does_not_give_the_step_away() {
    let folder = Folder::new();
    let (lab, exercise) = (Lab::at(&folder.path("lab")), find("whose-fault").unwrap());
    lab.start(exercise, Language::English).unwrap();
    let checked = lab.check(exercise, Language::English).unwrap();
    let pages: Vec<&str> = checked.tests.iter().map(|test| test.page).collect();
    assert_eq!(pages, ["wire.md"; 3]);
}

#[test]
fn all_files_that_are_not_made_yet_are_named() {
    let folder = Folder::new();
    folder.run("hello-mtls lab start two-cas").ends(0);
    folder
        .run("hello-mtls lab check two-cas")
        .ends(1)
        .says("not in this folder: servers-ca.crt, servers-ca.key, clients-ca.crt, clients-ca.key");
}

#[test]
fn a_draw_that_was_edited_is_not_graded() {
    let folder = Folder::new();
    folder.run("hello-mtls lab start first-hello").ends(0);
    let draw = fs::read_to_string(folder.path("lab/first-hello/.draw")).unwrap();
    folder.write("lab/first-hello/.draw", draw.replace("seed ", "seed 0"));
    folder
        .run("hello-mtls lab check first-hello")
        .ends(1)
        .says("was changed")
        .says("lab reset first-hello");
}

#[test]
fn a_reset_loses_nothing_and_draws_anew() {
    let folder = Folder::new();
    folder.run("hello-mtls lab start first-hello").ends(0);
    folder.write("lab/first-hello/mine", "work");
    folder
        .run("hello-mtls lab start first-hello")
        .ends(1)
        .says("started before");
    folder
        .run("hello-mtls lab reset first-hello")
        .ends(0)
        .says("lab/first-hello.old-1");
    assert_eq!(
        fs::read_to_string(folder.path("lab/first-hello.old-1/mine")).unwrap(),
        "work"
    );
    let [old, new] = ["first-hello.old-1", "first-hello"]
        .map(|name| fs::read_to_string(folder.path(&format!("lab/{name}/.draw"))).unwrap());
    assert_ne!(old, new);
}

#[test]
fn a_check_can_be_run_in_the_folder_of_the_exercise() {
    let folder = Folder::new();
    folder.run("hello-mtls lab start first-hello").ends(0);
    folder
        .run("cd lab/first-hello && hello-mtls lab check first-hello")
        .ends(1)
        .says("not solved yet");
}

#[test]
fn an_unknown_exercise_is_answered_with_the_names() {
    assert!(find("nothing").is_err());
    let folder = Folder::new();
    folder
        .run("hello-mtls lab start nothing")
        .ends(2)
        .says("first-hello");
}

#[test]
fn the_page_of_the_lab_lists_the_exercises_as_they_are() {
    for page in ["docs/lab.md", "docs/zh/lab.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let rows: Vec<(&str, &str, &str)> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
            .filter_map(|(name, rest)| {
                let cells: Vec<&str> = rest.split(" | ").collect();
                let [_, steps, minutes] = cells[..] else {
                    return None;
                };
                Some((name, steps, minutes.trim_end_matches(" |")))
            })
            .collect();
        let expected: Vec<(&str, String, String)> = EXERCISES
            .iter()
            .map(|exercise| {
                let steps = exercise.steps.iter().map(|step| step.number().to_string());
                let steps: Vec<String> = steps.collect();
                (
                    exercise.name,
                    steps.join(", "),
                    exercise.minutes.to_string(),
                )
            })
            .collect();
        let expected = expected.iter();
        let expected: Vec<(&str, &str, &str)> = expected
            .map(|(name, steps, minutes)| (*name, steps.as_str(), minutes.as_str()))
            .collect();
        assert_eq!(rows, expected, "{page}");
    }
}
