//! Files that are replaced while the server runs.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::open::{Open, client, list};
use crate::common::{Folder, Server};

/// How long a change may take. The promise is a second; the machine of a test may have much to do.
const SOON: Duration = Duration::from_secs(3);

fn leaf_of(server: &Server, folder: &Folder) -> Vec<u8> {
    Open::to(server, &client(folder, "client")).unwrap().leaf()
}

#[test]
fn a_renewed_certificate_is_shown_soon_open_connections_go_on_and_old_tickets_end() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let (old, same_client) = (leaf_of(&server, &folder), client(&folder, "client"));
    let mut open = Open::to(&server, &same_client).unwrap();
    assert!(open.ask().unwrap().ends_with("Hello World"));
    let mut again = Open::to(&server, &same_client).unwrap();
    assert!(again.ask().unwrap().ends_with("Hello World"));
    assert!(again.is_resumed(), "a ticket of the same settings counts");

    folder
        .run("hello-mtls certs renew server --days 90 --new-key")
        .ends(0);
    let began = Instant::now();
    while leaf_of(&server, &folder) == old {
        assert!(began.elapsed() < SOON, "still the old certificate");
        thread::sleep(Duration::from_millis(20));
    }
    server
        .running
        .line_with("new files in service: certs/server.crt, certs/server.key");
    assert!(open.ask().unwrap().ends_with("Hello World"));
    let later = Open::to(&server, &same_client).unwrap();
    assert!(
        !later.is_resumed(),
        "a ticket of the old settings is worth nothing"
    );
}

#[test]
fn a_broken_replacement_leaves_the_old_files_in_service_and_is_reported_once() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let (old, key) = (leaf_of(&server, &folder), folder.bytes("certs/server.key"));
    folder.run("cp certs/client.key certs/server.key").ends(0);
    server.running.line_with("the new files cannot be used");
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(leaf_of(&server, &folder), old);
    let log = server.running.output();
    assert_eq!(log.matches("cannot be used").count(), 1, "{log}");
    // The doctor's finding, with the file and the way out.
    assert!(log.contains("certs/server.key"), "{log}");
    assert!(log.contains("expected: "), "{log}");
    assert!(log.contains("try: "), "{log}");

    folder.write("certs/server.key", key);
    server.running.line_with("new files in service");
    assert_eq!(leaf_of(&server, &folder), old);
}

#[test]
fn other_client_cas_and_a_missing_file_are_seen_too() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs --dir others --client guest")
        .ends(0);
    let server = folder.serve("");
    let get = format!(
        "hello-mtls get {} --cacert certs/ca.crt --cert others/client.crt --key others/client.key",
        server.url("/")
    );
    let mut open = Open::to(&server, &client(&folder, "client")).unwrap();
    folder.run(&get).ends(1);
    folder
        .run("cp certs/ca.crt old.crt && cat old.crt others/ca.crt > both.crt && mv both.crt certs/ca.crt")
        .ends(0);
    server
        .running
        .line_with("new files in service: certs/ca.crt");
    folder.run(&get).ends(0).prints("Hello World");
    assert!(open.ask().unwrap().ends_with("Hello World"));

    folder.run("mv certs/ca.crt away.crt").ends(0);
    server.running.line_with("cannot be used");
    folder.run(&get.replace("certs/ca.crt", "old.crt")).ends(0);
    // A client of a CA that is gone is let in no longer, on its open connection either.
    folder.run("cp others/ca.crt certs/ca.crt").ends(0);
    thread::sleep(Duration::from_millis(1500));
    assert!(open.ask().unwrap().starts_with("HTTP/1.1 403"));
}

#[test]
fn sighup_has_the_files_read_at_once() {
    let folder = Folder::with_certs();
    let server = Server::of(
        folder.start("echo \"process: $$\"; exec hello-mtls serve --listen localhost:0"),
    );
    let process = server.running.line_with("process: ");
    let process = process.rsplit(' ').next().unwrap();
    folder.run(&format!("kill -HUP {process}")).ends(0);
    server
        .running
        .line_with("SIGHUP: the files were read again");
    let get = format!("hello-mtls get {}", server.url("/"));
    folder.run(&get).ends(0).prints("Hello World");
    folder
        .run(&format!("echo > certs/ca.crt; kill -HUP {process}"))
        .ends(0);
    server.running.line_with("the new files cannot be used");
}

