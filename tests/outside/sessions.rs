//! The sessions in the docs print what is shown: each `console` block is run, in an empty folder.
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::pages::{blocks, masked, pages};
use crate::common::{have, port_3000};

/// A `serve` in the background; ended when the session is over.
struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn shell(folder: &Path, command: &str) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_hello-mtls"));
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path)
        .env("LC_ALL", "C")
        .env_remove("SSLKEYLOGFILE");
    shell
}

/// Waits until the tutorial's port is free, or until it is taken.
fn wait_for_port_3000(free: bool) {
    let started = Instant::now();
    let is_free = || {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).is_ok()
            && TcpListener::bind((Ipv6Addr::LOCALHOST, 3000)).is_ok()
    };
    while is_free() != free {
        let late = started.elapsed() > Duration::from_secs(60);
        assert!(
            !late,
            "port 3000 should be {}",
            if free { "free" } else { "taken" }
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Starts `command` (without its `&`) and returns as many lines of its stderr as are `expected`.
fn start(folder: &Path, command: &str, expected: usize) -> (Background, Vec<String>) {
    wait_for_port_3000(true);
    let mut child = shell(folder, &format!("exec {command}"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines.take(expected).map(Result::unwrap).collect();
    let started = Background(child);
    wait_for_port_3000(false);
    (started, said)
}

fn masked_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    lines.filter(|line| !line.is_empty()).map(masked).collect()
}

/// What a command prints, stderr included. The tail of a log may be a moment late.
fn printed(folder: &Path, command: &str, shown: &[String]) -> Vec<String> {
    let started = Instant::now();
    loop {
        let output = shell(folder, &format!("({command}) 2>&1"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let printed = masked_lines(text.lines());
        let late = command.starts_with("tail ") && started.elapsed() < Duration::from_secs(5);
        if printed == shown || !late {
            return printed;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Runs the `console` blocks of a page, in their order, in an empty folder. `prepare`: with certificates and
/// a server, as the page says that it needs them.
fn run_session(page: &Path, prepare: bool) {
    let name = page.file_stem().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut running = Vec::new();
    if prepare {
        let made = shell(&folder, "hello-mtls certs").output().unwrap();
        assert!(made.status.success());
        running.push(start(&folder, "hello-mtls serve", 4).0);
    }
    let text = fs::read_to_string(page).unwrap();
    let sessions = blocks(&text)
        .into_iter()
        .filter(|(word, _)| *word == "console");
    for (_, lines) in sessions {
        for session in format!("\n{}", lines.join("\n")).split("\n$ ").skip(1) {
            let (command, shown) = session.split_once('\n').unwrap_or((session, ""));
            let shown = masked_lines(shown.lines());
            let printed = if command == "kill $!" {
                running.clear();
                Vec::new()
            } else if let Some(command) = command.strip_suffix(" &") {
                let (child, said) = start(&folder, command, shown.len());
                running.push(child);
                masked_lines(said.iter().map(String::as_str))
            } else if command.starts_with("hello-mtls ") || have(command.split(' ').next().unwrap())
            {
                printed(&folder, command, &shown)
            } else {
                continue;
            };
            assert_eq!(printed, shown, "{page:?}: $ {command}");
        }
    }
}

/// All in one test, one after the other: they share the tutorial's port.
#[test]
fn the_sessions_in_the_docs_print_what_is_shown() {
    let Some(_port_3000) = port_3000() else {
        return;
    };
    let with_session = |page: &PathBuf| {
        let text = fs::read_to_string(page).unwrap();
        blocks(&text).iter().any(|(word, _)| *word == "console")
    };
    // These start with nothing, as a reader does. The others say what they need.
    let from_nothing = |page: &Path| page.ends_with("README.md") || page.ends_with("start.md");
    for page in pages().iter().filter(|page| with_session(page)) {
        run_session(page, !from_nothing(page));
    }
}
