//! The debugger stops at all seven steps, in the order of the story, and shows readable values.

use std::fs;
use std::process::Command;

use crate::common::have;
use crate::common::pages::{blocks, root};

/// Runs `debug/steps.py` under rust-gdb over `hello-mtls step ARGUMENTS`, types `commands`, and returns what it
/// prints. A refusal needs nine stops, a whole handshake with mTLS as many.
fn gdb(arguments: &str, commands: &[&str]) -> Option<String> {
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
    for typed in commands {
        command.args(["-ex", typed]);
    }
    command.arg(env!("CARGO_BIN_EXE_hello-mtls"));
    Some(printed(&mut command))
}

/// The same with lldb. It is plain lldb, because rust-lldb needs a Python that not every machine has.
fn lldb(arguments: &str, commands: &[&str]) -> Option<String> {
    if !have("lldb") {
        return None;
    }
    let mut command = Command::new("lldb");
    command.args(["--batch", "-s", "debug/steps.lldb"]);
    command.args([
        "-o",
        &format!("process launch -i /dev/null -o /dev/null -- step {arguments}"),
    ]);
    for typed in commands {
        command.args(["-o", typed]);
    }
    command.args(["--", env!("CARGO_BIN_EXE_hello-mtls")]);
    Some(printed(&mut command))
}

fn printed(command: &mut Command) -> String {
    let command = command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// `continue` at every stop of a handshake.
const THROUGH: [&str; 9] = ["continue"; 9];

/// What is printed from a stop to the next one.
fn section<'a>(story: &'a str, head: &str) -> &'a str {
    let from = story
        .find(&format!("\n-- {head}"))
        .map(|before| before + 1)
        .unwrap_or_else(|| panic!("no stop {head}:\n{story}"));
    let rest = &story[from..];
    let end = rest[1..].find("\n-- ").map_or(rest.len(), |end| end + 1);
    &rest[..end]
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
    let Some(story) = gdb("", &THROUGH) else {
        return;
    };
    assert_eq!(
        steps(&story),
        ['1', '2', '3', '4', '5', '6', '7'],
        "{story}"
    );
    for (step, value) in [
        ("1", "server_name = \"localhost\""),
        ("2", "subject = \"CN=localhost\""),
        ("2", "signed = 146 bytes"),
        ("3", "subject = \"CN=localhost\""),
        ("4", "subject = \"CN=my-client\""),
        ("5", "subject = \"CN=my-client\""),
        ("6", "spiffe://hello-mtls/my-client"),
        ("7", "TLS_AES_256_GCM_SHA384"),
        ("7", "from instruments::stepper::handshake"),
    ] {
        let section = section(&story, &format!("step {step}"));
        assert!(section.contains(value), "step {step}: {value}\n{story}");
        assert!(section.contains("\n   type: "), "what to type:\n{section}");
    }
}

#[test]
fn the_stop_comes_before_the_check_which_can_be_stepped_into() {
    for (step, line, webpki) in [
        (3, "verifier.verify_server_cert(", "server_verifier.rs"),
        (5, "verifier.verify_client_cert(", "client_verifier.rs"),
    ] {
        // Stops at 1 and 1 and 2, then 3, 4, 5.
        let mut typed = vec!["continue"; step];
        typed.extend(["step", "finish", "next", "print verdict", "kill"]);
        let Some(story) = gdb("", &typed) else { return };
        let section = section(&story, &format!("step {step}"));
        let next = section.lines().find(|line| line.contains("->")).unwrap();
        assert!(next.contains(line), "{section}");
        assert!(
            section.contains(webpki),
            "`step` goes into webpki:\n{section}"
        );
        let verdict = "CertVerified (())";
        assert!(section.contains(&format!("{verdict}\n")), "{section}");
    }
}

