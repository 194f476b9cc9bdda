//! A ticket is worth something at the server that made it, and nowhere else.

use super::Account;
use super::stage::{Open, Stage};

/// Connections of one client, one after the other.
const CONNECTIONS: usize = 20;

/// How many of them were resumed.
fn resumed(stage: &Stage) -> usize {
    let client = stage.client_with_tickets("certs");
    let connections = (0..CONNECTIONS).map(|_| {
        let mut open = Open::over(stage.dial(9).unwrap(), &client).unwrap();
        // The tickets come with the first answer.
        let answer = open.get("/", "Connection: close\r\n").unwrap();
        assert!(answer.ends_with("Hello World"), "{answer}");
        open.is_resumed()
    });
    connections.filter(|resumed| *resumed).count()
}

#[test]
fn a_ticket_of_the_other_server_means_a_full_handshake() {
    let Some(stage) = Stage::set("tcp.cfg", &[], "") else {
        return;
    };
    let in_turn = resumed(&stage);
    drop(stage);
    let Some(stage) = Stage::set("tcp.cfg", &[("balance roundrobin", "balance source")], "") else {
        return;
    };
    let same = resumed(&stage);
    let mut account = Account::of("3. Tickets: one client, 20 connections one after the other");
    account.row(
        "resumed, servers in turn (roundrobin)",
        format!("{in_turn} of {CONNECTIONS}"),
    );
    account.row(
        "resumed, always the same one (source)",
        format!("{same} of {CONNECTIONS}"),
    );
    // The first connection has no ticket yet. In turn, the newest ticket is always the other server's.
    assert_eq!((in_turn, same), (0, CONNECTIONS - 1));
    account.print();
}
