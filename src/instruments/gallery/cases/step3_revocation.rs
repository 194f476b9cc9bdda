//! Step 3, revocation: has the CA taken the server's certificate back?

use super::*;
use crate::instruments::gallery::RevocationList;
use crate::instruments::gallery::pki::{MY_CA, MY_SERVER, STRANGERS_CA};

/// The client knows this revocation list.
const fn client_knows(lists: &'static [RevocationList]) -> Scene {
    let client = Party {
        lists,
        ..SCENE.client
    };
    Scene { client, ..SCENE }
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "revoked",
        scene: client_knows(&[RevocationList {
            issuer: &MY_CA,
            revoked: &[MY_SERVER],
            days: (-1, 30),
        }]),
        fails: client_refuses(44, "invalid peer certificate: Revoked"),
        words: Words {
            story: "The CA has revoked it, and the client knows.",
            cause: "A certificate cannot be called back. A list (CRL) says which ones no longer count.",
            remedy: "a new certificate for the server",
        },
        others: Others {
            curl: "(60) SSL certificate problem: certificate revoked",
            openssl: "verify error:num=23:certificate revoked",
            node: "CERT_REVOKED",
            tls12: None,
        },
    },
    Case {
        name: "list-of-another-ca",
        scene: client_knows(&[RevocationList {
            issuer: &STRANGERS_CA,
            revoked: &[],
            days: (-1, 30),
        }]),
        fails: client_refuses(48, "invalid peer certificate: UnknownRevocationStatus"),
        words: Words {
            story: "The client has a revocation list of another CA.",
            cause: "Whoever checks revocation needs a list for every CA of the chain. rustls then says unknown_ca, \
                    although it knows the CA.",
            remedy: "the list of each CA in the chain, root and intermediates",
        },
        others: Others {
            curl: "(60) SSL certificate problem: unable to get certificate CRL",
            openssl: "verify error:num=3:unable to get certificate CRL",
            node: "UNABLE_TO_GET_CRL",
            tls12: None,
        },
    },
    Case {
        name: "stale-list",
        scene: client_knows(&[RevocationList {
            issuer: &MY_CA,
            revoked: &[],
            days: (-60, -30),
        }]),
        fails: nobody_notices(Step::ClientVerifiesServer),
        words: Words {
            story: "The client's list is a month old; nobody minds.",
            cause: "rustls uses a list beyond its nextUpdate unless it is told not to; OpenSSL refuses. What was revoked \
                    since then is let in.",
            remedy: "fetch lists before their nextUpdate: `hello-mtls inspect ca.crl` shows it",
        },
        others: Others {
            curl: "(60) SSL certificate problem: CRL has expired",
            openssl: "verify error:num=12:CRL has expired",
            node: "CRL_HAS_EXPIRED",
            tls12: None,
        },
    },
];
