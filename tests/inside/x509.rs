//! The X.509 model against rcgen and hostile bytes.

// A test that cannot unwrap has failed.
use crate::common::hostile::KINDS;
use crate::common::properties::{mutated, rounds};
use crate::common::x509::{assert_whole, leaf_bytes, page, squeezed, value};
use hello_mtls::instruments::fields::Field;
use hello_mtls::instruments::x509::{Kind, certificate, describe, request};
use hello_mtls::text::columns;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CidrSubnet,
    CrlDistributionPoint, CustomExtension, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, NameConstraints, RevocationReason,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};

// ---- what is there is said -----------------------------------------------------------------

#[test]
fn a_leaf_is_told_field_by_field() {
    let der = leaf();
    let tree = certificate(&der);
    assert_whole(&tree, &der);
    for (label, value) in [
        ("version", "v3"),
        ("serialNumber", "0c:af:e0"),
        ("issuer", "CN=my-ca"),
        ("notBefore", "2026-01-01 00:00:00 UTC"),
        ("notAfter", "2051-01-01 00:00:00 UTC"),
        ("subject", "CN=localhost, O=\"Example, Inc.\""),
        ("signatureAlgorithm", "ecdsa-with-SHA256"),
        (
            "subjectAltName",
            "DNS:localhost, IP:127.0.0.1, IP:::1, URI:spiffe://hello-mtls/a",
        ),
        ("keyUsage", "critical: digitalSignature"),
        ("extKeyUsage", "serverAuth, clientAuth"),
        ("cRLDistributionPoints", "URI:http://localhost/ca.crl"),
        ("unknown extension", "critical: 1.2.3.4, 2 bytes"),
    ] {
        assert_eq!(
            tree.find(label)
                .map(|field| field.value.english())
                .as_deref(),
            Some(value),
            "{label}"
        );
    }
    let algorithm = tree
        .find("subjectPublicKeyInfo")
        .unwrap()
        .find("algorithm")
        .unwrap();
    assert_eq!(algorithm.value, "id-ecPublicKey, prime256v1 (P-256)");
}

#[test]
fn a_ca_a_request_and_a_list_are_told_too() {
    let (ca, _) = ca();
    let tree = certificate(&ca);
    assert_whole(&tree, &ca);
    assert_eq!(
        value(&tree, "basicConstraints"),
        "critical: CA:TRUE, pathlen:1"
    );
    assert_eq!(value(&tree, "keyUsage"), "critical: keyCertSign, cRLSign");
    assert_eq!(
        value(&tree, "nameConstraints"),
        "critical: permitted (DNS:localhost, IP:127.0.0.0/255.0.0.0), excluded (email:example.com)"
    );

    let der = csr();
    let tree = request(&der);
    assert_whole(&tree, &der);
    let wishes = tree.find("extensionRequest").unwrap();
    assert_eq!(value(wishes, "subjectAltName"), "DNS:localhost");

    let der = crl();
    let tree = describe(Kind::RevocationList, &der);
    assert_whole(&tree, &der);
    assert_eq!(
        value(&tree, "revokedCertificate"),
        "0c:af:e0 on 2026-02-01 00:00:00 UTC, keyCompromise"
    );
    assert_eq!(value(&tree, "nextUpdate"), "2026-03-01 00:00:00 UTC");
    assert_eq!(value(&tree, "cRLNumber"), "7");
}

#[test]
fn what_other_programs_write_has_names_too() {
    let der = of_a_company();
    let tree = certificate(&der);
    assert_whole(&tree, &der);
    for (label, expected) in [
        ("extKeyUsage", "msSmartcardLogon"),
        (
            "subjectAltName",
            "otherName:userPrincipalName alice@lab.test",
        ),
        (
            "policyConstraints",
            "requireExplicitPolicy:0, inhibitPolicyMapping:1",
        ),
        ("inhibitAnyPolicy", "0"),
        (
            "policyMappings",
            "domain-validated is organization-validated",
        ),
        ("netscapeCertType", "sslServer"),
        ("netscapeComment", "hello"),
        ("msCertificateTemplateName", "User"),
        ("msCertificateTemplate", "1.2.3, version 100.2"),
        ("issuerAltName", "DNS:a.b"),
    ] {
        assert_eq!(value(&tree, label), expected, "{label}");
        assert_ne!(tree.find(label).unwrap().meaning, "", "{label}");
    }
    // SubjectPublicKeyInfo of curves that rustls does not do (RFC 5639, RFC 5480, GM/T 0006).
    for (curve, name) in [
        (
            &b"\x2b\x24\x03\x03\x02\x08\x01\x01\x07"[..],
            "brainpoolP256r1",
        ),
        (b"\x2b\x81\x04\x00\x21", "secp224r1 (P-224)"),
        (b"\x2b\x81\x04\x00\x0a", "secp256k1"),
        (b"\x2a\x81\x1c\xcf\x55\x01\x82\x2d", "sm2p256v1 (SM2)"),
    ] {
        let short = |tag: u8, contents: &[u8]| {
            let length = u8::try_from(contents.len()).unwrap();
            [&[tag, length], contents].concat()
        };
        let ec = short(0x06, b"\x2a\x86\x48\xce\x3d\x02\x01");
        let algorithm = short(0x30, &[ec, short(0x06, curve)].concat());
        let key = short(0x30, &[algorithm, short(0x03, &[0, 4, 1, 2])].concat());
        let tree = describe(Kind::PublicKey, &key);
        assert_eq!(value(&tree, "algorithm"), format!("id-ecPublicKey, {name}"));
    }
}

