//! Messages and bytes that no recording here contains: browsers' extensions, plain HTTP, cuts, caps.
use std::borrow::Cow;
use std::time::Duration;

use crate::common::wire::{every_byte_is_accounted_for, malformed};
use hello_mtls::instruments::wire::conversation::{
    Conversation, Ending, Kind, Message, Protection,
};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::{Chunk, Transcript};
use hello_mtls::narration::{Side, Step};

fn heard(chunks: &[(Side, &[u8])]) -> Conversation {
    let chunk = |(from, bytes): &(Side, &[u8])| Chunk {
        from: *from,
        at: Duration::ZERO,
        bytes: bytes.to_vec(),
    };
    let transcript = Transcript {
        chunks: chunks.iter().map(chunk).collect(),
        ..Transcript::default()
    };
    let conversation = explain(&transcript);
    every_byte_is_accounted_for(&conversation);
    conversation
}

fn vector(width: usize, body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes()[4 - width..], body].concat()
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let message = [&[kind][..], &vector(3, body)].concat();
    [&[22, 3, 3][..], &vector(2, &message)].concat()
}

fn client_hello(extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let extension =
        |(number, body): &(u16, Vec<u8>)| [&number.to_be_bytes()[..], &vector(2, body)].concat();
    let extensions: Vec<u8> = extensions.iter().flat_map(extension).collect();
    let body = [
        &[3, 3][..],
        &[9; 32],
        &vector(1, &[]),
        &vector(2, &[0x4a, 0x4a, 0x13, 0x01, 0xee, 0xee]),
        &vector(1, &[0]),
        &vector(2, &extensions),
    ];
    handshake(1, &body.concat())
}

fn value<'a>(message: &'a Message, path: &[&str]) -> Cow<'a, str> {
    let field = path
        .iter()
        .try_fold(&message.fields, |field, label| field.find(label));
    field
        .unwrap_or_else(|| panic!("{path:?} in {:#?}", message.fields))
        .value
        .english()
}

#[test]
fn a_browsers_client_hello_has_a_name_for_everything_and_grease_is_called_so() {
    let share = [
        &[0x8a, 0x8a][..],
        &vector(2, &[0]),
        &[0x11, 0xec],
        &vector(2, &[7; 1216]),
    ]
    .concat();
    let hello = client_hello(&[
        (0x1a1a, vec![]),
        (
            0,
            vector(2, &[&[0][..], &vector(2, b"example.com")].concat()),
        ),
        (10, vector(2, &[0x8a, 0x8a, 0x11, 0xec])),
        (
            16,
            vector(2, &[vector(1, b"h2"), vector(1, b"http/1.1")].concat()),
        ),
        (5, vec![1, 0, 0, 0, 0]),
        (27, vector(1, &[0, 2])),
        (51, vector(2, &share)),
        (43, vector(1, &[0x2a, 0x2a, 3, 4, 3, 3])),
        (34, vector(2, &[4, 3])),
        (28, vec![0x40, 1]),
        (0x44cd, vector(2, &vector(1, b"h2"))),
        (0xfe0d, vec![0, 0, 1, 0, 1, 9]),
        (0x5678, vec![1, 2, 3]),
    ]);
    let conversation = heard(&[(Side::Client, &hello)]);
    let hello = &conversation.messages[0];
    assert_eq!(malformed(&hello.fields), Vec::<String>::new());
    assert_eq!(value(hello, &["cipher_suite"]), "GREASE (0x4a4a)");
    assert_eq!(
        value(hello, &["GREASE", "extension_type"]),
        "GREASE (0x1a1a)"
    );
    assert_eq!(
        value(hello, &["supported_groups", "group"]),
        "GREASE (0x8a8a)"
    );
    assert_eq!(
        value(hello, &["key_share", "X25519MLKEM768", "group"]),
        "X25519MLKEM768 (0x11ec)"
    );
    assert_eq!(
        hello
            .fields
            .find("ML-KEM-768 encapsulation key")
            .unwrap()
            .range
            .len(),
        1184
    );
    assert_eq!(
        value(hello, &["compress_certificate", "algorithm"]),
        "brotli (2)"
    );
    assert_eq!(
        value(hello, &["delegated_credential", "scheme"]),
        "ecdsa_secp256r1_sha256 (0x0403)"
    );
    assert_eq!(value(hello, &["application_settings", "protocol"]), "h2");
    assert_eq!(
        value(hello, &["encrypted_client_hello", "extension_type"]),
        "encrypted_client_hello (0xfe0d)"
    );
    assert_eq!(
        value(hello, &["extension 0x5678", "extension_type"]),
        "unknown (0x5678)"
    );
    assert_eq!(
        conversation.negotiated.server_name.as_deref(),
        Some("example.com")
    );
    assert_eq!(conversation.ending, Ending::Open);
}

