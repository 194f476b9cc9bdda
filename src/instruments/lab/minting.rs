//! Certificates for exercises: right ones, and ones with a fault, with names and dates by lot.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
};

use super::reading::Certificate;
use crate::certificates::request::{KeyType, Name, common_name_only, generate};
use crate::certificates::signing::client_uri;
use crate::certificates::{GeneratedFile, failed, public, secret};
use crate::error::Error;
use crate::instruments::gallery::pki_builder::day;

/// What a certificate may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// serverAuth.
    Server,
    /// clientAuth.
    Client,
    /// Both.
    Both,
    /// It does not say.
    Unsaid,
}

/// A certificate, described.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// Its common name.
    pub common_name: &'a str,
    /// Its subjectAltName.
    pub names: Vec<Name>,
    /// Its extended key usage.
    pub purpose: Purpose,
    /// From when to when, in days from now.
    pub days: (i64, i64),
}

/// A key, and its certificate.
pub struct Minted {
    /// The key.
    pub key: KeyPair,
    /// The certificate, PEM.
    pub pem: String,
    /// Its serial number.
    pub serial: SerialNumber,
}

/// A CA of an exercise.
pub struct Mint {
    params: CertificateParams,
    key: KeyPair,
    /// Its certificate, PEM.
    pub pem: String,
}

impl Mint {
    /// A root of this name, valid from `days.0` to `days.1` days from now.
    pub fn root(name: &str, key_type: KeyType, days: (i64, i64)) -> Result<Mint, Error> {
        let (params, key) = (ca(name, days)?, generate(key_type)?);
        let pem = params.self_signed(&key).map_err(cannot)?.pem();
        Ok(Mint { params, key, pem })
    }

    /// A CA below this one.
    pub fn intermediate(&self, name: &str, days: (i64, i64)) -> Result<Mint, Error> {
        let mut params = ca(name, days)?;
        params.use_authority_key_identifier_extension = true;
        let key = generate(KeyType::default())?;
        let pem = params
            .signed_by(&key, &self.issuer())
            .map_err(cannot)?
            .pem();
        Ok(Mint { params, key, pem })
    }

    /// What a check reads out of its certificate.
    pub fn read(&self) -> Result<Certificate, Error> {
        Ok(Certificate::all_in(&self.pem)?.swap_remove(0))
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }

    /// A certificate with a fresh key.
    pub fn leaf(&self, leaf: &Leaf<'_>) -> Result<Minted, Error> {
        self.leaf_of(generate(KeyType::default())?, leaf)
    }

    /// A server of these DNS names and of localhost.
    pub fn server(&self, names: &[&str]) -> Result<Minted, Error> {
        let all = names.iter().chain(&["localhost"]);
        self.leaf(&Leaf {
            common_name: names.first().unwrap_or(&"localhost"),
            names: all.map(|name| Name::Dns((*name).to_owned())).collect(),
            purpose: Purpose::Server,
            days: (-1, 90),
        })
    }

    /// A client that is known by [`uri`].
    pub fn client(&self, name: &str) -> Result<Minted, Error> {
        self.leaf(&Leaf {
            common_name: name,
            names: vec![Name::Uri(uri(name))],
            purpose: Purpose::Client,
            days: (-1, 90),
        })
    }

    /// A certificate for a key that is there already.
    pub fn leaf_of(&self, key: KeyPair, leaf: &Leaf<'_>) -> Result<Minted, Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name_only(leaf.common_name);
        params.subject_alt_names = leaf
            .names
            .iter()
            .map(Name::entry)
            .collect::<Result<_, _>>()?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let (server, client) = (
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        );
        params.extended_key_usages = match leaf.purpose {
            Purpose::Server => vec![server],
            Purpose::Client => vec![client],
            Purpose::Both => vec![server, client],
            Purpose::Unsaid => Vec::new(),
        };
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = (day(leaf.days.0), day(leaf.days.1));
        let serial = crate::certificates::serial_number()?;
        params.serial_number = Some(serial.clone());
        let pem = params
            .signed_by(&key, &self.issuer())
            .map_err(cannot)?
            .pem();
        Ok(Minted { key, pem, serial })
    }

    /// A revocation list that has these serial numbers, PEM.
    pub fn list(&self, revoked: &[&SerialNumber], days: (i64, i64)) -> Result<String, Error> {
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: (*serial).clone(),
            revocation_time: day(days.0),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: day(days.0),
            next_update: day(days.1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer()).map_err(cannot)?;
        list.pem().map_err(cannot)
    }

    /// Key and certificate as files: `NAME.key`, `NAME.crt`.
    pub fn files(&self, name: &str) -> [GeneratedFile; 2] {
        pair(name, self.key.serialize_pem(), self.pem.clone())
    }
}

impl Minted {
    /// What a check reads out of its certificate.
    pub fn read(&self) -> Result<Certificate, Error> {
        Ok(Certificate::all_in(&self.pem)?.swap_remove(0))
    }

    /// Key and certificate as files: `NAME.key`, `NAME.crt`.
    pub fn files(&self, name: &str) -> [GeneratedFile; 2] {
        pair(name, self.key.serialize_pem(), self.pem.clone())
    }
}

/// How a client of the lab is known: by the URI that `hello-mtls certs` gives to a client of this name.
pub fn uri(name: &str) -> String {
    client_uri(name)
}

fn pair(name: &str, key: String, certificate: String) -> [GeneratedFile; 2] {
    [
        secret(format!("{name}.key"), key, ""),
        public(format!("{name}.crt"), certificate, ""),
    ]
}

fn ca(name: &str, days: (i64, i64)) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name_only(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(crate::certificates::serial_number()?);
    (params.not_before, params.not_after) = (day(days.0), day(days.1));
    Ok(params)
}

fn cannot(error: rcgen::Error) -> Error {
    failed("make a certificate of the lab", &error)
}
