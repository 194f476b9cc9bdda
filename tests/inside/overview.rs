//! The overview on the page of a recorded connection: the tree of its keys, and its messages in the order of the wire.
use std::fs;

use crate::common::pages::root;
use crate::common::wire::recordings;
use hello_mtls::instruments::show::html;
use hello_mtls::instruments::wire::conversation::Conversation;
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;

fn recorded(path: &str) -> Conversation {
    let path = root().join(format!("{path}.transcript"));
    explain(&Transcript::parse(&fs::read_to_string(path).unwrap()).unwrap())
}

fn page_of(conversation: &Conversation) -> String {
    html::page(conversation, Language::English)
}

/// What stands between the first `from` and the next `to`.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap().0
}

fn tree(conversation: &Conversation) -> String {
    between(
        &page_of(conversation),
        "<svg class=\"tree-of-keys\"",
        "</svg>",
    )
    .to_owned()
}

/// The boxes of a state: the name of each, and where it leads.
fn boxes(tree: &str, state: &str) -> Vec<(String, Option<String>)> {
    let class = format!("class=\"node {state}");
    let parts = tree.split(&class).skip(1);
    parts
        .map(|part| {
            let head = part.split('>').next().unwrap();
            let link = head
                .split_once("href=\"#")
                .map(|(_, link)| link.split('"').next().unwrap().to_owned());
            let name = between(part, "class=\"name\"", "</text>");
            (name.split_once('>').unwrap().1.to_owned(), link)
        })
        .collect()
}

fn names(boxes: Vec<(String, Option<String>)>) -> Vec<String> {
    boxes.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn with_the_shared_secret_the_whole_tree_is_lit_and_proven() {
    let conversation = recorded("tests/rfc8448/section4-resumed-0-rtt");
    let tree = tree(&conversation);
    assert!(boxes(&tree, "unknown").is_empty(), "{tree}");
    for secret in [
        "early_secret",
        "binder_key",
        "client_early_traffic_secret",
        "handshake_secret",
        "server_handshake_traffic_secret",
        "master_secret",
        "client_application_traffic_secret_0",
        "resumption_master_secret",
    ] {
        assert!(names(boxes(&tree, "known")).contains(&secret.to_owned()));
    }
    // What nothing in the recording was made with, is known and not proven: the inputs, the exporters and the resumption.
    let known = boxes(&tree, "known").len();
    assert_eq!(tree.matches("class=\"mark\"").count(), known - 6, "{tree}");
}

#[test]
fn a_key_log_lights_the_traffic_secrets_and_not_what_they_come_from() {
    let conversation = recorded("docs/transcripts/mtls13");
    let tree = tree(&conversation);
    let unknown = names(boxes(&tree, "unknown"));
    for secret in [
        "early_secret",
        "(EC)DHE",
        "handshake_secret",
        "master_secret",
    ] {
        assert!(unknown.contains(&secret.to_owned()), "{unknown:?}");
    }
    let known = names(boxes(&tree, "known"));
    assert!(known.contains(&"client_handshake_traffic_secret".to_owned()));
    let unused = names(boxes(&tree, "unused"));
    assert!(unused.contains(&"binder_key".to_owned()), "{unused:?}");
}

#[test]
fn every_secret_on_the_tree_leads_to_its_derivation() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        let page = page_of(&conversation);
        let Some((_, tree)) = page.split_once("<svg") else {
            continue;
        };
        for (secret, link) in boxes(tree.split_once("</svg>").unwrap().0, "known") {
            let Some(link) = link.filter(|link| link.contains("-d")) else {
                continue;
            };
            let there = between(&page, &format!("id=\"{link}\""), "</h4>");
            let told = there.rsplit('>').next().unwrap();
            let shortened = [
                "key",
                "iv",
                "finished_key",
                "KeyUpdate: N+1",
                "PSK of a ticket",
            ];
            assert!(
                told == secret || shortened.contains(&&secret[..]),
                "{name}: {secret} leads to {told}"
            );
        }
    }
}

