//! Step 3, the leaf: is the server's certificate for this name, this purpose, this day, and its own?

use super::*;
use crate::instruments::gallery::pki::{MY_SERVER, Purpose, STRANGERS_CA, Signs};

const V1_SERVER: Certificate = fixture("v1-server", include_str!("../fixtures/v1-server.pem"));

/// The server's certificate has these names, and the client dials that one.
const fn named(shows: &'static [Certificate], dials: &'static str) -> Scene {
    Scene {
        dials,
        ..server_shows(shows)
    }
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "wrong-name",
        scene: server_shows(&[Certificate {
            names: "DNS:example.com",
            ..MY_SERVER
        }]),
        fails: client_refuses(
            42,
            "invalid peer certificate: certificate not valid for name \"localhost\"; certificate is only valid for \
             DnsName(\"example.com\")",
        ),
        words: Words {
            story: "It is for example.com; the client dials localhost.",
            cause: "It is genuine, but somebody else's. Without this check every server of the CA could be any other.",
            remedy: "dial a name that the certificate has, or a certificate for the name that is dialled",
        },
        others: Others {
            curl: "(60) SSL: no alternative certificate subject name matches target host name 'localhost'",
            openssl: "verify error:num=62:hostname mismatch",
            node: "ERR_TLS_CERT_ALTNAME_INVALID Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:example.com",
            tls12: None,
        },
    },
    Case {
        name: "no-name",
        scene: server_shows(&[Certificate {
            names: "",
            ..MY_SERVER
        }]),
        fails: client_refuses(
            42,
            "invalid peer certificate: certificate not valid for name \"localhost\"; certificate is not valid for any \
             names (according to its subjectAltName extension)",
        ),
        words: Words {
            story: "It has CN=localhost and no subjectAltName.",
            cause: "The common name is free text. rustls, Go and browsers never read it as a host name (RFC 9525 §2); \
                    curl and Node still do.",
            remedy: "subjectAltName=DNS:localhost,IP:127.0.0.1",
        },
        others: LET_IN,
    },
    Case {
        name: "ip-as-name",
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
        words: Words {
            story: "It has 127.0.0.1 as a DNS name, not as an IP.",
            cause: "An address is compared with the IP entries, byte by byte, never with the names.",
            remedy: "subjectAltName=IP:127.0.0.1",
        },
        others: Others {
            curl: "(60) SSL: no alternative certificate subject name matches target host name '127.0.0.1'",
            openssl: "verify error:num=64:IP address mismatch",
            node: "ERR_TLS_CERT_ALTNAME_INVALID Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list:",
            tls12: None,
        },
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
        words: Words {
            story: "*.example.test does not match a.b.example.test.",
            cause: "The star stands for exactly one label: neither two, nor none (RFC 9525 §6.3).",
            remedy: "list the name itself, or one more wildcard for that level",
        },
        others: Others {
            curl: "(60) SSL: no alternative certificate subject name matches target host name 'a.b.example.test'",
            openssl: "verify error:num=62:hostname mismatch",
            node: "ERR_TLS_CERT_ALTNAME_INVALID Hostname/IP does not match certificate's altnames: Host: a.b.example.test. is not in the cert's altnames: DNS:*.example.test",
            tls12: None,
        },
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
        words: Words {
            story: "The server's certificate expired three days ago.",
            cause: "A certificate is a promise until a day. After it nobody stands by it any more.",
            remedy: "a new certificate; and something that renews it in time",
        },
        others: Others {
            curl: "(60) SSL certificate problem: certificate has expired",
            openssl: "verify error:num=10:certificate has expired",
            node: "CERT_HAS_EXPIRED certificate has expired",
            tls12: None,
        },
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
        words: Words {
            story: "It is valid from the day after tomorrow.",
            cause: "The CA's clock is ahead, or the date was meant so. On the wire rustls says certificate_expired, \
                    which is the alert for both (RFC 8446 §6.2).",
            remedy: "the right time on the CA; let certificates begin some minutes in the past",
        },
        others: Others {
            curl: "(60) SSL certificate problem: certificate is not yet valid",
            openssl: "verify error:num=9:certificate is not yet valid",
            node: "CERT_NOT_YET_VALID certificate is not yet valid",
            tls12: None,
        },
    },
    Case {
        name: "clock",
        scene: Scene {
            client: Party {
                clock: -3650,
                ..SCENE.client
            },
            ..SCENE
        },
        fails: client_refuses(45, "invalid peer certificate: certificate not valid yet: …"),
        words: Words {
            story: "The client's clock is ten years behind.",
            cause: "A device without a battery wakes up in the past, where no certificate is valid yet. The server \
                    reads \"expired\", and searches in vain.",
            remedy: "set the client's clock before TLS (NTP)",
        },
        others: Others {
            openssl: "verify error:num=9:certificate is not yet valid",
            ..CANNOT_MEET
        },
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
        words: Words {
            story: "The server shows a certificate made for clients.",
            cause: "The extended key usage says clientAuth. Without any it would be good for both.",
            remedy: "extendedKeyUsage=serverAuth",
        },
        others: Others {
            curl: "(60) SSL certificate problem: unsuitable certificate purpose",
            openssl: "verify error:num=26:unsuitable certificate purpose",
            node: "INVALID_PURPOSE",
            tls12: None,
        },
    },
    Case {
        name: "ca-as-server",
        scene: server_shows(&[Certificate {
            signs: Signs::Everything,
            ..MY_SERVER
        }]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        ),
        words: Words {
            story: "The server shows a certificate with CA:TRUE.",
            cause: "rustls lets a CA sign, not serve: whoever steals this key could sign for everybody. OpenSSL and \
                    Node do not look.",
            remedy: "a leaf with CA:FALSE, signed by that CA: `hello-mtls certs`",
        },
        others: LET_IN,
    },
    Case {
        name: "version-1-server",
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
        words: Words {
            story: "The server shows a certificate of version 1.",
            cause: "It has no extensions, so no names and no purpose to check. See version-1.",
            remedy: "make it again with -extfile: version 3",
        },
        others: LET_IN,
    },
    Case {
        name: "strange-server",
        scene: server_shows(&[Certificate {
            strange: true,
            ..MY_SERVER
        }]),
        fails: client_refuses(
            46,
            "invalid peer certificate: Other(OtherError(UnsupportedCriticalExtension))",
        ),
        words: Words {
            story: "It has a critical extension that nobody knows.",
            cause: "Critical means: who does not understand this must refuse the whole (RFC 5280 §4.2).",
            remedy: "the same extension, not critical",
        },
        others: Others {
            curl: "(60) SSL certificate problem: unhandled critical extension",
            openssl: "verify error:num=34:unhandled critical extension",
            node: "UNSPECIFIED unhandled critical extension",
            tls12: None,
        },
    },
    Case {
        name: "stolen-certificate",
        scene: Scene {
            server: Party {
                key: Some(&STRANGERS_CA),
                careful: false,
                ..SCENE.server
            },
            ..SCENE
        },
        fails: client_refuses(51, "invalid peer certificate: BadSignature"),
        words: Words {
            story: "The server does not own its certificate's key.",
            cause: "A certificate is public: everybody can send a copy. Only the signature over this very handshake \
                    proves who one is.",
            remedy: "certificate and key that belong together; if it was not you, that was an attack",
        },
        others: Others {
            openssl: "tls_process_cert_verify:bad signature",
            tls12: Some(&hears::BAD_SIGNATURE),
            ..hears::BAD_SIGNATURE
        },
    },
];
