//! A new CA for the clients, one server after the other, while both run.

use hello_mtls::handshake::ClientSetup;

use super::Account;
use super::stage::{Open, SERVERS, Stage, until};

/// Requests of each client in each stage. Each second one goes to the same server.
const REQUESTS: usize = 10;

/// How many of a client's requests are answered.
fn answered(stage: &Stage, client: &ClientSetup) -> usize {
    let ask = |_: &usize| {
        // In TLS 1.3 a client learns that it is refused when it reads.
        let open = Open::over(stage.dial(9).unwrap(), client);
        let answer = open.map(|mut open| open.get("/", "Connection: close\r\n"));
        matches!(answer, Ok(Ok(answer)) if answer.ends_with("Hello World"))
    };
    (0..REQUESTS).filter(ask).count()
}

#[test]
fn a_client_ca_is_replaced_server_by_server() {
    let options = "--cacert clients-LETTER.crt --cert certs/server.crt --key certs/server.key";
    let Some(stage) = Stage::set("tcp.cfg", &[], options) else {
        return;
    };
    stage
        .folder
        .run(
            "hello-mtls certs ca --dir next --cn my-ca-2 && hello-mtls certs request client --dir next --client my-client \
            && hello-mtls certs sign client --dir next --client my-client && cat certs/ca.crt next/ca.crt > both.crt",
        )
        .ends(0);
    let (old, new) = (stage.client("certs"), stage.client("next"));
    let mut account =
        Account::of("7. A new CA for the clients: answers of 10, old client and new client");
    let mut look = |stage: &Stage, what: &str, expected: (usize, usize)| {
        let seen = (answered(stage, &old), answered(stage, &new));
        assert_eq!(seen, expected, "{what}");
        account.row(what, format!("{:>2} {:>3}", seen.0, seen.1));
    };
    let half = REQUESTS / 2;
    look(&stage, "both servers trust the old CA", (REQUESTS, 0));
    for (file, steps) in [
        (
            "both.crt",
            [
                ("a trusts both CAs", (REQUESTS, half)),
                ("a and b trust both CAs", (REQUESTS, REQUESTS)),
            ],
        ),
        (
            "next/ca.crt",
            [
                ("a trusts the new CA alone", (half, REQUESTS)),
                ("a and b trust the new CA alone", (0, REQUESTS)),
            ],
        ),
    ] {
        for (which, (what, expected)) in steps.into_iter().enumerate() {
            let letter = SERVERS[which].0;
            let news = || stage.servers[which].output().matches("in service").count();
            let before = news();
            stage
                .folder
                .run(&format!(
                    "cp {file} new.crt && mv new.crt clients-{letter}.crt"
                ))
                .ends(0);
            until("the new file in service", || news() > before);
            look(&stage, what, expected);
        }
    }
    account.print();
}
