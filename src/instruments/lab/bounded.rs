//! Runs another program, for a bounded time, and keeps a bounded part of what it prints.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::text;

/// How much of a stream is kept. What a program prints beyond it is thrown away.
const MOST: usize = 64 * 1024;
/// How much of a line a page shows.
const SHOWN: usize = 300;
/// How many lines of a complaint it shows.
const LINES: usize = 12;

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code. `None`: a signal ended it, or it was still running at the end of its time.
    pub code: Option<i32>,
    /// The beginning of what it printed to stdout.
    pub stdout: String,
    /// The beginning of what it printed to stderr.
    pub stderr: String,
}

impl Ran {
    /// The first line that it printed, to stdout or else to stderr.
    pub fn first_line(&self) -> String {
        let lines = self.stdout.lines().chain(self.stderr.lines());
        let line = lines.map(str::trim).find(|line| !line.is_empty());
        text::shorten(&text::terminal(line.unwrap_or_default()), SHOWN)
    }

    /// The first error on stderr, as compilers write them: warnings may stand before it. Without one, the first lines.
    pub fn complaint(&self) -> String {
        let first = self
            .stderr
            .lines()
            .position(|line| line.starts_with("error"));
        let lines = self.stderr.lines().skip(first.unwrap_or(0)).take(LINES);
        let lines = lines.map(|line| text::shorten(&text::terminal(line.trim_end()), SHOWN));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Runs a command in a folder, without anything to read.
///
/// # Errors
/// It cannot be started.
pub fn run_within(mut command: Command, folder: &Path, within: Duration) -> io::Result<Ran> {
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

    const PATIENCE: Duration = Duration::from_secs(10);

    fn sh(script: &str, within: Duration) -> Ran {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run_within(command, Path::new("."), within).unwrap()
    }

    #[test]
    fn a_run_is_bounded_in_time_and_in_what_it_prints() {
        let ran = sh("printf 'a\\033[2Jb'; echo c >&2; exit 3", PATIENCE);
        assert_eq!(ran.code, Some(3));
        assert!(!ran.first_line().contains('\x1b'), "{}", ran.first_line());
        assert_eq!(sh("sleep 60", Duration::from_millis(50)).code, None);
        let loud = "while :; do echo 0123456789012345678901234567890123456789; done";
        let loud = sh(loud, Duration::from_millis(500));
        assert_eq!((loud.code, loud.stdout.len()), (None, MOST));
    }

    #[test]
    fn a_complaint_begins_with_the_first_error() {
        let ran = sh(
            "printf 'warning: a\\nerror: b\\n  c\\n' >&2; exit 101",
            PATIENCE,
        );
        assert_eq!(ran.complaint(), "error: b\n  c");
        assert_eq!(sh("echo a >&2", PATIENCE).complaint(), "a");
    }

    #[test]
    fn a_process_that_is_left_behind_does_not_hold_the_check() {
        let before = Instant::now();
        assert_eq!(sh("sleep 5 & echo started", PATIENCE).code, Some(0));
        assert!(before.elapsed() < Duration::from_secs(4));
    }
}
