//! How a cipher suite up to TLS 1.2 exchanges keys: its name says so, and the two messages of the exchange have
//! no other sign of their shape.

use crate::instruments::wire::names::CIPHER_SUITES;

/// A way to agree on the secret that all keys are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyExchange {
    /// The client makes the secret, and encrypts it for the server's certificate (RFC 5246 §7.4.7.1).
    Rsa,
    /// Fresh keys in a finite field, signed with the server's certificate (RFC 5246 §7.4.3).
    Dhe,
    /// The same on a curve (RFC 8422 §5.4).
    Ecdhe,
    /// Fresh keys that nobody signs.
    AnonymousDh,
    /// The same on a curve.
    AnonymousEcdh,
    /// A key agreed on outside TLS (RFC 4279 §2).
    Psk,
    /// The same, with fresh keys (RFC 4279 §3).
    DhePsk,
    /// The same on a curve (RFC 5489 §2).
    EcdhePsk,
    /// The same, with a secret encrypted for the server's certificate (RFC 4279 §4).
    RsaPsk,
    /// The shape of its messages is not known here.
    Unknown,
}

impl KeyExchange {
    /// Of the suite with this number: what stands between `TLS_` and `_WITH_` in its name.
    pub(crate) fn of(suite: u16) -> KeyExchange {
        match CIPHER_SUITES.key_exchange(suite).as_str() {
            "RSA" => KeyExchange::Rsa,
            "DHE_RSA" | "DHE_DSS" => KeyExchange::Dhe,
            "ECDHE_RSA" | "ECDHE_ECDSA" => KeyExchange::Ecdhe,
            "DH_anon" => KeyExchange::AnonymousDh,
            "ECDH_anon" => KeyExchange::AnonymousEcdh,
            "PSK" => KeyExchange::Psk,
            "DHE_PSK" => KeyExchange::DhePsk,
            "ECDHE_PSK" => KeyExchange::EcdhePsk,
            "RSA_PSK" => KeyExchange::RsaPsk,
            _ => KeyExchange::Unknown,
        }
    }

    /// The server signs its fresh key with the key of its certificate.
    pub(crate) fn is_signed(self) -> bool {
        matches!(self, KeyExchange::Dhe | KeyExchange::Ecdhe)
    }

    /// Both messages begin with words about the pre-shared key.
    pub(super) fn has_psk(self) -> bool {
        matches!(
            self,
            KeyExchange::Psk | KeyExchange::DhePsk | KeyExchange::EcdhePsk | KeyExchange::RsaPsk
        )
    }

    /// The fresh keys are numbers of a finite field.
    pub(super) fn is_finite_field(self) -> bool {
        matches!(
            self,
            KeyExchange::Dhe | KeyExchange::AnonymousDh | KeyExchange::DhePsk
        )
    }

    /// The fresh keys are points of a curve.
    pub(super) fn is_elliptic(self) -> bool {
        matches!(
            self,
            KeyExchange::Ecdhe | KeyExchange::AnonymousEcdh | KeyExchange::EcdhePsk
        )
    }

    /// The client encrypts a secret for the server's certificate.
    pub(super) fn is_rsa(self) -> bool {
        matches!(self, KeyExchange::Rsa | KeyExchange::RsaPsk)
    }
}
