//! Certificates (RFC 5280 §4.1), and the parts that CSRs and CRLs share with them.
//!
//! The tables are the RFC's ASN.1: a row a component, in the order of its bytes.

use super::components::{Component, components, walk};
use super::der::{self, BIT_STRING, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME};
use super::der::{Text, constructed, contents, context, unwrapped};
use super::names::relative_names;
use super::public_key::{algorithm, subject_public_key};
use super::time::time;
use super::{extensions, primitive};
use crate::instruments::fields::Reader;

const SIGNED: &str = "What is to be signed: the issuer's signature covers exactly these bytes.";

pub(super) const CERTIFICATE: &[Component] = components! {
    tbsCertificate (SEQUENCE) |reader| walk(reader, TBS_CERTIFICATE), "RFC 5280 §4.1.2", SIGNED;
    signatureAlgorithm (SEQUENCE) algorithm, "RFC 5280 §4.1.1.2", "How to verify the signature below.";
    signatureValue (BIT_STRING) signature, "RFC 5280 §4.1.1.3",
        "The issuer's signature over tbsCertificate. The other side verifies it with the issuer's key \
         in step 3 or 5. Nobody verifies that of a trust anchor: it is trusted for being in the file.";
};

const TBS_CERTIFICATE: &[Component] = components! {
    version OPTIONAL (constructed(0)) explicit_version, "RFC 5280 §4.1.2.1",
        "Only v3 has extensions. rustls takes no other, but for a trust anchor.";
    serialNumber (INTEGER) serial, "RFC 5280 §4.1.2.2",
        "Unique under its issuer. A CRL names a revoked certificate by it; looked up in step 3 or 5 by \
         whoever was given a CRL.";
    signature (SEQUENCE) algorithm, "RFC 5280 §4.1.2.3",
        "How the issuer signs, said inside what is signed. The verifier compares it with \
         signatureAlgorithm below.";
    issuer (SEQUENCE) relative_names, "RFC 5280 §4.1.2.4",
        "Who signed. The verifier looks for a CA with this name as its subject, among the \
         intermediates it was sent and the trust anchors it has (steps 3 and 5).";
    validity (SEQUENCE) |reader| walk(reader, VALIDITY), "RFC 5280 §4.1.2.5",
        "By the clock of the side that verifies (step 3 or 5). Both ends count.";
    subject (SEQUENCE) relative_names, "RFC 5280 §4.1.2.6",
        "Whom it names. rustls, Go and browsers compare no host with it, only with subjectAltName. Of a \
         CA, the name that stands as issuer in what it signs.";
    subjectPublicKeyInfo (SEQUENCE) subject_public_key, "RFC 5280 §4.1.2.7",
        "The key that the issuer vouches for. Its owner proves the private half in CertificateVerify; \
         the other side checks that in step 3 or 5.";
    issuerUniqueID OPTIONAL (context(1)) der::counted, "RFC 5280 §4.1.2.8", UNIQUE_ID;
    subjectUniqueID OPTIONAL (context(2)) der::counted, "RFC 5280 §4.1.2.8", UNIQUE_ID;
    extensions OPTIONAL (constructed(3)) extensions::list, "RFC 5280 §4.2",
        "All that v3 added, and nearly all that TLS looks at.";
};

const UNIQUE_ID: &str = "A relic of v2 that no CA may write. rustls refuses it.";

const VALIDITY: &[Component] = components! {
    notBefore (UTC_TIME, GENERALIZED_TIME) time, "", "";
    notAfter (UTC_TIME, GENERALIZED_TIME) time, "", "Of a trust anchor OpenSSL checks it too, rustls does not.";
};

/// `[0] EXPLICIT INTEGER DEFAULT v1`: absent in the certificates of the 1990s.
fn explicit_version(reader: &mut Reader<'_>) -> Text {
    unwrapped(reader, INTEGER, "version", version)
}

/// One less than people say: 2 is v3.
pub(super) fn version(reader: &mut Reader<'_>) -> Text {
    contents(reader, |bytes| match bytes {
        [number @ 0..=2] => Ok(format!("v{}", number + 1)),
        _ => Err("a version that the standard does not know".into()),
    })
}

/// A serial number as colon hex.
pub(super) fn serial(reader: &mut Reader<'_>) -> Text {
    primitive::integer(reader, |bytes| match bytes {
        [0x80..=0xff, ..] => {
            let hex = primitive::hex(bytes);
            format!("{hex} (negative, which no CA may write)")
        }
        _ => primitive::hex(primitive::magnitude(bytes)),
    })
}

/// A signature: plain bytes in a BIT STRING.
pub(super) fn signature(reader: &mut Reader<'_>) -> Text {
    primitive::whole_bytes(reader, der::plain)
}
