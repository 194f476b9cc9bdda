//! The commands on the pages can be pasted: every `sh` block of every page goes into one bash, in the order
//! of the map, in one folder. Each command ends as its page says, prints what the page shows, and each page
//! leaves that folder as it found it.
//!
//! CONTRIBUTING.md, "Write commands that can be pasted", has the rules.
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::pages::{links, masked, pages, root};
use crate::common::{Folder, have, port_3000, say_skipped};

/// How long one block may take: a few make many keys, or start a server of another kind.
const PATIENCE: Duration = Duration::from_secs(60);

/// Programs that a page may ask for and that a reader may not have.
const OUTSIDE: [&str; 19] = [
    "apache2", "caddy", "certutil", "curl", "docker", "go", "haproxy", "java", "keytool", "nginx",
    "node", "openssl", "pip", "pk12util", "python3", "sqlite3", "sudo", "tshark", "wget",
];

/// Programs that work on the project itself, in its folder. Other tests run these.
const PROJECT: [&str; 6] = ["bash", "cargo", "git", "make", "rust-gdb", "rust-lldb"];

/// A `sh` block, and the `text` block right behind it.
struct Block {
    /// Where its fence stands, from 1.
    line: usize,
    word: String,
    commands: String,
    shown: Option<Vec<String>>,
}

fn blocks_to_paste(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut lines = page.lines().enumerate().peekable();
    let mut right_behind = false;
    while let Some((at, line)) = lines.next() {
        let Some(word) = line.strip_prefix("```") else {
            right_behind &= line.is_empty();
            continue;
        };
        let inside = std::iter::from_fn(|| lines.next_if(|(_, line)| !line.starts_with("```")));
        let inside: Vec<String> = inside.map(|(_, line)| line.to_owned()).collect();
        lines.next();
        match found.last_mut() {
            Some(before) if right_behind && word == "text" => before.shown = Some(inside),
            _ if word == "sh" || word.starts_with("sh ") => found.push(Block {
                line: at + 1,
                word: word.to_owned(),
                commands: inside.join("\n"),
                shown: None,
            }),
            _ => {}
        }
        right_behind = word.starts_with("sh");
    }
    found
}

/// README.md, then every page in the order in which the map names it.
fn in_the_order_of_the_map() -> Vec<PathBuf> {
    let map = root().join("docs/README.md");
    let mut order = vec![root().join("README.md")];
    for link in links(&fs::read_to_string(&map).unwrap()) {
        let file = map.with_file_name(link.split('#').next().unwrap());
        let page = file.extension().is_some_and(|extension| extension == "md");
        if page && !link.starts_with("https:") && !link.starts_with("zh/") && !order.contains(&file)
        {
            order.push(file);
        }
    }
    order
}

/// One bash, into which blocks are pasted. Its home is a folder of its own.
struct Shell {
    bash: Child,
    stdin: ChildStdin,
    home: Folder,
    count: usize,
}

impl Shell {
    fn start() -> Shell {
        let home = Folder::new();
        let (bash, stdin) = bash(&home);
        let count = 0;
        Shell {
            bash,
            stdin,
            home,
            count,
        }
    }

    /// A new bash in place of one that still runs a command.
    fn anew(&mut self) {
        self.end();
        (self.bash, self.stdin) = bash(&self.home);
    }

    fn end(&mut self) {
        let group = format!("kill -9 -{}", self.bash.id());
        let _ = Command::new("sh").args(["-c", &group]).status();
        let _ = self.bash.wait();
    }

    fn say(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").expect("bash listens");
    }

    /// Pastes some commands, and returns what they printed and which of them failed. `None`: not in time.
    fn paste(&mut self, commands: &str) -> Option<(String, Vec<String>)> {
        self.count += 1;
        let [printed, failed] = ["printed", "failed"].map(|name| self.home.path(name));
        let before = [&printed, &failed].map(|file| fs::read(file).unwrap_or_default().len());
        let [block, done] = ["block", "done"].map(|name| {
            let file = format!("{name}-{}", self.count);
            self.home.path(&file)
        });
        fs::write(&block, format!("{commands}\n")).unwrap();
        // From a file, as a program among the commands could read its own rest from the shell's stdin.
        self.say(&format!(
            "source {} < /dev/null; touch {}",
            block.display(),
            done.display()
        ));
        let started = Instant::now();
        while !done.exists() {
            if started.elapsed() > PATIENCE {
                return None;
            }
            sleep(Duration::from_millis(10));
        }
        let rest = |file: &Path, from: usize| {
            String::from_utf8_lossy(&fs::read(file).unwrap()[from..]).into_owned()
        };
        let failures = rest(&failed, before[1]);
        let of_the_block = failures.lines().filter(|line| !line.contains(" source /"));
        Some((
            rest(&printed, before[0]),
            of_the_block.map(str::to_owned).collect(),
        ))
    }

