//! What holds for any bytes of a stranger: a function for each reader. `make test` draws some hundred inputs for each,
//! `make fuzz` looks for new ones with libFuzzer as long as it is told to.

#![allow(unreachable_pub)]

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::pem;
use hello_mtls::certificates::request::KeyType;
use hello_mtls::certificates::revocation::{is_listed, revoke};
use hello_mtls::certificates::signing::{Grant, sign};
use hello_mtls::certificates::summary::Summary;
use hello_mtls::http::reader::MessageReader;
use hello_mtls::http::request::Request;
use hello_mtls::http::response::ResponseHead;
use hello_mtls::instruments::doctor::{ChainSource, SetupFiles, SideFiles, examine};
use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::{html, pcapng, terminal};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::{Chunk, Transcript};
use hello_mtls::instruments::x509::Kind;
use hello_mtls::instruments::{capture, inspect};
use hello_mtls::language::Language;
use hello_mtls::narration::Side;
use hello_mtls::server::proxy_protocol::read_header;
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, CertificateSigningRequestDer,
};

static AUTHORITY: LazyLock<Authority> =
    LazyLock::new(|| Authority::create("my-ca", KeyType::EcdsaP256, 365).unwrap());

/// Bytes that come one at a time, as a slow or malicious peer sends them.
struct Dripping<'a>(&'a [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(1);
        self.0.read(&mut buffer[..count])
    }
}

/// Requests: the same, however the bytes are cut into pieces.
pub fn http_request(bytes: &[u8]) {
    fn requests(mut stream: impl Read) -> Vec<String> {
        let mut reader = MessageReader::new(&mut stream);
        let mut seen = Vec::new();
        while reader.wait().unwrap_or(false) {
            let read = Request::read(&mut reader);
            seen.push(format!("{read:?}"));
            let Ok(request) = read else { break };
            let kept = request.keeps_alive() && !request.path.is_empty();
            let skipped = request.skip_body(&mut reader);
            seen.push(format!("{skipped:?} {kept}"));
            if skipped.is_err() {
                break;
            }
        }
        seen
    }
    assert_eq!(requests(bytes), requests(Dripping(bytes)));
}

/// An answer: the same, however the bytes are cut into pieces, and its body no longer than what came.
pub fn http_response(bytes: &[u8]) {
    fn answer(mut stream: impl Read) -> (String, String, Vec<u8>) {
        let mut reader = MessageReader::new(&mut stream);
        let mut body = Vec::new();
        let head = ResponseHead::read(&mut reader);
        let read = match &head {
            Ok(head) => format!("{:?}", head.copy_body(&mut reader, &mut body)),
            Err(_) => String::new(),
        };
        (format!("{head:?}"), read, body)
    }
    let whole = answer(bytes);
    assert!(whole.2.len() <= bytes.len());
    let dripping = answer(Dripping(bytes));
    // How much of a body that is cut short is passed on depends on the pieces.
    assert_eq!((whole.0, whole.1), (dripping.0, dripping.1));
}

/// A header of the PROXY protocol: the same however the bytes are cut into pieces, and it ends where the client's own bytes
/// begin. An address that was read can be written in both versions, and read again.
pub fn proxy_header(bytes: &[u8]) {
    let mut rest = bytes;
    let client = read_header(&mut rest);
    let mut dripping = Dripping(bytes);
    let again = read_header(&mut dripping);
    assert_eq!(format!("{client:?}"), format!("{again:?}"));
    assert_eq!(rest.len(), dripping.0.len());
    let taken = bytes.len() - rest.len();
    assert!(taken <= 16 + 4096, "{taken}");
    if let Ok(Some(client)) = client {
        for header in [proxy_line(client), proxy_block(client)] {
            let bytes = [&header, &b"\x16\x03\x01"[..]].concat();
            let mut rest = &bytes[..];
            assert_eq!(read_header(&mut rest).unwrap(), Some(client));
            assert_eq!(rest, b"\x16\x03\x01");
        }
    }
}

/// A header of version 1 for a client with this address.
pub fn proxy_line(client: SocketAddr) -> Vec<u8> {
    let (ip, port) = (client.ip(), client.port());
    let family = if ip.is_ipv4() { 4 } else { 6 };
    format!("PROXY TCP{family} {ip} {ip} {port} 3000\r\n").into_bytes()
}

/// A header of version 2 for a client with this address.
pub fn proxy_block(client: SocketAddr) -> Vec<u8> {
    let (family, ip) = match client.ip() {
        IpAddr::V4(ip) => (0x11, ip.octets().to_vec()),
        IpAddr::V6(ip) => (0x21, ip.octets().to_vec()),
    };
    let ports = [client.port().to_be_bytes(), 3000_u16.to_be_bytes()].concat();
    let block = [&ip[..], &ip, &ports].concat();
    let head = [0x21, family, 0, block.len() as u8];
    [b"\r\n\r\n\0\r\nQUIT\n", &head[..], &block].concat()
}

