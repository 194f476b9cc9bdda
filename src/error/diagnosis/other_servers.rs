//! What other servers call the settings that a remedy is about, so that readers find them in their own.
//!
//! Which program the server is, is not known here: a remedy names the settings of several.

use crate::language::Phrase;
use crate::phrase;

/// Where the servers of others say which CAs they trust for clients.
pub fn servers_cas() -> Phrase {
    phrase!(
        "the CAs that the server trusts for clients (hello-mtls: --cacert; nginx: \
    ssl_client_certificate; Apache: SSLCACertificateFile; HAProxy: ca-file; Go: ClientCAs; Node: ca; Python: \
    load_verify_locations; Java: the truststore)"
    )
}

/// Where they say that a certificate is required.
pub fn required() -> Phrase {
    phrase!(
        "a server that can do without says so in its settings (nginx: ssl_verify_client; \
    Apache: SSLVerifyClient; HAProxy: verify; Go: ClientAuth; Node: requestCert; Java: setNeedClientAuth)"
    )
}

/// What to do where two programs share no version, in the words of several.
pub(super) fn versions() -> Phrase {
    phrase!(
        "allow TLS 1.2 and 1.3 on both sides (hello-mtls: --tls-max; nginx: ssl_protocols; \
    Apache: SSLProtocol; HAProxy: ssl-min-ver; Go: MinVersion, MaxVersion)"
    )
}
