//! Public keys and the algorithms they are used with: what certificates, CSRs and keys share.

use super::der::{self, BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE};
use super::der::{element, inside, part};
use super::{oids, primitive};
use crate::instruments::fields::{Malformed, Reader};

/// An `AlgorithmIdentifier` (RFC 5280 §4.1.1.2). The value names it and its parameters; the returned
/// text is the dotted OBJECT IDENTIFIER.
pub(super) fn algorithm(
    reader: &mut Reader<'_>,
    label: &str,
    source: &'static str,
    meaning: &str,
) -> Result<String, Malformed> {
    let mut dotted = String::new();
    element(reader, SEQUENCE, label, source, meaning, |reader| {
        dotted = primitive::oid(reader, "algorithm")?;
        Ok(oids::name_or(&dotted) + &parameters(reader)?)
    })?;
    Ok(dotted)
}

/// Absent for ECDSA and Ed25519 signatures, NULL for RSA, the curve for an EC key.
fn parameters(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    match der::next_tag(reader) {
        None => Ok(String::new()),
        Some(NULL) => part(reader, NULL, "parameters", |_| Ok(String::new())),
        Some(OBJECT_IDENTIFIER) => {
            let curve = primitive::oid(reader, "parameters")?;
            Ok(format!(", {}", oids::name_or(&curve)))
        }
        Some(tag) => {
            part(reader, tag, "parameters", der::plain)?;
            Ok(", with parameters".into())
        }
    }
}

/// A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) under the name that it has here.
pub(super) fn public_key(
    reader: &mut Reader<'_>,
    label: &str,
    meaning: &str,
) -> Result<String, Malformed> {
    let source = "RFC 5280 §4.1.2.7";
    element(reader, SEQUENCE, label, source, meaning, parts)
}

/// The two parts: which kind of key, and the key.
pub(super) fn parts(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let kind = algorithm(reader, "algorithm", "", "Which kind of key this is.")?;
    let kind = oids::name(&kind);
    part(reader, BIT_STRING, "subjectPublicKey", |reader| {
        primitive::whole_bytes(reader, |reader| match kind {
            Some("rsaEncryption" | "id-RSASSA-PSS") => {
                inside(reader, SEQUENCE, "RSAPublicKey", rsa_numbers)
            }
            Some("id-ecPublicKey") => point(reader),
            _ => der::counted(reader),
        })
    })?;
    Ok(String::new())
}

/// The two public numbers (RFC 8017 §A.1.1), which every RSA private key repeats.
pub(super) fn rsa_numbers(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let meaning = "n, the product of two secret primes. Its size is the size of the key.";
    element(reader, INTEGER, "modulus", "", meaning, |reader| {
        let size = primitive::bits(primitive::shortest(reader.peek()).map_err(Malformed)?);
        der::plain(reader)?;
        Ok(size)
    })?;
    let meaning = "e, the same for nearly everybody.";
    element(reader, INTEGER, "publicExponent", "", meaning, |reader| {
        primitive::integer(reader, primitive::decimal)
    })?;
    Ok(String::new())
}

/// A point of a curve (SEC 1 §2.3.3).
pub(super) fn point(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let shape = match der::next_tag(reader) {
        Some(0x04) => ", a point: 04, x, y",
        Some(0x02 | 0x03) => ", a compressed point: 02 or 03, x",
        _ => "",
    };
    Ok(der::counted(reader)? + shape)
}