#[test]
fn every_field_of_interest_says_why_it_is_there() {
    let tree = certificate(&leaf());
    for label in [
        "tbsCertificate",
        "version",
        "serialNumber",
        "signature",
        "issuer",
        "validity",
        "notAfter",
        "subject",
        "subjectPublicKeyInfo",
        "extensions",
        "subjectAltName",
        "keyUsage",
        "extKeyUsage",
        "signatureAlgorithm",
        "signatureValue",
    ] {
        assert_ne!(tree.find(label).unwrap().meaning, "", "{label}");
    }
}

// ---- hostile bytes -------------------------------------------------------------------------

#[test]
fn cut_off_anywhere_every_byte_stays_in_one_leaf() {
    for (kind, der) in samples() {
        for length in 0..der.len() {
            assert_shown(kind, &der[..length]);
        }
    }
}

/// Every place in each of these.
fn places(samples: &[(Kind, Vec<u8>)]) -> Vec<(Kind, &[u8], usize)> {
    let each = samples.iter();
    each.flat_map(|(kind, der)| (0..der.len()).map(|at| (*kind, &der[..], at)))
        .collect()
}

#[test]
fn with_any_byte_changed_every_byte_stays_in_one_leaf() {
    let samples = samples();
    let places = places(&samples);
    rounds(places.len(), |round, u| {
        let (kind, der, at) = places[round % places.len()];
        let mut broken = der.to_vec();
        broken[at] ^= u.int_in_range(1..=255)?;
        assert_shown(kind, &broken);
        broken[at] = [0x00, 0x7f, 0x80, 0xff, 0x30, 0xa0][at % 6];
        assert_shown(kind, &broken);
        // Each costs as much as a whole page does: a few of those that change their length as well.
        if at % 8 == 0 {
            assert_shown(kind, &mutated(u, der)?);
        }
        Ok(())
    });
}

#[test]
fn depth_and_length_are_no_weapons() {
    let mut nested = Vec::new();
    for _ in 0..5_000 {
        let mut outer = vec![0x30, 0x82];
        outer.extend(((nested.len()) as u16).to_be_bytes());
        if nested.len() < 0x100 {
            outer = vec![0x30, 0x81, nested.len() as u8];
        }
        if nested.len() < 0x80 {
            outer = vec![0x30, nested.len() as u8];
        }
        outer.extend(&nested);
        nested = outer;
    }
    let hostile: [&[u8]; 9] = [
        &[],
        &nested,
        &[0x30; 10_000],
        &[0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0],
        &[0x30, 0x81, 0x05, 0x30, 0x03, 2, 1, 0],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1],
        &[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x30, 0xff],
        &[0x1f, 0x81, 0x00, 0x00],
    ];
    for kind in KINDS {
        for der in hostile {
            assert_shown(kind, der);
            let tree = describe(kind, der);
            assert!(tree.leaves().iter().any(|leaf| leaf.malformed));
        }
    }
}

#[test]
fn what_der_forbids_is_named() {
    for (der, words) in [
        (&[0x30, 0x80, 0, 0][..], "an indefinite length"),
        (
            &[0x30, 0x81, 0x01, 0x00],
            "a length in more bytes than it needs",
        ),
        (
            &[0x30, 0x82, 0x00, 0x80],
            "a length in more bytes than it needs",
        ),
        (&[0x30, 0x02, 0x30, 0x05], "but only 0 are left"),
        (&[0x31, 0x00], "starts with SEQUENCE, but here is SET"),
    ] {
        let tree = certificate(der);
        let malformed = tree
            .leaves()
            .into_iter()
            .find(|leaf| leaf.malformed)
            .unwrap();
        assert!(malformed.value.contains(words), "{}", malformed.value);
    }
}

