//! Step 3, the leaf: is the server's certificate for this name, this purpose, this day, and its own?

use super::*;
use crate::instruments::gallery::pki::{IsCa, MY_SERVER, Purpose, STRANGERS_CA};

const V1_SERVER: Certificate = fixture("v1-server", include_str!("../fixtures/v1-server.pem"));

/// The server's certificate has these names, and the client asks for that one.
const fn named(shows: &'static [Certificate], server_name: &'static str) -> Scene {
    Scene {
        server_name,
        ..server_shows(shows)
    }
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "wrong-host",
        scene: server_shows(&[Certificate {
            names: "DNS:example.com",
            ..MY_SERVER
        }]),
        fails: client_refuses(
            42,
            "invalid peer certificate: certificate not valid for name \"localhost\"; certificate is only valid for \
             DnsName(\"example.com\")",
        ),
    },
    Case {
        name: "no-san",
        scene: server_shows(&[Certificate {
            names: "",
            ..MY_SERVER
        }]),
        fails: client_refuses(
            42,
            "invalid peer certificate: certificate not valid for name \"localhost\"; certificate is not valid for any \
             names (according to its subjectAltName extension)",
        ),
    },
    Case {
        name: "ip-in-dns-name",
        scene: named(
            &[Certificate {
                names: "DNS:localhost,DNS:127.0.0.1",
                ..MY_SERVER
            }],
            "127.0.0.1",
        ),
        fails: client_refuses(
            42,
            "invalid peer certificate: certificate not valid for name \"127.0.0.1\"; certificate is only valid for \
             DnsName(\"localhost\") or DnsName(\"127.0.0.1\")",
        ),
    },
    Case {
        name: "wildcard",
        scene: named(
            &[Certificate {
                names: "DNS:*.example.test",
                ..MY_SERVER
            }],
            "a.b.example.test",
        ),
        fails: client_refuses(
            42,
            "invalid peer certificate: certificate not valid for name \"a.b.example.test\"; certificate is only valid \
             for DnsName(\"*.example.test\")",
        ),
    },
    Case {
        name: "expired",
        scene: server_shows(&[Certificate {
            days: (-368, -3),
            ..MY_SERVER
        }]),
        fails: client_refuses(
            45,
            "invalid peer certificate: certificate expired: verification time … (UNIX), but certificate is not valid \
             after … seconds ago)",
        ),
    },
    Case {
        name: "not-yet-valid",
        scene: server_shows(&[Certificate {
            days: (2, 365),
            ..MY_SERVER
        }]),
        fails: client_refuses(
            45,
            "invalid peer certificate: certificate not valid yet: verification time … (UNIX), but certificate is not \
             valid before … seconds in future)",
        ),
    },
    Case {
        name: "wrong-clock",
        scene: Scene {
            client: Party {
                clock: -3650,
                ..SCENE.client
            },
            ..SCENE
        },
        fails: client_refuses(45, "invalid peer certificate: certificate not valid yet: …"),
    },
    Case {
        name: "wrong-purpose",
        scene: server_shows(&[Certificate {
            purpose: Some(Purpose::Clients),
            ..MY_SERVER
        }]),
        fails: client_refuses(
            43,
            "invalid peer certificate: certificate does not allow extended key usage for server authentication, allows \
             client authentication",
        ),
    },
    Case {
        name: "ca-as-leaf",
        scene: server_shows(&[Certificate {
            is_ca: IsCa::Unlimited,
            ..MY_SERVER
        }]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        ),
    },
    Case {
        name: "x509-v1",
        scene: Scene {
            client: Party {
                trusts: &[OLD_CA],
                ..SCENE.client
            },
            ..server_shows(&[V1_SERVER])
        },
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(UnsupportedCertVersion))",
        ),
    },
    Case {
        name: "unknown-critical-extension",
        scene: server_shows(&[Certificate {
            unknown_critical_extension: true,
            ..MY_SERVER
        }]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(UnsupportedCriticalExtension))",
        ),
    },
    Case {
        name: "key-not-owned",
        scene: Scene {
            server: Party {
                key: Some(&STRANGERS_CA),
                checks_own_certificate: false,
                ..SCENE.server
            },
            ..SCENE
        },
        fails: client_refuses(51, "invalid peer certificate: BadSignature"),
    },
];
