//! Step 6: `--allow` compares whole names, and a certificate with two of them has none.

use hello_mtls::handshake::step6_server_authorizes_client::{
    Allowed, NotAuthorized, server_authorizes_client,
};
use hello_mtls::narration::words::denial;
use hello_mtls::narration::{Narrator, Side};
use rcgen::{
    CertificateParams, CustomExtension, DnType, DnValue, ExtendedKeyUsagePurpose, Issuer, KeyPair,
    SanType,
};
use rustls::pki_types::CertificateDer;

use crate::common::Folder;
use crate::common::play::authority;

/// The names of a client's certificate. A CA can put anything there; ours puts one URI and one CN.
#[derive(Clone, Copy, Default)]
struct Names<'a> {
    uris: &'a [&'a str],
    dns: &'a [&'a str],
    common_names: &'a [&'a str],
}

/// What our own client carries, and a DNS name.
const MY_CLIENT: Names<'_> = Names {
    uris: &["spiffe://hello-mtls/my-client"],
    dns: &["client.example"],
    common_names: &["my-client"],
};

impl Names<'_> {
    fn params(self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (number, name) in self.common_names.iter().enumerate() {
            // rcgen keeps one name of a kind; the same kind by its number is another kind to it.
            let kind = match number {
                0 => DnType::CommonName,
                _ => DnType::CustomDnType(vec![2, 5, 4, 3]),
            };
            params
                .distinguished_name
                .push(kind, DnValue::Utf8String((*name).to_owned()));
        }
        let ascii = |name: &&str| (*name).try_into().expect("ASCII");
        params.subject_alt_names = (self.uris.iter().map(ascii).map(SanType::URI))
            .chain(self.dns.iter().map(ascii).map(SanType::DnsName))
            .collect();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params
    }

    /// What step 6 decides with this one name on the list.
    fn with(self, allowed: &str) -> Result<(), NotAuthorized> {
        let allowed = [Allowed::parse(allowed).expect("a name")];
        let narrator = Narrator::silent(Side::Server);
        server_authorizes_client(&[signed(&self.params())], None, &allowed, &narrator).map(drop)
    }

    #[track_caller]
    fn is_let_in_by(self, allowed: &str) {
        assert_eq!(self.with(allowed), Ok(()), "--allow {allowed}");
    }

    #[track_caller]
    fn is_not_let_in_by(self, allowed: &str) {
        assert!(self.with(allowed).is_err(), "--allow {allowed}");
    }
}

/// A certificate of some CA: step 6 comes after the chain was verified.
fn signed(params: &CertificateParams) -> CertificateDer<'static> {
    let ca = authority("my-ca");
    let ca_key = KeyPair::from_pem(ca.key_pem()).expect("the CA's key");
    let issuer = Issuer::from_ca_cert_der(ca.certificate(), ca_key).expect("the CA");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    certificate.der().clone()
}

#[test]
fn a_name_is_compared_as_a_whole_and_as_it_is_spelled() {
    for (kind, name) in [
        ("uri", "spiffe://hello-mtls/my-client"),
        ("dns", "client.example"),
        ("cn", "my-client"),
    ] {
        MY_CLIENT.is_let_in_by(&format!("{kind}:{name}"));
        let (first, rest) = name.split_at(1);
        for other in [
            first,
            rest,
            &name[..name.len() - 1],
            &format!("{name}x"),
            &format!("{name}/"),
            &format!("{name} "),
            &format!(" {name}"),
            &format!("{name}\0"),
            &format!("{}{rest}", first.to_uppercase()),
            "*",
            "",
        ] {
            if !other.is_empty() {
                MY_CLIENT.is_not_let_in_by(&format!("{kind}:{other}"));
            }
        }
    }
}

#[test]
fn a_name_of_one_kind_is_no_name_of_another() {
    MY_CLIENT.is_not_let_in_by("dns:my-client");
    MY_CLIENT.is_not_let_in_by("uri:my-client");
    MY_CLIENT.is_not_let_in_by("cn:client.example");
    MY_CLIENT.is_not_let_in_by("cn:spiffe://hello-mtls/my-client");
}

