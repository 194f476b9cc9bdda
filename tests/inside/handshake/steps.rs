//! The order of the story: which steps each side tells, and at which one a refusal ends it.
//!
//! In process, over loopback sockets. A story is written `client 1 3 7; server 1 2 7; 200`: the steps
//! of each side, facts of one step in a row as one, then what the client got. A `!` marks the step
//! that failed.

use std::sync::Arc;

use hello_mtls::certificates::request::Name;
use hello_mtls::certificates::signing::Grant;
use hello_mtls::handshake::step1_client_connects::client_connects;
use hello_mtls::handshake::step4_client_presents_certificate::{
    ClientCertificateHook, report_empty_certificate,
};
use hello_mtls::handshake::step6_server_authorizes_client::Allowed;
use hello_mtls::handshake::{TlsMax, client_config};
use hello_mtls::narration::{Narrator, Recorder, Side};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;

use crate::common::play::{
    GOOD_LINE, Line, Play, authority, expired, for_a_client, for_localhost, issued,
    trust_and_revoke,
};

const VERSIONS: [TlsMax; 2] = [TlsMax::Tls13, TlsMax::Tls12];

// The seven steps, and the four.

#[test]
fn tls_is_told_in_four_steps() {
    for tls in VERSIONS {
        let play = Play {
            clients: None,
            client: None,
            ..Play::mtls(tls)
        };
        assert_eq!(play.story(), "client 1 3 7; server 1 2 7; 200", "{tls:?}");
    }
}

#[test]
fn mtls_is_told_in_seven_steps() {
    for tls in VERSIONS {
        let play = Play::mtls(tls);
        assert_eq!(
            play.story(),
            "client 1 3 4 7; server 1 2 5 6 7; 200",
            "{tls:?}"
        );
    }
}

#[test]
fn a_client_that_has_a_certificate_and_is_not_asked_does_not_send_it() {
    for tls in VERSIONS {
        let play = Play {
            clients: None,
            ..Play::mtls(tls)
        };
        assert_eq!(play.story(), "client 1 3 7; server 1 2 7; 200", "{tls:?}");
    }
}

#[test]
fn a_resumed_connection_skips_the_certificates_and_is_authorized_again() {
    for tls in VERSIONS {
        let play = Play::mtls(tls);
        assert_eq!(
            play.second_story(|_| ()),
            "client 1 7; server 1 6 7; 200",
            "{tls:?}"
        );
        let play = Play {
            clients: None,
            client: None,
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.second_story(|_| ()),
            "client 1 7; server 1 7; 200",
            "{tls:?}"
        );
    }
}

