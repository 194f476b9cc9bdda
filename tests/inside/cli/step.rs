//! `hello-mtls step`: the handshake as one function.

use std::process::{Command, Output, Stdio};

use hello_mtls::handshake::TlsMax;
use hello_mtls::instruments::gallery::{Termination, cases};
use hello_mtls::instruments::wire::names::alert_name;
use hello_mtls::text::columns;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hello-mtls"));
    let command = command
        .arg("step")
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    command.output().unwrap()
}

fn step(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Side and step of each fact, in their order.
fn facts(page: &str) -> Vec<(&str, &str)> {
    let facts = page
        .lines()
        .filter_map(|line| line.trim_start().split_once(" · step "));
    facts.map(|(side, rest)| (side, &rest[..1])).collect()
}

/// The messages, in their order, without repeated tickets.
fn messages(page: &str) -> Vec<&str> {
    let heads = page
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("    "));
    let mut names: Vec<&str> = heads
        .filter_map(|line| line.trim().split_once(" ("))
        .map(|(name, _)| name)
        .collect();
    names.dedup();
    names
}

#[test]
fn mutual_tls_1_3_comes_in_the_order_of_the_story_in_a_fixed_way() {
    let page = step(&[]);
    let expected = [
        ("client", "1"),
        ("server", "1"),
        ("server", "2"),
        ("client", "3"),
        ("client", "3"),
        ("client", "4"),
        ("server", "5"),
        ("server", "5"),
        ("server", "6"),
        ("client", "7"),
        ("server", "7"),
    ];
    assert_eq!(facts(&page), expected);
    assert_eq!(
        messages(&page),
        [
            "ClientHello",
            "ServerHello",
            "ChangeCipherSpec",
            "EncryptedExtensions",
            "CertificateRequest",
            "Certificate",
            "CertificateVerify",
            "Finished",
            "ChangeCipherSpec",
            "Certificate",
            "CertificateVerify",
            "Finished",
            "application data",
            "NewSessionTicket",
            "application data",
            "alert close_notify",
        ]
    );
}

#[test]
fn tls_alone_has_no_request_and_no_steps_4_to_6() {
    let page = step(&["--tls"]);
    assert_eq!(
        facts(&page),
        [
            ("client", "1"),
            ("server", "1"),
            ("server", "2"),
            ("client", "3"),
            ("client", "3"),
            ("client", "7"),
            ("server", "7")
        ]
    );
    assert!(!messages(&page).contains(&"CertificateRequest"));
}

#[test]
fn tls_1_2_has_its_own_messages() {
    let page = step(&["--tls-max", "1.2"]);
    for name in ["ServerKeyExchange", "ServerHelloDone", "ClientKeyExchange"] {
        assert!(messages(&page).contains(&name), "{name}");
    }
}

#[test]
fn on_resumption_no_certificate_moves_and_step_6_is_taken_all_the_same() {
    for version in ["1.2", "1.3"] {
        let page = step(&["--resume", "--tls-max", version]);
        assert!(!messages(&page).contains(&"Certificate"), "{version}");
        assert_eq!(
            facts(&page),
            [
                ("client", "1"),
                ("server", "1"),
                ("server", "6"),
                ("client", "7"),
                ("server", "7")
            ],
            "{version}"
        );
        assert!(page.contains("the remembered one was"), "{page}");
    }
}

#[test]
fn every_line_fits_eighty_columns_and_every_proof_holds() {
    for arguments in [&[][..], &["--tls"], &["--tls-max", "1.2"], &["--resume"]] {
        let page = step(arguments);
        for line in page.lines() {
            assert!(columns(line) <= 80, "{line}");
        }
        assert!(page.contains('✓'));
        assert!(!page.contains('✗'), "{page}");
        // A key log does not hold the PSK of a resumption: its binder cannot be made again.
        let unchecked = page.matches("not checked here").count();
        assert_eq!(unchecked, usize::from(arguments == ["--resume"]), "{page}");
        assert!(!page.contains('\u{1b}'), "plain where it is piped");
    }
}

/// Side and step of the first refusal.
fn first_refusal(page: &str) -> Option<(&str, &str)> {
    let refused = page
        .lines()
        .find(|line| line.contains('✗') && line.contains(" · step "))?;
    let (side, rest) = refused.trim_start().split_once(" · step ")?;
    Some((side, &rest[..1]))
}

#[test]
fn every_refusal_of_the_gallery_moves_flight_by_flight_too() {
    for case in cases::all().filter(|case| case.scene.fault.is_between_two_sides()) {
        for (tls_max, version) in [(TlsMax::Tls13, "1.3"), (TlsMax::Tls12, "1.2")] {
            let page = step(&["--refuse", case.name, "--tls-max", version]);
            let expected = case.expected(tls_max);
            let number = expected.step.number().to_string();
            let should = expected.by.map(|side| (side.to_string(), number));
            let (case, refusal) = (case.name, first_refusal(&page));
            let is = refusal.map(|(side, step)| (side.to_owned(), step.to_owned()));
            assert_eq!(is, should, "{case} in TLS {version}:\n{page}");

            let alert = expected.alert.map(|(_, number)| alert_name(number));
            let fatal = page.matches("level: fatal").count();
            assert_eq!(fatal, usize::from(alert.is_some()), "{case}");
            if let Some(alert) = alert {
                assert!(
                    page.contains(&format!("  alert {alert} (2 bytes")),
                    "{case}"
                );
            }
            let late = page.contains("it still believes that it is in");
            let hears = expected.client == Termination::Alert;
            assert_eq!(late, hears && expected.believed, "{case}, TLS {version}");
            assert!(page.contains(&format!("docs/failures.md#{case}")), "{case}");
            for line in page.lines() {
                // A command to paste may hold one word that is longer.
                let fits = columns(line) <= 80 || !line.trim().contains(' ');
                assert!(fits, "{case}: {line}");
            }
        }
    }
}

#[test]
fn a_case_that_flights_cannot_tell_is_left_to_the_gallery() {
    for (case, says) in [
        ("der", "hello-mtls gallery der"),
        ("tampered-data", "hello-mtls gallery tampered-data"),
        ("derp", "der? "),
    ] {
        let output = run(&["--refuse", case]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(says), "{said}");
        assert!(output.stdout.is_empty());
    }
}
