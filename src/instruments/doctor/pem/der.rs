//! Bytes without PEM: what they would be, and the command that makes PEM of them.

use std::path::Path;

use super::block::{File, Wanted, copy_again, in_its_place};
use crate::certificates::pem;
use crate::instruments::doctor::finding::Finding;
use crate::instruments::inspect;
pub(crate) use crate::instruments::inspect::der::is;
use crate::instruments::x509::{self, Kind, der_length};
use crate::language::Phrase;
use crate::phrase;
use crate::text;

/// Contents type of a PKCS#7 or PKCS#12 wrapper begins so: 1.2.840.113549.1.7.
const PKCS7: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";

/// The contents of a DER element, and what follows it.
pub(crate) fn inside(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_tag, rest) = der.split_first()?;
    let (header, length) = der_length(rest).ok()?;
    rest.get(header..)?.split_at_checked(length)
}

/// Begins the identifiers of ECDSA's keys and signatures: 1.2.840.10045.
pub(crate) const X9_62: &[u8] = b"\x2a\x86\x48\xce\x3d";

/// Whether it is a key of an elliptic curve whose numbers are written out instead of the curve's name. RFC 5480
/// §2.1.1 forbids that, and rustls knows curves by their names.
pub(crate) fn has_explicit_curve(spki: &[u8]) -> bool {
    let algorithm = || inside(inside(spki)?.0).map(|(algorithm, _)| algorithm);
    let parameters = || inside(algorithm()?).map(|(_, parameters)| parameters);
    algorithm().is_some_and(|id| id.get(2..).is_some_and(|id| id.starts_with(X9_62)))
        && parameters().is_some_and(|parameters| parameters.starts_with(&[0x30]))
}

/// The last element of a `SubjectPublicKeyInfo`: the key itself, as a BIT STRING.
pub(crate) fn bits_of(spki: &[u8]) -> Option<&[u8]> {
    let (key, _) = inside(spki)?;
    inside(key).map(|(_, bits)| bits)
}

/// A bag of PKCS#12 with a private key, encrypted or not: 1.2.840.113549.1.12.10.1.1 and .2, as far as the last
/// byte. Bags of keys stand outside of what the passphrase encrypts.
const KEY_BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01";

/// What a run of DER is, found in the wrong place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Pkcs7,
    Pkcs12 {
        key: bool,
    },
    EncryptedKey,
    PublicKey,
    OcspResponse,
    /// And the tool of openssl's that reads it.
    Known(Wanted, &'static str),
}

fn what(der: &[u8]) -> Option<Found> {
    // BER may leave the length open, and Windows does.
    let contents = match der.strip_prefix(b"\x30\x80") {
        Some(contents) => contents,
        None => match der.starts_with(&[0x30]).then(|| inside(der))?? {
            (contents, []) => contents,
            _ => return None,
        },
    };
    let begins = |start: &[u8]| contents.starts_with(start);
    if begins(PKCS7) {
        return Some(Found::Pkcs7);
    }
    if begins(&[2, 1, 3, 0x30]) {
        let mut parts = contents.windows(KEY_BAG.len() + 1);
        let key = parts.any(|part| part.starts_with(KEY_BAG) && matches!(part.last(), Some(1 | 2)));
        return Some(Found::Pkcs12 { key });
    }
    if begins(b"\x0a\x01") {
        return Some(Found::OcspResponse);
    }
    if let Some((kind, tool)) = kind_of(der) {
        return Some(Found::Known(kind, tool));
    }
    // EncryptedPrivateKeyInfo begins with an algorithm of PKCS#5 or PKCS#12 (RFC 5958 §3).
    let (algorithm, _) = inside(contents)?;
    let pbe: [&[u8]; 2] = [
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x05",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c",
    ];
    if pbe
        .iter()
        .any(|oid| algorithm.get(2..).is_some_and(|id| id.starts_with(oid)))
    {
        return Some(Found::EncryptedKey);
    }
    is(Kind::PublicKey, der).then_some(Found::PublicKey)
}

/// The finding about a file of plain DER, if it is one.
pub(super) fn binary(file: &File<'_>) -> Option<Finding> {
    let Some(what) = what(file.bytes) else {
        // What begins as DER does, and is no text.
        let cut = x509::cut_short(file.bytes).filter(|_| file.bytes.get(1) >= Some(&0x80))?;
        let found = phrase!("DER, the binary form: {cut}", cut);
        return Some(file.error("not-pem", found, copy_again()));
    };
    Some(match what {
        Found::Pkcs7 => {
            let fix = file.rewritten("openssl pkcs7 -inform DER -in {f} -print_certs -out");
            file.error(
                "pkcs7",
                phrase!("certificates in a binary PKCS#7 wrapper"),
                fix,
            )
        }
        Found::Pkcs12 { key } => pkcs12(file, key, "", &Phrase::empty()),
        Found::EncryptedKey => {
            let fix = match file.wanted {
                Wanted::Anything => file.decrypted("openssl pkcs8 -inform DER"),
                _ => phrase!(
                    "with its passphrase:\n{command}",
                    command = file.rewritten("openssl pkcs8 -inform DER -in {f} -out")
                ),
            };
            let found = phrase!("a private key in DER, encrypted with a passphrase");
            file.error("encrypted-key", found, fix)
        }
        Found::PublicKey => file.error(
            "public-key",
            phrase!("a public key alone, in DER"),
            phrase!("the file with {wanted}", wanted = file.wanted.phrase()),
        ),
        Found::OcspResponse => file.error(
            "wrong-file",
            phrase!("an OCSP response: what a CA says about a certificate"),
            phrase!("the file with {wanted}", wanted = file.wanted.phrase()),
        ),
        Found::Known(kind, tool) => {
            let fix = file.rewritten(&format!("openssl {tool} -inform DER -in {{f}} -out"));
            file.error(
                "der",
                phrase!("{what} in DER, the binary form", what = kind.phrase()),
                fix,
            )
        }
    })
}