#[test]
fn a_malformed_extension_does_not_spoil_the_next() {
    let hello = client_hello(&[(43, vec![9, 9]), (16, vector(2, &vector(1, b"h2")))]);
    let conversation = heard(&[(Side::Client, &hello)]);
    assert_eq!(malformed(&conversation.messages[0].fields).len(), 1);
    assert_eq!(value(&conversation.messages[0], &["protocol"]), "h2");
}

#[test]
fn plain_http_on_a_tls_port_is_kept_and_called_by_its_name() {
    let hello = client_hello(&[]);
    let conversation = heard(&[
        (Side::Client, &hello),
        (Side::Server, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (Side::Server, b"more"),
    ]);
    let answer = &conversation.records[1];
    assert!(
        matches!(&answer.protection, Protection::NotTls(guess) if guess.contains("does not speak TLS"))
    );
    assert_eq!(conversation.messages[1].kind, Kind::NotTls);
    assert_eq!(conversation.messages[2].bytes, b"more");
}

#[test]
fn what_was_cut_says_so() {
    let hello = client_hello(&[]);
    let record = heard(&[(Side::Client, &hello[..20]), (Side::Client, b"")]);
    // What was in the clear is read as far as it came.
    assert!(matches!(&record.records[0].protection, Protection::None));
    assert_eq!(record.messages[0].name, "ClientHello");
    assert_eq!(record.messages[0].kind, Kind::Unknown);
    assert!(
        record.messages[0]
            .meaning
            .to_string()
            .contains("ends in the middle")
    );
    assert_eq!(malformed(&record.messages[0].fields), Vec::<String>::new());
    let header = heard(&[(Side::Client, &hello[..4])]);
    assert!(
        matches!(&header.records[0].protection, Protection::Unreadable(why) if why.contains("middle of this record"))
    );
    assert_eq!(record.ending, Ending::Cut(Side::Client));
    let halves = [
        &[22, 3, 1, 0, 10][..],
        &hello[5..15],
        &[22, 3, 1, 0, 5],
        &hello[15..20],
    ]
    .concat();
    let message = heard(&[(Side::Client, &halves)]);
    assert_eq!(message.messages.len(), 1);
    assert_eq!(
        message.messages[0].fragments.len(),
        2,
        "one message in two records"
    );
    assert_eq!(message.messages[0].kind, Kind::Unknown);
    assert!(
        message.messages[0]
            .meaning
            .to_string()
            .contains("ends in the middle")
    );
}

#[test]
fn unknown_records_messages_and_alerts_are_shown_as_such() {
    let bytes = [
        &[99, 3, 3, 0, 2, 1, 2][..],
        &handshake(77, &[5, 6]),
        &[21, 3, 3, 0, 2, 2, 200],
        &[24, 3, 3, 0, 1, 1],
    ]
    .concat();
    let conversation = heard(&[(Side::Client, &bytes)]);
    let names: Vec<&str> = conversation
        .messages
        .iter()
        .map(|message| message.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "unknown record",
            "unknown handshake message",
            "alert 200",
            "heartbeat"
        ]
    );
    assert_eq!(
        conversation.ending,
        Ending::Refused {
            by: Side::Client,
            alert: 200,
            step: Step::ClientConnects
        }
    );
    assert_eq!(conversation.records[0].content_type, "unknown type 99");
}

#[test]
fn an_old_servers_refusal_of_the_first_message_belongs_to_step_1() {
    let conversation = heard(&[
        (Side::Client, &client_hello(&[])),
        (Side::Server, &[21, 3, 1, 0, 2, 2, 70]),
    ]);
    assert_eq!(
        conversation.ending,
        Ending::Refused {
            by: Side::Server,
            alert: 70,
            step: Step::ClientConnects
        }
    );
    assert_eq!(conversation.messages[1].name, "alert protocol_version");
    assert!(
        conversation.messages[1]
            .meaning
            .to_string()
            .contains("no common version")
    );
}

fn server_hello(version: u16, suite: u16) -> Vec<u8> {
    let body = [
        &version.to_be_bytes()[..],
        &[7; 32],
        &vector(1, &[]),
        &suite.to_be_bytes(),
        &[0],
    ];
    handshake(2, &body.concat())
}

/// A connection that a cipher suite of TLS 1.2 was chosen for, and the two messages of its key exchange.
fn exchange(suite: u16, server: &[u8], client: &[u8]) -> Conversation {
    heard(&[
        (Side::Client, &client_hello(&[])),
        (Side::Server, &server_hello(0x0303, suite)),
        (Side::Server, &handshake(12, server)),
        (Side::Client, &handshake(16, client)),
    ])
}

