//! Bytes that are passed on: the identity survives, the address does not, and the PROXY protocol brings it back.

use std::io::{Read, Write};

use super::Account;
use super::stage::{Open, SERVERS, Stage, at, body, connect, value};

/// The address at the beginning of the last line of a log.
fn last_address(log: &str) -> String {
    let line = log.lines().last().unwrap_or_default();
    line.split(' ').next().unwrap_or_default().to_owned()
}

/// Asks both servers through the proxy, from machine 9. For each it returns the identity that the server told, and the port
/// that the client had.
fn ask_both(stage: &Stage) -> Vec<(String, u16)> {
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

const CLIENT: &str = "uri:spiffe://hello-mtls/my-client";

#[test]
fn act_1_the_identity_survives_the_proxy_and_the_address_does_not() {
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

#[test]
fn act_2_the_proxy_protocol_brings_the_address_back_from_named_addresses_only() {
    let headers = [
        (
            "server a 127.0.0.2:3000",
            "server a 127.0.0.2:3000 send-proxy",
        ),
        (
            "server b 127.0.0.3:3000",
            "server b 127.0.0.3:3000 send-proxy-v2",
        ),
    ];
    let named = format!("--proxy-protocol {} --proxy-protocol {}", at(4), at(8));
    let Some(stage) = Stage::set("tcp.cfg", &headers, &named) else {
        return;
    };
    let mut account =
        Account::of("2. The same with serve --proxy-protocol: version 1 to a, version 2 to b");
    let asked = ask_both(&stage);
    for (server, (letter, _)) in stage.servers.iter().zip(SERVERS) {
        let address = last_address(&server.output());
        let known = |(identity, port): &(String, u16)| {
            identity == CLIENT && address == format!("{}:{port}", at(9))
        };
        assert!(asked.iter().any(known), "{address}, {asked:?}");
        account.row(&format!("the client's address in {letter}'s log"), address);
    }
    // A client that goes round the proxy, and claims to come from elsewhere.
    let mut forger = connect(9, 2, stage.port).unwrap();
    forger
        .write_all(b"PROXY TCP4 203.0.113.66 203.0.113.1 4711 443\r\n")
        .unwrap();
    let _ = forger.read_to_end(&mut Vec::new());
    let line = stage.servers[0].line_with("a header of the PROXY protocol");
    assert!(line.starts_with(&format!("{}:", at(9))), "{line}");
    assert!(!stage.servers[0].output().contains("203.0.113.66"));
    account.row(
        "a forged header, past the proxy",
        "refused, and named in the log",
    );
    // A named address, and no header: TLS begins at once.
    let socket = connect(8, 3, stage.port).unwrap();
    let refused = Open::over(socket, &stage.client("certs"));
    assert!(refused.is_err());
    let line = stage.servers[1].line_with("has to send a header of the PROXY protocol");
    assert!(line.starts_with(&format!("{}:", at(8))), "{line}");
    account.row(
        "no header, from a named address",
        "refused, and named in the log",
    );
    account.print();
}
