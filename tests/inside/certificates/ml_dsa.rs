//! Certificates with ML-DSA keys: made, read back, signed, renewed, revoked, shown and believed; and what they cost.

use aws_lc_rs::encoding::AsRawBytes;
use aws_lc_rs::signature::{ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING};
use aws_lc_rs::signature::{PqdsaKeyPair, PqdsaSigningAlgorithm};
use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::ml_dsa::PrivateKey;
use hello_mtls::certificates::pem;
use hello_mtls::certificates::request::{KeyType, generate, request};
use hello_mtls::certificates::signing::{Grant, sign};
use rcgen::{PublicKeyData, SigningKey};
use rustls::pki_types::{CertificateSigningRequestDer, PrivateKeyDer};

use crate::common::Folder;

/// Runs a line for each side with the files of `certs`, and expects the answer of a mutual handshake.
fn gets_in(folder: &Folder) {
    let server = folder.serve("");
    folder
        .run(&format!("hello-mtls get {}", server.url("/whoami")))
        .ends(0)
        .says("uri:spiffe://hello-mtls/my-client")
        .says("TLS 1.3");
}

#[test]
fn a_set_is_served_fetched_and_every_signature_in_it_is_verified_on_the_wire() {
    let folder = Folder::new();
    folder
        .run("hello-mtls certs --key-type ml-dsa-65 --intermediate")
        .ends(0);
    let server = folder.serve("");
    folder
        .run(&format!(
            "hello-mtls get --narrate --save run {}",
            server.url("/")
        ))
        .ends(0)
        .prints("Hello World")
        .says("(ML_DSA_65)");
    let wire = folder.run("hello-mtls wire run").ends(0);
    let verified = wire
        .stdout
        .matches("verified: signature of CertificateVerify");
    assert_eq!(verified.count(), 2, "{wire}");
    wire.says("mldsa65 (0x0905)").says("id-ml-dsa-65");
    folder
        .run("hello-mtls doctor")
        .ends(0)
        .says("OpenSSL before 3.5")
        .says("an ML-DSA key");
    for (file, words) in [
        ("server.crt", "id-ml-dsa-65"),
        ("server.csr", "id-ml-dsa-65"),
        ("server.key", "id-ml-dsa-65"),
    ] {
        let inspected = folder.run(&format!("hello-mtls inspect certs/{file}"));
        inspected.ends(0).says(words).does_not_say("malformed");
    }
}

#[test]
fn one_command_at_a_time_reads_the_keys_back() {
    let folder = Folder::new();
    for line in [
        "hello-mtls certs ca --key-type ml-dsa-65",
        "hello-mtls certs request server --host localhost --key-type ml-dsa-65",
        "hello-mtls certs sign server --host localhost",
        "hello-mtls certs request client --client my-client --key-type ml-dsa-65",
        "hello-mtls certs sign client --client my-client",
    ] {
        folder.run(line).ends(0);
    }
    gets_in(&folder);
    folder
        .run("hello-mtls certs renew client --days 30")
        .ends(0);
    folder
        .run("hello-mtls certs renew server --new-key")
        .ends(0);
    folder
        .run("hello-mtls inspect certs/server.key")
        .ends(0)
        .says("id-ml-dsa-65");
    gets_in(&folder);

    folder
        .run("hello-mtls certs revoke certs/client.crt")
        .ends(0);
    // The list goes on: its signature is checked before a further entry is added.
    folder
        .run("hello-mtls certs revoke certs/server.crt")
        .ends(0);
    folder
        .run("hello-mtls inspect certs/ca.crl")
        .ends(0)
        .says("2 revoked");
    let server = folder.serve("--crl certs/ca.crl");
    folder
        .run(&format!("hello-mtls get {}", server.url("/")))
        .ends(1)
        .says("certificate_revoked");
}

#[test]
fn a_ca_of_one_kind_signs_for_a_key_of_another() {
    let folder = Folder::new();
    for line in [
        "hello-mtls certs ca",
        "hello-mtls certs request server --host localhost --key-type ml-dsa-65",
        "hello-mtls certs sign server --host localhost",
        "hello-mtls certs request client --client my-client --key-type rsa-2048",
        "hello-mtls certs sign client --client my-client",
    ] {
        folder.run(line).ends(0);
    }
    gets_in(&folder);
}