#[test]
fn the_cipher_suite_tells_the_shape_of_a_key_exchange() {
    let finite = [vector(2, &[3; 300]), vector(2, &[2]), vector(2, &[9; 300])].concat();
    let curve = [&[3, 0, 23][..], &vector(1, &[4; 65])].concat();
    let hint = vector(2, b"hint");
    let name = vector(2, b"Client_identity");
    let hinted = |rest: &[u8]| [&hint[..], rest].concat();
    let named = |rest: &[u8]| [&name[..], rest].concat();
    let (number, point, secret) = (
        vector(2, &[5; 300]),
        vector(1, &[4; 65]),
        vector(2, &[6; 256]),
    );
    for (suite, server, client, labels) in [
        // A pre-shared key, alone and with each of the others.
        (
            0x00a8,
            hint.clone(),
            name.clone(),
            ["psk_identity_hint", "psk_identity"],
        ),
        (
            0x00aa,
            hinted(&finite),
            named(&number),
            ["ServerDHParams", "dh_Yc"],
        ),
        (
            0xd001,
            hinted(&curve),
            named(&point),
            ["ServerECDHParams", "public"],
        ),
        (
            0x00ac,
            hint.clone(),
            named(&secret),
            ["psk_identity_hint", "EncryptedPreMasterSecret"],
        ),
        // Nobody signs.
        (
            0x00a6,
            finite.clone(),
            number.clone(),
            ["ServerDHParams", "dh_Yc"],
        ),
        (
            0xc018,
            curve.clone(),
            point.clone(),
            ["ServerECDHParams", "public"],
        ),
    ] {
        let conversation = exchange(suite, &server, &client);
        for (message, label) in conversation.messages[2..].iter().zip(labels) {
            assert!(
                message.fields.find(label).is_some(),
                "{suite:x} {label} {message:#?}"
            );
            assert!(message.fields.find("signature").is_none(), "{suite:x}");
            assert_eq!(
                malformed(&message.fields),
                Vec::<String>::new(),
                "{suite:x}"
            );
            assert_eq!(message.checks.len(), 0, "{suite:x}");
        }
    }
    // What no suite tells is not guessed at.
    let conversation = exchange(0xc0b0, &curve, &point);
    let message = &conversation.messages[2];
    assert!(
        message
            .fields
            .find("body")
            .unwrap()
            .meaning
            .contains("does not tell")
    );
}

#[test]
fn a_warning_is_no_end_and_a_fatal_alert_is_one() {
    let hello = client_hello(&[]);
    let chosen = server_hello(0x0303, 0xc02f);
    let with = |level: u8, number: u8| {
        heard(&[
            (Side::Client, &hello),
            (Side::Server, &chosen),
            (Side::Server, &[21, 3, 3, 0, 2, level, number]),
        ])
    };
    for number in [100, 112] {
        let warned = with(1, number);
        assert_eq!(warned.ending, Ending::Open);
        let meaning = warned.messages[2].meaning.to_string();
        assert!(meaning.starts_with("A warning of the server"), "{meaning}");
        assert_eq!(warned.messages[2].fields.source, "RFC 5246 §7.2");
        assert!(matches!(with(2, number).ending, Ending::Refused { .. }));
    }
    let canceled = with(1, 90).messages[2].meaning.to_string();
    assert!(!canceled.contains("close_notify follows"), "{canceled}");
}

#[test]
fn what_a_value_says_is_told_by_the_value() {
    let hello = |methods: &[u8], shares: Vec<u8>| {
        let extension = [&51u16.to_be_bytes()[..], &vector(2, &vector(2, &shares))].concat();
        let body = [
            &[3, 3][..],
            &[9; 32],
            &vector(1, &[]),
            &vector(2, &[0x13, 0x01]),
            &vector(1, methods),
            &vector(2, &extension),
        ];
        heard(&[(Side::Client, &handshake(1, &body.concat()))]).messages[0].clone()
    };
    let meaning =
        |message: &Message, label: &str| message.fields.find(label).unwrap().meaning.to_string();
    let plain = hello(&[0], vec![]);
    assert!(meaning(&plain, "legacy_compression_methods").starts_with("none"));
    assert!(meaning(&plain, "key_share").starts_with("no public key"));
    assert!(plain.meaning.to_string().contains("no public key is in it"));
    let deflate = hello(&[1, 0], [&[0x1a, 0x1a][..], &vector(2, &[0])].concat());
    assert!(meaning(&deflate, "legacy_compression_methods").contains("DEFLATE"));
    assert!(meaning(&deflate, "key_exchange").contains("no key"));
}
