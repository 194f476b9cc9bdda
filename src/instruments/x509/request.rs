//! Certification requests, CSRs (RFC 2986): a public key, the names it wants, and a signature by the
//! very key, so that nobody asks with the key of another.

use super::der::{INTEGER, SEQUENCE, SET, constructed, each, element, inside, part};
use super::public_key::public_key;
use super::{certificate, extensions, names, oids, primitive};
use crate::instruments::fields::{Malformed, Reader};

/// `CertificationRequest ::= SEQUENCE { certificationRequestInfo, signatureAlgorithm, signature }`
pub(super) fn request(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    inside(reader, SEQUENCE, "CertificationRequest", |reader| {
        element(
            reader,
            SEQUENCE,
            "certificationRequestInfo",
            "RFC 2986 §4.1",
            "What is asked for: the signature covers exactly these bytes.",
            information,
        )?;
        certificate::signature_algorithm(reader)?;
        certificate::signature(
            reader,
            "signature",
            "RFC 2986 §4.2",
            "Made with the private half of the key above. The CA verifies it before it signs.",
        )
    })?;
    Ok(())
}

fn information(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    element(reader, INTEGER, "version", "", "Always v1.", |reader| {
        certificate::version_name(reader)
    })?;
    let meaning = "Whom the certificate is to name. A wish: the CA decides.";
    names::name(reader, "subject", "", meaning)?;
    let meaning = "The key that the certificate is to vouch for. The private half stays at home.";
    public_key(reader, "subjectPKInfo", meaning)?;
    if reader.is_empty() {
        return Ok(String::new());
    }
    element(
        reader,
        constructed(0),
        "attributes",
        "RFC 2986 §4.1",
        "",
        |reader| {
            each(reader, attribute)?;
            Ok(String::new())
        },
    )
}

/// `Attribute ::= SEQUENCE { type, values SET OF ANY }`, under the name of its type.
fn attribute(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let oid = primitive::leading_oid(reader.peek()).unwrap_or_default();
    let label = oids::name(&oid).unwrap_or("unknown attribute");
    let meaning = match label {
        "extensionRequest" => {
            "Extensions for the certificate. Wishes: the CA may copy, change or drop them."
        }
        "challengePassword" => "A word for the CA, in clear, to ask for a revocation later.",
        _ => "",
    };
    element(
        reader,
        SEQUENCE,
        label,
        "RFC 2985 §5.4",
        meaning,
        |reader| {
            primitive::oid(reader, "type")?;
            part(reader, SET, "values", |reader| {
                if label == "extensionRequest" {
                    return inside(reader, SEQUENCE, "Extensions", extensions::list);
                }
                let values = each(reader, |reader| names::string(reader, "value"))?;
                Ok(values.join(", "))
            })
        },
    )
}
