//! The PROXY protocol brings the address back.

use std::io::{Read, Write};

use super::Account;
use super::act1_address::{CLIENT, ask_both, last_address};
use super::stage::{Open, SERVERS, Stage, at, connect, until};

#[test]
fn the_proxy_protocol_brings_the_address_back_from_named_addresses_only() {
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
    // A client without a certificate, at either server.
    let refused = Open::over(stage.dial(9).unwrap(), &stage.nobody());
    let answer = refused.map(|mut open| open.get("/", ""));
    assert!(!matches!(answer, Ok(Ok(_))));
    let from = format!("{}:", at(9));
    let is_refused = |line: &str| line.starts_with(&from) && line.contains("failed at step 5");
    let logs = || stage.servers.iter().map(|server| server.output());
    until("the refusal in a log", || {
        logs().any(|log| log.lines().any(is_refused))
    });
    account.row("a refused client's address in a log", at(9));
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
