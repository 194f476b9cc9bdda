//! Whatever the bytes: an answer, and no more of anything than its limit.
//!
//! `HELLO_MTLS_ROUNDS=100000 cargo test --test inside capture::hostile` looks longer than the default.
use std::time::{Duration, Instant};

use arbtest::arbitrary::{Result, Unstructured};

use super::packets::{ACK, SYN, Tcp, client, pcap, pcapng, raw, server};
use super::{HELLO, SHELF, conversation};
use crate::common::pages::root;
use crate::common::properties::{mutated, rounds};
use crate::common::wire::every_byte_is_accounted_for;
use hello_mtls::instruments::capture::{key_log, read};
use hello_mtls::instruments::wire::explain;

fn an_answer(file: &[u8]) {
    let capture = read(file);
    for mut connection in capture.connections {
        let _ = connection.summary(&capture.secrets);
        key_log::give(&mut connection.transcript, &capture.secrets);
        every_byte_is_accounted_for(&explain(&connection.transcript));
    }
}

#[test]
fn a_mutated_capture_has_an_answer() {
    let packets: Vec<_> = conversation().iter().map(Tcp::ipv6).collect();
    let mut files = vec![
        raw(&conversation()),
        pcapng(12, "CLIENT_RANDOM 00 00\n", &packets),
        pcap(
            1,
            &packets
                .iter()
                .map(|packet| [&[0; 12][..], &[0x86, 0xdd], packet].concat())
                .collect::<Vec<_>>(),
        ),
    ];
    for (name, _) in SHELF {
        files.push(std::fs::read(root().join(format!("tests/captures/{name}.pcapng"))).unwrap());
    }
    let property = |round: usize, u: &mut Unstructured<'_>| -> Result<()> {
        an_answer(&mutated(u, &files[round % files.len()])?);
        Ok(())
    };
    rounds(400, property);
}

#[test]
fn every_length_may_lie() {
    let packets: Vec<_> = conversation()[..5].iter().map(Tcp::ipv4).collect();
    for file in [raw(&conversation()[..5]), pcapng(101, "# log\n", &packets)] {
        for at in 0..file.len() {
            for value in [0, 0x80, 0xff] {
                let mut file = file.clone();
                file[at] = value;
                an_answer(&file);
                // Four such bytes at once: a length of 4 GiB.
                file[at..].iter_mut().take(4).for_each(|byte| *byte = value);
                an_answer(&file);
            }
            an_answer(&file[..at]);
        }
    }
}

#[test]
fn a_long_connection_is_cut_where_a_transcript_is() {
    let mut segments = vec![client(0, SYN, b""), client(1, ACK, HELLO)];
    let megabyte: Vec<Tcp> = (0..90u32)
        .map(|i| client(15 + i * 60_000, ACK, &[7; 60_000]))
        .collect();
    segments.extend(megabyte);
    let capture = read(&raw(&segments));
    let connection = &capture.connections[0];
    let kept: usize = connection
        .transcript
        .chunks
        .iter()
        .map(|chunk| chunk.bytes.len())
        .sum();
    assert!(connection.transcript.capped && kept <= 4 << 20, "{kept}");
    assert!(connection.remarks[0].contains("4 MiB"));
}

#[test]
fn many_connections_and_many_early_segments_take_little_time() {
    let began = Instant::now();
    // 10,000 ports, of which 4,096 are kept.
    let mut packets = Vec::new();
    for port in 10_000..20_000u16 {
        let mut packet = client(1, ACK, HELLO).ipv4();
        packet[24..26].copy_from_slice(&port.to_be_bytes());
        packets.push(packet);
    }
    let capture = read(&pcap(101, &packets));
    assert_eq!(capture.connections.len(), 4096);
    assert!(capture.remarks[0].contains("4096"));
    // Backwards, a byte each: everything is early until the last one comes.
    let mut segments = vec![server(0, SYN | ACK, b"")];
    segments.extend((1..60_000u32).rev().map(|at| server(at, ACK, b"x")));
    let capture = read(&raw(&segments));
    assert_eq!(capture.connections[0].transcript.chunks.len(), 59_999);
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}
