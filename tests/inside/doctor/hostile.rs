//! Hostile files end in a message: bounded in time and memory, never a panic.

use std::fs;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use hello_mtls::instruments::doctor::{Report, examine, report};
use hello_mtls::instruments::page::Paint;
use hello_mtls::narration::Side;
use rcgen::{
    CertificateRevocationListParams, DnType, KeyIdMethod, RevokedCertParams, SerialNumber,
    date_time_ymd,
};

use super::set::*;
use crate::common::properties::{mutated, rounds};

/// The page, as the program prints it.
fn page(report: &Report) -> String {
    let mut page = Vec::new();
    report::write(&mut page, report, Paint::PLAIN).unwrap();
    let page = String::from_utf8(page).unwrap();
    let obeyed = |c: char| c.is_control() && c != '\n';
    assert!(!page.contains(obeyed), "{page:?}");
    page
}

#[test]
fn any_bytes_in_any_file_are_a_finding_or_nothing() {
    let mut set = Set::new("fuzz");
    set.chain(|_| ());
    set.roots_crl(2031, &[1, 2, 3]);
    let names = [
        ("server.crt", "CERTIFICATE"),
        ("server.key", "PRIVATE KEY"),
        ("ca.crt", "CERTIFICATE"),
        ("ca.crl", "X509 CRL"),
    ];
    let whole: Vec<String> = names.iter().map(|(name, _)| set.read(name)).collect();
    rounds(800, |round, u| {
        let file = round % names.len();
        let (name, label) = names[file];
        let spoiled = match u.int_in_range(0..=2)? {
            0 => mutated(u, whole[file].as_bytes())?,
            1 => mutated(u, &der_of(&whole[file]))?,
            _ => pem_of(label, &mutated(u, &der_of(&whole[file]))?).into_bytes(),
        };
        set.write(name, &spoiled);
        page(&examine(&set.case));
        set.write(name, &whole[file]);
        Ok(())
    });
}

#[test]
fn names_of_strangers_do_not_command_the_terminal() {
    let set = Set::new("escape");
    set.leaf(Side::Server, |params| {
        params
            .distinguished_name
            .push(DnType::CommonName, "\u{1b}[2J\u{202e}evil\n\nVerdict: fine");
        params.not_after = date_time_ymd(2026, 1, 1);
    });
    let page = page(&examine(&set.case));
    assert!(
        page.contains("\\u{1b}[2J\\u{202e}evil") && page.matches("\nVerdict").count() == 1,
        "{page}"
    );
}

#[test]
fn a_pipe_a_device_and_a_huge_file_are_refused_at_once() {
    let set = Set::new("special");
    fs::remove_file(set.dir.join("server.crt")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(set.dir.join("server.crt"))
            .status()
            .unwrap()
            .success()
    );
    fs::remove_file(set.dir.join("server.key")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", set.dir.join("server.key")).unwrap();
    set.write("client.crt", vec![b'-'; 17 << 20]);
    // Whoever opens the pipe waits for a writer, and nobody writes.
    let (send, receive) = channel();
    thread::spawn(move || send.send(page(&examine(&set.case))));
    let page = receive.recv_timeout(Duration::from_secs(60));
    let page = page.expect("it waits for the pipe, or reads the device to its end");
    assert_eq!(page.matches("[unreadable-file]").count(), 3, "{page}");
}

/// What grows with the square of its input does not end here within anybody's patience; how long the rest takes is
/// for a benchmark to say.
#[test]
fn a_list_of_ten_megabytes_and_a_chain_of_thousands_are_read_and_the_page_stays_short() {
    let mut set = Set::new("huge");
    let revoked = |serial: u64| RevokedCertParams {
        serial_number: SerialNumber::from(serial | 1 << 62),
        revocation_time: date_time_ymd(2029, 6, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2029, 1, 1),
        next_update: date_time_ymd(2031, 1, 1),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: (0..300_000)
            .map(revoked)
            .chain([RevokedCertParams {
                serial_number: SerialNumber::from(12_u64),
                ..revoked(0)
            }])
            .collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    set.write("ca.crl", list.signed_by(&set.root).unwrap().pem().unwrap());
    set.case.crls.push(set.dir.join("ca.crl"));
    assert!(fs::metadata(set.dir.join("ca.crl")).unwrap().len() > 10 << 20);
    let found = examine(&set.case).findings;
    assert_eq!(
        found.iter().map(|finding| finding.code).collect::<Vec<_>>(),
        ["client-revoked"]
    );

    set.case.crls.clear();
    set.edit("server.crt", |text| {
        text.clone() + &set.read("ca.crt").repeat(20_000)
    });
    assert!(page(&examine(&set.case)).len() < 1 << 20);

    set.write(
        "server.crt",
        "-----BEGIN X-----\n-----END X-----\n".repeat(450_000),
    );
    assert!(page(&examine(&set.case)).len() < 1 << 20);
}
