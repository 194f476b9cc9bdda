//! What other people's servers show when they refuse, as it was measured at each: which step, which cause, and nothing
//! that the client does not have.

use std::io;

use hello_mtls::error::diagnosis::{diagnose_answer, diagnose_connection};
use hello_mtls::error::{Diagnosis, Ending, LateRequest, Progress, Seen};
use hello_mtls::instruments::failures;
use hello_mtls::narration::{CertificateRequest, SentCertificate, Side};
use rustls::{AlertDescription as A, Error, HandshakeType, InvalidMessage, PeerMisbehaved};

use Progress::{Certificates, Established, Hello};

/// What the client answered.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Nothing,
    /// Nothing, because its key makes no signature that the server accepts.
    UnfitKey,
    Strangers,
    Named,
    /// By way of an intermediate, which the server names; it does not name the root.
    Intermediates,
}

fn seen(progress: Progress, tls12: bool, sent: Option<Sent>) -> Seen {
    let above = matches!(sent, Some(Sent::Intermediates));
    let unfit_key = matches!(sent, Some(Sent::UnfitKey));
    let sent = sent.map(|sent| match sent {
        Sent::Nothing | Sent::UnfitKey => None,
        Sent::Strangers => Some(("CN=mallory", "CN=other-ca", false)),
        Sent::Named | Sent::Intermediates => Some(("CN=my-client", "CN=my-ca", true)),
    });
    let request = sent.map(|sent| CertificateRequest {
        authorities: "CN=my-ca".to_owned(),
        answer: sent.map(|(subject, issuer, named)| SentCertificate {
            subject: subject.to_owned(),
            issuer: issuer.to_owned(),
            named,
            intermediates: usize::from(above),
            partial: above.then(|| ("CN=my-ca".to_owned(), "CN=my-root".to_owned())),
        }),
        unfit_key,
    });
    Seen {
        tls12,
        request,
        ..Seen::at(progress)
    }
}

#[track_caller]
fn check(diagnosis: &Diagnosis, step: u8, failure: Option<&str>, words: &str) {
    assert_eq!(diagnosis.step.number(), step, "{diagnosis:?}");
    assert_eq!(diagnosis.failure, failure, "{diagnosis:?}");
    assert!(diagnosis.found.contains(words), "{words}: {diagnosis:?}");
    assert!(failure.is_none_or(|name| failures::find(name).is_some()));
    let told = format!("{} {}", diagnosis.found, diagnosis.remedy);
    assert!(!told.contains("client.crt"), "{told}");
    assert!(!diagnosis.remedy.is_empty());
}

