//! Steps 1 and 2: the two do not find together.

use super::*;
use crate::certificates::request::KeyType;
use crate::instruments::gallery::pki::MY_SERVER;
use crate::narration::Step::{ClientConnects, ServerPresentsCertificate};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "connection-refused",
        scene: with_fault(Fault::ClosedPort),
        fails: [Outcome {
            step: ClientConnects,
            by: Some(Side::Client),
            alert: None,
            server: Termination::Well,
            client: Termination::With("Connection refused"),
            believed: false,
        }; 2],
    },
    Case {
        name: "not-tls-server",
        scene: with_fault(Fault::PlainServer(
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        )),
        fails: no_tls("received corrupt message of type InvalidContentType"),
    },
    Case {
        name: "starttls",
        scene: with_fault(Fault::PlainServer(b"220 mail.example.com ESMTP\r\n")),
        fails: no_tls("received corrupt message of type InvalidContentType"),
    },
    Case {
        name: "server-hangs-up",
        scene: with_fault(Fault::PlainServer(b"")),
        fails: [Outcome {
            step: ClientConnects,
            by: Some(Side::Client),
            alert: None,
            server: Termination::Well,
            client: Termination::With("unexpected end of file"),
            believed: false,
        }; 2],
    },
    Case {
        name: "not-tls-client",
        scene: with_fault(Fault::PlainClient(
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        )),
        fails: [Outcome {
            client: Termination::With("the answer is no HTTP: 15 03 …"),
            ..server_ends(
                ClientConnects,
                50,
                "received corrupt message of type InvalidContentType",
            )[0]
        }; 2],
    },
    Case {
        name: "unexpected-proxy-header",
        scene: with_fault(Fault::PlainClient(
            b"PROXY TCP4 192.0.2.7 192.0.2.1 50000 3000\r\n",
        )),
        fails: [Outcome {
            client: Termination::With("the answer is no HTTP: 15 03 …"),
            ..server_ends(
                ClientConnects,
                50,
                "received corrupt message of type InvalidContentType",
            )[0]
        }; 2],
    },
    Case {
        name: "no-common-version",
        scene: with_fault(Fault::NoCommonVersion),
        fails: server_ends(
            ClientConnects,
            70,
            "peer is incompatible: Tls12NotOfferedOrEnabled",
        ),
    },
    Case {
        name: "no-common-cipher-suite",
        scene: with_fault(Fault::NoCommonCipherSuite),
        fails: server_ends(
            ClientConnects,
            40,
            "peer is incompatible: NoCipherSuitesInCommon",
        ),
    },
    Case {
        name: "no-common-group",
        scene: with_fault(Fault::NoCommonGroup),
        fails: server_ends(
            ClientConnects,
            40,
            "peer is incompatible: NoKxGroupsInCommon",
        ),
    },
    Case {
        name: "no-common-protocol",
        scene: with_fault(Fault::NoCommonProtocol),
        fails: server_ends(
            ClientConnects,
            120,
            "peer doesn't support any known protocol",
        ),
    },
    Case {
        name: "tampered-hello",
        scene: with_fault(Fault::TamperedHello),
        fails: [
            Outcome {
                step: ClientConnects,
                by: Some(Side::Client),
                alert: Some((Side::Client, 20)),
                server: Termination::With("cannot decrypt peer's message"),
                client: Termination::With("cannot decrypt peer's message"),
                believed: false,
            },
            client_refuses(51, "invalid peer certificate: BadSignature")[1],
        ],
    },
    Case {
        name: "unknown-sni",
        scene: Scene {
            server: Party {
                shows: &[Certificate {
                    names: "DNS:other.test",
                    ..MY_SERVER
                }],
                ..SCENE.server
            },
            ..with_fault(Fault::SniOnly("other.test"))
        },
        fails: server_ends(
            ServerPresentsCertificate,
            49,
            "no server certificate chain resolved",
        ),
    },
    Case {
        name: "no-common-signature-scheme",
        scene: Scene {
            server: Party {
                shows: &[Certificate {
                    key: "ed25519",
                    key_type: KeyType::Ed25519,
                    ..MY_SERVER
                }],
                ..SCENE.server
            },
            ..with_fault(Fault::NoCommonSignatureScheme)
        },
        fails: [
            server_ends(
                ServerPresentsCertificate,
                40,
                "peer is incompatible: NoSignatureSchemesInCommon",
            )[0],
            // In TLS 1.2 rustls ends it without an alert.
            Outcome {
                alert: None,
                client: Termination::With("unexpected end of file"),
                ..server_ends(
                    ServerPresentsCertificate,
                    40,
                    "unexpected error: incompatible signing key",
                )[1]
            },
        ],
    },
    Case {
        name: "post-quantum-certificate",
        scene: Scene {
            server: Party {
                shows: &[Certificate {
                    key: "ml-dsa",
                    key_type: KeyType::MlDsa65,
                    ..MY_SERVER
                }],
                ..SCENE.server
            },
            ..with_fault(Fault::KnowsNoMlDsa(Side::Client))
        },
        fails: [
            server_ends(
                ServerPresentsCertificate,
                40,
                "peer is incompatible: NoSignatureSchemesInCommon",
            )[0],
            // A cipher suite of TLS 1.2 has a kind of signature in its name, and none has ML-DSA.
            server_ends(
                ClientConnects,
                40,
                "peer is incompatible: NoCipherSuitesInCommon",
            )[1],
        ],
    },
];

/// What comes back is no TLS. The client says so in an alert, which such a server cannot read.
const fn no_tls(words: &'static str) -> [Outcome; 2] {
    [Outcome {
        server: Termination::Well,
        step: ClientConnects,
        ..client_refuses(50, words)[0]
    }; 2]
}
