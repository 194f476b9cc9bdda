//! Sets of files that stay whole: runs that are killed at any moment, and runs at the same time.
//!
//! `HELLO_MTLS_ROUNDS=3000` kills so many runs instead of 300.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use hello_mtls::certificates::pem;
use hello_mtls::credentials::identity;
use hello_mtls::files::{NewFile, Readers, at_one_moment, read, write_all};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::common::{EIGHT, Folder};

#[test]
fn a_set_fits_after_a_kill_at_any_moment_of_its_writing() {
    let folder = Folder::with_certs();
    for name in ["one", "other"] {
        folder
            .run(&format!("hello-mtls certs --dir {name}"))
            .ends(0);
    }
    let sets = ["one", "other"].map(|name| read_set(&folder.path(name)));
    write_all(&below(&folder.path("certs"), &sets[0]), true).unwrap();
    let wanted = std::env::var("HELLO_MTLS_ROUNDS").map_or(300, |rounds| rounds.parse().unwrap());
    let mut left = 0;
    for round in 0..wanted {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "certificates::killed::writes_sets_until_it_is_killed",
            ])
            .env(WRITER, folder.path("."))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_a_stage(&folder, &mut child);
        // A set takes some milliseconds: the moments spread over the first sets, and then over later ones.
        sleep(Duration::from_micros(97 * (round % 150)));
        child.kill().unwrap();
        assert!(
            !child.wait().unwrap().success(),
            "killed while it was at work"
        );
        left += usize::from(!hidden(&folder).is_empty());
        let read = read_set(&folder.path("certs"));
        assert!(sets.contains(&read), "round {round}: a mixed set");
    }
    assert!(left > 0, "no killed run had begun to write");
    folder.run("hello-mtls certs --force").ends(0);
    assert_eq!(folder.names("certs"), EIGHT);
    fits(&folder);
}

/// Where the writer of the test above works: it is this program again, and the sets are made once for all rounds,
/// because to make keys takes much longer than to write them.
const WRITER: &str = "HELLO_MTLS_TEST_WRITER";

#[test]
fn writes_sets_until_it_is_killed() {
    let Some(dir) = std::env::var_os(WRITER) else {
        return;
    };
    let dir = Path::new(&dir);
    let sets = ["other", "one"].map(|name| read_set(&dir.join(name)));
    loop {
        for set in &sets {
            write_all(&below(&dir.join("certs"), set), true).unwrap();
        }
    }
}

/// The contents of the eight files, as every command of hello-mtls reads them.
fn read_set(dir: &Path) -> Vec<Vec<u8>> {
    EIGHT.map(|name| read(&dir.join(name)).unwrap()).to_vec()
}

fn below(dir: &Path, set: &[Vec<u8>]) -> Vec<NewFile> {
    let file = |(name, contents): (&str, &Vec<u8>)| NewFile {
        path: dir.join(name),
        contents: contents.clone(),
        readers: Readers::OnlyMe,
    };
    EIGHT.into_iter().zip(set).map(file).collect()
}

#[test]
fn what_a_killed_run_leaves_is_removed_by_the_next_which_names_it() {
    let folder = Folder::with_certs();
    let mut named = 0;
    for round in 0..200 {
        let mut child = start(&folder, &["--force"]);
        wait_for_a_stage(&folder, &mut child);
        sleep(Duration::from_micros(200 * (round % 20)));
        child.kill().unwrap();
        child.wait().unwrap();
        let behind = hidden(&folder);
        if behind.is_empty() {
            continue;
        }
        let next = folder.run("hello-mtls certs --force").ends(0);
        for name in behind {
            let words = match name.as_str() {
                ".hello-mtls.commit" => {
                    "a run was killed while it put new files in place".to_owned()
                }
                name => format!("removed certs/{name}, which a killed run had left"),
            };
            assert!(next.stderr.contains(&words), "{next}");
            named += 1;
        }
        assert_eq!(folder.names("certs"), EIGHT);
        fits(&folder);
        if named == 12 {
            return;
        }
    }
    panic!("only {named} killed runs left anything behind");
}

#[test]
fn the_doctor_reads_what_a_killed_run_has_left_and_moves_nothing() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir other").ends(0);
    // All of the other set counts, and half of it has come to its place.
    let moves = "mkdir -m 700 certs/.hello-mtls.commit && mv other/c* certs/ && mv other/* certs/.hello-mtls.commit";
    folder.run(moves).ends(0);
    let listed = "ls -ARi certs";
    let before = folder.run(listed).ends(0);
    folder
        .run("hello-mtls doctor")
        .ends(0)
        .says("nothing to fix");
    assert_eq!(folder.run(listed).stdout, before.stdout);
    fits(&folder);
}

