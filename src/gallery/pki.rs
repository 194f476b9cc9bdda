//! Certificates as words: a small description of a chain, and the certificates made of it.
//!
//! A description is a constant, so that a case of the table can say `Certificate { days: (-90, -3),
//! ..MY_CLIENT }` and mean a whole chain. Unaware of connections.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    NameConstraints, RevokedCertParams, SanType, SerialNumber,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::certificates::failed;
use crate::certificates::request::{KeyType, Name, common_name_only, generate, request};
use crate::error::Error;

/// One certificate.
#[derive(Clone, Copy, Debug)]
pub struct Certificate {
    /// Its common name.
    pub name: &'static str,
    /// The label of its key: the same label is the same key.
    pub key: &'static str,
    /// The kind of that key.
    pub key_type: KeyType,
    /// Who signs it. `None`: it signs itself.
    pub issuer: Option<&'static Certificate>,
    /// The subjectAltName, as openssl writes it: `DNS:localhost,IP:127.0.0.1`.
    pub names: &'static str,
    /// The extended key usage. `None`: it has none, and is good for everything.
    pub purpose: Option<Purpose>,
    /// What it says about signing other certificates.
    pub signs: Signs,
    /// The only host names that certificates below it may have (a name constraint).
    pub within: Option<&'static str>,
    /// Days from now on which its validity begins and ends.
    pub days: (i64, i64),
    /// It has a critical extension that nobody has heard of.
    pub strange: bool,
    /// PEM made with openssl, certificate and key: nothing of the above counts but the labels.
    pub fixture: Option<&'static str>,
}

/// What an extended key usage allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// serverAuth.
    Servers,
    /// clientAuth.
    Clients,
}

/// The basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// CA:FALSE.
    Nothing,
    /// CA:TRUE.
    Everything,
    /// CA:TRUE, and so many CAs may stand between it and a leaf.
    Through(u8),
}

/// A root: trusted by both sides unless a case says otherwise.
pub const MY_CA: Certificate = Certificate {
    name: "my-ca",
    key: "my-ca",
    key_type: KeyType::EcdsaP256,
    issuer: None,
    names: "",
    purpose: None,
    signs: Signs::Everything,
    within: None,
    days: (-30, 3650),
    strange: false,
    fixture: None,
};

/// A root that nobody trusts.
pub const STRANGERS_CA: Certificate = Certificate {
    name: "strangers-ca",
    key: "strangers-ca",
    ..MY_CA
};

/// The root anew: the same name, another key.
pub const MY_NEW_CA: Certificate = Certificate {
    key: "my-new-ca",
    ..MY_CA
};

/// A CA below the root.
pub const INTERMEDIATE: Certificate = Certificate {
    name: "my-intermediate-ca",
    key: "my-intermediate-ca",
    issuer: Some(&MY_CA),
    signs: Signs::Through(0),
    ..MY_CA
};

/// The server's certificate.
pub const MY_SERVER: Certificate = Certificate {
    name: "localhost",
    key: "my-server",
    issuer: Some(&MY_CA),
    names: "DNS:localhost,IP:127.0.0.1",
    purpose: Some(Purpose::Servers),
    signs: Signs::Nothing,
    days: (-1, 365),
    ..MY_CA
};

/// The client's certificate.
pub const MY_CLIENT: Certificate = Certificate {
    name: "my-client",
    key: "my-client",
    names: "URI:spiffe://hello-mtls/my-client",
    purpose: Some(Purpose::Clients),
    ..MY_SERVER
};

/// A revocation list.
#[derive(Clone, Copy, Debug)]
pub struct RevocationList {
    /// Whose list.
    pub issuer: &'static Certificate,
    /// What it revokes.
    pub revoked: &'static [Certificate],
    /// Days from now of thisUpdate and nextUpdate.
    pub days: (i64, i64),
}

/// Makes what is described. Keys are made when they are first asked for, and kept.
#[derive(Default)]
pub struct Maker {
    keys: HashMap<&'static str, Arc<KeyPair>>,
}

impl Maker {
    /// The certificate, PEM.
    pub fn certificate(&mut self, described: &Certificate) -> Result<String, Error> {
        if let Some(pem) = described.fixture {
            return Ok(pem.to_owned());
        }
        let (params, key) = (params(described)?, self.key_pair(described)?);
        let made = match described.issuer {
            None => params.self_signed(&*key),
            Some(issuer) => {
                let (above, signer) = (self::params(issuer)?, self.key_pair(issuer)?);
                params.signed_by(&*key, &Issuer::from_params(&above, &*signer))
            }
        };
        Ok(made.map_err(|error| cannot(&error))?.pem())
    }

    /// Certificates, one after the other, PEM.
    pub fn chain(&mut self, described: &[Certificate]) -> Result<String, Error> {
        described.iter().map(|one| self.certificate(one)).collect()
    }

