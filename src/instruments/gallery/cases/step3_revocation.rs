//! Step 3, revocation: has the CA taken the server's certificate back?

use super::*;
use crate::handshake::ExpiredLists;
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
    },
    Case {
        name: "crl-of-another-ca",
        scene: client_knows(&[RevocationList {
            issuer: &STRANGERS_CA,
            revoked: &[],
            days: (-1, 30),
        }]),
        fails: client_refuses(48, "invalid peer certificate: UnknownRevocationStatus"),
    },
    Case {
        name: "crl-expired",
        scene: Scene {
            client: Party {
                lists: &[RevocationList {
                    issuer: &MY_CA,
                    revoked: &[],
                    days: (-60, -30),
                }],
                expired_lists: ExpiredLists::Use,
                ..SCENE.client
            },
            ..SCENE
        },
        fails: unnoticed(Step::ClientVerifiesServer),
    },
];
