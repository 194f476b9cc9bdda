//! Setups that are well and setups that are not: what is found, and nothing else.

use std::fs;
use std::time::Duration;

use hello_mtls::handshake::ExpiredLists;
use hello_mtls::instruments::doctor::finding::Severity;
use hello_mtls::instruments::doctor::{ChainSource, Report, examine};
use hello_mtls::instruments::failures;
use hello_mtls::narration::Side;
use rcgen::{
    BasicConstraints, CrlScope, CustomExtension, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::UnixTime;

use super::pasting::paste_all;
use super::set::*;

fn codes(report: &Report, severity: Severity) -> Vec<&'static str> {
    report
        .findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .map(|finding| finding.code)
        .collect()
}

/// A setup: its name, how it is made, the errors and the warnings that are found, in order.
type Setup = (
    &'static str,
    fn(&mut Set),
    &'static [&'static str],
    &'static [&'static str],
);

fn check(setups: &[Setup]) {
    let mut wrong = Vec::new();
    for (name, make, errors, warnings) in setups {
        let mut set = Set::new(&name.replace(' ', "-"));
        make(&mut set);
        let report = examine(&set.case);
        if !report.findings.is_empty() {
            wrong.extend(paste_all(name, &mut set));
        }
        let found = (
            codes(&report, Severity::Error),
            codes(&report, Severity::Warning),
        );
        if found != (errors.to_vec(), warnings.to_vec()) {
            wrong.push(format!(
                "{name}: {found:?} instead of {:?}\n{:#?}",
                (errors, warnings),
                report.findings
            ));
        }
        let codes = errors.iter().chain(*warnings);
        for code in codes.filter(|code| failures::find(code).is_none()) {
            wrong.push(format!(
                "{name}: {code} is not in the catalogue of failures"
            ));
        }
        for ruling in &report.verdict.rulings {
            if ruling.disputed || (errors.is_empty() && ruling.refusal.is_some()) {
                wrong.push(format!("{name}: webpki disagrees: {ruling:?}"));
            }
        }
        let unasked = set.case.parties.len() - report.verdict.rulings.len();
        if errors.is_empty() && unasked > 0 {
            wrong.push(format!("{name}: webpki was not asked"));
        }
        let refused = report
            .verdict
            .rulings
            .iter()
            .any(|ruling| ruling.refusal.is_some());
        let stops_before = report
            .findings
            .iter()
            .any(|finding| finding.step.number() == 0 && finding.severity == Severity::Error);
        if !errors.is_empty() && !refused && !stops_before {
            wrong.push(format!("{name}: webpki accepts it"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        setups.len(),
        wrong.join("\n")
    );
}

// ---- healthy --------------------------------------------------------------------------------

#[test]
fn on_a_healthy_setup_nothing_is_found() {
    check(&[
        ("as made", |_| (), &[], &[]),
        (
            "rsa",
            |set| set.openssl("rsa.crt", "rsa.key", "ca.crt"),
            &[],
            &[],
        ),
        (
            "p521",
            |set| set.openssl("p521.crt", "p521.key", "ca.crt"),
            &[],
            &[],
        ),
        (
            "p256 signed with sha512",
            |set| set.openssl("sha512.crt", "leaf.key", "ca.crt"),
            &[],
            &[],
        ),
        (
            "key without its public part",
            |set| set.openssl("leaf.crt", "no-public.key", "ca.crt"),
            &[],
            &[],
        ),
        (
            "curve in front of a sec1 key",
            |set| set.openssl("leaf.crt", "parameters.key", "ca.crt"),
            &[],
            &[],
        ),
        (
            "openssl text in front",
            |set| set.openssl("text.crt", "leaf.key", "ca.crt"),
            &[],
            &[],
        ),
        (
            "root of version 1",
            |set| set.openssl("by-v1.crt", "leaf.key", "v1-ca.crt"),
            &[],
            &[],
        ),
        (
            "p384",
            |set| *set = Set::of("p384", &rcgen::PKCS_ECDSA_P384_SHA384),
            &[],
            &[],
        ),
        (
            "ed25519",
            |set| *set = Set::of("ed25519", &rcgen::PKCS_ED25519),
            &[],
            &[],
        ),
        (
            "crlf",
            |set| {
                ["ca.crt", "server.crt", "server.key"]
                    .iter()
                    .for_each(|name| set.edit(name, crlf))
            },
            &[],
            &[],
        ),
        (
            "old mac line ends",
            |set| set.edit("server.crt", |text| text.replace('\n', "\r")),
            &[],
            &[],
        ),
        (
            "no last line end",
            |set| set.edit("server.crt", |text| text.trim_end().to_owned()),
            &[],
            &[],
        ),
        (
            "text around",
            |set| {
                set.edit("server.crt", |text| {
                    format!("# my server\n\n{text}\nthe end: -- \n")
                })
            },
            &[],
            &[],
        ),
        (
            "bom in front of text",
            |set| set.edit("ca.crt", |text| format!("\u{feff}# my CA\n{text}")),
            &[],
            &[],
        ),
        ("intermediate", |set| drop(set.chain(|_| ())), &[], &[]),
        (
            "root at the end of the chain",
            |set| {
                set.chain(|_| ());
                set.edit("server.crt", |text| text + &set.read("ca.crt"));
            },
            &[],
            &[],
        ),
        (
            "two intermediates",
            |set| {
                let (_, first, issuer) = set.below(|_| ());
                let (params, key) = (ca_params("second"), p256());
                let second = params.signed_by(&key, &issuer).unwrap().pem();
                let leaf = set.signed(Side::Server, &p256(), &Issuer::new(params, key), |_| ());
                set.write("server.crt", leaf + &second + &first);
            },
            &[],
            &[],
        ),
        (
            "path length that is enough",
            |set| {
                drop(set.chain(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0))))
            },
            &[],
            &[],
        ),
        (
            "two roots",
            |set| {
                set.edit("ca.crt", |text| {
                    ca_params("other").self_signed(&p256()).unwrap().pem() + &text
                })
            },
            &[],
            &[],
        ),
        (
            "root made anew beside the old one",
            |set| {
                set.edit("ca.crt", |text| {
                    ca_params("my-ca").self_signed(&p256()).unwrap().pem() + &text
                })
            },
            &[],
            &[],
        ),
        (
            "leaf that signed itself and is trusted",
            |set| {
                let key = p256();
                set.write("server.key", key.serialize_pem());
                set.write(
                    "server.crt",
                    leaf_params(Side::Server).self_signed(&key).unwrap().pem(),
                );
                set.edit("ca.crt", |text| text + &set.read("server.crt"));
            },
            &[],
            &[],
        ),
        (
            "no purposes at all",
            |set| set.leaf(Side::Server, |params| params.extended_key_usages.clear()),
            &[],
            &[],
        ),
        (
            "both purposes",
            |set| {
                set.leaf(Side::Client, |params| {
                    params
                        .extended_key_usages
                        .push(ExtendedKeyUsagePurpose::ServerAuth)
                })
            },
            &[],
            &[],
        ),
        (
            "no key usage",
            |set| set.leaf(Side::Server, |params| params.key_usages.clear()),
            &[],
            &[],
        ),
        (
            "no basic constraints",
            |set| set.leaf(Side::Server, |params| params.is_ca = IsCa::NoCa),
            &[],
            &[],
        ),
        (
            "wildcard",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.subject_alt_names =
                        vec![SanType::DnsName("*.example.com".try_into().unwrap())]
                });
                set.host("www.example.com");
            },
            &[],
            &[],
        ),
        ("address", |set| set.host("127.0.0.1"), &[], &[]),
        (
            "address of version 6",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.subject_alt_names = vec![SanType::IpAddress("::1".parse().unwrap())]
                });
                set.host("::1");
            },
            &[],
            &[],
        ),
        (
            "client with a common name only",
            |set| set.leaf(Side::Client, |params| params.subject_alt_names.clear()),
            &[],
            &[],
        ),
        (
            "permitted name",
            |set| {
                drop(set.chain(|params| {
                    params.name_constraints = Some(NameConstraints {
                        permitted_subtrees: vec![
                            GeneralSubtree::DnsName("localhost".to_owned()),
                            GeneralSubtree::IpAddress(rcgen::CidrSubnet::from_addr_prefix(
                                [127, 0, 0, 0].into(),
                                8,
                            )),
                        ],
                        excluded_subtrees: vec![],
                    });
                }))
            },
            &[],
            &[],
        ),
        (
            "certificate and key in one file",
            |set| {
                set.edit("server.key", |text| text + &set.read("server.crt"));
                set.case.parties[0].certificate = ChainSource::File(set.dir.join("server.key"));
            },
            &[],
            &[],
        ),
        (
            "expired intermediate beside its renewal",
            |set| {
                let (leaf, new, issuer) = set.below(|_| ());
                let mut old = ca_params("my-intermediate");
                old.not_after = date_time_ymd(2029, 1, 1);
                let old = old.signed_by(issuer.key(), &set.root).unwrap().pem();
                set.write("server.crt", leaf + &old + &new);
            },
            &[],
            &[],
        ),
        (
            "expired root beside its renewal",
            |set| {
                let mut old = ca_params("my-ca");
                old.not_after = date_time_ymd(2029, 1, 1);
                let old = old.self_signed(set.root.key()).unwrap().pem();
                set.edit("ca.crt", |new| old + &new);
            },
            &[],
            &[],
        ),
        (
            "list of the client's own distribution point",
            |set| {
                set.case.parties.remove(0);
                set.point("http://ca/1.crl");
                let by = set.same_root();
                set.scoped_crl("1.crl", &by, 2031, &[99], scope("http://ca/1.crl", None));
            },
            &[],
            &[],
        ),
        ("fresh list", |set| set.roots_crl(2031, &[99]), &[], &[]),
        ("empty list", |set| set.roots_crl(2031, &[]), &[], &[]),
        (
            "list for each of two CAs",
            |set| {
                let issuer = set.chain(|_| ());
                set.roots_crl(2031, &[]);
                set.crl("intermediate.crl", &issuer, 2031, &[99]);
            },
            &[],
            &[],
        ),
        (
            "odd file name",
            |set| {
                set.copy("server.crt", "my server's $(certificate).pem");
                set.case.parties[0].certificate =
                    ChainSource::File(set.dir.join("my server's $(certificate).pem"));
            },
            &[],
            &[],
        ),
    ]);
}

