//! From TCP segments to the two streams of bytes of each connection, as the applications read them.
//!
//! A segment may come twice, overlap another one, come before one that was sent earlier, or be missing. Each byte
//! is taken once, the first time it is seen, and stands in the answer at the moment at which all bytes before it
//! were there: that is when an application could read it.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use super::packet::{ACK, FIN, RST, SYN, Segment};
use crate::instruments::wire::transcript::{MOST_BYTES, MOST_CHUNKS};

/// The most connections that are kept apart.
const MOST_STREAMS: usize = 4096;
/// Bytes that are farther ahead than this do not belong to the connection: no window of TCP is larger (RFC 7323).
const LARGEST_WINDOW: i32 = 1 << 30;

/// A TCP connection, put together.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The two ends: the one that was seen to send first, then the other one.
    pub(super) ends: Option<[SocketAddr; 2]>,
    /// Which end opened the connection, where the capture holds its SYN.
    pub(super) opened_by: Option<usize>,
    pub(super) pieces: Vec<Piece>,
    /// What is not in the capture, of each end.
    pub(super) gaps: [Option<Gap>; 2],
    /// The connection is larger than what is kept of it.
    pub(super) capped: bool,
}

/// Bytes that became readable at once; none at all where this end said that no more will follow.
#[derive(Debug)]
pub(super) struct Piece {
    /// The end that sent them.
    pub(super) end: usize,
    /// Since the first packet of the capture, as Wireshark shows times.
    pub(super) at: Duration,
    pub(super) bytes: Vec<u8>,
}

/// A hole in what one end sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// How many bytes of this end stand before it.
    pub(super) after: u64,
    pub(super) missing: u64,
}

/// Puts the segments of a capture, which began at `start`, together by connection. True if there were more connections than are kept.
pub(super) fn assemble(segments: Vec<Segment<'_>>, start: u64) -> (Vec<Stream>, bool) {
    let mut too_many = false;
    let mut connections: Vec<Vec<Segment<'_>>> = Vec::new();
    let mut latest: HashMap<[SocketAddr; 2], usize> = HashMap::new();
    for segment in segments {
        let mut key = [segment.from, segment.to];
        key.sort();
        let open = latest.get(&key).copied();
        let open = open.and_then(|index| connections.get_mut(index));
        if let Some(open) = open.filter(|open| !opens_another(open, &segment)) {
            open.push(segment);
        } else if connections.len() == MOST_STREAMS {
            too_many = true;
        } else {
            latest.insert(key, connections.len());
            connections.push(vec![segment]);
        }
    }
    (
        connections
            .iter()
            .map(|segments| connection(segments, start))
            .collect(),
        too_many,
    )
}