#[test]
fn each_way_to_refuse_a_certificate_is_step_5_with_its_cause() {
    use Sent::{Intermediates, Named, Nothing, Strangers, UnfitKey};
    let alert = |alert| io::Error::other(Error::AlertReceived(alert));
    let fin = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let rst = || io::Error::from(io::ErrorKind::ConnectionReset);
    let none = Some("no-client-certificate");
    let strangers = Some("client-unknown-issuer");
    let unfit = Some("client-key-not-accepted");
    let (asked, not_named) = (
        "the client sent none",
        "CN=other-ca, a CA that the server does not name",
    );
    #[rustfmt::skip]
    let rows = [
        // OpenSSL: Apache, HAProxy, Python, s_server, stunnel
        (Established, false, Nothing, alert(A::CertificateRequired), 5, none, asked),
        (Certificates, true, Nothing, alert(A::HandshakeFailure), 5, none, asked),
        (Established, false, UnfitKey, alert(A::CertificateRequired), 5, unfit, "its key can make no signature"),
        (Established, false, Strangers, alert(A::UnknownCA), 5, strangers, not_named),
        (Established, false, Named, alert(A::UnknownCA), 5, strangers, "CN=my-client, signed by CN=my-ca"),
        (Established, false, Intermediates, alert(A::UnknownCA), 5, Some("partial-chain"), "unknown_ca (48)"),
        (Established, false, Intermediates, alert(A::InternalError), 5, Some("chain-too-long"), "a chain that is too long"),
        (Established, true, Named, alert(A::InternalError), 7, None, "trouble of its own"),
        (Established, false, Named, alert(A::CertificateExpired), 5, Some("client-expired"), "certificate_expired (45)"),
        // Go, Caddy, and Java with sockets of its own
        (Established, false, Nothing, alert(A::BadCertificate), 5, none, asked),
        (Certificates, true, Nothing, alert(A::BadCertificate), 5, none, asked),
        (Established, false, Strangers, alert(A::BadCertificate), 5, strangers, not_named),
        (Established, false, Strangers, alert(A::CertificateUnknown), 5, strangers, not_named),
        (Established, false, Named, alert(A::BadCertificate), 5, None, "bad_certificate (42)"),
        // Java's HttpsServer, Node
        (Established, false, Nothing, fin(), 5, none, asked),
        (Established, false, Nothing, rst(), 5, none, asked),
        (Certificates, true, Nothing, fin(), 5, none, asked),
        (Established, false, Strangers, fin(), 5, strangers, not_named),
        (Established, false, Strangers, rst(), 5, strangers, not_named),
        (Certificates, true, Strangers, fin(), 5, strangers, not_named),
        // Nothing against the certificate is known: it may be that, and it may be a crash.
        (Established, false, Named, fin(), 7, Some("no-answer"), "Java and Node refuse a certificate so, too"),
        // In TLS 1.2 the server has accepted the certificate by then.
        (Established, true, Strangers, fin(), 7, Some("no-answer"), "hung up"),
    ];
    for (progress, tls12, sent, error, step, failure, words) in rows {
        let seen = seen(progress, tls12, Some(sent));
        check(
            &diagnose_connection(Side::Client, &error, seen),
            step,
            failure,
            words,
        );
    }
}

/// What a server does not say itself is in what is to be tried, and a CA that it names is not called unknown to it.
#[test]
fn a_refusal_of_many_meanings_is_told_with_what_it_may_mean() {
    use Sent::{Intermediates, Named};
    let rows = [
        (A::UnknownCA, Named, "if it has none of a CA in the chain"),
        (
            A::UnknownCA,
            Intermediates,
            "CN=my-ca, which CN=my-root signed",
        ),
        (A::InternalError, Intermediates, "intermediates: 1"),
        (A::BadCertificate, Named, "some servers (Go) send one alert"),
        (
            A::HandshakeFailure,
            Named,
            "some servers (Go) send one alert",
        ),
    ];
    for (alert, sent, words) in rows {
        let error = io::Error::other(Error::AlertReceived(alert));
        let seen = seen(Established, false, Some(sent));
        let told = diagnose_connection(Side::Client, &error, seen);
        assert!(told.remedy.contains(words), "{words}: {told:?}");
        assert!(!told.found.contains("does not know the CA"), "{told:?}");
    }
    let error = io::Error::other(Error::AlertReceived(A::BadCertificate));
    let mut unnamed = seen(Established, false, Some(Named));
    unnamed.request.as_mut().unwrap().authorities.clear();
    let told = diagnose_connection(Side::Client, &error, unnamed);
    assert!(told.remedy.contains("the server names no CAs"), "{told:?}");
}

#[test]
fn an_answer_that_breaks_off_is_no_refusal() {
    let seen = Seen {
        answer: Some(hello_mtls::error::AnswerHead {
            status: 200,
            reason: "OK".to_owned(),
        }),
        ..seen(Established, false, Some(Sent::Named))
    };
    let error = io::Error::from(io::ErrorKind::UnexpectedEof);
    let told = diagnose_connection(Side::Client, &error, seen);
    check(&told, 7, Some("no-close-notify"), "the answer began");
    assert!(!told.remedy.contains("dislikes"), "{told:?}");
}

