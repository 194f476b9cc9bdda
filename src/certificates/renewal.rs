//! Renewal: the same subject, names and purpose, with new dates.
//!
//! | openssl | here |
//! | --- | --- |
//! | `openssl x509 -in client.crt -x509toreq -key client.key -copy_extensions copyall -out client.csr`, then `openssl x509 -req -in client.csr -copy_extensions copyall …` | [`renew`] |
//!
//! [`sign`](super::signing::sign) ignores the wishes of a request. A renewal repeats what the old certificate
//! says, because this CA has granted it once. So the CA's signature on the old certificate is checked first:
//! a forged file could otherwise choose its own names.

use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_ML_DSA_65, PKCS_RSA_SHA256, PublicKeyData,
};
use rustls::pki_types::CertificateDer;
use x509_parser::asn1_rs::Tag;
use x509_parser::error::X509Error;
use x509_parser::extensions::X509Extension;
use x509_parser::oid_registry::{
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
};
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::authority::Authority;
use super::constraints;
use super::ml_dsa::{self, PublicKey};
use super::request::{KeyType, Name, generate, request};
use super::signing::check_issuer;
use super::summary::Summary;
use super::{Validity, failed, serial_number};
use crate::docs;
use crate::error::Error;
use crate::language::Phrase;
use crate::phrase;

/// What the error messages of this module begin with.
const DOING: &str = "renew the certificate";

/// A certificate for the owner of an older one.
#[derive(Debug)]
pub struct Renewed {
    /// DER.
    pub certificate: CertificateDer<'static>,
    /// PEM.
    pub pem: String,
    /// The new key and the request that was made with it, PEM each. `None` if the key stays.
    pub new_key: Option<(String, String)>,
}

/// Signs the certificate `old` again, valid from now for `days`: for the same public key, or for a new key
/// of the same kind.
///
/// # Errors
/// [`Error::Certificates`]: `old` is not of this authority, is a CA itself, is of version 1, or has a subject,
/// a key or a name that this authority cannot certify again.
pub fn renew(
    authority: &Authority,
    old: &CertificateDer<'_>,
    days: u32,
    with_new_key: bool,
) -> Result<Renewed, Error> {
    let (_, x509) = X509Certificate::from_der(old).map_err(|_| {
        refused(
            phrase!("it is no X.509 certificate"),
            "hello-mtls inspect FILE",
        )
    })?;
    check_renewable(authority, old, &x509)?;
    let params = same_params(&x509, days)?;
    let key = with_new_key
        .then(|| generate(same_kind(&x509)?))
        .transpose()?;
    let signed = match &key {
        Some(key) => params.signed_by(key, &authority.issuer),
        None => PublicKey::of(x509.public_key())
            .and_then(|key| params.signed_by(&key, &authority.issuer)),
    };
    let signed = signed.map_err(|error| failed(DOING, &error))?;
    check_issuer(authority, signed.der())?;
    check_subject(&x509, signed.der())?;
    constraints::check(authority.certificate(), signed.der())?;
    let new_key = key.map(|key| with_request(&key, old)).transpose()?;
    Ok(Renewed {
        certificate: signed.der().clone(),
        pem: signed.pem(),
        new_key,
    })
}

fn check_renewable(
    authority: &Authority,
    old: &CertificateDer<'_>,
    x509: &X509Certificate<'_>,
) -> Result<(), Error> {
    if x509.is_ca() {
        return Err(refused(
            phrase!("it is a CA itself, and every --cacert that has it would have to change"),
            phrase!(
                "a new CA beside it, in stages: {page}",
                page = docs::page("operations.md#new-root")
            ),
        ));
    }
    let (_, ca) = X509Certificate::from_der(authority.certificate())
        .map_err(|_| refused(phrase!("the CA's certificate cannot be read"), ""))?;
    let signature = ml_dsa::verify(
        ca.public_key(),
        &x509.signature_algorithm,
        &x509.signature_value,
        x509.tbs_certificate.as_ref(),
    );
    if matches!(signature, Err(X509Error::SignatureUnsupportedAlgorithm)) {
        return Err(refused(
            phrase!("the CA's signature on it is of a kind that cannot be checked here"),
            phrase!("name its owner again: hello-mtls certs sign NAME --host HOST, or --client CN"),
        ));
    }
    if !authority.is_issuer_of(old) || signature.is_err() {
        return Err(refused(
            phrase!("this CA did not sign it"),
            phrase!("the CA that signed it: --dir, --ca"),
        ));
    }
    if x509.version != X509Version::V3 {
        return Err(refused(
            phrase!("X.509 version 1: it has no names and no purpose that could be repeated"),
            phrase!("name them: hello-mtls certs sign NAME --host HOST, or --client CN"),
        ));
    }
    Ok(())
}

