//! Steps 6 and 7: TLS is done. May the client come in, and does everything arrive?

use super::*;
use crate::instruments::gallery::RevocationList;
use crate::instruments::gallery::pki::{MY_CA, MY_CLIENT};
use crate::narration::Step::ApplicationData;

const TWO_URIS: Certificate = Certificate {
    names: "URI:spiffe://hello-mtls/my-client,URI:spiffe://hello-mtls/admin",
    ..MY_CLIENT
};

/// What comes from the server is an answer.
const FORBIDDEN: Others = Others {
    curl: "403",
    openssl: "HTTP/1.1 403 Forbidden",
    node: "403",
    tls12: None,
};

/// The line ends before the end of the answer.
const CUT_OFF: Outcome = Outcome {
    step: ApplicationData,
    by: Some(Side::Client),
    alert: None,
    server: Ends::Well,
    client: Ends::With("peer closed connection without sending TLS close_notify: …"),
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
        words: Words {
            story: "The server knows the client, and says 403.",
            cause: "Authentication is who you are, authorization is what you may. The second is not TLS: the answer is \
                    a 403, encrypted.",
            remedy: "`--allow uri:spiffe://hello-mtls/my-client`",
        },
        others: FORBIDDEN,
    },
    Case {
        name: "two-identities",
        scene: Scene {
            allows: &["uri:spiffe://hello-mtls/my-client"],
            ..client_shows(&[TWO_URIS])
        },
        fails: server_forbids("is refused: known, but not on the --allow list"),
        words: Words {
            story: "The certificate has two URIs, one of them allowed.",
            cause: "Which of them is it? SPIFFE allows one URI. Two programs that pick different ones can be played off \
                    against each other, so neither counts.",
            remedy: "one URI in a certificate",
        },
        others: FORBIDDEN,
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
            ..twisted(Twist::Resumes)
        },
        fails: server_forbids(
            "resumed, but its certificate is no longer valid: the CA has revoked the client's certificate",
        ),
        words: Words {
            story: "It was revoked after the client got its ticket.",
            cause: "A resumed handshake sends no certificates and skips steps 2 to 5. A server that does not look again \
                    lets a revoked client in until its tickets die.",
            remedy: "judge the remembered chain on every connection, as step 6 does; or drop the tickets",
        },
        others: FORBIDDEN,
    },
    Case {
        name: "slammed",
        scene: twisted(Twist::Slam),
        fails: [slam(true), slam(false)],
        words: Words {
            story: "The server says no in the handshake, not after it.",
            cause: "Its verifier looks at the name as well. The client hears access_denied, and nobody can tell it why.",
            remedy: "decide in step 6: a 403 has room for a reason",
        },
        others: hears::ACCESS_DENIED_LATE,
    },
    Case {
        name: "no-goodbye",
        scene: twisted(Twist::NoGoodbye),
        fails: [CUT_OFF; 2],
        words: Words {
            story: "The answer ends without length and close_notify.",
            cause: "TCP's end can be forged by anybody on the way. Without close_notify a whole answer and half an \
                    answer look the same.",
            remedy: "send_close_notify() before closing; say the length of every answer",
        },
        others: Others {
            curl: "200",
            openssl: "unexpected eof while reading",
            node: "200",
            tls12: None,
        },
    },
    Case {
        name: "cut",
        scene: twisted(Twist::Cuts),
        fails: [CUT_OFF; 2],
        words: Words {
            story: "The line is cut before the answer.",
            cause: "The client asked, and does not know whether the server did what it asked for.",
            remedy: "ask again if asking twice does no harm (GET does none)",
        },
        others: Others {
            curl: "(52) Empty reply from server",
            openssl: "unexpected eof while reading",
            node: "ECONNRESET socket hang up",
            tls12: None,
        },
    },
    Case {
        name: "changed-data",
        scene: twisted(Twist::ChangesData),
        fails: [Outcome {
            step: ApplicationData,
            by: Some(Side::Client),
            alert: Some((Side::Client, 20)),
            server: Ends::WellOrAlert,
            client: Ends::With("cannot decrypt peer's message"),
            believed: true,
        }; 2],
        words: Words {
            story: "Somebody on the way flips a bit of the answer.",
            cause: "Every record carries a seal over its bytes and its number. One wrong bit, and nothing of the record \
                    is delivered.",
            remedy: "find the box that meddles: a proxy, bad memory, an attacker",
        },
        others: Others {
            curl: "(56) OpenSSL SSL_read: OpenSSL/…: error:0A000119:SSL routines::decryption failed or bad record mac, errno 0",
            openssl: "decryption failed or bad record mac",
            node: "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
            tls12: Some(&Others {
                curl: "(56) OpenSSL SSL_read: OpenSSL/…: error:1C800066:Provider routines::cipher operation failed, errno 0",
                openssl: "cipher operation failed",
                node: "ERR_SSL_CIPHER_OPERATION_FAILED",
                tls12: None,
            }),
        },
    },
];

/// The server refuses in step 5 what belongs to step 6.
const fn slam(believed: bool) -> Outcome {
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
