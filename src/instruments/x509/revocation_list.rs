//! Certificate revocation lists, CRLs (RFC 5280 §5): the serial numbers that an issuer takes back.

use super::certificate::{serial, signature, version};
use super::components::{Component, components, walk};
use super::der::{BIT_STRING, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, constructed};
use super::der::{Text, element, sequence_of};
use super::extensions;
use super::names::relative_names;
use super::public_key::algorithm;
use super::time::{dated, time};
use crate::instruments::fields::Reader;

pub(super) const CERTIFICATE_LIST: &[Component] = components! {
    tbsCertList (SEQUENCE) |reader| walk(reader, TBS_CERT_LIST), "RFC 5280 §5.1.2",
        "What is to be signed: the issuer's signature covers exactly these bytes.";
    signatureAlgorithm (SEQUENCE) algorithm, "RFC 5280 §4.1.1.2", "How to verify the signature below.";
    signatureValue (BIT_STRING) signature, "RFC 5280 §5.1.1.3",
        "The issuer's signature over tbsCertList. Verified with the issuer's key whenever a \
         certificate of that issuer is checked.";
};

const TBS_CERT_LIST: &[Component] = components! {
    version OPTIONAL (INTEGER) version, "RFC 5280 §5.1.2.1",
        "v2 has extensions. rustls takes no other.";
    signature (SEQUENCE) algorithm, "RFC 5280 §5.1.2.2",
        "How the issuer signs. Has to equal signatureAlgorithm below.";
    issuer (SEQUENCE) relative_names, "RFC 5280 §5.1.2.3",
        "Whose certificates this list is about: those with the same issuer, byte for byte.";
    thisUpdate (UTC_TIME, GENERALIZED_TIME) time, "RFC 5280 §5.1.2.4", "When this list was made.";
    nextUpdate OPTIONAL (UTC_TIME, GENERALIZED_TIME) time, "RFC 5280 §5.1.2.5",
        "By when there is a newer one. OpenSSL refuses a list older than that, rustls only when it is \
         told to.";
    revokedCertificates OPTIONAL (SEQUENCE) all_revoked, "RFC 5280 §5.1.2.6",
        "Whoever presents one of these is refused, in step 3 or 5. To be left out when nothing is \
         revoked.";
    crlExtensions OPTIONAL (constructed(0)) extensions::list, "RFC 5280 §5.2", "";
};

fn all_revoked(reader: &mut Reader<'_>) -> Text {
    sequence_of(reader, |reader| {
        element(reader, SEQUENCE, "revokedCertificate", revoked)
    })?;
    Ok(String::new())
}

/// Serial numbers here are those of the certificates that are meant.
fn revoked(reader: &mut Reader<'_>) -> Text {
    let serial = element(reader, INTEGER, "userCertificate", serial)?;
    let date = dated(reader, "revocationDate")?;
    let mut text = format!("{serial} on {date}");
    if !reader.is_empty() {
        element(reader, SEQUENCE, "crlEntryExtensions", |reader| {
            let extensions = sequence_of(reader, extensions::extension)?.join(", ");
            text += &format!(", {extensions}");
            Ok(extensions)
        })?;
    }
    Ok(text)
}
