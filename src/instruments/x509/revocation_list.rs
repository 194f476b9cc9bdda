//! Certificate revocation lists, CRLs (RFC 5280 §5): the serial numbers that an issuer takes back.

use super::der::{
    self, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, constructed, each, element, inside, part,
};
use super::public_key::algorithm;
use super::time::time;
use super::{certificate, extensions, names};
use crate::instruments::fields::{Malformed, Reader};

/// `CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }`
pub(super) fn list(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    inside(reader, SEQUENCE, "CertificateList", |reader| {
        element(
            reader,
            SEQUENCE,
            "tbsCertList",
            "RFC 5280 §5.1.2",
            "What is to be signed: the issuer's signature covers exactly these bytes.",
            to_be_signed,
        )?;
        certificate::signature_algorithm(reader)?;
        certificate::signature(
            reader,
            "signatureValue",
            "RFC 5280 §5.1.1.3",
            "The issuer's signature over tbsCertList. Verified with the issuer's key whenever a \
             certificate of that issuer is checked.",
        )
    })?;
    Ok(())
}

fn to_be_signed(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    if der::next_tag(reader) == Some(INTEGER) {
        let meaning = "v2 has extensions. rustls takes no other.";
        element(
            reader,
            INTEGER,
            "version",
            "RFC 5280 §5.1.2.1",
            meaning,
            |reader| certificate::version_name(reader),
        )?;
    }
    let meaning = "How the issuer signs. Has to equal signatureAlgorithm below.";
    algorithm(reader, "signature", "RFC 5280 §5.1.2.2", meaning)?;
    let meaning =
        "Whose certificates this list is about: those with the same issuer, byte for byte.";
    names::name(reader, "issuer", "RFC 5280 §5.1.2.3", meaning)?;
    time(
        reader,
        "thisUpdate",
        "RFC 5280 §5.1.2.4",
        "When this list was made.",
    )?;
    if matches!(der::next_tag(reader), Some(UTC_TIME | GENERALIZED_TIME)) {
        let meaning = "By when there is a newer one. OpenSSL refuses a list older than that, rustls only \
                       when it is told to.";
        time(reader, "nextUpdate", "RFC 5280 §5.1.2.5", meaning)?;
    }
    if der::next_tag(reader) == Some(SEQUENCE) {
        let meaning = "Whoever presents one of these is refused, in step 3 or 5. To be left out when \
                       nothing is revoked.";
        element(
            reader,
            SEQUENCE,
            "revokedCertificates",
            "RFC 5280 §5.1.2.6",
            meaning,
            |reader| {
                each(reader, |reader| {
                    part(reader, SEQUENCE, "revokedCertificate", revoked)
                })?;
                Ok(String::new())
            },
        )?;
    }
    if !reader.is_empty() {
        element(
            reader,
            constructed(0),
            "crlExtensions",
            "RFC 5280 §5.2",
            "",
            |reader| inside(reader, SEQUENCE, "Extensions", extensions::list),
        )?;
    }
    Ok(String::new())
}

/// Serial numbers here are those of the certificates that are meant.
fn revoked(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let serial = certificate::serial(reader, "userCertificate", "", "")?;
    let date = time(reader, "revocationDate", "", "")?;
    let mut text = format!("{serial} on {date}");
    if !reader.is_empty() {
        part(reader, SEQUENCE, "crlEntryExtensions", |reader| {
            let extensions = each(reader, extensions::extension)?.join(", ");
            text += &format!(", {extensions}");
            Ok(extensions)
        })?;
    }
    Ok(text)
}
