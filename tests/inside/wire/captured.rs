//! Connections of other programs, recorded on a network: OpenSSL, curl, GnuTLS, Chromium, tlslite-ng. What is
//! told of them is true, and what cannot be told is called so.
use std::fs;

use crate::common::pages::root;
use crate::common::wire::{every_byte_is_accounted_for, malformed};
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::{html, notes, terminal};
use hello_mtls::instruments::wire::conversation::{
    Conversation, Ending, Kind, KnownSecrets, Message, Outcome, PreSharedKey, Protection,
};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;
use hello_mtls::language::Phrase;
use hello_mtls::narration::{Side, Step};

fn transcript(name: &str) -> Transcript {
    let file = format!("tests/transcripts/captures/{name}.transcript");
    Transcript::parse(&fs::read_to_string(root().join(file)).unwrap()).unwrap()
}

fn explained(transcript: &Transcript) -> Conversation {
    let conversation = explain(transcript);
    every_byte_is_accounted_for(&conversation);
    conversation
}

fn captured(name: &str) -> Conversation {
    explained(&transcript(name))
}

/// As in a terminal, without line ends.
fn told(conversation: &Conversation) -> String {
    let mut out = Vec::new();
    terminal::write(&mut out, conversation, Paint::PLAIN).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn outcomes<'a>(conversation: &'a Conversation, name: &str) -> Vec<&'a Outcome> {
    let checks = conversation
        .messages
        .iter()
        .flat_map(|message| &message.checks);
    checks
        .filter(|check| check.name == name)
        .map(|check| &check.outcome)
        .collect()
}

fn named<'a>(conversation: &'a Conversation, name: &str) -> Vec<&'a Message> {
    let messages = conversation.messages.iter();
    messages.filter(|message| message.name == name).collect()
}

#[test]
fn no_capture_is_told_a_false_no() {
    for file in fs::read_dir(root().join("tests/transcripts/captures")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let conversation = captured(name);
        for message in &conversation.messages {
            for check in &message.checks {
                let failed = matches!(check.outcome, Outcome::Failed(_));
                assert!(!failed, "{name}: {}: {check:?}", message.name);
            }
            let malformed = malformed(&message.fields);
            assert_eq!(malformed, Vec::<String>::new(), "{name}: {}", message.name);
        }
        let said = told(&conversation);
        assert!(!said.contains('✗'), "{name}: {said}");
        assert!(!html::page(&conversation, Language::English).is_empty());
    }
}

#[test]
fn each_authentication_after_the_handshake_has_a_transcript_of_its_own() {
    // The server of the first asked in the handshake already.
    for (name, requests) in [("pha-0", 3), ("pha1-0", 2)] {
        let conversation = captured(name);
        let seen = named(&conversation, "CertificateRequest").len();
        assert_eq!(seen, requests, "{name}");
        let signatures = outcomes(&conversation, "signature of CertificateVerify");
        // The server's own is one more.
        assert_eq!(signatures, vec![&Outcome::Verified; requests + 1], "{name}");
        let said = told(&conversation);
        assert!(said.contains("both: mutual TLS"), "{name}");
        let later = said.contains("it did after the handshake: see step 7");
        assert_eq!(later, name == "pha1-0", "{name}");
    }
    let macs = |name: &str| outcomes(&captured(name), "MAC of Finished").len();
    assert_eq!((macs("pha-0"), macs("pha1-0")), (4, 4));
}

#[test]
fn a_key_agreed_on_outside_tls_is_not_told_as_a_resumption() {
    let known = captured("extpsk-psk");
    let unknown = captured("extpsk-0");
    assert_eq!(outcomes(&known, "PSK binder"), [&Outcome::Verified]);
    let external = Some(PreSharedKey::External);
    assert_eq!(known.negotiated.pre_shared_key, external);
    assert_eq!(
        unknown.negotiated.pre_shared_key,
        Some(PreSharedKey::Unknown)
    );
    for conversation in [known, unknown] {
        assert!(!conversation.negotiated.resumed);
        let said = told(&conversation);
        assert!(said.contains("both know the pre-shared key"), "{said}");
        assert!(!said.contains("A resumption"), "{said}");
    }
    let resumed = captured("early-1");
    assert_eq!(
        resumed.negotiated.pre_shared_key,
        Some(PreSharedKey::Ticket)
    );
    assert!(resumed.negotiated.resumed);
    assert!(
        notes(&resumed)
            .iter()
            .all(|note| !note.contains("Both identities"))
    );
}

