//! Captures: of other programs, of this one, and made by hand.

mod hostile;
mod packets;
mod command;

use std::fs;
use std::time::Duration;

use self::packets::{ACK, FIN, SYN, Tcp, client, pcap, pcap_as, pcapng, raw, server};
use crate::common::pages::root;
use crate::common::wire::recordings;
use hello_mtls::instruments::capture::{Capture, Connection, Tls, is_capture, key_log, read};
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::{pcapng as writer, terminal};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::narration::Side;

/// The captures in tests/captures, and how many transcripts stand beside each.
const SHELF: [(&str, usize); 5] = [
    ("go", 2),
    ("chromium", 2),
    ("curl-nginx-mtls12", 1),
    ("hello-retry", 1),
    ("renegotiation", 1),
];

fn explained(transcript: &Transcript) -> String {
    let mut view = Vec::new();
    terminal::write(&mut view, &explain(transcript), Paint::PLAIN).unwrap();
    String::from_utf8(view).unwrap()
}

fn bytes(transcript: &Transcript) -> Vec<(Side, &[u8])> {
    let chunks = transcript.chunks.iter();
    chunks.map(|chunk| (chunk.from, &chunk.bytes[..])).collect()
}

#[test]
fn a_capture_of_other_programs_gives_the_explanation_of_the_transcript_beside_it() {
    for (name, count) in SHELF {
        let file = |end: &str| root().join("tests/captures").join(format!("{name}{end}"));
        let contents = fs::read(file(".pcapng")).unwrap();
        assert!(is_capture(&contents));
        let log = key_log::secrets(&fs::read_to_string(file(".keys")).unwrap());
        let capture = read(&contents);
        let tls = capture
            .connections
            .into_iter()
            .filter(|one| one.tls == Tls::Whole);
        let mut found = 0;
        for (number, mut connection) in tls.enumerate() {
            key_log::give(&mut connection.transcript, &log);
            let beside = fs::read_to_string(file(&format!("-{number}.transcript"))).unwrap();
            let beside = Transcript::parse(&beside).unwrap();
            assert_eq!(
                connection.transcript.chunks, beside.chunks,
                "{name} {number}"
            );
            assert_eq!(
                explained(&connection.transcript),
                explained(&beside),
                "{name} {number}"
            );
            assert!(
                connection.remarks.is_empty(),
                "{name} {number}: {:?}",
                connection.remarks
            );
            found += 1;
        }
        assert_eq!(found, count, "{name}");
    }
}

#[test]
fn what_get_writes_for_wireshark_is_read_back_with_its_secrets() {
    for (name, transcript) in recordings() {
        let mut capture = Vec::new();
        writer::write(&mut capture, &transcript).unwrap();
        let mut capture = read(&capture);
        assert_eq!(capture.connections.len(), 1, "{name}");
        let mut back = capture.connections.remove(0).transcript;
        key_log::give(&mut back, &capture.secrets);
        assert_eq!(explained(&back), explained(&transcript), "{name}");
    }
}

/// A beginning that is recognised as a ClientHello, and an answer.
const HELLO: &[u8] = &[22, 3, 1, 0, 9, 1, 0, 0, 5, 3, 3, 1, 2, 3];
const ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 40];

fn conversation() -> [Tcp; 8] {
    [
        client(100, SYN, b""),
        server(500, SYN | ACK, b""),
        client(101, ACK, b""),
        client(101, ACK, HELLO),
        server(501, ACK, ALERT),
        client(101 + HELLO.len() as u32, ACK | FIN, b""),
        server(501 + ALERT.len() as u32, ACK | FIN, b""),
        client(102 + HELLO.len() as u32, ACK, b""),
    ]
}

fn only(capture: Capture) -> Connection {
    let [connection] = <[_; 1]>::try_from(capture.connections).unwrap();
    connection
}

/// What one capture says, without times: the bytes of each side, and where they end.
fn streams(file: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let connection = only(read(file));
    let of = |side| {
        let chunks = connection.transcript.chunks.iter();
        let chunks = chunks.filter(|chunk| chunk.from == side);
        chunks.flat_map(|chunk| chunk.bytes.clone()).collect()
    };
    (of(Side::Client), of(Side::Server))
}

