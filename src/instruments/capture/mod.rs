//! Captures of other programs, read: from a pcap or pcapng to a transcript of each TCP connection.
//!
//! In the order in which a byte passes through them:
//!
//! | module | job |
//! | --- | --- |
//! | `file` | the two file formats to packets, and the key logs that stand in the file |
//! | `packet` | a packet to a TCP segment: link, IP, TCP |
//! | `streams` | segments to the streams of bytes of each connection |
//! | `prelude` | where TLS begins in a connection, and what stood before it |
//! | [`key_log`] | the secrets of a key log, and which of them belong to a connection |
//!
//! A capture comes from anywhere, so nothing in it is believed: every length is checked, and everything that grows
//! with the file has a limit. This room never prints, and is unaware of files and of the command line. What a
//! transcript means is the job of [`wire`](super::wire).

mod file;
mod packet;
mod streams;
mod prelude;
pub mod key_log;

use std::net::SocketAddr;

use self::packet::Seen;
pub use self::prelude::Prelude;
use self::streams::{Gap, Stream};
use crate::instruments::capture::key_log::{client_randoms, secrets};
use crate::instruments::wire::conversation::Conversation;
use crate::instruments::wire::explain;
use crate::instruments::wire::transcript::{Chunk, Secret, Transcript};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;

/// How much of a connection is looked at to list it, in bytes: the two hellos.
const HELLOS: usize = 1 << 15;

/// What a capture file holds.
#[derive(Debug)]
pub struct Capture {
    /// The TCP connections, in the order in which they begin.
    pub connections: Vec<Connection>,
    /// The secrets that stand in the file itself.
    pub secrets: Vec<Secret>,
    /// How many packets were read.
    pub packets: usize,
    /// What was not read, and why.
    pub remarks: Vec<Phrase>,
}

/// A TCP connection of a capture.
#[derive(Debug)]
pub struct Connection {
    /// Its number among the TCP connections of the capture, from 0, as Wireshark's `tcp.stream` counts them.
    pub number: usize,
    /// The address of the client.
    pub client: SocketAddr,
    /// The address of the server.
    pub server: SocketAddr,
    /// Whether it holds TLS.
    pub tls: Tls,
    /// What stood before TLS.
    pub prelude: Option<Prelude>,
    /// What crossed, from the first byte of TLS, and without secrets.
    pub transcript: Transcript,
    /// What a reader has to know about it.
    pub remarks: Vec<Phrase>,
}

/// Whether a connection holds TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the ClientHello on.
    Whole,
    /// Records, but their beginning is not in the capture.
    WithoutBeginning,
    /// No.
    No,
}

/// A connection in a line of a list.
#[derive(Debug)]
pub struct Summary {
    /// The version that the server chose, if it answered.
    pub version: Option<u16>,
    /// The name that the client asked for (SNI): hostile text.
    pub server_name: Option<String>,
    /// There are secrets for it.
    pub has_secrets: bool,
}

/// Whether a file is a capture that can be read here, told by its first bytes.
pub fn is_capture(bytes: &[u8]) -> bool {
    file::is_capture(bytes)
}

/// Reads a capture. Total: whatever the bytes, there is an answer.
pub fn read(bytes: &[u8]) -> Capture {
    let file = file::read(bytes);
    let mut left_out = LeftOut {
        broken_at: file.broken_at,
        ..LeftOut::default()
    };
    let mut segments = Vec::new();
    for packet in &file.packets {
        match packet::read(packet) {
            Seen::Tcp(segment) => {
                left_out.cut += usize::from(segment.cut > 0);
                segments.push(segment);
            }
            Seen::Fragment => left_out.fragments += 1,
            Seen::Quic => left_out.quic += 1,
            Seen::UnknownLink(link) => left_out.link = left_out.link.or(Some(link)),
            Seen::Other => {}
        }
    }
    let start = file.packets.first().map_or(0, |packet| packet.at);
    let (streams, too_many) = streams::assemble(segments, start);
    left_out.beyond = too_many.then_some(streams.len());
    let logs = file.key_logs.iter().map(|log| String::from_utf8_lossy(log));
    Capture {
        secrets: logs.flat_map(|log| secrets(&log)).collect(),
        connections: streams
            .into_iter()
            .enumerate()
            .filter_map(connection)
            .collect(),
        packets: file.packets.len(),
        remarks: left_out.remarks(),
    }
}

/// What of a file was not read.
#[derive(Default)]
struct LeftOut {
    broken_at: Option<usize>,
    /// A link type that is not known here. A hostile file has as many as it likes: the first is enough.
    link: Option<u32>,
    fragments: usize,
    quic: usize,
    /// Packets of which only the beginning was kept.
    cut: usize,
    /// There were more connections than so many.
    beyond: Option<usize>,
}

