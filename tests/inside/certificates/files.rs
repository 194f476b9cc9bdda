//! Where `hello-mtls certs` writes, for whom, and what it leaves alone.

use std::fs;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Instant;

use hello_mtls::files;

use crate::common::{EIGHT, Folder};

#[test]
fn private_keys_are_for_their_owner_only_whatever_the_umask() {
    let folder = Folder::new();
    folder
        .run("umask 000; hello-mtls certs --intermediate")
        .ends(0);
    folder
        .run("umask 000; hello-mtls certs request bob --client bob")
        .ends(0);
    folder
        .run("umask 000; hello-mtls certs sign bob --client bob")
        .ends(0);
    folder
        .run("umask 000; hello-mtls certs revoke certs/bob.crt")
        .ends(0);
    for name in folder.names("certs") {
        let wanted = if name.ends_with(".key") { 0o600 } else { 0o644 };
        let mode = folder.mode(&format!("certs/{name}"));
        assert_eq!(mode, wanted, "{name}: {mode:o} instead of {wanted:o}");
    }
    assert_eq!(folder.names("certs").len(), 8 + 2 + 3 + 1);
}

#[test]
fn nothing_is_overwritten_and_nothing_else_written_without_force() {
    let folder = Folder::new();
    folder
        .run("mkdir certs; echo mine > certs/server.csr")
        .ends(0);
    folder
        .run("hello-mtls certs")
        .ends(1)
        .prints("")
        .says("certs/server.csr exists already")
        .says("--force");
    assert_eq!(folder.names("certs"), ["server.csr"]);
    assert_eq!(folder.read("certs/server.csr"), "mine\n");

    folder.run("hello-mtls certs --force").ends(0);
    assert_eq!(folder.names("certs"), EIGHT);
    assert_ne!(folder.read("certs/server.csr"), "mine\n");
}

#[test]
fn a_second_set_does_not_replace_the_first_by_accident() {
    let folder = Folder::with_certs();
    let first = EIGHT.map(|name| folder.bytes(&format!("certs/{name}")));
    for again in [
        "hello-mtls certs",
        "hello-mtls certs ca",
        "hello-mtls certs request server --host localhost",
        "hello-mtls certs sign server --host localhost",
    ] {
        folder.run(again).ends(1).says("exists already");
    }
    assert_eq!(
        first,
        EIGHT.map(|name| folder.bytes(&format!("certs/{name}")))
    );
    assert_eq!(folder.names("certs"), EIGHT);
}

#[test]
fn a_link_that_leads_nowhere_is_not_written_through() {
    let folder = Folder::new();
    folder
        .run("mkdir certs; ln -s ../elsewhere certs/ca.key")
        .ends(0);
    folder
        .run("hello-mtls certs")
        .ends(1)
        .says("certs/ca.key exists already");
    folder.run("hello-mtls certs --force").ends(0);
    assert_eq!(folder.names("."), ["certs"]);
}

#[test]
fn a_certificate_that_outlives_its_ca_is_signed_with_a_word_about_it() {
    let folder = Folder::new();
    folder.run("hello-mtls certs ca --days 10").ends(0);
    folder
        .run("hello-mtls certs request bob --client bob")
        .ends(0);
    folder
        .run("hello-mtls certs sign bob --client bob --days 10")
        .ends(0)
        .does_not_say("note");
    folder
        .run("hello-mtls certs sign bob --client bob --days 12 --force")
        .ends(0)
        .says("note: the certificate ends on 20")
        .says("and the CA that signed it on 20")
        .says("Fewer --days, or a new CA first");
}

/// Between a look at the name and the opening, another program may put a pipe there. Opening it would wait for a
/// writer, for ever.
#[test]
fn a_pipe_that_takes_the_place_of_a_file_is_not_waited_for() {
    let folder = Folder::new();
    folder
        .run("echo text > regular; mkfifo pipe; cp regular both")
        .ends(0);
    let [regular, pipe, new, both] =
        ["regular", "pipe", "new", "both"].map(|name| folder.path(name));
    let (done, is_done) = channel();
    let path = both.clone();
    thread::spawn(move || {
        let mut seen = [0, 0];
        for _ in 0..20_000 {
            match files::read(&path) {
                Ok(contents) => {
                    assert_eq!(contents, b"text\n");
                    seen[0] += 1;
                }
                Err(error) => {
                    assert!(error.to_string().contains("not a regular file"), "{error}");
                    seen[1] += 1;
                }
            }
        }
        let _ = done.send(seen);
    });
    let begun = Instant::now();
    let seen = loop {
        for place in [&pipe, &regular] {
            fs::hard_link(place, &new).unwrap();
            fs::rename(&new, &both).unwrap();
        }
        if let Ok(seen) = is_done.try_recv() {
            break seen;
        }
        assert!(begun.elapsed().as_secs() < 30, "a read waits for the pipe");
    };
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}
