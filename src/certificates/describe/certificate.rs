//! Certificates (RFC 5280 §4.1), and the parts that CSRs, CRLs and keys share with them.

use super::der::{
    self, BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE, UTC_TIME, constructed, contents,
    context, each, element, inside,
};
use super::{extensions, names, oids, time};
use crate::fields::{Malformed, Reader};

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
            "The issuer's signature over tbsCertificate. The other side verifies it with the key of the \
             issuer in step 3 or 5; for a trust anchor nobody does, it is trusted by being in the file.",
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
        "Unique under its issuer. A CRL names a revoked certificate by it; checked in step 3 or 5 by \
         whoever was given a CRL.",
    )?;
    algorithm(
        reader,
        "signature",
        "RFC 5280 §4.1.2.3",
        "How the issuer signs, said inside what is signed. Has to equal signatureAlgorithm below; the \
         verifier compares them.",
    )?;
    names::name(
        reader,
        "issuer",
        "RFC 5280 §4.1.2.4",
        "Who signed. The verifier looks for a CA whose subject is this name, byte for byte, among the \
         intermediates it got and the trust anchors it has (steps 3 and 5).",
    )?;
    element(
        reader,
        SEQUENCE,
        "validity",
        "RFC 5280 §4.1.2.5",
        "",
        validity,
    )?;
    names::name(
        reader,
        "subject",
        "RFC 5280 §4.1.2.6",
        "Whom it names. No client compares a host with it: only subjectAltName counts. Of a CA, the name \
         that those it signs carry as issuer.",
    )?;
    public_key(
        reader,
        "subjectPublicKeyInfo",
        "The key that the issuer vouches for. Its owner proves the private half in CertificateVerify; \
         the other side checks that in step 3 or 5.",
    )?;
    for (number, label) in [(1, "issuerUniqueID"), (2, "subjectUniqueID")] {
        if der::next_tag(reader) == Some(context(number)) {
            let meaning =
                "A relic of v2 that no CA may write. rustls refuses a certificate with it.";
            element(
                reader,
                context(number),
                label,
                "RFC 5280 §4.1.2.8",
                meaning,
                der::plain,
            )?;
        }
    }
    if !reader.is_empty() {
        element(
            reader,
            constructed(3),
            "extensions",
            "RFC 5280 §4.2",
            "",
            |reader| inside(reader, SEQUENCE, "Extensions", extensions::list),
        )?;
    }
    Ok(String::new())
}

/// `[0] EXPLICIT INTEGER DEFAULT v1`: absent in the certificates of the 1990s.
fn version(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    if der::next_tag(reader) != Some(constructed(0)) {
        return Ok(());
    }
    let meaning = "Only v3 has extensions. rustls takes nothing else in a chain; OpenSSL does, and so do \
                   trust anchors.";
    element(
        reader,
        constructed(0),
        "version",
        "RFC 5280 §4.1.2.1",
        meaning,
        |reader| {
            inside(reader, INTEGER, "version", |reader| {
                contents(reader, version_name)
            })
        },
    )?;
    Ok(())
}

/// One less than people say: 2 is v3.
pub(super) fn version_name(bytes: &[u8]) -> Result<String, String> {
    match der::shortest(bytes)? {
        [number @ 0..=2] => Ok(format!("v{}", number + 1)),
        _ => Err("a version that the standard does not know".into()),
    }
}

/// A serial number as colon hex.
pub(super) fn serial(
    reader: &mut Reader<'_>,
    label: &str,
    source: &'static str,
    meaning: &str,
) -> Result<String, Malformed> {
    der::integer(reader, label, source, meaning, |bytes| match bytes {
        [0x80..=0xff, ..] => format!("{} (negative, which no CA may write)", der::hex(bytes)),
        _ => der::hex(der::magnitude(bytes)),
    })
}

fn validity(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    time::time(
        reader,
        "notBefore",
        "",
        "Valid from this second on, by the clock of whoever verifies (step 3 or 5).",
    )?;
    time::time(
        reader,
        "notAfter",
        "",
        "Valid up to and with this second. Of a trust anchor OpenSSL checks it too, rustls does not.",
    )?;
    Ok(String::new())
}

/// The `signatureAlgorithm` beside a signature.
pub(super) fn signature_algorithm(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    algorithm(
        reader,
        "signatureAlgorithm",
        "RFC 5280 §4.1.1.2",
        "How to verify the signature below.",
    )?;
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
        der::whole_bytes(reader, der::plain)
    })
}

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
        dotted = der::oid(reader, "algorithm", "")?;
        let parameters = parameters(reader)?;
        let name = oids::name_or(&dotted);
        Ok(match parameters.is_empty() {
            true => name,
            false => format!("{name}, {parameters}"),
        })
    })?;
    Ok(dotted)
}

