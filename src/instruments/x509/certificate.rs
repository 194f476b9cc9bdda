//! Certificates (RFC 5280 §4.1), and the parts that CSRs and CRLs share with them.

use super::der::{self, BIT_STRING, INTEGER, SEQUENCE};
use super::der::{constructed, contents, context, element, inside};
use super::public_key::{algorithm, public_key};
use super::time::time;
use super::{extensions, names, primitive};
use crate::instruments::fields::{Malformed, Reader};

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }`
pub(super) fn certificate(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    inside(reader, SEQUENCE, "Certificate", |reader| {
        element(
            reader,
            SEQUENCE,
            "tbsCertificate",
            "RFC 5280 §4.1.2",
            "What is to be signed: the issuer's signature covers exactly these bytes.",
            to_be_signed,
        )?;
        signature_algorithm(reader)?;
        signature(
            reader,
            "signatureValue",
            "RFC 5280 §4.1.1.3",
            "The issuer's signature over tbsCertificate. The other side verifies it with the \
             issuer's key in step 3 or 5. Nobody verifies that of a trust anchor: it is trusted \
             for being in the file.",
        )
    })?;
    Ok(())
}

fn to_be_signed(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    version(reader)?;
    serial(
        reader,
        "serialNumber",
        "RFC 5280 §4.1.2.2",
        "Unique under its issuer. A CRL names a revoked certificate by it; looked up in step 3 \
         or 5 by whoever was given a CRL.",
    )?;
    algorithm(
        reader,
        "signature",
        "RFC 5280 §4.1.2.3",
        "How the issuer signs, said inside what is signed. The verifier compares it with \
         signatureAlgorithm below.",
    )?;
    names::name(
        reader,
        "issuer",
        "RFC 5280 §4.1.2.4",
        "Who signed. The verifier looks for a CA with this name as its subject, among the \
         intermediates it was sent and the trust anchors it has (steps 3 and 5).",
    )?;
    let meaning = "By the clock of whoever verifies (step 3 or 5). Both ends count.";
    element(
        reader,
        SEQUENCE,
        "validity",
        "RFC 5280 §4.1.2.5",
        meaning,
        |reader| {
            time(reader, "notBefore", "", "")?;
            let meaning = "Of a trust anchor OpenSSL checks it too, rustls does not.";
            time(reader, "notAfter", "", meaning)?;
            Ok(String::new())
        },
    )?;
    names::name(
        reader,
        "subject",
        "RFC 5280 §4.1.2.6",
        "Whom it names. rustls, Go and browsers compare no host with it, only with subjectAltName. Of a CA, \
         the name that stands as issuer in what it signs.",
    )?;
    public_key(
        reader,
        "subjectPublicKeyInfo",
        "The key that the issuer vouches for. Its owner proves the private half in \
         CertificateVerify; the other side checks that in step 3 or 5.",
    )?;
    unique_ids_and_extensions(reader)
}

fn unique_ids_and_extensions(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    for (number, label) in [(1, "issuerUniqueID"), (2, "subjectUniqueID")] {
        if der::next_tag(reader) == Some(context(number)) {
            let meaning = "A relic of v2 that no CA may write. rustls refuses it.";
            let source = "RFC 5280 §4.1.2.8";
            element(
                reader,
                context(number),
                label,
                source,
                meaning,
                der::counted,
            )?;
        }
    }
    if reader.is_empty() {
        return Ok(String::new());
    }
    let meaning = "All that v3 added, and nearly all that TLS looks at.";
    element(
        reader,
        constructed(3),
        "extensions",
        "RFC 5280 §4.2",
        meaning,
        |reader| inside(reader, SEQUENCE, "Extensions", extensions::list),
    )
}

/// `[0] EXPLICIT INTEGER DEFAULT v1`: absent in the certificates of the 1990s.
fn version(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    if der::next_tag(reader) == Some(constructed(0)) {
        let meaning = "Only v3 has extensions. rustls takes no other, but for a trust anchor.";
        let source = "RFC 5280 §4.1.2.1";
        element(
            reader,
            constructed(0),
            "version",
            source,
            meaning,
            |reader| inside(reader, INTEGER, "version", version_name),
        )?;
    }
    Ok(())
}

/// One less than people say: 2 is v3.
pub(super) fn version_name(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    contents(reader, |bytes| match bytes {
        [number @ 0..=2] => Ok(format!("v{}", number + 1)),
        _ => Err("a version that the standard does not know".into()),
    })
}

/// A serial number as colon hex.
pub(super) fn serial(
    reader: &mut Reader<'_>,
    label: &str,
    source: &'static str,
    meaning: &str,
) -> Result<String, Malformed> {
    element(reader, INTEGER, label, source, meaning, |reader| {
        primitive::integer(reader, |bytes| match bytes {
            [0x80..=0xff, ..] => format!(
                "{} (negative, which no CA may write)",
                primitive::hex(bytes)
            ),
            _ => primitive::hex(primitive::magnitude(bytes)),
        })
    })
}

/// The `signatureAlgorithm` beside a signature.
pub(super) fn signature_algorithm(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    let meaning = "How to verify the signature below.";
    algorithm(reader, "signatureAlgorithm", "RFC 5280 §4.1.1.2", meaning)?;
    Ok(())
}

/// A signature: plain bytes in a BIT STRING.
pub(super) fn signature(
    reader: &mut Reader<'_>,
    label: &str,
    source: &'static str,
    meaning: &str,
) -> Result<String, Malformed> {
    element(reader, BIT_STRING, label, source, meaning, |reader| {
        primitive::whole_bytes(reader, der::plain)
    })
}