#[test]
fn a_renegotiation_is_two_handshakes_each_with_its_facts() {
    let conversation = captured("reneg-0");
    let [first, second] = &conversation.handshakes[..] else {
        panic!("{:?}", conversation.handshakes);
    };
    assert!(first.handshake_complete && second.handshake_complete);
    assert_eq!(
        (first.version, second.version),
        (Some(0x0303), Some(0x0303))
    );
    assert!(first.group.is_some());
    let said = told(&conversation);
    for words in [
        "handshake 1 TLS 1.2",
        "handshake 2 TLS 1.2",
        "A renegotiation",
        "Handshake 2:",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let hellos = named(&conversation, "ClientHello");
    let of: Vec<usize> = hellos.iter().map(|hello| hello.handshake).collect();
    assert_eq!(of, [0, 1]);
    assert!(
        hellos[1]
            .meaning
            .to_string()
            .contains("only the server can read")
    );
    assert!(!said.contains("Nothing can be encrypted yet"));
}

/// The first handshake of a renegotiation, and a server that does not want another one.
#[test]
fn a_refused_renegotiation_is_a_warning_and_the_handshake_before_it_stands() {
    let conversation = captured("reneg-0");
    let mut whole = transcript("reneg-0");
    // All up to the second ClientHello, which is cut off with what follows.
    let second = named(&conversation, "ClientHello")[1].at;
    whole.chunks.retain(|chunk| chunk.at <= second);
    let conversation = explained(&whole);
    assert_eq!(conversation.handshakes.len(), 2);
    assert!(conversation.negotiated.handshake_complete);
    assert_eq!(conversation.ending, Ending::Open);
    let said = told(&conversation);
    assert!(
        said.contains("a new handshake that the server did not begin"),
        "{said}"
    );
    assert!(
        said.contains("the server alone: TLS, not mutual TLS"),
        "{said}"
    );
}

fn without(keep: impl Fn(&str) -> bool) -> Conversation {
    let mut transcript = transcript("mtls13-0");
    transcript.secrets.retain(|secret| keep(&secret.label));
    explained(&transcript)
}

fn of_server(label: &str) -> bool {
    label.starts_with("SERVER")
}

#[test]
fn without_a_sides_secrets_who_is_known_cannot_be_told() {
    assert!(told(&without(|_| true)).contains("both: mutual TLS"));
    for conversation in [without(of_server), without(|_| false)] {
        let said = told(&conversation);
        assert!(said.contains("who is known cannot be told"), "{said}");
        assert!(!said.contains("the client sent none"), "{said}");
        assert!(
            said.contains("4. The client sends its certificate"),
            "{said}"
        );
    }
}

#[test]
fn an_end_that_cannot_be_read_is_not_called_a_cut() {
    let conversation = without(|_| false);
    assert!(matches!(
        conversation.ending,
        Ending::CannotBeTold { alert: false, .. }
    ));
    // TLS 1.2 leaves the type of a record readable.
    let conversation = captured("ecdhecbc-0");
    assert!(matches!(
        conversation.ending,
        Ending::CannotBeTold { alert: true, .. }
    ));
}

#[test]
fn what_is_encrypted_has_no_step_unless_its_place_tells() {
    let conversation = without(|_| false);
    for message in &conversation.messages {
        assert_eq!(
            message.step.is_none(),
            message.kind == Kind::Ciphertext,
            "{}",
            message.name
        );
    }
    let said = told(&conversation);
    assert!(said.contains("Messages whose step cannot be told"));
    assert!(!said.contains("secrets of the session"), "there are none");
    assert!(!said.contains("its yes is that it goes on"), "{said}");
    assert_eq!(conversation.known_secrets, KnownSecrets::None);
    // In TLS 1.2 the first record under new keys is Finished, and the server's flight is in the clear.
    let conversation = captured("ecdhecbc-0");
    let said = told(&conversation);
    assert!(
        said.contains("The server did not ask for a certificate"),
        "{said}"
    );
    assert!(said.contains("who is known cannot be told"), "{said}");
    let sealed: Vec<_> = conversation
        .messages
        .iter()
        .filter(|message| message.kind == Kind::Ciphertext)
        .collect();
    assert_eq!(sealed[0].step, Some(Step::ClientVerifiesServer));
}

#[test]
fn a_missing_secret_is_no_broken_seal() {
    let conversation = without(|label| !label.contains("HANDSHAKE"));
    let reasons: Vec<&Phrase> = conversation
        .records
        .iter()
        .filter_map(|record| match &record.protection {
            Protection::Unreadable(why) => Some(why),
            _ => None,
        })
        .collect();
    assert!(!reasons.is_empty());
    assert!(
        reasons
            .iter()
            .all(|why| why.contains("not in the transcript")),
        "{reasons:?}"
    );
}

fn cut(name: &str, at: usize) -> Conversation {
    let mut transcript = transcript(name);
    let mut left = at;
    for chunk in &mut transcript.chunks {
        chunk.bytes.truncate(left);
        left -= chunk.bytes.len();
    }
    transcript.chunks.retain(|chunk| !chunk.bytes.is_empty());
    explained(&transcript)
}

#[test]
fn a_cut_recording_tells_what_it_has() {
    let hello = cut("mtls13-0", 150);
    assert!(matches!(hello.records[0].protection, Protection::None));
    assert_eq!(hello.messages[0].name, "ClientHello");
    assert!(hello.messages[0].fields.find("cipher_suites").is_some());
    assert_eq!(malformed(&hello.messages[0].fields), Vec::<String>::new());
    assert_eq!(hello.messages[0].step, Some(Step::ClientConnects));
    let said = told(&hello);
    assert!(said.contains("cut: the recording ends here"), "{said}");
    for at in [900, 1500, 2300] {
        let said = told(&cut("mtls13-0", at));
        assert!(said.contains("who is known cannot be told"), "{at}: {said}");
    }
}

fn shape<'a>(conversation: &'a Conversation, message: &str) -> &'a Message {
    named(conversation, message)[0]
}

