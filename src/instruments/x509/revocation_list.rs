//! Certificate revocation lists, CRLs (RFC 5280 §5): the serial numbers that an issuer takes back.

use super::certificate::{serial, signature, version};
use super::components::{Component, components, walk};
use super::der::{BIT_STRING, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, constructed};
use super::der::{Text, element, joined, sequence_of};
use super::extensions;
use super::names::relative_names;
use super::public_key::algorithm;
use super::time::{dated, time};
use crate::instruments::fields::Reader;
use crate::language::Phrase;
use crate::phrase;

pub(super) const CERTIFICATE_LIST: &[Component] = components! {
    tbsCertList (SEQUENCE) |reader| walk(reader, TBS_CERT_LIST), "RFC 5280 §5.1.2",
        phrase!("What is to be signed: the issuer's signature covers exactly these bytes.");
    signatureAlgorithm (SEQUENCE) algorithm, "RFC 5280 §4.1.1.2", phrase!("How to verify the signature below.");
    signatureValue (BIT_STRING) signature, "RFC 5280 §5.1.1.3",
        phrase!("The issuer's signature over tbsCertList. Verified with the issuer's key whenever a \
         certificate of that issuer is checked.");
};

const TBS_CERT_LIST: &[Component] = components! {
    version OPTIONAL (INTEGER) version, "RFC 5280 §5.1.2.1",
        phrase!("v2 has extensions. rustls takes no other.");
    signature (SEQUENCE) algorithm, "RFC 5280 §5.1.2.2",
        phrase!("How the issuer signs. Has to equal signatureAlgorithm below.");
    issuer (SEQUENCE) relative_names, "RFC 5280 §5.1.2.3",
        phrase!("Whose certificates this list is about: those with the same issuer, byte for byte.");
    thisUpdate (UTC_TIME, GENERALIZED_TIME) time, "RFC 5280 §5.1.2.4", phrase!("When this list was made.");
    nextUpdate OPTIONAL (UTC_TIME, GENERALIZED_TIME) time, "RFC 5280 §5.1.2.5",
        phrase!("By when there is a newer one. OpenSSL refuses a list older than that, rustls only when it is \
         told to.");
    revokedCertificates OPTIONAL (SEQUENCE) all_revoked, "RFC 5280 §5.1.2.6",
        phrase!("A side that presents one of these is refused, in step 3 or 5. To be left out when nothing is \
         revoked.");
    crlExtensions OPTIONAL (constructed(0)) extensions::list, "RFC 5280 §5.2", "";
};

fn all_revoked(reader: &mut Reader<'_>) -> Text {
    sequence_of(reader, |reader| {
        element(reader, SEQUENCE, "revokedCertificate", revoked)
    })?;
    Ok(Phrase::empty())
}

/// Serial numbers here are those of the certificates that are meant.
fn revoked(reader: &mut Reader<'_>) -> Text {
    let serial = element(reader, INTEGER, "userCertificate", serial)?;
    let date = dated(reader, "revocationDate")?;
    let mut text = phrase!("{serial} on {date}", serial, date);
    if !reader.is_empty() {
        element(reader, SEQUENCE, "crlEntryExtensions", |reader| {
            let extensions = joined(sequence_of(reader, extensions::extension)?, ", ");
            text = joined(vec![text.clone(), extensions.clone()], ", ");
            Ok(extensions)
        })?;
    }
    Ok(text)
}
