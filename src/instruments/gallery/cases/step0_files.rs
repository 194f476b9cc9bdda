//! Step 0: files that a side cannot use. Nothing is sent.

use super::*;
use crate::instruments::gallery::Contents;
use crate::instruments::gallery::pki::{MY_CA, MY_CLIENT, MY_SERVER};

const CLIENT: Side = Side::Client;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "key-mismatch",
        scene: reads(
            CLIENT,
            Files {
                key: Contents::Key(&MY_SERVER),
                rustls: "keys may not be consistent: KeyMismatch",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a key that fits no certificate in this folder"),
    },
    Case {
        name: "leaf-not-first",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Certificates(&[MY_CA, MY_CLIENT]),
                rustls: "keys may not be consistent: KeyMismatch",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "in front"),
    },
    Case {
        name: "key-as-certificate",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Key(&MY_CLIENT),
                rustls: "peer sent no certificates",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a private key (BEGIN PRIVATE KEY)"),
    },
    Case {
        name: "csr-as-certificate",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Request(&MY_CLIENT),
                rustls: "peer sent no certificates",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a request (CSR): a CA has to sign it first"),
    },
    Case {
        name: "der",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Written(to_der),
                rustls: "peer sent no certificates",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a certificate in DER, the binary form"),
    },
    Case {
        name: "byte-order-mark",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Written(with_byte_order_mark),
                rustls: "peer sent no certificates",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a byte order mark"),
    },
    Case {
        name: "indented",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Written(indented),
                rustls: "peer sent no certificates",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "the BEGIN line is indented"),
    },
    Case {
        name: "encrypted-key",
        scene: reads(
            CLIENT,
            Files {
                key: Contents::Text(include_str!("../fixtures/encrypted-key.pem")),
                rustls: "",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a private key encrypted with a passphrase"),
    },
    Case {
        name: "wrong-label",
        scene: reads(
            CLIENT,
            Files {
                key: Contents::Written(labelled_rsa),
                rustls: "failed to parse private key as RSA, ECDSA, or EdDSA",
                ..FILES
            },
        ),
        fails: own_files(
            CLIENT,
            "the label RSA PRIVATE KEY around what is a PRIVATE KEY",
        ),
    },
    Case {
        name: "weak-key",
        scene: Scene {
            server: server_trusts(&[OLD_CA]),
            ..reads(
                CLIENT,
                Files {
                    certificate: Contents::Text(include_str!("../fixtures/weak-client.pem")),
                    key: Contents::Text(include_str!("../fixtures/weak-client.pem")),
                    rustls: "failed to parse private key as RSA, ECDSA, or EdDSA",
                    ..FILES
                },
            )
        },
        fails: own_files(CLIENT, "an RSA key of 1024 bits"),
    },
    Case {
        name: "own-x509-v1",
        scene: reads(
            Side::Server,
            Files {
                certificate: Contents::Text(include_str!("../fixtures/v1-server.pem")),
                key: Contents::Text(include_str!("../fixtures/v1-server.pem")),
                rustls: "invalid peer certificate: Other(OtherError(UnsupportedCertVersion))",
                ..FILES
            },
        ),
        fails: own_files(Side::Server, "X.509 version 1"),
    },
    Case {
        name: "own-unknown-critical-extension",
        scene: reads(
            Side::Server,
            Files {
                certificate: Contents::Certificates(&[Certificate {
                    unknown_critical_extension: true,
                    ..MY_SERVER
                }]),
                rustls: "invalid peer certificate: Other(OtherError(UnsupportedCriticalExtension))",
                ..FILES
            },
        ),
        fails: own_files(Side::Server, "critical extension"),
    },
    Case {
        name: "key-as-ca",
        scene: reads(
            CLIENT,
            Files {
                authorities: Contents::Key(&MY_CA),
                rustls: "",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a private key (BEGIN PRIVATE KEY)"),
    },
];

fn to_der(pem: &str) -> Vec<u8> {
    let read = crate::instruments::gallery::pki_builder::certificates(pem).unwrap_or_default();
    read.first().map_or_else(Vec::new, |der| der.to_vec())
}

fn with_byte_order_mark(pem: &str) -> Vec<u8> {
    format!("\u{feff}{pem}").into_bytes()
}

fn indented(pem: &str) -> Vec<u8> {
    pem.lines()
        .flat_map(|line| format!("    {line}\n").into_bytes())
        .collect()
}

fn labelled_rsa(pem: &str) -> Vec<u8> {
    pem.replace(" PRIVATE KEY", " RSA PRIVATE KEY").into_bytes()
}
