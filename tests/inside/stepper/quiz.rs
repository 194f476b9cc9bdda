//! `step --quiz`, with a script in the place of a reader. The right answers stand here by hand, from the RFCs.

use std::io::Write;
use std::process::{Command, Stdio};

use hello_mtls::text::columns;

/// Runs `step --quiz ARGUMENTS`, types a line for each character of `keys`, and returns the page.
fn quiz(arguments: &str, keys: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hello-mtls"));
    command
        .args(["step", "--quiz"])
        .args(arguments.split_whitespace());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = keys.chars().map(|key| format!("{key}\n")).collect();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Which side, what an eavesdropper reads (all, part, nothing), whether the client is sure of the server and the
/// server of the client (yes, no); after a refusal which side notices, and what the other hears (alert, HTTP
/// answer).
const ANSWERS: [(&str, &str); 9] = [
    ("", "cpyyncn"),
    ("--tls", "cpynncn"),
    // In TLS 1.2 nothing of the server's first flight is encrypted, and the handshake has a flight more.
    ("--tls-max 1.2", "cayynsns"),
    ("--tls --tls-max 1.2", "caynnsns"),
    ("--resume", "cpyyncn"),
    ("--refuse client-unknown-issuer", "cpysa"),
    ("--refuse client-unknown-issuer --tls-max 1.2", "caysa"),
    ("--refuse unknown-issuer", "cpca"),
    // The handshake is complete, and the server says no in its answer.
    ("--refuse forbidden", "cpysyhcn"),
];

#[test]
fn the_answers_are_those_of_the_protocol_in_every_kind_of_run() {
    for (arguments, right) in ANSWERS {
        let page = quiz(arguments, &format!("{right}{}", "?".repeat(30)));
        let asked = right.len();
        for number in 1..=asked {
            assert!(page.contains(&format!("── question {number} ")), "{page}");
        }
        let first: Vec<&str> = page.lines().filter(|line| line.starts_with('>')).collect();
        let rights = first[..asked].iter().filter(|line| line.ends_with("right"));
        assert_eq!(rights.count(), asked, "{arguments}: {right}\n{page}");
        for line in page.lines() {
            let fits = columns(line) <= 80 || !line.trim().contains(' ');
            assert!(fits, "{arguments}: {line}");
        }
    }
}

#[test]
fn a_wrong_answer_is_answered_with_the_right_one_and_its_reason() {
    let page = quiz("", "snnnasa");
    for words in [
        "no, it is c",
        "The client sends: ClientHello.",
        "In the clear: ServerHello, ChangeCipherSpec. Encrypted: EncryptedExtensions,",
        "a CA that it trusts vouches",
        "0 of 7 answers were right",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn a_refusal_is_told_by_the_side_that_finds_it_and_the_other_side_still_believes() {
    let newer = quiz("--refuse client-unknown-issuer", "cpysa");
    assert!(newer.contains("At step 5, the server found: no CA in --cacert signed"));
    assert!(
        newer.contains("the client believes that its own"),
        "{newer}"
    );
    assert!(
        newer.contains("The refusal is alert unknown_ca."),
        "{newer}"
    );
    assert!(newer.contains("5 of 5 answers were right."), "{newer}");
    // In TLS 1.2 the server's Finished is still missing.
    let older = quiz("--refuse client-unknown-issuer --tls-max 1.2", "caysa");
    assert!(
        !older.contains("the client believes that its own"),
        "{older}"
    );
    // The title of the case would give the answer away.
    let before = newer.split("── question 1 ").next().unwrap();
    assert!(!before.contains("step 5"), "{before}");
}

#[test]
fn the_end_of_the_input_ends_the_quiz_with_what_was_answered() {
    for (keys, score) in [("", "0 of 0"), ("cp", "2 of 2"), ("ca", "1 of 2")] {
        let page = quiz("", keys);
        assert!(
            page.contains(&format!("{score} answers were right")),
            "{page}"
        );
        assert!(!page.contains("what was proved"), "{page}");
    }
}

#[test]
fn another_key_is_asked_for_again_but_not_for_ever() {
    let page = quiz("", "xCp");
    assert!(
        page.contains("type one of these letters and Enter: c s"),
        "{page}"
    );
    assert!(page.contains("2 of 2 answers were right"), "{page}");
    let page = quiz("", "xxxp");
    assert!(page.contains("1 of 2 answers were right"), "{page}");
}

#[test]
fn the_last_page_says_what_was_proved_and_its_command_works() {
    for (arguments, right) in ANSWERS {
        let page = quiz(arguments, right);
        let (_, last) = page.split_once("── what was proved ").unwrap();
        let mutual = !arguments.contains("--tls") || arguments == "--tls-max 1.2";
        let known = !arguments.contains("--refuse") || arguments.contains("forbidden");
        let proved = mutual && known;
        assert_eq!(
            last.contains("✓ The server knows that it talks to"),
            proved,
            "{last}"
        );
        let client = !arguments.contains("--refuse unknown-issuer");
        assert_eq!(
            last.contains("✓ The client knows that it talks to"),
            client,
            "{last}"
        );
        let (_, command) = last.split_once("next: hello-mtls step").unwrap();
        let command = command.lines().next().unwrap().replace("--quiz", "");
        quiz(&command, "");
        let page = last.split("docs/handshake/").nth(1).unwrap();
        let page = page.split_whitespace().next().unwrap();
        let path = format!("{}/docs/handshake/{page}", env!("CARGO_MANIFEST_DIR"));
        assert!(std::path::Path::new(&path).exists(), "{path}");
    }
}
