//! Captures made by hand: segments of one connection, over any link, in either format.

use std::net::Ipv4Addr;

/// One TCP segment from port 50000 to port 443, or back.
#[derive(Clone)]
pub(super) struct Tcp {
    pub(super) from_client: bool,
    pub(super) sequence: u32,
    pub(super) flags: u8,
    pub(super) payload: Vec<u8>,
}

pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const ACK: u8 = 16;

pub(super) fn client(sequence: u32, flags: u8, payload: &[u8]) -> Tcp {
    let payload = payload.to_vec();
    Tcp {
        from_client: true,
        sequence,
        flags,
        payload,
    }
}

pub(super) fn server(sequence: u32, flags: u8, payload: &[u8]) -> Tcp {
    Tcp {
        from_client: false,
        ..client(sequence, flags, payload)
    }
}

impl Tcp {
    fn bytes(&self) -> Vec<u8> {
        let ports = if self.from_client {
            [50000u16, 443]
        } else {
            [443, 50000]
        };
        let mut bytes: Vec<u8> = ports.iter().flat_map(|port| port.to_be_bytes()).collect();
        bytes.extend(self.sequence.to_be_bytes());
        // Eight words of header: twelve bytes of options.
        bytes.extend([0, 0, 0, 0, 0x80, self.flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend([1; 12]);
        bytes.extend(&self.payload);
        bytes
    }

    /// With four bytes of options in the header.
    pub(super) fn ipv4(&self) -> Vec<u8> {
        let tcp = self.bytes();
        let mut ip = vec![0x46, 0];
        ip.extend((24 + tcp.len() as u16).to_be_bytes());
        ip.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        let ends = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)];
        let ends = if self.from_client {
            ends
        } else {
            [ends[1], ends[0]]
        };
        ip.extend(ends.iter().flat_map(Ipv4Addr::octets));
        ip.extend([1; 4]);
        ip.extend(tcp);
        ip
    }

    /// With hop-by-hop options and a fragment header for the whole packet.
    pub(super) fn ipv6(&self) -> Vec<u8> {
        let tcp = self.bytes();
        let mut ip = vec![0x60, 0, 0, 0];
        ip.extend((16 + tcp.len() as u16).to_be_bytes());
        ip.extend([0, 64]);
        let mut ends = [[0x20; 16], [0x21; 16]];
        if !self.from_client {
            ends.reverse();
        }
        ip.extend(ends.concat());
        ip.extend([44, 0, 1, 4, 0, 0, 0, 0]);
        ip.extend([6, 0, 0, 0, 0, 0, 0, 7]);
        ip.extend(tcp);
        ip
    }
}

/// A pcap with packets of this link type, a millisecond apart.
pub(super) fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    pcap_as(u32::to_le_bytes, 0xa1b2_c3d4, 1000, link, packets)
}

pub(super) fn pcap_as(
    order: fn(u32) -> [u8; 4],
    magic: u32,
    millisecond: u32,
    link: u32,
    packets: &[Vec<u8>],
) -> Vec<u8> {
    let mut file: Vec<u8> = [magic, 0, 0, 0, 65535, link]
        .into_iter()
        .flat_map(order)
        .collect();
    for (index, packet) in packets.iter().enumerate() {
        let length = packet.len() as u32;
        let header = [1_700_000_000, index as u32 * millisecond, length, length];
        file.extend(header.into_iter().flat_map(order));
        file.extend(packet);
    }
    file
}

/// A pcapng in the big-endian order, whose times are in units of 2^-10 seconds; the last packet is a simple one.
pub(super) fn pcapng(link: u16, key_log: &str, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = block(
        0x0a0d_0d0a,
        &[[0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0].to_vec(), vec![0xff; 8]].concat(),
    );
    let mut interface = link.to_be_bytes().to_vec();
    interface.extend([0, 0, 0, 0, 0, 0]);
    // A name of two bytes, the unit of times, the end of the options.
    interface.extend([
        0, 2, 0, 2, b'l', b'o', 0, 0, 0, 9, 0, 1, 0x8a, 0, 0, 0, 0, 0, 0, 0,
    ]);
    file.extend(block(1, &interface));
    let mut secrets = 0x544c_534b_u32.to_be_bytes().to_vec();
    secrets.extend((key_log.len() as u32).to_be_bytes());
    secrets.extend(key_log.as_bytes());
    file.extend(block(10, &secrets));
    file.extend(block(0x0bad, b"a block that no reader knows"));
    let Some((last, first)) = packets.split_last() else {
        return file;
    };
    for (index, packet) in first.iter().enumerate() {
        let length = (packet.len() as u32).to_be_bytes();
        let mut body = [
            [0; 4],
            [0; 4],
            (index as u32 * 1024).to_be_bytes(),
            length,
            length,
        ]
        .concat();
        body.extend(packet);
        file.extend(block(6, &body));
    }
    file.extend(block(
        3,
        &[&(last.len() as u32).to_be_bytes()[..], last].concat(),
    ));
    file
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = (12 + body.len() + padding) as u32;
    let mut block = [kind, length]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect::<Vec<_>>();
    block.extend(body);
    block.extend(vec![0; padding]);
    block.extend(length.to_be_bytes());
    block
}

/// Packets of raw IPv4 in a pcap.
pub(super) fn raw(segments: &[Tcp]) -> Vec<u8> {
    let packets: Vec<_> = segments.iter().map(Tcp::ipv4).collect();
    pcap(101, &packets)
}
