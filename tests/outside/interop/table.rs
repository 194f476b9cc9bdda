//! What was measured of a program, kept in a file beside its configuration.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::files_of;
use crate::common::say_skipped;

/// The cells of a program: what was tried, and what came of it.
pub(super) struct Table {
    /// As the program names itself: `nginx 1.22.1`.
    pub(super) version: String,
    /// `required TLS 1.3 ecdsa none`, and its outcome: `400 No required SSL certificate was sent`.
    pub(super) cells: Vec<(String, String)>,
}

/// True if `make interop` asked for the tables and pages to be written.
pub(super) fn writing() -> bool {
    std::env::var("HELLO_MTLS_INTEROP").is_ok_and(|value| value == "write")
}

/// The client got its answer.
fn let_in(outcome: &str) -> bool {
    outcome.starts_with("200")
}

impl Table {
    fn path(program: &str, role: &str) -> PathBuf {
        files_of(program).join(format!("{role}.tsv"))
    }

    /// What is expected of a program as a `server` or as a `client`.
    pub(super) fn expected(program: &str, role: &str) -> Table {
        let path = Table::path(program, role);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = text.lines();
        let version = lines.next().unwrap_or_default().to_owned();
        let cell = |line: &str| {
            let (tried, outcome) = line.split_once('\t').expect("a tab");
            (tried.to_owned(), outcome.to_owned())
        };
        Table {
            version,
            cells: lines.map(cell).collect(),
        }
    }

    pub(super) fn outcome(&self, tried: &str) -> Option<&str> {
        let cell = self.cells.iter().find(|(here, _)| here == tried);
        cell.map(|(_, outcome)| outcome.as_str())
    }

    /// Compares what was measured here with what is expected, and writes it if `make interop` asked for that.
    ///
    /// The words are compared where the version is the one that was recorded, its last number apart. In every
    /// version a client without a certificate of the right CA has to stay out where one is required, and the
    /// good client has to get in.
    pub(super) fn compare(&self, program: &str, role: &str) {
        let expected = Table::expected(program, role);
        let same = series(&expected.version) == series(&self.version);
        let (mut others, mut wrong) = (0, String::new());
        for (tried, outcome) in &self.cells {
            let before = expected.outcome(tried).unwrap_or("(nothing)");
            let good = tried.ends_with(" good");
            let breach = tried.starts_with("required") && good != let_in(outcome);
            let surprise = let_in(before) != let_in(outcome) || (same && before != outcome);
            others += usize::from(before != outcome);
            if breach || (surprise && !writing()) {
                let _ = write!(
                    wrong,
                    "\n{tried}\n  expected: {before}\n  measured: {outcome}"
                );
            }
        }
        let here = &self.version;
        assert!(
            wrong.is_empty(),
            "{program} as {role}, recorded with {}; this is {here}{wrong}",
            expected.version
        );
        if writing() {
            self.write(program, role);
        } else if !same {
            let (count, version) = (self.cells.len(), expected.version);
            say_skipped(&format!(
                "the words of {program} are those of {version}; this is {here}, with others in {others} of {count} cells"
            ));
        }
    }

    fn write(&self, program: &str, role: &str) {
        let mut text = format!("{}\n", self.version);
        for (tried, outcome) in &self.cells {
            let _ = writeln!(text, "{tried}\t{outcome}");
        }
        fs::write(Table::path(program, role), text).unwrap();
    }
}

/// A version without its last number, which counts repairs: `nginx 1.22.`.
fn series(version: &str) -> &str {
    version.trim_end_matches(|c: char| c.is_ascii_alphanumeric())
}