// ---- the shape of files ---------------------------------------------------------------------

#[test]
fn a_file_of_the_wrong_shape_is_told_by_its_shape() {
    check(&[
        (
            "missing",
            |set| fs::remove_file(set.dir.join("server.key")).unwrap(),
            &["unreadable-file"],
            &[],
        ),
        (
            "no folder",
            |set| fs::remove_dir_all(&set.dir).unwrap(),
            &["no-folder"],
            &[],
        ),
        (
            "directory",
            |set| {
                fs::remove_file(set.dir.join("server.crt")).unwrap();
                fs::create_dir(set.dir.join("server.crt")).unwrap();
            },
            &["unreadable-file"],
            &[],
        ),
        (
            "empty",
            |set| set.write("server.crt", ""),
            &["empty-file"],
            &[],
        ),
        (
            "blank",
            |set| set.write("server.key", " \n\n"),
            &["empty-file"],
            &[],
        ),
        (
            "utf-16",
            |set| set.write("server.crt", utf_16(&set.read("server.crt"), true)),
            &["utf-16"],
            &[],
        ),
        (
            "utf-16 without a mark",
            |set| set.write("server.key", utf_16(&set.read("server.key"), false)),
            &["utf-16"],
            &[],
        ),
        (
            "bom certificate",
            |set| set.edit("server.crt", |text| format!("\u{feff}{text}")),
            &["byte-order-mark"],
            &[],
        ),
        (
            "bom key",
            |set| set.edit("server.key", |text| format!("\u{feff}{text}")),
            &["byte-order-mark"],
            &[],
        ),
        (
            "bom ca",
            |set| set.edit("ca.crt", |text| format!("\u{feff}{text}")),
            &["byte-order-mark"],
            &[],
        ),
        (
            "bom chain",
            |set| {
                set.chain(|_| ());
                set.edit("server.crt", |text| format!("\u{feff}{text}"));
            },
            &["byte-order-mark"],
            &[],
        ),
        (
            "der certificate",
            |set| set.write("server.crt", der_of(&set.read("server.crt"))),
            &["der"],
            &[],
        ),
        (
            "der ca",
            |set| set.write("ca.crt", der_of(&set.read("ca.crt"))),
            &["der"],
            &[],
        ),
        (
            "der key",
            |set| set.write("server.key", der_of(&set.read("server.key"))),
            &["der"],
            &[],
        ),
        (
            "der list",
            |set| {
                set.roots_crl(2031, &[]);
                set.write("ca.crl", der_of(&set.read("ca.crl")));
            },
            &["der"],
            &[],
        ),
        (
            "pkcs12",
            |set| set.fixture("leaf.p12", "server.crt"),
            &["pkcs12"],
            &[],
        ),
        (
            "pkcs12 key",
            |set| set.fixture("leaf.p12", "server.key"),
            &["pkcs12"],
            &[],
        ),
        (
            "pkcs7",
            |set| set.fixture("leaf.p7b", "server.crt"),
            &["pkcs7"],
            &[],
        ),
        (
            "pkcs7 der",
            |set| set.fixture("leaf.p7c", "server.crt"),
            &["pkcs7"],
            &[],
        ),
        (
            "base64 alone",
            |set| {
                set.edit("server.crt", |text| {
                    text.lines()
                        .filter(|line| !line.starts_with('-'))
                        .collect::<Vec<_>>()
                        .join("\n")
                })
            },
            &["no-begin-line"],
            &[],
        ),
        (
            "four dashes",
            |set| set.edit("server.crt", |text| text.replace("-----BEGIN", "----BEGIN")),
            &["bad-begin-line"],
            &[],
        ),
        (
            "long dashes",
            |set| set.edit("server.crt", |text| text.replace("-----BEGIN", "—–BEGIN")),
            &["bad-begin-line"],
            &[],
        ),
        (
            "quotes around",
            |set| set.edit("server.crt", |text| format!("\"{}\"\n", text.trim_end())),
            &["bad-begin-line"],
            &[],
        ),
        (
            "signs of a quoted mail",
            |set| {
                set.edit("server.key", |text| {
                    format!("> {}", text.trim_end().replace('\n', "\n> "))
                })
            },
            &["bad-begin-line"],
            &[],
        ),
        (
            "tab behind begin",
            |set| set.edit("server.key", |text| text.replace('\n', "\t\n")),
            &["bad-begin-line"],
            &[],
        ),
        (
            "end and begin on one line",
            |set| {
                let (leaf, intermediate, _) = set.below(|_| ());
                set.write("server.crt", leaf.trim_end().to_owned() + &intermediate);
            },
            &["joined-blocks"],
            &[],
        ),
        (
            "base64 of pem",
            |set| set.edit("server.crt", |text| base64(text.as_bytes())),
            &["base64-twice"],
            &[],
        ),
        (
            "kubernetes secret",
            |set| {
                set.edit("server.key", |text| {
                    format!("data:\n  tls.key: {}\n", base64(text.as_bytes()))
                })
            },
            &["base64-twice"],
            &[],
        ),
        (
            "pkcs12 as both",
            |set| {
                set.case.parties.truncate(1);
                set.fixture("leaf.p12", "server.crt");
                set.case.parties[0].key = Some(set.dir.join("server.crt"));
            },
            &["pkcs12"],
            &[],
        ),
        (
            "html",
            |set| set.write("ca.crt", "<!doctype html>\n<title>404</title>"),
            &["web-page"],
            &[],
        ),
        (
            "noise",
            |set| set.write("ca.crt", [0, 159, 146, 150, 7]),
            &["not-pem"],
            &[],
        ),
        (
            "indented",
            |set| {
                set.edit("server.crt", |text| {
                    text.replace("-----BEGIN", "    -----BEGIN")
                })
            },
            &["indented"],
            &[],
        ),
        (
            "indented in yaml",
            |set| {
                set.edit("server.crt", |text| {
                    text.lines().map(|line| format!("  {line}\n")).collect()
                })
            },
            &["indented"],
            &[],
        ),
        (
            "one line",
            |set| set.edit("server.crt", |text| text.replace('\n', " ")),
            &["one-line"],
            &[],
        ),
        (
            "one line with backslashes",
            |set| set.edit("server.crt", |text| text.replace('\n', "\\n")),
            &["one-line"],
            &[],
        ),
        (
            "cut off",
            |set| set.edit("server.crt", |text| text[..text.len() / 2].to_owned()),
            &["no-end-line"],
            &[],
        ),
        (
            "first of two without its end",
            |set| {
                set.chain(|_| ());
                set.edit("server.crt", |text| {
                    text.replacen("-----END CERTIFICATE-----\n", "", 1)
                });
            },
            &["no-end-line"],
            &[],
        ),
        (
            "other label at the end",
            |set| {
                set.edit("server.crt", |text| {
                    text.replace("END CERT", "END X509 CERT")
                })
            },
            &["no-end-line"],
            &[],
        ),
        (
            "encrypted",
            |set| set.fixture("encrypted.key", "server.key"),
            &["encrypted-key"],
            &[],
        ),
        (
            "encrypted in the old way",
            |set| set.fixture("traditional.key", "server.key"),
            &["encrypted-key"],
            &[],
        ),
        (
            "a character that base64 lacks",
            |set| set.edit("server.crt", |text| text.replacen("MII", "MI*", 1)),
            &["bad-base64"],
            &[],
        ),
        (
            "base64 padded in the middle",
            |set| set.edit("server.crt", |text| text.replacen("MII", "MI=", 1)),
            &["bad-base64"],
            &[],
        ),
        (
            "trusted",
            |set| set.fixture("trusted.crt", "server.crt"),
            &["trusted-certificate"],
            &[],
        ),
        (
            "key as certificate",
            |set| set.copy("server.key", "server.crt"),
            &["key-as-certificate"],
            &[],
        ),
        (
            "certificate as key",
            |set| set.copy("server.crt", "server.key"),
            &["wrong-file"],
            &[],
        ),
        (
            "both swapped",
            |set| {
                let (certificate, key) = (set.read("server.crt"), set.read("server.key"));
                set.write("server.crt", key);
                set.write("server.key", certificate);
            },
            &["key-as-certificate", "wrong-file"],
            &[],
        ),
        (
            "request as certificate",
            |set| {
                set.write(
                    "server.crt",
                    leaf_params(Side::Client)
                        .serialize_request(&p256())
                        .map_or_else(|_| request(), |csr| csr.pem().unwrap()),
                )
            },
            &["csr-as-certificate"],
            &[],
        ),
        (
            "public key as key",
            |set| set.fixture("public.key", "server.key"),
            &["public-key"],
            &[],
        ),
        (
            "key as ca",
            |set| set.copy("server.key", "ca.crt"),
            &["key-as-ca"],
            &[],
        ),
        (
            "list as ca",
            |set| {
                set.roots_crl(2031, &[]);
                set.copy("ca.crl", "ca.crt");
            },
            &["wrong-file"],
            &["crl-of-another-ca"],
        ),
        (
            "certificate as list",
            |set| set.case.crls.push(set.dir.join("ca.crt")),
            &["wrong-file"],
            &[],
        ),
        (
            "openssh",
            |set| set.fixture("openssh.key", "server.key"),
            &["openssh-key"],
            &[],
        ),
        (
            "rsa label on pkcs8",
            |set| set.edit("server.key", |text| text.replace("PRIVATE", "RSA PRIVATE")),
            &["wrong-label"],
            &[],
        ),
        (
            "pkcs8 label on sec1",
            |set| {
                set.write(
                    "server.key",
                    String::from_utf8(fixture("no-public.key"))
                        .unwrap()
                        .replace("EC PRIVATE", "PRIVATE"),
                )
            },
            &["wrong-label"],
            &[],
        ),
        (
            "broken key",
            |set| {
                set.edit("server.key", |text| {
                    pem_of("PRIVATE KEY", &der_of(&text)[..60])
                })
            },
            &["malformed-key"],
            &[],
        ),
        (
            "rsa of 1024 bits",
            |set| set.openssl("rsa1024.crt", "small-ca.key", "ca.crt"),
            &["weak-key"],
            &[],
        ),
        (
            "secp256k1",
            |set| set.openssl("k1-leaf.crt", "k1-ca.key", "ca.crt"),
            &["unsupported-key"],
            &[],
        ),
        (
            "bytes that are no certificate",
            |set| set.write("server.crt", pem_of("CERTIFICATE", b"hello")),
            &["malformed-certificate"],
            &[],
        ),
        (
            "bytes that are no ca",
            |set| set.write("ca.crt", pem_of("CERTIFICATE", b"hello")),
            &["malformed-certificate"],
            &[],
        ),
        (
            "two keys",
            |set| set.edit("server.key", |text| text + &p256().serialize_pem()),
            &[],
            &["several-keys"],
        ),
    ]);
}

