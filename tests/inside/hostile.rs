//! Bytes of strangers, for each reader: what `make fuzz` looks for with libFuzzer, here with inputs drawn from a seed.
//! (`wire::hostile` and `capture::hostile` do the same for recordings and captures.)

use arbtest::arbitrary::Unstructured;
use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::request::KeyType;
use hello_mtls::certificates::revocation::revoke;
use hello_mtls::certificates::signing::Grant;
use hello_mtls::certificates::{SetOptions, issue, make_set, pem};

use crate::common::Folder;
use crate::common::hostile::{self, KINDS, NEXT_FILE};
use crate::common::properties::{mutated, rounds};

/// The property holds for these inputs, and for so many changed ones.
fn holds(property: impl Fn(&[u8]), inputs: &[Vec<u8>], at_least: usize) {
    inputs.iter().for_each(|input| property(input));
    rounds(at_least, |round, u: &mut Unstructured<'_>| {
        property(&mutated(u, &inputs[round % inputs.len()])?);
        Ok(())
    });
}

#[test]
fn requests_are_the_same_however_they_are_cut() {
    let requests = [
        "GET / HTTP/1.1\r\nHost: localhost:3000\r\nAccept: */*\r\n\r\n",
        "POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
        "PUT http://a/b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close, x\r\nExpect: 100-continue\r\n\r\n",
    ];
    let requests = requests.map(|request| request.as_bytes().to_vec());
    holds(hostile::http_request, &requests, 2000);
}

#[test]
fn answers_are_the_same_however_they_are_cut() {
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nHello World",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nHello World\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nServer: a\r\n\r\nuntil the end",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n",
    ];
    let answers = answers.map(|answer| answer.as_bytes().to_vec());
    holds(hostile::http_response, &answers, 2000);
}

#[test]
fn headers_of_the_proxy_protocol_are_the_same_however_they_are_cut() {
    let four = "192.0.2.7:50000".parse().unwrap();
    let six = "[2001:db8::7]:50000".parse().unwrap();
    let mut headers = vec![
        b"PROXY UNKNOWN\r\n\x16\x03\x01".to_vec(),
        b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0\x16\x03\x01".to_vec(),
        // With what a load balancer adds: a TLV of the type NOOP.
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x10\xc0\0\x02\x07\xc0\0\x02\x01\xc3\x50\x0b\xb8\x04\0\x01\0".to_vec(),
    ];
    for client in [four, six] {
        headers.push(hostile::proxy_line(client));
        headers.push(hostile::proxy_block(client));
    }
    holds(hostile::proxy_header, &headers, 3000);
}

#[test]
fn pem_files_are_read_or_refused_and_what_is_shown_is_harmless() {
    let set = make_set(&SetOptions::default()).unwrap();
    let files: Vec<Vec<u8>> = set
        .into_iter()
        .map(|file| file.contents.into_bytes())
        .collect();
    let all = files.concat();
    holds(hostile::pem_file, &[files, vec![all]].concat(), 600);
}

#[test]
fn der_of_every_kind_is_shown_or_refused() {
    let inputs: Vec<Vec<u8>> = ders()
        .into_iter()
        .flat_map(|der| {
            // Each as what it is and as everything else: a label can lie.
            (0..KINDS.len() as u8).map(move |kind| [&[kind], &der[..]].concat())
        })
        .collect();
    holds(hostile::tagged_der, &inputs, 600);
}

#[test]
fn a_request_gets_what_was_granted_and_nothing_else() {
    let [_, _, request, _] = ders();
    holds(hostile::request, &[request], 1000);
}

#[test]
fn a_revocation_list_is_continued_or_refused() {
    let [.., list] = ders();
    holds(hostile::revocation_list, &[list], 1000);
}

#[test]
fn the_doctor_has_an_answer_to_any_files() {
    let folder = Folder::new();
    let set = make_set(&SetOptions::default()).unwrap();
    let file = |name: &str| {
        let file = set.iter().find(|file| file.name == name).unwrap();
        file.contents.clone().into_bytes()
    };
    let list = authority_and_list().1.into_bytes();
    let of = |names: [&str; 3]| {
        let files = names.map(file);
        [&files[..], std::slice::from_ref(&list)]
            .concat()
            .join(NEXT_FILE)
    };
    let inputs = [
        of(["client.crt", "client.key", "ca.crt"]),
        of(["server.crt", "client.key", "ca.crt"]),
        of(["ca.key", "server.csr", "server.key"]),
    ];
    holds(
        |bytes| hostile::doctor(&folder.path("."), bytes),
        &inputs,
        200,
    );
}

fn authority_and_list() -> (Authority, String) {
    let ca = Authority::create("my-ca", KeyType::EcdsaP256, 365).unwrap();
    let leaf = issue(&ca, &Grant::client("bob"), KeyType::EcdsaP256, 365).unwrap();
    let list = revoke(&ca, None, &[leaf.certificate], 30).unwrap();
    (ca, list)
}

/// A certificate, a key, a request, and a list.
fn ders() -> [Vec<u8>; 4] {
    let (ca, list) = authority_and_list();
    let leaf = issue(&ca, &Grant::client("alice"), KeyType::EcdsaP256, 365).unwrap();
    let path = std::path::Path::new("a.crl");
    let lists = pem::revocation_lists_in(path, list.as_bytes()).unwrap();
    [
        leaf.certificate.to_vec(),
        leaf.private_key().secret_der().to_vec(),
        pem::request_from_pem(&leaf.request).unwrap().to_vec(),
        lists[0].to_vec(),
    ]
}
