//! Connections of rustls, recorded by a tap on each side: every record decrypts, every byte is accounted
//! for, every proof holds.
use crate::common::peers::{self, Pki, Setup};
use crate::common::wire::{every_byte_is_accounted_for, malformed};
use hello_mtls::instruments::show::notes;
use hello_mtls::instruments::wire::conversation::{
    Conversation, Ending, Epoch, Kind, Outcome, Protection,
};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Phrase;
use hello_mtls::narration::{Side, Step};
use rustls::crypto::aws_lc_rs::ALL_CIPHER_SUITES;
use rustls::version::{TLS12, TLS13};

/// Explained, with all that holds for every connection whose secrets are known.
fn readable(transcript: &Transcript) -> Conversation {
    let conversation = proved(transcript);
    for record in &conversation.records {
        assert!(
            matches!(
                record.protection,
                Protection::None | Protection::Decrypted(_)
            ),
            "{record:?}"
        );
    }
    conversation
}

fn proved(transcript: &Transcript) -> Conversation {
    let again = Transcript::parse(&transcript.to_string()).unwrap();
    assert_eq!(&again, transcript, "a file of it says the same");
    let conversation = explain(transcript);
    every_byte_is_accounted_for(&conversation);
    for message in &conversation.messages {
        assert_eq!(
            malformed(&message.fields),
            Vec::<String>::new(),
            "{}",
            message.name
        );
        assert_ne!(message.kind, Kind::Unknown);
        for check in &message.checks {
            let psk =
                matches!(&check.outcome, Outcome::NotPossible(_)) && check.name == "PSK binder";
            assert!(
                check.outcome == Outcome::Verified || psk,
                "{} {:?}",
                message.name,
                check.outcome
            );
        }
        let checked = matches!(
            message.name.as_str(),
            "Finished" | "CertificateVerify" | "ServerKeyExchange"
        );
        assert_eq!(
            checked,
            message
                .checks
                .iter()
                .any(|check| check.name != "PSK binder"),
            "{}",
            message.name
        );
    }
    conversation
}

fn story(conversation: &Conversation) -> Vec<String> {
    let line = |message: &hello_mtls::instruments::wire::conversation::Message| {
        format!(
            "{} {} {}",
            message.step.unwrap().number(),
            message.from,
            message.name
        )
    };
    conversation.messages.iter().map(line).collect()
}

fn all_keys() -> [&'static rcgen::SignatureAlgorithm; 7] {
    [
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &rcgen::PKCS_ECDSA_P384_SHA384,
        &rcgen::PKCS_RSA_SHA256,
        &rcgen::PKCS_ED25519,
        ML_DSA[0],
        ML_DSA[1],
        ML_DSA[2],
    ]
}

static ML_DSA: [&rcgen::SignatureAlgorithm; 3] = [
    &rcgen::PKCS_ML_DSA_44,
    &rcgen::PKCS_ML_DSA_65,
    &rcgen::PKCS_ML_DSA_87,
];

#[test]
fn every_suite_and_key_type_with_and_without_a_client_certificate_is_read_and_proved() {
    for algorithm in all_keys() {
        let pki = Pki::new(algorithm);
        let rsa = algorithm == &rcgen::PKCS_RSA_SHA256;
        for suite in ALL_CIPHER_SUITES {
            let name = format!("{:?}", suite.suite());
            if name.contains("ECDHE") && name.contains("_RSA_") != rsa {
                continue;
            }
            let version = if suite.tls13().is_some() {
                &TLS13
            } else {
                &TLS12
            };
            // ML-DSA is for TLS 1.3 alone.
            if version == &TLS12 && ML_DSA.contains(&algorithm) {
                continue;
            }
            for (mutual, client_shows) in [(false, false), (true, true)] {
                let setup = Setup {
                    version,
                    suite: Some(*suite),
                    mutual,
                    client_shows,
                    trusting: &pki,
                };
                let (client, server) = peers::run(
                    &peers::server_config(&pki, &setup),
                    &peers::client_config(&pki, &setup),
                );
                for transcript in [client, server] {
                    let conversation = readable(&transcript);
                    assert_eq!(
                        conversation.negotiated.cipher_suite,
                        Some(suite.suite().into())
                    );
                    assert_eq!(conversation.negotiated.client_certificate_requested, mutual);
                    assert_eq!(
                        conversation.negotiated.client_certificate_sent,
                        client_shows
                    );
                    assert_eq!(
                        conversation.negotiated.server_name.as_deref(),
                        Some("localhost")
                    );
                    assert_eq!(
                        conversation.negotiated.protocol.as_deref(),
                        Some("http/1.1")
                    );
                    assert!(
                        conversation.negotiated.handshake_complete
                            && conversation.negotiated.group.is_some()
                    );
                    assert!(
                        matches!(&conversation.ending, Ending::Closed(sides) if sides.len() == 2),
                        "{:?}",
                        conversation.ending
                    );
                }
            }
        }
    }
}

