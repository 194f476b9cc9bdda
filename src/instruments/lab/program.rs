//! A program that the learner wrote. cargo builds it, and the check runs it; both are bounded in time and in what they print.

use std::env;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// The name of the package, and of its executable.
pub const NAME: &str = "lab-client";
/// How long cargo may take. The first build compiles rustls and its cryptography, which takes minutes on a slow machine.
const BUILD: Duration = Duration::from_secs(15 * 60);
/// How long a run may take. Each server of a check is done with a client long before.
const RUN: Duration = Duration::from_secs(10);
/// How much of a stream is kept. What a program prints beyond it is thrown away.
const MOST: usize = 64 * 1024;
/// How much of it a page shows.
const SHOWN: usize = 300;

/// What became of a build.
#[derive(Debug)]
pub enum Built {
    /// An executable.
    Executable(PathBuf),
    /// The compiler refuses the program: its words.
    Refused(Phrase),
    /// This machine cannot build it, so nothing can be said about it.
    NotHere(Phrase),
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code. `None`: a signal ended it, or it was still running at the end of [`RUN`].
    pub code: Option<i32>,
    /// The beginning of what it printed.
    pub stdout: String,
    stderr: String,
}

/// Where cargo puts what it builds for the exercise in `folder`. If this program was itself built by cargo and still lies
/// where cargo put it, that place has rustls compiled already. Otherwise all exercises of the lab share one.
pub fn target(folder: &Path) -> PathBuf {
    cargo_target().unwrap_or_else(|| folder.join("../.target"))
}

/// The target folder in which this program lies: `target/debug/hello-mtls`, or a test in `target/debug/deps`.
pub fn cargo_target() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    // cargo marks its target folders for programs that make backups.
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    program.ancestors().take(4).find(marked).map(Path::to_owned)
}

/// The executable of an earlier build: the libraries are compiled, so that the next build takes a moment.
pub fn was_built(folder: &Path) -> bool {
    executable(folder).is_file()
}

fn executable(folder: &Path) -> PathBuf {
    target(folder).join("debug").join(NAME)
}

/// Builds the package in `folder`.
pub fn build(folder: &Path) -> Built {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--quiet", "--color", "never", "--target-dir"])
        .arg(absolute(&target(folder)))
        // It would give the executable another place.
        .env_remove("CARGO_BUILD_TARGET");
    let ran = match run_within(cargo, folder, BUILD) {
        Ok(ran) => ran,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Built::NotHere(phrase!(
                "cargo was not found, and this exercise needs it: https://rustup.rs"
            ));
        }
        Err(error) => {
            return Built::NotHere(phrase!(
                "cargo does not run: {error}",
                error = error.to_string()
            ));
        }
    };
    let said = shown(&ran.stderr);
    match ran.code {
        Some(0) if was_built(folder) => Built::Executable(absolute(&executable(folder))),
        Some(0) => Built::NotHere(phrase!(
            "cargo built no program {name}: leave the name in Cargo.toml as it was",
            name = NAME
        )),
        // The words of cargo where the compiler refuses this package, and not one that it needs.
        Some(_) if ran.stderr.contains(&format!("could not compile `{NAME}`")) => {
            Built::Refused(phrase!("the compiler refuses it: {said}", said))
        }
        Some(_) => Built::NotHere(phrase!(
            "cargo cannot build it here (the first build needs the internet): {said}",
            said
        )),
        None => Built::NotHere(phrase!(
            "cargo was not done after {minutes} minutes",
            minutes = BUILD.as_secs() / 60
        )),
    }
}

/// Runs the executable in `folder`, with one argument.
///
/// # Errors
/// It cannot be started.
pub fn run(executable: &Path, folder: &Path, argument: &str) -> io::Result<Ran> {
    let mut command = Command::new(executable);
    command.arg(argument);
    run_within(command, folder, RUN)
}

impl Ran {
    /// The first line that it printed, to stdout or else to stderr.
    pub fn first_line(&self) -> String {
        let lines = self.stdout.lines().chain(self.stderr.lines());
        let line = lines.map(str::trim).find(|line| !line.is_empty());
        text::shorten(&text::terminal(line.unwrap_or_default()), SHOWN)
    }
}

/// A process has its own working folder, so that a path has to hold there, too.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn shown(said: &str) -> String {
    let lines = said.lines().map(str::trim_end).take(12);
    let lines: Vec<String> = lines.map(text::terminal).collect();
    text::shorten(&lines.join("\n"), 4 * SHOWN)
}

fn run_within(mut command: Command, folder: &Path, within: Duration) -> io::Result<Ran> {
    let streams = command.current_dir(folder).stdin(Stdio::null());
    let mut child = streams
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (kept(child.stdout.take()), kept(child.stderr.take()));
    let code = wait(&mut child, Instant::now() + within)?;
    Ok(Ran {
        code,
        stdout: stdout.text(),
        stderr: stderr.text(),
    })
}

/// Waits, and ends the process if it takes too long.
fn wait(child: &mut Child, until: Instant) -> io::Result<Option<i32>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if Instant::now() > until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The beginning of a stream, which a thread reads to its end, so that the writer never waits.
struct Kept {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: thread::JoinHandle<()>,
}

fn kept(stream: Option<impl Read + Send + 'static>) -> Kept {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&bytes);
    let reader = thread::spawn(move || {
        let (mut buffer, Some(mut stream)) = ([0; 4096], stream) else {
            return;
        };
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            let mut kept = keep.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MOST.saturating_sub(kept.len()).min(count);
            kept.extend_from_slice(&buffer[..room]);
        }
    });
    Kept { bytes, reader }
}

impl Kept {
    fn text(&self) -> String {
        // A process that the program started may hold the stream open: it is waited for, but not for long.
        let until = Instant::now() + Duration::from_secs(1);
        while !self.reader.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, within: Duration) -> Ran {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run_within(command, Path::new("."), within).unwrap()
    }

    #[test]
    fn a_run_is_bounded_in_time_and_in_what_it_prints() {
        let ran = sh("printf 'a\\033[2Jb'; echo c >&2; exit 3", RUN);
        assert_eq!(ran.code, Some(3));
        assert!(!ran.first_line().contains('\x1b'), "{}", ran.first_line());
        assert_eq!(sh("sleep 60", Duration::from_millis(50)).code, None);
        let loud = "while :; do echo 0123456789012345678901234567890123456789; done";
        let loud = sh(loud, Duration::from_millis(500));
        assert_eq!((loud.code, loud.stdout.len()), (None, MOST));
    }

    #[test]
    fn a_process_that_is_left_behind_does_not_hold_the_check() {
        let before = Instant::now();
        assert_eq!(sh("sleep 5 & echo started", RUN).code, Some(0));
        assert!(before.elapsed() < Duration::from_secs(4));
    }
}
