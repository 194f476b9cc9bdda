//! Revocation lists of no use. The signature of a list is checked only when a certificate is; everything
//! else when the list is loaded.

use rustls::CertRevocationListError;

use super::certificates::kinds_of_key;
use super::{Row, row};
use crate::narration::{Side, Step};
use crate::phrase;
use crate::text;

pub(super) fn refused_here(side: Side, cause: &CertRevocationListError) -> Row {
    use CertRevocationListError as L;
    let whose = side.peer();
    let verifies = Step::that_verifies(whose);
    let load = Step::Preparation;
    match cause {
        L::BadSignature => row(
            verifies,
            phrase!("the CRL bears the CA's name, but another key signed it"),
            phrase!("a list that this CA has signed: hello-mtls certs revoke"),
        ),
        L::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => row(
            verifies,
            phrase!(
                "the CRL bears the CA's name, but another kind of key signed it{public_key_algorithm_id}: the CA was made anew",
                public_key_algorithm_id =
                    kinds_of_key(signature_algorithm_id, public_key_algorithm_id)
            ),
            phrase!("a list that this CA has signed: hello-mtls certs revoke"),
        ),
        L::UnsupportedSignatureAlgorithmContext { .. } => row(
            verifies,
            phrase!("the CRL is signed with an algorithm that is not accepted here"),
            phrase!("SHA-256 with P-256 or RSA-2048"),
        ),
        // Older than the two before, and without their difference.
        #[expect(deprecated)]
        L::UnsupportedSignatureAlgorithm => row(
            verifies,
            phrase!(
                "the CRL is signed with an algorithm that is not accepted here, or not that of the CA's key"
            ),
            phrase!("a list that this CA has signed, with SHA-256 and P-256 or RSA-2048"),
        ),
        L::IssuerInvalidForCrl => row(
            verifies,
            phrase!("the CA that signed the CRL may not sign one (key usage without cRLSign)"),
            phrase!("a CA with key usage cRLSign"),
        ),
        L::UnsupportedCrlVersion => row(
            load,
            phrase!("the CRL is of version 1, which has no extensions"),
            phrase!("openssl ca -gencrl with -crlexts and a crlNumber, or hello-mtls certs revoke"),
        ),
        L::UnsupportedDeltaCrl => row(
            load,
            phrase!("the CRL is no whole list, but the changes since another one (delta CRL)"),
            phrase!("the CA's base CRL"),
        ),
        L::UnsupportedIndirectCrl => row(
            load,
            phrase!("the CRL lists certificates of other CAs than its own (indirect CRL)"),
            phrase!("a CRL from each CA, of its own certificates"),
        ),
        L::InvalidCrlNumber => row(
            load,
            phrase!("the number of the CRL is negative, too long or wrongly encoded"),
            A_NEW_LIST,
        ),
        L::InvalidRevokedCertSerialNumber => row(
            load,
            phrase!("a serial number in the CRL is negative, too long or wrongly encoded"),
            A_NEW_LIST,
        ),
        L::ParseError => row(
            load,
            phrase!("the CRL is no revocation list: its DER does not parse (ParseError)"),
            A_NEW_LIST,
        ),
        L::UnsupportedCriticalExtension => row(
            load,
            phrase!(
                "the CRL, or an entry in it, has a critical extension that rustls does not know"
            ),
            A_NEW_LIST,
        ),
        L::UnsupportedRevocationReason => row(
            load,
            phrase!("an entry of the CRL gives a reason that RFC 5280 §5.3.1 does not have"),
            A_NEW_LIST,
        ),
        // `verdicts` reads what is in `Other`. What is left are variants of a later rustls.
        later => row(
            load,
            phrase!(
                "the CRL cannot be used: {later}",
                later = text::shorten(&text::terminal(&format!("{later:?}")), 240)
            ),
            A_NEW_LIST,
        ),
    }
}

const A_NEW_LIST: &str =
    "hello-mtls inspect shows what is in it; hello-mtls certs revoke makes one";
