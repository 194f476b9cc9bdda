//! A recorded connection as a capture file, for Wireshark and tshark: they decrypt it without being asked.
//!
//! The tap saw a stream, not packets. So the packets here are made up: IPv4 and TCP as they could have
//! been, from the first SYN to the last FIN, with true checksums and sequence numbers. The payload and
//! the times are the recorded ones. The secrets stand in a block of their own before the packets
//! (pcapng, section 4.7: Decryption Secrets Block), so the file says all that was said: keep it as
//! you would keep the keys.
//!
//! Unaware of TLS.

use std::io::{self, Write};
use std::time::Duration;

use crate::instruments::wire::transcript::Transcript;
use crate::narration::Side;

/// Block types, and what they hold here.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;
/// Says that the packets begin with an IP header, without Ethernet around it.
const LINKTYPE_RAW: u16 = 101;
/// `TLSK`: lines of an NSS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// Addresses that no real host has (RFC 5737), and the port by which Wireshark knows TLS.
const CLIENT: ([u8; 4], u16) = ([192, 0, 2, 1], 50000);
const SERVER: ([u8; 4], u16) = ([192, 0, 2, 2], 443);

/// Bytes of payload in a packet, as on an Ethernet; and packets until the receiver confirms them.
const SEGMENT: usize = 1400;
const BURST: usize = 16;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// Writes the capture file. Fails only where `out` fails.
pub fn write(out: &mut impl Write, transcript: &Transcript) -> io::Result<()> {
    // Byte order magic, version 1.0, section of unknown length.
    let mut section = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    section.extend([1, 0, 0, 0]);
    section.extend([0xff; 8]);
    block(out, SECTION_HEADER, &section)?;
    // Link type, reserved, packets are never cut. Times are in microseconds unless something else is said.
    let mut interface = LINKTYPE_RAW.to_le_bytes().to_vec();
    interface.extend([0; 6]);
    block(out, INTERFACE, &interface)?;
    if !transcript.secrets.is_empty() {
        block(out, DECRYPTION_SECRETS, &secrets(transcript))?;
    }
    // Any sequence numbers will do to begin with.
    let sent = [0x1000, 0x2000];
    let number = 0;
    packets(&mut Capture { out, sent, number }, transcript)
}

fn secrets(transcript: &Transcript) -> Vec<u8> {
    let lines = transcript
        .secrets
        .iter()
        .map(|secret| format!("{secret}\n"));
    let log: String = lines.collect();
    let mut body = TLS_KEY_LOG.to_le_bytes().to_vec();
    body.extend((log.len() as u32).to_le_bytes());
    body.extend(log.as_bytes());
    body
}

fn packets<W: Write>(capture: &mut Capture<'_, W>, transcript: &Transcript) -> io::Result<()> {
    capture.packet(Side::Client, Duration::ZERO, SYN, &[])?;
    capture.packet(Side::Server, Duration::ZERO, SYN | ACK, &[])?;
    capture.packet(Side::Client, Duration::ZERO, ACK, &[])?;
    // Only the last word of a side can end its direction.
    let chunks = || transcript.chunks.iter();
    let last = |side| chunks().rposition(|chunk| chunk.from == side);
    let last = [last(Side::Client), last(Side::Server)];
    for (index, chunk) in chunks().enumerate() {
        for burst in chunk.bytes.chunks(SEGMENT * BURST) {
            for segment in burst.chunks(SEGMENT) {
                capture.packet(chunk.from, chunk.at, PSH | ACK, segment)?;
            }
            capture.packet(chunk.from.peer(), chunk.at, ACK, &[])?;
        }
        if chunk.bytes.is_empty() && last.contains(&Some(index)) {
            capture.packet(chunk.from, chunk.at, FIN | ACK, &[])?;
            capture.packet(chunk.from.peer(), chunk.at, ACK, &[])?;
        }
    }
    Ok(())
}

/// The state of the two directions: the next sequence numbers, and how many packets there were.
struct Capture<'a, W> {
    out: &'a mut W,
    sent: [u32; 2],
    number: u16,
}

impl<W: Write> Capture<'_, W> {
    fn packet(&mut self, from: Side, at: Duration, flags: u8, payload: &[u8]) -> io::Result<()> {
        let [client, server] = &mut self.sent;
        let (source, target, own, other) = match from {
            Side::Client => (CLIENT, SERVER, client, *server),
            Side::Server => (SERVER, CLIENT, server, *client),
        };
        let acknowledged = if flags & ACK == 0 { 0 } else { other };
        let tcp = tcp(source, target, *own, acknowledged, flags, payload);
        // SYN and FIN count as a byte each.
        *own = own.wrapping_add(payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0));
        let packet = ipv4(source.0, target.0, self.number, &tcp);
        self.number = self.number.wrapping_add(1);

        let micros = at.as_micros() as u64;
        let length = (packet.len() as u32).to_le_bytes();
        let mut body = vec![0; 4];
        body.extend(((micros >> 32) as u32).to_le_bytes());
        body.extend((micros as u32).to_le_bytes());
        body.extend(length);
        body.extend(length);
        body.extend(packet);
        block(self.out, PACKET, &body)
    }
}

/// A header without options (RFC 791 §3.1), then the payload.
fn ipv4(source: [u8; 4], target: [u8; 4], number: u16, payload: &[u8]) -> Vec<u8> {
    let length = (20 + payload.len()) as u16;
    let mut header = vec![0x45, 0];
    header.extend(length.to_be_bytes());
    header.extend(number.to_be_bytes());
    // Do not fragment; time to live 64; protocol 6 is TCP; room for the checksum.
    header.extend([0x40, 0, 64, 6, 0, 0]);
    header.extend(source);
    header.extend(target);
    let sum = checksum(&header);
    put(&mut header, 10, sum);
    header.extend(payload);
    header
}

/// A header without options (RFC 9293 §3.1), then the payload. `next`: sequence number of its first byte.
fn tcp(
    source: ([u8; 4], u16),
    target: ([u8; 4], u16),
    next: u32,
    acknowledged: u32,
    flags: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut segment = source.1.to_be_bytes().to_vec();
    segment.extend(target.1.to_be_bytes());
    segment.extend(next.to_be_bytes());
    segment.extend(acknowledged.to_be_bytes());
    // Five words of header; a window of 65,535 bytes; room for the checksum; nothing urgent.
    segment.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    // The checksum covers the addresses as well, so that a misdelivered segment is noticed.
    let mut covered = [source.0, target.0].concat();
    covered.extend([0, 6]);
    covered.extend((segment.len() as u16).to_be_bytes());
    covered.extend(&segment);
    put(&mut segment, 16, checksum(&covered));
    segment
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&value.to_be_bytes());
    }
}

/// The internet checksum (RFC 1071): the ones' complement of the ones' complement sum.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match pair {
        [high, low] => u32::from(*high) << 8 | u32::from(*low),
        [high] => u32::from(*high) << 8,
        _ => 0,
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    !(sum as u16)
}

/// Type, length, body, padding to four bytes, length again: a reader can go both ways.
fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = (12 + body.len() + padding) as u32;
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)?;
    out.write_all(&[0; 4][..padding])?;
    out.write_all(&length.to_le_bytes())
}