/// authorityInfoAccess, caIssuers: http://ca.test/i.cer
fn access(params: &mut Params) {
    let mut der = b"\x30\x22\x30\x20\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x14".to_vec();
    der.extend(b"http://ca.test/i.cer");
    let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
    let access = CustomExtension::from_oid_content(&oid, der);
    params.custom_extensions.push(access);
}

fn request() -> String {
    let mut params = leaf_params(Side::Server);
    params.serial_number = None;
    params.serialize_request(&p256()).unwrap().pem().unwrap()
}

fn utf_16(text: &str, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

// ---- pairs and chains -----------------------------------------------------------------------

#[test]
fn a_pair_or_a_chain_that_does_not_hold_together_is_told_by_its_weakest_link() {
    check(&[
        (
            "intermediate that lies at an address",
            |set| {
                let (_, _, issuer) = set.below(|_| ());
                let leaf = set.signed(Side::Server, &p256(), &issuer, access);
                set.write("server.crt", leaf);
            },
            &["missing-intermediate"],
            &[],
        ),
        (
            "key of nobody",
            |set| set.write("server.key", p256().serialize_pem()),
            &["key-mismatch"],
            &[],
        ),
        (
            "key of the client",
            |set| set.copy("client.key", "server.key"),
            &["key-mismatch"],
            &[],
        ),
        (
            "keys swapped",
            |set| {
                let key = set.read("server.key");
                set.copy("client.key", "server.key");
                set.write("client.key", key);
            },
            &["key-mismatch", "key-mismatch"],
            &[],
        ),
        (
            "ca's certificate as the server's",
            |set| set.copy("ca.crt", "server.crt"),
            &["key-mismatch", "ca-as-leaf", "no-san"],
            &["wrong-key-usage"],
        ),
        (
            "right key is the second",
            |set| set.edit("server.key", |text| p256().serialize_pem() + &text),
            &["key-mismatch"],
            &["several-keys"],
        ),
        (
            "right key nearby",
            |set| {
                set.copy("server.key", "old.key");
                set.write("server.key", p256().serialize_pem());
            },
            &["key-mismatch"],
            &[],
        ),
        (
            "ca first",
            |set| set.edit("server.crt", |text| set.read("ca.crt") + &text),
            &["leaf-not-first"],
            &[],
        ),
        (
            "intermediate first",
            |set| {
                let (leaf, intermediate, _) = set.below(|_| ());
                set.write("server.crt", intermediate + &leaf);
            },
            &["leaf-not-first"],
            &[],
        ),
        (
            "version 1",
            |set| set.openssl("v1.crt", "leaf.key", "ca.crt"),
            &["own-x509-v1"],
            &[],
        ),
        (
            "ca of somebody else",
            |set| {
                set.write(
                    "ca.crt",
                    ca_params("other").self_signed(&p256()).unwrap().pem(),
                )
            },
            &["unknown-issuer", "client-unknown-issuer"],
            &[],
        ),
        (
            "right ca nearby",
            |set| {
                set.copy("ca.crt", "old-ca.crt");
                set.write(
                    "ca.crt",
                    ca_params("other").self_signed(&p256()).unwrap().pem(),
                );
                set.case.parties.truncate(1);
            },
            &["unknown-issuer"],
            &[],
        ),
        (
            "root certified by an older one",
            |set| {
                let (mut params, key) = (ca_params("new-ca"), p256());
                set.write("new-ca.crt", params.self_signed(&key).unwrap().pem());
                params.not_after = date_time_ymd(2025, 2, 1);
                let cross = params.signed_by(&key, &set.root).unwrap().pem();
                let issuer = Issuer::new(params, key);
                let leaf = set.signed(Side::Server, &p256(), &issuer, |_| ());
                set.write("server.crt", leaf + &cross);
            },
            &["expired"],
            &[],
        ),
        (
            "ca made anew",
            |set| {
                set.write(
                    "ca.crt",
                    ca_params("my-ca").self_signed(&p256()).unwrap().pem(),
                );
                set.case.parties.truncate(1);
            },
            &["ca-key-changed"],
            &[],
        ),
        (
            "leaf as ca",
            |set| {
                set.copy("server.crt", "ca.crt");
                set.case.parties.truncate(1);
            },
            &["leaf-as-ca"],
            &[],
        ),
        (
            "missing intermediate",
            |set| {
                let (leaf, _, _) = set.below(|_| ());
                set.write("server.crt", leaf);
            },
            &["unknown-issuer"],
            &[],
        ),
        (
            "intermediate nearby",
            |set| {
                let (leaf, intermediate, _) = set.below(|_| ());
                set.write("server.crt", leaf);
                set.write("intermediate.crt", intermediate);
            },
            &["missing-intermediate"],
            &[],
        ),
        (
            "unordered",
            |set| {
                let (_, first, issuer) = set.below(|_| ());
                let (params, key) = (ca_params("second"), p256());
                let second = params.signed_by(&key, &issuer).unwrap().pem();
                let leaf = set.signed(Side::Server, &p256(), &Issuer::new(params, key), |_| ());
                set.write("server.crt", leaf + &first + &second);
            },
            &[],
            &["unordered-chain"],
        ),
        (
            "leaf that signed itself",
            |set| {
                let key = p256();
                set.write("server.key", key.serialize_pem());
                set.write(
                    "server.crt",
                    leaf_params(Side::Server).self_signed(&key).unwrap().pem(),
                );
            },
            &["self-signed"],
            &[],
        ),
        (
            "broken intermediate",
            |set| {
                let (leaf, _, _) = set.below(|_| ());
                set.write("server.crt", leaf + &pem_of("CERTIFICATE", b"hello"));
            },
            &["malformed-certificate"],
            &[],
        ),
        (
            "broken block behind a whole chain",
            |set| set.edit("server.crt", |text| text + &pem_of("CERTIFICATE", b"hello")),
            &[],
            &["malformed-certificate"],
        ),
        (
            "sha-1",
            |set| set.openssl("sha1.crt", "leaf.key", "ca.crt"),
            &["weak-signature"],
            &[],
        ),
        (
            "ca with a small key",
            |set| set.openssl("small.crt", "leaf.key", "small-ca.crt"),
            &["weak-ca-key"],
            &[],
        ),
        (
            "ca on an unknown curve",
            |set| set.openssl("k1.crt", "leaf.key", "k1-ca.crt"),
            &["unsupported-key"],
            &[],
        ),
        (
            "certificate twice",
            |set| set.edit("ca.crt", |text| text.clone() + &text),
            &[],
            &["duplicate-certificate"],
        ),
        (
            "leaf beside the ca",
            |set| set.edit("ca.crt", |text| text + &set.read("server.crt")),
            &[],
            &["leaf-in-ca-file"],
        ),
        (
            "intermediate as ca",
            |set| {
                let (leaf, intermediate, _) = set.below(|_| ());
                set.write("server.crt", leaf);
                set.write("ca.crt", intermediate);
                set.case.parties.truncate(1);
            },
            &[],
            &["partial-chain"],
        ),
    ]);
}

// ---- what a certificate says ----------------------------------------------------------------

#[test]
fn a_certificate_that_may_not_is_told_by_the_rule() {
    check(&[
        (
            "ca as server",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)
                })
            },
            &["ca-as-leaf"],
            &[],
        ),
        (
            "ca as client",
            |set| {
                set.leaf(Side::Client, |params| {
                    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)
                })
            },
            &["client-ca-as-leaf"],
            &[],
        ),
        (
            "quick start",
            |set| {
                let (mut params, key) = (leaf_params(Side::Server), p256());
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                set.write("server.key", key.serialize_pem());
                set.write("server.crt", params.self_signed(&key).unwrap().pem());
            },
            &["ca-as-leaf"],
            &[],
        ),
        (
            "quick start that is trusted",
            |set| {
                let (mut params, key) = (leaf_params(Side::Server), p256());
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                set.write("server.key", key.serialize_pem());
                set.write("server.crt", params.self_signed(&key).unwrap().pem());
                set.case.parties.truncate(1);
                set.case.authorities = Some(set.dir.join("server.crt"));
            },
            &["ca-as-leaf"],
            &[],
        ),
        (
            "issuer that is no ca",
            |set| drop(set.chain(|params| params.is_ca = IsCa::ExplicitNoCa)),
            &["issuer-not-ca"],
            &[],
        ),
        (
            "path length",
            |set| {
                let (_, first, issuer) =
                    set.below(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
                let (params, key) = (ca_params("second"), p256());
                let second = params.signed_by(&key, &issuer).unwrap().pem();
                let leaf = set.signed(Side::Server, &p256(), &Issuer::new(params, key), |_| ());
                set.write("server.crt", leaf + &second + &first);
            },
            &["path-length"],
            &[],
        ),
        (
            "name that is not permitted",
            |set| {
                drop(set.chain(|params| {
                    params.name_constraints = Some(NameConstraints {
                        permitted_subtrees: vec![GeneralSubtree::DnsName("example.com".to_owned())],
                        excluded_subtrees: vec![],
                    });
                }))
            },
            &["name-constraints"],
            &[],
        ),
        (
            "unknown critical extension",
            |set| set.leaf(Side::Server, unknown_critical),
            &["own-unknown-critical-extension"],
            &[],
        ),
        (
            "unknown critical extension in an issuer",
            |set| drop(set.chain(unknown_critical)),
            &["unknown-critical-extension"],
            &[],
        ),
        (
            "clients purpose on the server",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]
                })
            },
            &["wrong-purpose"],
            &[],
        ),
        (
            "servers purpose on the client",
            |set| {
                set.leaf(Side::Client, |params| {
                    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]
                })
            },
            &["client-wrong-purpose"],
            &[],
        ),
        (
            "any purpose",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]
                })
            },
            &["wrong-purpose"],
            &[],
        ),
        (
            "clients purpose on the issuer",
            |set| {
                drop(set.chain(|params| {
                    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]
                }))
            },
            &["wrong-purpose"],
            &[],
        ),
        (
            "common name only",
            |set| set.leaf(Side::Server, |params| params.subject_alt_names.clear()),
            &["no-san"],
            &[],
        ),
        (
            "uri only",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.subject_alt_names = leaf_params(Side::Client).subject_alt_names
                })
            },
            &["no-san"],
            &[],
        ),
        (
            "other host",
            |set| set.host("example.com"),
            &["wrong-host"],
            &[],
        ),
        (
            "other address",
            |set| set.host("10.0.0.1"),
            &["wrong-host"],
            &[],
        ),
        (
            "address as a name",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.subject_alt_names =
                        vec![SanType::DnsName("10.0.0.1".try_into().unwrap())]
                });
                set.host("10.0.0.1");
            },
            &["ip-in-dns-name"],
            &[],
        ),
        (
            "address as a name, in other letters",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.subject_alt_names =
                        vec![SanType::DnsName("FD00:0::5".try_into().unwrap())]
                });
                set.host("fd00::5");
            },
            &["ip-in-dns-name"],
            &[],
        ),
        (
            "address as a name, as in a url",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.subject_alt_names = vec![SanType::DnsName("[::1]".try_into().unwrap())]
                });
                set.host("::1");
            },
            &["ip-in-dns-name"],
            &[],
        ),
        (
            "address as a name beside a good one",
            |set| {
                set.leaf(Side::Server, |params| {
                    params
                        .subject_alt_names
                        .push(SanType::DnsName("10.0.0.1".try_into().unwrap()))
                })
            },
            &[],
            &["ip-in-dns-name"],
        ),
        (
            "expired",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.not_after = date_time_ymd(2029, 12, 1)
                })
            },
            &["expired"],
            &[],
        ),
        (
            "expired client",
            |set| {
                set.leaf(Side::Client, |params| {
                    params.not_after = date_time_ymd(2029, 12, 1)
                })
            },
            &["client-expired"],
            &[],
        ),
        (
            "not yet valid",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.not_before = date_time_ymd(2030, 1, 3)
                })
            },
            &["not-yet-valid"],
            &[],
        ),
        (
            "clock not set",
            |set| set.case.now = UnixTime::since_unix_epoch(Duration::from_secs(86_400)),
            &["not-yet-valid", "client-not-yet-valid"],
            &["root-dates"],
        ),
        (
            "dates reversed",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.not_after = date_time_ymd(2024, 1, 3)
                })
            },
            &["dates-reversed"],
            &[],
        ),
        (
            "expired intermediate",
            |set| drop(set.chain(|params| params.not_after = date_time_ymd(2029, 12, 1))),
            &["expired"],
            &[],
        ),
    ]);
}

