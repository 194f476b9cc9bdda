//! Keys: PKCS#8 (RFC 5958), PKCS#1 for RSA (RFC 8017 §A.1), SEC1 for curves (RFC 5915), and public
//! keys alone (RFC 5280 §4.1.2.7).
//!
//! A private part is counted and passed over: its leaf has a range, and its value says that it is
//! not shown. Not one bit of it becomes text.

use super::der::{self, BIT_STRING, INTEGER, OCTET_STRING, SEQUENCE};
use super::der::{constructed, contents, context, each, element, inside, part};
use super::{certificate, oids, primitive, public_key};
use crate::instruments::fields::{Malformed, Reader};

/// What stands in place of a private part.
const NOT_SHOWN: &str = "private: not shown";

/// `SubjectPublicKeyInfo`, as in a file that begins with `BEGIN PUBLIC KEY`.
pub(super) fn public(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    inside(reader, SEQUENCE, "SubjectPublicKeyInfo", public_key::parts)?;
    Ok(())
}

/// `OneAsymmetricKey ::= SEQUENCE { version, privateKeyAlgorithm, privateKey, attributes [0], publicKey
/// [1] }`: a wrapper that says which kind of key is inside.
pub(super) fn pkcs8(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    inside(reader, SEQUENCE, "OneAsymmetricKey", |reader| {
        let meaning = "v2 carries the public key as well; OpenSSL 3.0 cannot read it.";
        element(
            reader,
            INTEGER,
            "version",
            "",
            meaning,
            certificate::version_name,
        )?;
        let meaning = "Which kind of key this is.";
        let kind = public_key::algorithm(reader, "privateKeyAlgorithm", "RFC 5958 §2", meaning)?;
        let kind = oids::name(&kind);
        part(reader, OCTET_STRING, "privateKey", |reader| match kind {
            Some("rsaEncryption") => inside(reader, SEQUENCE, "RSAPrivateKey", rsa_parts),
            Some("id-ecPublicKey") => inside(reader, SEQUENCE, "ECPrivateKey", ec_parts),
            _ => secret(reader),
        })?;
        each(reader, |reader| match der::next_tag(reader) {
            Some(tag @ 0xa0) => part(reader, tag, "attributes", secret),
            _ => part(reader, context(1), "publicKey", |reader| {
                primitive::whole_bytes(reader, |reader| der::counted(reader))
            }),
        })?;
        Ok(String::new())
    })?;
    Ok(())
}

/// `RSAPrivateKey`, the form that openssl calls "traditional".
pub(super) fn pkcs1(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    inside(reader, SEQUENCE, "RSAPrivateKey", rsa_parts)?;
    Ok(())
}

/// `ECPrivateKey`, as in a file that begins with `BEGIN EC PRIVATE KEY`.
pub(super) fn sec1(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    inside(reader, SEQUENCE, "ECPrivateKey", ec_parts)?;
    Ok(())
}

/// Two public numbers and six private ones.
fn rsa_parts(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    version(reader)?;
    public_key::rsa_numbers(reader)?;
    for label in [
        "privateExponent",
        "prime1",
        "prime2",
        "exponent1",
        "exponent2",
        "coefficient",
    ] {
        element(reader, INTEGER, label, "RFC 8017 §A.1.2", "", secret)?;
    }
    if !reader.is_empty() {
        element(
            reader,
            SEQUENCE,
            "otherPrimeInfos",
            "RFC 8017 §A.1.2",
            "",
            secret,
        )?;
    }
    Ok(String::new())
}

/// `ECPrivateKey ::= SEQUENCE { version, privateKey, parameters [0], publicKey [1] }`
fn ec_parts(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    version(reader)?;
    element(
        reader,
        OCTET_STRING,
        "privateKey",
        "RFC 5915 §3",
        "",
        secret,
    )?;
    each(reader, |reader| match der::next_tag(reader) {
        Some(tag @ 0xa0) => element(reader, tag, "parameters", "RFC 5915 §3", "", |reader| {
            Ok(oids::name_or(&primitive::oid(reader, "namedCurve")?))
        }),
        _ => element(
            reader,
            constructed(1),
            "publicKey",
            "RFC 5915 §3",
            "",
            |reader| {
                inside(reader, BIT_STRING, "publicKey", |reader| {
                    primitive::whole_bytes(reader, |reader| public_key::point(reader))
                })
            },
        ),
    })?;
    Ok(String::new())
}

/// 0 for RSA with two primes, 1 for a curve: the form, not the key.
fn version(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    part(reader, INTEGER, "version", |reader| {
        primitive::integer(reader, primitive::decimal)
    })
}

/// A private part: passed over, never told.
fn secret(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    contents(reader, |_| Ok(NOT_SHOWN.into()))
}
