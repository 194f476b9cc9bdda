//! The verdicts of webpki that rustls has no variants for. It passes them on as an error of any type, and
//! their own type is found again here; [`webpki_error`](super::webpki_error) does it for others.

use rustls::{CertRevocationListError, CertificateError, OtherError};

use super::certificates::by_rustls;
use super::{Row, inside, lists, row};
use crate::language::Phrase;
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

/// A certificate is not accepted, or a list is of no use, for a reason that is webpki's alone.
pub(super) fn refused_here(side: Side, cause: &OtherError) -> Row {
    match inside(cause) {
        Some(cause) => by_webpki(side.peer(), cause),
        None => unnamed(side.peer(), &cause.to_string()),
    }
}

/// Not one of webpki's, or one of a later version.
fn unnamed(whose: Side, words: &str) -> Row {
    row(
        Step::that_verifies(whose),
        phrase!(
            "the {whose}'s chain breaks a rule: {words}",
            whose,
            words = text::shorten(&text::terminal(words), 240)
        ),
        phrase!("hello-mtls inspect on each certificate of the chain"),
    )
}

/// The verdicts of webpki, all of them. rustls turns most of them into variants of its own, and does not pass
/// them on; they stand here too, so that a later rustls that does finds their sentence.
fn by_webpki(whose: Side, cause: &webpki::Error) -> Row {
    use webpki::Error as W;
    let (found, remedy) = match cause {
        W::UnsupportedCertVersion => (
            phrase!(
                "the {whose}'s certificate is X.509 version 1: it has no extensions, so no names and no purposes",
                whose
            ),
            phrase!(
                "make it again as version 3:\n{whose}",
                whose = openssl_v3(whose)
            ),
        ),
        W::CaUsedAsEndEntity => (
            phrase!(
                "the {whose}'s certificate says CA:TRUE: it may sign certificates, not serve as one",
                whose
            ),
            phrase!(
                "sign a certificate for the {whose} with it: hello-mtls certs sign",
                whose
            ),
        ),
        W::UnsupportedCriticalExtension => {
            return by_rustls(whose, &CertificateError::UnhandledCriticalExtension);
        }
        cause => {
            let Some((found, remedy)) = about_a_chain(cause).or_else(|| malformed(cause)) else {
                return by_translation(whose, cause);
            };
            (
                phrase!("the {whose}'s certificate {found}", whose, found),
                remedy,
            )
        }
    };
    row(Step::that_verifies(whose), found, remedy)
}

/// What the certificates of a chain say of each other.
fn about_a_chain(cause: &webpki::Error) -> Option<(Phrase, Phrase)> {
    use webpki::Error as W;
    Some(match cause {
        W::EndEntityUsedAsCa => (
            phrase!("is signed by something that is no CA (CA:FALSE)"),
            phrase!("an intermediate with CA:TRUE"),
        ),
        W::PathLenConstraintViolated => (
            phrase!("has more CAs above it than one of them allows (pathlen)"),
            phrase!("sign with the CA above, or make that one with a longer path"),
        ),
        W::NameConstraintViolation => (
            phrase!("has a name that its CA may not sign (name constraints)"),
            phrase!("a CA that may sign that name"),
        ),
        // Bounds against a chain that is made to cost time.
        W::MaximumPathDepthExceeded
        | W::MaximumPathBuildCallsExceeded
        | W::MaximumSignatureChecksExceeded => (
            phrase!("has more certificates or more branches above it than webpki checks"),
            phrase!("a chain of a few certificates: leaf, intermediate, CA"),
        ),
        W::MaximumNameConstraintComparisonsExceeded => (
            phrase!("has more names and name constraints than webpki compares"),
            phrase!("a certificate with fewer names, or a CA with fewer name constraints"),
        ),
        W::CertDistrusted => (
            phrase!("has a key that is not trusted on purpose"),
            phrase!("a new key and a new certificate"),
        ),
        _ => return None,
    })
}

/// What is wrong inside one certificate, be it the leaf or one above it.
fn malformed(cause: &webpki::Error) -> Option<(Phrase, Phrase)> {
    use webpki::Error as W;
    let inspect = phrase!("hello-mtls inspect on each certificate of the chain");
    Some(match cause {
        W::EmptyEkuExtension => (
            phrase!("or one above it has an extended key usage without a single purpose"),
            phrase!("an extended key usage with serverAuth or clientAuth, or none at all"),
        ),
        W::ExtensionValueInvalid | W::MalformedExtensions => (
            phrase!("or one above it has an extension that does not parse"),
            inspect,
        ),
        W::InvalidNetworkMaskConstraint | W::MalformedNameConstraint => (
            phrase!("has a CA above it whose name constraints do not parse"),
            inspect,
        ),
        W::InvalidSerialNumber => (
            phrase!(
                "or one above it has a serial number that is negative, too long or wrongly encoded"
            ),
            inspect,
        ),
        W::MalformedDnsIdentifier => (
            phrase!("has a name that is not written as DNS names are"),
            phrase!("names of letters, digits, hyphens and dots: hello-mtls inspect shows them"),
        ),
        W::UnsupportedNameType => (
            phrase!("has a kind of name that webpki does not compare"),
            phrase!("DNS names and IP addresses"),
        ),
        W::SignatureAlgorithmMismatch => (
            phrase!("or one above it names two different signature algorithms, inside and outside"),
            phrase!("a new certificate from its CA (RFC 5280 §4.1.1.2: both have to be the same)"),
        ),
        _ => return None,
    })
}