fn unknown_critical(params: &mut Params) {
    let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    extension.set_criticality(true);
    params.custom_extensions.push(extension);
}

// ---- revocation -----------------------------------------------------------------------------

#[test]
fn a_list_is_told_by_whose_it_is_how_old_and_who_is_on_it() {
    check(&[
        (
            "revoked client",
            |set| set.roots_crl(2031, &[5, 12, 99]),
            &["client-revoked"],
            &[],
        ),
        (
            "list that ends now",
            |set| set.roots_crl(2030, &[]),
            &["crl-expired"],
            &[],
        ),
        (
            "staler list",
            |set| {
                set.roots_crl(2031, &[]);
                set.case.now = UnixTime::since_unix_epoch(Duration::from_secs(NOW + 800 * 86_400));
            },
            &["crl-expired"],
            &[],
        ),
        (
            "staler list that may be used",
            |set| {
                set.roots_crl(2031, &[]);
                set.case.expired_lists = ExpiredLists::Use;
                set.case.now = UnixTime::since_unix_epoch(Duration::from_secs(NOW + 800 * 86_400));
            },
            &[],
            &["crl-expired"],
        ),
        (
            "CA without a list, and no certificate to judge",
            |set| {
                set.case.parties.clear();
                set.crl(
                    "other.crl",
                    &Issuer::new(ca_params("other"), p256()),
                    2031,
                    &[],
                );
            },
            &[],
            &["crl-of-another-ca", "crl-missing"],
        ),
        (
            "foreign list",
            |set| {
                set.crl(
                    "ca.crl",
                    &Issuer::new(ca_params("other"), p256()),
                    2031,
                    &[],
                )
            },
            &["crl-missing", "crl-missing"],
            &["crl-of-another-ca"],
        ),
        (
            "foreign list beside the right one",
            |set| {
                set.roots_crl(2031, &[]);
                set.crl(
                    "other.crl",
                    &Issuer::new(ca_params("other"), p256()),
                    2031,
                    &[],
                );
            },
            &[],
            &["crl-of-another-ca"],
        ),
        (
            "intermediate without a list",
            |set| {
                set.chain(|_| ());
                set.roots_crl(2031, &[]);
            },
            &["crl-missing"],
            &[],
        ),
        (
            "list signed by another key",
            |set| {
                set.crl(
                    "ca.crl",
                    &Issuer::new(ca_params("my-ca"), p256()),
                    2031,
                    &[],
                )
            },
            &["crl-bad-signature"],
            &[],
        ),
        (
            "second list of a CA",
            |set| {
                set.roots_crl(2031, &[]);
                let by = set.same_root();
                set.crl("new.crl", &by, 2031, &[12]);
            },
            &["crl-ignored"],
            &[],
        ),
        (
            "a CA's list in two parts, by kind",
            |set| {
                let by = set.same_root();
                let (leaves, cas) = (CrlScope::UserCertsOnly, CrlScope::CaCertsOnly);
                set.scoped_crl(
                    "1.crl",
                    &by,
                    2031,
                    &[],
                    scope("http://ca/1.crl", Some(leaves)),
                );
                set.scoped_crl("2.crl", &by, 2031, &[], scope("http://ca/2.crl", Some(cas)));
            },
            &[],
            &[],
        ),
        (
            "list of another distribution point",
            |set| {
                set.case.parties.remove(0);
                set.point("http://ca/1.crl");
                let by = set.same_root();
                set.scoped_crl("2.crl", &by, 2031, &[], scope("http://ca/2.crl", None));
            },
            &["crl-missing"],
            &[],
        ),
        (
            "list for CAs alone",
            |set| {
                set.case.parties.remove(0);
                let (by, cas) = (set.same_root(), Some(CrlScope::CaCertsOnly));
                set.scoped_crl("1.crl", &by, 2031, &[], scope("http://ca/1.crl", cas));
            },
            &["crl-missing"],
            &[],
        ),
        (
            "bytes that are no list",
            |set| {
                set.write("ca.crl", pem_of("X509 CRL", b"hello"));
                set.case.crls.push(set.dir.join("ca.crl"));
            },
            &["crl-unusable"],
            &[],
        ),
        (
            "intermediate that may not sign lists",
            |set| {
                let issuer =
                    set.chain(|params| params.key_usages = vec![KeyUsagePurpose::KeyCertSign]);
                set.roots_crl(2031, &[]);
                let key = KeyPair::from_pem(&issuer.key().serialize_pem()).unwrap();
                set.crl(
                    "intermediate.crl",
                    &Issuer::new(ca_params("my-intermediate"), key),
                    2031,
                    &[],
                );
            },
            &["crl-sign-not-allowed"],
            &[],
        ),
    ]);
}

