//! Steps 1 and 2: the two do not find together.

use super::*;
use crate::certificates::request::KeyType;
use crate::instruments::gallery::pki::MY_SERVER;
use crate::narration::Step::{ClientConnects, ServerPresentsCertificate};

/// What came back is no TLS record.
const WRONG_VERSION: Others = Others {
    curl: "(35) OpenSSL/…: error:0A00010B:SSL routines::wrong version number",
    openssl: "wrong version number",
    node: "EPROTO …wrong version number",
    tls12: None,
};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "nobody-listens",
        scene: twisted(Twist::NobodyListens),
        fails: [Outcome {
            step: ClientConnects,
            by: Some(Side::Client),
            alert: None,
            server: Ends::Well,
            client: Ends::With("Connection refused"),
            believed: false,
        }; 2],
        words: Words {
            story: "Nobody listens at that address and port.",
            cause: "TCP comes before TLS: the system answers at once that the port is closed. Often the server listens \
                    on 127.0.0.1, and localhost means ::1.",
            remedy: "start the server; listen on both addresses: `--listen localhost:3000`",
        },
        others: Others {
            curl: "(7) Failed to connect to localhost port … Couldn't connect to server",
            openssl: "BIO_connect:Connection refused",
            node: "ECONNREFUSED",
            tls12: None,
        },
    },
    Case {
        name: "plain-server",
        scene: twisted(Twist::PlainServer(
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        )),
        fails: no_tls("received corrupt message of type InvalidContentType"),
        words: Words {
            story: "The client says https, the server speaks HTTP.",
            cause: "The answer begins with the letter H, which is no type of TLS record.",
            remedy: "http:// in the URL, or TLS on the server",
        },
        others: WRONG_VERSION,
    },
    Case {
        name: "starttls",
        scene: twisted(Twist::PlainServer(b"220 mail.example.com ESMTP\r\n")),
        fails: no_tls("received corrupt message of type InvalidContentType"),
        words: Words {
            story: "The server speaks first, and TLS only when asked.",
            cause: "SMTP, IMAP, LDAP and PostgreSQL begin in the clear and switch to TLS when asked (STARTTLS).",
            remedy: "`openssl s_client -starttls smtp`, or the port that begins with TLS",
        },
        others: WRONG_VERSION,
    },
    Case {
        name: "hangs-up",
        scene: twisted(Twist::PlainServer(b"")),
        fails: [Outcome {
            step: ClientConnects,
            by: Some(Side::Client),
            alert: None,
            server: Ends::Well,
            client: Ends::With("unexpected end of file"),
            believed: false,
        }; 2],
        words: Words {
            story: "The server hears the hello and hangs up.",
            cause: "No alert, so it was hardly TLS that refused: a load balancer without a backend, a firewall that \
                    dislikes the name in the hello, a program that crashed.",
            remedy: "the server's log; then each box on the way",
        },
        others: hears::NOTHING,
    },
    Case {
        name: "plain-client",
        scene: twisted(Twist::PlainClient(
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        )),
        fails: [Outcome {
            client: Ends::With("the answer is no HTTP: 15 03 …"),
            ..server_ends(
                ClientConnects,
                50,
                "received corrupt message of type InvalidContentType",
            )[0]
        }; 2],
        words: Words {
            story: "The client says http, the server speaks TLS.",
            cause: "The letter G is no type of TLS record. The server says so in TLS, which the client cannot read.",
            remedy: "https:// in the URL",
        },
        others: Others {
            openssl: "",
            curl: "(1) Received HTTP/0.9 when not allowed",
            node: "HPE_INVALID_CONSTANT",
            tls12: None,
        },
    },
    Case {
        name: "versions",
        scene: twisted(Twist::Versions),
        fails: server_ends(
            ClientConnects,
            70,
            "peer is incompatible: Tls12NotOfferedOrEnabled",
        ),
        words: Words {
            story: "One speaks only TLS 1.3, the other only TLS 1.2.",
            cause: "The client offers, the server picks; here there is nothing to pick. TLS 1.0 and 1.1 are gone \
                    everywhere (RFC 8996).",
            remedy: "allow TLS 1.2 and 1.3 on both sides",
        },
        others: hears::PROTOCOL_VERSION,
    },
    Case {
        name: "suites",
        scene: twisted(Twist::Suites),
        fails: server_ends(
            ClientConnects,
            40,
            "peer is incompatible: NoCipherSuitesInCommon",
        ),
        words: Words {
            story: "One has AES suites only, the other ChaCha20 only.",
            cause: "Somebody made the list too short. In TLS 1.2 it also happens when the suites are for RSA, and the \
                    certificate is ECDSA.",
            remedy: "the default suites on both sides",
        },
        others: hears::HANDSHAKE_FAILURE,
    },
    Case {
        name: "groups",
        scene: twisted(Twist::Groups),
        fails: server_ends(
            ClientConnects,
            40,
            "peer is incompatible: NoKxGroupsInCommon",
        ),
        words: Words {
            story: "The two share no group for the key exchange.",
            cause: "Without a common group there is no common secret, and nothing to encrypt with.",
            remedy: "the default groups on both sides; X25519 is spoken everywhere",
        },
        others: hears::HANDSHAKE_FAILURE,
    },
    Case {
        name: "protocols",
        scene: twisted(Twist::Protocols),
        fails: server_ends(
            ClientConnects,
            120,
            "peer doesn't support any known protocol",
        ),
        words: Words {
            story: "The server offers h2, the client http/1.1 (ALPN).",
            cause: "Client and server each name what they would speak inside. If both do, and nothing is in both \
                    lists, the server has to end it (RFC 7301 §3.2).",
            remedy: "http/1.1 on both sides, or no ALPN at all",
        },
        others: hears::NO_APPLICATION_PROTOCOL,
    },
    Case {
        name: "changed-hello",
        scene: twisted(Twist::ChangesHello),
        fails: [
            Outcome {
                step: ClientConnects,
                by: Some(Side::Client),
                alert: Some((Side::Client, 20)),
                server: Ends::With("cannot decrypt peer's message"),
                client: Ends::With("cannot decrypt peer's message"),
                believed: false,
            },
            client_refuses(51, "invalid peer certificate: BadSignature")[1],
        ],
        words: Words {
            story: "Somebody on the way flips a bit in the hello.",
            cause: "Every key of TLS 1.3 depends on every byte of both hellos: two hellos, two keys. In TLS 1.2 the \
                    server signs the client's random number, and its signature does not fit.",
            remedy: "find the box that meddles",
        },
        others: Others {
            curl: "(35) OpenSSL/…: error:0A000119:SSL routines::decryption failed or bad record mac",
            openssl: "decryption failed or bad record mac",
            node: "EPROTO …decryption failed or bad record mac",
            tls12: Some(&hears::BAD_SIGNATURE),
        },
    },
    Case {
        name: "no-such-door",
        scene: Scene {
            server: Party {
                shows: &[Certificate {
                    names: "DNS:other.test",
                    ..MY_SERVER
                }],
                ..SCENE.server
            },
            ..twisted(Twist::OneDoor("other.test"))
        },
        fails: server_ends(
            ServerPresentsCertificate,
            49,
            "no server certificate chain resolved",
        ),
        words: Words {
            story: "The server has no certificate for that name.",
            cause: "The ClientHello names the server it wants (SNI). A server with several certificates picks one by \
                    that name. An IP address is never sent there (RFC 6066 §3).",
            remedy: "a certificate for that name, or a default one",
        },
        others: hears::ACCESS_DENIED,
    },
    Case {
        name: "schemes",
        scene: Scene {
            server: Party {
                shows: &[Certificate {
                    key: "ed25519",
                    key_type: KeyType::Ed25519,
                    ..MY_SERVER
                }],
                ..SCENE.server
            },
            ..twisted(Twist::Schemes)
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
                client: Ends::With("unexpected end of file"),
                ..server_ends(
                    ServerPresentsCertificate,
                    40,
                    "unexpected error: incompatible signing key",
                )[1]
            },
        ],
        words: Words {
            story: "The client cannot check an Ed25519 signature.",
            cause: "The client lists the signatures that it can check. The server has a key for none of them, so it has \
                    nothing to show.",
            remedy: "a P-256 certificate: everybody checks it",
        },
        others: Others {
            tls12: Some(&hears::NOTHING),
            ..hears::HANDSHAKE_FAILURE
        },
    },
];

/// What comes back is no TLS. The client says so, to somebody who cannot read it.
const fn no_tls(words: &'static str) -> [Outcome; 2] {
    [Outcome {
        server: Ends::Well,
        step: ClientConnects,
        ..client_refuses(50, words)[0]
    }; 2]
}