/// A PKCS#12 file; the command `before` makes one of a file that has it in base64.
fn pkcs12(file: &File<'_>, key: bool, before: &str, around: &Phrase) -> Finding {
    let name = match before {
        "" => text::shell(file.path),
        _ => file.beside("p12"),
    };
    let [cert, key_file] = ["crt", "key"].map(|end| file.beside(end));
    let certificates = format!("{before}\n  openssl pkcs12 -in {name} -nokeys -out {cert}");
    let legacy = phrase!("with its passphrase (one of an old Windows or Java needs -legacy too)");
    if !key {
        let found = phrase!(
            "a PKCS#12 store{around} with certificates and no key, such as a truststore",
            around
        );
        let fix = phrase!(
            "take them out, {legacy}:{commands}",
            legacy,
            commands = in_its_place(&certificates, &cert)
        );
        return file.error("pkcs12", found, fix);
    }
    let found = phrase!(
        "a PKCS#12 bundle (.p12, .pfx){around}: certificate and key in one",
        around
    );
    let keys =
        format!("\n  (umask 077; openssl pkcs12 -in {name} -nocerts -nodes -out {key_file})");
    let fix = phrase!(
        "take it apart, {legacy}:{commands}\nthen{options}",
        legacy,
        commands = certificates + &keys,
        options = format!(" --cert {cert} --key {key_file}")
    );
    file.error("pkcs12", found, fix)
}

/// The bytes of base64 text.
pub(super) fn from_base64(path: &Path, base64: &str) -> Option<Vec<u8>> {
    let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    let read = pem::certificates_in(path, pem.as_bytes()).ok()?;
    Some(read.first()?.to_vec())
}

/// The finding about a file whose base64, bare or in a block labelled CERTIFICATE, holds something else.
/// Windows' `certutil -encode` writes that label around anything.
pub(crate) fn in_base64(file: &File<'_>, der: &[u8]) -> Option<Finding> {
    let bare = "tr '\\r' '\\n' < {f} | grep -v -e ----- | base64 -d";
    let around = if file.blocks.is_empty() {
        phrase!(", in base64")
    } else {
        phrase!(", in a CERTIFICATE block")
    };
    let taken = |end: &str| {
        let command = bare.replace("{f}", &text::shell(file.path));
        format!("\n  (umask 077; {command} > {})", file.beside(end))
    };
    Some(match what(der)? {
        Found::Pkcs12 { key } => pkcs12(file, key, &taken("p12"), &around),
        Found::Pkcs7 => {
            let fix = file.rewritten(&format!(
                "{bare} | openssl pkcs7 -inform DER -print_certs -out"
            ));
            file.error(
                "pkcs7",
                phrase!("certificates in a PKCS#7 wrapper{around}", around),
                fix,
            )
        }
        Found::Known(Wanted::Certificate, _) if file.wanted != Wanted::PrivateKey => return None,
        Found::Known(Wanted::PrivateKey, _) if file.wanted == Wanted::PrivateKey => return None,
        Found::Known(kind, tool) => {
            let out = file.beside(tool);
            let command = bare.replace("{f}", &text::shell(file.path));
            let command = format!("(umask 077; {command} | openssl {tool} -inform DER -out {out})");
            let fix = phrase!(
                "the file with {wanted}. To have this one under its right label:\n  {command}",
                wanted = file.wanted.phrase(),
                command
            );
            let what = phrase!("{what}{around}", what = kind.phrase(), around);
            file.error("wrong-file", what, fix)
        }
        Found::EncryptedKey | Found::PublicKey | Found::OcspResponse => return None,
    })
}

/// What it is, and the tool of openssl's that reads it.
fn kind_of(der: &[u8]) -> Option<(Wanted, &'static str)> {
    match inspect::der::kind_of(der)? {
        Kind::Certificate => Some((Wanted::Certificate, "x509")),
        Kind::Request => Some((Wanted::Request, "req")),
        Kind::RevocationList => Some((Wanted::RevocationList, "crl")),
        Kind::Pkcs8Key | Kind::Pkcs1Key | Kind::Sec1Key => Some((Wanted::PrivateKey, "pkey")),
        Kind::PublicKey => None,
    }
}
