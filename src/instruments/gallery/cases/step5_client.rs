//! Steps 4 and 5: the client's certificate, and what the server makes of it.

use super::*;
use crate::certificates::request::KeyType;
use crate::error::LateRequest;
use crate::instruments::gallery::RevocationList;
use crate::instruments::gallery::pki::{
    INTERMEDIATE, IsCa, MY_CA, MY_CLIENT, MY_NEW_CA, Purpose, STRANGERS_CA,
};

const STRANGER: Certificate = Certificate {
    issuer: Some(&STRANGERS_CA),
    ..MY_CLIENT
};
const V1_CLIENT: Certificate = fixture("v1-client", include_str!("../fixtures/v1-client.pem"));

/// The server knows this revocation list.
const fn server_knows(lists: &'static [RevocationList]) -> Scene {
    let server = Party {
        lists,
        ..SCENE.server
    };
    Scene { server, ..SCENE }
}

/// The server asks for no certificate in its handshake.
const fn asks_late(request: LateRequest) -> Scene {
    Scene {
        server: server_trusts(&[]),
        ..with_fault(Fault::AsksLate(request))
    }
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "no-certificate-request",
        scene: Scene {
            server: server_trusts(&[]),
            ..SCENE
        },
        fails: unnoticed(Step::ClientPresentsCertificate),
    },
    Case {
        name: "renegotiation",
        scene: asks_late(LateRequest::Renegotiation),
        fails: [Outcome {
            step: Step::ClientPresentsCertificate,
            by: Some(Side::Server),
            alert: Some((Side::Server, 40)),
            server: Termination::With("asked for a new handshake, and the client declines"),
            client: Termination::Alert,
            believed: true,
        }; 2],
    },
    Case {
        name: "post-handshake-auth",
        scene: asks_late(LateRequest::CertificateRequest),
        fails: [Outcome {
            step: Step::ClientPresentsCertificate,
            by: Some(Side::Client),
            alert: Some((Side::Client, 10)),
            server: Termination::With(
                "asked for a certificate after the handshake, and the client declines",
            ),
            client: Termination::With(
                "received unexpected handshake message: got CertificateRequest …",
            ),
            believed: true,
        }; 2],
    },
    Case {
        name: "client-filters-by-ca-hint",
        scene: Scene {
            fault: Fault::ClientFiltersByCaHint,
            ..client_shows(&[STRANGER])
        },
        fails: server_refuses(116, "peer sent no certificates"),
    },
    Case {
        name: "no-client-certificate",
        scene: client_shows(&[]),
        fails: server_refuses(116, "peer sent no certificates"),
    },
    Case {
        name: "client-key-not-accepted",
        scene: Scene {
            client: Party {
                shows: &[Certificate {
                    key: "ml-dsa-client",
                    key_type: KeyType::MlDsa65,
                    ..MY_CLIENT
                }],
                ..SCENE.client
            },
            ..with_fault(Fault::KnowsNoMlDsa(Side::Server))
        },
        fails: server_refuses(116, "peer sent no certificates"),
    },
    Case {
        name: "never-reads",
        scene: Scene {
            fault: Fault::NeverReads,
            ..client_shows(&[])
        },
        fails: [
            Outcome {
                client: Termination::Well,
                ..server_refuses(116, "peer sent no certificates")[0]
            },
            server_refuses(116, "peer sent no certificates")[1],
        ],
    },
    Case {
        name: "client-unknown-issuer",
        scene: client_shows(&[STRANGER]),
        fails: server_refuses(48, "invalid peer certificate: UnknownIssuer"),
    },
    Case {
        name: "client-missing-intermediate",
        scene: client_shows(&[Certificate {
            issuer: Some(&INTERMEDIATE),
            ..MY_CLIENT
        }]),
        fails: server_refuses(48, "invalid peer certificate: UnknownIssuer"),
    },
    Case {
        name: "leaf-as-ca",
        scene: Scene {
            server: server_trusts(&[MY_CLIENT]),
            ..SCENE
        },
        fails: server_refuses(48, "invalid peer certificate: UnknownIssuer"),
    },
    Case {
        name: "client-ca-key-changed",
        scene: client_shows(&[Certificate {
            issuer: Some(&MY_NEW_CA),
            ..MY_CLIENT
        }]),
        fails: server_refuses(51, "invalid peer certificate: BadSignature"),
    },
    Case {
        name: "client-expired",
        scene: client_shows(&[Certificate {
            days: (-93, -3),
            ..MY_CLIENT
        }]),
        fails: server_refuses(45, "invalid peer certificate: certificate expired: …"),
    },
    Case {
        name: "client-not-yet-valid",
        scene: client_shows(&[Certificate {
            days: (2, 90),
            ..MY_CLIENT
        }]),
        fails: server_refuses(45, "invalid peer certificate: certificate not valid yet: …"),
    },
    Case {
        name: "client-wrong-purpose",
        scene: client_shows(&[Certificate {
            purpose: Some(Purpose::Servers),
            ..MY_CLIENT
        }]),
        fails: server_refuses(
            43,
            "invalid peer certificate: certificate does not allow extended key usage for client authentication, allows \
             server authentication",
        ),
    },
    Case {
        name: "client-x509-v1",
        scene: Scene {
            server: server_trusts(&[OLD_CA]),
            ..client_shows(&[V1_CLIENT])
        },
        fails: server_refuses(
            46,
            "invalid peer certificate: Other(OtherError(UnsupportedCertVersion))",
        ),
    },
    Case {
        name: "client-ca-as-leaf",
        scene: client_shows(&[Certificate {
            is_ca: IsCa::Unlimited,
            ..MY_CLIENT
        }]),
        fails: server_refuses(
            46,
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        ),
    },
    Case {
        name: "client-revoked",
        scene: server_knows(&[RevocationList {
            issuer: &MY_CA,
            revoked: &[MY_CLIENT],
            days: (-1, 30),
        }]),
        fails: server_refuses(44, "invalid peer certificate: Revoked"),
    },
    Case {
        name: "client-crl-of-another-ca",
        scene: server_knows(&[RevocationList {
            issuer: &STRANGERS_CA,
            revoked: &[],
            days: (-1, 30),
        }]),
        fails: server_refuses(48, "invalid peer certificate: UnknownRevocationStatus"),
    },
    Case {
        name: "client-crl-expired",
        scene: server_knows(&[RevocationList {
            issuer: &MY_CA,
            revoked: &[],
            days: (-60, -30),
        }]),
        fails: server_refuses(
            48,
            "invalid peer certificate: certificate revocation list expired: …",
        ),
    },
    Case {
        name: "client-key-not-owned",
        scene: Scene {
            client: Party {
                key: Some(&STRANGERS_CA),
                checks_own_certificate: false,
                ..SCENE.client
            },
            ..SCENE
        },
        fails: server_refuses(51, "invalid peer certificate: BadSignature"),
    },
    Case {
        name: "refused-by-status",
        scene: Scene {
            fault: Fault::RefusesByStatus,
            ..client_shows(&[])
        },
        fails: [Outcome {
            step: Step::ServerVerifiesClient,
            by: Some(Side::Server),
            alert: None,
            server: Termination::With(
                "the client sent no certificate, and hears so from the status",
            ),
            client: Termination::With("HTTP/1.1 400 Bad Request"),
            believed: true,
        }; 2],
    },
];