#[test]
fn mutual_tls_1_3_walks_through_the_steps_in_order() {
    let pki = Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256);
    let setup = Setup {
        version: &TLS13,
        suite: None,
        mutual: true,
        client_shows: true,
        trusting: &pki,
    };
    let (client, _) = peers::run(
        &peers::server_config(&pki, &setup),
        &peers::client_config(&pki, &setup),
    );
    let conversation = readable(&client);
    assert_eq!(conversation.negotiated.group, Some(0x11ec));
    let mut story = story(&conversation);
    // When a server's tickets arrive depends on the moment.
    story.retain(|line| !line.contains("NewSessionTicket"));
    assert_eq!(
        story,
        [
            "1 client ClientHello",
            "1 server ServerHello",
            "1 server ChangeCipherSpec",
            "2 server EncryptedExtensions",
            "2 server CertificateRequest",
            "2 server Certificate",
            "2 server CertificateVerify",
            "2 server Finished",
            "3 client ChangeCipherSpec",
            "4 client Certificate",
            "4 client CertificateVerify",
            "4 client Finished",
            "7 client application data",
            "7 server application data",
            "7 server alert close_notify",
            "7 client alert close_notify",
        ]
    );
    let data = conversation
        .messages
        .iter()
        .find(|message| message.kind == Kind::ApplicationData)
        .unwrap();
    assert_eq!(
        data.fields.find("start line").unwrap().value,
        "GET / HTTP/1.1"
    );
    let one_record_many_messages = conversation
        .records
        .iter()
        .find(|record| record.fragments.len() == 5);
    assert!(
        one_record_many_messages.is_some(),
        "the server's flight is one record"
    );
}

#[test]
fn mutual_tls_1_2_walks_through_the_steps_and_shows_the_client_to_everybody() {
    let pki = Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256);
    let setup = Setup {
        version: &TLS12,
        suite: None,
        mutual: true,
        client_shows: true,
        trusting: &pki,
    };
    let (client, _) = peers::run(
        &peers::server_config(&pki, &setup),
        &peers::client_config(&pki, &setup),
    );
    let conversation = readable(&client);
    assert_eq!(
        story(&conversation),
        [
            "1 client ClientHello",
            "1 server ServerHello",
            "2 server Certificate",
            "2 server ServerKeyExchange",
            "2 server CertificateRequest",
            "2 server ServerHelloDone",
            "4 client Certificate",
            "4 client ClientKeyExchange",
            "4 client CertificateVerify",
            "4 client ChangeCipherSpec",
            "4 client Finished",
            "5 server ChangeCipherSpec",
            "5 server Finished",
            "7 client application data",
            "7 server application data",
            "7 server alert close_notify",
            "7 client alert close_notify",
        ]
    );
    let shown = conversation
        .messages
        .iter()
        .find(|message| message.from == Side::Client && message.name == "Certificate")
        .unwrap();
    assert!(shown.in_the_clear && shown.meaning.to_string().contains("in the clear"));
    assert!(
        notes(&conversation)
            .iter()
            .any(|note| note.contains("in the clear"))
    );
}

#[test]
fn a_resumption_sends_no_certificate_and_says_why_the_identity_still_holds() {
    let pki = Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256);
    for version in [&TLS13, &TLS12] {
        let setup = Setup {
            version,
            suite: None,
            mutual: true,
            client_shows: true,
            trusting: &pki,
        };
        let (server, client) = (
            peers::server_config(&pki, &setup),
            peers::client_config(&pki, &setup),
        );
        let first = readable(&peers::run(&server, &client).0);
        assert!(!first.negotiated.resumed);
        let (seen_by_client, seen_by_server) = peers::run(&server, &client);
        for transcript in [seen_by_client, seen_by_server] {
            let second = readable(&transcript);
            assert!(second.negotiated.resumed, "{:?}", story(&second));
            assert!(
                story(&second)
                    .iter()
                    .all(|line| !line.contains("Certificate"))
            );
            assert!(
                notes(&second)
                    .iter()
                    .any(|note| note.contains("no certificate is sent"))
            );
            let hello = &second.messages[1];
            assert!(
                hello
                    .derivations
                    .iter()
                    .any(|derivation| derivation.name == "server_write_key"),
                "the keys belong to the ServerHello"
            );
        }
    }
}

#[test]
fn a_refusal_is_told_at_the_step_that_it_refuses() {
    let (pki, other) = (
        Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256),
        Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256),
    );
    for version in [&TLS13, &TLS12] {
        // The client does not know the server's CA; the server does not know the client's; no certificate comes.
        for (server_trusts, client_trusts, client_shows, by, step) in [
            (&pki, &other, true, Side::Client, Step::ClientVerifiesServer),
            (&other, &pki, true, Side::Server, Step::ServerVerifiesClient),
            (&pki, &pki, false, Side::Server, Step::ServerVerifiesClient),
        ] {
            let served = Setup {
                version,
                suite: None,
                mutual: true,
                client_shows,
                trusting: server_trusts,
            };
            let asked = Setup {
                trusting: client_trusts,
                ..served
            };
            let (client, server) = peers::run(
                &peers::server_config(&pki, &served),
                &peers::client_config(&pki, &asked),
            );
            for transcript in [client, server] {
                // A server of TLS 1.2 that refuses the client has not computed the keys yet.
                let keys = !transcript.secrets.is_empty();
                let conversation = if keys {
                    readable(&transcript)
                } else {
                    proved(&transcript)
                };
                let alert = if client_shows { 48 } else { 116 };
                assert_eq!(
                    conversation.ending,
                    Ending::Refused { by, alert, step },
                    "{:?}",
                    story(&conversation)
                );
                if !client_shows {
                    let empty = conversation
                        .messages
                        .iter()
                        .find(|message| {
                            message.from == Side::Client && message.name == "Certificate"
                        })
                        .unwrap();
                    assert!(
                        empty.meaning.to_string().contains("declines"),
                        "{}",
                        empty.meaning
                    );
                    assert!(!conversation.negotiated.client_certificate_sent);
                }
            }
        }
    }
}

