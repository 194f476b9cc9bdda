//! Steps 4 and 5: the client's certificate, and what the server makes of it.

use super::*;
use crate::instruments::gallery::RevocationList;
use crate::instruments::gallery::pki::{
    INTERMEDIATE, MY_CA, MY_CLIENT, MY_NEW_CA, Purpose, STRANGERS_CA, Signs,
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

pub(super) const CASES: &[Case] = &[
    Case {
        name: "mtls-is-off",
        scene: Scene {
            server: server_trusts(&[]),
            ..SCENE
        },
        fails: nobody_notices(Step::ClientPresentsCertificate),
        words: Words {
            story: "The server never asks; nobody is authenticated.",
            cause: "No CertificateRequest, so the client keeps its certificate in its pocket. Nothing looks wrong: only \
                    a client without a certificate would show it.",
            remedy: "a client verifier on the server (here: no `--tls`); test with a client that has no certificate",
        },
        others: LET_IN,
    },
    Case {
        name: "picky-client",
        scene: Scene {
            twist: Twist::Picky,
            ..client_shows(&[STRANGER])
        },
        fails: server_refuses(116, "peer sent no certificates"),
        words: Words {
            story: "The server does not name the CA of the client.",
            cause: "The CertificateRequest lists the CAs that the server trusts. Browsers and keychains offer only \
                    what fits, so nobody is even asked. curl and openssl send what they were given.",
            remedy: "a certificate from one of the CAs that `openssl s_client` lists under \"Acceptable client \
                     certificate CA names\"",
        },
        others: hears::UNKNOWN_CA,
    },
    Case {
        name: "no-client-certificate",
        scene: client_shows(&[]),
        fails: server_refuses(116, "peer sent no certificates"),
        words: Words {
            story: "The server asks, and the client has none.",
            cause: "The client answers the CertificateRequest with an empty Certificate message. rustls says \
                    certificate_required in TLS 1.2 too; OpenSSL and Node say handshake_failure(40) there.",
            remedy: "`--cert client.crt --key client.key`",
        },
        others: hears::CERTIFICATE_REQUIRED,
    },
    Case {
        name: "never-reads",
        scene: Scene {
            twist: Twist::NeverReads,
            ..client_shows(&[])
        },
        fails: [
            Outcome {
                client: Ends::Well,
                ..server_refuses(116, "peer sent no certificates")[0]
            },
            server_refuses(116, "peer sent no certificates")[1],
        ],
        words: Words {
            story: "The client only writes, and believes all is well.",
            cause: "In TLS 1.3 the client is done first, and the refusal comes later. Who only writes, a logger say, \
                    never hears of it. In TLS 1.2 the handshake itself fails.",
            remedy: "read one answer of the application before you say that you are connected",
        },
        others: CANNOT_MEET,
    },
    Case {
        name: "client-unknown-ca",
        scene: client_shows(&[STRANGER]),
        fails: server_refuses(48, "invalid peer certificate: UnknownIssuer"),
        words: Words {
            story: "A CA that the server does not know signed it.",
            cause: "The CA for clients is a setting of the server, and need not be the CA of its own certificate.",
            remedy: "a certificate from the server's client CA, or that CA in the server's `--cacert`",
        },
        others: hears::UNKNOWN_CA,
    },
    Case {
        name: "client-missing-intermediate",
        scene: client_shows(&[Certificate {
            issuer: Some(&INTERMEDIATE),
            ..MY_CLIENT
        }]),
        fails: server_refuses(48, "invalid peer certificate: UnknownIssuer"),
        words: Words {
            story: "The client does not send the intermediate CA.",
            cause: "The server knows the root and sees the leaf. Clients have chains too.",
            remedy: "on the client: `cat client.crt intermediate.crt > chain.crt`, and `--cert chain.crt`",
        },
        others: hears::UNKNOWN_CA,
    },
    Case {
        name: "leaf-as-ca",
        scene: Scene {
            server: server_trusts(&[MY_CLIENT]),
            ..SCENE
        },
        fails: server_refuses(48, "invalid peer certificate: UnknownIssuer"),
        words: Words {
            story: "The server has the client's leaf in place of a CA.",
            cause: "A store of CAs answers \"who may sign?\". The client's own certificate signs nobody, not even itself.",
            remedy: "the CA in `--cacert`, and the client by name: `--allow uri:spiffe://hello-mtls/my-client`",
        },
        others: hears::UNKNOWN_CA,
    },
    Case {
        name: "client-remade-ca",
        scene: client_shows(&[Certificate {
            issuer: Some(&MY_NEW_CA),
            ..MY_CLIENT
        }]),
        fails: server_refuses(51, "invalid peer certificate: BadSignature"),
        words: Words {
            story: "The CA was made anew; the server has the old one.",
            cause: "The names fit, the keys do not. The client only hears decrypt_error.",
            remedy: "the same ca.crt on both sides, and certificates from it",
        },
        others: hears::DECRYPT_ERROR,
    },
    Case {
        name: "client-expired",
        scene: client_shows(&[Certificate {
            days: (-93, -3),
            ..MY_CLIENT
        }]),
        fails: server_refuses(45, "invalid peer certificate: certificate expired: …"),
        words: Words {
            story: "The client's certificate expired three days ago.",
            cause: "As with servers. But no browser warns of it, so it is noticed when nothing works any more.",
            remedy: "a new client certificate",
        },
        others: hears::CERTIFICATE_EXPIRED,
    },
    Case {
        name: "client-not-yet-valid",
        scene: client_shows(&[Certificate {
            days: (2, 90),
            ..MY_CLIENT
        }]),
        fails: server_refuses(45, "invalid peer certificate: certificate not valid yet: …"),
        words: Words {
            story: "It is valid from the day after tomorrow.",
            cause: "The clocks of CA and server differ, or the date was meant so. The client hears \"expired\", which is \
                    the alert for both.",
            remedy: "the right time on the CA and on the server",
        },
        others: hears::CERTIFICATE_EXPIRED,
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
        words: Words {
            story: "The client shows a server's certificate.",
            cause: "Its extended key usage says serverAuth only. Public CAs sign no others any more.",
            remedy: "extendedKeyUsage=clientAuth: one card a role, from a CA of your own",
        },
        others: hears::UNSUPPORTED_CERTIFICATE,
    },
    Case {
        name: "client-version-1",
        scene: Scene {
            server: server_trusts(&[OLD_CA]),
            ..client_shows(&[V1_CLIENT])
        },
        fails: server_refuses(
            46,
            "invalid peer certificate: Other(OtherError(UnsupportedCertVersion))",
        ),
        words: Words {
            story: "The client shows a certificate of version 1.",
            cause: "rustls takes version 3 only. The client hears certificate_unknown, which says nothing. Servers on \
                    OpenSSL, Node and Go take it.",
            remedy: "make it again with -extfile: version 3",
        },
        others: hears::CERTIFICATE_UNKNOWN,
    },
    Case {
        name: "ca-as-client",
        scene: client_shows(&[Certificate {
            signs: Signs::Everything,
            ..MY_CLIENT
        }]),
        fails: server_refuses(
            46,
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        ),
        words: Words {
            story: "The client shows a certificate with CA:TRUE.",
            cause: "Who may sign certificates could sign any client. rustls does not let it come in itself.",
            remedy: "a leaf with CA:FALSE",
        },
        others: hears::CERTIFICATE_UNKNOWN,
    },
    Case {
        name: "client-revoked",
        scene: server_knows(&[RevocationList {
            issuer: &MY_CA,
            revoked: &[MY_CLIENT],
            days: (-1, 30),
        }]),
        fails: server_refuses(44, "invalid peer certificate: Revoked"),
        words: Words {
            story: "The CA has revoked it, and the server knows.",
            cause: "That is how a lost laptop is locked out: its certificate is still valid, and no longer counts.",
            remedy: "a new certificate for the client",
        },
        others: hears::CERTIFICATE_REVOKED,
    },
    Case {
        name: "client-list-of-another-ca",
        scene: server_knows(&[RevocationList {
            issuer: &STRANGERS_CA,
            revoked: &[],
            days: (-1, 30),
        }]),
        fails: server_refuses(48, "invalid peer certificate: UnknownRevocationStatus"),
        words: Words {
            story: "The server has a revocation list of another CA.",
            cause: "Now nobody gets in: without a list of the right CA nothing is known about anybody. An intermediate \
                    needs one as well.",
            remedy: "`--crl` once for each CA of the chain",
        },
        others: hears::UNKNOWN_CA,
    },
    Case {
        name: "stolen-client-certificate",
        scene: Scene {
            client: Party {
                key: Some(&STRANGERS_CA),
                careful: false,
                ..SCENE.client
            },
            ..SCENE
        },
        fails: server_refuses(51, "invalid peer certificate: BadSignature"),
        words: Words {
            story: "The client does not own its certificate's key.",
            cause: "A certificate without its key opens nothing: the signature over this handshake does not fit.",
            remedy: "the client's own key",
        },
        others: KEY_MISMATCH,
    },
];