impl LeftOut {
    fn remarks(&self) -> Vec<Phrase> {
        let LeftOut {
            broken_at,
            link,
            fragments,
            quic,
            cut,
            beyond,
        } = *self;
        let mut remarks = Vec::new();
        if let Some(at) = broken_at {
            remarks.push(phrase!(
                "The file is cut short or damaged at byte {at}: what stands before it was read.",
                at
            ));
        }
        if let Some(link) = link {
            remarks.push(phrase!(
            "Packets of link type {link} are not read here: Ethernet, loopback, raw IP and Linux cooked are.",
            link
        ));
        }
        if fragments > 0 {
            remarks.push(phrase!(
                "Fragments of IP packets are not put together here: {fragments} were left out.",
                fragments
            ));
        }
        if quic > 0 {
            remarks.push(phrase!(
            "UDP packets of port 443 were left out ({quic}). HTTP/3 carries TLS inside QUIC, which is not read here; curl --http1.1 and a browser without QUIC use TCP.",
            quic
        ));
        }
        if cut > 0 {
            remarks.push(phrase!(
            "The capture kept only the beginning of {cut} packets. Capture again with tcpdump -s 0, which keeps all bytes.",
            cut
        ));
        }
        if let Some(most) = beyond {
            remarks.push(phrase!(
                "There are more than {most} TCP connections: the rest was left out.",
                most
            ));
        }
        remarks
    }
}

/// A stream, with a client and a server, and cut to what is TLS in it.
fn connection((number, stream): (usize, Stream)) -> Option<Connection> {
    let ends = stream.ends?;
    let heads = [0, 1].map(|end| head_of(&stream, end));
    let hellos = heads.each_ref().map(|head| prelude::client_hello(head));
    let has_records = heads.iter().any(|head| prelude::is_record(head));
    // Without its SYN, the client is the side with the ClientHello. Without both, servers listen on low ports.
    let by_hello = hellos.iter().position(Option::is_some);
    let by_port = usize::from(ends.map(|end| end.port()).is_sorted());
    let client = stream.opened_by.or(by_hello).unwrap_or(by_port);
    let hello = hellos.get(client).copied().flatten();
    let mut remarks = Vec::new();
    let (server_at, client_at) = (*ends.get(1 - client)?, *ends.get(client)?);
    let mut transcript = transcript(stream, client, &mut remarks);
    let tls = match hello {
        Some(_) => Tls::Whole,
        None if has_records => Tls::WithoutBeginning,
        None => Tls::No,
    };
    if tls == Tls::WithoutBeginning {
        remarks.push(phrase!(
            "The capture began after the connection: the ClientHello is missing, and without it nothing can be decrypted. Start the capture before the client."
        ));
    }
    let hello = hello.filter(|hello| *hello > 0);
    let prelude = hello.map(|hello| prelude::skip(&mut transcript, hello));
    if let Some(Prelude {
        name,
        client,
        server,
    }) = &prelude
    {
        remarks.push(phrase!(
            "Before TLS the two sides spoke {name}: {client} bytes of the client and {server} bytes of the server were skipped.",
            name,
            client,
            server
        ));
    }
    let (client, server) = (client_at, server_at);
    Some(Connection {
        number,
        client,
        server,
        tls,
        prelude,
        transcript,
        remarks,
    })
}

/// The first bytes of an end: as many as a ClientHello is looked for in.
fn head_of(stream: &Stream, end: usize) -> Vec<u8> {
    let pieces = stream.pieces.iter().filter(|piece| piece.end == end);
    let bytes = pieces.flat_map(|piece| &piece.bytes);
    bytes.take(prelude::LONGEST).copied().collect()
}

fn transcript(stream: Stream, client: usize, remarks: &mut Vec<Phrase>) -> Transcript {
    let side_of = |end: usize| {
        if end == client {
            Side::Client
        } else {
            Side::Server
        }
    };
    for (end, gap) in stream.gaps.iter().enumerate() {
        if let Some(Gap { after, missing }) = gap {
            let side = side_of(end);
            remarks.push(phrase!(
                "Bytes of the {side} are missing in the capture: {missing}, after its first {after}. What this side sent after them is left out.",
                missing,
                side,
                after
            ));
        }
    }
    if stream.capped {
        remarks.push(phrase!(
            "The connection is longer than what is explained here, 4 MiB or 65,536 packets: the rest is left out."
        ));
    }
    let missing = stream.gaps.iter().any(Option::is_some);
    let chunk = |piece: streams::Piece| Chunk {
        from: side_of(piece.end),
        at: piece.at,
        bytes: piece.bytes,
    };
    Transcript {
        chunks: stream.pieces.into_iter().map(chunk).collect(),
        capped: stream.capped || missing,
        ..Transcript::default()
    }
}

impl Connection {
    /// What a list says about it.
    pub fn summary(&self, log: &[Secret]) -> Summary {
        let mut room = HELLOS;
        let fits = |chunk: &&Chunk| {
            let fits = room > 0;
            room = room.saturating_sub(chunk.bytes.len());
            fits
        };
        let head = Transcript {
            chunks: self
                .transcript
                .chunks
                .iter()
                .take_while(fits)
                .cloned()
                .collect(),
            ..Transcript::default()
        };
        let Conversation { negotiated, .. } = explain(&head);
        let randoms = client_randoms(&head);
        Summary {
            version: negotiated.version,
            server_name: negotiated.server_name,
            has_secrets: log
                .iter()
                .any(|secret| randoms.contains(&secret.client_random)),
        }
    }
}
