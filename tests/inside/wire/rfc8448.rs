//! The traces of RFC 8448, explained: every secret, key, IV, MAC and plaintext is the RFC's.
use hello_mtls::instruments::wire::conversation::{Conversation, Ending, Outcome, Protection};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::{Transcript, hex};
use hello_mtls::narration::Side;

fn prove(transcript: &str, expected: &str) -> Conversation {
    let conversation = explain(&Transcript::parse(transcript).unwrap());
    crate::common::wire::every_byte_is_accounted_for(&conversation);
    let mut wanted: Vec<String> = expected.lines().skip(1).map(str::to_owned).collect();
    let mut found = Vec::new();
    for record in &conversation.records {
        assert!(
            !matches!(record.protection, Protection::Unreadable(_)),
            "{record:?}"
        );
        found.push(format!("content {} {}", record.from, hex(record.content())));
    }
    for message in &conversation.messages {
        let name = if message.name == "HelloRetryRequest" {
            "ServerHello"
        } else {
            &message.name
        };
        found.push(format!(
            "message {} {name} {}",
            message.from,
            hex(&message.bytes)
        ));
        for derivation in &message.derivations {
            let info = derivation
                .inputs
                .iter()
                .find(|input| input.name == "HkdfLabel");
            let info = info.map_or("-".to_owned(), |input| hex(&input.bytes));
            let name = derivation.name.replace(' ', "_");
            let info = if name == "binder_key" {
                "-".to_owned()
            } else {
                info
            };
            found.push(format!(
                "derivation {name} {} {info}",
                hex(&derivation.value)
            ));
            assert!(derivation.derived);
        }
        for check in &message.checks {
            if check.name.english().starts_with("signature") {
                // The RFC's server has an RSA key of 1024 bits.
                assert!(
                    matches!(&check.outcome, Outcome::NotPossible(why) if why.contains("1024")),
                    "{check:?}"
                );
            } else {
                assert_eq!(check.outcome, Outcome::Verified, "{}", check.name);
                let mac = check
                    .inputs
                    .iter()
                    .find(|input| input.name == "computed here")
                    .unwrap();
                found.push(format!("proof {}", hex(&mac.bytes)));
            }
        }
    }
    // Not in the RFC's list of messages: alerts, data, and in section 4 the ClientHello without its binder.
    let resumption = transcript.contains("PRE_SHARED_KEY");
    let unlisted = |line: &String| {
        line.contains(" alert ")
            || line.contains(" application data ")
            || (resumption && line.contains(" ClientHello "))
    };
    found.retain(|line| !unlisted(line));
    wanted.sort();
    found.sort();
    for line in &wanted {
        assert!(found.contains(line), "the RFC has, we have not: {line}");
    }
    for line in &found {
        assert!(wanted.contains(line), "we have, the RFC has not: {line}");
    }
    assert_eq!(wanted, found);
    assert_eq!(
        conversation.ending,
        Ending::Closed(vec![Side::Client, Side::Server])
    );
    assert!(conversation.negotiated.handshake_complete);
    conversation
}

#[test]
fn section_3_the_simple_handshake_is_the_rfcs_to_the_byte() {
    let conversation = prove(
        include_str!("../../rfc8448/section3-simple-1-rtt.transcript"),
        include_str!("../../rfc8448/section3-simple-1-rtt.expected"),
    );
    assert!(!conversation.negotiated.resumed);
    assert_eq!(
        (
            conversation.negotiated.version,
            conversation.negotiated.cipher_suite,
            conversation.negotiated.group
        ),
        (Some(0x0304), Some(0x1301), Some(0x001d))
    );
    assert_eq!(
        conversation.negotiated.server_name.as_deref(),
        Some("server")
    );
}

#[test]
fn section_4_the_resumption_with_early_data_is_the_rfcs_to_the_byte() {
    let conversation = prove(
        include_str!("../../rfc8448/section4-resumed-0-rtt.transcript"),
        include_str!("../../rfc8448/section4-resumed-0-rtt.expected"),
    );
    assert!(conversation.negotiated.resumed);
    assert!(
        conversation
            .messages
            .iter()
            .all(|message| message.name != "Certificate")
    );
}

#[test]
fn section_5_the_hello_retry_request_is_the_rfcs_to_the_byte() {
    let conversation = prove(
        include_str!("../../rfc8448/section5-hello-retry-request.transcript"),
        include_str!("../../rfc8448/section5-hello-retry-request.expected"),
    );
    let names: Vec<&str> = conversation
        .messages
        .iter()
        .map(|message| message.name.as_str())
        .take(4)
        .collect();
    assert_eq!(
        names,
        [
            "ClientHello",
            "HelloRetryRequest",
            "ClientHello",
            "ServerHello"
        ]
    );
}