#[test]
fn a_request_whose_signature_does_not_fit_is_refused() {
    let authority = Authority::create("my-ca", KeyType::MlDsa65, 1).unwrap();
    let key = generate(KeyType::MlDsa65).unwrap();
    let right = pem::request_from_pem(&request(&key, "bob", &[]).unwrap()).unwrap();
    let grant = Grant::client("bob");
    sign(&authority, &right, &grant, 1).unwrap();
    let der = right.to_vec();
    // In the signature, in the public key that is to be certified, and in the name of the kind of signature.
    let kinds: Vec<usize> = (0..der.len() - 9)
        .filter(|at| der[*at..].starts_with(&[0x60, 0x86, 0x48, 1, 101, 3, 4, 3]))
        .collect();
    assert_eq!(kinds.len(), 2, "of the key, and of the signature");
    for at in [
        der.len() - 1,
        der.len() - 3309,
        kinds[0] + 500,
        kinds[1] + 8,
    ] {
        let mut spoiled = der.clone();
        spoiled[at] ^= 1;
        let spoiled = CertificateSigningRequestDer::from(spoiled);
        let error = sign(&authority, &spoiled, &grant, 1)
            .unwrap_err()
            .to_string();
        assert!(error.contains("Invalid CSR signature"), "{at}: {error}");
    }
}

/// PKCS#8 around one of the three forms of a private key (RFC 9881 §6).
fn pkcs8(oid: u8, form: &[u8]) -> PrivateKeyDer<'static> {
    let algorithm = [0x60, 0x86, 0x48, 1, 101, 3, 4, 3, oid];
    let algorithm = tlv(0x30, &tlv(0x06, &algorithm));
    let key = [tlv(0x02, &[0]), algorithm, tlv(0x04, form)].concat();
    PrivateKeyDer::Pkcs8(tlv(0x30, &key).into())
}

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    match u8::try_from(contents.len()) {
        Ok(short @ ..128) => der.push(short),
        Ok(long) => der.extend([0x81, long]),
        Err(_) => {
            der.push(0x82);
            der.extend(u16::try_from(contents.len()).unwrap().to_be_bytes());
        }
    }
    der.extend(contents);
    der
}