#[test]
fn of_two_uris_neither_is_the_identity() {
    let two = Names {
        uris: &["spiffe://hello-mtls/my-client", "spiffe://hello-mtls/admin"],
        ..Names::default()
    };
    two.is_not_let_in_by("uri:spiffe://hello-mtls/my-client");
    two.is_not_let_in_by("uri:spiffe://hello-mtls/admin");
    let twice = Names {
        uris: &["spiffe://hello-mtls/my-client"; 2],
        ..Names::default()
    };
    twice.is_not_let_in_by("uri:spiffe://hello-mtls/my-client");
}

#[test]
fn a_second_uri_that_is_no_text_is_a_second_uri() {
    let uri = MY_CLIENT.uris[0];
    // A subjectAltName of two URIs (context tag 6), the second one byte that is no UTF-8.
    let mut names = vec![0x86, uri.len() as u8];
    names.extend_from_slice(uri.as_bytes());
    let one = names.clone();
    names.extend_from_slice(&[0x86, 1, 0xff]);
    for (names, let_in) in [(one, true), (names, false)] {
        let extension = [&[0x30, names.len() as u8][..], &names].concat();
        let mut params = Names::default().params();
        params.custom_extensions = vec![CustomExtension::from_oid_content(
            &[2, 5, 29, 17],
            extension,
        )];
        let allowed = [Allowed::parse(&format!("uri:{uri}")).expect("a name")];
        let narrator = Narrator::silent(Side::Server);
        let decided = server_authorizes_client(&[signed(&params)], None, &allowed, &narrator);
        assert_eq!(decided.is_ok(), let_in, "{decided:?}");
    }
}

#[test]
fn of_two_common_names_neither_is_the_identity() {
    for common_names in [["my-client", "admin"], ["admin", "my-client"]] {
        let two = Names {
            common_names: &common_names,
            ..Names::default()
        };
        let refused = two.with("cn:my-client").expect_err("two names");
        assert!(
            denial(&refused).who.to_string().contains("CN=my-client"),
            "{refused:?}"
        );
        assert!(
            denial(&refused).who.to_string().contains("CN=admin"),
            "{refused:?}"
        );
        two.is_not_let_in_by("cn:admin");
        two.is_not_let_in_by("cn:my-client, CN=admin");
    }
}

#[test]
fn each_dns_name_counts_and_a_wildcard_is_no_pattern() {
    let two = Names {
        dns: &["a.example", "b.example", "*.c.example"],
        ..Names::default()
    };
    two.is_let_in_by("dns:a.example");
    two.is_let_in_by("dns:b.example");
    two.is_not_let_in_by("dns:x.c.example");
    two.is_not_let_in_by("dns:c.example");
}

#[test]
fn a_common_name_that_looks_like_a_whole_subject_is_only_a_common_name() {
    for name in [
        "x/CN=my-client",
        "/CN=my-client",
        "x, CN=my-client",
        "x,CN=my-client",
        "CN=my-client",
        "x\0my-client",
    ] {
        let eve = Names {
            common_names: &[name],
            ..Names::default()
        };
        eve.is_not_let_in_by("cn:my-client");
    }
}

#[test]
fn a_refusal_says_what_would_let_the_client_in_if_anything_would() {
    let refused = MY_CLIENT
        .with("cn:somebody-else")
        .expect_err("somebody else");
    assert_eq!(
        denial(&refused).remedy.to_string(),
        "--allow uri:spiffe://hello-mtls/my-client"
    );
    MY_CLIENT.is_let_in_by(
        denial(&refused)
            .remedy
            .to_string()
            .trim_start_matches("--allow "),
    );
    let nameless = Names {
        uris: &["spiffe://hello-mtls/a", "spiffe://hello-mtls/b"],
        ..Names::default()
    };
    let refused = nameless
        .with("cn:somebody-else")
        .expect_err("somebody else");
    assert!(
        !denial(&refused).remedy.to_string().contains("--allow"),
        "{refused:?}"
    );
}

// The same from outside.

