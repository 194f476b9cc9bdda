//! The help of the program and of each command, word by word: the contract of the command line, as people read it.
use std::collections::BTreeMap;

use crate::common::Folder;
use crate::common::snapshots::holds_all;

/// The names in the list of commands, which clap indents by two.
fn commands(help: &str) -> impl Iterator<Item = &str> {
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = below.take_while(|line| line.starts_with("  "));
    names.filter_map(|line| line.split_whitespace().next())
}

#[test]
fn the_help_of_every_command_is_what_is_held() {
    let folder = Folder::new();
    let mut files = BTreeMap::new();
    let mut open = vec!["hello-mtls".to_owned()];
    while let Some(command) = open.pop() {
        let help = folder.run(&format!("{command} --help")).ends(0).stdout;
        open.extend(commands(&help).map(|name| format!("{command} {name}")));
        files.insert(format!("{}.txt", command.replace(' ', "-")), help);
    }
    assert!(files.len() >= 14, "{:?}", files.keys());
    holds_all("tests/snapshots/help", &files);
}

#[test]
fn without_a_command_the_first_three_commands_are_shown() {
    let shown = Folder::new().run("hello-mtls").ends(2);
    for command in ["certs", "serve", "get https://localhost:3000/"] {
        assert!(
            shown.stderr.contains(&format!("\n  hello-mtls {command} ")),
            "{shown}"
        );
    }
}