#[test]
fn tls_1_1_has_no_signature_algorithms() {
    let conversation = captured("tls11-0");
    assert_eq!(conversation.negotiated.version, Some(0x0302));
    let request = shape(&conversation, "CertificateRequest");
    assert!(
        request
            .fields
            .find("supported_signature_algorithms")
            .is_none()
    );
    assert!(request.fields.find("DistinguishedName").is_some());
    for name in ["ServerKeyExchange", "CertificateVerify"] {
        let message = shape(&conversation, name);
        assert!(message.fields.find("algorithm").is_none(), "{name}");
        assert!(message.fields.find("signature").is_some(), "{name}");
        assert!(
            matches!(&message.checks[0].outcome, Outcome::NotPossible(why) if why.contains("TLS 1.0 and 1.1"))
        );
    }
}

#[test]
fn the_cipher_suite_tells_how_keys_are_exchanged() {
    let long = captured("dhe6144-0");
    let exchange = shape(&long, "ServerKeyExchange");
    assert_eq!(exchange.fields.find("dh_p").unwrap().range.len(), 2 + 768);
    assert_eq!(long.negotiated.group, None);
    assert_eq!(exchange.checks[0].outcome, Outcome::Verified);
    assert!(told(&long).contains("DHE_RSA: Diffie-Hellman in a finite field"));
    let rsa = captured("rsakx-0");
    let exchange = shape(&rsa, "ClientKeyExchange");
    assert!(exchange.fields.find("EncryptedPreMasterSecret").is_some());
    assert_eq!(exchange.fields.source, "RFC 5246 §7.4.7.1");
    let said = told(&rsa);
    assert!(said.contains("key exchange RSA: the client encrypts a secret"));
    assert!(said.contains("the proof is that it can decrypt ClientKeyExchange"));
    assert!(!said.contains("signature in ServerKeyExchange"), "{said}");
    assert!(!said.contains("RFC 8446 §4.1"), "{said}");
}

#[test]
fn a_retry_without_a_group_asks_for_the_cookie_alone() {
    let conversation = captured("stateless-0");
    let retry = shape(&conversation, "HelloRetryRequest");
    assert!(retry.meaning.to_string().contains("with the cookie"));
}

#[test]
fn a_clients_answer_belongs_to_its_own_request() {
    // Both requests of the server first, then an answer to the second: its context says so.
    let conversation = captured("pha-0");
    let contexts: Vec<Vec<u8>> = named(&conversation, "CertificateRequest")
        .iter()
        .map(|request| {
            let context = request.fields.find("certificate_request_context").unwrap();
            request.bytes[context.range.clone()].to_vec()
        })
        .collect();
    assert_ne!(contexts[0], contexts[1]);
    let answers = named(&conversation, "Certificate");
    let answers = answers.iter().filter(|answer| answer.from == Side::Client);
    for (answer, context) in answers.zip(&contexts) {
        let echo = answer.fields.find("certificate_request_context").unwrap();
        assert_eq!(&answer.bytes[echo.range.clone()], &context[..]);
    }
}

#[test]
fn a_staple_says_what_its_status_says() {
    let conversation = captured("staplerev-0");
    let mut certificates = named(&conversation, "Certificate").into_iter();
    let staple = certificates
        .find_map(|message| message.fields.find("response"))
        .unwrap();
    assert!(
        staple
            .value
            .english()
            .starts_with("certStatus revoked, thisUpdate 20"),
        "{}",
        staple.value
    );
    let said = told(&conversation);
    assert!(said.contains("certStatus revoked"), "{said}");
    assert!(!said.contains("not revoked"), "{said}");
}

#[test]
fn a_compressed_certificate_is_called_so() {
    let conversation = captured("tl-chromium-1");
    let compressed = named(&conversation, "CompressedCertificate");
    assert_eq!(compressed.len(), 1);
    assert_eq!(
        compressed[0].fields.find("algorithm").unwrap().value,
        "brotli (2)"
    );
    let outcome = &named(&conversation, "CertificateVerify")[0].checks[0].outcome;
    assert!(
        matches!(outcome, Outcome::NotPossible(why) if why.contains("compressed")),
        "{outcome:?}"
    );
}

#[test]
fn behind_its_finished_a_side_says_what_belongs_to_the_last_step() {
    let conversation = without(|label| !label.contains("TRAFFIC_SECRET_0"));
    assert!(conversation.negotiated.handshake_complete);
    let sealed = conversation
        .messages
        .iter()
        .filter(|message| message.kind == Kind::Ciphertext);
    let steps: Vec<_> = sealed.map(|message| message.step).collect();
    assert!(!steps.is_empty());
    assert!(
        steps
            .iter()
            .all(|step| *step == Some(Step::ApplicationData)),
        "{steps:?}"
    );
    assert!(told(&conversation).contains("both: mutual TLS"));
}