#[test]
fn the_list_lets_in_whom_it_names_and_tells_the_rest_who_they_are() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs request bob --client bob")
        .ends(0);
    folder.run("hello-mtls certs sign bob --client bob").ends(0);
    let server =
        folder.serve("--allow dns:nobody.example --allow uri:spiffe://hello-mtls/my-client");
    server
        .running
        .line_with("let in is uri:spiffe://hello-mtls/my-client");
    let get = format!("hello-mtls get {} --cacert certs/ca.crt", server.url("/"));
    folder
        .run(&format!(
            "{get} --cert certs/client.crt --key certs/client.key"
        ))
        .ends(0)
        .prints("Hello World");
    // A 403 is a complete answer: exit code 0.
    let refused = "uri:spiffe://hello-mtls/bob: known, but not on the --allow list";
    folder
        .run(&format!("{get} --cert certs/bob.crt --key certs/bob.key"))
        .ends(0)
        .prints(&format!("403 Forbidden: {refused}\n"));
    server
        .running
        .line_with(&format!("refused at step 6: {refused}"));
}

#[test]
fn the_common_name_of_our_own_client_is_enough_and_labelled_legacy() {
    let folder = Folder::with_certs();
    let server = folder.serve("--allow cn:my-client");
    server.running.line_with("let in is cn:my-client (legacy");
    folder
        .run(&format!("hello-mtls get {}", server.url("/")))
        .ends(0)
        .prints("Hello World");
}

#[test]
fn a_name_cannot_forge_a_line_of_the_log_or_paint_the_terminal() {
    let folder = Folder::with_certs();
    let hostile = Names {
        common_names: &["\u{1b}[32mmy-client\n127.0.0.1:1 cn:admin: GET / -> 200\u{202e}"],
        ..Names::default()
    };
    let ca_key = KeyPair::from_pem(&folder.read("certs/ca.key")).expect("the CA's key");
    let issuer = Issuer::from_ca_cert_pem(&folder.read("certs/ca.crt"), ca_key).expect("the CA");
    let key = KeyPair::generate().expect("a key");
    let certificate = hostile
        .params()
        .signed_by(&key, &issuer)
        .expect("a certificate");
    folder.write("eve.crt", certificate.pem());
    folder.write("eve.key", key.serialize_pem());

    let server = folder.serve("--narrate --allow cn:my-client");
    let shown = "cn:\\u{1b}[32mmy-client\\n127.0.0.1:1 cn:admin: GET / -> 200\\u{202e}";
    let forbidden = folder
        .run(&format!(
            "hello-mtls get {} --narrate --cacert certs/ca.crt --cert eve.crt --key eve.key",
            server.url("/")
        ))
        .ends(0)
        .says(&format!("403 Forbidden: {shown}"));
    server
        .running
        .line_with(&format!("refused at step 6: {shown}"));
    for output in [forbidden.stdout, forbidden.stderr, server.running.output()] {
        assert!(!output.contains(['\u{1b}', '\u{202e}']), "{output}");
        assert!(!output.contains("\n127.0.0.1:1 "), "{output}");
    }
}

#[test]
fn nobody_is_let_in_without_a_certificate_that_can_be_read() {
    let narrator = Narrator::silent(Side::Server);
    for chain in [vec![], vec![CertificateDer::from(vec![0x30, 0x00])]] {
        let decided = server_authorizes_client(&chain, None, &[], &narrator);
        let refused = decided.expect_err("a client that is nobody");
        assert_eq!(
            denial(&refused).why.to_string(),
            "there is nothing to authorize"
        );
    }
}

#[test]
fn a_uri_in_pieces_is_no_uri() {
    let uri = b"spiffe://hello-mtls/my-client";
    for (tag, is_let_in) in [(0x86, true), (0xa6, false)] {
        let mut names = vec![0x30, uri.len() as u8 + 2, tag, uri.len() as u8];
        names.extend_from_slice(uri);
        let mut params = Names::default().params();
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 17], names)];
        let allowed = [Allowed::parse("uri:spiffe://hello-mtls/my-client").unwrap()];
        let narrator = Narrator::silent(Side::Server);
        let decided = server_authorizes_client(&[signed(&params)], None, &allowed, &narrator);
        assert_eq!(decided.is_ok(), is_let_in, "tag {tag:x}");
    }
}
