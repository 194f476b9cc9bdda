//! Certification requests, CSRs (RFC 2986): a public key, the names it wants, and a signature by the
//! very key, which proves that the owner of the key is asking.

use super::certificate::{signature, version};
use super::components::{Component, components, walk};
use super::der::{self, element, explained, sequence_of};
use super::der::{BIT_STRING, INTEGER, SEQUENCE, SET, Text, constructed};
use super::names::relative_names;
use super::public_key::{algorithm, subject_public_key};
use super::{extensions, names, oids, primitive};
use crate::instruments::fields::Reader;
use crate::language::Phrase;
use crate::phrase;

pub(super) const CERTIFICATION_REQUEST: &[Component] = components! {
    certificationRequestInfo (SEQUENCE) |reader| walk(reader, INFO), "RFC 2986 §4.1",
        phrase!("What is asked for: the signature covers exactly these bytes.");
    signatureAlgorithm (SEQUENCE) algorithm, "RFC 5280 §4.1.1.2", phrase!("How to verify the signature below.");
    signature (BIT_STRING) signature, "RFC 2986 §4.2",
        phrase!("Made with the private half of the key above. The CA verifies it before it signs.");
};

const INFO: &[Component] = components! {
    version (INTEGER) version, "", phrase!("Always v1.");
    subject (SEQUENCE) relative_names, "",
        phrase!("The name that the certificate shall have. A wish: the CA decides.");
    subjectPKInfo (SEQUENCE) subject_public_key, "RFC 5280 §4.1.2.7",
        phrase!("The key that the certificate is to vouch for. The private half stays at home.");
    attributes OPTIONAL (constructed(0)) attributes, "RFC 2986 §4.1", "";
};

fn attributes(reader: &mut Reader<'_>) -> Text {
    sequence_of(reader, attribute)?;
    Ok(Phrase::empty())
}

/// `Attribute ::= SEQUENCE { type, values SET OF ANY }`, under the name of its type.
fn attribute(reader: &mut Reader<'_>) -> Text {
    let oid = primitive::leading_oid(reader.peek()).unwrap_or_default();
    let label = oids::name(&oid).unwrap_or("unknown attribute");
    let meaning = match label {
        "extensionRequest" => {
            phrase!("Extensions for the certificate. Wishes: the CA may copy, change or drop them.")
        }
        "challengePassword" => {
            phrase!("A word for the CA, in clear, to ask for a revocation later.")
        }
        _ => Phrase::empty(),
    };
    explained(
        reader,
        SEQUENCE,
        label,
        "RFC 2985 §5.4",
        meaning,
        |reader| {
            primitive::oid(reader, "type")?;
            element(reader, SET, "values", |reader| {
                if label == "extensionRequest" {
                    return extensions::list(reader);
                }
                let values = sequence_of(reader, |reader| names::string(reader, "value"))?;
                Ok(der::joined(values, ", "))
            })
        },
    )
}
