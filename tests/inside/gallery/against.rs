//! Bad clients against servers of our own: a strict one refuses them all, a lax one is found out, and nothing is
//! concluded where nothing can be told.

use crate::common::{Folder, Ran, Server};

fn against(folder: &Folder, server: &Server, options: &str) -> Ran {
    let url = server.url("/");
    folder.run(&format!("hello-mtls doctor {url} --against {options}"))
}

#[test]
fn a_strict_server_refuses_every_client_that_it_should() {
    let folder = Folder::with_certs();
    for version in ["1.3", "1.2"] {
        let server = folder.serve(&format!("--tls-max {version}"));
        let ran = against(&folder, &server, "--certs certs").ends(0);
        let ran = ran
            .says(
                "only for servers of your own"
                    .replace("only", "Only")
                    .as_str(),
            )
            .says("✓ your client, for comparison let in: 200 OK")
            .says("✓ no certificate refused, step 5: alert certificate_required")
            .says("✓ self-signed copy of your client refused, step 5: alert unknown_ca")
            .says("✓ same CA name, another key refused, step 5: alert decrypt_error")
            .says("✓ your certificate, not its key refused, step 5: alert decrypt_error")
            .says("✓ your CA: good, for comparison let in: 200 OK")
            .says("✓ your CA: expired refused, step 5: alert certificate_expired")
            .says("○ your CA: CN=mallory let in: 200 OK; it authorizes every client")
            .says("refused 10, cannot be told 0, not tried 1");
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn the_key_of_the_ca_is_used_only_if_it_or_its_folder_is_named() {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    against(&folder, &server, "")
        .ends(0)
        .says("– your CA: expired not tried: it needs --ca-key")
        .says("refused 6, cannot be told 0, not tried 5");
    against(&folder, &server, "--ca-key certs/ca.key")
        .ends(0)
        .says("✓ your CA: expired refused");
    folder.run("hello-mtls certs ca --dir other").ends(0);
    against(&folder, &server, "--ca-key certs/client.key")
        .ends(1)
        .says("it is the key of no CA certificate that is at hand");
    against(&folder, &server, "--ca-key other/ca.key")
        .ends(1)
        .says("The server does not trust what --ca-key signs")
        .says("✗ your CA: good, for comparison refused, step 5")
        .says("? your CA: expired cannot be told")
        .says("That cannot be told");
}

#[test]
fn a_server_that_authorizes_refuses_another_client_at_step_6() {
    let folder = Folder::with_certs();
    let server = folder.serve("--allow uri:spiffe://hello-mtls/my-client");
    against(&folder, &server, "--certs certs")
        .ends(0)
        .says("✓ your CA: CN=mallory refused, step 6: status 403 Forbidden");
}

#[test]
fn a_revoked_client_can_be_made_with_the_list_of_the_server() {
    let folder = Folder::with_certs();
    for command in [
        "certs request gone --client gone",
        "certs sign gone --client gone",
        "certs revoke certs/gone.crt",
    ] {
        folder.run(&format!("hello-mtls {command}")).ends(0);
    }
    let server = folder.serve("--crl certs/ca.crl");
    against(&folder, &server, "--certs certs --crl certs/ca.crl")
        .ends(0)
        .says("✓ your CA: revoked refused, step 5: alert certificate_revoked")
        .says("refused 11, cannot be told 0, not tried 0");
    let forgetful = folder.serve("");
    against(&folder, &forgetful, "--certs certs --crl certs/ca.crl")
        .ends(1)
        .says("✗ your CA: revoked LET IN: 200 OK");
}

#[test]
fn a_server_without_client_certificates_is_found_out() {
    let folder = Folder::with_certs();
    let server = folder.serve("--tls");
    against(&folder, &server, "")
        .ends(1)
        .says("The server does not ask for a certificate")
        .says("✗ no certificate LET IN: 200 OK")
        .says("No: the server let in 6 of the clients");
}

#[test]
fn nothing_is_concluded_where_the_good_client_is_refused_or_nobody_listens() {
    let folder = Folder::with_certs();
    folder.run("hello-mtls certs --dir other").ends(0);
    let server = folder.serve("");
    let strangers = "--cacert certs/ca.crt --cert other/client.crt --key other/client.key";
    against(&folder, &server, strangers)
        .ends(1)
        .says("Your client itself is not let in")
        .says("That cannot be told");
    let wrong_ca = "--cacert other/ca.crt --cert certs/client.crt --key certs/client.key";
    against(&folder, &server, wrong_ca).ends(1).says("step 3");
    let port = server.port;
    drop(server);
    folder
        .run(&format!(
            "hello-mtls doctor https://localhost:{port}/ --against"
        ))
        .ends(1)
        .says("Connection refused");
    folder.run("hello-mtls doctor --against").ends(2);
}