/// Records of both sides. The first two bytes say how many of them are the client's.
pub fn records(bytes: &[u8]) {
    let Some((split, bytes)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let split = usize::from(u16::from_be_bytes(*split)).min(bytes.len());
    let (client, server) = bytes.split_at(split);
    let chunk = |(from, bytes): (Side, &[u8])| Chunk {
        from,
        at: std::time::Duration::ZERO,
        bytes: bytes.to_vec(),
    };
    let sides = [(Side::Client, client), (Side::Server, server)];
    shown(&Transcript {
        chunks: sides.map(chunk).to_vec(),
        ..Transcript::default()
    });
}

/// A file of `get --save`.
pub fn transcript(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(transcript) = Transcript::parse(&text) {
        let again = Transcript::parse(&transcript.to_string());
        assert_eq!(again.as_ref(), Ok(&transcript));
        shown(&transcript);
    }
}

/// A capture of another program.
pub fn capture(bytes: &[u8]) {
    let read = capture::read(bytes);
    for mut connection in read.connections {
        let _ = connection.summary(&read.secrets);
        capture::key_log::give(&mut connection.transcript, &read.secrets);
        shown(&connection.transcript);
    }
}

/// Every view of a connection.
fn shown(transcript: &Transcript) {
    let conversation = explain(transcript);
    let mut page = Vec::new();
    terminal::write(&mut page, &conversation, Paint::PLAIN).unwrap();
    harmless(&String::from_utf8(page).unwrap());
    harmless(&html::page(&conversation, Language::English));
    let mut packets = Vec::new();
    pcapng::write(&mut packets, transcript).unwrap();
    capture::read(&packets);
}

/// Nothing that a terminal obeys, or that turns text round.
fn harmless(page: &str) {
    let bad = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\t') || ('\u{202a}'..='\u{202e}').contains(c)
    };
    assert_eq!(page.chars().find(bad), None);
}

/// A PEM file, for each thing that it could hold.
pub fn pem_file(bytes: &[u8]) {
    let path = Path::new("a.pem");
    for certificate in pem::certificates_in(path, bytes).unwrap_or_default() {
        der(Kind::Certificate, &certificate);
    }
    let _ = pem::private_keys_in(path, bytes);
    for list in pem::revocation_lists_in(path, bytes).unwrap_or_default() {
        der(Kind::RevocationList, &list);
    }
    let _ = pem::request_from_pem(&String::from_utf8_lossy(bytes));
}

/// The kinds of [`tagged_der`], in the order of its first byte.
pub const KINDS: [Kind; 7] = [
    Kind::Certificate,
    Kind::Request,
    Kind::RevocationList,
    Kind::Pkcs8Key,
    Kind::Pkcs1Key,
    Kind::Sec1Key,
    Kind::PublicKey,
];

/// DER; the first byte says what it claims to be.
pub fn tagged_der(bytes: &[u8]) {
    if let Some((kind, bytes)) = bytes.split_first() {
        der(KINDS[usize::from(*kind) % KINDS.len()], bytes);
    }
}

fn der(kind: Kind, bytes: &[u8]) {
    let mut page = Vec::new();
    inspect::write(&mut page, "a.pem", kind, bytes, Language::English).unwrap();
    harmless(&String::from_utf8(page).unwrap());
    let certificate = CertificateDer::from(bytes);
    if let Some(summary) = Summary::of(&certificate) {
        harmless(&summary.shown_subject());
        harmless(&summary.shown_issuer());
    }
    let _ = AUTHORITY.is_issuer_of(&certificate);
}

/// A request that a CA is to sign: what it gets is what was granted, whatever it asks for.
pub fn request(bytes: &[u8]) {
    let request = CertificateSigningRequestDer::from(bytes);
    if let Ok(signed) = sign(&AUTHORITY, &request, &Grant::client("alice"), 1) {
        let summary = Summary::of(&signed.certificate).unwrap();
        assert_eq!(summary.common_names, ["alice"]);
        assert_eq!(summary.uris, ["spiffe://hello-mtls/alice"]);
        assert!(summary.dns_names.is_empty() && summary.addresses.is_empty());
        signed.not_granted.iter().for_each(|wish| harmless(wish));
    }
}

/// A list that a CA is to continue.
pub fn revocation_list(bytes: &[u8]) {
    let list = CertificateRevocationListDer::from(bytes);
    let _ = is_listed(&list, AUTHORITY.certificate());
    let _ = revoke(&AUTHORITY, Some(&list), &[], 1);
}

/// What separates the files of [`doctor`].
pub const NEXT_FILE: &[u8] = b"\n=====\n";

/// Certificate, key, CAs and list, in files below `folder`.
pub fn doctor(folder: &Path, bytes: &[u8]) {
    let mut rest = bytes;
    let mut file = |name: &str| -> PathBuf {
        let at = rest.windows(NEXT_FILE.len()).position(|at| at == NEXT_FILE);
        let (contents, next) = match at {
            Some(at) => (&rest[..at], &rest[at + NEXT_FILE.len()..]),
            None => (rest, &rest[rest.len()..]),
        };
        rest = next;
        let path = folder.join(name);
        std::fs::write(&path, contents).unwrap();
        path
    };
    let (certificate, key) = (file("a.crt"), file("a.key"));
    let authorities = Some(file("ca.crt"));
    let crls = vec![file("ca.crl")];
    for side in [Side::Client, Side::Server] {
        let report = examine(&SetupFiles {
            authorities: authorities.clone(),
            crls: crls.clone(),
            parties: vec![SideFiles {
                side,
                certificate: ChainSource::File(certificate.clone()),
                key: Some(key.clone()),
            }],
            ..SetupFiles::default()
        });
        for finding in &report.findings {
            for phrase in [&finding.expected, &finding.found, &finding.fix] {
                harmless(&phrase.to_string());
                harmless(&phrase.in_language(Language::Chinese));
            }
        }
    }
}
