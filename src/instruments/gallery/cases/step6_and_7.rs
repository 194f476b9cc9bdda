//! Steps 6 and 7: TLS is done. May the client come in, and does everything arrive?

use super::*;
use crate::instruments::gallery::RevocationList;
use crate::instruments::gallery::pki::{MY_CA, MY_CLIENT};
use crate::narration::Step::ApplicationData;

const TWO_URIS: Certificate = Certificate {
    names: "URI:spiffe://hello-mtls/my-client,URI:spiffe://hello-mtls/admin",
    ..MY_CLIENT
};

/// The line ends before the end of the answer.
const CUT_OFF: Outcome = Outcome {
    step: ApplicationData,
    by: Some(Side::Client),
    alert: None,
    server: Termination::Well,
    client: Termination::With("peer closed connection without sending TLS close_notify: …"),
    believed: true,
};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "forbidden",
        scene: Scene {
            allows: &["uri:spiffe://hello-mtls/admin"],
            ..SCENE
        },
        fails: server_forbids(
            "uri:spiffe://hello-mtls/my-client is refused: known, but not on the --allow list",
        ),
    },
    Case {
        name: "two-identities",
        scene: Scene {
            allows: &["uri:spiffe://hello-mtls/my-client"],
            ..client_shows(&[TWO_URIS])
        },
        fails: server_forbids("is refused: known, but not on the --allow list"),
    },
    Case {
        name: "revoked-after-the-ticket",
        scene: Scene {
            server: Party {
                lists: &[RevocationList {
                    issuer: &MY_CA,
                    revoked: &[MY_CLIENT],
                    days: (-1, 30),
                }],
                ..SCENE.server
            },
            ..with_fault(Fault::Resumes)
        },
        fails: server_forbids(
            "resumed, but its certificate is no longer valid: the CA has revoked the client's certificate",
        ),
    },
    Case {
        name: "revoked-while-open",
        scene: Scene {
            server: Party {
                lists: &[RevocationList {
                    issuer: &MY_CA,
                    revoked: &[MY_CLIENT],
                    days: (-1, 30),
                }],
                ..SCENE.server
            },
            ..with_fault(Fault::StaysOpen)
        },
        fails: server_forbids(
            "the connection is still open, but its certificate is no longer valid: the CA has revoked the client's \
             certificate",
        ),
    },
    Case {
        name: "rejected-in-verifier",
        scene: with_fault(Fault::VerifierRejectsIdentity),
        fails: [verifier_rejects(true), verifier_rejects(false)],
    },
    Case {
        name: "no-close-notify",
        scene: with_fault(Fault::NoCloseNotify),
        fails: [CUT_OFF; 2],
    },
    Case {
        name: "connection-cut",
        scene: with_fault(Fault::ConnectionCut),
        fails: [CUT_OFF; 2],
    },
    Case {
        name: "tampered-data",
        scene: with_fault(Fault::TamperedData),
        fails: [Outcome {
            step: ApplicationData,
            by: Some(Side::Client),
            alert: Some((Side::Client, 20)),
            server: Termination::WellOrAlert,
            client: Termination::With("cannot decrypt peer's message"),
            believed: true,
        }; 2],
    },
];

/// The server refuses in step 5 what belongs to step 6.
const fn verifier_rejects(believed: bool) -> Outcome {
    let refused = server_refuses(
        49,
        "invalid peer certificate: ApplicationVerificationFailure",
    )[0];
    Outcome {
        step: Step::ServerAuthorizesClient,
        believed,
        ..refused
    }
}
