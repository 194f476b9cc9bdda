//! Health checks: a TCP connection that says nothing, ten times a second.

use std::thread;
use std::time::Duration;

use super::Account;
use super::stage::{Stage, at};

#[test]
fn act_5_health_checks_leave_no_line_in_the_log() {
    let mut account = Account::of("5. Health checks: TCP connections that send no TLS and close");
    let v1 = [(
        "server a 127.0.0.2:3000",
        "server a 127.0.0.2:3000 send-proxy",
    )];
    let v2 = [(
        "server a 127.0.0.2:3000",
        "server a 127.0.0.2:3000 send-proxy-v2",
    )];
    let from = format!("--proxy-protocol {}", at(4));
    for (what, edits, options) in [
        ("TCP", &[][..], ""),
        ("PROXY v1", &v1, &from),
        ("PROXY v2", &v2, &from),
    ] {
        let Some(mut stage) = Stage::set("tcp.cfg", edits, options) else {
            return;
        };
        let before = stage.servers[0].output();
        thread::sleep(Duration::from_secs(1));
        let log = stage.servers[0].output();
        let lines = log.lines().count() - before.lines().count();
        assert_eq!(lines, 0, "{log}");
        assert!(stage.state_of(0).starts_with("UP"));
        // The same server again, which tells each connection: these are the checks.
        drop(stage.servers.remove(0));
        let server = stage.serve(0, &format!("{options} --narrate"));
        thread::sleep(Duration::from_secs(1));
        let told = server.output();
        let checks = told.matches("accepted a connection from").count();
        assert!(checks >= 3, "{told}");
        account.row(
            &format!("{what}: checks in a second, lines of log"),
            format!("{checks}, {lines}"),
        );
    }
    account.print();
}
