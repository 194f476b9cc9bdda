//! `hello-mtls doctor URL --against` at the servers of others: those of `docs/servers.md` refuse every client that
//! they should, and lax ones are found out.

use super::servers::SERVERS;
use super::{KEYS, desk, free_port, wait_for};
use crate::common::{Ran, have};

/// Sends the clients to a server of `docs/servers.md`, with these edits of its files. `None`: it is not installed.
fn against(name: &str, edits: &[(&str, &str)]) -> Option<Ran> {
    let other = SERVERS.iter().find(|other| other.name == name).unwrap();
    if !have(other.program) || !other.can_be_built() {
        return None;
    }
    let (folder, _running, port) = other.started(KEYS[0].1, edits);
    Some(folder.run(&format!(
        "hello-mtls doctor https://localhost:{port}/ --against --certs certs"
    )))
}

/// How many clients were sent that must be refused.
const SENT: &str = "refused 10, cannot be told 0, not tried 1";

#[test]
fn nginx_refuses_by_status() {
    let Some(ran) = against("nginx", &[]) else {
        return;
    };
    ran.ends(0)
        .says(SENT)
        .says("no certificate refused, step 5: status 400");
}

#[test]
fn nginx_that_verifies_nothing_is_found_out() {
    let edit = (
        "ssl_verify_client      on;",
        "ssl_verify_client optional_no_ca;",
    );
    let Some(ran) = against("nginx", &[edit]) else {
        return;
    };
    ran.ends(1)
        .says("✗ no certificate LET IN: 200")
        .says("✗ a stranger's CA LET IN: 200")
        .says("your certificate, not its key refused, step 5");
}

#[test]
fn apache_haproxy_node_and_python_refuse_every_client_that_they_should() {
    for name in ["apache", "haproxy", "node", "python"] {
        if let Some(ran) = against(name, &[]) {
            ran.ends(0).says(SENT);
        }
    }
}

#[test]
fn go_refuses_every_client_that_it_should() {
    let Some(ran) = against("go", &[]) else {
        return;
    };
    ran.ends(0)
        .says(SENT)
        .says("a stranger's CA refused, step 5: alert");
}

#[test]
fn java_refuses_without_a_word() {
    let Some(ran) = against("java", &[]) else {
        return;
    };
    ran.ends(0).says(SENT);
}

#[test]
fn openssl_that_goes_on_after_a_bad_certificate_is_found_out() {
    if !have("openssl") {
        return;
    }
    let (folder, port) = (desk(KEYS[0].1), free_port());
    let files = "-CAfile ca.crt -cert server.crt -key server.key";
    let running = folder.start(&format!(
        "cd certs && exec openssl s_server -accept localhost:{port} {files} -verify 1 -www"
    ));
    wait_for(port, &running);
    let url = format!("https://localhost:{port}/");
    folder
        .run(&format!(
            "hello-mtls doctor {url} --against --ca-key certs/ca.key"
        ))
        .ends(1)
        .says("✗ a stranger's CA LET IN: 200")
        .says("✗ your CA: expired LET IN: 200");
}
