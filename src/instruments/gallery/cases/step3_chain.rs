//! Step 3, the chain: which CAs signed the server's certificate, and were they allowed to?

use super::*;
use crate::instruments::gallery::pki::{
    INTERMEDIATE, IsCa, MY_CA, MY_NEW_CA, MY_SERVER, STRANGERS_CA,
};

const SHA1_SERVER: Certificate = fixture("sha1", include_str!("../fixtures/sha1-server.pem"));
const WEAK_CA: Certificate = fixture("weak-ca", include_str!("../fixtures/weak-ca.pem"));
const WEAK_SERVER: Certificate = fixture("weak", include_str!("../fixtures/weak-server.pem"));

const BELOW: Certificate = Certificate {
    issuer: Some(&INTERMEDIATE),
    ..MY_SERVER
};
const NOT_CA: Certificate = Certificate {
    is_ca: IsCa::No,
    ..INTERMEDIATE
};
const TOO_DEEP: Certificate = Certificate {
    name: "second-intermediate-ca",
    key: "second",
    issuer: Some(&INTERMEDIATE),
    ..INTERMEDIATE
};
const ONLY_EXAMPLE: Certificate = Certificate {
    name_constraint: Some("example.com"),
    ..INTERMEDIATE
};
const NAMESAKE: Certificate = Certificate {
    name: MY_SERVER.name,
    ..MY_CA
};
const NO_ROOT: Certificate = Certificate {
    is_ca: IsCa::No,
    ..MY_CA
};

/// The client trusts these CAs instead.
const fn client_trusts(server: &'static [Certificate], trusts: &'static [Certificate]) -> Scene {
    let client = Party {
        trusts,
        ..SCENE.client
    };
    Scene {
        client,
        ..server_shows(server)
    }
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "unknown-issuer",
        scene: server_shows(&[Certificate {
            issuer: Some(&STRANGERS_CA),
            ..MY_SERVER
        }]),
        fails: client_refuses(48, "invalid peer certificate: UnknownIssuer"),
    },
    Case {
        name: "unknown-root",
        scene: server_shows(&[
            Certificate {
                issuer: Some(&STRANGERS_CA),
                ..MY_SERVER
            },
            STRANGERS_CA,
        ]),
        fails: client_refuses(48, "invalid peer certificate: UnknownIssuer"),
    },
    Case {
        name: "self-signed",
        scene: server_shows(&[Certificate {
            issuer: None,
            ..MY_SERVER
        }]),
        fails: client_refuses(48, "invalid peer certificate: UnknownIssuer"),
    },
    Case {
        name: "missing-intermediate",
        scene: server_shows(&[BELOW]),
        fails: client_refuses(48, "invalid peer certificate: UnknownIssuer"),
    },
    Case {
        name: "ca-key-changed",
        scene: server_shows(&[Certificate {
            issuer: Some(&MY_NEW_CA),
            ..MY_SERVER
        }]),
        fails: client_refuses(51, "invalid peer certificate: BadSignature"),
    },
    Case {
        name: "issuer-not-ca",
        scene: server_shows(&[
            Certificate {
                issuer: Some(&NOT_CA),
                ..MY_SERVER
            },
            NOT_CA,
        ]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(EndEntityUsedAsCa))",
        ),
    },
    Case {
        name: "path-length",
        scene: server_shows(&[
            Certificate {
                issuer: Some(&TOO_DEEP),
                ..MY_SERVER
            },
            TOO_DEEP,
            INTERMEDIATE,
        ]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(PathLenConstraintViolated))",
        ),
    },
    Case {
        name: "name-constraints",
        scene: server_shows(&[
            Certificate {
                issuer: Some(&ONLY_EXAMPLE),
                ..MY_SERVER
            },
            ONLY_EXAMPLE,
        ]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(NameConstraintViolation))",
        ),
    },
    Case {
        name: "weak-signature",
        scene: client_trusts(&[SHA1_SERVER], &[OLD_CA]),
        fails: client_refuses(
            51,
            "invalid peer certificate: UnsupportedSignatureAlgorithmContext …",
        ),
    },
    Case {
        name: "weak-ca-key",
        scene: client_trusts(&[WEAK_SERVER], &[WEAK_CA]),
        fails: client_refuses(51, "invalid peer certificate: BadSignature"),
    },
    Case {
        name: "same-name",
        scene: client_trusts(
            &[Certificate {
                issuer: Some(&NAMESAKE),
                ..MY_SERVER
            }],
            &[NAMESAKE],
        ),
        fails: unnoticed(Step::ClientVerifiesServer),
    },
    Case {
        name: "root-not-ca",
        scene: Scene {
            server: Party {
                shows: &[Certificate {
                    issuer: Some(&NO_ROOT),
                    ..MY_SERVER
                }],
                ..SCENE.server
            },
            ..client_trusts(&[], &[NO_ROOT])
        },
        fails: unnoticed(Step::ClientVerifiesServer),
    },
];
