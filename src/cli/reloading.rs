//! The files of `serve` while it runs: what is doubtful about them, and what becomes of new ones.

use std::io::{self, IsTerminal};
use std::os::unix::net::UnixStream;

use rustls::pki_types::UnixTime;
use signal_hook::consts::{SIGHUP, SIGTERM};
use signal_hook::low_level::{pipe, raise};

use super::log::Log;
use super::output;
use crate::clock::Moment;
use crate::error::Error;
use crate::handshake::ServerSetup;
use crate::instruments::doctor::doubts;
use crate::instruments::doctor::explain::{Given, explain};
use crate::instruments::doctor::finding::Finding;
use crate::language::Language;
use crate::server::reload::{InService, News, Watch};
use crate::text;

/// Puts new files into service from now on: when they change, and at once on SIGHUP.
pub(super) fn start(
    watch: Watch,
    in_service: &InService,
    given: Given,
    log: &Log,
    load: impl Fn() -> Result<ServerSetup, Error> + Send + 'static,
) -> Result<(), Error> {
    // The handler of a signal may do next to nothing. This one writes a byte, and the watch reads it.
    let (wake, on_signal) = UnixStream::pair().map_err(output)?;
    pipe::register(SIGHUP, on_signal).map_err(output)?;
    let began_at_a_terminal = has_terminal();
    let load = move || {
        // The system sends SIGHUP, too, when the terminal is closed. Then the server ends, as it would without us.
        if began_at_a_terminal && !has_terminal() {
            let _ = raise(SIGTERM);
        }
        load()
    };
    let told = Told {
        given,
        log: log.clone(),
        in_service: in_service.clone(),
        until: Moment::now(),
    };
    watch
        .start(in_service.clone(), wake, load, told.teller())
        .map_err(output)
}

fn has_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}

/// Says what is doubtful about the files: a list that is out of date, a key that other users can read.
pub(super) fn warn(given: &Given, log: &Log) {
    say_findings(&doubts(&as_of_now(given).case), log);
}

/// The same files, to be judged by today's date.
fn as_of_now(given: &Given) -> Given {
    let mut given = given.clone();
    given.case.now = UnixTime::now();
    given
}

fn say_findings(findings: &[Finding], log: &Log) {
    for Finding {
        file, found, fix, ..
    } in findings
    {
        let file = text::terminal(&file.display().to_string());
        let mut said = format!("  warning: {file}: {found}");
        for line in fix.to_string().lines() {
            said += &format!("\n    {}", line.trim_start());
        }
        log.say(&said);
    }
}

/// What the log of a running server says of its files.
struct Told {
    given: Given,
    log: Log,
    in_service: InService,
    /// Lists that ended before this moment have been reported.
    until: Moment,
}

impl Told {
    fn teller(mut self) -> impl FnMut(News) + Send + 'static {
        move |news| match news {
            News::Replaced(changed) if changed.is_empty() => {
                self.log
                    .say("SIGHUP: the files were read again, and none has changed");
            }
            News::Replaced(changed) => {
                let names = changed.iter().map(|path| path.display().to_string());
                let names: Vec<String> = names.map(|name| text::terminal(&name)).collect();
                self.log
                    .say(&format!("new files in service: {}", names.join(", ")));
                warn(&self.given, &self.log);
            }
            News::Kept(error) => {
                let error = explain(error, &as_of_now(&self.given));
                let report = error.report().in_language(Language::English);
                self.log.say(&format!(
                    "the new files cannot be used, and those before stay in service: {report}"
                ));
            }
            News::Nothing => self.report_ended_lists(),
        }
    }

    /// A list may end while the server runs: its CA owes the next one from then on.
    fn report_ended_lists(&mut self) {
        let (since, now) = (self.until, Moment::now());
        self.until = now;
        let setup = self.in_service.get();
        let mut ends = setup.judge.iter().flat_map(|judge| &judge.lists_end);
        if ends.any(|end| since.unix() < *end && *end <= now.unix()) {
            let mut doubts = doubts(&as_of_now(&self.given).case);
            doubts.retain(|finding| finding.code == "crl-expired");
            say_findings(&doubts, &self.log);
        }
    }
}
