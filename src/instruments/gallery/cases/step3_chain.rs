//! Step 3, the chain: who signed the server's certificate, and may they?

use super::*;
use crate::instruments::gallery::pki::{
    INTERMEDIATE, MY_CA, MY_NEW_CA, MY_SERVER, STRANGERS_CA, Signs,
};

const SHA1_SERVER: Certificate = fixture("sha1", include_str!("../fixtures/sha1-server.pem"));
const WEAK_CA: Certificate = fixture("weak-ca", include_str!("../fixtures/weak-ca.pem"));
const WEAK_SERVER: Certificate = fixture("weak", include_str!("../fixtures/weak-server.pem"));

const BELOW: Certificate = Certificate {
    issuer: Some(&INTERMEDIATE),
    ..MY_SERVER
};
const NO_CA: Certificate = Certificate {
    signs: Signs::Nothing,
    ..INTERMEDIATE
};
const TOO_DEEP: Certificate = Certificate {
    name: "second-intermediate-ca",
    key: "second",
    issuer: Some(&INTERMEDIATE),
    ..INTERMEDIATE
};
const ONLY_EXAMPLE: Certificate = Certificate {
    within: Some("example.com"),
    ..INTERMEDIATE
};
const NAMESAKE: Certificate = Certificate {
    name: MY_SERVER.name,
    ..MY_CA
};
const NO_ROOT: Certificate = Certificate {
    signs: Signs::Nothing,
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

/// The one above it is not there.
const NO_ISSUER: Others = Others {
    curl: "(60) SSL certificate problem: unable to get local issuer certificate",
    openssl: "verify error:num=20:unable to get local issuer certificate",
    node: "UNABLE_TO_VERIFY_LEAF_SIGNATURE unable to verify the first certificate",
    tls12: None,
};

/// It is signed by its own name.
const SELF_SIGNED: Others = Others {
    curl: "(60) SSL certificate problem: self-signed certificate",
    openssl: "verify error:num=18:self-signed certificate",
    node: "DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate",
    tls12: None,
};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "unknown-ca",
        scene: server_shows(&[Certificate {
            issuer: Some(&STRANGERS_CA),
            ..MY_SERVER
        }]),
        fails: client_refuses(48, "invalid peer certificate: UnknownIssuer"),
        words: Words {
            story: "A CA that the client does not know signed it.",
            cause: "The name of the issuer is on none of the client's CAs. Perhaps it has an old ca.crt, perhaps a \
                    proxy of the company answers instead of the server.",
            remedy: "`--cacert` with the CA that signed it: `openssl s_client` names it behind i:",
        },
        others: NO_ISSUER,
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
        words: Words {
            story: "The root is sent along, unknown to the client.",
            cause: "Every root is self-signed, and nobody believes it because it was sent. So a root in a chain is \
                    of no use, and behind a company's proxy this is the usual message.",
            remedy: "that root in `--cacert`, if you know from elsewhere that it is the right one",
        },
        others: Others {
            curl: "(60) SSL certificate problem: self-signed certificate in certificate chain",
            openssl: "verify error:num=19:self-signed certificate in certificate chain",
            node: "SELF_SIGNED_CERT_IN_CHAIN self-signed certificate in certificate chain",
            tls12: None,
        },
    },
    Case {
        name: "self-signed",
        scene: server_shows(&[Certificate {
            issuer: None,
            ..MY_SERVER
        }]),
        fails: client_refuses(48, "invalid peer certificate: UnknownIssuer"),
        words: Words {
            story: "It is self-signed, and the client has no copy.",
            cause: "It says about itself that it is right. Everybody can say so.",
            remedy: "a CA and a leaf (`hello-mtls certs`), or give the client that very certificate as `--cacert`",
        },
        others: SELF_SIGNED,
    },
    Case {
        name: "missing-intermediate",
        scene: server_shows(&[BELOW]),
        fails: client_refuses(48, "invalid peer certificate: UnknownIssuer"),
        words: Words {
            story: "The server does not send the intermediate CA.",
            cause: "The client knows the root and sees the leaf; the link between them is missing. Browsers may fetch \
                    or remember it. rustls, OpenSSL and Node never do.",
            remedy: "on the server: `cat server.crt intermediate.crt > chain.crt`",
        },
        others: NO_ISSUER,
    },
    Case {
        name: "remade-ca",
        scene: server_shows(&[Certificate {
            issuer: Some(&MY_NEW_CA),
            ..MY_SERVER
        }]),
        fails: client_refuses(51, "invalid peer certificate: BadSignature"),
        words: Words {
            story: "The CA was made anew; the client has the old one.",
            cause: "The names fit, the keys do not: the signature is not by the key that the client knows. A script that \
                    ran twice does this.",
            remedy: "the new ca.crt for everybody, and new certificates from it",
        },
        others: NO_ISSUER,
    },
    Case {
        name: "issuer-is-no-ca",
        scene: server_shows(&[
            Certificate {
                issuer: Some(&NO_CA),
                ..MY_SERVER
            },
            NO_CA,
        ]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(EndEntityUsedAsCa))",
        ),
        words: Words {
            story: "The intermediate that signed it is no CA.",
            cause: "Otherwise everybody with a certificate could sign others. That was a real hole once.",
            remedy: "an intermediate with basicConstraints CA:TRUE",
        },
        others: Others {
            curl: "(60) SSL certificate problem: invalid CA certificate",
            openssl: "verify error:num=79:invalid CA certificate",
            node: "UNSPECIFIED key usage does not include certificate signing",
            tls12: None,
        },
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
        words: Words {
            story: "The chain is one CA longer than it may be.",
            cause: "The intermediate says pathlen:0: it may sign leaves, and no further CA. Here it signed one.",
            remedy: "sign with the CA above, or make that one with a longer path",
        },
        others: Others {
            curl: "(60) SSL certificate problem: path length constraint exceeded",
            openssl: "verify error:num=25:path length constraint exceeded",
            node: "PATH_LENGTH_EXCEEDED",
            tls12: None,
        },
    },
    Case {
        name: "name-constraint",
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
        words: Words {
            story: "The intermediate may not sign for that name.",
            cause: "Its name constraints bind everything below it, whatever the leaf says.",
            remedy: "a CA that may sign that name",
        },
        others: Others {
            curl: "(60) SSL certificate problem: permitted subtree violation",
            openssl: "verify error:num=47:permitted subtree violation",
            node: "UNSPECIFIED permitted subtree violation",
            tls12: None,
        },
    },
    Case {
        name: "sha1",
        scene: client_trusts(&[SHA1_SERVER], &[OLD_CA]),
        fails: client_refuses(
            51,
            "invalid peer certificate: UnsupportedSignatureAlgorithmContext …",
        ),
        words: Words {
            story: "The CA signed it with SHA-1.",
            cause: "Two certificates with the same SHA-1 hash can be made, so a signature over it proves nothing. rustls has \
                    no code for it.",
            remedy: "sign it again with SHA-256: `openssl x509 -req -sha256`",
        },
        others: Others {
            curl: "(60) SSL certificate problem: CA signature digest algorithm too weak",
            openssl: "verify error:num=68:CA signature digest algorithm too weak",
            node: "UNSPECIFIED CA signature digest algorithm too weak",
            tls12: None,
        },
    },
    Case {
        name: "weak-ca",
        scene: client_trusts(&[WEAK_SERVER], &[WEAK_CA]),
        fails: client_refuses(51, "invalid peer certificate: BadSignature"),
        words: Words {
            story: "The CA's key is RSA with 1024 bits.",
            cause: "Keys below 2048 bits are not even tried. The words \"BadSignature\" mislead: the signature fits.",
            remedy: "a new CA: P-256, or RSA with 2048 bits or more",
        },
        others: Others {
            curl: "(60) SSL certificate problem: CA certificate key too weak",
            openssl: "verify error:num=67:CA certificate key too weak",
            node: "200",
            tls12: None,
        },
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
        fails: nobody_notices(Step::ClientVerifiesServer),
        words: Words {
            story: "CA and leaf share a name; curl says self-signed.",
            cause: "Issuer and subject are equal, and nothing else names the issuer: OpenSSL takes it for its own. rustls \
                    tries the CA's key, which fits. rcgen names both \"rcgen self signed cert\" unless told otherwise.",
            remedy: "a name for each (rcgen: params.distinguished_name), and an authorityKeyIdentifier",
        },
        others: SELF_SIGNED,
    },
    Case {
        name: "loose-root",
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
        fails: nobody_notices(Step::ClientVerifiesServer),
        words: Words {
            story: "The root is no CA. rustls takes it, curl does not.",
            cause: "Of a root that it was given, rustls uses name and key only: to put it into the store is the \
                    decision. OpenSSL checks its basicConstraints, key usage and dates as well.",
            remedy: "a root with CA:TRUE and keyCertSign: `hello-mtls certs ca`",
        },
        others: Others {
            curl: "(60) SSL certificate problem: invalid CA certificate",
            openssl: "verify error:num=79:invalid CA certificate",
            node: "UNSPECIFIED key usage does not include certificate signing",
            tls12: None,
        },
    },
];