/// Everything of a server, twice: another certificate and key, another order of CAs, another list.
fn two_sets(folder: &Folder) {
    list(folder, "ca.crl", 3600);
    folder
        .run("mkdir a b && cp certs/server.* certs/ca.crt certs/ca.crl a")
        .ends(0);
    folder
        .run("hello-mtls certs renew server --new-key")
        .ends(0);
    list(folder, "ca.crl", 7200);
    folder
        .run("hello-mtls certs ca --dir next --cn next-ca")
        .ends(0);
    folder.run("cp certs/server.crt certs/server.key certs/ca.crl b; cat next/ca.crt certs/ca.crt > b/ca.crt").ends(0);
}

/// Puts one of the sets in place, one file after the other, moved over or written in place.
fn put(folder: &Folder, set: &str, moved: bool) {
    for name in ["server.crt", "server.key", "ca.crt", "ca.crl"] {
        let (from, to) = (
            folder.path(&format!("{set}/{name}")),
            folder.path(&format!("live/{name}")),
        );
        if moved {
            let beside = to.with_extension("new");
            fs::copy(from, &beside).unwrap();
            fs::rename(beside, to).unwrap();
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// `HELLO_MTLS_SOAK=1` makes it 20,000 requests.
#[test]
fn no_request_is_lost_while_all_files_change_ten_times_a_second() {
    let soak = std::env::var_os("HELLO_MTLS_SOAK").is_some_and(|value| value == "1");
    let wanted = if soak { 20_000 } else { 600 };
    let folder = Folder::with_certs();
    two_sets(&folder);
    fs::create_dir(folder.path("live")).unwrap();
    put(&folder, "a", false);
    // The list of next-ca is missing on purpose: its clients would be refused, those of my-ca are not.
    let server = folder.serve(
        "--cacert live/ca.crt --cert live/server.crt --key live/server.key --crl live/ca.crl",
    );
    let (asked, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let began = Instant::now();
    let (lost, changes) = thread::scope(|scope| {
        let changing = scope.spawn(|| {
            let mut changes = 0;
            while !ended.load(Ordering::Relaxed) {
                put(&folder, ["a", "b"][changes % 2], changes % 3 == 0);
                changes += 1;
                thread::sleep(Duration::from_millis(100));
            }
            changes
        });
        let asking = || {
            let mut lost = Vec::new();
            // Files are looked at twice a second: fewer than three seconds prove nothing.
            while asked.fetch_add(1, Ordering::Relaxed) < wanted
                || began.elapsed() < Duration::from_secs(4)
            {
                // A client of its own for each, so that no ticket shortens the handshake; then four more requests.
                let answers = Open::to(&server, &client(&folder, "client")).and_then(|mut open| {
                    asked.fetch_add(3, Ordering::Relaxed);
                    (0..4).map(|_| open.ask()).collect::<Result<Vec<_>, _>>()
                });
                match answers {
                    Ok(all) if all.iter().all(|one| one.ends_with("Hello World")) => {}
                    other => lost.push(format!("{other:?}")),
                }
            }
            lost
        };
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(asking)).collect();
        let lost: Vec<String> = clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect();
        ended.store(true, Ordering::Relaxed);
        (lost, changing.join().unwrap())
    });
    let log = server.running.output();
    let taken = log.matches("new files in service").count();
    // On a machine that has much to do, half a set may stand for a second.
    let refused = log.matches("cannot be used").count();
    println!(
        "{} requests in {:?}: {} lost, {changes} changes of 4 files, {taken} sets taken, {refused} refused",
        asked.load(Ordering::Relaxed),
        began.elapsed(),
        lost.len()
    );
    assert!(lost.is_empty(), "{} lost: {:?}", lost.len(), lost.first());
    assert!(taken >= 1, "files that never rest are taken too:\n{log}");
}
