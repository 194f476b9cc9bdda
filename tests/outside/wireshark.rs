//! The captures that this project writes, read by Wireshark.
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::have;
use crate::common::wire::recordings;
use hello_mtls::instruments::show::pcapng;
use hello_mtls::instruments::wire::conversation::{Conversation, Kind};
use hello_mtls::instruments::wire::explain;

#[test]
fn wireshark_reads_the_capture_decrypted_and_finds_the_same_messages_and_no_fault() {
    if !have("tshark") {
        return;
    }
    for (name, transcript) in recordings() {
        // RFC 8448's have the shared secret instead of a key log.
        if name.contains("rfc8448") {
            continue;
        }
        let file = std::env::temp_dir().join(format!("hello-mtls-{}.pcapng", std::process::id()));
        let mut capture = Vec::new();
        pcapng::write(&mut capture, &transcript).unwrap();
        fs::write(&file, capture).unwrap();
        faultless(&name, &file);
        let found = tshark(&file, &["-T", "fields", "-e", "tls.handshake.type"]).replace(',', "\n");
        let found: Vec<&str> = found.split_whitespace().collect();
        assert_eq!(found, handshake_types(&explain(&transcript)), "{name}");
        fs::remove_file(file).unwrap();
    }
}

fn handshake_types(conversation: &Conversation) -> Vec<String> {
    let kinds = conversation.messages.iter().map(|message| message.kind);
    let number = |kind| match kind {
        Kind::Handshake(number) => Some(number.0.to_string()),
        _ => None,
    };
    kinds.filter_map(number).collect()
}

fn faultless(name: &str, file: &Path) {
    let expert = tshark(file, &["-q", "-z", "expert,warn"]);
    assert_eq!(expert.trim(), "", "{name}");
    let sums = tshark(
        file,
        &[
            "-T",
            "fields",
            "-e",
            "ip.checksum.status",
            "-e",
            "tcp.checksum.status",
        ],
    );
    assert!(
        sums.lines().count() > 6 && sums.lines().all(|line| line == "1\t1"),
        "{name}: {sums}"
    );
    assert_eq!(tshark(file, &["-Y", "_ws.malformed"]), "", "{name}");
}

fn tshark(file: &Path, arguments: &[&str]) -> String {
    let checked = [
        "-o",
        "ip.check_checksum:TRUE",
        "-o",
        "tcp.check_checksum:TRUE",
    ];
    let output = Command::new("tshark")
        .arg("-r")
        .arg(file)
        .args(checked)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
