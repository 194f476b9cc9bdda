//! What the doctor prints, pasted: nothing is lost, and three rounds are enough.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use hello_mtls::instruments::doctor::finding::Finding;
use hello_mtls::instruments::doctor::{ChainSource, PeerTrust, SetupFiles, SideFiles, examine};
use hello_mtls::narration::Side;
use rcgen::{BasicConstraints, IsCa};
use rustls::pki_types::UnixTime;

use super::set::*;
use crate::common::skip;

/// Rounds of a report, all its commands, and the next report, after which no command is left.
const ROUNDS: usize = 3;

/// Commands that cannot fix it here: a person reads what they show, or a network is needed.
fn is_a_look(script: &str) -> bool {
    // The folder's files, for a name that is missing; the clock, for dates that are wrong; an intermediate that
    // has to come over the network.
    let shows = ["ls -l ", "date -u"];
    // The words of a page that was saved instead of a file.
    let words = script.ends_with("| head");
    words || script.contains(" curl -") || shows.iter().any(|look| script.trim().starts_with(look))
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
        let mut todo: Vec<(&Finding, Vec<String>)> = todo.collect();
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
            let changed = without_a_copy(&set.dir, commands);
            wrong.extend(changed.map(|file| told(&format!("{file} has no copy"), finding)));
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

/// Pastes commands where `cp` fails, as it does on a full disk, into a shell that goes on behind a command that
/// failed, as the one of a terminal does. Names a file that they changed without a copy of it, and puts all back.
fn without_a_copy(dir: &Path, commands: &[String]) -> Option<String> {
    static FAILING: LazyLock<PathBuf> = LazyLock::new(|| {
        let name = format!("doctor/failing-{}", std::process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("cp"), "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(folder.join("cp"), fs::Permissions::from_mode(0o755)).unwrap();
        folder
    });
    let kept = dir.with_file_name(format!("{}-kept", dir.file_name()?.display()));
    let _ = fs::remove_dir_all(&kept);
    let copied = Command::new("cp").arg("-a").args([dir, &kept]).status();
    assert!(copied.unwrap().success());
    for command in commands {
        let _ = pasted_into(&["sh"], Some(&FAILING), dir, &format!("set +e\n{command}"));
    }
    let names = |dir: &Path| -> Vec<String> {
        let files = fs::read_dir(dir).unwrap().flatten();
        let names = files.map(|file| file.file_name().into_string().unwrap());
        names.collect()
    };
    let now = names(dir);
    let changed = names(&kept).into_iter().find(|name| {
        let was = fs::read(kept.join(name)).ok();
        let has_it = |name: &String| fs::read(dir.join(name)).ok() == was;
        // A file that other users read is copied without `cp`, which would give its mode to the copy.
        let copy = format!("{name}.old");
        !has_it(name)
            && !now
                .iter()
                .any(|name| name.starts_with(&copy) && has_it(name))
    });
    fs::remove_dir_all(dir).unwrap();
    fs::rename(&kept, dir).unwrap();
    changed
}

/// The commands of a remedy.
fn commands(finding: &Finding) -> Vec<String> {
    let fix = finding.fix.to_string();
    let lines = fix.lines().filter(|line| line.starts_with("  "));
    lines.map(str::to_owned).collect()
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
    let fix = finding.fix.to_string();
    let mut lines = fix.lines();
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

/// A finding, and how a set comes to have it.
pub(super) type Spoiled = (&'static str, fn(&mut Set));

/// Findings whose commands make new files, the names of which may be taken.
const TAKEN: &[Spoiled] = &[
    ("csr-as-certificate", |set| {
        let key = rcgen::KeyPair::from_pem(&set.read("server.key")).unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let request = params.serialize_request(&key).unwrap().pem().unwrap();
        set.write("server.crt", request);
    }),
    ("encrypted-key", |set| {
        let chain = set.read("server.crt");
        set.fixture("encrypted.key", "server.key");
        set.edit("server.key", |key| format!("# mine\n{chain}{key}# end\n"));
    }),
    ("pkcs12", |set| {
        set.fixture("leaf.p12", "server.crt");
        set.fixture("leaf.p12", "server.key");
    }),
    ("trusted-certificate", |set| {
        let key = set.read("server.key");
        set.fixture("trusted.crt", "server.crt");
        set.edit("server.crt", |trusted| trusted + &key);
    }),
    ("ca-as-leaf", |set| {
        set.leaf(Side::Server, |params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)
        });
    }),
    ("base64-twice", |set| {
        let pem = base64(set.read("server.crt").as_bytes());
        set.write(
            "server.crt",
            format!("kind: Secret\nca: {pem}\nca-data: {pem}\n"),
        );
    }),
];

#[test]
fn no_printed_command_writes_to_a_name_that_is_taken() {
    const ENDS: [&str; 9] = [
        ".csr",
        ".ext",
        ".new.csr",
        ".new.crt",
        ".crt.new",
        ".key.new",
        ".crt.old",
        ".key.old",
        ".key.encrypted",
    ];
    for (number, (code, make)) in TAKEN.iter().enumerate() {
        let mut set = Set::new(&format!("taken-{number}"));
        make(&mut set);
        set.write("ca.key", set.root.key().serialize_pem());
        set.write("ca.pem", "of another program");
        for end in ENDS {
            set.write(&format!("server{end}"), format!("of another program{end}"));
            // The next name is a link to a file of another folder that is not there yet.
            let link = set.dir.join(format!("server{end}2"));
            std::os::unix::fs::symlink("../nowhere", link).unwrap();
        }
        let files = || -> Vec<Vec<u8>> {
            let files = fs::read_dir(&set.dir).unwrap().flatten();
            files
                .filter_map(|file| fs::read(file.path()).ok())
                .collect()
        };
        let before = files();
        let report = examine(&set.case);
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.code == *code)
            .unwrap();
        let commands = commands(finding);
        assert!(!commands.is_empty(), "{code}: {}", finding.fix);
        // A reader may paste twice.
        for command in commands.iter().chain(&commands) {
            let _ = pasted(&set.dir, command);
        }
        let after = files();
        for contents in before {
            let lost = String::from_utf8_lossy(&contents);
            assert!(
                after.contains(&contents),
                "{code}: lost {lost}\n{}",
                finding.fix
            );
        }
        assert!(
            !set.dir.join("../nowhere").exists(),
            "{code}: {}",
            finding.fix
        );
    }
}