// ---- elsewhere ------------------------------------------------------------------------------

#[test]
fn what_works_here_only_or_should_not_be_is_a_warning() {
    check(&[
        (
            "root without ca true",
            |set| set.with_root(|params| params.is_ca = IsCa::ExplicitNoCa),
            &[],
            &["root-not-ca"],
        ),
        (
            "root for clients alone",
            |set| {
                set.with_root(|params| {
                    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]
                })
            },
            &[],
            &["root-wrong-purpose"],
        ),
        (
            "root without keyCertSign",
            |set| set.with_root(|params| params.key_usages = vec![KeyUsagePurpose::CrlSign]),
            &[],
            &["root-not-ca"],
        ),
        (
            "expired root",
            |set| set.with_root(|params| params.not_after = date_time_ymd(2029, 1, 1)),
            &[],
            &["root-dates"],
        ),
        (
            "root with a path length",
            |set| {
                set.with_root(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
                set.chain(|_| ());
            },
            &[],
            &["root-path-length"],
        ),
        (
            "Netscape's purpose of a server on a client",
            |set| {
                set.leaf(Side::Client, |params| {
                    // sslServer, the second bit of a bit string.
                    let oid = [2, 16, 840, 1, 113730, 1, 1];
                    let server = CustomExtension::from_oid_content(&oid, vec![3, 2, 6, 0x40]);
                    params.custom_extensions.push(server);
                });
            },
            &[],
            &["client-wrong-purpose"],
        ),
        (
            "same name",
            |set| {
                set.with_root(|params| {
                    params
                        .distinguished_name
                        .push(DnType::CommonName, "localhost")
                })
            },
            &[],
            &["same-name"],
        ),
        (
            "same name, told apart by key identifiers",
            |set| {
                set.with_root(|params| {
                    params
                        .distinguished_name
                        .push(DnType::CommonName, "localhost")
                });
                set.leaf(Side::Server, |params| {
                    params.use_authority_key_identifier_extension = true;
                    let own = CustomExtension::from_oid_content(&[2, 5, 29, 14], vec![4, 1, 7]);
                    params.custom_extensions.push(own);
                });
            },
            &[],
            &[],
        ),
        (
            "root with the serial number zero",
            |set| set.with_root(|params| params.serial_number = Some(SerialNumber::from(0))),
            &[],
            &["unusual-serial"],
        ),
        (
            "key usage without digitalSignature",
            |set| {
                set.leaf(Side::Server, |params| {
                    params.key_usages = vec![KeyUsagePurpose::KeyAgreement]
                })
            },
            &[],
            &["wrong-key-usage"],
        ),
        (
            "issuer without keyCertSign",
            |set| drop(set.chain(|params| params.key_usages = vec![KeyUsagePurpose::CrlSign])),
            &[],
            &["wrong-key-usage"],
        ),
        (
            "key for everybody",
            |set| {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(
                    set.dir.join("server.key"),
                    fs::Permissions::from_mode(0o644),
                )
                .unwrap();
            },
            &[],
            &["unprotected-key"],
        ),
        (
            "the CA's key for everybody, in a folder of everybody",
            |set| {
                use std::os::unix::fs::PermissionsExt;
                set.write("ca.key", set.root.key().serialize_pem());
                for (name, mode) in [("ca.key", 0o644), ("", 0o777)] {
                    let permissions = fs::Permissions::from_mode(mode);
                    fs::set_permissions(set.dir.join(name), permissions).unwrap();
                }
            },
            &[],
            &["unprotected-key", "writable-folder"],
        ),
        (
            "key in the ca file",
            |set| set.edit("ca.crt", |text| text + &p256().serialize_pem()),
            &[],
            &["key-in-public-file"],
        ),
        (
            "encrypted key in the certificate file",
            |set| {
                let key = String::from_utf8(fixture("encrypted.key")).unwrap();
                set.edit("server.crt", |text| text + &key);
            },
            &[],
            &["key-in-public-file"],
        ),
        (
            "key in the certificate file",
            |set| set.edit("server.crt", |text| text + &set.read("server.key")),
            &[],
            &["key-in-public-file"],
        ),
    ]);
}