#[test]
fn a_list_of_a_hundred_thousand_is_cut_and_says_so() {
    let entry = [0x30, 0x12, 0x02, 0x01, 0x05, 0x17, 0x0d];
    let entry = [&entry[..], b"260101000000Z"].concat();
    let list = wrap(0x30, &entry.repeat(100_000));
    let head = crl();
    let tree = describe(Kind::RevocationList, &head);
    let until = tree.find("revokedCertificates").unwrap().range.start;
    let start = tree.find("tbsCertList").unwrap().children[2].range.start;
    let der = wrap(0x30, &wrap(0x30, &[&head[start..until], &list].concat()));
    let tree = describe(Kind::RevocationList, &der);
    assert_eq!(leaf_bytes(&tree), der.len());
    let page = page("long", Kind::RevocationList, &der);
    assert!(page.contains("not told one by one"));
}

#[test]
fn names_of_strangers_cannot_command_a_terminal_or_pass_for_others() {
    let mut params = CertificateParams::default();
    let evil = "a\u{1b}[2J\u{202e}\n b, O=bank\0";
    params.distinguished_name.push(DnType::CommonName, evil);
    let san = "a.example, DNS:bank.example\u{1b}]0;x\u{7}";
    params.subject_alt_names = vec![SanType::DnsName(san.try_into().unwrap())];
    let der = params.self_signed(&key()).unwrap().der().to_vec();
    let tree = certificate(&der);
    let quoted = format!("CN=\"{evil}\"");
    assert_eq!(value(&tree, "subject"), quoted);
    assert_eq!(value(&tree, "subjectAltName"), format!("DNS:\"{san}\""));
    let page = page("evil\u{1b}[31m.crt\n", Kind::Certificate, &der);
    assert_safe(&page);
    assert!(page.contains("\\u{1b}[2J\\u{202e}\\n b"), "{page}");
    assert!(
        !page
            .lines()
            .any(|line| line.trim_start().starts_with("DNS:bank")),
        "{page}"
    );
}

#[test]
fn pages_fit_eighty_columns() {
    for (kind, der) in samples() {
        let page = page("certs/a-file-with-a-rather-long-name.crt", kind, &der);
        for line in page.lines() {
            assert!(columns(line) <= 80, "{line}");
            assert_eq!(line, line.trim_end());
        }
    }
}

// ---- keys ----------------------------------------------------------------------------------

#[test]
fn no_private_byte_is_shown() {
    for (kind, der) in keys() {
        let tree = describe(kind, &der);
        assert_whole(&tree, &der);
        let secrets: Vec<&[u8]> = tree
            .leaves()
            .into_iter()
            .filter(|leaf| leaf.value == "private: not shown")
            .map(|leaf| &der[leaf.range.clone()])
            .collect();
        assert!(
            secrets.iter().map(|secret| secret.len()).sum::<usize>() >= 32,
            "{kind:?}"
        );
        for shown_as in KINDS {
            let page = page("some.key", shown_as, &der);
            assert_no_secret(&page, &secrets);
            let mut words = String::new();
            texts(&describe(shown_as, &der), &mut words);
            assert_no_secret(&words, &secrets);
        }
    }
}

#[test]
fn of_a_broken_key_nothing_is_told_but_where_it_breaks() {
    let keys = keys();
    let places = places(&keys);
    rounds(places.len(), |round, u| {
        let (kind, der, at) = places[round % places.len()];
        let mut broken = der.to_vec();
        broken[at] ^= u.int_in_range(1..=255)?;
        let tree = describe(kind, &broken);
        assert_eq!(leaf_bytes(&tree), broken.len());
        if tree.leaves().iter().any(|leaf| leaf.malformed) {
            assert_eq!(tree.leaves().len(), 1);
        }
        Ok(())
    });
}

// ---- helpers -------------------------------------------------------------------------------

fn texts(field: &Field, words: &mut String) {
    *words += &format!("{} {} {}\n", field.label, field.value, field.meaning);
    field.children.iter().for_each(|child| texts(child, words));
}

/// Any four bytes of a secret in a row, as hex.
fn assert_no_secret(page: &str, secrets: &[&[u8]]) {
    let page = squeezed(&page.to_lowercase());
    for secret in secrets {
        for four in secret.windows(4) {
            let hex: String = four.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(hex == "00000000" || !page.contains(&hex), "{hex}");
        }
    }
}

fn assert_safe(page: &str) {
    let obeyed = |c: &char| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c);
    assert_eq!(page.chars().find(obeyed), None);
}

fn assert_shown(kind: Kind, der: &[u8]) {
    assert_eq!(leaf_bytes(&describe(kind, der)), der.len());
    assert_safe(&page("hostile", kind, der));
}

/// An element of 64 KiB to 16 MiB.
fn wrap(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = (contents.len() as u32).to_be_bytes();
    [&[tag, 0x83][..], &length[1..], contents].concat()
}

