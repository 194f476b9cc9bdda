//! Step 0: files that a side cannot use. Nothing is sent.

use super::*;
use crate::instruments::gallery::Contents;
use crate::instruments::gallery::pki::{MY_CA, MY_CLIENT, MY_SERVER};

const CLIENT: Side = Side::Client;

/// What stands in the certificate file is no certificate.
const NO_START_LINE: Others = Others {
    curl: "(58) could not load PEM client certificate from …, OpenSSL error error:0480006C:PEM routines::no start line, (no key found, wrong pass phrase, or wrong file format?)",
    openssl: "Could not read client certificate from …",
    node: "ERR_OSSL_PEM_NO_START_LINE",
    tls12: None,
};

/// curl and openssl do not load such a key. Node does, and hears of it from the server.
const TOO_SMALL: Others = Others {
    curl: "(58) could not load PEM client certificate from …, OpenSSL error error:0A00018F:SSL routines::ee key too small, (no key found, wrong pass phrase, or wrong file format?)",
    openssl: "SSL_CTX_use_certificate:ee key too small",
    node: "EPROTO …tlsv1 alert decrypt error…SSL alert number 51",
    tls12: None,
};

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
        words: Words {
            story: "The private key belongs to another certificate.",
            cause: "The certificate holds one half of a pair of keys, the key file the half of another pair.",
            remedy: "the key that made its request: `openssl pkey -in client.key -pubout` prints the same as `openssl x509 -in \
                     client.crt -noout -pubkey`",
        },
        others: KEY_MISMATCH,
    },
    Case {
        name: "ca-first",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Certificates(&[MY_CA, MY_CLIENT]),
                rustls: "keys may not be consistent: KeyMismatch",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "in front"),
        words: Words {
            story: "The chain file begins with the CA, not the leaf.",
            cause: "The first certificate of a chain file is the one that is shown, and the key is not the CA's.",
            remedy: "the leaf first: `cat client.crt intermediate.crt > chain.crt`",
        },
        others: KEY_MISMATCH,
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
        words: Words {
            story: "The certificate file holds a private key.",
            cause: "A PEM file says in its BEGIN line what it holds. rustls skips what it does not look for, finds no \
                    certificate, and speaks of the peer although nobody was dialled.",
            remedy: "swap the two files; `hello-mtls inspect FILE` says what is in each",
        },
        others: NO_START_LINE,
    },
    Case {
        name: "request-as-certificate",
        scene: reads(
            CLIENT,
            Files {
                certificate: Contents::Request(&MY_CLIENT),
                rustls: "peer sent no certificates",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a request (CSR): a CA has to sign it first"),
        words: Words {
            story: "The certificate file holds a request (CSR).",
            cause: "A request asks a CA for a certificate. The answer is another file.",
            remedy: "`hello-mtls certs sign`, or `openssl x509 -req`; then show client.crt, not client.csr",
        },
        others: NO_START_LINE,
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
        words: Words {
            story: "The certificate file is binary (DER), not PEM.",
            cause: "DER is the certificate itself; PEM is the same in base64 between a BEGIN and an END line.",
            remedy: "`openssl x509 -inform DER -in client.cer -out client.crt`",
        },
        others: Others {
            openssl: "HTTP/1.1 200 OK",
            ..NO_START_LINE
        },
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
        words: Words {
            story: "An editor put a byte order mark before the BEGIN.",
            cause: "Three invisible bytes stand before -----BEGIN, so the line is another line. OpenSSL, curl and \
                    Node look over it.",
            remedy: "save it as UTF-8 without BOM: sed -i '1s/^\\xef\\xbb\\xbf//' client.crt",
        },
        others: LET_IN,
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
        words: Words {
            story: "The certificate was pasted indented, as in YAML.",
            cause: "-----BEGIN stands at the beginning of a line, or it is none (RFC 7468 §2).",
            remedy: "take the blanks off: sed -i 's/^ *//' client.crt",
        },
        others: NO_START_LINE,
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
        words: Words {
            story: "The private key is locked with a passphrase.",
            cause: "Nobody gave the passphrase, and a server that starts by itself has nobody to ask. rustls skips \
                    the block: it finds no key at all.",
            remedy: "`openssl pkey -in client.key -out plain.key && chmod 600 plain.key`",
        },
        others: Others {
            curl: "(58) unable to set private key file: '…' type PEM",
            openssl: "Could not read client certificate private key from …",
            node: "ERR_OSSL_BAD_DECRYPT",
            tls12: None,
        },
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
        words: Words {
            story: "The key's BEGIN line promises another kind of key.",
            cause: "The label says how to read the bytes: PRIVATE KEY is PKCS#8, RSA PRIVATE KEY is PKCS#1, EC PRIVATE \
                    KEY is SEC1. curl and Node obey it too; openssl looks at the bytes.",
            remedy: "`openssl pkey -in client.key -out new.key` writes PKCS#8, which everybody reads",
        },
        others: Others {
            curl: KEY_MISMATCH.curl,
            node: "ERR_OSSL_UNSUPPORTED",
            ..LET_IN
        },
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
        words: Words {
            story: "The key is RSA with 1024 bits.",
            cause: "Such keys can be broken. aws-lc-rs and ring begin with 2048 bits. curl and openssl refuse it as well; Node \
                    shows it, and the server does not take its signature.",
            remedy: "`hello-mtls certs --key-type ecdsa-p256`, or `rsa-2048`",
        },
        others: Others {
            node: hears::DECRYPT_ERROR.node,
            tls12: Some(&TOO_SMALL),
            ..TOO_SMALL
        },
    },
    Case {
        name: "version-1",
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
        words: Words {
            story: "openssl x509 -req made it, without extensions.",
            cause: "Before OpenSSL 3.2 that makes X.509 version 1: without names, without a purpose. rustls takes \
                    version 3 only, of itself too. It says \"peer\", and means your own file.",
            remedy: "add -extfile with subjectAltName, basicConstraints and extendedKeyUsage",
        },
        others: CANNOT_MEET,
    },
    Case {
        name: "strange-extension",
        scene: reads(
            Side::Server,
            Files {
                certificate: Contents::Certificates(&[Certificate {
                    strange: true,
                    ..MY_SERVER
                }]),
                rustls: "invalid peer certificate: Other(OtherError(UnsupportedCriticalExtension))",
                ..FILES
            },
        ),
        fails: own_files(Side::Server, "critical extension"),
        words: Words {
            story: "It has a critical extension, unknown to rustls.",
            cause: "Critical means: who does not understand this must refuse the whole (RFC 5280 §4.2). rustls reads \
                    its own certificate too, and obeys.",
            remedy: "the same extension, not critical; or a certificate without it",
        },
        others: CANNOT_MEET,
    },
    Case {
        name: "no-ca-file",
        scene: reads(
            CLIENT,
            Files {
                authorities: Contents::Key(&MY_CA),
                rustls: "",
                ..FILES
            },
        ),
        fails: own_files(CLIENT, "a private key (BEGIN PRIVATE KEY)"),
        words: Words {
            story: "The file of CAs holds no certificate, but a key.",
            cause: "Without a CA there is nobody to believe. A program that goes on with an empty list refuses \
                    everybody later, with UnknownIssuer.",
            remedy: "`--cacert ca.crt`; and keep ca.key away from clients and servers",
        },
        others: Others {
            curl: "(77) error setting certificate file: …",
            openssl: "X509_load_cert_crl_file_ex:no certificate or crl found",
            node: "UNABLE_TO_VERIFY_LEAF_SIGNATURE unable to verify the first certificate",
            tls12: None,
        },
    },
];

fn to_der(pem: &str) -> Vec<u8> {
    let read = crate::instruments::gallery::maker::certificates(pem).unwrap_or_default();
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
