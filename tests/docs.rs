//! The docs cannot drift: quotations stand in the code, links resolve, sessions print what is shown.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Every Markdown page of the project.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .map(|page| root.join(page))
        .to_vec();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None if path.is_dir() => folders.push(path),
                Some(extension) if extension == "md" => pages.push(path),
                _ => {}
            }
        }
    }
    pages
}

/// The fenced blocks of a page: the word behind the fence, and the lines.
fn blocks(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(word)) => open = Some((word.trim(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, lines)), None) => lines.push(line),
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn quotations_of_code_stand_word_by_word_in_the_file_that_they_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut quotations = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for (word, lines) in blocks(&page) {
            if word != "rust" {
                continue;
            }
            let named = lines[0]
                .strip_prefix("// ")
                .unwrap_or_else(|| panic!("{path:?}: name the file: {lines:?}"));
            let code = fs::read_to_string(root.join(named)).unwrap();
            let quoted = lines[1..].join("\n");
            assert!(
                code.contains(&quoted),
                "{path:?} quotes what is not in {named}:\n{quoted}"
            );
            quotations += 1;
        }
    }
    assert!(quotations >= 6, "the pages quote the code");
}

/// The anchors of a page: its headings as code hosts make them, and explicit ones.
fn anchors(page: &str) -> HashSet<String> {
    let heading = |line: &str| {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        let kept = text
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c })
            .collect::<String>()
    };
    let headings = page
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(heading);
    let explicit = page
        .split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned);
    headings.chain(explicit).collect()
}

#[test]
fn links_and_their_anchors_resolve() {
    let mut links = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for target in page
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() {
                path.clone()
            } else {
                path.parent().unwrap().join(file)
            };
            assert!(file.exists(), "{path:?} links to {target}");
            if !anchor.is_empty() {
                let there = fs::read_to_string(&file).unwrap();
                assert!(
                    anchors(&there).contains(anchor),
                    "{path:?} links to {target}"
                );
            }
            links += 1;
        }
    }
    assert!(links > 20);
}

#[test]
fn every_step_has_a_module_a_function_and_a_section_under_one_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let map = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let mut steps = 0;
    for entry in fs::read_dir(root.join("src/handshake")).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some((number, function)) = module
            .strip_prefix("step")
            .and_then(|rest| rest.split_once('_'))
        else {
            continue;
        };
        let code = fs::read_to_string(&path).unwrap();
        assert!(
            code.contains(&format!("#[inline(never)]\npub fn {function}(")),
            "{module}: a breakpoint"
        );
        assert!(
            code.starts_with(&format!("//! Step {number}: ")),
            "{module}: a header"
        );
        assert!(
            code.contains(&format!("`hello_mtls::handshake::{module}::{function}`")),
            "{module}: its breakpoint"
        );
        assert!(
            readme.contains(&format!("[{module}](src/handshake/{module}.rs)")),
            "{module}: in the README"
        );
        assert!(
            readme.contains(&format!("(docs/mtls.md#step-{number}) | `{function}` |")),
            "{module}: in the README"
        );
        assert!(
            map.contains(&format!("[`handshake::{module}`]")),
            "{module}: in the crate's map"
        );
        steps += 1;
    }
    assert_eq!(steps, 7);
}

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
        .env_remove("SSLKEYLOGFILE");
    shell
}

/// Waits until nobody else on this machine uses the tutorial's port.
fn wait_for_port_3000() {
    let started = Instant::now();
    let free = || {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).is_ok()
            && TcpListener::bind((Ipv6Addr::LOCALHOST, 3000)).is_ok()
    };
    while !free() {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "port 3000 is taken"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Starts `command` (without its `&`) and returns as many lines of its stderr as are `expected`.
fn start(folder: &Path, command: &str, expected: usize) -> (Background, Vec<String>) {
    wait_for_port_3000();
    let mut child = shell(folder, &format!("exec {command}"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines.take(expected).map(Result::unwrap).collect();
    (Background(child), said)
}

/// A line with its times, sizes and dates masked.
fn masked(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut masked = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let measured = next.starts_with("ms") || next.starts_with("bytes");
        let dated = word.len() == 10 && word.as_bytes()[4] == b'-' && word.as_bytes()[7] == b'-';
        masked.push(match (measured, dated) {
            (true, _) => {
                word.trim_matches(|c: char| c.is_ascii_digit() || c == '.')
                    .to_owned()
                    + "N"
            }
            (_, true) => "DATE".to_owned(),
            _ => (*word).to_owned(),
        });
    }
    masked.join(" ")
}

/// Runs the `console` blocks of a page, in their order, in an empty folder.
fn run_session(name: &str, page: &Path, prepare: bool) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut running = Vec::new();
    if prepare {
        assert!(
            shell(&folder, "hello-mtls certs")
                .output()
                .unwrap()
                .status
                .success()
        );
        running.push(start(&folder, "hello-mtls serve", 4).0);
    }
    let text = fs::read_to_string(page).unwrap();
    for (_, lines) in blocks(&text)
        .into_iter()
        .filter(|(word, _)| *word == "console")
    {
        let starts: Vec<usize> = (0..lines.len())
            .filter(|at| lines[*at].starts_with("$ "))
            .collect();
        for (nth, start_line) in starts.iter().enumerate() {
            let end = starts.get(nth + 1).copied().unwrap_or(lines.len());
            let shown: Vec<&str> = lines[start_line + 1..end]
                .iter()
                .copied()
                .filter(|line| !line.is_empty())
                .collect();
            let command = &lines[*start_line][2..];
            let printed = match command.strip_suffix(" &") {
                Some(command) => {
                    let (child, said) = start(&folder, command, shown.len());
                    running.push(child);
                    said
                }
                None => {
                    let output = shell(&folder, &format!("{command} 2>&1")).output().unwrap();
                    String::from_utf8(output.stdout)
                        .unwrap()
                        .lines()
                        .map(str::to_owned)
                        .collect()
                }
            };
            let masked = |lines: &[&str]| lines.iter().map(|line| masked(line)).collect::<Vec<_>>();
            let printed: Vec<&str> = printed.iter().map(String::as_str).collect();
            assert_eq!(masked(&printed), masked(&shown), "{page:?}: $ {command}");
        }
    }
}

#[test]
fn the_sessions_in_the_docs_print_what_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    run_session("readme", &root.join("README.md"), false);
    run_session("mtls", &root.join("docs/mtls.md"), true);
}