#[test]
fn a_refusal_is_readable_on_finish_and_where_the_handshake_ends() {
    let refused = ["continue"; 5].into_iter();
    let typed: Vec<&str> = refused
        .chain(["next", "finish", "continue", "continue", "continue"])
        .collect();
    let Some(story) = gdb("--refuse client-unknown-issuer", &typed) else {
        return;
    };
    let check = section(&story, "step 5");
    let readable = "Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))";
    // Where a processor's calling convention does not tell, the printer says so, and claims nothing.
    let honest = cfg!(not(target_arch = "x86_64")) && check.contains("cannot be read here");
    assert!(check.contains(readable) || honest, "{check}");
    assert!(!check.contains("ClientCertVerified (())"), "{check}");
    let ends = section(&story, "the end");
    assert!(
        ends.contains("found = \"no CA in --cacert signed the client's certificate\""),
        "{ends}"
    );
    let heard = &story[story.rfind("-- the end").unwrap()..];
    assert!(heard.contains("alert unknown_ca (48)"), "{story}");
    assert!(!story.contains("-- step 6"), "{story}");
}

#[test]
fn tls_1_2_and_tls_alone_stop_at_their_steps() {
    let Some(older) = gdb("--tls-max 1.2", &THROUGH) else {
        return;
    };
    assert_eq!(
        steps(&older),
        ['1', '2', '3', '4', '5', '6', '7'],
        "{older}"
    );
    let alone = gdb("--tls", &THROUGH).unwrap();
    assert_eq!(steps(&alone), ['1', '2', '3', '7'], "{alone}");
}

/// The sentences of the table, which both debuggers print, but for those of refusals.
fn sentences() -> Vec<&'static str> {
    let lines = include_str!("../../debug/steps.txt").lines();
    let indented = lines.filter_map(|line| line.strip_prefix("  "));
    let sentences = indented.filter(|line| line.ends_with('.'));
    sentences
        .filter(|line| !line.starts_with("The handshake ends"))
        .collect()
}

#[test]
fn lldb_stops_at_the_same_steps_and_says_the_same() {
    let Some(story) = lldb("", &THROUGH) else {
        return;
    };
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
    assert!(section(&story, "step 2").contains("CN=localhost"));
    assert!(story.contains("exited with status = 0"), "{story}");
}

#[test]
fn lldb_shows_a_refusal_before_the_check_and_in_words_at_the_end() {
    let typed = ["continue"; 5].into_iter().chain([
        "next",
        "frame variable -D 9 subject",
        "next",
        "continue",
        "continue",
        "continue",
    ]);
    let typed: Vec<&str> = typed.collect();
    let Some(story) = lldb("--refuse client-unknown-issuer", &typed) else {
        return;
    };
    let check = section(&story, "step 5");
    let shown = |line: &&str| line.contains("-> ") && line.contains("verifier.verify_client_cert(");
    assert!(check.lines().any(|line| shown(&line)), "{check}");
    assert!(check.contains("\"CN=my-client"), "{check}");
    let ends = section(&story, "the end");
    let found = "\"no CA in --cacert signed the client's certificate";
    assert!(ends.contains(found), "{ends}");
    assert!(story.contains("alert unknown_ca (48)"), "{story}");
    assert!(!story.contains("-- step 6"), "{story}");
}

/// Lines as they are compared: a number of a line may change, and so may the width of its column.
fn without_numbers(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|character| {
            if character.is_ascii_digit() {
                ' '
            } else {
                character
            }
        })
        .collect();
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_samples_of_the_page_are_what_gdb_prints() {
    let typed = ["continue"; 5]
        .into_iter()
        .chain(["next", "finish", "continue"]);
    let typed: Vec<&str> = typed.collect();
    let Some(story) = gdb("", &THROUGH) else {
        return;
    };
    let refused = gdb("--refuse client-unknown-issuer", &typed).unwrap();
    let printed = without_numbers(&(story + &refused));
    for page in ["docs/debugger.md", "docs/zh/debugger.md"] {
        let page = fs::read_to_string(root().join(page)).unwrap();
        let samples = blocks(&page)
            .into_iter()
            .filter(|(word, _)| *word == "text");
        let mut lines = 0;
        for line in samples
            .flat_map(|(_, lines)| lines)
            .filter(|line| *line != "…")
        {
            let line = without_numbers(line);
            assert!(printed.contains(&line), "{line}\n{printed}");
            lines += 1;
        }
        assert!(lines > 10, "{lines}");
    }
}