fn remarks(file: &[u8]) -> String {
    let capture = read(file);
    let own = capture
        .connections
        .iter()
        .flat_map(|one| one.remarks.clone());
    let remarks = capture.remarks.iter().cloned().chain(own);
    remarks
        .map(|remark| remark.to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_format_and_link_gives_the_same_connection() {
    let ipv4: Vec<_> = conversation().iter().map(Tcp::ipv4).collect();
    let ipv6: Vec<_> = conversation().iter().map(Tcp::ipv6).collect();
    let behind = |header: &[u8], packets: &[Vec<u8>]| -> Vec<Vec<u8>> {
        // An Ethernet pads short frames.
        packets
            .iter()
            .map(|packet| [header, packet, &[0; 6]].concat())
            .collect()
    };
    let ethernet = |end: &[u8]| [&[2; 12], end].concat();
    for (link, packets) in [
        (101, ipv4.clone()),
        (12, ipv6.clone()),
        (228, ipv4.clone()),
        (229, ipv6.clone()),
        (0, behind(&[2, 0, 0, 0], &ipv4)),
        (0, behind(&[30, 0, 0, 0], &ipv6)),
        (108, behind(&[0, 0, 0, 2], &ipv4)),
        (1, behind(&ethernet(&[8, 0]), &ipv4)),
        (1, behind(&ethernet(&[0x86, 0xdd]), &ipv6)),
        (
            1,
            behind(&ethernet(&[0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 8, 0]), &ipv4),
        ),
        (113, behind(&[&[0; 14][..], &[8, 0]].concat(), &ipv4)),
        (276, behind(&[&[0x86, 0xdd][..], &[0; 18]].concat(), &ipv6)),
    ] {
        let expected = (HELLO.to_vec(), ALERT.to_vec());
        assert_eq!(streams(&pcap(link, &packets)), expected, "{link}");
        assert_eq!(
            streams(&pcapng(link as u16, "", &packets)),
            expected,
            "{link}"
        );
        assert_eq!(remarks(&pcap(link, &packets)), "");
    }
    // The same times as well, in both byte orders and units.
    for file in [
        pcap_as(u32::to_le_bytes, 0xa1b2_c3d4, 1000, 101, &ipv4),
        pcap_as(u32::to_be_bytes, 0xa1b2_c3d4, 1000, 101, &ipv4),
        pcap_as(u32::to_le_bytes, 0xa1b2_3c4d, 1_000_000, 101, &ipv4),
        pcap_as(u32::to_be_bytes, 0xa1b2_3c4d, 1_000_000, 101, &ipv4),
    ] {
        let connection = only(read(&file));
        assert_eq!(connection.transcript.chunks[0].at, Duration::from_millis(3));
        assert_eq!(connection.client.to_string(), "192.0.2.1:50000");
    }
    let random = "ab".repeat(32);
    let capture = read(&pcapng(
        101,
        &format!("# a log\nCLIENT_RANDOM {random} 0102\n"),
        &ipv4,
    ));
    assert_eq!(capture.secrets[0].secret, [1, 2]);
    assert_eq!(
        only(capture).transcript.chunks[0].at,
        Duration::from_secs(3)
    );
}

#[test]
fn each_byte_is_taken_once_and_in_its_order() {
    let parts = |start: u32| {
        let at = |offset: u32| start.wrapping_add(offset);
        [
            client(at(0), ACK, HELLO),
            // Lost, and sent after what follows it.
            client(at(20), ACK, b"uvwxyz"),
            client(at(14), ACK, b"opqrst"),
            // Again, and again with more.
            client(at(14), ACK, b"opqrst"),
            client(at(18), ACK, b"stuvwxyz01"),
            client(at(28), ACK | FIN, b""),
            client(at(28), ACK | FIN, b""),
        ]
    };
    let expected = [HELLO, b"opqrstuvwxyz01"].concat();
    // The second time, the sequence numbers begin again at 0 in the middle.
    for start in [1000, u32::MAX - 15] {
        for syn in [true, false] {
            let mut segments = parts(start).to_vec();
            if syn {
                segments.insert(0, client(start.wrapping_sub(1), SYN, b""));
            }
            let file = raw(&segments);
            let connection = only(read(&file));
            assert_eq!(streams(&file).0, expected);
            let ends = connection
                .transcript
                .chunks
                .iter()
                .filter(|chunk| chunk.bytes.is_empty());
            assert_eq!(ends.count(), 1, "one FIN");
            assert!(!connection.transcript.capped);
            assert_eq!(remarks(&file), "");
        }
    }
}

#[test]
fn missing_bytes_are_said_and_nothing_behind_them_is_taken() {
    let mut segments = conversation().to_vec();
    segments[4] = server(511, ACK, b"the first ten bytes are missing");
    segments.truncate(5);
    let file = raw(&segments);
    let connection = only(read(&file));
    assert!(connection.transcript.capped);
    assert_eq!(streams(&file), (HELLO.to_vec(), Vec::new()));
    let said = remarks(&file);
    assert!(
        said.contains("Bytes of the server are missing in the capture: 10, after its first 0."),
        "{said}"
    );
}

#[test]
fn a_packet_of_which_the_capture_kept_a_part_is_a_gap() {
    let mut packets: Vec<_> = conversation()[..5].iter().map(Tcp::ipv4).collect();
    let length = packets[4].len();
    packets[4].truncate(length - 3);
    let said = remarks(&pcap(101, &packets));
    assert!(said.contains("tcpdump -s 0"), "{said}");
    assert!(
        said.contains("missing in the capture: 3, after its first 4"),
        "{said}"
    );
}

#[test]
fn the_client_is_told_by_a_syn_or_by_its_hello() {
    for (segments, who) in [
        (vec![client(1, SYN, b"")], "SYN"),
        (vec![server(1, SYN | ACK, b"")], "the answer to a SYN"),
        (
            vec![server(1, ACK, ALERT), client(1, ACK, HELLO)],
            "ClientHello",
        ),
        (
            vec![server(1, ACK, ALERT), client(1, ACK, ALERT)],
            "the lower port",
        ),
    ] {
        assert_eq!(only(read(&raw(&segments))).client.port(), 50000, "{who}");
    }
}

#[test]
fn a_port_that_is_used_again_is_another_connection() {
    let mut segments = conversation().to_vec();
    segments.extend([client(9000, SYN, b""), client(9001, ACK, HELLO)]);
    let capture = read(&raw(&segments));
    assert_eq!(capture.connections.len(), 2);
    assert_eq!(capture.connections[1].number, 1);
    assert_eq!(
        bytes(&capture.connections[1].transcript),
        [(Side::Client, HELLO)]
    );
}

#[test]
fn what_stands_before_tls_is_skipped_and_named() {
    let mysql = [&[32, 0, 0, 1][..], &[8; 32]].concat();
    let greeting = [&[74, 0, 0, 0, 10][..], b"8.0.34"].concat();
    for (asked, answered, name) in [
        (
            &b"EHLO me\r\nSTARTTLS\r\n"[..],
            &b"220 mail\r\n250 STARTTLS\r\n220 go\r\n"[..],
            "SMTP (STARTTLS)",
        ),
        (
            b"a1 starttls\r\n",
            b"* OK ready\r\na1 OK\r\n",
            "IMAP (STARTTLS)",
        ),
        (b"STLS\r\n", b"+OK ready\r\n+OK\r\n", "POP3 (STLS)"),
        (b"AUTH TLS\r\n", b"220 ftp\r\n234 go\r\n", "FTP (AUTH TLS)"),
        (
            b"\0\0\0\x08\x04\xd2\x16\x2f",
            b"S",
            "PostgreSQL (SSLRequest)",
        ),
        (&mysql, &greeting, "MySQL (greeting and SSLRequest)"),
        (
            b"CONNECT a:443 HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
            "an HTTP proxy (CONNECT)",
        ),
        (
            b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
            b"",
            "the PROXY protocol",
        ),
        (
            b"\x05\x01\x00",
            b"\x05\x00",
            "a protocol that is not known here",
        ),
    ] {
        let behind = 1 + asked.len() as u32;
        let together = [asked, HELLO].concat();
        let apart = [
            client(0, SYN, b""),
            server(0, SYN | ACK, b""),
            client(1, ACK, asked),
            server(1, ACK, answered),
            client(behind, ACK, HELLO),
            server(1 + answered.len() as u32, ACK, ALERT),
        ];
        let connection = only(read(&raw(&apart)));
        let prelude = connection.prelude.unwrap();
        assert_eq!(prelude.name.to_string(), name);
        assert_eq!(
            (prelude.client, prelude.server),
            (asked.len(), answered.len())
        );
        assert_eq!(
            bytes(&connection.transcript),
            [(Side::Client, HELLO), (Side::Server, ALERT)]
        );
        let file = raw(&[client(0, SYN, b""), client(1, ACK, &together)]);
        assert_eq!(streams(&file).0, HELLO, "in one segment");
    }
}

#[test]
fn what_is_not_read_is_said() {
    let mut fragment = client(1, ACK, b"part").ipv4();
    fragment[6] = 0x20;
    let mut quic = client(1, ACK, b"").ipv4();
    quic[9] = 17;
    let cases = [
        (pcap(101, &[fragment]), "Fragments of IP packets"),
        (pcap(101, &[quic]), "QUIC"),
        (pcap(127, &[vec![0; 60]]), "link type 127"),
        (
            raw(&conversation())[..100].to_vec(),
            "cut short or damaged at byte 96",
        ),
        (
            raw(&[client(1, ACK, &[23, 3, 3, 0, 9, 1])]),
            "the ClientHello is missing",
        ),
    ];
    for (file, words) in cases {
        let said = remarks(&file);
        assert!(said.contains(words), "{words}: {said}");
    }
}
