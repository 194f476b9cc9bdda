//! What a terminal expects of a tool: colours that can be chosen, `help COMMAND`, completions, man pages.
use std::collections::BTreeMap;

use clap_complete::{Shell, generate};
use clap_mangen::Man;
use hello_mtls::cli::command_line;

use crate::common::Folder;
use crate::common::snapshots::holds_all;

const PROGRAM: &str = "hello-mtls";

#[test]
fn completions_are_those_of_the_command_line() {
    let mut files = BTreeMap::new();
    for (shell, name) in [
        (Shell::Bash, "hello-mtls.bash"),
        (Shell::Zsh, "_hello-mtls"),
        (Shell::Fish, "hello-mtls.fish"),
    ] {
        let mut script = Vec::new();
        generate(shell, &mut command_line(), PROGRAM, &mut script);
        // clap_complete 4.6 spells the hyphen of a program's name in two ways in bash, and then no subcommand is found.
        // tests/outside/terminal.rs asks bash.
        let script = String::from_utf8(script).unwrap();
        let script = script.replace("hello__subcmd__mtls", "hello__mtls");
        for word in ["gallery", "color", "always", "tls-max"] {
            assert!(script.contains(word), "{name}: {word}");
        }
        files.insert(name.to_owned(), script);
    }
    holds_all("completions", &files);
}

/// A page per command: `hello-mtls.1`, `hello-mtls-certs-ca.1`.
#[test]
fn man_pages_are_those_of_the_command_line() {
    let mut command = command_line().disable_help_subcommand(true);
    command.build();
    let mut files = BTreeMap::new();
    let mut open = vec![(PROGRAM.to_owned(), command)];
    while let Some((name, command)) = open.pop() {
        for below in command.get_subcommands() {
            open.push((format!("{name}-{}", below.get_name()), below.clone()));
        }
        let mut page = Vec::new();
        let man = Man::new(command).date("");
        man.render(&mut page).unwrap();
        files.insert(format!("{name}.1"), String::from_utf8(page).unwrap());
    }
    assert!(files.len() >= 20, "{:?}", files.keys());
    holds_all("man", &files);
}

#[test]
fn help_of_a_command_is_its_help() {
    let folder = Folder::new();
    for command in ["", "serve", "certs", "certs ca", "lab check", "help"] {
        let asked = folder.run(&format!("hello-mtls help {command}")).ends(0);
        let help = folder.run(&format!("hello-mtls {command} --help")).ends(0);
        asked.prints(&help.stdout);
    }
    let unknown = folder.run("hello-mtls help nonsense").ends(2);
    assert!(unknown.stderr.contains("nonsense"), "{unknown}");
}

#[test]
fn colours_come_where_they_are_asked_for() {
    let folder = Folder::with_certs();
    for (command, coloured) in [
        ("hello-mtls step", false),
        ("hello-mtls step --color always", true),
        ("NO_COLOR=1 hello-mtls --color always step", true),
        ("CLICOLOR_FORCE=1 hello-mtls step", true),
        ("CLICOLOR_FORCE=1 TERM=dumb hello-mtls step", true),
        ("CLICOLOR_FORCE=1 NO_COLOR=1 hello-mtls step", false),
        ("CLICOLOR_FORCE=1 hello-mtls step --color never", false),
        ("hello-mtls gallery --color always", true),
    ] {
        let ran = folder.run(command).ends(0);
        assert_eq!(ran.stdout.contains("\u{1b}["), coloured, "{ran}");
    }
    let wrong = folder.run("hello-mtls doctor --color green").ends(2);
    assert!(wrong.stderr.contains("always"), "{wrong}");
}
