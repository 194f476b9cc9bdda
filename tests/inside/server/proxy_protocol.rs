//! A header of the PROXY protocol: what is read, and what is refused and why.

use std::io;
use std::net::SocketAddr;

use hello_mtls::error::BadHeader;
use hello_mtls::server::proxy_protocol::read_header;

use crate::common::hostile::{proxy_block, proxy_line};

pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What is read from these bytes, and how many are left for TLS.
fn read(mut bytes: &[u8]) -> (io::Result<Option<SocketAddr>>, usize) {
    let read = read_header(&mut bytes);
    (read, bytes.len())
}

pub(super) fn block(head: [u8; 4], rest: &[u8]) -> Vec<u8> {
    [SIGNATURE, &head, rest].concat()
}

#[test]
fn an_address_is_read_from_both_versions_and_no_byte_behind_it() {
    for client in ["192.0.2.7:50000", "[2001:db8::7]:1", "0.0.0.0:0"] {
        let client = client.parse().unwrap();
        for header in [proxy_line(client), proxy_block(client)] {
            let (read, left) = read(&[&header, &b"hello"[..]].concat());
            assert_eq!((read.unwrap(), left), (Some(client), 5));
        }
    }
    // 107 bytes are the longest line, and what follows UNKNOWN is ignored.
    let ip = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let longest = format!("PROXY UNKNOWN {ip} {ip} 65535 65535\r\n");
    assert_eq!(longest.len(), 107);
    for unknown in ["PROXY UNKNOWN\r\n", "PROXY UNKNOWN \0 x\r\n", &longest] {
        assert!(
            matches!(read(unknown.as_bytes()), (Ok(None), 0)),
            "{unknown}"
        );
    }
    // LOCAL with an address in it, UNSPEC, UDP and a Unix socket: the proxy's own address stays.
    for head in [
        [0x20, 0x11, 0, 12],
        [0x21, 0, 0, 12],
        [0x21, 0x12, 0, 12],
        [0x21, 0x31, 0, 12],
    ] {
        assert!(
            matches!(read(&block(head, &[7; 12])), (Ok(None), 0)),
            "{head:?}"
        );
    }
}

#[test]
fn what_is_no_header_is_refused_for_its_own_reason() {
    let refused = |bytes: &[u8]| {
        let error = read(bytes).0.unwrap_err();
        error
            .get_ref()
            .and_then(|inner| inner.downcast_ref())
            .cloned()
    };
    let line = |line: &str| {
        assert!(
            matches!(refused(line.as_bytes()), Some(BadHeader::Line(_))),
            "{line}"
        )
    };
    for wrong in [
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 3000\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 3000 \r\n",
        "PROXY TCP4  192.0.2.7 192.0.2.1 50000 3000\r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000\r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 050000 3000\r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 +5000 3000\r\n",
        "PROXY TCP4 192.0.2.7 192.0.2.1 65536 3000\r\n",
        "PROXY TCP4 192.0.02.7 192.0.2.1 50000 3000\r\n",
        "PROXY TCP4 ::1 ::1 50000 3000\r\n",
        "PROXY TCP6 192.0.2.7 192.0.2.1 50000 3000\r\n",
        "PROXY TCP5 192.0.2.7 192.0.2.1 50000 3000\r\n",
        "PROXY UNKNOWN\nPROXY x\r\n",
        "PROXY UNKNOWNX\r\n",
    ] {
        line(wrong);
    }
    let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(92));
    assert_eq!(refused(long.as_bytes()), Some(BadHeader::LineTooLong));
    assert_eq!(
        refused(&block([0x11, 0x11, 0, 12], &[0; 12])),
        Some(BadHeader::Version(1))
    );
    assert_eq!(
        refused(&block([0x22, 0x11, 0, 12], &[0; 12])),
        Some(BadHeader::Command(2))
    );
    assert_eq!(
        refused(&block([0x21, 0x41, 0, 12], &[0; 12])),
        Some(BadHeader::Family(0x41))
    );
    assert_eq!(
        refused(&block([0x21, 0x11, 0, 11], &[0; 11])),
        Some(BadHeader::Length(11))
    );
    assert_eq!(
        refused(&block([0x21, 0x21, 0, 35], &[0; 35])),
        Some(BadHeader::Length(35))
    );
    // Refused before a byte of it is awaited.
    assert_eq!(
        refused(&block([0x20, 0, 0x10, 1], &[])),
        Some(BadHeader::Length(4097))
    );
    assert_eq!(
        refused(b"GET / HTTP/1.1\r\n\r\n"),
        Some(BadHeader::Missing(*b"GET / HTTP/1"))
    );
    assert_eq!(
        refused(&proxy_block("192.0.2.7:1".parse().unwrap())[..20]),
        Some(BadHeader::CutShort)
    );
    assert_eq!(
        read(b"").0.unwrap_err().kind(),
        io::ErrorKind::UnexpectedEof
    );
}
