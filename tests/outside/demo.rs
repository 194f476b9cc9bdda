//! The commands that `hello-mtls demo` prints do what it says, curl's and openssl's too.

use crate::common::pages::commands;
use crate::common::{Folder, have, port_3000};

#[test]
fn every_command_that_the_demo_prints_does_what_it_should() {
    if !have("curl") || !have("openssl") {
        return;
    }
    let Some(_port_3000) = port_3000() else {
        return;
    };
    let folder = Folder::new();
    let demo = folder.run("hello-mtls demo").ends(0);
    let commands = commands(&demo.stdout);
    let [serve, get, whoami, nobody, read, connect, inspect, wire] = &commands[..] else {
        panic!("other commands than expected: {commands:#?}");
    };
    let server = folder.start(serve);
    server.line_with("Server running at https://localhost:3000/");
    folder.run(get).ends(0).prints("Hello World").says("step 7");
    folder
        .run(whoami)
        .ends(0)
        .says("identity: uri:spiffe://hello-mtls/my-client");
    folder
        .run(nobody)
        .ends(56)
        .says("alert certificate required");
    folder
        .run(read)
        .ends(0)
        .says("URI:spiffe://hello-mtls/my-client");
    folder.run(connect).ends(0).says("Verification: OK");
    folder.run(inspect).ends(0).says("client.crt");
    folder
        .run(wire)
        .ends(0)
        .says("mutual TLS")
        .says("CertificateVerify");
    assert!(
        folder
            .read("hello-mtls-demo/handshake.html")
            .starts_with("<!DOCTYPE html>")
    );
    // What the server told meanwhile is the other half of the story.
    server.line_with("step 6  the server authorizes the client");
    server.line_with("failed at step 5");
}
