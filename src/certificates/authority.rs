//! A certificate authority (CA): a key, and a certificate that says "I sign certificates".
//!
//! | openssl | here |
//! | --- | --- |
//! | `openssl req -new -x509 -nodes -days 365 -subj /CN=my-ca -keyout ca.key -out ca.crt` | [`Authority::create`] |
//!
//! Its certificate is signed with its own key, so it proves nothing by itself. An administrator who puts
//! `ca.crt` among the trusted CAs decides to believe what `ca.key` signs.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, GeneralSubtree, IsCa, Issuer, KeyUsagePurpose,
    NameConstraints, PublicKeyData,
};
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

use super::ml_dsa::PrivateKey;
use super::request::{KeyType, Name, common_name_only, generate};
use super::{Validity, failed, serial_number};
use crate::certificates::pem;
use crate::error::Error;
use crate::files;
use crate::language::Phrase;
use crate::phrase;

/// A CA that can sign.
#[derive(Debug)]
pub struct Authority {
    pub(super) issuer: Issuer<'static, PrivateKey>,
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    key_pem: String,
}

impl Authority {
    /// Makes a CA that signs itself: a trust anchor.
    pub fn create(name: &str, key_type: KeyType, days: u32) -> Result<Authority, Error> {
        Authority::create_for(name, key_type, days, None)
    }

    /// The same; a CA for these `hosts` alone may sign for no other host name and no other address (RFC 5280
    /// §4.2.1.10). The verifier of the other side enforces it, so that a browser can trust this CA and a thief of its key
    /// cannot stand for a bank.
    ///
    /// Names of clients are URIs and common names, which are of other kinds and stay free.
    pub fn create_for(
        name: &str,
        key_type: KeyType,
        days: u32,
        hosts: Option<&[Name]>,
    ) -> Result<Authority, Error> {
        let key = generate(key_type)?;
        let mut params = ca_params(name, days, BasicConstraints::Unconstrained)?;
        params.name_constraints = hosts.map(only_for);
        let certificate = params
            .self_signed(&key)
            .map_err(|error| failed("make a CA", &error))?;
        Ok(Authority {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            issuer: Issuer::new(params, PrivateKey::OfRcgen(key)),
        })
    }

    /// Makes a CA below this one. It may sign leaves, and no further CA (path length 0).
    ///
    /// In production the root's key rests in a safe, and the intermediate CA does the daily work: if its
    /// key is stolen, the root replaces it, and no client has to change the CA that it trusts.
    pub fn create_intermediate(
        &self,
        name: &str,
        key_type: KeyType,
        days: u32,
    ) -> Result<Authority, Error> {
        let key = generate(key_type)?;
        let mut params = ca_params(name, days, BasicConstraints::Constrained(0))?;
        params.use_authority_key_identifier_extension = true;
        let certificate = params
            .signed_by(&key, &self.issuer)
            .map_err(|error| failed("make an intermediate CA", &error))?;
        Ok(Authority {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            issuer: Issuer::new(params, PrivateKey::OfRcgen(key)),
        })
    }

    /// Reads a CA from its two files, ours or openssl's.
    ///
    /// # Errors
    /// [`Error::File`] or [`Error::Contents`]: the files, a key that is not the certificate's, or a
    /// certificate that may not sign.
    pub fn load(certificate: &Path, key: &Path) -> Result<Authority, Error> {
        let contents = |path: &Path, found: Phrase, remedy: Phrase| Error::Contents {
            path: path.to_owned(),
            found,
            remedy,
        };
        let der = pem::certificates(certificate)?.swap_remove(0);
        let key_pair = PrivateKey::read(&pem::private_key(key)?).map_err(|error| {
            let known = phrase!("an RSA, ECDSA, Ed25519 or ML-DSA key");
            contents(key, error.to_string().into(), known)
        })?;
        let (_, x509) = X509Certificate::from_der(&der).map_err(|_| {
            contents(
                certificate,
                phrase!("it is no X.509 certificate"),
                phrase!("the CA's certificate"),
            )
        })?;
        if x509.public_key().subject_public_key.data != key_pair.der_bytes() {
            return Err(contents(
                key,
                phrase!("it is not the key of that CA certificate"),
                phrase!("the key that made it"),
            ));
        }
        if !x509.is_ca() {
            return Err(contents(
                certificate,
                phrase!("it is no CA (no CA:TRUE): it may not sign"),
                "hello-mtls certs ca".into(),
            ));
        }
        let issuer = Issuer::from_ca_cert_der(&der, key_pair).map_err(|error| {
            let other = phrase!("another CA certificate");
            contents(certificate, error.to_string().into(), other)
        })?;
        Ok(Authority {
            issuer,
            certificate_pem: first_block(certificate, &["CERTIFICATE"])?,
            key_pem: first_block(key, &["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"])?,
            certificate: der,
        })
    }