/// Verdicts that rustls turns into variants of its own, by the same pairs as its `pki_error` and `crl_error`.
fn by_translation(whose: Side, cause: &webpki::Error) -> Row {
    use CertificateError as C;
    use webpki::Error as W;
    let certificate = match cause.clone() {
        W::BadDer | W::BadDerTime | W::TrailingData(_) => C::BadEncoding,
        W::CertExpired { time, not_after } => C::ExpiredContext { time, not_after },
        W::CertNotValidYet { time, not_before } => C::NotValidYetContext { time, not_before },
        W::InvalidCertValidity => C::Expired,
        W::CertNotValidForName(_) => C::NotValidForName,
        W::CertRevoked => C::Revoked,
        W::CrlExpired { time, next_update } => {
            C::ExpiredRevocationListContext { time, next_update }
        }
        W::UnknownIssuer => C::UnknownIssuer,
        W::UnknownRevocationStatus => C::UnknownRevocationStatus,
        W::InvalidSignatureForPublicKey => C::BadSignature,
        #[expect(deprecated)]
        W::RequiredEkuNotFound => C::InvalidPurpose,
        W::RequiredEkuNotFoundContext(_) => C::InvalidPurpose,
        #[expect(deprecated)]
        W::UnsupportedSignatureAlgorithm | W::UnsupportedSignatureAlgorithmForPublicKey => {
            C::UnsupportedSignatureAlgorithm
        }
        W::UnsupportedSignatureAlgorithmContext(context) => {
            C::UnsupportedSignatureAlgorithmContext {
                signature_algorithm_id: context.signature_algorithm_id,
                supported_algorithms: context.supported_algorithms,
            }
        }
        W::UnsupportedSignatureAlgorithmForPublicKeyContext(context) => {
            C::UnsupportedSignatureAlgorithmForPublicKeyContext {
                signature_algorithm_id: context.signature_algorithm_id,
                public_key_algorithm_id: context.public_key_algorithm_id,
            }
        }
        other => return about_a_list(whose, other),
    };
    by_rustls(whose, &certificate)
}

fn about_a_list(whose: Side, cause: webpki::Error) -> Row {
    use CertRevocationListError as L;
    use webpki::Error as W;
    let list = match cause {
        W::InvalidCrlSignatureForPublicKey => L::BadSignature,
        W::InvalidCrlNumber => L::InvalidCrlNumber,
        W::IssuerNotCrlSigner => L::IssuerInvalidForCrl,
        W::UnsupportedCrlVersion => L::UnsupportedCrlVersion,
        W::UnsupportedDeltaCrl => L::UnsupportedDeltaCrl,
        W::UnsupportedIndirectCrl => L::UnsupportedIndirectCrl,
        W::UnsupportedRevocationReason => L::UnsupportedRevocationReason,
        #[expect(deprecated)]
        W::UnsupportedCrlSignatureAlgorithm | W::UnsupportedCrlSignatureAlgorithmForPublicKey => {
            L::UnsupportedSignatureAlgorithm
        }
        W::UnsupportedCrlSignatureAlgorithmContext(context) => {
            L::UnsupportedSignatureAlgorithmContext {
                signature_algorithm_id: context.signature_algorithm_id,
                supported_algorithms: context.supported_algorithms,
            }
        }
        W::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(context) => {
            L::UnsupportedSignatureAlgorithmForPublicKeyContext {
                signature_algorithm_id: context.signature_algorithm_id,
                public_key_algorithm_id: context.public_key_algorithm_id,
            }
        }
        // These two have no variant in rustls.
        W::UnsupportedCrlIssuingDistributionPoint => {
            return row(
                Step::Preparation,
                phrase!(
                    "the CRL says in a form that webpki does not know for which certificates it is (issuing \
                distribution point)"
                ),
                phrase!("the CA's whole list: hello-mtls certs revoke makes one"),
            );
        }
        W::UnsupportedRevocationReasonsPartitioning => {
            return row(
                Step::Preparation,
                phrase!(
                    "the CRL holds only those that were revoked for some of the reasons (onlySomeReasons)"
                ),
                phrase!("the CA's whole list: hello-mtls certs revoke makes one"),
            );
        }
        later => return unnamed(whose, &later.to_string()),
    };
    lists::refused_here(whose.peer(), &list)
}

/// The tutorial's openssl line, corrected: since it names no extensions, OpenSSL before 3.2 makes a
/// version 1 certificate with it. It writes a new file, and nothing that is there is overwritten.
fn openssl_v3(role: Side) -> Phrase {
    let names = match role {
        Side::Server => "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
        Side::Client => "subjectAltName=URI:spiffe://hello-mtls/my-client",
    };
    let commands = [
        format!("  [ -e {role}.v3.crt ] || printf '%s\\n' basicConstraints=CA:FALSE \\"),
        format!("    extendedKeyUsage={role}Auth {names} | \\"),
        format!("    openssl x509 -req -in {role}.csr -CA ca.crt -CAkey ca.key \\"),
        format!("    -CAcreateserial -days 365 -extfile /dev/stdin -out {role}.v3.crt"),
    ];
    let then = phrase!(
        "then {new} in the place of {old}",
        new = format!("{role}.v3.crt"),
        old = format!("{role}.crt")
    );
    Phrase::lines(commands.map(Phrase::from).into_iter().chain([then]))
}