fn key() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap()
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn ca() -> (Vec<u8>, Issuer<'static, KeyPair>) {
    let mut params = named("my-ca");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".into()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
        ],
        excluded_subtrees: vec![GeneralSubtree::Rfc822Name("example.com".into())],
    });
    let key = key();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    (der, Issuer::new(params, key))
}

fn leaf() -> Vec<u8> {
    let mut params = named("localhost");
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Example, Inc.");
    params.serial_number = Some(SerialNumber::from(vec![0x0c, 0xaf, 0xe0]));
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2051, 1, 1);
    params.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into().unwrap()),
        SanType::IpAddress("127.0.0.1".parse().unwrap()),
        SanType::IpAddress("::1".parse().unwrap()),
        SanType::URI("spiffe://hello-mtls/a".try_into().unwrap()),
    ];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec!["http://localhost/ca.crl".into()],
    }];
    params.use_authority_key_identifier_extension = true;
    let mut unknown = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    unknown.set_criticality(true);
    params.custom_extensions = vec![unknown];
    params.signed_by(&key(), &ca().1).unwrap().der().to_vec()
}

/// What CAs of companies write beside that: Microsoft's, Netscape's, and policies.
fn of_a_company() -> Vec<u8> {
    let mut params = named("alice");
    let purpose = [1, 3, 6, 1, 4, 1, 311, 20, 2, 2];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(purpose.to_vec())];
    let upn = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];
    let name = rcgen::OtherNameValue::Utf8String("alice@lab.test".to_owned());
    params.subject_alt_names = vec![SanType::OtherName((upn.to_vec(), name))];
    let extensions: [(&[u64], &[u8]); 8] = [
        (&[2, 5, 29, 36], b"\x30\x06\x80\x01\x00\x81\x01\x01"),
        (&[2, 5, 29, 54], b"\x02\x01\x00"),
        (
            &[2, 5, 29, 33],
            b"\x30\x12\x30\x10\x06\x06\x67\x81\x0c\x01\x02\x01\x06\x06\x67\x81\x0c\x01\x02\x02",
        ),
        (&[2, 16, 840, 1, 113_730, 1, 1], b"\x03\x02\x06\x40"),
        (&[2, 16, 840, 1, 113_730, 1, 13], b"\x16\x05hello"),
        (&[1, 3, 6, 1, 4, 1, 311, 20, 2], b"\x1e\x08\0U\0s\0e\0r"),
        (
            &[1, 3, 6, 1, 4, 1, 311, 21, 7],
            b"\x30\x0a\x06\x02\x2a\x03\x02\x01\x64\x02\x01\x02",
        ),
        (&[2, 5, 29, 18], b"\x30\x05\x82\x03a.b"),
    ];
    let extensions =
        extensions.map(|(oid, contents)| CustomExtension::from_oid_content(oid, contents.to_vec()));
    params.custom_extensions = extensions.to_vec();
    params.signed_by(&key(), &ca().1).unwrap().der().to_vec()
}

fn csr() -> Vec<u8> {
    let mut params = named("localhost");
    params.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
    params.serialize_request(&key()).unwrap().der().to_vec()
}

fn crl() -> Vec<u8> {
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 1, 15),
        next_update: date_time_ymd(2026, 3, 1),
        crl_number: SerialNumber::from(7),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(vec![0x0c, 0xaf, 0xe0]),
            revocation_time: date_time_ymd(2026, 2, 1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(&ca().1).unwrap().der().to_vec()
}

fn keys() -> Vec<(Kind, Vec<u8>)> {
    let rsa = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let rsa = rsa.serialize_der();
    let ec = key().serialize_der();
    let ed = KeyPair::generate_for(&rcgen::PKCS_ED25519)
        .unwrap()
        .serialize_der();
    // PKCS#8 keeps the older forms inside its privateKey.
    let inner = |der: &[u8]| {
        let tree = describe(Kind::Pkcs8Key, der);
        let parts = tree.find("privateKey").unwrap();
        der[parts.children[2].range.start..parts.range.end].to_vec()
    };
    vec![
        (Kind::Pkcs1Key, inner(&rsa)),
        (Kind::Sec1Key, inner(&ec)),
        (Kind::Pkcs8Key, rsa),
        (Kind::Pkcs8Key, ec),
        (Kind::Pkcs8Key, ed),
    ]
}

fn samples() -> Vec<(Kind, Vec<u8>)> {
    let mut samples = vec![
        (Kind::Certificate, leaf()),
        (Kind::Certificate, ca().0),
        (Kind::Certificate, of_a_company()),
        (Kind::Request, csr()),
        (Kind::RevocationList, crl()),
    ];
    samples.extend(keys().into_iter().filter(|(_, der)| der.len() < 300));
    samples
}