/// Absent for ECDSA and Ed25519 signatures, NULL for RSA, the curve for an EC key.
fn parameters(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    match der::next_tag(reader) {
        None => Ok(String::new()),
        Some(NULL) => element(reader, NULL, "parameters", "", "", |_| Ok(String::new())),
        Some(OBJECT_IDENTIFIER) => {
            let curve = der::oid(reader, "parameters", "The curve (RFC 5480 §2.1.1).")?;
            Ok(oids::name_or(&curve))
        }
        Some(SEQUENCE) => element(reader, SEQUENCE, "parameters", "", "", pss_parameters),
        Some(tag) => {
            element(reader, tag, "parameters", "", "", der::plain)?;
            Ok("with parameters".into())
        }
    }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1). What is left out is SHA-1, MGF1 with SHA-1, 20 and 1.
fn pss_parameters(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let said = each(reader, |reader| match der::next_tag(reader) {
        Some(0xa0) => pss_hash(reader, 0xa0, "hashAlgorithm"),
        Some(0xa1) => element(reader, 0xa1, "maskGenAlgorithm", "", "", |reader| {
            inside(reader, SEQUENCE, "AlgorithmIdentifier", |reader| {
                let mask = der::oid(reader, "algorithm", "")?;
                let hash = algorithm(reader, "parameters", "", "")?;
                Ok(format!(
                    "{} with {}",
                    oids::name_or(&mask),
                    oids::name_or(&hash)
                ))
            })
        }),
        Some(tag @ (0xa2 | 0xa3)) => {
            let label = if tag == 0xa2 {
                "saltLength"
            } else {
                "trailerField"
            };
            let number = element(reader, tag, label, "", "", |reader| {
                inside(reader, INTEGER, label, |reader| {
                    contents(reader, |bytes| der::shortest(bytes).map(der::decimal))
                })
            })?;
            Ok(format!("{label} {number}"))
        }
        Some(tag) => element(reader, tag, "parameter", "", "", der::plain),
        None => Ok(String::new()),
    })?;
    Ok(said.join(", "))
}

fn pss_hash(reader: &mut Reader<'_>, tag: u8, label: &str) -> Result<String, Malformed> {
    element(reader, tag, label, "", "", |reader| {
        let dotted = algorithm(reader, "AlgorithmIdentifier", "", "")?;
        Ok(oids::name_or(&dotted))
    })
}

/// A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) under the name that it has here.
pub(super) fn public_key(
    reader: &mut Reader<'_>,
    label: &str,
    meaning: &str,
) -> Result<String, Malformed> {
    element(
        reader,
        SEQUENCE,
        label,
        "RFC 5280 §4.1.2.7",
        meaning,
        public_key_parts,
    )
}

/// The two parts: which kind of key, and the key.
pub(super) fn public_key_parts(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let kind = algorithm(reader, "algorithm", "", "Which kind of key this is.")?;
    if matches!(oids::name(&kind), Some("rsaEncryption" | "id-RSASSA-PSS")) {
        element(
            reader,
            BIT_STRING,
            "subjectPublicKey",
            "RFC 8017 §A.1.1",
            "",
            |reader| {
                der::whole_bytes(reader, |reader| {
                    inside(reader, SEQUENCE, "RSAPublicKey", rsa_public_parts)
                })
            },
        )?;
        return Ok(String::new());
    }
    element(reader, BIT_STRING, "subjectPublicKey", "", "", |reader| {
        let point = oids::name(&kind) == Some("id-ecPublicKey");
        der::whole_bytes(reader, |reader| key_bytes(reader, point))
    })?;
    Ok(String::new())
}

/// The two numbers of an RSA public key, which every RSA private key repeats.
pub(super) fn rsa_public_parts(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    element(
        reader,
        INTEGER,
        "modulus",
        "",
        "n, the product of two secret primes. Its size is the size of the key.",
        |reader| {
            let size = der::bits(der::shortest(reader.peek()).map_err(Malformed)?);
            der::plain(reader)?;
            Ok(size)
        },
    )?;
    der::integer(
        reader,
        "publicExponent",
        "",
        "e, the same for nearly everybody.",
        der::decimal,
    )?;
    Ok(String::new())
}

/// A public key that is a string of bytes: an EC point (SEC 1 §2.3.3) or an Ed25519 key (RFC 8032).
pub(super) fn key_bytes(reader: &mut Reader<'_>, point: bool) -> Result<String, Malformed> {
    let count = reader.remaining();
    let shape = match reader.peek().first() {
        Some(0x04) if point => ", a point: 04, x, y",
        Some(0x02 | 0x03) if point => ", a compressed point",
        _ => "",
    };
    der::plain(reader)?;
    Ok(format!("{count} bytes{shape}"))
}

/// Both times of a CRL are read like those of a certificate; whether one is there is told by its tag.
pub(super) fn is_time(reader: &Reader<'_>) -> bool {
    matches!(
        der::next_tag(reader),
        Some(UTC_TIME | der::GENERALIZED_TIME)
    )
}
