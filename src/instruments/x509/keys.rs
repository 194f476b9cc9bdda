//! Keys: PKCS#8 (RFC 5958), PKCS#1 for RSA (RFC 8017 §A.1), SEC1 for curves (RFC 5915), and public
//! keys alone (RFC 5280 §4.1.2.7).
//!
//! A private part is counted and passed over: its leaf has a range, and its value says that it is
//! not shown. Not one bit of it becomes text.

use super::certificate::version;
use super::components::{Component, components, walk};
use super::der::unwrapped;
use super::der::{self, BIT_STRING, INTEGER, OCTET_STRING, SEQUENCE};
use super::der::{Text, constructed, contents, context, element};
use super::public_key::{algorithm, point, rsa_numbers};
use super::{oids, primitive};
use crate::instruments::fields::Reader;
use crate::language::Phrase;
use crate::phrase;

/// What stands in place of a private part.
const NOT_SHOWN: Phrase = phrase!("private: not shown");

/// `OneAsymmetricKey` is a wrapper that says which kind of key is inside.
pub(super) fn pkcs8(reader: &mut Reader<'_>) -> Text {
    const HEAD: &[Component] = components! {
        version (INTEGER) version, "",
            phrase!("v2 carries the public key as well; OpenSSL 3.0 cannot read it.");
    };
    const ALGORITHM: &[Component] = components! {
        privateKeyAlgorithm (SEQUENCE) algorithm, "RFC 5958 §2", phrase!("Which kind of key this is.");
    };
    const TAIL: &[Component] = components! {
        attributes OPTIONAL (constructed(0)) secret, "", "";
        publicKey OPTIONAL (context(1)) |reader| primitive::whole_bytes(reader, der::counted), "", "";
    };
    walk(reader, HEAD)?;
    let kind = primitive::leading_oid(reader.peek()).unwrap_or_default();
    walk(reader, ALGORITHM)?;
    element(
        reader,
        OCTET_STRING,
        "privateKey",
        |reader| match oids::name(&kind) {
            Some("rsaEncryption") => unwrapped(reader, SEQUENCE, "RSAPrivateKey", pkcs1),
            Some("id-ecPublicKey") => unwrapped(reader, SEQUENCE, "ECPrivateKey", sec1),
            _ => secret(reader),
        },
    )?;
    walk(reader, TAIL)
}

/// `RSAPrivateKey`, the form that openssl calls "traditional": two public numbers and six private ones.
pub(super) fn pkcs1(reader: &mut Reader<'_>) -> Text {
    const SOURCE: &str = "RFC 8017 §A.1.2";
    const SECRETS: &[Component] = components! {
        privateExponent (INTEGER) secret, SOURCE, "";
        prime1 (INTEGER) secret, SOURCE, "";
        prime2 (INTEGER) secret, SOURCE, "";
        exponent1 (INTEGER) secret, SOURCE, "";
        exponent2 (INTEGER) secret, SOURCE, "";
        coefficient (INTEGER) secret, SOURCE, "";
        otherPrimeInfos OPTIONAL (SEQUENCE) secret, SOURCE, "";
    };
    walk(reader, FORM)?;
    rsa_numbers(reader)?;
    walk(reader, SECRETS)
}

/// `ECPrivateKey`, as in a file that begins with `BEGIN EC PRIVATE KEY`.
pub(super) fn sec1(reader: &mut Reader<'_>) -> Text {
    const SOURCE: &str = "RFC 5915 §3";
    const KEY: &[Component] = components! {
        privateKey (OCTET_STRING) secret, SOURCE, "";
        parameters OPTIONAL (constructed(0)) curve, SOURCE, "";
        publicKey OPTIONAL (constructed(1)) public_point, SOURCE, "";
    };
    walk(reader, FORM)?;
    walk(reader, KEY)
}

/// 0 for RSA with two primes, 1 for a curve: the form, not the key.
const FORM: &[Component] = components! {
    version (INTEGER) |reader| primitive::integer(reader, primitive::decimal), "", "";
};

fn curve(reader: &mut Reader<'_>) -> Text {
    Ok(oids::name_or(&primitive::oid(reader, "namedCurve")?).into())
}

fn public_point(reader: &mut Reader<'_>) -> Text {
    unwrapped(reader, BIT_STRING, "publicKey", |reader| {
        primitive::whole_bytes(reader, point)
    })
}

/// A private part: passed over. Its bytes are counted, and no text is made of them.
fn secret(reader: &mut Reader<'_>) -> Text {
    contents(reader, |_| Ok(NOT_SHOWN))
}