#[test]
fn a_request_that_comes_too_late_is_named_however_it_ends() {
    let asks_again = |sent| Seen {
        late_request: Some(LateRequest::Renegotiation),
        ..seen(Established, true, sent)
    };
    let name = Some("renegotiation");
    let words = "(renegotiation, TLS 1.2)";
    let alert = |alert| io::Error::other(Error::AlertReceived(alert));
    let too_often = PeerMisbehaved::TooManyRenegotiationRequests;
    let ends = [
        alert(A::HandshakeFailure),
        alert(A::NoRenegotiation),
        io::ErrorKind::UnexpectedEof.into(),
        io::ErrorKind::ConnectionReset.into(),
        io::ErrorKind::TimedOut.into(),
        io::Error::other(Error::from(too_often)),
    ];
    for error in ends {
        for sent in [None, Some(Sent::Named)] {
            let told = diagnose_connection(Side::Client, &error, asks_again(sent));
            check(&told, 4, name, words);
        }
    }
    for status in [400, 401, 403] {
        let answer = (status, "Reason");
        let told = diagnose_answer(asks_again(None), false, answer, b"").unwrap();
        check(&told, 4, name, words);
    }
    assert_eq!(
        diagnose_answer(asks_again(None), false, (404, ""), b""),
        None
    );

    let late = io::Error::other(Error::InappropriateHandshakeMessage {
        expect_types: vec![HandshakeType::NewSessionTicket],
        got_type: HandshakeType::CertificateRequest,
    });
    let told = diagnose_connection(Side::Client, &late, seen(Established, false, None));
    check(
        &told,
        4,
        Some("post-handshake-auth"),
        "no post-handshake authentication",
    );
    assert_eq!(
        told.seen.late_request,
        Some(LateRequest::CertificateRequest)
    );
}

#[test]
fn a_close_notify_instead_of_an_answer_is_read_like_a_bare_close() {
    use Sent::{Named, Nothing, Strangers};
    let rows = [
        (Some(Nothing), 5, "no-client-certificate", "sent none"),
        (Some(Strangers), 5, "client-unknown-issuer", "CN=other-ca"),
        (Some(Named), 7, "no-answer", "refuse a certificate so, too"),
        (None, 7, "no-answer", "in good order (close_notify)"),
    ];
    for (sent, step, failure, words) in rows {
        let ended = Seen {
            ending: Ending::CloseNotify,
            ..seen(Established, false, sent)
        };
        let error = io::Error::from(io::ErrorKind::UnexpectedEof);
        let told = diagnose_connection(Side::Client, &error, ended);
        check(&told, step, Some(failure), words);
        assert!(!told.found.contains("without close_notify"), "{told:?}");
    }
}

#[test]
fn a_client_that_leaves_when_it_is_asked_may_be_a_browser() {
    let left = |asks| Seen {
        asks,
        ..Seen::at(Certificates)
    };
    let error = io::Error::from(io::ErrorKind::UnexpectedEof);
    let told = diagnose_connection(Side::Server, &error, left(true));
    check(&told, 4, None, "no error if it is a browser");
    assert!(told.in_a_line().starts_with("ended at step 4: "));
    let told = diagnose_connection(Side::Server, &error, left(false));
    assert!(!told.found.contains("browser"), "{told:?}");
}

