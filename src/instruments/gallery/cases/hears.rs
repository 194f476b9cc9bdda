//! What curl, openssl and Node say when the server refuses them: an alert, or no word at all.
//!
//! Their words are OpenSSL's. It names most alerts after the first version that had them, SSL 3 or TLS 1.0,
//! and counts its reasons from 1000: unknown_ca is alert 48, so error 0A000418, which ends with 1048 in
//! hexadecimal.

use super::Others;

/// Heard in the handshake.
macro_rules! at_once {
    ($error:literal, $words:literal, $number:literal) => {
        Others {
            curl: concat!("(35) OpenSSL/…: error:", $error, ":SSL routines::", $words),
            openssl: concat!($words, ":…:SSL alert number ", $number),
            node: concat!("EPROTO …", $words, "…SSL alert number ", $number),
            tls12: None,
        }
    };
}

/// In TLS 1.3 heard with the first read after the handshake, in TLS 1.2 within it.
macro_rules! late {
    ($error:literal, $words:literal, $number:literal, $node:literal) => {
        Others {
            curl: concat!(
                "(56) OpenSSL SSL_read: OpenSSL/…: error:",
                $error,
                ":SSL routines::",
                $words,
                ", errno 0"
            ),
            node: concat!("ERR_SSL_", $node),
            tls12: Some(&at_once!($error, $words, $number)),
            ..at_once!($error, $words, $number)
        }
    };
}

pub(super) const PROTOCOL_VERSION: Others =
    at_once!("0A00042E", "tlsv1 alert protocol version", "70");
pub(super) const HANDSHAKE_FAILURE: Others =
    at_once!("0A000410", "sslv3 alert handshake failure", "40");
pub(super) const NO_APPLICATION_PROTOCOL: Others =
    at_once!("0A000460", "tlsv1 alert no application protocol", "120");
pub(super) const ACCESS_DENIED: Others = at_once!("0A000419", "tlsv1 alert access denied", "49");

pub(super) const ACCESS_DENIED_LATE: Others = late!(
    "0A000419",
    "tlsv1 alert access denied",
    "49",
    "TLSV1_ALERT_ACCESS_DENIED"
);
pub(super) const UNKNOWN_CA: Others = late!(
    "0A000418",
    "tlsv1 alert unknown ca",
    "48",
    "TLSV1_ALERT_UNKNOWN_CA"
);
pub(super) const DECRYPT_ERROR: Others = late!(
    "0A00041B",
    "tlsv1 alert decrypt error",
    "51",
    "TLSV1_ALERT_DECRYPT_ERROR"
);
pub(super) const UNSUPPORTED_CERTIFICATE: Others = late!(
    "0A000413",
    "sslv3 alert unsupported certificate",
    "43",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"
);
pub(super) const CERTIFICATE_UNKNOWN: Others = late!(
    "0A000416",
    "sslv3 alert certificate unknown",
    "46",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN"
);
pub(super) const CERTIFICATE_REVOKED: Others = late!(
    "0A000414",
    "sslv3 alert certificate revoked",
    "44",
    "SSLV3_ALERT_CERTIFICATE_REVOKED"
);
/// In TLS 1.2 curl speaks as if it were about the server's certificate.
pub(super) const CERTIFICATE_EXPIRED: Others = Others {
    tls12: Some(&Others {
        curl: "(60) SSL certificate verification failed",
        ..at_once!("0A000415", "sslv3 alert certificate expired", "45")
    }),
    ..late!(
        "0A000415",
        "sslv3 alert certificate expired",
        "45",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED"
    )
};
/// In TLS 1.2 curl has an exit code of its own for it.
pub(super) const CERTIFICATE_REQUIRED: Others = Others {
    tls12: Some(&Others {
        curl: "(98) OpenSSL/…: error:0A00045C:SSL routines::tlsv13 alert certificate required",
        ..at_once!("0A00045C", "tlsv13 alert certificate required", "116")
    }),
    ..late!(
        "0A00045C",
        "tlsv13 alert certificate required",
        "116",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    )
};

/// The line ends within the handshake.
pub(super) const NOTHING: Others = Others {
    curl: "(35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to localhost:…",
    openssl: "unexpected eof while reading",
    node: "ECONNRESET Client network socket disconnected before secure TLS connection was established",
    tls12: None,
};

/// The server's signature in TLS 1.2 does not fit.
pub(super) const BAD_SIGNATURE: Others = Others {
    curl: "(35) OpenSSL/…: error:0A00007B:SSL routines::bad signature",
    openssl: "tls_process_key_exchange:bad signature",
    node: "EPROTO …bad signature",
    tls12: None,
};
