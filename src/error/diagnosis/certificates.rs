//! What we find wrong with the other side's certificate, or with the lists that could withdraw it.

use rustls::pki_types::UnixTime;
use rustls::{CertRevocationListError, CertificateError};

use super::{Row, row};
use crate::clock::Moment;
use crate::narration::{Side, Step};
use crate::text;

/// The other side was asked for a certificate, or owes one, and sent none.
pub(super) fn none_came(side: Side) -> Row {
    match side {
        Side::Server => row(
            Step::ServerVerifiesClient,
            "the server asked for a certificate and the client sent none",
            "the client needs --cert and --key (curl: the same names)",
        ),
        // RFC 8446 §4.4.2: a server's list of certificates must not be empty.
        Side::Client => row(
            Step::ServerPresentsCertificate,
            "the server sent no certificate",
            "another server, or one with --cert and --key",
        ),
    }
}

/// The certificate of the other side is not accepted.
pub(super) fn refused_here(side: Side, cause: &CertificateError) -> Row {
    let whose = side.peer();
    if let CertificateError::ApplicationVerificationFailure = cause {
        return own_verifier(side);
    }
    let (found, remedy) = match cause {
        CertificateError::Other(cause) => webpki_alone(whose, &cause.to_string()),
        cause => words(whose, cause),
    };
    (Step::that_verifies(whose), found, remedy)
}

/// The application's own decision, made early: what is step 6 elsewhere.
fn own_verifier(side: Side) -> Row {
    match side {
        Side::Server => row(
            Step::ServerAuthorizesClient,
            "the client is known, and this server's own verifier does not let it in",
            "its list of clients; a 403 after the handshake could have said why",
        ),
        Side::Client => row(
            Step::ClientVerifiesServer,
            "the server is known, and this client's own verifier does not accept it",
            "its list of servers",
        ),
    }
}

/// Found, and what to try.
fn words(whose: Side, cause: &CertificateError) -> (String, String) {
    use CertificateError as C;
    let new = || format!("a new certificate for the {whose}");
    match cause {
        C::UnknownIssuer => (
            format!("no CA in --cacert signed the {whose}'s certificate"),
            format!(
                "--cacert with the CA that signed it; if there are intermediates, the {whose} has to send them too"
            ),
        ),
        C::ExpiredContext { time, not_after } => (
            format!(
                "the {whose}'s certificate expired {} ago, on {}",
                moment(time).distance(moment(not_after)),
                moment(not_after).date_and_time()
            ),
            new(),
        ),
        C::Expired => (
            format!("the {whose}'s certificate ends before it begins"),
            new(),
        ),
        C::NotValidYetContext { time, not_before } => (
            format!(
                "the {whose}'s certificate is valid only in {}, from {}",
                moment(time).distance(moment(not_before)),
                moment(not_before).date_and_time()
            ),
            format!("the clock here; it says {}", moment(time).date_and_time()),
        ),
        C::NotValidForNameContext {
            expected,
            presented,
        } => wrong_name(whose, &expected.to_str(), presented),
        C::InvalidPurposeContext { .. } | C::InvalidPurpose => (
            format!("the {whose}'s certificate is made for another purpose (extended key usage)"),
            format!("a certificate with {whose}Auth"),
        ),
        C::Revoked => (
            format!("the CA has revoked the {whose}'s certificate"),
            new(),
        ),
        C::UnknownRevocationStatus => (
            "a CRL is loaded, but none of the issuer of this certificate".into(),
            "--crl once for each CA of the chain".into(),
        ),
        C::ExpiredRevocationListContext { time, next_update } => (
            format!(
                "the CRL of the {whose}'s CA should have been replaced {} ago, on {}",
                moment(time).distance(moment(next_update)),
                moment(next_update).date_and_time()
            ),
            "a fresh list: hello-mtls certs revoke".into(),
        ),
        C::BadSignature => (
            format!(
                "a signature of the {whose}'s does not fit: the CA was made anew, the {whose} does not own its \
                certificate's key, or a key has less than 2048 bits"
            ),
            "CA, certificate and key that belong together, P-256 or RSA-2048".into(),
        ),
        C::UnsupportedSignatureAlgorithmContext { .. }
        | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            format!("the {whose}'s chain is signed with an algorithm that is not accepted here"),
            "SHA-256 with P-256 or RSA-2048".into(),
        ),
        C::UnhandledCriticalExtension => (
            format!("the {whose}'s certificate has a critical extension that nobody here knows"),
            new(),
        ),
        C::BadEncoding => (
            format!(
                "the {whose}'s certificate, or one above it, is no X.509 certificate: its DER does not parse"
            ),
            "hello-mtls inspect on each certificate of the chain shows how far it can be read"
                .into(),
        ),
        other => (
            format!(
                "the {whose}'s certificate is refused: {}",
                text::terminal(&other.to_string())
            ),
            new(),
        ),
    }
}

