//! The command line: parse, then call the library. The one module that names the argument parser.
//!
//! Data goes to stdout; the story, logs and errors go to stderr.

mod files;
mod look;
mod output;
mod body;
mod key_log;
mod certs;
mod one_command;
mod renew;
mod making;
mod serve;
mod reloading;
mod log;
mod logged;
mod signals;
mod get;
mod public_site;
mod inspect;
mod json;
mod doctor;
mod against;
mod step;
mod gallery;
mod lab;
mod wire;
mod watched;
mod capture;

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::files::{Files, missing};
use self::look::{Colour, Look};
use self::output::{output, print, say, teller};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::demo;
use crate::instruments::doctor::explain::{Given, explain};
use crate::language::Language;
use crate::server::Limits;
use crate::text;

/// What `hello-mtls` shows without a command, too.
const ABOUT: &str = "\
TLS and mutual TLS, step by step: read it, run it, watch it.

The first three commands, the last one in a second terminal:
  hello-mtls certs                         make certificates in ./certs
  hello-mtls serve                         start a server that asks for them
  hello-mtls get https://localhost:3000/   get Hello World from it";

/// The command line.
#[derive(Parser)]
#[command(
    name = "hello-mtls",
    version,
    about = ABOUT,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// en or zh; otherwise the system's language
    #[arg(long, value_name = "LANG", global = true, value_parser = Language::parse)]
    lang: Option<Language>,
    /// auto, always or never; auto follows NO_COLOR. It is
    /// for demo, doctor, gallery, lab, step, wire, --wire
    /// and inspect with a URL
    #[arg(
        long,
        verbatim_doc_comment,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    color: Colour,
}

#[derive(Subcommand)]
enum Command {
    /// Make a CA, a server's and a client's certificate
    Certs(certs::Certs),
    /// Show every field of certificates, requests, keys and CRLs
    Inspect(inspect::Inspect),
    /// Serve Hello World over mutual TLS
    Serve(serve::Serve),
    /// Get a URL over mutual TLS, as curl does
    Get(get::Get),
    /// Find out what is wrong with certificates and keys
    Doctor(doctor::Doctor),
    /// Show a recorded connection, every byte explained
    Wire(wire::Wire),
    /// Move a handshake flight by flight, and see what each side knows
    Step(step::Step),
    /// Run every way in which it fails, and see both sides
    Gallery(gallery::Gallery),
    /// Learn by repairing: exercises that grade themselves
    Lab(lab::LabOptions),
    /// Tell the whole story, over real connections
    ///
    /// Its certificates and a recording stay in the folder hello-mtls-demo, or in
    /// target/demo where there is a Cargo.toml.
    #[command(verbatim_doc_comment)]
    Demo,
    /// Show the help of a command, as its --help does
    Help {
        /// The command: serve, or certs ca
        #[arg(value_name = "COMMAND")]
        words: Vec<OsString>,
    },
}

/// The command line as the parser knows it: shell completions and man pages are made of it.
pub fn command_line() -> clap::Command {
    Cli::command()
}

/// Runs a command line and returns the exit code: 0 done, 1 failed, 2 wrong command line.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            let told = tell_usage(&error).map(|()| code);
            return ended(told, &Given::default(), Language::of_the_system());
        }
    };
    // Asked before the command takes its options: it is needed only if the command fails.
    let given = cli.command.given();
    let look = Look {
        language: cli.lang.unwrap_or_else(Language::of_the_system),
        colour: cli.color,
    };
    ended(cli.command.run(look), &given, look.language)
}

/// `help serve` is `serve --help`. The parser has a `help` of its own, which it would list among the subcommands of
/// `certs` and `lab`, too.
fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(arguments)?;
    let Command::Help { words } = cli.command else {
        return Ok(cli);
    };
    let program = arguments.iter().take(1);
    let help = OsString::from("--help");
    Cli::try_parse_from(program.chain(&words).chain([&help]))
}

impl Command {
    fn run(self, look: Look) -> Result<ExitCode, Error> {
        let language = look.language;
        // A server has nothing to say on stdout.
        if !matches!(self, Command::Serve(_)) {
            output::check()?;
        }
        let done = match self {
            Command::Certs(certs) => certs::run(certs, language),
            Command::Inspect(options) => return inspect::run(&options, look),
            Command::Serve(serve) => serve::run(serve, look),
            Command::Get(get) => get::run(&get, look),
            Command::Doctor(doctor) => return doctor::run(&doctor, look),
            Command::Wire(wire) => wire::run(&wire, look),
            Command::Step(step) => step::run(&step, look),
            Command::Gallery(gallery) => return gallery::run(&gallery, look),
            Command::Lab(lab) => return lab::run(lab, look),
            Command::Demo => {
                let mut stdout = io::stdout().lock();
                let paint = look.paint(&stdout);
                demo::run(demo_folder(), &mut stdout, paint)
            }
            // `parse` has made `--help` of it.
            Command::Help { .. } => Ok(()),
        };
        done.map(|()| ExitCode::SUCCESS)
    }

    /// The files that the command works with. An error of the others names its file itself.
    fn given(&self) -> Given {
        match self {
            Command::Serve(serve) => serve.given(),
            Command::Get(get) => get.given(),
            _ => Given::default(),
        }
    }
}

/// The one place where an error meets the files of the user, and becomes a message and an exit code.
fn ended(done: Result<ExitCode, Error>, given: &Given, language: Language) -> ExitCode {
    let error = match done {
        Ok(code) => return code,
        Err(error) => explain(error, given),
    };
    if let Error::Output { source } = &error
        && source.kind() == io::ErrorKind::BrokenPipe
    {
        // The reader of our output has seen enough: `hello-mtls inspect … | head -1`.
        return ExitCode::SUCCESS;
    }
    say(&format!(
        "hello-mtls: {}",
        error.report().in_language(language)
    ));
    ExitCode::from(error.exit_code())
}

/// What is wrong with the command line, or the help that was asked for. The parser repeats what was typed,
/// and that may hold what a terminal obeys.
fn tell_usage(error: &clap::Error) -> Result<(), Error> {
    if !error.use_stderr() {
        output::check()?;
        return print(error.render().to_string());
    }
    for line in error.render().to_string().lines() {
        say(&text::terminal(line));
    }
    Ok(())
}

/// Whether the scripts of `debug/` run this program. Then the debugger's prompt is the one place that waits for a
/// key, and no deadline runs while it waits.
fn in_a_debugger() -> bool {
    env::var_os("HELLO_MTLS_DEBUGGER").is_some_and(|value| !value.is_empty())
}

/// How long the phases of a connection may last.
fn limits() -> Limits {
    if in_a_debugger() {
        Limits::patient()
    } else {
        Limits::default()
    }
}

/// The value of --tls-max.
fn tls_max(version: &str) -> Result<TlsMax, String> {
    match version {
        "1.2" => Ok(TlsMax::Tls12),
        "1.3" => Ok(TlsMax::Tls13),
        _ => Err("1.2 or 1.3".to_owned()),
    }
}

/// Beside the sources, where the build's own files go. Elsewhere a folder `target` would look like Cargo's.
fn demo_folder() -> &'static Path {
    match Path::new("Cargo.toml").exists() {
        true => Path::new("target/demo"),
        false => Path::new("hello-mtls-demo"),
    }
}