#[test]
fn a_first_set_that_is_killed_is_there_as_a_whole_or_not_at_all_for_the_next_run() {
    let run = how_long(&Folder::new());
    for round in 0..24 {
        let folder = Folder::new();
        let mut child = start(&folder, &[]);
        if round % 2 == 0 {
            wait_for_a_stage(&folder, &mut child);
            sleep(run / 60 * (round / 2));
        } else {
            sleep(run * round / 24);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let next = folder.run("hello-mtls certs");
        if next.code != 0 {
            next.ends(1).says("exists already");
        }
        assert_eq!(folder.names("certs"), EIGHT);
        fits(&folder);
    }
}

#[test]
fn two_runs_at_once_leave_the_set_of_one_of_them() {
    let folder = Folder::with_certs();
    for _ in 0..50 {
        let both = [0, 1].map(|_| start(&folder, &["--force"]));
        for mut run in both {
            assert!(run.wait().unwrap().success());
        }
        assert_eq!(folder.names("certs"), EIGHT);
        fits(&folder);
    }
}

/// Every user who may read a folder can lock it: `/tmp`, for example.
#[test]
fn a_folder_that_another_program_keeps_locked_is_named_and_outputs_go_there_all_the_same() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let certs = folder.read("certs/server.crt");
    let locks = [".", "certs"].map(|name| {
        let file = fs::File::open(folder.path(name)).unwrap();
        file.lock().unwrap();
        file
    });
    let begun = Instant::now();
    let get = format!("hello-mtls get {} --save a --html a.html", server.url("/"));
    folder.run(&get).ends(0);
    folder
        .run("hello-mtls wire a --html b.html --pcapng c")
        .ends(0);
    assert!(begun.elapsed() < Duration::from_secs(8));
    assert!(folder.read("b.html").trim_end().ends_with("</html>"));
    folder
        .run("hello-mtls certs --force")
        .ends(1)
        .says("another program has locked certs: waiting for it")
        .says("cannot write certs")
        .says("another program has locked this folder, and keeps it locked");
    assert_eq!(folder.read("certs/server.crt"), certs);
    drop(locks);
    folder.run("hello-mtls certs --force").ends(0);
}

#[test]
fn a_renewal_and_a_new_set_at_once_leave_a_set_that_fits() {
    let folder = Folder::with_certs();
    for _ in 0..10 {
        let both = [
            start(&folder, &["renew", "client", "--new-key"]),
            start(&folder, &["--force"]),
        ];
        for mut run in both {
            assert!(run.wait().unwrap().success());
        }
        fits(&folder);
    }
}

#[test]
fn files_are_read_as_they_were_at_one_moment_while_sets_are_replaced() {
    let folder = Folder::with_certs();
    let paths = ["client.crt", "client.key", "ca.crt"].map(|name| folder.path("certs").join(name));
    let [certificate, key, authority] = &paths;
    let mut runs = 0;
    let mut run = start(&folder, &["--force"]);
    while runs < 10 {
        let (pair, signed) = at_one_moment(&[certificate, key, authority], || {
            (identity(certificate, key), signed(certificate, authority))
        });
        assert!(pair.is_ok() && signed, "{:?}", pair.err());
        if run.try_wait().unwrap().is_some() {
            runs += 1;
            run = start(&folder, &["--force"]);
        }
    }
    run.wait().unwrap();
}

fn start(folder: &Folder, options: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hello-mtls"));
    command
        .arg("certs")
        .args(options)
        .current_dir(folder.path("."));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

/// A whole run, the shortest of some.
fn how_long(folder: &Folder) -> Duration {
    let run = || {
        let begun = Instant::now();
        start(folder, &["--force"]).wait().unwrap();
        begun.elapsed()
    };
    (0..5).map(|_| run()).min().unwrap()
}

fn wait_for_a_stage(folder: &Folder, run: &mut Child) {
    // Its own: what an earlier run has left does not count.
    let own = format!(".hello-mtls-{}-", run.id());
    let begun = |name: &String| name.starts_with(&own);
    let is_there = || folder.path("certs").is_dir() && hidden(folder).iter().any(begun);
    while !is_there() && run.try_wait().unwrap().is_none() {
        sleep(Duration::from_micros(100));
    }
}

fn hidden(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path("certs")).unwrap();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.starts_with('.')).collect()
}

/// Keys belong to their certificates, the CA has signed them, and each request is of its key.
fn fits(folder: &Folder) {
    let file = |name: &str| folder.path("certs").join(name);
    for name in ["ca", "server", "client"] {
        let (crt, key) = (file(&format!("{name}.crt")), file(&format!("{name}.key")));
        identity(&crt, &key).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            signed(&crt, &file("ca.crt")),
            "{name}.crt is not signed by ca.crt"
        );
    }
}

fn signed(certificate: &Path, authority: &Path) -> bool {
    let [certificate, authority] =
        [certificate, authority].map(|path| pem::certificates(path).unwrap().swap_remove(0));
    let (_, leaf) = X509Certificate::from_der(&certificate).unwrap();
    let (_, ca) = X509Certificate::from_der(&authority).unwrap();
    leaf.verify_signature(Some(ca.public_key())).is_ok()
}