fn wrong_name(whose: Side, expected: &str, presented: &[String]) -> (String, String) {
    if presented.is_empty() {
        return (
            format!(
                "the {whose}'s certificate names no host at all (no subjectAltName), so not \"{expected}\" either"
            ),
            "a certificate with a subjectAltName; the CN is not looked at (RFC 9525 §2)".into(),
        );
    }
    let names: Vec<String> = presented.iter().map(|name| text::terminal(name)).collect();
    // A certificate can hold thousands.
    let names = text::shorten(&names.join(", "), 600);
    (
        format!("the {whose}'s certificate is not for \"{expected}\" but for {names}"),
        "one of those names in the URL, or a certificate for this one; an IP address needs an IP entry".into(),
    )
}

/// webpki has words for these, and rustls passes them on unread: they are the only key.
fn webpki_alone(whose: Side, cause: &str) -> (String, String) {
    if cause.contains("UnsupportedCertVersion") {
        return (
            format!(
                "the {whose}'s certificate is X.509 version 1: it has no extensions, so no names and no purposes"
            ),
            format!("make it again as version 3:\n{}", openssl_v3(whose)),
        );
    }
    if cause.contains("CaUsedAsEndEntity") {
        return (
            format!(
                "the {whose}'s certificate says CA:TRUE: it may sign certificates, not serve as one"
            ),
            format!("sign a certificate for the {whose} with it: hello-mtls certs sign"),
        );
    }
    let (found, remedy) = match cause {
        "UnsupportedCriticalExtension" => (
            "has a critical extension that nobody here knows",
            "the same extension, not critical",
        ),
        "EndEntityUsedAsCa" => (
            "is signed by something that is no CA (CA:FALSE)",
            "an intermediate with CA:TRUE",
        ),
        "PathLenConstraintViolated" => (
            "has more CAs above it than one of them allows (pathlen)",
            "sign with the CA above, or make that one with a longer path",
        ),
        "NameConstraintViolation" => (
            "has a name that its CA may not sign (name constraints)",
            "a CA that may sign that name",
        ),
        "MaximumPathDepthExceeded"
        | "MaximumPathBuildCallsExceeded"
        | "MaximumSignatureChecksExceeded"
        | "MaximumNameConstraintComparisonsExceeded" => (
            "has more above it than anybody should have to check",
            "a chain of a few certificates: leaf, intermediate, CA",
        ),
        _ => {
            let found = format!(
                "the {whose}'s chain breaks a rule: {}",
                text::terminal(cause)
            );
            let remedy = "hello-mtls inspect on each certificate of the chain";
            return (found, remedy.to_owned());
        }
    };
    (
        format!("the {whose}'s certificate {found}"),
        remedy.to_owned(),
    )
}

/// The tutorial's openssl line, mended: since it names no extensions, OpenSSL before 3.2 makes a
/// version 1 certificate with it.
fn openssl_v3(role: Side) -> String {
    let names = match role {
        Side::Server => "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
        Side::Client => "subjectAltName=URI:spiffe://hello-mtls/my-client",
    };
    [
        &format!(
            "  printf 'basicConstraints=CA:FALSE\\nextendedKeyUsage={role}Auth\\n{names}\\n' \\"
        ),
        &format!("    > {role}.ext"),
        &format!("  openssl x509 -req -in {role}.csr -CA ca.crt -CAkey ca.key \\"),
        &format!("    -CAcreateserial -days 365 -extfile {role}.ext -out {role}.crt"),
    ]
    .map(String::as_str)
    .join("\n")
}

/// A revocation list is of no use. Its own signature is looked at only when a certificate is; the rest
/// when the list is loaded.
pub(super) fn bad_list(side: Side, cause: &CertRevocationListError) -> Row {
    use CertRevocationListError as L;
    let (step, found, remedy) = match cause {
        L::BadSignature => (
            Step::that_verifies(side.peer()),
            "the CRL bears the CA's name, but another key signed it".to_owned(),
            "a list that this CA has signed: hello-mtls certs revoke",
        ),
        L::IssuerInvalidForCrl => (
            Step::that_verifies(side.peer()),
            "the CA that signed the CRL may not sign one (key usage without cRLSign)".to_owned(),
            "a CA with key usage cRLSign",
        ),
        L::UnsupportedSignatureAlgorithmContext { .. }
        | L::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            Step::that_verifies(side.peer()),
            "the CRL is signed with an algorithm that is not accepted here".to_owned(),
            "SHA-256 with P-256 or RSA-2048",
        ),
        L::UnsupportedCrlVersion => (
            Step::Preparation,
            "the CRL is of version 1, which has no extensions".to_owned(),
            "openssl ca -gencrl with -crlexts and a crlNumber, or hello-mtls certs revoke",
        ),
        L::UnsupportedDeltaCrl | L::UnsupportedIndirectCrl => (
            Step::Preparation,
            format!(
                "the CRL is not a whole list of its own CA: {}",
                text::terminal(&format!("{cause:?}"))
            ),
            "the CA's base CRL",
        ),
        other => (
            Step::Preparation,
            format!(
                "the CRL cannot be used: {}",
                text::terminal(&format!("{other:?}"))
            ),
            "hello-mtls inspect shows what is in it; hello-mtls certs revoke makes one",
        ),
    };
    row(step, found, remedy)
}

fn moment(time: &UnixTime) -> Moment {
    Moment::from_unix(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