#[test]
fn a_private_key_is_read_in_each_form_and_of_each_size() {
    let sizes: [(u8, &'static PqdsaSigningAlgorithm); 3] = [
        (17, &ML_DSA_44_SIGNING),
        (18, &ML_DSA_65_SIGNING),
        (19, &ML_DSA_87_SIGNING),
    ];
    for (oid, algorithm) in sizes {
        let seed = [7; 32];
        let pair = PqdsaKeyPair::from_seed(algorithm, &seed).unwrap();
        let expanded = pair.private_key().as_raw_bytes().unwrap();
        let public = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref();
        let (seed, expanded) = (seed.as_slice(), expanded.as_ref());
        let both = [tlv(0x04, seed), tlv(0x04, expanded)].concat();
        for form in [tlv(0x80, seed), tlv(0x04, expanded), tlv(0x30, &both)] {
            let read = PrivateKey::read(&pkcs8(oid, &form)).unwrap();
            assert_eq!(read.der_bytes(), public, "{oid}");
            let signature = read.sign(b"hello").unwrap();
            assert_eq!(signature.len(), algorithm.signature_len());
        }
        // A seed and an expanded key that do not belong together are no key.
        let other = PqdsaKeyPair::from_seed(algorithm, &[8; 32]).unwrap();
        let other = other.private_key().as_raw_bytes().unwrap();
        let both = [tlv(0x04, seed), tlv(0x04, other.as_ref())].concat();
        assert!(PrivateKey::read(&pkcs8(oid, &tlv(0x30, &both))).is_err());
    }
}

/// The bytes of the server's Certificate and CertificateVerify, as `wire` counts them.
fn sizes(key_type: &str) -> [usize; 2] {
    let folder = Folder::new();
    folder
        .run(&format!("hello-mtls certs --key-type {key_type}"))
        .ends(0);
    let server = folder.serve("");
    let get = format!("hello-mtls get --save run {}", server.url("/"));
    folder.run(&get).ends(0);
    let page = folder.run("hello-mtls wire run").ends(0).stdout;
    ["Certificate", "CertificateVerify"].map(|message| {
        let begins = format!("← server {message} ");
        let line = page.lines().find_map(|line| line.strip_prefix(&begins));
        let line = line.unwrap_or_else(|| panic!("no {message} in\n{page}"));
        number(line.split(" bytes").next().unwrap())
    })
}

fn number(text: &str) -> usize {
    text.trim().replace(',', "").parse().unwrap()
}

#[test]
fn the_pages_say_what_each_kind_of_key_costs() {
    let pages = ["docs/certificates.md", "docs/zh/certificates.md"]
        .map(|page| std::fs::read_to_string(page).unwrap());
    for key_type in ["ecdsa-p256", "rsa-2048", "ed25519", "ml-dsa-65"] {
        let measured = sizes(key_type);
        for page in &pages {
            let begins = format!("| `{key_type}` | ");
            let row = page.lines().find_map(|line| line.strip_prefix(&begins));
            let cells = row.expect(key_type).trim_end_matches(" |").split(" | ");
            let cells = cells.map(|cell| number(cell.split(' ').next().unwrap()));
            let [.., signature, certificate, verify] = cells.collect::<Vec<_>>()[..] else {
                panic!("{key_type}: too few cells");
            };
            // A scheme, a length and the header of the message stand before the signature.
            assert_eq!(verify, signature + 8, "{key_type}");
            for (written, now) in [certificate, verify].into_iter().zip(measured) {
                // DER writes no leading zeros: the two numbers of an ECDSA signature differ in length.
                let shorter = if key_type == "ecdsa-p256" { 6 } else { 0 };
                let right = now <= written && written - now <= shorter;
                assert!(
                    right,
                    "{key_type}: {now} bytes, and the page says {written}"
                );
            }
        }
    }
}

#[test]
fn a_server_with_an_ml_dsa_key_and_tls_1_2_alone_does_not_start() {
    let folder = Folder::new();
    folder.run("hello-mtls certs --key-type ml-dsa-65").ends(0);
    folder
        .run("hello-mtls serve --listen localhost:0 --tls-max 1.2")
        .ends(1)
        .says("certs/server.key")
        .says("an ML-DSA key: TLS 1.2 has no cipher suite for it");
    // With TLS 1.3 it starts, and says which clients it can serve. The log has the cause of the others' refusal.
    let server = folder.serve("--tls");
    server.running.line_with("every client needs TLS 1.3");
    let line = format!("hello-mtls get --tls-max 1.2 {}", server.url("/"));
    folder.run(&line).ends(1);
    server
        .running
        .line_with("for this TLS version and the server's kind of key");
}

/// The client has nothing to show, and its own file is not to blame: `my-ca` there is another one.
#[test]
fn a_client_with_an_ml_dsa_key_at_a_tls_1_2_server_of_another_ca_needs_another_kind_of_key() {
    let folder = Folder::with_certs();
    folder
        .run("hello-mtls certs --dir quantum --key-type ml-dsa-65")
        .ends(0);
    let server = folder.serve("--tls-max 1.2");
    let own = "--cert quantum/client.crt --key quantum/client.key";
    let line = format!(
        "hello-mtls get --cacert certs/ca.crt {own} {}",
        server.url("/")
    );
    folder
        .run(&line)
        .ends(1)
        .says("its key can make no signature of a kind that the server accepts")
        .says("a certificate with a key of another kind (RSA for P-256, or P-256) of a CA that the server names")
        .does_not_say("made anew");
    folder
        .run(&line.replace("get", "doctor"))
        .ends(1)
        .says("[client-key-not-accepted]")
        .does_not_say("a new certificate for its key");
    let json = folder.run(&format!("{line} --json")).ends(1);
    json.says("\"failure\":\"client-key-not-accepted\"");
}
