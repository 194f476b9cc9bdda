//! The authority's decision: which names and which purpose a request is granted.
//!
//! | openssl | here |
//! | --- | --- |
//! | `openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out server.crt` | [`sign`] |
//!
//! openssl's line copies the name that the request asks for. An authority that does so lets anybody be
//! anybody. Here a request gives its public key and nothing else; names and purpose are the signer's
//! decision, and what was asked for beyond that is reported.

use rcgen::{
    CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, PKCS_RSA_SHA256,
    PublicKeyData,
};
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer};
use x509_parser::prelude::{FromDer, X509Certificate, X509CertificationRequest};

use super::authority::Authority;
use super::constraints;
use super::ml_dsa::{self, PublicKey};
use super::request::{Name, common_name_only};
use super::wishes::wishes;
use super::wording;
use super::{Validity, failed, serial_number};
use crate::error::Error;
use crate::phrase;
use crate::text;

/// Which side the certificate is for: its extended key usage. A certificate has one role, so that a
/// stolen client key cannot pose as the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// serverAuth: the client looks for it in step 3.
    Server,
    /// clientAuth: the server looks for it in step 5.
    Client,
}

/// What the authority grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The purpose.
    pub role: Role,
    /// The subject's common name. For people: TLS clients compare the subjectAltName only (RFC 9525).
    pub common_name: String,
    /// The subjectAltName: the names that count.
    pub names: Vec<Name>,
}

impl Grant {
    /// For a server with these names.
    pub fn server(names: Vec<Name>) -> Grant {
        let common_name = match names.first() {
            Some(Name::Dns(name)) => name.clone(),
            Some(Name::Ip(address)) => address.to_string(),
            _ => "server".to_owned(),
        };
        Grant {
            role: Role::Server,
            common_name,
            names,
        }
    }

    /// For a client: its name, and the same in one URI that can be compared as a whole.
    pub fn client(common_name: &str) -> Grant {
        let names = vec![Name::Uri(client_uri(common_name))];
        Grant {
            role: Role::Client,
            common_name: common_name.to_owned(),
            names,
        }
    }
}

/// `spiffe://hello-mtls/NAME`: trust domain and path, as SPIFFE writes identities. Characters that a
/// URI may not have are %-encoded.
pub fn client_uri(common_name: &str) -> String {
    let mut uri = "spiffe://hello-mtls/".to_owned();
    for byte in common_name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                uri.push(char::from(byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

/// A certificate, fresh from the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// DER.
    pub certificate: CertificateDer<'static>,
    /// PEM.
    pub pem: String,
    /// What the request asked for and did not get. Safe to show.
    pub not_granted: Vec<String>,
}

/// Checks that the request is signed with the key that it carries, and signs a certificate for that
/// key with the names and the purpose of `grant`.
///
/// # Errors
/// [`Error::Certificates`]: no request, one whose signature does not fit, or a name for which this CA may not sign.
pub fn sign(
    authority: &Authority,
    request: &CertificateSigningRequestDer<'_>,
    grant: &Grant,
    days: u32,
) -> Result<Signed, Error> {
    let doing = "sign the request";
    let (_, csr) = X509CertificationRequest::from_der(request)
        .map_err(|_| failed(doing, &rcgen::Error::CouldNotParseCertificationRequest))?;
    // Nothing but the public key of the request gets into the certificate.
    let key = proven_key(&csr).map_err(|error| failed(doing, &error))?;
    let granted = leaf_params(grant, days, key.algorithm() == &PKCS_RSA_SHA256)?;
    let certificate = granted
        .signed_by(&key, &authority.issuer)
        .map_err(|error| failed(doing, &error))?;
    check_issuer(authority, certificate.der())?;
    constraints::check(authority.certificate(), certificate.der())?;
    Ok(Signed {
        certificate: certificate.der().clone(),
        pem: certificate.pem(),
        not_granted: not_granted(&csr, grant, &granted),
    })
}

/// The public key of a request. Its owner has proven to have the private one: the request is signed with it.
fn proven_key(csr: &X509CertificationRequest<'_>) -> Result<PublicKey, rcgen::Error> {
    let info = &csr.certification_request_info;
    let (algorithm, signature) = (&csr.signature_algorithm, &csr.signature_value);
    ml_dsa::verify(&info.subject_pki, algorithm, signature, info.raw)
        .map_err(|_| rcgen::Error::InvalidCertificationRequestSignature)?;
    PublicKey::of(&info.subject_pki)
}

fn leaf_params(grant: &Grant, days: u32, rsa: bool) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name_only(&grant.common_name);
    params.subject_alt_names = grant
        .names
        .iter()
        .map(Name::entry)
        .collect::<Result<_, _>>()?;
    // CA:FALSE is the default. It is written out, so that a reader of the certificate sees it.
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if rsa {
        // TLS 1.2 can encrypt a secret to an RSA key. rustls never does, but some verifiers want the
        // certificate to allow it.
        params.key_usages.push(KeyUsagePurpose::KeyEncipherment);
    }
    params.extended_key_usages = vec![match grant.role {
        Role::Server => ExtendedKeyUsagePurpose::ServerAuth,
        Role::Client => ExtendedKeyUsagePurpose::ClientAuth,
    }];
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(serial_number()?);
    Validity::from_now(days).apply(&mut params);
    Ok(params)
}

/// rcgen writes the issuer's name anew. If the CA's own certificate spells it in a way that it cannot
/// repeat byte for byte, no verifier would find the CA.
pub(super) fn check_issuer(authority: &Authority, leaf: &CertificateDer<'_>) -> Result<(), Error> {
    let same = match (
        X509Certificate::from_der(leaf),
        X509Certificate::from_der(authority.certificate()),
    ) {
        (Ok((_, leaf)), Ok((_, ca))) => leaf.issuer().as_raw() == ca.subject().as_raw(),
        _ => false,
    };
    if same {
        return Ok(());
    }
    Err(Error::Certificates {
        doing: "sign the request".to_owned(),
        found: phrase!("the CA's name is spelled in a way that cannot be repeated exactly"),
        remedy: phrase!("a CA with a simple name, or openssl x509 -req"),
    })
}

/// Wishes of the request beyond what is granted, in words that are safe to show. Names are compared in
/// the words that a reader sees, so that nothing is reported as refused and listed as granted.
fn not_granted(
    csr: &X509CertificationRequest<'_>,
    grant: &Grant,
    granted: &CertificateParams,
) -> Vec<String> {
    let mut given: Vec<String> = grant.names.iter().map(Name::to_string).collect();
    given.push(format!("CN={}", wording::quoted(&grant.common_name)));
    let usages = granted.key_usages.iter();
    given.extend(usages.map(|usage| format!("key usage {}", lower_camel(usage))));
    let usages = granted.extended_key_usages.iter();
    given.extend(usages.map(|usage| format!("extended key usage {}", lower_camel(usage))));
    let mut wishes = wishes(csr);
    wishes.retain(|wish| !given.contains(wish));
    let safe = wishes
        .iter()
        .map(|wish| text::shorten(&text::terminal(wish), 80));
    safe.collect()
}

/// rcgen's `KeyCertSign` as RFC 5280 writes it: `keyCertSign`.
fn lower_camel(usage: &impl std::fmt::Debug) -> String {
    let name = format!("{usage:?}");
    match name.split_at_checked(1) {
        Some((first, rest)) => first.to_lowercase() + rest,
        None => name,
    }
}
