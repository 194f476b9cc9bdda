//! A proxy that ends TLS: what the servers then know of the client is what the proxy says.

use std::io::{Read, Write};

use hello_mtls::handshake::ClientSetup;

use super::Account;
use super::stage::{Open, Stage, body, connect, value};

/// The header that a client writes itself.
const FORGED: &str = "X-Client: root\r\nConnection: close\r\n";

/// What the application behind the frontend at `port` says to a client with this header.
fn greeting(client: &ClientSetup, port: u16) -> String {
    let mut open = Open::over(connect(9, 1, port).unwrap(), client).unwrap();
    body(&open.get("/", FORGED).unwrap()).trim().to_owned()
}

#[test]
fn where_the_proxy_ends_tls_its_word_replaces_the_proof() {
    let Some(stage) = Stage::set("ended.cfg", &[], "") else {
        return;
    };
    let mut account = Account::of("4. HAProxy ends TLS, and speaks with the servers itself");
    let known = stage.client("certs");
    let mut open = Open::over(stage.dial(9).unwrap(), &known).unwrap();
    let answer = open.get("/whoami", "Connection: close\r\n").unwrap();
    let identity = value(body(&answer), "identity:");
    assert_eq!(identity, "uri:spiffe://hello-mtls/balancer");
    account.row("my-client asks a for /whoami", identity);

    let nobody = stage.nobody();
    let [careless, careful] = [1, 2].map(|plus| stage.port + plus);
    for (what, client, port, expected) in [
        (
            "my-client writes X-Client: root",
            &known,
            careless,
            "hello my-client",
        ),
        (
            "no certificate, X-Client: root",
            &nobody,
            careless,
            "hello root",
        ),
        (
            "the same, and HAProxy deletes it",
            &nobody,
            careful,
            "hello",
        ),
    ] {
        let said = greeting(client, port);
        assert_eq!(said, expected, "{what}");
        account.row(what, format!("\"{said}\""));
    }
    // Past the proxy: any machine that reaches the application.
    let mut past = connect(9, 5, stage.port + 3).unwrap();
    past.write_all(format!("GET / HTTP/1.1\r\nHost: a\r\n{FORGED}\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    past.read_to_string(&mut answer).unwrap();
    assert_eq!(body(&answer), "hello root");
    account.row(
        "past the proxy, without TLS at all",
        format!("\"{}\"", body(&answer)),
    );
    account.print();
}