#[test]
fn without_secrets_the_tree_says_that_nothing_can_be_told() {
    let path = root().join("docs/transcripts/mtls13.transcript");
    let mut transcript = Transcript::parse(&fs::read_to_string(path).unwrap()).unwrap();
    transcript.secrets.clear();
    let conversation = explain(&transcript);
    let page = page_of(&conversation);
    assert!(page.contains("This recording has no secrets"));
    let lit = names(boxes(&tree(&conversation), "known"));
    assert_eq!(lit, ["0", "0"], "zeros are no secret");
}

#[test]
fn tls_1_2_has_its_own_tree() {
    let tree = tree(&recorded("docs/transcripts/mtls12"));
    assert_eq!(names(boxes(&tree, "unknown")), ["pre_master_secret"]);
    let known = names(boxes(&tree, "known"));
    for name in [
        "extended master secret",
        "master_secret",
        "key_block",
        "client_write_key",
        "server_write_IV",
        "verify_data, client",
    ] {
        assert!(known.contains(&name.to_owned()), "{known:?}");
    }
}

fn ladder_of(conversation: &Conversation) -> String {
    between(
        &page_of(conversation),
        "<section class=\"ladder\"",
        "</section>",
    )
    .to_owned()
}

#[test]
fn the_ladder_has_each_message_once_in_the_order_of_the_wire() {
    for (name, transcript) in recordings() {
        let conversation = explain(&transcript);
        let ladder = ladder_of(&conversation);
        let links = ladder.split("href=\"#m").skip(1);
        let links: Vec<usize> = links
            .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
            .collect();
        let all: Vec<usize> = (1..=conversation.messages.len()).collect();
        assert_eq!(links, all, "{name}");
    }
}

#[test]
fn the_ladder_counts_the_round_trips_of_the_handshake() {
    for (path, trips) in [
        ("docs/transcripts/mtls13", 1),
        ("docs/transcripts/mtls12", 2),
        ("docs/transcripts/resumed13", 1),
        ("docs/transcripts/refused13", 1),
        ("tests/rfc8448/section5-hello-retry-request", 2),
        ("tests/captures/renegotiation-0", 4),
    ] {
        let ladder = ladder_of(&recorded(path));
        assert_eq!(ladder.matches("class=\"trip\"").count(), trips, "{path}");
    }
    let early = ladder_of(&recorded("tests/rfc8448/section4-resumed-0-rtt"));
    assert!(early.contains("(0-RTT)"));
}

#[test]
fn a_lock_stands_where_each_side_begins_to_encrypt_and_where_its_keys_change() {
    let locks = |path: &str| {
        let ladder = ladder_of(&recorded(path));
        let locks = ladder.split("<li class=\"seal ").skip(1);
        let words = |lock: &str| between(lock, "</svg>", "</span>").to_owned();
        locks.map(words).collect::<Vec<_>>()
    };
    assert_eq!(
        locks("docs/transcripts/mtls13"),
        [
            "from here on the server encrypts: handshake keys",
            "from here on the client encrypts: handshake keys",
            "from here on the client encrypts: application keys",
            "from here on the server encrypts: application keys",
        ]
    );
    assert_eq!(
        locks("docs/transcripts/mtls12"),
        [
            "from here on the client encrypts: session keys",
            "from here on the server encrypts: session keys",
        ]
    );
}

#[test]
fn the_ladder_tells_what_is_proven_to_which_side_and_when() {
    let ladder = ladder_of(&recorded("docs/transcripts/mtls13"));
    let flights: Vec<&str> = ladder.split("<li class=\"flight ").skip(1).collect();
    let proves = |flight: &str, words: &str| flight.contains(&format!("\"good\">{words}"));
    let server = "the server owns the key of its certificate";
    let client = "the client owns the key of its certificate";
    assert!(
        !flights[0].contains("class=\"knows\""),
        "a hello proves nothing"
    );
    assert!(proves(flights[1], server) && !proves(flights[1], client));
    assert!(proves(flights[2], client) && !proves(flights[2], server));
    // The client of TLS alone stays unknown.
    let tls = ladder_of(&recorded("docs/transcripts/tls13"));
    assert!(!proves(&tls, client), "{tls}");
}

#[test]
fn a_recording_without_times_says_so() {
    let ladder = ladder_of(&recorded("tests/rfc8448/section3-simple-1-rtt"));
    assert!(ladder.contains("This recording has no times"));
}
