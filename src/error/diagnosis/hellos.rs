//! Two sides that cannot agree on how to speak, or of which one does not speak TLS.

use rustls::{InvalidMessage, PeerIncompatible};

use super::other_servers::versions;
use super::{Row, row};
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// rustls checks of a record its type, its version and its length, in this order. A protocol other than TLS
/// fails at one of the first two; a wrong length comes from a program that speaks TLS, and badly.
pub(super) fn is_no_record(cause: &InvalidMessage) -> bool {
    matches!(
        cause,
        InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion
    )
}

pub(super) fn no_tls(side: Side) -> Row {
    let peer = side.peer();
    row(
        Step::ClientConnects,
        phrase!(
            "the {peer} does not speak TLS: its first bytes are no TLS record",
            peer
        ),
        match side {
            Side::Client => {
                phrase!("is there a TLS server at that port? A plain one wants http://")
            }
            Side::Server => phrase!("the client has to say https://"),
        },
    )
}

/// The two cannot agree on how to speak.
pub(super) fn incompatible(cause: &PeerIncompatible) -> Row {
    use PeerIncompatible as P;
    let (found, remedy) = match cause {
        P::NoSignatureSchemesInCommon => return no_scheme_in_common(),
        P::NoCertificateRequestSignatureSchemesInCommon => {
            return row(
                Step::ClientPresentsCertificate,
                phrase!(
                    "the server asks for a certificate, and accepts no signature that we can make"
                ),
                phrase!(
                    "the server's list of signature algorithms: ECDSA with P-256 belongs to it"
                ),
            );
        }
        P::NoCipherSuitesInCommon => (
            phrase!(
                "client and server share no cipher suite for this TLS version and the server's kind of key"
            ),
            phrase!(
                "the default suites on both sides; with an ML-DSA key on the server, TLS 1.3 on both: 1.2 has no ML-DSA"
            ),
        ),
        P::NoKxGroupsInCommon => (
            phrase!("client and server share no key-exchange group"),
            phrase!("the default groups on both sides: X25519 or P-256"),
        ),
        // RFC 8446 §9.2: a client that offers TLS 1.3 sends both extensions.
        P::NamedGroupsExtensionRequired => (
            phrase!("the client's hello names no key-exchange group: it has no supported_groups"),
            phrase!("a client with its default groups: X25519 or P-256"),
        ),
        P::KeyShareExtensionRequired => (
            phrase!(
                "the client's hello offers TLS 1.3 and has no key_share, not even an empty one"
            ),
            phrase!("another TLS program on the client's side"),
        ),
        // RFC 8422 §5.1.2: the uncompressed form is the only one that is left.
        P::EcPointsExtensionRequired => (
            phrase!(
                "the hello does not say in which form it sends points of a curve (ec_point_formats)"
            ),
            phrase!("a TLS library with its default settings on the other side"),
        ),
        P::NoEcPointFormatsInCommon | P::UncompressedEcPointsRequired => (
            phrase!(
                "the hello does not allow uncompressed points of a curve, the only form in use"
            ),
            phrase!("a TLS library with its default settings on the other side"),
        ),
        P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled
        | P::SupportedVersionsExtensionRequired
        | P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig => (
            phrase!("client and server share no TLS version"),
            versions(),
        ),
        P::Tls13RequiredForQuic => (
            phrase!("QUIC needs TLS 1.3, and the other side does not offer it"),
            phrase!("TLS 1.3 on both sides"),
        ),
        P::IncorrectCertificateTypeExtension => (
            phrase!("one side wants bare public keys (RFC 7250), the other certificates"),
            phrase!("X.509 certificates on both sides"),
        ),
        P::UnsolicitedCertificateTypeExtension => (
            phrase!(
                "the server chose a type of certificate (RFC 7250), and the client had offered none"
            ),
            phrase!("another TLS program on the server's side"),
        ),
        // TLS 1.2 brought this extension (RFC 5246 §7.4.1.4.1).
        P::SignatureAlgorithmsExtensionRequired => (
            phrase!("the client's hello names no signature algorithms: TLS 1.1 or older"),
            phrase!("allow TLS 1.2 and 1.3 on both sides"),
        ),
        // RFC 8446 §4.1.2: compression of records is gone, and a hello has to say so.
        P::NullCompressionRequired => (
            phrase!(
                "the client's hello does not offer to go without compression (NullCompressionRequired)"
            ),
            phrase!("a TLS library of this decade on the client's side, with its default settings"),
        ),
        P::ExtendedMasterSecretExtensionRequired => (
            phrase!(
                "the other side's hello has no extended_master_secret (RFC 7627), which TLS 1.2 needs here"
            ),
            phrase!("a TLS library of this decade on the other side, or TLS 1.3"),
        ),
        P::ServerSentHelloRetryRequestWithUnknownExtension => (
            phrase!("the server asks for another hello, in an extension that rustls does not know"),
            phrase!("another TLS program on the server's side"),
        ),
        P::ServerRejectedEncryptedClientHello(_) => (
            phrase!("the server cannot read the client's encrypted hello (ECH)"),
            phrase!("fresh ECH settings for this server"),
        ),
        other => {
            let cause = text::shorten(&text::terminal(&format!("{other:?}")), 240);
            return row(
                Step::ClientConnects,
                phrase!("client and server cannot agree: {cause}", cause),
                phrase!("TLS 1.2 and 1.3, the default suites and groups on both sides"),
            );
        }
    };
    row(Step::ClientConnects, found, remedy)
}

pub(super) fn no_scheme_in_common() -> Row {
    row(
        Step::ServerPresentsCertificate,
        phrase!("the client can check no signature that the server's key can make"),
        phrase!("another kind of key for the server: every TLS program can check P-256"),
    )
}
