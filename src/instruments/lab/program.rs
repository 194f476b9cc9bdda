//! A program that the learner wrote: cargo builds it, and the check runs it.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bounded::{Ran, run_within};
use crate::language::Phrase;
use crate::phrase;

/// The name of the package, and of its executable.
pub const NAME: &str = "lab-client";
/// How long cargo may take. The first build compiles rustls and its cryptography, which takes minutes on a slow machine.
const BUILD: Duration = Duration::from_secs(15 * 60);
/// How long a run may take. Each server of a check is done with a client long before.
const RUN: Duration = Duration::from_secs(10);

/// An executable, fresh from the compiler. As long as this lives, no other check builds in its place.
#[derive(Debug)]
pub struct Program {
    executable: PathBuf,
    _lock: File,
}

/// What became of a build.
#[derive(Debug)]
pub enum Built {
    /// A program.
    Program(Program),
    /// The compiler refuses the program: its words.
    Refused(Phrase),
    /// This machine cannot build it, so nothing can be said about it.
    NotHere(Phrase),
}

/// Where cargo puts what it builds for the exercise in `folder`. If this program was itself built by cargo and still lies
/// where cargo put it, that place has rustls compiled already. Otherwise all exercises of the lab share one.
pub fn target(folder: &Path) -> PathBuf {
    cargo_target().unwrap_or_else(|| folder.join("../.target"))
}

/// The target folder in which this program lies: `target/debug/hello-mtls`, or a test in `target/debug/deps`.
pub fn cargo_target() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    // cargo keeps there what it knows of the compiler. Its CACHEDIR.TAG is missing if another program made the folder.
    let marked = |folder: &&Path| folder.join(".rustc_info.json").is_file();
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
    build_alone(folder).unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Built::NotHere(phrase!(
            "cargo was not found, and this exercise needs it: https://rustup.rs"
        )),
        _ => Built::NotHere(phrase!(
            "cargo does not run: {error}",
            error = error.to_string()
        )),
    })
}

fn build_alone(folder: &Path) -> io::Result<Built> {
    let target = absolute(&target(folder));
    fs::create_dir_all(&target)?;
    let lock = File::create(target.join(".lab-lock"))?;
    lock.lock()?;
    let cargo = |words: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(words).args(["--quiet", "--color", "never"]);
        // The variable would give the executable another place.
        cargo
            .arg("--target-dir")
            .arg(&target)
            .env_remove("CARGO_BUILD_TARGET");
        run_within(cargo, folder, BUILD)
    };
    // cargo knows a package by its name: in a place that several folders share, it takes the program of one for that
    // of another. So what it has built before is removed.
    if target.join("debug").exists() {
        let cleaned = cargo(&["clean", "--package", NAME])?;
        if cleaned.code != Some(0) {
            return Ok(explained(&cleaned));
        }
    }
    let built = cargo(&["build"])?;
    let executable = executable(folder);
    if built.code == Some(0) && executable.is_file() {
        return Ok(Built::Program(Program {
            executable: absolute(&executable),
            _lock: lock,
        }));
    }
    Ok(explained(&built))
}

impl Program {
    /// Runs it in `folder`, with one argument.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self, folder: &Path, argument: &str) -> io::Result<Ran> {
        let mut command = Command::new(&self.executable);
        command.arg(argument);
        run_within(command, folder, RUN)
    }
}

/// Why cargo has made no program.
fn explained(ran: &Ran) -> Built {
    let said = ran.complaint();
    match ran.code {
        Some(0) => Built::NotHere(phrase!(
            "cargo built no program {name}: leave the name in Cargo.toml as it was",
            name = NAME
        )),
        // cargo's words where the compiler refuses this package, and not one that it needs.
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

/// A process has its own working folder, so that a path has to hold there, too.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
