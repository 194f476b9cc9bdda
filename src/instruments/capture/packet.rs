//! From a captured packet to a TCP segment: the link's header, IPv4 or IPv6, TCP.
//!
//! Checksums are not checked: network cards fill them in after the capture has seen the packet. Lengths are
//! those of the headers, because an Ethernet pads short packets, and because a capture may keep less.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::file::Packet;

pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const ACK: u8 = 0x10;

/// A TCP segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    /// As in [`Packet::at`].
    pub(super) at: u64,
    /// The number of its first byte, or of its SYN.
    pub(super) sequence: u32,
    pub(super) flags: u8,
    pub(super) payload: &'a [u8],
    /// Bytes of the payload that the capture did not keep.
    pub(super) cut: usize,
}

/// What a packet turned out to be.
#[derive(Debug)]
pub(super) enum Seen<'a> {
    Tcp(Segment<'a>),
    /// A part of an IP packet. Putting them together is a job of its own, and TCP avoids them.
    Fragment,
    /// UDP from or to port 443: TLS inside QUIC.
    Quic,
    /// Neither, or damaged.
    Other,
    /// A kind of link that is not known here.
    UnknownLink(u32),
}

/// Looks into a packet.
pub(super) fn read<'a>(packet: &Packet<'a>) -> Seen<'a> {
    match network_layer(packet) {
        Ok(bytes) => ip(bytes, packet.at).unwrap_or(Seen::Other),
        Err(link) => Seen::UnknownLink(link),
    }
}

/// The bytes behind the link's header; none when they are not IP. `Err` is a link type that is not known here.
fn network_layer<'a>(packet: &Packet<'a>) -> Result<&'a [u8], u32> {
    let bytes = packet.bytes;
    // Where the type of the next header stands, and where the header ends (tcpdump.org, LINKTYPE registry).
    let (ethertype, end) = match packet.link {
        // NULL and LOOP: an address family of the capturing system. The version in the IP header says the same.
        0 | 108 => return Ok(bytes.get(4..).unwrap_or_default()),
        // RAW under its three numbers, IPv4, IPv6: no header at all.
        12 | 14 | 101 | 228 | 229 => return Ok(bytes),
        1 => (12, 14),
        // Linux cooked, versions 1 and 2: what `-i any` gives.
        113 => (14, 16),
        276 => (0, 20),
        other => return Err(other),
    };
    let (mut ethertype, mut end) = (u16_at(bytes, ethertype), end);
    // VLAN tags (IEEE 802.1Q and 802.1ad): four bytes each, the type of what follows in the last two.
    while let Some(0x8100 | 0x88a8 | 0x9100) = ethertype {
        ethertype = u16_at(bytes, end + 2);
        end += 4;
    }
    let is_ip = matches!(ethertype, Some(0x0800 | 0x86dd));
    Ok(if is_ip {
        bytes.get(end..).unwrap_or_default()
    } else {
        &[]
    })
}

fn ip(bytes: &[u8], at: u64) -> Option<Seen<'_>> {
    match bytes.first()? >> 4 {
        4 => ipv4(bytes, at),
        6 => ipv6(bytes, at),
        _ => None,
    }
}

/// RFC 791 §3.1.
fn ipv4(bytes: &[u8], at: u64) -> Option<Seen<'_>> {
    let header = usize::from(bytes.first()? & 0x0f) * 4;
    let protocol = *bytes.get(9)?;
    let address = |at| Some(IpAddr::from(Ipv4Addr::from(array(bytes, at)?)));
    let ends = (address(12)?, address(16)?);
    // "More fragments" or an offset: not the whole packet.
    if u16_at(bytes, 6)? & 0x3fff != 0 {
        return (protocol == 6).then_some(Seen::Fragment);
    }
    let length = usize::from(u16_at(bytes, 2)?);
    let length = if length == 0 { bytes.len() } else { length };
    transport(protocol, ends, bytes, header.max(20), length, at)
}

/// RFC 8200 §3 and §4.
fn ipv6(bytes: &[u8], at: u64) -> Option<Seen<'_>> {
    let address = |at| Some(IpAddr::from(Ipv6Addr::from(array(bytes, at)?)));
    let ends = (address(8)?, address(24)?);
    // Zero in both versions of IP: the network card was to cut a larger packet, or the length stands elsewhere.
    let length = match u16_at(bytes, 4)? {
        0 => bytes.len(),
        length => 40 + usize::from(length),
    };
    let (mut next, mut start) = (*bytes.get(6)?, 40);
    loop {
        let size =
            |unit: usize, more: usize| Some((usize::from(*bytes.get(start + 1)?) + more) * unit);
        let size = match next {
            // Hop-by-hop options, routing, destination options: in units of 8 bytes, the first not counted.
            0 | 43 | 60 => size(8, 1)?,
            // Authentication header (RFC 4302 §2.2): in units of 4 bytes, the first two not counted.
            51 => size(4, 2)?,
            44 => {
                if u16_at(bytes, start + 2)? & 0xfff9 != 0 {
                    return (*bytes.get(start)? == 6).then_some(Seen::Fragment);
                }
                8
            }
            _ => return transport(next, ends, bytes, start, length, at),
        };
        next = *bytes.get(start)?;
        start += size;
    }
}

/// `start` is where the header of TCP begins, `end` where the packet ended before the capture cut it.
fn transport(
    protocol: u8,
    (from, to): (IpAddr, IpAddr),
    packet: &[u8],
    start: usize,
    end: usize,
    at: u64,
) -> Option<Seen<'_>> {
    let bytes = packet.get(start..end.min(packet.len()))?;
    let (from_port, to_port) = (u16_at(bytes, 0)?, u16_at(bytes, 2)?);
    if protocol == 17 && [from_port, to_port].contains(&443) {
        return Some(Seen::Quic);
    }
    if protocol != 6 {
        return None;
    }
    let header = usize::from(bytes.get(12)? >> 4) * 4;
    Some(Seen::Tcp(Segment {
        from: SocketAddr::new(from, from_port),
        to: SocketAddr::new(to, to_port),
        at,
        sequence: u32::from_be_bytes(array(bytes, 4)?),
        flags: *bytes.get(13)?,
        payload: bytes.get(header.max(20)..).unwrap_or_default(),
        cut: end.saturating_sub(packet.len().max(start + header)),
    }))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}
