//! Certificates, keys and revocation lists, made as they are described, and read back. Unaware of what they
//! are for.

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

use super::pki::{self, Certificate, Purpose, RevocationList};
use crate::certificates::failed;
use crate::certificates::request::{Name, common_name_only, generate, request};
use crate::error::Error;

/// Makes what is described. Keys are made when they are first asked for, and kept.
#[derive(Default)]
pub struct PkiBuilder {
    keys: HashMap<&'static str, Arc<KeyPair>>,
}

impl PkiBuilder {
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
    (params.is_ca, params.key_usages) = match described.is_ca {
        pki::IsCa::No => (IsCa::ExplicitNoCa, vec![KeyUsagePurpose::DigitalSignature]),
        pki::IsCa::Unlimited => (IsCa::Ca(BasicConstraints::Unconstrained), signer_usages()),
        pki::IsCa::PathLength(more) => (
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
    params.name_constraints = described.name_constraint.map(|domain| NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    if described.unknown_critical_extension {
        // An arc for examples (RFC 5612 §3), and a NULL in it.
        let mut extension =
            CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 32473, 1], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    }
    // Without it only names lead to the issuer, and a namesake of its issuer seems to be its own.
    params.use_authority_key_identifier_extension = described
        .issuer
        .is_some_and(|issuer| issuer.name != described.name);
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

/// The moment so many days from now, before it where the number is negative.
pub fn day<T: From<SystemTime>>(from_now: i64) -> T {
    let distance = Duration::from_secs(from_now.unsigned_abs() * 86_400);
    let now = SystemTime::now();
    if from_now < 0 {
        (now - distance).into()
    } else {
        (now + distance).into()
    }
}

fn cannot(error: &dyn std::fmt::Display) -> Error {
    failed("make a certificate of the gallery", error)
}
