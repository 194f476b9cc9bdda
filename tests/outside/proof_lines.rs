//! The lines on the page of a connection that compute its values again: each gives the value that the page shows.
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::have;
use crate::common::pages::root;
use hello_mtls::instruments::show::html;
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;

/// A line, and what it has to print.
struct Line {
    command: String,
    prints: String,
}

fn lines(page: &str) -> Vec<Line> {
    let lines = page.split("<pre data-prints=\"").skip(1);
    lines
        .map(|rest| {
            let (prints, rest) = rest.split_once("\"><code>").unwrap();
            let (command, _) = rest.split_once("</code>").unwrap();
            let [prints, command] = [prints, command].map(unescaped);
            Line { command, prints }
        })
        .collect()
}

fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn page(path: &Path) -> String {
    let transcript = Transcript::parse(&fs::read_to_string(path).unwrap()).unwrap();
    html::page(&explain(&transcript), Language::English)
}

/// Runs every line in a shell of its own; returns how many there were of each program.
fn each_gives_its_value(path: &Path) -> [usize; 3] {
    let mut counts = [0; 3];
    for Line { command, prints } in lines(&page(path)) {
        let output = Command::new("sh").args(["-c", &command]).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).replace('\n', "");
        assert_eq!(
            printed,
            prints,
            "{}: {command}\n{}",
            path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        let kind = ["python3", "enc -d", "verify"];
        for (count, word) in counts.iter_mut().zip(kind) {
            *count += usize::from(command.contains(word));
        }
    }
    counts
}

#[test]
fn every_line_of_the_samples_gives_the_value_that_the_page_shows() {
    if !["python3", "openssl", "xxd"].into_iter().all(have) {
        return;
    }
    for (name, least) in [
        ("tests/transcripts/hello-mtls13", [12, 7, 2]),
        ("tests/transcripts/hello-mtls12", [3, 4, 2]),
        ("tests/transcripts/hello-resumed13", [12, 7, 0]),
        ("tests/transcripts/openssl-mtls12", [3, 2, 2]),
        ("tests/rfc8448/section3-simple-1-rtt", [20, 5, 0]),
        ("tests/rfc8448/section4-resumed-0-rtt", [30, 8, 0]),
        ("docs/transcripts/mtls12", [3, 6, 2]),
        ("docs/transcripts/mtls13", [12, 7, 2]),
    ] {
        let counts = each_gives_its_value(&root().join(format!("{name}.transcript")));
        for (count, least) in counts.into_iter().zip(least) {
            assert!(count >= least, "{name}: {counts:?}");
        }
    }
}