    /// The certificate's private key, PEM.
    pub fn key(&mut self, described: &Certificate) -> Result<String, Error> {
        match described.fixture {
            Some(pem) => Ok(pem.to_owned()),
            None => Ok(self.key_pair(described)?.serialize_pem()),
        }
    }

    /// A request for that certificate, PEM.
    pub fn request(&mut self, described: &Certificate) -> Result<String, Error> {
        request(&*self.key_pair(described)?, described.name, &[])
    }

    /// Revocation lists, one after the other, PEM.
    pub fn lists(&mut self, described: &[RevocationList]) -> Result<String, Error> {
        described.iter().map(|one| self.list(one)).collect()
    }

    fn list(&mut self, described: &RevocationList) -> Result<String, Error> {
        let (from, until) = described.days;
        let revoked = described
            .revoked
            .iter()
            .map(|certificate| RevokedCertParams {
                serial_number: serial_number(certificate),
                revocation_time: day(from),
                reason_code: None,
                invalidity_date: None,
            });
        let list = CertificateRevocationListParams {
            this_update: day(from),
            next_update: day(until),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let (above, signer) = (params(described.issuer)?, self.key_pair(described.issuer)?);
        list.signed_by(&Issuer::from_params(&above, &*signer))
            .and_then(|list| list.pem())
            .map_err(|error| cannot(&error))
    }

    fn key_pair(&mut self, described: &Certificate) -> Result<Arc<KeyPair>, Error> {
        if let Some(key) = self.keys.get(described.key) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(generate(described.key_type)?);
        self.keys.insert(described.key, Arc::clone(&key));
        Ok(key)
    }
}

/// The certificates in a PEM, DER.
pub fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    read.map_err(|error| cannot(&error))
}

/// The revocation lists in a PEM, DER.
pub fn revocation_lists(pem: &str) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    let read = CertificateRevocationListDer::pem_slice_iter(pem.as_bytes());
    let read: Result<Vec<_>, _> = read.collect();
    read.map_err(|error| cannot(&error))
}

/// The private key in a PEM, DER.
pub fn private_key(pem: &str) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|error| cannot(&error))
}

fn params(described: &Certificate) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name_only(described.name);
    params.subject_alt_names = subject_alt_names(described.names)?;
    params.serial_number = Some(serial_number(described));
    (params.not_before, params.not_after) = (day(described.days.0), day(described.days.1));
    (params.is_ca, params.key_usages) = match described.signs {
        Signs::Nothing => (IsCa::ExplicitNoCa, vec![KeyUsagePurpose::DigitalSignature]),
        Signs::Everything => (IsCa::Ca(BasicConstraints::Unconstrained), signer_usages()),
        Signs::Through(more) => (
            IsCa::Ca(BasicConstraints::Constrained(more)),
            signer_usages(),
        ),
    };
    params
        .extended_key_usages
        .extend(described.purpose.map(|purpose| match purpose {
            Purpose::Servers => ExtendedKeyUsagePurpose::ServerAuth,
            Purpose::Clients => ExtendedKeyUsagePurpose::ClientAuth,
        }));
    params.name_constraints = described.within.map(|domain| NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    if described.strange {
        // An arc for examples (RFC 5612 §3), and a NULL in it.
        let mut strange =
            CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 32473, 1], vec![5, 0]);
        strange.set_criticality(true);
        params.custom_extensions.push(strange);
    }
    params.use_authority_key_identifier_extension = described.issuer.is_some();
    Ok(params)
}

/// A CA of this gallery may also present itself: some cases do what it should not.
fn signer_usages() -> Vec<KeyUsagePurpose> {
    vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ]
}

fn subject_alt_names(names: &str) -> Result<Vec<SanType>, Error> {
    let parse = |entry: &str| match entry.split_once(':') {
        Some(("DNS", name)) => Name::Dns(name.to_owned()).entry(),
        Some(("URI", uri)) => Name::Uri(uri.to_owned()).entry(),
        Some(("IP", address)) => Name::Ip(address.parse().map_err(|error| cannot(&error))?).entry(),
        _ => Err(cannot(&"a name is DNS:, URI: or IP:")),
    };
    names
        .split(',')
        .filter(|name| !name.is_empty())
        .map(parse)
        .collect()
}

/// By its key's label, so that a revocation list can name a certificate that is made elsewhere.
fn serial_number(described: &Certificate) -> SerialNumber {
    SerialNumber::from_slice(described.key.as_bytes())
}

fn day<T: From<SystemTime>>(from_now: i64) -> T {
    let distance = Duration::from_secs(from_now.unsigned_abs() * 86_400);
    let now = SystemTime::now();
    match from_now < 0 {
        true => (now - distance).into(),
        false => (now + distance).into(),
    }
}

fn cannot(error: &dyn std::fmt::Display) -> Error {
    failed("make a certificate of the gallery", error)
}
