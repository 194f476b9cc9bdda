//! Other people's programs at one end of mutual TLS, this crate at the other: who gets in, and how a refusal
//! looks from the client's side.
//!
//! A folder per program has the configuration that `docs/servers.md` shows, and a table of what was measured
//! (`server.tsv`, `client.tsv`). Each test starts the program, measures again, and compares. `make interop`
//! writes the tables and `docs/interop.md` anew.

mod against;
mod clients;
mod late;
mod pages;
mod servers;
mod table;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::pages::root;
use crate::common::{Folder, Running};

/// What a client shows when the server asks for its certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// A certificate of the CA that the server trusts.
    Good,
    /// An empty Certificate message.
    Nothing,
    /// A certificate of a CA that the server does not know.
    Strangers,
}

impl Shows {
    const ALL: [(Shows, &'static str); 3] = [
        (Shows::Good, "good"),
        (Shows::Nothing, "none"),
        (Shows::Strangers, "stranger"),
    ];
}

const VERSIONS: [&str; 2] = ["1.3", "1.2"];
const KEYS: [(&str, &str); 2] = [("ecdsa", "ecdsa-p256"), ("rsa", "rsa-2048")];

/// The folder of a program's files, beside this one.
fn files_of(program: &str) -> PathBuf {
    root().join("tests/outside/interop").join(program)
}

/// A folder as a reader of `docs/servers.md` has it, beside a stranger's certificate.
///
/// It lies in the system's folder for temporary files because Apache, started by root, serves as another user,
/// and the folders above `target/` may be closed to that user.
fn desk(keys: &str) -> Folder {
    static ECDSA: OnceLock<Files> = OnceLock::new();
    static RSA: OnceLock<Files> = OnceLock::new();
    let made = if keys == KEYS[0].1 { &ECDSA } else { &RSA };
    let folder = Folder::below(&std::env::temp_dir(), "hello-mtls-interop-");
    for (name, contents) in made.get_or_init(|| certificates(keys)) {
        let path = folder.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    folder
}

/// Names, with their folder, and contents.
type Files = Vec<(String, Vec<u8>)>;

/// The certificates and keys of `hello-mtls certs`, and those of a client of another CA. They are made once:
/// an RSA key takes a while.
fn certificates(keys: &str) -> Files {
    let folder = Folder::new();
    for command in [
        format!("certs --key-type {keys}"),
        format!("certs ca --dir stranger --cn other-ca --key-type {keys}"),
        format!("certs request client --dir stranger --client mallory --key-type {keys}"),
        "certs sign client --dir stranger --client mallory".to_owned(),
    ] {
        folder.run(&format!("hello-mtls {command}")).ends(0);
    }
    let mut files = Files::new();
    for dir in ["certs", "stranger"] {
        for name in folder.names(dir) {
            let name = format!("{dir}/{name}");
            files.push((name.clone(), folder.bytes(&name)));
        }
    }
    files
}

/// Copies a program's files into a folder. They listen at or dial port 3000: that becomes `port`, and each
/// pair of `edits` one more replacement, which has to change a file.
fn copy(program: &str, to: &Path, port: u16, edits: &[(&str, &str)]) {
    let port = port.to_string();
    let mut edits: Vec<(&str, &str)> = edits.to_vec();
    edits.push(("3000", &port));
    let mut used = vec![false; edits.len()];
    copy_tree(&files_of(program), to, &edits, &mut used);
    for ((from, _), used) in edits.iter().zip(used) {
        assert!(used, "{program}: no file has {from:?}");
    }
}

fn copy_tree(from: &Path, to: &Path, edits: &[(&str, &str)], used: &mut [bool]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_tree(&path, &copy, edits, used);
            continue;
        }
        let mut contents = fs::read_to_string(&path).unwrap();
        // The digits may stand in a checksum too.
        let is_lock = path
            .extension()
            .is_some_and(|extension| extension == "lock");
        let edits = if is_lock { &[][..] } else { edits };
        for ((from, to), used) in edits.iter().zip(used.iter_mut()) {
            *used |= contents.contains(from);
            contents = contents.replace(from, to);
        }
        fs::write(copy, contents).unwrap();
    }
}

/// A port that nobody has, below those that the system gives to clients.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let spread = (std::process::id() % 400) as u16 * 20;
    loop {
        let port = 23_000 + (spread + NEXT.fetch_add(1, Ordering::Relaxed)) % 9_000;
        let free = |address: &str| TcpListener::bind((address, port)).is_ok();
        if free("127.0.0.1") && free("0.0.0.0") {
            return port;
        }
    }
}

/// Waits until the program listens.
fn wait_for(port: u16, running: &Running) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("localhost", port)).is_err() {
        assert!(
            Instant::now() < deadline,
            "it does not listen:\n{}",
            running.output()
        );
        thread::sleep(Duration::from_millis(20));
    }
}
