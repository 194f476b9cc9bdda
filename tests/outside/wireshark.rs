//! The captures that this project writes, read by Wireshark.
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::have;
use crate::common::pages::root;
use crate::common::wire::recordings;
use hello_mtls::instruments::fields::Field;
use hello_mtls::instruments::show::pcapng;
use hello_mtls::instruments::wire::conversation::{
    Conversation, Kind, Message, Protection, Record,
};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;

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

/// What a message is made of, as both have it: numbers of a sort, in no order.
const SORTS: [(&str, &str, &str); 3] = [
    ("tls.handshake.ciphersuite", "", "cipher_suite"),
    ("tls.handshake.extension.type", "", "extension_type"),
    (
        "tls.handshake.extensions_supported_group",
        "named_group_list",
        "group",
    ),
];

/// Of the captures here, or of those in the folder that `HELLO_MTLS_CAPTURES` names.
#[test]
fn the_traffic_of_other_programs_has_the_messages_and_numbers_that_wireshark_finds_in_it() {
    if !have("tshark") {
        return;
    }
    let folder = std::env::var("HELLO_MTLS_CAPTURES");
    let folder = folder.unwrap_or_else(|_| "tests/transcripts/captures".to_owned());
    let (mut compared, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // Wireshark 4.0 stops in the second authentication after the handshake.
        if path.extension().is_none_or(|end| end != "transcript") || name.starts_with("pha") {
            continue;
        }
        let transcript = Transcript::parse(&fs::read_to_string(&path).unwrap()).unwrap();
        let conversation = explain(&transcript);
        let unreadable = |record: &Record| {
            !matches!(
                record.protection,
                Protection::None | Protection::Decrypted(_)
            )
        };
        // It decrypts suites that are not decrypted here, and shows nothing of a message that was cut.
        let cut = |message: &Message| message.kind == Kind::Unknown;
        if conversation.records.iter().any(unreadable) || conversation.messages.iter().any(cut) {
            continue;
        }
        let file =
            std::env::temp_dir().join(format!("hello-mtls-{name}-{}.pcapng", std::process::id()));
        let mut capture = Vec::new();
        pcapng::write(&mut capture, &transcript).unwrap();
        fs::write(&file, capture).unwrap();
        let kinds = handshake_types(&conversation);
        let mut ours = vec![
            ("tls.handshake.type", numbers(&kinds.join(","))),
            ("tls.alert_message.desc", alerts(&conversation)),
        ];
        for (what, within, label) in SORTS {
            ours.push((what, shown(&conversation, within, label)));
        }
        let fields = ours.iter().flat_map(|(what, _)| ["-e", what]);
        let arguments: Vec<&str> = ["-T", "fields"].into_iter().chain(fields).collect();
        let found = tshark(&file, &arguments);
        for (column, (what, ours)) in ours.into_iter().enumerate() {
            let cells = found
                .lines()
                .filter_map(|line| line.split('\t').nth(column));
            let theirs = numbers(&cells.collect::<Vec<_>>().join(","));
            if sorted(ours.clone()) != sorted(theirs.clone()) {
                wrong.push(format!("{name}: {what}: here {ours:?}, there {theirs:?}"));
            }
        }
        fs::remove_file(file).unwrap();
        compared += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(compared > 5, "{compared}");
    println!("{compared} captures compared");
}

/// Decimal and hexadecimal, however they are set apart.
fn numbers(text: &str) -> Vec<u32> {
    let words = text
        .split([',', '\n', '\t', ' '])
        .filter(|word| !word.is_empty());
    let number = |word: &str| match word.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).unwrap(),
        None => word.parse().unwrap(),
    };
    words.map(number).collect()
}

fn sorted(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers
}

fn alerts(conversation: &Conversation) -> Vec<u32> {
    let kinds = conversation.messages.iter().map(|message| message.kind);
    let number = |kind| match kind {
        Kind::Alert(_, number) => Some(number.into()),
        _ => None,
    };
    kinds.filter_map(number).collect()
}

/// The numbers with this label, of all messages; within groups of another label, if one is named.
fn shown(conversation: &Conversation, within: &str, label: &str) -> Vec<u32> {
    fn walk(
        field: &Field,
        bytes: &[u8],
        within: &str,
        label: &str,
        inside: bool,
        found: &mut Vec<u32>,
    ) {
        let inside = inside || field.label == within;
        if inside && field.label == label && field.children.is_empty() {
            let bytes = &bytes[field.range.clone()];
            found.push(
                bytes
                    .iter()
                    .fold(0, |number, byte| number << 8 | u32::from(*byte)),
            );
        }
        for part in &field.children {
            walk(part, bytes, within, label, inside, found);
        }
    }
    let mut found = Vec::new();
    for message in &conversation.messages {
        walk(
            &message.fields,
            &message.bytes,
            within,
            label,
            within.is_empty(),
            &mut found,
        );
    }
    found
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
