//! The whole key schedule of a connection of one's own: from the key exchange and the ticket to the last key.

use std::borrow::Cow;

use hello_mtls::instruments::wire::conversation::{Conversation, KnownSecrets, Outcome};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;

use crate::common::Folder;

/// What `get` recorded, explained.
fn recorded(options: &str) -> Conversation {
    let folder = Folder::with_certs();
    let server = folder.serve("");
    let url = server.url("/");
    folder
        .run(&format!("hello-mtls get {url} {options} --save recorded"))
        .ends(0);
    let text = folder.read("recorded");
    explain(&Transcript::parse(&text).unwrap())
}

/// The formula of a secret, if it was derived here and not only logged.
fn formula<'a>(conversation: &'a Conversation, name: &str) -> Option<Cow<'a, str>> {
    let messages = conversation.messages.iter();
    let mut all = messages.flat_map(|message| &message.derivations);
    let found = all.find(|derivation| derivation.name == name)?;
    found.derived.then_some(found.formula.english())
}

fn all_checks_hold(conversation: &Conversation, least: usize) {
    let checks = conversation.messages.iter().flat_map(|one| &one.checks);
    let outcomes: Vec<&Outcome> = checks.map(|check| &check.outcome).collect();
    assert!(outcomes.len() >= least, "{outcomes:?}");
    for outcome in outcomes {
        assert!(matches!(outcome, Outcome::Verified), "{outcome:?}");
    }
}

#[test]
fn a_recording_has_the_secrets_above_those_of_a_key_log() {
    let conversation = recorded("");
    assert_eq!(conversation.known_secrets, KnownSecrets::KeySchedule);
    for (secret, derived_from) in [
        ("early_secret", "HKDF-Extract(0, 0)"),
        ("handshake_secret", "(EC)DHE"),
        ("master_secret", "derived for master"),
        ("client_handshake_traffic_secret", "handshake_secret"),
        ("server_application_traffic_secret_0", "master_secret"),
        ("resumption_master_secret", "master_secret"),
    ] {
        let formula = formula(&conversation, secret);
        assert!(
            formula
                .as_ref()
                .is_some_and(|formula| formula.contains(derived_from)),
            "{secret}: {formula:?}"
        );
    }
    // Both signatures, both Finished.
    all_checks_hold(&conversation, 4);
}

#[test]
fn a_resumption_has_the_secret_behind_its_ticket_and_the_binder_is_verified() {
    let conversation = recorded("--twice");
    assert!(conversation.negotiated.resumed);
    assert_eq!(
        formula(&conversation, "early_secret").as_deref(),
        Some("HKDF-Extract(0, PSK)")
    );
    let checks = conversation.messages.iter().flat_map(|one| &one.checks);
    let names: Vec<_> = checks.map(|check| check.name.english()).collect();
    assert!(names.contains(&"PSK binder".into()), "{names:?}");
    all_checks_hold(&conversation, 3);
}

#[test]
fn tls_1_2_is_recorded_as_before() {
    let conversation = recorded("--tls-max 1.2");
    assert_eq!(conversation.known_secrets, KnownSecrets::KeyLog);
    all_checks_hold(&conversation, 3);
}