    /// Puts the certificates back, so that one page's fault is not that of all pages after it.
    fn restore(&self, certs: &BTreeMap<String, Vec<u8>>) {
        let folder = self.home.path("my-first-mtls/certs");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in certs {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }

    /// What the next page has to find: the folder, its certificates, no server.
    fn state(&mut self) -> (String, BTreeMap<String, Vec<u8>>) {
        let (folder, _) = self.paste("pwd").expect("pwd");
        let certs = self.home.path("my-first-mtls/certs");
        let files = fs::read_dir(certs).into_iter().flatten();
        let files = files.map(|file| file.unwrap().path()).map(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&file).unwrap_or_default())
        });
        (folder.trim().to_owned(), files.collect())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where Rust's programs look for their toolchain: below the home of the person who runs the tests.
fn rustup() -> impl Iterator<Item = (&'static str, String)> {
    let home = std::env::var("HOME").unwrap_or_default();
    let folders = [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")];
    folders.into_iter().map(move |(name, folder)| {
        let set = std::env::var(name);
        (name, set.unwrap_or_else(|_| format!("{home}/{folder}")))
    })
}

/// Starts a bash that itself reports each command that ends with another number than 0.
fn bash(home: &Folder) -> (Child, ChildStdin) {
    let output = |name: &str| {
        fs::File::options()
            .create(true)
            .append(true)
            .open(home.path(name))
            .unwrap()
    };
    output("failed");
    let program = Path::new(env!("CARGO_BIN_EXE_hello-mtls"));
    let folder = program.parent().unwrap().display();
    let mut bash = Command::new("bash")
        .args(["--norc", "--noprofile"])
        .current_dir(root())
        .env("HOME", home.path(""))
        .envs(rustup())
        .env("TMPDIR", home.path(""))
        .env(
            "PATH",
            format!("{folder}:{}", std::env::var("PATH").unwrap()),
        )
        .env("LC_ALL", "C.UTF-8")
        .env_remove("SSLKEYLOGFILE")
        .stdin(Stdio::piped())
        .stdout(output("printed"))
        .stderr(output("printed"))
        .process_group(0)
        .spawn()
        .expect("bash");
    let mut stdin = bash.stdin.take().unwrap();
    let report = home.path("failed").display().to_string();
    let trap = format!("set -E; trap 'echo \"$? $BASH_COMMAND\" >> {report}' ERR");
    writeln!(stdin, "{trap}").expect("bash listens");
    (bash, stdin)
}

/// Whether what was printed is what the page shows. A line `…` stands for any number of lines.
fn as_shown(printed: &[String], shown: &[String]) -> bool {
    match shown {
        [] => printed.is_empty(),
        [any, rest @ ..] if any == "…" => {
            (0..=printed.len()).any(|from| as_shown(&printed[from..], rest))
        }
        [first, rest @ ..] => printed.first() == Some(first) && as_shown(&printed[1..], rest),
    }
}

/// The lines that count: not the empty ones, nor bash's own word about a server that `kill` ended.
fn lines<'a>(text: impl Iterator<Item = &'a str>) -> Vec<String> {
    let own = |line: &&str| !line.is_empty() && !line.contains(" Terminated ");
    text.filter(own).map(masked).collect()
}

/// Why a block is not pasted here.
fn skipped(block: &Block) -> Option<String> {
    if block.word == "sh hands" {
        return Some("needs hands".to_owned());
    }
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(['\n', '|', ';', '&', '(']);
        let first = parts.filter_map(|part| part.split_whitespace().next());
        first.map(str::to_owned).collect()
    };
    for word in words(&block.commands) {
        if PROJECT.contains(&&*word) {
            return Some(format!("{word} is run by other tests"));
        }
        if OUTSIDE.contains(&&*word) && !have(&word) {
            return Some(format!("{word} is missing"));
        }
    }
    None
}

