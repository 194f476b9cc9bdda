//! The debugger stops at all seven steps, in the order of the story, and shows readable values.

use std::process::Command;

use crate::common::have;

/// Runs `debug/steps.py` under rust-gdb over `hello-mtls step ARGUMENTS`, and returns what it prints.
fn story(arguments: &str) -> Option<String> {
    // rust-gdb is a script of Rust's, which is there without the gdb that it calls.
    if !have("gdb") || !have("rust-gdb") {
        return None;
    }
    let mut command = Command::new("rust-gdb");
    command.args(["-q", "-batch", "-x", "debug/steps.py"]);
    command.args([
        "-ex",
        &format!("run step {arguments} < /dev/null > /dev/null"),
    ]);
    for _ in 0..9 {
        command.args(["-ex", "continue"]);
    }
    let root = env!("CARGO_MANIFEST_DIR");
    let output = command
        .arg(env!("CARGO_BIN_EXE_hello-mtls"))
        .current_dir(root)
        .output()
        .unwrap();
    Some(
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr),
    )
}

/// The steps at which it stopped, without repetitions.
fn steps(story: &str) -> Vec<char> {
    let mut steps: Vec<char> = story
        .lines()
        .filter_map(|line| line.strip_prefix("-- step ")?.chars().next())
        .collect();
    steps.dedup();
    steps
}

#[test]
fn all_seven_breakpoints_are_hit_in_the_order_of_the_story_with_readable_values() {
    let Some(story) = story("") else { return };
    assert_eq!(
        steps(&story),
        ['1', '2', '3', '4', '5', '6', '7'],
        "{story}"
    );
    let section = |step: &str| {
        let from = story.find(&format!("-- step {step}")).unwrap();
        let rest = &story[from + 1..];
        rest[..rest.find("\n-- step ").unwrap_or(rest.len())].to_owned()
    };
    for (step, value) in [
        ("1", "server_name = \"localhost\""),
        ("2", "subject = \"CN=localhost\""),
        ("2", "signed = 146 bytes"),
        ("3", "subject = \"CN=localhost\""),
        ("3", "verdict = ServerCertVerified"),
        ("4", "subject = \"CN=my-client\""),
        ("5", "subject = \"CN=my-client\""),
        ("5", "verdict = ClientCertVerified"),
        ("6", "spiffe://hello-mtls/my-client"),
        ("7", "TLS_AES_256_GCM_SHA384"),
        ("7", "from instruments::stepper::handshake"),
    ] {
        assert!(
            section(step).contains(value),
            "step {step} shows {value}:\n{story}"
        );
    }
}

#[test]
fn tls_1_2_and_tls_alone_stop_at_their_steps() {
    let Some(older) = story("--tls-max 1.2") else {
        return;
    };
    assert_eq!(
        steps(&older),
        ['1', '2', '3', '4', '5', '6', '7'],
        "{older}"
    );
    let alone = story("--tls").unwrap();
    assert_eq!(steps(&alone), ['1', '2', '3', '7'], "{alone}");
}

/// The sentences of the table, which both debuggers print.
fn sentences() -> Vec<&'static str> {
    let lines = include_str!("../../debug/steps.txt").lines();
    let indented = lines.filter_map(|line| line.strip_prefix("  "));
    indented.filter(|line| line.ends_with('.')).collect()
}

#[test]
fn lldb_stops_at_the_same_steps_and_says_the_same() {
    if !have("lldb") {
        return;
    }
    let mut command = Command::new("lldb");
    command.args(["--batch", "-s", "debug/steps.lldb"]);
    command.args(["-o", "process launch -o /dev/null -- step"]);
    for _ in 0..9 {
        command.args(["-o", "continue"]);
    }
    command.args(["--", env!("CARGO_BIN_EXE_hello-mtls")]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().unwrap();
    let story = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        steps(&story),
        ['1', '2', '3', '4', '5', '6', '7'],
        "{story}"
    );
    let mut said: Vec<&str> = story
        .lines()
        .filter_map(|line| line.strip_prefix("-- step ")?.split_once(": "))
        .map(|(_, sentence)| sentence)
        .collect();
    said.dedup();
    assert_eq!(said, sentences());
    assert!(story.contains("exited with status = 0"), "{story}");
}
