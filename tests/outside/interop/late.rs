//! Apache that asks for a certificate only on a path: after the request, so in a second handshake (TLS 1.2), or not at
//! all from a client without post-handshake authentication (TLS 1.3). Both are told as what they are.

use super::KEYS;
use super::servers::SERVERS;
use crate::common::have;

#[test]
fn apache_that_asks_only_on_a_path_is_told_as_that_in_each_version() {
    let apache = SERVERS.iter().find(|other| other.name == "apache").unwrap();
    if !have(apache.program) {
        return;
    }
    let on_a_path = (
        "SSLVerifyClient       require",
        "<Location />\nSSLVerifyClient require\n</Location>",
    );
    for (version, get_ends, failure, words) in [
        ("TLSv1.2", 1, "renegotiation", "(renegotiation, TLS 1.2)"),
        ("TLSv1.3", 0, "post-handshake-auth", "as Apache says"),
    ] {
        let only = format!("SSLEngine on\nSSLProtocol {version}");
        let edits = [on_a_path, ("SSLEngine on", &only)];
        let (folder, _running, port) = apache.started(KEYS[0].1, &edits);
        let url = format!("https://localhost:{port}/");
        folder
            .run(&format!("hello-mtls get {url}"))
            .ends(get_ends)
            .says("step 4, the client sends its certificate")
            .says(words)
            .says("SSLVerifyClient outside of <Location>");
        folder
            .run(&format!("hello-mtls doctor {url}"))
            .ends(1)
            .says(&format!("[{failure}]"))
            .says("1 error");
    }
}