    /// The certificate, DER.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The certificate, PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// What a leaf has to bring along behind its own certificate, PEM: nothing if this CA is a root,
    /// which everybody has already.
    pub fn chain_pem(&self) -> &str {
        match X509Certificate::from_der(&self.certificate) {
            Ok((_, ca)) if ca.issuer().as_raw() != ca.subject().as_raw() => &self.certificate_pem,
            _ => "",
        }
    }

    /// True if `certificate` says that this CA signed it: by its name and, where both certificates
    /// identify the CA's key, by its key. Two CAs may well be called `my-ca`.
    ///
    /// The signature is not checked.
    pub fn is_issuer_of(&self, certificate: &CertificateDer<'_>) -> bool {
        is_issuer(&self.certificate, certificate)
    }

    /// The private key, PEM: PKCS#8 if it was made here, else as its file has it. It belongs into a file of mode 0600.
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }
}

/// See [`Authority::is_issuer_of`].
pub fn is_issuer(ca: &CertificateDer<'_>, certificate: &CertificateDer<'_>) -> bool {
    let (Ok((_, leaf)), Ok((_, ca))) = (
        X509Certificate::from_der(certificate),
        X509Certificate::from_der(ca),
    ) else {
        return false;
    };
    let mut same_key = true;
    if let (Some(named), Some(ours)) = (authority_key(&leaf), subject_key(&ca)) {
        same_key = named == ours;
    }
    same_key && leaf.issuer().as_raw() == ca.subject().as_raw()
}

/// The subjectKeyIdentifier: how a CA's certificate names its key (RFC 5280 §4.2.1.2).
pub(super) fn subject_key(ca: &X509Certificate<'_>) -> Option<Vec<u8>> {
    ca.iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0.to_vec()),
            _ => None,
        })
}

/// The authorityKeyIdentifier: how a certificate names the key that signed it (RFC 5280 §4.2.1.1).
fn authority_key(leaf: &X509Certificate<'_>) -> Option<Vec<u8>> {
    leaf.iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(authority) => {
                Some(authority.key_identifier.as_ref()?.0.to_vec())
            }
            _ => None,
        })
}

/// The first block with one of these labels in a PEM file, and nothing else of the file: a private key may stand
/// beside a certificate.
fn first_block(path: &Path, labels: &[&str]) -> Result<String, Error> {
    let file = files::read(path)?;
    let file = String::from_utf8_lossy(&file);
    let begins = |line: &str| {
        let label = line
            .strip_prefix("-----BEGIN ")
            .and_then(|rest| rest.strip_suffix("-----"));
        label.is_some_and(|label| labels.contains(&label))
    };
    let mut block = String::new();
    for line in file
        .lines()
        .map(str::trim_end)
        .skip_while(|line| !begins(line))
    {
        block.push_str(line);
        block.push('\n');
        if line.starts_with("-----END ") {
            break;
        }
    }
    Ok(block)
}

/// The extension is critical: a program that does not know it has to refuse the CA.
fn only_for(hosts: &[Name]) -> NameConstraints {
    NameConstraints {
        permitted_subtrees: permitted(hosts).iter().filter_map(subtree).collect(),
        excluded_subtrees: Vec::new(),
    }
}

/// The names for which a CA for these `hosts` may sign. A kind of name that is not mentioned would be free, so this
/// machine's own name and addresses are always permitted, and with them both kinds are mentioned.
pub(super) fn permitted(hosts: &[Name]) -> Vec<Name> {
    let mut permitted = vec![
        Name::Dns("localhost".to_owned()),
        Name::Ip([127, 0, 0, 1].into()),
        Name::Ip([0, 0, 0, 0, 0, 0, 0, 1].into()),
    ];
    for host in hosts {
        if !permitted.contains(host) {
            permitted.push(host.clone());
        }
    }
    permitted
}

fn subtree(host: &Name) -> Option<GeneralSubtree> {
    Some(match host {
        // A constraint permits a name and all names below it, and has no wildcard.
        Name::Dns(name) => GeneralSubtree::DnsName(name.trim_start_matches("*.").to_owned()),
        Name::Ip(address) => {
            let whole = if address.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, whole))
        }
        Name::Uri(_) => return None,
    })
}

fn ca_params(
    name: &str,
    days: u32,
    constraints: BasicConstraints,
) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name_only(name);
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial_number()?);
    Validity::from_now(days).apply(&mut params);
    Ok(params)
}
