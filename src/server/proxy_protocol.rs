//! The PROXY protocol: a header before the client's own bytes, in which a proxy says from where the client came (HAProxy,
//! doc/proxy-protocol.txt, whose sections are cited here).
//!
//! TLS protects the client's bytes, so a proxy that passes them on cannot write the client's address into them. Nothing
//! protects this header, and any client could send one. So it is required from the addresses that the server was told, and
//! refused from all others: whether there is one is never guessed (section 2).

use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Service;
use crate::error::{BadHeader, Error, Progress};
use crate::handshake::{ServerSetup, tell_refusal};
use crate::narration::Side;
use crate::text;
use crate::transport::Deadline;

/// The bytes with which version 2 begins (section 2.2), as no other protocol does.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The commands of version 2: the proxy connects for itself, or for a client.
const LOCAL: u8 = 0;
const PROXY: u8 = 1;
/// The longest line of version 1, with its CRLF (section 2.1).
const LONGEST_LINE: usize = 107;
/// What may follow the first 16 bytes of version 2: addresses, and what load balancers add. Arbitrary, and what nginx takes.
const LONGEST_BLOCK: u16 = 4096;

/// Begins connection number `number` for the narration, and returns the client's address: from the header if the
/// connection comes `from` a proxy of this service, and else `from` itself. The header may take as long as a handshake.
/// If it is missing or wrong, that is an [`Error::Tls`] at step 1, and the narration has reported it.
pub(super) fn begin_connection(
    setup: &ServerSetup,
    service: &dyn Service,
    transport: &mut Deadline,
    from: SocketAddr,
    number: u64,
) -> Result<SocketAddr, Error> {
    // A socket for both versions of IP shows 10.0.0.5 as ::ffff:10.0.0.5.
    let mut read = Ok(None);
    if service.proxies().contains(&from.ip().to_canonical()) {
        read = read_header(transport);
        transport.forget_what_came();
    }
    let client = read.as_ref().map_or(from, |client| client.unwrap_or(from));
    setup.narrator.begin_connection(number, client);
    read.map(|_| client).map_err(|error| Error::Tls {
        side: Side::Server,
        peer: from.to_string(),
        diagnosis: tell_refusal(&setup.narrator, &error, Progress::Hello),
    })
}

/// Reads a header of version 1 or 2, and no byte behind it. It returns the client's address, or `None` if the proxy speaks
/// for itself: for a health check (LOCAL), or because it does not know the address (UNKNOWN).
///
/// # Errors
/// A [`BadHeader`] inside an [`io::Error`], or an error of the stream. `UnexpectedEof`: no byte came at all.
pub fn read_header(stream: &mut impl Read) -> io::Result<Option<SocketAddr>> {
    let [first] = take(stream)?;
    header_after(first, stream).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => BadHeader::CutShort.into(),
        _ => error,
    })
}

fn header_after(first: u8, stream: &mut impl Read) -> io::Result<Option<SocketAddr>> {
    // Headers of both versions are longer than 12 bytes, so this reads none of the client's.
    let mut start = [first; 12];
    stream.read_exact(&mut start[1..])?;
    match start {
        SIGNATURE => version_2(stream),
        [b'P', b'R', b'O', b'X', b'Y', b' ', ..] => version_1(start.to_vec(), stream),
        other => Err(BadHeader::Missing(other).into()),
    }
}

/// Section 2.1: a line of text. Only its last byte shows where it ends, so it is read a byte at a time.
fn version_1(mut line: Vec<u8>, stream: &mut impl Read) -> io::Result<Option<SocketAddr>> {
    while !line.ends_with(b"\n") {
        if line.len() == LONGEST_LINE {
            return Err(BadHeader::LineTooLong.into());
        }
        line.extend(take::<1>(stream)?);
    }
    let bad = || BadHeader::Line(text::terminal_bytes(&line));
    // An LF alone does not end the line.
    let whole = line.strip_suffix(b"\r\n").ok_or_else(bad)?;
    let fields: Vec<&[u8]> = whole.split(|byte| *byte == b' ').collect();
    let (client, _) = match fields[..] {
        // What else stands on this line is to be ignored.
        [_, b"UNKNOWN", ..] => return Ok(None),
        [_, kind, ip, to, port, to_port] => address(kind, ip, port).zip(address(kind, to, to_port)),
        _ => None,
    }
    .ok_or_else(bad)?;
    Ok(Some(client))
}

/// An address has one form: of the family that was announced, without leading zeros or a sign.
fn address(family: &[u8], ip: &[u8], port: &[u8]) -> Option<SocketAddr> {
    let [ip, port] = [str::from_utf8(ip).ok()?, str::from_utf8(port).ok()?];
    let ip: IpAddr = match family {
        b"TCP4" => ip.parse::<Ipv4Addr>().ok()?.into(),
        b"TCP6" => ip.parse::<Ipv6Addr>().ok()?.into(),
        _ => return None,
    };
    let number: u16 = port.parse().ok()?;
    (number.to_string() == port).then(|| SocketAddr::new(ip.to_canonical(), number))
}

/// Section 2.2: four bytes behind the signature, and as many more as the last two of them say.
fn version_2(stream: &mut impl Read) -> io::Result<Option<SocketAddr>> {
    let [version_and_command, family, high, low] = take(stream)?;
    let (length, command) = (u16::from_be_bytes([high, low]), version_and_command & 15);
    match (version_and_command >> 4, command) {
        (2, LOCAL | PROXY) if length <= LONGEST_BLOCK => {}
        (2, LOCAL | PROXY) => return Err(BadHeader::Length(length).into()),
        (2, _) => return Err(BadHeader::Command(command).into()),
        (version, _) => return Err(BadHeader::Version(version).into()),
    }
    let mut block = vec![0; usize::from(length)];
    stream.read_exact(&mut block)?;
    let client = match (command, family) {
        // The proxy itself connects. It may send addresses, and they count for nothing.
        (LOCAL, _) => return Ok(None),
        (_, 0x11) => source::<4>(&block),
        (_, 0x21) => source::<16>(&block),
        // Unspecified, UDP and Unix sockets: valid, and not the address of a TCP client.
        (_, 0x00 | 0x12 | 0x22 | 0x31 | 0x32) => return Ok(None),
        (_, other) => return Err(BadHeader::Family(other).into()),
    };
    Ok(Some(client.ok_or(BadHeader::Length(length))?))
}

/// The client's address, in front of the address that it dialled, and the port of each. What follows says more (TLVs), for
/// example which certificate a client showed to the proxy. Nothing here believes it.
fn source<const SIZE: usize>(block: &[u8]) -> Option<SocketAddr>
where
    IpAddr: From<[u8; SIZE]>,
{
    let (ip, rest) = block.split_first_chunk::<SIZE>()?;
    let (port, _) = rest.get(SIZE..)?.split_first_chunk::<4>()?;
    let ip = IpAddr::from(*ip).to_canonical();
    Some(SocketAddr::new(ip, u16::from_be_bytes([port[0], port[1]])))
}

fn take<const N: usize>(stream: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).map(|()| bytes)
}