#[test]
fn a_status_that_refuses_is_a_refusal_and_others_are_not() {
    use Sent::{Named, Nothing, Strangers};
    let none = Some("no-client-certificate");
    let status = Some("refused-by-status");
    let required = "<center>No required SSL certificate was sent</center>";
    let error = "<center>The SSL certificate error</center>";
    #[rustfmt::skip]
    let rows = [
        (Some(Nothing), 400, required, Some((5, none, "No required SSL certificate was sent"))),
        (Some(Strangers), 400, error, Some((5, status, "CN=other-ca, a CA that the server does not name"))),
        (Some(Named), 400, error, Some((5, status, "The SSL certificate error"))),
        (Some(Nothing), 403, "", Some((5, none, "the client sent none"))),
        (Some(Named), 403, "", Some((6, Some("forbidden"), "answered 403"))),
        (None, 403, "", Some((6, Some("forbidden"), "it had not asked"))),
        // A stranger's certificate: the server that asked for another CA's may mean that.
        (Some(Strangers), 401, "", Some((5, status, "a CA that the server does not name"))),
        (Some(Strangers), 401, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", Some((5, status, "as Node says"))),
        (Some(Named), 401, "CERT_HAS_EXPIRED", Some((5, status, "as Node says"))),
        // The server behind it, which is nginx, got none.
        (Some(Named), 400, required, Some((7, status, "the page comes from another server"))),
        (None, 421, "", Some((7, Some("unknown-sni"), "a client that dials an IP address names none"))),
        (Some(Named), 404, "", None),
        (Some(Nothing), 503, "", None),
        (Some(Nothing), 200, "", None),
        (Some(Named), 200, "how to fix CERT_HAS_EXPIRED", None),
        (None, 400, "", None),
        (None, 403, "Reason: Cannot perform Post-Handshake Authentication.", Some((4, Some("post-handshake-auth"), "as Apache says"))),
    ];
    for (sent, status, body, expected) in rows {
        let seen = seen(Established, false, sent);
        let told = diagnose_answer(seen, false, (status, "Reason"), body.as_bytes());
        match (told, expected) {
            (Some(told), Some((step, failure, words))) => check(&told, step, failure, words),
            (None, None) => {}
            (told, _) => panic!("{sent:?} {status}: {told:?}"),
        }
    }
}

#[test]
fn a_protocol_that_is_not_tls_is_named_by_its_first_bytes() {
    #[rustfmt::skip]
    let rows: [(Side, &[u8], &str, &str); 15] = [
        (Side::Client, b"220 mail ESMTP\r\n", "SMTP", "starttls"),
        (Side::Client, b"* OK IMAP4rev1", "IMAP", "starttls"),
        (Side::Client, b"+OK ready\r\n", "POP3", "starttls"),
        (Side::Client, b"J\0\0\0\x0a8.0.36\0", "MySQL", "starttls"),
        (Side::Client, b"E\0\0\0\x8dSFATAL\0", "PostgreSQL", "starttls"),
        (Side::Client, b"N", "PostgreSQL", "starttls"),
        (Side::Client, &[0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 3], "HTTP/2", "not-tls-server"),
        (Side::Client, b"SSH-2.0-OpenSSH_9", "SSH", "not-tls-server"),
        (Side::Client, b"HTTP/1.1 400 Bad", "HTTP", "not-tls-server"),
        (Side::Server, b"GET / HTTP/1.1\r\n", "plain HTTP", "not-tls-client"),
        (Side::Server, b"CONNECT localhos", "HTTP proxy", "not-tls-client"),
        (Side::Server, b"PROXY TCP4 192.0", "PROXY protocol", "unexpected-proxy-header"),
        (Side::Server, b"\r\n\r\n\0\r\nQUIT\n!", "PROXY protocol", "unexpected-proxy-header"),
        (Side::Server, b"SSH-2.0-OpenSSH_9", "SSH", "not-tls-client"),
        (Side::Server, &[0, 0, 0, 8, 4, 210, 22, 47], "PostgreSQL", "not-tls-client"),
    ];
    for (side, first_bytes, words, failure) in rows {
        let seen = Seen {
            first_bytes: first_bytes.to_vec(),
            ..Seen::at(Hello)
        };
        let error = io::Error::other(Error::from(InvalidMessage::InvalidContentType));
        check(
            &diagnose_connection(side, &error, seen),
            1,
            Some(failure),
            words,
        );
    }
    // A record of TLS is no other protocol, whatever is wrong with it.
    let seen = Seen {
        first_bytes: vec![22, 3, 1, 0, 0],
        ..Seen::at(Hello)
    };
    let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
    check(
        &diagnose_connection(Side::Client, &cut, seen),
        1,
        Some("server-hangs-up"),
        "hung up at the hello",
    );
}
