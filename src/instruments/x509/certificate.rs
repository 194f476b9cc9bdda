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
use crate::language::Phrase;
use crate::phrase;

const SIGNED: Phrase =
    phrase!("What is to be signed: the issuer's signature covers exactly these bytes.");

pub(super) const CERTIFICATE: &[Component] = components! {
    tbsCertificate (SEQUENCE) |reader| walk(reader, TBS_CERTIFICATE), "RFC 5280 §4.1.2", SIGNED;
    signatureAlgorithm (SEQUENCE) algorithm, "RFC 5280 §4.1.1.2", phrase!("How to verify the signature below.");
    signatureValue (BIT_STRING) signature, "RFC 5280 §4.1.1.3",
        phrase!("The issuer's signature over tbsCertificate. The other side verifies it with the issuer's key in step 3 or 5. A verifier trusts an anchor for being in its file, and does not verify the anchor's own signature.");
};

const TBS_CERTIFICATE: &[Component] = components! {
    version OPTIONAL (constructed(0)) explicit_version, "RFC 5280 §4.1.2.1",
        phrase!("Only v3 has extensions. rustls takes no other, but for a trust anchor.");
    serialNumber (INTEGER) serial, "RFC 5280 §4.1.2.2",
        phrase!("Unique under its issuer. A CRL names a revoked certificate by it; in step 3 or 5 a verifier that was given a CRL looks it up there.");
    signature (SEQUENCE) algorithm, "RFC 5280 §4.1.2.3",
        phrase!("How the issuer signs, said inside what is signed. The verifier compares it with \
         signatureAlgorithm below.");
    issuer (SEQUENCE) relative_names, "RFC 5280 §4.1.2.4",
        phrase!("The CA that signed. The verifier looks for a CA with this name as its subject, among the \
         intermediates it was sent and the trust anchors it has (steps 3 and 5).");
    validity (SEQUENCE) |reader| walk(reader, VALIDITY), "RFC 5280 §4.1.2.5",
        phrase!("By the clock of the side that verifies (step 3 or 5). Both ends count.");
    subject (SEQUENCE) relative_names, "RFC 5280 §4.1.2.6",
        phrase!("The owner's name. rustls, Go and browsers compare no host with it, only with subjectAltName. Of a \
         CA, the name that stands as issuer in what it signs.");
    subjectPublicKeyInfo (SEQUENCE) subject_public_key, "RFC 5280 §4.1.2.7",
        phrase!("The key that the issuer vouches for. Its owner proves the private half in CertificateVerify; \
         the other side checks that in step 3 or 5.");
    issuerUniqueID OPTIONAL (context(1)) der::counted, "RFC 5280 §4.1.2.8", UNIQUE_ID;
    subjectUniqueID OPTIONAL (context(2)) der::counted, "RFC 5280 §4.1.2.8", UNIQUE_ID;
    extensions OPTIONAL (constructed(3)) extensions::list, "RFC 5280 §4.2",
        phrase!("All that v3 added, and nearly all that TLS looks at.");
};

const UNIQUE_ID: Phrase = phrase!("A relic of v2 that no CA may write. rustls refuses it.");

const VALIDITY: &[Component] = components! {
    notBefore (UTC_TIME, GENERALIZED_TIME) time, "", "";
    notAfter (UTC_TIME, GENERALIZED_TIME) time, "", phrase!("Of a trust anchor OpenSSL checks it too, rustls does not.");
};

/// `[0] EXPLICIT INTEGER DEFAULT v1`: absent in the certificates of the 1990s.
fn explicit_version(reader: &mut Reader<'_>) -> Text {
    unwrapped(reader, INTEGER, "version", version)
}

/// One less than people say: 2 is v3.
pub(super) fn version(reader: &mut Reader<'_>) -> Text {
    contents(reader, |bytes| match bytes {
        [number @ 0..=2] => Ok(format!("v{}", number + 1)),
        _ => Err(phrase!("a version that the standard does not know")),
    })
}

/// A serial number as colon hex.
pub(super) fn serial(reader: &mut Reader<'_>) -> Text {
    primitive::integer(reader, |bytes| match bytes {
        [0x80..=0xff, ..] => {
            let hex = primitive::hex(bytes);
            phrase!("{hex} (negative, which no CA may write)", hex)
        }
        _ => primitive::hex(primitive::magnitude(bytes)).into(),
    })
}

/// A signature: plain bytes in a BIT STRING.
pub(super) fn signature(reader: &mut Reader<'_>) -> Text {
    primitive::whole_bytes(reader, der::plain)
}
