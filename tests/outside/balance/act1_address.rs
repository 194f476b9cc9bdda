//! Bytes that are passed on: the identity survives, and the address does not.

use super::Account;
use super::stage::{Open, SERVERS, Stage, at, body, value};

/// The address at the beginning of the last line of a log.
pub(super) fn last_address(log: &str) -> String {
    let line = log.lines().last().unwrap_or_default();
    line.split(' ').next().unwrap_or_default().to_owned()
}

/// Asks both servers through the proxy, from machine 9. For each it returns the identity that the server told, and the port
/// that the client had.
pub(super) fn ask_both(stage: &Stage) -> Vec<(String, u16)> {
    let client = stage.client("certs");
    let asked = SERVERS.map(|_| {
        let socket = stage.dial(9).unwrap();
        let port = socket.local_addr().unwrap().port();
        let mut open = Open::over(socket, &client).unwrap();
        let answer = open.get("/whoami", "Connection: close\r\n").unwrap();
        (value(body(&answer), "identity:"), port)
    });
    for server in &stage.servers {
        server.line_with("GET /whoami -> 200");
    }
    asked.into()
}

/// The client's identity.
pub(super) const CLIENT: &str = "uri:spiffe://hello-mtls/my-client";

#[test]
fn the_identity_survives_the_proxy_and_the_address_does_not() {
    let Some(stage) = Stage::set("tcp.cfg", &[], "") else {
        return;
    };
    let mut account = Account::of("1. HAProxy passes TCP on, and TLS goes from end to end");
    account.row("the client connects from", at(9));
    for (identity, _) in ask_both(&stage) {
        assert_eq!(identity, CLIENT);
        account.row("a server answers to /whoami", identity);
    }
    for (server, (letter, _)) in stage.servers.iter().zip(SERVERS) {
        let address = last_address(&server.output());
        assert!(address.starts_with(&format!("{}:", at(4))), "{address}");
        account.row(&format!("the client's address in {letter}'s log"), address);
    }
    account.print();
}
