//! What we find wrong with the other side's certificate.

use std::net::IpAddr;

use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::{Row, row};
use crate::clock::Moment;
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// The other side was asked for a certificate, or owes one, and sent none.
pub(super) fn none_came(side: Side) -> Row {
    match side {
        Side::Server => row(
            Step::ServerVerifiesClient,
            phrase!("the server asked for a certificate and the client sent none"),
            phrase!("the client needs --cert and --key (curl: the same names)"),
        ),
        // RFC 8446 §4.4.2: a server's list of certificates must not be empty.
        Side::Client => row(
            Step::ServerPresentsCertificate,
            phrase!("the server sent no certificate"),
            phrase!("another server, or one with --cert and --key"),
        ),
    }
}

/// The certificate of the other side is not accepted.
pub(super) fn refused_here(side: Side, cause: &CertificateError) -> Row {
    let whose = side.peer();
    match cause {
        CertificateError::ApplicationVerificationFailure => own_verifier(side),
        cause => by_rustls(whose, cause),
    }
}

/// The application's own decision, made early: what is step 6 elsewhere.
fn own_verifier(side: Side) -> Row {
    match side {
        Side::Server => row(
            Step::ServerAuthorizesClient,
            phrase!("the client is known, and this server's own verifier does not let it in"),
            phrase!("its list of clients; a 403 after the handshake could have said why"),
        ),
        Side::Client => row(
            Step::ClientVerifiesServer,
            phrase!("the server is known, and this client's own verifier does not accept it"),
            phrase!("its list of servers"),
        ),
    }
}

/// Whose certificate it is, and what rustls says of it.
pub(super) fn by_rustls(whose: Side, cause: &CertificateError) -> Row {
    use CertificateError as C;
    let new = || phrase!("a new certificate for the {whose}", whose);
    let (found, remedy) = match cause {
        C::UnknownIssuer => (
            phrase!("no CA in --cacert signed the {whose}'s certificate", whose),
            phrase!(
                "--cacert with the CA that signed it; if there are intermediates, the {whose} has to send them too",
                whose
            ),
        ),
        C::ExpiredContext { time, not_after } => (
            phrase!(
                "the {whose}'s certificate expired {not_after} ago, on {date_and_time}",
                whose,
                not_after = moment(time).distance(moment(not_after)),
                date_and_time = moment(not_after).date_and_time()
            ),
            new(),
        ),
        // Without a date: webpki's InvalidCertValidity. A certificate that is past its end has one.
        C::Expired => (
            phrase!("the {whose}'s certificate ends before it begins", whose),
            new(),
        ),
        C::NotValidYetContext { time, not_before } => (
            phrase!(
                "the {whose}'s certificate is valid only in {not_before}, from {date_and_time}",
                whose,
                not_before = moment(time).distance(moment(not_before)),
                date_and_time = moment(not_before).date_and_time()
            ),
            phrase!(
                "the clock here; it says {date_and_time}",
                date_and_time = moment(time).date_and_time()
            ),
        ),
        C::NotValidYet => (
            phrase!("the {whose}'s certificate is not valid yet", whose),
            phrase!("the clock here"),
        ),
        C::NotValidForNameContext {
            expected,
            presented,
        } => wrong_name(whose, &expected.to_str(), presented),
        C::NotValidForName => (
            phrase!(
                "the {whose}'s certificate is not for the name that was dialled",
                whose
            ),
            phrase!("one of its names in the URL, or a certificate for this one"),
        ),
        C::InvalidPurposeContext { .. } | C::InvalidPurpose => (
            phrase!(
                "the {whose}'s certificate is made for another purpose (extended key usage)",
                whose
            ),
            phrase!("a certificate with {usage}", usage = format!("{whose}Auth")),
        ),
        C::Revoked => (
            phrase!("the CA has revoked the {whose}'s certificate", whose),
            phrase!("a new key, and a certificate for it from the CA"),
        ),
        C::UnknownRevocationStatus => (
            phrase!("a CRL is loaded, but none of the issuer of this certificate"),
            phrase!("--crl once for each CA of the chain"),
        ),
        C::ExpiredRevocationListContext { time, next_update } => (
            phrase!(
                "the CRL of the {whose}'s CA should have been replaced {next_update} ago, on {date_and_time}",
                whose,
                next_update = moment(time).distance(moment(next_update)),
                date_and_time = moment(next_update).date_and_time()
            ),
            phrase!("a fresh list: hello-mtls certs revoke"),
        ),
        C::ExpiredRevocationList => (
            phrase!(
                "the CRL of the {whose}'s CA should have been replaced by now",
                whose
            ),
            phrase!("a fresh list: hello-mtls certs revoke"),
        ),
        // webpki says this of a signature in the chain, rustls of CertificateVerify, and aws-lc-rs of an RSA
        // key that it finds too short.
        C::BadSignature => (
            phrase!(
                "a signature of the {whose}'s does not fit: the CA was made anew, the {whose} does not own its \
                certificate's key, or a key has less than 2048 bits",
                whose
            ),
            phrase!("CA, certificate and key that belong together, P-256 or RSA-2048"),
        ),
        C::UnsupportedSignatureAlgorithmContext { .. } => (
            phrase!(
                "the {whose}'s chain is signed with an algorithm that is not accepted here",
                whose
            ),
            phrase!("SHA-256 with P-256 or RSA-2048"),
        ),
        // No weak algorithm: the key under that name could not have made this signature.
        C::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => (
            phrase!(
                "a signature of the {whose}'s is of another kind than the key that should have made it{public_key_algorithm_id}: the \
                CA was made anew with another kind of key, or the {whose} does not own its certificate's key",
                whose,
                public_key_algorithm_id =
                    kinds_of_key(signature_algorithm_id, public_key_algorithm_id)
            ),
            phrase!(
                "--cacert with the CA that signed it, or a new certificate from the CA of today"
            ),
        ),
        // Older than the two before, and without their difference.
        #[expect(deprecated)]
        C::UnsupportedSignatureAlgorithm => (
            phrase!(
                "the {whose}'s chain is signed with an algorithm that is not accepted here, or not that of \
                the CA's key",
                whose
            ),
            phrase!("SHA-256 with P-256 or RSA-2048, from the CA of today"),
        ),
        C::UnhandledCriticalExtension => (
            phrase!(
                "the {whose}'s certificate, or one above it, has a critical extension that rustls does not know",
                whose
            ),
            phrase!("the same extension, not critical"),
        ),
        C::BadEncoding => (
            phrase!(
                "the {whose}'s certificate, or one above it, is no X.509 certificate: its DER does not parse",
                whose
            ),
            phrase!(
                "hello-mtls inspect on each certificate of the chain shows how far it can be read"
            ),
        ),
        C::InvalidOcspResponse => (
            phrase!(
                "the answer that shows the {whose}'s certificate to be good (OCSP) is not valid",
                whose
            ),
            phrase!(
                "a fresh OCSP response on the {whose}'s side, or none",
                whose
            ),
        ),
        // The application's decision is a row of its own, and `verdicts` reads what is in `Other`. What is
        // left are variants of a later rustls.
        later => (
            phrase!(
                "the {whose}'s certificate is refused: {later}",
                whose,
                later = text::shorten(&text::terminal(&later.to_string()), 240)
            ),
            new(),
        ),
    };
    row(Step::that_verifies(whose), found, remedy)
}