/// The note of a report, its lines joined.
fn note(report: &Report) -> String {
    let mut notes = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Note);
    let found = notes.next().map(|note| {
        assert_eq!(note.code, "stricter-verifiers");
        note.found.to_string()
    });
    assert!(notes.next().is_none());
    found.unwrap_or_default()
}

#[test]
fn what_stricter_programs_refuse_is_one_note_that_changes_no_verdict() {
    let set = Set::new("stricter");
    let report = examine(&set.case);
    let found = note(&report);
    assert!(!report.fails());
    let verdict = report.verdict.sentence(0, 0);
    assert!(verdict.contains("nothing to fix"), "{verdict}");
    assert_eq!(
        found.matches("no authorityKeyIdentifier").count(),
        2,
        "{found}"
    );
    assert!(
        found.contains("server.crt (CN=localhost): valid for 36524 days"),
        "{found}"
    );
    assert_eq!(
        found.matches("825").count(),
        1,
        "a client's may be longer: {found}"
    );

    let made_well = |params: &mut Params| {
        params.use_authority_key_identifier_extension = true;
        params.not_before = date_time_ymd(2029, 6, 1);
        params.not_after = date_time_ymd(2031, 1, 1);
    };
    for side in [Side::Server, Side::Client] {
        set.leaf(side, made_well);
    }
    assert_eq!(note(&examine(&set.case)), "");

    set.leaf(Side::Server, |params| {
        made_well(params);
        params.extended_key_usages.clear();
        params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    });
    let found = note(&examine(&set.case));
    assert!(found.contains("no extendedKeyUsage serverAuth"), "{found}");
    assert!(found.contains("keyCertSign, and no CA"), "{found}");

    // Where something fails, that comes first.
    set.edit("client.crt", |_| String::new());
    assert_eq!(note(&examine(&set.case)), "");
}
