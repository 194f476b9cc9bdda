//! Health checks: connections that send no TLS, ten times a second.

use std::thread;
use std::time::Duration;

use super::Account;
use super::stage::{Stage, at, connect};

/// How long the checks are watched.
const WHILE: Duration = Duration::from_secs(1);

/// What health checks did in a second: connections that arrived at server a, and lines of its log.
fn watch(edits: &[(&str, &str)], options: &str) -> Option<(usize, usize)> {
    let mut stage = Stage::set("tcp.cfg", edits, options)?;
    let before = stage.servers[0].output().lines().count();
    thread::sleep(WHILE);
    // As Kubernetes does it: a connection from any address that is closed at once.
    (0..10).for_each(|_| drop(connect(9, 2, stage.port).unwrap()));
    thread::sleep(Duration::from_millis(200));
    let lines = stage.servers[0].output().lines().count() - before;
    assert!(stage.state_of(0).starts_with("UP"));
    // The same server again, which tells each connection.
    drop(stage.servers.remove(0));
    let server = stage.serve(0, &format!("{options} --narrate"));
    thread::sleep(WHILE);
    let from = format!("server: {}:", at(4));
    Some((server.output().matches(&from).count(), lines))
}

#[test]
fn health_checks_leave_no_line_in_the_log() {
    let server = "server a 127.0.0.2:3000";
    let v1 = [(server, "server a 127.0.0.2:3000 send-proxy")];
    let v2 = [(server, "server a 127.0.0.2:3000 send-proxy-v2")];
    let named = format!("--proxy-protocol {}", at(4));
    let mut account =
        Account::of("5. Health checks of HAProxy: what arrives in a second, and the log");
    for (kind, edits, options, at_least) in [
        // HAProxy ends a plain check with a reset before TCP's handshake is complete, and no program hears of it.
        ("a connection alone", &[][..], "", 0),
        ("PROXY header, version 1", &v1, &named, 3),
        ("PROXY header, version 2", &v2, &named, 3),
    ] {
        let Some((arrived, lines)) = watch(edits, options) else {
            return;
        };
        assert!(arrived >= at_least, "{kind}: {arrived}");
        assert_eq!(lines, 0, "{kind}");
        account.row(kind, format!("{arrived} connections, {lines} lines"));
    }
    account.print();
}