/// A client may use a port again: a SYN with another number than the first one opens a new connection.
fn opens_another(segments: &[Segment<'_>], new: &Segment<'_>) -> bool {
    let is_syn = |segment: &Segment<'_>| segment.flags & (SYN | ACK) == SYN;
    let first = segments
        .first()
        .filter(|first| is_syn(first) && first.from == new.from);
    is_syn(new) && first.is_none_or(|first| first.sequence != new.sequence)
}

fn connection(segments: &[Segment<'_>], start: u64) -> Stream {
    let mut stream = Stream::default();
    let Some(first) = segments.first() else {
        return stream;
    };
    stream.ends = Some([first.from, first.to]);
    let end_of = |segment: &Segment<'_>| usize::from(segment.from != first.from);
    let syn = segments.iter().find(|segment| segment.flags & SYN != 0);
    // A SYN with an ACK is the answer to one.
    stream.opened_by = syn.map(|syn| (end_of(syn) + usize::from(syn.flags & ACK != 0)) % 2);
    let mut directions = [0, 1].map(|end| {
        let sent = segments.iter().filter(|segment| end_of(segment) == end);
        Direction::beginning_at(start_of(sent))
    });
    let mut room = MOST_BYTES;
    for segment in segments {
        let end = end_of(segment);
        // A file of a transcript keeps microseconds.
        let at = segment.at.saturating_sub(start).saturating_add(500) / 1000;
        let at = Duration::from_micros(at);
        let direction = directions.get_mut(end);
        for bytes in direction
            .into_iter()
            .flat_map(|direction| direction.take(segment))
        {
            stream.capped |= bytes.len() > room || stream.pieces.len() == MOST_CHUNKS;
            if stream.capped {
                return stream;
            }
            room -= bytes.len();
            let bytes = bytes.to_vec();
            stream.pieces.push(Piece { end, at, bytes });
        }
    }
    stream.gaps = directions.map(|direction| direction.gap());
    stream
}

/// The number of the first byte of a direction: behind its SYN, or else the lowest that was seen.
fn start_of<'s, 'a: 's>(sent: impl Iterator<Item = &'s Segment<'a>> + Clone) -> u32 {
    if let Some(syn) = sent.clone().find(|segment| segment.flags & SYN != 0) {
        return syn.sequence.wrapping_add(1);
    }
    // Numbers wrap around, so they can only be compared with a near one: which is lower, the difference says.
    let numbers = sent
        .filter(|segment| segment.flags & RST == 0)
        .map(|segment| segment.sequence);
    let lowest = numbers.reduce(|low, number| {
        if (number.wrapping_sub(low) as i32) < 0 {
            number
        } else {
            low
        }
    });
    lowest.unwrap_or_default()
}

/// What one end sent.
struct Direction<'a> {
    /// The sequence number of the first byte.
    start: u32,
    /// How many bytes were taken.
    next: u64,
    /// Segments that came too early, by the place of their first byte.
    early: BTreeMap<u64, &'a [u8]>,
    /// The place behind the last byte that is known to exist.
    furthest: u64,
    /// The place of the FIN.
    fin: Option<u64>,
}

impl<'a> Direction<'a> {
    fn beginning_at(start: u32) -> Direction<'a> {
        Direction {
            start,
            next: 0,
            early: BTreeMap::new(),
            furthest: 0,
            fin: None,
        }
    }

    /// The runs of bytes that can be read with this segment; an empty one is the end.
    fn take(&mut self, segment: &Segment<'a>) -> Vec<&'a [u8]> {
        // A reset may carry a reason in words, which belongs to no stream (RFC 9293 §3.5.3).
        if segment.flags & RST != 0 {
            return Vec::new();
        }
        // A SYN counts as one byte before the first.
        let sequence = segment
            .sequence
            .wrapping_add(u32::from(segment.flags & SYN != 0));
        let ahead = sequence.wrapping_sub(self.start.wrapping_add(self.next as u32)) as i32;
        let place = self.next.saturating_add_signed(i64::from(ahead));
        if ahead > LARGEST_WINDOW || i64::from(ahead) < -(self.next as i64) {
            return Vec::new();
        }
        let behind = place + segment.payload.len() as u64 + segment.cut as u64;
        // An empty segment only confirms, and behind a FIN its number is one too high.
        if behind > place {
            self.furthest = self.furthest.max(behind);
        }
        if segment.flags & FIN != 0 {
            self.fin = self.fin.or(Some(behind));
        }
        if !segment.payload.is_empty() {
            // The longer one of two that begin at the same byte.
            let known = self.early.entry(place).or_default();
            if segment.payload.len() > known.len() {
                *known = segment.payload;
            }
        }
        self.readable()
    }

    fn readable(&mut self) -> Vec<&'a [u8]> {
        let mut readable = Vec::new();
        while let Some(entry) = self.early.first_entry() {
            if *entry.key() > self.next {
                break;
            }
            let (place, payload) = entry.remove_entry();
            let new = payload
                .get((self.next - place) as usize..)
                .unwrap_or_default();
            if !new.is_empty() {
                self.next += new.len() as u64;
                readable.push(new);
            }
        }
        if self.fin == Some(self.next) {
            // Told once: no place has this number.
            self.fin = Some(u64::MAX);
            readable.push(&[]);
        }
        readable
    }

    fn gap(&self) -> Option<Gap> {
        let until = self.early.keys().next().copied().unwrap_or(self.furthest);
        (until > self.next).then(|| Gap {
            after: self.next,
            missing: until - self.next,
        })
    }
}
