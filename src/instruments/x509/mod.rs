//! The one X.509 model: DER in, [`Field`]s with byte ranges, values and meanings out.
//!
//! The terminal view, the wire view and the doctor read the same tree. This module reads and explains;
//! it is unaware of trust (nothing here is verified) and of how a tree is shown.
//!
//! How a tree is built:
//! - The labels are the standards' own: `tbsCertificate`, `notBefore`. An extension is labelled by its
//!   name, e.g. `subjectAltName`.
//! - An element is a group of `tag`, `length` and its contents. Primitive contents are a leaf labelled
//!   `contents`; its value is empty where they are plain bytes, such as a signature.
//! - A group with a value says in it all that its parts say. One without has parts of its own interest.
//! - The meaning says what a field is for and which side checks it, in the steps of the handshake.

mod certificate;
mod extensions;
mod extension_values;
mod public_key;
mod names;
mod time;
mod request;
mod revocation_list;
mod keys;
mod components;
mod der;
mod primitive;
mod oids;

use self::certificate::CERTIFICATE;
use self::components::walk;
use self::der::{SEQUENCE, Text, unwrapped};
pub(crate) use self::der::{cut_short, length as der_length};
use self::public_key::subject_public_key;
use self::request::CERTIFICATION_REQUEST;
use self::revocation_list::CERTIFICATE_LIST;
use crate::instruments::fields::{Field, Malformed, Reader, read_within};
use crate::language::Phrase;
use crate::phrase;

/// What a run of DER is said to be: what the label of its PEM says.
pub use crate::certificates::pem::Kind;

/// Largest input that is read, in bytes. Certificates have a few KiB; CRLs grow, and one above this
/// stays a single leaf.
const LARGEST: usize = 16 << 20;

/// Any of the kinds, as fields. Every byte is in exactly one leaf, whatever the input; what does not
/// follow the standard is a malformed leaf.
///
/// Of a private key no private part ever becomes text, neither in a value nor in the reason why
/// something is malformed.
pub fn describe(kind: Kind, der: &[u8]) -> Field {
    describe_within(usize::MAX, kind, der)
}

fn describe_within(room: usize, kind: Kind, der: &[u8]) -> Field {
    type Parse = fn(&mut Reader<'_>) -> Text;
    let (label, source, parse): (_, _, Parse) = match kind {
        Kind::Certificate => ("Certificate", "RFC 5280 §4.1", |reader| {
            walk(reader, CERTIFICATE)
        }),
        Kind::Request => ("CertificationRequest", "RFC 2986 §4", |reader| {
            walk(reader, CERTIFICATION_REQUEST)
        }),
        Kind::RevocationList => ("CertificateList", "RFC 5280 §5.1", |reader| {
            walk(reader, CERTIFICATE_LIST)
        }),
        Kind::Pkcs8Key => ("OneAsymmetricKey", "RFC 5958 §2", keys::pkcs8),
        Kind::Pkcs1Key => ("RSAPrivateKey", "RFC 8017 §A.1.2", keys::pkcs1),
        Kind::Sec1Key => ("ECPrivateKey", "RFC 5915 §3", keys::sec1),
        Kind::PublicKey => (
            "SubjectPublicKeyInfo",
            "RFC 5280 §4.1.2.7",
            subject_public_key,
        ),
    };
    let meaning = match kind {
        Kind::Certificate => {
            phrase!("The issuer says, and signs: this key belongs to this subject.")
        }
        Kind::Request => phrase!("A key asks, and signs: make me a certificate with these names."),
        Kind::RevocationList => {
            phrase!("The issuer says, and signs: these certificates count no longer.")
        }
        _ => Phrase::empty(),
    };
    let tree = read_within(room, der, label, source, meaning, |reader| {
        match der.len() {
            0..=LARGEST => unwrapped(reader, SEQUENCE, label, parse).map(|_| ()),
            _ => Err(Malformed(phrase!(
                "over {count} bytes, and so not read",
                count = LARGEST
            ))),
        }
    });
    if kind.is_private() {
        private(tree)
    } else {
        tree
    }
}

/// An OBJECT IDENTIFIER with its name, if it is one that X.509 uses: `policyConstraints (2.5.29.36)`.
pub fn named(dotted: &str) -> String {
    match oids::name(dotted) {
        Some(name) => format!("{name} ({dotted})"),
        None => dotted.to_owned(),
    }
}

/// A certificate (RFC 5280 §4.1), DER.
pub fn certificate(der: &[u8]) -> Field {
    describe(Kind::Certificate, der)
}

/// A certificate of a peer, told in at most `room` fields.
pub fn certificate_within(der: &[u8], room: usize) -> Field {
    describe_within(room, Kind::Certificate, der)
}

/// A certification request, CSR (RFC 2986), DER.
pub fn request(der: &[u8]) -> Field {
    describe(Kind::Request, der)
}

/// A certificate revocation list, CRL (RFC 5280 §5.1), DER.
pub fn revocation_list(der: &[u8]) -> Field {
    describe(Kind::RevocationList, der)
}

/// In a broken key a private byte could pass for a tag or a length, and the reason would name it. So a
/// key is explained part by part only when it is whole.
fn private(key: Field) -> Field {
    if !key.leaves().iter().any(|leaf| leaf.malformed) {
        return key;
    }
    let place = place_of_malformed(&key).unwrap_or(&key.label);
    let whole = Field {
        label: "malformed".to_owned(),
        value: phrase!(
            "not a whole {key}: broken at {place}; no byte of it is shown",
            key = key.label,
            place
        ),
        malformed: true,
        children: Vec::new(),
        ..key.clone()
    };
    Field {
        children: vec![whole],
        ..key
    }
}

/// The label of the group that the first malformed leaf stands in.
fn place_of_malformed(field: &Field) -> Option<&str> {
    if field.children.iter().any(|child| child.malformed) {
        return Some(&field.label);
    }
    field.children.iter().find_map(place_of_malformed)
}
