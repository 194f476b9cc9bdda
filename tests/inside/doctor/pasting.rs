//! What the doctor prints, pasted: nothing is lost, and three rounds are enough.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hello_mtls::instruments::doctor::finding::Finding;
use hello_mtls::instruments::doctor::{ChainSource, PeerTrust, SetupFiles, SideFiles, examine};
use rustls::pki_types::UnixTime;

use super::set::*;
use crate::common::skip;

/// Rounds of a report, all its commands, and the next report, after which no command is left.
const ROUNDS: usize = 3;

/// Commands that change nothing: a person reads what they show.
fn is_a_look(script: &str) -> bool {
    // The folder's files, for a name that is missing; the clock, for dates that are wrong.
    let shows = ["ls -l ", "date -u"];
    // The words of a page that was saved instead of a file.
    let words = script.ends_with("| head");
    words || shows.iter().any(|look| script.trim().starts_with(look))
}

/// The remedy ends with another person: a CA's owner, who has its key, signs the request that was made.
fn is_for_the_ca(finding: &Finding) -> bool {
    finding.fix.contains("signs this request")
}

/// Pastes all commands of the report, and those of the next. Says what went wrong: a block that is gone, a
/// command that failed, a finding that outlived its remedy, a fourth round, a certificate for the other role.
pub(super) fn paste_all(name: &str, set: &mut Set) -> Vec<String> {
    set.case.now = UnixTime::now();
    if !set.dir.exists() {
        return Vec::new();
    }
    // The CA's key lies beside the CA, as the tutorial leaves it: the remedies can go to their end.
    set.write("ca.key", set.root.key().serialize_pem());
    let (before, purposes) = (blocks(&set.dir), purposes(&set.dir));
    let mut wrong = Vec::new();
    for round in 0..=ROUNDS {
        let report = examine(&set.case);
        let todo = report
            .findings
            .iter()
            .map(|finding| (finding, commands(finding)));
        let mut todo: Vec<(&Finding, Vec<&str>)> = todo.collect();
        todo.retain(|(_, commands)| commands.first().is_some_and(|first| !is_a_look(first)));
        if todo.iter().all(|(finding, _)| is_for_the_ca(finding)) {
            break;
        }
        if round == ROUNDS {
            wrong.extend(
                todo.iter()
                    .map(|(finding, _)| told("a fourth round", finding)),
            );
        }
        for (finding, commands) in &todo {
            // Each with a stdin of its own: openssl reads all of it for one passphrase.
            for command in commands {
                let Err(said) = pasted(&set.dir, command) else {
                    continue;
                };
                if said.contains("not found") {
                    skip(&format!("{name}: {said}"));
                } else {
                    wrong.push(told(&format!("pasted {command}\n{said}"), finding));
                }
            }
            let left = blocks(&set.dir);
            let gone = before.difference(&left);
            wrong.extend(gone.map(|block| told(&format!("lost {block}"), finding)));
        }
        for finding in &report.findings {
            follow(finding, &set.dir, &mut set.case);
        }
        let after = examine(&set.case).findings;
        for (finding, _) in todo.iter().filter(|(finding, _)| !is_for_the_ca(finding)) {
            let is_it = |one: &Finding| {
                one.code == finding.code && one.file == finding.file && one.found == finding.found
            };
            if after.iter().any(is_it) {
                wrong.push(told("it is still there", finding));
            }
        }
        if !wrong.is_empty() {
            break;
        }
    }
    for (path, was) in purposes {
        // server.crt of the tutorial's folder is to be a server's, whatever it was before.
        let named = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let flipped = purpose(&path) == Some((was.1, was.0)) && was.0 != was.1;
        let rightly = named == if was.0 { "client" } else { "server" };
        if flipped && !rightly {
            wrong.push(format!("{} is the other side's", path.display()));
        }
    }
    let dir = set.dir.display().to_string();
    let wrong = wrong
        .iter()
        .map(|wrong| format!("{name}: {}", wrong.replace(&dir, "DIR")));
    wrong.collect()
}

/// The commands of a remedy.
fn commands(finding: &Finding) -> Vec<&str> {
    let lines = finding.fix.lines();
    lines.filter(|line| line.starts_with("  ")).collect()
}

fn told(what: &str, finding: &Finding) -> String {
    let Finding {
        code, found, fix, ..
    } = finding;
    format!("[{code}] {what}\n  found: {found}\n  fix: {fix}")
}

/// What the certificates of a folder are for, by file.
fn purposes(dir: &Path) -> BTreeMap<PathBuf, (bool, bool)> {
    let files = fs::read_dir(dir).unwrap().flatten();
    let of = |path: PathBuf| Some((path.clone(), purpose(&path)?));
    files.filter_map(|file| of(file.path())).collect()
}

/// What a remedy leaves to the reader: other options, or another file in the place of this one.
fn follow(finding: &Finding, dir: &Path, case: &mut SetupFiles) {
    let mut lines = finding.fix.lines();
    let Some(then) = lines.find_map(|line| line.strip_prefix("then ")) else {
        return;
    };
    let named = |word: &str| dir.join(word.trim_end_matches(':').trim_matches('\''));
    if let Some(new) = then.strip_suffix(" in its place") {
        for path in paths(case)
            .into_iter()
            .filter(|path| **path == finding.file)
        {
            *path = named(new);
        }
        return;
    }
    let words: Vec<&str> = then.split(' ').collect();
    if let ["--certs", folder] = words[..] {
        for path in paths(case) {
            *path = named(folder).join(path.file_name().unwrap());
        }
        return;
    }
    let own = |party: &SideFiles| {
        let certificate =
            matches!(&party.certificate, ChainSource::File(path) if *path == finding.file);
        certificate || party.key.as_deref() == Some(&finding.file)
    };
    let place = case.parties.iter().position(own);
    for pair in words.windows(2) {
        let (new, party) = (named(pair[1]), place.map(|place| &mut case.parties[place]));
        match (pair[0], party) {
            ("--cacert", _) => case.authorities = Some(new),
            ("--cert", Some(party)) => party.certificate = ChainSource::File(new),
            ("--key", Some(party)) => party.key = Some(new),
            _ => {}
        }
    }
}

/// Every file that a case names.
fn paths(case: &mut SetupFiles) -> Vec<&mut PathBuf> {
    let mut paths: Vec<&mut PathBuf> = case.authorities.iter_mut().chain(&mut case.crls).collect();
    if let PeerTrust::File(path) = &mut case.peer {
        paths.push(path);
    }
    for party in &mut case.parties {
        if let ChainSource::File(path) = &mut party.certificate {
            paths.push(path);
        }
        paths.extend(&mut party.key);
    }
    paths
}
