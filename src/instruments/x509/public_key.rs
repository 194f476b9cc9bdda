//! Public keys and the algorithms they are used with: what certificates, CSRs and keys share.

use super::components::{Component, components, walk};
use super::der::{self, BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE};
use super::der::{Text, element, unwrapped};
use super::{oids, primitive};
use crate::instruments::fields::{Malformed, Reader};
use crate::language::Phrase;
use crate::phrase;

/// The contents of an `AlgorithmIdentifier` (RFC 5280 §4.1.1.2): its name and its parameters.
pub(super) fn algorithm(reader: &mut Reader<'_>) -> Text {
    let dotted = primitive::oid(reader, "algorithm")?;
    let name = oids::name_or(&dotted).into();
    Ok(der::joined(vec![name, parameters(reader)?], ""))
}

/// Absent for ECDSA and Ed25519 signatures, NULL for RSA, the curve for an EC key.
fn parameters(reader: &mut Reader<'_>) -> Text {
    match der::next_tag(reader) {
        None => Ok(Phrase::empty()),
        Some(NULL) => element(reader, NULL, "parameters", |_| Ok(Phrase::empty())),
        Some(OBJECT_IDENTIFIER) => {
            let curve = primitive::oid(reader, "parameters")?;
            Ok(format!(", {}", oids::name_or(&curve)).into())
        }
        Some(tag) => {
            element(reader, tag, "parameters", der::plain)?;
            Ok(phrase!(", with parameters"))
        }
    }
}

/// The two parts of a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7): which kind of key, and the key, whose
/// form depends on the kind.
pub(super) fn subject_public_key(reader: &mut Reader<'_>) -> Text {
    const ALGORITHM: &[Component] = components! {
        algorithm (SEQUENCE) algorithm, "", phrase!("Which kind of key this is.");
    };
    let kind = primitive::leading_oid(reader.peek()).unwrap_or_default();
    walk(reader, ALGORITHM)?;
    element(reader, BIT_STRING, "subjectPublicKey", |reader| {
        primitive::whole_bytes(reader, |reader| match oids::name(&kind) {
            Some("rsaEncryption" | "id-RSASSA-PSS") => {
                unwrapped(reader, SEQUENCE, "RSAPublicKey", rsa_numbers)
            }
            Some("id-ecPublicKey") => point(reader),
            _ => der::counted(reader),
        })
    })?;
    Ok(Phrase::empty())
}

/// The two public numbers (RFC 8017 §A.1.1), which every RSA private key repeats.
pub(super) fn rsa_numbers(reader: &mut Reader<'_>) -> Text {
    const RSA_PUBLIC_KEY: &[Component] = components! {
        modulus (INTEGER) size, "",
            phrase!("n, the product of two secret primes. Its size is the size of the key.");
        publicExponent (INTEGER) |reader| primitive::integer(reader, primitive::decimal), "",
            phrase!("e, which is 65537 nearly everywhere.");
    };
    walk(reader, RSA_PUBLIC_KEY)
}

/// A large number: plain bytes, whose value is how many bits they are.
fn size(reader: &mut Reader<'_>) -> Text {
    let size = primitive::bits(primitive::shortest(reader.peek()).map_err(Malformed)?);
    der::plain(reader)?;
    Ok(size)
}

/// A point of a curve (SEC 1 §2.3.3).
pub(super) fn point(reader: &mut Reader<'_>) -> Text {
    let shape = match der::next_tag(reader) {
        Some(0x04) => phrase!(", a point: 04, x, y"),
        Some(0x02 | 0x03) => phrase!(", a compressed point: 02 or 03, x"),
        _ => Phrase::empty(),
    };
    Ok(der::joined(vec![der::counted(reader)?, shape], ""))
}
