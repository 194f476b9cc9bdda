//! The example is one page, and shows what it promises.

use crate::common::Folder;

#[test]
fn the_example_shows_an_identity_and_a_refusal_on_one_page() {
    let source = include_str!("../../examples/mtls.rs");
    assert!(source.lines().count() <= 90, "the whole thing on one page");

    // `cargo test --test inside` does not build examples, so cargo is asked to.
    let (root, cargo) = (env!("CARGO_MANIFEST_DIR"), env!("CARGO"));
    let run = format!("cd '{root}' && '{cargo}' run --quiet --offline --example mtls");
    let ran = Folder::new().run(&run);
    let said = |side: &str| -> Vec<String> {
        let lines = ran.stdout.lines();
        let lines = lines.filter_map(|line| line.strip_prefix(side));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(
        said("server: "),
        [
            "the client is alice.clients.example",
            "refused: peer sent no certificates"
        ],
    );
    // The second client is done with its handshake, and hears of the refusal when it reads.
    assert_eq!(
        said("client: "),
        [
            "the handshake is done, as far as I can see",
            "the server says: hello, alice.clients.example",
            "the handshake is done, as far as I can see",
            "refused: received fatal alert: CertificateRequired",
        ],
    );
}