/// The old certificate's subject and extensions, with a new serial number and new dates. The extensions that
/// follow from the keys of the owner and of the CA are written again.
fn same_params(old: &X509Certificate<'_>, days: u32) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = same_name(old.subject());
    // With CA:FALSE, rcgen writes the subjectKeyIdentifier as well.
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.custom_extensions = old.extensions().iter().filter_map(same_extension).collect();
    params.serial_number = Some(serial_number()?);
    Validity::from_now(days).apply(&mut params);
    Ok(params)
}

fn same_extension(old: &X509Extension<'_>) -> Option<CustomExtension> {
    let written_again = [
        OID_X509_EXT_BASIC_CONSTRAINTS,
        OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
        OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
    ];
    if written_again.contains(&old.oid) {
        return None;
    }
    let oid: Vec<u64> = old.oid.iter()?.collect();
    let mut same = CustomExtension::from_oid_content(&oid, old.value.to_vec());
    same.set_criticality(old.critical);
    Some(same)
}

/// rcgen has no public way to read a name, and holds one attribute of each type: [`check_subject`] finds out
/// whether the copy is the same.
fn same_name(old: &X509Name<'_>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for attribute in old.iter_attributes() {
        let oid: Vec<u64> = attribute.attr_type().iter().into_iter().flatten().collect();
        if let Some(value) = same_value(attribute) {
            name.push(DnType::from_oid(&oid), value);
        }
    }
    name
}

/// The text in the same string type: verifiers compare names byte by byte.
fn same_value(attribute: &AttributeTypeAndValue<'_>) -> Option<DnValue> {
    let text = attribute.as_str().ok()?;
    Some(match attribute.attr_value().tag() {
        Tag::Utf8String => DnValue::Utf8String(text.to_owned()),
        Tag::PrintableString => DnValue::PrintableString(text.try_into().ok()?),
        Tag::Ia5String => DnValue::Ia5String(text.try_into().ok()?),
        _ => return None,
    })
}

fn check_subject(old: &X509Certificate<'_>, renewed: &CertificateDer<'_>) -> Result<(), Error> {
    match X509Certificate::from_der(renewed) {
        Ok((_, new)) if new.subject().as_raw() == old.subject().as_raw() => Ok(()),
        _ => Err(refused(
            phrase!("its subject is spelled in a way that cannot be repeated exactly"),
            phrase!("openssl x509 -req, or certs sign with a simple name"),
        )),
    }
}

/// The kind of the old key: the certificate's key usage was chosen for it.
fn same_kind(old: &X509Certificate<'_>) -> Result<KeyType, Error> {
    let key = old.public_key();
    let algorithm = PublicKey::of(key).map(|key| key.algorithm());
    let bits = key.parsed().map_or(0, |key| key.key_size());
    match algorithm {
        Ok(one) if one == &PKCS_ECDSA_P256_SHA256 => Ok(KeyType::EcdsaP256),
        Ok(one) if one == &PKCS_ED25519 => Ok(KeyType::Ed25519),
        Ok(one) if one == &PKCS_ML_DSA_65 => Ok(KeyType::MlDsa65),
        Ok(one) if one == &PKCS_RSA_SHA256 && bits == 2048 => Ok(KeyType::Rsa2048),
        _ => Err(refused(
            phrase!(
                "its key is of a kind that is not made here (P-256, RSA of 2048 bits, Ed25519, ML-DSA-65)"
            ),
            phrase!("without --new-key, or a key and a request from openssl for certs sign"),
        )),
    }
}

/// The new key, and a request with it: `certs sign` would find the old key in the old request.
fn with_request(key: &KeyPair, old: &CertificateDer<'_>) -> Result<(String, String), Error> {
    let old = Summary::of(old).unwrap_or_default();
    let mut names: Vec<Name> = old.dns_names.into_iter().map(Name::Dns).collect();
    names.extend(old.addresses.into_iter().map(Name::Ip));
    names.extend(old.uris.into_iter().map(Name::Uri));
    let common_name = old.common_names.first().map_or("", String::as_str);
    Ok((key.serialize_pem(), request(key, common_name, &names)?))
}

fn refused(found: Phrase, remedy: impl Into<Phrase>) -> Error {
    Error::Certificates {
        doing: DOING.to_owned(),
        found,
        remedy: remedy.into(),
    }
}