/// A name of a certificate as openssl writes it, `DNS:localhost`. webpki has it in the form of Rust's debug output.
fn as_openssl(name: &str) -> String {
    const KINDS: [(&str, &str); 3] = [
        ("DnsName(", "DNS:"),
        ("IpAddress(", "IP:"),
        ("UniformResourceIdentifier(", "URI:"),
    ];
    let inside = |(kind, short): &(&str, &str)| {
        let value = name.strip_prefix(kind)?.strip_suffix(')')?;
        let value = value.trim_matches('"');
        // webpki writes 0::1.
        let address: Option<IpAddr> = value.parse().ok();
        let address = address.filter(|_| *short == "IP:").map(|ip| ip.to_string());
        Some(format!("{short}{}", address.as_deref().unwrap_or(value)))
    };
    KINDS.iter().find_map(inside).unwrap_or_else(|| {
        // Of other kinds webpki has no value. The tag of an e-mail address is 1 (RFC 5280 §4.2.1.6).
        let kind = match name {
            "DirectoryName" => "DirName",
            "Unsupported(0x01)" => "email",
            _ if name.starts_with("Unsupported(") => "othername",
            // The form of a later version.
            _ => name,
        };
        kind.to_owned()
    })
}

fn wrong_name(whose: Side, expected: &str, presented: &[String]) -> (Phrase, Phrase) {
    if presented.is_empty() {
        return (
            phrase!(
                "the {whose}'s certificate names no host at all (no subjectAltName), so not \"{expected}\" either",
                whose,
                expected
            ),
            phrase!("a certificate with a subjectAltName; the CN is not looked at (RFC 9525 §2)"),
        );
    }
    let names = presented
        .iter()
        .map(|name| text::terminal(&as_openssl(name)));
    let names: Vec<String> = names.collect();
    // A certificate can hold thousands.
    let names = text::shorten(&names.join(", "), 600);
    (
        phrase!(
            "the {whose}'s certificate is not for \"{expected}\" but for {names}",
            whose,
            expected,
            names
        ),
        phrase!(
            "one of those names in the URL, or a certificate for this one; an IP address needs an IP entry"
        ),
    )
}

/// In brackets, with which kind of key a signature was made and with which it is checked: an algorithm
/// identifier each, DER (RFC 5280 §4.1.1.2). Empty if one is not known, or where only the curve differs.
pub(super) fn kinds_of_key(signature: &[u8], key: &[u8]) -> Phrase {
    match (kind_of_key(signature), kind_of_key(key)) {
        (Some(signature), Some(key)) if signature != key => {
            phrase!(
                " (signed with {signature}, checked with {key})",
                signature,
                key
            )
        }
        _ => Phrase::empty(),
    }
}

/// Both identifiers of a kind begin with the same arcs.
fn kind_of_key(identifier: &[u8]) -> Option<&'static str> {
    let oid = match identifier {
        // OBJECT IDENTIFIER, of a length below 128.
        [0x06, length, rest @ ..] => rest.get(..usize::from(*length))?,
        _ => return None,
    };
    Some(match oid {
        // 1.2.840.113549.1.1: rsaEncryption, sha256WithRSAEncryption, RSASSA-PSS (RFC 8017 §C).
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, _] => "RSA",
        // 1.2.840.10045: id-ecPublicKey, ecdsa-with-SHA256 (RFC 5480, RFC 5758).
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, ..] => "ECDSA",
        // 1.3.101.112 (RFC 8410 §3).
        [0x2B, 0x65, 0x70] => "Ed25519",
        // 2.16.840.1.101.3.4.3.17 to .19 (RFC 9881 §2).
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11..=0x13] => "ML-DSA",
        _ => return None,
    })
}

fn moment(time: &UnixTime) -> Moment {
    Moment::from_unix(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
