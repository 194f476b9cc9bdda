//! A key and a request for a certificate: what the future owner of a certificate makes.
//!
//! | openssl | here |
//! | --- | --- |
//! | `openssl genrsa -out server.key 2048` | [`generate`] |
//! | `openssl req -new -key server.key -subj /CN=localhost -out server.csr` | [`request`] |
//!
//! The private key never leaves its owner. The request (CSR) carries the public key and the wished
//! names, and is signed with the private key: proof that the owner of the key asks (RFC 2986).

use std::fmt;
use std::net::IpAddr;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ML_DSA_65,
    PKCS_RSA_SHA256, RsaKeySize, SanType,
};
use rustls::pki_types::ServerName;

use super::failed;
use super::wording::quoted;
use crate::error::Error;
use crate::language::Phrase;
use crate::phrase;

/// What kind of key to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyType {
    /// An elliptic curve: small and fast. The default.
    #[default]
    EcdsaP256,
    /// The tutorial's: `openssl genrsa 2048`.
    Rsa2048,
    /// Edwards curve 25519.
    Ed25519,
    /// ML-DSA-65 (FIPS 204): a quantum computer does not help to forge it. TLS 1.3 only; OpenSSL has it since 3.5.
    MlDsa65,
}

impl KeyType {
    /// `ecdsa-p256`, `rsa-2048`, `ed25519` or `ml-dsa-65`.
    pub fn parse(name: &str) -> Result<KeyType, String> {
        match name {
            "ecdsa-p256" => Ok(KeyType::EcdsaP256),
            "rsa-2048" => Ok(KeyType::Rsa2048),
            "ed25519" => Ok(KeyType::Ed25519),
            "ml-dsa-65" => Ok(KeyType::MlDsa65),
            _ => Err("one of ecdsa-p256, rsa-2048, ed25519, ml-dsa-65".to_owned()),
        }
    }
}

/// A name that a certificate can carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A host name, possibly `*.` and a domain.
    Dns(String),
    /// An IP address. A client that dials it looks here, not among the host names.
    Ip(IpAddr),
    /// A URI: the identity of a client, as SPIFFE writes it.
    Uri(String),
}

impl Name {
    /// Parses a host name or an IP address.
    pub fn host(text: &str) -> Result<Name, String> {
        if let Ok(address) = text.parse() {
            return Ok(Name::Ip(address));
        }
        match ServerName::try_from(text.strip_prefix("*.").unwrap_or(text)) {
            // A resolver understands the dot, and a client compares without it (RFC 5280 §4.2.1.6).
            Ok(ServerName::DnsName(_)) if !text.ends_with('.') => Ok(Name::Dns(text.to_owned())),
            _ => Err(no_host(text)),
        }
    }

    /// As rcgen's type for an entry of the subjectAltName.
    pub(crate) fn entry(&self) -> Result<SanType, Error> {
        let ascii = |text: &String| {
            text.as_str()
                .try_into()
                .map_err(|error| failed("name a certificate", &error))
        };
        Ok(match self {
            Name::Dns(name) => SanType::DnsName(ascii(name)?),
            Name::Ip(address) => SanType::IpAddress(*address),
            Name::Uri(uri) => SanType::URI(ascii(uri)?),
        })
    }
}

/// Why a text is no host, and which host may be meant. Safe to show.
pub fn no_host(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((address, _)) => address,
        None => authority
            .split_once(':')
            .map_or(authority, |(host, _)| host),
    };
    let host = crate::text::ascii_host(host.trim_end_matches('.')).unwrap_or_default();
    let known = host != text && ServerName::try_from(host.as_str()).is_ok();
    let hint = if known {
        format!("; write {host}")
    } else {
        String::new()
    };
    format!("neither a host name nor an IP address{hint}")
}

/// As a certificate's reader sees it: `DNS:localhost`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Dns(name) => write!(f, "DNS:{}", quoted(name)),
            Name::Ip(address) => write!(f, "IP:{address}"),
            Name::Uri(uri) => write!(f, "URI:{}", quoted(uri)),
        }
    }
}

/// Makes a private key. It stays in memory until its PEM is written.
pub fn generate(key_type: KeyType) -> Result<KeyPair, Error> {
    let made = match key_type {
        KeyType::EcdsaP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        KeyType::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        KeyType::Ed25519 => return ed25519(),
        KeyType::MlDsa65 => KeyPair::generate_for(&PKCS_ML_DSA_65),
    };
    made.map_err(|error| failed("make a key", &error))
}

/// rcgen writes Ed25519 keys as PKCS#8 version 2, with the public key inside, which OpenSSL 3.0 does
/// not read. Version 1 has the private key alone, and everybody reads it.
fn ed25519() -> Result<KeyPair, Error> {
    let document = aws_lc_rs::signature::Ed25519KeyPair::generate()
        .and_then(|key| key.to_pkcs8v1())
        .map_err(|_| Error::Certificates {
            doing: "make a key".to_owned(),
            found: phrase!("the system gives no random numbers"),
            remedy: Phrase::empty(),
        })?;
    KeyPair::try_from(document.as_ref()).map_err(|error| failed("make a key", &error))
}

/// Makes a request for a certificate with this common name and these names. PEM.
///
/// The names are wishes: the authority decides what it grants.
pub fn request(key: &KeyPair, common_name: &str, names: &[Name]) -> Result<String, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name_only(common_name);
    params.subject_alt_names = names.iter().map(Name::entry).collect::<Result<_, _>>()?;
    let request = params
        .serialize_request(key)
        .map_err(|error| failed("make a request", &error))?;
    request
        .pem()
        .map_err(|error| failed("make a request", &error))
}

/// A distinguished name of one attribute. rcgen's default name is not empty: used for a CA and a leaf
/// alike, it makes OpenSSL take the leaf for self-signed.
pub(crate) fn common_name_only(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}