/// What is wrong with one block, if anything.
fn try_block(shell: &mut Shell, block: &Block) -> Option<String> {
    let Some((printed, failed)) = shell.paste(&block.commands) else {
        shell.anew();
        return Some(format!("has not ended after {PATIENCE:?}"));
    };
    if failed.is_empty() == (block.word == "sh fails") {
        let last: Vec<&str> = printed.lines().rev().take(12).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        return Some(format!(
            "failing commands: {failed:#?}, which printed at last\n{}",
            last.join("\n")
        ));
    }
    let shown = lines(block.shown.as_ref()?.iter().map(String::as_str));
    let mut found = lines(printed.lines());
    // A server may write to its log a moment after the client has ended.
    let reads_a_log = ["tail ", "cat "].map(|word| block.commands.starts_with(word));
    for _ in 0..if reads_a_log.contains(&true) { 50 } else { 0 } {
        if as_shown(&found, &shown) {
            break;
        }
        sleep(Duration::from_millis(100));
        found = lines(shell.paste(&block.commands)?.0.lines());
    }
    (!as_shown(&found, &shown)).then(|| format!("prints {found:#?}, and the page shows {shown:#?}"))
}

/// A server that was told to end needs a moment for it.
fn port_is_free() -> bool {
    let started = Instant::now();
    loop {
        if TcpListener::bind(("127.0.0.1", 3000)).is_ok() {
            return true;
        }
        if started.elapsed() > Duration::from_secs(5) {
            return false;
        }
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn every_block_pasted_in_the_order_of_the_map_into_one_shell_ends_as_its_page_says() {
    let Some(_port_3000) = port_3000() else {
        return;
    };
    let mut shell = Shell::start();
    let mut problems = Vec::new();
    let mut pasted = 0;
    // What each page has to leave. It is known once docs/start.md has made it.
    let mut usual = None;
    for page in in_the_order_of_the_map() {
        let name = page.strip_prefix(root()).unwrap().display().to_string();
        if usual.is_none() {
            let project = format!("cd {}", root().display());
            shell.paste(&project).expect("the project's folder");
        }
        let text = fs::read_to_string(&page).unwrap();
        for block in blocks_to_paste(&text) {
            let place = format!("{name}:{}", block.line);
            if let Some(why) = skipped(&block) {
                say_skipped(&format!("{place}: {why}"));
                continue;
            }
            pasted += 1;
            if let Some(problem) = try_block(&mut shell, &block) {
                problems.push(format!("{place}: {problem}"));
            }
        }
        if !port_is_free() {
            problems.push(format!("{name} leaves a server at port 3000"));
            shell.anew();
        }
        let state = shell.state();
        if name == "docs/start.md" {
            usual = Some(state);
        } else if let Some(usual) = usual.as_ref().filter(|usual| **usual != state) {
            let (folder, certs) = &state;
            let changed = usual.1 != *certs;
            problems.push(format!(
                "{name} ends in {folder}; certs/ changed: {changed}"
            ));
            shell.restore(&usual.1);
            shell.paste(&format!("cd {}", usual.0)).expect("back");
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(pasted > 10, "{pasted}");
}

#[test]
fn a_block_to_paste_has_commands_only() {
    let mut on_the_map = in_the_order_of_the_map();
    on_the_map.push(root().join("CONTRIBUTING.md"));
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        assert!(
            !text.contains("\n```console"),
            "{page:?}: a block with prompts cannot be pasted: sh for the commands, text for the output"
        );
        let blocks = blocks_to_paste(&text);
        let chinese = page.starts_with(root().join("docs/zh"));
        assert!(
            blocks.is_empty() || chinese || on_the_map.contains(&page),
            "{page:?} has commands and is not on the map"
        );
        for block in blocks {
            let place = format!("{}:{}", page.display(), block.line);
            let word = block.word.as_str();
            assert!(["sh", "sh fails", "sh hands"].contains(&word), "{place}");
            let mut document: Option<&str> = None;
            for line in block.commands.lines() {
                // A file that is written line by line, up to its last word: `cat > FILE <<'EOF'`.
                match document {
                    Some(end) if line != end => continue,
                    Some(_) => document = None,
                    None => {
                        document = line
                            .split_once("<<")
                            .map(|(_, word)| word.trim_matches(['\'', '-']))
                    }
                }
                assert!(!line.starts_with("$ "), "{place}: a prompt: {line}");
                let comment = line.starts_with("# ") || line.contains(" # ");
                assert!(!comment, "{place}: zsh knows no comments: {line}");
            }
        }
    }
}