#[test]
fn the_story_is_the_same_when_bytes_come_one_at_a_time() {
    for tls in VERSIONS {
        let play = Play {
            line: Line {
                bytes_at_a_time: 1,
                ..GOOD_LINE
            },
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3 4 7; server 1 2 5 6 7; 200",
            "{tls:?}"
        );
        let play = Play {
            client: None,
            ..play
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

// Refusals. In TLS 1.3 the client is through before the server has judged: its 7 comes first.

#[test]
fn a_client_without_a_certificate_is_refused_at_step_5() {
    for tls in VERSIONS {
        let play = Play {
            client: None,
            ..Play::mtls(tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_client_that_cannot_send_any_more_still_hears_why_it_was_refused() {
    // The server hung up while the request was on its way: the alert stands in what can be read.
    let play = Play {
        client: None,
        line: Line {
            breaks: true,
            ..GOOD_LINE
        },
        ..Play::mtls(TlsMax::Tls13)
    };
    assert_eq!(
        play.story(),
        "client 1 3 4 7 5!; server 1 2 5!; refused at 5"
    );
}

#[test]
fn a_client_of_another_ca_is_refused_at_step_5() {
    // The second is the same CA by name, made anew: its key is another.
    for (tls, name) in each(["strangers-ca", "my-ca"]) {
        let play = Play {
            client: Some(for_a_client(&authority(name))),
            ..Play::mtls(tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?} {name}"
        );
    }
}

#[test]
fn an_expired_client_is_refused_at_step_5() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play {
            client: Some(expired(&ca, ExtendedKeyUsagePurpose::ClientAuth)),
            ..Play::of(&ca, tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_servers_certificate_is_no_clients_and_is_refused_at_step_5() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play {
            client: Some(for_localhost(&ca)),
            ..Play::of(&ca, tls)
        };
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_revoked_client_is_refused_at_step_5() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let mut play = Play::of(&ca, tls);
        play.clients = Some(trust_and_revoke(&ca, play.client.as_ref()));
        let client = client_refused_at_step_5(tls);
        assert_eq!(
            play.story(),
            format!("{client}; server 1 2 5!; refused at 5"),
            "{tls:?}"
        );
    }
}

#[test]
fn a_client_that_is_not_on_the_list_is_refused_at_step_6_in_words() {
    for tls in VERSIONS {
        let play = Play {
            allowed: vec![Allowed::Uri("spiffe://hello-mtls/somebody-else".to_owned())],
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3 4 7; server 1 2 5 6!; 403",
            "{tls:?}"
        );
    }
}

#[test]
fn a_server_of_another_ca_is_refused_at_step_3_and_learns_nothing_of_the_client() {
    for (tls, name) in each(["strangers-ca", "my-ca"]) {
        let play = Play {
            server: for_localhost(&authority(name)),
            ..Play::mtls(tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?} {name}"
        );
    }
}

#[test]
fn a_server_of_another_name_is_refused_at_step_3() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let elsewhere = Grant::server(vec![Name::Dns("elsewhere.example".to_owned())]);
        let play = Play {
            server: issued(&ca, &elsewhere),
            ..Play::of(&ca, tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?}"
        );
    }
}

#[test]
fn an_expired_server_is_refused_at_step_3() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play {
            server: expired(&ca, ExtendedKeyUsagePurpose::ServerAuth),
            ..Play::of(&ca, tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?}"
        );
    }
}

#[test]
fn a_clients_certificate_is_no_servers_and_is_refused_at_step_3() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let mut both = Grant::client("localhost");
        both.names = vec![Name::Dns("localhost".to_owned())];
        let play = Play {
            server: issued(&ca, &both),
            ..Play::of(&ca, tls)
        };
        assert_eq!(
            play.story(),
            "client 1 3!; server 1 2 3!; refused at 3",
            "{tls:?}"
        );
    }
}

#[test]
fn who_was_revoked_since_resumes_and_is_refused_at_step_6() {
    for tls in VERSIONS {
        let ca = authority("my-ca");
        let play = Play::of(&ca, tls);
        let revoked = Play {
            clients: Some(trust_and_revoke(&ca, play.client.as_ref())),
            ..Play::of(&ca, tls)
        };
        // The server keeps its tickets and learns of the list: only its verifier changes.
        let story = play.second_story(|stage| {
            let judge = revoked.server_setup(&stage.recorder).judge;
            stage.setup.lock().unwrap().judge = judge;
        });
        assert_eq!(story, "client 1 7; server 1 6!; 403", "{tls:?}");
    }
}

#[test]
fn who_was_struck_off_the_list_since_resumes_and_is_refused_at_step_6() {
    for tls in VERSIONS {
        let story = Play::mtls(tls).second_story(|stage| {
            stage.setup.lock().unwrap().allowed = vec![Allowed::CommonName("nobody".to_owned())];
        });
        assert_eq!(story, "client 1 7; server 1 6!; 403", "{tls:?}");
    }
}

// Who was asked in vain, and who was not.

#[test]
fn a_client_that_is_asked_in_vain_says_so_for_itself_alone() {
    let recorder = Arc::new(Recorder::default());
    let narrator = Narrator::new(Side::Client, Arc::clone(&recorder) as _);
    let hook = ClientCertificateHook::new(None, narrator.clone());
    assert!(hook.resolve(&[], &[]).is_none());

    // Another handshake begins meanwhile on a thread of its own, and is not asked.
    let other = narrator.clone();
    let handshake = move || report_empty_certificate(&other);
    std::thread::spawn(handshake).join().expect("a thread");
    assert!(recorder.take().is_empty());

    report_empty_certificate(&narrator);
    report_empty_certificate(&narrator);
    assert_eq!(recorder.take().len(), 1);
}

#[test]
fn a_question_of_a_handshake_that_broke_is_not_answered_by_the_next_one_on_its_thread() {
    let recorder = Arc::new(Recorder::default());
    let narrator = Narrator::new(Side::Client, Arc::clone(&recorder) as _);
    let trust = Play::mtls(TlsMax::Tls13).servers;
    let client = client_config(&trust, None, TlsMax::Tls13, narrator.clone()).unwrap();
    let hook = ClientCertificateHook::new(None, narrator.clone());
    assert!(hook.resolve(&[], &[]).is_none());

    let name = ServerName::try_from("localhost").unwrap();
    client_connects(&client.config, name, &narrator).unwrap();
    recorder.take();
    report_empty_certificate(&narrator);
    assert!(recorder.take().is_empty());
}

/// Each version of TLS with each of these names.
fn each(names: [&'static str; 2]) -> impl Iterator<Item = (TlsMax, &'static str)> {
    names
        .into_iter()
        .flat_map(|name| VERSIONS.map(|tls| (tls, name)))
}

fn client_refused_at_step_5(tls: TlsMax) -> &'static str {
    match tls {
        TlsMax::Tls13 => "client 1 3 4 7 5!",
        TlsMax::Tls12 => "client 1 3 4 5!",
    }
}
