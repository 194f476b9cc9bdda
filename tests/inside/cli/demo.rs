//! `hello-mtls demo`: what it prints.

use hello_mtls::text::columns;

use crate::common::pages::commands;
use crate::common::{Folder, Ran};

#[test]
fn the_demo_is_told_in_80_columns_and_without_colours_in_a_pipe() {
    let demo = Folder::new().run("hello-mtls demo").ends(0);
    assert_eq!(demo.stderr, "");
    assert!(
        !demo.stdout.contains('\u{1b}'),
        "an escape sequence\n{demo}"
    );
    for line in demo.stdout.lines() {
        // The path of the program may be long: a word is not broken.
        let words = line.split_whitespace().map(columns);
        let columns = columns(line);
        assert!(
            columns <= 80 || words.max() > Some(40),
            "{columns} columns: {line}"
        );
    }
}

#[test]
fn each_chapter_has_its_steps_and_each_refusal_its_place() {
    let demo = Folder::new().run("hello-mtls demo").ends(0);
    let tls = chapter(&demo, "1. TLS in four steps", "2. mTLS in seven steps");
    assert_eq!(steps(tls, "client"), [1, 3, 7]);
    assert_eq!(steps(tls, "server"), [1, 2, 7]);
    assert!(tls.contains("200 OK"));
    assert!(tls.contains("\n                Hello World\n"), "{tls}");

    let mtls = chapter(&demo, "2. mTLS in seven steps", "3. Three refusals");
    assert_eq!(steps(mtls, "client"), [1, 3, 4, 7]);
    assert_eq!(steps(mtls, "server"), [1, 2, 5, 6, 7]);
    assert!(mtls.contains("200 OK"));
    assert!(mtls.contains("\n                Hello World\n"), "{mtls}");

    let nobody = chapter(
        &demo,
        "No certificate.",
        "A certificate of a stranger's CA.",
    );
    assert_eq!(refused(nobody), ["server 5", "client 5"]);
    assert!(nobody.contains("certificate_required (116)"), "{nobody}");
    let stranger = chapter(
        &demo,
        "A certificate of a stranger's CA.",
        "A certificate of the right CA",
    );
    assert_eq!(refused(stranger), ["server 5", "client 5"]);
    assert!(stranger.contains("unknown_ca (48)"), "{stranger}");
    let guest = chapter(&demo, "A certificate of the right CA", "Go on by hand");
    assert_eq!(refused(guest), ["server 6"]);
    assert!(guest.contains("403 Forbidden"), "{guest}");
}

/// What stands between two titles.
fn chapter<'a>(demo: &'a Ran, title: &str, next: &str) -> &'a str {
    let from = demo
        .stdout
        .find(title)
        .unwrap_or_else(|| panic!("no \"{title}\" in\n{demo}"));
    let until = demo
        .stdout
        .find(next)
        .unwrap_or_else(|| panic!("no \"{next}\" in\n{demo}"));
    &demo.stdout[from..until]
}

/// The steps of one side in their order: `  0.3 client 1  says hello …`.
fn steps(story: &str, side: &str) -> Vec<u32> {
    let mut steps: Vec<u32> = story
        .lines()
        .filter_map(|line| line.split_once(side)?.1.get(1..2)?.parse().ok())
        .collect();
    steps.dedup();
    steps
}

/// Who refused, and at which step: `  1.7 server 5✗ the server asked …`.
fn refused(story: &str) -> Vec<&str> {
    let lines = story.lines().filter_map(|line| line.split_once('✗'));
    let heads = lines.filter_map(|(head, _)| head.trim_start().split_once(' '));
    heads.map(|(_milliseconds, who)| who).collect()
}

#[test]
fn the_demo_runs_again_in_its_folder_and_names_the_program_as_a_shell_finds_it() {
    let folder = Folder::new();
    let program = env!("CARGO_BIN_EXE_hello-mtls");
    for (folder_of_the_program, name) in [(".", "copy"), ("it's in here", "hello mtls")] {
        let copied = format!("{folder_of_the_program}/{name}");
        folder
            .run(&format!(
                "mkdir -p \"{folder_of_the_program}\" && cp {program} \"{copied}\""
            ))
            .ends(0);
        let demo = folder.run(&format!("\"./{copied}\" demo")).ends(0);
        let read = commands(&demo.stdout).pop().expect("a command");
        folder.run(&read).ends(0);
    }
}