#[test]
fn without_secrets_everything_is_still_shown_as_ciphertext_with_a_reason() {
    let pki = Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256);
    for version in [&TLS13, &TLS12] {
        let setup = Setup {
            version,
            suite: None,
            mutual: true,
            client_shows: true,
            trusting: &pki,
        };
        let (mut transcript, _) = peers::run(
            &peers::server_config(&pki, &setup),
            &peers::client_config(&pki, &setup),
        );
        let with = explain(&transcript).records.len();
        transcript.secrets.clear();
        let conversation = explain(&transcript);
        every_byte_is_accounted_for(&conversation);
        assert_eq!(conversation.records.len(), with);
        let reasons: Vec<&Phrase> = conversation
            .records
            .iter()
            .filter_map(|record| match &record.protection {
                Protection::Unreadable(reason) => Some(reason),
                _ => None,
            })
            .collect();
        assert!(
            !reasons.is_empty() && reasons.iter().all(|reason| reason.contains("no secrets")),
            "{reasons:?}"
        );
        assert_eq!(
            conversation.negotiated.version,
            Some(if version == &TLS13 { 0x0304 } else { 0x0303 })
        );
    }
}

#[test]
fn with_the_application_secrets_alone_the_data_is_readable_though_the_handshake_is_not() {
    let pki = Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256);
    let setup = Setup {
        version: &TLS13,
        suite: None,
        mutual: true,
        client_shows: true,
        trusting: &pki,
    };
    let (mut transcript, _) = peers::run(
        &peers::server_config(&pki, &setup),
        &peers::client_config(&pki, &setup),
    );
    transcript
        .secrets
        .retain(|secret| secret.label.contains("TRAFFIC_SECRET_0"));
    let conversation = explain(&transcript);
    every_byte_is_accounted_for(&conversation);
    let data: Vec<&[u8]> = conversation
        .messages
        .iter()
        .filter(|message| message.kind == Kind::ApplicationData)
        .map(|message| &message.bytes[..])
        .collect();
    assert_eq!(data, [peers::REQUEST, peers::RESPONSE]);
}

#[test]
fn a_key_update_takes_the_next_key_and_long_data_spans_records() {
    let pki = Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256);
    let setup = Setup {
        version: &TLS13,
        suite: None,
        mutual: false,
        client_shows: false,
        trusting: &pki,
    };
    let (server, client) = (
        peers::server_config(&pki, &setup),
        peers::client_config(&pki, &setup),
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let tcp = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let serving = std::thread::spawn(move || peers::serve(listener.accept().unwrap().0, &server));
    let transcript = peers::get(tcp, &client, |stream| {
        stream.conn.complete_io(&mut stream.sock).unwrap();
        stream.conn.refresh_traffic_keys().unwrap();
    });
    for transcript in [transcript, serving.join().unwrap()] {
        let conversation = readable(&transcript);
        let epochs: Vec<Epoch> = conversation
            .records
            .iter()
            .filter(|record| record.from == Side::Client)
            .filter_map(|record| match &record.protection {
                Protection::Decrypted(decrypted) => Some(decrypted.epoch),
                _ => None,
            })
            .collect();
        assert!(
            epochs.contains(&Epoch::Application(0)) && epochs.contains(&Epoch::Application(1)),
            "{epochs:?}"
        );
    }
}

#[test]
fn a_changed_byte_breaks_one_record_and_is_named() {
    let pki = Pki::new(&rcgen::PKCS_ECDSA_P256_SHA256);
    let setup = Setup {
        version: &TLS13,
        suite: None,
        mutual: false,
        client_shows: false,
        trusting: &pki,
    };
    let (mut transcript, _) = peers::run(
        &peers::server_config(&pki, &setup),
        &peers::client_config(&pki, &setup),
    );
    let last = transcript
        .chunks
        .iter_mut()
        .rfind(|chunk| chunk.from == Side::Client && chunk.bytes.len() > 60)
        .unwrap();
    last.bytes[20] ^= 1;
    let conversation = explain(&transcript);
    every_byte_is_accounted_for(&conversation);
    let broken: Vec<_> = conversation.records.iter().filter(|record| matches!(&record.protection, Protection::Unreadable(why) if why.contains("seal"))).collect();
    assert_eq!(broken.len(), 1);
}
