//! The story as data: facts for programs in JSON, for people in words, and for nobody at no cost.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hello_mtls::handshake::TlsMax;
use hello_mtls::language::Language;
use hello_mtls::narration::json::{JsonLines, line_of};
use hello_mtls::narration::{
    Certificate, Event, Fact, Misbehaviour, Narrator, NotAuthorized, Side, Step, Teller, Terminal,
};
use hello_mtls::text::columns;

use crate::common::play::Play;

/// Where a test reads what a teller wrote.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn event(step: Option<Step>, fact: Fact) -> Event {
    Event {
        connection: 7,
        side: Side::Server,
        step,
        at: Instant::now(),
        since_opening: Duration::from_micros(1500),
        fact,
    }
}

#[test]
fn an_event_is_a_line_of_json_with_the_fields_of_its_fact() {
    let certificate = Certificate {
        subject: "CN=my-client".to_owned(),
        issuer: "CN=my-ca".to_owned(),
        valid_until: "2027-11-23".to_owned(),
    };
    for (step, fact, line) in [
        (
            None,
            Fact::ConnectionAccepted {
                from: "127.0.0.1:40000".parse().unwrap(),
            },
            r#"{"connection":7,"side":"server","step":null,"ms":1.500,"passed":true,"fact":"ConnectionAccepted","from":"127.0.0.1:40000"}"#,
        ),
        (
            Some(Step::ServerPresentsCertificate),
            Fact::ServerCertificateSent {
                subject: "CN=localhost".to_owned(),
                chain: vec![459, 553],
                scheme: "ED25519".to_owned(),
                signed: 130,
                asks_for_client_certificate: true,
            },
            r#"{"connection":7,"side":"server","step":2,"ms":1.500,"passed":true,"fact":"ServerCertificateSent","subject":"CN=localhost","chain":[459,553],"scheme":"ED25519","signed":130,"asks_for_client_certificate":true}"#,
        ),
        (
            Some(Step::ServerVerifiesClient),
            Fact::ClientCertificateVerified { certificate },
            r#"{"connection":7,"side":"server","step":5,"ms":1.500,"passed":true,"fact":"ClientCertificateVerified","certificate":{"subject":"CN=my-client","issuer":"CN=my-ca","valid_until":"2027-11-23"}}"#,
        ),
        (
            Some(Step::ServerAuthorizesClient),
            Fact::ClientNotAuthorized(NotAuthorized::NotListed {
                client: "cn:guest".to_owned(),
                single_name: true,
            }),
            r#"{"connection":7,"side":"server","step":6,"ms":1.500,"passed":false,"fact":"ClientNotAuthorized","reason":"NotListed","client":"cn:guest","single_name":true}"#,
        ),
        (
            Some(Step::ApplicationData),
            Fact::Misbehaved(Misbehaviour::ReadHelloAsText {
                bytes: 3,
                reply: None,
            }),
            r#"{"connection":7,"side":"server","step":7,"ms":1.500,"passed":true,"fact":"ReadHelloAsText","bytes":3,"reply":null}"#,
        ),
    ] {
        assert_eq!(line_of(&event(step, fact)), line);
    }
}

#[test]
fn no_text_ends_a_json_string_or_a_line() {
    let hostile = "\"}\n{\"step\":3,\\ \u{7f}\u{1b}中".to_owned();
    let line = line_of(&event(None, Fact::ServerKeyProved { scheme: hostile }));
    assert!(
        line.ends_with(r#""scheme":"\"}\n{\"step\":3,\\ \u007f\u001b中"}"#),
        "{line}"
    );
}

#[test]
fn a_connection_is_told_in_json_fact_by_fact() {
    let page = Page::default();
    let teller = JsonLines::new(page.clone());
    Play::mtls(TlsMax::Tls13).second_story(|stage| {
        let events = stage.recorder.events();
        events.into_iter().for_each(|event| teller.tell(event));
    });
    let lines = page.text();
    let facts = |side: &str| -> Vec<String> {
        let side = format!("{{\"connection\":1,\"side\":\"{side}\",");
        let told = lines.lines().filter(|line| line.starts_with(&side));
        let fact = |line: &str| {
            line.split("\"fact\":\"")
                .nth(1)?
                .split('"')
                .next()
                .map(str::to_owned)
        };
        told.filter_map(fact).collect()
    };
    assert_eq!(
        facts("client"),
        [
            "ConnectionOpened",
            "ClientHelloPrepared",
            "ServerCertificateVerified",
            "ServerKeyProved",
            "ClientCertificateSent",
            "SessionAgreed",
            "ResponseReceived"
        ]
    );
    assert_eq!(
        facts("server"),
        [
            "ConnectionAccepted",
            "ClientHelloReceived",
            "ServerCertificateSent",
            "ClientCertificateVerified",
            "ClientKeyProved",
            "ClientAuthorized",
            "SessionAgreed"
        ]
    );
}

#[test]
fn a_fact_is_made_only_if_a_teller_listens() {
    let silent = Narrator::silent(Side::Client);
    silent.tell(Step::ClientConnects, || unreachable!("nobody listens"));
}

#[test]
fn a_terminal_tells_in_the_language_that_it_is_given() {
    let page = Page::default();
    let teller = Terminal::new(page.clone(), Language::Chinese);
    let scheme = "ED25519".to_owned();
    teller.tell(event(
        Some(Step::ClientVerifiesServer),
        Fact::ServerKeyProved { scheme },
    ));
    let lines: Vec<String> = page.text().lines().map(str::to_owned).collect();
    assert!(
        lines[0].starts_with("#7 第 3 步  客户端验证服务器 "),
        "{lines:?}"
    );
    assert_eq!(columns(&lines[0]), 72);
    assert_eq!(
        lines[1..],
        [
            "     它对这次握手的签名验证通过（ED25519）",
            "     → 证书的私钥此刻就在它手里：它就是证书上写的服务器"
        ]
    );
}

#[test]
fn a_paragraph_of_a_fact_begins_under_the_one_before_it() {
    let page = Page::default();
    let teller = Terminal::new(page.clone(), Language::English);
    teller.tell(event(
        Some(Step::ServerVerifiesClient),
        Fact::Refused {
            found: "one\ntwo".into(),
            remedy: "three\nfour".into(),
            message: String::new(),
        },
    ));
    let text = page.text();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        ["     one", "     two", "     try: three", "     four"]
    );
}
